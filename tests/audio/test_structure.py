"""The walk chosen for a file, what it declares, and its first and last bytes. FFmpeg's decoders judge."""

import io
from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coded import coded, decoded
from longplay.audio.measure import Measured, measure
from longplay.audio.structure import CHOICE_BYTES, EDGE_BYTES, LENIENT_S, Structure, StructureWatch
from longplay.model.findings import FindingCode, Severity
from walks import encoded

RATE = 44_100

EXACT = {
    "wav": ("wav", "pcm_s16le"), "u8.wav": ("wav", "pcm_u8"), "s24.wav": ("wav", "pcm_s24le"),
    "f32.wav": ("wav", "pcm_f32le"), "f64.wav": ("wav", "pcm_f64le"), "w64": ("w64", "pcm_s16le"),
    "flac": ("flac", "flac"), "aiff": ("aiff", "pcm_s16be"), "s24.aiff": ("aiff", "pcm_s24be"),
}  # fmt: skip
PADDED = {
    "alaw.wav": ("wav", "pcm_alaw"), "adpcm.wav": ("wav", "adpcm_ima_wav"), "opus": ("opus", "libopus"),
    "ogg": ("ogg", "vorbis"), "oga": ("ogg", "flac"), "mp3": ("mp3", "libmp3lame"), "m4a": ("ipod", "aac"),
    "alac.m4a": ("ipod", "alac"), "flac.mp4": ("mp4", "flac"), "mov": ("mov", "pcm_s16le"),
}  # fmt: skip
UNSTATED = {"aac": ("adts", "aac")}
WALKED = EXACT | PADDED | UNSTATED
LEFT = {
    "mka": ("matroska", "flac"), "wma": ("asf", "wmav2"), "tta": ("tta", "tta"), "wv": ("wv", "wavpack"),
    "caf": ("caf", "pcm_s16be"), "au": ("au", "pcm_s16be"),
}  # fmt: skip


@cache
def made(name: str, seconds: float = 0.5) -> bytes:
    """A file of noise."""
    muxer, codec = (WALKED | LEFT)[name]
    rate = 48_000 if codec == "libopus" else RATE
    if muxer in {"ipod", "mp4", "mov"}:
        return encoded(muxer, codec, seconds=seconds, rate=rate)
    strict = (("strict", "-2"),) if codec == "vorbis" else ()
    return coded(muxer, codec, seconds=seconds, rate=rate, options=strict, bit_rate=64_000)


def watched(data: bytes, name: str, cuts: Iterable[int] = ()) -> Structure:
    """The structure of a file whose bytes come cut at these places, from a buffer that is written over."""
    watch = StructureWatch(name)
    for start, end in pairwise([0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]):
        buffer = bytearray(data[start:end])
        with memoryview(buffer) as piece:
            watch.update(piece)
        buffer[:] = bytes(len(buffer))
    return watch.finish()


def codes(structure: Structure) -> set[FindingCode]:
    return {finding.code for finding in structure.findings}


def ape(length: int) -> bytes:
    """An APEv2 tag with a header, `length` bytes with both ends, and one item of zeros."""
    item = (length - 72).to_bytes(4, "little") + bytes(4) + b"Cover\0\0\0" if length > 80 else b""
    body = item.ljust(length - 64, b"\0")
    count = 1 if item else 0

    def end(flags: int) -> bytes:
        numbers = (2_000, len(body) + 32, count, flags)
        return b"APETAGEX" + b"".join(number.to_bytes(4, "little") for number in numbers) + bytes(8)

    return end(0xA000_0000) + body + end(0x8000_0000)


def id3(length: int) -> bytes:
    """An ID3v2.4 tag of padding, `length` bytes with its header."""
    size = length - 10
    return b"ID3\4\0\0" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + bytes(size)


def padded_s(structure: Structure, data: bytes) -> float:
    """Seconds FFmpeg decodes beyond what is declared."""
    with av.open(io.BytesIO(data)) as container:
        rate = container.streams.audio[0].rate
    declared = structure.declared_s
    if structure.declared_samples is not None:
        declared = structure.declared_samples / rate
    assert declared is not None
    return decoded(data) / rate - declared


