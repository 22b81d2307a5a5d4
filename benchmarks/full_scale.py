"""The catalogue at the scale of the world: a synthetic source built, ranked, asked; memory and disk told.

`--tracks 256039007` is the whole; less is the same in proportion. The build runs in a process of its own, so
that its memory can be told; the disk is watched while it runs. Each phase is told on stderr as it ends, so
that a run that dies late has still told something.
"""

import argparse
import json
import os
import resource
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.harness import Row, medians, table, told_apart, wall_of
from benchmarks.search import making_and_lookup_rows
from benchmarks.synthetic_catalogue import ARTISTS_PER_TRACK, ISRC_SHARE, MINUTES, TIERS, World, size_of, write
from longplay.catalogue.building import PHASES, Building
from longplay.catalogue.coverage import coverage
from longplay.catalogue.curating import CuratorsFile
from longplay.catalogue.engine import Limits, connected
from longplay.catalogue.exporting import ExportForm, ExportWanted, export
from longplay.catalogue.snapshot_tables import SnapshotTable
from longplay.catalogue.snapshots import Snapshots
from longplay.catalogue.sources.imports import Imports
from longplay.catalogue.statistics.figures import statistics
from longplay.catalogue.statistics.page import page
from longplay.progress import Progress, Silent

MEMORY_GB: Final = 10.0
MANY: Final = 50_000_000
"""Recordings above which what takes minutes is measured once."""


def main(tracks: int = 1_000_000, keep: Path | None = None, *, with_index: bool = True) -> str:
    """Run it all, in a scratch folder or in one that stays; the section for the page.

    Args:
        tracks: how many.
        keep: a new folder for the archive, which stays; `None`: it goes.
        with_index: whether to make the search index, which takes longer than all the rest together; queries
            are asked in `benchmarks.search`, of more natural names.
    """
    with _root(keep) as root:
        generated = wall_of(lambda: write(root, tracks))
        imported = size_of(root)
        _say(f"source: {generated:.0f} s, {imported / 1e9:.2f} GB")
        watch = _Disk(root)
        with watch:
            built = told_apart("full_scale", "--build", root)
        _say(f"build: {built['seconds']:.0f} s, {built['memory'] / 1e9:.1f} GB, disk {watch.most / 1e9:.2f} GB")
        rows = [
            Row(what="the source: written", figure=f"{generated:.0f} s, {imported / 1e9:.2f} GB"),
            *_build_rows(root, built, watch.most),
            *_fit(root, tracks),
            *_questions(root),
            *_taken_out(root),
            *making_and_lookup_rows(root, with_index=with_index),
        ]
    command = f"python -m benchmarks.full_scale --tracks {tracks}{'' if with_index else ' --no-index'}"
    return table(
        f"The catalogue, {tracks:,} tracks", "synthetic, of the shape of the published counts", command, rows
    )


@contextmanager
def _root(keep: Path | None) -> Iterator[Path]:
    """The archive's folder: a new one that stays, or one that goes."""
    if keep is not None:
        keep.mkdir(parents=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="longplay-bench-", dir=".") as folder:
        yield Path(folder)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class _Disk:
    """The most bytes that lie below a folder while something runs, in blocks as the disk has them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.most = 0

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.5):
            self.most = max(self.most, _on_disk(self._folder))


def _on_disk(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(place) / name).lstat().st_blocks * 512
            except FileNotFoundError:  # it went while the folder was looked at
                continue
    return total


class _Told(Progress):
    """Says on stderr how long each phase took, and what lay on the disk and in memory at its end."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._phases = iter(PHASES)
        self._began = time.perf_counter()

    def begin(self, *_: object, **__: object) -> None:
        """The clock of the first phase starts."""
        self._began = time.perf_counter()

    def advance(self, *_: object, **__: object) -> None:
        """A phase ended."""
        now = time.perf_counter()
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        _say(
            f"  {next(self._phases, 'more')}: {now - self._began:.1f} s, "
            f"disk now {_on_disk(self._root) / 1e9:.2f} GB, most memory so far {memory / 1e9:.1f} GB"
        )
        self._began = now

    def end(self) -> None:
        """Nothing to say."""


