"""MusicBrainz canonical data: which recording and release names mean, and which stand for which others.

The tables are CSV of tens of millions of rows, so they are read in columns. A row that is none is a record of
its own, so that it is counted alone; rows of the wrong number of columns come after all others of their table.

Source: ListenBrainz documentation, "MusicBrainz Canonical Dumps".
"""

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final, cast

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from longplay.catalogue.importers.arrow_texts import HOLE, PLACE, mended, places, without_spoiled
from longplay.catalogue.importers.listens import mbids
from longplay.catalogue.importers.musicbrainz import day
from longplay.catalogue.sources.importer import Fault, Importer, Together
from longplay.catalogue.sources.rows import Rows
from longplay.catalogue.sources.streams import Member, reading
from longplay.catalogue.sources.tables import SCHEMAS, SourceTable
from longplay.catalogue.sources.texts import clean_texts
from longplay.errors import MalformedInput

KIND: Final = "musicbrainz-canonical"

_BLOCK: Final = 8 << 20
_CHUNK: Final = 1 << 20
_WANTED: Final = {
    "canonical_musicbrainz_data.csv": (
        "artist_credit_name",
        "recording_name",
        "recording_mbid",
        "release_mbid",
        "score",
    ),
    "canonical_recording_redirect.csv": ("recording_mbid", "canonical_recording_mbid"),
    "canonical_release_redirect.csv": ("release_mbid", "canonical_release_mbid"),
}
"""The columns that are read of each table."""

_NAMES: Final = frozenset({"artist_credit_name", "recording_name"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch(Together):
    """Rows of one of the tables, none of them bad.

    Attributes:
        table: name of its file.
        columns: those of `_WANTED`.
    """

    table: str
    columns: pa.RecordBatch

    @property
    def count(self) -> int:
        """As `Together` has it."""
        return int(self.columns.num_rows)


def cut(member: Member) -> Iterator[Batch | Fault]:
    """Rows of the canonical tables, many at a time; other files of the dump are none.

    Raises:
        MalformedInput: no header with the columns, or the file breaks before its end.
    """
    name = member.name.rpartition("/")[2]
    if name not in _WANTED:
        return
    # Arrow reads ahead, and tells of bad rows when it likes; records must come in the same order every time
    bad: Counter[str] = Counter()
    try:
        yield from _parts(member, name, bad)
    except MalformedInput:
        yield from _faults(bad)
        raise
    yield from _faults(bad)


def _faults(bad: Counter[str]) -> Iterator[Fault]:
    return (Fault(reason=reason) for reason in bad.elements())


def _parts(member: Member, name: str, bad: Counter[str]) -> Iterator[Batch | Fault]:
    try:
        with reading(KIND):
            before = 0
            for batch in _batches(member, name, bad):
                yield from _sound(name, batch.append_column(PLACE, places(before, batch.num_rows)))
                before += batch.num_rows
    except (pa.ArrowInvalid, pa.ArrowKeyError) as exc:
        if "Empty CSV" not in str(exc):
            raise MalformedInput(KIND, f"{name}: {str(exc)[:300]}") from exc


class _Bounded(io.RawIOBase):
    """A stream in which a chunk without an end of line is a hole: Arrow ends at a row longer than its block.

    What is left of such a row is short, and no row, as its hole is found later.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        chunk = self._stream.read(len(view))
        if len(chunk) >= _CHUNK and b"\n" not in chunk:
            chunk = HOLE
        view[: len(chunk)] = chunk
        return len(chunk)


def _batches(member: Member, name: str, bad: Counter[str]) -> Iterator[pa.RecordBatch]:
    def skip(row: csv.InvalidRow) -> str:
        bad[f"a row of {row.actual_columns} columns, not {row.expected_columns}"] += 1
        return "skip"

    kinds = dict.fromkeys(_WANTED[name], pa.string())
    yield from csv.open_csv(
        mended(cast(IO[bytes], _Bounded(member.stream))),
        read_options=csv.ReadOptions(block_size=_BLOCK, use_threads=False),
        parse_options=csv.ParseOptions(newlines_in_values=False, invalid_row_handler=skip),
        convert_options=csv.ConvertOptions(column_types=kinds, include_columns=list(kinds)),
    )


def _sound(name: str, batch: pa.RecordBatch) -> Iterator[Batch | Fault]:
    """The rows of a batch that are sound, and why the others are not."""
    texts, spoiled = without_spoiled(batch)
    yield from (Fault(reason="a row that is no UTF-8, or too long", place=place) for place in spoiled)
    cleaned = pa.RecordBatch.from_arrays(
        [_cleaned(texts.column(title), title) for title in _WANTED[name]], names=_WANTED[name]
    )
    good = _good(cleaned)
    for place in texts.column(PLACE).filter(pc.invert(good)).to_pylist():
        yield Fault(reason="a row without an MBID, a name or a score", place=place)
    if pc.any(good).as_py():
        yield Batch(table=name, columns=cleaned.filter(good))


def _cleaned(column: pa.StringArray, title: str) -> pa.Array:
    """A column in which null is what cannot be."""
    if title in _NAMES:
        return clean_texts(column)
    if title == "score":
        is_number = pc.match_substring_regex(column, "^[0-9]{1,18}$")
        return pc.if_else(is_number, column, pa.scalar(None, pa.string())).cast(pa.int64())
    return mbids(column)


def _good(batch: pa.RecordBatch) -> pa.BooleanArray:
    """Which rows have all they must: a mapping may lack its release."""
    may_lack = {"release_mbid"} if "score" in batch.schema.names else set()
    good = pa.repeat(pa.scalar(True), len(batch))
    for name in batch.schema.names:
        if name not in may_lack:
            good = pc.and_(good, batch.column(name).is_valid())
    return good


def read(record: Batch | Fault, rows: Rows) -> None:
    """Mappings and redirects.

    Raises:
        MalformedInput: the record says why a row is none.
    """
    if isinstance(record, Fault):
        raise MalformedInput(KIND, record.reason)
    name, batch = record.table, record.columns
    if name == "canonical_musicbrainz_data.csv":
        columns = [batch.column(title) for title in _WANTED[name]]
        rows.add_table(SourceTable.MAPPING, pa.table(columns, schema=SCHEMAS[SourceTable.MAPPING]))
        return
    kind = "recording" if name == "canonical_recording_redirect.csv" else "release"
    columns = [
        pa.array([kind] * len(batch), pa.string()),
        batch.column(f"{kind}_mbid"),
        batch.column(f"canonical_{kind}_mbid"),
    ]
    rows.add_table(SourceTable.REDIRECT, pa.table(columns, schema=SCHEMAS[SourceTable.REDIRECT]))


IMPORTER: Final = Importer(
    kind=KIND,
    source="musicbrainz",
    licences={"mapping": "CC0-1.0", "redirect": "CC0-1.0"},
    cut=cut,
    read=read,
    day=day,
)
