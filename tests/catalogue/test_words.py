"""Words: folding is idempotent, names and queries are folded alike, whatever the script."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from longplay.catalogue.search.words import (
    WORD_LIMIT,
    analysed,
    edges,
    grams,
    is_run,
    whole_key,
    words,
)

NAMES = st.text(max_size=80)


@given(NAMES)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert words(" ".join(words(text))) == words(text)


@given(NAMES)
def test_case_width_and_normal_form_make_no_difference(text: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert words(unicodedata.normalize(form, text)) == words(text)
    wide = text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    assert words(wide) == words(text)


@given(st.text(st.characters(codec="ascii"), max_size=100))
def test_the_short_way_for_plain_names_gives_what_the_long_one_does(text: str) -> None:
    accented = f"{text} é"  # takes the long way
    if words(text) and re.search("[a-zA-Z0-9]", text):
        assert words(accented) == [*words(text), "e"]


@given(NAMES)
def test_every_word_of_a_name_is_found_among_what_is_indexed(text: str) -> None:
    indexed, named = analysed(text)
    tokens = indexed.split()
    for word in named:
        assert set(grams(word) if is_run(word) else [word]) <= set(tokens)


@example("0 ")
@given(NAMES)
def test_what_is_indexed_is_split_at_blanks_into_words_that_hold_none(text: str) -> None:
    """The engine splits at white space of its own; it must see the same words."""
    indexed = analysed(text)[0]
    assert indexed == " ".join(indexed.split())
    assert not re.search(r"[^\S ]", indexed)
    indexed.encode()


@given(st.text(min_size=1, max_size=200))
def test_a_name_with_anything_to_see_has_a_word(text: str) -> None:
    seen = [char for char in unicodedata.normalize("NFKD", text) if unicodedata.category(char)[0] in "LNPS"]
    if any(char not in "'’‘ʼʻ`´ʹ′\u0640\u02b9" for char in seen):
        assert words(text)


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Björk", "bjork"),
        ("Tråne", "trane"),
        ("Sigur Rós", "SIGUR ROS"),
        ("Mötley Crüe", "motley crue"),
        ("Søn af Æther", "son af aether"),
        ("Straße", "STRASSE"),
        ("Łódź", "lodz"),
        ("ＹＭＣＫ", "ymck"),
        ("Don’t", "dont"),
        ("Ёлка", "елка"),
        ("ΣΊΣΥΦΟΣ", "σισυφος"),
        ("حُبّ", "حب"),
        ("ﷲ", "الله"),
        ("ﾊﾟﾌｭｰﾑ", "パフューム"),
        ("नदी", "नदी"),
        ("İstanbul", "istanbul"),
    ],
)
def test_what_people_leave_out_makes_no_difference(written: str, typed: str) -> None:
    assert words(written) == words(typed)


@pytest.mark.parametrize(
    ("written", "other"), [("が", "か"), ("नदी", "नद"), ("東京", "京東"), ("パ", "ハ"), ("사랑", "사람")]
)
def test_what_is_another_letter_stays_one(written: str, other: str) -> None:
    assert words(written) != words(other)


@pytest.mark.parametrize(
    ("name", "tokens"),
    [
        ("!!!", ["!!!"]),
        ("?", ["?"]),
        ("† †", ["†", "†"]),
        ("Simon & Garfunkel", ["simon", "garfunkel"]),
        ("AC/DC", ["ac", "dc", "acdc"]),
        ("P!nk", ["p", "nk", "pnk"]),
        ("R.E.M.", ["r", "e", "m", "rem"]),
        ("東京事変", ["東京", "京事", "事変", "東", "京", "事", "変"]),
        ("愛", ["愛"]),
        ("사랑 love", ["사랑", "love", "사", "랑"]),
        ("", []),
    ],
)
def test_names_are_cut_as_the_reference_says(name: str, tokens: list[str]) -> None:
    assert analysed(name)[0].split() == tokens


def test_a_word_of_any_length_is_found_by_its_beginning() -> None:
    long = "x" * 5_000
    assert words(long) == [long[:WORD_LIMIT]] == words(f"{long}y")


@given(st.lists(st.text(st.characters(categories=["Ll"]), min_size=1, max_size=9), max_size=6))
def test_beginnings_are_those_of_every_word_that_has_letters(named: list[str]) -> None:
    text = analysed(" ".join(named))[0]
    wanted = {word[:n] for word in text.split() if not is_run(word) for n in (1, 2, 3)}
    assert sorted(edges(text).split()) == sorted(wanted)


@given(st.lists(st.text(min_size=1), max_size=6), st.randoms())
def test_the_key_of_a_whole_name_does_not_depend_on_order(named: list[str], random: object) -> None:
    assert whole_key(named) == whole_key(reversed([*named, *named]))
