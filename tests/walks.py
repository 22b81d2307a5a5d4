"""Feeding walks, and files for them made with PyAV, whose demuxer also judges them."""

import io
import itertools
import struct
import tempfile
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

import av
import numpy as np

from longplay.formats.walks.chunks import Walk
from longplay.model.findings import FindingCode, Severity
from longplay.model.technical import TechnicalFinding

T = TypeVar("T")


def walked(kind: type[Walk[T]], data: bytes, cuts: Iterable[int] = ()) -> T:
    """What a walk says of `data` cut at these places, from one buffer that is written over each time."""
    walk = kind()
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    for start, end in itertools.pairwise(places):
        buffer = bytearray(data[start:end])
        with memoryview(buffer) as piece:
            walk.update(piece)
        buffer[:] = bytes(len(buffer))
    return walk.finish()


def codes(findings: Iterable[TechnicalFinding], severity: Severity | None = None) -> set[FindingCode]:
    """Codes found, of one severity or of all."""
    return {finding.code for finding in findings if severity in {None, finding.severity}}


def warnings(findings: Iterable[TechnicalFinding]) -> set[FindingCode]:
    """Codes that speak of damage."""
    return codes(findings, Severity.WARNING)


def encoded(
    muxer: str,
    codec: str,
    *,
    seconds: float = 0.5,
    rate: int = 44_100,
    layout: str = "stereo",
    options: Mapping[str, str] | None = None,
    metadata: Mapping[str, str] | None = None,
) -> bytes:
    """A file of noise as PyAV writes it."""
    channels = {"mono": 1, "stereo": 2, "5.1": 6}[layout]
    noise = np.random.default_rng(7).uniform(-0.3, 0.3, (round(seconds * rate), channels)).astype(np.float32)
    # a file, not a buffer: the MP4 muxer opens it again to move `moov` to the front
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made"
        with av.open(path, "w", format=muxer, options=dict(options or {})) as container:
            container.metadata.update(metadata or {})
            stream = container.add_stream(codec, rate=rate, layout=layout)
            for start in range(0, len(noise), 4096):
                block = np.ascontiguousarray(noise[start : start + 4096]).reshape(1, -1)
                frame = av.AudioFrame.from_ndarray(block, format="flt", layout=layout)
                frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path.read_bytes()


def decoded_samples(data: bytes) -> int:
    """Sample frames PyAV decodes."""
    with av.open(io.BytesIO(data)) as container:
        return sum(frame.samples for frame in container.decode(audio=0))


def demuxed(data: bytes) -> tuple[int, int]:
    """Packets of the first sound stream and their playing time in its time base, as PyAV demuxes them."""
    with av.open(io.BytesIO(data)) as container:
        packets = [packet for packet in container.demux(audio=0) if packet.size]
        return len(packets), sum(packet.duration or 0 for packet in packets)


def chunk(name: bytes, body: bytes, *, order: str = "<", size: int | None = None) -> bytes:
    """A RIFF or (`>`) AIFF chunk with its pad byte; `size` states another length than it has."""
    stated = len(body) if size is None else size
    return name + struct.pack(order + "I", stated) + body + bytes(len(body) % 2)


def riff(*chunks: bytes, form: bytes = b"RIFF", size: int | None = None, order: str = "<") -> bytes:
    """A WAVE file of these chunks; `size` states another length than it has."""
    body = b"WAVE" + b"".join(chunks)
    return form + struct.pack(order + "I", len(body) if size is None else size) + body


def fmt(*, channels: int = 2, rate: int = 44_100, bits: int = 16, tag: int = 1, order: str = "<") -> bytes:
    """A plain `fmt ` chunk."""
    align = channels * bits // 8
    return chunk(
        b"fmt ", struct.pack(order + "HHIIHH", tag, channels, rate, rate * align, align, bits), order=order
    )


def form(*chunks: bytes, kind: bytes = b"AIFF", size: int | None = None) -> bytes:
    """An AIFF file of these chunks."""
    body = kind + b"".join(chunks)
    return b"FORM" + struct.pack(">I", len(body) if size is None else size) + body


def comm(*, channels: int = 2, samples: int = 100, bits: int = 16, rate: int = 44_100) -> bytes:
    """A plain `COMM` chunk; the rate is a whole number above 0."""
    power = rate.bit_length() - 1
    extended = struct.pack(">HQ", 16383 + power, rate << (63 - power))
    return chunk(b"COMM", struct.pack(">HIH", channels, samples, bits) + extended, order=">")


def ssnd(body: bytes, size: int | None = None) -> bytes:
    """An `SSND` chunk without offset."""
    return chunk(b"SSND", bytes(8) + body, order=">", size=size)


def box(kind: bytes, *parts: bytes) -> bytes:
    """An MP4 box."""
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + kind + body
