"""Playing times: every spelling, and nothing that is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longplay.catalogue.importers.playing_times import LONGEST, of_clock, of_period, of_seconds, playing_time


@given(st.integers(1, LONGEST // 1_000))
def test_every_spelling_of_a_time_is_that_time(seconds: int) -> None:
    minutes, rest = divmod(seconds, 60)
    hours, minutes_left = divmod(minutes, 60)
    spelled = {
        of_clock(f"{hours}:{minutes_left:02d}:{rest:02d}"),
        of_seconds(str(seconds)),
        of_period(f"PT{minutes}M{rest}S"),
        of_period(f"P0Y0M0DT{hours}H{minutes_left:02d}M{rest}.000S"),
    }
    assert spelled == {seconds * 1_000}
    assert minutes > 99_999 or of_clock(f"{minutes}:{rest:02d}") == seconds * 1_000


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "PT0S", "-PT3S", "P1Y", "P1M", "PT3M45", "PT999999999S", "3:45"]
)
def test_what_is_no_period_is_nothing(text: str) -> None:
    assert of_period(text) is None


@pytest.mark.parametrize(
    "text", ["", ":", "0:00", "-3:45", "3:60", "1:60:00", "3:4", "9999:00:00", "1:2:3:4", "3.45"]
)
def test_what_is_no_clock_is_nothing(text: str) -> None:
    assert of_clock(text) is None


@given(st.text(max_size=60))
def test_any_text_is_a_time_that_can_be_or_nothing(text: str) -> None:
    for read in (of_clock, of_seconds, of_period):
        time = read(text)
        assert time is None or 0 < time <= LONGEST


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), -1.0, 0.0, 0.0001, 1e12])
def test_no_time_is_made_of_what_cannot_last(seconds: float) -> None:
    assert playing_time(seconds) is None
