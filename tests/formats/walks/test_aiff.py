"""Walks over AIFF and AIFF-C files: what PyAV writes and decodes, and what is done to files packed here."""

import struct
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longplay.formats.walks.aiff import AiffFacts, AiffWalk, matches
from longplay.model.findings import FindingCode
from longplay.model.technical import CuePoint
from longplay.model.units import MIB
from walks import chunk, codes, comm, decoded_samples, encoded, form, ssnd, walked, warnings

SOUND = bytes(range(1, 201)) * 2


def facts(data: bytes) -> AiffFacts:
    return walked(AiffWalk, data)


def mark(*points: tuple[int, bytes]) -> bytes:
    """A `MARK` chunk: position and name, each name padded so that its length byte and text are even."""
    body = struct.pack(">H", len(points))
    for number, (position, name) in enumerate(points, start=1):
        text = bytes([len(name)]) + name
        body += struct.pack(">hI", number, position) + text + bytes(len(text) % 2)
    return chunk(b"MARK", body, order=">")


WHOLE = form(comm(), mark((5, b"verse"), (9, b"solo")), ssnd(SOUND), chunk(b"ANNO", b"odd", order=">"))


@pytest.mark.parametrize("layout", ["mono", "stereo", "5.1"])
@pytest.mark.parametrize(
    ("codec", "kind", "compression"),
    [
        ("pcm_s8", "AIFF", "NONE"),
        ("pcm_s16be", "AIFF", "NONE"),
        ("pcm_s24be", "AIFF", "NONE"),
        ("pcm_f32be", "AIFC", "fl32"),
        ("pcm_f64be", "AIFC", "fl64"),
        ("pcm_s16le", "AIFC", "sowt"),
        ("pcm_mulaw", "AIFC", "ulaw"),
    ],
)
def test_what_pyav_writes_is_whole_and_as_long_as_it_decodes(
    codec: str, kind: str, compression: str, layout: str
) -> None:
    data = encoded("aiff", codec, layout=layout, seconds=0.101)
    found = facts(data)
    assert found.findings == ()
    assert found.comm is not None
    assert (found.form, found.comm.compression, found.comm.rate) == (kind, compression, 44_100)
    assert found.declared_samples == decoded_samples(data)


@given(rate=st.integers(1, 2**32 - 1))
def test_the_rate_is_read_from_its_80_bits(rate: int) -> None:
    found = facts(form(comm(rate=rate), ssnd(SOUND)))
    assert found.comm is not None
    assert found.comm.rate == rate


@pytest.mark.parametrize(
    "raw", ["7fff8000000000000000", "ffff8000000000000000", "00000000000000000001", "00" * 10]
)
def test_a_rate_that_is_no_number_is_found(raw: str) -> None:
    body = struct.pack(">HIH", 2, 100, 16) + bytes.fromhex(raw)
    found = facts(form(chunk(b"COMM", body, order=">"), ssnd(SOUND)))
    assert warnings(found.findings) == {FindingCode.STRUCTURE_BROKEN}
    assert found.comm is not None
    assert found.comm.rate == 0


def test_markers_become_cue_points() -> None:
    found = facts(WHOLE)
    assert found.findings == ()
    assert found.chunks == ("COMM", "MARK", "SSND", "ANNO")
    assert found.embedded.cues == (CuePoint(position=5, label="verse"), CuePoint(position=9, label="solo"))


@given(points=st.lists(st.tuples(st.integers(0, 2**32 - 1), st.binary(max_size=9)), max_size=9))
def test_markers_keep_their_order(points: list[tuple[int, bytes]]) -> None:
    cues = facts(form(comm(), mark(*points), ssnd(SOUND))).embedded.cues
    assert [cue.position for cue in cues] == [position for position, _ in points]


@given(cuts=st.lists(st.integers(0, len(WHOLE)), max_size=20))
def test_any_cutting_gives_the_same_facts(cuts: list[int]) -> None:
    assert walked(AiffWalk, WHOLE, cuts) == facts(WHOLE)


