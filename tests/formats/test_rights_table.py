"""The columns of a rights table: what each comes to, and that no unreadable cell ever helps anybody."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.formats.rights_table import ALL_BUT_KEEPING, ATTRIBUTION_LIMIT, KINDS, TERMS, RowRights
from longplay.model.rights import (
    Act,
    MiningPreference,
    RightsBasis,
    RightsStatement,
    StatementKind,
    StatementSource,
    Subject,
    Verdict,
)
from longplay.model.terms import RecordingFacts, WorkFacts
from longplay.rights.readers import statement
from longplay.rights.table_rows import row_rights
from rights_files import may

CC0 = statement("CC0-1.0", evidence="tag", source=StatementSource.TAG)
DAY = date(2026, 11, 25)


def read(**cells: str) -> RowRights:
    return row_rights(cells, table="rights.csv")


def stated(**cells: str) -> RightsStatement:
    """What a row without a fault states."""
    made = read(**cells)
    assert made.problems == ()
    assert made.statement is not None
    return made.statement


def test_a_row_with_a_licence_alone_is_what_it_always_was() -> None:
    for licence in ("CC-BY-4.0", "CC0-1.0", "free for all", " "):
        plain = statement(licence, evidence="column licence of rights.csv", source=StatementSource.TABLE)
        assert read(licence=licence, title="Lied").statement == plain


def test_a_row_that_states_nothing_has_no_statement() -> None:
    assert read(path="a.flac", title="Lied", permits=" ").statement is None


def test_every_term_is_read() -> None:
    one = stated(
        licence="CC-BY-4.0",
        licence_evidence="a letter",
        basis="license",
        rights_kind="licence",
        covers="work, recording",
        territories="SE no",
        valid_from="2026-01-02",
        valid_until="2030-12-31",
        permits="stream",
        forbids="mine",
        attribution="  Ada   Example ",
        mining="Reserved",
    )
    assert (one.basis, one.kind, one.licence) == (RightsBasis.LICENSE, StatementKind.LICENCE, "CC-BY-4.0")
    assert (one.covers, one.territories) == ((Subject.RECORDING, Subject.WORK), ("NO", "SE"))
    assert (one.valid_from, one.valid_until) == (date(2026, 1, 2), date(2030, 12, 31))
    assert (one.permits, one.forbids, one.mining) == ((Act.STREAM,), (Act.MINE,), MiningPreference.RESERVED)
    assert (one.attribution, one.evidence) == ("Ada Example", "a letter")


def test_facts_make_a_statement_about_the_public_domain_of_what_they_are_facts_of() -> None:
    one = stated(published="1923", fixed="1922-05-01", communicated="1924", for_hire="no")
    assert (one.kind, one.basis, one.covers) == (
        StatementKind.PUBLIC_DOMAIN,
        RightsBasis.COPYRIGHT,
        (Subject.RECORDING,),
    )
    assert one.recording == RecordingFacts(
        fixed_year=1922, is_published=True, published_year=1923, communicated_year=1924, is_for_hire=False
    )
    work = stated(work_published="1920", authors_last_death="1930")
    assert (work.covers, work.work) == ((Subject.WORK,), WorkFacts(published_year=1920, last_death_year=1930))


def test_a_day_of_publication_gives_the_year() -> None:
    facts = stated(published_on="1972-02-14").recording
    assert facts == RecordingFacts(is_published=True, published_year=1972, published_on=date(1972, 2, 14))


@pytest.mark.parametrize("answer", ["no", "No", "false", "0"])
def test_that_it_was_never_published_is_a_fact(answer: str) -> None:
    assert stated(is_published=answer).recording == RecordingFacts(is_published=False)


def test_acts_without_a_licence_need_a_kind() -> None:
    one = stated(
        rights_kind="deposit-agreement", permits="stream preserve", licence_evidence="agreement 2026/17"
    )
    assert (one.permits, one.basis) == ((Act.PRESERVE, Act.STREAM), RightsBasis.OTHER)
    assert may(Act.STREAM, one).permits
    bare = read(permits="stream")
    assert [problem.column for problem in bare.problems] == ["permits"]


@pytest.mark.parametrize("kind", [kind.value for kind in KINDS])
def test_every_kind_a_table_may_name_has_its_basis(kind: str) -> None:
    one = stated(rights_kind=kind)
    assert one.basis is KINDS[StatementKind(kind)]
    assert not may(Act.REDISTRIBUTE, one).permits


def test_restrictions_are_stated_without_a_licence() -> None:
    assert stated(forbids="mine").kind is StatementKind.RESERVATION
    assert stated(mining="reserved").forbids == ()
    assert stated(rights_kind="reservation").forbids == ALL_BUT_KEEPING
    assert stated(rights_kind="stream-only").forbids == (Act.REDISTRIBUTE, Act.MINE)
    assert not may(Act.REDISTRIBUTE, CC0, stated(rights_kind="stream-only", forbids="transcode")).permits


def test_a_credit_alone_neither_opens_nor_closes_anything() -> None:
    one = stated(attribution="Ada Example")
    assert may(Act.REDISTRIBUTE, CC0, one) == may(Act.REDISTRIBUTE, CC0)
    assert not may(Act.REDISTRIBUTE, one).permits


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("rights_basis", "licence"),
        ("rights_kind", "takedown"),
        ("rights_kind", "withdrawal"),
        ("rights_kind", "drift"),
        ("rights_kind", "anything"),
        ("covers", "everything"),
        ("territories", "UK"),
        ("territories", "SE, Norway"),
        ("valid_from", "1970-01-01"),
        ("valid_from", "soon"),
        ("valid_until", "2026-02-30"),
        ("valid_until", "2030"),
        ("permits", "play"),
        ("permits", "stream, play"),
        ("forbids", "selling"),
        ("attribution", "x" * (ATTRIBUTION_LIMIT + 1)),
        ("mining", "maybe"),
        ("published", "19??"),
        ("published", "c1923"),
        ("published", "1900-01-01"),
        ("published_on", "1970-01-01"),
        ("published_on", "1923"),
        ("fixed", "[1923]"),
        ("is_published", "probably"),
        ("communicated", "1923-25"),
        ("for_hire", "?"),
        ("work_published", "١٩٢٣"),
        ("authors_last_death", "unknown"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named_and_nothing_is_permitted(column: str, text: str) -> None:
    made = read(licence="CC0-1.0", **{column: text})
    assert [problem.column for problem in made.problems] == [column]
    assert made.statement is not None
    assert column in (made.statement.missing or "")
    assert not any(may(act, made.statement).permits for act in Act)


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"published": "1923", "published_on": "1924-01-02"}, "published_on"),
        ({"published": "1923", "is_published": "no"}, "is_published"),
        ({"valid_from": "2027-01-01", "valid_until": "2026-01-01"}, "valid_until"),
        ({"permits": "stream", "forbids": "stream"}, "permits"),
        ({"rights_kind": "reservation"}, "rights_kind"),
        ({"rights_kind": "stream-only", "permits": "stream"}, "rights_kind"),
    ],
)
def test_cells_that_contradict_each_other_permit_nothing(cells: dict[str, str], column: str) -> None:
    made = read(licence="CC0-1.0", **cells)
    assert column in {problem.column for problem in made.problems}
    assert made.statement is not None
    assert not any(may(act, made.statement, day=DAY).permits for act in Act)


@pytest.mark.parametrize(
    "column", ["territories", "valid_from", "valid_until", "forbids", "rights_kind", "mining", "covers"]
)
def test_an_unreadable_cell_beside_a_restriction_restricts_as_widely_as_it_could_mean(column: str) -> None:
    made = read(**({"forbids": "redistribute"} | {column: "gibberish"}))
    assert made.statement is not None
    for territory in ("001", "SE", "US"):
        for day in (date(1990, 1, 1), DAY, date(2200, 1, 1)):
            act = Act.MINE if column == "mining" else Act.REDISTRIBUTE
            assert not may(act, CC0, made.statement, territory=territory, day=day).permits


GOOD = {
    "licence": ["", "CC0-1.0", "CC-BY-4.0", "nonsense"],
    "rights_basis": ["", "license", "policy"],
    "rights_kind": ["", *(kind.value for kind in KINDS)],
    "covers": ["", "recording", "recording work", "lyrics"],
    "territories": ["", "SE", "001"],
    "valid_from": ["", "2020-01-05"],
    "valid_until": ["", "2020-01-05", "2199-01-02"],
    "permits": ["", "stream", "redistribute mine"],
    "forbids": ["", "mine", "redistribute"],
    "mining": ["", "allowed", "reserved"],
    "published": ["", "1850", "2001"],
    "is_published": ["", "yes", "no"],
    "authors_last_death": ["", "1850"],
}
ROWS = st.fixed_dictionaries({name: st.sampled_from(cells) for name, cells in GOOD.items()})
PLACES = st.sampled_from(["001", "SE", "US"])


@settings(max_examples=50)
@given(row=ROWS, column=st.sampled_from(sorted(TERMS)), act=st.sampled_from(list(Act)), place=PLACES)
def test_spoiling_a_cell_of_any_row_never_opens_the_gate(
    row: dict[str, str], column: str, act: Act, place: str
) -> None:
    made = read(**(row | {column: "spoilt ?" + "x" * ATTRIBUTION_LIMIT}))
    assert made.statement is not None
    assert column in {problem.column for problem in made.problems}
    assert not may(act, made.statement, territory=place, day=DAY).permits
    whole = read(**row).statement
    if whole is not None and may(act, CC0, whole, territory=place, day=DAY).verdict is Verdict.REFUSED:
        assert not may(act, CC0, made.statement, territory=place, day=DAY).permits


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from(["licence", *TERMS]), st.text(max_size=30)))
def test_any_cells_are_read_and_what_is_wrong_is_missing(cells: dict[str, str]) -> None:
    made = read(**cells)
    assert not made.problems or (made.statement is not None and made.statement.missing)