def _build(root: Path) -> None:
    """In the process apart: build, and say how long it took and what it needed."""
    use = Building(
        imports=Imports(root),
        snapshots=Snapshots(root),
        half_life_months=24.0,
        limits=Limits(memory_gb=MEMORY_GB, threads=2),
    )
    seconds = wall_of(lambda: use.build(CuratorsFile(), progress=_Told(root)))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "memory": memory}))


def _build_rows(root: Path, built: dict[str, float], most: int) -> list[Row]:
    snapshot = Snapshots(root).get()
    size = sum(seen.size for seen in snapshot.tables.values())
    tables = ", ".join(
        f"{table.value} {seen.size / 1e9:.2f}" for table, seen in snapshot.tables.items() if seen.rows
    )
    return [
        Row(what="build", figure=f"{built['seconds']:.0f} s"),
        Row(what="build: peak memory", figure=f"{built['memory'] / 1e9:.1f} GB", target="<= 16 GB"),
        Row(what="peak disk, the source included", figure=f"{most / 1e9:.2f} GB", target="<= 45 GB for 256 M"),
        Row(what="snapshot", figure=f"{size / 1e9:.2f} GB ({tables})"),
    ]


def _fit(root: Path, tracks: int) -> list[Row]:
    """How near the made-up catalogue comes to the published figures."""
    snapshots = Snapshots(root)
    number = snapshots.get().number
    path = {table: str(snapshots.table(number, table)) for table in SnapshotTable}
    with connected(root, Limits(memory_gb=MEMORY_GB)) as connection:

        def one(text: str, **values: object) -> float:
            return float(connection.execute(text, values or None).fetchall()[0][0] or 0)

        credits = one("SELECT count(*) FROM read_parquet($t)", t=path[SnapshotTable.CREDIT]) / tracks
        coded = (
            one(
                "SELECT count(DISTINCT entity) FROM read_parquet($t) WHERE scheme = 'isrc'",
                t=path[SnapshotTable.IDENTIFIER],
            )
            / tracks
        )
        minutes = [
            one(
                "SELECT count(*) FROM read_parquet($t) WHERE duration_ms >= $a AND duration_ms < $b",
                t=path[SnapshotTable.RECORDING],
                a=low * 1_000,
                b=high * 1_000,
            )
            / tracks
            * 100
            for low, high, _ in MINUTES
        ]
        tiers = [
            one(
                "SELECT count(*) FROM read_parquet($t) WHERE listens >= $n",
                t=path[SnapshotTable.RECORDING],
                n=streams,
            )
            for _, streams in TIERS[1:-1]
        ]
    world = World(tracks)
    wanted = [rank * tracks / 202_000_000 for rank, _ in TIERS[1:-1]]
    return [
        Row(what="fit: artists, releases", figure=f"{world.artists:,}, {world.releases:,}"),
        Row(what="fit: artists a track", figure=f"{credits:.3f}", peer=f"published {ARTISTS_PER_TRACK}"),
        Row(what="fit: tracks with an ISRC", figure=f"{coded:.1%}", peer=f"published {ISRC_SHARE:.1%}"),
        Row(
            what="fit: durations by minute, %",
            figure=" / ".join(f"{share:.1f}" for share in minutes),
            peer="published " + " / ".join(f"{share:.1f}" for *_, share in MINUTES),
        ),
        Row(
            what="fit: recordings with at least 10^9 … 11 streams",
            figure=" / ".join(f"{number:,.0f}" for number in tiers),
            peer="Luminate, scaled: " + " / ".join(f"{number:,.0f}" for number in wanted),
        ),
    ]


