"""Walks over WAVE files: what PyAV and the standard library write and read, and what is done to it here."""

import io
import struct
import time
import tracemalloc
import wave
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.formats.walks.riff import RiffFacts, RiffWalk, matches
from longplay.model.findings import FindingCode
from longplay.model.technical import CuePoint
from longplay.model.units import MIB
from walks import chunk, codes, decoded_samples, encoded, fmt, riff, walked, warnings

SOUND = bytes(range(1, 241))
DATA = chunk(b"data", SOUND)


def facts(data: bytes) -> RiffFacts:
    return walked(RiffWalk, data)


def cue(*points: tuple[int, int], order: str = "<") -> bytes:
    """A `cue ` chunk of (name, sample frame)."""
    rows = (struct.pack(order + "II4sIII", name, at, b"data", 0, 0, at) for name, at in points)
    return chunk(b"cue ", struct.pack(order + "I", len(points)) + b"".join(rows), order=order)


def adtl(*parts: bytes) -> bytes:
    return chunk(b"LIST", b"adtl" + b"".join(parts))


def label(kind: bytes, name: int, text: bytes) -> bytes:
    return chunk(kind, struct.pack("<I", name) + text + b"\0")


def region(name: int, length: int) -> bytes:
    return chunk(b"ltxt", struct.pack("<II4sHHHH", name, length, b"rgn ", 0, 0, 0, 0))


RICH = riff(
    chunk(b"bext", b"Reel 7".ljust(602, b"\0") + b"A=PCM\r\n"),
    fmt(),
    chunk(b"iXML", b"<BWFXML>odd</BWFXML>!"),
    DATA,
    cue((1, 10), (2, 40)),
    adtl(label(b"labl", 1, b"verse"), label(b"note", 2, b"splice"), region(2, 7)),
)


@pytest.mark.parametrize("rf64", ["never", "always"])
@pytest.mark.parametrize("layout", ["mono", "stereo", "5.1"])
@pytest.mark.parametrize("codec", ["pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_f32le", "pcm_f64le", "pcm_mulaw"])
def test_what_pyav_writes_is_whole_and_as_long_as_it_decodes(codec: str, layout: str, rf64: str) -> None:
    data = encoded("wav", codec, layout=layout, options={"rf64": rf64})
    found = facts(data)
    assert found.findings == ()
    assert found.form == ("RF64" if rf64 == "always" else "RIFF")
    assert found.is_64_bit == (rf64 == "always")
    assert found.fmt is not None
    assert (found.fmt.rate, found.fmt.channels) == (44_100, {"mono": 1, "stereo": 2, "5.1": 6}[layout])
    assert found.declared_samples == decoded_samples(data)


@pytest.mark.parametrize("codec", ["pcm_s16le", "pcm_s24le", "pcm_f32le"])
def test_wave64_by_pyav_is_whole_and_as_long_as_it_decodes(codec: str) -> None:
    data = encoded("w64", codec, layout="mono", seconds=0.1)
    found = facts(data)
    assert (found.form, found.findings) == ("W64", ())
    assert found.declared_samples == decoded_samples(data)
    assert codes(facts(data[:-9]).findings) == {FindingCode.TRUNCATED}


def test_a_codec_with_blocks_states_its_samples_in_fact() -> None:
    data = encoded("wav", "adpcm_ms", seconds=1.0)
    found = facts(data)
    assert found.findings == ()
    assert found.fmt is not None
    assert found.fmt.codec == 2
    assert found.declared_samples is not None
    assert 0 <= decoded_samples(data) - found.declared_samples < 2048


