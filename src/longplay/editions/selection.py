"""What goes into an edition: every holding the gate lets be redistributed and no bundle in force has yet.

A bundle is in force while everything in it may still be passed on, and asks for no more than the bundle says.
One that holds something withdrawn, purged or determined otherwise is left out of the editions that follow, and
what else it held is bundled anew. A recording held back because its source changed is not bundled, and takes no
bundle out of force: what was published under a licence stays so.

Holdings are ordered by partition and readable name in a temporary database, so that memory does not grow with
the archive.

Source: design, section 3, rule 8; docs/format/edition.md.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from sqlalchemy import Connection

from longplay.editions.naming import readable_name
from longplay.ledger import queries
from longplay.model.digests import ContentId
from longplay.model.editions import Partition
from longplay.model.events import Head
from longplay.model.holdings import Holding
from longplay.model.rights import (
    WORLD,
    Act,
    Condition,
    Decision,
    KeepingBasis,
    MiningPreference,
    Purpose,
    RightsObject,
    StatementKind,
    Territory,
    Verdict,
)
from longplay.rights.gate import Gate

PAYLOAD_LIMIT: Final = 1_900
"""Recordings in a bundle: with its tag files it stays within `BUNDLE_FILE_LIMIT`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What a publication is told of one recording.

    Attributes:
        decision: everywhere, or else in `territories`, with the conditions of all of them.
        territories: where alone it is permitted; empty: everywhere, or nowhere.
    """

    decision: Decision
    territories: tuple[Territory, ...] = ()

    @property
    def partition(self) -> Partition:
        """Where a permitted recording belongs."""
        if self.territories:
            return Partition.TERRITORY_LIMITED
        return partition_of(self.decision)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doorkeeper:
    """The gate as a publication asks it.

    Attributes:
        gate: the rights gate.
        keeping: the institution's basis for keeping.
        day: the edition's day.
        territories: where the archive publishes what is not permitted everywhere.
        mining: its preference on text and data mining, where no statement has one.
    """

    gate: Gate
    keeping: KeepingBasis
    day: date
    territories: tuple[Territory, ...] = ()
    mining: MiningPreference | None = None

    def admit(self, holding: Holding) -> Admission:
        """May it be redistributed, without payment, anywhere, or where the archive publishes?"""
        everywhere = self._ask(holding, WORLD)
        if everywhere.permits or not self.territories:
            return Admission(decision=everywhere)
        there = [self._ask(holding, territory) for territory in self.territories]
        permitted = [one for one in there if one.permits]
        if not permitted:
            return Admission(decision=everywhere)
        places = tuple(sorted(one.territory for one in permitted))
        return Admission(decision=_together(permitted), territories=places)

    def is_held_back(self, holding: Holding) -> bool:
        """Whether nothing speaks against it but that a source of its rights changed."""
        rest = tuple(one for one in holding.statements if one.kind is not StatementKind.DRIFT)
        if rest == holding.statements:
            return False
        return self.admit(replace(holding, statements=rest)).decision.permits

    def _ask(self, holding: Holding, territory: Territory) -> Decision:
        obj = RightsObject(content_id=holding.content_id, statements=holding.statements, keeping=self.keeping)
        return self.gate(Act.REDISTRIBUTE, obj, territory, self.day, Purpose.NONCOMMERCIAL)


def _together(permitted: Sequence[Decision]) -> Decision:
    """Permissions for several places as one: the first, under the conditions of all."""
    asked = {condition for one in permitted for condition in one.conditions}
    conditions = tuple(condition for condition in Condition if condition in asked)
    verdict = Verdict.PERMITTED_WITH_CONDITIONS if conditions else Verdict.PERMITTED
    return replace(permitted[0], conditions=conditions, verdict=verdict)


def partition_of(decision: Decision) -> Partition:
    """Where a recording that is permitted everywhere belongs."""
    if Condition.NON_COMMERCIAL in decision.conditions:
        return Partition.NON_COMMERCIAL
    if Condition.NO_DERIVATIVES in decision.conditions:
        return Partition.NO_DERIVATIVES
    return Partition.FREE


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Holdings that make one bundle, in the order of their names.

    Attributes:
        partition: what the bundle demands.
        content_ids: at most `PAYLOAD_LIMIT`, at least one.
    """

    partition: Partition
    content_ids: tuple[ContentId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """A bundle that is not part of an edition any more.

    Attributes:
        name: which.
        revoked: recordings in it that may not be passed on any more, by content id; none where its others were
            only bundled anew, or ask for more than it says.
    """

    name: str
    revoked: tuple[ContentId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What an edition consists of.

    Attributes:
        in_force: names of bundles made before that are part of it, by number.
        replaced: those that are not, by number.
        fresh: bundles to make.
    """

    in_force: tuple[str, ...]
    replaced: tuple[Replaced, ...]
    fresh: tuple[Chosen, ...]

    @property
    def revoked(self) -> dict[str, tuple[ContentId, ...]]:
        """By bundle, the recordings that may not be passed on any more; bundles without any are absent."""
        return {one.name: one.revoked for one in self.replaced if one.revoked}


def select(
    connection: Connection, doorkeeper: Doorkeeper, *, bundles: Sequence[str], heads: Sequence[Head] | None
) -> Selection:
    """What an edition consists of, as of the journal heads it was opened at.

    Deterministic; what is bundled for it already is passed over, so that a publication that was killed goes on
    where it was.

    Args:
        connection: one consistent state of the ledger.
        doorkeeper: decides.
        bundles: names of the bundles made before or for this edition, by number.
        heads: holdings and statements journalled later do not count; `None`: all counts.
    """
    with closing(sqlite3.connect("")) as scratch:
        scratch.execute("CREATE TABLE holding (content_id TEXT PRIMARY KEY, partition TEXT, name TEXT)")
        scratch.execute("CREATE TABLE bundled (content_id TEXT PRIMARY KEY)")
        scratch.executemany("INSERT INTO holding VALUES (?, ?, ?)", _admitted(connection, doorkeeper, heads))
        in_force: list[str] = []
        replaced: list[Replaced] = []
        for name in reversed(bundles):
            bundle = queries.bundle(connection, name)
            payload = [file.content_id for file in bundle.payload]
            if all(_stays(scratch, content_id, bundle.partition) for content_id in payload):
                in_force.append(name)
                scratch.executemany("INSERT INTO bundled VALUES (?)", [(one,) for one in payload])
            else:
                revoked = sorted(one for one in payload if not _may_stay_published(scratch, one))
                replaced.append(Replaced(name=name, revoked=tuple(revoked)))
        damaged = queries.damaged(connection)
        fresh = tuple(_fresh(scratch, damaged))
    return Selection(in_force=tuple(in_force[::-1]), replaced=tuple(replaced[::-1]), fresh=fresh)


def _admitted(
    connection: Connection, doorkeeper: Doorkeeper, heads: Sequence[Head] | None
) -> Iterator[tuple[str, str | None, str | None]]:
    """Each holding that may be passed on with partition and name, and those held back with neither."""
    for holding in queries.holdings(connection, heads=heads):
        admission = doorkeeper.admit(holding)
        if admission.decision.permits:
            yield holding.content_id, admission.partition.value, readable_name(holding)
        elif doorkeeper.is_held_back(holding):
            yield holding.content_id, None, None


def _may_stay_published(scratch: sqlite3.Connection, content_id: ContentId) -> bool:
    found = scratch.execute("SELECT 1 FROM holding WHERE content_id = ?", (content_id,)).fetchone()
    return found is not None


def _stays(scratch: sqlite3.Connection, content_id: ContentId, partition: Partition) -> bool:
    """Whether a recording may stay in a bundle, and no later bundle has it: what was replaced stays so."""
    query = (
        "SELECT partition FROM holding "
        "WHERE content_id = ? AND content_id NOT IN (SELECT content_id FROM bundled)"
    )
    row = scratch.execute(query, (content_id,)).fetchone()
    if row is None:
        return False
    return row[0] is None or partition.demands_at_least(Partition(row[0]))


def _fresh(scratch: sqlite3.Connection, damaged: dict[ContentId, str]) -> Iterator[Chosen]:
    for partition in Partition:
        rows = scratch.execute(
            "SELECT content_id FROM holding WHERE partition = ? "
            "AND content_id NOT IN (SELECT content_id FROM bundled) ORDER BY name, content_id",
            (partition.value,),
        )
        page: list[ContentId] = []
        for (content_id,) in rows:
            if content_id in damaged:
                continue
            page.append(ContentId(content_id))
            if len(page) == PAYLOAD_LIMIT:
                yield Chosen(partition=partition, content_ids=tuple(page))
                page = []
        if page:
            yield Chosen(partition=partition, content_ids=tuple(page))
