"""Rebuilding: the ledger made again knows the same, and a journal that is broken costs nothing."""

import sqlite3
from pathlib import Path

import pytest

import archives
from archives import json_of, longplay, publish, state_of


def rows(archive: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table of a ledger, sorted."""
    database = sqlite3.connect(archive / "ledger.sqlite")
    try:
        query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        tables = [name for (name,) in database.execute(query)]
        return {name: sorted(database.execute(f'SELECT * FROM "{name}"'), key=repr) for name in tables}
    finally:
        database.close()


@pytest.fixture
def eventful(publisher: Path, deposit: Path, tmp_path: Path) -> Path:
    """An archive in which every kind of event has happened."""
    later = archives.make_deposit(tmp_path / "later", {"Later.wav": "CC-BY-4.0"})
    (later / "not audio.mp3").write_bytes(b"not audio")
    (later / "cover.jpg").write_bytes(b"\xff\xd8\xff\xe0 a picture")
    archives.take_in(publisher, later)
    archives.take_in(publisher, archives.copy(later, tmp_path / "again"))
    archives.flip(archives.blob_of(publisher, archives.sha256(deposit / "free/Alpha.wav")), 9)
    assert longplay("audit", "--archive", publisher).code == 3
    publish(publisher, "second")
    return publisher


def test_a_rebuilt_ledger_has_the_same_rows_and_the_same_state_digest(eventful: Path) -> None:
    before, digest = rows(eventful), state_of(eventful)
    ran = json_of("rebuild", "--archive", eventful)
    assert (ran.code, ran.summary["state_digest"]) == (0, digest)
    assert rows(eventful) == before
    assert state_of(eventful) == digest


def test_a_ledger_that_was_deleted_comes_back(eventful: Path) -> None:
    before = rows(eventful)
    for path in eventful.glob("ledger.sqlite*"):
        path.unlink()
    assert longplay("rebuild", "--archive", eventful).code == 0
    assert rows(eventful) == before


def test_a_ledger_that_was_deleted_comes_back_by_any_command(eventful: Path) -> None:
    before = rows(eventful)
    for path in eventful.glob("ledger.sqlite*"):
        path.unlink()
    assert longplay("status", "--archive", eventful).code == 0
    assert rows(eventful) == before


def test_a_ledger_that_is_no_database_is_replaced(archive: Path) -> None:
    before = rows(archive)
    (archive / "ledger.sqlite").write_bytes(b"no database" * 1000)
    ran = longplay("status", "--archive", archive)
    assert (ran.code, "longplay rebuild" in ran.err) == (5, True)
    assert longplay("rebuild", "--archive", archive).code == 0
    assert rows(archive) == before


def test_rebuilding_twice_changes_nothing_and_leaves_nothing_behind(archive: Path) -> None:
    names = sorted(path.name for path in archive.iterdir())
    first = json_of("rebuild", "--archive", archive).summary
    assert json_of("rebuild", "--archive", archive).summary == first
    assert {path.name for path in archive.iterdir()} <= {*names, "ledger.sqlite-wal", "ledger.sqlite-shm"}


def test_a_missing_blob_is_reported_and_the_rest_rebuilt(archive: Path, deposit: Path) -> None:
    blob = archives.blob_of(archive, archives.sha256(deposit / "free/Alpha.wav"))
    digest = state_of(archive)
    blob.unlink()
    ran = json_of("rebuild", "--archive", archive)
    assert ran.code == 3
    assert [(one["code"], one["path"]) for one in ran.findings] == [("missing", blob.name)]
    assert (ran.summary["missing"], ran.summary["state_digest"]) == (1, digest)


def test_a_blob_of_another_size_is_reported(archive: Path, deposit: Path) -> None:
    blob = archives.blob_of(archive, archives.sha256(deposit / "free/Alpha.wav"))
    blob.unlink()
    blob.write_bytes(b"")
    ran = json_of("rebuild", "--archive", archive)
    assert ran.code == 3
    assert [(one["code"], one["path"]) for one in ran.findings] == [("size-differs", blob.name)]


def test_a_broken_journal_is_named_by_chain_and_line_and_the_old_ledger_stays(archive: Path) -> None:
    before = rows(archive)
    (segment,) = (archive / "journal").glob("*/*.jsonl")
    lines = segment.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b"Noise", b"Voice", 1)
    segment.write_bytes(b"".join(lines))
    ran = longplay("rebuild", "--archive", archive)
    assert ran.code == 7
    assert segment.parent.name in ran.err
    assert rows(archive) == before


def test_a_folder_without_an_archive_is_not_rebuilt(tmp_path: Path) -> None:
    assert longplay("rebuild", "--archive", tmp_path).code == 2
    assert list(tmp_path.iterdir()) == []
