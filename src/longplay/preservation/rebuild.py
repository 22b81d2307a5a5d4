"""Making the ledger again from journal and blobs alone.

The journal is read from its first line, every chain checked link by link; every blob it names must be in the
store with its size, except those that were purged: they must not be there.

Source: design, section 3, rule 3.
"""

from dataclasses import dataclass
from pathlib import Path

from longplay.fixity.bundle import Report
from longplay.ledger import ledger as ledgers
from longplay.ledger import queries, withdrawn
from longplay.ledger.ledger import Ledger
from longplay.ledger.state import state_digest
from longplay.model.digests import FileDigests
from longplay.model.findings import Finding, FindingCode, Severity
from longplay.preservation.traces import left_behind
from longplay.progress import Progress
from longplay.store.failures import storing
from longplay.store.local import LocalStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What a rebuild came to.

    Attributes:
        events: journal lines projected.
        blobs: blobs named by them.
        missing: blobs that are not in the store, or not with their size.
        purged: blobs that were purged and are gone.
        left: blobs that were purged and are still here.
        state_digest: of the new ledger.
    """

    events: int
    blobs: int
    missing: int
    purged: int
    left: int
    state_digest: str


@dataclass(slots=True, kw_only=True)
class _Seen:
    """Counts of blobs, as `Rebuilt` has them."""

    missing: int = 0
    purged: int = 0
    left: int = 0


def rebuild(path: Path, *, journal: Path, store: LocalStore, report: Report, progress: Progress) -> Rebuilt:
    """Project the journal anew and put the result in place of the ledger. May be killed and run again.

    Args:
        path: the ledger's file.
        journal: the journal's folder.
        store: holds the blobs.
        report: takes a finding for each blob that is not there, or should not be.
        progress: advanced blob by blob.

    Raises:
        JournalBroken: a chain does not hold together; the old ledger stays.
        StorageError: the ledger could not be written.
    """
    fresh = path.with_name(f"{path.stem}.rebuilding{path.suffix}")
    ledgers.remove(fresh)
    rebuilt = _project(fresh, journal=journal, store=store, report=report, progress=progress)
    with storing(path):
        ledgers.remove(path)
        fresh.rename(path)
    return rebuilt


def _project(path: Path, *, journal: Path, store: LocalStore, report: Report, progress: Progress) -> Rebuilt:
    ledger = Ledger.open(path, journal=journal)
    try:
        with ledger.reading() as connection:
            counts = queries.counts(connection)
        seen = _check_blobs(ledger, store, counts["blobs"], report, progress)
        with ledger.reading() as connection:
            digest = state_digest(connection)
        events = sum(head.seq for head in ledger.heads())
        return Rebuilt(
            events=events,
            blobs=counts["blobs"],
            missing=seen.missing,
            purged=seen.purged,
            left=seen.left,
            state_digest=digest,
        )
    finally:
        ledger.close()


def _check_blobs(ledger: Ledger, store: LocalStore, total: int, report: Report, progress: Progress) -> _Seen:
    seen = _Seen()
    last = ""
    progress.begin("blobs", files=total)
    try:
        while True:
            with ledger.reading() as connection:
                page = queries.blobs_after(connection, last)
                gone = withdrawn.purged_among(connection, [digests.content_id for digests in page])
            if not page:
                return seen
            for digests in page:
                is_purged = digests.content_id in gone
                finding = _should_be_gone(digests, store) if is_purged else _examine(digests, store)
                seen.purged += is_purged and finding is None
                seen.left += is_purged and finding is not None
                seen.missing += not is_purged and finding is not None
                if finding is not None:
                    report(finding)
            progress.advance(files=len(page) - len(gone))
            last = page[-1].content_id
    finally:
        progress.end()


def _should_be_gone(digests: FileDigests, store: LocalStore) -> Finding | None:
    if store.size(digests.content_id) is None:
        return None
    return left_behind(digests.content_id, "the blob was purged, but its bytes are still here")


def _examine(digests: FileDigests, store: LocalStore) -> Finding | None:
    size = store.size(digests.content_id)
    if size == digests.size:
        return None
    code = FindingCode.MISSING if size is None else FindingCode.SIZE_DIFFERS
    detail = f"the journal names a blob of {digests.size} bytes; there are {size or 'none'}"
    return Finding(code=code, severity=Severity.ERROR, path=digests.content_id, detail=detail)
