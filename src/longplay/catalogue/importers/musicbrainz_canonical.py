"""MusicBrainz canonical data: which recording and release names mean, and which stand for which others.

The tables are CSV of tens of millions of rows, so they are read in columns. A row that is none is a record of
its own, so that it is counted alone.

Source: ListenBrainz documentation, "MusicBrainz Canonical Dumps".
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from longplay.catalogue.importer import Importer
from longplay.catalogue.importers.spoiled_texts import mended, without_spoiled
from longplay.catalogue.rows import Rows
from longplay.catalogue.source_tables import SCHEMAS, SourceTable
from longplay.catalogue.streams import Member, reading
from longplay.errors import MalformedInput
from longplay.formats.years import read_day

KIND: Final = "musicbrainz-canonical"

_UUID: Final = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_BLOCK: Final = 8 << 20
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

Record = tuple[str, pa.RecordBatch] | str
"""Rows of a table by its name; or why a row is none."""


def cut(member: Member) -> Iterator[Record]:
    """Rows of the canonical tables, many at a time; other files of the dump are none.

    Raises:
        MalformedInput: no header with the columns, or the file breaks before its end.
    """
    name = member.name.rpartition("/")[2]
    if name not in _WANTED:
        return
    bad: list[str] = []
    try:
        with reading(KIND):
            for batch in _batches(member, name, bad):
                yield from _emptied(bad)
                yield from _sound(name, batch)
    except (pa.ArrowInvalid, pa.ArrowKeyError) as exc:
        if "Empty CSV" in str(exc):
            return
        raise MalformedInput(KIND, f"{name}: {str(exc)[:300]}") from exc
    yield from _emptied(bad)


def _emptied(bad: list[str]) -> Iterator[str]:
    while bad:
        yield bad.pop(0)


def _batches(member: Member, name: str, bad: list[str]) -> Iterator[pa.RecordBatch]:
    def skip(row: csv.InvalidRow) -> str:
        bad.append(f"a row of {row.actual_columns} columns, not {row.expected_columns}")
        return "skip"

    kinds = dict.fromkeys(_WANTED[name], pa.string())
    yield from csv.open_csv(
        mended(member.stream),
        read_options=csv.ReadOptions(block_size=_BLOCK, use_threads=False),
        parse_options=csv.ParseOptions(newlines_in_values=False, invalid_row_handler=skip),
        convert_options=csv.ConvertOptions(column_types=kinds, include_columns=list(kinds)),
    )


def _sound(name: str, batch: pa.RecordBatch) -> Iterator[Record]:
    """The rows of a batch that are sound, and why the others are not."""
    texts, spoiled = without_spoiled(batch)
    yield from ("a row that is no UTF-8" for _ in range(spoiled))
    ids = [texts.column(column) for column in texts.schema.names if column.endswith("recording_mbid")]
    ids = ids or [texts.column(column) for column in texts.schema.names]
    good = pc.match_substring_regex(ids[0], _UUID)
    for column in ids[1:]:
        good = pc.and_(good, pc.match_substring_regex(column, _UUID))
    if "score" in texts.schema.names:
        number = pc.match_substring_regex(texts.column("score"), "^[0-9]{1,18}$")
        named = pc.and_(pc.greater(pc.utf8_length(texts.column("recording_name")), 0), number)
        good = pc.and_(good, named)
    for _ in range(len(texts) - (pc.sum(good).as_py() or 0)):
        yield "a row without an MBID, a name or a score"
    sound = texts.filter(good)
    if len(sound):
        yield name, sound


def read(record: Record, rows: Rows) -> None:
    """Mappings and redirects.

    Raises:
        MalformedInput: the record says why a row is none.
    """
    if isinstance(record, str):
        raise MalformedInput(KIND, record)
    name, batch = record
    if name == "canonical_musicbrainz_data.csv":
        columns = [
            pc.utf8_normalize(batch.column("artist_credit_name"), "NFC"),
            pc.utf8_normalize(batch.column("recording_name"), "NFC"),
            batch.column("recording_mbid"),
            batch.column("release_mbid"),
            batch.column("score").cast(pa.int64()),
        ]
        rows.add_table(SourceTable.MAPPING, pa.table(columns, schema=SCHEMAS[SourceTable.MAPPING]))
        return
    kind = "recording" if name == "canonical_recording_redirect.csv" else "release"
    columns = [
        pa.array([kind] * len(batch), pa.string()),
        batch.column(f"{kind}_mbid"),
        batch.column(f"canonical_{kind}_mbid"),
    ]
    rows.add_table(SourceTable.REDIRECT, pa.table(columns, schema=SCHEMAS[SourceTable.REDIRECT]))


def day(member: Member) -> date | None:
    """The day the dump's `TIMESTAMP` names."""
    if member.name.rpartition("/")[2] != "TIMESTAMP":
        return None
    return read_day(member.stream.read(10).decode("ascii", "replace"))


IMPORTER: Final = Importer(
    kind=KIND,
    source="musicbrainz",
    summary="the canonical data dump: names to recordings, redirects",
    licences={"mapping": "CC0-1.0", "redirect": "CC0-1.0"},
    cut=cut,
    read=read,
    day=day,
)
