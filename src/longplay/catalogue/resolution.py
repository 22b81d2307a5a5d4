"""Which entities of several sources are one: pairs with evidence become clusters, strongest evidence first.

A source knows its own entities apart, so a cluster holds at most one of each source, unless a source states
another's id or a person says so. What a person forbids is never joined, not even through a third.

Source: docs/format/catalogue.md, "Resolution".
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

STATED = 0
"""Rule: one source states the other's id."""

DOUBTFUL_FROM = 10
"""Rules from this on never merge by themselves."""

FORCED = 100
"""Rule: a person says so."""


class PairingVerdict(StrEnum):
    """What became of a pair."""

    MERGED = "merged"
    DOUBTFUL = "doubtful"
    VETOED = "vetoed"
    APART = "apart"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Pairing:
    """Two entities that may be one. Sorts by strength: the stronger first.

    Attributes:
        rule: what speaks for it; smaller is stronger, `DOUBTFUL_FROM` and above does not merge.
        off_ms: difference of the durations, ms; 0 where there is none to compare.
        a, b: node ids; `a` is the smaller.
    """

    rule: int
    off_ms: int
    a: str
    b: str

    @property
    def pair(self) -> tuple[str, str]:
        """Both nodes."""
        return self.a, self.b


@dataclass(frozen=True, slots=True, kw_only=True)
class Curated:
    """What people say of pairs; each pair with the smaller node first.

    Attributes:
        forced: are one.
        vetoed: are not.
    """

    forced: frozenset[tuple[str, str]] = frozenset()
    vetoed: frozenset[tuple[str, str]] = frozenset()


class Clusters:
    """Nodes that were found to be one."""

    def __init__(self, places: Mapping[str, int], curated: Curated) -> None:
        """Every node alone.

        Args:
            places: the source of every node that is in a pair, by its place.
            curated: what people say.
        """
        self._places = places
        self._vetoed = curated.vetoed
        self._cluster: dict[str, list[str]] = {}

    def join(self, pairing: Pairing) -> PairingVerdict:
        """Follow one pairing, if nothing speaks against it."""
        one = self._cluster.get(pairing.a, [pairing.a])
        other = self._cluster.get(pairing.b, [pairing.b])
        if one is other:
            return PairingVerdict.MERGED
        if self._vetoed and any(tuple(sorted((a, b))) in self._vetoed for a in one for b in other):
            return PairingVerdict.VETOED
        if STATED < pairing.rule < FORCED and self._share_a_source(one, other):
            return PairingVerdict.APART
        joined = [*one, *other]
        for node in joined:
            self._cluster[node] = joined
        return PairingVerdict.MERGED

    def are_one(self, pairing: Pairing) -> bool:
        """Whether its nodes were found to be one."""
        return self._cluster.get(pairing.a) is self._cluster.get(pairing.b, [])

    def _share_a_source(self, one: list[str], other: list[str]) -> bool:
        return not {self._places[node] for node in one}.isdisjoint(self._places[node] for node in other)

    def members(self) -> Iterator[tuple[str, str]]:
        """Each node that was merged, with its cluster: the node of its most trusted source."""
        for node, joined in sorted(self._cluster.items()):
            yield node, min(joined, key=lambda member: (self._places[member], member))


def resolve(
    pairings: Iterable[Pairing], places: Mapping[str, int], curated: Curated
) -> tuple[Clusters, list[tuple[Pairing, PairingVerdict]]]:
    """Clusters, and what became of every pairing. The order in which pairings come does not matter.

    Args:
        pairings: all of one kind of entity.
        places: the source of every node in them and in `curated`, by its place.
        curated: what people say; pairs of nodes that are not in `places` are passed over.
    """
    clusters = Clusters(places, curated)
    verdicts: list[tuple[Pairing, PairingVerdict]] = []
    for a, b in sorted(curated.forced):
        if a in places and b in places:
            forced = Pairing(rule=FORCED, off_ms=0, a=a, b=b)
            verdicts.append((forced, clusters.join(forced)))
    for pairing in sorted(pairings):
        if pairing.pair in curated.vetoed:
            verdicts.append((pairing, PairingVerdict.VETOED))
        elif pairing.rule >= DOUBTFUL_FROM:
            known = PairingVerdict.MERGED if clusters.are_one(pairing) else PairingVerdict.DOUBTFUL
            verdicts.append((pairing, known))
        else:
            verdicts.append((pairing, clusters.join(pairing)))
    return clusters, verdicts
