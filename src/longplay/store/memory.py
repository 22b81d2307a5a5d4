"""A blob store in memory, for tests and for trying things out: the same contract, nothing kept."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from longplay.errors import BlobMissing
from longplay.formats.merkle import digest_bytes
from longplay.model.digests import ContentId, FileDigests
from longplay.model.units import ByteCount
from longplay.store.failures import storing


class MemoryStore:
    """Blobs in a dictionary."""

    def __init__(self) -> None:
        """An empty store."""
        self._blobs: dict[ContentId, bytes] = {}

    def size(self, content_id: ContentId) -> ByteCount | None:
        """Bytes of a blob; `None` when there is no such blob."""
        blob = self._blobs.get(content_id)
        return None if blob is None else ByteCount(len(blob))

    def open(self, content_id: ContentId) -> BinaryIO:
        """A blob for reading.

        Raises:
            BlobMissing: there is none.
        """
        if content_id not in self._blobs:
            raise BlobMissing(content_id)
        return io.BytesIO(self._blobs[content_id])

    def put(self, data: bytes) -> FileDigests:
        """Keep bytes; idempotent."""
        digests = digest_bytes(data)
        self._blobs[digests.content_id] = data
        return digests

    def adopt(self, staged: Path, digests: FileDigests, *, replace: bool = False) -> None:
        """Take a staged file's bytes in; the file is gone afterwards.

        Raises:
            StorageError: it could not be read or removed.
        """
        with storing(staged):
            if replace or digests.content_id not in self._blobs:
                self._blobs[digests.content_id] = staged.read_bytes()
            staged.unlink()

    def delete(self, content_id: ContentId) -> bool:
        """Delete a blob; whether there was one."""
        return self._blobs.pop(content_id, None) is not None

    def flush(self) -> None:
        """Nothing to do: memory is never durable."""

    def ids(self) -> Iterator[ContentId]:
        """Every blob, sorted."""
        return iter(sorted(self._blobs))
