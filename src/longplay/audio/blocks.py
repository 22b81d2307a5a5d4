"""Blocks: decoded audio in pieces large enough that counting them costs nothing.

A decoder hands out frames of a few hundred samples; everything that measures wants tens of thousands. FFmpeg
gathers them, and whoever measures takes a block in the form it needs: integers as decoded, or floats.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:  # PyAV is slow to import and is imported where it is used
    from av import AudioFrame
    from av.filter import Graph
    from av.filter.context import FilterContext

BLOCK: Final = 1 << 16
"""Sample frames of a block; the last one, and one before a change of parameters, are shorter."""

BLOCK_S: Final = 16
"""A block is no longer, seconds: at a rate of 1 Hz resampling a longer one would fill the memory."""


class Block:
    """Consecutive samples of one rate, layout and sample format.

    Attributes:
        frame: as FFmpeg holds it.
        rate: samples a second.
        channels: names of the channels in order, such as `FL`, `FR`, `LFE`.
    """

    def __init__(self, frame: "AudioFrame") -> None:
        """Wrap a frame."""
        self.frame = frame
        self.rate = frame.sample_rate
        self.channels = tuple(channel.name for channel in frame.layout.channels)

    @cached_property
    def raw(self) -> NDArray[np.generic]:
        """Shape (n, channels), in the decoder's own type: int16 and int32 left-justified, uint8, floats."""
        samples = self.frame.to_ndarray()
        if self.frame.format.is_planar:
            return samples.T
        return samples.reshape(-1, len(self.channels))

    @cached_property
    def floats(self) -> NDArray[np.float32]:
        """Shape (channels, n), contiguous, finite; full scale is 1.0, which floating point may pass."""
        samples = self.raw.T
        if samples.dtype.kind == "f":
            return _finite(samples)
        scaled = np.empty(samples.shape, dtype=np.float32)
        if samples.dtype == np.uint8:
            np.subtract(samples, np.float32(128), out=scaled, casting="unsafe")
            scaled *= np.float32(1 / 128)
        else:
            np.multiply(samples, _SCALE[samples.dtype.itemsize], out=scaled, casting="unsafe")
        return scaled

    @cached_property
    def sound(self) -> "AudioFrame":
        """The frame, finite as `floats` is: one sample that is no number spoils a recursive filter for good."""
        if self.raw.dtype.kind != "f" or _is_finite(self.raw):
            return self.frame
        from av import AudioFrame

        interleaved = np.ascontiguousarray(self.floats.T).reshape(1, -1)
        frame = AudioFrame.from_ndarray(interleaved, format="flt", layout=self.frame.layout.name)
        frame.sample_rate = self.rate
        return frame


def _finite(samples: NDArray[np.generic]) -> NDArray[np.float32]:
    """What is no number, infinite, or too large for single precision counts as nothing."""
    with np.errstate(over="ignore"):
        single = np.ascontiguousarray(samples, dtype=np.float32)
    return single if _is_finite(single) else np.where(np.isfinite(single), single, np.float32(0))


def _is_finite(samples: NDArray[np.generic]) -> bool:
    """Whether every sample is a finite number; their sum tells it at a fifth of the cost of looking at each."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(samples.sum())) or bool(np.isfinite(samples).all())


_PLANES_LIMIT: Final = 7
"""Frames of more channels are handed out interleaved: PyAV 18 reads past the end of eight planes."""

_SCALE: Final = {2: np.float32(2.0**-15), 4: np.float32(2.0**-31)}


class Consumer(Protocol):
    """Who wants the decoded samples. Blocks come in order, each once."""

    def take(self, block: Block) -> None:
        """Take the next block; keep no reference to it."""


def _form_of_blocks(frame: "AudioFrame") -> str:
    """FFmpeg's name of the sample format that blocks made of such frames have."""
    form = frame.format
    if form.name.startswith("s64"):
        return "s32"  # NumPy gets no integers of 64 bits from PyAV
    return form.packed.name if len(frame.layout.channels) > _PLANES_LIMIT else form.name


class Gatherer:
    """Frames in, blocks out. A change of rate, layout or sample format ends a block."""

    def __init__(self) -> None:
        """Empty."""
        from av.error import ArgumentError

        self._other_form = ArgumentError
        self._graph: Graph | None = None
        self._source: FilterContext | None = None
        self._sink: FilterContext | None = None
        self._form: tuple[int, str] | None = None
        self._length = BLOCK
        self._waiting = 0
        self.changes = 0
        """How often rate or layout changed; a new sample format alone is none."""

    def push(self, frame: "AudioFrame") -> Sequence[Block]:
        """Give a frame; blocks that are full, or ended by this frame's other parameters, come back.

        It is called thousands of times a minute: FFmpeg itself notices a change of parameters, and says no.
        """
        source = self._source
        if source is not None:
            try:
                source.push(frame)
            except self._other_form:
                source = None
        ended: Sequence[Block] = ()
        if source is None:
            ended = self.flush()
            self._source = self._open(frame)
            self._source.push(frame)
        self._waiting += frame.samples
        if self._waiting < self._length:
            return ended
        return (*ended, *self._pull())

    def flush(self) -> Sequence[Block]:
        """What is left, as one short block."""
        if self._source is None:
            return ()
        self._source.push(None)
        left = tuple(self._pull())
        self._graph = self._source = self._sink = None
        return left

    def _open(self, frame: "AudioFrame") -> "FilterContext":
        from av.filter import Graph

        form = frame.sample_rate, frame.layout.name
        self.changes += self._form is not None and form != self._form
        self._form = form
        self._graph = Graph()
        source = self._graph.add_abuffer(
            format=frame.format.name,
            sample_rate=frame.sample_rate,
            layout=frame.layout.name,
            time_base=frame.time_base,
        )
        self._length = max(1, min(BLOCK, BLOCK_S * frame.sample_rate))
        form_of_blocks = self._graph.add("aformat", f"sample_fmts={_form_of_blocks(frame)}")
        gather = self._graph.add("asetnsamples", f"n={self._length}:p=0")
        self._sink = self._graph.add("abuffersink")
        source.link_to(form_of_blocks)
        form_of_blocks.link_to(gather)
        gather.link_to(self._sink)
        self._graph.configure()
        return source

    def _pull(self) -> Iterator[Block]:
        from av import AudioFrame
        from av.error import BlockingIOError as NothingYet
        from av.error import EOFError as AtEnd

        self._waiting = 0
        assert self._sink is not None
        while True:
            try:
                frame = self._sink.pull()
            except (NothingYet, AtEnd):
                return
            if isinstance(frame, AudioFrame):
                yield Block(frame)
