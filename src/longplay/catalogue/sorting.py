"""Tables larger than memory, written in order: rows go to stretches of ranks, and each is sorted by itself.

A sort of all rows at once would spill them uncompressed; stretches lie on disk as Parquet, and one alone fits
into memory. A catalogue of one stretch is sorted at once: which way is taken depends on its size and on nothing
else, so that the same imports give the same bytes.

Source: docs/format/catalogue.md, "Snapshots".
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from longplay.catalogue.engine import quoted
from longplay.catalogue.snapshot_tables import SnapshotTable
from longplay.store.failures import storing

if TYPE_CHECKING:  # slow to import
    from duckdb import DuckDBPyConnection

STRETCH: Final = 8_000_000
"""Ranks that are sorted at once: some 2 GB of rows."""

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
    connection.execute(
        f"COPY (SELECT *, {stretch} AS stretch FROM {rows}) TO {quoted(folder)} "
        + _WAITING.format(more=", PARTITION_BY (stretch)")
    )
    parts = [_sorted(connection, rows, ordered, place) for place in _stretches(folder)]
    connection.execute(f"COPY (FROM {read(parts)}) TO {quoted(path)} {_LASTING}")
    with storing(folder):
        shutil.rmtree(folder)


def read(paths: Sequence[Path]) -> str:
    """A relation of Parquet files, one after another."""
    return f"read_parquet([{', '.join(quoted(path) for path in paths)}], hive_partitioning = false)"


def _stretches(scratch: Path) -> list[Path]:
    with storing(scratch):
        return sorted(scratch.iterdir(), key=lambda folder: int(folder.name.partition("=")[2]))


def _sorted(connection: "DuckDBPyConnection", rows: str, ordered: str, folder: Path) -> Path:
    """Sort one stretch; its rows as they came are removed."""
    with storing(folder):
        waiting = sorted(folder.iterdir())
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {rows} AS FROM {read(waiting)}")
    part = folder.with_suffix(".sorted")
    connection.execute(f"COPY ({ordered}) TO {quoted(part)} " + _WAITING.format(more=""))
    with storing(folder):
        shutil.rmtree(folder)
    return part
