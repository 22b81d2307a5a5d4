"""Why the archive has a recording, or has it not: what ledger, catalogue and gate know of it, brought together.

Source: design, section 3, rule 5, and section 2 (`curation/`); docs/reference/matching.md, "Statuses".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection

from longplay.catalogue.curating import UNAVAILABLE, CuratorsFile
from longplay.catalogue.engine import query
from longplay.catalogue.entities import Entity, EntityKind
from longplay.catalogue.identifiers import read_identifier
from longplay.catalogue.serving import Serving
from longplay.catalogue.snapshot_tables import SnapshotTable
from longplay.catalogue.snapshots import Snapshots
from longplay.catalogue.statuses import EXCEPTIONS, Ranks, Statuses
from longplay.curation.matching.matches import MatchesFile, MatchesMade, MatchVerdict
from longplay.errors import NotFound
from longplay.ledger import queries, rights, withdrawn
from longplay.ledger import recordings as measured
from longplay.ledger.ledger import Ledger
from longplay.model.digests import ContentId, content_id_of
from longplay.model.rights import (
    WORLD,
    Act,
    Decision,
    KeepingBasis,
    Purpose,
    RightsObject,
    StatementSource,
)
from longplay.model.statuses import Status
from longplay.rights import readers
from longplay.rights.gate import Gate

if TYPE_CHECKING:  # slow to import
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """Holdings that are not simply held.

    Attributes:
        damaged: whose last check failed, or in which damage was found when they were measured.
        withdrawn, purged: that are.
    """

    damaged: frozenset[ContentId]
    withdrawn: frozenset[ContentId]
    purged: frozenset[ContentId]

    @property
    def all(self) -> frozenset[ContentId]:
        """All of them."""
        return self.damaged | self.withdrawn | self.purged

    def left(self, holdings: Iterable[ContentId]) -> tuple[ContentId, ...]:
        """Those that were not purged."""
        return tuple(one for one in holdings if one not in self.purged)

    def status(self, holdings: Iterable[ContentId]) -> Status | None:
        """Of a recording with these manifestations, by the best of them; `None` where all were purged."""
        left = self.left(holdings)
        if not left:
            return None
        if any(one not in self.withdrawn and one not in self.damaged for one in left):
            return Status.HELD
        return Status.WITHDRAWN if all(one in self.withdrawn for one in left) else Status.DAMAGED


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerOfReasons:
    """The use case: tell the status of recordings.

    Attributes:
        ledger: what is held.
        snapshots, number, serving: the catalogue.
        matches: which holdings are which recordings.
        curators: what people say.
        keeping: the institution's basis for keeping.
        gate: whether a licence lets it keep something.
        day: on which the gate is asked.
    """

    ledger: Ledger
    snapshots: Snapshots
    number: int
    serving: Serving
    matches: MatchesFile
    curators: CuratorsFile
    keeping: KeepingBasis
    gate: Gate
    day: date

    def matched(self) -> MatchesMade:
        """How the matches were made.

        Raises:
            NotFound: nothing was matched, or with another snapshot or method.
            MalformedInput: the matches are damaged.
        """
        made = self.matches.made()
        if not self.matches.is_of(self.snapshots.get(self.number).made_of):
            raise NotFound(
                f"holdings were matched with another snapshot, or in another way: run "
                f"`longplay catalogue match --snapshot {self.number}`"
            )
        return made

    def statuses(self, connection: "DuckDBPyConnection") -> Statuses:
        """The status of every recording of the snapshot.

        Args:
            connection: of `engine.connected`.

        Raises:
            NotFound: as `matched`.
            StorageError: something could not be read.
        """
        made = self.matched()
        with self.ledger.reading() as reading:
            copies = self.copies(reading)
        found = self._held(copies)
        found[Status.UNAVAILABLE] = _ranks(self.unavailable())
        found[Status.REFUSED] = self._refused(connection)
        rows = self.snapshots.get(self.number).tables[SnapshotTable.RECORDING].rows
        return Statuses(recordings=rows, line=made.line, ranks=found)

    def counts(self, connection: "DuckDBPyConnection") -> dict[Status, tuple[int, int]]:
        """Recordings and listens of each status, in the order of `Status`.

        Args:
            connection: of `engine.connected`.

        Raises:
            NotFound, StorageError: as `statuses`.
        """
        statuses = self.statuses(connection)
        known = {status: statuses.with_status(status) for status in EXCEPTIONS}
        names = [pa.array([status.value] * len(ranks), pa.string()) for status, ranks in known.items()]
        ranks = [pa.array(ranks, pa.uint32()) for ranks in known.values()]
        rows = pa.table({"rank": pa.chunked_array(ranks), "status": pa.chunked_array(names)})
        table = self.snapshots.table(self.number, SnapshotTable.RECORDING)
        connection.register("known_status", rows)
        found = connection.execute(query("status_counts"), {"table": str(table), "line": statuses.line})
        counted = {Status(status): (recordings, listens) for status, recordings, listens in found.fetchall()}
        connection.unregister("known_status")
        return {status: counted.get(status, (0, 0)) for status in Status}

    def copies(self, connection: Connection) -> Copies:
        """What is known of all holdings that are not simply held."""
        return Copies(
            damaged=frozenset({*queries.damaged(connection), *measured.not_whole(connection)}),
            withdrawn=frozenset(one.content_id for one in rights.withdrawals(connection)),
            purged=_purged(connection),
        )

    def _held(self, copies: Copies) -> dict[Status, Ranks]:
        found: dict[Status, list[Ranks]] = {status: [_ranks(())] for status in Status}
        for some in self.matches.ranks(MatchVerdict.MATCHED, copies.all):
            found[Status.HELD].append(some.ranks)
            for holdings, rank in some.apart:
                status = copies.status(holdings)
                if status is not None:
                    found[status].append(_ranks((rank,)))
        for some in self.matches.ranks(MatchVerdict.DUPLICATE, copies.purged):
            found[Status.DUPLICATE].append(some.ranks)
            left = (rank for holdings, rank in some.apart if copies.left(holdings))
            found[Status.DUPLICATE].append(_ranks(left))
        return {status: np.concatenate(ranks) for status, ranks in found.items()}

    def unavailable(self) -> dict[int, str]:
        """Ranks of recordings that cannot be had, with a person's reason."""
        return {
            entity.rank: word.reason
            for word in self.curators.words
            if word.action == UNAVAILABLE
            for entity in self.serving.by_identifier(*word.a)
            if entity.kind is EntityKind.RECORDING
        }

    def _refused(self, connection: "DuckDBPyConnection") -> Ranks:
        """Recordings whose stated licence does not let this archive keep them."""
        table = str(self.snapshots.table(self.number, SnapshotTable.RECORDING))
        stated = [row[0] for row in connection.execute(query("licences"), {"table": table}).fetchall()]
        barred = [licence for licence in stated if not self.may_keep(licence).permits]
        if not barred:
            return _ranks(())
        rows = connection.execute(query("ranks_under"), {"table": table, "licences": barred}).fetchnumpy()
        return rows["rank"].astype(np.uint32)

    def may_keep(self, licence: str) -> Decision:
        """Whether a recording under a licence, as a source states it, could be kept here."""
        stated = readers.statement(licence, evidence="the catalogue", source=StatementSource.CATALOGUE)
        nothing = content_id_of(b"")  # it is about no holding
        wanted = RightsObject(content_id=nothing, statements=(stated,), keeping=self.keeping)
        return self.gate(Act.PRESERVE, wanted, WORLD, self.day, Purpose.ARCHIVE)

    def named(self, name: str) -> list[Entity]:
        """Recordings that go by an id, an ISRC or another identifier `scheme:value`, by rank."""
        identifier = read_identifier(name.strip())
        known = [] if identifier is None else self.serving.look_up(identifier)
        return [entity for entity in known if entity.kind is EntityKind.RECORDING]


def _ranks(ranks: Iterable[int]) -> Ranks:
    return np.fromiter(ranks, np.uint32)


def _purged(connection: Connection) -> frozenset[ContentId]:
    found: set[ContentId] = set()
    last = ""
    while page := withdrawn.purged_after(connection, last):
        found.update(page)
        last = page[-1]
    return frozenset(found)