def test_bext_by_pyav_is_read() -> None:
    stated = {
        "description": "Reel 7, side A",
        "originator": "Longplay",
        "origination_date": "1971-03-02",
        "origination_time": "10:11:12",
        "time_reference": str(2**40 + 5),
        "coding_history": "A=ANALOGUE,M=stereo,T=Studer A80\r\nA=PCM,F=44100,W=16\r\n",
    }
    found = facts(encoded("wav", "pcm_s16le", options={"write_bext": "1"}, metadata=stated))
    broadcast = found.embedded.broadcast
    assert broadcast is not None
    assert found.bext_version == broadcast.version
    assert (broadcast.description, broadcast.originator) == ("Reel 7, side A", "Longplay")
    assert (broadcast.origination_date, broadcast.origination_time) == ("1971-03-02", "10:11:12")
    assert broadcast.time_reference == 2**40 + 5
    assert broadcast.coding_history == ("A=ANALOGUE,M=stereo,T=Studer A80", "A=PCM,F=44100,W=16")
    assert found.findings == ()


@given(channels=st.integers(1, 8), width=st.integers(1, 4), frames=st.integers(0, 300))
def test_what_the_standard_library_writes_is_whole(channels: int, width: int, frames: int) -> None:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(8000)
        file.writeframes(b"\x11" * (channels * width * frames))
    found = facts(buffer.getvalue())
    assert (found.declared_samples, found.data_present) == (frames, channels * width * frames)
    assert warnings(found.findings) == set()


@given(cuts=st.lists(st.integers(0, len(RICH)), max_size=20))
def test_any_cutting_gives_the_same_facts(cuts: list[int]) -> None:
    assert walked(RiffWalk, RICH, cuts) == facts(RICH)


def test_a_piece_may_be_one_byte() -> None:
    assert walked(RiffWalk, RICH, range(len(RICH))) == facts(RICH)


def test_everything_an_archive_looks_for_is_read() -> None:
    found = facts(RICH)
    assert found.findings == ()
    assert found.chunks == ("bext", "fmt ", "iXML", "data", "cue ", "LIST")
    assert found.embedded.broadcast is not None
    assert found.embedded.broadcast.description == "Reel 7"
    assert found.embedded.ixml == "<BWFXML>odd</BWFXML>!"
    assert found.embedded.cues == (
        CuePoint(position=10, label="verse"),
        CuePoint(position=40, label="splice", length=7),
    )


def test_a_cut_at_any_byte_is_found() -> None:
    for length in range(len(RICH)):
        assert warnings(facts(RICH[:length]).findings), length


def test_a_cut_at_any_byte_of_rf64_and_wave64_is_found() -> None:
    for data in (
        encoded("wav", "pcm_s16le", seconds=0.005, options={"rf64": "always"}),
        encoded("w64", "pcm_s16le", seconds=0.005),
    ):
        for length in range(len(data)):
            assert warnings(facts(data[:length]).findings), length


def test_of_what_is_lost_only_a_pad_byte_goes_unfound() -> None:
    odd = riff(fmt(channels=1, bits=8), chunk(b"data", b"123"))
    assert facts(odd).findings == ()
    assert warnings(facts(odd[:-1]).findings) == set()
    assert FindingCode.TRUNCATED in warnings(facts(odd[:-2]).findings)


@pytest.mark.parametrize(
    ("whole", "part"),
    [
        (0xFFFFFFFF, 0xFFFFFFFF),  # FFmpeg
        (0x7FFFFFFF, 0x7FFFFFFF),  # opus-tools
        (0x7FFFF024, 0x7FFFF000),  # SoX, eSpeak
        (0xFFFFFFFF, 0xFFFFFF9B),
        (0, 0),
        (36, 0),  # a header written at the start of a recording that broke off
    ],
)
def test_a_length_that_was_never_filled_in_is_no_damage(whole: int, part: int) -> None:
    data = riff(fmt(), chunk(b"data", b"\0\1" * 120, size=part), size=whole)
    found = facts(data)
    assert codes(found.findings) == {FindingCode.LENGTH_UNSTATED}
    assert warnings(found.findings) == set()
    assert (found.declared_samples, found.data_length, found.data_present) == (None, None, 240)
    # of the cuts such a file hides, one within a sample frame shows
    assert warnings(facts(data[:-1]).findings) == {FindingCode.TRUNCATED}
    assert warnings(facts(data[:-4]).findings) == set()


