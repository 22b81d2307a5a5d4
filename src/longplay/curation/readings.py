"""From statements in force back to their sources: which place each was read at, as far as that is on record.

Source: docs/guides/watching-for-drift.md, "Where sources are looked for".
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from longplay.ledger import sources
from longplay.ledger.sources import SourcePlace, Tables
from longplay.model.digests import ContentId
from longplay.model.holdings import CompanionKind, Holding
from longplay.model.rights import RightsStatement, StatementSource

_BESIDE: Final = {StatementSource.SIDECAR, StatementSource.NEIGHBOUR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Statements of one recording, and one place where they were read.

    Attributes:
        statements: in force; at least one.
        path: of the place below its root, in written form; without a place, what their evidence says.
        root: in written form; `None` when no place is on record.
        known: content ids of what lay there; several where the statements do not name theirs.
        kind: of the companion; `None` for the recording itself.
    """

    statements: tuple[RightsStatement, ...]
    path: str
    root: str | None = None
    known: frozenset[ContentId] = frozenset()
    kind: CompanionKind | None = None

    @property
    def read(self) -> StatementSource:
        """Where such a statement is read."""
        return self.statements[0].source


def sources_of(connection: Connection, holding: Holding, tables: Tables) -> Iterator[Source]:
    """The sources of a recording's statements in force, each at every place on record.

    What was told and not read has no source and is passed over.

    Args:
        connection: one consistent state.
        holding: the recording.
        tables: rights tables by accession.
    """
    read = [one for one in holding.statements if one.source in sources.READ]
    yield from _of_recording(holding, [one for one in read if one.source is StatementSource.TAG])
    others = [one for one in read if one.source is not StatementSource.TAG]
    named = {one.source_digest for one in others if one.source_digest is not None}
    places = sources.places_of(connection, holding, named) if named else []
    for digest in sorted(named):
        about = tuple(one for one in others if one.source_digest == digest)
        yield from _at(about, [one for one in places if one.content_id == digest])
    unnamed = [one for one in others if one.source_digest is None]
    near = [one for place in holding.provenances for one in tables.get(place.accession, ())]
    if any(one.source in _BESIDE for one in unnamed):
        near += sources.places_near(connection, holding)
    for group in _alike(unnamed, near):
        yield from _at(group, _candidates(group[0], near))


def _of_recording(holding: Holding, statements: Sequence[RightsStatement]) -> Iterator[Source]:
    """Its own bytes, wherever they were met."""
    if not statements:
        return
    for root, path in dict.fromkeys((place.root, place.path) for place in holding.provenances):
        known = frozenset({holding.content_id})
        yield Source(statements=tuple(statements), path=path, root=root, known=known)


def _at(statements: tuple[RightsStatement, ...], places: Sequence[SourcePlace]) -> Iterator[Source]:
    if not places:
        yield Source(statements=statements, path=statements[0].evidence)
    for root, path in dict.fromkeys((place.root, place.path) for place in places):
        here = [place for place in places if (place.root, place.path) == (root, path)]
        known = frozenset(place.content_id for place in here)
        yield Source(statements=statements, path=path, root=root, known=known, kind=here[0].kind)


def _alike(
    statements: Sequence[RightsStatement], near: Sequence[SourcePlace]
) -> list[tuple[RightsStatement, ...]]:
    """Statements without a digest, together where they may come from the same places."""
    groups: dict[tuple[object, ...], list[RightsStatement]] = {}
    for one in statements:
        groups.setdefault((one.source, *_candidates(one, near)), []).append(one)
    return [tuple(group) for group in groups.values()]


def _candidates(statement: RightsStatement, near: Collection[SourcePlace]) -> list[SourcePlace]:
    """The companions a statement may come from: those its evidence begins with the name of, else all near."""
    if statement.source is StatementSource.TABLE:
        return [one for one in near if one.kind is CompanionKind.RIGHTS_TABLE]
    if statement.source not in _BESIDE:
        return []
    beside = [one for one in near if one.kind is not CompanionKind.RIGHTS_TABLE]
    named = [one for one in beside if _begins_with(statement.evidence, one.path.rpartition("/")[2])]
    return named or beside


def _begins_with(evidence: str, name: str) -> bool:
    return evidence.startswith((f"{name}:", f"{name},", f"{name} "))
