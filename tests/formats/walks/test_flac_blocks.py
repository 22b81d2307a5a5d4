"""Walks over FLAC metadata blocks: what PyAV and mutagen write, and blocks packed here by RFC 9639."""

import io
import struct
import tracemalloc
from pathlib import Path

import av
import mutagen.flac
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longplay.errors import MalformedInput
from longplay.formats.walks.flac_blocks import FlacFacts, FlacWalk, matches, read_streaminfo
from longplay.model.findings import FindingCode
from longplay.model.technical import CuePoint
from longplay.model.units import MIB
from walks import chunk, codes, decoded_samples, encoded, walked, warnings

FRAMES = b"\xff\xf8" + bytes(200)


def facts(data: bytes) -> FlacFacts:
    return walked(FlacWalk, data)


def block(kind: int, body: bytes, *, last: bool = False, size: int | None = None) -> bytes:
    stated = len(body) if size is None else size
    return bytes([kind | (0x80 if last else 0)]) + stated.to_bytes(3, "big") + body


def streaminfo(
    *, rate: int = 44_100, channels: int = 2, bits: int = 16, samples: int = 5, md5: bytes = b"m" * 16
) -> bytes:
    packed = rate << 44 | (channels - 1) << 41 | (bits - 1) << 36 | samples
    return struct.pack(">HH", 4096, 4096) + bytes(6) + packed.to_bytes(8, "big") + md5


INFO = block(0, streaminfo())
LAST = block(1, b"pad", last=True)
WHOLE = b"fLaC" + INFO + block(2, b"riff" + chunk(b"iXML", b"<a/>")) + LAST + FRAMES


@pytest.mark.parametrize("layout", ["mono", "stereo", "5.1"])
@pytest.mark.parametrize("rate", [8_000, 44_100, 96_000])
def test_what_pyav_writes_is_whole_and_as_long_as_it_decodes(layout: str, rate: int) -> None:
    data = encoded("flac", "flac", layout=layout, rate=rate)
    found = facts(data)
    assert found.findings == ()
    assert found.stream is not None
    assert found.stream.samples == decoded_samples(data)
    theirs = mutagen.flac.FLAC(io.BytesIO(data)).info
    assert int(found.stream.md5 or "", 16) == theirs.md5_signature
    assert (found.stream.rate, found.stream.channels, found.stream.bits) == (
        theirs.sample_rate,
        theirs.channels,
        theirs.bits_per_sample,
    )
    assert data[found.audio_start : (found.audio_start or 0) + 2] == b"\xff\xf8"
    assert found.audio_end == len(data)


@given(
    rate=st.integers(1, 2**20 - 1),
    channels=st.integers(1, 8),
    bits=st.integers(4, 32),
    samples=st.integers(0, 2**36 - 1),
    md5=st.binary(min_size=16, max_size=16),
)
def test_streaminfo_comes_back(rate: int, channels: int, bits: int, samples: int, md5: bytes) -> None:
    read = read_streaminfo(streaminfo(rate=rate, channels=channels, bits=bits, samples=samples, md5=md5))
    assert (read.rate, read.channels, read.bits) == (rate, channels, bits)
    assert (read.samples or 0, bytes.fromhex(read.md5 or "00" * 16)) == (samples, md5)
    assert (read.min_block, read.max_block, read.min_frame, read.max_frame) == (4096, 4096, None, None)


@pytest.mark.parametrize("bad", [bytes(33), bytes(34), streaminfo(rate=0), streaminfo(bits=3)])
def test_a_streaminfo_that_cannot_be_is_malformed(bad: bytes) -> None:
    with pytest.raises(MalformedInput):
        read_streaminfo(bad)


def test_an_absent_md5_and_length_are_notes() -> None:
    found = facts(b"fLaC" + block(0, streaminfo(samples=0, md5=bytes(16)), last=True) + FRAMES)
    assert codes(found.findings) == {FindingCode.CHECKSUM_ABSENT, FindingCode.LENGTH_UNSTATED}
    assert warnings(found.findings) == set()


