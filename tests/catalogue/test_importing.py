"""Importing: killed at any record it goes on to the same bytes; bad records are counted; users are nobody."""

import gzip
import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.catalogue.sources.importer import Importer, Together
from longplay.catalogue.sources.importing import Importing, Outcome
from longplay.catalogue.sources.imports import Imports
from longplay.catalogue.sources.lines import lines
from longplay.catalogue.sources.rows import Pseudonyms, Rows
from longplay.catalogue.sources.streams import Member
from longplay.catalogue.sources.tables import SCHEMAS, SourceTable
from longplay.catalogue.sources.texts import TEXT_LIMIT
from longplay.errors import MalformedInput, NotFound
from longplay.progress import Silent


def cut(member: Member) -> Iterator[bytes]:
    return lines(member.stream, kind="test")


def read(record: bytes, rows: Rows) -> None:
    rows.add(SourceTable.ARTIST, {"id": record.decode(), "name": "somebody"})
    if record.endswith(b"3"):
        raise MalformedInput("test", "a name that ends in 3")
    rows.add(SourceTable.RECORDING, {"id": record.decode(), "title": "a title", "isrcs": ["SEABC2500001"]})


TOY = Importer(kind="toy", source="toys", licences={"artist": "CC0-1.0"}, cut=cut, read=read)


def take(root: Path, path: Path, importer: Importer = TOY, **given: Any) -> Outcome:
    return Importing(imports=Imports(root), importer=importer, part_rows=16).take(
        path, as_of=given.get("as_of"), progress=given.get("progress", Silent())
    )


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    path = tmp_path / "dump.txt.gz"
    path.write_bytes(gzip.compress(b"\n".join(b"%d" % number for number in range(1, 101)), mtime=0))
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "archive"
    folder.mkdir()
    return folder


def rows_of(root: Path, outcome: Outcome, table: SourceTable) -> list[dict[str, Any]]:
    return [
        row for path in Imports(root).files(outcome.done.id, table) for row in pq.read_table(path).to_pylist()
    ]


def bytes_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_rows_carry_their_source_and_its_day_and_rejects_leave_none(root: Path, dump: Path) -> None:
    outcome = take(root, dump, as_of=date(2026, 8, 1))
    artists = rows_of(root, outcome, SourceTable.ARTIST)
    assert [row["id"] for row in artists] == [str(n) for n in range(1, 101) if n % 10 != 3]
    assert {(row["source"], row["as_of"]) for row in artists} == {("toys", date(2026, 8, 1))}
    assert (outcome.done.records, outcome.done.rejected) == (100, 10)
    assert outcome.done.rows == {SourceTable.ARTIST: 90, SourceTable.RECORDING: 90}
    first = next(Imports(root).rejects(outcome.done.id))
    assert (first.member, first.record, first.excerpt) == ("dump.txt", 3, "3")
    assert first.reason == "a name that ends in 3"


def test_the_same_file_is_imported_once_whatever_it_is_called(root: Path, dump: Path, tmp_path: Path) -> None:
    first = take(root, dump)
    again = take(root, dump.rename(tmp_path / "other.txt.gz"))
    assert (first.is_new, again.is_new, again.done.id) == (True, False, first.done.id)
    assert [done.id for done in Imports(root).all()] == [first.done.id]


def test_the_same_file_read_in_another_way_is_another_import(root: Path, dump: Path) -> None:
    first, other = take(root, dump), take(root, dump, replace(TOY, variant="another mapping"))
    assert other.is_new
    assert first.done.sha256 == other.done.sha256
    assert len(Imports(root).all()) == 2


class _Killed(BaseException):
    """Stands for the end of the process."""


