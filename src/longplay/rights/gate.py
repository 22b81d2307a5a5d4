"""The gate: nothing passes unasked, and every answer says why.

Refuses by default. A conflict between statements, or a fact that is missing, is `unknown`, never a
permission. `decide` is pure: the same question always gets the same answer.

Source: PREMIS 3.0 rights entity; design, section 3, rule 4; the rules' own citations.
"""

from collections.abc import Callable
from datetime import date

from longplay.errors import MalformedInput
from longplay.formats.licences import alternatives
from longplay.model.rights import (
    Act,
    Condition,
    Decision,
    KeepingBasis,
    Purpose,
    RightsObject,
    RightsStatement,
    Territory,
    Verdict,
)
from longplay.rights.rules import rule_for

Gate = Callable[[Act, RightsObject, Territory, date, Purpose], Decision]
"""What a door asks; `decide` is the one there is."""

_KEEPING_CITATION = "longplay.toml, archive.keeping"


def decide(
    act: Act,
    obj: RightsObject,
    territory: Territory,  # noqa: ARG001 - part of the question; the licences in the table hold worldwide
    day: date,  # noqa: ARG001 - part of the question; no licence in the table ends
    purpose: Purpose,
) -> Decision:
    """The answer about one act on one object.

    Args:
        act: what is to be done.
        obj: the object with all statements about it, and the institution's basis for keeping.
        territory: where it is done; licences in the table hold worldwide, so it changes no answer yet.
        day: on which day; likewise.
        purpose: what for; non-commercial licences ask.

    Returns:
        Exactly one decision; its order of statements does not matter.
    """
    decision = _by_statements(act, obj.statements, purpose)
    if act is Act.PRESERVE and not decision.permits:
        return _by_keeping(obj.keeping, decision)
    return decision


def _by_statements(act: Act, statements: tuple[RightsStatement, ...], purpose: Purpose) -> Decision:
    if not statements:
        return _unknown(act, "no-statement", "a rights statement: nothing states a licence")
    missing = sorted({_missing(one) for one in statements if one.missing or not one.licence})
    if missing:
        return _unknown(act, "fact-missing", "; ".join(missing))
    licences = sorted({statement.licence for statement in statements if statement.licence})
    if len(licences) != 1:
        return _unknown(act, "conflict", f"which of the statements holds: {' vs. '.join(licences)}")
    return _by_licence(act, licences[0], purpose)


def _missing(statement: RightsStatement) -> str:
    """What a statement leaves open; without a licence, that is which one it means."""
    return statement.missing or f"which licence {statement.stated!r} means"


def _by_licence(act: Act, expression: str, purpose: Purpose) -> Decision:
    """The best of an expression's alternatives: the one that permits with the fewest conditions."""
    try:
        branches = alternatives(expression)
    except MalformedInput as exc:
        return _unknown(act, "no-rule", f"what {expression} permits: {exc.reason}")
    decisions = [_by_branch(act, branch, purpose) for branch in branches]
    return min(decisions, key=lambda decision: (_RANK[decision.verdict], len(decision.conditions)))


_RANK = {
    Verdict.PERMITTED: 0,
    Verdict.PERMITTED_WITH_CONDITIONS: 1,
    Verdict.UNKNOWN: 2,
    Verdict.REFUSED: 3,
}


def _by_branch(act: Act, licences: tuple[str, ...], purpose: Purpose) -> Decision:
    """All licences of one alternative must permit; their conditions add up."""
    rules = []
    for licence in licences:
        rule = rule_for(licence)
        if rule is None:
            return _unknown(act, "no-rule", f"what {licence} permits: no rule of ours says")
        if act not in rule.conditions:
            return _unknown(act, rule.name, f"a statement about {act.value}: {licence} is silent")
        rules.append(rule)
    asked = {condition for rule in rules for condition in rule.conditions[act]}
    conditions = tuple(condition for condition in Condition if condition in asked)
    name = "+".join(dict.fromkeys(rule.name for rule in rules))
    citation = "; ".join(dict.fromkeys(rule.citation for rule in rules))
    licence = " AND ".join(licences)
    if Condition.NON_COMMERCIAL in asked and purpose is Purpose.COMMERCIAL:
        return Decision(act=act, verdict=Verdict.REFUSED, rule=name, citation=citation, licence=licence)
    return Decision(
        act=act,
        verdict=Verdict.PERMITTED_WITH_CONDITIONS if conditions else Verdict.PERMITTED,
        rule=name,
        citation=citation,
        conditions=conditions,
        licence=licence,
    )


def _by_keeping(keeping: KeepingBasis, otherwise: Decision) -> Decision:
    """Keeping what no licence permits: the institution's basis decides, and the copy stays dark."""
    if keeping is KeepingBasis.OPEN_LICENCES_ONLY:
        return Decision(
            act=Act.PRESERVE,
            verdict=Verdict.REFUSED,
            rule="no-basis-to-keep",
            citation=_KEEPING_CITATION,
        )
    return Decision(
        act=Act.PRESERVE,
        verdict=Verdict.PERMITTED_WITH_CONDITIONS,
        rule=f"keeping:{keeping.value}",
        citation=f"{_KEEPING_CITATION}; not by licence: {otherwise.missing or otherwise.rule}",
        conditions=(Condition.KEEP_DARK,),
    )


def _unknown(act: Act, rule: str, missing: str) -> Decision:
    return Decision(
        act=act,
        verdict=Verdict.UNKNOWN,
        rule=rule,
        citation="no act without a statement that permits it",
        missing=missing,
    )
