"""The way from decoded frames to the samples of a fingerprint."""

import tracemalloc
from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from chords import chords, noise
from longplay.audio.downmix import Downmixer
from longplay.audio.fingerprint import RATE, SAMPLES_LIMIT

Int16 = NDArray[np.int16]


def frames_of(
    samples: Int16, *, rate: int = RATE, layout: str = "mono", form: str = "s16", cut: int = 4_096
) -> list[av.AudioFrame]:
    """The same samples on every channel of a layout, in frames of `cut`."""
    frames = []
    for at in range(0, len(samples), cut):
        part = samples[at : at + cut]
        frame = av.AudioFrame(format=form, layout=layout, samples=len(part))
        values = part if form.startswith("s16") else (part / 32_768).astype(np.float32)
        if frame.format.is_planar:
            for plane in frame.planes:
                fill(plane, values)
        else:
            fill(frame.planes[0], np.repeat(values, frame.layout.nb_channels))
        frame.sample_rate = rate
        frame.time_base = Fraction(1, rate)
        frames.append(frame)
    return frames


def fill(plane: av.audio.plane.AudioPlane, values: NDArray[np.generic]) -> None:
    plane.update(values.tobytes().ljust(plane.buffer_size, b"\0"))


def mixed(*streams: list[av.AudioFrame]) -> Int16:
    downmixer = Downmixer()
    for frame in (frame for stream in streams for frame in stream):
        downmixer.push(frame)
    return downmixer.finish()


def test_what_has_its_rate_and_one_channel_passes_unchanged() -> None:
    sound = noise(1, RATE)
    assert mixed(frames_of(sound)).tolist() == sound.tolist()


@settings(max_examples=20)
@given(cut=st.integers(100, 70_000), rate=st.sampled_from([8_000, 44_100, 48_000, 96_000]))
def test_how_the_sound_is_cut_into_frames_does_not_show(cut: int, rate: int) -> None:
    sound = noise(1.7, rate)
    kind = {"rate": rate, "layout": "stereo"}
    assert mixed(frames_of(sound, cut=cut, **kind)).tolist() == mixed(frames_of(sound, **kind)).tolist()


@pytest.mark.parametrize("layout", ["mono", "stereo"])
def test_16_bit_sound_is_resampled_in_16_bit_numbers_as_fpcalc_does(layout: str) -> None:
    """The rounded taps of that filter add up to 32,770 of 32,768, so 16,000 becomes 16,001."""
    constant = np.full(44_100, 16_000, np.int16)
    whole = mixed(frames_of(constant, rate=44_100, layout=layout))
    single = mixed(frames_of(constant, rate=44_100, layout=layout, form="fltp"))
    assert set(whole[100:-100].tolist()) == {16_001}
    assert set(single[100:-100].tolist()) == {16_000}


def test_it_is_full_after_two_minutes_and_takes_no_more() -> None:
    downmixer = Downmixer()
    minute = frames_of(noise(60, 8_000), rate=8_000)
    for frame in minute * 2:
        assert not downmixer.full
        downmixer.push(frame)
    for frame in minute[:4]:
        downmixer.push(frame)
    assert downmixer.full
    for frame in minute:
        downmixer.push(frame)
    assert len(downmixer.finish()) == SAMPLES_LIMIT


def test_when_rate_layout_and_format_change_what_was_gathered_is_kept() -> None:
    streams = (
        frames_of(chords(1, 44_100), rate=44_100, layout="stereo"),
        frames_of(noise(1, 48_000), rate=48_000, form="fltp"),
        frames_of(chords(1, 48_000), rate=48_000, form="fltp", layout="5.1"),
        frames_of(noise(1, RATE)),
    )
    apart = [mixed(stream) for stream in streams]
    assert mixed(*streams).tolist() == np.concatenate(apart).tolist()
    assert [len(part) for part in apart] == pytest.approx([RATE] * 4, abs=20)


@pytest.mark.parametrize("channels", [1, 2, 3, 5, 8, 9, 16, 24, 64])
def test_channels_without_a_known_place_are_mixed(channels: int) -> None:
    """Alike channels at the rate wanted give, up to the loudness, the sound of one."""
    sound = chords(1, RATE)
    got = mixed(frames_of(sound, layout=f"{channels} channels")).astype(float)
    assert len(got) == len(sound)
    assert np.corrcoef(got, sound)[0, 1] > 0.999
    assert 0.2 < got.std() / sound.std() <= 1.01


@pytest.mark.parametrize(("channels", "layout"), [(3, "2.1"), (6, "5.1"), (8, "7.1")])
def test_a_usual_number_of_channels_has_its_usual_places(channels: int, layout: str) -> None:
    sound = chords(1, RATE)
    assert mixed(frames_of(sound, layout=f"{channels} channels")).tolist() == (
        mixed(frames_of(sound, layout=layout)).tolist()
    )


def test_channels_in_equal_parts_give_the_sound_of_one() -> None:
    sound = chords(1, RATE)
    assert abs(mixed(frames_of(sound, layout="9 channels")) - sound.astype(int)).max() <= 1


def test_frames_that_cannot_be_mixed_are_left_out() -> None:
    sound = noise(1, RATE)
    impossible = frames_of(sound, layout="65 channels")
    assert len(mixed(impossible)) == 0
    assert mixed(frames_of(sound), impossible, frames_of(sound)).tolist() == sound.tolist() * 2


def test_without_frames_there_are_no_samples() -> None:
    empty = av.AudioFrame(format="s16", layout="mono", samples=0)
    empty.sample_rate = RATE
    for samples in (mixed(), mixed([empty])):
        assert samples.dtype == np.int16
        assert len(samples) == 0


def test_a_hostile_rate_fills_no_memory() -> None:
    """One frame of 4,096 samples at 1 Hz is more than an hour."""
    downmixer = Downmixer()
    tracemalloc.start()
    downmixer.push(frames_of(noise(1, 4_096), rate=1)[0])
    assert downmixer.full
    assert len(downmixer.finish()) == SAMPLES_LIMIT
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * SAMPLES_LIMIT * 2
