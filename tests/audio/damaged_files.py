"""Clean files of every kind for the damage matrix: made by PyAV from chords under noise, never silent.

Where their parts lie is told by PyAV's demuxer and by the few bytes of each container that are read here, not
by the walks that are judged.
"""

import io
import struct
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from chords import chords, noise

Span = tuple[int, int]
"""Offsets of the first byte and of the one behind the last."""

TITLE: Final = "A title long enough to be hit by what befalls a file, " * 4
_BLOCK: Final = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Clean:
    """A file without damage, and where its parts lie.

    Attributes:
        name: what it is called in the table.
        suffix: of its name.
        data: its bytes.
        units: its frames, pages or packets of sound in the order of the file, or blocks of plain samples.
        unit_head: bytes of each unit that are no sound.
        heads: what describes the sound: headers, tables of samples, heads of units.
        tags: bytes of text in a tag; empty where the format has none.
    """

    name: str
    suffix: str
    data: bytes
    units: tuple[Span, ...]
    unit_head: int
    heads: tuple[Span, ...]
    tags: tuple[Span, ...]

    @property
    def sound(self) -> Span:
        """From the first unit to the last."""
        return min(self.units)[0], max(self.units)[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recipe:
    """How PyAV is asked for a file."""

    muxer: str
    codec: str
    suffix: str
    sample_format: str
    seconds: float = 6.0
    rate: int = 44_100
    bit_rate: int | None = None
    muxer_options: Mapping[str, str] = field(default_factory=dict)
    codec_options: Mapping[str, str] = field(default_factory=dict)


_FLAC: Final = _Recipe(muxer="flac", codec="flac", suffix=".flac", sample_format="s16", seconds=3.0)
_MP3: Final = _Recipe(muxer="mp3", codec="libmp3lame", suffix=".mp3", sample_format="fltp", bit_rate=128_000)
_MP4: Final = _Recipe(muxer="ipod", codec="aac", suffix=".m4a", sample_format="fltp", bit_rate=128_000)
_WAV: Final = _Recipe(muxer="wav", codec="pcm_s16le", suffix=".wav", sample_format="s16", seconds=2.0)
_OGG: Final = _Recipe(
    muxer="ogg",
    codec="flac",
    suffix=".oga",
    sample_format="s16",
    seconds=3.0,
    muxer_options={"page_duration": "250000"},
)


@cache
def _sound(seconds: float, rate: int) -> NDArray[np.float32]:
    """Shape (n, 2): chords left, the same a little softer and later right, under noise that comes and goes."""
    plain = chords(seconds, rate) / 32_768
    swell = 0.5 + 0.5 * np.sin(np.arange(len(plain)) * (4.4 / rate))
    hiss = noise(seconds, rate) / 32_768 * swell * 0.5
    return np.stack([plain + hiss, np.roll(plain, 100) * 0.8 + hiss], axis=1).astype(np.float32)


@cache
def _made(name: str) -> bytes:
    recipe = _RECIPES[name]
    samples = _sound(recipe.seconds, recipe.rate)
    # a file, not a buffer: the MP4 muxer opens it again to move `moov` to the front
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made"
        options = {"fflags": "+bitexact", **recipe.muxer_options}
        with av.open(path, "w", format=recipe.muxer, container_options=options) as container:
            container.metadata["title"] = TITLE
            stream = container.add_stream(
                recipe.codec, rate=recipe.rate, layout="stereo", options=dict(recipe.codec_options)
            )
            stream.codec_context.format = recipe.sample_format
            stream.codec_context.thread_count = 1
            if recipe.bit_rate:
                stream.codec_context.bit_rate = recipe.bit_rate
            for start in range(0, len(samples), _BLOCK):
                block = np.ascontiguousarray(samples[start : start + _BLOCK]).reshape(1, -1)
                frame = av.AudioFrame.from_ndarray(block, format="flt", layout="stereo")
                frame.sample_rate, frame.pts, frame.time_base = recipe.rate, start, Fraction(1, recipe.rate)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path.read_bytes()


def _clean(name: str, data: bytes, units: list[Span], heads: list[Span], *, unit_head: int = 0) -> Clean:
    at = data.find(TITLE.strip().encode())
    return Clean(
        name=name,
        suffix=_RECIPES[name].suffix,
        data=data,
        units=tuple(units),
        unit_head=unit_head,
        heads=tuple(heads),
        tags=((at, at + len(TITLE.strip())),) if at >= 0 else (),
    )


def _packets(data: bytes) -> list[tuple[int, int]]:
    """Offset and length of each packet of sound, as the demuxer has it."""
    with av.open(io.BytesIO(data)) as container:
        return [(packet.pos, packet.size) for packet in container.demux(audio=0) if packet.size]


def _in_a_row(data: bytes) -> list[Span]:
    """Units that lie one behind the other from the first one to the end of the file."""
    packets = _packets(data)
    units, at = [], packets[0][0]
    for _, size in packets:
        units.append((at, at + size))
        at += size
    if at != len(data):
        raise ValueError(f"the packets end at {at}, the file at {len(data)}")
    return units


def _apart(data: bytes) -> list[Span]:
    """Units that lie where the demuxer says."""
    return [(at, at + size) for at, size in _packets(data)]


def _heads_of(units: list[Span], length: int) -> list[Span]:
    return [(start, start + length) for start, _ in units[::8]]


def flac(name: str) -> Clean:
    """Heads: the mark and STREAMINFO."""
    data = _made(name)
    return _clean(name, data, _in_a_row(data), [(0, 42)])


def flac_without_md5(name: str) -> Clean:
    """The same with the MD5 in STREAMINFO left empty, as a streaming encoder leaves it."""
    data = _made(name)
    data = data[:26] + bytes(16) + data[42:]
    return _clean(name, data, _in_a_row(data), [(0, 42)])


def ogg(name: str) -> Clean:
    """Units are the pages that hold sound; heads: the first page and the heads of all others."""
    data = _made(name)
    pages, at, packets = [], 0, 0
    starts = []
    while at < len(data):
        segments = data[at + 26]
        lacing = data[at + 27 : at + 27 + segments]
        end = at + 27 + segments + sum(lacing)
        pages.append((at, end))
        if packets >= _HEADER_PACKETS[_RECIPES[name].codec]:
            starts.append((at, end))
        packets += segments - lacing.count(255)
        at = end
    return _clean(name, data, starts, [pages[0], *_heads_of(pages[1:], 27)], unit_head=27)


_HEADER_PACKETS: Final = {"vorbis": 3, "libopus": 2, "flac": 2}


def mp3(name: str) -> Clean:
    """Heads: the frame with the Xing or Info header, and the heads of all frames."""
    data = _made(name)
    units = _in_a_row(data)
    first = units[0][0]
    tag = 10 + (data[6] << 21 | data[7] << 14 | data[8] << 7 | data[9])
    info = [(tag, tag + _INFO_USED)] if tag < first else []
    return _clean(name, data, units, [*info, *_heads_of(units, 4)], unit_head=4)


_INFO_USED: Final = 4 + 32 + 120 + 36
"""Bytes of a frame with a Xing header and LAME tag that say something; the rest is padding."""


def mp3_with_checksums(name: str) -> Clean:
    """An MP3 without reservoir whose frames get a checksum, and one step of bit rate more to hold it.

    LAME can write checksums, but FFmpeg does not ask it to.
    """
    data = _made(name)
    units = _in_a_row(data)
    out = bytearray(data[: units[0][0]])
    spans = []
    for start, end in units:
        at = len(out)
        out += _with_checksum(data[start:end])
        spans.append((at, len(out)))
    return _clean(name, bytes(out), spans, _heads_of(spans, 6), unit_head=6)


def _with_checksum(frame: bytes) -> bytes:
    """Source: ISO/IEC 11172-3, 2.4.1.4 and 2.4.3.1."""
    header = bytearray(frame[:4])
    header[1] &= 0xFE
    header[2] += 0x10
    length = 144 * _BIT_RATES[header[2] >> 4] * 1000 // 44_100 + (header[2] >> 1 & 1)
    side = frame[4:36]
    body = bytes(header) + struct.pack(">H", _crc16(bytes(header[2:]) + side)) + frame[4:]
    return body + bytes(length - len(body))


_BIT_RATES: Final = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)


