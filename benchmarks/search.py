"""Search and keyed lookups: how fast, how often right, beside SQLite FTS5 on the same rows.

`--tracks N` makes a synthetic catalogue with the wide vocabulary of `search_names`; `--archive FOLDER` takes
one that is built. The mix of queries is that of `search_queries`. Wall time is what somebody waits, CPU what
the query costs when nobody else is there: the machine is shared. `--no-index` measures the serving table alone:
its making and keyed lookups, not search.
"""

import argparse
import json
import resource
import sqlite3
import statistics
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from benchmarks import search_names
from benchmarks.harness import Row, table, told_apart, wall_of
from benchmarks.search_queries import Asking, Mix
from benchmarks.synthetic_catalogue import size_of, write
from longplay.catalogue.building import Building
from longplay.catalogue.curating import CuratorsFile
from longplay.catalogue.engine import Limits, connected
from longplay.catalogue.entities import KINDS, EntityKind
from longplay.catalogue.search.indexing import Indexing, index_folder
from longplay.catalogue.search.searching import Search
from longplay.catalogue.serving import Serving, made_serving, serving_folder
from longplay.catalogue.snapshot_tables import SnapshotTable
from longplay.catalogue.snapshots import Snapshots
from longplay.catalogue.sources.imports import Imports
from longplay.errors import UsageError
from longplay.progress import Silent

PEER_LIMIT: Final = 1_500_000
"""Documents up to which SQLite is given the same rows: beyond, it takes too long."""
_FTS5: Final = "SELECT rowid FROM name WHERE name MATCH ? ORDER BY rank LIMIT 10"
LOOKUPS: Final = 3_000
LIMITS: Final = Limits(memory_gb=4.0, threads=2)


class Took(NamedTuple):
    """Seconds of one query: on the wall, of the CPU."""

    wall: float
    cpu: float


def main(
    tracks: int = 1_000_000, archive: Path | None = None, each: int = 200, *, with_index: bool = True
) -> str:
    """The table of this benchmark."""
    told = "--archive FOLDER" if archive else f"--tracks {tracks}"
    command = f"python -m benchmarks.search {told}{'' if with_index else ' --no-index'}"
    with tempfile.TemporaryDirectory(prefix="longplay-search-") as folder:
        root = archive or Path(folder)
        if archive is None:
            write(root, tracks, naming=search_names.names)
            Building(
                imports=Imports(root), snapshots=Snapshots(root), half_life_months=24.0, limits=LIMITS
            ).build(CuratorsFile(), progress=Silent())
        rows = making_and_lookup_rows(root, with_index=with_index)
        serving = Serving(serving_folder(root, Snapshots(root).get().number))
        if with_index:
            rows += _search_rows(root, serving, each)
    count = serving.count(EntityKind.RECORDING)
    names = "of an archive that was there" if archive else f"{search_names.WORDS:,} words by Zipf's law"
    data = f"{count:,} recordings, {_documents(serving):,} documents, synthetic, {names}"
    return table(f"Search, {count:,} recordings", data, command, rows)


def making_and_lookup_rows(root: Path, *, with_index: bool) -> list[Row]:
    """How long making the serving table takes, and the index where it is wanted; how long a lookup takes."""
    made = told_apart("search", "--make" if with_index else "--make-serving", root)
    number = Snapshots(root).get().number
    cold = wall_of(lambda: Serving(serving_folder(root, number)))
    serving = Serving(serving_folder(root, number))
    return [*_making_rows(root, serving, made), *_lookup_rows(root, serving, cold)]


def _documents(serving: Serving) -> int:
    return sum(serving.count(kind) for kind in KINDS)


