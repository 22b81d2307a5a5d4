"""What the cells of published tables say: names, numbers, playing times. Cells are text as it stands.

It knows no table, and raises nothing but for a name that has to be there.
"""

import re
from typing import Final

from longplay.catalogue.importers.playing_times import of_clock, of_seconds
from longplay.errors import MalformedInput

_BLANK: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f]*")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_WHOLE: Final = re.compile(r"([0-9]{1,18})(?:\.0*)?")
_DAY: Final = re.compile(r"([12][0-9]{3}(?:-[01][0-9](?:-[0-3][0-9])?)?)(?![0-9])")


def name_in(cell: str | None, what: str, *, kind: str) -> str:
    """A name that has to be there, without the blanks around it.

    Args:
        cell: as it stands, `None` where there is none; bytes that are no UTF-8 are lone surrogates.
        what: what it should name, for the error.
        kind: the format, for the error.

    Raises:
        MalformedInput: it is empty or blank, or not UTF-8.
    """
    if cell is None or _BLANK.fullmatch(cell):
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
    """Playing time, ms, of seconds (`215`, `215.3`) or a clock (`3:35`, `1:03:35`); `None` when it is none."""
    return of_clock(cell) or of_seconds(cell)


def day_in(cell: str) -> str | None:
    """The date a cell begins with, as `1997`, `1997-05` or `1997-05-28`; `None` when it does not."""
    match = _DAY.match(cell.strip()) if cell.isascii() else None
    return match[1] if match else None
