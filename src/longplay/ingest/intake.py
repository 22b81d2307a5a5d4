"""What becomes of each file, decided in the order of the walk and written down in groups.

A group is at most 1,000 events or one second: blobs are synced, the group is journalled and projected, and only
then is anything told to the listener.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from longplay.formats.paths import path_text
from longplay.ingest.nearby import Nearby, Waiting
from longplay.ingest.outcome import HoldingTaken, Listener, Summary
from longplay.ingest.table import DepositTable, TableRow
from longplay.ingest.walk import FileMet, FolderDone, Remark
from longplay.ingest.worker import Beside, Recording, Refused, Taken
from longplay.ledger import queries
from longplay.ledger.register import Register
from longplay.model.digests import ContentId, FileDigests
from longplay.model.events import (
    AccessionClosed,
    AccessionOpened,
    CompanionKept,
    DuplicateMet,
    Fact,
    FileRefused,
    FixityChecked,
    RecordingKept,
)
from longplay.model.findings import Finding, FindingCode, Severity
from longplay.model.holdings import CompanionKind, Given, Provenance
from longplay.model.rights import (
    WORLD,
    Act,
    Decision,
    KeepingBasis,
    Purpose,
    RightsObject,
    RightsStatement,
)
from longplay.rights.gate import Gate
from longplay.rights.readers import from_tags
from longplay.store.local import LocalStore
from longplay.store.staging import stage

GROUP_EVENTS: Final = 1_000
GROUP_S: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """What is to be taken in (OAIS: the submission information package).

    Attributes:
        starts: folders or files, absolute.
        source: where it comes from, in the depositor's words.
        table: says what each file is; `None` if there is none.
        statement: holds for every file; `None` if there is none.
    """

    starts: tuple[Path, ...]
    source: str
    table: DepositTable | None = None
    statement: RightsStatement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What an accession needs of the archive.

    Attributes:
        store, register, gate: the archive's.
        keeping: the institution's basis for keeping.
        clock: tells the day for the gate.
        new_id: makes ids for accessions.
        dry_run: decide everything, keep nothing.
    """

    store: LocalStore
    register: Register
    gate: Gate
    keeping: KeepingBasis
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    dry_run: bool = False


@dataclass(slots=True)
class _Group:
    """Facts that are journalled together, and what to tell once they are."""

    facts: list[Fact] = field(default_factory=list)
    holdings: dict[ContentId, HoldingTaken] = field(default_factory=dict)
    began: float = 0.0


