"""MPEG audio frame headers, and the Xing, Info, LAME and VBRI headers in the first frame.

It reads what a frame states; following frames through a file is the matter of
`longplay.formats.walks.mpeg_frames`.

Sources: ISO/IEC 11172-3, 2.4.1.3 and 2.4.2.3; ISO/IEC 13818-3, 2.4.2.3 (lower sampling rates); MPEG 2.5 as
Fraunhofer made it; Mp3 Info Tag revision 1 (LAME); the VBRI header as Fraunhofer's encoders write it.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

_V1_RATES: Final = (
    (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
)
_V2_LAYER_1: Final = (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256)
_V2_LAYERS_23: Final = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_VERSIONS: Final = {0: "2.5", 2: "2", 3: "1"}
_HERTZ: Final = {"1": (44100, 48000, 32000), "2": (22050, 24000, 16000), "2.5": (11025, 12000, 8000)}
_MONO: Final = 3

LENGTH_LIMIT: Final = 8192
"""No frame is longer: the longest of a stated bit rate has 2881 bytes, of a free one hardly more."""

HEADER_PATTERN: Final = rb"\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff][^\xf0-\xff\x0c-\x0f\x1c-\x1f\x2c-\x2f]"
"""What a header begins with, but for some that `kind_of` refuses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameKind:
    """What may not change from frame to frame.

    Attributes:
        version: `1`, `2` or `2.5`.
        layer: 1, 2 or 3.
        rate: samples a second.
    """

    version: str
    layer: int
    rate: int

    @property
    def samples(self) -> int:
        """Sample frames in each frame."""
        if self.layer == 1:
            return 384
        return 576 if self.layer == 3 and self.version != "1" else 1152

    @property
    def slot(self) -> int:
        """Bytes that padding adds."""
        return 4 if self.layer == 1 else 1

    def bit_rates(self) -> tuple[int, ...]:
        """Kilobits a second by index; 0 is free format."""
        if self.version == "1":
            return _V1_RATES[self.layer - 1]
        return _V2_LAYER_1 if self.layer == 1 else _V2_LAYERS_23

    def length(self, kbit: int, padding: int) -> int:
        """Bytes of a frame at a bit rate."""
        slots = self.samples // 8 // self.slot * kbit * 1000 // self.rate + padding
        return slots * self.slot


@cache
def _kinds() -> dict[bytes, FrameKind]:
    """By the first three bytes of a header."""
    kinds = {}
    for second in range(0xE0, 0x100):
        version, layer = _VERSIONS.get(second >> 3 & 3), 4 - (second >> 1 & 3)
        if version is None or layer == 4:
            continue
        for third in range(0xF0):
            if third >> 2 & 3 != 3:
                rate = _HERTZ[version][third >> 2 & 3]
                kinds[bytes((0xFF, second, third))] = FrameKind(version=version, layer=layer, rate=rate)
    return kinds


def kind_of(header: bytes) -> FrameKind | None:
    """The kind of a frame, or `None` when these are not the first three bytes of one."""
    return _kinds().get(header)


@cache
def lengths_of(kind: FrameKind) -> dict[bytes, int]:
    """Bytes of a frame by the first three bytes of its header, free format left out; not to be changed."""
    rates = kind.bit_rates()
    return {
        header: kind.length(rates[header[2] >> 4], header[2] >> 1 & 1)
        for header, of in _kinds().items()
        if of == kind and header[2] >> 4
    }


def side_length(header: bytes, kind: FrameKind) -> int:
    """Bytes of side information of a frame of layer III."""
    is_mono = header[3] >> 6 == _MONO
    if kind.version == "1":
        return 17 if is_mono else 32
    return 9 if is_mono else 17


