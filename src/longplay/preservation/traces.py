"""Where bytes lie that belong to a recording, and which of them are left after it was purged.

A tombstone says that bytes must not be there: their absence is no loss, their presence is one. Blobs, derived
data, evidence and published files are looked at; copies outside of the archive's folder are not known here.

Source: design, section 3, rule 9; docs/format/archive.md, "Tombstones".
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from longplay.catalogue.search.indexing import own_ids
from longplay.formats.paths import path_text
from longplay.ledger import queries, withdrawn
from longplay.model.digests import ContentId
from longplay.model.findings import Finding, FindingCode, Severity
from longplay.store.derived import DerivedStore
from longplay.store.evidence import EvidenceStore
from longplay.store.failures import storing
from longplay.store.layout import EDITIONS
from longplay.store.local import LocalStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What lies of purged recordings in the folder of an archive.

    Attributes:
        blobs: content ids in the store, sorted.
        derived: recordings with a fingerprint or waveform, sorted.
        evidence: words that nothing else names, sorted.
        published: files below `editions/`, sorted.
        named: recordings that the search index of own ones names, sorted.
    """

    blobs: tuple[ContentId, ...]
    derived: tuple[ContentId, ...]
    evidence: tuple[ContentId, ...]
    published: tuple[Path, ...]
    named: tuple[ContentId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracing:
    """Looks for traces.

    Attributes:
        store, derived, evidence: the archive's.
    """

    store: LocalStore
    derived: DerivedStore
    evidence: EvidenceStore

    def of(self, connection: Connection, content_ids: Collection[ContentId]) -> Traces:
        """What is left of a page of purged recordings.

        Raises:
            StorageError: the file system would not say.
        """
        gone = self.gone(connection, content_ids)
        with self.derived.reading() as reader:
            derived = [one for one in sorted(gone) if reader.has(one)]
        words = [one for one in gone if self.evidence.has(one)]
        spoken = withdrawn.named_by_others(connection, words, content_ids)
        return Traces(
            blobs=tuple(one for one in sorted(gone) if self.store.size(one) is not None),
            derived=tuple(derived),
            evidence=tuple(sorted(set(words) - spoken)),
            published=tuple(sorted(self.published(connection, gone))),
            named=tuple(sorted(gone.intersection(map(ContentId, own_ids(self.store.root))))),
        )

    def gone(self, connection: Connection, content_ids: Collection[ContentId]) -> set[ContentId]:
        """Every content id that must not be there any more: also of copies made while the purge ran."""
        known = [withdrawn.purged(connection, one) for one in content_ids]
        also = {one for purged in known if purged is not None for one in purged.also}
        return {*content_ids, *also, *withdrawn.copies_made_of(connection, content_ids)}

    def published(self, connection: Connection, content_ids: Collection[ContentId]) -> Iterator[Path]:
        """The files of payloads that are there under the editions' folder, in no order.

        Raises:
            StorageError: the folder could not be listed.
        """
        folder = self.store.root / EDITIONS
        with storing(folder):
            editions = sorted(folder.iterdir()) if folder.is_dir() else []
        for content_id in content_ids:
            for bundle, path in queries.places_of(connection, content_id):
                for edition in editions:
                    place = edition / bundle / path
                    if path.startswith("data/") and (place.is_file() or place.is_symlink()):
                        yield place

    def findings(self, traces: Traces) -> Iterator[Finding]:
        """What is left, as errors: a purge was killed and not run again, or somebody put it back."""
        for one in traces.blobs:
            yield left_behind(one, "the blob was purged, but its bytes are still here")
        for one in traces.derived:
            yield left_behind(one, "it was purged, but derived data of it are still here")
        for one in traces.evidence:
            yield left_behind(f"evidence/{one}", "the words were purged, but are still here")
        for one in traces.named:
            yield left_behind(one, "it was purged, but the search index still names it")
        for path in traces.published:
            relative = path_text(str(path.relative_to(self.store.root)))
            yield left_behind(relative, "its recording was purged, but the published file is still here")


def left_behind(path: str, detail: str) -> Finding:
    """The finding that something purged is still here, with what to do."""
    advice = "run the same `longplay purge` again"
    return Finding(
        code=FindingCode.NOT_PURGED, severity=Severity.ERROR, path=path, detail=f"{detail}: {advice}"
    )
