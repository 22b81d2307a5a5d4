"""Loudness: the signals of EBU Tech 3341 and 3342, made here, and what has none."""

import numpy as np
import pytest
from numpy.typing import NDArray

from longplay.audio.loudness import LoudnessMeter
from measuring import blocks, sine, white

RATE = 48_000
Stretch = tuple[float, float]
"""dBFS and seconds of a 1 kHz sine."""


def heard(*stretches: Stretch) -> NDArray[np.float32]:
    return np.concatenate([sine(1_000, seconds, RATE, dbfs=dbfs) for dbfs, seconds in stretches], axis=1)


def loudness(
    samples: NDArray[np.generic], rate: int = RATE, *, layout: str | None = None, true_peak: bool = False
) -> tuple[float | None, float | None, float | None]:
    meter = LoudnessMeter(true_peak=true_peak)
    for block in blocks(samples, rate, layout=layout):
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
