"""MPEG audio frames as `walks.frame_stream` follows them, with what they and the first one state.

Sources: as in `longplay.formats.walks.mpeg_headers`; free format: ISO/IEC 11172-3, 2.4.2.3 (`bitrate_index`).
"""

import re
from typing import Final

from longplay.formats.walks.crc16 import MusicCrc
from longplay.formats.walks.foreign_bytes import LOOK_AHEAD
from longplay.formats.walks.mpeg_headers import (
    HEADER_PATTERN,
    LENGTH_LIMIT,
    FrameKind,
    InfoHeader,
    has_info,
    kind_of,
    lengths_of,
    read_info,
)
from longplay.formats.walks.mpeg_side import HEAD, SideCheck

_BATCH: Final = 2048
_FREE_TRIES: Final = 32
_SHORTEST: Final = 24
_INFO_MARKS: Final = re.compile(rb"Xing|Info|VBRI")
_GAIN_MARKS: Final = re.compile(rb"MP3GAIN_(?:UNDO|MINMAX)")


class MpegFraming:
    """A `Framing`.

    Attributes:
        frames: frames taken in, the one with the info header not counted.
        size: their bytes.
        samples: sample frames they hold.
        kind: of the stream followed; `first_kind`, `first_header`: of the first frame of all.
        info: the info header, if there is one, and `info_at` where it stands.
        side: what the side information tells.
        has_gain_mark: whether a tag says that the gain of the frames was changed after encoding.
    """

    pattern = HEADER_PATTERN
    header = 4

    def __init__(self) -> None:
        self.is_begun = False
        self.last = 0
        self.end = 0
        self.frames = 0
        self.size = 0
        self.samples = 0
        self.kind: FrameKind | None = None
        self.first_kind: FrameKind | None = None
        self.first_header = b""
        self.info: InfoHeader | None = None
        self.info_at = 0
        self.side = SideCheck()
        self.has_gain_mark = False
        self._lengths: dict[bytes, int] = {}
        self._free: dict[FrameKind, int] = {}
        self._heads: list[bytes] = []
        self._starts: list[int] = []
        self._sizes: list[int] = []
        self._crc: MusicCrc | None = None
        self._crc_at = 0
        self._crc_end = 0

    def length_at(self, window: bytes, at: int) -> int:
        return self._lengths.get(window[at : at + 3], 0)

    def guess_at(self, window: bytes, at: int, size: int, *, is_last: bool) -> int:
        header = window[at : at + 3]
        kind = kind_of(header)
        if kind is None:
            return 0
        if header[2] >> 4:
            return lengths_of(kind)[header]
        if kind in self._free:
            return self._free[kind] + _padding(header, kind)
        if size - at < 3 * LENGTH_LIMIT and not is_last:
            return -1
        return _free_length(window, at, size, kind)

    def is_certain(self, window: bytes, at: int) -> bool:
        if _INFO_MARKS.search(window, at, at + LOOK_AHEAD) is None:
            return False
        kind = kind_of(window[at : at + 3])
        return kind is not None and has_info(window, at, kind)

    def is_torn(self, head: bytes) -> bool:
        return _INFO_MARKS.search(head) is not None

    def are_alike(self, window: bytes, one: int, other: int) -> bool:
        kind = kind_of(window[one : one + 3])
        return kind is not None and kind == kind_of(window[other : other + 3])

    def lock(self, window: bytes, at: int, length: int) -> bool:
        header = window[at : at + 3]
        kind = kind_of(header)
        if kind is None:
            raise ValueError(f"no frame begins with {header.hex()}")
        self.flush()
        is_other = kind != self.kind
        self.kind = kind
        self._lengths = lengths_of(kind)
        if not header[2] >> 4:
            self._free[kind] = length - _padding(header, kind)
        if kind in self._free:
            self._lengths = self._lengths | _free_lengths(kind, self._free[kind])
        if is_other and self.is_begun:
            self.note_break()
        return is_other

    def take(self, window: bytes, at: int, size: int, base: int) -> int:
        if not self.is_begun:
            at = self._take_first(window, at, size, base)
        length_of, see, start_at, add_size = (
            self._lengths.get, self._heads.append, self._starts.append, self._sizes.append
        )  # fmt: skip
        limit = len(window) - LOOK_AHEAD
        first, frames = at, len(self._sizes)
        while at <= limit:
            length = length_of(window[at : at + 3])
            if not length or at + length > size:
                break
            see(window[at : at + HEAD])
            start_at(base + at)
            add_size(length)
            at += length
        if at > first and self.kind is not None:
            taken = len(self._sizes) - frames
            self.frames += taken
            self.samples += taken * self.kind.samples
            self.size += at - first
            self.last, self.end = self._starts[-1], base + at
            self.is_begun = True
            if len(self._heads) >= _BATCH:
                self.flush()
        return at

    def _take_first(self, window: bytes, at: int, size: int, base: int) -> int:
        """The first frame of all, when it is whole: taken here if it has an info header."""
        length = self.length_at(window, at)
        if not length or at + length > size or at > len(window) - LOOK_AHEAD or self.kind is None:
            return at
        self.first_kind, self.first_header = self.kind, window[at : at + 4]
        self.info = read_info(window[at : at + length], self.kind)
        if self.info is None:
            return at
        self.is_begun = True
        self.info_at = self.last = base + at
        self.end = base + at + length
        if self.info.music_crc is not None and self.info.music_size is not None:
            self._crc = MusicCrc()
            self._crc_at, self._crc_end = self.end, self.info_at + self.info.music_size
        return at + length

    def note_break(self) -> None:
        self.flush()
        self.side.forget()

    def note_window(self, window: bytes, size: int, base: int) -> None:
        if not self.is_begun:
            self._look_for_gain_mark(window)
        if self._crc is None:
            return
        start, stop = self._crc_at - base, min(size, self._crc_end - base)
        if start < stop:
            self._crc.update(memoryview(window)[start:stop])
            self._crc_at = base + stop
        if size > self._crc_end - base:
            self._look_for_gain_mark(window[max(0, self._crc_end - base) :])

    def _look_for_gain_mark(self, data: bytes) -> None:
        self.has_gain_mark = self.has_gain_mark or _GAIN_MARKS.search(data) is not None

    def music_crc(self) -> int | None:
        """CRC-16 of the music as the info header bounds it; `None` when it states none or bytes are missing."""
        if self._crc is None or self._crc_at < self._crc_end:
            return None
        return self._crc.value()

    def flush(self) -> None:
        """Look at the side information of the frames that wait for it."""
        if self._heads and self.kind is not None:
            self.side.add(self._heads, self._starts, self._sizes, self.kind)
        self._heads, self._starts, self._sizes = [], [], []


