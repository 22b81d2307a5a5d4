"""The figures of a snapshot as tables of text, for people: what stands in a terminal and under each plot.

Words of sources are cleaned of what would play tricks on a page or a terminal; whoever prints them still escapes.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from longplay.catalogue.coverage import Point
from longplay.catalogue.statistics import Band, Combination, Licence, Minute, Statistics, Year

NAME_LIMIT: Final = 120
"""Longer words of sources are cut, characters."""
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
    return tuple(make(found, brief) for make in _TABLES)


def shown(text: str, limit: int = NAME_LIMIT) -> str:
    """A source's words without controls and changes of direction, cut at `limit` characters."""
    kept = "".join(char for char in text if not _plays_tricks(char))
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def percent(part: int, whole: int) -> str:
    """A share for people, such as `12.3 %`."""
    if not whole:
        return "-"
    if not part:
        return "0 %"
    share = part / whole
    return "< 0.1 %" if share < 0.0005 else f"{share:.1%}".replace("%", " %")


def clock(seconds: int) -> str:
    """A playing time, such as `3:00`."""
    return f"{seconds // 60}:{seconds % 60:02d}"


def band_name(band: Band) -> str:
    """Such as `10–19`."""
    return str(band.low) if band.low == band.high else f"{band.low}–{band.high}"


def licence_name(row: Licence) -> str:
    """The licence, or what stands for it."""
    if row.licence is not None:
        return shown(row.licence)
    return f"others ({row.different:,} different)" if row.different else "none stated"


def combination_name(row: Combination) -> str:
    """The sources, or what stands for them."""
    return " + ".join(map(shown, row.sources)) or f"other combinations ({row.different:,})"


def _plays_tricks(char: str) -> bool:
    category = unicodedata.category(char)
    return category in {"Cc", "Cs", "Co", "Zl", "Zp"} or char in _DIRECTIONS


_DIRECTIONS: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def _popularity(found: Statistics, brief: bool) -> Table:  # noqa: ARG001, FBT001 - as all of `_TABLES`
    recordings = sum(band.recordings for band in found.bands)
    listens = sum(band.listens for band in found.bands)
    return Table(
        key="popularity",
        title="Recordings by popularity",
        notes=(
            "The score is 100 × log2(1 + weighted listens) / 30: ten more are eight times the listens.",
            f"A listen of the past counts half for each {found.snapshot.half_life_months:g} months gone by.",
        ),
        heads=("score", "recordings", "of all", "listens", "of all"),
        rows=tuple(
            (
                band_name(band),
                f"{band.recordings:,}",
                percent(band.recordings, recordings),
                f"{band.listens:,}",
                percent(band.listens, listens),
            )
            for band in found.bands
        ),
        total=("all", f"{recordings:,}", percent(recordings, recordings), f"{listens:,}", percent(listens, listens)),
        lacking="The catalogue has no recordings.",
    )


def _coverage(found: Statistics, brief: bool) -> Table:  # noqa: FBT001
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
        rows=tuple(
            (
                f"{point.recordings:,}",
                f"{point.listens:,}",
                f"{point.share:.2%}".replace("%", " %"),
                "-" if point.low is None else f"{point.low:.2%}".replace("%", " %"),
                "-" if point.high is None else f"{point.high:.2%}".replace("%", " %"),
            )
            for point in points
        )
        if curve.listens
        else (),
        lacking="No listens are known: import a listening history, or a source that counts listens.",
    )


def _is_round(point: Point, points: Sequence[Point]) -> bool:
    return str(point.rank).rstrip("0") == "1" or point is points[-1]


def _durations(found: Statistics, brief: bool) -> Table:  # noqa: ARG001, FBT001
    minutes = list(found.durations.minutes())
    recordings = sum(minute.recordings for minute in minutes)
    known = recordings - found.durations.unknown
    return Table(
        key="durations",
        title="Playing times",
        notes=(
            f"Known of {known:,} recordings, {percent(known, recordings)}; unknown of {found.durations.unknown:,}.",
            "A spike at a whole minute or half is a time that somebody rounded.",
        ),
        drawn=(f"Times of {MINUTES_LIMIT} minutes and more are in the table only.",),
        heads=("minutes", "recordings", "of all", "most often", "recordings so"),
        rows=tuple(
            (
                _minutes_name(minute),
                f"{minute.recordings:,}",
                percent(minute.recordings, recordings),
                "-" if minute.common_s is None else clock(minute.common_s),
                "-" if minute.common_s is None else f"{minute.common:,}",
            )
            for minute in minutes
        )
        if known
        else (),
        total=("all", f"{recordings:,}", percent(recordings, recordings), "", ""),
        lacking="No source states a playing time." if recordings else "The catalogue has no recordings.",
    )


