"""Why a recording is held, or is not: one sentence, and what it rests on.

Source: docs/reference/matching.md, "Statuses".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from longplay.catalogue.entities import Entity
from longplay.curation.grouping import rank
from longplay.curation.matching.evidence import Speaks
from longplay.curation.matching.ledger_of_reasons import Copies, LedgerOfReasons
from longplay.curation.matching.matches import Match, MatchVerdict
from longplay.errors import NotFound
from longplay.ledger import queries, rights
from longplay.ledger import recordings as measured
from longplay.model.digests import ContentId
from longplay.model.holdings import Holding
from longplay.model.recordings import Manifestation
from longplay.model.rights import Decision
from longplay.model.statuses import Status

_SAYS = {
    Speaks.BYTES: "the catalogue names these very bytes",
    Speaks.MBID: "its tags have the MBID",
    Speaks.ISRC: "its tags have the ISRC",
    Speaks.TITLE_AND_ARTIST: "equal title and artist",
    Speaks.TITLE_AND_NEAR_ARTIST: "equal title, one artist part of the other",
    Speaks.PLAIN_TITLE_AND_ARTIST: "equal title but for what stands in brackets, equal artist",
    Speaks.TITLE: "equal title",
    Speaks.ARTIST: "equal artist",
    Speaks.EXACT_DURATION: "the same playing time",
    Speaks.DURATION: "playing times within 3 s",
    Speaks.NEAR_DURATION: "playing times within 10 s",
    Speaks.OTHER_DURATION: "but other playing times",
    Speaks.OTHER_TITLE: "but another title",
    Speaks.OTHER_ARTIST: "but another artist",
    Speaks.OTHER_VERSION: "but another version",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What there is to say of a recording.

    Attributes:
        status: its only one.
        sentence: why, for a person.
        entity: of the catalogue; `None` of a recording that only the archive knows.
        holdings: content ids of its manifestations, the best first; those whose match is doubtful are not among
            them.
        matches: of groups of holdings with it, doubtful ones too.
        rule: that refuses it, or by which its bytes may not go out; `None` where nothing does.
        duplicate_of: the recording that is matched in its place; `None` where it is no duplicate.
    """

    status: Status
    sentence: str
    entity: Entity | None
    holdings: tuple[ContentId, ...] = ()
    matches: tuple[Match, ...] = ()
    rule: str | None = None
    duplicate_of: Entity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explaining:
    """Tells why, one recording at a time.

    Attributes:
        reasons: the ledger of reasons.
        connection: of the ledger, one consistent state.
        may_go_out: what the gate says of redistributing a holding.
    """

    reasons: LedgerOfReasons
    connection: Connection
    may_go_out: Callable[[Holding], Decision]

    def of_entity(self, entity: Entity) -> Why:
        """Why a recording of the catalogue has its status."""
        made = self.reasons.matched()
        copies = self.reasons.copies(self.connection)
        found = self.reasons.matches.of_rank(entity.rank)
        matches = tuple(one for one in found if copies.left(one.holdings))
        holdings = [
            holding for one in matches if one.verdict is MatchVerdict.MATCHED for holding in one.holdings
        ]
        status = copies.status(holdings)
        if status is not None:
            return self._held(status, entity, copies.left(holdings), copies, matches)
        for match in matches:
            if match.verdict is MatchVerdict.DUPLICATE:
                return self._duplicate(entity, match, matches)
        return self._absent(entity, made.line, matches)

    def of_holding(self, content_id: ContentId) -> Why:
        """Why the recording that a holding is of is there, be it of the catalogue or of the archive's own.

        Args:
            content_id: of a holding that was not purged.

        Raises:
            NotFound: holdings were not matched with this snapshot, or this one came later.
        """
        self.reasons.matched()
        matches = tuple(self.reasons.matches.of_holding(content_id))
        if not matches:
            raise NotFound(f"{content_id[:12]} came after matching: run `longplay catalogue match` again")
        for match in matches:
            if match.verdict is MatchVerdict.MATCHED and (entity := self.reasons.serving.get(str(match.id))):
                return self.of_entity(entity)
        copies = self.reasons.copies(self.connection)
        left = copies.left(matches[0].holdings)
        status = copies.status(left)
        assert status is not None, "the holding asked about is there"
        return self._held(status, None, left, copies, matches)

    def _held(
        self,
        status: Status,
        entity: Entity | None,
        holdings: Sequence[ContentId],
        copies: Copies,
        matches: tuple[Match, ...],
    ) -> Why:
        ordered = sorted(measured.manifestations(self.connection, set(holdings)), key=rank)
        best = min(
            ordered,
            key=lambda one: (one.content_id in copies.withdrawn, one.content_id in copies.damaged, rank(one)),
        )
        holding = queries.holding(self.connection, best.content_id)
        assert holding is not None, "a manifestation is held"
        decision = self.may_go_out(holding)
        parts = [f"{_name(entity, holding)} is {_STATES[status]}"]
        parts.append(self._because(status, ordered, best, holding))
        if entity is None:
            parts.append(_own(matches))
        else:
            matched = next(one for one in matches if one.verdict is MatchVerdict.MATCHED)
            parts.append(_matched(matched))
        if status is Status.HELD:
            parts.append(_goes_out(decision))
        return Why(
            status=status,
            sentence=" ".join(parts),
            entity=entity,
            holdings=tuple(one.content_id for one in ordered),
            matches=matches,
            rule=None if decision.permits else decision.rule,
        )

    def _because(
        self,
        status: Status,
        ordered: Sequence[Manifestation],
        best: Manifestation,
        holding: Holding,
    ) -> str:
        number = f"{len(ordered)} manifestation{'s' if len(ordered) > 1 else ''}"
        if status is Status.WITHDRAWN:
            (first, *_) = [
                one for one in rights.withdrawals(self.connection) if one.content_id == best.content_id
            ]
            return f"({number}): since {first.at[:10]}, {first.reason.value}."
        if status is Status.DAMAGED:
            codes = queries.damaged(self.connection)
            code = codes.get(best.content_id)
            how = f"its last check failed ({code})" if code else "damage was found in it when it was measured"
            return f"({number}): {best.content_id[:12]} is the best, and {how}."
        since = queries.held_at(self.connection, [best.content_id])[best.content_id][:10]
        kind = "lossless" if best.is_lossless else "lossy"
        return f"({number}; {best.content_id[:12]} is the best, {holding.audio.codec}, {kind}) since {since}."

    def _duplicate(self, entity: Entity, match: Match, matches: tuple[Match, ...]) -> Why:
        group = self.reasons.matches.of_holding(match.group)
        held = next(one for one in group if one.verdict is MatchVerdict.MATCHED)
        other = self.reasons.serving.get(str(held.id))
        assert other is not None, "matches are of this snapshot"
        return Why(
            status=Status.DUPLICATE,
            sentence=f"{entity.name} is a duplicate of {other.name} ({other.id}): files that sound the same "
            "name both, and that one is matched.",
            entity=entity,
            matches=matches,
            duplicate_of=other,
        )

    def _absent(self, entity: Entity, line: int, matches: tuple[Match, ...]) -> Why:
        name = entity.name
        perhaps = _perhaps(matches)
        if (said := self.reasons.unavailable().get(entity.rank)) is not None:
            why = f": {said}" if said else ""
            return Why(
                status=Status.UNAVAILABLE,
                sentence=f"{name} cannot be had, says the curator's file{why}.{perhaps}",
                entity=entity,
                matches=matches,
            )
        if entity.licence is not None:
            decision = self.reasons.may_keep(entity.licence)
            if not decision.permits:
                sentence = (
                    f"{name} is refused by rule {decision.rule} ({decision.citation}): sources state "
                    f"{entity.licence!r}.{perhaps}"
                )
                return Why(
                    status=Status.REFUSED, sentence=sentence, entity=entity, matches=matches, rule=decision.rule
                )
        if entity.rank <= line:
            status, place = Status.WANTED, f"is wanted: rank {entity.rank:,} is above the line"
        else:
            status, place = Status.BELOW_THE_LINE, f"is below the line: rank {entity.rank:,}"
        sentence = f"{name} {place} (drawn after rank {line:,}), and no holding is it.{perhaps}"
        return Why(status=status, sentence=sentence, entity=entity, matches=matches)


