"""A walk over the frames of an AAC file in ADTS while it is copied: damage found.

It is not a decoder. It finds where the chain of frames breaks and an end inside a frame. What it cannot
find: frames left out whole, an end between frames, and changes inside the coded music: ADTS states no
number of frames, and what its optional checksum covers can only be known by decoding.

Source: ISO/IEC 14496-3, 1.A.2 (ADTS); ISO/IEC 13818-7, 6.2.
"""

from dataclasses import dataclass
from typing import Final

from longplay.formats.walks.damage import Findings
from longplay.formats.walks.foreign_bytes import LOOK_AHEAD, leading_tags
from longplay.formats.walks.frame_stream import FrameStream
from longplay.model.findings import FindingCode
from longplay.model.technical import TechnicalFinding

SUFFIXES: Final = frozenset({".aac", ".adts"})
"""What names of ADTS files end with."""

RATES: Final = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
"""Samples a second by index."""

_PATTERN: Final = rb"\xff[\xf0\xf1\xf8\xf9]"
_SAMPLES: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class AdtsFacts:
    """What the frames of an ADTS file say.

    Attributes:
        frames: whole frames.
        size: their bytes.
        samples: sample frames of the core coder they hold; SBR doubles them and is not seen here.
        rate: samples a second of the core coder, of the first frame; `None` when there is no frame.
        object_type: MPEG-4 audio object type such as 2 (AAC-LC), likewise.
        channel_configuration: 1 to 7, or 0 when the stream itself says, likewise.
        has_checksums: whether the first frame has a checksum; it is not checked.
        bit_rate: mean of the frames, bits a second; 0 without frames.
        findings: one for each code, in the order of `FindingCode`.
    """

    frames: int
    size: int
    samples: int
    rate: int | None
    object_type: int | None
    channel_configuration: int | None
    has_checksums: bool
    bit_rate: int
    findings: tuple[TechnicalFinding, ...]


def _length(window: bytes, at: int) -> int:
    """Bytes of the frame whose header is at `at`; 0 when it is no header."""
    header = window[at : at + 7]
    if len(header) < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0 or header[2] >> 2 & 15 >= len(RATES):
        return 0
    length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return length if length >= (7 if header[1] & 1 else 9) else 0


def _fixed(header: bytes) -> bytes:
    """What may not change from frame to frame: all of the first 28 bits but private, original and home."""
    return bytes((header[0], header[1], header[2] & 0xFD, header[3] & 0xC0))


def matches(head: bytes, suffix: str = "") -> bool:
    """Whether a file is to be read as ADTS.

    Args:
        head: its first 4 KiB, or all of it.
        suffix: the end of its name, such as `.aac`, in any case: it decides when tags fill the head.
    """
    is_named = suffix.lower() in SUFFIXES
    at = leading_tags(head)
    if at >= len(head):
        return is_named and bool(head)
    if head[at : at + 4] == b"ADIF":
        return False
    length = _length(head, at)
    if not length:
        return is_named
    return is_named or at + length + 7 > len(head) or _length(head, at + length) > 0


class _AdtsFraming:
    """A `Framing`."""

    pattern = _PATTERN
    header = 7

    def __init__(self) -> None:
        self.is_begun = False
        self.last = 0
        self.end = 0
        self.frames = 0
        self.size = 0
        self.blocks = 0
        self.first = b""
        self._now = b""

    def length_at(self, window: bytes, at: int) -> int:
        length = _length(window, at)
        return length if length and _fixed(window[at : at + 4]) == self._now else 0

    def guess_at(self, window: bytes, at: int, size: int, *, is_last: bool) -> int:  # noqa: ARG002
        return _length(window, at)

    def is_certain(self, window: bytes, at: int) -> bool:  # noqa: ARG002
        return False

    def is_torn(self, head: bytes) -> bool:  # noqa: ARG002
        return False

    def are_alike(self, window: bytes, one: int, other: int) -> bool:
        return _fixed(window[one : one + 4]) == _fixed(window[other : other + 4])

    def lock(self, window: bytes, at: int, length: int) -> bool:  # noqa: ARG002
        before, self._now = self._now, _fixed(window[at : at + 4])
        return before != self._now

    def take(self, window: bytes, at: int, size: int, base: int) -> int:
        limit = len(window) - LOOK_AHEAD
        second, third, fourth = self._now[1:4]
        first, last, blocks, frames = at, at, 0, 0
        while at <= limit:
            mixed = window[at + 3]
            if (
                window[at] != 0xFF
                or window[at + 1] != second
                or window[at + 2] & 0xFD != third
                or mixed & 0xC0 != fourth
            ):
                break
            length = (mixed & 3) << 11 | window[at + 4] << 3 | window[at + 5] >> 5
            if length < 7 or at + length > size:
                break
            blocks += (window[at + 6] & 3) + 1
            frames += 1
            last = at
            at += length
        if at > first:
            self.first = self.first or window[first : first + 4]
            self.frames += frames
            self.blocks += blocks
            self.size += at - first
            self.last, self.end = base + last, base + at
            self.is_begun = True
        return at

    def note_break(self) -> None:
        """Nothing in a frame depends on the one before."""

    def note_window(self, window: bytes, size: int, base: int) -> None:
        """Nothing is summed over the whole file."""


class AdtsWalk:
    """Feed it the bytes of a file in order, in pieces of any size; then call `finish` once."""

    def __init__(self) -> None:
        self._framing = _AdtsFraming()
        self._stream = FrameStream(self._framing)

    def update(self, data: bytes | memoryview) -> None:
        """Take in the next bytes of the file, of any number."""
        self._stream.update(data)

    def finish(self) -> AdtsFacts:
        """What was met, when all bytes have been fed."""
        self._stream.finish()
        framing, found = self._framing, Findings()
        self._stream.find(found)
        header = framing.first
        rate = RATES[header[2] >> 2 & 15] if header else None
        samples = framing.blocks * _SAMPLES
        if header:
            detail = "ADTS states no number of frames: an end between frames cannot be noticed"
            found.note(FindingCode.LENGTH_UNSTATED, detail, None)
        return AdtsFacts(
            frames=framing.frames,
            size=framing.size,
            samples=samples,
            rate=rate,
            object_type=(header[2] >> 6) + 1 if header else None,
            channel_configuration=(header[2] & 1) << 2 | header[3] >> 6 if header else None,
            has_checksums=bool(header) and not header[1] & 1,
            bit_rate=framing.size * 8 * rate // samples if rate and samples else 0,
            findings=found.in_order(),
        )
