"""Loudness: the signals of EBU Tech 3341 and 3342, made here; a plain oracle; FFmpeg on real recordings."""

import resource

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import sosfilt

from longplay.audio.loudness import LoudnessMeter
from measuring import blocks, sine, white

RATE = 48_000
Stretch = tuple[float, float]
"""dBFS and seconds of a 1 kHz sine."""


def heard(*stretches: Stretch) -> NDArray[np.float32]:
    return np.concatenate([sine(1_000, seconds, RATE, dbfs=dbfs) for dbfs, seconds in stretches], axis=1)


def loudness(
    samples: NDArray[np.generic],
    rate: int = RATE,
    *,
    layout: str | None = None,
    true_peak: bool = False,
    cuts: tuple[int, ...] = (),
) -> tuple[float | None, float | None, float | None]:
    meter = LoudnessMeter(true_peak=true_peak)
    for block in blocks(samples, rate, cuts, layout=layout):
        meter.take(block)
    return meter.result()


@pytest.mark.parametrize(
    ("case", "stretches", "wanted"),
    [
        (1, [(-23, 20)], -23.0),
        (2, [(-33, 20)], -33.0),
        (3, [(-36, 10), (-23, 60), (-36, 10)], -23.0),
        (4, [(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),
        (5, [(-26, 20), (-20, 20.1), (-26, 20)], -23.0),
    ],
)
def test_the_signals_of_ebu_tech_3341_are_as_loud_as_they_should_be(
    case: int, stretches: list[Stretch], wanted: float
) -> None:
    integrated, _range, _peak = loudness(heard(*stretches))
    assert integrated == pytest.approx(wanted, abs=0.1), f"case {case}"


def test_channels_count_as_ebu_tech_3341_case_6_says_and_the_lfe_not_at_all() -> None:
    levels = {"FL": -28, "FR": -28, "FC": -24, "LFE": 0, "BL": -30, "BR": -30}
    signal = np.concatenate([sine(1_000, 20, RATE, dbfs=level, channels=1) for level in levels.values()])
    integrated, _range, _peak = loudness(signal, layout="5.1")
    assert integrated == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize(
    ("case", "stretches", "wanted"),
    [
        (1, [(-20, 20), (-30, 20)], 10),
        (2, [(-20, 20), (-15, 20)], 5),
        (3, [(-40, 20), (-20, 20)], 20),
        (4, [(-50, 20), (-35, 20), (-20, 20), (-35, 20), (-50, 20)], 15),
    ],
)
def test_the_signals_of_ebu_tech_3342_have_the_range_they_should(
    case: int, stretches: list[Stretch], wanted: float
) -> None:
    _integrated, spread, _peak = loudness(heard(*stretches))
    assert spread == pytest.approx(wanted, abs=1.0), f"case {case}"


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_silence_and_what_is_no_number_have_no_loudness(value: float) -> None:
    assert loudness(np.full((2, 3 * RATE), value, np.float32), true_peak=True) == (None, None, None)


@pytest.mark.parametrize("seconds", [1 / RATE, 0.3])
def test_less_than_a_gating_block_has_no_loudness(seconds: float) -> None:
    assert loudness(sine(1_000, seconds, RATE))[:2] == (None, None)


def test_less_than_three_seconds_has_no_range() -> None:
    integrated, spread, _peak = loudness(sine(1_000, 2.5, RATE, dbfs=-23))
    assert integrated == pytest.approx(-23, abs=0.1)
    assert spread is None


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 96_000, 192_000])
def test_the_rate_changes_nothing(rate: int) -> None:
    integrated, _range, _peak = loudness(sine(1_000, 10, rate, dbfs=-23), rate)
    assert integrated == pytest.approx(-23, abs=0.1)


def test_integers_are_as_loud_as_floats() -> None:
    signal = white(8, RATE)
    whole = (signal * 32_768).astype(np.int16)
    assert loudness(whole)[0] == pytest.approx(loudness(signal)[0], abs=0.01)


