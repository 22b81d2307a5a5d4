"""Levels against a slow and plain oracle, whatever way the sound is cut into blocks."""

import struct
from itertools import groupby

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from longplay.audio.levels import LevelMeter, Levels
from measuring import blocks, sine, white

FULL = {"uint8": (0, 255), "int16": (-32_768, 32_767), "float32": (-1.0, 1.0)}
"""Lowest and highest value of a sample."""


def levels(
    samples: NDArray[np.generic], rate: int = 44_100, cuts: tuple[int, ...] = (), *, seek_gaps: bool = False
) -> Levels:
    meter = LevelMeter(seek_gaps=seek_gaps)
    for block in blocks(samples, rate, cuts):
        meter.take(block)
    return meter.result()


@settings(max_examples=40)
@given(
    rate=st.sampled_from([8_000, 11_025, 44_100]),
    length=st.integers(1, 20_000),
    cuts=st.lists(st.integers(1, 20_000), max_size=6).map(tuple),
    channels=st.sampled_from([1, 2, 6]),
)
def test_the_waveform_is_the_extremes_of_each_tenth_of_a_second(
    rate: int, length: int, cuts: tuple[int, ...], channels: int
) -> None:
    samples = white(length / rate, rate, level=0.9, channels=channels)
    found = levels(samples, rate, cuts)
    step = round(rate / 10)
    points = [
        (part.min(), part.max()) for part in (samples[:, at : at + step] for at in range(0, length, step))
    ]
    version, flags, stated_rate, stated_step, count, stated_channels = struct.unpack_from(
        "<iIiiIi", found.waveform
    )
    assert (version, flags, stated_rate, stated_step, count, stated_channels) == (
        2,
        1,
        rate,
        step,
        len(points),
        1,
    )
    values = np.frombuffer(found.waveform[24:], np.int8).reshape(-1, 2)
    # in single precision, as the meter has it: a half may lie elsewhere in double
    assert values.tolist() == [[int(np.round(end * np.float32(127))) for end in pair] for pair in points]
    assert found.peak == pytest.approx(float(np.abs(samples).max()))


@pytest.mark.parametrize(("dbfs", "wanted"), [(0, 0.0), (-6, -6.0), (-60, -60.0)])
def test_the_peak_of_a_sine_is_its_amplitude(dbfs: float, wanted: float) -> None:
    assert levels(sine(997, 1, dbfs=dbfs)).peak_dbfs == pytest.approx(wanted, abs=0.01)


def test_floating_point_may_pass_full_scale() -> None:
    assert levels(sine(997, 1, dbfs=6)).peak_dbfs == pytest.approx(6.0, abs=0.01)


def test_runs_at_full_scale_are_clipped_peaks_and_single_samples_are_not() -> None:
    samples = (white(1) * 32_768).astype(np.int16)
    samples[0, 1_000:1_003] = 32_767
    samples[1, 5_000:5_050] = -32_768
    samples[0, 9_000:9_002] = 32_767
    samples[1, 9_500] = 32_767
    assert levels(samples).clipped_runs == 2


def test_an_overdriven_sine_is_clipped_twice_a_period() -> None:
    assert levels(np.clip(sine(100, 1, dbfs=6), -1, 1)).clipped_runs == pytest.approx(400, abs=4)


def test_silence_is_counted_in_tenths_of_a_second() -> None:
    samples = white(5)
    samples[:, 44_100:132_300] = 0
    found = levels(samples)
    assert found.silent_s == pytest.approx(2.0, abs=0.11)
    assert found.longest_silence_s == found.silent_s


def test_all_zeros_have_no_peak() -> None:
    found = levels(np.zeros((2, 44_100), np.int16))
    assert (found.peak_dbfs, found.silent_s) == (None, 1.0)