@pytest.mark.parametrize("seconds", [0.001, 0.5, 2.3])
@pytest.mark.parametrize("name", EXACT)
def test_plain_samples_are_declared_as_many_as_are_decoded(name: str, seconds: float) -> None:
    data = made(name, seconds)
    structure = watched(data, f"song.{name}")
    assert structure.declared_samples == decoded(data) == round(seconds * RATE)
    assert structure.findings == ()


@pytest.mark.parametrize("seconds", [0.2, 0.5, 2.3])
@pytest.mark.parametrize("name", PADDED)
def test_other_sound_is_declared_as_long_as_it_is_decoded_within_what_encoders_pad(
    name: str, seconds: float
) -> None:
    data = made(name, seconds)
    structure = watched(data, f"song.{name}")
    assert structure.tolerance_s == LENIENT_S
    assert abs(padded_s(structure, data)) <= LENIENT_S
    assert {finding.severity for finding in structure.findings} <= {Severity.NOTE}


def test_what_states_no_length_declares_none() -> None:
    structure = watched(made("aac"), "song.aac")
    assert (structure.declared_samples, structure.declared_s) == (None, None)
    assert codes(structure) == {FindingCode.LENGTH_UNSTATED}


@pytest.mark.parametrize("name", WALKED)
@pytest.mark.parametrize("suffix", ["", ".mp3", ".aac", ".flac", ".WAV", ".txt"])
def test_the_first_bytes_decide_on_the_walk_whatever_the_name(name: str, suffix: str) -> None:
    assert watched(made(name), f"song{suffix}") == watched(made(name), f"song.{name}")


@pytest.mark.parametrize("name", LEFT)
@pytest.mark.parametrize("suffix", ["", ".mp3", ".aac", ".flac"])
def test_what_belongs_to_no_walk_is_left_to_the_decoder(name: str, suffix: str) -> None:
    data = made(name)
    assert watched(data, f"song{suffix}") == Structure(
        size=len(data), head=data[:EDGE_BYTES], tail=data[-EDGE_BYTES:]
    )


@pytest.mark.parametrize("length", [10, 2_000, 4_000, CHOICE_BYTES - 2, CHOICE_BYTES, 20_000, 300_000])
@pytest.mark.parametrize("suffix", ["", ".flac", ".mp3"])
@pytest.mark.parametrize("name", ["flac", "mp3", "aac", "opus"])
def test_what_stands_behind_tags_is_walked_however_long_they_are(name: str, suffix: str, length: int) -> None:
    for tags in (id3(length), id3(length) * 2, ape(length + 40)):
        if name == "flac" and not tags.startswith(b"ID3"):
            continue  # a FLAC decoder reads past ID3v2 alone
        structure = watched(tags + made(name), f"song{suffix}")
        plain = watched(made(name), f"song{suffix}")
        assert structure.declared_samples == plain.declared_samples
        assert FindingCode.FOREIGN_BYTES in codes(structure)
        assert codes(structure) - {FindingCode.FOREIGN_BYTES} == codes(plain) - {FindingCode.FOREIGN_BYTES}


@pytest.mark.parametrize("kept", [9, 3_000, 5_000, 100_000])
def test_a_file_that_ends_within_its_tag_is_read_by_its_suffix(kept: int) -> None:
    cut = id3(200_000)[:kept]
    assert {finding.severity for finding in watched(cut, "song.flac").findings} >= {Severity.WARNING}
    assert watched(cut, "song").findings == ()


def test_a_long_tag_before_what_is_no_sound_has_no_walk() -> None:
    data = id3(9_000) + made("wav")
    assert watched(data, "song").findings == ()
    assert watched(data, "song").declared_samples is None