def test_no_samples_at_all_is_no_unstated_length() -> None:
    assert facts(riff(fmt(), chunk(b"data", b""))).findings == ()
    assert facts(riff(fmt(), chunk(b"data", b""), chunk(b"LIST", b"INFO"))).findings == ()


def ds64(*, size: int, data: int, samples: int = 0, table: bytes = b"", count: int | None = None) -> bytes:
    rows = len(table) // 12 if count is None else count
    return chunk(b"ds64", struct.pack("<QQQI", size, data, samples, rows) + table)


UNKNOWN = 0xFFFFFFFF


@pytest.mark.parametrize("kind", [b"RF64", b"BW64"])
def test_sizes_of_all_ones_are_looked_up_in_ds64(kind: bytes) -> None:
    table = b"axml" + struct.pack("<Q", 6)
    parts = (fmt(), chunk(b"axml", b"<adm/>", size=UNKNOWN), chunk(b"data", SOUND, size=UNKNOWN))
    size = len(riff(ds64(size=0, data=0, table=table), *parts)) - 8
    data = riff(ds64(size=size, data=240, samples=60, table=table), *parts, form=kind, size=UNKNOWN)
    found = facts(data)
    assert found.findings == ()
    assert (found.declared_samples, found.chunks) == (60, ("ds64", "fmt ", "axml", "data"))
    for length in range(12, len(data)):
        assert warnings(facts(data[:length]).findings), length


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (riff(fmt(), chunk(b"data", SOUND, size=UNKNOWN), form=b"RF64", size=UNKNOWN), "there is no `ds64`"),
        (riff(chunk(b"ds64", bytes(27)), fmt(), DATA, form=b"RF64"), "there is no `ds64`"),
        (riff(ds64(size=0, data=238), fmt(), DATA, form=b"RF64"), "states 240 bytes, `ds64` 238"),
        (riff(ds64(size=0, data=240, count=2**32 - 1), fmt(), DATA, form=b"RF64"), "4294967295 entries"),
        (
            riff(ds64(size=0, data=240), fmt(), chunk(b"axml", b"", size=UNKNOWN), DATA, form=b"RF64"),
            "does not state the length of the `axml`",
        ),
    ],
)
def test_rf64_without_its_true_sizes_is_broken(broken: bytes, said: str) -> None:
    found = facts(broken)
    (broken_structure,) = [one for one in found.findings if one.code is FindingCode.STRUCTURE_BROKEN]
    assert said in broken_structure.detail
    assert FindingCode.STRUCTURE_BROKEN in warnings(found.findings)


def test_more_than_4_gib_are_only_counted() -> None:
    frames = 5 * 1024**3 // 4
    head = riff(
        ds64(size=5 * 1024**3 + 72, data=frames * 4), fmt(), chunk(b"data", b"", size=UNKNOWN), form=b"RF64"
    )
    head = head[:4] + struct.pack("<I", UNKNOWN) + head[8:]
    assert len(head) == 80
    walk, piece, begun = RiffWalk(), memoryview(bytes(MIB)), time.perf_counter()
    walk.update(head)
    for _ in range(5 * 1024):
        walk.update(piece)
    found = walk.finish()
    assert (found.findings, found.declared_samples) == ((), frames)
    assert time.perf_counter() - begun < 60


@pytest.mark.parametrize("name", [b"fmt ", b"iXML", b"bext", b"LIST", b"cue ", b"abcd"])
def test_a_size_that_lies_takes_no_memory(name: bytes) -> None:
    walk, piece = RiffWalk(), bytes(MIB)
    tracemalloc.start()
    walk.update(riff(chunk(name, b"", size=2**31), size=2**31 + 4))
    for _ in range(20):
        walk.update(piece)
    found = walk.finish()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert FindingCode.TRUNCATED in warnings(found.findings)
    assert peak < MIB // 2


