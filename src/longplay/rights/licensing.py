"""What a licence expression permits: the best of its alternatives, by the table of rules.

Pure, and the same for Python and SQL: the SQL gate asks here once for each expression there is.

Source: SPDX specification 3, annex B (`OR` is the user's choice, `AND` binds to all).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from longplay.errors import MalformedInput
from longplay.formats.licences import alternatives
from longplay.model.rights import Act, Condition, Purpose, Verdict
from longplay.rights.rules import rule_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way in which an act might be permitted.

    Attributes:
        verdict, rule, citation, conditions, licence, missing: as in a `Decision`.
    """

    verdict: Verdict
    rule: str
    citation: str
    conditions: tuple[Condition, ...] = ()
    licence: str | None = None
    missing: str | None = None


RANK = {
    Verdict.PERMITTED: 0,
    Verdict.PERMITTED_WITH_CONDITIONS: 1,
    Verdict.UNKNOWN: 2,
    Verdict.REFUSED: 3,
}
"""Of two options the lower is the better; of two tests the higher decides."""

DENIED = "no act without a statement that permits it"


def weight(option: Option) -> tuple[int, int]:
    """By which of several options the best is the least: verdict, then how much it asks."""
    return RANK[option.verdict], len(option.conditions)


@lru_cache(maxsize=65_536)
def by_licence(act: Act, expression: str, purpose: Purpose) -> Option:
    """The best of an expression's alternatives: the one that permits with the fewest conditions."""
    try:
        branches = alternatives(expression)
    except MalformedInput as exc:
        return unknown("no-rule", f"what {expression} permits: {exc.reason}")
    return min((_by_branch(act, branch, purpose) for branch in branches), key=weight)


def _by_branch(act: Act, licences: tuple[str, ...], purpose: Purpose) -> Option:
    """All licences of one alternative must permit; their conditions add up."""
    rules = []
    for licence in licences:
        rule = rule_for(licence)
        if rule is None:
            return unknown("no-rule", f"what {licence} permits: no rule of ours says")
        if act not in rule.conditions:
            return unknown(rule.name, f"a statement about {act.value}: {licence} is silent")
        rules.append(rule)
    return permitted(
        {condition for rule in rules for condition in rule.conditions[act]},
        purpose,
        rule="+".join(dict.fromkeys(rule.name for rule in rules)),
        citation="; ".join(dict.fromkeys(rule.citation for rule in rules)),
        licence=" AND ".join(licences),
    )


def asking_more(option: Option, extra: Iterable[Condition], purpose: Purpose) -> Option:
    """An option under conditions stated besides its own; what does not permit stays as it is."""
    asked = {*option.conditions, *extra}
    if RANK[option.verdict] > 1 or len(asked) == len(option.conditions):
        return option
    return permitted(asked, purpose, rule=option.rule, citation=option.citation, licence=option.licence)


def permitted(
    asked: set[Condition], purpose: Purpose, *, rule: str, citation: str, licence: str | None = None
) -> Option:
    """A permission under conditions; refused where it is not for this purpose."""
    conditions = tuple(condition for condition in Condition if condition in asked)
    if Condition.NON_COMMERCIAL in asked and purpose is Purpose.COMMERCIAL:
        return Option(verdict=Verdict.REFUSED, rule=rule, citation=citation, licence=licence)
    return Option(
        verdict=Verdict.PERMITTED_WITH_CONDITIONS if conditions else Verdict.PERMITTED,
        rule=rule,
        citation=citation,
        conditions=conditions,
        licence=licence,
    )


def unknown(rule: str, missing: str) -> Option:
    """No answer for want of a fact."""
    return Option(verdict=Verdict.UNKNOWN, rule=rule, citation=DENIED, missing=missing)
