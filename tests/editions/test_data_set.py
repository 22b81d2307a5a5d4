"""The data-set door: what the gate lets be mined gets through, with its decision; nothing else does."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archives
from archives import files_below, json_of, longplay
from longplay.editions.data_set import DataSets, Made, Wanted
from longplay.errors import ArchiveBusy, BlobMissing, GateRefused, StorageError, UsageError
from longplay.formats.journal import decode_event
from longplay.ledger.register import Register
from longplay.model.digests import ContentId
from longplay.model.events import DataSetMade, FixityChecked, LetThrough
from longplay.model.findings import Finding, FindingCode, Severity
from longplay.model.rights import (
    WORLD,
    Act,
    Decision,
    MiningPreference,
    Purpose,
    RightsObject,
    RightsStatement,
    StatementKind,
    Strength,
    Territory,
)
from longplay.progress import Silent
from longplay.rights.gate import Gate, decide
from longplay.store.locks import locked
from longplay.wiring import Archive
from standing import facts_of, id_of, kept, made, record, sound, stated

ALLOWED, RESERVED = MiningPreference.ALLOWED, MiningPreference.RESERVED
DAY = datetime(2026, 11, 25, tzinfo=UTC)
EVERYWHERE = Wanted(name="set", territory=WORLD, purpose=Purpose.ARCHIVE)

REFUSED = {
    "unstated": (),
    "reserved": (replace(stated(), mining=RESERVED),),
    "reserved and allowed": (replace(stated(), mining=ALLOWED), replace(stated(), mining=RESERVED)),
    "only allowed": (replace(stated(), licence=None, stated="mine it", mining=ALLOWED),),
    "probable": (replace(stated(), strength=Strength.PROBABLE),),
    "withdrawn": (stated(), replace(stated(), kind=StatementKind.WITHDRAWAL, forbids=(Act.MINE,))),
    "not by us": (replace(stated(), licence="LicenseRef-Nobody", stated="mine"),),
}
"""Statements that let nothing be mined, by a name for each."""


def hold(archive: Archive, recordings: dict[str, tuple[RightsStatement, ...]]) -> None:
    """Take recordings in with what is stated of each."""
    facts = [replace(kept(archive, name), statements=said) for name, said in recordings.items()]
    if facts:
        record(archive, *facts)


def make(
    archive: Archive,
    out: Path,
    wanted: Wanted = EVERYWHERE,
    *,
    mining: MiningPreference | None = None,
    part: int = 2,
) -> Made:
    """Make a data set on a fixed day, in small parts."""
    with archive.writing() as register:
        return data_sets(archive, register, mining=mining, part=part).make(wanted, out=out, progress=Silent())


def data_sets(
    archive: Archive,
    register: Register,
    *,
    gate: Gate = decide,
    mining: MiningPreference | None = None,
    part: int = 2,
) -> DataSets:
    return DataSets(
        store=archive.store,
        register=register,
        gate=gate,
        as_object=lambda holding: replace(archive.rights_object(holding), mining=mining),
        mining=mining,
        clock=lambda: DAY,
        part=part,
    )


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An archive that holds three recordings that may be mined, and all of `REFUSED`."""
    with made(tmp_path / "archive", "one", "two", "three") as opened:
        hold(opened, REFUSED)
        yield opened


def records_of(folder: Path) -> list[dict[str, object]]:
    lines = [line for part in sorted(folder.glob("metadata/*.jsonl")) for line in part.read_text().splitlines()]
    return [json.loads(line) for line in lines]


def members_of(archive: Archive) -> list[LetThrough]:
    return [member for fact in facts_of(archive, DataSetMade) for member in fact.members]  # type: ignore[union-attr]


# who gets through


def test_what_may_be_mined_is_in_it_and_nothing_else(archive: Archive, tmp_path: Path) -> None:
    done = make(archive, tmp_path / "out")
    wanted = sorted(id_of(name) for name in ("one", "two", "three"))
    assert [one["content_id"] for one in records_of(done.folder)] == wanted
    assert done.members == 3
    assert sum(done.left_out.values()) == len(REFUSED)


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_is_refused_or_unknown_cannot_get_through(tmp_path: Path, name: str) -> None:
    with made(tmp_path / "archive") as archive:
        hold(archive, {name: REFUSED[name]})
        with pytest.raises(GateRefused, match="nothing may be mined: 1 by") as caught:
            make(archive, tmp_path / "out", replace(EVERYWHERE, with_audio=True))
        assert caught.value.rule
        assert facts_of(archive, DataSetMade) == []
    assert list((tmp_path / "out").iterdir()) == []


