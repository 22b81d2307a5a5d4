"""Any bytes give facts to the walks over Ogg pages and MPEG and ADTS frames: soon, and in bounded memory."""

import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coded import aac, in_pieces, mp3, opus, walked
from longplay.formats.walks.adts_frames import AdtsWalk
from longplay.formats.walks.adts_frames import matches as is_adts
from longplay.formats.walks.mpeg_frames import MpegWalk
from longplay.formats.walks.mpeg_frames import matches as is_mpeg
from longplay.formats.walks.ogg_pages import OggWalk
from longplay.formats.walks.ogg_pages import matches as is_ogg
from longplay.model.units import KIB, MIB

WALKS = (OggWalk, MpegWalk, AdtsWalk)
each_walk = pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)

OGG_HEADER = b"OggS\0\0" + bytes(20)
FRAGMENTS = st.sampled_from(
    [
        OGG_HEADER + b"\0", OGG_HEADER + b"\xff", OGG_HEADER + b"\1\xff", b"OggS", b"Og",
        b"\xff\xfb\x90\0", b"\xff\xfb\0\0", b"\xff\xfa\x90\0", b"\xff\xf1\x50\x80\1\0\0", b"\xff" * 8,
        b"ID3\4\0\0\0\0\1\0", b"ID3\4\0\0\x7f\x7f\x7f\x7f", b"TAG" + bytes(125), b"LYRICSBEGIN",
        b"LYRICS200", b"999999LYRICS200", b"LYRICSEND", b"APETAGEX" + bytes(24),
        b"APETAGEX\0\0\0\0\xff\xff\xff\xff" + b"\xff" * 16, bytes(417),
        bytes(36) + b"Xing\0\0\0\x0f" + b"\xff" * 150,
        b"\xff\xfb\x90\0" + bytes(413), bytes(32) + b"VBRI" + b"\xff" * 30,
    ]
)  # fmt: skip
HOSTILE = st.lists(st.binary(max_size=60) | FRAGMENTS, max_size=30).map(b"".join)


@each_walk
@given(data=HOSTILE, lengths=st.lists(st.integers(1, 500), min_size=1, max_size=4))
@example(data=b"", lengths=[1])
@example(data=b"OggS" * 200, lengths=[3])
@example(data=b"\xff\xfb\x90\0" * 500, lengths=[7])
@example(data=b"\xff\xfb\x00\0" * 500, lengths=[7])
@example(data=(b"\xff\xfb\x90\0" + bytes(413)) * 3 + b"TAG", lengths=[100])
@settings(max_examples=200)
def test_any_bytes_give_facts_however_they_are_cut(
    walk: Callable[[], object], data: bytes, lengths: list[int]
) -> None:
    facts = walked(walk, data)
    assert in_pieces(walk, data, lengths) == facts
    for finding in facts.findings:
        assert finding.detail
        assert finding.at is None or 0 <= finding.at <= len(data)


@each_walk
@given(given_data=st.data())
def test_valid_bytes_with_some_of_them_changed_give_facts(
    walk: Callable[[], object], given_data: st.DataObject
) -> None:
    make = {OggWalk: opus, MpegWalk: mp3, AdtsWalk: aac}[walk]
    data = bytearray(make(seconds=0.5))
    for _ in range(given_data.draw(st.integers(1, 4))):
        at = given_data.draw(st.integers(0, len(data)))
        until = at + given_data.draw(st.integers(0, 3))
        data[at:until] = given_data.draw(st.binary(max_size=3) | FRAGMENTS)
    lengths = given_data.draw(st.lists(st.integers(1, 2000), min_size=1, max_size=4))
    assert in_pieces(walk, bytes(data), lengths) == walked(walk, bytes(data))


@given(head=HOSTILE, suffix=st.sampled_from(["", ".mp3", ".ogg", ".aac", "x"]))
def test_any_head_is_somebodys_or_nobodys(head: bytes, suffix: str) -> None:
    owners = [is_ogg(head, suffix), is_mpeg(head, suffix), is_adts(head, suffix)]
    assert set(owners) <= {True, False}
    assert not (is_ogg(head, suffix) and (is_mpeg(head, suffix) or is_adts(head, ""))), head


HOSTILE_FILLINGS = (
    b"\0", b"\xff", b"OggS", b"OggS" + bytes(22) + b"\xff", b"\xff\xfb\x90\0", b"\xff\xfb\0\0",
    b"\xff\xfb\0" + bytes(70), b"\xff\xf1\x50\x80\1\x1f\xfc", b"\xff\xf1\x50\x80\0\xff\xfc",
    b"ID3\4\0\0\0\0\0\0",
    b"TAG", b"LYRICSBEGIN", b"APETAGEX" + bytes(15) + b"\xa0" + bytes(8), OGG_HEADER + b"\0",
)  # fmt: skip


@each_walk
@pytest.mark.parametrize("filling", HOSTILE_FILLINGS, ids=lambda filling: filling[:12].hex())
def test_a_hostile_file_is_walked_soon_and_in_bounded_memory(
    walk: Callable[[], object], filling: bytes
) -> None:
    piece = (filling * (MIB // len(filling) + 1))[: 512 * KIB]
    one = walk()
    tracemalloc.start()
    try:
        started = time.process_time()
        one.update(piece)
        _, first = tracemalloc.get_traced_memory()
        one.update(piece)
        _, second = tracemalloc.get_traced_memory()
        one.finish()
        took = time.process_time() - started
    finally:
        tracemalloc.stop()
    assert second < first + 3 * MIB
    assert took < 30, "1 MiB, while every allocation is traced"


def test_all_torture_files_give_facts(real: Path) -> None:
    files = [path for path in sorted((real / "torture").rglob("*")) if path.is_file()]
    assert files
    for path in files:
        data = path.read_bytes()
        for walk in WALKS:
            facts = walked(walk, data)
            assert in_pieces(walk, data[:20_000], [777]) == walked(walk, data[:20_000])
            assert all(finding.detail for finding in facts.findings)