def _make(root: Path, *, with_index: bool) -> None:
    """In a process apart: make what is not there, and say how long it took and what it needed."""
    snapshots = Snapshots(root)
    number = snapshots.get().number
    told: dict[str, float] = {}
    told["serving"] = wall_of(lambda: made_serving(root, snapshots, number, limits=LIMITS, progress=Silent()))
    if with_index:
        serving = Serving(serving_folder(root, number))
        began = time.process_time()
        ports = Indexing(root=root, snapshots=snapshots, limits=LIMITS)
        told["index"] = wall_of(lambda: ports.index(number, serving, progress=Silent()))
        told["index_cpu"] = time.process_time() - began
    told["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(told))


def _making_rows(root: Path, serving: Serving, made: dict[str, float]) -> list[Row]:
    """How long making took, and what it made."""
    number, documents = Snapshots(root).get().number, _documents(serving)
    memory = f"peak memory {made['memory'] / 1e9:.1f} GB, of which files that are mapped may be given back"
    took = "was there" if made["serving"] < 0.5 else f"{made['serving']:.1f} s"
    served = f"{took}, {size_of(serving_folder(root, number)) / 1e9:.2f} GB"
    if "index" not in made:
        return [Row(what="serving table: made, size", figure=f"{served}; {memory}")]
    if made["index"] < 1.0:
        rate = "was there"
    else:
        each = f"{made['index_cpu'] / documents * 1e6:.0f} CPU-µs a document"
        rate = f"{made['index']:.0f} s, {documents / made['index']:,.0f} documents/s; {each}; {memory}"
    indexed = size_of(index_folder(root, number))
    return [
        Row(what="serving table: made, size", figure=served),
        Row(what="search index: made", figure=rate),
        Row(
            what="search index: size", figure=f"{indexed / 1e9:.2f} GB, {indexed / documents:.0f} B a document"
        ),
    ]


def _quantiles(seconds: Sequence[float]) -> str:
    """Median, 95th and 99th percentile and the longest, ms."""
    ordered = sorted(seconds)
    some = (ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.95, 0.99, 1.0))
    return " / ".join(f"{one * 1e3:.2f}" for one in some)


def _timed(work: Callable[[], object]) -> Took:
    wall, cpu = time.perf_counter(), time.thread_time()
    work()
    return Took(time.perf_counter() - wall, time.thread_time() - cpu)


def _lookup_rows(root: Path, serving: Serving, cold: float) -> list[Row]:
    """How long a lookup takes; what is looked up is drawn from the snapshot, so that nothing is read before."""
    snapshots = Snapshots(root)
    number = snapshots.get().number
    recordings = str(snapshots.table(number, SnapshotTable.RECORDING))
    sampled = f"FROM read_parquet($t) USING SAMPLE reservoir({LOOKUPS} ROWS) REPEATABLE (5)"
    with connected(root, LIMITS) as connection:
        ids = [
            str(name) for (name,) in connection.execute(f"SELECT id {sampled}", {"t": recordings}).fetchall()
        ]
        named = connection.execute(
            f"SELECT scheme, value {sampled}", {"t": str(snapshots.table(number, SnapshotTable.IDENTIFIER))}
        ).fetchall()
        one = "SELECT title FROM read_parquet($t) WHERE id = CAST($id AS UUID)"
        parquet = statistics.median(
            wall_of(lambda name=name: connection.execute(one, {"t": recordings, "id": name}).fetchall())  # type: ignore[misc]
            for name in ids[:10]
        )
    by_id = [_timed(lambda name=name: serving.get(name)).wall for name in ids]  # type: ignore[misc]
    by_name = [_timed(lambda pair=pair: serving.by_identifier(*pair)).wall for pair in named]  # type: ignore[misc]
    ours = statistics.median(by_id)
    return [
        *(_keyed_peer(serving, ids) if _documents(serving) <= PEER_LIMIT else ()),
        Row(what="serving table: opened", figure=f"{cold * 1e3:.1f} ms"),
        Row(
            what="lookup by id: median / p95 / p99 / max, ms",
            figure=_quantiles(by_id),
            peer=f"DuckDB over the Parquet file, median {parquet * 1e3:.1f} ms",
            ratio=f"{parquet / ours:,.0f}x faster",
            target="<= 5 ms",
        ),
        Row(what="lookup by identifier: the same", figure=_quantiles(by_name), target="<= 5 ms"),
    ]


def _keyed_peer(serving: Serving, ids: Sequence[str]) -> list[Row]:
    """The same rows in SQLite, by id alone: no ranks, no identifiers."""
    with tempfile.TemporaryDirectory(prefix="longplay-keyed-") as folder:
        path = Path(folder) / "keyed.sqlite"
        database = sqlite3.connect(path)
        database.execute("CREATE TABLE entity (id BLOB PRIMARY KEY, row TEXT) WITHOUT ROWID")
        rows = ((uuid.UUID(one.id).bytes, msgspec.json.encode(one)) for kind in KINDS
                for one in serving.between(kind, 0, serving.count(kind)))  # fmt: skip
        began = time.perf_counter()
        with database:
            database.executemany("INSERT INTO entity VALUES (?, ?)", rows)
        made, size = time.perf_counter() - began, path.stat().st_size
        one_row = "SELECT row FROM entity WHERE id = ?"
        keys = [uuid.UUID(name).bytes for name in ids]
        took = [wall_of(lambda key=key: database.execute(one_row, (key,)).fetchone()) for key in keys]  # type: ignore[misc]
        database.close()
    figure = f"made in {made:.1f} s, {size / 1e9:.2f} GB; {_quantiles(took)}"
    return [
        Row(what="the same rows by id in SQLite, nothing decoded: median / p95 / p99 / max, ms", figure=figure)
    ]