def test_the_archives_own_reservation_closes_it_but_where_the_right_holder_allows(tmp_path: Path) -> None:
    with made(tmp_path / "archive", "silent") as archive:
        hold(archive, {"allowed": (replace(stated(), mining=ALLOWED),)})
        done = make(archive, tmp_path / "out", mining=RESERVED)
    assert [(one["content_id"], one["mining"]) for one in records_of(done.folder)] == [
        (id_of("allowed"), "allowed")
    ]
    assert dict(done.left_out) == {"mining-reserved": 1}


def test_the_purpose_and_the_place_are_asked_for(tmp_path: Path) -> None:
    with made(tmp_path / "archive") as archive:
        sweden = Territory("SE")
        hold(
            archive,
            {
                "not sold": (replace(stated(), licence="CC-BY-NC-4.0"),),
                "at home": (replace(stated(), territories=(sweden,)),),
            },
        )
        found = {}
        for purpose in (Purpose.NONCOMMERCIAL, Purpose.COMMERCIAL):
            for place in (WORLD, sweden):
                wanted = Wanted(name=f"{purpose}-{place}", territory=place, purpose=purpose)
                try:
                    folder = make(archive, tmp_path / "out", wanted).folder
                except GateRefused:
                    found[purpose, place] = []
                else:
                    found[purpose, place] = [(one["title"], one["territories"]) for one in records_of(folder)]
    assert found[Purpose.NONCOMMERCIAL, WORLD] == [("not sold", [])]
    assert sorted(found[Purpose.NONCOMMERCIAL, sweden]) == [("at home", ["SE"]), ("not sold", ["SE"])]
    assert found[Purpose.COMMERCIAL, WORLD] == []
    assert found[Purpose.COMMERCIAL, sweden] == [("at home", ["SE"])]


STATEMENTS = st.builds(
    replace,
    st.just(stated()),
    licence=st.sampled_from(["CC-BY-4.0", "CC0-1.0", "CC-BY-NC-4.0", "LicenseRef-Nobody", None]),
    strength=st.sampled_from(Strength),
    mining=st.none() | st.sampled_from(MiningPreference),
    territories=st.sampled_from([(), (Territory("SE"),)]),
    forbids=st.sampled_from([(), (), (Act.MINE,)]),
)


@settings(max_examples=6)
@given(
    said=st.lists(st.lists(STATEMENTS, max_size=2, unique=True).map(tuple), max_size=5),
    default=st.none() | st.sampled_from(MiningPreference),
    place=st.sampled_from([WORLD, Territory("SE")]),
    purpose=st.sampled_from(Purpose),
)
def test_the_members_are_those_of_whom_the_gate_says_yes_and_each_is_journalled_with_its_yes(
    said: list[tuple[RightsStatement, ...]],
    default: MiningPreference | None,
    place: Territory,
    purpose: Purpose,
) -> None:
    """The oracle asks the gate itself, statement by statement."""
    with TemporaryDirectory() as folder, made(Path(folder) / "archive") as archive:
        names = {f"no {number}": statements for number, statements in enumerate(said)}
        hold(archive, names)
        wanted: dict[ContentId, Decision] = {}
        for name, statements in names.items():
            obj = RightsObject(
                content_id=id_of(name),
                statements=statements,
                keeping=archive.settings.archive.keeping,
                mining=default,
            )
            decision = decide(Act.MINE, obj, place, DAY.date(), purpose)
            if decision.permits:
                wanted[obj.content_id] = decision
        try:
            done = make(
                archive, Path(folder), Wanted(name="set", territory=place, purpose=purpose), mining=default
            )
        except GateRefused:
            assert not wanted
        else:
            assert [one["content_id"] for one in records_of(done.folder)] == sorted(wanted)
            assert not any(one["mining"] == "reserved" for one in records_of(done.folder))
        assert {one.content_id: one.decision for one in members_of(archive)} == wanted


# what it is


def test_each_member_is_journalled_in_events_of_at_most_a_part(archive: Archive, tmp_path: Path) -> None:
    make(archive, tmp_path / "out")
    facts = facts_of(archive, DataSetMade)
    assert [len(fact.members) for fact in facts] == [2, 1]  # type: ignore[union-attr]
    assert {(fact.name, fact.purpose) for fact in facts} == {("set", Purpose.ARCHIVE)}  # type: ignore[union-attr]
    assert all(member.decision.act is Act.MINE and member.decision.permits for member in members_of(archive))


