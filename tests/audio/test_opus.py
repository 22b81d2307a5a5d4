"""Opus copies: as long and as loud as the original, the gain in a tag, and nothing of the encoder's whims."""

import errno
import os
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen.oggopus import OggOpus
from numpy.typing import NDArray

from chords import chords
from longplay.audio.measure import Measured
from longplay.audio.opus import OpusWriter, track_gain_q78
from longplay.errors import StorageError
from measuring import blocks, measured, sine, white, write


def copied(
    path: Path, samples: NDArray[np.generic], rate: int, *, layout: str | None = None, gain: int | None = None
) -> Path:
    writer = OpusWriter(path, bit_rate=96_000)
    for block in blocks(samples, rate, layout=layout):
        writer.take(block)
    writer.finish((("TITLE", ("Noise",)), ("ARTIST", ("Ada", "Bob"))), gain_q78=gain)
    return path


def heard(path: Path) -> NDArray[np.float32]:
    """What FFmpeg decodes of a file, shape (channels, n)."""
    with av.open(str(path)) as container:
        convert = av.AudioResampler(format="fltp")
        return np.concatenate(
            [made.to_ndarray() for frame in container.decode(audio=0) for made in convert.resample(frame)],
            axis=1,
        )


def loudness_by_ffmpeg(path: Path) -> float:
    """LUFS by FFmpeg's ebur128, of all that was heard."""
    with av.open(str(path)) as container:
        graph = av.filter.Graph()
        source = graph.add_abuffer(template=container.streams.audio[0])
        meter, sink = graph.add("ebur128", "metadata=1:framelog=quiet"), graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        graph.configure()
        told = float("nan")
        for frame in [*container.decode(audio=0), None]:
            graph.push(frame)
            while True:
                try:
                    told = float(graph.pull().metadata["lavfi.r128.I"])
                except (av.BlockingIOError, av.EOFError):
                    break
        return told


def measured_copy(path: Path) -> Measured:
    found = measured(path)
    assert isinstance(found, Measured)
    assert found.measurement.is_whole, found.measurement.findings
    return found


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000, 96_000, 192_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_copy_is_as_long_and_as_loud_as_the_original(tmp_path: Path, rate: int, channels: int) -> None:
    samples = sine(1_000, 4, rate, dbfs=-20, channels=channels)
    found = measured_copy(copied(tmp_path / "copy.opus", samples, rate))
    assert (found.audio.codec, found.audio.rate, found.audio.channels) == ("opus", 48_000, channels)
    assert found.audio.duration == pytest.approx(4_000, abs=10)
    wanted = -20 if channels == 2 else -23
    assert found.measurement.loudness.integrated_lufs == pytest.approx(wanted, abs=0.5)


@pytest.mark.parametrize("kind", [np.int16, np.int32, np.uint8])
def test_integers_are_copied_at_their_level(tmp_path: Path, kind: type) -> None:
    tone = sine(1_000, 3, 48_000, dbfs=-20)
    samples = (tone * 127 + 128).astype(kind) if kind is np.uint8 else (tone * np.iinfo(kind).max).astype(kind)
    found = measured_copy(copied(tmp_path / "copy.opus", samples, 48_000))
    assert found.measurement.loudness.integrated_lufs == pytest.approx(-20, abs=0.6)


def test_six_channels_become_two_that_are_about_as_loud(tmp_path: Path) -> None:
    """The surround channels count 1.5 dB more in the original, 3 dB less in the mix."""
    pitches = (300, 400, 500, 60, 600, 700)
    samples = np.concatenate([sine(pitch, 4, 48_000, dbfs=-30, channels=1) for pitch in pitches])
    original = write(tmp_path / "original.wav", samples, 48_000, codec="pcm_f32le")
    copy = copied(tmp_path / "copy.opus", samples, 48_000)
    assert measured_copy(copy).audio.channels == 2
    assert loudness_by_ffmpeg(copy) == pytest.approx(loudness_by_ffmpeg(original), abs=2)


def test_a_change_of_rate_on_the_way_is_copied_through(tmp_path: Path) -> None:
    writer = OpusWriter(tmp_path / "copy.opus", bit_rate=96_000)
    for block in blocks(white(2, 44_100), 44_100) + blocks(white(2, 32_000, channels=1), 32_000):
        writer.take(block)
    writer.finish((), gain_q78=None)
    assert measured_copy(tmp_path / "copy.opus").audio.duration == pytest.approx(4_000, abs=20)