def _crc16(data: bytes) -> int:
    value = 0xFFFF
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x8005 if value & 0x8000 else value << 1) & 0xFFFF
    return value


def adts(name: str) -> Clean:
    """Heads: those of all frames."""
    data = _made(name)
    units = _in_a_row(data)
    return _clean(name, data, units, _heads_of(units, 7), unit_head=7)


def mp4(name: str) -> Clean:
    """Heads: `ftyp`, and `moov` without the tags at its end."""
    data = _made(name)
    moov = data.index(b"moov") - 4
    end = data.index(b"udta", moov) - 4
    return _clean(name, data, _apart(data), [(0, 8), (moov, end)])


def pcm(name: str) -> Clean:
    """Units are blocks of 4,096 bytes; heads: everything before the samples but text."""
    data = _made(name)
    packets = _packets(data)
    start, end = packets[0][0], sum(packets[-1])
    units = [(at, min(at + _BLOCK, end)) for at in range(start, end, _BLOCK)]
    if name.startswith("AIFF"):
        comm = data.index(b"COMM")
        return _clean(name, data, units, [(0, 12), (comm, comm + 26), (start - 16, start)])
    fmt = data.index(b"fmt ")
    return _clean(name, data, units, [(0, 12), *_ds64(data), (fmt, fmt + 24), (start - 8, start)])