def test_the_parquet_files_hold_the_records_of_the_json_lines(archive: Archive, tmp_path: Path) -> None:
    folder = make(archive, tmp_path / "out").folder
    rows = [
        row for part in sorted(folder.glob("metadata/*.parquet")) for row in pq.read_table(part).to_pylist()
    ]
    wanted = [(one["path"], one["content_id"], one["mining"], one["rule"]) for one in records_of(folder)]
    assert [(row["path"], row["content_id"], row["mining"], row["rule"]) for row in rows] == wanted


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum of GNU coreutils")
def test_sha256sum_finds_every_file_whole_and_none_beside_them(archive: Archive, tmp_path: Path) -> None:
    folder = make(archive, tmp_path / "out", replace(EVERYWHERE, with_audio=True)).folder
    manifest = folder / "manifest-sha256.txt"
    command = ["sha256sum", "--check", "--strict", "--quiet", manifest.name]
    assert subprocess.run(command, cwd=folder, check=False).returncode == 0
    listed = [line.partition("  ")[2] for line in manifest.read_text().splitlines()]
    assert sorted([*listed, manifest.name]) == sorted(files_below(folder))
    assert {oct(path.stat().st_mode & 0o777) for path in folder.rglob("*") if path.is_file()} == {"0o444"}


def test_the_same_archive_gives_the_same_bytes(archive: Archive, tmp_path: Path) -> None:
    with_audio = replace(EVERYWHERE, with_audio=True)
    once, again = (make(archive, tmp_path / name, with_audio).folder for name in ("a", "b"))
    assert files_below(once) == files_below(again)


def test_the_audio_is_the_blobs_themselves_and_only_when_asked_for(archive: Archive, tmp_path: Path) -> None:
    without = make(archive, tmp_path / "without").folder
    assert not (without / "data").exists()
    folder = make(archive, tmp_path / "with", replace(EVERYWHERE, with_audio=True)).folder
    for one in records_of(folder):
        linked = folder / str(one["path"])
        assert linked.read_bytes() == sound(str(one["title"]))
        blob = archive.store.path(ContentId(str(one["content_id"])))
        assert linked.samefile(blob) or linked.stat().st_nlink == 1  # one link: a reflink
    there = sorted(str(path.relative_to(folder)) for path in (folder / "data").rglob("*") if path.is_file())
    assert there == sorted(str(one["path"]) for one in records_of(folder))


def test_the_preference_of_each_that_has_one_stands_in_the_file_tdmrep_wants(tmp_path: Path) -> None:
    with made(tmp_path / "archive", "silent") as archive:
        hold(archive, {"allowed": (replace(stated(), mining=ALLOWED),)})
        folder = make(archive, tmp_path / "out").folder
    (file,) = folder.glob("metadata/tdmrep-*.json")
    (rule,) = json.loads(file.read_text())
    assert rule["tdm-reservation"] == 0
    assert rule["location"].endswith("allowed.flac$")


def test_the_archives_own_preference_is_carried_where_nothing_is_stated(tmp_path: Path) -> None:
    with made(tmp_path / "archive", "silent") as archive:
        folder = make(archive, tmp_path / "out", mining=ALLOWED).folder
    assert [one["mining"] for one in records_of(folder)] == ["allowed"]
    assert len(list(folder.glob("metadata/tdmrep-*.json"))) == 1


def test_the_text_of_each_licence_and_the_credit_are_there(archive: Archive, tmp_path: Path) -> None:
    folder = make(archive, tmp_path / "out").folder
    assert [path.name for path in folder.glob("metadata/licences/*")] == ["CC-BY-4.0.txt"]
    credit = "".join(path.read_text() for path in folder.glob("metadata/ATTRIBUTION-*.md"))
    assert all(f"**{name}**" in credit for name in ("one", "two", "three"))


def test_of_two_that_would_have_one_name_each_gets_its_own(tmp_path: Path) -> None:
    with made(tmp_path / "archive") as archive:
        facts = [kept(archive, name) for name in ("one", "two", "three")]
        record(archive, *(replace(fact, tags=replace(fact.tags, title="Same")) for fact in facts))
        folder = make(archive, tmp_path / "out", replace(EVERYWHERE, with_audio=True), part=3).folder
    assert len({str(one["path"]).casefold() for one in records_of(folder)}) == 3


# what stands against it


