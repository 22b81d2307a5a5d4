"""Decoding: what generated files are, measured; and no bytes whatever get more than a refusal out of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longplay.audio.decode import Decoded, Unfit, decode
from longplay.audio.encode import Encoding
from longplay.model.findings import FindingCode
from measuring import codes, damaged, measured

MakeTone = Callable[..., Path]

FACTS = {
    Encoding.FLAC: ("flac", "flac", 44_100, 16),
    Encoding.WAV: ("wav", "pcm_s16le", 44_100, 16),
    Encoding.MP3: ("mp3", "mp3float", 44_100, None),
    Encoding.OPUS: ("ogg", "opus", 48_000, None),
    Encoding.VORBIS: ("ogg", "vorbis", 44_100, None),
    Encoding.M4A: ("mov", "aac", 44_100, None),
}


@pytest.mark.parametrize("encoding", Encoding)
def test_a_generated_file_is_what_was_generated(
    tmp_path: Path, make_tone: MakeTone, encoding: Encoding
) -> None:
    path = make_tone(tmp_path / f"song{encoding.suffix}", seconds=1, encoding=encoding)
    found = decode(path)
    assert isinstance(found, Decoded)
    facts = found.facts
    assert (facts.container, facts.codec, facts.rate, facts.bit_depth) == FACTS[encoding]
    assert (facts.channels, facts.decode_errors) == (2, 0)
    assert abs(facts.duration - 1_000) < 60
    if facts.bit_depth:
        assert facts.samples == 44_100
    assert codes(measured(path)) <= {FindingCode.FOREIGN_BYTES}


@pytest.mark.parametrize("encoding", Encoding)
def test_the_name_of_a_file_changes_nothing(tmp_path: Path, make_tone: MakeTone, encoding: Encoding) -> None:
    named = make_tone(tmp_path / f"song{encoding.suffix}", encoding=encoding)
    bare = make_tone(tmp_path / "song", encoding=encoding)
    assert decode(named) == decode(bare)


def test_metadata_of_the_container_is_handed_on(tmp_path: Path, make_tone: MakeTone) -> None:
    found = decode(make_tone(tmp_path / "song.flac", title="Für Elise"))
    assert isinstance(found, Decoded)
    assert dict(found.metadata)["TITLE" if "TITLE" in dict(found.metadata) else "title"] == "Für Elise"


@pytest.mark.parametrize("encoding", [Encoding.FLAC, Encoding.M4A])
def test_a_file_cut_in_the_middle_is_shorter_than_it_declares_or_refused(
    tmp_path: Path, make_tone: MakeTone, encoding: Encoding
) -> None:
    path = make_tone(tmp_path / f"song{encoding.suffix}", seconds=2, encoding=encoding)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 3 // 5])
    found = measured(path)
    assert isinstance(found, Unfit) or FindingCode.SHORTER_THAN_DECLARED in codes(found)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", FindingCode.NOT_AUDIO),
        (b"just words, nothing else", FindingCode.NOT_AUDIO),
        (b"fLaC", FindingCode.NO_SAMPLES),
        (bytes(5_000), FindingCode.NOT_AUDIO),
    ],
)
def test_what_is_no_audio_is_refused_with_a_sentence(tmp_path: Path, data: bytes, code: FindingCode) -> None:
    path = tmp_path / "song"
    path.write_bytes(data)
    found = decode(path)
    assert isinstance(found, Unfit)
    assert found.code in {code, FindingCode.NOT_AUDIO}
    assert found.detail


def test_a_picture_is_no_recording(tmp_path: Path) -> None:
    import av
    import numpy as np

    path = tmp_path / "picture.png"
    with av.open(path, "w", format="image2") as out:
        stream = out.add_stream("png")
        stream.width = stream.height = 16
        stream.pix_fmt = "rgb24"
        frame = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), dtype=np.uint8), format="rgb24")
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    assert isinstance(decode(path), Unfit)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        decode(tmp_path / "absent.flac")


@pytest.mark.parametrize(
    "name", ["50%.flac", "a:b.flac", "-i.flac", "new\nline.flac", "\udcff.flac", "#?.flac"]
)
def test_a_name_is_never_read_as_an_address_or_option(tmp_path: Path, make_tone: MakeTone, name: str) -> None:
    made = make_tone(tmp_path / "made.flac")
    found = decode(made.rename(tmp_path / name))
    assert isinstance(found, Decoded)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.binary(max_size=400),
    magic=st.sampled_from(
        [
            *(b"", b"fLaC\0\0\0\x22", b"RIFF\x24\0\0\0WAVEfmt ", b"OggS\0\x02", b"ID3\x04\0\0"),
            *(b"\xff\xfb\x90\x64", b"\0\0\0\x20ftypM4A ", b"FORM\0\0\0\x40AIFFCOMM", b"\x1aE\xdf\xa3"),
            *(b"MAC \x96\x0f", b"wvpk", b"#!AMR\n"),
        ]
    ),
)
def test_any_bytes_are_decoded_or_refused(tmp_path: Path, data: bytes, magic: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(magic + data)
    assert isinstance(decode(path), Decoded | Unfit)


@pytest.mark.parametrize("encoding", Encoding)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_recording_is_decoded_or_refused(
    tmp_path: Path, make_tone: MakeTone, encoding: Encoding, data: st.DataObject
) -> None:
    path = make_tone(tmp_path / f"song{encoding.suffix}", encoding=encoding, title="Title")
    path.write_bytes(damaged(path.read_bytes(), data))
    found = decode(path)
    if isinstance(found, Decoded):
        assert found.facts.samples > 0
        assert found.facts.rate > 0
