"""Bits a sample: of what PyAV writes, of headers by their specification, and of any bytes."""

import struct
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longplay.audio.decode import Decoded, decode
from longplay.audio.depth import coded_depth, is_floating, streaminfo_of
from measuring import white, write

NOWHERE = Path("/nonexistent")


@pytest.mark.parametrize(
    ("suffix", "codec", "form", "depth"),
    [
        ("wav", "pcm_u8", None, 8), ("wav", "pcm_s16le", None, 16), ("wav", "pcm_s24le", None, 24),
        ("wav", "pcm_s32le", None, 32), ("wav", "pcm_s64le", None, 64), ("wav", "pcm_f32le", None, 32),
        ("wav", "pcm_f64le", None, 64), ("aiff", "pcm_s8", None, 8), ("aiff", "pcm_s24be", None, 24),
        ("caf", "pcm_s16be", None, 16), ("flac", "flac", "s16", 16), ("flac", "flac", "s32", 24),
        ("oga", "flac", "s16", 16), ("mka", "flac", "s32", 24), ("mp4", "flac", "s16", 16),
        ("m4a", "alac", "s16p", 16), ("m4a", "alac", "s32p", 24), ("caf", "alac", "s16p", 16),
        ("mka", "alac", "s32p", 24), ("tta", "tta", "u8", 8), ("tta", "tta", "s16", 16),
        ("tta", "tta", "s32", 24), ("flac", "flac", "s32", 32),
        ("wv", "wavpack", "u8p", 8), ("wv", "wavpack", "s16p", 16), ("wv", "wavpack", "s32p", 32),
        ("wv", "wavpack", "fltp", 32),
        ("mp3", "libmp3lame", None, None), ("opus", "libopus", None, None), ("m4a", "aac", None, None),
        ("wav", "pcm_alaw", None, None), ("wav", "pcm_mulaw", None, None), ("wav", "adpcm_ima_wav", None, None),
    ],
)  # fmt: skip
def test_a_coded_file_has_the_depth_it_was_coded_with(
    tmp_path: Path, suffix: str, codec: str, form: str | None, depth: int | None
) -> None:
    rate = 48_000
    options = {"strict": "-2"} if (codec, depth) == ("flac", 32) else {}
    path = write(tmp_path / f"song.{suffix}", white(0.3, rate), rate, codec=codec, form=form, options=options)
    found = decode(path)
    assert isinstance(found, Decoded)
    assert (found.facts.bit_depth, found.facts.is_lossless) == (depth, depth is not None)
    assert found.form.is_floating == (form == "fltp" or codec.startswith("pcm_f"))


def streaminfo(rate: int, channels: int, bits: int, samples: int, md5: bytes) -> bytes:
    """RFC 9639, section 8.2, bit by bit."""
    packed = rate << 44 | (channels - 1) << 41 | (bits - 1) << 36 | samples
    return struct.pack(">HH", 4_096, 4_096) + bytes(6) + packed.to_bytes(8, "big") + md5


@given(
    rate=st.integers(1, 655_350),
    channels=st.integers(1, 8),
    bits=st.integers(4, 32),
    samples=st.integers(0, 2**36 - 1),
    md5=st.binary(min_size=16, max_size=16),
    is_whole_file=st.booleans(),
)
def test_streaminfo_is_read_as_the_specification_has_it(
    rate: int, channels: int, bits: int, samples: int, md5: bytes, is_whole_file: bool
) -> None:
    extra = (b"fLaC\0\0\0\x22" if is_whole_file else b"") + streaminfo(rate, channels, bits, samples, md5)
    assert coded_depth("flac", extra, "s32", NOWHERE) == bits
    assert streaminfo_of("flac", extra) == md5.hex()
    assert streaminfo_of("alac", extra) is None


@given(flags=st.integers(0, 2**32 - 1))
def test_wavpack_flags_are_read_as_the_specification_has_them(
    flags: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "flags.wv"
    path.write_bytes(b"wvpk" + bytes(20) + struct.pack("<I", flags) + bytes(4))
    bytes_stored, is_hybrid, shift = (flags & 3) + 1, bool(flags >> 3 & 1), flags >> 13 & 31
    depth = coded_depth("wavpack", None, "s32p", path)
    if is_hybrid or shift >= bytes_stored * 8:
        assert depth is None
    else:
        assert depth == bytes_stored * 8 - shift


@given(
    codec=st.sampled_from(["flac", "alac", "wavpack", "ape", "tta", "pcm_s16le", "pcm_s2", "mp3", ""]),
    extra=st.none() | st.binary(max_size=60),
    form=st.sampled_from(["s16", "s16p", "s32", "fltp", "u8p", "none", ""]),
    data=st.binary(max_size=40),
)
def test_any_bytes_have_a_depth_or_none(
    codec: str, extra: bytes | None, form: str, data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.wv"
    path.write_bytes(data)
    depth = coded_depth(codec, extra, form, path)
    assert depth is None or 1 <= depth <= 255
    md5 = streaminfo_of(codec, extra)
    assert md5 is None or len(md5) == 32
    assert is_floating(codec, form) in {True, False}


def test_a_wavpack_file_that_is_gone_is_an_error() -> None:
    with pytest.raises(OSError, match="nonexistent"):
        coded_depth("wavpack", None, "s16p", NOWHERE)


def test_every_plain_codec_of_ffmpeg_has_the_depth_in_its_name() -> None:
    names = {name for name in av.codecs_available if name.startswith(("pcm_s", "pcm_u", "pcm_f"))}
    odd = {"pcm_sga"}  # sixteen bits squeezed into eight
    for name in names - odd:
        digits = "".join(letter for letter in name.split("_")[1] if letter.isdigit())
        assert coded_depth(name, None, "", NOWHERE) == int(digits), name
    assert len(names) > 20
    assert np.all([coded_depth(name, None, "", NOWHERE) is None for name in odd])


def test_real_wavpack_files_have_the_depth_they_were_coded_with(real: Path) -> None:
    """By the WavPack encoder itself: two lossless, and one in the lossy hybrid mode (bit 3 of its flags)."""
    folder = real / "recordings" / "teeworlds"
    wanted = {"vo_teefault_cry-01.wv": 16, "wp_ninja_attack-04.wv": 16, "music_menu.wv": None}
    if not all((folder / name).is_file() for name in wanted):
        pytest.skip("no real WavPack files")
    for name, depth in wanted.items():
        found = decode(folder / name)
        assert isinstance(found, Decoded)
        assert (found.facts.bit_depth, found.form.is_floating) == (depth, False)
        assert bool((folder / name).read_bytes()[24] & 0x8) == (depth is None)
