"""Purging: everything of a recording is gone, nothing of anything else, and a tombstone is no loss."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import standing
from archives import json_of, longplay
from longplay.errors import ArchiveBusy, NotFound, UsageError
from longplay.ledger import queries, rights, withdrawn
from longplay.model.events import CopyDerived, NoticeFiled, RecordingPurged, RightsStated
from longplay.model.withdrawal import NoticeKind, ReasonClass
from longplay.preservation.purge import Purge, Purged, Warrant
from longplay.preservation.traces import Tracing
from longplay.store.locks import locked
from longplay.wiring import Archive

SONG, OTHER = standing.id_of("song"), standing.id_of("other")
WARRANT = Warrant(reason=ReasonClass.COURT_ORDER, by="Ada", approved_by="Bo")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Two recordings; the first has evidence, a copy, derived data, and a place in an edition."""
    with standing.made(tmp_path / "archive", "other") as made:
        standing.record(made, standing.kept(made, "song", words=b"words of Eve"))
        standing.record(made, standing.copied(made, "song", b"opus of song"))
        standing.derive(made, "song", "other")
        standing.record(made, *standing.published(made, "song", "other"))
        yield made


def use_case(archive: Archive) -> Purge:
    return Purge(store=archive.store, derived=archive.derived, evidence=archive.evidence)


def purge(archive: Archive, *names: str, warrant: Warrant = WARRANT) -> Purged:
    with archive.writing() as register:
        content_ids = [standing.id_of(name) for name in names or ("song",)]
        return use_case(archive).purge(register, content_ids, warrant)


def files(archive: Archive) -> dict[str, bytes]:
    """Every file but journal, ledger, locks and SQLite's own, by its path."""
    kept = ("blobs", "evidence", "editions", "derived", "staging")
    found = (path for name in kept for path in (archive.root / name).rglob("*") if path.is_file())
    return {
        str(path.relative_to(archive.root)): path.read_bytes()
        for path in found
        if not path.name.startswith("measured.sqlite")
    }


def has_derived(archive: Archive, name: str) -> bool:
    with archive.derived.reading() as reader:
        return reader.has(standing.id_of(name))


def test_everything_of_it_is_gone_and_nothing_else(archive: Archive) -> None:
    before = files(archive)
    done = purge(archive)
    after = files(archive)
    gone = {one: data for one, data in before.items() if one not in after}
    assert sorted(gone.values()) == sorted(
        [standing.sound("song"), standing.sound("song"), b"opus of song", b"words of Eve"]
    )
    assert after == {one: data for one, data in before.items() if one in after}
    assert not has_derived(archive, "song")
    assert has_derived(archive, "other")
    assert (done.is_new, len(done.traces.blobs), len(done.traces.published)) == (True, 2, 1)
    assert done.bytes == len(standing.sound("song")) + len(b"opus of song")


def test_no_file_of_the_archive_but_the_journal_still_says_its_sound(archive: Archive) -> None:
    purge(archive)
    for path in archive.root.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not any(words in data for words in (standing.sound("song"), b"words of Eve")), path


def test_a_purged_recording_is_held_no_more_and_counted_apart(archive: Archive) -> None:
    with archive.ledger.reading() as connection:
        before = queries.counts(connection)
    purge(archive)
    with archive.ledger.reading() as connection:
        after = queries.counts(connection)
        assert not queries.is_held(connection, SONG)
        assert queries.holding(connection, SONG) is None
        assert [one.content_id for one in queries.holdings(connection)] == [OTHER]
        assert queries.ids_starting(connection, SONG[:8], limit=2) == []
        assert withdrawn.purged_starting(connection, SONG[:8], limit=2) == [SONG]
        assert queries.copies_of(connection, SONG) == list(queries.copies(connection)) == []
        assert queries.is_known_blob(connection, SONG)
        assert rights.is_purged(connection, SONG)
        assert not rights.is_purged(connection, OTHER)
        assert withdrawn.counts(connection) == {"withdrawn": 0, "purged": 1}
        assert [one.is_purged for one in rights.tombstones(connection)] == [True]
    lost = {name: before[name] - after[name] for name in before}
    size = len(standing.sound("song")) + len(b"opus of song")
    changed = {"holdings": 1, "access_copies": 1, "blobs": 2, "bytes": size}
    assert {name: count for name, count in lost.items() if count} == changed


