"""Why the archive has a recording, or has it not: what ledger, catalogue and gate know of it, brought together.

Source: design, section 3, rule 5, and section 2 (`curation/`); docs/reference/matching.md, "Statuses".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection

from longplay.catalogue.curating import UNAVAILABLE, CuratorsFile
from longplay.catalogue.engine import query
from longplay.catalogue.entities import Entity, EntityKind
from longplay.catalogue.serving import Serving
from longplay.catalogue.snapshot_tables import SnapshotTable
from longplay.catalogue.snapshots import Snapshots
from longplay.catalogue.statuses import EXCEPTIONS, Ranks, Statuses
from longplay.curation.matches import MatchesFile, MatchesMade, MatchVerdict
from longplay.curation.recordings import Recordings
from longplay.errors import NotFound
from longplay.ledger import queries, rights, withdrawn
from longplay.ledger import recordings as measured
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
    """What keeps holdings from being held whole.

    Attributes:
        groups: the recording of each holding that is not one by itself.
        members: holdings of each such recording.
        damaged: holdings whose last check failed, or in which damage was found when they were measured.
        withdrawn, purged: recordings that are.
    """

    groups: Mapping[ContentId, ContentId]
    members: Mapping[ContentId, tuple[ContentId, ...]]
    damaged: frozenset[ContentId]
    withdrawn: frozenset[ContentId]
    purged: frozenset[ContentId]

    def questionable(self) -> set[ContentId]:
        """Recordings of which a holding is not simply held."""
        return {self.groups.get(one, one) for one in self.damaged | self.withdrawn | self.purged}

    def of(self, group: ContentId) -> tuple[ContentId, ...]:
        """The holdings of a recording, purged ones left out."""
        return tuple(one for one in self.members.get(group, (group,)) if one not in self.purged)

    def status(self, group: ContentId) -> Status | None:
        """By its best manifestation; `None` where all were purged."""
        here = self.of(group)
        if not here:
            return None
        if any(one not in self.withdrawn and one not in self.damaged for one in here):
            return Status.HELD
        return Status.WITHDRAWN if all(one in self.withdrawn for one in here) else Status.DAMAGED


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerOfReasons:
    """The use case: tell the status of recordings.

    Attributes:
        recordings: what is held, grouped.
        snapshots, number, serving: the catalogue.
        matches: which holdings are which recordings.
        curators: what people say.
        keeping: the institution's basis for keeping.
        gate: whether a licence lets it keep something.
        day: on which the gate is asked.
    """

    recordings: Recordings
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
            NotFound: nothing was matched, or with another snapshot.
        """
        made = self.matches.made()
        if made.made_of != self.snapshots.get(self.number).made_of:
            raise NotFound(
                f"holdings were matched with another snapshot than {self.number}: run "
                "`longplay catalogue match` again"
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
        with self.recordings.ledger.reading() as reading:
            copies = self.copies(reading)
        found = self._held(copies)
        found[Status.UNAVAILABLE] = _ranks(self.unavailable())
        found[Status.REFUSED] = self._refused(connection)
        rows = self.snapshots.get(self.number).tables[SnapshotTable.RECORDING].rows
        return Statuses(snapshot=self.number, recordings=rows, line=made.line, ranks=found)

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
        members = {
            recording.id: tuple(one.content_id for one in recording.manifestations)
            for recording in self.recordings.grouping().recordings
        }
        return Copies(
            groups={one: group for group, some in members.items() for one in some},
            members=members,
            damaged=frozenset({*queries.damaged(connection), *measured.not_whole(connection)}),
            withdrawn=frozenset(one.content_id for one in rights.withdrawals(connection)),
            purged=_purged(connection),
        )

    def _held(self, copies: Copies) -> dict[Status, Ranks]:
        whole: list[Ranks] = []
        others: dict[Status, list[int]] = {}
        for some in self.matches.ranks(MatchVerdict.MATCHED, copies.questionable()):
            whole.append(some.ranks)
            for group, rank in some.apart:
                status = copies.status(group)
                if status is not None:
                    others.setdefault(status, []).append(rank)
        twice = [
            np.concatenate([some.ranks, _ranks(rank for _, rank in some.apart)])
            for some in self.matches.ranks(MatchVerdict.DUPLICATE, copies.purged)
        ]
        found = {status: _ranks(ranks) for status, ranks in others.items()}
        found[Status.HELD] = np.concatenate([_ranks(()), found.get(Status.HELD, _ranks(())), *whole])
        found[Status.DUPLICATE] = np.concatenate([_ranks(()), *twice])
        return found

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
        found = self.serving.get(name)
        if found is not None:
            return [found] if found.kind is EntityKind.RECORDING else []
        scheme, colon, value = name.partition(":")
        known = self.serving.by_identifier(scheme, value) if colon else self._coded(name)
        return [entity for entity in known if entity.kind is EntityKind.RECORDING]

    def _coded(self, name: str) -> list[Entity]:
        from longplay.formats.isrc import read_isrc

        code = read_isrc(name)
        return self.serving.by_identifier("isrc", code) if code else []


def _ranks(ranks: object) -> Ranks:
    return np.fromiter(ranks, np.uint32)  # type: ignore[call-overload, no-any-return]


def _purged(connection: Connection) -> frozenset[ContentId]:
    found: set[ContentId] = set()
    last = ""
    while page := withdrawn.purged_after(connection, last):
        found.update(page)
        last = page[-1]
    return frozenset(found)
