"""Opus copies: as long and as loud as the original, the gain in a tag, and nothing of the encoder's whims."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen.oggopus import OggOpus
from numpy.typing import NDArray

from longplay.audio.measure import Measured
from longplay.audio.opus import OpusWriter, track_gain_q78
from longplay.errors import StorageError
from measuring import blocks, measured, sine, white


def copied(
    path: Path, samples: NDArray[np.generic], rate: int, *, layout: str | None = None, gain: int | None = None
) -> Path:
    writer = OpusWriter(path, bit_rate=96_000)
    for block in blocks(samples, rate, layout=layout):
        writer.take(block)
    writer.finish((("TITLE", ("Noise",)), ("ARTIST", ("Ada", "Bob"))), gain_q78=gain)
    return path


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


def test_more_channels_become_stereo(tmp_path: Path) -> None:
    found = measured_copy(copied(tmp_path / "copy.opus", white(3, 48_000, channels=6), 48_000))
    assert found.audio.channels == 2


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
