"""PUIDs from bytes put together by hand; the oracle is fido, with PRONOM's own signatures."""

import time
import warnings
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from longplay.formats.pronom import HEAD_LENGTH, PRONOM_RELEASE, TAIL_LENGTH, identify

with warnings.catch_warnings():
    # fido imports a name of the standard library that is being retired
    warnings.simplefilter("ignore", DeprecationWarning)
    from fido.fido import Fido

OURS = """
    fmt/1 fmt/2 fmt/6 fmt/131 fmt/132 fmt/133 fmt/134 fmt/141 fmt/142 fmt/143 fmt/198 fmt/199 fmt/203 fmt/279
    fmt/347 fmt/356 fmt/357 fmt/404 fmt/414 fmt/416 fmt/527 fmt/569 fmt/573 fmt/596 fmt/703 fmt/704 fmt/705
    fmt/706 fmt/707 fmt/708 fmt/709 fmt/710 fmt/711 fmt/712 fmt/713 fmt/735 fmt/944 fmt/945 fmt/946 fmt/947
    fmt/948 fmt/951 fmt/952 fmt/953 fmt/954 fmt/962 fmt/972 fmt/973 fmt/1086 fmt/1736 x-fmt/136 x-fmt/139
    x-fmt/157 x-fmt/190 x-fmt/278 x-fmt/384
"""


@pytest.fixture(scope="module")
def pronom() -> Fido:
    """fido with PRONOM's own signatures of the formats we know, and nothing else."""
    judge = Fido(quiet=True, nocontainer=True, format_files=[f"formats-v{PRONOM_RELEASE}.xml"])
    judge.formats = [known for known in judge.formats if judge.get_puid(known) in OURS.split()]
    return judge


def by_signature(pronom: Fido, data: bytes) -> set[str]:
    """What fido answers to these bytes."""
    return {pronom.get_puid(answer) for answer, _ in pronom.match_formats(data, data)}


def test_every_format_we_know_is_one_of_pronom(pronom: Fido) -> None:
    assert {pronom.get_puid(known) for known in pronom.formats} == set(OURS.split())


def within(fewest: int, most: int) -> st.SearchStrategy[bytes]:
    """So many zeros: a gap whose content does not matter."""
    return st.integers(fewest, most).map(bytes)


