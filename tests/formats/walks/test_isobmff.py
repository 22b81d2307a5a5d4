"""Walks over MP4 and QuickTime files: what PyAV writes, judged by its demuxer, and what is done to it here."""

import io
import struct
import time
import tracemalloc
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import av
import mutagen.mp4
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.formats.walks.isobmff import IsobmffFacts, IsobmffWalk, matches
from longplay.formats.walks.isobmff_movie import SoundTrack
from longplay.model.findings import FindingCode
from longplay.model.units import MIB
from walks import box, codes, demuxed, encoded, walked, warnings

KINDS = {
    "aac": ("ipod", "aac", {}),
    "aac, moov first": ("ipod", "aac", {"movflags": "faststart"}),
    "alac": ("ipod", "alac", {}),
    "flac": ("mp4", "flac", {}),
    "opus": ("mp4", "libopus", {}),
    "pcm": ("mov", "pcm_s16le", {}),
    "pcm 24": ("mov", "pcm_s24be", {"movflags": "faststart"}),
    "pcm in mp4": ("mp4", "pcm_s16le", {}),
    "adpcm": ("mov", "adpcm_ima_qt", {}),
    "fragments": ("mp4", "aac", {"movflags": "frag_keyframe+empty_moov", "frag_duration": "100000"}),
    "fragments after samples": ("mp4", "aac", {"movflags": "frag_keyframe", "frag_duration": "100000"}),
    "fragments, base at moof": ("mp4", "aac", {"movflags": "dash+frag_keyframe", "frag_duration": "100000"}),
    "fragments of alac": ("mp4", "alac", {"movflags": "frag_keyframe+empty_moov", "frag_duration": "100000"}),
}
each_kind = pytest.mark.parametrize("kind", KINDS)
whole_kind = pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.startswith("fragments")])
fragmented_kind = pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.startswith("fragments")])


@cache
def made(kind: str) -> bytes:
    muxer, codec, options = KINDS[kind]
    return encoded(muxer, codec, rate=48_000, seconds=0.6, options=options)


def facts(data: bytes) -> IsobmffFacts:
    return walked(IsobmffWalk, data)


def track(found: IsobmffFacts) -> SoundTrack:
    (only,) = found.tracks
    return only


