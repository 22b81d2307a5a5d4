"""Cue points in WAVE (`cue `, `LIST adtl`) and AIFF (`MARK`): chunk bytes to model.

What is cut off or makes no sense ends the list: marks are advice, not the recording.

Sources: Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0, `cue-ck` and
`assoc-data-list`; Apple, Audio Interchange File Format 1.3, Marker chunk.
"""

import struct
from collections.abc import Iterator
from typing import Final

from longplay.formats.walks.chunks import text_of
from longplay.model.technical import CuePoint
from longplay.model.units import SampleCount

MARKS_LIMIT: Final = 65_536
"""No more marks or labels of one file are read."""


class WaveCues:
    """Joins the cue points of a WAVE file with their labels, whichever comes first.

    Args:
        order: `<`, or `>` in RIFX.
    """

    def __init__(self, order: str) -> None:
        self._order = order
        self._points: list[tuple[int, int]] = []
        self._texts: dict[str, dict[int, str]] = {"labl": {}, "note": {}, "ltxt": {}}
        self._lengths: dict[int, int] = {}

    def add_points(self, data: bytes) -> None:
        """Take in a `cue ` chunk: a count, then 24 bytes a point."""
        if len(data) < 4:
            return
        point = struct.Struct(self._order + "II4sIII")
        (count,) = struct.unpack_from(self._order + "I", data)
        count = min(count, (len(data) - 4) // point.size, MARKS_LIMIT - len(self._points))
        for number in range(count):
            name, _, _, _, _, offset = point.unpack_from(data, 4 + number * point.size)
            self._points.append((name, offset))

    def add_list(self, data: bytes) -> None:
        """Take in a `LIST` chunk; lists other than `adtl` tell nothing of cue points."""
        if data[:4] != b"adtl":
            return
        for kind, body in _parts(data[4:], self._order):
            if kind not in self._texts or len(body) < 4 or len(self._texts[kind]) >= MARKS_LIMIT:
                continue
            (name,) = struct.unpack_from(self._order + "I", body)
            text = text_of(body[4:] if kind != "ltxt" else body[20:])
            if text:
                self._texts[kind].setdefault(name, text)
            if kind == "ltxt" and len(body) >= 8:
                self._lengths.setdefault(name, struct.unpack_from(self._order + "I", body, 4)[0])

    def points(self) -> tuple[CuePoint, ...]:
        """The cue points in the order of the file; a label before a note before a text of the region."""
        return tuple(
            CuePoint(position=SampleCount(offset), label=self._label(name), length=self._length(name))
            for name, offset in self._points
        )

    def _label(self, name: int) -> str | None:
        return next((texts[name] for texts in self._texts.values() if name in texts), None)

    def _length(self, name: int) -> SampleCount | None:
        # a length of 0 marks a point
        return SampleCount(self._lengths[name]) if self._lengths.get(name) else None


def _parts(data: bytes, order: str) -> Iterator[tuple[str, bytes]]:
    """The sub-chunks of a list, each padded to an even length."""
    at = 0
    while at + 8 <= len(data):
        kind, size = struct.unpack_from(order + "4sI", data, at)
        yield kind.decode("latin-1"), data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def read_mark(data: bytes) -> tuple[CuePoint, ...]:
    """The markers of an AIFF `MARK` chunk, in its order: id, position, Pascal string padded to be even."""
    points: list[CuePoint] = []
    at = 2
    count = int.from_bytes(data[:2], "big")
    while len(points) < count and at + 7 <= len(data):
        _, position, length = struct.unpack_from(">hIB", data, at)
        label = text_of(data[at + 7 : at + 7 + length])
        points.append(CuePoint(position=SampleCount(position), label=label))
        at += 7 + length + (length + 1) % 2
    return tuple(points)
