"""Evidence: verbatim words that may hold personal data, kept so that they can be erased.

Small files named by the SHA-256 of their bytes. The journal names them by it; when one is erased, the journal
still proves what it was, and nothing else is lost. Never published, never served.

Source: design, section 3, rule 9; docs/format/archive.md, "Evidence".
"""

import hashlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from longplay.model.digests import ContentId, is_content_id
from longplay.store.failures import storing
from longplay.store.layout import EVIDENCE, EVIDENCE_FOLDER_MODE, EVIDENCE_MODE

WORDS_LIMIT: Final = 1 << 20
"""Longer evidence is cut by whoever reads it, bytes."""


def words_id(words: bytes) -> ContentId:
    """The name of a piece of evidence: SHA-256, 64 hex digits."""
    return ContentId(hashlib.sha256(words).hexdigest())


class EvidenceStore:
    """The folder `evidence/` of an archive. Several processes may use it at once."""

    def __init__(self, root: Path) -> None:
        """Below the archive's folder `root`; nothing is made until something is put."""
        self._folder = root / EVIDENCE

    def path(self, name: ContentId) -> Path:
        """Where a piece lies, whether or not it exists."""
        return self._folder / name[:2] / name

    def put(self, words: bytes) -> ContentId:
        """Keep words; idempotent, atomic, durable when it returns.

        Raises:
            StorageError: they could not be written; nothing is left behind.
        """
        name = words_id(words)
        path = self.path(name)
        if path.exists():
            return name
        with storing(path):
            path.parent.mkdir(mode=EVIDENCE_FOLDER_MODE, parents=True, exist_ok=True)
            staged = path.parent / f".{uuid.uuid4().hex}"
            try:
                with os.fdopen(
                    os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, EVIDENCE_MODE), "wb"
                ) as out:
                    out.write(words)
                    out.flush()
                    os.fsync(out.fileno())
                staged.replace(path)
                _sync(path.parent)
            finally:
                staged.unlink(missing_ok=True)
        return name

    def get(self, name: ContentId) -> bytes | None:
        """The words; `None` when they were erased, are missing, or are not what they should be.

        Raises:
            StorageError: they could not be read.
        """
        with storing(self._folder):
            try:
                words = self.path(name).read_bytes()
            except FileNotFoundError:
                return None
        return words if words_id(words) == name else None

    def erase(self, name: ContentId) -> bool:
        """Delete a piece for good; whether there was one. Idempotent.

        Raises:
            StorageError: it could not be deleted.
        """
        path = self.path(name)
        with storing(path):
            try:
                path.unlink()
            except FileNotFoundError:
                return False
            _sync(path.parent)
        return True

    def names(self) -> Iterator[ContentId]:
        """Every piece there is, in no order."""
        for path in self._folder.glob("??/*"):
            if is_content_id(path.name):
                yield ContentId(path.name)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
