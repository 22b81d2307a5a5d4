"""Years and days as people write them, where they are evidence; defaults and guesses are none.

Only what is plain counts: four digits of ASCII, or a full ISO 8601 day. A month (`1923-05`) is not told from a
range (`1905-06`), so it is none either.

Source: ISO 8601-1, 5.2.2; docs/guides/importing-rights.md, "Years".
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

EARLIEST: Final = 1000
"""Earlier years are not read: four digits below it are a mistake or a default."""

LATEST: Final = 2200
"""Later years are not read, whatever today is."""

_TEXT_LIMIT: Final = 60
_SHOWN: Final = 40

_DEFAULTS: Final = frozenset(
    {
        *("0001-01-01", "1000-01-01", "1582-10-15", "1600-01-01", "1601-01-01", "1753-01-01", "1858-11-17"),
        *("1899-12-30", "1899-12-31", "1900-01-00", "1900-01-01", "1901-12-13", "1903-12-31", "1904-01-01"),
        *("1960-01-01", "1969-12-31", "1970-01-01", "1980-01-01", "1980-01-06", "2000-01-01", "2001-01-01"),
        "2038-01-19",
    }
)
"""Days that programs write when they know none: where their clocks begin or end, and eves of those days, which
zones west of Greenwich make of them."""

_YEAR = re.compile(r"[0-9]{4}")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class YearClaim:
    """What a text says of a year.

    Attributes:
        year: plainly stated, Common Era; `None` when it is not.
        missing: why not; `None` exactly when `year` is set.
    """

    year: int | None = None
    missing: str | None = None


def read_year(text: str) -> YearClaim:
    """A year, or the year of a day. Total: never raises, and reads no more than it must.

    `1923` and `1923-05-04` are years. `19??`, `c1923`, `[1923]`, `1923-25`, `ca. 1923` and the days that
    programs write by default are none: they are guesses, ranges, or nobody's statement.

    Args:
        text: what was written; blanks around it do not count.
    """
    if len(text) > _TEXT_LIMIT:
        return YearClaim(missing=f"the year: a text of {len(text)} characters does not plainly say it")
    stated = text.strip()
    if stated in _DEFAULTS:
        return YearClaim(missing=f"the year: {stated} is what programs write when they know none")
    day = read_day(stated)
    plain = _YEAR.fullmatch(stated)
    year = day.year if day else int(plain[0]) if plain else None
    if year is None:
        return YearClaim(missing=f"the year: {stated[:_SHOWN]!r} does not plainly say it")
    if not EARLIEST <= year <= LATEST:
        return YearClaim(missing=f"the year: {year} cannot be meant")
    return YearClaim(year=year)


def read_day(text: str) -> date | None:
    """A full day, ISO 8601; `None` when it is none, or one that programs write by default. Never raises."""
    if len(text) > _TEXT_LIMIT:
        return None
    stated = text.strip()
    match = _DAY.fullmatch(stated)
    if match is None or stated in _DEFAULTS:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
