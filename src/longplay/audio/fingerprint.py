"""The acoustic fingerprint of a recording: Chromaprint, algorithm 1 (`TEST2`), the default of `fpcalc`.

How it works. The sound is mixed down to one channel at 11,025 Hz (`longplay.audio.downmix`). Frames of 4,096
samples, one every 1,365, are weighted by a Hamming window; the energy between 28 and 3,520 Hz is summed by
note, whatever the octave: twelve numbers a frame, the *chroma*. Each note is smoothed over five frames and each
frame scaled to length one, so that loudness does not matter. Over this picture of twelve notes by time move
sixteen filters: each compares the sums of two regions within at most sixteen frames and answers with two bits.
The sixteen answers are one *item* of 32 bits.

It is not the comparison of fingerprints, nor the compressed form (`longplay.formats.chromaprint`).

The arithmetic is that of `fpcalc` (energies in single precision, everything after in double). No BLAS is used,
because its order of summation depends on the processor: the same samples must give the same bits everywhere.

Sources: L. Lalinský, "How does Chromaprint work?" (2011) and Chromaprint 1.5.1, whose trained classifiers these
are; Y. Ke, D. Hoiem, R. Sukthankar, "Computer vision for music identification" (2005), for the filters.
docs/format/fingerprint.md is normative.
"""

import math
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Final, assert_never

import numpy as np
from numpy.typing import NDArray

ALGORITHM: Final = 1
"""Chromaprint's number for `TEST2`."""

RATE: Final = 11_025
"""Samples a second of what is fingerprinted, hertz."""

LENGTH_S: Final = 120
"""So much of the beginning is fingerprinted, seconds."""

SAMPLES_LIMIT: Final = LENGTH_S * RATE

FRAME: Final = 4_096
HOP: Final = FRAME // 3
"""Length and distance of the frames, samples."""

ITEM_S: Final = HOP / RATE
"""From one item to the next, seconds."""

_SMOOTHING: Final = (0.25, 0.75, 1.0, 0.75, 0.25)
_SPAN: Final = 16
"""Frames an item looks at, after smoothing."""

FIRST_ITEM_SAMPLES: Final = FRAME + (_SPAN + len(_SMOOTHING) - 2) * HOP
"""So many samples (2.724 s) give one item; fewer give none."""

_NOTES: Final = 12
_LOWEST_HZ, _HIGHEST_HZ, _OCTAVE_HZ = 28, 3_520, 440 / 16
_SILENCE: Final = 0.01
"""A chroma vector shorter than this has no direction: it counts as all zeros."""

_BATCH: Final = 16
"""Frames transformed at once: enough for SIMD, few enough for the second-level cache (0.6 MB)."""


class Shape(Enum):
    """How a filter divides its rectangle, notes up and time to the right, into `+` and `-`."""

    WHOLE = auto()
    UPPER = auto()
    LATER = auto()
    CHECKERS = auto()
    MIDDLE_NOTES = auto()
    MIDDLE_TIME = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Classifier:
    """One filter and its quantizer: two bits of an item.

    Attributes:
        shape: which part of the rectangle is compared with which.
        note: lowest note, 0 to 11, from A.
        notes: height of the rectangle.
        frames: its width.
        steps: of the natural logarithm of (1 + plus) / (1 + minus), ascending.
    """

    shape: Shape
    note: int
    notes: int
    frames: int
    steps: tuple[float, float, float]


