"""Reading every blob again: flat SHA-256 first, the Merkle layer only to locate damage.

What is found is journalled as PREMIS fixity events: damage when it is first seen, and wholeness when a blob
that was damaged is whole again. What a tombstone names must not be there: its absence is no damage, and is not
journalled. Evidence is read as well: it is small.

Source: PREMIS 3.0, event type `fixity check`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from longplay.errors import BlobMissing, StorageError
from longplay.fixity.bundle import Report
from longplay.fixity.files import compare, flat_digest, proof_of
from longplay.ledger import queries, rights, withdrawn
from longplay.ledger.register import Register
from longplay.model.digests import ContentId, FileDigests
from longplay.model.events import FixityChecked
from longplay.model.findings import Finding, FindingCode, Severity
from longplay.preservation.traces import Tracing
from longplay.progress import Progress
from longplay.store.derived import DerivedStore
from longplay.store.evidence import EvidenceStore
from longplay.store.local import LocalStore
from longplay.store.staging import digest_stream


@dataclass(slots=True, kw_only=True)
class Audited:
    """What an audit saw.

    Attributes:
        blobs, bytes: read.
        damaged: blobs and evidence missing or not whole.
        healed: what was damaged at the last audit and is whole now.
        strays: blobs and evidence the journal does not know; left alone (whoever was killed may come again).
        evidence: pieces of evidence read.
        purged: recordings that were purged and are gone, as they should be, or not.
        left: what is still here of purged recordings.
    """

    blobs: int = 0
    bytes: int = 0
    damaged: int = 0
    healed: int = 0
    strays: int = 0
    evidence: int = 0
    purged: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The use case: audit an archive.

    Attributes:
        store, derived, evidence, register: the archive's.
    """

    store: LocalStore
    derived: DerivedStore
    evidence: EvidenceStore
    register: Register

    def run(self, *, report: Report, progress: Progress) -> Audited:
        """Read every blob the ledger knows, and look for what should be gone.

        Idempotent: the same damage is journalled once.

        Raises:
            StorageError: the journal cannot be written.
        """
        seen = Audited()
        with self.register.ledger.reading() as connection:
            counts = queries.counts(connection)
            before = queries.damaged(connection)
        progress.begin("audit", files=counts["blobs"], size=counts["bytes"])
        try:
            for page in self._pages():
                facts = []
                for digests in page:
                    fact = self._check(digests, before, seen, report)
                    facts += [fact] if fact else []
                    progress.advance(files=1, size=digests.size)
                self.register.record(facts)
            self.register.record(self._check_evidence(before, seen, report))
        finally:
            progress.end()
        self._look_for_purged(seen, report)
        seen.strays = self._strays()
        return seen

    def _pages(self) -> Iterator[list[FileDigests]]:
        """All blobs but purged ones by content id, a page at a time.

        So no transaction stays open while they are read. `_check` asks again about what is purged meanwhile.
        """
        last = ContentId("")
        while True:
            with self.register.ledger.reading() as connection:
                page = queries.blobs_after(connection, last)
                gone = withdrawn.purged_among(connection, [one.content_id for one in page])
            if not page:
                return
            yield [one for one in page if one.content_id not in gone]
            last = page[-1].content_id

    def _check(
        self, digests: FileDigests, before: dict[ContentId, str], seen: Audited, report: Report
    ) -> FixityChecked | None:
        """One blob; a fact when its state is not what the ledger says."""
        finding = self._examine(digests)
        if finding is not None and self._is_purged(digests.content_id):
            return None
        seen.blobs += 1
        seen.bytes += digests.size
        return _news(digests.content_id, finding, before, seen, report)

    def _is_purged(self, content_id: ContentId) -> bool:
        with self.register.ledger.reading() as connection:
            return rights.is_purged(connection, content_id)

    def _check_evidence(
        self, before: dict[ContentId, str], seen: Audited, report: Report
    ) -> list[FixityChecked]:
        """The words behind rights statements; facts where their state is not what the ledger says."""
        with self.register.ledger.reading() as connection:
            names = sorted(withdrawn.words_known(connection))
        facts = []
        for name in names:
            seen.evidence += 1
            finding = self._examine_words(name)
            if finding is not None and self._is_purged(name):
                continue
            fact = _news(name, finding, before, seen, report)
            facts += [fact] if fact else []
        return facts

    def _examine_words(self, name: ContentId) -> Finding | None:
        path = f"evidence/{name}"
        try:
            if self.evidence.get(name) is not None:
                return None
            is_there = self.evidence.path(name).exists()
        except StorageError as exc:
            return _error(FindingCode.UNREADABLE, path, str(exc))
        if is_there:
            return _error(FindingCode.DIGEST_DIFFERS, path, "the words were changed")
        return _error(FindingCode.MISSING, path, "the words are missing")

    def _look_for_purged(self, seen: Audited, report: Report) -> None:
        """What is still here although it was purged. Nothing is journalled: a purge will end it."""
        tracing = Tracing(store=self.store, derived=self.derived, evidence=self.evidence)
        last = ContentId("")
        while True:
            with self.register.ledger.reading() as connection:
                page = withdrawn.purged_after(connection, last)
                traces = tracing.of(connection, page) if page else None
            if traces is None:
                return
            seen.purged += len(page)
            for finding in tracing.findings(traces):
                seen.left += 1
                report(finding)
            last = page[-1]

    def _examine(self, digests: FileDigests) -> Finding | None:
        name = digests.content_id
        try:
            with self.store.open(name) as blob:
                if flat_digest(blob) == (digests.size, name):  # type: ignore[arg-type]
                    return None
            with self.store.open(name) as blob:
                found = digest_stream(blob)  # type: ignore[arg-type]
        except BlobMissing:
            return _error(FindingCode.MISSING, name, f"the blob is missing; it had {digests.size} bytes")
        except OSError as exc:
            return _error(FindingCode.UNREADABLE, name, f"could not be read: {exc.strerror or exc}")
        finding = compare(name, found, proof_of(digests))
        return finding or _error(FindingCode.DIGEST_DIFFERS, name, "it changed between two reads")

    def _strays(self) -> int:
        strays = 0
        with self.register.ledger.reading() as connection:
            for content_id in self.store.ids():
                strays += not queries.is_known_blob(connection, content_id)
            known = withdrawn.words_known(connection)
            for name in self.evidence.names():
                strays += name not in known and not rights.is_purged(connection, name)
        return strays


def _news(
    content_id: ContentId, finding: Finding | None, before: dict[ContentId, str], seen: Audited, report: Report
) -> FixityChecked | None:
    """Count and report a state; a fact when it is another than before."""
    if finding is None:
        if content_id not in before:
            return None
        seen.healed += 1
        return FixityChecked(content_id=content_id, finding=None)
    seen.damaged += 1
    report(finding)
    if before.get(content_id) == finding.code.value:
        return None
    return FixityChecked(content_id=content_id, finding=finding)


def _error(code: FindingCode, path: str, detail: str) -> Finding:
    return Finding(code=code, severity=Severity.ERROR, path=path, detail=detail)
