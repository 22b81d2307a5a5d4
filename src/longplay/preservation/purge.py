"""Purging: the bytes of a recording are deleted for good, for a court order or for data protection.

The journal says so first, then everything is deleted. Killed in between, the same command again deletes what is
left and writes nothing: `audit` and `rebuild` say that it is due. What remains is a tombstone. Lines of the
journal are not changed: what tags and paths said of the recording stays there and in copies of the journal.
Copies outside of the archive's folder (editions put elsewhere, mirrors) are out of reach.

Source: PREMIS 3.0, event type `deletion`; design, section 3, rule 9; docs/format/archive.md, "Tombstones".
"""

import os
import shutil
import stat
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from longplay.catalogue.search.indexing import forget_own_index
from longplay.errors import ArchiveBusy, NotFound, UsageError
from longplay.ledger import queries, withdrawn
from longplay.ledger.ledger import Ledger
from longplay.ledger.register import Register
from longplay.ledger.withdrawn import Belongings
from longplay.model.digests import ContentId
from longplay.model.events import RecordingPurged
from longplay.model.withdrawal import ReasonClass
from longplay.preservation.index import forget_candidates
from longplay.preservation.traces import Traces, Tracing
from longplay.store.derived import DerivedStore
from longplay.store.evidence import EvidenceStore
from longplay.store.failures import storing
from longplay.store.layout import BLOBS, EVIDENCE, JOURNAL, LOCKS, MATCHES, MATCHING, STAGING
from longplay.store.local import LocalStore, sync_folder
from longplay.store.locks import locked


@dataclass(frozen=True, slots=True, kw_only=True)
class Warrant:
    """Who answers for a purge, and why.

    Attributes:
        reason: its class; may be published.
        by, approved_by: two persons.
        with_papers: whether notices about nothing else go too.
    """

    reason: ReasonClass
    by: str
    approved_by: str
    with_papers: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a purge deletes.

    Attributes:
        facts: to be journalled; none for what a purge before this one wrote down.
        blobs: recordings and copies that lie in the store, sorted.
        bytes: of these.
        evidence: words that go, sorted.
        published: files below the editions' folder that go, sorted.
    """

    facts: tuple[RecordingPurged, ...]
    blobs: tuple[ContentId, ...]
    bytes: int
    evidence: tuple[ContentId, ...]
    published: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """What a purge deleted.

    Attributes:
        is_new: whether something was written down; else only what was left was deleted.
        traces: what was there.
        bytes: of its blobs.
        links_elsewhere: other names of these blobs outside of the archive's folder: files that are still there.
        had_matches: whether matches with the catalogue were deleted too; they are of all holdings.
    """

    is_new: bool
    traces: Traces
    bytes: int
    links_elsewhere: int
    had_matches: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """The use case: purge recordings.

    Attributes:
        store, derived, evidence: the archive's.
    """

    store: LocalStore
    derived: DerivedStore
    evidence: EvidenceStore

    def plan(self, ledger: Ledger, content_ids: Sequence[ContentId], warrant: Warrant) -> Plan:
        """What would be deleted, without deleting anything.

        Args:
            ledger: what is known.
            content_ids: recordings that are held, or were purged before; at most a page.
            warrant: who and why.

        Raises:
            UsageError: nobody answers for it, one person alone does, or something else needs the bytes.
            NotFound: one was never held.
        """
        _two_persons(warrant)
        with ledger.reading() as connection:
            known = {one: withdrawn.purged(connection, one) for one in content_ids}
            for one, purged in known.items():
                if purged is None and not queries.is_held(connection, one):
                    raise NotFound(f"no recording {one} is held")
            whole = withdrawn.belongings(connection, content_ids, with_papers=warrant.with_papers)
            facts = [
                _fact(one, also, warrant)
                for one in known
                if (also := _also(connection, one, known, whole, warrant)) is not None
            ]
            if facts and whole.needed:
                raise UsageError("not purged, for its bytes are needed: " + "; ".join(whole.needed))
            gone = self._tracing.gone(connection, content_ids) | {one for fact in facts for one in fact.also}
            return self._plan(connection, facts, gone)

    def _plan(self, connection: Connection, facts: list[RecordingPurged], gone: set[ContentId]) -> Plan:
        sizes = {one: size for one in sorted(gone) if (size := self.store.size(one)) is not None}
        words = {one for fact in facts for one in fact.also if self.evidence.has(one)}
        return Plan(
            facts=tuple(facts),
            blobs=tuple(sizes),
            bytes=sum(sizes.values()),
            evidence=tuple(sorted(words)),
            published=tuple(sorted(self._tracing.published(connection, gone))),
        )

    def purge(self, register: Register, content_ids: Sequence[ContentId], warrant: Warrant) -> Purged:
        """Write down that recordings are purged, and delete everything of them. May be killed and run again.

        Args:
            register: writes it down, once.
            content_ids: recordings that are held, or were purged before; at most a page.
            warrant: who and why.

        Raises:
            UsageError, NotFound: as `plan`; nothing is deleted then.
            ArchiveBusy: another process purges, publishes, or adds to the index of candidates.
            StorageError: something could not be written or deleted: run it again.
        """
        with self._alone():
            plan = self.plan(register.ledger, content_ids, warrant)
            if plan.facts:
                register.record(plan.facts)
            had_matches = self._forget_matches()
            with register.ledger.reading() as connection:
                gone = self._tracing.gone(connection, content_ids)
                left = self._tracing.of(connection, content_ids)
            for path in left.published:
                _unlink(path)
            self.derived.erase(gone)
            forget_candidates(self.derived.folder, gone)
            for words in left.evidence:
                self.evidence.erase(words)
            self._sweep_staging(register.writer)
            links = self._delete_blobs(left.blobs)
        return Purged(
            is_new=bool(plan.facts),
            traces=left,
            bytes=plan.bytes,
            links_elsewhere=links,
            had_matches=had_matches,
        )

    def _forget_matches(self) -> bool:
        """Delete what names holdings beside the catalogue, and say whether there was any."""
        forget_own_index(self.store.root)
        with storing(self.store.root):
            shutil.rmtree(self.store.root / MATCHING, ignore_errors=True)
            is_there = (self.store.root / MATCHES).exists()
        if is_there:
            _unlink(self.store.root / MATCHES)
        return is_there

    @property
    def _tracing(self) -> Tracing:
        return Tracing(store=self.store, derived=self.derived, evidence=self.evidence)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody publishes meanwhile: a bundle that is being handed out would get its links back."""
        locks = self.store.root / LOCKS
        with locked(locks / "purge", what="purging"), locked(locks / "publish", what="publishing"):
            yield

    def _sweep_staging(self, own: str) -> None:
        """Remove unfinished copies, which may be of the same bytes, of every chain that no process holds."""
        folder = self.store.root / STAGING
        with storing(folder):
            writers = sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []
        for writer in writers:
            lock = self.store.root / JOURNAL / writer / "lock"
            if writer == own:
                self.store.sweep_staging(writer)
            elif lock.exists():
                with suppress(ArchiveBusy), locked(lock, what="writing"):
                    self.store.sweep_staging(writer)

    def _delete_blobs(self, blobs: Iterable[ContentId]) -> int:
        """Delete blobs, last of all, with every other link to them in the archive.

        Returns:
            How many links are left elsewhere on the file system.
        """
        inodes = {}
        for one in blobs:
            with storing(self.store.path(one)):
                status = self.store.path(one).lstat()
            if status.st_nlink > 1 and stat.S_ISREG(status.st_mode):
                inodes[status.st_dev, status.st_ino] = status.st_nlink - 1
        for path in _links_to(inodes, self.store.root) if inodes else ():
            status = path.lstat()
            inodes[status.st_dev, status.st_ino] -= 1
            _unlink(path)
        for one in blobs:
            self.store.delete(one)
        return sum(inodes.values())


