"""The fingerprint: the items that `fpcalc` gives."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from chords import chords, noise
from longplay.audio.fingerprint import (
    CLASSIFIERS,
    FIRST_ITEM_SAMPLES,
    FRAME,
    HOP,
    ITEM_S,
    RATE,
    SAMPLES_LIMIT,
    Classifier,
    Shape,
    fingerprint,
)

Int16 = NDArray[np.int16]

GOLDEN = {
    "chords": (
        "BB859A3E BB859A2D BB85BE2C B945962C B907826C B806426C BC0602EC BC0602E4 BCC603A4 B4970DA5 "
        "F49C08A6 FCFC08A6 7C740896 5C770886 1C121886 1E023C86 1A023486 0A4110C6 0A416116"
    ),
    "noise": (
        "FF7D75FD FF7DF5FD FD7FF5FD FD7FF5DF FD7FD5DF F57FD7DF F57DD7DF F57DF7FF F57DF77F F57DF75F "
        "F77DF55F F77DF57F F77DD57F F77DD57F F77FF57F F77FF55D F77FF15D F5FFF15D F5FFF15D"
    ),
    "silence": " ".join(["256DF977"] * 19),
}
"""What `fpcalc -raw` 1.5.1 (Debian 12) printed for WAVs of five seconds of these sounds, in hex."""

SOUNDS = {"chords": chords(5, RATE), "noise": noise(5, RATE), "silence": np.zeros(5 * RATE, np.int16)}


def errors(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> float:
    """The share of bits that differ."""
    assert len(one) == len(other) > 0
    return float(np.bitwise_count(one ^ other).mean()) / 32


@pytest.mark.parametrize("name", GOLDEN)
def test_the_items_are_those_of_fpcalc(name: str) -> None:
    assert " ".join(f"{item:08X}" for item in fingerprint(SOUNDS[name])) == GOLDEN[name]


@pytest.mark.parametrize("samples", [0, 1, FRAME, FIRST_ITEM_SAMPLES - 1])
def test_what_is_too_short_has_no_items(samples: int) -> None:
    assert fingerprint(noise(3, RATE)[:samples]).tolist() == []


@pytest.mark.parametrize("items", [1, 2, 7])
def test_an_item_comes_with_its_last_sample(items: int) -> None:
    samples = FIRST_ITEM_SAMPLES + (items - 1) * HOP
    assert len(fingerprint(noise(4, RATE)[:samples])) == items
    assert len(fingerprint(noise(4, RATE)[: samples - 1])) == items - 1


def test_two_minutes_have_948_items_an_eighth_of_a_second_apart() -> None:
    items = fingerprint(np.zeros(SAMPLES_LIMIT, np.int16))
    assert len(items) == 948
    assert abs(ITEM_S - 0.1238) < 1e-4


@settings(max_examples=30)
@given(length=st.integers(FIRST_ITEM_SAMPLES, 6 * RATE), kind=st.sampled_from([chords, noise]))
def test_the_items_of_a_beginning_are_the_beginning_of_the_items(length: int, kind: object) -> None:
    whole = kind(6, RATE)
    beginning = fingerprint(whole[:length])
    assert beginning.tolist() == fingerprint(whole)[: len(beginning)].tolist()


@settings(max_examples=20)
@given(hops=st.integers(0, 12))
def test_what_comes_a_whole_number_of_hops_later_gives_the_same_items_later(hops: int) -> None:
    sound = noise(6, RATE)
    late = np.concatenate([noise(3, RATE, seed=8)[: hops * HOP], sound])
    assert fingerprint(late)[hops:].tolist() == fingerprint(sound).tolist()


@settings(max_examples=20)
@given(gain=st.floats(0.02, 1.0), seed=st.integers(0, 1_000))
def test_loudness_does_not_matter(gain: float, seed: int) -> None:
    for loud in (chords(5, RATE), noise(5, RATE, seed=seed)):
        quiet = np.rint(loud * gain).astype(np.int16)
        assert errors(fingerprint(loud), fingerprint(quiet)) <= 0.01


def test_other_sound_gives_other_items() -> None:
    assert errors(fingerprint(SOUNDS["chords"]), fingerprint(SOUNDS["noise"])) > 0.3


def signs(classifier: Classifier) -> NDArray[np.float64]:
    """The filter as a picture of notes by frames: +1, -1, or 0 where it does not look."""
    picture = np.zeros((12, 16))
    low, high = classifier.note, classifier.note + classifier.notes
    part = picture[low:high, : classifier.frames]
    half, late = classifier.notes // 2, classifier.frames // 2
    third, then = classifier.notes // 3, classifier.frames // 3
    part[:] = -1
    match classifier.shape:
        case Shape.WHOLE:
            part[:] = 1
        case Shape.UPPER:
            part[half:] = 1
        case Shape.LATER:
            part[:, late:] = 1
        case Shape.CHECKERS:
            part[half:, :late] = part[:half, late:] = 1
        case Shape.MIDDLE_NOTES:
            part[third : 2 * third] = 1
        case Shape.MIDDLE_TIME:
            part[:, then : 2 * then] = 1
    return picture


def plain(samples: Int16) -> list[int]:
    """The fingerprint by its definition: double precision, one frame and one filter at a time, plain sums."""
    hertz = np.arange(FRAME // 2 + 1) * RATE / FRAME
    counts = (np.arange(len(hertz)) >= 10) & (np.arange(len(hertz)) < 1_308)
    note = np.floor(12 * (np.log2(np.maximum(hertz, 1) / 27.5) % 1)).astype(int)
    rows = []
    for at in range(0, len(samples) - FRAME + 1, HOP):
        energy = np.abs(np.fft.rfft(samples[at : at + FRAME] * np.hamming(FRAME) / 32_767)) ** 2
        rows.append([energy[counts & (note == which)].sum() for which in range(12)])
    smooth = [np.convolve(row, (0.25, 0.75, 1, 0.75, 0.25), "valid") for row in np.array(rows).T]
    picture = np.array(smooth) / np.linalg.norm(smooth, axis=0)
    items = []
    for at in range(picture.shape[1] - 15):
        item = 0
        for classifier in CLASSIFIERS:
            look, weight = picture[:, at : at + 16], signs(classifier)
            value = math.log((1 + look[weight > 0].sum()) / (1 + look[weight < 0].sum()))
            item = item * 4 + (0, 1, 3, 2)[sum(value >= step for step in classifier.steps)]
        items.append(item)
    return items


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000))
def test_the_items_are_those_of_the_plain_definition(seed: int) -> None:
    """Of 304 bits; single precision may turn one that lies on a threshold."""
    sound = (noise(4, RATE, seed=seed).cumsum() % 20_000 - 10_000).astype(np.int16) // 2 + chords(4, RATE) // 2
    ours = fingerprint(sound)
    assert errors(ours, np.array(plain(sound), np.uint32)) <= 1 / (32 * len(ours))