def test_chunks_to_be_read_take_no_more_memory_than_their_limit() -> None:
    many = riff(fmt(), *[chunk(b"iXML", b"x" * MIB)] * 40, DATA)
    tracemalloc.start()
    walk = RiffWalk()
    for at in range(0, len(many), MIB):
        walk.update(memoryview(many)[at : at + MIB])
    found = walk.finish()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.embedded.ixml == "x" * MIB
    assert found.declared_samples == 60
    assert peak < 8 * MIB


def test_a_chunk_too_long_to_be_read_is_named_and_passed_over() -> None:
    found = facts(riff(fmt(), chunk(b"iXML", b"x" * (MIB + 1)), DATA))
    assert (found.embedded.ixml, found.declared_samples) == (None, 60)
    assert warnings(found.findings) == set()
    assert "`iXML` chunk of 1048577 bytes is too long" in found.findings[0].detail


ODD = chunk(b"note", b"odd")


@pytest.mark.parametrize("odd", [ODD, ODD[:-1], ODD[:-1] + b"x"], ids=["zero pad", "no pad", "other pad"])
@pytest.mark.parametrize("after", [DATA, chunk(b"LIST", b"INFO") + DATA, chunk(b"abcd", b"") + DATA])
def test_a_pad_byte_may_be_left_out_or_be_another(odd: bytes, after: bytes) -> None:
    found = facts(riff(fmt(), odd, after))
    assert (found.findings, found.declared_samples) == ((), 60)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (riff(fmt()), FindingCode.STRUCTURE_BROKEN),
        (riff(DATA), FindingCode.STRUCTURE_BROKEN),
        (riff(DATA, fmt()), FindingCode.STRUCTURE_BROKEN),
        (riff(chunk(b"fmt ", bytes(13)), DATA), FindingCode.STRUCTURE_BROKEN),
        (riff(fmt(channels=0), DATA), FindingCode.STRUCTURE_BROKEN),
        (riff(fmt(rate=0), DATA), FindingCode.STRUCTURE_BROKEN),
        (
            riff(chunk(b"fmt ", struct.pack("<HHIIHH", 1, 2, 8000, 0, 3, 16)), DATA),
            FindingCode.STRUCTURE_BROKEN,
        ),
        (riff(fmt(), chunk(b"bext", bytes(601)), DATA), FindingCode.STRUCTURE_BROKEN),
        (riff(fmt(), DATA, size=100), FindingCode.STRUCTURE_BROKEN),
        (riff(fmt(), chunk(b"data", SOUND, size=200)), FindingCode.STRUCTURE_BROKEN),
        (riff(fmt(), chunk(b"data", SOUND, size=241)), FindingCode.TRUNCATED),
        (riff(fmt(), DATA, size=1000), FindingCode.TRUNCATED),
        (b"", FindingCode.STRUCTURE_BROKEN),
        (b"no WAVE file", FindingCode.STRUCTURE_BROKEN),
    ],
)
def test_damage_is_named(data: bytes, code: FindingCode) -> None:
    assert warnings(facts(data).findings) == {code}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (riff(fmt(), DATA) + b"TAG".ljust(128, b"\0"), FindingCode.FOREIGN_BYTES),
        (riff(fmt(), DATA, bytes(6)), FindingCode.FOREIGN_BYTES),
        (riff(fmt(), DATA, bytes(600)), FindingCode.FOREIGN_BYTES),
        (riff(fmt(), chunk(b"data", SOUND[:-1])), FindingCode.STRUCTURE_BROKEN),
        (riff(fmt(), DATA, size=len(riff(fmt(), DATA))), FindingCode.STRUCTURE_BROKEN),
    ],
    ids=["ID3v1", "few zeros", "many zeros", "half a frame", "header counted"],
)
def test_oddities_that_harm_nothing_are_notes(data: bytes, code: FindingCode) -> None:
    found = facts(data)
    assert codes(found.findings) == {code}
    assert warnings(found.findings) == set()
    assert found.data_present >= 239