def _questions(root: Path) -> list[Row]:
    snapshots = Snapshots(root)
    number = snapshots.get().number
    recordings = str(snapshots.table(number, SnapshotTable.RECORDING))
    with connected(root, Limits(memory_gb=MEMORY_GB)) as connection:
        one_scan = "SELECT max(rank), sum(listens) FROM read_parquet($t)"
        scan, curve = medians(
            lambda: wall_of(lambda: connection.execute(one_scan, {"t": recordings}).fetchall()),
            lambda: wall_of(lambda: coverage(connection, snapshots, number)),
        )
        points = coverage(connection, snapshots, number, extra=_law(snapshots)).points
    _say(f"coverage: {curve:.3f} s, one scan {scan:.3f} s")
    sort, ranked = _orders(root, recordings, rows=snapshots.get().tables[SnapshotTable.RECORDING].rows)
    _say(f"ranking: {ranked:.2f} s, sort {sort:.2f} s")
    law = "; ".join(
        f"top {point.recordings:,}: {point.share:.2%}" for point in points if point.rank in _law(snapshots)
    )
    return [
        Row(what="coverage curve", figure=f"{curve:.3f} s", peer=f"one scan of the same columns {scan:.3f} s",
            ratio=f"{curve / scan:.1f}x", target="<= 3x"),
        Row(what="coverage of 0.4 %, 1.2 %, 7.8 % of the recordings (1, 3, 20 M of 256 M)", figure=law,
            peer="law L: 91 %, 98 %, 99.6 %"),
        Row(what="exact ranking", figure=f"{ranked:.2f} s", peer=f"DuckDB's sort {sort:.2f} s",
            ratio=f"{ranked / sort:.2f}x", target="<= 1.1x"),
    ]  # fmt: skip


def _taken_out(root: Path) -> list[Row]:
    """Statistics with their page, and an export of one recording in a hundred."""
    snapshots = Snapshots(root)
    snapshot = snapshots.get()
    with connected(root, Limits(memory_gb=MEMORY_GB)) as connection:
        began = time.perf_counter()
        found = statistics(connection, snapshots, snapshot.number)
        figures = time.perf_counter() - began
    drawn = wall_of(lambda: page(found))
    _say(f"statistics: {figures:.2f} s")
    target = (root / "exported").resolve()
    wanted = ExportWanted(form=ExportForm.PARQUET, percent=1)
    with connected(root, Limits(memory_gb=MEMORY_GB)) as connection:
        seconds = wall_of(
            lambda: export(connection, snapshots, snapshot, wanted, out=target, progress=Silent())
        )
    size = size_of(target)
    shutil.rmtree(target)
    _say(f"export: {seconds:.1f} s")
    return [
        Row(what="statistics: all figures; the page drawn", figure=f"{figures:.2f} s; {drawn:.2f} s"),
        Row(what="export of 1 %, Parquet", figure=f"{seconds:.1f} s, {size / 1e9:.2f} GB"),
    ]


def _orders(root: Path, recordings: str, *, rows: int) -> list[float]:
    """Seconds of DuckDB's sort of all recordings, and of their ranking; both keep what they made, on disk."""
    ordered = "SELECT id FROM weights ORDER BY weighted DESC, id"
    with (
        tempfile.TemporaryDirectory(dir=root) as folder,
        connected(Path(folder), Limits(memory_gb=MEMORY_GB), database="order.duckdb") as connection,
    ):
        connection.execute(
            "CREATE TABLE weights AS SELECT id, weighted FROM read_parquet($t)", {"t": recordings}
        )

        def seconds(query: str, then: str = "") -> float:
            taken = wall_of(lambda: connection.execute(f"CREATE TABLE made AS {query}"))
            if then:  # ranks are places in the sorted table, as in a build: here they are read once
                taken += wall_of(lambda: connection.execute(then).fetchall())
            connection.execute("DROP TABLE made")
            connection.execute("CHECKPOINT")
            return taken

        return medians(
            lambda: seconds(ordered),
            lambda: seconds(
                ordered, "SELECT max(rank), count(id) FROM (SELECT rowid + 1 AS rank, id FROM made)"
            ),
            repeats=1 if rows > MANY else 3,
        )


def _law(snapshots: Snapshots) -> list[int]:
    rows = snapshots.get().tables[SnapshotTable.RECORDING].rows
    return [max(1, rows * millions // 256) for millions in (1, 3, 20)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="a new folder for the archive, which stays")
    parser.add_argument("--no-index", action="store_true", help="leave out the search index, which takes hours")
    parser.add_argument("--build", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.build:
        _build(asked.build)
    else:
        print(main(asked.tracks, asked.keep, with_index=not asked.no_index))