def test_a_piece_may_be_one_byte() -> None:
    assert walked(AiffWalk, WHOLE, range(len(WHOLE))) == facts(WHOLE)


def test_a_cut_at_any_byte_is_found_but_for_the_last_pad_byte() -> None:
    assert not warnings(facts(WHOLE[:-1]).findings)
    for length in range(len(WHOLE) - 1):
        assert warnings(facts(WHOLE[:length]).findings), length


@pytest.mark.parametrize(("whole", "part", "samples"), [(0, 0, 0), (0x7F000050, 0x7F000008, 0x3F800000)])
def test_a_length_that_was_never_filled_in_is_no_damage(whole: int, part: int, samples: int) -> None:
    """FFmpeg and SoX write these to a pipe."""
    data = form(comm(samples=samples), ssnd(SOUND, size=part), size=whole)
    found = facts(data)
    assert codes(found.findings) == {FindingCode.LENGTH_UNSTATED}
    assert warnings(found.findings) == set()
    assert (found.declared_samples, found.data_length, found.data_present) == (None, None, 400)
    assert warnings(facts(data[:-1]).findings) == {FindingCode.TRUNCATED}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (form(comm()), FindingCode.STRUCTURE_BROKEN),
        (form(ssnd(SOUND)), FindingCode.STRUCTURE_BROKEN),
        (form(comm(samples=101), ssnd(SOUND)), FindingCode.STRUCTURE_BROKEN),
        (form(comm(channels=0), ssnd(SOUND)), FindingCode.STRUCTURE_BROKEN),
        (form(chunk(b"COMM", bytes(17), order=">"), ssnd(SOUND)), FindingCode.STRUCTURE_BROKEN),
        (form(comm(), ssnd(SOUND), size=100), FindingCode.STRUCTURE_BROKEN),
        (form(comm(), ssnd(SOUND, size=409)), FindingCode.TRUNCATED),
        (form(comm(), ssnd(SOUND), size=1000), FindingCode.TRUNCATED),
        (b"FORM\0\0\0\4ILBM", FindingCode.STRUCTURE_BROKEN),
    ],
)
def test_damage_is_named(data: bytes, code: FindingCode) -> None:
    assert warnings(facts(data).findings) == {code}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (form(comm(), ssnd(SOUND)) + b"TAG".ljust(128, b"\0"), FindingCode.FOREIGN_BYTES),
        (form(comm(samples=99), ssnd(SOUND)), FindingCode.LONGER_THAN_DECLARED),
    ],
)
def test_oddities_that_harm_nothing_are_notes(data: bytes, code: FindingCode) -> None:
    found = facts(data)
    assert codes(found.findings) == {code}
    assert warnings(found.findings) == set()


def test_no_samples_need_no_chunk_for_them() -> None:
    assert facts(form(comm(samples=0))).findings == ()


def test_gigabytes_are_only_counted() -> None:
    walk, piece, begun = AiffWalk(), memoryview(bytes(MIB)), time.perf_counter()
    tracemalloc.start()
    walk.update(form(comm(samples=3 * 1024**3 // 4), ssnd(b"", size=3 * 1024**3 + 8), size=3 * 1024**3 + 46))
    for _ in range(3 * 1024):
        walk.update(piece)
    found = walk.finish()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (found.findings, found.data_present) == ((), 3 * 1024**3)
    assert peak < MIB // 4
    assert time.perf_counter() - begun < 60


def test_other_forms_are_not_ours() -> None:
    assert matches(WHOLE)
    assert not matches(b"FORM\0\0\0\0ILBM")
    assert not matches(b"")


def test_real_recordings_show_no_damage(real: Path) -> None:
    files = sorted((real / "recordings").rglob("*.aiff"))
    assert files
    for file in files:
        found = facts(file.read_bytes())
        assert found.findings == (), file
        assert found.declared_samples == decoded_samples(file.read_bytes()), file


def test_real_odd_files_all_give_facts(real: Path) -> None:
    read = [facts(file.read_bytes()) for file in (real / "torture").rglob("*") if file.is_file()]
    assert sum(found.comm is not None for found in read) >= 15
