"""Coded audio made by PyAV for the tests of the walks, and damage done to it."""

import io
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from itertools import cycle

import av
import numpy as np

from longplay.model.findings import FindingCode, Severity
from longplay.model.technical import TechnicalFinding

RATE = 44_100


def _samples(rate: int, seconds: float, channels: int) -> np.ndarray:
    """A tone under noise that comes and goes, so that a bit reservoir has something to do."""
    at = np.arange(round(rate * seconds)) / rate
    noise = np.random.default_rng(len(at)).standard_normal((channels, len(at)))
    swell = (0.5 + 0.5 * np.sin(2 * np.pi * 0.7 * at)) ** 3
    return (0.3 * np.sin(2 * np.pi * 440 * at) + 0.15 * noise * swell).astype(np.float32)


@cache
def coded(
    muxer: str,
    codec: str,
    *,
    rate: int = RATE,
    seconds: float = 1.0,
    channels: int = 2,
    bit_rate: int | None = None,
    options: tuple[tuple[str, str], ...] = (),
) -> bytes:
    """A file with one audio stream."""
    out = io.BytesIO()
    layout = "stereo" if channels == 2 else "mono"
    with av.open(out, "w", format=muxer) as container:
        stream = container.add_stream(codec, rate=rate, options=dict(options), layout=layout)
        if bit_rate:
            stream.bit_rate = bit_rate
        resampler = av.AudioResampler(format=stream.format.name, layout=layout, rate=rate)
        frame = av.AudioFrame.from_ndarray(_samples(rate, seconds, channels), format="fltp", layout=layout)
        frame.rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        for made in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(made))
        container.mux(stream.encode(None))
    return out.getvalue()


def mp3(**options: object) -> bytes:
    """An MP3 with an Info or Xing header and LAME tag, and an ID3v2 tag of 45 bytes before it."""
    return coded("mp3", "libmp3lame", **options)


def opus(**options: object) -> bytes:
    """An Ogg Opus file."""
    return coded("opus", "libopus", rate=48_000, **options)


def vorbis(**options: object) -> bytes:
    """An Ogg Vorbis file by FFmpeg's own encoder."""
    return coded("ogg", "vorbis", options=(("strict", "-2"),), **options)


def aac(**options: object) -> bytes:
    """An AAC file in ADTS."""
    return coded("adts", "aac", **options)


def demuxed(data: bytes) -> int:
    """How many packets FFmpeg finds in the first audio stream."""
    with av.open(io.BytesIO(data)) as container:
        return sum(1 for packet in container.demux(audio=0) if packet.size)


def decoded(data: bytes) -> int:
    """How many sample frames FFmpeg decodes."""
    with av.open(io.BytesIO(data)) as container:
        return sum(frame.samples for frame in container.decode(audio=0))


def walked(walk: Callable[[], object], data: bytes, *, step: int = 1 << 20) -> object:
    """The facts a walk tells of `data` given in pieces of `step` bytes."""
    one = walk()
    for at in range(0, len(data), step):
        one.update(memoryview(data)[at : at + step])
    return one.finish()


def in_pieces(walk: Callable[[], object], data: bytes, lengths: list[int]) -> object:
    """The facts a walk tells of `data` given in pieces of these lengths, over and over."""
    one = walk()
    at = 0
    for length in cycle(lengths):
        if at >= len(data):
            return one.finish()
        one.update(data[at : at + length])
        at += length
    raise ValueError("there are no lengths")


def codes(findings: tuple[TechnicalFinding, ...]) -> set[FindingCode]:
    """The codes of the findings that speak of damage."""
    return {finding.code for finding in findings if finding.severity is not Severity.NOTE}


def finding(findings: tuple[TechnicalFinding, ...], code: FindingCode) -> TechnicalFinding:
    """The one finding of a code."""
    (one,) = (found for found in findings if found.code is code)
    return one


def flipped(data: bytes, bit: int) -> bytes:
    """`data` with one bit changed, counted from 0."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
