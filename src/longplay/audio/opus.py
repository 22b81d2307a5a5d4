"""Opus access copies, encoded while a recording is decoded.

The samples are passed on as they are, apart from what Opus itself demands: 48 kHz, and here one or two
channels. Loudness is stated in a tag and never applied. The same samples and tags give the same bytes with the
same library versions.

Sources: RFC 6716; RFC 7845, sections 5.1 (output gain, written as 0) and 5.2.1 (`R128_TRACK_GAIN`).
"""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from longplay.audio.blocks import Block
from longplay.errors import StorageError
from longplay.model.audio import Tags

if TYPE_CHECKING:  # PyAV is slow to import
    from av import AudioFrame
    from av.audio.resampler import AudioResampler
    from av.audio.stream import AudioStream
    from av.container import OutputContainer

RATE: Final = 48_000

REFERENCE_LUFS: Final = -23.0
"""What `R128_TRACK_GAIN` is relative to."""


def track_gain_q78(integrated_lufs: float) -> int:
    """The value of `R128_TRACK_GAIN` for a programme loudness: 1/256 dB to reach -23 LUFS.

    Source: RFC 7845, section 5.2.1: a signed 16-bit number.
    """
    return max(-32_768, min(32_767, round((REFERENCE_LUFS - integrated_lufs) * 256)))


class OpusWriter:
    """A consumer that encodes what it is given. Call `finish`, or `discard` when the copy is not wanted."""

    def __init__(self, path: Path, *, bit_rate: int) -> None:
        """Nothing is written before the first block.

        Args:
            path: of a new file; its folder exists.
            bit_rate: as asked of the encoder, bits a second.
        """
        self.path = path
        self.bit_rate = bit_rate
        self._container: OutputContainer | None = None
        self._stream: AudioStream | None = None
        self._resampler: AudioResampler | None = None
        self._layout = "stereo"
        self._form: tuple[str, int, str] | None = None
        self._is_mixable = True
        self._written = 0

    def take(self, block: Block) -> None:
        """Encode a block. Channels that FFmpeg knows no way to mix are mixed in equal parts.

        Raises:
            StorageError: the copy could not be written.
        """
        import av

        try:
            if self._container is None:
                self._open(block)
            self._encode(self._resampled(block))
        except (av.FFmpegError, OSError) as exc:
            raise StorageError(f"{self.path}: cannot encode Opus: {exc}") from exc

    def _resampled(self, block: Block) -> "Iterable[AudioFrame]":
        from av.error import FFmpegError

        frame = block.sound
        form = frame.format.name, frame.sample_rate, frame.layout.name
        if form != self._form or self._resampler is None:
            self._drain()
            self._form, self._is_mixable = form, True
            try:
                return self._new_resampler().resample(frame)
            except FFmpegError:
                self._is_mixable = False
                return self._new_resampler().resample(_in_equal_parts(block, self._layout))
        return self._resampler.resample(frame if self._is_mixable else _in_equal_parts(block, self._layout))

    def _new_resampler(self) -> "AudioResampler":
        import av

        self._resampler = av.AudioResampler(format="flt", layout=self._layout, rate=RATE)
        return self._resampler

    def _open(self, block: Block) -> None:
        import av
        from av.audio.stream import AudioStream

        self._layout = "mono" if len(block.channels) == 1 else "stereo"
        self._container = av.open(self.path, "w", format="opus", container_options={"fflags": "+bitexact"})
        stream = self._container.add_stream("libopus", rate=RATE, options={"flags": "+bitexact"})
        assert isinstance(stream, AudioStream)
        stream.codec_context.layout = self._layout
        stream.codec_context.format = "flt"
        stream.codec_context.thread_count = 1
        stream.codec_context.bit_rate = self.bit_rate
        self._stream = stream

    def _encode(self, frames: "Iterable[AudioFrame]") -> None:
        assert self._container is not None
        assert self._stream is not None
        for frame in frames:
            frame.pts = self._written
            frame.time_base = Fraction(1, RATE)
            self._written += frame.samples
            self._container.mux(self._stream.encode(frame))

    def _drain(self) -> None:
        if self._resampler is not None:
            self._encode(self._resampler.resample(None))
            self._resampler = None

    def finish(self, tags: Tags, *, gain_q78: int | None) -> None:
        """End the file and write its tags. Of what is too short to be resampled the copy is one silent sample.

        Args:
            tags: Vorbis comments: names with all their values.
            gain_q78: for `R128_TRACK_GAIN`; `None`: the loudness is not known, and nothing is stated.

        Raises:
            StorageError: it could not be written.
        """
        import av

        try:
            self._drain()
            if not self._written and self._stream is not None:
                self._encode([_silence(self._layout)])
            if self._container is not None and self._stream is not None:
                self._container.mux(self._stream.encode(None))
                self._container.close()
        except (av.FFmpegError, OSError) as exc:
            raise StorageError(f"{self.path}: cannot encode Opus: {exc}") from exc
        self._write_tags(tags, gain_q78)

    def _write_tags(self, tags: Tags, gain_q78: int | None) -> None:
        from mutagen import MutagenError
        from mutagen.oggopus import OggOpus

        try:
            file = OggOpus(self.path)
            file.tags.clear()
            for name, values in tags:
                file.tags[name] = list(values)
            if gain_q78 is not None:
                file.tags["R128_TRACK_GAIN"] = str(gain_q78)
            file.save(padding=lambda _info: 0)
        except (MutagenError, OSError) as exc:
            raise StorageError(f"{self.path}: cannot write tags: {exc}") from exc

    def discard(self) -> None:
        """Stop, and remove what was written."""
        from av.error import FFmpegError

        try:
            if self._container is not None:
                self._container.close()
        except (FFmpegError, OSError):
            pass  # it is not wanted: that its end could not be written does not matter
        self.path.unlink(missing_ok=True)


def _in_equal_parts(block: Block, layout: str) -> "AudioFrame":
    """The mean of all channels, on every channel of a layout."""
    mean = block.floats.mean(axis=0)
    return _frame(np.repeat(mean, 1 if layout == "mono" else 2), layout, block.rate)


def _silence(layout: str) -> "AudioFrame":
    """One sample of it, at the rate of the copy."""
    return _frame(np.zeros(1 if layout == "mono" else 2, np.float32), layout, RATE)


def _frame(interleaved: NDArray[np.float32], layout: str, rate: int) -> "AudioFrame":
    from av import AudioFrame

    frame = AudioFrame.from_ndarray(interleaved.reshape(1, -1), format="flt", layout=layout)
    frame.sample_rate = rate
    return frame
