"""Which bundles an edition consists of and which are replaced, as of its heads; on archives made quickly."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import standing
from longplay.editions.handout import Sources
from longplay.editions.publication import Publication, Published
from longplay.editions.selection import Doorkeeper, Selection, select
from longplay.errors import GateRefused
from longplay.formats.edition import read_edition
from longplay.formats.statements import statement_id
from longplay.ledger import queries
from longplay.ledger.ledger import Ledger
from longplay.model.editions import Partition
from longplay.model.events import (
    BundleMade,
    EditionOpened,
    Head,
    RecordingPurged,
    RecordingWithdrawn,
    RightsStated,
    WithdrawalReversed,
)
from longplay.model.rights import (
    Act,
    Condition,
    Decision,
    KeepingBasis,
    RightsBasis,
    RightsStatement,
    StatementKind,
    StatementSource,
    Territory,
    Verdict,
)
from longplay.model.withdrawal import ReasonClass
from longplay.progress import Silent
from longplay.rights.gate import decide
from longplay.wiring import AGENT, Archive
from standing import id_of, record, stated

DAY = datetime(2026, 11, 25, 12, tzinfo=UTC)
DARK = tuple(act for act in Act if act is not Act.PRESERVE)
WITHDRAWAL = replace(
    stated(),
    basis=RightsBasis.POLICY,
    licence=None,
    stated="withdrawn",
    evidence="longplay withdraw",
    source=StatementSource.DECISION,
    kind=StatementKind.WITHDRAWAL,
    forbids=DARK,
)
DRIFT = replace(
    WITHDRAWAL, kind=StatementKind.DRIFT, stated="the source changed", evidence="longplay rights drift"
)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An archive with four recordings under CC-BY-4.0."""
    with standing.made(tmp_path / "archive", "a", "b", "c", "d") as archive:
        yield archive


def publish(archive: Archive, name: str, *, territories: tuple[Territory, ...] = ()) -> Published:
    """Publish an edition below `editions/`."""
    with archive.writing() as register:
        publication = Publication(
            store=archive.store,
            register=register,
            gate=decide,
            keeping=KeepingBasis.OWN_COLLECTION,
            archive_name="standing",
            archive_id=archive.settings.archive.id,
            clock=lambda: DAY,
            agent=AGENT,
            territories=territories,
        )
        return publication.publish(name, out=archive.editions, sources=Sources(), progress=Silent())


def held(archive: Archive, published: Published) -> dict[str, list[str]]:
    """Titles of an edition by bundle."""
    names = {id_of(name): name for name in "abcde"}
    with archive.ledger.reading() as connection:
        return {
            bundle.name: [names[one] for one in queries.payload_of(connection, bundle.name)]
            for bundle in published.edition.bundles
        }


def titles(archive: Archive, published: Published) -> list[str]:
    """Titles of an edition, sorted."""
    return sorted(title for bundle in held(archive, published).values() for title in bundle)


def partitions(published: Published) -> dict[str, Partition]:
    return {bundle.name: bundle.partition for bundle in published.edition.bundles}


def withdraw(archive: Archive, name: str) -> None:
    words = archive.evidence.put(b"Eve Example, eve@example.org, claims it")
    fact = RecordingWithdrawn(
        content_id=id_of(name), statement=WITHDRAWAL, reason=ReasonClass.RIGHTS_CLAIM, by="Ada", words=words
    )
    record(archive, fact)


def reverse(archive: Archive, name: str) -> None:
    words = archive.evidence.put(b"settled")
    withdrawal = statement_id(WITHDRAWAL)
    record(archive, WithdrawalReversed(content_id=id_of(name), statement=withdrawal, by="Bo", words=words))


def state(archive: Archive, name: str, *statements: RightsStatement, instead: bool = False) -> None:
    """State something of a recording, besides or instead of its licence."""
    ended = (statement_id(stated()),) if instead else ()
    record(
        archive,
        RightsStated(
            content_id=id_of(name), statements=statements, supersedes=ended, by="Ada", reason="a letter"
        ),
    )


def licensed(licence: str) -> RightsStatement:
    return replace(stated(), licence=licence, stated=licence, source=StatementSource.DECISION)


