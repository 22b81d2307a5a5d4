"""MPEG audio frames: what is whole says nothing, what is damaged is found as far as it can be.

Oracles: FFmpeg's demuxer for the number of frames and its decoder for the number of samples; checksums
bit by bit.
"""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coded import coded, codes, decoded, demuxed, finding, flipped, in_pieces, mp3, walked
from longplay.formats.walks.crc16 import MusicCrc
from longplay.formats.walks.mpeg_frames import MpegFacts, MpegWalk, matches
from longplay.model.findings import FindingCode, Severity

ID3V1 = b"TAG" + bytes(125)
ID3V2 = b"ID3\x04\0\0\0\0\0\x14" + bytes(20)
ID3V2_FOOTER = b"ID3\x04\0\x10\0\0\0\x14" + bytes(20) + b"3DI\x04\0\x10\0\0\0\x14"
APE_FOOTER = b"APETAGEX\xd0\x07\0\0\x20\0\0\0\0\0\0\0\0\0\0\0" + bytes(8)
APE = b"APETAGEX\xd0\x07\0\0\x40\0\0\0\1\0\0\0\0\0\0\xa0" + bytes(8) + bytes(32) + APE_FOOTER
LYRICS = b"LYRICSBEGININD0000200LYR00005hello000034LYRICS200"
TAG_LENGTH = 45


def walk(data: bytes, step: int = 1 << 20) -> MpegFacts:
    facts = walked(MpegWalk, data, step=step)
    assert isinstance(facts, MpegFacts)
    return facts


def frames_of(data: bytes) -> list[bytes]:
    """The frames of a whole MPEG-1 layer III file at 44100 Hz behind its ID3v2 tag."""
    rates = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
    found, at = [], TAG_LENGTH
    while at < len(data):
        length = 144_000 * rates[data[at + 2] >> 4] // 44_100 + (data[at + 2] >> 1 & 1)
        found.append(data[at : at + length])
        at += length
    return found


def without_header(data: bytes) -> bytes:
    """The same music without the frame that holds the Info header."""
    return b"".join(frames_of(data)[1:])


def reflected_crc(data: bytes) -> int:
    register = 0
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0xA001 if register & 1 else 0)
    return register


def plain_crc(data: bytes) -> int:
    register = 0xFFFF
    for byte in data:
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1 ^ (0x8005 if register & 0x8000 else 0)) & 0xFFFF
    return register


def protected_frame(mark: int) -> bytes:
    """A frame of layer III, 128 kbit/s, 44100 Hz, without music, with a checksum."""
    header, side = b"\xff\xfa\x90\x00", bytes((0, mark & 0x1F, *[0] * 30))
    summed = plain_crc(header[2:] + side)
    return header + summed.to_bytes(2, "big") + side + bytes(417 - 38)


def free_frame(length: int, padding: int) -> bytes:
    """A frame of layer III in free format without music."""
    return bytes((0xFF, 0xFB, padding << 1, 0)) + bytes(32) + b"\x11" * (length - 36 + padding)


@pytest.mark.parametrize("rate", [44_100, 48_000, 32_000, 22_050, 24_000, 16_000, 11_025, 12_000, 8_000])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("vbr", [False, True])
def test_a_whole_file_says_nothing_and_counts_as_ffmpeg_does(rate: int, channels: int, vbr: bool) -> None:
    quality = (("flags", "+qscale"), ("global_quality", "472")) if vbr else ()
    data = mp3(rate=rate, channels=channels, seconds=2.0, options=quality, bit_rate=None if vbr else 64_000)
    facts = walk(data)
    assert codes(facts.findings) == set()
    assert facts.frames == demuxed(data) == facts.declared_frames
    assert facts.declared_samples == decoded(data)
    assert (facts.rate, facts.layer, facts.is_vbr) == (rate, 3, vbr)
    assert facts.version == ("1" if rate >= 32_000 else "2" if rate >= 16_000 else "2.5")
    assert facts.info is not None
    assert facts.info.is_sound
    assert facts.info.music_crc == facts.music_crc
    assert facts.samples == facts.frames * (1152 if rate >= 32_000 else 576)


