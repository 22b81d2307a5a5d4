"""The state digest: the same for the same knowledge, another one for any difference."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from facts import (
    AGENT,
    STATEMENT,
    Ticking,
    bundle,
    checked,
    companion,
    digest_of,
    duplicate,
    histories,
    history,
    opened,
    recording,
    refused,
    remark,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.ledger.journal import JournalWriter
from longplay.ledger.ledger import Ledger
from longplay.model.events import Agent, BundleMade, EditionOpened, Fact
from longplay.model.rights import KeepingBasis

DigestAfter = Callable[..., str]


def digest_after(
    folder: Path, facts: list[Fact], *, start: str = "2026-01-01T00:00:00+00:00", chains: int = 1
) -> str:
    """The state digest of an archive whose journal holds these facts, spread over chains in turn."""
    ledger = Ledger.open(folder / "ledger.sqlite", journal=folder / "journal")
    clock = Ticking(start)
    agent = AGENT if start < "2027" else Agent(name="longplay", version="99")
    held = [JournalWriter.open(folder / "journal", clock=clock, agent=agent) for _ in range(chains)]
    for number, fact in enumerate(facts if chains > 1 else ()):
        ledger.apply(held[number % chains].append([fact]))
    if chains == 1:
        ledger.apply(held[0].append(facts))
    for writer in held:
        writer.close()
    digest = digest_of(ledger)
    ledger.close()
    return digest


@pytest.fixture
def digest(tmp_path_factory: pytest.TempPathFactory) -> DigestAfter:
    def of(facts: list[Fact], **options: object) -> str:
        return digest_after(tmp_path_factory.mktemp("archive"), facts, **options)  # type: ignore[arg-type]

    return of


def renamed(fact: Fact) -> Fact:
    """The same fact of an accession that goes by another id."""
    if hasattr(fact, "accession"):
        return replace(fact, accession=f"another name of {fact.accession}")
    return fact


def test_times_agents_and_chains_do_not_count(digest: DigestAfter) -> None:
    facts = history()
    assert digest(facts) == digest(facts, start="2030-07-01T12:00:00+00:00", chains=3)


def test_ids_of_accessions_do_not_count(digest: DigestAfter) -> None:
    assert digest(history()) == digest([renamed(fact) for fact in history()])


@settings(max_examples=8)
@given(data=st.data())
def test_the_order_in_which_files_were_met_does_not_count(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    first, *files = history()[:6]
    shuffled = data.draw(st.permutations(files))
    one, other = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("other")
    assert digest_after(one, [first, *files]) == digest_after(other, [first, *shuffled])


@settings(max_examples=8)
@given(facts=histories)
def test_saying_everything_twice_changes_nothing(
    facts: list[Fact], tmp_path_factory: pytest.TempPathFactory
) -> None:
    files = [fact for fact in facts if not hasattr(fact, "content_id") or hasattr(fact, "path")]
    one, other = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("other")
    assert digest_after(one, files) == digest_after(other, [*files, *files])


SONG = recording(b"song", findings=(remark("song.flac"),))
EDITION = EditionOpened(edition="first", date="2026-05-01", heads=())
DIFFERENCES: dict[str, tuple[list[Fact], list[Fact]]] = {
    "bytes of a recording": ([opened(), SONG], [opened(), recording(b"other")]),
    "path of a recording": ([opened(), SONG], [opened(), replace(SONG, path="b.flac")]),
    "root": ([opened(), SONG], [opened(), replace(SONG, root="/elsewhere")]),
    "depositor's words": ([opened(), SONG], [opened(), replace(SONG, given=())]),
    "measured facts": ([opened(), SONG], [opened(), replace(SONG, audio=replace(SONG.audio, channels=1))]),
    "tags": ([opened(), SONG], [opened(), replace(SONG, tags=replace(SONG.tags, track=3))]),
    "statement": ([opened(), SONG], [opened(), replace(SONG, statements=())]),
    "licence": (
        [opened(), SONG],
        [opened(), replace(SONG, statements=(replace(STATEMENT, licence="CC0-1.0"),))],
    ),
    "what is missing": (
        [opened(), SONG],
        [opened(), replace(SONG, statements=(replace(STATEMENT, missing="a version"),))],
    ),
    "finding": ([opened(), SONG], [opened(), replace(SONG, findings=())]),
    "size of a blob": (
        [opened(), SONG],
        [opened(), replace(SONG, digests=replace(SONG.digests, size=99))],
    ),
    "pieces": ([opened(), SONG], [opened(), replace(SONG, digests=replace(SONG.digests, v1_last=b"x" * 20))]),
    "source": ([opened()], [opened(source="Deposit 2")]),
    "keeping": ([opened()], [replace(opened(), keeping=KeepingBasis.LEGAL_DEPOSIT)]),
    "an accession more": ([opened()], [opened(), opened("two")]),
    "roots": ([opened()], [replace(opened(), roots=("/other",))]),
    "provenance": ([opened(), SONG], [opened(), SONG, duplicate(b"song")]),
    "companion": ([opened()], [opened(), companion(b"cover")]),
    "about": ([opened(), companion(b"c")], [opened(), replace(companion(b"c"), about="song.flac")]),
    "refusal": ([opened()], [opened(), refused("x.doc")]),
    "damage": ([opened(), SONG], [opened(), SONG, checked(b"song", damaged=True)]),
    "edition": ([], [EDITION]),
    "bundle": ([opened(), SONG, EDITION], [opened(), SONG, EDITION, bundle(b"song")]),
    "partition": ([EDITION, bundle(b"song")], [EDITION, bundle(b"song", number=2)]),
}


@pytest.mark.parametrize("what", DIFFERENCES)
def test_any_difference_counts(digest: DigestAfter, what: str) -> None:
    one, other = DIFFERENCES[what]
    assert digest(one) != digest(other)


def test_dates_that_differ_in_the_tag_files_of_a_bundle_do_not_count(digest: DigestAfter) -> None:
    made = bundle(b"song")
    assert isinstance(made, BundleMade)
    other_tags = bundle(b"other").tag_files
    bag = replace(
        made.bundle,
        files=(replace(made.bundle.files[0], content_id=other_tags[0].content_id), *made.bundle.files[1:]),
    )
    other = replace(made, bundle=bag, tag_files=other_tags)
    facts: list[Fact] = [opened(), SONG, EDITION]
    assert digest([*facts, made]) == digest([*facts, other])


def test_the_digest_is_a_sha_256_in_hex_and_the_same_each_time(digest: DigestAfter) -> None:
    found = digest(history())
    assert len(bytes.fromhex(found)) == 32
    assert found == digest(history())