def test_many_chunks_end_the_walk() -> None:
    found = facts(riff(fmt(), DATA, chunk(b"abcd", b"") * 70_000))
    assert codes(found.findings) == {FindingCode.STRUCTURE_BROKEN}
    assert "the rest was not looked at" in found.findings[0].detail
    assert (len(found.chunks), found.declared_samples) == (1000, 60)


def test_rifx_is_the_same_in_the_other_order() -> None:
    parts = (fmt(order=">"), chunk(b"data", SOUND, order=">"), cue((1, 10), order=">"))
    found = facts(riff(*parts, form=b"RIFX", order=">"))
    assert (found.findings, found.declared_samples, found.form) == ((), 60, "RIFX")
    assert found.embedded.cues == (CuePoint(position=10),)


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ("000000001000800000aa00389b71", 3),
        ("00002107d3118644c8c1ca000000", 3),
        ("ffffffffffffffffffffffffffff", None),
    ],
)
def test_an_extensible_format_tells_the_tag_it_stands_for(tail: str, expected: int | None) -> None:
    body = (
        struct.pack("<HHIIHHHHI", 0xFFFE, 2, 48_000, 384_000, 8, 32, 22, 24, 3) + b"\3\0" + bytes.fromhex(tail)
    )
    found = facts(riff(chunk(b"fmt ", body), DATA)).fmt
    assert found is not None
    assert (found.sub_format, found.valid_bits, found.channel_mask) == (expected, 24, 3)
    assert found.codec == (0xFFFE if expected is None else expected)


LABELS = st.dictionaries(st.integers(0, 9), st.text("abc é", min_size=1).filter(str.strip), max_size=5)


@given(
    points=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2**32 - 1)), max_size=10),
    labels=LABELS,
    notes=LABELS,
    before=st.booleans(),
)
def test_cue_points_keep_their_order_and_find_their_labels(
    points: list[tuple[int, int]], labels: dict[int, str], notes: dict[int, str], before: bool
) -> None:
    parts = [label(b"labl", name, text.encode()) for name, text in labels.items()]
    parts += [label(b"note", name, text.encode()) for name, text in notes.items()]
    parts.append(region(3, 5))
    marks = (adtl(*parts), cue(*points)) if before else (cue(*points), adtl(*parts))
    found = facts(riff(fmt(), *marks, DATA))
    texts = notes | labels
    assert found.embedded.cues == tuple(
        CuePoint(
            position=at,
            label=texts[name].strip() if name in texts else None,
            length=5 if name == 3 else None,
        )
        for name, at in points
    )


def test_a_cue_chunk_that_states_more_points_than_it_has_gives_those_it_has() -> None:
    body = struct.pack("<I", 2**32 - 1) + struct.pack("<II4sIII", 1, 0, b"data", 0, 0, 9)
    assert facts(riff(fmt(), DATA, chunk(b"cue ", body))).embedded.cues == (CuePoint(position=9),)


def test_other_riff_files_are_not_ours() -> None:
    assert matches(RICH)
    assert matches(encoded("w64", "pcm_s16le", seconds=0.01))
    assert not matches(b"RIFF\0\0\0\0AVI LIST")
    assert not matches(b"RIFF")


@settings(max_examples=20)
@given(size=st.integers(1, 238))
def test_a_data_size_changed_to_a_smaller_one_is_found(size: int) -> None:
    data = riff(fmt(), chunk(b"data", bytes(range(128, 248)) * 2, size=size))
    assert warnings(facts(data).findings) == {FindingCode.STRUCTURE_BROKEN}


def test_real_recordings_show_no_damage(real: Path) -> None:
    files = sorted((real / "recordings").rglob("*.wav"))
    assert files
    for file in files:
        found = facts(file.read_bytes())
        assert warnings(found.findings) == set(), file
        assert found.declared_samples == decoded_samples(file.read_bytes()), file


def test_real_odd_files_all_give_facts(real: Path) -> None:
    read = [facts(file.read_bytes()) for file in (real / "torture").rglob("*") if file.is_file()]
    assert sum(found.fmt is not None for found in read) >= 35