def _minutes_name(minute: Minute) -> str:
    if minute.begin_s is None:
        return "unknown"
    if minute.end_s is None:
        return f"{minute.begin_s // 60} or more"
    return f"{minute.begin_s // 60}–{minute.end_s // 60}"


def _years(found: Statistics, brief: bool) -> Table:  # noqa: FBT001
    releases = sum(year.releases for year in found.years)
    undated = sum(year.releases for year in found.years if year.year is None)
    january = sum(year.january for year in found.years)
    named = list(_decades(found.years) if brief else map(_year_row, found.years))
    return Table(
        key="years",
        title="Releases by year",
        notes=(
            f"Dated are {releases - undated:,} of {releases:,} releases.",
            f"Stated dates are full of defaults: {january:,} releases, {percent(january, releases - undated)} of "
            "the dated, are said to be of 1 January."
            if january
            else "Stated dates are often full of defaults, such as 1 January; here none is said to be of that day.",
        ),
        drawn=(f"Orange: of 1 January. Years before {FIRST_YEAR} and after the next are in the table only.",),
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


def _genres(found: Statistics, brief: bool) -> Table:  # noqa: FBT001
    genres = found.genres
    recordings = sum(band.recordings for band in found.bands)
    return Table(
        key="genres",
        title="Genres",
        notes=(
            f"The {len(genres.top)} most frequent of {genres.different:,}, in the sources' words; a recording may "
            f"be of several. {genres.recordings:,} recordings, {percent(genres.recordings, recordings)}, have one.",
        ),
        drawn=("Strong colour: recordings that are called so themselves; faint: only a release of them is.",),
        heads=("genre", "recordings", "of all", "themselves"),
        rows=tuple(
            (shown(one.genre), f"{one.recordings:,}", percent(one.recordings, recordings), f"{one.own:,}")
            for one in genres.top[: 10 if brief else None]
        ),
        lacking="No source names genres.",
    )


def _licences(found: Statistics, brief: bool) -> Table:  # noqa: ARG001, FBT001
    recordings = sum(one.recordings for one in found.licences)
    listens = sum(one.listens for one in found.licences)
    return Table(
        key="licences",
        title="Licences, as sources state them",
        notes=("A stated licence permits nothing by itself: it is a claim, which the rights gate has to be shown.",),
        drawn=("Faint: nothing is stated, or other licences together.",),
        heads=("licence", "recordings", "of all", "listens", "of all"),
        rows=tuple(
            (
                licence_name(one),
                f"{one.recordings:,}",
                percent(one.recordings, recordings),
                f"{one.listens:,}",
                percent(one.listens, listens),
            )
            for one in found.licences
        ),
        total=("all", f"{recordings:,}", percent(recordings, recordings), f"{listens:,}", percent(listens, listens)),
        lacking="The catalogue has no recordings.",
    )


def _sources(found: Statistics, brief: bool) -> Table:  # noqa: FBT001
    combinations = _folded(found.combinations, 10) if brief else found.combinations
    recordings = sum(one.recordings for one in found.combinations)
    listens = sum(one.listens for one in found.combinations)
    return Table(
        key="sources",
        title="Sources and their overlap",
        notes=("Each row counts the recordings that exactly these sources know, and no other.",),
        drawn=(f"Drawn are the {DRAWN_LIMIT} most frequent.",) if len(found.combinations) > DRAWN_LIMIT else (),
        heads=("known to", "recordings", "of all", "listens", "of all"),
        rows=tuple(
            (
                combination_name(one),
                f"{one.recordings:,}",
                percent(one.recordings, recordings),
                f"{one.listens:,}",
                percent(one.listens, listens),
            )
            for one in combinations
        ),
        total=("all", f"{recordings:,}", percent(recordings, recordings), f"{listens:,}", percent(listens, listens)),
        lacking="The catalogue has no recordings.",
    )


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


def _holdings(found: Statistics, brief: bool) -> Table:  # noqa: ARG001, FBT001
    counts = found.holdings or ()
    recordings = sum(count.recordings for _, count in counts)
    listens = sum(count.listens for _, count in counts)
    return Table(
        key="holdings",
        title="Holdings by status",
        notes=("Every recording of the catalogue has one status; every absence has a reason.",),
        heads=("status", "recordings", "of all", "listens", "of all"),
        rows=tuple(
            (
                shown(status),
                f"{count.recordings:,}",
                percent(count.recordings, recordings),
                f"{count.listens:,}",
                percent(count.listens, listens),
            )
            for status, count in counts
        ),
        total=("all", f"{recordings:,}", percent(recordings, recordings), f"{listens:,}", percent(listens, listens)),
        lacking="Not known yet which of these the archive holds: run `longplay catalogue match`.",
    )


_TABLES: Final[tuple[Callable[[Statistics, bool], Table], ...]] = (
    _popularity, _coverage, _durations, _years, _genres, _licences, _sources, _holdings,
)  # fmt: skip
