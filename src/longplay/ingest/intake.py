"""What becomes of each file, decided in the order of the walk."""

from pathlib import Path

from longplay.derive.copying import copy_fact, drop_copies
from longplay.formats.paths import path_text
from longplay.formats.statements import statement_id
from longplay.ingest.deposit import Deposit, Ports
from longplay.ingest.minutes import Minutes
from longplay.ingest.nearby import Nearby, Waiting
from longplay.ingest.outcome import HoldingTaken, Listener, Summary
from longplay.ingest.table import TableRow
from longplay.ingest.walk import FileMet, FolderDone, Remark
from longplay.ingest.worker import Beside, Recording, Refused, Taken
from longplay.ledger import queries, rights
from longplay.model.digests import ContentId
from longplay.model.events import DuplicateMet, FileRefused, RecordingKept
from longplay.model.findings import Finding, FindingCode, Severity
from longplay.model.holdings import Given
from longplay.model.rights import WORLD, Act, Decision, Purpose, RightsObject, RightsStatement, Strength


class Intake:
    """One accession while it runs."""

    def __init__(self, *, ports: Ports, deposit: Deposit, listener: Listener) -> None:
        """Nothing is written until something new is met."""
        self.summary = Summary()
        self._ports = ports
        self._deposit = deposit
        self._listener = listener
        self._nearby = Nearby()
        self._minutes = Minutes(ports=ports, deposit=deposit, told=self._tell)

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
                for finding in beside.findings:
                    self._find(met.root, finding)
                waiting = Waiting(met=met, beside=beside, staged=staged)
                self._nearby.folder(met).companions.append(waiting)
            case Recording() as recording:
                self._recording(met, recording, staged)
        self._minutes.commit_if_due()

    def remark(self, remark: Remark) -> None:
        """Note something met that is no regular file."""
        self._find(remark.root, remark.finding)
        self._minutes.commit_if_due()

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
                self._companion(waiting, about)
            self._minutes.commit_if_due()

    def close(self) -> None:
        """Write down what is left and end the accession."""
        if self._deposit.table is not None:
            for start in self._deposit.starts:
                for path in self._deposit.table.unused(start):
                    detail = f"{self._deposit.table.path.name} names it, but it was not met"
                    self._find(start, _warning(FindingCode.RIGHTS_ROW_UNUSED, path, detail))
                    self._minutes.commit_if_due()
        self._minutes.close()

    # recordings

    def _recording(self, met: FileMet, recording: Recording, staged: Path) -> None:
        rows = self._deposit.table.rows(met.path) if self._deposit.table else []
        for finding in (one for row in rows for one in row.findings):
            self._find(met.root, finding)
        given = tuple(dict.fromkeys(pair for row in rows for pair in row.given))
        if self._was_purged(recording.digests.content_id):
            staged.unlink(missing_ok=True)
            drop_copies(staged)
            detail = "these bytes were purged: they are not taken in again"
            self._refuse(met.root, _error(FindingCode.PURGED_BEFORE, met.text, detail))
            return
        statements, words = self._stated(met, recording, rows)
        if self._minutes.is_held(recording.digests.content_id):
            self._nearby.folder(met).recordings.append(met.name)
            drop_copies(staged)
            self._minutes.heal_or_drop(staged, recording.digests)
            self._keep_words(words)
            self._duplicate(met, recording, statements, given)
            return
        decision = self._ask(Act.PRESERVE, recording.digests.content_id, statements)
        if not decision.permits:
            staged.unlink(missing_ok=True)
            drop_copies(staged)
            detail = f"nothing permits keeping it: {decision.rule} ({decision.citation})"
            self._refuse(met.root, _error(FindingCode.NO_BASIS_TO_KEEP, met.text, detail))
            return
        self._nearby.folder(met).recordings.append(met.name)
        self._keep_words(words)
        self._keep(met, recording, staged, (statements, given, decision))

    def _was_purged(self, content_id: ContentId) -> bool:
        with self._ports.register.ledger.reading() as connection:
            return rights.is_purged(connection, content_id)

    def _stated(
        self, met: FileMet, recording: Recording, rows: list[TableRow]
    ) -> tuple[tuple[RightsStatement, ...], list[bytes]]:
        """Everything stated about a file, and the verbatim words of it.

        A word of the depositor outweighs one about the folder.
        """
        words = []
        found = [row.statement for row in rows if row.statement]
        found += [self._deposit.statement] if self._deposit.statement else []
        told = bool(found)
        for reading in self._nearby.readings(met, recording.tags, recording.digests.content_id):
            if told and reading.statement.strength is Strength.BLANKET:
                continue
            words += [reading.words] if reading.words else []
            found.append(reading.statement)
        return tuple(dict.fromkeys(found)), words

    def _keep_words(self, words: list[bytes]) -> None:
        """Of what is refused no words are kept; of what is held they are, which brings lost ones back."""
        for one in words if not self._ports.dry_run else ():
            self._ports.evidence.put(one)

    def _ask(self, act: Act, content_id: ContentId, statements: tuple[RightsStatement, ...]) -> Decision:
        obj = RightsObject(content_id=content_id, statements=statements, keeping=self._ports.keeping)
        return self._ports.gate(act, obj, WORLD, self._ports.clock().date(), Purpose.ARCHIVE)

    def _keep(
        self,
        met: FileMet,
        recording: Recording,
        staged: Path,
        judged: tuple[tuple[RightsStatement, ...], Given, Decision],
    ) -> None:
        statements, given, decision = judged
        content_id = recording.digests.content_id
        for finding in (*recording.measurement.findings_at(met.text), *recording.findings):
            self._report(finding)
        fact = RecordingKept(
            accession=self._minutes.accession(),
            root=path_text(str(met.root)),
            path=met.text,
            given=given,
            digests=recording.digests,
            audio=recording.audio,
            tags=recording.tags,
            statements=statements,
            decision=decision,
            findings=recording.findings,
            measurement=recording.measurement,
        )
        holding = HoldingTaken(
            content_id=content_id,
            path=met.text,
            size=recording.digests.size,
            audio=recording.audio,
            measurement=recording.measurement,
            redistribute=self._ask(Act.REDISTRIBUTE, content_id, statements),
        )
        self._minutes.hold(staged, fact, holding, recording.derived)
        self._keep_copies(recording, statements)

    def _keep_copies(self, recording: Recording, statements: tuple[RightsStatement, ...]) -> None:
        """Keep the copies made on the way, now that everything stated is known."""
        if not recording.copies:
            return
        content_id = recording.digests.content_id
        decision = self._ask(Act.TRANSCODE, content_id, statements)
        for copy in recording.copies:
            if decision.permits:
                self.summary.copies += 1
                self._minutes.keep_copy(copy, copy_fact(content_id, copy, decision))
            else:
                copy.staged.unlink(missing_ok=True)

    def _duplicate(
        self, met: FileMet, recording: Recording, statements: tuple[RightsStatement, ...], given: Given
    ) -> None:
        """Bytes that are held: another provenance, perhaps more statements."""
        self.summary.duplicates += 1
        content_id = recording.digests.content_id
        place = self._minutes.provenance(met.root, met.text, given)
        with self._ports.register.ledger.reading() as connection:
            known = queries.has_provenance(connection, content_id, place)
            fresh = tuple(
                one for one in statements if not rights.has_statement(connection, content_id, statement_id(one))
            )
        if known and not fresh:
            return
        fact = DuplicateMet(
            accession=self._minutes.accession(),
            root=place.root,
            path=place.path,
            given=given,
            content_id=content_id,
            statements=fresh,
        )
        self._minutes.add(fact)

    def _companion(self, waiting: Waiting, about: str) -> None:
        self.summary.companions += 1
        kind = waiting.met.companion
        if kind is not None:
            place = self._minutes.provenance(waiting.met.root, waiting.met.text)
            self._minutes.keep_companion(waiting.staged, waiting.beside, place, kind, about)

    # telling

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
        self._minutes.add(FileRefused(accession=self._minutes.accession(), root=written, finding=finding))

    def _report(self, finding: Finding) -> None:
        self.summary.findings += 1
        self.summary.notes += finding.severity is Severity.NOTE
        self._listener.found(finding)

    def _tell(self, holding: HoldingTaken, is_new: bool) -> None:
        if not is_new:
            self.summary.duplicates += 1
            return
        self.summary.accessioned += 1
        if not holding.measurement.is_whole:
            self.summary.damaged += 1
        if holding.redistribute.permits:
            self.summary.publishable += 1
        else:
            self.summary.dark += 1
        self._listener.taken(holding)


def _error(code: FindingCode, path: str, detail: str) -> Finding:
    return Finding(code=code, severity=Severity.ERROR, path=path, detail=detail)


def _warning(code: FindingCode, path: str, detail: str) -> Finding:
    return Finding(code=code, severity=Severity.WARNING, path=path, detail=detail)
