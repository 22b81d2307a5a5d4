"""Recordings of a snapshot that somebody's files could be of, found by identifiers and names.

It finds and measures; what follows is for others to decide.

Source: docs/reference/matching.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from longplay.catalogue.engine import query
from longplay.catalogue.snapshot_tables import SnapshotTable
from longplay.catalogue.snapshots import Snapshots

if TYPE_CHECKING:  # slow to import
    from duckdb import DuckDBPyConnection

NEAR_MS: Final = 3_000
"""Durations that differ by no more are alike: encoders pad, and sources count from sleeves."""

EXACT_MS: Final = 50
"""Durations that differ by no more are the same, but for how they were rounded."""

MOST: Final = 50
"""Candidates of one file that only its names find."""

FEW: Final = 3
"""More recordings of one artist that are equally long say nothing: many sources give whole seconds."""

_AT_ONCE: Final = 10_000
"""Rows held at a time."""

_HELD = pa.schema(
    [
        ("group", pa.string()),
        ("holding", pa.string()),
        ("duration_ms", pa.int64()),
        ("is_named", pa.bool_()),
    ]
)
_IDENTIFIER = pa.schema([("holding", pa.string()), ("scheme", pa.string()), ("value", pa.string())])
_NAME = pa.schema([("holding", pa.string()), ("artist", pa.string()), ("title", pa.string())])


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A file whose recording is looked for.

    Attributes:
        group: what it is a manifestation of, any text; candidates come by it.
        holding: its own name, unique.
        duration_ms: `None` where unknown.
        is_named: whether somebody says what it is called, and the names are not only its file's.
        identifiers: (scheme, value) as the table `identifier` has them.
        names: (artist, title); artist `""` where unknown.
    """

    group: str
    holding: str
    duration_ms: int | None
    is_named: bool
    identifiers: Sequence[tuple[str, str]]
    names: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A recording one file could be of, and what speaks for it.

    Attributes:
        group, holding: of the file.
        rank, id, title: of the recording; its id is a UUID in the usual spelling.
        schemes: of identifiers that are equal, sorted.
        titles: what the file says it is called, sorted; empty where only its own name does.
        is_title, is_plain_title: whether the titles are equal; equal but for what stands in brackets.
        is_artist, is_near_artist: whether the artists are equal; whether one is part of the other.
        has_artists: whether both sides name one.
        alike: recordings of the snapshot that are called what the file is called.
        off_ms: playing time of the file less that of the recording; `None` where either is unknown.
    """

    group: str
    holding: str
    rank: int
    id: str
    title: str
    titles: tuple[str, ...]
    schemes: tuple[str, ...]
    is_title: bool
    is_plain_title: bool
    is_artist: bool
    is_near_artist: bool
    has_artists: bool
    alike: int
    off_ms: int | None


def candidates(
    connection: "DuckDBPyConnection", snapshots: Snapshots, number: int, files: Iterable[Wanted]
) -> Iterator[tuple[str, list[Candidate]]]:
    """Every group with its candidates, by rank and file; a group that nothing is found for has none.

    What is known of the files lies in the connection's scratch; no more than one group is held here.

    Args:
        connection: of `engine.connected`; tables named as in the query are made in it.
        snapshots: the archive's.
        number: of the snapshot.
        files: each once.
    """
    connection.execute(query("macros"))
    _take(connection, files)
    connection.execute(
        query("candidates"),
        {
            "recordings": str(snapshots.table(number, SnapshotTable.RECORDING)),
            "identifiers": str(snapshots.table(number, SnapshotTable.IDENTIFIER)),
            "near_ms": NEAR_MS,
            "exact_ms": EXACT_MS,
            "most": MOST,
            "few": FEW,
        },
    )
    for group, rows in groupby(_rows(connection), key=lambda row: str(row[0])):
        yield group, [_candidate(row) for row in rows if row[2] is not None]


def _rows(connection: "DuckDBPyConnection") -> Iterator[Sequence[object]]:
    while rows := connection.fetchmany(_AT_ONCE):
        yield from rows


def _take(connection: "DuckDBPyConnection", files: Iterable[Wanted]) -> None:
    for name, schema in (("held", _HELD), ("clue_identifier", _IDENTIFIER), ("clue_name", _NAME)):
        connection.register("empty", schema.empty_table())
        connection.execute(f"CREATE OR REPLACE TABLE {name} AS FROM empty")
        connection.unregister("empty")
    remaining = iter(files)
    while some := list(islice(remaining, _AT_ONCE)):
        _insert(
            connection, "held", _HELD, ((one.group, one.holding, one.duration_ms, one.is_named) for one in some)
        )
        _insert(
            connection,
            "clue_identifier",
            _IDENTIFIER,
            ((one.holding, *identifier) for one in some for identifier in one.identifiers),
        )
        _insert(connection, "clue_name", _NAME, ((one.holding, *name) for one in some for name in one.names))


def _insert(
    connection: "DuckDBPyConnection", table: str, schema: pa.Schema, rows: Iterable[tuple[object, ...]]
) -> None:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    connection.register("page", pa.table(arrays, schema=schema))
    connection.execute(f"INSERT INTO {table} FROM page")
    connection.unregister("page")


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _candidate(row: Sequence[object]) -> Candidate:
    (group, holding, rank, entity, title, titles, schemes, *flags, alike, off_ms) = row
    is_title, is_plain_title, is_artist, is_near_artist, has_artists = map(bool, flags)
    return Candidate(
        group=str(group),
        holding=str(holding),
        rank=int(str(rank)),
        id=str(entity),
        title=str(title),
        titles=_texts(titles),
        schemes=_texts(schemes),
        is_title=is_title,
        is_plain_title=is_plain_title,
        is_artist=is_artist,
        is_near_artist=is_near_artist,
        has_artists=has_artists,
        alike=int(str(alike)),
        off_ms=None if off_ms is None else int(str(off_ms)),
    )