def test_the_gain_stands_in_the_tag_and_the_header_has_none(tmp_path: Path) -> None:
    path = copied(tmp_path / "copy.opus", white(2, 48_000), 48_000, gain=-2_253)
    assert OggOpus(path).tags["R128_TRACK_GAIN"] == ["-2253"]
    data = path.read_bytes()
    head = data.index(b"OpusHead")
    assert int.from_bytes(data[head + 16 : head + 18], "little", signed=True) == 0


def test_no_gain_is_stated_where_the_loudness_is_not_known(tmp_path: Path) -> None:
    assert "R128_TRACK_GAIN" not in OggOpus(copied(tmp_path / "copy.opus", white(1, 48_000), 48_000)).tags


def test_tags_are_written_with_all_their_values_and_no_encoder_is_named(tmp_path: Path) -> None:
    tags = OggOpus(copied(tmp_path / "copy.opus", white(1, 48_000), 48_000)).tags
    assert sorted((name, value) for name, value in tags) == [
        ("ARTIST", "Ada"), ("ARTIST", "Bob"), ("TITLE", "Noise"),
    ]  # fmt: skip


def test_the_same_samples_give_the_same_bytes(tmp_path: Path) -> None:
    one, other = (copied(tmp_path / name, white(3, 44_100), 44_100, gain=5).read_bytes() for name in ("a", "b"))
    assert one == other


@given(st.floats(-200, 100))
def test_the_gain_brings_the_programme_to_the_reference(lufs: float) -> None:
    gain = track_gain_q78(lufs)
    assert -32_768 <= gain <= 32_767
    if -150 < lufs < 100:
        assert lufs + gain / 256 == pytest.approx(-23, abs=0.002)


def test_a_discarded_copy_leaves_nothing_behind(tmp_path: Path) -> None:
    writer = OpusWriter(tmp_path / "copy.opus", bit_rate=96_000)
    writer.discard()
    writer = OpusWriter(tmp_path / "copy.opus", bit_rate=96_000)
    writer.take(blocks(white(2, 48_000), 48_000)[0])
    writer.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_copy_that_cannot_be_written_is_an_error_of_the_store(tmp_path: Path) -> None:
    writer = OpusWriter(tmp_path / "absent" / "copy.opus", bit_rate=96_000)
    with pytest.raises(StorageError, match="Opus"):
        writer.take(blocks(white(1, 48_000), 48_000)[0])