def test_a_gap_in_loud_sound_is_seen_and_one_in_quiet_sound_is_not() -> None:
    samples = (white(3) * 32_768).astype(np.int16)
    samples[:, 50_000:51_000] = 0
    found = levels(samples, seek_gaps=True)
    assert (found.gaps, found.first_gap_s) == (1, pytest.approx(50_000 / 44_100, abs=0.001))
    quiet = (samples // 64).astype(np.int16)
    assert levels(quiet, seek_gaps=True).gaps == 0


@settings(max_examples=60)
@given(data=st.data(), channels=st.sampled_from([1, 2, 6]), form=st.sampled_from(list(FULL)))
def test_clipped_peaks_are_the_runs_at_full_scale_however_the_sound_is_cut(
    data: st.DataObject, channels: int, form: str
) -> None:
    """The oracle walks over the samples one by one."""
    lowest, highest = FULL[form]
    steps = data.draw(st.lists(st.tuples(st.sampled_from("+-0"), st.integers(1, 6)), min_size=1, max_size=60))
    line = [value for value, times in steps for _ in range(times)]
    kind = np.dtype(form)
    samples = np.array([[{"+": highest, "-": lowest, "0": highest - 1}[one] for one in line]], kind)
    if form == "float32":
        samples = np.where(samples == highest - 1, np.float32(0.99), samples)
    samples = np.repeat(samples, channels, axis=0)
    samples[1:] = np.roll(samples[1:], 7, axis=1)
    cuts = data.draw(st.lists(st.integers(1, len(line)), max_size=len(line)).map(tuple))
    wanted = sum(runs(channel.tolist(), end) for channel in samples for end in (lowest, highest))
    assert levels(samples, 8_000, cuts or (len(line),)).clipped_runs == wanted


def runs(values: list[float], end: float) -> int:
    return sum(1 for value, group in groupby(values) if value == end and len(list(group)) >= 3)


@pytest.mark.parametrize("bits", [20, 24])
def test_full_scale_is_that_of_the_bit_depth(bits: int) -> None:
    samples = np.zeros((1, 1_000), np.int32)
    samples[0, 100:110] = ((1 << (bits - 1)) - 1) << (32 - bits)
    samples[0, 200:210] = ((1 << (bits - 1)) - 3) << (32 - bits)
    meter = LevelMeter(seek_gaps=False, bit_depth=bits)
    for block in blocks(samples, 44_100):
        meter.take(block)
    assert meter.result().clipped_runs == 1


@settings(max_examples=60)
@given(
    gaps=st.lists(st.tuples(st.integers(1, 900), st.integers(1, 2_000)), max_size=12),
    cuts=st.lists(st.integers(1, 12_000), max_size=12).map(tuple),
    channels=st.sampled_from([1, 2]),
)
@example(gaps=[(176, 1)], cuts=(), channels=1)  # 3.99 ms
@example(gaps=[(177, 1)], cuts=(), channels=1)
def test_gaps_are_the_stretches_of_zeros_between_loud_samples_however_the_sound_is_cut(
    gaps: list[tuple[int, int]], cuts: tuple[int, ...], channels: int
) -> None:
    """Sound that is loud in every sample, so that no cut parts a gap from the sound beside it."""
    parts = [np.full((channels, 500), 5_000, np.int16)]
    for zeros, sound in gaps:
        parts += [np.zeros((channels, zeros), np.int16), np.full((channels, sound), -5_000, np.int16)]
    samples = np.concatenate(parts, axis=1)
    if channels == 2:
        samples[1] = 0
    found = levels(samples, 44_100, cuts or (samples.shape[1],), seek_gaps=True)
    places = [sum(part.shape[1] for part in parts[: 2 * number + 1]) for number in range(len(gaps))]
    wanted = [at for at, (zeros, _) in zip(places, gaps, strict=True) if zeros >= 0.004 * 44_100]
    assert found.gaps == len(wanted)
    assert found.first_gap_s == (pytest.approx((wanted[0] - 1) / 44_100) if wanted else None)


@settings(max_examples=30)
@given(
    stretches=st.lists(st.tuples(st.booleans(), st.integers(1, 5_000)), min_size=1, max_size=12),
    cuts=st.lists(st.integers(1, 30_000), max_size=8).map(tuple),
)
def test_silence_is_the_steps_of_which_every_sample_is_zero(
    stretches: list[tuple[bool, int]], cuts: tuple[int, ...]
) -> None:
    line = np.concatenate([np.full(count, 900 * is_sound, np.int16) for is_sound, count in stretches])
    found = levels(np.stack([line, -line]), 8_000, cuts or (len(line),))
    silent = [not line[at : at + 800].any() for at in range(0, len(line), 800)]
    longest = max((len(list(group)) for value, group in groupby(silent) if value), default=0)
    assert found.silent_s == pytest.approx(sum(silent) / 10)
    assert found.longest_silence_s == pytest.approx(longest / 10)
    assert found.peak == pytest.approx(float(np.abs(line).max()) / 32_768)


def test_sound_without_gaps_has_none() -> None:
    for samples in (white(3), sine(440, 3), sine(50, 3, dbfs=-1)):
        assert levels((samples * 32_000).astype(np.int16), seek_gaps=True).gaps == 0


def test_a_gap_in_8_bit_sound_is_at_its_middle() -> None:
    samples = (white(3) * 127 + 128).astype(np.uint8)
    samples[:, 50_000:51_000] = 128
    samples[:, 90_000:91_000] = 0
    assert levels(samples, seek_gaps=True).gaps == 1


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 3e38])
def test_what_is_no_number_hides_nothing_beside_it(bad: float) -> None:
    samples = white(1)
    samples[0, 10_000] = 0.9
    samples[0, 10_001] = bad
    found = levels(samples, seek_gaps=True)
    assert found.peak == pytest.approx(0.9 if abs(bad) != 3e38 else 3e38)
    assert (found.silent_s, found.gaps) == (0, 0)
