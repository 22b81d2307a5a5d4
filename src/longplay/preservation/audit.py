"""Reading every blob again: flat SHA-256 first, the Merkle layer only to locate damage.

What is found is journalled as PREMIS fixity events: damage when it is first seen, and wholeness when a blob
that was damaged is whole again.

Source: PREMIS 3.0, event type `fixity check`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from longplay.errors import BlobMissing
from longplay.fixity.bundle import Report
from longplay.fixity.files import compare, flat_digest, proof_of
from longplay.ledger import queries
from longplay.ledger.register import Register
from longplay.model.digests import ContentId, FileDigests
from longplay.model.events import FixityChecked
from longplay.model.findings import Finding, FindingCode, Severity
from longplay.progress import Progress
from longplay.store.local import LocalStore
from longplay.store.staging import digest_stream


@dataclass(slots=True, kw_only=True)
class Audited:
    """What an audit saw.

    Attributes:
        blobs, bytes: read.
        damaged: blobs missing or not whole.
        healed: blobs that were damaged at the last audit and are whole now.
        strays: blobs the journal does not know; left alone (the next ingest may need them).
    """

    blobs: int = 0
    bytes: int = 0
    damaged: int = 0
    healed: int = 0
    strays: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The use case: audit an archive.

    Attributes:
        store, register: the archive's.
    """

    store: LocalStore
    register: Register

    def run(self, *, report: Report, progress: Progress) -> Audited:
        """Read every blob the ledger knows. Idempotent: the same damage is journalled once.

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
        finally:
            progress.end()
        seen.strays = self._strays()
        return seen

    def _pages(self) -> Iterator[list[FileDigests]]:
        """All blobs by content id, a page at a time, so that no transaction stays open while they are read."""
        last = ContentId("")
        while True:
            with self.register.ledger.reading() as connection:
                page = queries.blobs_after(connection, last)
            if not page:
                return
            yield page
            last = page[-1].content_id

    def _check(
        self, digests: FileDigests, before: dict[ContentId, str], seen: Audited, report: Report
    ) -> FixityChecked | None:
        """One blob; a fact when its state is not what the ledger says."""
        finding = self._examine(digests)
        seen.blobs += 1
        seen.bytes += digests.size
        if finding is None:
            if digests.content_id not in before:
                return None
            seen.healed += 1
            return FixityChecked(content_id=digests.content_id, finding=None)
        seen.damaged += 1
        report(finding)
        if before.get(digests.content_id) == finding.code.value:
            return None
        return FixityChecked(content_id=digests.content_id, finding=finding)

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
        return strays


def _error(code: FindingCode, path: str, detail: str) -> Finding:
    return Finding(code=code, severity=Severity.ERROR, path=path, detail=detail)