@settings(max_examples=60)
@given(
    name=st.sampled_from([*WALKED, *LEFT]),
    cuts=st.lists(st.integers(0, 1 << 20), max_size=12),
    tag=st.integers(0, 9_000),
)
@example(name="flac", cuts=list(range(5_000)), tag=0)
@example(name="mp3", cuts=list(range(4_000, 9_000)), tag=4_500)
@example(name="wav", cuts=[0, 0, 4_095, 4_096, 4_097], tag=0)
def test_how_the_bytes_are_cut_does_not_show(name: str, cuts: list[int], tag: int) -> None:
    data = (id3(tag) if tag > 10 else b"") + made(name)
    assert watched(data, f"song.{name}", cuts) == watched(data, f"song.{name}")


@settings(max_examples=200)
@given(
    data=st.lists(
        st.binary(max_size=50)
        | st.sampled_from(
            [b"ID3\4\0\0\0\0\x7f\0", b"APETAGEX", b"fLaC", b"OggS", b"\xff\xfb\x90\0", bytes(4_000)]
        ),
        max_size=12,
    ).map(b"".join),
    suffix=st.sampled_from(["", ".mp3", ".flac", ".aac", ".wav"]),
    cuts=st.lists(st.integers(0, 1 << 16), max_size=5),
)
def test_any_bytes_have_a_structure_however_they_are_cut(data: bytes, suffix: str, cuts: list[int]) -> None:
    structure = watched(data, f"song{suffix}")
    assert structure == watched(data, f"song{suffix}", cuts)
    assert (structure.size, structure.head, structure.tail) == (
        len(data),
        data[:EDGE_BYTES],
        data[-EDGE_BYTES:],
    )
    order = [list(FindingCode).index(finding.code) for finding in structure.findings]
    assert order == sorted(set(order))


@pytest.mark.parametrize("size", [0, 1, EDGE_BYTES - 1, EDGE_BYTES, EDGE_BYTES + 1, 3 * EDGE_BYTES + 7])
@pytest.mark.parametrize("step", [1_000, EDGE_BYTES - 1, EDGE_BYTES, EDGE_BYTES + 1, 1 << 20])
def test_the_first_and_last_bytes_are_kept(size: int, step: int) -> None:
    data = np.random.default_rng(size).bytes(size)
    structure = watched(data, "song", range(0, size, step))
    assert structure.size == size
    assert structure.head == data[:EDGE_BYTES]
    assert structure.tail == data[-EDGE_BYTES:]


@pytest.mark.parametrize("name", ["", "song.flac", "song.mp3", "song.wav"])
def test_nothing_has_an_empty_structure(name: str) -> None:
    assert StructureWatch(name).finish() == watched(b"", name) == Structure(size=0, head=b"", tail=b"")


def two_streams(path: Path, codec: str, *, seconds: tuple[float, float]) -> bytes:
    """A mono stream and a stereo stream of noise that play at once."""
    with av.open(path, "w") as out:
        streams = [out.add_stream(codec, rate=RATE, layout=layout) for layout in ("mono", "stereo")]
        for stream, length in zip(streams, seconds, strict=True):
            for start in range(0, round(length * RATE), 4_096):
                noise = np.random.default_rng(start).integers(-9_999, 9_999, (1, 4_096 * stream.channels))
                frame = av.AudioFrame.from_ndarray(
                    noise.astype(np.int16), format="s16", layout=stream.layout.name
                )
                frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
    return path.read_bytes()


@pytest.mark.parametrize(("suffix", "codec"), [("oga", "flac"), ("mov", "pcm_s16le")])
def test_of_streams_that_play_at_once_no_wrong_length_is_declared(
    tmp_path: Path, suffix: str, codec: str
) -> None:
    """The stereo stream is decoded, which is three times as long as the other."""
    path = tmp_path / f"song.{suffix}"
    data = bytearray(two_streams(path, codec, seconds=(0.5, 1.5)))
    if suffix == "mov":
        for at, is_enabled in ((data.index(b"tkhd"), 0), (data.rindex(b"tkhd"), 3)):
            data[at + 7] = is_enabled
        path.write_bytes(data)
    measured = measure(path, watched(bytes(data), path.name))
    assert isinstance(measured, Measured)
    assert (measured.audio.channels, measured.audio.duration) == (2, pytest.approx(1_500, abs=100))
    assert measured.measurement.is_whole, measured.measurement.findings
