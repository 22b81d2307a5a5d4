"""What statements mean, apart from their wording: whether two readings of a source say the same.

Not compared are the words themselves, where they stood, the credit to give, and whether a statement is about
the file or about its folder.

Source: docs/guides/watching-for-drift.md, "What is compared".
"""

from collections.abc import Iterable

from longplay.model.rights import RightsStatement, StatementKind, Strength, Subject

Meaning = frozenset[tuple[object, ...]]
"""What statements come to together; no order, each once."""

_MUSIC = (Subject.RECORDING, Subject.WORK)


def meaning(statements: Iterable[RightsStatement]) -> Meaning:
    """What statements mean together."""
    return frozenset(map(_of_one, statements))


def _of_one(one: RightsStatement) -> tuple[object, ...]:
    named = one.licence or "".join(char for char in (one.family or one.stated).casefold() if char.isalnum())
    return (
        named,
        one.licence is None,
        one.missing is None,
        one.strength is Strength.PROBABLE,
        one.covers,
        one.territories,
        one.valid_from,
        one.valid_until,
        one.permits,
        one.forbids,
        one.conditions,
        one.mining,
        one.recording,
        one.work,
    )


def described(statements: Iterable[RightsStatement]) -> str:
    """What statements say, in words that hold no personal data: licences, and how plainly they are stated."""
    said = sorted({_described(one) for one in statements})
    return " and ".join(said[:6]) + (" and more" if len(said) > 6 else "") if said else "nothing of a licence"


def _described(one: RightsStatement) -> str:
    if one.licence is not None:
        said = one.licence + (" in doubt" if one.missing is not None else "")
    elif one.family is not None:
        said = f"{one.family} without a version"
    elif one.kind not in {StatementKind.LICENCE, StatementKind.DEDICATION}:
        said = one.kind.value
    else:
        said = "words that are no one licence"
    if one.strength is Strength.PROBABLE:
        said = f"perhaps {said}"
    if one.covers != _MUSIC:
        said += f" (of {', '.join(subject.value for subject in one.covers) or 'nothing'})"
    return said
