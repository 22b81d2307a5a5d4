"""The gate: refuses by default, answers the same whatever the order, and says why."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longplay.model.digests import EMPTY_CONTENT_ID
from longplay.model.rights import (
    WORLD,
    Act,
    Condition,
    Decision,
    KeepingBasis,
    MiningPreference,
    Purpose,
    RightsBasis,
    RightsObject,
    RightsStatement,
    StatementKind,
    StatementSource,
    Strength,
    Subject,
    Territory,
    Verdict,
)
from longplay.model.terms import RecordingFacts, WorkFacts
from longplay.rights.gate import decide
from longplay.rights.readers import statement
from longplay.rights.rules import RESTRICTIONS, RULES, rule_for

TODAY = date(2026, 11, 24)
NO_CONDITIONS: tuple[Condition, ...] = ()
BY = (Condition.ATTRIBUTION,)
BY_SA = (Condition.ATTRIBUTION, Condition.SHARE_ALIKE)
COPYLEFT = (Condition.SHARE_ALIKE, Condition.LICENCE_TEXT, Condition.CORRESPONDING_SOURCE)

PERMITTED_IN_THE_WILD = {
    "CC0-1.0": ("CC0-1.0", NO_CONDITIONS),
    "CC-BY-3.0": ("CC-BY-3.0", BY),
    "GPL-3.0-or-later": ("GPL-3.0-or-later", COPYLEFT),
    "CC-BY-SA-3.0": ("CC-BY-SA-3.0", BY_SA),
    "CC-BY-SA-4.0": ("CC-BY-SA-4.0", BY_SA),
    "Public Domain Mark": ("CC-PDM-1.0", NO_CONDITIONS),
    "CC-BY-4.0": ("CC-BY-4.0", BY),
    "GPL-2.0-or-later": ("GPL-2.0-or-later", COPYLEFT),
    "OGA-BY-3.0": ("LicenseRef-OGA-BY-3.0", BY),
    "GPL-2.0-or-later OR CC-BY-SA-2.0": ("CC-BY-SA-2.0", BY_SA),
    "CC-BY-4.0 (relicensed from CC-BY-NC-SA-3.0)": ("CC-BY-4.0", BY),
    "CC-BY-SA-2.5": ("CC-BY-SA-2.5", BY_SA),
}
"""Licence as stated in the real material: the licence relied on to redistribute, and what it asks."""

UNKNOWN_IN_THE_WILD = {
    "CONFLICT: repo CC0-1.0 vs. CC-BY (Kevin MacLeod)": (
        "which of the conflicting statements holds: repo CC0-1.0 vs. CC-BY (Kevin MacLeod)"
    ),
    "GPL (version unstated)": (
        "which version of the GPL, who stated it, and what the corresponding source of the recording is"
    ),
}
"""Licence as stated in the real material: the missing fact."""

LICENCES = [
    *PERMITTED_IN_THE_WILD,
    *UNKNOWN_IN_THE_WILD,
    "CC-BY-NC-4.0",
    "CC-BY-NC-ND-3.0",
    "Beerware",
    "nonsense",
]

STATEMENTS = st.builds(
    statement,
    st.sampled_from(LICENCES),
    evidence=st.text(max_size=3),
    source=st.sampled_from(StatementSource),
) | st.builds(
    RightsStatement,
    licence=st.none() | st.sampled_from(["CC0-1.0", "CC-BY-4.0", "CC-BY-9.9", "", "(", "MIT OR"]),
    missing=st.none() | st.sampled_from(["", "a date"]),
)
MANY = st.lists(STATEMENTS, min_size=1, max_size=4)
ACTS = st.sampled_from(Act)
PURPOSES = st.sampled_from(Purpose)
KEEPING = st.sampled_from(KeepingBasis)


def stated(*licences: str) -> list[RightsStatement]:
    return [statement(text, evidence="a test", source=StatementSource.TABLE) for text in licences]


def ask(
    statements: list[RightsStatement],
    act: Act = Act.REDISTRIBUTE,
    *,
    purpose: Purpose = Purpose.ARCHIVE,
    keeping: KeepingBasis = KeepingBasis.OPEN_LICENCES_ONLY,
) -> Decision:
    obj = RightsObject(content_id=EMPTY_CONTENT_ID, statements=tuple(statements), keeping=keeping)
    return decide(act, obj, WORLD, TODAY, purpose)


def place(statements: list[RightsStatement], code: str, day: date = TODAY) -> Decision:
    obj = RightsObject(
        content_id=EMPTY_CONTENT_ID, statements=tuple(statements), keeping=KeepingBasis.OPEN_LICENCES_ONLY
    )
    return decide(Act.REDISTRIBUTE, obj, Territory(code), day, Purpose.ARCHIVE)


@given(ACTS, MANY, st.randoms(), PURPOSES, KEEPING)
def test_the_order_of_statements_never_matters(
    act: Act, statements: list[RightsStatement], random: object, purpose: Purpose, keeping: KeepingBasis
) -> None:
    before = ask(statements, act, purpose=purpose, keeping=keeping)
    random.shuffle(statements)
    assert ask(statements, act, purpose=purpose, keeping=keeping) == before


RESTRICTING = st.builds(
    RightsStatement,
    basis=st.just(RightsBasis.POLICY),
    licence=st.none(),
    stated=st.just("no"),
    evidence=st.just("a test"),
    source=st.sampled_from(StatementSource),
    kind=st.sampled_from(list(RESTRICTIONS)),
    forbids=st.lists(ACTS, max_size=3).map(tuple),
    territories=st.sampled_from([(), ("SE",), ("US",)]),
    valid_until=st.none() | st.dates(),
    mining=st.none() | st.just(MiningPreference.RESERVED),
)


@given(ACTS, MANY, RESTRICTING, PURPOSES)
def test_one_more_restriction_never_opens_the_gate(
    act: Act, statements: list[RightsStatement], more: RightsStatement, purpose: Purpose
) -> None:
    if not ask(statements, act, purpose=purpose).permits:
        assert not ask([*statements, more], act, purpose=purpose).permits


@given(ACTS, MANY, st.sampled_from(Condition), ACTS, PURPOSES)
def test_a_statement_that_asks_or_forbids_more_never_opens_the_gate(
    act: Act, statements: list[RightsStatement], condition: Condition, forbidden: Act, purpose: Purpose
) -> None:
    if ask(statements, act, purpose=purpose).permits:
        return
    first, *others = statements
    stricter = replace(first, conditions=(*first.conditions, condition), forbids=(*first.forbids, forbidden))
    assert not ask([stricter, *others], act, purpose=purpose).permits


@given(ACTS, STATEMENTS, PURPOSES)
def test_what_is_only_probable_never_opens_the_gate(
    act: Act, statement: RightsStatement, purpose: Purpose
) -> None:
    assert not ask([replace(statement, strength=Strength.PROBABLE)], act, purpose=purpose).permits


@given(ACTS, MANY, PURPOSES, KEEPING)
def test_every_answer_gives_its_reason(
    act: Act, statements: list[RightsStatement], purpose: Purpose, keeping: KeepingBasis
) -> None:
    decision = ask(statements, act, purpose=purpose, keeping=keeping)
    assert decision.act is act
    assert decision.rule
    assert decision.citation
    assert bool(decision.missing) == (decision.verdict is Verdict.UNKNOWN)
    assert bool(decision.conditions) == (decision.verdict is Verdict.PERMITTED_WITH_CONDITIONS)


@given(ACTS, MANY, PURPOSES)
def test_saying_the_same_twice_changes_nothing(
    act: Act, statements: list[RightsStatement], purpose: Purpose
) -> None:
    assert ask(statements * 2, act, purpose=purpose) == ask(statements, act, purpose=purpose)


@given(MANY, ACTS, st.dates(), st.sampled_from(["001", "SE", "US", "JP"]))
def test_place_and_day_do_not_change_what_a_licence_permits(
    statements: list[RightsStatement], act: Act, day: date, place: str
) -> None:
    obj = RightsObject(
        content_id=EMPTY_CONTENT_ID, statements=tuple(statements), keeping=KeepingBasis.OPEN_LICENCES_ONLY
    )
    there = decide(act, obj, Territory(place), day, Purpose.ARCHIVE)
    assert replace(there, territory=WORLD) == ask(statements, act)


@pytest.mark.parametrize("text", PERMITTED_IN_THE_WILD)
def test_open_licences_of_the_real_material_may_be_redistributed(text: str) -> None:
    licence, conditions = PERMITTED_IN_THE_WILD[text]
    decision = ask(stated(text), purpose=Purpose.COMMERCIAL)
    expected = Verdict.PERMITTED_WITH_CONDITIONS if conditions else Verdict.PERMITTED
    assert decision.verdict is expected
    assert (decision.licence, decision.conditions) == (licence, conditions)


@pytest.mark.parametrize("text", UNKNOWN_IN_THE_WILD)
def test_what_the_real_material_leaves_open_is_unknown(text: str) -> None:
    decision = ask(stated(text))
    assert decision.verdict is Verdict.UNKNOWN
    assert decision.missing == UNKNOWN_IN_THE_WILD[text]
    assert decision.licence is None


def test_the_two_tables_cover_every_licence_of_the_real_recordings(real: Path) -> None:
    with (real / "MANIFEST.csv").open(encoding="utf-8", newline="") as rows:
        met = {row["licence"] for row in csv.DictReader(rows) if row["kind"] == "audio"}
    assert met == PERMITTED_IN_THE_WILD.keys() | UNKNOWN_IN_THE_WILD.keys()


@pytest.mark.parametrize("act", Act)
def test_without_a_statement_nothing_is_permitted(act: Act) -> None:
    decision = ask([], act)
    assert not decision.permits
    if act is not Act.PRESERVE:
        assert decision.verdict is Verdict.UNKNOWN
        assert decision.missing is not None
        assert "nothing states a licence of the recording" in decision.missing


def test_two_licences_that_differ_are_a_conflict_that_names_both() -> None:
    decision = ask(stated("CC0-1.0", "CC-BY-3.0"))
    assert decision.verdict is Verdict.UNKNOWN
    assert decision.rule == "conflict"
    assert decision.missing == "which of the statements holds: CC-BY-3.0 vs. CC0-1.0"


def test_two_spellings_of_one_licence_are_no_conflict() -> None:
    url = "https://creativecommons.org/licenses/by/4.0/"
    assert ask(stated("CC-BY-4.0", url, "cc-by-4.0")).licence == "CC-BY-4.0"


def test_an_open_question_stands_beside_a_licence() -> None:
    decision = ask(stated("CC0-1.0", "GPL"))
    assert decision.verdict is Verdict.UNKNOWN
    assert decision.missing.startswith("which version of the GPL")


def test_a_statement_that_names_no_licence_keeps_the_gate_shut() -> None:
    silent = RightsStatement(
        basis=RightsBasis.COPYRIGHT,
        licence=None,
        stated="all rights reserved",
        evidence="booklet",
        source=StatementSource.SIDECAR,
    )
    decision = ask([silent, *stated("CC0-1.0")])
    assert decision.verdict is Verdict.UNKNOWN
    assert "all rights reserved" in decision.missing


@pytest.mark.parametrize("licence", ["CC-BY-9.9", "Gone-From-The-List-1.0", "(", "MIT OR", ""])
def test_a_recorded_licence_that_is_none_is_unknown(licence: str) -> None:
    recorded = RightsStatement(
        basis=RightsBasis.LICENSE, licence=licence, stated=licence, evidence="x", source=StatementSource.TABLE
    )
    assert ask([recorded]).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("licence", ["CC-BY-NC-4.0", "CC-BY-NC-SA-2.0", "CC-BY-NC-ND-3.0"])
@pytest.mark.parametrize("act", [Act.PRESERVE, Act.STREAM, Act.REDISTRIBUTE, Act.TRANSCODE])
def test_non_commercial_licences_are_refused_for_a_commercial_purpose_only(licence: str, act: Act) -> None:
    refused = ask(stated(licence), act, purpose=Purpose.COMMERCIAL)
    assert refused.verdict is Verdict.REFUSED
    assert refused.conditions == ()
    for purpose in (Purpose.ARCHIVE, Purpose.NONCOMMERCIAL):
        decision = ask(stated(licence), act, purpose=purpose)
        assert decision.verdict is Verdict.PERMITTED_WITH_CONDITIONS
        assert Condition.NON_COMMERCIAL in decision.conditions


@pytest.mark.parametrize(
    ("licence", "verdict"),
    [
        ("CC0-1.0", Verdict.PERMITTED),
        ("CC-BY-4.0", Verdict.PERMITTED_WITH_CONDITIONS),
        ("CC-BY-NC-4.0", Verdict.REFUSED),
    ],
)
def test_mining_is_copying_and_asks_what_the_licence_asks(licence: str, verdict: Verdict) -> None:
    assert ask(stated(licence), Act.MINE, purpose=Purpose.COMMERCIAL).verdict is verdict


@pytest.mark.parametrize("licence", ["CC0-1.0", "CC-BY-4.0"])
def test_a_reservation_keeps_what_is_licensed_from_being_mined_and_from_nothing_else(licence: str) -> None:
    [one] = stated(licence)
    reserved = [replace(one, mining=MiningPreference.RESERVED)]
    assert ask(reserved, Act.MINE).rule == "mining-reserved"
    assert ask(reserved, Act.MINE).verdict is Verdict.REFUSED
    assert ask(reserved, Act.REDISTRIBUTE).permits


def test_the_archives_default_counts_where_nothing_is_stated_of_mining() -> None:
    [one] = stated("CC0-1.0")
    obj = RightsObject(
        content_id=EMPTY_CONTENT_ID,
        statements=(one,),
        keeping=KeepingBasis.OPEN_LICENCES_ONLY,
        mining=MiningPreference.RESERVED,
    )
    assert not decide(Act.MINE, obj, WORLD, TODAY, Purpose.ARCHIVE).permits
    allowed = replace(obj, statements=(replace(one, mining=MiningPreference.ALLOWED),))
    assert decide(Act.MINE, allowed, WORLD, TODAY, Purpose.ARCHIVE).permits


def test_wishing_to_be_mined_is_no_licence() -> None:
    wish = RightsStatement(
        basis=RightsBasis.POLICY,
        licence=None,
        stated="tdm-reservation: 0",
        evidence="a test",
        source=StatementSource.SIDECAR,
        kind=StatementKind.RESERVATION,
        mining=MiningPreference.ALLOWED,
    )
    assert ask([wish], Act.MINE).verdict is Verdict.UNKNOWN


def test_a_folders_word_gives_way_to_a_word_about_the_file() -> None:
    [folder] = stated("GPL-2.0-or-later")
    blanket = replace(folder, strength=Strength.BLANKET)
    decision = ask([blanket, *stated("CC-BY-3.0")])
    assert (decision.licence, decision.strength) == ("CC-BY-3.0", Strength.PLAIN)
    assert ask([blanket]).strength is Strength.BLANKET
    assert ask([blanket, replace(blanket, licence="CC0-1.0")]).rule == "conflict"


def test_a_version_left_open_is_answered_by_a_plain_statement_of_that_family_only() -> None:
    [silent] = stated("CC BY")
    open_one = replace(silent, family="CC-BY")
    assert ask([open_one]).verdict is Verdict.UNKNOWN
    assert ask([open_one, *stated("CC-BY-3.0")]).licence == "CC-BY-3.0"
    assert ask([open_one, *stated("CC0-1.0")]).verdict is Verdict.UNKNOWN
    assert ask([replace(silent, family="CC-BY-NC"), *stated("CC-BY-3.0")]).verdict is Verdict.UNKNOWN


def test_the_work_is_a_second_test() -> None:
    [one] = stated("CC-BY-4.0")
    recording_only = replace(one, covers=(Subject.RECORDING,))
    decision = ask([recording_only])
    assert decision.verdict is Verdict.UNKNOWN
    assert "work" in (decision.missing or "")
    work = replace(stated("CC-BY-SA-4.0")[0], covers=(Subject.WORK,))
    both = ask([recording_only, work])
    assert both.conditions == BY_SA
    assert both.licence == "CC-BY-4.0 AND CC-BY-SA-4.0"


def test_a_statement_about_the_cover_says_nothing_of_the_music() -> None:
    [one] = stated("CC0-1.0")
    assert ask([replace(one, covers=(Subject.COVER_ART,))]).verdict is Verdict.UNKNOWN


def test_a_withdrawal_outweighs_every_licence_and_leaves_keeping() -> None:
    withdrawn = RightsStatement(
        basis=RightsBasis.POLICY,
        licence=None,
        stated="withdrawn",
        evidence="a test",
        source=StatementSource.DECISION,
        kind=StatementKind.WITHDRAWAL,
        forbids=tuple(act for act in Act if act is not Act.PRESERVE),
    )
    for act in Act:
        decision = ask([withdrawn, *stated("CC0-1.0")], act)
        assert decision.permits == (act is Act.PRESERVE)
        assert decision.rule == ("dedication" if act is Act.PRESERVE else "withdrawn")


def test_a_permission_for_one_place_holds_there_and_a_ban_in_one_place_bans_the_world() -> None:
    [one] = stated("CC-BY-4.0")
    swedish = replace(one, territories=(Territory("SE"),))
    assert place([swedish], "SE").permits
    assert not place([swedish], "NO").permits
    assert not place([swedish], "001").permits
    ban = replace(one, kind=StatementKind.TAKEDOWN, licence=None, forbids=(Act.REDISTRIBUTE,))
    banned = [one, replace(ban, territories=(Territory("SE"),))]
    assert place(banned, "SE").rule == "takedown"
    assert place(banned, "001").rule == "takedown"
    assert place(banned, "NO").permits


def test_what_holds_in_the_union_holds_in_its_member_states_and_not_the_other_way_round() -> None:
    [one] = stated("CC-BY-4.0")
    assert place([replace(one, territories=(Territory("EU"),))], "SE").permits
    assert not place([replace(one, territories=(Territory("SE"),))], "EU").permits


def test_a_permission_begins_and_ends_on_its_days_and_the_change_is_foretold() -> None:
    [one] = stated("CC-BY-4.0")
    dated = replace(one, valid_from=date(2027, 1, 1), valid_until=date(2027, 12, 31))
    before = ask([dated])
    assert (before.permits, before.changes_on) == (False, date(2027, 1, 1))
    during = place([dated], "001", date(2027, 6, 1))
    assert (during.permits, during.changes_on) == (True, date(2028, 1, 1))
    after = place([dated], "001", date(2028, 1, 1))
    assert (after.permits, after.changes_on) == (False, None)


def test_an_ended_term_frees_both_recording_and_work_or_neither() -> None:
    facts = RightsStatement(
        basis=RightsBasis.COPYRIGHT,
        licence=None,
        stated="published 1925, composed 1910",
        evidence="label scan",
        source=StatementSource.TABLE,
        kind=StatementKind.PUBLIC_DOMAIN,
        recording=RecordingFacts(is_published=True, published_year=1925),
        work=WorkFacts(published_year=1910),
    )
    assert place([facts], "US").verdict is Verdict.PERMITTED
    later = replace(facts, recording=RecordingFacts(is_published=True, published_year=1926))
    refused = place([later], "US")
    assert (refused.verdict, refused.changes_on) == (Verdict.REFUSED, date(2027, 1, 1))
    assert place([replace(facts, work=None)], "US").verdict is Verdict.UNKNOWN
    assert place([facts], "001").verdict is Verdict.UNKNOWN
    assert place([facts], "BR").verdict is Verdict.UNKNOWN


def test_a_deposit_agreement_grants_the_acts_it_names_under_what_it_asks() -> None:
    agreement = RightsStatement(
        basis=RightsBasis.OTHER,
        licence=None,
        stated="deposit agreement 2026/17",
        evidence="a test",
        source=StatementSource.TABLE,
        kind=StatementKind.DEPOSIT_AGREEMENT,
        permits=(Act.PRESERVE, Act.STREAM),
        conditions=(Condition.NON_COMMERCIAL,),
    )
    assert ask([agreement], Act.STREAM).conditions == (Condition.NON_COMMERCIAL,)
    assert ask([agreement], Act.STREAM, purpose=Purpose.COMMERCIAL).verdict is Verdict.REFUSED
    assert ask([agreement], Act.REDISTRIBUTE).verdict is Verdict.UNKNOWN


def test_format_shifting_is_permitted_without_derivatives() -> None:
    decision = ask(stated("CC-BY-ND-4.0"), Act.TRANSCODE)
    assert decision.conditions == (Condition.ATTRIBUTION, Condition.NO_DERIVATIVES)


@pytest.mark.parametrize(
    ("expression", "licence"),
    [
        ("CC-BY-4.0 OR CC0-1.0", "CC0-1.0"),
        ("CC-BY-NC-4.0 OR CC-BY-4.0", "CC-BY-4.0"),
        ("Beerware OR GPL-3.0-or-later", "GPL-3.0-or-later"),
        ("GPL-2.0-or-later OR CC-BY-SA-2.0", "CC-BY-SA-2.0"),
        ("CC0-1.0 AND CC-BY-4.0 OR GPL-3.0-only", "CC0-1.0 AND CC-BY-4.0"),
    ],
)
def test_or_takes_the_better_branch(expression: str, licence: str) -> None:
    assert ask(stated(expression), purpose=Purpose.COMMERCIAL).licence == licence


@pytest.mark.parametrize(
    ("expression", "verdict", "conditions"),
    [
        ("CC0-1.0 AND CC-BY-4.0", Verdict.PERMITTED_WITH_CONDITIONS, BY),
        ("CC-BY-4.0 AND CC-BY-SA-4.0", Verdict.PERMITTED_WITH_CONDITIONS, BY_SA),
        ("CC0-1.0 AND CC-PDM-1.0", Verdict.PERMITTED, NO_CONDITIONS),
        ("CC0-1.0 AND CC-BY-NC-4.0", Verdict.REFUSED, NO_CONDITIONS),
        ("CC0-1.0 AND Beerware", Verdict.UNKNOWN, NO_CONDITIONS),
        ("Beerware OR CC-BY-NC-4.0", Verdict.UNKNOWN, NO_CONDITIONS),
    ],
)
def test_and_needs_both(expression: str, verdict: Verdict, conditions: tuple[Condition, ...]) -> None:
    decision = ask(stated(expression), purpose=Purpose.COMMERCIAL)
    assert (decision.verdict, decision.conditions) == (verdict, conditions)


KEPT_DARK = (Verdict.PERMITTED_WITH_CONDITIONS, (Condition.KEEP_DARK,))


@pytest.mark.parametrize("statements", [[], stated("GPL"), stated("CC0-1.0", "CC-BY-3.0"), stated("Beerware")])
@pytest.mark.parametrize(
    ("keeping", "answer"),
    [
        (KeepingBasis.LEGAL_DEPOSIT, KEPT_DARK),
        (KeepingBasis.LIBRARY_EXCEPTION, KEPT_DARK),
        (KeepingBasis.DEPOSIT_AGREEMENT, KEPT_DARK),
        (KeepingBasis.OWN_COLLECTION, KEPT_DARK),
        (KeepingBasis.OPEN_LICENCES_ONLY, (Verdict.REFUSED, ())),
    ],
)
def test_what_no_licence_permits_is_kept_dark_or_not_at_all(
    statements: list[RightsStatement], keeping: KeepingBasis, answer: tuple[Verdict, tuple[Condition, ...]]
) -> None:
    decision = ask(statements, Act.PRESERVE, keeping=keeping)
    assert (decision.verdict, decision.conditions) == answer
    assert decision.licence is None
    for act in set(Act) - {Act.PRESERVE}:
        assert not ask(statements, act, keeping=keeping).permits


@pytest.mark.parametrize("keeping", KeepingBasis)
def test_what_is_licensed_is_kept_by_its_licence_whatever_the_basis(keeping: KeepingBasis) -> None:
    decision = ask(stated("CC-BY-4.0"), Act.PRESERVE, keeping=keeping)
    assert (decision.licence, decision.conditions) == ("CC-BY-4.0", BY)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_has_a_name_of_its_own_and_says_where_it_stands(rule: object) -> None:
    assert rule.citation.strip()
    assert rule.conditions
    assert [one.name for one in RULES].count(rule.name) == 1


@pytest.mark.parametrize("version", ["1.0", "2.0", "2.5", "3.0", "4.0"])
@pytest.mark.parametrize("kind", ["by", "by-sa", "by-nd", "by-nc", "by-nc-sa", "by-nc-nd"])
def test_every_creative_commons_licence_asks_what_its_name_says(kind: str, version: str) -> None:
    decision = ask(stated(f"https://creativecommons.org/licenses/{kind}/{version}/"))
    asked = {
        "by": Condition.ATTRIBUTION,
        "sa": Condition.SHARE_ALIKE,
        "nd": Condition.NO_DERIVATIVES,
        "nc": Condition.NON_COMMERCIAL,
    }
    assert set(decision.conditions) == {asked[part] for part in kind.split("-")}


@pytest.mark.parametrize("licence", ["Beerware", "CC-BY", "CC-BY-4.0x", "xCC0-1.0", "LicenseRef-X", "GPL-2.0"])
def test_a_licence_that_matches_no_row_has_no_rule(licence: str) -> None:
    assert rule_for(licence) is None
