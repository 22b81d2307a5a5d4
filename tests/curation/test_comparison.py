"""Comparing two files: what is the same is found so, and nothing else is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import SILENCE, Items, coded, music, sample, silence
from numpy.typing import NDArray

from chords import chords, noise
from longplay.audio.fingerprint import ITEM_S, RATE, fingerprint
from longplay.curation import comparison
from longplay.curation.comparison import METHOD, Sample, align, chance_rate, compare, still
from longplay.model.recordings import PairJudgement, PairVerdict

SAME, REVIEW, DIFFERENT = PairVerdict.SAME, PairVerdict.REVIEW, PairVerdict.DIFFERENT
SEEDS = st.integers(0, 2**32)


def judged(one: Items, other: Items, **lengths_s: float) -> PairJudgement:
    """`one` is a, `other` is b."""
    return compare(sample(0, one, length_s=lengths_s.get("a")), sample(1, other, length_s=lengths_s.get("b")))


@given(SEEDS, st.integers(130, 948), st.floats(0, 0.07), st.floats(0, 5), st.floats(0, 5))
@settings(max_examples=60)
def test_a_coded_and_trimmed_recording_is_the_same(
    seed: int, items: int, rate: float, front_s: float, end_s: float
) -> None:
    whole = music(seed, items + 80)
    front, end = round(front_s / ITEM_S), round(end_s / ITEM_S)
    found = judged(whole, coded(whole[front : len(whole) - end], rate))
    assert found.verdict is SAME, found
    assert found.offset_s == round(front * ITEM_S, 2)
    assert found.bit_error_rate == pytest.approx(rate, abs=0.01)
    assert found.overlap_s == round((len(whole) - front - end) * ITEM_S, 1)


@given(SEEDS, SEEDS, st.integers(7, 948), st.integers(7, 948))
@settings(max_examples=100)
def test_two_recordings_are_not_the_same(one: int, other: int, length: int, other_length: int) -> None:
    if one != other:
        assert judged(music(one, length), music(other, other_length)).verdict is not SAME


@given(SEEDS, SEEDS)
@settings(max_examples=40)
def test_two_long_recordings_are_different(one: int, other: int) -> None:
    if one != other:
        found = judged(music(one), music(other))
        assert found.verdict is DIFFERENT
        assert found.bit_error_rate is not None
        assert found.bit_error_rate > 0.3


SAMPLES = st.builds(
    lambda seed, items, turned, quiet, length_s, md5: sample(
        0,
        np.concatenate([coded(music(seed, items), turned), silence(quiet)]),
        length_s=length_s,
        pcm_md5=md5,
    ),
    st.integers(0, 2),
    st.integers(1, 200),
    st.sampled_from([0, 0.01, 0.1, 0.2]),
    st.sampled_from([0, 0, 30, 400]),
    st.sampled_from([0.0, 3.0, 25.0, 30.5, 200.0]),
    st.sampled_from([None, "0" * 32]),
)


@given(SAMPLES, SAMPLES)
@settings(max_examples=200)
def test_the_order_of_the_two_does_not_matter(one: Sample, other: Sample) -> None:
    other = Sample(
        content_id=sample(1, silence(0)).content_id,
        fingerprint=other.fingerprint,
        length=other.length,
        pcm_md5=other.pcm_md5,
    )
    found = compare(one, other)
    assert found == compare(other, one)
    assert found.a < found.b
    assert found.method == METHOD


def test_a_file_is_not_compared_with_itself() -> None:
    with pytest.raises(ValueError, match="one file"):
        compare(sample(0, music(1)), sample(0, music(2)))


# Vocals, edits, and what goes on otherwise


@given(SEEDS, st.integers(0, 930), st.floats(0, 0.06))
@settings(max_examples=60)
def test_two_seconds_that_differ_are_for_a_person_to_judge(seed: int, at: int, rate: float) -> None:
    band, sung = music(seed), music(seed)
    sung[at : at + 16] = coded(sung[at : at + 16], 0.3)
    found = judged(band, coded(sung, rate))
    assert found.verdict is REVIEW, found
    assert found.worst_window is not None
    assert found.worst_window > 0.2


@given(SEEDS, st.integers(1, 8))
@settings(max_examples=40)
def test_the_same_beginning_is_not_the_same_recording(seed: int, tenths: int) -> None:
    one, other = music(seed), music(seed + 1)
    at = 948 * tenths // 10
    found = judged(one, np.concatenate([one[:at], other[at:]]), a=200, b=200)
    assert found.verdict is not SAME


@pytest.mark.parametrize(
    ("length_s", "verdict"), [(200.0, SAME), (205.5, SAME), (194.5, SAME), (207.0, REVIEW), (190, REVIEW)]
)
def test_a_longer_version_is_for_a_person_to_judge(length_s: float, verdict: PairVerdict) -> None:
    assert judged(music(1), coded(music(1), 0.02), a=200, b=length_s).verdict is verdict


def test_an_excerpt_is_for_a_person_to_judge() -> None:
    found = judged(music(1), music(1)[300:600])
    assert (found.verdict, found.offset_s) == (REVIEW, round(300 * ITEM_S, 2))
    assert "longer" in found.reason


def test_a_medley_is_not_the_same() -> None:
    medley = np.concatenate([music(2, 300), music(1)[:348], music(3, 300)])
    assert judged(music(1), medley, a=200, b=200).verdict is not SAME


def test_an_equalised_recording_is_for_a_person_to_judge() -> None:
    assert judged(music(1), coded(music(1), 0.2)).verdict is REVIEW


# Silence, tones, noise


@pytest.mark.parametrize("items", [1, 8, 9, 100, 948])
def test_silence_is_never_the_same_by_its_fingerprint(items: int) -> None:
    assert judged(silence(items), silence(items)).verdict is REVIEW
    assert judged(silence(items), silence(items), a=200, b=201).verdict is DIFFERENT


def test_a_count_in_before_silence_does_not_make_two_tracks_of_a_mix_the_same() -> None:
    clicks = music(1, 200)
    track = np.concatenate([clicks, silence(748)])
    assert judged(track, track, a=300, b=300).verdict is REVIEW
    assert judged(track, track).verdict is SAME


def test_two_tracks_of_a_mix_that_sound_at_other_times_are_not_the_same() -> None:
    one = np.concatenate([silence(200), music(1, 100), silence(648)])
    other = np.concatenate([silence(500), music(2, 100), silence(348)])
    assert judged(one, other, a=300, b=300).verdict is DIFFERENT


def sound(samples: NDArray[np.int16]) -> Items:
    return fingerprint(samples)


def tone(hertz: float) -> NDArray[np.int16]:
    at = np.arange(40 * RATE) / RATE
    return (8_000 * np.sin(2 * np.pi * hertz * at)).astype(np.int16)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (noise(40, RATE, seed=1), noise(40, RATE, seed=2)),
        (noise(40, RATE, seed=1), noise(38, RATE, seed=3)),
        (tone(440), tone(440)),
        (tone(440), tone(880)),
        (tone(440), np.zeros(40 * RATE, np.int16)),
        (np.random.RandomState(1).randint(-1, 2, 40 * RATE).astype(np.int16), np.zeros(40 * RATE, np.int16)),
    ],
    ids=["noise", "shorter noise", "tone", "octave", "tone and silence", "dither and silence"],
)
def test_noise_and_tones_prove_nothing(one: NDArray[np.int16], other: NDArray[np.int16]) -> None:
    assert judged(sound(one), sound(other)).verdict is not SAME


def test_a_pause_does_not_hide_the_same_recording() -> None:
    piece = np.concatenate([music(1, 200), silence(60), music(2, 200)])
    assert judged(piece, coded(piece, 0.001)).verdict is SAME


def test_items_are_still_when_they_stay_for_a_second() -> None:
    assert not still(music(1)).any()
    assert still(silence(12)).all()
    assert not still(silence(8)).any()
    mixed = still(np.concatenate([music(1, 50), silence(20), music(2, 50)]))
    assert np.flatnonzero(mixed).tolist() == list(range(50, 70))


# Short recordings and equal samples


def test_short_recordings_are_the_same_when_they_agree_throughout() -> None:
    assert judged(music(1, 17), music(1, 17), a=4.8, b=4.8).verdict is SAME
    assert judged(music(1, 60), coded(music(1, 60), 0.03)).verdict is SAME
    assert judged(music(1, 60), coded(music(1, 60), 0.1)).verdict is REVIEW


def test_short_recordings_whose_lengths_differ_are_not_the_same() -> None:
    assert judged(music(1, 60), music(1, 60)[:50]).verdict is REVIEW
    assert judged(music(1, 17), music(1, 17), a=4.8, b=5.4).verdict is REVIEW


def test_a_short_sound_in_a_long_recording_is_not_the_same() -> None:
    assert judged(music(1, 60), music(1, 948), b=200).verdict is REVIEW
    assert judged(coded(music(1, 60), 0.2), music(1, 948), b=200).verdict is DIFFERENT


@pytest.mark.parametrize("items", [0, 1, 7, 15])
def test_very_short_recordings_are_the_same_by_their_samples_alone(items: int) -> None:
    one, other = sample(0, music(1, items), length_s=2), sample(1, music(1, items), length_s=2)
    assert compare(one, other).verdict is REVIEW
    equal = [sample(name, music(1, items), length_s=2, pcm_md5="a" * 32) for name in (0, 1)]
    found = compare(*equal)
    assert (found.verdict, found.bit_error_rate, found.offset_s) == (SAME, None, None)


def test_equal_samples_at_another_rate_are_not_the_same() -> None:
    one = sample(0, music(1, 7), length_s=3, pcm_md5="a" * 32)
    other = sample(1, music(2, 9), length_s=3.3, pcm_md5="a" * 32)
    assert compare(one, other).verdict is not SAME


def test_files_without_samples_are_not_the_same() -> None:
    empty = [
        sample(name, silence(0), length_s=0, pcm_md5="d41d8cd98f00b204e9800998ecf8427e") for name in (0, 1)
    ]
    assert compare(*empty).verdict is DIFFERENT


# The search, against a slow and plain one

PARTS = st.lists(
    st.tuples(st.integers(0, 3), st.booleans(), st.integers(1, 25)).map(
        lambda part: silence(part[2]) if part[1] else music(part[0], part[2])
    ),
    min_size=1,
    max_size=4,
).map(np.concatenate)


def plainly_still(items: Items) -> list[bool]:
    def near(one: int, other: int) -> bool:
        inside = 0 <= one < len(items) and 0 <= other < len(items)
        return inside and (int(items[one]) ^ int(items[other])).bit_count() <= 2

    sides = ((4, 8), (-4, -8), (-4, 4))
    return [
        any(near(at, at + one) and near(at, at + other) for one, other in sides) for at in range(len(items))
    ]


@given(PARTS, PARTS)
def test_the_search_finds_what_a_plain_one_finds(a: Items, b: Items) -> None:
    still_a, still_b = plainly_still(a), plainly_still(b)
    assert still(a).tolist() == still_a
    plain = {}
    for offset in range(1 - len(b), len(a)):
        places = [(at, at - offset) for at in range(len(a)) if 0 <= at - offset < len(b)]
        sounding = [(x, y) for x, y in places if not (still_a[x] and still_b[y])]
        wrong = sum((int(a[x]) ^ int(b[y])).bit_count() for x, y in sounding)
        plain[offset] = len(sounding), wrong
    offsets, sounding, wrong = comparison._search(a, b, still(a), still(b))
    found = {
        int(offset): (int(count), int(bits))
        for offset, count, bits in zip(offsets, sounding, wrong, strict=True)
    }
    assert found == plain


@given(PARTS)
def test_the_chance_rate_is_the_mean_over_all_pairs_of_moments(items: Items) -> None:
    bits = [(int(one) ^ int(other)).bit_count() for one in items for other in items]
    assert chance_rate(items) == pytest.approx(sum(bits) / len(bits) / 32)


def test_the_worst_window_is_where_it_is() -> None:
    other = music(1)
    other[100:108] ^= np.uint32(0xFFFFFFFF)
    found = align(music(1), other)
    assert found is not None
    assert (found.offset, found.worst_window) == (0, 0.5)
    assert found.bit_error_rate == 8 / 948


def test_silence_is_what_the_fingerprint_says_it_is() -> None:
    assert set(fingerprint(np.zeros(5 * RATE, np.int16)).tolist()) == {int(SILENCE)}


def test_real_sound_is_the_same_when_it_is_cut_between_two_items() -> None:
    whole = chords(60, RATE)
    found = judged(sound(whole), sound(whole[3 * RATE + 600 :]))
    assert found.verdict is SAME, found