def _search_rows(root: Path, serving: Serving, each: int) -> list[Row]:
    asked = Mix(serving).queries(each)
    number = Snapshots(root).get().number
    opened = time.perf_counter()
    search = Search(serving, index_folder(root, number))
    opened = time.perf_counter() - opened
    for one in asked[:: max(1, len(asked) // 100)]:
        search.find(one.text)
    took: dict[str, list[Took]] = defaultdict(list)
    right: dict[str, list[bool]] = defaultdict(list)
    for one in asked:
        found = None

        def ask(one: Asking = one) -> None:
            nonlocal found
            found = search.find(one.text)

        took[one.of].append(_timed(ask))
        if one.wanted is not None and found is not None:
            right[one.of].append(one.wanted in {hit.entity.id for hit in found.hits})
    peer = _peer(serving, asked) if _documents(serving) <= PEER_LIMIT else {}
    every = [one for some in took.values() for one in some]
    every_peer = [one for some in peer.values() for one in some]
    rows = [Row(what="search: opened", figure=f"{opened * 1e3:.0f} ms")]
    rows.append(_search_row(f"all {len(every):,} queries", every, every_peer, "", "p99 <= 10 ms at 10 M"))
    for name, some in took.items():
        recall = (
            f"; wanted among the first ten: {sum(right[name]) / len(right[name]):.1%}" if right[name] else ""
        )
        rows.append(_search_row(name, some, peer.get(name, ()), recall, "-"))
    return rows


def _search_row(name: str, took: Sequence[Took], peer: Sequence[float], more: str, target: str) -> Row:
    ours = sorted(one.wall for one in took)[int(len(took) * 0.99)]
    theirs = sorted(peer)[int(len(peer) * 0.99)] if peer else 0.0
    return Row(
        what=f"{name}: median / p95 / p99 / max, ms",
        figure=f"{_quantiles([one.wall for one in took])}; CPU {_quantiles([one.cpu for one in took])}{more}",
        peer=f"SQLite FTS5 {_quantiles(peer)}" if peer else "-",
        ratio=f"{theirs / ours:.1f}x at p99" if peer else "-",
        target=target,
    )


def _peer(serving: Serving, asked: Iterable[Asking]) -> dict[str, list[float]]:
    """The same queries, fields apart, asked of SQLite FTS5 with a prefix index, by its own BM25."""
    took: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="longplay-fts5-") as folder:
        database = sqlite3.connect(Path(folder) / "fts5.sqlite")
        database.execute(
            "CREATE VIRTUAL TABLE name USING fts5"
            "(title, artist, tokenize=\"unicode61 remove_diacritics 2\", prefix='1 2 3', content='')"
        )
        rows = (
            (one.title, one.artist) for kind in KINDS for one in serving.between(kind, 0, serving.count(kind))
        )
        with database:
            database.executemany("INSERT INTO name (title, artist) VALUES (?, ?)", rows)
        for one in asked:
            if ":" in one.text or one.of == "fields":
                continue
            words = " ".join(f'"{word}"' for word in one.text.split()) + "*"
            took[one.of].append(wall_of(lambda words=words: database.execute(_FTS5, (words,)).fetchall()))  # type: ignore[misc]
        database.close()
    return took


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=1_000_000)
    parser.add_argument("--archive", type=Path, help="of an archive with a snapshot, in place of --tracks")
    parser.add_argument("--each", type=int, default=200, help="queries of each class")
    parser.add_argument("--no-index", action="store_true", help="the serving table alone")
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--make-serving", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if making := given.make or given.make_serving:
        _make(making, with_index=given.make is not None)
    elif given.archive and not Snapshots(given.archive).numbers():
        raise UsageError(f"{given.archive} has no snapshot: run `longplay catalogue build`")
    else:
        print(main(given.tracks, given.archive, given.each, with_index=not given.no_index))
