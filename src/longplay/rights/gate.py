"""The gate: nothing passes unasked, and every answer says why.

Refuses by default. A conflict between statements, or a fact that is missing, is `unknown`, never a
permission. Recording and musical work are two tests, and both must pass. `decide` is pure: the same question
always gets the same answer.

Source: PREMIS 3.0 rights entity; design, section 3, rule 4; the rules' own citations.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from longplay.model.holdings import Holding
from longplay.model.rights import (
    WORLD,
    Act,
    Condition,
    Decision,
    KeepingBasis,
    MiningPreference,
    Purpose,
    RightsObject,
    RightsStatement,
    Strength,
    Subject,
    Territory,
    Verdict,
)
from longplay.rights.licensing import RANK, Option
from longplay.rights.rules import MINING_RESERVED, RESTRICTIONS, KindRule, restriction_rule
from longplay.rights.term_table import EU_MEMBERS
from longplay.rights.weighing import terms_of, weigh

Gate = Callable[[Act, RightsObject, Territory, date, Purpose], Decision]
"""What a door asks; `decide` is the one there is."""

AsObject = Callable[[Holding], RightsObject]
"""What the gate is asked about, for one holding; an archive's settings are part of it."""

_KEEPING_CITATION = "longplay.toml, archive.keeping"
TESTS = (Subject.RECORDING, Subject.WORK)
"""What must both pass."""

_DAY = timedelta(days=1)


def decide(act: Act, obj: RightsObject, territory: Territory, day: date, purpose: Purpose) -> Decision:
    """The answer about one act on one object.

    Args:
        act: what is to be done.
        obj: the object with all statements in force about it, and the institution's basis for keeping.
        territory: where it is done; `001` asks for a permission that holds everywhere.
        day: on which day.
        purpose: what for; non-commercial licences ask.

    Returns:
        Exactly one decision; the order of statements does not matter. `changes_on` is the first later day on
        which verdict, rule or conditions differ, as far as the statements tell.
    """
    decision = _on(act, obj, territory, day, purpose)
    for then in _days_of_change(obj.statements, territory, day):
        if _differs(_on(act, obj, territory, then, purpose), decision):
            return replace(decision, changes_on=then)
    return decision


def changes(
    act: Act, obj: RightsObject, territory: Territory, day: date, purpose: Purpose
) -> Iterator[tuple[Decision, Decision]]:
    """Every change of the answer that is foretold after a day, in order: the decision before, and after.

    The first `changes_on` names the day.
    """
    before = decide(act, obj, territory, day, purpose)
    while before.changes_on is not None:
        after = decide(act, obj, territory, before.changes_on, purpose)
        yield before, after
        before = after


def has_dates(statement: RightsStatement) -> bool:
    """Whether a statement may change an answer by the mere passing of time."""
    dates = (statement.valid_from, statement.valid_until, statement.recording, statement.work)
    return any(one is not None for one in dates)


def tests(
    act: Act, obj: RightsObject, territory: Territory, day: date, purpose: Purpose
) -> dict[Subject, Option]:
    """What each test by itself comes to, restrictions apart: for explaining a decision."""
    there = [one for one in obj.statements if counts(one, territory, day)]
    return {subject: weigh(act, subject, there, territory, day, purpose)[0] for subject in TESTS}


def counts(statement: RightsStatement, territory: Territory, day: date) -> bool:
    """Whether what a statement grants holds at a place on a day."""
    return _holds_on(statement, day) and _grants_in(statement, territory)


def _differs(then: Decision, now: Decision) -> bool:
    return (then.verdict, then.rule, then.conditions) != (now.verdict, now.rule, now.conditions)


def _days_of_change(statements: Iterable[RightsStatement], territory: Territory, day: date) -> list[date]:
    """Later days on which a statement begins or ends to hold, or a term ends, in order."""
    days: set[date] = set()
    for one in statements:
        if one.valid_from is not None:
            days.add(one.valid_from)
        if one.valid_until is not None and one.valid_until < date.max:
            days.add(one.valid_until + _DAY)
        if one.recording is not None or one.work is not None:
            for subject in TESTS:
                days.update(term.free_from for term in terms_of(subject, (one,), territory) if term.free_from)
    return sorted(then for then in days if then > day)


