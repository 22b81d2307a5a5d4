"""The beginning of a recording as its fingerprint wants it: one channel at 11,025 Hz, 16 bits.

FFmpeg mixes and resamples; the settings are those of `fpcalc`, so that `longplay.audio.fingerprint` gets the
same samples from the same frames.

Source: Chromaprint 1.5.1, `fpcalc`. docs/format/fingerprint.md is normative.
"""

from fractions import Fraction
from typing import TYPE_CHECKING, Final, cast

import numpy as np
from numpy.typing import NDArray

from longplay.audio.fingerprint import RATE, SAMPLES_LIMIT

if TYPE_CHECKING:  # PyAV is slow to import
    from av import AudioFrame
    from av.filter.context import FilterContext


class Downmixer:
    """The first `LENGTH_S` of decoded sound as `fingerprint` wants it.

    Push the frames of one stream in order until it is `full` or the stream ends, then call `finish` once.
    Memory is bounded by the result (2.6 MB) and about two seconds of input. Format, layout or rate may change
    between frames, as they do in chained Ogg: what was gathered is kept. Channels without a known place are
    mixed as is usual for their number, else in equal parts. Frames that FFmpeg cannot mix at all (more than 64
    channels) are left out.
    """

    def __init__(self) -> None:
        self._parts: list[NDArray[np.int16]] = []
        self._gathered = 0
        self._kind: tuple[str, str, int] | None = None
        self._chain: _Chain | None = None

    @property
    def full(self) -> bool:
        """Whether everything that is wanted has been gathered; further frames are ignored."""
        return self._gathered >= SAMPLES_LIMIT

    def push(self, frame: "AudioFrame") -> None:
        """Take in the next frame. It must not be changed afterwards."""
        if self.full or not frame.samples:
            return
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if kind != self._kind:
            self._drain()
            self._kind, self._chain = kind, _chain_for(frame)
        if self._chain is not None and self._chain.push(frame):
            self._gather(self._chain)

    def finish(self) -> NDArray[np.int16]:
        """What was gathered: one channel at `RATE`, shape (n,), n at most `SAMPLES_LIMIT`."""
        self._drain()
        self._chain = self._kind = None
        return np.concatenate([np.empty(0, np.int16), *self._parts])[:SAMPLES_LIMIT]

    def _drain(self) -> None:
        if self._chain is not None and not self.full:
            self._chain.end()
            self._gather(self._chain)

    def _gather(self, chain: "_Chain") -> None:
        while not self.full:
            part = chain.pull()
            if part is None:
                return
            self._parts.append(part)
            self._gathered += len(part)


_BLOCK: Final = 1 << 16
"""Sample frames resampled at once, at most a second: short frames (Vorbis has 256) become a fifth cheaper."""

_COMPATIBLE: Final = "resampler=swr:filter_size=16:phase_shift=8:linear_interp=1:cutoff=0.8"
"""The low-pass filter of `fpcalc`: -6 dB at 4,410 Hz."""

_PRECISION: Final = {
    **dict.fromkeys(("u8", "u8p", "s16", "s16p"), "s16p"),
    **dict.fromkeys(("dbl", "dblp", "s64", "s64p"), "dblp"),
}
"""In which numbers FFmpeg 5 mixes and resamples each format, as `fpcalc` does; the rest in `fltp`. FFmpeg 8
left to itself takes `fltp` for 16-bit sound too, and two samples of five come out a little different."""


class _Chain:
    """One FFmpeg filter graph, for frames of one kind."""

    def __init__(self, frame: "AudioFrame", *, mix: str | None) -> None:
        from av.filter import Graph

        self._graph = Graph()  # the contexts do not keep it alive
        self._graph.threads = 1
        self._block = max(1, min(_BLOCK, frame.sample_rate))
        self._waiting = 0
        precision = _PRECISION.get(frame.format.name, "fltp")
        self._source: FilterContext = self._graph.add_abuffer(
            sample_rate=frame.sample_rate,
            format=frame.format.name,
            layout=frame.layout.name,
            time_base=Fraction(1, frame.sample_rate),
        )
        self._sink: FilterContext = self._graph.add("abuffersink")
        self._graph.link_nodes(
            self._source,
            self._graph.add("asetnsamples", f"n={self._block}:p=0"),
            *([] if mix is None else [self._graph.add("pan", mix)]),
            self._graph.add("aresample", f"{RATE}:{_COMPATIBLE}:internal_sample_fmt={precision}"),
            self._graph.add("aformat", f"sample_fmts=s16:channel_layouts=mono:sample_rates={RATE}"),
            self._sink,
        )
        self._graph.configure()

    def push(self, frame: "AudioFrame") -> bool:
        """Take in a frame; whether it is time to pull."""
        self._source.push(frame)
        self._waiting += frame.samples
        if self._waiting < self._block:
            return False
        self._waiting %= self._block
        return True

    def end(self) -> None:
        """No more frames will come."""
        self._source.push(None)

    def pull(self) -> NDArray[np.int16] | None:
        """The next resampled samples, or `None` if there are none yet."""
        try:
            frame = cast("AudioFrame", self._sink.pull())
        except (BlockingIOError, EOFError):
            return None
        return cast(NDArray[np.int16], frame.to_ndarray()[0])


def _chain_for(frame: "AudioFrame") -> _Chain | None:
    """A chain for frames like this one; `None` if there is none.

    FFmpeg takes channels without places for those usual for their number; where none are, or it knows no way
    from them to one channel, they are mixed in equal parts.
    """
    import av

    channels = frame.layout.nb_channels
    even = "mono|c0=" + "+".join(f"{1 / channels:.9f}*c{channel}" for channel in range(channels))
    for mix in (None, even):
        try:
            return _Chain(frame, mix=mix)
        except (av.FFmpegError, ValueError):
            continue
    return None
