"""The MD5 of samples: what FLAC states, equal for every lossless encoding, whatever way the sound is cut."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.audio.measure import Measured
from longplay.audio.pcm import PcmDigest
from measuring import blocks, measured, white, write

CODECS_16 = [
    ("flac", "flac", "s16"),
    ("wav", "pcm_s16le", "s16"),
    ("aiff", "pcm_s16be", "s16"),
    ("m4a", "alac", "s16p"),
    ("tta", "tta", "s16"),
]
CODECS_24 = [
    ("flac", "flac", "s32"),
    ("wav", "pcm_s24le", "s32"),
    ("aiff", "pcm_s24be", "s32"),
    ("m4a", "alac", "s32p"),
    ("tta", "tta", "s32"),
]


def md5_of(path: Path) -> str | None:
    found = measured(path)
    assert isinstance(found, Measured)
    assert found.measurement.is_whole, found.measurement.findings
    return found.measurement.pcm_md5


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_every_encoding_of_the_same_16_bit_samples_has_the_md5_of_those_samples(
    tmp_path: Path, channels: int
) -> None:
    samples = (white(1, channels=channels) * 32_768).astype(np.int16)
    wanted = hashlib.md5(np.ascontiguousarray(samples.T).astype("<i2").tobytes()).hexdigest()
    for suffix, codec, form in CODECS_16:
        if channels == 6 and codec in {"alac", "tta"}:
            continue  # they order the channels otherwise
        assert md5_of(write(tmp_path / f"song.{suffix}", samples, codec=codec, form=form)) == wanted, codec


def test_every_encoding_of_the_same_24_bit_samples_has_the_md5_of_those_samples(tmp_path: Path) -> None:
    samples = (white(1).astype(np.float64) * 2**23).astype(np.int32) << 8
    octets = np.ascontiguousarray(samples.T).astype("<i4").view(np.uint8).reshape(-1, 4)[:, 1:]
    wanted = hashlib.md5(np.ascontiguousarray(octets).tobytes()).hexdigest()
    for suffix, codec, form in CODECS_24:
        path = write(tmp_path / f"song.{suffix}", samples, codec=codec, form=form)
        assert md5_of(path) == wanted, codec


def test_8_bit_samples_are_signed(tmp_path: Path) -> None:
    samples = (white(1, channels=1, level=0.9) * 127 + 128).astype(np.uint8)
    wanted = hashlib.md5((samples.astype(np.int16) - 128).astype(np.int8).tobytes()).hexdigest()
    assert md5_of(write(tmp_path / "song.wav", samples, codec="pcm_u8")) == wanted


@pytest.mark.parametrize("codec", ["pcm_f32le", "pcm_f64le"])
def test_floating_point_has_no_md5(tmp_path: Path, codec: str) -> None:
    assert md5_of(write(tmp_path / "song.wav", white(1), codec=codec)) is None


@settings(max_examples=30)
@given(cuts=st.lists(st.integers(1, 44_099), max_size=8).map(tuple))
def test_cutting_the_sound_changes_nothing(cuts: tuple[int, ...]) -> None:
    samples = (white(1) * 32_768).astype(np.int16)
    digest = PcmDigest(16)
    for block in blocks(samples, 44_100, cuts):
        digest.take(block)
    assert digest.hexdigest() == hashlib.md5(np.ascontiguousarray(samples.T).tobytes()).hexdigest()


def test_bits_below_the_depth_leave_no_digest() -> None:
    digest = PcmDigest(24)
    for block in blocks(np.full((2, 100), 1, np.int32), 44_100):
        digest.take(block)
    assert digest.hexdigest() is None