@settings(max_examples=30)
@given(after=st.integers(min_value=0, max_value=110))
def test_an_import_killed_at_any_record_goes_on_to_the_same_bytes(
    after: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    tmp = tmp_path_factory.mktemp("killed")
    path = tmp / "dump.txt"
    path.write_bytes(b"\n".join(b"%d" % number for number in range(1, 101)))
    calm, killed = tmp / "calm", tmp / "killed"
    calm.mkdir()
    killed.mkdir()
    take(calm, path)
    seen = 0

    def dying(record: bytes, rows: Rows) -> None:
        nonlocal seen
        seen += 1
        if seen > after:
            raise _Killed
        read(record, rows)

    dier = Importer(kind="toy", source="toys", licences=TOY.licences, cut=cut, read=dying)
    if after < 100:
        with pytest.raises(_Killed):
            take(killed, path, dier)
    outcome = take(killed, path)
    imports = Imports(calm).folder, Imports(killed).folder
    assert bytes_below(imports[1] / outcome.done.id) == bytes_below(imports[0] / outcome.done.id)
    assert list(imports[1].glob(".unfinished-*")) == []


def test_a_kill_between_rows_and_state_writes_no_row_twice(root: Path, dump: Path) -> None:
    reads = 0

    def dying(record: bytes, rows: Rows) -> None:
        nonlocal reads
        reads += 1
        if reads == 60:
            raise _Killed
        read(record, rows)

    with pytest.raises(_Killed):
        take(root, dump, Importer(kind="toy", source="toys", licences={}, cut=cut, read=dying))
    (unfinished,) = Imports(root).folder.glob(".unfinished-*")
    stray = unfinished / "artist-000999.parquet"
    stray.write_bytes(b"half a file")
    outcome = take(root, dump)
    assert len(rows_of(root, outcome, SourceTable.ARTIST)) == 90


def test_a_dump_that_is_cut_keeps_what_came_before_and_says_so(root: Path, dump: Path) -> None:
    dump.write_bytes(dump.read_bytes()[:-9])
    outcome = take(root, dump)
    assert outcome.done.broken is not None
    assert len(rows_of(root, outcome, SourceTable.ARTIST)) > 0


def test_nothing_is_kept_of_a_file_without_records(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "empty.txt"
    path.touch()
    outcome = take(root, path)
    assert (outcome.is_empty, outcome.is_new, outcome.done.rows) == (True, False, {})
    assert list(Imports(root).folder.glob("[!.]*")) == list(Imports(root).folder.glob(".unfinished*")) == []


def test_no_user_stands_anywhere_and_the_same_user_is_the_same_listener(root: Path, tmp_path: Path) -> None:
    def listen(record: bytes, rows: Rows) -> None:
        user = json.loads(record)["user"]
        if user == "Mallory Marker":
            raise MalformedInput("test", "no listen")
        rows.add(SourceTable.LISTEN, {"listener": rows.listener(user), "at": 1, "artist": "a", "title": "t"})

    path = tmp_path / "listens.jsonl"
    users = ["Ada Unmistakable", "Bo", "Ada Unmistakable", "Mallory Marker"]
    path.write_text("\n".join(json.dumps({"user": user}) for user in users))
    importer = Importer(kind="toy", source="toys", licences={}, cut=cut, read=listen, names_people=True)
    outcome = take(root, path, importer)
    one, two, three = (row["listener"] for row in rows_of(root, outcome, SourceTable.LISTEN))
    assert one == three != two
    everything = b"".join(bytes_below(root).values())
    assert b"Unmistakable" not in everything
    assert b"Marker" not in everything
    assert (root / "catalogue" / "listener.key").stat().st_mode & 0o777 == 0o600


@given(st.text(), st.text())
def test_another_key_makes_other_listeners(source: str, user: str) -> None:
    one, two = Pseudonyms(b"1" * 32), Pseudonyms(b"2" * 32)
    assert one.listener(source, user) == one.listener(source, user) != two.listener(source, user)


def test_an_import_is_found_by_the_beginning_of_its_id_and_forgotten(root: Path, dump: Path) -> None:
    done = take(root, dump).done
    imports = Imports(root)
    assert imports.get("toy-" + done.sha256[:4]) == done
    left = imports.folder / ".forgotten-by-a-killed-process"
    left.mkdir()
    assert imports.forget(done.id) == done
    assert imports.all() == []
    assert not left.exists()
    with pytest.raises(NotFound):
        imports.get(done.id)


@given(st.text(max_size=50))
def test_texts_are_normal_forms_and_never_empty(text: str) -> None:
    rows = Rows(Pseudonyms(b"k" * 32), "toys")
    try:
        rows.add(SourceTable.RECORDING, {"id": "1", "title": text, "genres": [text, "rock"]})
    except MalformedInput:
        assert not text.replace("\0", "").strip()
        assert len(rows) == 0
        return
    (row,) = rows.take()[SourceTable.RECORDING].to_pylist()
    assert row["title"] == row["title"].strip() != ""
    assert row["genres"] == [row["title"], "rock"]


def test_a_title_of_nothing_but_nul_is_rejected_and_the_import_goes_on(root: Path, dump: Path) -> None:
    def hollow(record: bytes, rows: Rows) -> None:
        title = "\0" if record == b"7" else "a title"
        rows.add(SourceTable.RECORDING, {"id": record.decode(), "title": title})

    importer = Importer(kind="toy", source="toys", licences={}, cut=cut, read=hollow)
    outcome = take(root, dump, importer)
    assert (outcome.done.rows, outcome.done.rejected) == ({SourceTable.RECORDING: 99}, 1)


def test_rows_added_as_a_table_and_one_by_one_are_taken_together() -> None:
    rows = Rows(Pseudonyms(b"k" * 32), "toys")
    table = pa.table(
        {"kind": ["artist"], "from_id": ["1"], "to_id": ["2"]}, schema=SCHEMAS[SourceTable.REDIRECT]
    )
    rows.add_table(SourceTable.REDIRECT, table)
    rows.add(SourceTable.REDIRECT, {"kind": "artist", "from_id": "3", "to_id": "4"})
    assert len(rows) == 2
    assert [row["from_id"] for row in rows.take()[SourceTable.REDIRECT].to_pylist()] == ["1", "3"]
    assert len(rows) == 0


@pytest.mark.parametrize("change", [{"cut_by": "1"}, {"cut_off": "unknown"}])
def test_an_import_that_was_begun_another_way_begins_anew(
    change: dict[str, object], root: Path, dump: Path
) -> None:
    """A state that counts otherwise says nothing about which records were read."""

    def dying(record: bytes, rows: Rows) -> None:
        if record == b"60":
            raise _Killed
        read(record, rows)

    with pytest.raises(_Killed):
        take(root, dump, replace(TOY, read=dying))
    (state,) = Imports(root).folder.glob(".unfinished-*/state.json")
    before = json.loads(state.read_text())
    state.write_text(json.dumps(before | change))
    outcome = take(root, dump)
    assert [row["id"] for row in rows_of(root, outcome, SourceTable.ARTIST)] == [
        str(number) for number in range(1, 101) if number % 10 != 3
    ]


def test_endless_texts_are_cut_before_they_are_held() -> None:
    rows = Rows(Pseudonyms(b"k" * 32), "toys")
    long = "é" * 50_000
    tracemalloc.start()
    for number in range(500):
        rows.add(SourceTable.RECORDING, {"id": str(number), "title": long + str(number), "genres": [long * 2]})
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 500 * 2 * (2 * TEXT_LIMIT + 1_000)
    assert {len(row["title"]) for row in rows.take()[SourceTable.RECORDING].to_pylist()} == {TEXT_LIMIT}


@dataclass(frozen=True)
class Ten(Together):
    first: int

    @property
    def count(self) -> int:
        return 10


def read_ten(ten: Ten, rows: Rows) -> None:
    numbers = [str(number) for number in range(ten.first, ten.first + 10)]
    columns = {"kind": ["artist"] * 10, "from_id": numbers, "to_id": numbers}
    rows.add_table(SourceTable.REDIRECT, pa.table(columns, schema=SCHEMAS[SourceTable.REDIRECT]))


@pytest.mark.parametrize("after", [0, 3, 9])
def test_records_that_come_together_are_all_counted_and_read_once(
    after: int, root: Path, tmp_path: Path
) -> None:
    path = tmp_path / "dump.txt"
    path.write_bytes(b"\n".join(b"%d" % number for number in range(0, 100, 10)))
    left = after

    def dying(ten: Ten, rows: Rows) -> None:
        nonlocal left
        if left == 0:
            raise _Killed
        left -= 1
        read_ten(ten, rows)

    def cut_ten(member: Member) -> Iterator[Ten]:
        return (Ten(int(line)) for line in lines(member.stream, kind="test"))

    tens = Importer(kind="toy", source="toys", licences={}, cut=cut_ten, read=read_ten)
    with pytest.raises(_Killed):
        take(root, path, replace(tens, read=dying))
    outcome = take(root, path, tens)
    assert outcome.done.records == 100
    assert [row["from_id"] for row in rows_of(root, outcome, SourceTable.REDIRECT)] == list(
        map(str, range(100))
    )
