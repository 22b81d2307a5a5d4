"""Queries: whatever is typed is read, or refused with the right form."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from longplay.catalogue.entities import EntityKind
from longplay.catalogue.search.asking import Asked, Term, Within, ask, licence_words
from longplay.errors import UsageError
from longplay.model.statuses import Status

PIECES = st.sampled_from(
    [
        *(
            "artist:",
            "title:",
            "release:",
            "year:",
            "licence:",
            "status:",
            "kind:",
            "isrc:",
            '"',
            '""',
            ":",
            "..",
            " ",
        ),
        *(
            "1990..1999",
            "held",
            "cc-by",
            "björk",
            "東京",
            "!!!",
            "-",
            "\x00",
            "\ud800",
            "year:1990..",
            "kind:artist",
        ),
        *("GBAYE0601477", "T-123.456.789-0", "e57a0c10-ee77-8e1f-aec9-e972adacd33e", "below-the-line"),
    ]
)


@given(st.text(max_size=520) | st.lists(PIECES | st.text(max_size=4), max_size=14).map("".join))
@example("artist:" * 80)
def test_any_text_is_a_query_or_a_usage_error(text: str) -> None:
    try:
        asked = ask(text)
    except UsageError:
        return
    assert asked != Asked()
    for term in asked.terms:
        assert term.words
        assert all(word and " " not in word for word in term.words)
        " ".join(term.words).encode()
    assert sum(term.is_prefix for term in asked.terms) <= 1
    assert not any(term.is_prefix for term in asked.terms[:-1])


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("bjork jog", Asked(terms=(Term(words=("bjork",)), Term(words=("jog",), is_prefix=True)))),
        ('"Let it be"', Asked(terms=(Term(words=("let", "it", "be")),))),
        (
            'artist:"Sigur Rós" title:hop',
            Asked(
                terms=(
                    Term(words=("sigur", "ros"), within=Within.ARTIST),
                    Term(words=("hop",), within=Within.TITLE, is_prefix=True),
                )
            ),
        ),
        ("year:1994", Asked(years=(1994, 1994))),
        ("year:1990..", Asked(years=(1990, 9999))),
        ("year:..1999", Asked(years=(1, 1999))),
        ("kind:artists", Asked(kind=EntityKind.ARTIST)),
        ("licence:CC-BY", Asked(licence="cc-by")),
        ("license:https://creativecommons.org/licenses/by/4.0/", Asked(licence="cc-by-4.0")),
        ("status:below-the-line", Asked(status=Status.BELOW_THE_LINE)),
        ('status:"below the line"', Asked(status=Status.BELOW_THE_LINE)),
        ("!!!", Asked(terms=(Term(words=("!!!",), is_prefix=True),))),
        (
            "simon & garfunkel",
            Asked(terms=(Term(words=("simon",)), Term(words=("garfunkel",), is_prefix=True))),
        ),
        ("re: stacks", Asked(terms=(Term(words=("re",)), Term(words=("stacks",), is_prefix=True)))),
        ("4:44", Asked(terms=(Term(words=("4",)), Term(words=("44",), is_prefix=True)))),
    ],
)
def test_a_query_is_read_as_the_reference_says(text: str, asked: Asked) -> None:
    assert ask(text) == asked


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("E57A0C10-EE77-8E1F-AEC9-E972ADACD33E", ("id", "e57a0c10-ee77-8e1f-aec9-e972adacd33e")),
        ("gb-aye-06-01477", ("isrc", "GBAYE0601477")),
        ("isrc:gbaye0601477", ("isrc", "GBAYE0601477")),
        ("T1234567890", ("iswc", "T-123.456.789-0")),
        ("5016958035921", ("barcode", "5016958035921")),
        ("discogs:45", ("discogs", "45")),
        ("artist:45", None),
        ("love", None),
    ],
)
def test_an_identifier_is_known_by_its_form(text: str, identifier: tuple[str, str] | None) -> None:
    assert ask(text).identifier == identifier


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("", "nothing to search for"),
        ("\t ", "nothing to search for"),
        ('"let it', "a quote is not closed"),
        ("year:ninety", "write year:1994"),
        ("year:1999..1990", "year:1990..1999"),
        ("year:..", "write year:1994"),
        ("kind:song", "kind:recording"),
        ("status:lost", "below-the-line"),
        ("licence:'", "licence:cc-by"),
        ("artst:bjork", "did you mean artist:"),
        ("x" * 501, "at most 500"),
        ("a " * 25, "more than 24 words"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_right_form(text: str, advice: str) -> None:
    with pytest.raises(UsageError, match=advice):
        ask(text)


def test_a_licence_is_found_with_and_without_its_version() -> None:
    assert licence_words("http://creativecommons.org/licenses/by-sa/3.0/") == ("cc-by-sa-3.0", "cc-by-sa")
    assert licence_words("CC0-1.0") == ("cc0-1.0", "cc0")
    assert licence_words("All rights reserved") == ("all-rights-reserved",)