def test_one_person_alone_cannot_purge_however_they_spell_their_name(archive: Archive) -> None:
    before = files(archive)
    for by, approved in (
        ("Ada", "Ada"),
        ("Ada", "  ada\t"),
        ("Ada  Byron", "ADA BYRON"),
        ("Straße", "STRASSE"),
        ("Ada", "A\N{ZERO WIDTH SPACE}da"),
        ("\N{LATIN SMALL LETTER E WITH ACUTE}va", "e\N{COMBINING ACUTE ACCENT}va"),
        ("Ada", "\N{FULLWIDTH LATIN CAPITAL LETTER A}da"),
        ("", "Bo"),
        ("Ada", " "),
        ("Ada", "\N{ZERO WIDTH SPACE}"),
    ):
        with pytest.raises(UsageError, match="two persons"):
            purge(archive, warrant=replace(WARRANT, by=by, approved_by=approved))
    assert files(archive) == before
    assert standing.facts_of(archive, RecordingPurged) == []


def test_purging_again_writes_nothing_and_deletes_what_came_back(archive: Archive) -> None:
    purge(archive)
    archive.store.put(standing.sound("song"))
    done = purge(archive)
    assert (done.is_new, done.traces.blobs) == (False, (SONG,))
    assert archive.store.size(SONG) is None
    assert len(standing.facts_of(archive, RecordingPurged)) == 1


def test_a_copy_that_was_made_meanwhile_is_purged_by_the_next_run(archive: Archive) -> None:
    purge(archive)
    standing.record(archive, standing.copied(archive, "song", b"opus at the last moment"))
    assert json_of("audit", "--archive", archive.root).code == 3
    assert purge(archive).is_new
    assert json_of("audit", "--archive", archive.root).code == 0
    assert [len(one.also) for one in standing.facts_of(archive, RecordingPurged)] == [2, 1]


def test_a_plan_tells_what_goes_and_deletes_nothing(archive: Archive) -> None:
    before = files(archive)
    plan = use_case(archive).plan(archive.ledger, [SONG], WARRANT)
    assert files(archive) == before
    done = purge(archive)
    assert (plan.blobs, plan.evidence, plan.published) == (
        done.traces.blobs,
        done.traces.evidence,
        done.traces.published,
    )
    assert plan.bytes == done.bytes
    assert use_case(archive).plan(archive.ledger, [SONG], WARRANT).facts == ()


def test_what_was_never_held_cannot_be_purged(archive: Archive) -> None:
    with pytest.raises(NotFound):
        purge(archive, "nobody")


# what others need


def test_bytes_that_a_companion_needs_are_not_deleted(archive: Archive) -> None:
    standing.record(archive, standing.companion(archive, standing.sound("song"), "odd.txt"))
    before = files(archive)
    with pytest.raises(UsageError, match=r"companion odd\.txt"):
        purge(archive)
    assert files(archive) == before


def test_an_access_copy_of_two_recordings_goes_only_with_both(archive: Archive) -> None:
    standing.record(archive, standing.copied(archive, "other", b"opus of song"))
    before = files(archive)
    with pytest.raises(UsageError, match=f"access copy of {OTHER[:12]} too"):
        purge(archive)
    assert files(archive) == before
    assert purge(archive, "song", "other").is_new
    assert not any(b"o" in data for name, data in files(archive).items() if name.startswith("blobs"))
    assert len(standing.facts_of(archive, RecordingPurged)) == 2


def test_a_copy_that_is_held_as_a_recording_itself_stays(archive: Archive) -> None:
    standing.record(archive, standing.copied(archive, "song", standing.sound("other")))
    with pytest.raises(UsageError, match="holding of its own"):
        purge(archive)
    assert archive.store.size(OTHER) is not None


def test_evidence_that_another_recording_names_stays_until_that_goes_too(archive: Archive) -> None:
    shared = archive.evidence.put(b"words about both")
    for content_id in (SONG, OTHER):
        fact = RightsStated(
            content_id=content_id,
            statements=(standing.stated(shared),),
            supersedes=(),
            by="Ada",
            reason="a letter",
        )
        standing.record(archive, fact)
    purge(archive)
    assert archive.evidence.get(shared) == b"words about both"
    assert json_of("audit", "--archive", archive.root).code == 0
    purge(archive, "other")
    assert archive.evidence.get(shared) is None


def test_evidence_whose_bytes_are_a_companion_too_stays(archive: Archive) -> None:
    standing.record(archive, standing.companion(archive, b"words of Eve", "LICENSE"))
    purge(archive)
    assert b"words of Eve" in files(archive).values()
    assert json_of("audit", "--archive", archive.root).code == 0


