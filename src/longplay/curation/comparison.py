"""Whether two files hold the same recording: fingerprints laid over each other at every offset.

What speaks for it: few of the bits differ (*bit error rate*), over long enough, in every stretch of two
seconds, and what one file has more at either end is short. A vocal and its instrumental share a master: over
the whole they differ little, but where the voice is they differ much. Hence the stretches.

Silence, hum and steady tones are alike in all recordings. An item that hardly differs from those half a second
and a second beside it is *still*; where both files are still, nothing is compared. Noise differs, but not by
much: the bit error rate is also held against the rate of two random moments of the same file (*chance rate*).

It does not find what to compare: see `longplay.curation.candidates`. What it cannot know: a recording that
differs from another of the same length only after the first two minutes, or only in things that hardly touch
notes, such as a few whispered words; two renderings of one score by a machine at the same tempo are found alike
more often than other pairs. Files whose speed differs by a hundredth look like different ones.

Source: J. Haitsma, T. Kalker, "A highly robust audio fingerprinting system" (2002), for the bit error rate.
The thresholds were measured by `benchmarks/same_recording.py`; design, section 8.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from longplay.audio.fingerprint import ITEM_S, LENGTH_S
from longplay.model.digests import ContentId
from longplay.model.recordings import PairJudgement, PairVerdict
from longplay.model.units import Milliseconds

METHOD: Final = "chromaprint-overlap/1"
"""Changes with everything that may change a verdict."""

SAME_BELOW: Final = 0.15
DIFFERENT_FROM: Final = 0.30
"""Bit error rates between which a person decides."""

WINDOW: Final = 16
"""Items a stretch has: two seconds of beginnings, 4.6 s of sound."""

WINDOW_BELOW: Final = 0.16
WINDOW_ABOVE_MEAN: Final = 0.08
"""So much may differ in one stretch of the same recording, and so much more than over the whole. Coding and
cutting spread their errors; a voice heaps them up."""

ENOUGH: Final = round(15 / ITEM_S)
"""Items that must sound in the overlap, fifteen seconds; recordings with fewer must agree all the more."""

EXTRA_S: Final = 6.0
"""What one file may have more than the other at either end, seconds: silence, a fade, a gap between tracks."""

UNSEEN_SHARE: Final = 0.5
"""So much of the overlap must sound where the recordings go on after what is fingerprinted."""

SHORT_BELOW: Final = 0.08
SHORT_EXTRA: Final = Milliseconds(500)
SHORT_COVER: Final = 0.95
"""For recordings without `ENOUGH`: bit error rate, difference of lengths, overlap as a share of the longer."""

TINY_EXTRA: Final = Milliseconds(100)
"""Files too short or quiet to compare are worth a look if their lengths are this near; coders add silence."""

SAME_OF_CHANCE: Final = 0.4
DIFFERENT_OF_CHANCE: Final = 0.8
"""Bit error rates between which a person decides, as shares of the chance rate."""

CHANCE_FLOOR: Final = 0.2
"""A file whose moments differ less than this among themselves proves nothing; music has 0.3 to 0.48."""

_STILL_BITS: Final = 2
_NEAR, _FAR = 4, 8
"""An item is still that differs by at most so many bits from two others: so many items after it, or before it,
or the nearer ones on both sides."""

_BITS: Final = 32
_UNRELATED: Final = 0.35
"""The bit error rate that the best alignment of different recordings hardly goes below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What is compared of a file.

    Attributes:
        content_id: the file.
        fingerprint: of the first 120 s, uint32, shape (items,), at most 948; empty when it is too short.
        length: decoded, of the whole file.
        pcm_md5: MD5 of the decoded samples; `None` where they are not exact (lossy codecs, floating point).
    """

    content_id: ContentId
    fingerprint: NDArray[np.uint32]
    length: Milliseconds
    pcm_md5: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """Two fingerprints at the offset at which they agree best.

    Attributes:
        offset: item of the first at which the second begins; negative when it begins before.
        items: length of the overlap.
        sounding: items of it in which one of both is not still.
        bit_error_rate: share of the bits that differ in those, 0 to 1.
        worst_window: the largest such share in `WINDOW` of those that follow each other.
        chance: bit error rate of two random ones of those within the same file, the smaller of both files.
    """

    offset: int
    items: int
    sounding: int
    bit_error_rate: float
    worst_window: float
    chance: float


def compare(one: Sample, other: Sample) -> PairJudgement:
    """Whether two files hold the same recording. The order of the two does not matter.

    Raises:
        ValueError: they are one file.
    """
    if one.content_id == other.content_id:
        raise ValueError(f"{one.content_id} is one file, not two")
    a, b = (one, other) if one.content_id < other.content_id else (other, one)
    if _have_equal_samples(a, b):
        return _judgement(a, b, None, PairVerdict.SAME, "the decoded samples are equal")
    alignment = align(a.fingerprint, b.fingerprint)
    if alignment is None or alignment.sounding < WINDOW:
        return _judgement(a, b, alignment, *_by_length(a, b))
    return _judgement(a, b, alignment, *_verdict(a, b, alignment))


def _have_equal_samples(a: Sample, b: Sample) -> bool:
    """Also of the same length: the digest says nothing of rate and channels."""
    return a.pcm_md5 is not None and a.pcm_md5 == b.pcm_md5 and a.length == b.length > 0


def _by_length(a: Sample, b: Sample) -> tuple[PairVerdict, str]:
    if abs(a.length - b.length) > TINY_EXTRA or not a.length or not b.length:
        return PairVerdict.DIFFERENT, "too short, too quiet or too steady to tell, and the lengths differ"
    return PairVerdict.REVIEW, "too short, too quiet or too steady to tell; the lengths agree"


def _verdict(a: Sample, b: Sample, found: Alignment) -> tuple[PairVerdict, str]:
    is_fragment = found.sounding < ENOUGH and abs(a.length - b.length) > SHORT_EXTRA
    limit = SAME_BELOW if is_fragment else DIFFERENT_FROM  # a little of a long file is like anything somewhere
    if found.bit_error_rate > 0 and found.bit_error_rate >= min(limit, DIFFERENT_OF_CHANCE * found.chance):
        return PairVerdict.DIFFERENT, "they do not agree at any alignment"
    doubt = _doubt(a, b, found)
    if doubt is not None:
        return PairVerdict.REVIEW, doubt
    return PairVerdict.SAME, "they agree throughout"


def _doubt(a: Sample, b: Sample, found: Alignment) -> str | None:
    """Why two files that agree somewhat may yet be two recordings; `None` if nothing speaks for it."""
    if found.chance < CHANCE_FLOOR:
        return "too steady to tell"
    if found.bit_error_rate >= min(SAME_BELOW, SAME_OF_CHANCE * found.chance):
        return "they agree in part"
    if found.worst_window >= min(WINDOW_BELOW, found.bit_error_rate + WINDOW_ABOVE_MEAN):
        return "they agree but for some places: another voice, edit or mix?"
    if max(_extras_s(a, b, found)) > EXTRA_S:
        return "what they share agrees, but one of them is longer"
    goes_on = max(a.length, b.length) > LENGTH_S * 1000
    if goes_on and found.sounding < max(ENOUGH, UNSEEN_SHARE * found.items):
        return "most of what is fingerprinted is silence or a steady tone"
    if found.sounding < ENOUGH:
        return _doubt_of_short(a, b, found)
    return None


def _doubt_of_short(a: Sample, b: Sample, found: Alignment) -> str | None:
    longer = max(len(a.fingerprint), len(b.fingerprint))
    if found.bit_error_rate >= SHORT_BELOW:
        return "they agree in part, and are short"
    if found.items < SHORT_COVER * longer or abs(a.length - b.length) > SHORT_EXTRA:
        return "less than fifteen seconds agree, and the lengths do not"
    return None


def _extras_s(a: Sample, b: Sample, found: Alignment) -> tuple[float, float]:
    """What one has more than the other in front and at the end, seconds."""
    begin_s = found.offset * ITEM_S
    return abs(begin_s), abs(begin_s + b.length / 1000 - a.length / 1000)


def _judgement(
    a: Sample, b: Sample, found: Alignment | None, verdict: PairVerdict, reason: str
) -> PairJudgement:
    return PairJudgement(
        a=a.content_id,
        b=b.content_id,
        verdict=verdict,
        bit_error_rate=None if found is None else round(found.bit_error_rate, 4),
        worst_window=None if found is None else round(found.worst_window, 4),
        overlap_s=0.0 if found is None else round(found.sounding * ITEM_S, 1),
        offset_s=None if found is None else round(found.offset * ITEM_S, 2),
        length_difference=Milliseconds(abs(a.length - b.length)),
        reason=reason,
        method=METHOD,
    )


def align(a: NDArray[np.uint32], b: NDArray[np.uint32]) -> Alignment | None:
    """Two fingerprints at the offset at which they agree best, of all offsets with enough overlap.

    Enough is `ENOUGH` sounding items, or four fifths of the shorter one. Where nothing agrees it is the offset
    with the lowest bit error rate.

    Returns:
        `None` if no offset has enough overlap.
    """
    if not len(a) or not len(b):
        return None
    still_a, still_b = still(a), still(b)
    offsets, sounding, wrong = _search(a, b, still_a, still_b)
    enough = max(1, min(ENOUGH, -(-min(len(a), len(b)) * 4 // 5)))
    fit = sounding >= enough
    if not fit.any():
        return None
    offsets, sounding, wrong = offsets[fit], sounding[fit], wrong[fit]
    gain = _UNRELATED - wrong / (sounding * _BITS)
    best = int(np.argmax(np.where(gain > 0, gain * sounding, gain)))
    return _at(a, b, still_a, still_b, int(offsets[best]))


def still(items: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which items are part of silence or of a steady sound, shape (items,)."""
    mask = np.zeros(len(items), np.bool_)
    if len(items) <= _FAR:
        return mask
    near = np.bitwise_count(items[_NEAR:] ^ items[:-_NEAR]) <= _STILL_BITS
    far = np.bitwise_count(items[_FAR:] ^ items[:-_FAR]) <= _STILL_BITS
    mask[:-_FAR] |= near[:-_NEAR] & far
    mask[_NEAR:-_NEAR] |= near[:-_NEAR] & near[_NEAR:]
    mask[_FAR:] |= near[_NEAR:] & far
    return mask


