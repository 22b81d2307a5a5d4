"""From judgements and decisions to recordings: which files are manifestations of one.

What people decided goes first, later decisions before earlier ones; then what comparison found the same, the
most alike first. A link that would join two files which are held apart is not followed but reported: a person
said they are two, or comparison found them clearly different although a chain leads from one to the other. A
decision to merge two files outweighs what comparison found of these two, but no decision to split two others.

The result depends on what is given and not on its order. It knows neither ledger nor sound.

Source: J. B. Kruskal (1956), for joining in order of strength; K. Wagstaff et al., "Constrained k-means"
(2001), for links that must and links that must not be.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from longplay.model.digests import ContentId
from longplay.model.recordings import (
    Conflict,
    Grouping,
    Link,
    Manifestation,
    PairJudgement,
    PairRuling,
    PairVerdict,
    Recording,
    Ruling,
)

CLEAR_FROM_S: Final = 15.0
"""So much sound must have been compared before `different` holds two files apart that a chain joins."""

Pair = tuple[ContentId, ContentId]


def rank(manifestation: Manifestation) -> tuple[bool, bool, int, int, ContentId]:
    """A sorting key that puts the best first: lossless, whole, more bits a second, held earlier."""
    return (
        not manifestation.is_lossless,
        not manifestation.is_whole,
        -manifestation.bit_rate,
        manifestation.held_order,
        manifestation.content_id,
    )


def group(
    manifestations: Iterable[Manifestation],
    judgements: Iterable[PairJudgement],
    decisions: Iterable[PairRuling],
) -> Grouping:
    """The recordings that follow.

    Args:
        manifestations: all holdings, each once.
        judgements: what comparison found, one a pair.
        decisions: what people decided, all of them.

    Returns:
        What follows; judgements and decisions about files that are not among the holdings count for nothing.
    """
    held = {one.content_id: one for one in manifestations}
    ruled = _in_force(one for one in decisions if one.a in held and one.b in held)
    found = {one for one in judgements if one.a in held and one.b in held and one.pair not in ruled}
    splits = [one for one in ruled.values() if one.ruling is Ruling.SPLIT]
    merges = [one for one in ruled.values() if one.ruling is Ruling.MERGE]
    groups = _Groups(held, splits)
    for merge in sorted(merges, key=lambda one: (-one.order, one.pair)):
        groups.join(merge)
    groups.hold_apart(one for one in found if _is_clearly_different(one))
    for same in sorted((one for one in found if one.verdict is PairVerdict.SAME), key=_strength):
        groups.join(same)
    return Grouping(
        recordings=tuple(sorted(groups.recordings(), key=lambda one: held[one.id].held_order)),
        conflicts=tuple(sorted(groups.conflicts, key=lambda one: (one.link.pair, one.against.pair))),
        doubtful=tuple(sorted((one for one in found if groups.is_doubtful(one)), key=_strength)),
    )


def _in_force(decisions: Iterable[PairRuling]) -> dict[Pair, PairRuling]:
    """The last decision about each pair."""
    return {one.pair: one for one in sorted(decisions, key=lambda one: (one.order, one.ruling))}


def _is_clearly_different(judgement: PairJudgement) -> bool:
    return judgement.verdict is PairVerdict.DIFFERENT and judgement.overlap_s >= CLEAR_FROM_S


def _strength(judgement: PairJudgement) -> tuple[float, float, Pair, str, str]:
    """A sorting key that puts the most alike first; equal samples have no error rate, and come before all."""
    found = judgement.bit_error_rate, judgement.worst_window
    rates = tuple(-1.0 if rate is None else rate for rate in found)
    return rates[0], rates[1], judgement.pair, judgement.method, judgement.reason


class _Groups:
    """Sets of files that grow by links, and pairs that are held apart."""

    def __init__(self, held: dict[ContentId, Manifestation], splits: Iterable[PairRuling]) -> None:
        self.conflicts: list[Conflict] = []
        self._held = held
        self._group_of = {content_id: content_id for content_id in held}
        self._members = {content_id: [content_id] for content_id in held}
        self._links: dict[ContentId, list[Link]] = {content_id: [] for content_id in held}
        self._apart: dict[ContentId, dict[ContentId, Link]] = {content_id: {} for content_id in held}
        self.hold_apart(splits)

    def hold_apart(self, links: Iterable[Link]) -> None:
        """From now on no link may join these pairs, but what is joined stays."""
        for link in links:
            self._apart[link.a].setdefault(link.b, link)
            self._apart[link.b].setdefault(link.a, link)

    def join(self, link: Link) -> None:
        """Follow a link, or note why not."""
        one, other = sorted((self._group_of[link.a], self._group_of[link.b]), key=self._size)
        if one == other:
            return
        against = min(self._between(one, other), key=_weight, default=None)
        if against is not None:
            self.conflicts.append(Conflict(link=link, against=against))
            return
        for content_id in self._members[one]:
            self._group_of[content_id] = other
        self._members[other] += self._members.pop(one)
        self._links[other] += [link, *self._links.pop(one)]

    def is_doubtful(self, judgement: PairJudgement) -> bool:
        """Whether a person has yet to decide about a pair."""
        is_joined = self._group_of[judgement.a] == self._group_of[judgement.b]
        return judgement.verdict is PairVerdict.REVIEW and not is_joined

    def recordings(self) -> Iterator[Recording]:
        """All groups, in no order."""
        for group_id, members in self._members.items():
            manifestations = [self._held[content_id] for content_id in members]
            first = min(manifestations, key=lambda one: (one.held_order, one.content_id))
            yield Recording(
                id=first.content_id,
                manifestations=tuple(sorted(manifestations, key=rank)),
                links=tuple(sorted(self._links[group_id], key=lambda one: one.pair)),
            )

    def _size(self, group_id: ContentId) -> tuple[int, ContentId]:
        return len(self._members[group_id]), group_id

    def _between(self, one: ContentId, other: ContentId) -> Iterator[Link]:
        """What holds a member of one group and a member of the other apart."""
        for content_id in self._members[one]:
            for apart, link in self._apart[content_id].items():
                if self._group_of[apart] == other:
                    yield link


def _weight(link: Link) -> tuple[bool, Pair]:
    """A sorting key that puts decisions before judgements."""
    return not isinstance(link, PairRuling), link.pair
