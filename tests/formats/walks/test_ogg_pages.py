"""Ogg pages: what is whole says nothing, what is damaged says where.

Oracles: FFmpeg's decoder for the number of samples; a plain CRC, bit by bit, for pages made here.
"""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coded import codes, decoded, finding, flipped, in_pieces, opus, vorbis, walked
from longplay.formats.walks.ogg_chain import STREAMS_LIMIT
from longplay.formats.walks.ogg_pages import OggFacts, OggWalk, matches
from longplay.model.findings import FindingCode, Severity

FIRST, LAST = 2, 4
ID3V1 = b"TAG" + bytes(125)
ID3V2 = b"ID3\x04\0\0\0\0\0\x14" + bytes(20)


def plain_crc(data: bytes) -> int:
    register = 0
    for byte in data:
        register ^= byte << 24
        for _ in range(8):
            register = (register << 1 ^ (0x04C11DB7 if register >> 31 else 0)) & 0xFFFF_FFFF
    return register


def page(
    number: int,
    *,
    body: bytes = b"x" * 40,
    serial: int = 7,
    flags: int = 0,
    granule: int = 0,
) -> bytes:
    lacing = bytes([255] * (len(body) // 255) + [len(body) % 255])
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, serial, number, 0, len(lacing))
    summed = plain_crc(head + lacing + body)
    return head[:22] + struct.pack("<I", summed) + head[26:] + lacing + body


def stream(pages: int = 6, *, serial: int = 7, step: int = 100) -> list[bytes]:
    """Pages of a stream of no known codec."""
    flags = [FIRST, *[0] * (pages - 2), LAST]
    return [
        page(number, serial=serial, flags=flag, granule=number * step, body=bytes([number % 250]) * 40)
        for number, flag in enumerate(flags)
    ]


MIXED = b"".join([ID3V2, *stream(5), b"junk", *stream(4, serial=9)])


def walk(data: bytes, step: int = 1 << 20) -> OggFacts:
    facts = walked(OggWalk, data, step=step)
    assert isinstance(facts, OggFacts)
    return facts


def pages_of(data: bytes) -> list[bytes]:
    """The pages of a whole file."""
    found, at = [], 0
    while at < len(data):
        header = 27 + data[at + 26]
        stop = at + header + sum(data[at + 27 : at + header])
        found.append(data[at:stop])
        at = stop
    return found


@pytest.mark.parametrize("make", [vorbis, opus])
def test_a_whole_file_says_nothing_and_declares_what_ffmpeg_decodes(make) -> None:
    data = make(seconds=2.5)
    facts = walk(data)
    assert facts.findings == ()
    assert facts.pages == len(pages_of(data))
    assert facts.links == 1
    assert facts.declared_samples == decoded(data)
    assert [one.codec for one in facts.streams] == [make.__name__]
    assert facts.streams[0].is_ended


def test_an_opus_file_tells_its_pre_skip() -> None:
    (one,) = walk(opus(seconds=1)).streams
    assert one.pre_skip == 312
    assert one.final_granule == one.declared_samples + one.pre_skip


@given(data=st.data())
def test_any_cut_into_pieces_gives_the_same_facts(data: st.DataObject) -> None:
    whole = MIXED
    at = data.draw(st.integers(0, len(whole) * 8 - 1))
    whole = data.draw(st.sampled_from([whole, flipped(whole, at), whole[: at // 8], whole + ID3V1]))
    lengths = data.draw(st.lists(st.integers(1, 300), min_size=1, max_size=5))
    assert in_pieces(OggWalk, whole, lengths) == walk(whole)


def test_every_changed_bit_of_a_file_is_found() -> None:
    pages = stream(4)
    data = b"".join(pages)
    for bit in range(len(data) * 8):
        assert codes(walk(flipped(data, bit)).findings), f"bit {bit} of {len(data) * 8}"


def test_a_changed_bit_in_the_body_of_a_page_is_a_checksum_and_nothing_else() -> None:
    pages = stream(5)
    for index in range(5):
        before = sum(map(len, pages[:index]))
        facts = walk(flipped(b"".join(pages), (before + 40) * 8))
        assert codes(facts.findings) == {FindingCode.CHECKSUM_DIFFERS}
        assert finding(facts.findings, FindingCode.CHECKSUM_DIFFERS).at == before


@given(bit=st.integers(0, 2**31))
def test_a_changed_bit_of_a_real_encoding_is_found(bit: int) -> None:
    data = vorbis(seconds=2.5)
    assert codes(walk(flipped(data, bit % (len(data) * 8))).findings)


def test_every_page_left_out_is_found() -> None:
    pages = pages_of(vorbis(seconds=20.0))
    assert len(pages) > 5
    for index in range(len(pages)):
        left = b"".join(pages[:index] + pages[index + 1 :])
        found = codes(walk(left).findings)
        wanted = FindingCode.TRUNCATED if index == len(pages) - 1 else FindingCode.DATA_LOST
        assert wanted in found


def test_missing_pages_are_counted_and_placed() -> None:
    pages = stream(9)
    facts = walk(b"".join([*pages[:2], *pages[4:6], *pages[7:]]))
    lost = finding(facts.findings, FindingCode.DATA_LOST)
    assert lost.detail == "3 pages missing by number, at 2 places"
    assert lost.at == len(pages[0] + pages[1])


@given(cut=st.integers(1, 10**9))
def test_a_file_cut_anywhere_is_truncated(cut: int) -> None:
    data = b"".join(stream(6))
    cut %= len(data) - 1
    found = codes(walk(data[: cut + 1]).findings)
    assert FindingCode.TRUNCATED in found


def test_a_file_cut_between_pages_is_truncated() -> None:
    pages = stream(6)
    for kept in range(1, 6):
        facts = walk(b"".join(pages[:kept]))
        assert codes(facts.findings) == {FindingCode.TRUNCATED}


@given(at=st.integers(0, 10**9), length=st.integers(1, 300))
def test_bytes_taken_out_are_found(at: int, length: int) -> None:
    data = vorbis(seconds=2.5)
    at %= len(data)
    assert codes(walk(data[:at] + data[at + length :]).findings)


def test_junk_between_pages_is_lost_data_and_tags_around_are_not() -> None:
    pages = stream(5)
    data = b"".join(pages)
    amid = walk(b"".join([*pages[:2], b"\xaa" * 99, *pages[2:]]))
    assert codes(amid.findings) == {FindingCode.DATA_LOST}
    assert finding(amid.findings, FindingCode.DATA_LOST).at == len(pages[0] + pages[1])
    ape = b"APETAGEX" + struct.pack("<IIII8x", 2000, 32, 0, 0)
    for around in (
        ID3V2 + data,
        ID3V2 * 2 + data,
        data + ID3V1,
        data + ape,
        data + ape + ID3V1,
        data + bytes(500),
    ):
        facts = walk(around)
        assert [one.code for one in facts.findings] == [FindingCode.FOREIGN_BYTES]
        assert facts.findings[0].severity is Severity.NOTE
        assert facts.pages == 5


def test_a_granule_position_that_goes_backwards_is_broken() -> None:
    pages = stream(5)
    pages[3] = page(3, granule=150)
    facts = walk(b"".join(pages))
    assert codes(facts.findings) == {FindingCode.STRUCTURE_BROKEN}
    assert facts.findings[0].at == sum(map(len, pages[:3]))


def test_pages_out_of_order_are_broken() -> None:
    pages = stream(6)
    pages[2], pages[3] = pages[3], pages[2]
    assert FindingCode.STRUCTURE_BROKEN in codes(walk(b"".join(pages)).findings)


def test_a_page_doubled_is_broken() -> None:
    pages = stream(6)
    assert FindingCode.STRUCTURE_BROKEN in codes(walk(b"".join([*pages[:3], *pages[2:]])).findings)


def test_chained_and_multiplexed_streams_are_no_damage() -> None:
    one, other = stream(4, serial=1), stream(4, serial=2)
    chained = walk(b"".join(one + other + stream(4, serial=1)))
    assert chained.findings == ()
    assert chained.links == 3
    assert chained.serials == (1, 2, 1)
    beside = walk(b"".join(page for pair in zip(one, other, strict=True) for page in pair))
    assert beside.findings == ()
    assert beside.links == 1


def test_the_links_of_a_chain_declare_their_samples_together() -> None:
    first, second = vorbis(seconds=1.5), vorbis(seconds=2.5)
    facts = walk(first + second)
    assert facts.links == 2
    assert facts.declared_samples == decoded(first) + decoded(second)


def test_a_stream_that_starts_late_on_its_clock_declares_what_is_there() -> None:
    head, tags, *audio = pages_of(opus(seconds=5.0))
    assert len(audio) > 2
    whole = walk(b"".join([head, tags, *audio])).declared_samples
    late = b"".join([head, tags, *audio[1:]])
    first = int.from_bytes(audio[0][6:14], "little")
    assert walk(late).declared_samples == whole - first == decoded(late)


def test_a_vorbis_stream_that_starts_late_declares_nothing() -> None:
    pages = pages_of(vorbis(seconds=20.0))
    late = walk(b"".join(pages[:2] + pages[3:]))
    assert late.declared_samples is None


def test_codecs_are_told_by_their_first_packet() -> None:
    for begin, codec in ((b"Speex   1.2", "speex"), (b"\x80theora\3", "theora"), (b"fishead\0", "skeleton")):
        facts = walk(page(0, body=begin + bytes(40), flags=FIRST | LAST))
        assert [one.codec for one in facts.streams] == [codec]
        assert facts.declared_samples is None


def test_a_file_of_more_streams_than_are_followed_is_broken_and_bounded() -> None:
    data = b"".join(page(0, body=b"", serial=serial, flags=FIRST) for serial in range(STREAMS_LIMIT + 5))
    facts = walk(data)
    assert len(facts.streams) == STREAMS_LIMIT
    assert facts.pages == STREAMS_LIMIT + 5
    assert FindingCode.STRUCTURE_BROKEN in codes(facts.findings)


def test_bytes_without_a_page_are_broken() -> None:
    assert FindingCode.STRUCTURE_BROKEN in codes(walk(b"").findings)
    assert FindingCode.STRUCTURE_BROKEN in codes(walk(b"OggX" * 99).findings)


def test_ogg_is_known_by_its_first_bytes_behind_tags() -> None:
    assert matches(b"OggS" + bytes(99))
    assert matches(ID3V2 + b"OggS" + bytes(99))
    assert not matches(b"fLaC" + bytes(99), ".ogg")
    assert not matches(b"")


def test_real_recordings_say_nothing_and_declare_what_ffmpeg_decodes(real: Path) -> None:
    files = sorted(path for path in (real / "recordings").rglob("*.og*")) + sorted(real.rglob("*/*.opus"))
    assert files
    for path in [path for path in files if "torture" not in path.parts]:
        facts = walk(path.read_bytes())
        assert facts.findings == (), path.name
        assert facts.declared_samples, path.name
    smallest = min(files, key=lambda path: path.stat().st_size if "recordings" in path.parts else 1 << 40)
    data = smallest.read_bytes()
    assert walk(data).declared_samples == decoded(data)