def test_a_change_of_rate_on_the_way_is_measured_through() -> None:
    meter = LoudnessMeter()
    for block in blocks(sine(1_000, 10, 48_000, dbfs=-23), 48_000) + blocks(
        sine(1_000, 10, 44_100, dbfs=-23), 44_100
    ):
        meter.take(block)
    assert meter.result()[0] == pytest.approx(-23, abs=0.1)


def test_a_true_peak_lies_between_the_samples() -> None:
    at = np.arange(RATE * 2)
    # a quarter of the rate: samples at 0.707 only; faded in, because a sudden beginning has peaks of its own
    tone = (np.sin(np.pi / 2 * at + np.pi / 4) * np.hanning(len(at))).astype(np.float32)
    _integrated, _range, peak = loudness(np.stack([tone, tone]) * np.float32(0.5), true_peak=True)
    assert peak == pytest.approx(-6.02, abs=0.4)
    assert 20 * np.log10(np.abs(tone * 0.5).max()) == pytest.approx(-9.03, abs=0.01)


def test_a_true_peak_is_measured_only_when_asked_for() -> None:
    assert loudness(white(2, RATE))[2] is None


def k_weighted(samples: NDArray[np.generic], rate: int) -> NDArray[np.float64]:
    """ITU-R BS.1770-5, annex 1: the two filters, by the analogue ones that its table for 48 kHz stands for.

    Source: B. De Man, "Evaluation of implementations of the EBU R128 loudness measurement" (2018).
    """
    k, q = np.tan(np.pi * 1_681.974450955533 / rate), 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    middle = high**0.4996667741545416
    shelf = [high + middle * k / q + k * k, 2 * (k * k - high), high - middle * k / q + k * k]
    below = [1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k]
    k, q = np.tan(np.pi * 38.13547087602444 / rate), 0.5003270373238773
    edge = [1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k]
    sections = [
        [*(np.array(shelf) / below[0]), *(np.array(below) / below[0])],
        [1, -2, 1, *(np.array(edge) / edge[0])],
    ]
    return sosfilt(np.array(sections), samples.astype(np.float64), axis=1)


def energies(samples: NDArray[np.generic], rate: int, layout: str, seconds: float) -> NDArray[np.float64]:
    """Weighted energy of all windows of a length, one every 100 ms."""
    weights = [CHANNEL_WEIGHTS.get(channel.name, 1.0) for channel in av.AudioLayout(layout).channels]
    power = np.array(weights) @ k_weighted(samples, rate) ** 2
    sums = np.concatenate([[0.0], power.cumsum()])
    step, length = rate // 10, round(seconds * 10) * (rate // 10)
    starts = np.arange(0, len(power) - length + 1, step)
    return (sums[starts + length] - sums[starts]) / length


CHANNEL_WEIGHTS = {"LFE": 0.0, "BL": 1.41, "BR": 1.41, "SL": 1.41, "SR": 1.41}


def lufs(energy: NDArray[np.float64]) -> NDArray[np.float64]:
    return -0.691 + 10 * np.log10(np.maximum(energy, 1e-30))


def gated(energy: NDArray[np.float64], below_db: float) -> NDArray[np.float64]:
    loud = energy[lufs(energy) > -70]
    return loud[lufs(loud) > lufs(loud.mean()) - below_db]


def hold(samples: NDArray[np.generic], rate: int, layout: str = "stereo") -> None:
    """Loudness and range are those by definition.

    FFmpeg compares with the gate in steps of 0.01 LU, and often takes the lower end of the range one rank too
    low; the nearest rank is said in several ways.
    """
    integrated, spread, _peak = loudness(samples, rate, layout=layout)
    momentary = energies(samples, rate, layout, 0.4)
    quietest, loudest = (lufs(gated(momentary, gate).mean()) for gate in (10.02, 9.98))
    assert quietest - 0.05 <= integrated <= loudest + 0.05
    short = np.sort(lufs(gated(energies(samples, rate, layout, 3), 20)))
    low, high = (round(share * (len(short) - 1)) for share in (0.10, 0.95))
    assert spread >= short[high - 1] - short[low + 1] - 0.05
    assert spread <= short[min(high + 1, len(short) - 1)] - short[max(low - 1, 0)] + 0.05