def _two_persons(warrant: Warrant) -> None:
    """Refuse what one person alone answers for, however they spell their name."""
    by, approved = (_plain(name) for name in (warrant.by, warrant.approved_by))
    if not by or not approved:
        raise UsageError("a purge needs two persons: --by NAME and --approved-by NAME")
    if by == approved:
        raise UsageError(f"a purge needs two persons: {warrant.by.strip()!r} cannot approve their own")


def _plain(name: str) -> str:
    """A name without what is invisible or a matter of spelling."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    seen = "".join(char for char in folded if unicodedata.category(char)[0] not in "CM" or char.isspace())
    return " ".join(seen.split())


def _also(
    connection: Connection,
    content_id: ContentId,
    known: Mapping[ContentId, withdrawn.Purged | None],
    whole: Belongings,
    warrant: Warrant,
) -> set[ContentId] | None:
    """What goes with a recording and is not under its tombstone yet; `None` when nothing is to be said.

    Evidence goes only at first: what is filed about a purged recording later stays.
    """
    copies = withdrawn.copies_made_of(connection, [content_id]) - set(known)
    purged = known[content_id]
    if purged is not None:
        return copies - set(purged.also) or None
    words = withdrawn.words_of(connection, [content_id], with_papers=warrant.with_papers)
    return copies | (words & set(whole.evidence))


def _fact(content_id: ContentId, also: Iterable[ContentId], warrant: Warrant) -> RecordingPurged:
    return RecordingPurged(
        content_id=content_id,
        also=tuple(sorted(also)),
        reason=warrant.reason,
        by=warrant.by.strip(),
        approved_by=warrant.approved_by.strip(),
    )


def _links_to(inodes: Collection[tuple[int, int]], root: Path) -> Iterator[Path]:
    """Every other name of these files in the archive's folder, unfinished links included."""
    for above, folders, names in os.walk(root):
        if Path(above) == root:
            folders[:] = [name for name in folders if name not in {BLOBS, JOURNAL, EVIDENCE}]
        for name in names:
            path = Path(above, name)
            with storing(path):
                status = path.lstat()
            if stat.S_ISREG(status.st_mode) and (status.st_dev, status.st_ino) in inodes:
                yield path


def _unlink(path: Path) -> None:
    """Delete a file for good."""
    with storing(path):
        path.unlink(missing_ok=True)
        sync_folder(path.parent)
