"""A data set's folder while it is written: every file gets its line in a manifest.

The manifest is written along with the files, so that it is never whole in memory.

Source: the form of a manifest is that of RFC 8493, 2.1.3, which `sha256sum -c` reads; docs/guides/data-sets.md.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Self

from longplay.editions.handout import PUBLISHED_MODE
from longplay.errors import BlobMissing, StorageError
from longplay.formats.bagit import write_manifest
from longplay.model.digests import ContentId, FileDigests, content_id_of
from longplay.store.failures import storing
from longplay.store.links import Linker
from longplay.store.local import LocalStore, write_durably

MANIFEST: Final = "manifest-sha256.txt"


class DataSetFolder:
    """Takes files; use `open`."""

    def __init__(self, folder: Path, store: LocalStore, manifest: BinaryIO) -> None:
        """Use `open`."""
        self._folder, self._store, self._manifest = folder, store, manifest
        self._linker = Linker()

    @classmethod
    @contextmanager
    def open(cls, folder: Path, store: LocalStore) -> Iterator[Self]:
        """Begin a folder that is there and empty; at the end its manifest is durable and read-only.

        Raises:
            StorageError: the manifest could not be written.
        """
        path = folder / MANIFEST
        with storing(path):
            manifest = path.open("xb")
        with manifest:
            yield cls(folder, store, manifest)
            with storing(path):
                manifest.flush()
                os.fsync(manifest.fileno())
        with storing(path):
            path.chmod(PUBLISHED_MODE)

    def keep(self, path: str, data: bytes) -> None:
        """Write a file, read-only.

        Raises:
            StorageError: it could not be written.
        """
        write_durably(self._place(path), data, mode=PUBLISHED_MODE)
        self._list(path, content_id_of(data))

    def link(self, path: str, digests: FileDigests) -> None:
        """Give a blob a name in the folder, without reading it.

        Raises:
            BlobMissing: there is none.
            StorageError: it has another size, or the link could not be made.
        """
        held = self._store.size(digests.content_id)
        if held is None:
            raise BlobMissing(digests.content_id)
        if held != digests.size:
            raise StorageError(
                f"blob {digests.content_id} has {held} bytes, not {digests.size}: run `longplay audit`"
            )
        self._linker.link(self._store.path(digests.content_id), self._place(path))
        self._list(path, digests.content_id)

    def _place(self, path: str) -> Path:
        target = self._folder / path
        with storing(target):
            target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def _list(self, path: str, content_id: ContentId) -> None:
        with storing(self._folder / MANIFEST):
            self._manifest.write(write_manifest([(path, content_id)]))
