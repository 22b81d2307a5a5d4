"""Texts of the source tables: one at a time and in columns they come out alike; lists lose what is empty."""

import sys
import unicodedata

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from longplay.catalogue.sources.texts import (
    SETTLED,
    TEXT_LIMIT,
    clean_lists,
    clean_text,
    clean_texts,
    empty_lists,
)

ODD = "a\0 \u00a0é\u0301\u0327\u1100\u1161\u11a8가\u212bΩ"
TEXTS = st.text(max_size=20) | st.text(alphabet=ODD, max_size=9)


@given(st.lists(st.none() | TEXTS, max_size=12))
def test_a_column_is_cleaned_as_each_of_its_texts(texts: list[str | None]) -> None:
    wanted = [None if text is None else clean_text(text) for text in texts]
    assert clean_texts(pa.array(texts, pa.string())).to_pylist() == wanted


@given(st.lists(st.lists(TEXTS, max_size=4), max_size=8))
def test_lists_hold_what_is_left_of_their_texts(lists: list[list[str]]) -> None:
    cleaned = clean_lists(pa.array(lists, pa.list_(pa.string())))
    assert cleaned.to_pylist() == [[text for one in some if (text := clean_text(one))] for some in lists]


def test_endless_texts_are_cut_alike() -> None:
    texts = ["é" * (TEXT_LIMIT + 5), "\0" * TEXT_LIMIT + "a", " " * TEXT_LIMIT + "a", "a" * TEXT_LIMIT]
    assert clean_texts(pa.array(texts)).to_pylist() == [clean_text(text) for text in texts]


def test_no_settled_letter_is_changed_by_another() -> None:
    """By Python's own tables: each is NFC, is no mark, and is the second half of no composition."""
    settled = {code for first, last in SETTLED for code in range(first, last + 1)}
    seconds = set()
    for code in range(sys.maxunicode + 1):
        halves = unicodedata.decomposition(chr(code)).split()
        if len(halves) == 2 and not halves[0].startswith("<"):
            seconds.add(int(halves[1], 16))
    assert not settled & seconds
    for code in settled:
        assert unicodedata.is_normalized("NFC", chr(code))
        assert not unicodedata.combining(chr(code))


def test_empty_lists_are_lists() -> None:
    assert empty_lists(3).to_pylist() == [[], [], []]
    assert empty_lists(0).to_pylist() == []
