"""Papers as bytes: canonical JSON, forms in TOML, and what the law asks for clause by clause."""

import re
import tomllib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.errors import MalformedInput
from longplay.formats.notices import SIZE_LIMIT, empty_form, make_paper, read_form, read_paper, write_paper
from longplay.model.digests import ContentId
from longplay.model.findings import Severity
from longplay.model.notices import ANSWERS, FORMS, missing
from longplay.model.withdrawal import NoticeKind

SONG = ContentId("ab" * 32)
kinds = st.sampled_from(list(NoticeKind))


@st.composite
def papers(draw: st.DrawFn) -> tuple[NoticeKind, list[ContentId], dict[str, str], str | None]:
    kind = draw(kinds)
    names = st.sampled_from([field.name for field in FORMS[kind]])
    about = draw(st.lists(st.sampled_from([SONG, ContentId("cd" * 32)]), max_size=3))
    fields = draw(st.dictionaries(names, st.text(st.characters(exclude_categories=["Cs"]), max_size=30)))
    return kind, about, fields, draw(st.none() | st.just("n1"))


@settings(max_examples=50)
@given(papers())
def test_a_paper_comes_back_and_has_one_spelling(
    drawn: tuple[NoticeKind, list[ContentId], dict[str, str], str | None],
) -> None:
    kind, about, fields, answers = drawn
    paper = make_paper(kind, about, fields, answers=answers)
    data = write_paper(paper)
    assert read_paper(data) == paper
    again = make_paper(kind, about[::-1], dict(reversed(fields.items())), answers=answers)
    assert write_paper(again) == data


@settings(max_examples=50)
@given(kinds, st.data())
def test_exactly_the_empty_fields_that_a_clause_asks_for_are_missing(
    kind: NoticeKind, data: st.DataObject
) -> None:
    filled = data.draw(st.sets(st.sampled_from([field.name for field in FORMS[kind]])))
    paper = make_paper(kind, [SONG], dict.fromkeys(filled, "it is said"))
    wanted = {field.name for field in FORMS[kind] if field.clause} - filled
    either = {"legal_ground", "contractual_ground"}
    if filled & either:
        wanted -= either
    findings = missing(paper)
    assert {finding.path for finding in findings} == wanted
    clauses = {field.name: field.clause for field in FORMS[kind]}
    assert all(clauses[finding.path] in finding.detail for finding in findings)
    assert {finding.severity for finding in findings} <= {Severity.WARNING}


@pytest.mark.parametrize(
    ("kind", "law", "clauses"),
    [
        (NoticeKind.DMCA_NOTICE, "512(c)(3)(A)", ["(i)", "(ii)", "(iii)", "(iv)", "(v)", "(vi)"]),
        (NoticeKind.DMCA_COUNTER_NOTICE, "512(g)(3)", ["(A)", "(B)", "(C)", "(D)"]),
        (NoticeKind.DSA_NOTICE, "art. 16(2)", ["(a)", "(b)", "(c)", "(d)"]),
        (NoticeKind.STATEMENT_OF_REASONS, "art. 17(3)", ["(a)", "(b)", "(c)", "(d)", "(e)", "(f)"]),
    ],
)
def test_each_clause_of_the_law_has_its_field(kind: NoticeKind, law: str, clauses: list[str]) -> None:
    stated = [field.clause for field in FORMS[kind] if field.clause]
    assert all(law in clause for clause in stated)
    assert list(dict.fromkeys(clause.partition(law)[2] for clause in stated)) == clauses


def test_a_paper_about_nothing_says_so() -> None:
    findings = missing(make_paper(NoticeKind.APPEAL, [], {}))
    assert findings[-1].path == "about"


@pytest.mark.parametrize("kind", NoticeKind)
def test_an_empty_form_is_toml_with_every_field_and_its_clause(kind: NoticeKind) -> None:
    form = empty_form(kind)
    assert list(tomllib.loads(form)) == [field.name for field in FORMS[kind]]
    assert read_form(form.encode()) == dict.fromkeys([field.name for field in FORMS[kind]], "")
    for field in FORMS[kind]:
        assert re.search(rf"^# .*{re.escape(field.clause)}", form, re.MULTILINE)
    assert make_paper(kind, [], read_form(form.encode())).fields == ()


def test_numbers_and_days_of_a_form_are_text_and_other_things_are_refused() -> None:
    assert read_form(b"received = 2026-11-25\nwork = 7\n") == {"received": "2026-11-25", "work": "7"}
    for bad in (b"a = [1]", b"a = true", b"[a]\nb = 1", b"a", b"\xff", b"a = 0x" + b"f" * 5_000):
        with pytest.raises(MalformedInput):
            read_form(bad)


def test_a_misspelt_field_is_refused_with_the_right_ones() -> None:
    with pytest.raises(MalformedInput, match="signature"):
        make_paper(NoticeKind.DMCA_NOTICE, [], {"signatur": "/s/"})


def test_a_paper_that_is_too_long_or_no_text_is_refused() -> None:
    for text in ("x" * (SIZE_LIMIT + 1), "\ud800"):
        with pytest.raises(MalformedInput):
            write_paper(make_paper(NoticeKind.APPEAL, [], {"grounds": text}))


def test_no_kind_answers_itself() -> None:
    assert not [kind for kind, answered in ANSWERS.items() if kind in answered]


@settings(max_examples=50)
@given(
    st.binary(max_size=200)
    | papers().map(lambda one: write_paper(make_paper(*one[:3], answers=one[3])))
    | st.just(b'{"fields":' * 5_000),
    st.data(),
)
def test_any_bytes_are_a_paper_or_malformed(data: bytes, draw: st.DataObject) -> None:
    if data:
        at = draw.draw(st.integers(0, len(data) - 1))
        data = data[:at] + draw.draw(st.binary(max_size=2)) + data[at + 1 :]
    for read in (read_paper, read_form):
        with suppress(MalformedInput):
            read(data)


def test_a_huge_paper_is_refused_before_it_is_read() -> None:
    for read in (read_paper, read_form):
        with pytest.raises(MalformedInput, match="bytes"):
            read(b"a" * (SIZE_LIMIT + 1))
