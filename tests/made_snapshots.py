"""Snapshots for tests, written down row by row as a build would leave them; what is not given is null."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from longplay.catalogue.snapshot_tables import TABLES, SnapshotTable
from longplay.catalogue.snapshots import ListensSeen, Snapshot, Snapshots, SourceSeen, seen

DAY: Final = date(2026, 8, 1)

_ARROW: Final = {
    "UUID": pa.string(),
    "VARCHAR": pa.string(),
    "VARCHAR[]": pa.list_(pa.string()),
    "UTINYINT": pa.uint8(),
    "USMALLINT": pa.uint16(),
    "UINTEGER": pa.uint32(),
    "UBIGINT": pa.uint64(),
    "SMALLINT": pa.int16(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
}


def write_snapshot(
    root: Path,
    rows: Mapping[SnapshotTable, Sequence[Mapping[str, Any]]],
    *,
    sources: Sequence[SourceSeen] = (SourceSeen(name="musicbrainz", as_of=DAY, licences={}),),
    unmapped: int = 0,
) -> Snapshots:
    """A snapshot of these rows, as number 1 or the next.

    Args:
        root: of the archive.
        rows: by table, in the order in which a build would write them.
        sources: in their order.
        unmapped: listens that no recording was found for.
    """
    snapshots = Snapshots(root)
    folder = snapshots.fresh_folder()
    for table, columns in TABLES.items():
        schema = pa.schema([(column.name, _ARROW[column.type]) for column in columns])
        path = folder / f"{table.value}.parquet"
        written = pa.Table.from_pylist([dict(row) for row in rows.get(table, ())], schema=schema)
        pq.write_table(written, path, row_group_size=3)  # several, as a large one has
    listens = sum(row["listens"] for row in rows.get(SnapshotTable.RECORDING, ()))
    number = len(snapshots.numbers()) + 1
    snapshots.add(
        folder,
        Snapshot(
            number=number,
            made_of=uuid.uuid4().hex,
            as_of=DAY,
            half_life_months=12.0,
            imports=(),
            sources=tuple(sources),
            tables={table: seen(folder / f"{table.value}.parquet") for table in TABLES},
            listens=ListensSeen(counted=listens + unmapped, mapped=listens, stated=0),
            verdicts={},
        ),
    )
    return snapshots