class Intake:
    """One accession while it runs."""

    def __init__(self, *, ports: Ports, deposit: Deposit, listener: Listener) -> None:
        """Nothing is written until something new is met."""
        self.summary = Summary()
        self._ports = ports
        self._deposit = deposit
        self._listener = listener
        self._nearby = Nearby()
        self._group = _Group()
        self._rehearsed: set[ContentId] = set()
        self._accession = self._find_open()
        self._opened = bool(self._accession)
        self._table_kept = False

    def _find_open(self) -> str:
        """The accession a kill left open, so that it is taken up; `""` when there is none."""
        with self._ports.register.ledger.reading() as connection:
            found = queries.open_accession(connection, source=self._deposit.source, roots=self._roots())
        return found or ""

    def _roots(self) -> tuple[str, ...]:
        return tuple(path_text(str(start)) for start in self._deposit.starts)

    def file(self, met: FileMet, taken: Taken, staged: Path) -> None:
        """Decide about a file that a worker has taken in.

        Raises:
            StorageError: it could not be kept.
        """
        self.summary.files += 1
        self.summary.bytes += met.size
        match taken:
            case Refused(finding=finding):
                self._refuse(met.root, finding)
            case Beside() as beside:
                waiting = Waiting(met=met, beside=beside, staged=staged)
                self._nearby.folder(met).companions.append(waiting)
            case Recording() as recording:
                self._recording(met, recording, staged)
        self._commit_if_due()

    def remark(self, remark: Remark) -> None:
        """Note something met that is no regular file."""
        self._find(remark.root, remark.finding)
        self._commit_if_due()

    def folder_done(self, done: FolderDone) -> None:
        """Decide about the companions of a folder, now that it is known what music is near."""
        ended = self._nearby.done(done.root, done.folder)
        for waiting in ended.companions:
            about = self._nearby.about(ended, waiting)
            if about is None:
                waiting.staged.unlink(missing_ok=True)
                detail = "no decodable audio, and no recording in its folder, below or above it"
                code = FindingCode.NO_RECORDING_NEAR
                self._refuse(waiting.met.root, _error(code, waiting.met.text, detail))
            else:
                self.summary.companions += 1
                self._keep_companion(waiting, about)
        self._commit_if_due()

    def close(self) -> None:
        """Write down what is left and end the accession."""
        if self._deposit.table is not None:
            for start in self._deposit.starts:
                for path in self._deposit.table.unused(start):
                    detail = f"{self._deposit.table.path.name} names it, but it was not met"
                    self._find(start, _warning(FindingCode.RIGHTS_ROW_UNUSED, path, detail))
                    self._commit_if_due()
        if self._opened:
            self._add(AccessionClosed(accession=self._accession))
        self._commit()

    # recordings

    def _recording(self, met: FileMet, recording: Recording, staged: Path) -> None:
        rows = self._deposit.table.rows(met.path) if self._deposit.table else []
        statements = self._statements(met, recording, rows)
        given = tuple(dict.fromkeys(pair for row in rows for pair in row.given))
        if self._is_held(recording.digests.content_id):
            self._nearby.folder(met).recordings.append(met.name)
            self._duplicate(met, recording, statements, given, staged)
            return
        decision = self._ask(Act.PRESERVE, recording.digests.content_id, statements)
        if not decision.permits:
            staged.unlink(missing_ok=True)
            detail = f"nothing permits keeping it: {decision.rule} ({decision.citation})"
            self._refuse(met.root, _error(FindingCode.NO_BASIS_TO_KEEP, met.text, detail))
            return
        self._nearby.folder(met).recordings.append(met.name)
        self._keep_recording(met, recording, staged, (statements, given, decision))

    def _statements(
        self, met: FileMet, recording: Recording, rows: list[TableRow]
    ) -> tuple[RightsStatement, ...]:
        """Everything stated about a file; a folder's licence counts only where nothing nearer is stated."""
        found = [row.statement for row in rows if row.statement]
        found += [self._deposit.statement] if self._deposit.statement else []
        found += from_tags(recording.tags.licences)
        found += self._nearby.sidecars(met)
        return tuple(dict.fromkeys(found or self._nearby.blanket(met)))

    def _ask(self, act: Act, content_id: ContentId, statements: tuple[RightsStatement, ...]) -> Decision:
        obj = RightsObject(content_id=content_id, statements=statements, keeping=self._ports.keeping)
        return self._ports.gate(act, obj, WORLD, self._ports.clock().date(), Purpose.ARCHIVE)

    def _is_held(self, content_id: ContentId) -> bool:
        if content_id in self._group.holdings or content_id in self._rehearsed:
            return True
        with self._ports.register.ledger.reading() as connection:
            return queries.is_held(connection, content_id)

    def _keep_recording(
        self,
        met: FileMet,
        recording: Recording,
        staged: Path,
        judged: tuple[tuple[RightsStatement, ...], Given, Decision],
    ) -> None:
        statements, given, decision = judged
        content_id = recording.digests.content_id
        told = HoldingTaken(
            content_id=content_id,
            path=met.text,
            size=recording.digests.size,
            audio=recording.audio,
            redistribute=self._ask(Act.REDISTRIBUTE, content_id, statements),
        )
        if self._ports.dry_run:
            staged.unlink(missing_ok=True)
            self._rehearsed.add(content_id)
            self._tell(told)
        else:
            self._ports.store.adopt(staged, recording.digests, replace=True)
        self._group.holdings[content_id] = told
        for finding in recording.findings:
            self._report(finding)
        fact = RecordingKept(
            accession=self._id(),
            root=path_text(str(met.root)),
            path=met.text,
            given=given,
            digests=recording.digests,
            audio=recording.audio,
            tags=recording.tags,
            statements=statements,
            decision=decision,
            findings=recording.findings,
        )
        self._add(fact)

    def _duplicate(
        self,
        met: FileMet,
        recording: Recording,
        statements: tuple[RightsStatement, ...],
        given: Given,
        staged: Path,
    ) -> None:
        """Bytes that are held: another provenance, perhaps more statements, perhaps a blob made whole again."""
        self.summary.duplicates += 1
        content_id = recording.digests.content_id
        self._heal_or_drop(staged, recording.digests)
        place = self._provenance(met.root, met.text, given)
        with self._ports.register.ledger.reading() as connection:
            known = queries.has_provenance(connection, content_id, place)
            stated = queries.statements_of(connection, content_id)
        fresh = tuple(statement for statement in statements if statement not in stated)
        if known and not fresh:
            return
        fact = DuplicateMet(
            accession=self._id(),
            root=place.root,
            path=place.path,
            given=given,
            content_id=content_id,
            statements=fresh,
        )
        self._add(fact)

    def _heal_or_drop(self, staged: Path, digests: FileDigests) -> None:
        """Drop the copy of a blob that is there; put it in place of one that is missing or known damaged."""
        if self._ports.dry_run or digests.content_id in self._group.holdings:
            staged.unlink(missing_ok=True)
            return
        with self._ports.register.ledger.reading() as connection:
            damaged = digests.content_id in queries.damaged(connection)
        if damaged or self._ports.store.size(digests.content_id) != digests.size:
            self._ports.store.adopt(staged, digests, replace=True)
            self._add(FixityChecked(content_id=digests.content_id, finding=None))
        else:
            staged.unlink(missing_ok=True)

    # companions

    def _keep_companion(self, waiting: Waiting, about: str) -> None:
        kind = waiting.met.companion
        if kind is None or self._ports.dry_run:
            waiting.staged.unlink(missing_ok=True)
            return
        place = self._provenance(waiting.met.root, waiting.met.text, ())
        self._companion(waiting.staged, waiting.beside.digests, place, kind, about)

    def _companion(
        self, staged: Path, digests: FileDigests, place: Provenance, kind: CompanionKind, about: str
    ) -> None:
        with self._ports.register.ledger.reading() as connection:
            if queries.has_companion(connection, digests.content_id, place):
                staged.unlink(missing_ok=True)
                return
            known = queries.is_known_blob(connection, digests.content_id)
        self._ports.store.adopt(staged, digests, replace=not known)
        fact = CompanionKept(
            accession=self._id(), root=place.root, path=place.path, digests=digests, kind=kind, about=about
        )
        self._add(fact)

    def _provenance(self, root: Path, path: str, given: Given) -> Provenance:
        return Provenance(
            accession=self._accession,
            source=self._deposit.source,
            root=path_text(str(root)),
            path=path,
            given=given,
        )

    # findings

    def _refuse(self, root: Path, finding: Finding) -> None:
        self.summary.refused += 1
        self._find(root, finding)

    def _find(self, root: Path, finding: Finding) -> None:
        self._report(finding)
        written = path_text(str(root))
        with self._ports.register.ledger.reading() as connection:
            code = finding.code.value
            if queries.has_finding(connection, root=written, path=finding.path, code=code):
                return
        self._add(FileRefused(accession=self._id(), root=written, finding=finding))

    def _report(self, finding: Finding) -> None:
        self.summary.findings += 1
        self._listener.found(finding)

    # writing down

    def _id(self) -> str:
        """The accession's id; the accession is opened by the first thing there is to write down."""
        if not self._accession:
            self._accession = self._ports.new_id()
            fact = AccessionOpened(
                accession=self._accession,
                source=self._deposit.source,
                roots=self._roots(),
                keeping=self._ports.keeping,
            )
            self._add(fact)
            self._opened = True
        if not self._table_kept:
            self._table_kept = True
            self._keep_table()
        return self._accession

    def _keep_table(self) -> None:
        """The depositor's table is evidence: it is kept with the accession."""
        table = self._deposit.table
        if table is None or self._ports.dry_run:
            return
        staged = self._ports.store.staging_folder(self._ports.register.writer) / "table"
        staged.unlink(missing_ok=True)
        with table.path.open("rb", buffering=0) as source:
            digests = stage(source, staged)
        place = self._provenance(table.path.parent, path_text(table.path.name), ())
        self._companion(staged, digests, place, CompanionKind.RIGHTS_TABLE, "")

    def _add(self, fact: Fact) -> None:
        if not self._group.facts:
            self._group.began = time.monotonic()
        self._group.facts.append(fact)

    def _commit_if_due(self) -> None:
        group = self._group
        if len(group.facts) >= GROUP_EVENTS or (group.facts and time.monotonic() - group.began >= GROUP_S):
            self._commit()

    def _commit(self) -> None:
        group, self._group = self._group, _Group()
        if self._ports.dry_run:
            return
        events = self._ports.register.record(group.facts)
        with self._ports.register.ledger.reading() as connection:
            for event in events:
                if isinstance(event.fact, RecordingKept):
                    content_id = event.fact.digests.content_id
                    if queries.made_by(connection, content_id) == (event.writer, event.seq):
                        self._tell(group.holdings[content_id])
                    else:
                        self.summary.duplicates += 1

    def _tell(self, told: HoldingTaken) -> None:
        self.summary.accessioned += 1
        if told.redistribute.permits:
            self.summary.publishable += 1
        else:
            self.summary.dark += 1
        self._listener.taken(told)


def _error(code: FindingCode, path: str, detail: str) -> Finding:
    return Finding(code=code, severity=Severity.ERROR, path=path, detail=detail)


def _warning(code: FindingCode, path: str, detail: str) -> Finding:
    return Finding(code=code, severity=Severity.WARNING, path=path, detail=detail)