def test_a_recording_found_damaged_lends_no_audio(archive: Archive, tmp_path: Path) -> None:
    finding = Finding(
        code=FindingCode.DIGEST_DIFFERS, severity=Severity.ERROR, path=id_of("one"), detail="it is"
    )
    record(archive, FixityChecked(content_id=id_of("one"), finding=finding))
    done = make(archive, tmp_path / "with", replace(EVERYWHERE, with_audio=True))
    assert id_of("one") not in {one["content_id"] for one in records_of(done.folder)}
    assert done.left_out["damaged"] == 1
    assert make(archive, tmp_path / "without").members == 3


def test_a_blob_that_is_not_there_or_too_short_leaves_nothing_behind(archive: Archive, tmp_path: Path) -> None:
    blob = archive.store.path(id_of("one"))
    blob.chmod(0o644)
    with blob.open("r+b") as file:
        file.truncate(3)
    with_audio = replace(EVERYWHERE, with_audio=True)
    with pytest.raises(StorageError, match="3 bytes"):
        make(archive, tmp_path / "out", with_audio)
    blob.unlink()
    with pytest.raises(BlobMissing):
        make(archive, tmp_path / "out", with_audio)
    assert list((tmp_path / "out").iterdir()) == []
    assert facts_of(archive, DataSetMade) == []


@pytest.mark.parametrize("answers", [0, 2, 9])
def test_stopped_at_any_recording_it_leaves_nothing_and_the_next_run_makes_it(
    archive: Archive, tmp_path: Path, answers: int
) -> None:
    asked = iter(range(answers))

    def stopping(*question: Any) -> Decision:
        if next(asked, None) is None:
            raise KeyboardInterrupt
        return decide(*question)

    with archive.writing() as register, pytest.raises(KeyboardInterrupt):
        data_sets(archive, register, gate=stopping).make(EVERYWHERE, out=tmp_path / "out", progress=Silent())
    assert list((tmp_path / "out").iterdir()) == []
    assert facts_of(archive, DataSetMade) == []
    assert make(archive, tmp_path / "out").members == 3


def test_what_a_kill_left_is_swept_away(archive: Archive, tmp_path: Path) -> None:
    left = tmp_path / "out" / ".set.unfinished" / "data"
    left.mkdir(parents=True)
    (left / "half").write_bytes(b"x")
    make(archive, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["set"]


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/tmp", "-x", ".hidden", "a b", "x" * 101, "a\n"])
def test_a_name_that_is_none_for_a_folder_is_refused(archive: Archive, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="no name for a data set"):
        make(archive, tmp_path / "out", replace(EVERYWHERE, name=name))
    assert not (tmp_path / "out").exists()


def test_what_is_there_already_is_not_touched(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "out" / "set").mkdir(parents=True)
    with pytest.raises(UsageError, match="there already"):
        make(archive, tmp_path / "out")
    assert list((tmp_path / "out" / "set").iterdir()) == []


def test_two_at_once_do_not_meet(archive: Archive, tmp_path: Path) -> None:
    with locked(archive.root / "locks" / "data-set", what="a test"), pytest.raises(ArchiveBusy):
        make(archive, tmp_path / "out")


# the command


@pytest.fixture
def own(tmp_path: Path, ingested: Path) -> Path:
    """An archive of real files with a rights table."""
    return archives.copy(ingested, tmp_path / "archive")


def test_the_command_makes_one_and_says_what_is_left_out(own: Path, tmp_path: Path) -> None:
    ran = json_of("dataset", "open", "--out", tmp_path / "sets", "--archive", own)
    assert ran.code == 0, ran.err
    assert ran.summary["members"] == 4
    assert ran.summary["folder"] == str(tmp_path / "sets" / "open")
    assert ran.summary["left_out"] == {"fact-missing": 1, "no-statement": 1}
    sold = json_of("dataset", "sold", "--purpose", "commercial", "--out", tmp_path / "sets", "--archive", own)
    assert sold.summary["members"] == 3


def test_the_command_ends_with_eight_when_nothing_may_be_mined(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LONGPLAY_SETTINGS__RIGHTS__MINING", "reserved")
    ran = longplay("dataset", "open", "--out", tmp_path / "sets", "--archive", own)
    assert ran.code == 8
    assert "6 by mining-reserved" in ran.err
    assert list((tmp_path / "sets").iterdir()) == []
    lines = [line for chain in own.glob("journal/*/*.jsonl") for line in chain.read_bytes().splitlines()]
    assert not any(isinstance(decode_event(line).fact, DataSetMade) for line in lines)
