"""Measuring a file in one call, and making odd ones with FFmpeg."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from longplay.audio.blocks import Block
from longplay.audio.decode import Unfit
from longplay.audio.measure import Measured, measure
from longplay.audio.structure import StructureWatch
from longplay.model.findings import FindingCode

RATE = 44_100


def measured(path: Path, *, true_peak: bool = False) -> Measured | Unfit:
    """What ingest measures of a file."""
    watch = StructureWatch(path.name)
    watch.update(memoryview(path.read_bytes()))
    return measure(path, watch.finish(), true_peak=true_peak)


def codes(found: Measured | Unfit) -> set[FindingCode]:
    """What was found; an unfit file's reason alone."""
    if isinstance(found, Unfit):
        return {found.code}
    return {finding.code for finding in found.measurement.findings}


def sine(
    hertz: float, seconds: float, rate: int = RATE, *, dbfs: float = -6.0, channels: int = 2
) -> NDArray[np.float32]:
    """A tone in every channel, shape (channels, n)."""
    at = np.arange(round(seconds * rate)) / rate
    tone = 10 ** (dbfs / 20) * np.sin(2 * np.pi * hertz * at)
    return np.repeat(tone[None].astype(np.float32), channels, axis=0)


def white(
    seconds: float, rate: int = RATE, *, level: float = 0.2, channels: int = 2, seed: int = 5
) -> NDArray[np.float32]:
    """Noise that differs by channel, shape (channels, n)."""
    noise = np.random.default_rng(seed).uniform(-level, level, (channels, round(seconds * rate)))
    return noise.astype(np.float32)


def layout_of(channels: int) -> str:
    return {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}[channels]


def blocks(
    samples: NDArray[np.generic], rate: int, cuts: Sequence[int] = (), layout: str | None = None
) -> list[Block]:
    """Samples of shape (channels, n) as the decoder's blocks, cut where asked; else of the usual size."""
    if not cuts:
        cuts = range(65_536, samples.shape[1], 65_536)
    edges = [0, *sorted(cut for cut in cuts if 0 < cut < samples.shape[1]), samples.shape[1]]
    made = []
    for start, end in pairwise(edges):
        if end > start:
            made.append(Block(_frame(samples[:, start:end], rate, layout or layout_of(len(samples)))))
    return made


def _kind(samples: NDArray[np.generic]) -> str:
    """FFmpeg's name of the interleaved sample format."""
    return {"f": "flt", "i": f"s{samples.dtype.itemsize * 8}", "u": "u8"}[samples.dtype.kind]


def _frame(samples: NDArray[np.generic], rate: int, layout: str) -> av.AudioFrame:
    interleaved = np.ascontiguousarray(samples.T).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(interleaved, format=_kind(samples), layout=layout)
    frame.sample_rate = rate
    return frame


def write(
    path: Path,
    samples: NDArray[np.generic],
    rate: int = RATE,
    *,
    codec: str,
    muxer: str | None = None,
    options: dict[str, str] | None = None,
    layout: str | None = None,
    form: str | None = None,
) -> Path:
    """Samples of shape (channels, n) coded as asked; `form` is the encoder's sample format."""
    kind = _kind(samples)
    shape = layout or layout_of(len(samples))
    with av.open(str(path), "w", format=muxer) as out:
        stream = out.add_stream(codec, rate=rate, options=options or {})
        stream.codec_context.layout = shape
        if form is not None:
            stream.codec_context.format = form
        convert = av.AudioResampler(format=stream.codec_context.format or kind, layout=shape, rate=rate)
        for start in range(0, samples.shape[1], 4_096):
            frame = _frame(samples[:, start : start + 4_096], rate, shape)
            frame.time_base, frame.pts = Fraction(1, rate), start
            for ready in convert.resample(frame):
                out.mux(stream.encode(ready))
        for ready in convert.resample(None):
            out.mux(stream.encode(ready))
        out.mux(stream.encode(None))
    return path


def damaged(whole: bytes, data: st.DataObject) -> bytes:
    """A file with some bytes of its head or anywhere changed, perhaps cut."""
    out = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6), label="changes")):
        head = min(len(out), data.draw(st.sampled_from([64, 1_024, len(out)]), label="within"))
        place = data.draw(st.integers(0, head - 1), label="place")
        out[place] = data.draw(st.integers(0, 255), label="byte")
    cut = data.draw(st.none() | st.integers(0, len(out)), label="cut")
    return bytes(out[:cut])
