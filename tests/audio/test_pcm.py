"""The MD5 of samples: what FLAC states, equal for every lossless encoding, whatever way the sound is cut."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from longplay.audio.decode import Decoded, decode
from longplay.audio.measure import Measured
from longplay.audio.pcm import ABSENT, PcmDigest
from measuring import blocks, measured, white, write

CODECS_16 = [
    ("flac", "flac", "s16"),
    ("oga", "flac", "s16"),
    ("wav", "pcm_s16le", "s16"),
    ("aiff", "pcm_s16be", "s16"),
    ("m4a", "alac", "s16p"),
    ("caf", "alac", "s16p"),
    ("caf", "pcm_s16be", "s16"),
    ("tta", "tta", "s16"),
    ("wv", "wavpack", "s16p"),
]
CODECS_24 = [
    ("flac", "flac", "s32"),
    ("wav", "pcm_s24le", "s32"),
    ("aiff", "pcm_s24be", "s32"),
    ("m4a", "alac", "s32p"),
    ("caf", "alac", "s32p"),
    ("tta", "tta", "s32"),
]
CODECS_8 = [("wav", "pcm_u8", "u8"), ("aiff", "pcm_s8", "u8"), ("tta", "tta", "u8"), ("wv", "wavpack", "u8p")]


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
        path = write(tmp_path / f"song.{suffix}", samples, codec=codec, form=form)
        assert md5_of(path) == wanted, (suffix, codec)


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_every_encoding_of_the_same_24_bit_samples_has_the_md5_of_those_samples(
    tmp_path: Path, channels: int
) -> None:
    samples = (white(1, channels=channels).astype(np.float64) * 2**23).astype(np.int32) << 8
    octets = np.ascontiguousarray(samples.T).astype("<i4").view(np.uint8).reshape(-1, 4)[:, 1:]
    wanted = hashlib.md5(np.ascontiguousarray(octets).tobytes()).hexdigest()
    for suffix, codec, form in CODECS_24:
        path = write(tmp_path / f"song.{suffix}", samples, codec=codec, form=form)
        assert md5_of(path) == wanted, (suffix, codec)


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_8_bit_samples_are_signed_in_every_encoding(tmp_path: Path, channels: int) -> None:
    samples = (white(1, channels=channels, level=0.9) * 127 + 128).astype(np.uint8)
    signed = (samples.astype(np.int16) - 128).astype(np.int8)
    wanted = hashlib.md5(np.ascontiguousarray(signed.T).tobytes()).hexdigest()
    for suffix, codec, form in CODECS_8:
        path = write(tmp_path / f"song.{suffix}", samples, codec=codec, form=form)
        assert md5_of(path) == wanted, codec


@pytest.mark.parametrize("form", ["s16", "s32"])
def test_a_flac_file_states_the_md5_that_is_computed(tmp_path: Path, form: str) -> None:
    path = write(tmp_path / "song.flac", white(1), codec="flac", form=form)
    decoded = decode(path)
    assert isinstance(decoded, Decoded)
    stated = decoded.form.stated_md5
    assert stated == path.read_bytes()[26:42].hex() != ABSENT
    assert md5_of(path) == stated


@settings(max_examples=30)
@given(channel=st.integers(0, 1), at=st.integers(0, 4_409), bit=st.integers(0, 15))
def test_one_bit_of_one_sample_is_another_md5(channel: int, at: int, bit: int) -> None:
    samples = (white(0.1) * 32_768).astype(np.int16)
    other = samples.copy()
    other.view(np.uint16)[channel, at] ^= np.uint16(1 << bit)
    assert digest(samples, 16) != digest(other, 16)
    assert digest(other, 16) is not None


def digest(samples: NDArray[np.generic], bits: int, cuts: tuple[int, ...] = ()) -> str | None:
    meter = PcmDigest(bits)
    for block in blocks(samples, 44_100, cuts):
        meter.take(block)
    return meter.hexdigest()


@given(bits=st.integers(1, 32), channels=st.sampled_from([1, 2, 6]), cut=st.integers(1, 199))
def test_samples_take_as_many_whole_bytes_as_their_bits_need(bits: int, channels: int, cut: int) -> None:
    """The oracle writes number by number."""
    limit = 1 << (bits - 1)
    values = np.random.default_rng(bits).integers(-limit, limit, (channels, 200))
    width = -(-bits // 8)
    octets = b"".join(int(value).to_bytes(width, "little", signed=True) for value in values.T.ravel())
    held = (values << (32 - bits)).astype(np.int32)
    assert digest(held, bits, (cut,)) == hashlib.md5(octets).hexdigest()


@pytest.mark.parametrize("codec", ["pcm_f32le", "pcm_f64le"])
def test_floating_point_has_no_md5(tmp_path: Path, codec: str) -> None:
    assert md5_of(write(tmp_path / "song.wav", white(1), codec=codec)) is None


@settings(max_examples=30)
@given(cuts=st.lists(st.integers(1, 44_099), max_size=8).map(tuple))
def test_cutting_the_sound_changes_nothing(cuts: tuple[int, ...]) -> None:
    samples = (white(1) * 32_768).astype(np.int16)
    wanted = hashlib.md5(np.ascontiguousarray(samples.T).tobytes()).hexdigest()
    assert digest(samples, 16, cuts or (1,)) == wanted


def test_bits_below_the_depth_leave_no_digest() -> None:
    assert digest(np.full((2, 100), 1, np.int32), 24) is None
    assert digest(np.full((2, 100), 256, np.int32), 24) is not None


def test_fewer_bits_than_the_depth_leave_no_digest() -> None:
    assert digest(np.ones((2, 100), np.int16), 24) is None


def test_one_block_of_floating_point_leaves_no_digest() -> None:
    meter = PcmDigest(16)
    for block in [*blocks(np.ones((2, 100), np.int16), 44_100), *blocks(white(0.1), 44_100)]:
        meter.take(block)
    assert meter.hexdigest() is None