def _padding(header: bytes, kind: FrameKind) -> int:
    return kind.slot if header[2] & 2 else 0


def _free_lengths(kind: FrameKind, length: int) -> dict[bytes, int]:
    """Bytes of frames of free format by header, when those without padding have `length`."""
    some = {header[:2]: header[2] & 0x0C for header in lengths_of(kind)}
    headers = (begin + bytes((rate | low,)) for begin, rate in some.items() for low in range(4))
    return {header: length + _padding(header, kind) for header in headers}


def _free_length(window: bytes, at: int, size: int, kind: FrameKind) -> int:
    """Bytes of a frame of free format: up to a header like its own after which another one comes as far on.

    0 when there is none within `LENGTH_LIMIT`.
    """
    headers = _free_lengths(kind, 0)
    pattern = re.compile(b"|".join(re.escape(header) for header in headers))
    padding = _padding(window[at : at + 3], kind)
    begin = at + _SHORTEST
    for _ in range(_FREE_TRIES):
        match = pattern.search(window, begin, min(size, at + LENGTH_LIMIT))
        if match is None:
            return 0
        length = match.start() - at
        following = match.start() + length - padding + headers[match.group()]
        if following == size or window[following : following + 3] in headers:
            return length
        begin = match.start() + 1
    return 0
