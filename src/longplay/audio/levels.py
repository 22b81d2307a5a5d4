"""Peaks, clipping, digital silence and the waveform: what shows in the samples' sizes.

Sources: AES17, "dBFS" by the largest sample; the `audiowaveform` data format, version 2 (BBC), for the
waveform.
"""

import math
import struct
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from longplay.audio.blocks import Block

POINTS_PER_SECOND: Final = 10
"""Pairs of lowest and highest sample in the waveform."""

CLIP_RUN: Final = 3
"""So many samples in a row at full scale are a clipped peak: one or two may be chance."""

GAP_S: Final = 0.004
"""A gap of exact zeros in loud sound counts from here on."""

GAP_LOUD: Final = 0.02
"""Sound around a gap is loud when it passes this (-34 dBFS) within 10 ms on both sides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """What the levels of a recording are.

    Attributes:
        peak: largest absolute sample, 1.0 is full scale; floating point may pass it.
        clipped_runs: runs of at least `CLIP_RUN` samples at full scale.
        silent_s: seconds of digital silence, in stretches of 100 ms.
        longest_silence_s: the longest such stretch.
        gaps: gaps of exact zeros within loud sound; looked for only in integer samples.
        first_gap_s: where the first is, seconds; `None` without.
        waveform: as `longplay.model.technical.Derived` has it.
    """

    peak: float
    clipped_runs: int
    silent_s: float
    longest_silence_s: float
    gaps: int
    first_gap_s: float | None
    waveform: bytes

    @property
    def peak_dbfs(self) -> float | None:
        """Sample peak, dB relative to full scale; `None` for digital silence."""
        return 20 * math.log10(self.peak) if self.peak else None


class LevelMeter:
    """Measures block by block; memory grows by 12 bytes for each 100 ms."""

    def __init__(self, *, seek_gaps: bool, bit_depth: int | None = None) -> None:
        """Nothing heard yet.

        Args:
            seek_gaps: look for gaps of exact zeros; of use where damage shows as nothing else.
            bit_depth: of integer samples, where they have fewer bits than the decoder's numbers hold.
        """
        self._bits = bit_depth or 24
        self._step = 0
        self._rate = 0
        self._lows: list[NDArray[np.float32]] = []
        self._highs: list[NDArray[np.float32]] = []
        self._filled = 0
        self._clipped: dict[tuple[int, bool], _RunCounter] = {}
        self._gaps = _GapSeeker() if seek_gaps else None

    def take(self, block: Block) -> None:
        """Add a block."""
        if not self._step:
            self._rate = block.rate
            self._step = max(1, round(block.rate / POINTS_PER_SECOND))
        if self._gaps is not None:
            self._gaps.take(block)
        lowest, highest = self._add_points(block.floats)
        full = _full_scale(block, self._bits)
        if highest >= full or lowest <= -full:
            self._count_clipping(block.floats, full)
        else:
            for counter in self._clipped.values():
                counter.end()

    def _add_points(self, samples: NDArray[np.float32]) -> tuple[float, float]:
        """Add the extremes of each step; returns those of all."""
        begun = (self._step - self._filled) % self._step
        lows, highs = _extremes(samples, begun, self._step)
        lowest, highest = float(lows.min(initial=0.0)), float(highs.max(initial=0.0))
        if self._filled and len(lows):
            self._lows[-1][-1] = min(self._lows[-1][-1], lows[0])
            self._highs[-1][-1] = max(self._highs[-1][-1], highs[0])
            lows, highs = lows[1:], highs[1:]
        if len(lows):
            self._lows.append(lows)
            self._highs.append(highs)
        self._filled = (self._filled + samples.shape[1]) % self._step
        return lowest, highest

    def _count_clipping(self, samples: NDArray[np.float32], full: float) -> None:
        for at, channel in enumerate(samples):
            self._clipped.setdefault((at, True), _RunCounter()).take(channel >= full)
            self._clipped.setdefault((at, False), _RunCounter()).take(channel <= -full)

    def result(self) -> Levels:
        """What was found; call once, at the end."""
        lows, highs = _joined(self._lows), _joined(self._highs)
        silent = (lows == 0) & (highs == 0)
        step_s = self._step / self._rate if self._rate else 0.0
        return Levels(
            peak=float(max(-lows.min(initial=0.0), highs.max(initial=0.0))),
            clipped_runs=sum(counter.count for counter in self._clipped.values()),
            silent_s=float(silent.sum()) * step_s,
            longest_silence_s=int(_lengths(silent).max(initial=0)) * step_s,
            gaps=self._gaps.count if self._gaps else 0,
            first_gap_s=self._gaps.first_s if self._gaps else None,
            waveform=_waveform(self._rate, self._step, lows, highs),
        )


def _extremes(
    samples: NDArray[np.float32], begun: int, step: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Lowest and highest of all channels: of the first `begun` samples, then of each step, then of the rest."""
    end = begun + (samples.shape[1] - begun) // step * step if samples.shape[1] > begun else begun
    parts = [samples[:, :begun], samples[:, end:]]
    whole = samples[:, begun:end].reshape(len(samples), -1, step)
    lows = [part.min(keepdims=True).reshape(-1) if part.size else part.reshape(-1) for part in parts]
    highs = [part.max(keepdims=True).reshape(-1) if part.size else part.reshape(-1) for part in parts]
    lows.insert(1, whole.min(axis=2).min(axis=0) if whole.size else whole.reshape(-1))
    highs.insert(1, whole.max(axis=2).max(axis=0) if whole.size else whole.reshape(-1))
    return np.concatenate(lows), np.concatenate(highs)


