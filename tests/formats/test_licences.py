"""Licence claims: what is plainly a licence becomes SPDX, what is not names the missing fact."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longplay.errors import MalformedInput
from longplay.formats.licences import (
    ALTERNATIVES_LIMIT,
    CLAIM_LIMIT,
    alternatives,
    canonical,
    licence_url,
    read_claim,
    urls_in,
)

IDS = st.sampled_from(
    [
        "MIT",
        "ISC",
        "CC0-1.0",
        "CC-PDM-1.0",
        "CC-BY-4.0",
        "CC-BY-SA-3.0",
        "CC-BY-3.0-US",
        "GPL-2.0-or-later",
        "LGPL-2.1-only",
        "LicenseRef-OGA-BY-3.0",
        "LicenseRef-My.own-1",
    ]
)
EXPRESSIONS = st.recursive(
    IDS,
    lambda below: st.tuples(below, st.sampled_from(["AND", "OR", "and", "or"]), below).map(
        lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
    ),
    max_leaves=5,
)
CC_KINDS = ("by", "by-sa", "by-nd", "by-nc", "by-nc-sa", "by-nc-nd")
CC_VERSIONS = ("1.0", "2.0", "2.5", "3.0", "4.0")
ENGLISH_WORDS = "CC BY SA NC ND GPL MIT AND OR WITH ( ) : / 4.0 conflict relicensed from public domain mark"


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("CC0-1.0", "CC0-1.0"),
        ("cc-by-sa-4.0", "CC-BY-SA-4.0"),
        ("  CC-BY-4.0\n", "CC-BY-4.0"),
        ("GPL-2.0+", "GPL-2.0-or-later"),
        ("GPL-3.0", "GPL-3.0-only"),
        ("MIT  or\tISC", "MIT OR ISC"),
        ("(MIT)", "MIT"),
        ("GPL-2.0-or-later WITH Classpath-exception-2.0", "GPL-2.0-or-later"),
        ("OGA-BY-3.0", "LicenseRef-OGA-BY-3.0"),
        ("oga-by-4.0", "LicenseRef-OGA-BY-4.0"),
        ("LicenseRef-House", "LicenseRef-House"),
        ("Public Domain Mark", "CC-PDM-1.0"),
        ("public domain mark 1.0", "CC-PDM-1.0"),
        ("CC-BY-4.0 (relicensed from CC-BY-NC-SA-3.0)", "CC-BY-4.0"),
        ("CC0-1.0 (relicenced from all rights reserved)", "CC0-1.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("https://creativecommons.org/publicdomain/mark/1.0", "CC-PDM-1.0"),
        ("http://www.creativecommons.org/licenses/by/2.5/", "CC-BY-2.5"),
        ("HTTPS://CreativeCommons.org/Licenses/BY-NC-ND/4.0/legalcode", "CC-BY-NC-ND-4.0"),
        ("https://creativecommons.org/licenses/by-sa/3.0/deed.en", "CC-BY-SA-3.0"),
        ("https://creativecommons.org/licenses/by-sa/3.0/de/", "CC-BY-SA-3.0-DE"),
        ("https://creativecommons.org/licenses/by-sa/3.0/de/deed.de", "CC-BY-SA-3.0-DE"),
        ("https://creativecommons.org/licenses/by-nc/2.5/scotland/", None),
        ("https://creativecommons.org/licenses/by-nc/3.0/nz/", "LicenseRef-CC-BY-NC-3.0-NZ"),
    ],
)
def test_plain_claims_become_spdx(text: str, licence: str | None) -> None:
    claim = read_claim(text)
    assert claim.licence == licence
    assert (claim.missing is None) == (licence is not None)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("", "a licence: none is stated"),
        (" \n\t", "a licence: none is stated"),
        ("GPL", "which version of the GPL, who stated it"),
        ("GPL (version unstated)", "corresponding source"),
        ("GNU LGPL", "which version of the LGPL"),
        ("agpl", "which version of the AGPL"),
        ("CC-BY", "which version of CC-BY"),
        ("CC BY-NC-SA", "which version of CC BY-NC-SA"),
        ("CONFLICT: repo CC0-1.0 vs. CC-BY", "conflicting statements holds: repo CC0-1.0 vs. CC-BY"),
        ("conflict", "conflicting statements holds: conflict"),
        ("GPL (relicensed from CC-BY-4.0)", "which version of the GPL"),
        ("CC-BY-9.9", "'CC-BY-9.9' is not on the SPDX list"),
        ("https://creativecommons.org/licenses/by/9.9/", "which licence"),
        ("https://creativecommons.org/licenses/sampling+/1.0/", "which licence"),
        ("https://example.org/licenses/by/4.0/", "which licence"),
        ("all rights reserved", "which licence"),
        ("free for everybody", "which licence"),
        ("MIT AND", "not an SPDX expression"),
        ("MIT Apache-2.0", "which licence"),
        ("AND", "not an SPDX expression"),
        ("()", "which licence"),
        (")", "which licence"),
        ("( OR MIT", "which licence"),
        ("MIT AND ( AND", "which licence"),
        ("NOASSERTION", "'NOASSERTION' is not on the SPDX list"),
        ("x" * (CLAIM_LIMIT + 1), "far too long"),
    ],
)
def test_what_is_not_plain_names_the_missing_fact(text: str, missing: str) -> None:
    claim = read_claim(text)
    assert claim.licence is None
    assert missing in claim.missing


@given(
    st.text()
    | st.text("CcBbYy0123456789.-+()/:")
    | st.lists(st.sampled_from(ENGLISH_WORDS.split())).map(" ".join)
)
def test_any_text_gives_a_licence_or_a_missing_fact(text: str) -> None:
    claim = read_claim(text)
    assert (claim.licence is None) != (claim.missing is None)
    if claim.licence is not None:
        assert read_claim(claim.licence) == claim


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5_000_000 + "MIT" + ")" * 5_000_000,
        "(" * 490 + "MIT" + ")" * 490,
        "(" * (CLAIM_LIMIT - 1),
        ")" * CLAIM_LIMIT,
        "MIT " * 2_500_000,
        " " * 10_000_000 + "MIT",
        "MIT AND (ISC OR " * 55 + "MIT" + ")" * 55,
        " AND ".join(["(MIT OR ISC)"] * 58),
        " OR ".join(["MIT"] * 120),
        "A " + "(relicensed from B) " * 45,
        "conflict" + " " * 900,
        "x (relicensed from " * 50,
        "\0" * CLAIM_LIMIT,
        "\ud800 OR MIT",
    ],
    ids=lambda text: f"{text[:12]!r}, {len(text)}",
)
def test_hostile_text_is_answered_at_once(text: str) -> None:
    read_claim("MIT")  # loads the SPDX list
    started = time.process_time()
    claim = read_claim(text)
    assert time.process_time() - started < 0.5
    assert (claim.licence is None) != (claim.missing is None)


@given(EXPRESSIONS)
def test_the_canonical_spelling_is_its_own_canonical_spelling(expression: str) -> None:
    once = canonical(expression)
    assert canonical(once) == once
    assert alternatives(once) == alternatives(expression)


@given(EXPRESSIONS)
def test_case_does_not_matter_to_listed_licences(expression: str) -> None:
    if "LicenseRef-My" not in expression:
        assert canonical(expression.lower()) == canonical(expression)


@given(EXPRESSIONS, EXPRESSIONS)
def test_or_adds_alternatives_and_and_combines_them(left: str, right: str) -> None:
    lefts, rights = map(alternatives, (left, right))
    assert {frozenset(branch) for branch in alternatives(f"({left}) OR ({right})")} == {
        frozenset(branch) for branch in (*lefts, *rights)
    }
    assert {frozenset(branch) for branch in alternatives(f"({left}) AND ({right})")} == {
        frozenset((*one, *other)) for one in lefts for other in rights
    }


def test_alternatives_are_spelled_out() -> None:
    assert alternatives("MIT AND (ISC OR CC0-1.0)") == (("MIT", "ISC"), ("MIT", "CC0-1.0"))
    assert alternatives("MIT OR ISC AND CC0-1.0") == (("MIT",), ("ISC", "CC0-1.0"))
    assert alternatives("MIT OR MIT") == (("MIT",),)


def test_too_many_alternatives_are_refused_rather_than_multiplied_out() -> None:
    pairs = " AND ".join(["(MIT OR ISC)", "(0BSD OR Zlib)"] * 3)
    assert len(alternatives(pairs)) <= ALTERNATIVES_LIMIT
    for many in (f"{pairs} AND (WTFPL OR Unlicense)", " AND ".join(["(MIT OR ISC)"] * 1000)):
        with pytest.raises(MalformedInput, match="more than 64 alternatives"):
            alternatives(many)


@pytest.mark.parametrize(
    "expression", ["", "MIT OR", "LicenseRef-", "LicenseRef-a/b", "Nonsense-1.0", "(" * 100_000]
)
def test_what_is_no_expression_is_malformed(expression: str) -> None:
    with pytest.raises(MalformedInput, match="licence expression"):
        canonical(expression)


@pytest.mark.parametrize("kind", CC_KINDS)
@pytest.mark.parametrize("version", CC_VERSIONS)
def test_every_creative_commons_url_is_read_and_leads_back(kind: str, version: str) -> None:
    url = f"https://creativecommons.org/licenses/{kind}/{version}/"
    licence = f"CC-{kind.upper()}-{version}"
    assert read_claim(url).licence == licence
    assert canonical(licence) == licence
    assert licence_url(licence) == url


def test_urls_are_found_within_prose() -> None:
    text = (
        "Music (https://creativecommons.org/licenses/by/3.0/), remix: <http://creativecommons.org/licenses/by-sa/4.0>."
        " Not https://creativecommons.org/licenses/ nor https://creativecommons.org/about/cclicenses/."
    )
    assert urls_in(text) == [
        ("CC-BY-3.0", "https://creativecommons.org/licenses/by/3.0"),
        ("CC-BY-SA-4.0", "http://creativecommons.org/licenses/by-sa/4.0"),
    ]


@pytest.mark.parametrize(
    ("licence", "url"),
    [
        ("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("CC-PDM-1.0", "https://creativecommons.org/publicdomain/mark/1.0/"),
        ("CC-BY-SA-3.0-DE", "https://creativecommons.org/licenses/by-sa/3.0/de/"),
        ("LicenseRef-CC-BY-NC-3.0-NZ", "https://creativecommons.org/licenses/by-nc/3.0/nz/"),
        ("LicenseRef-OGA-BY-3.0", "https://static.opengameart.org/OGA-BY-3.0.txt"),
        ("GPL-3.0-or-later", "https://spdx.org/licenses/GPL-3.0-or-later.html"),
    ],
)
def test_every_licence_has_a_place_where_its_text_stands(licence: str, url: str) -> None:
    assert licence_url(licence) == url