def test_notices_go_too_unless_they_are_to_be_kept(archive: Archive) -> None:
    paper = archive.evidence.put(b"a notice by Eve")
    fact = NoticeFiled(notice="n1", kind=NoticeKind.DSA_NOTICE, about=(SONG,), document=paper)
    standing.record(archive, fact)
    kept = use_case(archive).plan(archive.ledger, [SONG], replace(WARRANT, with_papers=False))
    assert paper not in kept.evidence
    purge(archive)
    assert archive.evidence.get(paper) is None


def test_a_notice_that_is_filed_afterwards_stays(archive: Archive) -> None:
    purge(archive)
    paper = archive.evidence.put(b"a counter-notice")
    fact = NoticeFiled(notice="n1", kind=NoticeKind.APPEAL, about=(SONG,), document=paper)
    standing.record(archive, fact)
    assert not purge(archive).is_new
    assert archive.evidence.get(paper) == b"a counter-notice"
    assert json_of("audit", "--archive", archive.root).code == 0


def test_what_a_reversal_said_goes_too(archive: Archive) -> None:
    words = ("--by", "Ada", "--words")
    root = ("--archive", archive.root)
    assert longplay("withdraw", SONG, "--reason", "policy", *words, "Eve wrote", *root).code == 0
    assert longplay("withdraw", SONG, "--reverse", *words, "Eve took it back", *root).code == 0
    purge(archive)
    assert list(archive.evidence.names()) == []


# other places


def test_every_other_link_in_the_archive_goes_and_those_elsewhere_are_counted(
    archive: Archive, tmp_path: Path
) -> None:
    blob = archive.store.path(SONG)
    leftover = archive.editions / "first" / "bundle-1" / "data" / ("." + "ab" * 16)
    staged = archive.root / "staging" / "put" / "half"
    outside = tmp_path / "outside.flac"
    for link in (leftover, staged, outside):
        os.link(blob, link)
    done = purge(archive)
    assert (leftover.exists(), staged.exists(), outside.exists()) == (False, False, True)
    assert done.links_elsewhere == 1


def test_a_published_copy_on_other_blocks_goes_too(archive: Archive) -> None:
    place = archive.editions / "first" / "bundle-1" / "data" / "song.flac"
    data = place.read_bytes()
    place.unlink()
    place.write_bytes(data)
    purge(archive)
    assert not place.exists()


def test_unfinished_copies_of_writers_that_are_gone_are_swept(archive: Archive) -> None:
    lock = archive.journal / "w0009" / "lock"
    left = archive.root / "staging" / "w0009" / "copy.flac"
    for path in (lock, left):
        path.parent.mkdir(parents=True)
        path.touch()
    with locked(lock, what="writing"):
        purge(archive)
        assert left.exists()
    purge(archive)
    assert not left.exists()


def test_files_of_an_index_that_know_it_are_deleted_and_no_others(archive: Archive) -> None:
    folder = archive.derived.folder / "candidates-test-1"
    folder.mkdir()
    (folder / "a.npy").write_bytes(b"head" + bytes.fromhex(SONG) + b"tail")
    (folder / "b.npy").write_bytes(b"head" + bytes.fromhex(OTHER))
    (folder / "empty.npy").touch()
    with locked(folder / "lock", what="comparing"), pytest.raises(ArchiveBusy):
        purge(archive)
    purge(archive)
    assert sorted(path.name for path in folder.iterdir()) == ["b.npy", "empty.npy", "lock"]
    assert archive.store.size(SONG) is None


@pytest.mark.parametrize("name", ["publish", "purge"])
def test_it_waits_for_whoever_publishes_or_purges(archive: Archive, name: str) -> None:
    with locked(archive.root / "locks" / name, what="it"), pytest.raises(ArchiveBusy):
        purge(archive)
    assert standing.facts_of(archive, RecordingPurged) == []


# telling a tombstone from loss


def test_audit_and_rebuild_take_a_tombstone_for_no_loss(archive: Archive) -> None:
    purge(archive)
    audited = json_of("audit", "--archive", archive.root)
    assert (audited.code, audited.summary["damaged"], audited.summary["purged"]) == (0, 0, 1)
    assert (audited.summary["blobs"], audited.summary["left"], audited.summary["strays"]) == (1, 0, 0)
    digest = standing.digest(archive)
    rebuilt = json_of("rebuild", "--archive", archive.root)
    assert (rebuilt.code, rebuilt.summary["missing"], rebuilt.summary["purged"]) == (0, 0, 2)
    assert (rebuilt.summary["blobs"], rebuilt.summary["state_digest"]) == (1, digest)


