"""What goes into an edition: every holding the gate lets be redistributed and no bundle has yet.

Holdings are ordered by partition and readable name in a temporary database, so that memory does not grow with
the archive.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
    Purpose,
    RightsObject,
)
from longplay.rights.gate import Gate

PAYLOAD_LIMIT: Final = 1_900
"""Recordings in a bundle: with its tag files it stays within `BUNDLE_FILE_LIMIT`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doorkeeper:
    """The gate as a publication asks it.

    Attributes:
        gate: the rights gate.
        keeping: the institution's basis for keeping.
        day: the edition's day.
    """

    gate: Gate
    keeping: KeepingBasis
    day: date

    def decide(self, holding: Holding) -> Decision:
        """May it be redistributed, without payment, anywhere?"""
        obj = RightsObject(content_id=holding.content_id, statements=holding.statements, keeping=self.keeping)
        return self.gate(Act.REDISTRIBUTE, obj, WORLD, self.day, Purpose.NONCOMMERCIAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Holdings that make one bundle, in the order of their names.

    Attributes:
        partition: what the bundle demands.
        content_ids: at most `PAYLOAD_LIMIT`, at least one.
    """

    partition: Partition
    content_ids: tuple[ContentId, ...]


def choose(connection: Connection, doorkeeper: Doorkeeper, *, heads: Sequence[Head]) -> Iterator[Chosen]:
    """The bundles to make for an edition, as of the journal heads it was opened at.

    Deterministic; what is bundled already is passed over, so that a publication that was killed goes on where
    it was.

    Args:
        connection: one consistent state of the ledger.
        doorkeeper: decides.
        heads: holdings and statements journalled later do not count.
    """
    candidates = sqlite3.connect("")
    candidates.execute("CREATE TABLE candidate (partition TEXT, name TEXT, content_id TEXT)")
    candidates.executemany("INSERT INTO candidate VALUES (?, ?, ?)", _candidates(connection, doorkeeper, heads))
    for partition in Partition:
        rows = candidates.execute(
            "SELECT content_id FROM candidate WHERE partition = ? ORDER BY name, content_id", (partition.value,)
        )
        while page := rows.fetchmany(PAYLOAD_LIMIT):
            yield Chosen(partition=partition, content_ids=tuple(ContentId(row[0]) for row in page))
    candidates.close()


def _candidates(
    connection: Connection, doorkeeper: Doorkeeper, heads: Sequence[Head]
) -> Iterator[tuple[str, str, str]]:
    damaged = queries.damaged(connection)
    for holding in queries.holdings(connection, heads=heads):
        decision = doorkeeper.decide(holding)
        if not decision.permits or holding.content_id in damaged:
            continue
        if not queries.is_bundled(connection, holding.content_id):
            yield partition_of(decision).value, readable_name(holding), holding.content_id


def partition_of(decision: Decision) -> Partition:
    """Where a permitted recording belongs."""
    if Condition.NON_COMMERCIAL in decision.conditions:
        return Partition.NON_COMMERCIAL
    return Partition.FREE