@pytest.mark.parametrize("rate", [48_000, 22_050])
def test_layer_2_is_followed_too(rate: int) -> None:
    data = coded("mp2", "mp2", rate=rate, bit_rate=96_000)
    facts = walk(data)
    assert facts.findings == ()
    assert facts.layer == 2
    assert facts.frames == demuxed(data)
    assert facts.info is None
    assert facts.declared_samples is None
    assert facts.bit_rate == pytest.approx(96_000, rel=0.001)


def test_the_bit_rate_is_the_mean_of_the_frames() -> None:
    facts = walk(mp3(seconds=3.0, bit_rate=128_000))
    assert facts.bit_rate == pytest.approx(128_000, rel=0.002)
    assert facts.channel_mode in {"stereo", "joint stereo"}


@given(data=st.data())
def test_any_cut_into_pieces_gives_the_same_facts(data: st.DataObject) -> None:
    whole = mp3(seconds=0.6, bit_rate=64_000)
    at = data.draw(st.integers(0, len(whole) * 8 - 1))
    byte = at // 8
    whole = data.draw(
        st.sampled_from(
            [
                whole,
                flipped(whole, at),
                whole[:byte],
                whole[:byte] + whole[byte + 200 :],
                whole[:byte] + bytes(500) + whole[byte + 500 :],
                ID3V2_FOOTER + whole + APE + ID3V1,
                whole[:byte] + ID3V1,
                whole + LYRICS + ID3V1,
                without_header(whole) + coded("mp2", "mp2", seconds=0.3),
                b"".join(free_frame(700, number % 2) for number in range(9)),
            ]
        )
    )
    lengths = data.draw(st.lists(st.integers(1, 3000), min_size=1, max_size=5))
    assert in_pieces(MpegWalk, whole, lengths) == walk(whole)


