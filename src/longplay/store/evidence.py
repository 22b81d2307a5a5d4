"""Evidence: verbatim words that may hold personal data, kept so that they can be erased.

Small files named by the SHA-256 of their bytes. The journal names them by it; when one is erased, the journal
still proves what it was, and nothing else is lost. Never published, never served.

Source: design, section 3, rule 9; docs/format/archive.md, "Evidence".
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from longplay.model.digests import ContentId, content_id_of, is_content_id
from longplay.store.failures import storing
from longplay.store.layout import EVIDENCE, EVIDENCE_FOLDER_MODE, EVIDENCE_MODE
from longplay.store.local import sync_folder, unfinished_prefix, write_durably

WORDS_LIMIT: Final = 1 << 20
"""Longer evidence is cut by whoever reads it, bytes."""


class EvidenceStore:
    """The folder `evidence/` of an archive. Several processes may use it at once."""

    def __init__(self, root: Path) -> None:
        """Below the archive's folder `root`; nothing is made until something is put."""
        self._folder = root / EVIDENCE

    def path(self, name: ContentId) -> Path:
        """Where a piece lies, whether or not it exists."""
        return self._folder / name[:2] / name

    def put(self, words: bytes) -> ContentId:
        """Keep words; idempotent, atomic, durable when it returns. Damaged ones become whole.

        Raises:
            StorageError: they could not be written; nothing is left behind.
        """
        name = content_id_of(words)
        path = self.path(name)
        if self.get(name) is not None:
            return name
        with storing(path):
            for folder in (self._folder, path.parent):
                folder.mkdir(mode=EVIDENCE_FOLDER_MODE, exist_ok=True)
        write_durably(path, words, mode=EVIDENCE_MODE)
        return name

    def has(self, name: ContentId) -> bool:
        """Whether anything of a piece lies there, be it what a kill left of writing it.

        Raises:
            StorageError: the file system would not say.
        """
        return any(True for _ in self._files(name))

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
        return words if content_id_of(words) == name else None

    def erase(self, name: ContentId) -> bool:
        """Delete a piece for good, and what kills left of writing it; whether there was any. Idempotent.

        Raises:
            StorageError: it could not be deleted.
        """
        found = list(self._files(name))
        for path in found:
            with storing(path):
                path.unlink(missing_ok=True)
                sync_folder(path.parent)
        return bool(found)

    def _files(self, name: ContentId) -> Iterator[Path]:
        path = self.path(name)
        with storing(path):
            if path.exists():
                yield path
            yield from path.parent.glob(f"{unfinished_prefix(path)}*")

    def names(self) -> Iterator[ContentId]:
        """Every piece there is, in no order."""
        for path in self._folder.glob("??/*"):
            if is_content_id(path.name):
                yield ContentId(path.name)