def swelling(seconds: float, rate: int, channels: int, seed: int = 5) -> NDArray[np.float32]:
    """Noise that comes and goes by 24 dB, another in each channel."""
    at = np.arange(round(seconds * rate)) / rate
    swell = 10 ** (0.6 * np.sin(2 * np.pi * 0.11 * at + seed) - 0.6)
    return (white(seconds, rate, level=0.5, channels=channels, seed=seed) * swell).astype(np.float32)


def test_the_oracle_has_the_filters_of_the_standard() -> None:
    """The table of BS.1770 for 48 kHz, by what it does to an impulse."""
    impulse = np.zeros((1, 2_000))
    impulse[0, 0] = 1
    first = sosfilt(
        [[1.53512485958697, -2.69169618940638, 1.19839281085285, 1, -1.69065929318241, 0.73248077421585]],
        impulse,
    )
    wanted = sosfilt([[1.0, -2.0, 1.0, 1, -1.99004745483398, 0.99007225036621]], first)
    assert np.abs(k_weighted(impulse, 48_000) - wanted).max() < 1e-6


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000, 96_000, 192_000])
@pytest.mark.parametrize("layout", ["mono", "stereo", "5.1", "5.1(side)"])
def test_made_sound_is_as_loud_and_as_varied_as_by_definition(rate: int, layout: str) -> None:
    channels = av.AudioLayout(layout).nb_channels
    hold(swelling(9, rate, channels), rate, layout)


@settings(max_examples=25)
@given(
    seconds=st.floats(3.5, 30),
    seed=st.integers(0, 100),
    level=st.sampled_from([1.0, 0.1, 0.02]),
)
def test_any_length_is_as_loud_and_as_varied_as_by_definition(seconds: float, seed: int, level: float) -> None:
    hold(swelling(seconds, 8_000, 2, seed) * np.float32(level), 8_000)


@settings(max_examples=25)
@given(cuts=st.lists(st.integers(1, 60_000), max_size=12).map(tuple), true_peak=st.booleans())
def test_cutting_the_sound_changes_nothing(cuts: tuple[int, ...], true_peak: bool) -> None:
    samples = swelling(7, 8_000, 2)
    assert loudness(samples, 8_000, cuts=cuts, true_peak=true_peak) == loudness(
        samples, 8_000, true_peak=true_peak
    )


@pytest.mark.parametrize("seconds", [3.0, 3.1, 3.3, 3.39])
def test_too_few_windows_have_no_range(seconds: float) -> None:
    """FFmpeg itself answers 20 LU here, whatever the sound.

    The lower end of the range is the window of the rank that is 10 % of their number, rounded: of fewer than
    five that is rank 0, and it answers with the gate, 20 LU below the mean.
    """
    integrated, spread, _peak = loudness(sine(1_000, seconds, RATE, dbfs=-23))
    assert integrated == pytest.approx(-23, abs=0.1)
    assert spread is None


def test_from_five_windows_on_an_even_tone_has_no_spread() -> None:
    assert loudness(sine(1_000, 3.41, RATE, dbfs=-23))[1] == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("at", [0, 96_000, 384_000])
def test_one_sample_that_is_no_number_spoils_nothing(bad: float, at: int) -> None:
    samples = heard((-30, 5), (-20, 5))
    clean = loudness(samples, true_peak=True)
    samples[1, at] = bad
    assert loudness(samples, true_peak=True) == pytest.approx(clean, abs=0.05)


def test_louder_than_the_filter_counts_is_not_known() -> None:
    """Whole numbers of 16 bits written as floating point."""
    assert loudness(white(5, RATE) * np.float32(32_768))[:2] == (None, None)


def test_what_cannot_be_weighted_has_no_loudness() -> None:
    """FFmpeg knows no way to convert more than 64 channels."""
    samples = white(1, 8_000, channels=1).repeat(65, axis=0)
    assert loudness(samples, 8_000, layout="65 channels", true_peak=True) == (None, None, None)


def test_a_hostile_rate_fills_no_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    samples = white(1, 4_000, channels=1).repeat(64, axis=0)
    assert loudness(samples, 9_000_000, layout="64 channels") == (None, None, None)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 << 10
