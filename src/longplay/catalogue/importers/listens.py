"""What a listen must have, whichever source it comes from: a time that can be, and ids that are ids.

It reads no format.
"""

import re
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

EARLIEST: Final = 1_009_843_200
"""2002-01-01T00:00:00Z: nobody sent listens anywhere before; a unit or a clock was wrong. Seconds."""

LATEST: Final = 7_258_118_400
"""2200-01-01T00:00:00Z, the first second that is no time of a listen. Seconds."""

PER_SECOND: Final = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
"""How many of each of Arrow's units of time are a second."""

_MBID: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_IS_MBID: Final = re.compile(_MBID)
_UNITS: Final = ((10**18, "nanoseconds"), (10**15, "microseconds"), (10**12, "milliseconds"))


def time_fault(at: int) -> str | None:
    """What is wrong with a time.

    Args:
        at: seconds since 1970-01-01 UTC, as claimed.

    Returns:
        The reason; `None` when a listen may be of then.
    """
    if at < EARLIEST:
        return f"listened at {at}: before 2002"
    if at < LATEST:
        return None
    unit = next((name for least, name in _UNITS if at >= least), None)
    return f"listened at {at}: in {unit}, not seconds" if unit else f"listened at {at}: after 2199"


def times_hold(at: pa.Array) -> pa.Array:
    """Of which times `time_fault` finds nothing, as booleans; null is no such time.

    Args:
        at: int64, seconds.
    """
    inside = pc.and_(pc.greater_equal(at, EARLIEST), pc.less(at, LATEST))
    return pc.fill_null(inside, False)


def mbid(value: object) -> str | None:
    """The MusicBrainz id a value is, lower case; `None` when it is none."""
    if not isinstance(value, str):
        return None
    text = value[:40].strip().lower()
    return text if _IS_MBID.fullmatch(text) else None


def mbids(texts: pa.Array) -> pa.Array:
    """`mbid` of many.

    Args:
        texts: strings, or null.
    """
    lower = pc.ascii_lower(pc.utf8_trim_whitespace(texts))
    return pc.if_else(pc.match_substring_regex(lower, f"^{_MBID}$"), lower, pa.scalar(None, lower.type))
