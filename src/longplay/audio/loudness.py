"""Programme loudness, loudness range and, on request, the true peak: FFmpeg's `ebur128` filter does the work.

A K-weighting of our own by fast Fourier transforms came to the same within 0.04 LU on 110 recordings and cost
as much, so it was thrown away. The filter takes the loudness range from windows of 3 s, one every 100 ms, and
its lower end often one rank too low: of fewer than five windows that is rank 0, and it answers with the gate,
20 LU, whatever the sound. On programmes of a few seconds one rank, or windows a second apart, which EBU Tech
3342 allows too, make more than 1 LU.

Sources: ITU-R BS.1770-5, annex 1 (filter, channel weights, gating) and annex 2 (true peak); EBU R 128; EBU Tech
3341, 3342.
"""

import math
from typing import TYPE_CHECKING, Final

from longplay.audio.blocks import Block

if TYPE_CHECKING:  # PyAV is slow to import
    from av import AudioFrame
    from av.audio.resampler import AudioResampler
    from av.filter import Graph
    from av.filter.context import FilterContext

ABSOLUTE_GATE_LUFS: Final = -70.0
"""What the filter says when nothing is louder."""

LOUDEST_LUFS: Final = 10.0
"""What the filter says of everything louder: whole numbers written as floating point, and the like."""

RANGE_FROM_S: Final = 3.4
"""A shorter programme has no loudness range: it has fewer than five windows."""

_HELD_LIMIT: Final = 10_000_000
"""Samples a second in all channels. The filter keeps 3.4 s of them as doubles: more is over 270 MB."""

_Form = tuple[str, int, str]


class LoudnessMeter:
    """Measures block by block, in bounded memory. A stream that FFmpeg cannot weight has no loudness."""

    def __init__(self, *, true_peak: bool = False) -> None:
        """Nothing heard yet.

        Args:
            true_peak: measure it too, by oversampling to 192 kHz; that costs more than everything else.
        """
        self._peak = "true" if true_peak else "none"
        self._form: _Form | None = None
        self._graph: Graph | None = None
        self._source: FilterContext | None = None
        self._sink: FilterContext | None = None
        self._converter: tuple[_Form, AudioResampler] | None = None
        self._last: dict[str, str] = {}
        self._heard_s = 0.0

    def take(self, block: Block) -> None:
        """Add a block. What comes in another form than the first is converted to that one."""
        from av.error import FFmpegError

        self._heard_s += block.frame.samples / block.rate
        form = _form(block.sound)
        try:
            if self._form is None:
                self._form = form
                is_small = block.rate * len(block.channels) <= _HELD_LIMIT
                self._source = self._open(block.sound) if is_small else None
            if self._source is None:
                return
            for frame in [block.sound] if form == self._form else self._converted(block.sound, form):
                self._source.push(frame)
        except (FFmpegError, ValueError):
            self._source = None
            self._last = {}
            return
        self._pull()

    def _open(self, frame: "AudioFrame") -> "FilterContext":
        from av.filter import Graph

        self._graph = Graph()
        source = self._graph.add_abuffer(
            format=frame.format.name,
            sample_rate=frame.sample_rate,
            layout=frame.layout.name,
            time_base=frame.time_base,
        )
        meter = self._graph.add("ebur128", f"peak={self._peak}:framelog=quiet:metadata=1")
        self._sink = self._graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(self._sink)
        self._graph.configure()
        return source

    def _converted(self, frame: "AudioFrame", form: _Form) -> "list[AudioFrame]":
        from av import AudioResampler

        assert self._form is not None
        if self._converter is None or self._converter[0] != form:
            name, rate, layout = self._form
            self._converter = form, AudioResampler(format=name, layout=layout, rate=rate)
        return list(self._converter[1].resample(frame))

    def _pull(self) -> None:
        """Take what came through; each 100 ms carries what was measured so far."""
        from av import AudioFrame
        from av.error import BlockingIOError as NothingYet
        from av.error import EOFError as AtEnd

        assert self._sink is not None
        last = None
        while True:
            try:
                last = self._sink.pull()
            except (NothingYet, AtEnd):
                break
        if isinstance(last, AudioFrame) and "lavfi.r128.I" in last.metadata:
            self._last = dict(last.metadata)

    def result(self) -> tuple[float | None, float | None, float | None]:
        """Integrated loudness in LUFS, loudness range in LU, true peak in dBTP.

        Returns:
            `None` for what was not asked for or cannot be said: nothing is above the absolute gate, all is
            above what the filter counts, the programme is shorter than a gating block (400 ms) or, for the
            range, than `RANGE_FROM_S`.
        """
        integrated = _number(self._last.get("lavfi.r128.I"))
        if integrated is None or not ABSOLUTE_GATE_LUFS < integrated < LOUDEST_LUFS:
            return None, None, self._true_peak()
        spread = _number(self._last.get("lavfi.r128.LRA")) if self._heard_s >= RANGE_FROM_S else None
        return integrated, spread, self._true_peak()

    def _true_peak(self) -> float | None:
        """Of all but the last 100 ms that are not whole; the filter gives it as a ratio to full scale."""
        peak = _number(self._last.get("lavfi.r128.true_peak"))
        return 20 * math.log10(peak) if peak else None


def _form(frame: "AudioFrame") -> _Form:
    return frame.format.name, frame.sample_rate, frame.layout.name


def _number(text: str | None) -> float | None:
    """A finite number; `None` for anything else, such as what comes of samples that are no numbers."""
    value = float(text) if text is not None else math.nan
    return value if math.isfinite(value) else None