CLASSIFIERS: Final = (
    Classifier(shape=Shape.WHOLE, note=4, notes=3, frames=15, steps=(1.98215, 2.35817, 2.63523)),
    Classifier(shape=Shape.MIDDLE_NOTES, note=4, notes=6, frames=15, steps=(-1.03809, -0.651211, -0.282167)),
    Classifier(shape=Shape.UPPER, note=0, notes=4, frames=16, steps=(-0.298702, 0.119262, 0.558497)),
    Classifier(shape=Shape.CHECKERS, note=8, notes=2, frames=12, steps=(-0.105439, 0.0153946, 0.135898)),
    Classifier(shape=Shape.CHECKERS, note=4, notes=4, frames=8, steps=(-0.142891, 0.0258736, 0.200632)),
    Classifier(shape=Shape.MIDDLE_NOTES, note=0, notes=3, frames=5, steps=(-0.826319, -0.590612, -0.368214)),
    Classifier(shape=Shape.UPPER, note=2, notes=2, frames=9, steps=(-0.557409, -0.233035, 0.0534525)),
    Classifier(shape=Shape.LATER, note=7, notes=3, frames=4, steps=(-0.0646826, 0.00620476, 0.0784847)),
    Classifier(shape=Shape.LATER, note=6, notes=2, frames=16, steps=(-0.192387, -0.029699, 0.215855)),
    Classifier(shape=Shape.LATER, note=1, notes=3, frames=2, steps=(-0.0397818, -0.00568076, 0.0292026)),
    Classifier(shape=Shape.MIDDLE_TIME, note=10, notes=1, frames=15, steps=(-0.53823, -0.369934, -0.190235)),
    Classifier(shape=Shape.CHECKERS, note=6, notes=2, frames=10, steps=(-0.124877, 0.0296483, 0.139239)),
    Classifier(shape=Shape.LATER, note=1, notes=1, frames=14, steps=(-0.101475, 0.0225617, 0.231971)),
    Classifier(shape=Shape.CHECKERS, note=5, notes=6, frames=4, steps=(-0.0799915, -0.00729616, 0.063262)),
    Classifier(shape=Shape.UPPER, note=9, notes=2, frames=12, steps=(-0.272556, 0.019424, 0.302559)),
    Classifier(shape=Shape.CHECKERS, note=4, notes=2, frames=14, steps=(-0.164292, -0.0321188, 0.0846339)),
)
"""In the order of the bits of an item, the highest two first."""


def fingerprint(samples: NDArray[np.int16]) -> NDArray[np.uint32]:
    """The fingerprint of given samples, all of them.

    Args:
        samples: one channel at `RATE`, shape (n,), full scale ±32,768.

    Returns:
        One item for each `ITEM_S`, in order of time, shape (items,): item i covers the samples from i * `HOP`
        to i * `HOP` + `FIRST_ITEM_SAMPLES`. Empty if there are fewer than `FIRST_ITEM_SAMPLES`. The items of a
        beginning are the beginning of the items.
    """
    if len(samples) < FIRST_ITEM_SAMPLES:
        return np.empty(0, np.uint32)
    return _classify(_normalised(_smoothed(_chroma(samples))))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tables:
    """What depends on the constants alone.

    Attributes:
        window: Hamming, scaled to full scale one, shape (`FRAME`,).
        low, high: bins of the transform that count, the last one excluded.
        starts: where, counted from `low`, a run of bins of the same note begins.
        notes: the note of each run.
    """

    window: NDArray[np.float32]
    low: int
    high: int
    starts: NDArray[np.intp]
    notes: tuple[int, ...]


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    turn = 2 * math.pi / (FRAME - 1)
    window = [(0.54 - 0.46 * math.cos(turn * at)) / 32_767 for at in range(FRAME)]
    low, high = (round(FRAME * hertz / RATE) for hertz in (_LOWEST_HZ, _HIGHEST_HZ))
    notes = [_note(at * RATE / FRAME) for at in range(low, high)]
    starts = [at for at, note in enumerate(notes) if at == 0 or note != notes[at - 1]]
    return _Tables(
        window=np.array(window, np.float32),
        low=low,
        high=high,
        starts=np.array(starts, np.intp),
        notes=tuple(notes[at] for at in starts),
    )


def _note(hertz: float) -> int:
    octaves = math.log2(hertz / _OCTAVE_HZ)
    return int(_NOTES * (octaves - math.floor(octaves)))


def _chroma(samples: NDArray[np.int16]) -> NDArray[np.float64]:
    """Energy by note of each frame, shape (frames, 12)."""
    tables = _tables()
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::HOP]
    runs = np.empty((len(frames), len(tables.notes)), np.float64)
    weighted = np.empty((_BATCH, FRAME), np.float32)
    for at in range(0, len(frames), _BATCH):
        batch = frames[at : at + _BATCH]
        np.multiply(batch, tables.window, out=weighted[: len(batch)])
        _sum_runs(weighted[: len(batch)], tables, out=runs[at : at + _BATCH])
    chroma = np.zeros((len(frames), _NOTES), np.float64)
    for run, note in enumerate(tables.notes):
        chroma[:, note] += runs[:, run]
    return chroma