@pytest.mark.parametrize("channels", [1, 2])
def test_ffmpegs_ebur128_hears_a_copy_as_loud_as_the_original(tmp_path: Path, channels: int) -> None:
    sound = chords(4, 48_000)[None].repeat(channels, axis=0)
    samples = np.clip(sound + 2_000 * white(4, 48_000, channels=channels), -32_768, 32_767).astype(np.int16)
    original = write(tmp_path / "original.wav", samples, 48_000, codec="pcm_s16le")
    copy = copied(tmp_path / "copy.opus", samples, 48_000)
    assert loudness_by_ffmpeg(copy) == pytest.approx(loudness_by_ffmpeg(original), abs=0.5)


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000, 192_000])
def test_sound_stands_in_a_copy_where_it_stood(tmp_path: Path, rate: int) -> None:
    """A burst at one second; were the pre-skip wrong it would be heard 6.5 ms away."""
    samples = np.zeros((1, 2 * rate), np.float32)
    samples[0, rate : rate + rate // 100] = sine(1_000, 0.01, rate, channels=1)[0]
    one = heard(copied(tmp_path / "copy.opus", samples, rate))[0]
    energy = one.astype(float) ** 2
    middle = (energy * np.arange(len(one))).sum() / energy.sum() / 48_000
    assert middle == pytest.approx(1.005, abs=0.001)
    assert len(one) / 48_000 == pytest.approx(2, abs=0.01)


def test_24_bits_are_copied_at_their_level(tmp_path: Path) -> None:
    samples = (sine(1_000, 3, 96_000, dbfs=-20) * (2**23 - 1)).astype(np.int32) << 8
    found = measured_copy(copied(tmp_path / "copy.opus", samples, 96_000))
    assert found.measurement.loudness.integrated_lufs == pytest.approx(-20, abs=0.5)


@pytest.mark.parametrize("length", [1, 2, 100, 959, 960, 961])
@pytest.mark.parametrize("rate", [8_000, 48_000, 192_000])
def test_the_shortest_sound_has_a_copy(tmp_path: Path, rate: int, length: int) -> None:
    copy = copied(tmp_path / "copy.opus", white(1, rate, channels=1)[:, :length], rate)
    assert heard(copy).shape == (1, pytest.approx(length * 48_000 / rate, abs=480))


@pytest.mark.parametrize("channels", [3, 5, 9, 16, 64])
def test_channels_without_a_known_place_are_copied_as_stereo(tmp_path: Path, channels: int) -> None:
    """Alike channels, mixed, are heard: no fainter than one of them, no louder than all."""
    tone = sine(1_000, 2, 48_000, dbfs=-40, channels=channels)
    one = heard(copied(tmp_path / "copy.opus", tone, 48_000, layout=f"{channels} channels"))
    assert one.shape == (2, pytest.approx(96_000, abs=480))
    assert 0.95 * tone.std() < one.std() < channels * tone.std()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_sample_that_is_no_number_spoils_nothing(tmp_path: Path, bad: float) -> None:
    samples = sine(1_000, 3, 44_100, dbfs=-20)
    samples[:, 70_000] = bad
    one = heard(copied(tmp_path / "copy.opus", samples, 44_100))
    assert np.isfinite(one).all()
    assert one[:, 96_000:].std() == pytest.approx(0.1 / 2**0.5, rel=0.05)


@pytest.mark.parametrize("changes", [(44_100, 8_000, 96_000), (48_000, 22_050, 48_000)])
def test_however_often_the_rate_changes_nothing_is_lost(tmp_path: Path, changes: tuple[int, ...]) -> None:
    writer = OpusWriter(tmp_path / "copy.opus", bit_rate=75_000)
    for rate in changes:
        for block in blocks(white(1.5, rate), rate):
            writer.take(block)
    writer.finish((), gain_q78=None)
    assert heard(tmp_path / "copy.opus").shape[1] / 48_000 == pytest.approx(4.5, abs=0.01)


def test_a_copy_of_more_bits_a_second_is_longer(tmp_path: Path) -> None:
    sizes = []
    for rate in (75_000, 96_000):
        writer = OpusWriter(tmp_path / f"{rate}.opus", bit_rate=rate)
        for block in blocks(white(4, 48_000), 48_000):
            writer.take(block)
        writer.finish((), gain_q78=None)
        sizes.append(writer.path.stat().st_size)
    assert sizes[0] == pytest.approx(75_000 * 4 / 8, rel=0.15)
    assert sizes[1] == pytest.approx(96_000 * 4 / 8, rel=0.15)


def test_a_full_disk_is_an_error_of_the_store_and_the_copy_can_be_discarded(tmp_path: Path) -> None:
    if not Path("/dev/full").is_char_device():
        pytest.skip("no /dev/full here")
    path = tmp_path / "copy.opus"
    path.symlink_to("/dev/full")
    writer = OpusWriter(path, bit_rate=96_000)
    with pytest.raises(StorageError, match=os.strerror(errno.ENOSPC)):
        fill(writer)
    writer.discard()
    assert list(tmp_path.iterdir()) == []
    assert Path("/dev/full").is_char_device()


def fill(writer: OpusWriter) -> None:
    for block in blocks(white(20, 48_000), 48_000):
        writer.take(block)
    writer.finish((), gain_q78=None)


def test_a_copy_that_vanished_is_an_error_of_the_store(tmp_path: Path) -> None:
    writer = OpusWriter(tmp_path / "copy.opus", bit_rate=96_000)
    for block in blocks(white(1, 48_000), 48_000):
        writer.take(block)
    writer.path.unlink()
    with pytest.raises(StorageError, match="tags"):
        writer.finish((), gain_q78=None)


def test_no_sound_at_all_is_an_error_of_the_store(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        OpusWriter(tmp_path / "copy.opus", bit_rate=96_000).finish((), gain_q78=None)
