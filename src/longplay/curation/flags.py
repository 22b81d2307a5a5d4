"""Flags of drift: which are to be raised, which stand, which a person has settled, which end.

A flag is a rights statement that names the path of its source and the bytes that lie there now. A person who
ends a flag has settled the matter for these bytes. When a source came back and changed again to the same bytes,
the flag is raised anew: a statement that was ended cannot come into force again.

Source: docs/guides/watching-for-drift.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from longplay.curation.meaning import described
from longplay.curation.readings import Source
from longplay.formats.statements import statement_id
from longplay.ledger.rights import Stated
from longplay.model.digests import ContentId, content_id_of
from longplay.model.events import RightsStated
from longplay.model.rights import Act, Reading, RightsBasis, RightsStatement, StatementKind, StatementSource

BY: Final = "longplay rights drift"
"""Who flags, and ends a flag whose source came back."""

FORBIDDEN: Final = (Act.REDISTRIBUTE, Act.MINE, Act.TRANSCODE)
"""What a flagged recording is not used for."""

WORDS_LIMIT: Final = 64 * 1024
"""No more of the new words is kept as evidence, bytes."""

_NOUNS: Final = {StatementSource.TAG: "tags of", StatementSource.TABLE: "rights table"}


class State(StrEnum):
    """What came of a source at one place."""

    UNCHANGED = "unchanged"
    REWORDED = "reworded"
    FLAGGED = "flagged"
    STANDING = "standing"
    SETTLED = "settled"
    BACK = "back"
    OUT_OF_REACH = "out-of-reach"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a source came to by itself, earlier flags apart.

    Attributes:
        source: which.
        place: where it was looked for; `None` when no place is on record.
        digest: of the bytes that lie there; `None` when it is out of reach.
        detail: why it is out of reach; `""` when it is not.
        readings: what it states now; `None` while its bytes are the same or out of reach.
        has_changed: whether that means something else.
        words: the first bytes of a text, for evidence where it states nothing.
    """

    source: Source
    place: Path | None
    digest: ContentId | None = None
    detail: str = ""
    readings: tuple[Reading, ...] | None = None
    has_changed: bool = False
    words: bytes = b""

    @property
    def said(self) -> str:
        """What the statements in force say."""
        return described(self.source.statements)

    @property
    def says(self) -> str | None:
        """What it says now; `None` where that was not read."""
        return None if self.readings is None else described(one.statement for one in self.readings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A source at one place, looked at for one recording.

    Attributes:
        content_id: the recording.
        state: `flagged` now, or `standing` since an earlier run; `settled`: a person ended that very flag;
            `back`: it says again what it said, and a flag ended.
        outcome: what was found.
        statement: id of the flag; `None` without.
    """

    content_id: ContentId
    state: State
    outcome: Outcome
    statement: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What follows for one source of one recording.

    Attributes:
        seen: one for each place.
        fact: what is to be journalled; `None`: nothing.
        words: what the new flags name, for the erasable evidence.
        standing: ids of the flags about this source that are in force then.
    """

    seen: tuple[Seen, ...]
    fact: RightsStated | None = None
    words: tuple[bytes, ...] = ()
    standing: frozenset[str] = frozenset()


def is_flag(stated: Stated) -> bool:
    """Whether a statement is a flag of drift that is in force."""
    return stated.statement.kind is StatementKind.DRIFT and stated.superseded is None


def judge(content_id: ContentId, outcomes: Sequence[Outcome], history: Sequence[Stated]) -> Judged:
    """What follows from what was found of one source of a recording.

    Args:
        content_id: the recording.
        outcomes: of all places with one path; at least one.
        history: everything ever stated about the recording.
    """
    past = [one for one in history if one.statement.kind is StatementKind.DRIFT]
    past = [one for one in past if one.statement.stated == _stated(outcomes[0].source)]
    if any(one.has_changed for one in outcomes):
        return _changed(content_id, outcomes, past)
    standing = [one.id for one in past if one.superseded is None]
    is_back = bool(standing) and all(one.digest is not None for one in outcomes)
    fact = None
    if is_back:
        reason = f"{_name(outcomes[0].source)} says again what it said"
        fact = _fact(content_id, (), standing, reason)
    states = [_quiet(one, is_back=is_back) for one in outcomes]
    return Judged(
        seen=tuple(
            Seen(
                content_id=content_id,
                state=state,
                outcome=one,
                statement=standing[0] if standing and state is not State.UNCHANGED else None,
            )
            for one, state in zip(outcomes, states, strict=True)
        ),
        fact=fact,
        standing=frozenset() if is_back else frozenset(standing),
    )


def _quiet(outcome: Outcome, *, is_back: bool) -> State:
    if outcome.digest is None:
        return State.OUT_OF_REACH
    if is_back:
        return State.BACK
    return State.UNCHANGED if outcome.readings is None else State.REWORDED


def _changed(content_id: ContentId, outcomes: Sequence[Outcome], past: Sequence[Stated]) -> Judged:
    raised: dict[str, RightsStatement] = {}
    kept: set[str] = set()
    words: list[bytes] = []
    seen: list[Seen] = []
    for one in outcomes:
        if not one.has_changed:
            seen.append(Seen(content_id=content_id, state=_quiet(one, is_back=False), outcome=one))
            continue
        same = [flag for flag in past if flag.statement.source_digest == one.digest]
        state, flag = _flag_of(one, same)
        name = flag if isinstance(flag, str) else statement_id(flag)
        if state is State.FLAGGED and not isinstance(flag, str):
            raised[name] = flag
            words += [_words(one)] if flag.words else []
        if state is not State.SETTLED:
            kept.add(name)
        seen.append(Seen(content_id=content_id, state=state, outcome=one, statement=name))
    standing = {one.id for one in past if one.superseded is None}
    is_all_seen = all(one.digest is not None for one in outcomes)
    ended = sorted(standing - kept) if kept and is_all_seen else []
    fact = None
    if raised or ended:
        reason = f"{_name(outcomes[0].source)} does not say any more what it said"
        fact = _fact(content_id, tuple(raised.values()), ended, reason)
    return Judged(
        seen=tuple(seen), fact=fact, words=tuple(words), standing=frozenset((standing | kept) - set(ended))
    )


def _flag_of(outcome: Outcome, same: Sequence[Stated]) -> tuple[State, RightsStatement | str]:
    """What becomes of a changed source, given earlier flags about these very bytes; the flag, or its id."""
    for one in same:
        if one.superseded is None:
            return State.STANDING, one.id
    for one in same:
        if one.superseded is not None and one.superseded.by != BY:
            return State.SETTLED, one.id
    return State.FLAGGED, _flag(outcome, times=len(same) + 1)


def _flag(outcome: Outcome, *, times: int) -> RightsStatement:
    says = outcome.says if outcome.says != outcome.said else f"{outcome.says} on other terms"
    again = f" (for the {times}. time)" if times > 1 else ""
    return RightsStatement(
        basis=RightsBasis.POLICY,
        licence=None,
        stated=_stated(outcome.source),
        evidence=f"{_name(outcome.source)} said {outcome.said}, now says {says}{again}",
        source=StatementSource.DECISION,
        kind=StatementKind.DRIFT,
        forbids=FORBIDDEN,
        words=content_id_of(_words(outcome)) if _words(outcome) else None,
        source_digest=outcome.digest,
    )


def _words(outcome: Outcome) -> bytes:
    """The new words, verbatim: around what it states, else its beginning."""
    stated = [one.words or one.statement.stated.encode() for one in outcome.readings or ()]
    return (b"\n\n".join(dict.fromkeys(stated)) or outcome.words)[:WORDS_LIMIT]


def _stated(source: Source) -> str:
    """By this a flag about a source is found again."""
    return f"source changed: {source.path}"


def _name(source: Source) -> str:
    return f"{_NOUNS.get(source.read, source.read.value)} {source.path}"


def _fact(
    content_id: ContentId, statements: tuple[RightsStatement, ...], supersedes: Sequence[str], reason: str
) -> RightsStated:
    return RightsStated(
        content_id=content_id, statements=statements, supersedes=tuple(supersedes), by=BY, reason=reason
    )
