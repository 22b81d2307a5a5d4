"""What the cells of published tables say: names, numbers, playing times. Cells are text as it stands.

It knows no table, and raises nothing but for a name that has to be there.
"""

import re
from typing import Final

from longplay.errors import MalformedInput

LONGEST_MS: Final = 2**31 - 1
"""A longer playing time is a mistake, milliseconds."""

_BLANK: Final = re.compile(r"[\s\0]*")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_WHOLE: Final = re.compile(r"([0-9]{1,18})(?:\.0*)?")
_SECONDS: Final = re.compile(r"[0-9]{1,12}(?:\.[0-9]{0,12})?")
_CLOCK: Final = re.compile(r"(?:([0-9]{1,4}):)?([0-9]{1,5}):([0-9]{1,2})")
_DAY: Final = re.compile(r"([12][0-9]{3}(?:-[01][0-9](?:-[0-3][0-9])?)?)(?![0-9])")


def name_in(cell: str, what: str, *, kind: str) -> str:
    """A name that has to be there, without the blanks around it.

    Args:
        cell: as it stands; bytes that are no UTF-8 are lone surrogates.
        what: what it should name, for the error.
        kind: the format, for the error.

    Raises:
        MalformedInput: it is empty or blank, or not UTF-8.
    """
    if _BLANK.fullmatch(cell):
        raise MalformedInput(kind, f"no {what}")
    if _SURROGATE.search(cell):
        raise MalformedInput(kind, f"the {what} is not UTF-8")
    return cell.replace("\0", "").strip()


def whole_in(cell: str, *, most: int = 2**63 - 1) -> int | None:
    """A whole number from 0, also as `12.0`; `None` when it is none or above `most`."""
    match = _WHOLE.fullmatch(cell.strip()) if cell.isascii() else None
    number = int(match[1]) if match else None
    return number if number is not None and number <= most else None


def id_in(cell: str) -> str | None:
    """A number from 1 as the text of an id, `12` for `12.0`; `None` when it is none, such as FMA's -1."""
    number = whole_in(cell)
    return str(number) if number else None


def milliseconds_in(cell: str) -> int | None:
    """Playing time, ms, of seconds (`215`, `215.3`) or a clock (`3:35`, `1:03:35`); `None` when it is none.

    Never 0, negative or above `LONGEST_MS`.
    """
    text = cell.strip() if cell.isascii() else ""
    if clock := _CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        found = (hours * 3600 + minutes * 60 + seconds) * 1000
    else:
        found = round(float(text) * 1000) if _SECONDS.fullmatch(text) else 0
    return found if 0 < found <= LONGEST_MS else None


def day_in(cell: str) -> str | None:
    """The date a cell begins with, as `1997`, `1997-05` or `1997-05-28`; `None` when it does not."""
    match = _DAY.match(cell.strip()) if cell.isascii() else None
    return match[1] if match else None
