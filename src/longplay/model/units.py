"""Units as types, so that a size is never taken for a duration.

Source: design, section 1; RFC 3339 for instants.
"""

from datetime import UTC, date, datetime
from typing import NewType

ByteCount = NewType("ByteCount", int)
"""A number of bytes, 0 or more."""

Milliseconds = NewType("Milliseconds", int)
"""A duration in whole milliseconds, 0 or more."""

SampleCount = NewType("SampleCount", int)
"""A number of sample frames (one sample of every channel), 0 or more."""

Hertz = NewType("Hertz", int)
"""A sampling rate, samples a second."""

KIB = 1024
MIB = 1024 * KIB


def instant(moment: datetime) -> str:
    """An instant as RFC 3339 text in UTC with milliseconds, such as `2026-11-24T03:03:31.000Z`.

    Raises:
        ValueError: `moment` has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def day_of(moment: str) -> date:
    """The UTC day of an instant written by `instant`."""
    return date.fromisoformat(moment[:10])


def duration(samples: SampleCount, rate: Hertz) -> Milliseconds:
    """The playing time of `samples` sample frames at `rate`, rounded down to the millisecond."""
    return Milliseconds(samples * 1000 // rate)