def _full_scale(block: Block, bits: int) -> float:
    """The largest positive value the samples can have, of at most 24 bits; 1.0 for floating point."""
    kind = block.raw.dtype
    if kind.kind == "f":
        return 1.0
    return 1.0 - 2.0 ** (1 - min(kind.itemsize * 8, bits, 24))


def _joined(parts: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)


def _lengths(mask: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Of each run of ones, in order."""
    edges = np.diff(np.concatenate([[0], mask.view(np.int8), [0]]))
    return np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)


class _RunCounter:
    """Counts runs of at least `CLIP_RUN`; one may go on in the next block."""

    def __init__(self) -> None:
        self.count = 0
        self._open = 0

    def take(self, mask: NDArray[np.bool_]) -> None:
        """Count those in a block; of one that is open at its end no more is kept than counts."""
        joined = np.concatenate([np.ones(self._open, np.bool_), mask])
        self.count += int((_lengths(joined) >= CLIP_RUN).sum()) - (self._open == CLIP_RUN)
        last = joined[-CLIP_RUN:][::-1]
        self._open = len(last) if last.all() else int(np.argmin(last))

    def end(self) -> None:
        """Whatever was open ends here."""
        self._open = 0


def _waveform(rate: int, step: int, lows: NDArray[np.float32], highs: NDArray[np.float32]) -> bytes:
    """Header (version, flags: 8 bits, rate, samples a point, points, channels), then pairs of int8."""
    pairs = np.stack([lows, highs], axis=1)
    octets = np.clip(np.round(np.clip(pairs, -2, 2) * 127), -128, 127).astype(np.int8)
    return struct.pack("<iIiiIi", 2, 1, rate, step, len(octets), 1) + octets.tobytes()


class _GapSeeker:
    """Looks for stretches of exact zeros that begin and end within loud sound."""

    def __init__(self) -> None:
        self.count = 0
        self.first_s: float | None = None
        self._before = 0
        self._last: int | None = None
        self._was_loud = False

    def take(self, block: Block) -> None:
        """Look at a block. Sound beside a gap is looked at in one block only."""
        sound = np.flatnonzero(block.floats.any(axis=0))
        if len(sound):
            self._look_before(block, int(sound[0]))
            for at in np.flatnonzero(np.diff(sound) > _gap_floor(block)):
                start, end = int(sound[at]), int(sound[at + 1])
                if _is_loud_before(block, start) and _is_loud_from(block, end):
                    self._note(block, self._before + start)
            self._last = self._before + int(sound[-1])
            self._was_loud = _is_loud_before(block, int(sound[-1]))
        self._before += len(block.raw)

    def _look_before(self, block: Block, first: int) -> None:
        """At the gap between the last sound of earlier blocks and the first of this one."""
        if self._last is None or self._before + first - self._last <= _gap_floor(block):
            return
        if self._was_loud and _is_loud_from(block, first):
            self._note(block, self._last)

    def _note(self, block: Block, at: int) -> None:
        self.count += 1
        if self.first_s is None:
            self.first_s = at / block.rate


def _gap_floor(block: Block) -> int:
    """More samples than this from sound to sound are a gap."""
    return max(8, math.ceil(block.rate * GAP_S))


def _is_loud_before(block: Block, last: int) -> bool:
    return _is_loud(block.floats[:, max(0, last - block.rate // 100) : last + 1])


def _is_loud_from(block: Block, first: int) -> bool:
    return _is_loud(block.floats[:, first : first + block.rate // 100])


def _is_loud(part: NDArray[np.float32]) -> bool:
    return bool(np.abs(part).max(initial=0.0) > GAP_LOUD)