def top_level(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """(kind, start, end) of the boxes of a whole file with 32-bit sizes."""
    at = 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        yield kind, at, at + size
        at += size


def found_at(data: bytes, kind: bytes) -> int:
    """Where the body of the first box of a kind begins."""
    return data.index(kind) + 4


@each_kind
def test_what_pyav_writes_is_whole_and_holds_what_it_demuxes(kind: str) -> None:
    data = made(kind)
    found = facts(data)
    assert found.findings == ()
    packets, ticks = demuxed(data)
    sound = track(found)
    assert sound.ticks == ticks
    if "pcm" not in kind:
        # PyAV joins single samples of PCM
        assert sound.packets == packets
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.audio[0]
        assert (sound.rate, sound.channels) == (stream.rate, stream.channels)
        assert stream.time_base is not None
        assert sound.timescale == stream.time_base.denominator
        if "fragments" not in kind:
            assert stream.duration == (ticks if sound.presented is None else sound.presented)
    assert found.fragments == data.count(b"moof")
    assert bool(found.fragments) == kind.startswith("fragments")


@pytest.mark.parametrize(("kind", "codec", "rate"), [("aac", "mp4a", 48_000), ("opus", "Opus", 48_000)])
def test_the_encoders_delay_is_read_from_the_edits(kind: str, codec: str, rate: int) -> None:
    sound = track(facts(made(kind)))
    assert sound.codec == codec
    assert sound.delay > 0
    assert sound.presented is not None
    assert abs(sound.presented - rate * 0.6) <= rate // 1000
    assert sound.declared_samples >= sound.delay + rate * 0.6 - rate // 1000


@each_kind
@settings(max_examples=20)
@given(cuts=st.lists(st.integers(0, 2**20), max_size=20))
def test_any_cutting_gives_the_same_facts(kind: str, cuts: list[int]) -> None:
    assert walked(IsobmffWalk, made(kind), cuts) == facts(made(kind))


def test_a_piece_may_be_one_byte() -> None:
    data = made("fragments")
    assert walked(IsobmffWalk, data, range(len(data))) == facts(data)


@whole_kind
def test_a_cut_at_any_byte_is_found(kind: str) -> None:
    data = made(kind)
    edges = {
        place + near for _, start, end in top_level(data) for place in (start, end) for near in range(-9, 17)
    }
    places = sorted({place for place in edges if 0 <= place < len(data)} | set(range(0, len(data), 211)))
    for length in places:
        assert warnings(facts(data[:length]).findings), length


@fragmented_kind
def test_a_cut_of_a_fragmented_file_is_found_but_between_fragments(kind: str) -> None:
    data = made(kind)
    parts = list(top_level(data))
    unfound = {
        length
        for length in range(len(data))
        if length % 97 == 0 or any(abs(length - end) < 12 for _, _, end in parts)
        if not warnings(facts(data[:length]).findings)
    }
    ends = {end for name, _, end in parts if name in {b"moov", b"mdat", b"sidx"}}
    # a `sidx` or `mfra` box is lost with no harm to the samples
    assert unfound <= ends


@pytest.mark.parametrize("shift", [-20, 10**6, 2**31])
@pytest.mark.parametrize("kind", ["aac", "aac, moov first", "alac", "pcm"])
def test_samples_in_no_mdat_or_past_the_end_are_found(kind: str, shift: int) -> None:
    data = bytearray(made(kind))
    at = found_at(data, b"stco") + 8
    (offset,) = struct.unpack_from(">I", data, at)
    struct.pack_into(">I", data, at, offset + shift)
    found = facts(bytes(data))
    assert warnings(found.findings) == {FindingCode.STRUCTURE_BROKEN if shift < 0 else FindingCode.TRUNCATED}


def test_how_many_samples_are_lost_is_counted_as_pyav_meets_them() -> None:
    data = made("aac, moov first")
    with av.open(io.BytesIO(data)) as container:
        ends = [packet.pos + packet.size for packet in container.demux(audio=0) if packet.size]
    for length in range(len(data) - 3000, len(data), 251):
        # the box is made to fit, so that nothing but the tables tells
        cut = bytearray(data[:length])
        mdat = cut.index(b"mdat") - 4
        struct.pack_into(">I", cut, mdat, length - mdat)
        (finding,) = facts(bytes(cut)).findings
        lost = sum(end > length for end in ends)
        assert finding.code is FindingCode.TRUNCATED
        assert finding.detail.startswith(f"{lost} of {len(ends)} samples")


@pytest.mark.parametrize("kind", ["aac", "alac", "flac"])
def test_an_mdat_size_changed_to_a_smaller_one_is_found(kind: str) -> None:
    data = bytearray(made(kind))
    mdat = data.index(b"mdat") - 4
    (size,) = struct.unpack_from(">I", data, mdat)
    struct.pack_into(">I", data, mdat, size - 1000)
    assert FindingCode.STRUCTURE_BROKEN in warnings(facts(bytes(data)).findings)


def test_without_moov_the_structure_is_broken_or_cut() -> None:
    data = made("aac")
    moov = data.index(b"moov") - 4
    assert warnings(facts(data[:moov]).findings) == {FindingCode.STRUCTURE_BROKEN}
    assert warnings(facts(data[: moov - 1]).findings) == {FindingCode.TRUNCATED}


def test_sizes_of_64_bits_and_to_the_end_are_understood() -> None:
    data = made("aac, moov first")
    mdat = data.index(b"mdat") - 4
    to_the_end = data[:mdat] + bytes(4) + data[mdat + 4 :]
    assert facts(to_the_end).tracks == facts(data).tracks
    assert facts(to_the_end).findings == ()
    assert facts(data + struct.pack(">I4sQ", 1, b"free", 100) + b"x" * 84).findings == ()
    beyond = facts(data + struct.pack(">I4sQ", 1, b"free", 2**63) + b"x" * 84)
    assert warnings(beyond.findings) == {FindingCode.TRUNCATED}


@pytest.mark.parametrize(
    ("behind", "code"),
    [
        (b"TAG" + b"My Song".ljust(125, b"\0"), FindingCode.FOREIGN_BYTES),
        (b"TAGMy Song of many words".ljust(128), FindingCode.FOREIGN_BYTES),
        (bytes(4), FindingCode.FOREIGN_BYTES),
        (bytes(1000), FindingCode.FOREIGN_BYTES),
        (b"\xff" * 50, FindingCode.FOREIGN_BYTES),
    ],
)
def test_what_follows_the_last_box_is_foreign_but_no_damage(behind: bytes, code: FindingCode) -> None:
    found = facts(made("aac") + behind)
    assert codes(found.findings) == {code}
    assert warnings(found.findings) == set()


def test_an_old_quicktime_file_needs_no_ftyp() -> None:
    data = made("pcm")
    (_, _, end), *_ = top_level(data)
    without = bytearray(data[end:])
    at = found_at(without, b"stco")
    (count,) = struct.unpack_from(">I", without, at + 4)
    for place in range(at + 8, at + 8 + 4 * count, 4):
        struct.pack_into(">I", without, place, struct.unpack_from(">I", without, place)[0] - end)
    found = facts(bytes(without))
    assert (found.brand, found.findings, found.tracks) == (None, (), facts(data).tracks)
    assert matches(bytes(without))


HOSTILE = ("stts", "stsc", "stsz", "stco", "elst")


@pytest.mark.parametrize("table", HOSTILE)
@pytest.mark.parametrize("count", [2**32 - 1, 2**31, 0])
def test_a_table_that_states_another_count_takes_neither_time_nor_memory(table: str, count: int) -> None:
    data = bytearray(made("aac"))
    struct.pack_into(">I", data, found_at(data, table.encode()) + (8 if table == "stsz" else 4), count)
    facts(made("aac"))  # numpy is imported
    begun = time.perf_counter()
    tracemalloc.start()
    found = facts(bytes(data))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MIB
    assert time.perf_counter() - begun < 60
    assert (FindingCode.STRUCTURE_BROKEN in warnings(found.findings)) or table == "elst"


def test_very_many_samples_of_one_size_take_neither_time_nor_memory() -> None:
    data = bytearray(made("pcm"))
    at = found_at(data, b"stsz")
    struct.pack_into(">II", data, at + 4, 2**32 - 1, 2**32 - 1)
    struct.pack_into(">II", data, found_at(data, b"stts") + 8, 2**32 - 1, 2**32 - 1)
    at = found_at(data, b"stsc")
    struct.pack_into(">III", data, at + 4, 1, 1, 2**32 - 1)
    tracemalloc.start()
    found = facts(bytes(data))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MIB
    assert FindingCode.STRUCTURE_BROKEN in warnings(found.findings) or FindingCode.TRUNCATED in warnings(
        found.findings
    )


def test_a_moov_too_long_to_be_read_is_a_note() -> None:
    walk, piece = IsobmffWalk(), memoryview(bytes(MIB))
    walk.update(box(b"ftyp", b"M4A \0\0\0\0") + struct.pack(">I4s", 65 * MIB + 8, b"moov"))
    for _ in range(65):
        walk.update(piece)
    found = walk.finish()
    assert codes(found.findings) == {FindingCode.STRUCTURE_BROKEN}
    assert warnings(found.findings) == set()


def test_gigabytes_are_only_counted() -> None:
    walk, piece, begun = IsobmffWalk(), memoryview(bytes(MIB)), time.perf_counter()
    tracemalloc.start()
    walk.update(made("aac") + struct.pack(">I4sQ", 1, b"mdat", 6 * 1024**3 + 16))
    for _ in range(6 * 1024):
        walk.update(piece)
    found = walk.finish()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.findings == ()
    assert peak < MIB // 2
    assert time.perf_counter() - begun < 60


def test_many_tiny_boxes_end_the_walk() -> None:
    begun = time.perf_counter()
    found = facts(made("aac") + box(b"free") * 400_000)
    assert codes(found.findings) == {FindingCode.STRUCTURE_BROKEN}
    assert "the rest was not looked at" in found.findings[0].detail
    assert time.perf_counter() - begun < 60


def test_many_runs_in_fragments_end_the_reading() -> None:
    run = box(b"trun", struct.pack(">II", 0, 2**32 - 1))
    moof = box(b"moof", box(b"traf", box(b"tfhd", struct.pack(">II", 0x20000, 1)), run * 9_000))
    begun = time.perf_counter()
    found = facts(made("aac") + moof * 100)
    assert codes(found.findings) == {FindingCode.STRUCTURE_BROKEN}
    assert "the rest was not looked at" in found.findings[0].detail
    assert time.perf_counter() - begun < 60


def test_compact_sizes_are_read() -> None:
    data = made("aac")
    at = found_at(data, b"stsz")
    (count,) = struct.unpack_from(">I", data, at + 8)
    sizes = struct.unpack_from(f">{count}I", data, at + 12)
    compact = struct.pack(f">4x3xBI{count}H", 16, count, *sizes)
    # the room that is saved goes to a box that is passed over
    left = 4 * count + 12 - len(compact)
    replaced = (
        data[: at - 8] + box(b"stz2", compact) + box(b"free", bytes(left - 8)) + data[at + 12 + 4 * count :]
    )
    assert len(replaced) == len(data)
    assert facts(replaced) == facts(data)


def test_chapters_become_cue_points() -> None:
    chapters = [(0, b"Prelude"), (123_400_000, b"Fugue")]
    body = struct.pack(">B3x4xB", 1, len(chapters))
    body += b"".join(struct.pack(">QB", start, len(title)) + title for start, title in chapters)
    data = made("aac")
    added = box(b"chpl", body)
    user_data = data.index(b"udta") + 4
    changed = bytearray(data[:user_data] + added + data[user_data:])
    for around in (b"moov", b"udta"):
        at = data.index(around) - 4
        struct.pack_into(">I", changed, at, struct.unpack_from(">I", data, at)[0] + len(added))
    data = bytes(changed)
    theirs = mutagen.mp4.MP4(io.BytesIO(data)).chapters
    ours = facts(data).embedded.cues
    assert [(chapter.title, chapter.start * 48_000) for chapter in theirs] == [
        (cue.label, cue.position) for cue in ours
    ]
    assert len(ours) == 2


def test_other_files_are_not_ours() -> None:
    assert matches(made("aac"))
    assert not matches(b"\0\0\0\7ftyp")
    assert not matches(b"RIFF\0\0\0\0WAVE")
    assert not matches(b"")


def test_real_recordings_show_no_damage(real: Path) -> None:
    files = sorted((real / "recordings").rglob("*.m4a"))
    assert files
    for file in files:
        data = file.read_bytes()
        found = facts(data)
        assert found.findings == (), file
        assert (track(found).packets, track(found).ticks) == demuxed(data), file


def test_real_odd_files_all_give_facts(real: Path) -> None:
    read = [facts(file.read_bytes()) for file in (real / "torture").rglob("*") if file.is_file()]
    assert sum(bool(found.tracks) for found in read) >= 35
