"""The figures of a snapshot as tables of text, for people: what stands in a terminal and under each plot."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from longplay.catalogue.coverage import Point
from longplay.catalogue.snapshot_tables import SnapshotTable
from longplay.catalogue.statistics.figures import Combination, Minute, Statistics, Year
from longplay.catalogue.statistics.words import (
    band_name,
    clock,
    combination_name,
    licence_name,
    percent,
    shown,
)

_COUNTED: Final = ("recordings", "of all", "listens", "of all")
_BRIEF: Final = 10
_NO_RECORDINGS: Final = "The catalogue has no recordings."

DRAWN_LIMIT: Final = 12
"""Combinations of sources in the plot; the table has more."""
MINUTES_LIMIT: Final = 15
"""Where the plot of playing times ends."""
FIRST_YEAR: Final = 1890
"""Of the plot; earlier ones are mistakes, nearly all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One figure in rows.

    Attributes:
        key: a short name, such as `years`.
        title: its heading.
        notes: sentences on what it is and is not.
        drawn: sentences on how the plot shows it.
        heads: of the columns; the first one names the row.
        rows: as many cells as heads.
        total: the sum of all rows; `None` where rows are no parts of a whole.
        lacking: what to say where there are no rows.
    """

    key: str
    title: str
    notes: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lacking: str
    total: tuple[str, ...] | None = None
    drawn: tuple[str, ...] = ()


def tables(found: Statistics, *, brief: bool = False) -> tuple[Table, ...]:
    """All tables, in order.

    Args:
        found: the figures.
        brief: coverage by powers of ten, years by decade, ten rows of names.
    """
    return (
        _popularity(found),
        _coverage(found, brief=brief),
        _durations(found),
        _years(found, brief=brief),
        _genres(found, brief=brief),
        _licences(found),
        _sources(found, brief=brief),
        _holdings(found),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Count:
    """A row of recordings and their listens."""

    name: str
    recordings: int
    listens: int


def _counted(table: Table, counts: Sequence[_Count]) -> Table:
    """A table whose rows are parts of all recordings, with these rows and their total."""
    recordings = sum(count.recordings for count in counts)
    listens = sum(count.listens for count in counts)

    def row(count: _Count) -> tuple[str, ...]:
        return (
            count.name,
            f"{count.recordings:,}",
            percent(count.recordings, recordings),
            f"{count.listens:,}",
            percent(count.listens, listens),
        )

    total = row(_Count(name="all", recordings=recordings, listens=listens))
    return replace(table, rows=tuple(map(row, counts)), total=total)


def _popularity(found: Statistics) -> Table:
    counts = [
        _Count(name=band_name(one), recordings=one.recordings, listens=one.listens) for one in found.bands
    ]
    table = Table(
        key="popularity",
        title="Recordings by popularity",
        notes=(
            "The score is 100 × log2(1 + weighted listens) / 30: ten more are eight times the listens.",
            f"A listen of the past counts half for each {found.snapshot.half_life_months:g} months gone by.",
        ),
        lacking=_NO_RECORDINGS,
        heads=("score", *_COUNTED),
        rows=(),
    )
    return _counted(table, counts)


def _coverage(found: Statistics, *, brief: bool) -> Table:
    curve = found.coverage
    points = [point for point in curve.points if not brief or _is_round(point, curve.points)]
    band = (
        f"The band holds 95 % of a bootstrap over {curve.listeners:,} listeners."
        if curve.listeners
        else "There is no band: no source names listeners."
    )
    return Table(
        key="coverage",
        title="Coverage",
        notes=(
            f"Share of the {curve.listens:,} listens that the sources know; their listeners chose themselves.",
            "Listens that no recording was found for are covered by nothing.",
            band,
        ),
        heads=("most listened recordings", "listens", "share", "from", "to"),
        rows=tuple(map(_point_row, points)) if curve.listens else (),
        lacking="No listens are known: import a listening history, or a source that counts listens.",
    )


def _is_round(point: Point, points: Sequence[Point]) -> bool:
    return str(point.rank).rstrip("0") == "1" or point is points[-1]


def _point_row(point: Point) -> tuple[str, ...]:
    shares = [
        "-" if share is None else f"{share * 100:.2f} %" for share in (point.share, point.low, point.high)
    ]
    return f"{point.recordings:,}", f"{point.listens:,}", *shares


def _durations(found: Statistics) -> Table:
    minutes = list(found.durations.minutes())
    recordings = sum(minute.recordings for minute in minutes)
    known = recordings - found.durations.unknown
    return Table(
        key="durations",
        title="Playing times",
        notes=(
            f"Known of {known:,} recordings, {percent(known, recordings)}; unknown of "
            f"{found.durations.unknown:,}.",
            "A spike at a whole minute or half is a time that somebody rounded.",
        ),
        drawn=(f"Times of {MINUTES_LIMIT} minutes and more are in the table only.",),
        heads=("minutes", "recordings", "of all", "most often", "recordings so"),
        rows=tuple(_minute_row(minute, recordings) for minute in minutes) if known else (),
        total=("all", f"{recordings:,}", percent(recordings, recordings), "", ""),
        lacking="No source states a playing time." if recordings else _NO_RECORDINGS,
    )


def _minute_row(minute: Minute, recordings: int) -> tuple[str, ...]:
    number = (_minutes_name(minute), f"{minute.recordings:,}", percent(minute.recordings, recordings))
    if minute.common_s is None:
        return *number, "-", "-"
    return *number, clock(minute.common_s), f"{minute.common:,}"


def _minutes_name(minute: Minute) -> str:
    if minute.begin_s is None:
        return "unknown"
    if minute.end_s is None:
        return f"{minute.begin_s // 60} or more"
    return f"{minute.begin_s // 60}–{minute.end_s // 60}"


def _years(found: Statistics, *, brief: bool) -> Table:
    releases = sum(year.releases for year in found.years)
    undated = sum(year.releases for year in found.years if year.year is None)
    january = sum(year.january for year in found.years)
    share = percent(january, releases - undated)
    defaults = (
        f"Stated dates are full of defaults: {january:,} releases, {share} of the dated, are of 1 January."
        if january
        else "Stated dates are often defaults, such as 1 January; here none is of that day."
    )
    named = list(_decades(found.years) if brief else map(_year_row, found.years))
    return Table(
        key="years",
        title="Releases by year",
        notes=(
            f"Dated are {releases - undated:,} of {releases:,} releases.",
            defaults,
        ),
        drawn=(f"Orange: of 1 January. Years before {FIRST_YEAR} or to come are in the table only.",),
        heads=("decade" if brief else "year", "releases", "of all", "of 1 January"),
        rows=tuple(
            (name, f"{number:,}", percent(number, releases), f"{first:,}") for name, number, first in named
        )
        if releases > undated
        else (),
        total=("all", f"{releases:,}", percent(releases, releases), f"{january:,}"),
        lacking="No source dates a release." if releases else "The catalogue has no releases.",
    )


def _year_row(year: Year) -> tuple[str, int, int]:
    return "undated" if year.year is None else str(year.year), year.releases, year.january


def _decades(years: Sequence[Year]) -> Iterator[tuple[str, int, int]]:
    def decade(year: Year) -> str:
        return "undated" if year.year is None else f"{year.year // 10 * 10}s"

    for name, group in groupby(years, key=decade):
        of_it = list(group)
        yield name, sum(year.releases for year in of_it), sum(year.january for year in of_it)


def _genres(found: Statistics, *, brief: bool) -> Table:
    genres = found.genres
    recordings = found.rows(SnapshotTable.RECORDING)
    share = percent(genres.recordings, recordings)
    top = genres.top[: _BRIEF if brief else None]
    return Table(
        key="genres",
        title="Genres",
        notes=(
            f"The {len(top)} most frequent of {genres.different:,}, in the sources' words; a recording may "
            f"be of several. {genres.recordings:,} recordings, {share}, have one.",
        ),
        drawn=("Strong colour: recordings that are called so themselves; faint: only a release of them is.",),
        heads=("genre", "recordings", "of all", "themselves"),
        rows=tuple(
            (shown(one.genre), f"{one.recordings:,}", percent(one.recordings, recordings), f"{one.own:,}")
            for one in top
        ),
        lacking="No source names genres.",
    )


def _licences(found: Statistics) -> Table:
    counts = [
        _Count(name=licence_name(one), recordings=one.recordings, listens=one.listens) for one in found.licences
    ]
    table = Table(
        key="licences",
        title="Licences, as sources state them",
        notes=(
            "A stated licence permits nothing by itself: it is a claim, which the rights gate has to be shown.",
        ),
        drawn=("Faint: nothing is stated, or other licences together.",),
        lacking=_NO_RECORDINGS,
        heads=("licence", *_COUNTED),
        rows=(),
    )
    return _counted(table, counts)


def _sources(found: Statistics, *, brief: bool) -> Table:
    combinations = _folded(found.combinations, _BRIEF) if brief else found.combinations
    counts = [
        _Count(name=combination_name(one), recordings=one.recordings, listens=one.listens)
        for one in combinations
    ]
    table = Table(
        key="sources",
        title="Sources and their overlap",
        notes=("Each row counts the recordings that exactly these sources know, and no other.",),
        drawn=(f"Drawn are the {DRAWN_LIMIT} most frequent.",) if len(found.combinations) > DRAWN_LIMIT else (),
        lacking=_NO_RECORDINGS,
        heads=("known to", *_COUNTED),
        rows=(),
    )
    return _counted(table, counts)


def _folded(combinations: Sequence[Combination], limit: int) -> Sequence[Combination]:
    """The first ones, the rest together."""
    if len(combinations) <= limit:
        return combinations
    rest = combinations[limit - 1 :]
    together = Combination(
        sources=(),
        different=sum(one.different for one in rest),
        recordings=sum(one.recordings for one in rest),
        listens=sum(one.listens for one in rest),
    )
    return [*combinations[: limit - 1], together]


def _holdings(found: Statistics) -> Table:
    counts = [
        _Count(name=shown(status), recordings=count.recordings, listens=count.listens)
        for status, count in found.holdings or ()
    ]
    table = Table(
        key="holdings",
        title="Holdings by status",
        notes=("Every recording of the catalogue has one status; every absence has a reason.",),
        lacking="Not known yet which of these the archive holds: run `longplay catalogue match`.",
        heads=("status", *_COUNTED),
        rows=(),
    )
    return _counted(table, counts)