def begin(archive: Archive, name: str) -> None:
    """Open an edition, as a publication does that is killed right afterwards."""
    heads = tuple((head.writer, head.seq, head.line_hash) for head in archive.ledger.heads())
    record(archive, EditionOpened(edition=name, date=DAY.date().isoformat(), heads=heads))


def as_of_its_heads(ledger: Ledger, name: str) -> Selection:
    """What an edition that was opened consists of."""
    keeper = Doorkeeper(gate=decide, keeping=KeepingBasis.OWN_COLLECTION, day=DAY.date())
    with ledger.reading() as connection:
        row = queries.edition(connection, name)
        assert row is not None
        heads = [
            Head(writer=writer, seq=seq, line_hash=line) for writer, seq, line in json.loads(row.heads_json)
        ]
        bundles = queries.bundles_visible_to(connection, name, heads)
        return select(connection, keeper, bundles=bundles, heads=heads)


# partitions


@pytest.mark.parametrize(
    ("licence", "partition"),
    [
        ("CC0-1.0", Partition.FREE),
        ("CC-BY-3.0", Partition.FREE),
        ("CC-BY-SA-4.0", Partition.FREE),
        ("GPL-2.0-or-later", Partition.FREE),
        ("LAL-1.3", Partition.FREE),
        ("LicenseRef-OGA-BY-3.0", Partition.FREE),
        ("CC-BY-ND-4.0", Partition.NO_DERIVATIVES),
        ("CC-BY-NC-3.0", Partition.NON_COMMERCIAL),
        ("CC-BY-NC-SA-4.0", Partition.NON_COMMERCIAL),
        ("CC-BY-NC-ND-4.0", Partition.NON_COMMERCIAL),
        ("CC-BY-ND-4.0 OR CC-BY-4.0", Partition.FREE),
    ],
)
def test_a_mirror_that_leaves_non_commercial_out_gets_nothing_that_asks_for_it(
    archive: Archive, licence: str, partition: Partition
) -> None:
    state(archive, "a", licensed(licence), instead=True)
    published = publish(archive, "first")
    [bundle] = [name for name, held_there in held(archive, published).items() if "a" in held_there]
    assert partitions(published)[bundle] is partition


def test_what_is_permitted_everywhere_is_not_limited_to_a_territory(archive: Archive) -> None:
    assert set(partitions(publish(archive, "first", territories=(Territory("SE"),))).values()) == {
        Partition.FREE
    }


def test_what_is_permitted_somewhere_is_published_only_where_the_archive_says_so(archive: Archive) -> None:
    here = replace(licensed("CC-BY-NC-4.0"), territories=(Territory("SE"),))
    state(archive, "a", here, instead=True)
    assert "a" not in titles(archive, publish(archive, "first"))
    second = publish(archive, "second", territories=(Territory("SE"), Territory("US")))
    [bundle] = [name for name, one in partitions(second).items() if one is Partition.TERRITORY_LIMITED]
    assert held(archive, second)[bundle] == ["a"]
    [line] = (second.folder / bundle / "metadata/records.jsonl").read_text().splitlines()
    assert json.loads(line)["territories"] == ["SE"]
    assert json.loads(line)["conditions"] == ["attribution", "non-commercial"]
    with archive.ledger.reading() as connection:
        [file] = queries.bundle(connection, bundle).payload
    assert file.decision is not None
    assert file.decision.territory == "SE"


def test_a_licence_that_became_stricter_takes_a_recording_out_of_its_free_bundle(archive: Archive) -> None:
    first = publish(archive, "first")
    state(archive, "b", licensed("CC-BY-NC-4.0"), instead=True)
    second = publish(archive, "second")
    assert held(archive, second) == {"standing-000002": ["a", "c", "d"], "standing-000003": ["b"]}
    assert list(partitions(second).values()) == [Partition.FREE, Partition.NON_COMMERCIAL]
    assert publish(archive, "first").edition == first.edition


