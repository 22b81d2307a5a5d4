"""Years and days as people write them, where they are evidence; defaults and guesses are none.

Source: ISO 8601; docs/guides/importing-rights.md, "Years".
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

EARLIEST: Final = 1000
LATEST: Final = 2200
_TEXT_LIMIT: Final = 60

_DEFAULTS: Final = frozenset(
    {"1900-01-01", "1904-01-01", "1970-01-01", "1980-01-01", "0001-01-01", "2000-01-01", "1601-01-01"}
)
"""Days that programs write when they know none."""

_YEAR = re.compile(r"[0-9]{4}")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class YearClaim:
    """What a text says of a year.

    Attributes:
        year: plainly stated; `None` when it is not.
        missing: why not; `None` exactly when `year` is set.
    """

    year: int | None = None
    missing: str | None = None


def read_year(text: str) -> YearClaim:
    """A year, or the year of a day. Total: never raises.

    `1923` and `1923-05-04` are years. `19??`, `c1923`, `[1923]`, `1923-25`, `ca. 1923` and the days that
    programs write by default are none: they are guesses, ranges, or nobody's statement.
    """
    stated = text[: _TEXT_LIMIT + 1].strip()
    if stated in _DEFAULTS:
        return YearClaim(missing=f"the year: {stated} is what programs write when they know none")
    day = read_day(stated)
    plain = _YEAR.fullmatch(stated)
    year = day.year if day else int(plain[0]) if plain else None
    if year is None or not EARLIEST <= year <= LATEST:
        return YearClaim(missing=f"the year: {stated[:_TEXT_LIMIT]!r} does not plainly say it")
    return YearClaim(year=year)


def read_day(text: str) -> date | None:
    """A full day, ISO 8601; `None` when it is none, or one that programs write by default."""
    stated = text[: _TEXT_LIMIT + 1].strip()
    match = _DAY.fullmatch(stated)
    if match is None or stated in _DEFAULTS:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