Counts = NDArray[np.int64]


def _search(
    a: NDArray[np.uint32], b: NDArray[np.uint32], still_a: NDArray[np.bool_], still_b: NDArray[np.bool_]
) -> tuple[Counts, Counts, Counts]:
    """All offsets, ascending, with the sounding items and the differing bits of each.

    Bits as +1 and -1: the correlation of two rows of them is the agreeing bits less the differing ones. It is
    computed for all offsets at once by Fourier transform and rounded to the integers it consists of.
    """
    from scipy.fft import irfft, next_fast_len, rfft

    length = next_fast_len(len(a) + len(b) - 1, real=True)

    def correlate(x: NDArray[np.float64], y: NDArray[np.float64]) -> Counts:
        spectrum = (rfft(x, length) * np.conj(rfft(y, length))).sum(axis=0)
        lags: Counts = np.rint(irfft(spectrum, length)).astype(np.int64)
        return np.concatenate([lags[length - len(b) + 1 :], lags[: len(a)]])

    signs_a, signs_b = _signs(a), _signs(b)
    both = correlate(np.ones((1, len(a))), np.ones((1, len(b))))
    both_still, agreeing = np.zeros_like(both), correlate(signs_a, signs_b)
    if still_a.any() and still_b.any():
        both_still = correlate(still_a[np.newaxis].astype(np.float64), still_b[np.newaxis].astype(np.float64))
        agreeing = agreeing - correlate(signs_a * still_a, signs_b * still_b)
    sounding = both - both_still
    return np.arange(1 - len(b), len(a)), sounding, (sounding * _BITS - agreeing) // 2


