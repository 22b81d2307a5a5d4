"""Bencoding: one value, one spelling, the same as libtorrent's."""

import libtorrent as lt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longplay.errors import MalformedInput
from longplay.formats.bencode import DEPTH_LIMIT, Bencoded, bdecode, bencode

VALUES = st.recursive(
    st.integers(1 - 2**63, 2**63 - 1) | st.binary(max_size=40),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.binary(max_size=8), below, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_every_value_comes_back(value: Bencoded) -> None:
    assert bdecode(bencode(value)) == value


@given(VALUES)
def test_libtorrent_writes_the_same_bytes_and_reads_ours(value: Bencoded) -> None:
    assert bencode(value) == lt.bencode(value)
    assert lt.bdecode(bencode(value)) == value


@given(st.dictionaries(st.binary(max_size=4), st.integers(0, 9)), st.randoms())
def test_the_order_in_which_a_dictionary_was_filled_does_not_show(
    value: dict[bytes, int],
    random: object,
) -> None:
    keys = list(value)
    random.shuffle(keys)
    assert bencode({key: value[key] for key in keys}) == bencode(value)


@given(st.binary(max_size=60))
def test_what_is_read_at_all_is_written_back_byte_for_byte(data: bytes) -> None:
    try:
        value = bdecode(data)
    except MalformedInput:
        return
    assert bencode(value) == data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"i",
        b"ie",
        b"i-e",
        b"i-0e",
        b"i01e",
        b"i+1e",
        b"i 1e",
        b"i1_0e",
        b"i1",
        b"i" + b"9" * 21 + b"e",
        b"i1ei2e",
        b"01:a",
        b"2:a",
        b"-1:a",
        b"1a",
        b"99999999999999999999:a",
        b"l",
        b"li1e",
        b"d",
        b"di1ei2ee",
        b"d1:a",
        b"d1:ae",
        b"d1:bi1e1:ai1ee",
        b"d1:ai1e1:ai1ee",
        b"x",
        "i١e".encode(),
    ],
)
def test_anything_but_the_canonical_form_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedInput, match="malformed bencode: at byte"):
        bdecode(data)


def test_nesting_ends_at_its_limit() -> None:
    deepest = b"l" * DEPTH_LIMIT + b"le" + b"e" * DEPTH_LIMIT
    assert bencode(bdecode(deepest)) == deepest
    for deeper in (b"l" + deepest + b"e", b"l" * 1_000_000, b"d1:a" * 1_000_000):
        with pytest.raises(MalformedInput, match="nested deeper"):
            bdecode(deeper)


@pytest.mark.parametrize("value", [True, None, 1.5, "text", bytearray(b"x"), {"text": 1}, [{1, 2}]])
def test_what_bencoding_has_no_form_for_is_a_type_error(value: object) -> None:
    with pytest.raises(TypeError):
        bencode(value)
