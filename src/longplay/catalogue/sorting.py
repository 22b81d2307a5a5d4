"""Tables larger than memory, written in order: rows go to stretches of ranks, and each is sorted by itself.

A sort of all rows at once would spill them uncompressed; stretches lie on disk as Parquet, and one alone fits
into memory. A catalogue of one stretch is sorted at once: which way is taken depends on its size and on nothing
else, so that the same imports give the same bytes.

Source: docs/format/catalogue.md, "Snapshots".
"""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from longplay.catalogue.engine import quoted
from longplay.catalogue.snapshot_tables import SnapshotTable
from longplay.store.failures import storing

if TYPE_CHECKING:  # slow to import
    from duckdb import DuckDBPyConnection

STRETCH: Final = 8_000_000
"""Ranks that are sorted at once: their rows fit into memory."""

ROW_GROUP: Final = 122_880
"""Rows of a row group: what a question about the head of the table has to read at least."""

STRETCHES: Final = {
    SnapshotTable.RECORDING: "rank // {ranks}",
    SnapshotTable.RELEASE: "rank // {ranks}",
    SnapshotTable.ARTIST: "rank // {ranks}",
    SnapshotTable.TRACK: "recording // {ranks}",
    SnapshotTable.CREDIT: "recording // {ranks}",
    SnapshotTable.LISTENS: "recording // {ranks}",
    SnapshotTable.IDENTIFIER: (
        "list_position(['artist', 'recording', 'release'], kind) * 1000 + entity // {ranks}"
    ),
}
"""Tables that are sorted by stretches: the number of the stretch of a row, as SQL."""

_WAITING: Final = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1{more})"
_LASTING: Final = f"(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3, ROW_GROUP_SIZE {ROW_GROUP})"


def write_sorted(
    connection: "DuckDBPyConnection",
    table: SnapshotTable,
    ordered: str,
    path: Path,
    *,
    scratch: Path,
    ranks: int,
) -> None:
    """Write a table.

    Args:
        connection: to what `ordered` reads; of a table in `STRETCHES` that is the view row_<table>, whose place
            another takes meanwhile.
        table: which.
        ordered: a query of a stretch or of all rows, with its `ORDER BY`.
        path: the Parquet file.
        scratch: a folder for rows on their way.
        ranks: how many there are, at most.

    Raises:
        StorageError: something could not be written.
    """
    if ranks < STRETCH or table not in STRETCHES:
        connection.execute(f"COPY ({ordered}) TO {quoted(path)} {_LASTING}")
        return
    rows, folder = f"row_{table.value}", scratch / table.value
    stretch = STRETCHES[table].format(ranks=STRETCH)
    spread = spread_out(connection, rows, stretch, folder)
    parts = [_sorted(connection, rows, ordered, waiting, folder) for waiting in spread]
    connection.execute(f"COPY (FROM {read(parts)}) TO {quoted(path)} {_LASTING}")
    with storing(folder):
        shutil.rmtree(folder)


def spread_out(
    connection: "DuckDBPyConnection", rows: str, stretch: str, folder: Path, **values: object
) -> Iterator[list[Path]]:
    """Rows that are too many to be sorted at once, stretch by stretch; none is in two.

    Args:
        connection: to what `rows` reads.
        rows: a relation, as SQL.
        stretch: the number of the stretch of a row, as SQL.
        folder: where they wait; must not exist, and is the caller's to remove.
        values: parameters of `rows`.

    Returns:
        The Parquet files of one stretch after another, by number; they are removed when the next is asked for.

    Raises:
        StorageError: something could not be written.
    """
    connection.execute(
        f"COPY (SELECT *, {stretch} AS stretch FROM {rows}) TO {quoted(folder)} "
        + _WAITING.format(more=", PARTITION_BY (stretch)"),
        values or None,
    )
    with storing(folder):
        places = sorted(folder.iterdir(), key=lambda place: int(place.name.partition("=")[2]))
    for place in places:
        with storing(place):
            waiting = sorted(place.iterdir())
        yield waiting
        with storing(place):
            shutil.rmtree(place)


def read(paths: Sequence[Path]) -> str:
    """A relation of Parquet files, one after another."""
    return f"read_parquet([{', '.join(quoted(path) for path in paths)}], hive_partitioning = false)"


def _sorted(
    connection: "DuckDBPyConnection", rows: str, ordered: str, waiting: Sequence[Path], folder: Path
) -> Path:
    """Sort one stretch."""
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {rows} AS FROM {read(waiting)}")
    part = folder / f"{waiting[0].parent.name}.sorted"
    connection.execute(f"COPY ({ordered}) TO {quoted(part)} " + _WAITING.format(more=""))
    return part