@given(at=st.integers(0, 2**40))
def test_every_changed_bit_is_found_with_a_lame_tag(at: int) -> None:
    data = mp3(seconds=2.0, bit_rate=128_000)
    # of the Info frame only what its checksum covers, without the marks by which it is known
    info = len(frames_of(data)[0])
    covered = [*range(3), *range(44, 156), *range(165, 192), *range(info, len(data) - TAG_LENGTH)]
    places = [TAG_LENGTH + place for place in covered]
    bit = at % (len(places) * 8)
    assert codes(walk(flipped(data, places[bit // 8] * 8 + bit % 8)).findings)


@given(at=st.integers(0, 2**40), length=st.integers(1, 1000))
def test_bytes_taken_out_or_put_to_zero_are_found_with_a_lame_tag(at: int, length: int) -> None:
    data = mp3(seconds=2.0, bit_rate=128_000)
    begin = TAG_LENGTH + len(frames_of(data)[0])
    at = begin + at % (len(data) - begin)
    assert codes(walk(data[:at] + data[at + length :]).findings)
    if data[at : at + length].strip(b"\0"):
        zeroed = data[:at] + bytes(len(data[at : at + length])) + data[at + length :]
        assert codes(walk(zeroed).findings)


def test_every_frame_left_out_is_found_with_a_lame_tag() -> None:
    frames = frames_of(mp3(seconds=2.0, bit_rate=128_000))
    for index in range(1, len(frames)):
        assert codes(walk(b"".join(frames[:index] + frames[index + 1 :])).findings)


def test_frames_left_out_show_in_the_bit_reservoir_in_part_without_a_lame_tag() -> None:
    frames = frames_of(mp3(seconds=20.0, bit_rate=128_000))[1:]
    tried = range(5, len(frames) - 5, 7)
    seen = [bool(codes(walk(b"".join(frames[:at] + frames[at + 1 :])).findings)) for at in tried]
    # about half of them: the test holds the check alive, the figure is no promise
    assert 0.25 < sum(seen) / len(seen) < 0.9
    assert codes(walk(b"".join(frames)).findings) == set()


@given(cut=st.integers(0, 2**40))
def test_a_file_cut_anywhere_is_truncated(cut: int) -> None:
    data = mp3(seconds=2.0, bit_rate=128_000)
    begin = TAG_LENGTH + len(frames_of(data)[0])
    cut = begin + cut % (len(data) - begin)
    assert codes(walk(data[:cut]).findings) == {FindingCode.TRUNCATED}


@given(cut=st.integers(0, 2**40))
def test_without_a_count_a_file_cut_inside_a_frame_is_truncated_and_between_frames_is_not(cut: int) -> None:
    data = without_header(mp3(seconds=2.0, bit_rate=128_000))
    lengths = [len(frame) for frame in frames_of(bytes(TAG_LENGTH) + data)]
    ends = {sum(lengths[:count]) for count in range(len(lengths) + 1)}
    cut = lengths[0] * 3 + cut % (len(data) - lengths[0] * 3)
    assert codes(walk(data[:cut]).findings) == (set() if cut in ends else {FindingCode.TRUNCATED})


def test_a_cut_behind_which_a_tag_was_put_is_still_truncated() -> None:
    data = without_header(mp3(seconds=2.0, bit_rate=128_000))
    for cut in range(5_000, 5_420, 13):
        for tag in (ID3V1, APE, APE + ID3V1):
            found = codes(walk(data[:cut] + tag).findings)
            assert found == {FindingCode.TRUNCATED}, (cut, tag[:3])


def test_tags_around_and_amid_are_no_damage() -> None:
    frames = frames_of(mp3(seconds=1.0, bit_rate=128_000))[1:]
    data = b"".join(frames)
    amid = b"".join(frames[:9]), b"".join(frames[9:])
    around = (
        ID3V2 + data, ID3V2 + ID3V2 + data, ID3V2_FOOTER + data, APE + data, b"\0" * 900 + data,
        b"junk" * 50 + data, data + ID3V1, data + APE, data + APE + ID3V1, data + LYRICS + ID3V1,
        data + ID3V2, data + bytes(5000), data + bytes(500) + ID3V1,
        data + b"T" * 32 + APE_FOOTER[:12] + b"\x40" + APE_FOOTER[13:] + ID3V1,
        amid[0] + ID3V2 + amid[1], amid[0] + APE + amid[1], amid[0] + ID3V1 + amid[1],
        amid[0] + LYRICS + amid[1],
    )  # fmt: skip
    for number, file in enumerate(around):
        facts = walk(file)
        assert [one.code for one in facts.findings] == [FindingCode.FOREIGN_BYTES], number
        assert facts.findings[0].severity is Severity.NOTE
        assert facts.frames == len(frames)


def test_junk_between_frames_is_lost_data_with_its_bytes_and_place() -> None:
    frames = frames_of(mp3(seconds=1.0, bit_rate=128_000))[1:]
    amid = walk(b"".join([*frames[:9], b"\xaa" * 99, *frames[9:]]))
    lost = finding(amid.findings, FindingCode.DATA_LOST)
    assert lost.severity is Severity.WARNING
    assert lost.at == sum(map(len, frames[:9]))
    assert lost.detail == "the chain of frames breaks at 1 place, 99 bytes belong to no frame"
    assert amid.frames == len(frames)


def test_more_frames_than_the_header_states_are_found() -> None:
    data = mp3(seconds=1.0, bit_rate=128_000)
    longer = walk(data + without_header(data))
    assert FindingCode.LONGER_THAN_DECLARED in codes(longer.findings)


def test_a_music_checksum_that_differs_because_the_gain_was_changed_is_advice() -> None:
    data = mp3(seconds=1.0, bit_rate=128_000)
    changed = flipped(data, (len(data) - 100) * 8)
    assert codes(walk(changed).findings) == {FindingCode.CHECKSUM_DIFFERS}
    item = b"MP3GAIN_UNDO\0+002,+002,N"
    tag = APE[:12] + (32 + len(item)).to_bytes(4, "little") + APE[16:32] + item + APE_FOOTER
    tag = tag[: -32 + 12] + (32 + len(item)).to_bytes(4, "little") + tag[-16:]
    noted = walk(changed + tag)
    assert codes(noted.findings) == set()
    assert finding(noted.findings, FindingCode.CHECKSUM_DIFFERS).severity is Severity.NOTE


def test_a_varying_bit_rate_without_a_header_leaves_the_length_unstated() -> None:
    data = mp3(seconds=3.0, options=(("flags", "+qscale"), ("global_quality", "472")))
    facts = walk(without_header(data))
    assert facts.is_vbr
    assert [one.code for one in facts.findings] == [FindingCode.LENGTH_UNSTATED]


def test_other_parameters_midway_are_advice() -> None:
    one, other = (
        without_header(mp3(seconds=1.0, bit_rate=64_000)),
        coded("mp2", "mp2", seconds=1.0, rate=48_000),
    )
    facts = walk(one + other)
    assert codes(facts.findings) == set()
    change = finding(facts.findings, FindingCode.PARAMETERS_CHANGE)
    assert change.at == len(one)
    assert facts.layer == 3


def test_a_beginning_cut_out_of_a_longer_recording_is_advice() -> None:
    frames = frames_of(mp3(seconds=3.0, bit_rate=128_000))[1:]
    begins = [frame[4] << 1 | frame[5] >> 7 for frame in frames]
    start = next(index for index in range(5, len(frames)) if begins[index])
    facts = walk(b"".join(frames[start:]))
    assert codes(facts.findings) == set()
    assert finding(facts.findings, FindingCode.DATA_LOST).severity is Severity.NOTE


def test_a_frame_whose_checksum_differs_is_found() -> None:
    frames = [protected_frame(number) for number in range(30)]
    whole = walk(b"".join(frames))
    assert whole.findings == ()
    assert whole.frames == 30
    for bit in (6 * 8, 20 * 8 + 3, 37 * 8 + 7, 4 * 8, 3 * 8 + 2):
        frames[12] = flipped(protected_frame(12), bit)
        facts = walk(b"".join(frames))
        differs = finding(facts.findings, FindingCode.CHECKSUM_DIFFERS)
        assert differs.severity is Severity.WARNING
        assert differs.at == 12 * 417
        assert differs.detail == "1 of 30 frame checksums differ"


def test_checksums_that_never_fit_are_the_encoders_and_advice() -> None:
    facts = walk(b"".join(flipped(protected_frame(number), 40) for number in range(30)))
    assert codes(facts.findings) == set()
    assert finding(facts.findings, FindingCode.CHECKSUM_DIFFERS).severity is Severity.NOTE


@pytest.mark.parametrize("length", [300, 1044, 2500])
def test_free_format_is_followed(length: int) -> None:
    frames = [free_frame(length, number % 3 == 1) for number in range(20)]
    facts = walk(b"".join(frames))
    assert facts.findings == ()
    assert facts.frames == 20
    assert facts.size == sum(map(len, frames))


@given(pieces=st.lists(st.binary(max_size=500), max_size=5), middle=st.integers(0, 70_000))
@settings(max_examples=25)
def test_the_music_checksum_is_the_plain_one(pieces: list[bytes], middle: int) -> None:
    pieces = [*pieces, b"123456789" * (middle // 9), *pieces]
    fast = MusicCrc()
    for piece in pieces:
        fast.update(piece)
    assert fast.value() == reflected_crc(b"".join(pieces))


def test_the_music_checksum_has_the_published_check_value() -> None:
    one = MusicCrc()
    one.update(b"123456789")
    assert one.value() == 0xBB3D


def test_bytes_without_a_frame_are_broken() -> None:
    for data in (b"", b"\0" * 5000, b"\xff" * 5000, b"RIFF" * 500):
        assert FindingCode.STRUCTURE_BROKEN in codes(walk(data).findings)


def test_a_tag_longer_than_the_file_is_truncated() -> None:
    facts = walk(b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + bytes(3000))
    assert FindingCode.TRUNCATED in codes(facts.findings)


def test_mpeg_audio_is_known_by_frames_that_follow_one_another_or_by_name() -> None:
    data = mp3(seconds=1.0, bit_rate=128_000)
    assert matches(data[:4096])
    assert matches(without_header(data)[:4096])
    assert matches(b"ID3\x04\0\0\0\x7f\x7f\x7f" + bytes(4086), ".MP3")
    assert not matches(b"ID3\x04\0\0\0\x7f\x7f\x7f" + bytes(4086))
    assert not matches(b"RIFF\0\0\0\0WAVE" + data[:4000], ".mp3")
    assert not matches(ID3V2 + b"fLaC" + bytes(99), ".mp3")
    assert not matches(coded("adts", "aac")[:4096])
    assert not matches(b"\xff\xfb\x90\0" + bytes(4092))
    assert not matches(b"", ".mp3")


def test_real_recordings_are_whole_and_count_as_ffmpeg_does(real: Path) -> None:
    files = sorted((real / "recordings").rglob("*.mp3"))
    assert files
    for path in files:
        data = path.read_bytes()
        facts = walk(data)
        assert codes(facts.findings) == set(), path.name
        assert facts.frames == demuxed(data), path.name
        if facts.info is not None:
            assert facts.info.music_crc == facts.music_crc is not None, path.name
