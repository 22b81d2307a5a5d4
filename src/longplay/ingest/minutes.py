"""The minutes of an accession: what was decided is written down in groups, and told only once it is durable.

A group is at most 1,000 events or one second: blobs are synced, the group is journalled and projected, and
then the listener hears of it. The accession is opened by the first thing there is to write down; one that a
kill left open is taken up.

Source: design, section 4 (group commit); PREMIS 3.0 events.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from longplay.derive.copying import CopyMade
from longplay.formats.paths import path_text
from longplay.ingest.deposit import Deposit, Ports
from longplay.ingest.outcome import HoldingTaken
from longplay.ingest.worker import Beside
from longplay.ledger import queries
from longplay.model.digests import ContentId, FileDigests
from longplay.model.events import (
    AccessionClosed,
    AccessionOpened,
    CompanionKept,
    CopyDerived,
    Fact,
    FixityChecked,
    RecordingKept,
)
from longplay.model.holdings import CompanionKind, Given, Provenance
from longplay.model.technical import Derived
from longplay.store.staging import stage

GROUP_EVENTS: Final = 1_000
GROUP_S: Final = 1.0

Told = Callable[[HoldingTaken, bool], None]
"""Hears of a recording once it is durable, and whether it was new (another process may have been first)."""


@dataclass(slots=True)
class _Group:
    """Facts that are journalled together, and what to tell once they are."""

    facts: list[Fact] = field(default_factory=list)
    holdings: dict[ContentId, HoldingTaken] = field(default_factory=dict)
    derived: list[tuple[ContentId, Derived]] = field(default_factory=list)
    began: float = 0.0


class Minutes:
    """What one accession writes down."""

    def __init__(self, *, ports: Ports, deposit: Deposit, told: Told) -> None:
        """Nothing is written until something new is met."""
        self._ports = ports
        self._deposit = deposit
        self._told = told
        self._group = _Group()
        self._rehearsed: set[ContentId] = set()
        self._accession = self._find_open()
        self._opened = bool(self._accession)
        self._table_kept = False

    def _find_open(self) -> str:
        """The accession a kill left open; `""` when there is none."""
        with self._ports.register.ledger.reading() as connection:
            found = queries.open_accession(connection, source=self._deposit.source, roots=self._roots())
        return found or ""

    def _roots(self) -> tuple[str, ...]:
        return tuple(path_text(str(start)) for start in self._deposit.starts)

    def accession(self) -> str:
        """The accession's id; asking for it opens it."""
        if not self._accession:
            self._accession = self._ports.new_id()
            fact = AccessionOpened(
                accession=self._accession,
                source=self._deposit.source,
                roots=self._roots(),
                keeping=self._ports.keeping,
            )
            self.add(fact)
            self._opened = True
        if not self._table_kept:
            self._table_kept = True
            self._keep_table()
        return self._accession

    def provenance(self, root: Path, path: str, given: Given = ()) -> Provenance:
        """A place where something was met; does not open the accession."""
        return Provenance(
            accession=self._accession,
            source=self._deposit.source,
            root=path_text(str(root)),
            path=path,
            given=given,
        )

    def is_held(self, content_id: ContentId) -> bool:
        """Whether a recording is held, or about to be by what is not written down yet."""
        if content_id in self._group.holdings or content_id in self._rehearsed:
            return True
        with self._ports.register.ledger.reading() as connection:
            return queries.is_held(connection, content_id)

    def hold(self, staged: Path, fact: RecordingKept, holding: HoldingTaken, derived: Derived) -> None:
        """Keep a recording; it is told of when it is durable.

        Raises:
            StorageError: its blob could not be put in place.
        """
        if self._ports.dry_run:
            staged.unlink(missing_ok=True)
            self._rehearsed.add(holding.content_id)
            self._told(holding, True)
        else:
            self._ports.store.adopt(staged, fact.digests, replace=True)
        self._group.holdings[holding.content_id] = holding
        self._group.derived.append((holding.content_id, derived))
        self.add(fact)

    def keep_copy(self, copy: CopyMade, fact: CopyDerived) -> None:
        """Keep an access copy.

        Raises:
            StorageError: its blob could not be put in place.
        """
        self._ports.store.adopt(copy.staged, copy.digests, replace=True)
        self.add(fact)

    def keep_companion(
        self, staged: Path, beside: Beside, place: Provenance, what: CompanionKind, about: str
    ) -> None:
        """Keep a companion, once for each place.

        Raises:
            StorageError: its blob could not be put in place.
        """
        digests = beside.digests
        with self._ports.register.ledger.reading() as connection:
            met = queries.has_companion(connection, digests.content_id, place)
            known = queries.is_known_blob(connection, digests.content_id)
        if self._ports.dry_run or known:
            self.heal_or_drop(staged, digests)
        else:
            self._ports.store.adopt(staged, digests, replace=True)
        if not met:
            fact = CompanionKept(
                accession=self.accession(),
                root=place.root,
                path=place.path,
                digests=digests,
                kind=what,
                about=about,
                carriers=beside.carriers,
            )
            self.add(fact)

    def heal_or_drop(self, staged: Path, digests: FileDigests) -> None:
        """Drop the copy of a blob that is there; put it in place of one that is missing or known damaged.

        Raises:
            StorageError: it could not be put in place.
        """
        if self._ports.dry_run or digests.content_id in self._group.holdings:
            staged.unlink(missing_ok=True)
            return
        with self._ports.register.ledger.reading() as connection:
            damaged = digests.content_id in queries.damaged(connection)
        if damaged or self._ports.store.size(digests.content_id) != digests.size:
            self._ports.store.adopt(staged, digests, replace=True)
            self.add(FixityChecked(content_id=digests.content_id, finding=None))
        else:
            staged.unlink(missing_ok=True)

    def _keep_table(self) -> None:
        """The depositor's table is evidence: it is kept with the accession."""
        table = self._deposit.table
        if table is None or self._ports.dry_run:
            return
        staged = self._ports.store.staging_folder(self._ports.register.writer) / "table"
        staged.unlink(missing_ok=True)
        with table.path.open("rb", buffering=0) as source:
            digests = stage(source, staged)
        place = self.provenance(table.path.parent, path_text(table.path.name))
        beside = Beside(digests=digests)
        self.keep_companion(staged, beside, place, CompanionKind.RIGHTS_TABLE, "")

    def add(self, fact: Fact) -> None:
        """Put a fact into the group."""
        if not self._group.facts:
            self._group.began = time.monotonic()
        self._group.facts.append(fact)

    def commit_if_due(self) -> None:
        """Write the group down when it is full or a second old.

        Raises:
            StorageError: it could not be written; nothing of it was told.
        """
        group = self._group
        if len(group.facts) >= GROUP_EVENTS or (group.facts and time.monotonic() - group.began >= GROUP_S):
            self._commit()

    def close(self) -> None:
        """Write down what is left and end the accession, if it was opened.

        Raises:
            StorageError: it could not be written.
        """
        if self._opened:
            self.add(AccessionClosed(accession=self._accession))
        self._commit()

    def _commit(self) -> None:
        group, self._group = self._group, _Group()
        if self._ports.dry_run:
            return
        self._ports.derived.put(group.derived)
        events = self._ports.register.record(group.facts)
        with self._ports.register.ledger.reading() as connection:
            for event in events:
                if isinstance(event.fact, RecordingKept):
                    content_id = event.fact.digests.content_id
                    is_new = queries.made_by(connection, content_id) == (event.writer, event.seq)
                    self._told(group.holdings[content_id], is_new)
