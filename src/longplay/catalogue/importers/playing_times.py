"""Playing times as sources write them, in milliseconds; what is none, or cannot be one, is `None`.

It reads no format. Source: ISO 8601-1:2019, 5.5.2 (durations).
"""

import math
import re
from typing import Final

LONGEST: Final = 2**31 - 1
"""A longer time is a mistake, ms."""

_CLOCK: Final = re.compile(r"(?:([0-9]{1,4}):)?([0-9]{1,5}):([0-5][0-9](?:\.[0-9]{1,9})?)")
_SECONDS: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,15})?")
_PERIOD: Final = re.compile(
    r"P(?:0{1,4}Y)?(?:0{1,4}M)?(?:(?P<days>[0-9]{1,4})D)?"
    r"(?:T(?:(?P<hours>[0-9]{1,6})H)?(?:(?P<minutes>[0-9]{1,8})M)?(?:(?P<seconds>[0-9]{1,9}(?:[.,][0-9]{1,9})?)S)?)?"
)


def playing_time(seconds: float) -> int | None:
    """Seconds as ms; `None` when nothing can last that long, or nothing sounds."""
    if not math.isfinite(seconds):
        return None
    milliseconds = round(seconds * 1_000)
    return milliseconds if 0 < milliseconds <= LONGEST else None


def of_clock(text: str) -> int | None:
    """Of `3:45` or `1:02:03`; minutes may be 60 or more where no hours are stated."""
    match = _CLOCK.fullmatch(text[:40].strip())
    if match is None or (match[1] and int(match[2]) >= 60):
        return None
    return playing_time(int(match[1] or 0) * 3_600 + int(match[2]) * 60 + float(match[3]))


def of_seconds(text: str) -> int | None:
    """Of `225` or `225.04`."""
    text = text[:40].strip()
    return playing_time(float(text)) if _SECONDS.fullmatch(text) else None


def of_period(text: str) -> int | None:
    """Of `PT3M45S`; years and months are only read where they are 0."""
    match = _PERIOD.fullmatch(text[:80].strip())
    if match is None:
        return None
    days, hours, minutes = (int(match[name] or 0) for name in ("days", "hours", "minutes"))
    seconds = float((match["seconds"] or "0").replace(",", "."))
    return playing_time(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
