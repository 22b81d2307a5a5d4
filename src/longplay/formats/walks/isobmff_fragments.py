"""Movie fragments of an MP4 file: what one `moof` box says of the samples that follow it.

Source: ISO/IEC 14496-12, section 8.8.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from longplay.errors import MalformedInput
from longplay.formats.walks.isobmff_boxes import boxes

_BOXES_LIMIT: Final = 10_000
_BASE: Final = 0x1
_DESCRIPTION: Final = 0x2
_LENGTH: Final = 0x8
_SIZE: Final = 0x10
_FROM_MOOF: Final = 0x20000
_OFFSET: Final = 0x1
_FIRST_FLAGS: Final = 0x4
_EACH_LENGTH: Final = 0x100
_EACH_SIZE: Final = 0x200


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Samples that lie one after another.

    Attributes:
        track: track ID.
        start: offset in the file of the first.
        length: bytes of all.
        samples: how many.
        ticks: their playing time.
    """

    track: int
    start: int
    length: int
    samples: int
    ticks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fragment:
    track: int
    base: int
    length: int
    size: int


def read_moof(data: memoryview, at: int, defaults: Mapping[int, tuple[int, int]]) -> list[Run]:
    """The runs of a `moof` box without its header, in order.

    Args:
        data: its body.
        at: offset of its header in the file.
        defaults: duration and size of a sample by track ID, from `trex`.

    Raises:
        MalformedInput: a box in it cannot be read.
    """
    runs: list[Run] = []
    end = at
    for box in boxes(data, limit=_BOXES_LIMIT):
        if box.kind == "traf":
            for run in _runs(box.body, at, end, defaults):
                runs.append(run)
                end = run.start + run.length
    return runs


def _runs(data: memoryview, moof: int, end: int, defaults: Mapping[int, tuple[int, int]]) -> Iterator[Run]:
    fragment: _Fragment | None = None
    for box in boxes(data, limit=_BOXES_LIMIT):
        try:
            if box.kind == "tfhd":
                fragment = _header(box.body, moof, end, defaults)
                end = fragment.base
            elif box.kind == "trun" and fragment is not None:
                run = _run(box.body, fragment, end)
                end = run.start + run.length
                yield run
        except struct.error as exc:
            raise MalformedInput("MP4", f"the `{box.kind}` box ends early, at {len(box.body)} bytes") from exc


def _header(data: memoryview, moof: int, end: int, defaults: Mapping[int, tuple[int, int]]) -> _Fragment:
    """`tfhd`. Without a base of its own a track goes on where the one before ended."""
    word, track = struct.unpack_from(">II", data)
    at = 8
    base = moof if word & _FROM_MOOF else end
    length, size = defaults.get(track, (0, 0))
    if word & _BASE:
        (base,) = struct.unpack_from(">Q", data, at)
        at += 8
    at += 4 if word & _DESCRIPTION else 0
    if word & _LENGTH:
        (length,) = struct.unpack_from(">I", data, at)
        at += 4
    if word & _SIZE:
        (size,) = struct.unpack_from(">I", data, at)
    return _Fragment(track=track, base=base, length=length, size=size)


def _run(data: memoryview, fragment: _Fragment, end: int) -> Run:
    word, samples = struct.unpack_from(">II", data)
    at = 8
    start = end
    if word & _OFFSET:
        start = fragment.base + struct.unpack_from(">i", data, at)[0]
        at += 4
    at += 4 if word & _FIRST_FLAGS else 0
    width = (word >> 8 & 0xF).bit_count()
    if at + samples * width * 4 > len(data):
        raise MalformedInput("MP4", f"the `trun` box states {samples} samples, which do not fit into it")
    length, ticks = samples * fragment.size, samples * fragment.length
    if word & _EACH_LENGTH:
        ticks = _column(data, at, samples, width, 0)
    if word & _EACH_SIZE:
        length = _column(data, at, samples, width, 1 if word & _EACH_LENGTH else 0)
    return Run(track=fragment.track, start=max(0, start), length=length, samples=samples, ticks=ticks)


def _column(data: memoryview, at: int, samples: int, width: int, column: int) -> int:
    """Sum of one column of the table of a run."""
    import numpy as np  # only fragmented files need it

    table = np.frombuffer(data, dtype=">u4", count=samples * width, offset=at).reshape(-1, width)
    return int(table[:, column].sum(dtype=np.uint64))
