"""Coverage: the share of all known listens that falls on a set of recordings, with an error bar.

Of *known* listens: those of the sources, whose listeners chose themselves. Listens that no recording was found
for are covered by nothing. The error bar is a bootstrap by listener, since the listens of one person hang
together; where sources only state totals there is nobody to draw from, and no error bar.

Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 8 (clustered data) and 13
(percentile intervals); Good (1953), Biometrika 40, for the unseen.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from longplay.catalogue.engine import query
from longplay.catalogue.snapshot_tables import SnapshotTable
from longplay.catalogue.snapshots import Snapshots

if TYPE_CHECKING:  # slow to import
    from duckdb import DuckDBPyConnection

Integers = npt.NDArray[np.int64]

REPLICATES: Final = 400
"""Bootstrap samples: enough for the ends of a 95 % interval."""

_SEED: Final = 20_260_801
_LISTENERS_AT_ONCE: Final = 4_096
_STEPS_LIMIT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Coverage of the recordings up to a rank.

    Attributes:
        rank: the last one that belongs to the set.
        recordings: how many there are up to it.
        listens: of these.
        share: of all known listens, 0 to 1.
        low, high: ends of the 95 % interval of the share among listens that have a listener; `None` where no
            listen has one.
    """

    rank: int
    recordings: int
    listens: int
    share: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The coverage curve of a snapshot.

    Attributes:
        snapshot: its number.
        points: by rank, ascending; the last one is of all recordings.
        listens: all known ones, those without a recording included.
        listeners: people the error bars are drawn from.
        unseen: chance, 0 to 1, that the next recording a listener takes up is one nobody listened to yet
            (Good-Turing on recordings with one listener); `None` without listeners.
    """

    snapshot: int
    points: tuple[Point, ...]
    listens: int
    listeners: int
    unseen: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCoverage:
    """Coverage of a set of recordings.

    Attributes:
        recordings, listens: how many there are, and of these.
        share, low, high: as of a `Point`.
    """

    recordings: int
    listens: int
    share: float
    low: float | None
    high: float | None


def steps_for(recordings: int, *, extra: Iterable[int] = ()) -> list[int]:
    """Ranks at which a curve is shown: 1, 2, 5, 10 … and the last one, with those asked for, ascending."""
    ends = {rank for rank in extra if 1 <= rank <= recordings}
    power = 1
    while power <= recordings:
        ends |= {power * factor for factor in (1, 2, 5) if power * factor <= recordings}
        power *= 10
    return sorted(ends | {recordings})[:_STEPS_LIMIT] if recordings else []


def coverage(
    connection: "DuckDBPyConnection", snapshots: Snapshots, number: int, *, extra: Sequence[int] = ()
) -> Coverage:
    """The coverage curve of a snapshot.

    Args:
        connection: of `engine.connected`.
        snapshots: the archive's.
        number: of the snapshot.
        extra: ranks to show besides the usual ones.

    Raises:
        NotFound: there is no such snapshot.
    """
    snapshot = snapshots.get(number)
    ends = steps_for(snapshot.tables[SnapshotTable.RECORDING].rows, extra=extra)
    listeners = snapshots.table(number, SnapshotTable.LISTENER)
    total = snapshot.listens.counted + snapshot.listens.stated

    def step_of(recordings: Integers) -> Integers:
        return np.where(recordings == 0, len(ends), np.searchsorted(ends, recordings))

    low, high, people = _intervals(connection, listeners, len(ends), step_of)
    counts = _cumulated(connection, snapshots.table(number, SnapshotTable.RECORDING), ends)
    points = tuple(
        Point(
            rank=end,
            recordings=recordings,
            listens=listens,
            share=listens / total if total else 0.0,
            low=low[step] if people else None,
            high=high[step] if people else None,
        )
        for step, (end, (recordings, listens)) in enumerate(zip(ends, counts, strict=True))
    )
    return Coverage(
        snapshot=number,
        points=points,
        listens=total,
        listeners=people,
        unseen=_unseen(connection, listeners),
    )


def coverage_of(
    connection: "DuckDBPyConnection", snapshots: Snapshots, number: int, ranks: npt.NDArray[np.uint32]
) -> SetCoverage:
    """How much of all known listens falls on a set of recordings.

    Args:
        connection: of `engine.connected`.
        snapshots: the archive's.
        number: of the snapshot.
        ranks: of the recordings, ascending, each once.

    Raises:
        NotFound: there is no such snapshot.
    """
    snapshot = snapshots.get(number)
    total = snapshot.listens.counted + snapshot.listens.stated
    connection.register("wanted_rank", pa.table({"rank": pa.array(ranks, pa.uint32())}))
    table = str(snapshots.table(number, SnapshotTable.RECORDING))
    ((recordings, listens),) = connection.execute(query("coverage_of"), {"table": table}).fetchall()
    connection.unregister("wanted_rank")

    def step_of(recordings: Integers) -> Integers:
        at = np.minimum(np.searchsorted(ranks, recordings), max(len(ranks) - 1, 0))
        return np.where(ranks[at] == recordings, 0, 1) if len(ranks) else np.ones_like(recordings)

    listeners = snapshots.table(number, SnapshotTable.LISTENER)
    low, high, people = _intervals(connection, listeners, 1, step_of)
    return SetCoverage(
        recordings=recordings,
        listens=listens,
        share=listens / total if total else 0.0,
        low=low[0] if people else None,
        high=high[0] if people else None,
    )


def _cumulated(connection: "DuckDBPyConnection", table: Path, ends: Sequence[int]) -> Iterator[tuple[int, int]]:
    step = query("coverage_step")
    recordings = listens = 0
    for after, upto in zip([0, *ends], ends, strict=False):
        values = {"table": str(table), "after": after, "upto": upto}
        ((more, heard),) = connection.execute(step, values).fetchall()
        recordings, listens = recordings + more, listens + heard
        yield recordings, listens


def _unseen(connection: "DuckDBPyConnection", table: Path) -> float | None:
    once, pairs = connection.execute(query("unseen"), {"table": str(table)}).fetchall()[0]
    return once / pairs if pairs else None


def _intervals(
    connection: "DuckDBPyConnection", table: Path, steps: int, step_of: Callable[[Integers], Integers]
) -> tuple[list[float], list[float], int]:
    """The ends of the interval at each step, and the number of listeners.

    Args:
        connection, table: of the listeners.
        steps: sets of recordings, each with all before it.
        step_of: the first set that each recording is in, from 0; `steps` where it is in none.
    """
    if not steps:
        return [], [], 0
    random = np.random.default_rng(_SEED)
    covered = np.zeros((REPLICATES, steps))
    total = np.zeros(REPLICATES)
    people = 0
    while len(counts := _counts(connection, table, steps, step_of, after=people)):
        drawn = random.poisson(1.0, (REPLICATES, len(counts))).astype(np.float64)
        covered += drawn @ np.cumsum(counts, axis=1)[:, :-1]
        total += drawn @ counts.sum(axis=1)
        people += len(counts)
    shares = covered[total > 0] / total[total > 0, None]
    if not len(shares):
        return [], [], 0
    low, high = np.quantile(shares, [0.025, 0.975], axis=0)
    return low.tolist(), high.tolist(), people


def _counts(
    connection: "DuckDBPyConnection",
    table: Path,
    steps: int,
    step_of: Callable[[Integers], Integers],
    *,
    after: int,
) -> npt.NDArray[np.float64]:
    """Listens by step of the next listeners, who are numbered without gaps; the last step is the rest."""
    values = {"table": str(table), "after": after, "upto": after + _LISTENERS_AT_ONCE}
    found = connection.execute(query("listener_block"), values).fetchnumpy()
    listeners = found["listener"].astype(np.int64)
    places = step_of(found["recording"].astype(np.int64))
    counts = np.zeros((int(listeners.max(initial=after)) - after, steps + 1))
    np.add.at(counts, (listeners - after - 1, places), found["listens"])
    return counts
