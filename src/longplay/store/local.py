"""A blob store in a local folder: temporary name, fsync, rename.

Source: docs/format/archive.md.
"""

import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from longplay.errors import BlobMissing
from longplay.formats.merkle import digest_bytes
from longplay.model.digests import ContentId, FileDigests
from longplay.model.units import ByteCount
from longplay.store.failures import storing
from longplay.store.layout import BLOB_MODE, BLOBS, FOLDER_MODE, STAGING, blob_key, is_level

_BLOB_NAME = re.compile("[0-9a-f]{64}")
_PUT: Final = "put"
"""Where `put` stages, in place of a writer: no writer is called so, they are UUIDs."""


class LocalStore:
    """Blobs below a folder. Several processes may use one folder at once."""

    def __init__(self, root: Path) -> None:
        """A store below `root`; nothing is made until something is put."""
        self.root = root
        self._unsynced: set[Path] = set()

    def path(self, content_id: ContentId) -> Path:
        """Where a blob lies, whether or not it exists."""
        return self.root / blob_key(content_id)

    def staging_folder(self, writer: str) -> Path:
        """The folder for one writer's unfinished copies, made if absent, on the blobs' file system.

        Raises:
            StorageError: it could not be made.
        """
        folder = self.root / STAGING / writer
        with storing(folder):
            folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        return folder

    def fresh_staging_folder(self, writer: str, name: str) -> Path:
        """A new folder for one run's copies, after what an earlier process of this chain left was removed.

        Fresh, because workers outlive a killed process for a moment: they must not touch this one's copies.

        Raises:
            StorageError: it could not be made.
        """
        self.sweep_staging(writer)
        folder = self.staging_folder(writer) / name
        with storing(folder):
            folder.mkdir()
        return folder

    def sweep_staging(self, writer: str) -> None:
        """Remove everything in a writer's staging folder; what cannot be removed now is another time."""
        for leftover in self.staging_folder(writer).iterdir():
            if leftover.is_dir() and not leftover.is_symlink():
                shutil.rmtree(leftover, ignore_errors=True)
            else:
                with suppress(OSError):
                    leftover.unlink()

    def sweep_put(self) -> None:
        """Remove what killed processes left in the middle of `put`; only while nobody else puts.

        Raises:
            StorageError: the folder could not be made.
        """
        self.sweep_staging(_PUT)

    def size(self, content_id: ContentId) -> ByteCount | None:
        """Bytes of a blob; `None` when there is no such blob.

        Raises:
            StorageError: the file system would not say.
        """
        with storing(self.root):
            try:
                return ByteCount(self.path(content_id).stat().st_size)
            except FileNotFoundError:
                return None

    def open(self, content_id: ContentId) -> BinaryIO:
        """A blob for reading, unbuffered; the caller closes it.

        Raises:
            BlobMissing: there is none.
        """
        try:
            return self.path(content_id).open("rb", buffering=0)
        except FileNotFoundError as exc:
            raise BlobMissing(content_id) from exc

    def put(self, data: bytes) -> FileDigests:
        """Keep bytes that are in memory; idempotent. Durable after `flush`.

        Raises:
            StorageError: they could not be written; nothing is left behind.
        """
        digests = digest_bytes(data)
        if self.size(digests.content_id) == digests.size:
            return digests
        staged = self.staging_folder(_PUT) / uuid.uuid4().hex
        with storing(staged):
            try:
                with staged.open("xb") as out:
                    out.write(data)
                    out.flush()
                    os.fsync(out.fileno())
                self.adopt(staged, digests, replace=True)
            finally:
                staged.unlink(missing_ok=True)
        return digests

    def adopt(self, staged: Path, digests: FileDigests, *, replace: bool = False) -> None:
        """Make a staged file the blob of that content id; the staged file is gone afterwards.

        Raises:
            StorageError: it could not be put in place; the staged file stays.
        """
        target = self.path(digests.content_id)
        with storing(target):
            if target.exists() and not replace:
                staged.unlink()
            else:
                self._make_folder(target.parent)
                staged.chmod(BLOB_MODE)
                staged.rename(target)
        # even of a blob that was there: another process may have put it and not synced it yet
        self._unsynced.add(target.parent)

    def delete(self, content_id: ContentId) -> bool:
        """Delete a blob for good; whether there was one. Idempotent, durable when it returns.

        Raises:
            StorageError: it could not be deleted.
        """
        path = self.path(content_id)
        with storing(path):
            try:
                path.unlink()
            except FileNotFoundError:
                return False
            sync_folder(path.parent)
        return True

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        self._make_folder(folder.parent)
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
        self._unsynced.add(folder.parent)

    def flush(self) -> None:
        """Make all that was adopted or put durable, by syncing the folders that changed.

        Raises:
            StorageError: the file system refused.
        """
        for folder in sorted(self._unsynced):
            with storing(folder):
                sync_folder(folder)
        self._unsynced.clear()

    def ids(self) -> Iterator[ContentId]:
        """Every blob, sorted; one folder's names in memory at a time."""
        for first in _levels(self.root / BLOBS):
            for second in _levels(first):
                names = sorted(entry.name for entry in second.iterdir())
                yield from (ContentId(name) for name in names if _BLOB_NAME.fullmatch(name))


def _levels(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(entry for entry in folder.iterdir() if is_level(entry) and entry.is_dir())


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable.

    Raises:
        OSError: the file system refused.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def unfinished_prefix(target: Path) -> str:
    """How the names begin under which `write_durably` writes a file until it is whole."""
    return f".{target.name}."


def write_durably(target: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write a small file so that it is either there whole or as it was before; idempotent.

    Raises:
        StorageError: it could not be written.
    """
    unfinished = target.with_name(unfinished_prefix(target) + uuid.uuid4().hex[:8])
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with storing(target):
        try:
            # never readable to more people than the whole file will be
            with os.fdopen(os.open(unfinished, flags, 0o600 | (mode & 0o666)), "wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            unfinished.chmod(mode)
            unfinished.rename(target)
            sync_folder(target.parent)
        finally:
            unfinished.unlink(missing_ok=True)