def test_a_licence_that_became_freer_leaves_its_bundle_as_it_is(archive: Archive) -> None:
    state(archive, "b", licensed("CC-BY-NC-4.0"), instead=True)
    first = publish(archive, "first")
    record(
        archive,
        RightsStated(
            content_id=id_of("b"),
            statements=(licensed("CC0-1.0"),),
            supersedes=(statement_id(licensed("CC-BY-NC-4.0")),),
            by="Ada",
            reason="a letter",
        ),
    )
    assert publish(archive, "second").edition.stages == first.edition.stages


# drift


def test_a_recording_whose_source_changed_takes_no_bundle_out_of_force_and_enters_none(
    archive: Archive,
) -> None:
    first = publish(archive, "first")
    state(archive, "a", DRIFT)
    assert publish(archive, "second").edition.stages == first.edition.stages
    assert publish(archive, "first").edition == first.edition
    withdraw(archive, "b")
    assert held(archive, publish(archive, "third")) == {"standing-000002": ["c", "d"]}


def test_a_restriction_behind_a_changed_source_counts(archive: Archive) -> None:
    publish(archive, "first")
    state(archive, "a", DRIFT, replace(WITHDRAWAL, kind=StatementKind.STREAM_ONLY, forbids=(Act.REDISTRIBUTE,)))
    assert held(archive, publish(archive, "second")) == {"standing-000002": ["b", "c", "d"]}


# withdrawal


def test_a_bundle_of_nothing_but_a_withdrawn_recording_has_no_replacement(tmp_path: Path) -> None:
    with standing.made(tmp_path / "archive", "a") as archive:
        publish(archive, "first")
        withdraw(archive, "a")
        published = publish(archive, "second")
        assert published.edition.bundles == ()
        assert read_edition((published.folder / "edition.json").read_bytes()) == published.edition
        [stone] = published.edition.withdrawn
        assert (stone.content_id, stone.reason) == (id_of("a"), ReasonClass.RIGHTS_CLAIM)
        assert "Eve" not in (published.folder / "edition.json").read_text()


def test_a_replaced_bundle_does_not_come_back_when_the_withdrawal_is_reversed(archive: Archive) -> None:
    publish(archive, "first")
    withdraw(archive, "a")
    publish(archive, "second")
    reverse(archive, "a")
    third = publish(archive, "third")
    assert held(archive, third) == {"standing-000002": ["b", "c", "d"], "standing-000003": ["a"]}
    assert third.edition.withdrawn == ()


def test_what_is_withdrawn_while_an_edition_is_unfinished_is_not_handed_out_with_it(archive: Archive) -> None:
    publish(archive, "first")
    begin(archive, "second")
    withdraw(archive, "a")
    second = publish(archive, "second")
    assert second.edition.bundles == ()
    assert list(second.folder.glob("standing-*")) == []
    third = publish(archive, "third")
    assert held(archive, third) == {"standing-000002": ["b", "c", "d"]}
    assert [one.content_id for one in third.edition.withdrawn] == [id_of("a")]


def test_an_edition_handed_out_again_says_what_it_said_whatever_came_since(archive: Archive) -> None:
    withdraw(archive, "a")
    first = publish(archive, "first")
    assert first.edition.withdrawn == ()
    before = (first.folder / "edition.json").read_bytes()
    reverse(archive, "a")
    assert "a" in titles(archive, publish(archive, "second"))
    publish(archive, "first")
    assert (first.folder / "edition.json").read_bytes() == before


def test_a_purged_recording_leaves_a_tombstone_that_says_so(archive: Archive) -> None:
    publish(archive, "first")
    purge = RecordingPurged(
        content_id=id_of("a"), also=(), reason=ReasonClass.COURT_ORDER, by="Ada", approved_by="Bo"
    )
    record(archive, purge)
    published = publish(archive, "second")
    assert held(archive, published) == {"standing-000002": ["b", "c", "d"]}
    [stone] = published.edition.withdrawn
    assert (stone.content_id, stone.reason, stone.is_purged) == (id_of("a"), ReasonClass.COURT_ORDER, True)
    told = (published.folder / "edition.json").read_text()
    assert "Ada" not in told
    assert "Bo" not in told


