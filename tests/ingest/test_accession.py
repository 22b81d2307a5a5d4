"""Accession: every file met is held, a companion, a duplicate or refused, and nothing is ever done twice."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path, PurePath

import pytest

from longplay.audio.encode import Encoding
from longplay.ingest import minutes
from longplay.ingest.accession import staged_name
from longplay.ledger.ledger import remove
from longplay.ledger.register import Register
from longplay.model.events import FixityChecked
from longplay.model.findings import Finding, FindingCode, Severity
from longplay.model.holdings import CompanionKind
from longplay.model.rights import Act, KeepingBasis, RightsObject, StatementSource, Verdict
from longplay.wiring import open_archive
from taking import (
    accept,
    check_whole,
    companions,
    digest,
    holdings,
    journal_size,
    new_archive,
    sha256,
)

MakeTone = Callable[..., Path]
CC_BY = "https://creativecommons.org/licenses/by/4.0/"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return new_archive(tmp_path / "archive")


@pytest.fixture
def deposit(tmp_path: Path) -> Path:
    folder = tmp_path / "deposit"
    folder.mkdir()
    return folder


def rich(deposit: Path, make_tone: MakeTone) -> None:
    """A deposit with one of everything."""
    album = deposit / "album"
    make_tone(album / "1.flac", pitch=200, title="One", licence=CC_BY)
    make_tone(album / "2.ogg", pitch=300, encoding=Encoding.VORBIS)
    make_tone(album / "copy of 1.flac", pitch=200, title="One", licence=CC_BY)
    (album / "cover.jpg").write_bytes(b"\xff\xd8 a picture")
    (album / "2.txt").write_text("words about the second")
    (album / "scans").mkdir()
    (album / "scans" / "back.png").write_bytes(b"\x89PNG a scan")
    (album / "empty.flac").touch()
    (album / "notes.doc").write_bytes(b"no audio")
    (deposit / "readme.txt").write_text("about the deposit")
    (deposit / "papers").mkdir()
    (deposit / "papers" / "letter.pdf").write_bytes(b"%PDF")
    (album / "link.flac").symlink_to("1.flac")


def test_files_met_is_the_sum_of_what_became_of_them(archive: Path, deposit: Path, make_tone: MakeTone) -> None:
    rich(deposit, make_tone)
    (deposit / "alone").mkdir()
    (deposit / "alone" / "text.txt").write_text("no music is above, below or beside it")
    heard = accept(archive, deposit)
    assert heard.sums == (11, 2, 4, 1, 4)
    assert (
        heard.codes
        == {
            "album/link.flac": FindingCode.SYMLINK,
            "album/empty.flac": FindingCode.EMPTY,
            "album/notes.doc": FindingCode.NOT_AUDIO,
            "papers/letter.pdf": FindingCode.NO_RECORDING_NEAR,
            "alone/text.txt": FindingCode.NO_RECORDING_NEAR,
        }
        or heard.codes["album/notes.doc"] is FindingCode.NO_SAMPLES
    )
    assert set(holdings(archive)) == {"album/1.flac", "album/2.ogg"}
    check_whole(archive)


@pytest.mark.parametrize("seed", range(2))
def test_on_any_tree_the_sum_is_right_and_every_kept_byte_is_in_the_store(
    archive: Path, deposit: Path, make_tone: MakeTone, seed: int
) -> None:
    chance = random.Random(seed)
    folders = [deposit]
    for number in range(chance.randint(6, 14)):
        if chance.random() < 0.35:
            folders.append(chance.choice(folders) / f"folder {number}")
            folders[-1].mkdir()
        _drop_something(chance.choice(folders), number, chance, make_tone)
    heard = accept(archive, deposit)
    met = [path for path in deposit.rglob("*") if path.is_file() and not path.is_symlink()]
    assert heard.summary.files == len(met) == sum(heard.sums[1:])
    assert heard.summary.bytes == sum(path.stat().st_size for path in met)
    assert heard.summary.accessioned == heard.summary.publishable + heard.summary.dark
    assert heard.summary.findings == len(heard.findings)
    kept = check_whole(archive)
    refused = {one.path for one in heard.findings if one.severity is Severity.ERROR}
    assert kept == {sha256(path) for path in met if str(path.relative_to(deposit)) not in refused}
    again = accept(archive, deposit)
    assert (again.summary.files, again.summary.accessioned) == (len(met), 0)


def _drop_something(folder: Path, number: int, chance: random.Random, make_tone: MakeTone) -> None:
    match chance.choice(["tone", "tone", "tone", "text", "picture", "junk", "empty", "licence", "link"]):
        case "tone":
            encoding = chance.choice([Encoding.FLAC, Encoding.OPUS, Encoding.WAV])
            path = folder / f"{number}{encoding.suffix}"
            make_tone(path, pitch=chance.choice([250, 350, 450]), encoding=encoding)
        case "text":
            (folder / f"{number}.txt").write_text(f"text {chance.randint(1, 3)}")
        case "picture":
            (folder / f"{number}.jpg").write_bytes(b"picture")
        case "junk":
            (folder / f"{number}.mp3").write_bytes(chance.randbytes(300))
        case "empty":
            (folder / f"{number}.ogg").touch()
        case "licence":
            (folder / "LICENSE").write_text("SPDX-License-Identifier: CC0-1.0\n")
        case "link":
            (folder / f"{number}.flac").symlink_to("nowhere")


def test_bytes_met_twice_are_one_blob_with_two_provenances(
    archive: Path, deposit: Path, make_tone: MakeTone
) -> None:
    make_tone(deposit / "a" / "song.flac")
    make_tone(deposit / "b" / "same song.flac")
    heard = accept(archive, deposit)
    assert heard.sums == (2, 1, 0, 1, 0)
    (holding,) = holdings(archive).values()
    assert [one.path for one in holding.provenances] == ["a/song.flac", "b/same song.flac"]
    assert len(check_whole(archive)) == 1


def test_the_same_bytes_from_another_source_are_another_provenance(
    archive: Path, deposit: Path, make_tone: MakeTone
) -> None:
    make_tone(deposit / "song.flac")
    accept(archive, deposit, source="first")
    heard = accept(archive, deposit, source="second")
    assert heard.sums == (1, 0, 0, 1, 0)
    assert [one.source for one in holdings(archive)["song.flac"].provenances] == ["first", "second"]


def test_running_again_adds_no_line_to_the_journal(archive: Path, deposit: Path, make_tone: MakeTone) -> None:
    rich(deposit, make_tone)
    table = deposit / "rights.csv"
    table.write_text("path,licence\nalbum/1.flac,CC-BY-4.0\nnever/there.flac,CC0-1.0\n")
    accept(archive, deposit, table=table)
    before = journal_size(archive), digest(archive)
    again = accept(archive, deposit, table=table)
    assert (journal_size(archive), digest(archive)) == before
    assert again.summary.accessioned == 0
    assert again.summary.files == sum(again.sums[1:])


def test_files_are_told_only_once_they_are_held(
    archive: Path, deposit: Path, make_tone: MakeTone, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        make_tone(deposit / f"{number}.flac", pitch=300 + number)
    monkeypatch.setattr(minutes, "GROUP_EVENTS", 2)
    heard = accept(archive, deposit)
    assert [one.path for one in heard.holdings] == [f"{number}.flac" for number in range(5)]
    assert len(check_whole(archive)) == 5


def test_the_source_folder_is_left_as_it_was(archive: Path, deposit: Path, make_tone: MakeTone) -> None:
    rich(deposit, make_tone)
    before = {path: _trace(path) for path in deposit.rglob("*")}
    accept(archive, deposit)
    assert {path: _trace(path) for path in deposit.rglob("*")} == before


def _trace(path: Path) -> tuple[int, int, int, int]:
    status = path.lstat()
    return status.st_mode, status.st_ino, status.st_size, status.st_mtime_ns


def test_a_single_file_is_taken_in(archive: Path, deposit: Path, make_tone: MakeTone) -> None:
    song = make_tone(deposit / "song.flac")
    make_tone(deposit / "other.flac", pitch=880)
    assert accept(archive, song).sums == (1, 1, 0, 0, 0)
    assert set(holdings(archive)) == {"song.flac"}


def test_the_same_folder_named_twice_gives_the_same_archive(
    archive: Path, tmp_path: Path, deposit: Path, make_tone: MakeTone
) -> None:
    rich(deposit, make_tone)
    heard = accept(archive, deposit, deposit)
    assert heard.summary.files == sum(heard.sums[1:]) == 20
    assert heard.summary.accessioned == 2
    check_whole(archive)


def test_an_archive_inside_the_source_is_not_taken_into_itself(deposit: Path, make_tone: MakeTone) -> None:
    make_tone(deposit / "song.flac")
    archive = new_archive(deposit / "archive")
    for _ in range(2):
        heard = accept(archive, deposit)
        assert heard.codes == {"archive": FindingCode.OWN_ARCHIVE}
    assert len(check_whole(archive)) == 1


def test_names_of_every_kind_come_back_as_written(archive: Path, deposit: Path, make_tone: MakeTone) -> None:
    names = [b"new\nline.flac", b"\xff\xfe.flac", b"x" * 250 + b".flac", b"dots...", b"Song.FLAC", b"song.flac"]
    for number, name in enumerate(names):
        made = make_tone(deposit / "made.flac", pitch=200 + 10 * number)
        made.rename(deposit / name.decode("utf-8", "surrogateescape"))
    heard = accept(archive, deposit)
    assert heard.summary.accessioned == len(names)
    written = {"new%0Aline.flac", "%FF%FE.flac", "x" * 250 + ".flac", "dots...", "Song.FLAC", "song.flac"}
    assert set(holdings(archive)) == written
    again = accept(archive, deposit)
    assert (again.summary.duplicates, again.findings) == (len(names), [])


# what the files and their neighbours say about rights


def redistribute(archive: Path, path: str) -> tuple[Verdict, str | None]:
    """What the gate says to redistributing a holding, and what is missing."""
    from datetime import date

    from longplay.model.rights import WORLD, Purpose
    from longplay.rights.gate import decide

    holding = holdings(archive)[path]
    obj = RightsObject(
        content_id=holding.content_id, statements=holding.statements, keeping=KeepingBasis.OWN_COLLECTION
    )
    decision = decide(Act.REDISTRIBUTE, obj, WORLD, date(2026, 5, 1), Purpose.ARCHIVE)
    return decision.verdict, decision.missing


def test_what_states_no_licence_is_kept_dark(archive: Path, deposit: Path, make_tone: MakeTone) -> None:
    make_tone(deposit / "song.flac", copyright="(c) somebody")
    heard = accept(archive, deposit)
    assert (heard.summary.accessioned, heard.summary.publishable, heard.summary.dark) == (1, 0, 1)
    assert heard.holdings[0].redistribute.verdict is Verdict.UNKNOWN


def test_an_archive_for_open_licences_only_refuses_what_states_none(
    tmp_path: Path, deposit: Path, make_tone: MakeTone
) -> None:
    archive = new_archive(tmp_path / "archive", KeepingBasis.OPEN_LICENCES_ONLY)
    make_tone(deposit / "open.flac", pitch=300, licence=CC_BY)
    make_tone(deposit / "closed.flac", pitch=400)
    make_tone(deposit / "closed" / "more.flac", pitch=500)
    (deposit / "closed" / "more.jpg").write_bytes(b"picture")
    heard = accept(archive, deposit)
    assert heard.sums == (4, 1, 1, 0, 2)
    assert heard.codes["closed.flac"] is FindingCode.NO_BASIS_TO_KEEP
    assert set(holdings(archive)) == {"open.flac"}
    check_whole(archive)
    later = accept(archive, deposit, licence="CC-BY-4.0")
    assert later.summary.accessioned == 2
    assert len(check_whole(archive)) == 4


def test_a_licence_file_speaks_for_its_folder_and_those_below(
    archive: Path, deposit: Path, make_tone: MakeTone
) -> None:
    (deposit / "album" / "disc").mkdir(parents=True)
    (deposit / "album" / "LICENSE").write_text("SPDX-License-Identifier: CC-BY-SA-4.0\n")
    make_tone(deposit / "album" / "song.flac", pitch=300)
    make_tone(deposit / "album" / "disc" / "song.flac", pitch=400)
    make_tone(deposit / "elsewhere" / "song.flac", pitch=500)
    heard = accept(archive, deposit)
    assert (heard.summary.publishable, heard.summary.dark) == (2, 1)
    kept = holdings(archive)
    for path in ("album/song.flac", "album/disc/song.flac"):
        (statement,) = kept[path].statements
        assert (statement.licence, statement.source) == ("CC-BY-SA-4.0", StatementSource.NEIGHBOUR)
    assert kept["elsewhere/song.flac"].statements == ()
    assert companions(archive)["album/LICENSE"].kind is CompanionKind.LICENCE


def test_a_sidecar_speaks_for_the_recording_it_names(archive: Path, deposit: Path, make_tone: MakeTone) -> None:
    make_tone(deposit / "a.flac", pitch=300)
    make_tone(deposit / "b.flac", pitch=400)
    make_tone(deposit / "c.flac", pitch=500)
    (deposit / "a.flac.license").write_text("SPDX-License-Identifier: CC0-1.0\n")
    (deposit / "b.txt").write_text(f"License: {CC_BY}\n")
    accept(archive, deposit)
    kept = holdings(archive)
    assert [one.licence for one in kept["a.flac"].statements] == ["CC0-1.0"]
    assert [one.licence for one in kept["b.flac"].statements] == ["CC-BY-4.0"]
    assert {one.source for path in "ab" for one in kept[f"{path}.flac"].statements} == {StatementSource.SIDECAR}
    assert kept["c.flac"].statements == ()
    assert companions(archive)["a.flac.license"].about == "a.flac"
    assert companions(archive)["b.txt"].about == "b.flac"


def test_a_sidecar_speaks_for_no_recording_in_the_folders_below(
    archive: Path, deposit: Path, make_tone: MakeTone
) -> None:
    make_tone(deposit / "a.flac", pitch=300)
    make_tone(deposit / "below" / "a.flac", pitch=400)
    (deposit / "a.flac.license").write_text("SPDX-License-Identifier: CC0-1.0\n")
    (deposit / "gone.flac.LICENCE").write_text("SPDX-License-Identifier: CC0-1.0\n")
    accept(archive, deposit)
    assert holdings(archive)["below/a.flac"].statements == ()


def test_a_folders_licence_does_not_speak_where_something_nearer_does(
    archive: Path, deposit: Path, make_tone: MakeTone
) -> None:
    make_tone(deposit / "song.flac", licence=CC_BY)
    (deposit / "LICENSE").write_text("SPDX-License-Identifier: CC0-1.0\n")
    accept(archive, deposit)
    assert [one.licence for one in holdings(archive)["song.flac"].statements] == ["CC-BY-4.0"]


def test_a_tag_against_the_table_is_a_conflict_and_stays_dark(
    archive: Path, deposit: Path, make_tone: MakeTone
) -> None:
    make_tone(deposit / "song.flac", licence=CC_BY)
    table = deposit / "rights.csv"
    table.write_text("path,licence,licence_evidence\nsong.flac,CC0-1.0,a letter\n")
    heard = accept(archive, deposit, table=table)
    assert (heard.summary.publishable, heard.summary.dark) == (0, 1)
    verdict, missing = redistribute(archive, "song.flac")
    assert verdict is Verdict.UNKNOWN
    assert missing is not None
    assert "CC-BY-4.0" in missing
    assert "CC0-1.0" in missing


def test_a_later_table_adds_statements_and_the_depositors_words(
    archive: Path, deposit: Path, make_tone: MakeTone
) -> None:
    make_tone(deposit / "song.flac")
    accept(archive, deposit)
    assert redistribute(archive, "song.flac")[0] is Verdict.UNKNOWN
    table = deposit / "rights.csv"
    table.write_text("path,licence,licence_evidence,title\nsong.flac,CC-BY-4.0,a letter,Ein Lied\n")
    heard = accept(archive, deposit, table=table)
    assert (heard.summary.accessioned, heard.summary.duplicates) == (0, 1)
    assert redistribute(archive, "song.flac")[0] is Verdict.PERMITTED_WITH_CONDITIONS
    holding = holdings(archive)["song.flac"]
    assert holding.described("title") == "Ein Lied"
    assert [(one.licence, one.evidence) for one in holding.statements] == [("CC-BY-4.0", "a letter")]
    assert companions(archive)["rights.csv"].kind is CompanionKind.RIGHTS_TABLE


def test_a_table_outside_the_source_is_kept_as_evidence(
    archive: Path, deposit: Path, tmp_path: Path, make_tone: MakeTone
) -> None:
    make_tone(deposit / "song.flac")
    table = tmp_path / "table.csv"
    table.write_text("path,licence\ndeposit/song.flac,CC0-1.0\n")
    heard = accept(archive, deposit, table=table)
    assert heard.summary.publishable == 1
    kept = companions(archive)["table.csv"]
    assert (kept.kind, kept.about, kept.digests.content_id) == (CompanionKind.RIGHTS_TABLE, "", sha256(table))


def test_a_table_that_comes_with_a_rerun_after_a_kill_is_kept_too(
    archive: Path, deposit: Path, tmp_path: Path, make_tone: MakeTone, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        make_tone(deposit / f"{number}.flac", pitch=300 + number)
    killed_after(archive, deposit, monkeypatch, groups=1)
    table = tmp_path / "table.csv"
    table.write_text("path,licence\ndeposit/2.flac,CC0-1.0\n")
    accept(archive, deposit, table=table)
    with open_archive(archive) as opened, opened.ledger.reading() as connection:
        from longplay.ledger import queries

        assert queries.counts(connection)["accessions"] == 1
    assert companions(archive)["table.csv"].kind is CompanionKind.RIGHTS_TABLE


class _Killed(BaseException):
    """Stands for the end of the process."""


def killed_after(archive: Path, deposit: Path, monkeypatch: pytest.MonkeyPatch, *, groups: int) -> None:
    """Take a deposit in, with small groups, and end after some were written down."""
    record, done = Register.record, []

    def counted(register: Register, facts: list[object]) -> object:
        if len(done) == groups:
            raise _Killed
        done.append(facts)
        return record(register, facts)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(minutes, "GROUP_EVENTS", 2)
        patch.setattr(Register, "record", counted)
        with pytest.raises(_Killed):
            accept(archive, deposit)


def test_an_accession_that_was_cut_off_is_taken_up_and_ends_the_same(
    archive: Path, deposit: Path, tmp_path: Path, make_tone: MakeTone, monkeypatch: pytest.MonkeyPatch
) -> None:
    rich(deposit, make_tone)
    undisturbed = new_archive(tmp_path / "undisturbed")
    accept(undisturbed, deposit)
    for groups in (0, 1, 2):
        killed_after(archive, deposit, monkeypatch, groups=groups)
    accept(archive, deposit)
    assert digest(archive) == digest(undisturbed)
    assert check_whole(archive) == check_whole(undisturbed)


def test_copies_that_a_killed_run_left_are_removed_and_never_taken_for_new_ones(
    archive: Path, deposit: Path, make_tone: MakeTone
) -> None:
    song = make_tone(deposit / "song.flac")
    left = archive / "staging" / "w0001"
    make_tone(left / "1.flac", pitch=900)
    make_tone(left / "an earlier run" / "1.flac", pitch=900)
    accept(archive, deposit)
    assert check_whole(archive) == {sha256(song)}
    assert list(left.iterdir()) == []


def test_the_ledger_may_be_deleted_between_two_accessions(
    archive: Path, deposit: Path, make_tone: MakeTone
) -> None:
    rich(deposit, make_tone)
    accept(archive, deposit)
    before = digest(archive)
    remove(archive / "ledger.sqlite")
    assert accept(archive, deposit).summary.accessioned == 0
    assert digest(archive) == before


# blobs that went bad


@pytest.mark.parametrize("damage", ["deleted", "shorter", "known"])
def test_taking_a_file_in_again_heals_its_blob(
    archive: Path, deposit: Path, make_tone: MakeTone, damage: str
) -> None:
    song = make_tone(deposit / "song.flac")
    accept(archive, deposit)
    with open_archive(archive) as opened:
        content_id = holdings(archive)["song.flac"].content_id
        blob = opened.store.path(content_id)
        blob.chmod(0o644)
        match damage:
            case "deleted":
                blob.unlink()
            case "shorter":
                blob.write_bytes(blob.read_bytes()[:-1])
            case _:
                blob.write_bytes(bytes(song.stat().st_size))
                what = Finding(
                    code=FindingCode.DIGEST_DIFFERS, severity=Severity.ERROR, path=content_id, detail="zeros"
                )
                with opened.writing() as register:
                    register.record([FixityChecked(content_id=content_id, finding=what)])
    heard = accept(archive, deposit)
    assert heard.sums == (1, 0, 0, 1, 0)
    check_whole(archive)
    with open_archive(archive) as opened, opened.ledger.reading() as connection:
        from longplay.ledger import queries

        assert queries.damaged(connection) == {}


# dry run


def test_a_dry_run_says_the_same_and_keeps_nothing(
    archive: Path, deposit: Path, tmp_path: Path, make_tone: MakeTone
) -> None:
    rich(deposit, make_tone)
    table = deposit / "rights.csv"
    table.write_text("path,licence\nalbum/2.ogg,CC0-1.0\n")
    before = digest(archive)
    rehearsed = accept(archive, deposit, table=table, dry_run=True)
    assert (digest(archive), journal_size(archive)) == (before, 0)
    assert check_whole(archive) == set()
    performed = accept(archive, deposit, table=table)
    assert rehearsed.sums == performed.sums
    assert rehearsed.codes == performed.codes
    assert [one.path for one in rehearsed.holdings] == [one.path for one in performed.holdings]


def test_a_dry_run_heals_nothing_and_adds_nothing_to_what_is_held(
    archive: Path, deposit: Path, make_tone: MakeTone
) -> None:
    make_tone(deposit / "song.flac")
    accept(archive, deposit)
    shutil.rmtree(archive / "blobs")
    before = journal_size(archive)
    heard = accept(archive, deposit, source="another", licence="CC0-1.0", dry_run=True)
    assert heard.sums == (1, 0, 0, 1, 0)
    assert journal_size(archive) == before
    assert not (archive / "blobs").exists()


@pytest.mark.parametrize(
    ("name", "staged"),
    [
        ("song.flac", "7.flac"),
        ("Song.FLAC", "7.flac"),
        ("song", "7"),
        ("song.", "7"),
        ("song.a b", "7"),
        ("song.\udcff", "7"),
        ("song.ünit", "7"),
        ("song.averylongsuffix", "7"),
        ("song.$(x)", "7"),
    ],
)
def test_a_copy_keeps_a_harmless_suffix_of_its_source(name: str, staged: str) -> None:
    assert staged_name("7", PurePath(name)) == staged