@pytest.mark.parametrize("is_disc", [True, False])
def test_a_cuesheet_by_mutagen_becomes_cue_points(is_disc: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    path.write_bytes(encoded("flac", "flac", seconds=2.0))
    file = mutagen.flac.FLAC(path)
    sheet = mutagen.flac.CueSheet(None)
    sheet.compact_disc = is_disc
    for number, start in ((1, 0), (2, 44_100)):
        track = mutagen.flac.CueSheetTrack(number, start)
        track.indexes.append(mutagen.flac.CueSheetTrackIndex(0, 0))
        track.indexes.append(mutagen.flac.CueSheetTrackIndex(1, 588))
        sheet.tracks.append(track)
    sheet.tracks.append(mutagen.flac.CueSheetTrack(170 if is_disc else 255, 88_200))
    file.cuesheet = sheet
    file.metadata_blocks.append(sheet)
    file.save()
    found = facts(path.read_bytes())
    assert found.findings == ()
    assert "CUESHEET" in found.blocks
    assert found.embedded.cues == (
        CuePoint(position=0, label="track 1 index 0"),
        CuePoint(position=588, label="track 1"),
        CuePoint(position=44_100, label="track 2 index 0"),
        CuePoint(position=44_688, label="track 2"),
        CuePoint(position=88_200, label="lead-out"),
    )


def test_broadcast_wave_chunks_kept_in_the_stream_are_read() -> None:
    kept = [
        chunk(b"bext", b"Reel 7".ljust(602, b"\0")),
        chunk(b"iXML", b"<a/>"),
        chunk(b"cue ", struct.pack("<III4sIII", 1, 1, 0, b"data", 0, 0, 9)),
        chunk(b"LIST", b"adtl" + chunk(b"labl", b"\1\0\0\0solo\0")),
    ]
    embedded = facts(
        b"fLaC" + INFO + b"".join(block(2, b"riff" + one) for one in kept) + LAST + FRAMES
    ).embedded
    assert embedded.broadcast is not None
    assert embedded.broadcast.description == "Reel 7"
    assert embedded.ixml == "<a/>"
    assert embedded.cues == (CuePoint(position=9, label="solo"),)


def id3(size: int, *, footer: bool = False) -> bytes:
    sized = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    head = b"ID3\4\0" + (b"\x10" if footer else b"\0") + sized
    return head + bytes(size) + (b"3DI" + head[3:] if footer else b"")


@pytest.mark.parametrize("before", [id3(0), id3(300), id3(20, footer=True), id3(5) + id3(2000)])
def test_id3_around_the_stream_is_foreign_but_no_damage(before: bytes) -> None:
    data = before + WHOLE + b"TAG".ljust(128, b"\0")
    found = facts(data)
    assert codes(found.findings) == {FindingCode.FOREIGN_BYTES}
    assert warnings(found.findings) == set()
    assert found.stream == facts(WHOLE).stream
    assert (found.audio_start, found.audio_end) == (len(data) - 128 - len(FRAMES), len(data) - 128)
    assert matches(data)


@given(cuts=st.lists(st.integers(0, 1000), max_size=20))
def test_any_cutting_gives_the_same_facts(cuts: list[int]) -> None:
    data = id3(100) + WHOLE + b"TAG".ljust(128, b"\0")
    assert walked(FlacWalk, data, cuts) == facts(data)
    assert walked(FlacWalk, data, range(len(data))) == facts(data)


def test_a_cut_within_the_metadata_is_found() -> None:
    start = facts(WHOLE).audio_start
    assert start is not None
    for length in range(start + 2):
        assert warnings(facts(WHOLE[:length]).findings), length


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"fLaC" + LAST + FRAMES, FindingCode.STRUCTURE_BROKEN),
        (b"fLaC" + block(4, b"") + block(0, streaminfo(), last=True) + FRAMES, FindingCode.STRUCTURE_BROKEN),
        (b"fLaC" + block(0, bytes(18), last=True) + FRAMES, FindingCode.STRUCTURE_BROKEN),
        (b"fLaC" + INFO + block(127, b"") + LAST + FRAMES, FindingCode.STRUCTURE_BROKEN),
        (b"fLaC" + INFO + LAST + b"no frame", FindingCode.STRUCTURE_BROKEN),
        (
            b"fLaC" + INFO + block(2, b"riff" + chunk(b"bext", b"")) + LAST + FRAMES,
            FindingCode.STRUCTURE_BROKEN,
        ),
        (b"fLaC" + INFO + block(1, bytes(9), size=2**24 - 1), FindingCode.TRUNCATED),
        (b"fLaC" + INFO + LAST, FindingCode.TRUNCATED),
        (b"OggS", FindingCode.STRUCTURE_BROKEN),
        (b"", FindingCode.STRUCTURE_BROKEN),
    ],
)
def test_damage_is_named(data: bytes, code: FindingCode) -> None:
    assert warnings(facts(data).findings) == {code}


def test_many_blocks_end_the_walk() -> None:
    found = facts(b"fLaC" + INFO + block(1, b"") * 20_000 + LAST + FRAMES)
    assert codes(found.findings) == {FindingCode.STRUCTURE_BROKEN}
    assert "the rest was not looked at" in found.findings[0].detail


def test_large_blocks_are_passed_over() -> None:
    big = block(6, bytes(2**24 - 1))
    data = b"fLaC" + INFO + big * 3 + LAST + FRAMES
    view = memoryview(data)
    tracemalloc.start()
    walk = FlacWalk()
    for at in range(0, len(data), MIB):
        walk.update(view[at : at + MIB])
    found = walk.finish()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.findings == ()
    assert found.blocks == ("STREAMINFO", "PICTURE", "PICTURE", "PICTURE", "PADDING")
    assert peak < MIB


def test_other_files_are_not_ours() -> None:
    assert matches(WHOLE)
    assert not matches(id3(10) + b"\xff\xfb\x90\0")
    assert not matches(id3(5000)[:4096])
    assert not matches(b"")


def test_real_recordings_show_no_damage(real: Path) -> None:
    files = sorted((real / "recordings").rglob("*.flac"))
    assert files
    for file in files:
        with file.open("rb") as raw:
            data = raw.read()
        found = facts(data)
        assert warnings(found.findings) == set(), file
        with av.open(io.BytesIO(data)) as container:
            stream = container.streams.audio[0]
            assert found.stream is not None
            assert (stream.duration or None) == found.stream.samples, file
            assert stream.rate == found.stream.rate, file


def test_real_odd_files_all_give_facts(real: Path) -> None:
    read = [facts(file.read_bytes()) for file in (real / "torture").rglob("*") if file.is_file()]
    assert sum(found.stream is not None for found in read) >= 30
