"""The line: how far down the ranking recordings are wanted.

It is drawn where the recordings above it have a stated share of all listens that fall on recordings of the
catalogue. Without any listens everything is wanted.

Source: design, section 2, rule 5 ("below the line"); docs/reference/matching.md, "Statuses".
"""

from typing import TYPE_CHECKING

from longplay.catalogue.engine import query
from longplay.catalogue.snapshot_tables import SnapshotTable
from longplay.catalogue.snapshots import Snapshots

if TYPE_CHECKING:  # slow to import
    from duckdb import DuckDBPyConnection


def line_of(connection: "DuckDBPyConnection", snapshots: Snapshots, number: int, share: float) -> int:
    """Rank of the last recording above the line.

    Args:
        connection: of `engine.connected`.
        snapshots: the archive's.
        number: of the snapshot.
        share: of the listens, 0 to 1.
    """
    recordings = snapshots.table(number, SnapshotTable.RECORDING)
    values = {"table": str(recordings), "share": share}
    ((rank,),) = connection.execute(query("line"), values).fetchall()
    return int(rank)
