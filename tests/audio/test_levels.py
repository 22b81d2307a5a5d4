"""Levels against a slow and plain oracle, whatever way the sound is cut into blocks."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from longplay.audio.levels import LevelMeter, Levels
from measuring import blocks, sine, white


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
    assert values.tolist() == [[round(float(low) * 127), round(float(high) * 127)] for low, high in points]
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


def test_sound_without_gaps_has_none() -> None:
    for samples in (white(3), sine(440, 3), sine(50, 3, dbfs=-1)):
        assert levels((samples * 32_000).astype(np.int16), seek_gaps=True).gaps == 0
