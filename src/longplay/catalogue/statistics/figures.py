"""The figures of a snapshot: how popular, how long, how old, called what, under which licence, known to whom.

Counted, never judged: a year is the one a source states, a licence is a source's word. Every figure is one
query over the columns it needs, and what it gives is bounded whatever the size of the catalogue.

Source: docs/format/catalogue.md, "Snapshots".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from longplay.catalogue.coverage import Coverage, coverage
from longplay.catalogue.engine import query
from longplay.catalogue.snapshot_tables import SnapshotTable
from longplay.catalogue.snapshots import Snapshot, Snapshots

if TYPE_CHECKING:  # slow to import
    from duckdb import DuckDBPyConnection

LONGEST_S: Final = 3_600
"""Recordings as long or longer are counted together, s."""

GENRES_LIMIT: Final = 20
LICENCES_LIMIT: Final = 20
COMBINATIONS_LIMIT: Final = 100

_MINUTES: Final = (*range(0, 15 * 60, 60), 900, 1_800, LONGEST_S)
"""Where the rows of the table of durations begin, s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Recordings of like popularity.

    Attributes:
        low, high: the scores that belong to it, both included.
        recordings, listens: how many; all listens known of them.
    """

    low: int
    high: int
    recordings: int
    listens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """Recordings of like playing time.

    Attributes:
        begin_s, end_s: from and below, s; `begin_s` is `None` where the time is unknown, `end_s` also where
            there is no end.
        recordings: how many.
        common_s: the second most of them last, s, the shortest of equals; `None` where there is none to name.
        common: how many last so.
    """

    begin_s: int | None
    end_s: int | None
    recordings: int
    common_s: int | None
    common: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """Playing times.

    Attributes:
        seconds: recordings by whole second begun, from 0 to `LONGEST_S` - 1.
        longer: as long as `LONGEST_S` or longer.
        unknown: no source says.
    """

    seconds: tuple[int, ...]
    longer: int
    unknown: int

    def minutes(self) -> Iterator[Minute]:
        """By the minute; from a quarter of an hour on coarser; the unknown last. Empty rows are left out."""
        for begin, end in pairwise(_MINUTES):
            counts = self.seconds[begin:end]
            if any(counts):
                common = counts.index(max(counts))
                yield Minute(
                    begin_s=begin,
                    end_s=end,
                    recordings=sum(counts),
                    common_s=begin + common,
                    common=max(counts),
                )
        if self.longer:
            yield Minute(begin_s=LONGEST_S, end_s=None, recordings=self.longer, common_s=None, common=0)
        if self.unknown:
            yield Minute(begin_s=None, end_s=None, recordings=self.unknown, common_s=None, common=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """Releases of a year.

    Attributes:
        year: as stated; `None`: undated.
        releases: how many.
        january: of these, those stated to be of 1 January, the usual default of who knows the year only.
    """

    year: int | None
    releases: int
    january: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Genre:
    """Recordings of a genre.

    Attributes:
        genre: the sources' word.
        recordings: called so by any source, themselves or by a release they are on.
        own: of these, those that are called so themselves.
    """

    genre: str
    recordings: int
    own: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Genres:
    """What recordings are called.

    Attributes:
        top: the most frequent genres, at most `GENRES_LIMIT`; a recording may be of several.
        different: genres in all.
        recordings: that have one.
    """

    top: tuple[Genre, ...]
    different: int
    recordings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """Recordings under a licence, as stated.

    Attributes:
        licence: a source's words; `None` where none is stated, and for all others together.
        different: stated licences in this row: 1; more: others together; 0: none is stated.
        recordings, listens: how many; all listens known of them.
    """

    licence: str | None
    different: int
    recordings: int
    listens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """Recordings that exactly these sources know.

    Attributes:
        sources: names, in the order of the snapshot; empty for the rest together.
        different: 1, or how many combinations are together here.
        recordings, listens: how many; all listens known of them.
    """

    sources: tuple[str, ...]
    different: int
    recordings: int
    listens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusCount:
    """Recordings of one status, such as `held` or `wanted`, and all listens known of them."""

    recordings: int
    listens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """All figures of a snapshot.

    Attributes:
        snapshot: whose.
        bands: by score, ascending; only those with recordings.
        coverage: the curve, which also knows all listens and listeners.
        durations: playing times.
        years: ascending, the undated last.
        genres: the most frequent.
        licences: the most frequent, then all others together, then none stated.
        combinations: of sources, the most frequent, then the rest together.
        holdings: recordings by status, in the order given; `None`: nobody matched the holdings yet.
    """

    snapshot: Snapshot
    bands: tuple[Band, ...]
    coverage: Coverage
    durations: Durations
    years: tuple[Year, ...]
    genres: Genres
    licences: tuple[Licence, ...]
    combinations: tuple[Combination, ...]
    holdings: tuple[tuple[str, StatusCount], ...] | None

    def rows(self, table: SnapshotTable) -> int:
        """Of a table of the snapshot."""
        return self.snapshot.tables[table].rows


def statistics(
    connection: "DuckDBPyConnection",
    snapshots: Snapshots,
    number: int,
    *,
    holdings: Mapping[str, StatusCount] | None = None,
) -> Statistics:
    """The figures of a snapshot. The same snapshot gives the same figures.

    Args:
        connection: of `engine.connected`.
        snapshots: the archive's.
        number: of the snapshot.
        holdings: recordings and listens by status, in the order to show; `None`: not known.

    Raises:
        NotFound: there is no such snapshot.
    """
    snapshot = snapshots.get(number)
    ask = _Asking(connection, snapshots, number)
    return Statistics(
        snapshot=snapshot,
        bands=ask.bands(),
        coverage=coverage(connection, snapshots, number),
        durations=ask.durations(),
        years=ask.years(),
        genres=ask.genres(),
        licences=ask.licences(),
        combinations=ask.combinations([one.name for one in snapshot.sources]),
        holdings=None if holdings is None else tuple(holdings.items()),
    )


class _Asking:
    """The queries of one snapshot."""

    def __init__(self, connection: "DuckDBPyConnection", snapshots: Snapshots, number: int) -> None:
        self._connection = connection
        self._snapshots = snapshots
        self._number = number

    def bands(self) -> tuple[Band, ...]:
        found = self._rows(query("statistics_scores"), SnapshotTable.RECORDING)
        return tuple(_band(number, recordings, listens) for number, recordings, listens in found)

    def durations(self) -> Durations:
        text = query("statistics_durations")
        found = dict(self._rows(text, SnapshotTable.RECORDING, longest=LONGEST_S))
        return Durations(
            seconds=tuple(found.get(second, 0) for second in range(LONGEST_S)),
            longer=found.get(LONGEST_S, 0),
            unknown=found.get(None, 0),
        )

    def years(self) -> tuple[Year, ...]:
        found = self._rows(query("statistics_years"), SnapshotTable.RELEASE)
        return tuple(Year(year=year, releases=releases, january=january) for year, releases, january in found)

    def genres(self) -> Genres:
        found = self._rows(query("statistics_genres"), SnapshotTable.GENRE, top=GENRES_LIMIT)
        ((recordings,),) = self._rows(query("statistics_called"), SnapshotTable.GENRE)
        return Genres(
            top=tuple(Genre(genre=genre, recordings=all_, own=own) for genre, all_, own, _ in found),
            different=found[0][3] if found else 0,
            recordings=recordings,
        )

    def licences(self) -> tuple[Licence, ...]:
        found = self._values("licence", LICENCES_LIMIT)
        return tuple(
            Licence(
                licence=value,
                different=0 if what == _NULL else different,
                recordings=recordings,
                listens=listens,
            )
            for what, value, different, recordings, listens in found
        )

    def combinations(self, names: Sequence[str]) -> tuple[Combination, ...]:
        found = self._values("sources", COMBINATIONS_LIMIT)
        return tuple(
            Combination(
                sources=tuple(name for place, name in enumerate(names) if (value or 0) >> place & 1),
                different=different,
                recordings=recordings,
                listens=listens,
            )
            for _, value, different, recordings, listens in found
        )

    def _values(self, column: str, top: int) -> list[tuple]:  # type: ignore[type-arg] # DuckDB's rows
        text = query("statistics_values").format(column=column)
        return self._rows(text, SnapshotTable.RECORDING, top=top)

    def _rows(self, text: str, table: SnapshotTable, **values: int) -> list[tuple]:  # type: ignore[type-arg]
        path = str(self._snapshots.table(self._number, table))
        return self._connection.execute(text, {"table": path, **values}).fetchall()


_NULL: Final = 3
"""`what` of a row of `statistics_values.sql` for recordings without a value."""


def _band(number: int, recordings: int, listens: int) -> Band:
    low = 0 if number == 0 else max(1, (number - 1) * 10)
    high = 0 if number == 0 else 100 if number == 10 else number * 10 - 1
    return Band(low=low, high=high, recordings=recordings, listens=listens)
