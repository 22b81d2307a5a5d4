"""`bext` and iXML chunks against chunks packed here field by field as the standard's table has them."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longplay.errors import MalformedInput
from longplay.formats.walks.bext import FIXED_LENGTH, read_bext, read_ixml

WORDS = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30)
DATES = st.dates().map(lambda day: day.isoformat())
INT16 = st.integers(-(2**15), 2**15 - 1)


def bext(
    *,
    texts: tuple[bytes, bytes, bytes] = (b"", b"", b""),
    date: bytes = b"",
    time: bytes = b"",
    reference: int = 0,
    version: int = 2,
    umid: bytes = b"",
    loudness: tuple[int, ...] = (0, 0, 0, 0, 0),
    history: bytes = b"",
) -> bytes:
    """A chunk as EBU Tech 3285, section 2.3, lays it out."""
    return (
        texts[0].ljust(256, b"\0")
        + texts[1].ljust(32, b"\0")
        + texts[2].ljust(32, b"\0")
        + date.ljust(10, b"\0")
        + time.ljust(8, b"\0")
        + struct.pack("<II", reference & 0xFFFFFFFF, reference >> 32)
        + struct.pack("<H", version)
        + umid.ljust(64, b"\0")
        + struct.pack("<5h", *loudness)
        + bytes(180)
        + history
    )


@given(
    texts=st.tuples(WORDS, WORDS, WORDS),
    date=DATES,
    reference=st.integers(0, 2**64 - 1),
    loudness=st.tuples(INT16, INT16, INT16, INT16, INT16),
    history=st.lists(WORDS.filter(bool), max_size=4),
)
def test_every_field_comes_back(
    texts: tuple[str, str, str],
    date: str,
    reference: int,
    loudness: tuple[int, int, int, int, int],
    history: list[str],
) -> None:
    read = read_bext(
        bext(
            texts=(texts[0].encode(), texts[1].encode(), texts[2].encode()),
            date=date.encode(),
            time=b"23:59:59",
            reference=reference,
            loudness=loudness,
            history="".join(line + "\r\n" for line in history).encode(),
        )
    )
    assert (read.description or "", read.originator or "", read.originator_reference or "") == texts
    assert (read.origination_date, read.origination_time) == (date, "23:59:59")
    assert (read.time_reference, read.version, read.umid) == (reference, 2, None)
    stated = tuple(None if value == 0x7FFF else value / 100 for value in loudness)
    assert stated == (
        read.loudness_value_lufs,
        read.loudness_range_lu,
        read.max_true_peak_dbtp,
        read.max_momentary_lufs,
        read.max_short_term_lufs,
    )
    assert read.coding_history == tuple(history)


@pytest.mark.parametrize("version", [0, 1, 2, 3])
def test_umid_begins_with_version_1_and_loudness_with_version_2(version: int) -> None:
    read = read_bext(bext(version=version, umid=b"\x06\x0a\x2b\x34", loudness=(-2300, 500, -100, -2000, -2100)))
    assert read.umid == ("060a2b34" if version >= 1 else None)
    assert read.loudness_value_lufs == (-23.0 if version >= 2 else None)
    assert read.max_short_term_lufs == (-21.0 if version >= 2 else None)


def test_texts_end_at_the_first_nul_and_need_not_be_ascii() -> None:
    read = read_bext(bext(texts=("Böhm".encode(), "Böhm".encode("latin-1"), b"  \0rubbish")))
    assert (read.description, read.originator, read.originator_reference) == ("Böhm", "Böhm", None)


def test_control_characters_are_left_out_of_texts() -> None:
    assert read_bext(bext(texts=(b"a\x01b\x1b[0mc\xef\xbf\xbf", b"", b""))).description == "ab[0mc"


def test_full_fields_have_no_nul() -> None:
    read = read_bext(bext(texts=(b"d" * 256, b"o" * 32, b"r" * 32), date=b"2026-11-25", time=b"10:00:00"))
    assert (len(read.description or ""), len(read.originator or "")) == (256, 32)
    assert (read.origination_date, read.origination_time) == ("2026-11-25", "10:00:00")


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r", b"\r\n\r\n"])
def test_lines_of_the_coding_history_may_end_in_any_way(end: bytes) -> None:
    steps = (b"A=ANALOGUE,M=stereo,T=Studer A80", b"A=PCM,F=48000,W=24,M=stereo,T=ADC")
    read = read_bext(bext(history=end.join(steps) + end + b"\0\0junk"))
    assert read.coding_history == tuple(step.decode() for step in steps)


def test_a_chunk_shorter_than_its_fixed_part_is_malformed() -> None:
    whole = bext()
    assert len(whole) == FIXED_LENGTH
    with pytest.raises(MalformedInput, match="601 bytes, at least 602 wanted"):
        read_bext(whole[:-1])


DOCUMENT = '<?xml version="1.0"{}?><BWFXML><PROJECT>Böhm “1”</PROJECT></BWFXML>'


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("", "utf-8"),
        (' encoding="UTF-8"', "utf-8-sig"),
        (' encoding="utf-16"', "utf-16"),
        (" encoding='UTF-16LE'", "utf-16-le"),
        (' encoding="windows-1252"', "cp1252"),
    ],
)
def test_ixml_is_decoded_as_it_declares(declared: str, encoding: str) -> None:
    document = DOCUMENT.format(declared)
    assert read_ixml(document.encode(encoding) + b"\0\0\0") == document


def test_ixml_that_lies_about_its_encoding_is_still_read() -> None:
    document = DOCUMENT.format(' encoding="UTF-8"').replace("“1”", "1")
    assert read_ixml(document.encode("latin-1")) == document


@pytest.mark.parametrize("stranger", ["zip", "punycode", "idna", "unicode_escape", "no-such"])
def test_ixml_cannot_choose_among_stranger_codecs(stranger: str) -> None:
    document = f'<?xml version="1.0" encoding="{stranger}"?><a>\\x41</a>'
    assert read_ixml(document.encode()) == document


@pytest.mark.parametrize("nothing", [b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf"])
def test_an_empty_ixml_is_none(nothing: bytes) -> None:
    assert read_ixml(nothing) is None