def _on(act: Act, obj: RightsObject, territory: Territory, day: date, purpose: Purpose) -> Decision:
    """The answer for one day."""
    today = [one for one in obj.statements if _holds_on(one, day)]
    restricted = _restriction(act, today, territory, obj.mining)
    if restricted is not None:
        return Decision(
            act=act,
            verdict=Verdict.REFUSED,
            rule=restricted.name,
            citation=restricted.citation,
            territory=territory,
        )
    there = [one for one in today if _grants_in(one, territory)]
    weighed = [weigh(act, subject, there, territory, day, purpose) for subject in TESTS]
    decision = _both(act, weighed, territory)
    if act is Act.PRESERVE and not decision.permits:
        return _by_keeping(obj.keeping, decision)
    return decision


def _holds_on(statement: RightsStatement, day: date) -> bool:
    return (statement.valid_from is None or statement.valid_from <= day) and (
        statement.valid_until is None or day <= statement.valid_until
    )


def _grants_in(statement: RightsStatement, territory: Territory) -> bool:
    """Whether what a statement grants holds in a place; what holds somewhere only does not hold everywhere."""
    stated = statement.territories
    return not stated or territory in stated or (territory in EU_MEMBERS and EU in stated)


def _restricts_in(statement: RightsStatement, territory: Territory) -> bool:
    """Whether what a statement forbids touches a place: what is forbidden somewhere is not free everywhere."""
    if territory == WORLD or _grants_in(statement, territory):
        return True
    return territory == EU and any(stated in EU_MEMBERS for stated in statement.territories)


EU = Territory("EU")
"""The member states together."""


def _restriction(
    act: Act, statements: Sequence[RightsStatement], territory: Territory, mining: MiningPreference | None
) -> KindRule | None:
    """The first rule that refuses whatever else is stated; `None` when none does."""
    forbidding = [one for one in statements if act in one.forbids and _restricts_in(one, territory)]
    if forbidding:
        order = list(RESTRICTIONS.values())
        return min((restriction_rule(one.kind) for one in forbidding), key=order.index)
    if act is not Act.MINE:
        return None
    stated = {one.mining for one in statements if one.mining is not None}
    reserved = MiningPreference.RESERVED in stated or (not stated and mining is MiningPreference.RESERVED)
    return MINING_RESERVED if reserved else None


def _both(act: Act, weighed: Sequence[tuple[Option, Strength]], territory: Territory) -> Decision:
    """Recording and work together: the stricter verdict, all conditions."""
    (first, plain_first), (second, plain_second) = weighed
    is_blanket = Strength.BLANKET in {plain_first, plain_second}
    option = first if first == second else _stricter(first, second)
    return Decision(
        act=act,
        verdict=option.verdict,
        rule=option.rule,
        citation=option.citation,
        conditions=option.conditions,
        licence=option.licence,
        missing=option.missing,
        strength=Strength.BLANKET if is_blanket else Strength.PLAIN,
        territory=territory,
    )


def _stricter(first: Option, second: Option) -> Option:
    """The test that permits less; of two permissions, what both ask."""
    worst = max(RANK[first.verdict], RANK[second.verdict])
    deciding = [one for one in (first, second) if RANK[one.verdict] == worst or worst <= _PERMITS]
    asked = {condition for one in deciding for condition in one.conditions}
    return Option(
        verdict=next(verdict for verdict, rank in RANK.items() if rank == worst),
        rule="; ".join(dict.fromkeys(one.rule for one in deciding)),
        citation="; ".join(dict.fromkeys(one.citation for one in deciding)),
        conditions=tuple(condition for condition in Condition if condition in asked),
        licence=" AND ".join(dict.fromkeys(one.licence for one in deciding if one.licence)) or None,
        missing="; ".join(dict.fromkeys(one.missing for one in deciding if one.missing)) or None,
    )


_PERMITS = RANK[Verdict.PERMITTED_WITH_CONDITIONS]
"""Ranks up to this one permit."""


def _by_keeping(keeping: KeepingBasis, otherwise: Decision) -> Decision:
    """Keeping what no licence permits: the institution's basis decides, and the copy stays dark."""
    if keeping is KeepingBasis.OPEN_LICENCES_ONLY:
        return Decision(
            act=Act.PRESERVE,
            verdict=Verdict.REFUSED,
            rule="no-basis-to-keep",
            citation=_KEEPING_CITATION,
            territory=otherwise.territory,
        )
    return Decision(
        act=Act.PRESERVE,
        verdict=Verdict.PERMITTED_WITH_CONDITIONS,
        rule=f"keeping:{keeping.value}",
        citation=f"{_KEEPING_CITATION}; not by licence: {otherwise.missing or otherwise.rule}",
        conditions=(Condition.KEEP_DARK,),
        territory=otherwise.territory,
    )