def joined(*parts: bytes | st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    """The parts one after the other."""
    drawn = [st.just(part) if isinstance(part, bytes) else part for part in parts]
    return st.tuples(*drawn).map(b"".join)


TAGS = st.sampled_from([b"\x01\0", b"P\0", b"\xfe\xff", b"\x03\0", b"U\0"])
CHUNKS = st.one_of(
    joined(b"bext", within(349, 351), st.sampled_from([b"\0\0", b"\x01\0", b"\x02\0", b"\x03\0"])),
    joined(b"fmt ", st.sampled_from([b"\x10\0\0\0", b"\x12\0\0\0", b"(\0\0\0"]), TAGS, within(12, 40)),
    joined(b"data", within(4, 40)),
    joined(b"LIST", within(4, 60)),
)
WAVES = joined(
    st.sampled_from([b"RIFF", b"RF64"]),
    within(4, 4),
    b"WAVE",
    st.sampled_from([b"", b"", b"ds64"]),
    st.lists(CHUNKS, max_size=5).map(b"".join),
)
BRANDS = st.sampled_from([b"M4A ", b"isom", b"iso2", b"mp42", b"qt  ", b"3gp4", b"3g2a", b"M4B ", bytes(4)])
BOXES = st.sampled_from([b"moov", b"mvhd", b"cmov", b"alac", b"free", b"mdat", b"wide", bytes(70), bytes(4000)])
MOVIES = joined(
    within(4, 4),
    joined(b"ftyp", BRANDS, st.sampled_from([b"\0\0\0\0", b"\0\0\x02\0"]), BRANDS, BRANDS) | BOXES,
    st.lists(joined(within(0, 8), BOXES), max_size=6).map(b"".join),
)
OGGS = joined(
    b"OggS\0\x02",
    within(22, 23),
    st.sampled_from(
        [b"vorbis\0\0\0\0", b"OpusHead", b"FLAC", b"Speex   ", b"\x80theora\x03\x02\x01", b"fishead\0"]
    ),
    st.sampled_from([0, 11, 19, 32, 46, 56, 72]).map(bytes),
    b"OggS\0\x02",
    within(22, 22),
    st.sampled_from([b"\x80theora\x03\x02\x01" + bytes(32) + b"OggS", b""]),
)
MAGICS = [
    b"fLaC\0\0\0\x22",
    b"fLaC\x80\0\0\x22",
    b"fLaC\0\0\0\x23",
    b"FORM\0\0\0\0AIFF",
    b"FORM\0\0\0\0AIFC",
    b"FORM\0\0\0\x008SVX",
    b".snd\0\0\0\x18\0\0\0\0\0\0\0\x03\0\0\xacD\0\0\0\x02",
    b"caff\0\x01\0\0desc",
    b"riff.\x91\xcf\x11\xa5\xd6(\xdb\x04\xc1\0\0" + bytes(8) + b"wave\xf3\xac\xd3\x11",
    b"RIFF\0\0\0\0QLCM",
    b"MAC \x96\x0f\xd0\x07",
    b"MAC " + bytes(48) + b"\xa0\x0f",
    b"MAC " + bytes(48) + b"\xa1\x0f",
    b"TTA1",
    b"TTA2",
    b"#!AMR\n",
    b"#!AMR-WB\n",
    b"\x0bw",
    b"\x7f\xfe\x80\x01",
    bytes(4) + b"\xf8ro\xba",
    b".ra\xfd\0\x03",
    b".ra\xfd\0\x04\0\0.ra4",
    b".RMF\0\0\0\x12",
    b"Creative Voice File",
    b"\x1aE\xdf\xa3\x93B\x82\x88matroskaB\x87",
    b"\x1aE\xdf\xa3\x93B\x82\x84webmB\x87",
    b"wvpk",
    b"MPCK",
    b"DSD ",
    b"tBaK",
]
STARTS = joined(
    st.sampled_from([0, 0, 0, 1, 4, 5, 1024, 1025]).map(bytes), st.sampled_from(MAGICS), within(0, 60)
)
ASF = b"0&\xb2u\x8ef\xcf\x11\xa6\xd9\0\xaa\0b\xcel" + bytes(12) + b"\x01\x02"
ASF_STREAM = b"\x91\x07\xdc\xb7\xb7\xa9\xcf\x11\x8e\xe6\0\xc0\x0c Se" + bytes(8)
ASF_AUDIO = b"@\x9ei\xf8M[\xcf\x11\xa8\xfd\0\x80_\\D+" + bytes(38)
ASF_VIDEO = b"\xc0\xef\x19\xbcM[\xcf\x11\xa8\xfd\0\x80_\\D+" + bytes(65)
ASF_STREAMS = joined(
    ASF_STREAM,
    joined(ASF_AUDIO, st.sampled_from([b"`\x01", b"a\x01", b"b\x01", b"c\x01"]))
    | joined(ASF_VIDEO, st.sampled_from([b"WMV1", b"WMV3", b"WMV4"])),
)
WINDOWS_MEDIA = joined(ASF, within(0, 30), st.lists(ASF_STREAMS, max_size=2).map(b"".join))


@given(data=WAVES | MOVIES | OGGS | STARTS | WINDOWS_MEDIA, tail_length=st.integers(1, 10_000))
@settings(max_examples=400)
def test_fido_agrees_on_signatures_put_together_at_random(pronom: Fido, data: bytes, tail_length: int) -> None:
    answers = by_signature(pronom, data)
    answer = identify(data, data[-tail_length:])
    assert answer in answers if answers else answer is None


GAPS = st.sampled_from([28, 29, 44, 45, 46, 400, 769, 770, 1439, 1440, 1726, 1727])
MARKS = st.sampled_from(
    [b"\xfb", b"\xf3", b"\xfa", b"\xf2", b"\xe3", b"\xfd", b"\xfc", b"\xff", b"\xf6", b"\xf1"]
)


@st.composite
def mpeg_audio(draw: st.DrawFn) -> bytes:
    """Frame headers of one kind, mostly at one distance that may be just allowed or just not."""
    header = b"\xff" + draw(MARKS) + draw(st.sampled_from([b"\x10", b"\x90", b"\xeb", b"\xec", b"\x0f"]))
    usual, other = draw(GAPS), draw(GAPS)
    odd = draw(st.integers(0, 20))
    frames = [header + bytes(other if at == odd else usual) for at in range(draw(st.integers(0, 13)))]
    start = draw(st.sampled_from([b"", b"ID3", b"ID3" + bytes(1792), b"ID3" + bytes(1793), bytes(3000)]))
    end = draw(st.sampled_from([0, 40, 1000, 1795]))
    return start + b"".join(frames) + bytes(end)


@given(data=mpeg_audio())
@example(data=(b"\xff\xfd\x10" + bytes(28)) * 7)
@example(data=(b"\xff\xfd\x10" + bytes(28)) * 8)
@settings(max_examples=400)
def test_fido_agrees_on_rows_of_frame_headers(pronom: Fido, data: bytes) -> None:
    answers = by_signature(pronom, data)
    assert identify(data, data) in (answers or {None})


OGG = b"OggS\0\x02" + bytes(22)
RIFF = b"RIFF\0\0\0\0WAVE"
LAYER_3, LAYER_2, LAYER_1 = b"\xff\xfb\x90", b"\xff\xfd\x90", b"\xff\xff\x90"
TAGGED = b"ID3" + bytes(2000)  # too far for a row at the start
ROW_3 = TAGGED + (LAYER_3 + bytes(100)) * 6 + LAYER_3
ROW_2 = TAGGED + (LAYER_2 + b"\x01" * 100) * 4 + LAYER_2
EDGES: list[tuple[str, int, Callable[[int], bytes]]] = [
    ("data after PCM", 14, lambda n: RIFF + b"fmt \x10\0\0\0\x01\0" + bytes(n) + b"data"),
    ("data after extensible", 38, lambda n: RIFF + b"fmt (\0\0\0\xfe\xff" + bytes(n) + b"data"),
    ("data after others", 21, lambda n: RIFF + b"fmt " + bytes(n) + b"data"),
    ("version of bext", 350, lambda n: RIFF + b"bext" + bytes(n) + b"\x01\0fmt \x10\0\0\0\x01\0"),
    ("ALAC in ALAC", 72, lambda n: b"\0\0\0\0ftypM4A alac" + bytes(n) + b"alac"),
    ("brand", 64, lambda n: b"\0\0\0\0ftyp" + bytes(n) + b"mp42moov"),
    ("movie header", 4096, lambda n: b"\0\0\0\0freemoov" + bytes(n) + b"mvhd"),
    ("movie header at once", 4096, lambda n: b"\0\0\0\0moov" + bytes(n) + b"mvhd"),
    ("Matroska", 1024, lambda n: bytes(n) + b"\x1aE\xdf\xa3\x93B\x82\x88matroskaB\x87"),
    ("FLAC", 4, lambda n: bytes(n) + b"fLaC\0\0\0\x22"),
    ("Ogg Vorbis", 19, lambda n: OGG + b"\x01vorbis\0\0\0\0" + bytes(n) + b"OggS"),
    ("Ogg Opus", 11, lambda n: OGG + b"OpusHead" + bytes(n) + b"OggS"),
    ("Ogg FLAC", 46, lambda n: OGG + b"\x7fFLAC" + bytes(n) + b"OggS"),
    ("Ogg Speex", 72, lambda n: OGG + b"Speex   " + bytes(n) + b"OggS"),
    ("Ogg Theora", 32, lambda n: OGG + b"\x80theora\x03\x02\x01" + bytes(n) + b"OggS"),
    ("WMA", 8, lambda n: ASF + ASF_STREAM[:16] + bytes(n) + ASF_AUDIO + b"a\x01"),
    ("WMV", 8, lambda n: ASF + ASF_STREAM[:16] + bytes(n) + ASF_VIDEO + b"WMV3"),
    ("layer III, headers", 10, lambda n: (LAYER_3 + bytes(50)) * n),
    ("layer III, small gap", 46, lambda n: (LAYER_3 + bytes(n)) * 10),
    ("layer III, large gap", 1439, lambda n: (LAYER_3 + bytes(n)) * 10),
    ("layer III, start", 1795, lambda n: bytes(n) + (LAYER_3 + bytes(50)) * 10),
    ("layer III, headers at the end", 7, lambda n: TAGGED + (LAYER_3 + bytes(100)) * n),
    ("layer III, near the end", 47, lambda n: ROW_3 + bytes(n)),
    ("layer III, far from the end", 1795, lambda n: ROW_3 + bytes(n)),
    ("layer II, headers", 4, lambda n: (LAYER_2 + bytes(50)) * n),
    ("layer II, small gap", 45, lambda n: (LAYER_2 + bytes(n)) * 4),
    ("layer II, large gap", 1726, lambda n: (LAYER_2 + bytes(n)) * 4),
    ("layer II, start", 0, lambda n: bytes(max(0, n)) + (LAYER_2 + bytes(50)) * 4),
    ("layer II, soon zeros", 7, lambda n: ROW_2 + b"\x01" * n + bytes(3) + b"\x01" * 90),
    ("layer II, late zeros", 500, lambda n: ROW_2 + b"\x01" * n + bytes(3) + b"\x01" * 90),
    ("layer II, near the end", 36, lambda n: ROW_2 + b"\x01" * 90 + bytes(3) + b"\x01" * n),
    ("layer II, far from the end", 1426, lambda n: ROW_2 + b"\x01" * 90 + bytes(3) + b"\x01" * n),
    ("layer I, headers", 4, lambda n: (LAYER_1 + bytes(50)) * n),
    ("layer I, small gap", 29, lambda n: (LAYER_1 + bytes(n)) * 4),
    ("layer I, large gap", 769, lambda n: (LAYER_1 + bytes(n)) * 4),
]


@pytest.mark.parametrize(("edge", "make"), [case[1:] for case in EDGES], ids=[case[0] for case in EDGES])
def test_fido_agrees_on_either_side_of_every_limit(
    pronom: Fido, edge: int, make: Callable[[int], bytes]
) -> None:
    cases = [make(n) for n in (edge - 1, edge, edge + 1)]
    answers = [by_signature(pronom, data) for data in cases]
    assert [{identify(data, data)} for data in cases] == [answer or {None} for answer in answers]
    assert len({frozenset(answer) for answer in answers}) == 2, "no limit here"


def test_video_in_a_windows_file_outweighs_its_sound(pronom: Fido) -> None:
    streams = [ASF_STREAM + ASF_AUDIO + b"a\x01", ASF_STREAM + ASF_VIDEO + b"WMV3"]
    for data in (ASF + b"".join(streams), ASF + b"".join(reversed(streams))):
        assert {identify(data)} == by_signature(pronom, data) == {"fmt/133"}


FTYP = b"\0\0\0\x20ftypM4A \0\0\x02\0M4A isom"


def test_apple_lossless_is_told_by_its_codec_when_its_sample_table_is_out_of_sight() -> None:
    assert identify(FTYP, b"", "alac") == "fmt/596"
    assert identify(FTYP, b"", "aac") == "fmt/199"


def test_an_mp4_that_decodes_has_its_movie_box_somewhere() -> None:
    assert identify(FTYP) is None
    assert identify(FTYP + bytes(HEAD_LENGTH), b"..moov..") == "fmt/199"
    assert identify(b"\0\0\0\x08wide\0\0\0\x08mdat", b"", "pcm_s16le") == "x-fmt/384"


def test_a_wave_that_decodes_has_its_data_chunk_somewhere() -> None:
    head = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0" + bytes(14) + b"id3 "
    assert identify(head) == "fmt/6"
    assert identify(head, b"", "pcm_s16le") == "fmt/141"


def test_a_bext_chunk_behind_the_sound_counts() -> None:
    head = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0" + bytes(14) + b"data"
    assert identify(head + bytes(HEAD_LENGTH), b"bext" + bytes(350) + b"\x01\0" + bytes(8)) == "fmt/704"


@pytest.mark.parametrize(
    ("head", "codec", "puid"),
    [
        (b"ID3\x04" + bytes(100), "mp3float", "fmt/134"),
        (b"\xff\xfb\x90\x64" + bytes(100), "mp3", "fmt/134"),
        (b"ID3\x04" + bytes(100), "flac", "fmt/279"),
        (b"ID3\x04" + bytes(100), "aac", None),
        (b"ID3\x04" + bytes(100), None, None),
        (b"FLV\x01" + bytes(100), "mp3", None),
    ],
)
def test_a_codec_names_the_format_only_of_a_bare_stream(
    head: bytes, codec: str | None, puid: str | None
) -> None:
    assert identify(head, head, codec) == puid


@given(head=st.binary(max_size=400), tail=st.binary(max_size=400), codec=st.sampled_from([None, "mp3", "alac"]))
@example(head=b"", tail=b"", codec=None)
def test_any_bytes_have_a_puid_or_none(head: bytes, tail: bytes, codec: str | None) -> None:
    puid = identify(head, tail, codec)
    assert puid is None or puid in OURS.split()


@pytest.mark.parametrize(
    ("start", "again"),
    [
        (b"ID3", b"\xff\xfb\x20"),
        (b"ID3", b"\xff"),
        (b"RIFF\0\0\0\0WAVE", b"bext"),
        (b"RIFF\0\0\0\0WAVE", b"bextfmt "),
        (b"\0\0\0\0ftypM4A ", b"alac" + bytes(77)),
        (b"\0\0\0\0free", b"moov"),
        (b"\0\0\0\0free", b"mvhd"),
        (b"0&\xb2u\x8ef\xcf\x11\xa6\xd9\0\xaa\0b\xcel" + bytes(12) + b"\x01\x02", ASF_STREAM),
    ],
)
def test_hostile_repetition_takes_no_more_than_a_tenth_of_a_second(start: bytes, again: bytes) -> None:
    """A plain search for PRONOM's expressions takes seconds to centuries on some of these."""
    data = (start + again * HEAD_LENGTH)[:HEAD_LENGTH]
    began = time.process_time()
    identify(data, data[-TAIL_LENGTH:])
    assert time.process_time() - began < 60
