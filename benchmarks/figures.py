"""The figures of a snapshot: how long they take against one scan of the same columns, and what the page weighs.

python -m benchmarks.figures                    a made-up catalogue of 1,000,000 tracks
python -m benchmarks.figures --archive FOLDER   one that was built before
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.harness import Row, medians, table, wall_of
from benchmarks.synthetic_catalogue import write
from longplay.catalogue.building import Building
from longplay.catalogue.curating import CuratorsFile
from longplay.catalogue.engine import Limits, connected
from longplay.catalogue.snapshot_tables import SnapshotTable
from longplay.catalogue.snapshots import Snapshots
from longplay.catalogue.sources.imports import Imports
from longplay.catalogue.statistics.figures import statistics
from longplay.catalogue.statistics.page import page
from longplay.progress import Silent

if TYPE_CHECKING:  # slow to import
    from duckdb import DuckDBPyConnection

LIMITS: Final = Limits(memory_gb=4.0, threads=2)
_SCANS: Final = {
    SnapshotTable.RECORDING: "max(score), sum(listens), max(duration_ms), min(licence), min(sources)",
    SnapshotTable.RELEASE: "max(year), max(date)",
    SnapshotTable.GENRE: "max(recording), max(genre), bool_and(of_release)",
    SnapshotTable.LISTENER: "max(listener), max(recording), sum(listens)",
}


def main(tracks: int = 1_000_000, archive: Path | None = None) -> str:
    """Measure; the section for the page."""
    if archive is not None:
        return _measured(archive, "--archive FOLDER")
    with tempfile.TemporaryDirectory(prefix="longplay-bench-", dir=".") as folder:
        subprocess.run(
            [sys.executable, "-m", "benchmarks.figures", "--build", folder, "--tracks", str(tracks)], check=True
        )
        return _measured(Path(folder), f"--tracks {tracks}")


def _build(root: Path, tracks: int) -> None:
    """In a process apart, so that its memory is not counted as ours."""
    write(root, tracks)
    use = Building(imports=Imports(root), snapshots=Snapshots(root), half_life_months=24.0, limits=LIMITS)
    use.build(CuratorsFile(), progress=Silent())


def _measured(root: Path, arguments: str) -> str:
    snapshots = Snapshots(root)
    snapshot = snapshots.get()
    with tempfile.TemporaryDirectory() as scratch, connected(Path(scratch), LIMITS) as connection:
        figures, scan = medians(
            lambda: wall_of(lambda: statistics(connection, snapshots, snapshot.number)),
            lambda: wall_of(lambda: _scan(connection, snapshots, snapshot.number)),
        )
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        found = statistics(connection, snapshots, snapshot.number)
    drawing = wall_of(lambda: page(found))
    rows = [
        Row(
            what="all figures of `catalogue stats`, coverage included",
            figure=f"{figures:.2f} s",
            peer=f"one scan of the same columns {scan:.2f} s",
            ratio=f"{figures / scan:.1f}x",
        ),
        Row(what="peak memory of that process", figure=f"{memory / 1e9:.2f} GB"),
        Row(what="the page: drawn and written", figure=f"{drawing:.1f} s, {len(page(found)) / 1e3:.0f} kB"),
    ]
    tracks = snapshot.tables[SnapshotTable.RECORDING].rows
    data = "synthetic, of the shape of the published counts"
    return table(
        f"The figures of a catalogue of {tracks:,} tracks",
        data,
        f"python -m benchmarks.figures {arguments}",
        rows,
    )


def _scan(connection: "DuckDBPyConnection", snapshots: Snapshots, number: int) -> None:
    for table_, columns in _SCANS.items():
        path = str(snapshots.table(number, table_))
        connection.execute(f"SELECT {columns} FROM read_parquet($table)", {"table": path}).fetchall()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tracks", type=int, default=1_000_000)
    parser.add_argument("--archive", type=Path)
    parser.add_argument("--build", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.build:
        _build(asked.build, asked.tracks)
    else:
        print(main(asked.tracks, asked.archive))
