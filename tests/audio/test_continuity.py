"""Frames out of their order are noticed, and bytes behind the last one."""

from fractions import Fraction

import av
import pytest
from damaged_files import make
from hypothesis import given
from hypothesis import strategies as st

from longplay.audio.continuity import Timeline, ends_with_its_checksum

LENGTHS = st.lists(st.integers(min_value=1, max_value=65_535), min_size=2, max_size=40)
RATES = st.sampled_from([8_000, 44_100, 48_000, 96_000, 384_000])


def frames(lengths: list[int], rate: int, time_base: Fraction) -> list[av.AudioFrame]:
    """Frames one behind the other, their time stamps rounded to the time base."""
    made, at = [], 0
    for length in lengths:
        frame = av.AudioFrame(format="s16", layout="mono", samples=length)
        frame.sample_rate, frame.time_base = rate, time_base
        frame.pts = round(Fraction(at, rate) / time_base)
        made.append(frame)
        at += length
    return made


def leaps(container: str, made: list[av.AudioFrame]) -> Timeline:
    timeline = Timeline(container)
    for frame in made:
        timeline.take(frame)
    return timeline


@given(LENGTHS, RATES, st.sampled_from(["flac", "wv", "mp3"]))
def test_frames_that_follow_one_another_do_not_leap(lengths: list[int], rate: int, container: str) -> None:
    timeline = leaps(container, frames(lengths, rate, Fraction(1, rate)))
    assert (timeline.leaps, timeline.first_leap_s) == (0, None)


@given(LENGTHS, RATES)
def test_milliseconds_are_exact_enough_for_matroska(lengths: list[int], rate: int) -> None:
    assert not leaps("matroska,webm", frames(lengths, rate, Fraction(1, 1000))).leaps


@given(LENGTHS.filter(lambda lengths: len(lengths) > 2), RATES, st.data())
def test_a_frame_left_out_of_the_middle_leaps_where_it_was(
    lengths: list[int], rate: int, data: st.DataObject
) -> None:
    at = data.draw(st.integers(min_value=1, max_value=len(lengths) - 2))
    made = frames(lengths, rate, Fraction(1, rate))
    timeline = leaps("flac", made[:at] + made[at + 1 :])
    assert timeline.leaps == 1
    assert timeline.first_leap_s == pytest.approx(sum(lengths[:at]) / rate)


@given(LENGTHS, RATES)
def test_a_first_frame_left_out_leaps_in_wavpack_and_is_a_broadcast_in_flac(
    lengths: list[int], rate: int
) -> None:
    made = frames(lengths, rate, Fraction(1, rate))[1:]
    assert (leaps("wv", made).leaps, leaps("flac", made).leaps) == (1, 0)


def test_a_frame_without_time_stamp_is_taken_to_follow() -> None:
    made = frames([10, 20, 30], 48_000, Fraction(1, 48_000))
    made[1].pts = None
    assert not leaps("flac", made).leaps


def plain_crc(data: bytes) -> int:
    """Oracle: bit by bit, as RFC 9639, section 9.3 has it."""
    value = 0
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ (0x8005 if value & 0x8000 else 0)) & 0xFFFF
    return value


@given(st.binary(min_size=1, max_size=300), st.binary(max_size=3))
def test_a_frame_ends_with_its_checksum_as_the_plain_sum_says(body: bytes, more: bytes) -> None:
    frame = body + plain_crc(body).to_bytes(2, "big") + more
    assert ends_with_its_checksum(frame) == (plain_crc(frame) == 0)


def test_the_frames_of_a_flac_file_end_with_their_checksums() -> None:
    clean = make("FLAC, 16 bit")
    assert all(ends_with_its_checksum(clean.data[start:end]) for start, end in clean.units)
    start, end = clean.units[-1]
    assert not ends_with_its_checksum(clean.data[start:end] + b"more")