@dataclass(frozen=True, slots=True, kw_only=True)
class InfoHeader:
    """What the first frame says of all that follow.

    Attributes:
        name: `Xing`, `Info` or `VBRI`.
        frames: how many follow; some encoders count this one too; `None` when not stated.
        size: bytes from the start of this frame to the end of the last; `None` when not stated.
        encoder: such as `LAME3.100`; `None` when there is no LAME extension.
        delay, padding: samples the encoder put before and after; `None` likewise.
        music_size: bytes from the start of this frame that the encoder wrote; `None` likewise.
        music_crc: CRC-16 of the bytes after this frame up to `music_size`; `None` likewise.
        is_sound: whether the tag's own CRC-16 fits; `None` likewise.
    """

    name: str
    frames: int | None
    size: int | None
    encoder: str | None = None
    delay: int | None = None
    padding: int | None = None
    music_size: int | None = None
    music_crc: int | None = None
    is_sound: bool | None = None


def _info_at(frame: bytes, kind: FrameKind) -> int:
    """Where the info header of a frame stands; 0 when it has none."""
    if kind.layer != 3:
        return 0
    if frame[36:40] == b"VBRI":
        return 36
    at = 4 + side_length(frame, kind)
    # with a checksum the header should come 2 bytes later; few encoders do it
    return next((place for place in (at, at + 2) if frame[place : place + 4] in {b"Xing", b"Info"}), 0)


def has_info(window: bytes, at: int, kind: FrameKind) -> bool:
    """Whether the frame at `at` begins with an info header."""
    return _info_at(window[at : at + 42], kind) > 0


def read_info(frame: bytes, kind: FrameKind) -> InfoHeader | None:
    """The header in the first frame of a file, or `None` when it is a frame like others.

    Args:
        frame: one whole frame.
        kind: its kind.
    """
    at = _info_at(frame, kind)
    if not at:
        return None
    if frame[at : at + 4] != b"VBRI":
        return _read_xing(frame, at)
    if len(frame) < 54:
        return None
    size, frames = int.from_bytes(frame[46:50], "big"), int.from_bytes(frame[50:54], "big")
    return InfoHeader(name="VBRI", frames=frames, size=size)


def _read_xing(frame: bytes, at: int) -> InfoHeader:
    name, flags = frame[at : at + 4].decode(), frame[min(at + 7, len(frame) - 1)]
    at += 8
    numbers: list[int | None] = []
    for bit, length in ((1, 4), (2, 4), (4, 100), (8, 4)):
        stated = flags & bit and at + length <= len(frame)
        numbers.append(int.from_bytes(frame[at : at + length], "big") if stated else None)
        at += length if flags & bit else 0
    plain = InfoHeader(name=name, frames=numbers[0], size=numbers[1])
    extension = frame[at : at + 36]
    if len(extension) < 36 or not extension.startswith((b"LAME", b"Lav", b"L3.9")):
        return plain
    return _read_lame(plain, frame, at)


def _read_lame(plain: InfoHeader, frame: bytes, at: int) -> InfoHeader:
    extension = frame[at : at + 36]
    gaps = int.from_bytes(extension[21:24], "big")
    music_size = int.from_bytes(extension[28:32], "big")
    return InfoHeader(
        name=plain.name,
        frames=plain.frames,
        size=plain.size,
        encoder=extension[:9].rstrip(b"\0 \x55\xaa").decode("latin-1"),
        delay=gaps >> 12,
        padding=gaps & 0xFFF,
        music_size=music_size or None,
        music_crc=int.from_bytes(extension[32:34], "big") if music_size else None,
        is_sound=int.from_bytes(extension[34:36], "big") in _tag_sums(frame, at + 34),
    )


def _tag_sums(frame: bytes, at: int) -> tuple[int, int]:
    """CRC-16 of the tag as LAME sums it, up to the field at `at`; as FFmpeg does, 190 bytes, the field 0."""
    from longplay.formats.walks.crc16 import MusicCrc

    by_lame, by_ffmpeg = MusicCrc(), MusicCrc()
    by_lame.update(frame[:at])
    by_ffmpeg.update((frame[:at] + bytes(2) + frame[at + 2 :]).ljust(190, b"\0")[:190])
    return by_lame.value(), by_ffmpeg.value()