def test_what_an_edition_consists_of_is_the_same_whatever_came_since_and_from_a_ledger_made_again(
    archive: Archive, tmp_path: Path
) -> None:
    publish(archive, "first")
    withdraw(archive, "a")
    state(archive, "b", licensed("CC-BY-NC-4.0"), instead=True)
    begin(archive, "second")
    before = as_of_its_heads(archive.ledger, "second")
    assert [len(one.content_ids) for one in before.fresh] == [2, 1]
    reverse(archive, "a")
    state(archive, "c", licensed("CC0-1.0"))
    assert as_of_its_heads(archive.ledger, "second") == before
    again = Ledger.open(tmp_path / "again.sqlite", journal=archive.journal)
    try:
        assert as_of_its_heads(again, "second") == before
    finally:
        again.close()


def test_handing_out_an_older_edition_names_the_recordings_that_forbid_it_and_what_to_do(
    archive: Archive,
) -> None:
    first = publish(archive, "first")
    withdraw(archive, "a")
    withdraw(archive, "c")
    with pytest.raises(GateRefused) as caught:
        publish(archive, "first")
    told = str(caught.value)
    assert id_of("a")[:12] in told
    assert id_of("c")[:12] in told
    assert id_of("b")[:12] not in told
    assert "publish a new edition" in told
    assert (caught.value.verdict, caught.value.rule) == ("refused", "withdrawn")
    assert first.folder.exists()


# the door


@pytest.mark.parametrize(
    ("statements", "verdict", "rule"),
    [
        ((), "unknown", "no-statement"),
        ((licensed("CC-BY-4.0"), WITHDRAWAL), "refused", "withdrawn"),
        ((licensed("CC-BY-4.0"), DRIFT), "refused", "held-back"),
        (
            (
                licensed("CC-BY-4.0"),
                replace(WITHDRAWAL, kind=StatementKind.STREAM_ONLY, forbids=(Act.REDISTRIBUTE,)),
            ),
            "refused",
            "stream-only",
        ),
        ((licensed("CC-BY-4.0"), licensed("CC-BY-NC-4.0")), "unknown", None),
        ((replace(licensed("CC-BY-4.0"), valid_until=date(2020, 1, 1)),), "unknown", None),
        ((replace(licensed("CC-BY-4.0"), territories=(Territory("US"),)),), "unknown", None),
        ((replace(licensed("CC-BY-4.0"), missing="which version"),), "unknown", None),
    ],
)
def test_publishing_what_is_refused_or_unknown_fails_with_the_decision(
    tmp_path: Path, statements: tuple[RightsStatement, ...], verdict: str, rule: str | None
) -> None:
    with standing.made(tmp_path / "archive", "a") as archive:
        state(archive, "a", *statements, instead=True)
        with pytest.raises(GateRefused) as caught:
            publish(archive, "first")
        assert caught.value.verdict == verdict
        assert rule is None or caught.value.rule == rule
        assert (caught.value.missing is not None) is (verdict == "unknown")
        assert standing.facts_of(archive, EditionOpened) == []
        assert standing.facts_of(archive, BundleMade) == []


def test_the_conditions_of_several_territories_hold_together(archive: Archive) -> None:
    def gate(act: Act, *question: object) -> Decision:
        _obj, territory, *_ = question
        asked = {"SE": (Condition.ATTRIBUTION,), "US": (Condition.NON_COMMERCIAL,)}.get(str(territory))
        if asked is None:
            return Decision(act=act, verdict=Verdict.REFUSED, rule="x", citation="x")
        return Decision(
            act=act,
            verdict=Verdict.PERMITTED_WITH_CONDITIONS,
            rule="x",
            citation="x",
            conditions=asked,
            territory=Territory(str(territory)),
        )

    places = (Territory("US"), Territory("SE"), Territory("JP"))
    keeper = Doorkeeper(gate=gate, keeping=KeepingBasis.OWN_COLLECTION, day=DAY.date(), territories=places)
    with archive.ledger.reading() as connection:
        holding = queries.holding(connection, id_of("a"))
    assert holding is not None
    admission = keeper.admit(holding)
    assert admission.territories == ("SE", "US")
    assert admission.decision.conditions == (Condition.ATTRIBUTION, Condition.NON_COMMERCIAL)
    assert admission.partition is Partition.TERRITORY_LIMITED