def _signs(items: NDArray[np.uint32]) -> NDArray[np.float64]:
    """Each bit as +1 or -1, shape (32, items)."""
    bits = (items >> np.arange(_BITS, dtype=np.uint32)[:, np.newaxis]) & 1
    return bits.astype(np.float64) * 2 - 1


def _at(
    a: NDArray[np.uint32],
    b: NDArray[np.uint32],
    still_a: NDArray[np.bool_],
    still_b: NDArray[np.bool_],
    offset: int,
) -> Alignment:
    in_a, in_b = max(offset, 0), max(-offset, 0)
    items = min(len(a) - in_a, len(b) - in_b)
    here, there = slice(in_a, in_a + items), slice(in_b, in_b + items)
    sounds = ~(still_a[here] & still_b[there])
    part_a, part_b = a[here][sounds], b[there][sounds]
    wrong = np.bitwise_count(part_a ^ part_b).astype(np.int64)
    return Alignment(
        offset=offset,
        items=items,
        sounding=len(wrong),
        bit_error_rate=int(wrong.sum()) / (len(wrong) * _BITS),
        worst_window=_worst(wrong),
        chance=min(chance_rate(part_a), chance_rate(part_b)),
    )


def _worst(wrong: NDArray[np.int64]) -> float:
    width = min(WINDOW, len(wrong))
    sums = np.concatenate([np.zeros(1, np.int64), wrong.cumsum()])
    return int((sums[width:] - sums[:-width]).max()) / (width * _BITS)


def chance_rate(items: NDArray[np.uint32]) -> float:
    """The bit error rate to be expected of two random items of a fingerprint, 0 to 0.5."""
    ones = ((items >> np.arange(_BITS, dtype=np.uint32)[:, np.newaxis]) & 1).sum(axis=1, dtype=np.int64)
    return int((2 * ones * (len(items) - ones)).sum()) / (len(items) ** 2 * _BITS)
