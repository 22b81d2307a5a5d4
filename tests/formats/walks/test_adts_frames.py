"""ADTS frames: what is whole says nothing of damage, what is damaged is found as far as it can be.

Oracle: FFmpeg's demuxer for the number of frames.
"""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coded import aac, codes, demuxed, finding, flipped, in_pieces, mp3, walked
from longplay.formats.walks.adts_frames import AdtsFacts, AdtsWalk, matches
from longplay.model.findings import FindingCode, Severity

ID3V1 = b"TAG" + bytes(125)
ID3V2 = b"ID3\x04\0\0\0\0\0\x14" + bytes(20)


def walk(data: bytes, step: int = 1 << 20) -> AdtsFacts:
    facts = walked(AdtsWalk, data, step=step)
    assert isinstance(facts, AdtsFacts)
    return facts


def frames_of(data: bytes) -> list[bytes]:
    """The frames of a whole file."""
    found, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at + 3 : at + 6], "big") >> 5 & 0x1FFF
        found.append(data[at : at + length])
        at += length
    return found


def plain_frame(body: int, *, mark: int = 0, protected: bool = False) -> bytes:
    """A frame of one block, AAC-LC, 44100 Hz, stereo, with a body of that many bytes."""
    length = 7 + body
    second = 0xF0 if protected else 0xF1
    head = (0xFF, second, 0x50, 0x80 | length >> 11, length >> 3 & 0xFF, (length & 7) << 5 | 0x1F, 0xFC)
    return bytes(head) + bytes((mark,)) * body


@pytest.mark.parametrize("rate", [48_000, 44_100, 22_050, 8_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_whole_file_says_nothing_of_damage_and_counts_as_ffmpeg_does(rate: int, channels: int) -> None:
    data = aac(rate=rate, channels=channels, seconds=2.0, bit_rate=64_000)
    facts = walk(data)
    assert codes(facts.findings) == set()
    assert facts.frames == demuxed(data) == len(frames_of(data))
    assert facts.samples == facts.frames * 1024
    assert (facts.rate, facts.object_type, facts.channel_configuration) == (rate, 2, channels)
    assert facts.size == len(data)
    assert not facts.has_checksums


def test_an_end_between_frames_is_said_to_go_unnoticed() -> None:
    frames = frames_of(aac(seconds=1.0))
    facts = walk(b"".join(frames[:20]))
    assert codes(facts.findings) == set()
    assert finding(facts.findings, FindingCode.LENGTH_UNSTATED).severity is Severity.NOTE


@given(data=st.data())
def test_any_cut_into_pieces_gives_the_same_facts(data: st.DataObject) -> None:
    whole = aac(seconds=0.6)
    at = data.draw(st.integers(0, len(whole) * 8 - 1))
    byte = at // 8
    whole = data.draw(
        st.sampled_from(
            [
                whole,
                flipped(whole, at),
                whole[:byte],
                whole[:byte] + whole[byte + 200 :],
                whole[:byte] + bytes(300) + whole[byte + 300 :],
                ID3V2 + whole + ID3V1,
                whole[:byte] + ID3V1,
            ]
        )
    )
    lengths = data.draw(st.lists(st.integers(1, 3000), min_size=1, max_size=5))
    assert in_pieces(AdtsWalk, whole, lengths) == walk(whole)


@given(cut=st.integers(0, 2**40))
def test_a_file_cut_inside_a_frame_is_truncated(cut: int) -> None:
    frames = [plain_frame(100 + number) for number in range(20)]
    data = b"".join(frames)
    ends = {sum(map(len, frames[:count])) for count in range(21)}
    cut = len(frames[0]) * 3 + cut % (len(data) - len(frames[0]) * 3)
    assert codes(walk(data[:cut]).findings) == (set() if cut in ends else {FindingCode.TRUNCATED})


def test_every_changed_bit_of_sync_profile_rate_or_length_is_found() -> None:
    frames = [plain_frame(100 + number) for number in range(20)]
    before = sum(map(len, frames[:9]))
    data = b"".join(frames)
    # first by their place in the header: sync, layer, profile, rate, channels, frame length
    places = [*range(12), 13, 14, *range(16, 22), 24, 25, *range(30, 43)]
    for place in places:
        bit = (before + place // 8) * 8 + 7 - place % 8
        assert FindingCode.DATA_LOST in codes(walk(flipped(data, bit)).findings), place


def test_junk_between_frames_is_lost_data_with_its_bytes_and_place() -> None:
    frames = [plain_frame(100) for _ in range(20)]
    facts = walk(b"".join([*frames[:9], b"\xaa" * 99, *frames[9:]]))
    lost = finding(facts.findings, FindingCode.DATA_LOST)
    assert lost.severity is Severity.WARNING
    assert lost.at == 9 * 107
    assert lost.detail == "the chain of frames breaks at 1 place, 99 bytes belong to no frame"
    assert facts.frames == 20


def test_bytes_taken_out_are_found() -> None:
    frames = [plain_frame(100 + number, mark=number) for number in range(40)]
    data = b"".join(frames)
    for at in range(500, 3000, 61):
        assert codes(walk(data[:at] + data[at + 50 :]).findings), at


def test_tags_around_are_no_damage() -> None:
    data = aac(seconds=1.0)
    for file in (ID3V2 + data, data + ID3V1, ID3V2 + bytes(300) + data + bytes(90) + ID3V1):
        facts = walk(file)
        assert codes(facts.findings) == set()
        assert facts.frames == len(frames_of(data))
        assert finding(facts.findings, FindingCode.FOREIGN_BYTES).severity is Severity.NOTE


def test_other_parameters_midway_are_advice() -> None:
    one, other = aac(seconds=1.0), aac(seconds=1.0, rate=48_000)
    facts = walk(one + other)
    assert codes(facts.findings) == set()
    assert finding(facts.findings, FindingCode.PARAMETERS_CHANGE).at == len(one)


def test_checksums_are_said_to_be_there() -> None:
    assert walk(b"".join(plain_frame(100, protected=True) for _ in range(9))).has_checksums


def test_a_header_that_states_a_length_shorter_than_itself_is_no_frame() -> None:
    assert codes(walk(plain_frame(-7) * 99).findings) == {FindingCode.STRUCTURE_BROKEN}


def test_bytes_without_a_frame_are_broken() -> None:
    for data in (b"", bytes(5000), b"\xff\xf1" * 5000):
        assert FindingCode.STRUCTURE_BROKEN in codes(walk(data).findings)


def test_adts_is_known_by_frames_that_follow_one_another_or_by_name() -> None:
    data = aac(seconds=1.0)
    assert matches(data[:4096])
    assert matches((ID3V2 + data)[:4096])
    assert matches(b"ID3\x04\0\0\0\x7f\x7f\x7f" + bytes(4086), ".AAC")
    assert not matches(b"ADIF" + bytes(99), ".aac")
    assert not matches(mp3(seconds=0.5)[:4096])
    assert not matches(b"", ".aac")


def test_real_recordings_are_whole_and_count_as_ffmpeg_does(real: Path) -> None:
    files = sorted((real / "recordings").rglob("*.aac"))
    assert files
    for path in files:
        data = path.read_bytes()
        facts = walk(data)
        assert codes(facts.findings) == set(), path.name
        assert facts.frames == demuxed(data), path.name