def test_loss_beside_a_tombstone_is_still_loss(archive: Archive) -> None:
    purge(archive)
    archive.store.delete(OTHER)
    for command in ("audit", "rebuild"):
        ran = json_of(command, "--archive", archive.root)
        assert ran.code == 3
        assert [(one["code"], one["path"]) for one in ran.findings] == [("missing", OTHER)]


def test_damage_before_a_purge_is_no_damage_afterwards(archive: Archive) -> None:
    archive.store.delete(SONG)
    assert json_of("audit", "--archive", archive.root).code == 3
    purge(archive)
    assert json_of("audit", "--archive", archive.root).code == 0
    assert json_of("status", "--archive", archive.root).summary["damaged"] == 0


def test_whatever_came_back_is_an_error_until_it_is_purged_again(archive: Archive) -> None:
    with archive.ledger.reading() as connection:
        (words,) = withdrawn.words_of(connection, [SONG], with_papers=True)
    purge(archive)
    archive.store.put(standing.sound("song"))
    archive.evidence.put(b"words of Eve")
    standing.derive(archive, "song")
    place = archive.editions / "first" / "bundle-1" / "data" / "song.flac"
    place.write_bytes(b"again")
    ran = json_of("audit", "--archive", archive.root)
    assert ran.code == 3
    assert {str(one["path"]) for one in ran.findings} == {
        SONG,
        f"evidence/{words}",
        "editions/first/bundle-1/data/song.flac",
    }
    assert {one["code"] for one in ran.findings} == {"not-purged"}
    assert ran.summary["left"] == 4
    assert json_of("rebuild", "--archive", archive.root).code == 3
    purge(archive)
    assert json_of("audit", "--archive", archive.root).code == 0
    assert json_of("rebuild", "--archive", archive.root).code == 0


def test_lost_and_changed_evidence_is_damage(archive: Archive) -> None:
    with archive.ledger.reading() as connection:
        (words,) = withdrawn.words_known(connection)
    path = archive.evidence.path(words)  # type: ignore[arg-type]
    path.write_bytes(b"other words")
    changed = json_of("audit", "--archive", archive.root)
    assert (changed.code, changed.findings[0]["code"]) == (3, "digest-differs")
    path.unlink()
    lost = json_of("audit", "--archive", archive.root)
    assert (lost.code, lost.findings[0]["path"]) == (3, f"evidence/{words}")
    archive.evidence.put(b"words of Eve")
    assert json_of("audit", "--archive", archive.root).summary["healed"] == 1


# any set of recordings


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=4),
    shared=st.lists(st.sampled_from(["a", "b", "c"]), max_size=3, unique=True),
)
def test_any_order_of_purges_leaves_what_belongs_to_the_others(
    tmp_path_factory: pytest.TempPathFactory, order: list[str], shared: list[str]
) -> None:
    """The oracle: a blob or a word is there while a recording that needs it is."""
    folder = tmp_path_factory.mktemp("order")
    with standing.made(folder / "archive") as archive:
        for name in "abc":
            words = b"shared words" if name in shared else f"words of {name}".encode()
            standing.record(archive, standing.kept(archive, name, words=words))
            standing.record(archive, standing.copied(archive, name, f"opus of {name}".encode()))
        for number, name in enumerate(order):
            assert purge(archive, name).is_new == (name not in order[:number])
        left = [name for name in "abc" if name not in order]
        blobs = {standing.sound(name) for name in left} | {f"opus of {name}".encode() for name in left}
        words = {b"shared words" if name in shared else f"words of {name}".encode() for name in left}
        found = files(archive)
        assert {data for name, data in found.items() if name.startswith("blobs")} == blobs
        assert {data for name, data in found.items() if name.startswith("evidence")} == words
        assert len(standing.facts_of(archive, RecordingPurged)) == len(set(order))
        assert standing.digest_anew(archive, folder / "again") == standing.digest(archive)
        assert len(standing.facts_of(archive, CopyDerived)) == 3
        tracing = Tracing(store=archive.store, derived=archive.derived, evidence=archive.evidence)
        with archive.ledger.reading() as connection:
            traces = tracing.of(connection, withdrawn.purged_after(connection, ""))
        assert list(tracing.findings(traces)) == []
