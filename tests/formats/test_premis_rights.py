"""The rights entities of a PREMIS document: each basis with a block of its own, no more than is said."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from test_premis import AGENT, ORDER, root_of, texts

from longplay.formats.premis import NAMESPACE, PreservedObject, write_premis
from longplay.formats.premis_rights import Determined
from longplay.formats.statements import statement_id
from longplay.model.audio import TagFacts
from longplay.model.holdings import Holding, Provenance
from longplay.model.rights import (
    Act,
    Condition,
    Decision,
    RightsBasis,
    RightsStatement,
    StatementKind,
    StatementSource,
    Territory,
    Verdict,
)
from longplay.model.terms import RecordingFacts, WorkFacts
from standing import AUDIO
from strategies import HOLDINGS, digests_of

P = {"p": NAMESPACE}
PLAIN = RightsStatement(
    basis=RightsBasis.LICENSE,
    licence="CC-BY-4.0",
    stated="CC BY 4.0",
    evidence="tag LICENSE",
    source=StatementSource.TAG,
)
BY_LICENCE = Decision(
    act=Act.REDISTRIBUTE,
    verdict=Verdict.PERMITTED_WITH_CONDITIONS,
    rule="cc-by",
    citation="CC BY 4.0 s.3",
    conditions=(Condition.ATTRIBUTION,),
    licence="CC-BY-4.0",
)
BY_TERM = Decision(
    act=Act.REDISTRIBUTE,
    verdict=Verdict.PERMITTED,
    rule="eu-70",
    citation="2006/116/EC art. 3",
    territory=Territory("SE"),
)


def told(
    *statements: RightsStatement, decision: Decision = BY_LICENCE, determined: Determined | None = None
) -> etree._Element:
    """The `rights` element of a recording with these statements."""
    holding = Holding(
        digests=digests_of(1),
        audio=AUDIO,
        tags=TagFacts(title="x"),
        statements=statements,
        provenances=(Provenance(accession="one", source="s", root="/", path="x", given=()),),
    )
    entry = PreservedObject(
        holding=holding,
        path="data/x",
        ingested_at="2026-11-25T00:00:00Z",
        decision=decision,
        determined=determined or Determined(),
    )
    found = root_of(write_premis([entry], agent=AGENT)).find("p:rights", P)
    assert found is not None
    return found


def tree(node: etree._Element) -> list[object]:
    """An element as nested lists, for comparison."""
    name = etree.QName(node).localname
    return [name, *([tree(child) for child in node] or [node.text])]


def block(node: etree._Element, name: str) -> list[object]:
    found = node.find(f"p:{name}", P)
    assert found is not None
    return tree(found)


def test_public_domain_by_an_ended_term_is_copyright_with_status_place_and_day() -> None:
    facts = replace(
        PLAIN,
        basis=RightsBasis.COPYRIGHT,
        licence=None,
        stated="first published 1911, by a composer who died in 1921",
        kind=StatementKind.PUBLIC_DOMAIN,
        recording=RecordingFacts(published_year=1911, is_published=True),
        work=WorkFacts(last_death_year=1921),
    )
    determined = Determined(
        on="2026-11-25",
        territories=(Territory("SE"), Territory("US")),
        stated_on={statement_id(facts): "2026-11-20"},
    )
    decided, stated = told(facts, decision=BY_TERM, determined=determined)
    assert decided.findtext("p:rightsBasis", namespaces=P) == "copyright"
    assert block(decided, "copyrightInformation") == [
        "copyrightInformation",
        ["copyrightStatus", "publicdomain"],
        ["copyrightJurisdiction", "SE, US"],
        ["copyrightStatusDeterminationDate", "2026-11-25"],
        ["copyrightNote", "2006/116/EC art. 3"],
    ]
    assert texts(decided, "p:rightsGranted/p:restriction") == ["only in SE, US"]
    assert texts(stated, "p:copyrightInformation/p:copyrightStatus") == ["unknown"]
    assert texts(stated, "p:copyrightInformation/p:copyrightStatusDeterminationDate") == ["2026-11-20"]
    assert "recording: is_published True, published_year 1911; work: last_death_year 1921" in texts(
        stated, "p:copyrightInformation/p:copyrightNote"
    )


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"kind": StatementKind.PUBLIC_DOMAIN, "permits": (Act.REDISTRIBUTE,)}, "publicdomain"),
        ({"kind": StatementKind.PUBLIC_DOMAIN}, "publicdomain"),
        ({"kind": StatementKind.PUBLIC_DOMAIN, "missing": "since when"}, "unknown"),
        ({"kind": StatementKind.PUBLIC_DOMAIN, "work": WorkFacts()}, "unknown"),
        ({"kind": StatementKind.RESERVATION, "forbids": (Act.STREAM,)}, "copyrighted"),
    ],
)
def test_the_status_is_no_more_than_what_the_statement_says(change: dict[str, object], status: str) -> None:
    statement = replace(PLAIN, basis=RightsBasis.COPYRIGHT, licence=None, **change)  # type: ignore[arg-type]
    _decided, stated = told(statement)
    assert texts(stated, "p:copyrightInformation/p:copyrightStatus") == [status]


def test_a_licence_has_its_terms_its_evidence_and_its_days() -> None:
    statement = replace(PLAIN, valid_from=date(2020, 1, 1), valid_until=date(2030, 12, 31))
    decided, stated = told(statement)
    assert block(decided, "licenseInformation") == ["licenseInformation", ["licenseTerms", "CC-BY-4.0"]]
    assert block(stated, "licenseInformation") == [
        "licenseInformation",
        ["licenseTerms", "CC-BY-4.0"],
        ["licenseNote", "CC BY 4.0 [tag LICENSE]"],
        ["licenseApplicableDates", ["startDate", "2020-01-01"], ["endDate", "2030-12-31"]],
    ]


def test_an_exception_is_a_statute_with_place_citation_and_day() -> None:
    exception = replace(
        PLAIN,
        basis=RightsBasis.STATUTE,
        licence=None,
        stated="URG 16 §",
        evidence="rights.csv, line 4",
        kind=StatementKind.EXCEPTION,
        permits=(Act.REDISTRIBUTE,),
        territories=(Territory("SE"),),
    )
    by_exception = replace(BY_TERM, rule="exception", citation="PREMIS 3 statute: the provision stated")
    determined = Determined(on="2026-11-25", stated_on={statement_id(exception): "2026-11-20"})
    decided, stated = told(exception, decision=by_exception, determined=determined)
    assert decided.findtext("p:rightsBasis", namespaces=P) == "statute"
    assert block(stated, "statuteInformation") == [
        "statuteInformation",
        ["statuteJurisdiction", "SE"],
        ["statuteCitation", "URG 16 §"],
        ["statuteInformationDeterminationDate", "2026-11-20"],
        ["statuteNote", "URG 16 § [rights.csv, line 4]"],
    ]


@pytest.mark.parametrize(
    ("basis", "kind"),
    [
        (RightsBasis.OTHER, StatementKind.DEPOSIT_AGREEMENT),
        (RightsBasis.OTHER, StatementKind.OWN),
        (RightsBasis.POLICY, StatementKind.STREAM_ONLY),
    ],
)
def test_agreements_own_rights_and_policies_are_other_rights_by_their_kind(
    basis: RightsBasis, kind: StatementKind
) -> None:
    statement = replace(PLAIN, basis=basis, licence=None, kind=kind, permits=(Act.REDISTRIBUTE,))
    decided, stated = told(statement, decision=replace(BY_LICENCE, licence=None, rule=kind.value))
    assert [node.findtext("p:rightsBasis", namespaces=P) for node in (decided, stated)] == ["other", "other"]
    assert texts(stated, "p:otherRightsInformation/p:otherRightsBasis") == [kind.value]


def test_acts_granted_and_forbidden_have_their_restrictions_and_terms() -> None:
    statement = replace(
        PLAIN,
        permits=(Act.STREAM,),
        forbids=(Act.MINE,),
        conditions=(Condition.NON_COMMERCIAL,),
        valid_until=date(2027, 1, 31),
    )
    _decided, stated = told(statement)
    assert [tree(node) for node in stated.iterfind("p:rightsGranted", P)] == [
        [
            "rightsGranted",
            ["act", "stream"],
            ["restriction", "non-commercial"],
            ["termOfGrant", ["startDate", "OPEN"], ["endDate", "2027-01-31"]],
        ],
        [
            "rightsGranted",
            ["act", "mine"],
            ["restriction", "forbidden"],
            ["termOfRestriction", ["startDate", "OPEN"], ["endDate", "2027-01-31"]],
        ],
    ]


@settings(max_examples=40)
@given(HOLDINGS, st.from_type(Decision), st.from_type(Determined))
def test_every_rights_element_stands_where_the_schema_wants_it_and_the_one_block_fits_the_basis(
    holding: Holding, decision: Decision, determined: Determined
) -> None:
    entry = PreservedObject(
        holding=holding, path="data/x", ingested_at="x", decision=decision, determined=determined
    )
    blocks = {
        "copyright": "copyrightInformation",
        "license": "licenseInformation",
        "statute": "statuteInformation",
        "other": "otherRightsInformation",
    }
    for node in root_of(write_premis([entry], agent=AGENT)).iterfind("p:rights/p:rightsStatement", P):
        for inner in node.iter():
            name = etree.QName(inner).localname
            order = ORDER.get(name, f"{name}Type {name}Value").split()
            places = [order.index(etree.QName(child).localname) for child in inner]
            assert places == sorted(places)
        basis = str(node.findtext("p:rightsBasis", namespaces=P))
        there = [name for name in blocks.values() if node.find(f"p:{name}", P) is not None]
        assert there == [blocks[basis]]


def test_the_words_behind_a_statement_are_named_nowhere() -> None:
    words, source = digests_of(63).content_id, digests_of(64).content_id
    document = etree.tostring(told(replace(PLAIN, words=words, source_digest=source))).decode()
    assert words not in document
    assert source not in document
