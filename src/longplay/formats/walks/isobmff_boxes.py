"""Boxes of an MP4 or QuickTime file in memory, and the numbers in them, bounded by the bytes that are there.

Sources: ISO/IEC 14496-12, section 4.2; Apple, QuickTime File Format, Atoms.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from longplay.errors import MalformedInput

if TYPE_CHECKING:  # numpy is imported where tables are met
    from numpy import uint64
    from numpy.typing import NDArray

BOXES_LIMIT: Final = 256
"""Boxes looked at inside one box."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A box in memory.

    Attributes:
        kind: four characters.
        body: what follows its header.
    """

    kind: str
    body: memoryview


def boxes(data: memoryview, *, limit: int = BOXES_LIMIT) -> Iterator[Box]:
    """The boxes in a box, at most `limit`; fewer than 8 bytes at the end are let be.

    Raises:
        MalformedInput: a box is shorter than its header or runs past the end.
    """
    at = 0
    for _ in range(limit):
        if at + 8 > len(data):
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        header = 8
        if size == 1 and at + 16 <= len(data):
            (size,) = struct.unpack_from(">Q", data, at + 8)
            header = 16
        if size == 0:
            # QuickTime ends a list of user data with 32 zero bits
            size = len(data) - at
        name = fourcc(kind)
        if size < header or at + size > len(data):
            raise MalformedInput("MP4", f"the `{name}` box of {size} bytes does not fit into the box around it")
        yield Box(kind=name, body=data[at + header : at + size])
        at += size


def fourcc(raw: bytes) -> str:
    """Four characters as text; in hex where they are not all printable, such as `ms` and a number."""
    text = raw.decode("latin-1")
    return text if text.isprintable() else raw.hex()


def child(data: memoryview, *path: str) -> memoryview | None:
    """The first box at the end of a path of boxes; `None` where there is none."""
    for kind in path:
        found = next((box.body for box in boxes(data) if box.kind == kind), None)
        if found is None:
            return None
        data = found
    return data


def wanted(data: memoryview, *path: str) -> memoryview:
    """The same.

    Raises:
        MalformedInput: there is none.
    """
    found = child(data, *path)
    if found is None:
        raise MalformedInput("MP4", f"there is no `{'/'.join(path)}` box")
    return found


def numbers(form: str, data: memoryview, at: int, kind: str) -> tuple[int, ...]:
    """Numbers at a place in a box, `form` as `struct` has it; `kind` names the box.

    Raises:
        MalformedInput: the box ends before them.
    """
    try:
        return struct.unpack_from(form, data, at)
    except struct.error as exc:
        raise MalformedInput("MP4", f"the `{kind}` box ends early, at {len(data)} bytes") from exc


def table(data: memoryview, at: int, dtype: str, count: int, kind: str) -> "NDArray[uint64]":
    """A table of `count` big-endian numbers as it lies there, not copied.

    Raises:
        MalformedInput: the box ends before its end.
    """
    import numpy as np

    width = np.dtype(dtype).itemsize
    if at + count * width > len(data):
        raise MalformedInput(
            "MP4", f"the `{kind}` box states {count} numbers, {len(data) // width} fit into it"
        )
    return np.frombuffer(data, dtype=dtype, count=count, offset=at)
