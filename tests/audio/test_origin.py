"""The wall in the spectrum: found where there is one, within 300 Hz, and nowhere else."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import butter, firwin, oaconvolve, sosfilt

from longplay.audio.encode import Encoding, encode
from longplay.audio.measure import Measured
from longplay.audio.origin import OriginMeter
from longplay.model.findings import FindingCode
from measuring import blocks, codes, measured, sine, white, write

TOLERANCE_HZ = 300


def cliff(samples: NDArray[np.generic], rate: int = 44_100, cuts: tuple[int, ...] = ()) -> int | None:
    meter = OriginMeter()
    for block in blocks(samples, rate, cuts):
        meter.take(block)
    return meter.cliff_hz()


def low_passed(samples: NDArray[np.float32], hertz: float, rate: int = 44_100) -> NDArray[np.float32]:
    """Cut off as an encoder does it: down by more than 80 dB within 200 Hz."""
    taps = firwin(2_047, hertz, fs=rate, window=("kaiser", 8.0))
    return oaconvolve(samples, taps[None], mode="same", axes=1).astype(np.float32)


def shaped(slope_db_an_octave: float, seconds: float = 10, rate: int = 44_100) -> NDArray[np.float32]:
    """Noise whose power falls evenly with frequency: pink at -3 dB an octave."""
    spectrum = np.fft.rfft(white(seconds, rate))
    octaves = np.log2(np.maximum(np.fft.rfftfreq(round(seconds * rate), 1 / rate), 20) / 20)
    signal = np.fft.irfft(spectrum * 10 ** (slope_db_an_octave * octaves / 20))
    return (0.5 * signal / np.abs(signal).max()).astype(np.float32)


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("hertz", [15_000, 16_000, 17_500, 19_000])
def test_noise_cut_off_at_a_frequency_has_its_wall_there(hertz: int, rate: int) -> None:
    found = cliff(low_passed(white(8, rate), hertz, rate), rate)
    assert found == pytest.approx(hertz, abs=TOLERANCE_HZ)


@pytest.mark.parametrize("level", [0.01, 0.9])
def test_neither_loudness_nor_16_bits_nor_a_pink_slope_hide_a_wall(level: float) -> None:
    pink = low_passed(shaped(-3), 16_000)
    samples = (pink / np.abs(pink).max() * level * 32_767).round().astype(np.int16)
    assert cliff(samples) == pytest.approx(16_000, abs=TOLERANCE_HZ)


@settings(max_examples=15)
@given(cuts=st.lists(st.integers(1, 352_799), max_size=12).map(tuple))
def test_a_wall_is_found_in_any_blocks_long_enough_to_look_at(cuts: Sequence[int]) -> None:
    apart = tuple(cut for cut in cuts if all(cut == other or abs(cut - other) > 60_000 for other in cuts))
    found = cliff(low_passed(white(8), 16_000), cuts=apart)
    assert found == pytest.approx(16_000, abs=TOLERANCE_HZ)


@pytest.mark.parametrize("rate", [32_000, 44_100, 48_000, 96_000, 192_000])
def test_white_noise_has_no_wall(rate: int) -> None:
    assert cliff(white(6, rate), rate) is None


@pytest.mark.parametrize("slope_db_an_octave", [-3, -6, -12, -24])
@pytest.mark.parametrize("rate", [44_100, 96_000])
def test_noise_that_falls_gently_has_no_wall(slope_db_an_octave: float, rate: int) -> None:
    assert cliff(shaped(slope_db_an_octave, 6, rate), rate) is None


@pytest.mark.parametrize("hertz", [8_000, 14_000, 16_000, 18_000])
@pytest.mark.parametrize("order", [2, 4, 6, 8])
@pytest.mark.parametrize("rate", [44_100, 96_000])
def test_the_roll_off_of_a_filter_without_a_stop_band_is_no_wall(hertz: int, order: int, rate: int) -> None:
    """Butterworth's, digital: 12 to 48 dB an octave, and falling faster and faster towards half the rate."""
    sound = sosfilt(butter(order, hertz, fs=rate, output="sos"), white(6, rate), axis=1)
    assert cliff(sound.astype(np.float32), rate) is None
    assert cliff((sound * 32_767).round().astype(np.int16), rate) is None


@pytest.mark.parametrize("hertz", [15_500, 17_000, 19_500])
def test_a_tone_has_no_wall_alone_or_as_the_whistle_of_a_television_above_quiet_sound(hertz: int) -> None:
    tone = sine(hertz, 10, dbfs=-6)
    assert cliff(tone) is None
    assert cliff((tone * 32_767).round().astype(np.int16)) is None
    assert cliff(tone / 16 + shaped(-6) / 100) is None


@pytest.mark.parametrize("samples", [np.zeros((2, 441_000), np.int16), white(8) / 1_000])
def test_silence_and_what_is_nearly_silent_have_no_wall(samples: NDArray[np.generic]) -> None:
    assert cliff(low_passed(samples.astype(np.float32), 16_000)) is None


def test_too_little_sound_and_too_low_a_rate_have_no_wall() -> None:
    assert cliff(low_passed(white(3), 16_000)) is None
    assert cliff(white(10, 22_050), 22_050) is None


def test_the_wall_of_an_mp3_is_found_in_the_flac_made_of_it_and_not_in_the_original(tmp_path: Path) -> None:
    import av

    sound = shaped(-3)
    original = write(tmp_path / "original.flac", (sound * 32_767).astype(np.int16), codec="flac")
    lossy = tmp_path / "lossy.mp3"
    encode(sound.T.copy(), rate=44_100, path=lossy, encoding=Encoding.MP3, tags={})
    with av.open(lossy) as container:
        decoded = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
    transcoded = write(
        tmp_path / "again.flac", (np.clip(decoded, -1, 1) * 32_767).astype(np.int16), codec="flac"
    )
    for path, wanted in ((original, False), (transcoded, True), (lossy, False)):
        found = measured(path)
        assert isinstance(found, Measured)
        assert (FindingCode.LOSSY_ORIGIN in codes(found)) is wanted, path.name
        assert found.measurement.is_whole
