"""The forms of a fingerprint: the compressed text comes back, is what `fpcalc` prints, and any text is safe."""

import base64
import tracemalloc

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from longplay.errors import MalformedInput
from longplay.formats.chromaprint import ITEMS_LIMIT, decode, encode, pack, unpack

ITEMS = st.lists(st.integers(0, 2**32 - 1) | st.sampled_from([0, 1, 2**31, 2**32 - 1]), max_size=40)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

RAW = [
    *(0xBB859A3E, 0xBB859A2D, 0xBB85BE2C, 0xB945962C, 0xB907826C, 0xB806426C, 0xBC0602EC, 0xBC0602E4),
    *(0xBCC603A4, 0xB4970DA5, 0xF49C08A6, 0xFCFC08A6, 0x7C740896, 0x5C770886, 0x1C121886, 0x1E023C86),
    *(0x1A023486, 0x0A4110C6, 0x0A416116),
]
COMPRESSED = "AQAAE0oSKouaKBGSIR-uRzjV4snxH8T1IE9KFcnl6HiK5jz6HKeW43vx49xSo0qYAKMIgEIABRwByDuhFBMIKAgA"
"""Both as `fpcalc` 1.5.1 (Debian 12) printed them, with and without `-raw`, for the same five seconds."""


def text_of(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def test_the_compressed_form_is_the_one_of_fpcalc() -> None:
    assert encode(RAW) == COMPRESSED
    assert decode(COMPRESSED) == (1, tuple(RAW))


@given(ITEMS, st.integers(0, 255))
@example([], 1)
@example([2**32 - 1] * 3, 1)
@example([1 << 31, 0, 1 << 31], 255)
def test_every_fingerprint_comes_back(items: list[int], algorithm: int) -> None:
    assert decode(encode(items, algorithm=algorithm)) == (algorithm, tuple(items))
    assert unpack(pack(items)) == tuple(items)


@given(ITEMS)
def test_an_array_is_written_like_a_list(items: list[int]) -> None:
    array = np.array(items, np.uint32)
    assert (encode(array), pack(array)) == (encode(items), pack(items))
    assert array.tolist() == items


def plain(items: list[int], algorithm: int) -> bytes:
    """The compressed bytes by their description, one bit after the other."""
    small, large, before = "", "", 0
    for item in items:
        last = -1
        for bit in (bit for bit in range(32) if (item ^ before) >> bit & 1):
            small += f"{min(bit - last, 7):03b}"[::-1]
            large += f"{bit - last - 7:05b}"[::-1] if bit - last >= 7 else ""
            last = bit
        small, before = small + "000", item
    rows = b"".join(
        int(row[at : at + 8].ljust(8, "0")[::-1], 2).to_bytes()
        for row in (small, large)
        for at in range(0, len(row), 8)
    )
    return bytes([algorithm]) + len(items).to_bytes(3, "big") + rows


@given(ITEMS, st.integers(0, 255))
def test_the_compressed_form_is_the_one_described(items: list[int], algorithm: int) -> None:
    assert encode(items, algorithm=algorithm) == text_of(plain(items, algorithm))


def test_items_are_stored_little_endian() -> None:
    assert pack([1, 0x01020304]).hex() == "0100000004030201"


@pytest.mark.parametrize("items", [[-1], [2**32], [0, 2**70]])
def test_a_number_that_is_no_item_is_not_written(items: list[int]) -> None:
    for write in (encode, pack):
        with pytest.raises(ValueError, match="32 bits"):
            write(items)


def test_what_does_not_fit_the_header_is_not_written() -> None:
    for algorithm in (-1, 256):
        with pytest.raises(ValueError, match="does not fit"):
            encode([], algorithm=algorithm)
    with pytest.raises(ValueError, match="does not fit"):
        encode(np.zeros(ITEMS_LIMIT + 1, np.uint32))


@given(
    st.text(max_size=60)
    | st.text(ALPHABET, max_size=80)
    | st.binary(max_size=60).map(text_of)
    | st.binary(max_size=60).map(lambda rest: text_of(b"\1\0\0\3" + rest))
)
def test_any_text_is_read_and_written_back_or_malformed(text: str) -> None:
    try:
        algorithm, items = decode(text)
    except MalformedInput:
        return
    assert encode(items, algorithm=algorithm) == text


@given(ITEMS, st.data())
def test_a_fingerprint_with_something_changed_is_read_and_written_back_or_malformed(
    items: list[int], data: st.DataObject
) -> None:
    good = encode(items)
    at = data.draw(st.integers(0, len(good) - 1))
    until = at + data.draw(st.integers(0, 2))
    text = good[:at] + data.draw(st.text(ALPHABET, max_size=2)) + good[until:]
    try:
        algorithm, read = decode(text)
    except MalformedInput:
        return
    assert encode(read, algorithm=algorithm) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "less than the header"),
        ("AQAA", "less than the header"),
        ("AQAAA", "base64url"),
        ("AQAAAA==", "bits are set"),
        ("AQAA AA", "base64url"),
        ("AQAAAÄ", "base64url"),
        (text_of(b"\1\0\0\1"), "1 items are declared, 0 are there"),
        (text_of(b"\1\0\0\0\0"), "bits are set"),
        (text_of(b"\1\0\0\1\x40"), "bits are set"),
        (text_of(b"\1\0\0\1\7"), "long distances"),
        (text_of(b"\1\0\0\1\7\x1f"), "beyond the 32nd bit"),
    ],
)
def test_what_is_malformed_says_why(text: str, reason: str) -> None:
    with pytest.raises(MalformedInput, match=reason):
        decode(text)


@pytest.mark.parametrize("length", [1, 2, 3, 5, 4_001])
def test_half_an_item_is_malformed(length: int) -> None:
    with pytest.raises(MalformedInput, match="whole number of items"):
        unpack(bytes(length))


def test_a_great_number_of_items_that_are_not_there_takes_no_memory() -> None:
    tracemalloc.start()
    with pytest.raises(MalformedInput, match="16777215 items are declared"):
        decode(text_of(b"\1\xff\xff\xff" + b"\xff" * 30))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100_000