def _sum_runs(frames: NDArray[np.float32], tables: _Tables, *, out: NDArray[np.float64]) -> None:
    """Energy of each run of bins of each weighted frame, into `out`, shape (frames, runs)."""
    from scipy.fft import rfft

    spectrum = rfft(frames)[:, tables.low : tables.high]
    parts = spectrum.view(np.float32)  # real and imaginary parts, alternating
    np.multiply(parts, parts, out=parts)
    np.add.reduceat(parts[:, ::2] + parts[:, 1::2], tables.starts, axis=1, dtype=np.float64, out=out)


def _smoothed(chroma: NDArray[np.float64]) -> NDArray[np.float64]:
    length = len(chroma) - len(_SMOOTHING) + 1
    smooth = np.zeros((length, _NOTES), np.float64)
    for at, weight in enumerate(_SMOOTHING):
        smooth += weight * chroma[at : at + length]
    return smooth


def _normalised(chroma: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each frame at Euclidean length one, or zero where it is silent."""
    lengths = np.sqrt((chroma * chroma).sum(axis=1))
    silent = lengths < _SILENCE
    scaled: NDArray[np.float64] = chroma / np.where(silent, 1.0, lengths)[:, np.newaxis]
    scaled[silent] = 0.0
    return scaled


def _classify(image: NDArray[np.float64]) -> NDArray[np.uint32]:
    """One item for each place at which `_SPAN` frames fit."""
    areas = _Areas(image)
    items = np.zeros(areas.places, np.uint32)
    for classifier in CLASSIFIERS:
        plus, minus = _regions(classifier)
        ratio = (1.0 + areas.total(plus)) / (1.0 + areas.total(minus))
        level = np.zeros(areas.places, np.uint32)
        for threshold in classifier.steps:
            level += ratio >= math.exp(threshold)
        items <<= 2
        items |= level ^ (level >> 1)  # Gray code: neighbouring levels differ in one bit
    return items


_Region = tuple[int, int, int, int]
"""First and end frame from the item's place, first and end note; the ends are excluded."""


class _Areas:
    """Sums over rectangles of the image, for all places at once, from its running sums (integral image)."""

    def __init__(self, image: NDArray[np.float64]) -> None:
        self.places = len(image) - _SPAN + 1
        self._sums = np.zeros((len(image) + 1, _NOTES + 1), np.float64)
        self._sums[1:, 1:] = image.cumsum(axis=1).cumsum(axis=0)

    def total(self, regions: tuple[_Region, ...]) -> NDArray[np.float64]:
        """The sum over the regions, shape (places,)."""
        total = np.zeros(self.places, np.float64)
        for first, end, low, high in regions:
            before, until = (self._sums[at : at + self.places] for at in (first, end))
            total += until[:, high] - before[:, high] - until[:, low] + before[:, low]
        return total


def _regions(classifier: Classifier) -> tuple[tuple[_Region, ...], tuple[_Region, ...]]:
    """What a filter adds and what it compares with; odd sizes are divided downwards."""
    frames, low, high = classifier.frames, classifier.note, classifier.note + classifier.notes
    half_time, third_time = frames // 2, frames // 3
    half, third = low + classifier.notes // 2, classifier.notes // 3
    match classifier.shape:
        case Shape.WHOLE:
            return ((0, frames, low, high),), ()
        case Shape.UPPER:
            return ((0, frames, half, high),), ((0, frames, low, half),)
        case Shape.LATER:
            return ((half_time, frames, low, high),), ((0, half_time, low, high),)
        case Shape.CHECKERS:
            return (
                ((0, half_time, half, high), (half_time, frames, low, half)),
                ((0, half_time, low, half), (half_time, frames, half, high)),
            )
        case Shape.MIDDLE_NOTES:
            return (
                ((0, frames, low + third, low + 2 * third),),
                ((0, frames, low, low + third), (0, frames, low + 2 * third, high)),
            )
        case Shape.MIDDLE_TIME:
            return (
                ((third_time, 2 * third_time, low, high),),
                ((0, third_time, low, high), (2 * third_time, frames, low, high)),
            )
        case _:
            assert_never(classifier.shape)