_STATES = {Status.HELD: "held", Status.DAMAGED: "damaged", Status.WITHDRAWN: "withdrawn"}


def _name(entity: Entity | None, holding: Holding) -> str:
    return entity.name if entity is not None else holding.name


def _matched(match: Match) -> str:
    said = ", ".join(_SAYS[one] for one in match.speaks)
    if match.is_decided:
        return f"Matched by the curator's file{f' ({said})' if said else ''}."
    return f"Matched with a score of {match.score:.3f}: {said}."


def _own(matches: Sequence[Match]) -> str:
    doubtful = sum(one.verdict is MatchVerdict.DOUBTFUL for one in matches)
    if doubtful:
        return f"Perhaps it is one of {doubtful} of the catalogue: see `longplay catalogue match --as-is`."
    return "It is known only from here: nothing in the catalogue is it."


def _perhaps(matches: Sequence[Match]) -> str:
    doubtful = [one for one in matches if one.verdict is MatchVerdict.DOUBTFUL]
    if not doubtful:
        return ""
    best = max(doubtful, key=lambda one: one.score)
    said = ", ".join(_SAYS[one] for one in best.speaks)
    return f" Perhaps {best.group[:12]} is ({best.score:.3f}: {said}): decide in the curator's file."


def _goes_out(decision: Decision) -> str:
    if decision.permits:
        return f"It may be redistributed: {decision.licence or decision.rule}."
    return f"It is kept dark: {decision.missing or decision.rule}."