def _ds64(data: bytes) -> list[Span]:
    return [(12, 48)] if data.startswith(b"RF64") else []


def wavpack(name: str) -> Clean:
    """Units are blocks; heads: theirs."""
    data = _made(name)
    packets = _packets(data)
    starts = [at for at, _ in packets]
    units = list(zip(starts, [*starts[1:], sum(packets[-1])], strict=True))
    return _clean(name, data, units, _heads_of(units, 32), unit_head=32)


def true_audio(name: str) -> Clean:
    """Units are frames; heads: the file's header and the table of lengths."""
    data = _made(name)
    units = _apart(data)
    return _clean(name, data, units, [(0, units[0][0])])


def matroska(name: str) -> Clean:
    """Units are blocks, some with the head of a cluster; heads: all before the first but the title."""
    data = _made(name)
    starts = [at for at, _ in _packets(data)]
    cues = data.index(b"\x1c\x53\xbb\x6b", starts[-1])
    units = list(zip(starts, [*starts[1:], cues], strict=True))
    title = data.index(TITLE[:9].encode())
    return _clean(name, data, units, [(0, title - 8), (title + len(TITLE), units[0][0])])


_RECIPES: Final[dict[str, _Recipe]] = {
    "FLAC, 16 bit": _FLAC,
    "FLAC, 24 bit": replace(_FLAC, sample_format="s32", seconds=2.0),
    "FLAC without MD5": _FLAC,
    "Ogg FLAC": _OGG,
    "Ogg Vorbis": replace(
        _OGG,
        codec="vorbis",
        suffix=".ogg",
        sample_format="fltp",
        seconds=6.0,
        codec_options={"strict": "-2", "flags": "+bitexact+qscale", "global_quality": "1770"},
    ),
    "Ogg Opus": replace(
        _OGG,
        muxer="opus",
        codec="libopus",
        suffix=".opus",
        sample_format="flt",
        seconds=6.0,
        rate=48_000,
        bit_rate=96_000,
    ),
    "MP3, constant, LAME tag": _MP3,
    "MP3, variable, LAME tag": replace(
        _MP3, bit_rate=None, codec_options={"flags": "+qscale", "global_quality": str(118 * 3)}
    ),
    "MP3 without a header": replace(_MP3, muxer_options={"write_xing": "0"}),
    "MP3 with frame checksums": replace(
        _MP3, muxer_options={"write_xing": "0"}, codec_options={"reservoir": "0"}
    ),
    "AAC in ADTS": replace(_MP4, muxer="adts", suffix=".aac"),
    "AAC in MP4": _MP4,
    "AAC in MP4, `moov` first": replace(_MP4, muxer_options={"movflags": "+faststart"}),
    "ALAC in MP4": replace(_MP4, codec="alac", sample_format="s16p", seconds=3.0, bit_rate=None),
    "WAV": _WAV,
    "RF64": replace(_WAV, muxer_options={"rf64": "always"}),
    "AIFF": replace(_WAV, muxer="aiff", codec="pcm_s16be", suffix=".aiff"),
    "WavPack": replace(_FLAC, muxer="wv", codec="wavpack", suffix=".wv", sample_format="s16p", seconds=6.0),
    "True Audio (TTA)": replace(_FLAC, muxer="tta", codec="tta", suffix=".tta", seconds=6.0),
    "WebM with Opus": replace(
        _MP4, muxer="webm", codec="libopus", suffix=".webm", sample_format="flt", rate=48_000
    ),
}

_KINDS: Final[dict[str, Callable[[str], Clean]]] = {
    "FLAC without": flac_without_md5,
    "FLAC": flac,
    "Ogg": ogg,
    "MP3 with frame": mp3_with_checksums,
    "MP3": mp3,
    "AAC in ADTS": adts,
    "AAC": mp4,
    "ALAC": mp4,
    "WavPack": wavpack,
    "True": true_audio,
    "WebM": matroska,
    "": pcm,
}
"""What makes a file whose name begins like this; the first that fits."""


def make(name: str) -> Clean:
    """The clean file of this name, of `FILES`; the same bytes each time."""
    return next(kind for begin, kind in _KINDS.items() if name.startswith(begin))(name)


FILES: Final = tuple(_RECIPES)
"""Names of all kinds of files, in the order of the table."""
