"""A decision of the gate in plain words, for people who did not read the table of rules.

Pure: the words of the evidence are given in. Says nothing that the gate did not decide.

Source: docs/reference/the-gate.md.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from longplay.model.rights import (
    WORLD,
    Act,
    Condition,
    Decision,
    RightsStatement,
    Strength,
    Subject,
    Territory,
    Verdict,
)
from longplay.rights.licensing import Option

_DOING = {
    Act.PRESERVE: "kept",
    Act.STREAM: "streamed",
    Act.REDISTRIBUTE: "redistributed",
    Act.TRANSCODE: "copied into another format",
    Act.MINE: "mined (text and data mining, training of models included)",
}
_ASKS = {
    Condition.ATTRIBUTION: "name the author, title, source and licence",
    Condition.SHARE_ALIKE: "share adaptations under the same licence",
    Condition.NON_COMMERCIAL: "not for commercial advantage",
    Condition.NO_DERIVATIVES: "do not share adaptations; another file format is none",
    Condition.LICENCE_TEXT: "pass on the text of the licence",
    Condition.CORRESPONDING_SOURCE: "offer the corresponding source",
    Condition.KEEP_DARK: "keep it dark: no streaming, no publishing",
}
_ANSWER = {
    Verdict.PERMITTED: "Yes.",
    Verdict.PERMITTED_WITH_CONDITIONS: "Yes, under conditions.",
    Verdict.REFUSED: "No.",
    Verdict.UNKNOWN: "Not known, so no.",
}
_STRENGTH = {
    Strength.PLAIN: "stated of this file",
    Strength.BLANKET: "stated of the folder or repository it lies in: weaker than a word about the file",
    Strength.PROBABLE: "only probable: it does not open the gate",
}


def question(act: Act, name: str, territory: Territory, day: date) -> str:
    """What was asked, as a sentence."""
    place = "everywhere" if territory == WORLD else f"in {territory}"
    return f"May {name} be {_DOING[act]}, {place}, on {day.isoformat()}?"


def answer(decision: Decision) -> str:
    """Yes or no, and under which licence."""
    text = _ANSWER[decision.verdict]
    return f"{text} Relied on: {decision.licence}." if decision.licence and decision.permits else text


def reasons(decision: Decision, tests: Mapping[Subject, Option]) -> Iterator[str]:
    """Why, one sentence a line: rule, each test, conditions, what is missing, when it changes."""
    yield f"Rule {decision.rule}: {decision.citation}."
    for subject, option in tests.items():
        verdict = option.verdict.value.replace("_", " ")
        yield f"The {_SUBJECT[subject]}: {verdict} by {option.rule}{_why(option)}."
    for condition in decision.conditions:
        yield f"It asks: {_ASKS[condition]} ({condition.value})."
    if decision.strength is not Strength.PLAIN and decision.permits:
        yield f"Evidence: {_STRENGTH[decision.strength]}."
    if decision.missing:
        yield f"What would have to be known: {decision.missing}."
    if decision.changes_on:
        yield f"The answer changes on {decision.changes_on.isoformat()}."


_SUBJECT = {Subject.RECORDING: "recording", Subject.WORK: "musical work"}


def _why(option: Option) -> str:
    return f" ({option.missing})" if option.missing else ""


def standing(statement: RightsStatement) -> str:
    """What a statement says, on one line."""
    parts = [statement.licence or statement.kind.value]
    if statement.missing:
        parts.append(f"lacks {statement.missing}")
    if statement.strength is not Strength.PLAIN:
        parts.append(_STRENGTH[statement.strength])
    if statement.covers != (Subject.RECORDING, Subject.WORK):
        parts.append(f"of the {', '.join(one.value for one in statement.covers)} only")
    if statement.territories:
        parts.append(f"in {', '.join(statement.territories)}")
    if statement.valid_from or statement.valid_until:
        parts.append(f"from {statement.valid_from or 'ever'} until {statement.valid_until or 'ever'}")
    if statement.permits:
        parts.append(f"permits {', '.join(statement.permits)}")
    if statement.forbids:
        parts.append(f"forbids {', '.join(statement.forbids)}")
    if statement.mining:
        parts.append(f"mining {statement.mining.value}")
    return "; ".join(parts)
