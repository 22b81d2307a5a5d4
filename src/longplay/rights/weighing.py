"""Weighing what is stated about one subject, recording or work: one option follows.

In this order: what is only probable, or lacks a fact that no other statement gives, leaves it unknown; so do
statements that disagree; then the best counts of a licence, of acts granted by name, and of an ended term.
A statement about a folder counts only where none is about the file.

Source: docs/reference/the-gate.md; facts on terms: docs/reference/terms-of-protection.md.
"""

from collections.abc import Sequence
from datetime import date

from longplay.model.rights import (
    Act,
    Purpose,
    RightsStatement,
    Strength,
    Subject,
    Territory,
    Verdict,
)
from longplay.model.terms import Term
from longplay.rights.licensing import Option, asking_more, by_licence, permitted, unknown, weight
from longplay.rights.rules import GRANTS
from longplay.rights.terms import recording_term, work_term


def weigh(
    act: Act,
    subject: Subject,
    statements: Sequence[RightsStatement],
    territory: Territory,
    day: date,
    purpose: Purpose,
) -> tuple[Option, Strength]:
    """What follows for one subject, and how plain the statements relied on are.

    Args:
        act, territory, day, purpose: the question.
        subject: recording or work.
        statements: those in force there and then.
    """
    about = [one for one in statements if subject in one.covers and one.kind in GRANTS]
    counted, strength = _counted(about)
    left_open = _left_open(about, counted)
    if left_open:
        return unknown(*left_open), strength
    licences = sorted({one.licence for one in counted if one.licence})
    if len(licences) > 1:
        return unknown("conflict", f"which of the statements holds: {' vs. '.join(licences)}"), strength
    options = [
        option
        for option in (
            _by_licence(act, licences, counted, purpose),
            _by_grant(act, counted, purpose),
            _by_term(subject, counted, territory, day),
        )
        if option is not None
    ]
    if options:
        return min(options, key=weight), strength
    return unknown(
        "no-statement", f"a rights statement: nothing states a licence of the {subject.value}"
    ), strength


def _counted(about: Sequence[RightsStatement]) -> tuple[list[RightsStatement], Strength]:
    """What lacks nothing: of the file itself, else of its folder."""
    certain = [one for one in about if not is_open(one)]
    plain = [one for one in certain if one.strength is Strength.PLAIN]
    if plain or not certain:
        return plain, Strength.PLAIN
    return certain, Strength.BLANKET


def _left_open(about: Sequence[RightsStatement], counted: Sequence[RightsStatement]) -> tuple[str, str] | None:
    """Rule and missing facts, where something is open that what counts does not answer."""
    has_plain = any(one.strength is Strength.PLAIN for one in counted)
    doubtful = [
        one
        for one in about
        if is_open(one)
        and not (has_plain and one.strength is Strength.BLANKET)
        and not _is_answered(one, counted)
    ]
    if not doubtful:
        return None
    is_probable = all(one.licence is not None and one.missing is None for one in doubtful)
    rule = "only-probable" if is_probable else "fact-missing"
    return rule, "; ".join(sorted({_missing(one) for one in doubtful}))


def is_open(statement: RightsStatement) -> bool:
    """Whether a statement leaves something open: a fact is missing, it is only probable, or it says nothing."""
    says = statement.licence or statement.permits or statement.recording or statement.work
    return bool(statement.missing) or statement.strength is Strength.PROBABLE or not says


def _is_answered(doubtful: RightsStatement, counted: Sequence[RightsStatement]) -> bool:
    """Whether a statement that counts says the same, or the same with its version."""
    for one in counted:
        if one.licence is None:
            continue
        if doubtful.licence is not None and doubtful.licence == one.licence:
            return True
        if doubtful.licence is None and doubtful.family and one.licence.startswith(f"{doubtful.family}-"):
            return True
    return False


def _missing(statement: RightsStatement) -> str:
    if statement.missing or not statement.licence:
        return statement.missing or f"which licence {statement.stated!r} means"
    return f"whether {statement.stated!r} means {statement.licence}: it is not plainly said"


def _by_licence(
    act: Act, licences: Sequence[str], counted: Sequence[RightsStatement], purpose: Purpose
) -> Option | None:
    if not licences:
        return None
    extra = {condition for one in counted if one.licence for condition in one.conditions}
    return asking_more(by_licence(act, licences[0], purpose), extra, purpose)


def _by_grant(act: Act, counted: Sequence[RightsStatement], purpose: Purpose) -> Option | None:
    """By acts that statements grant by name; what they ask adds up."""
    grants = [one for one in counted if act in one.permits]
    if not grants:
        return None
    rules = sorted({GRANTS[one.kind].name for one in grants})
    citations = sorted({GRANTS[one.kind].citation for one in grants})
    asked = {condition for one in grants for condition in one.conditions}
    return permitted(asked, purpose, rule="+".join(rules), citation="; ".join(citations))


def _by_term(
    subject: Subject, counted: Sequence[RightsStatement], territory: Territory, day: date
) -> Option | None:
    """By an ended term of protection; of several sets of facts every one must have it ended."""
    terms = terms_of(subject, counted, territory)
    if not terms:
        return None
    for term in terms:
        if term.free_from is None:
            return unknown(term.rule, term.missing or "the facts of its term")
    last = max(terms, key=lambda term: (term.free_from or date.max, term.rule))
    if last.free_from is not None and last.free_from <= day:
        return Option(verdict=Verdict.PERMITTED, rule=last.rule, citation=last.citation)
    return Option(verdict=Verdict.REFUSED, rule=last.rule, citation=last.citation)


def terms_of(subject: Subject, statements: Sequence[RightsStatement], territory: Territory) -> list[Term]:
    """The terms of protection that the facts in statements come to, in their order."""
    if subject is Subject.RECORDING:
        return [recording_term(one.recording, territory) for one in statements if one.recording is not None]
    return [work_term(one.work, territory) for one in statements if one.work is not None]
