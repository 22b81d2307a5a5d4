"""What every blob store can do. One contract suite (tests/contracts) holds them all to it."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from longplay.model.digests import ContentId, FileDigests
from longplay.model.units import ByteCount


class BlobStore(Protocol):
    """Bytes by content id. Every operation may be killed at any instant and run again."""

    def size(self, content_id: ContentId) -> ByteCount | None:
        """Bytes of a blob; `None` when there is no such blob.

        Raises:
            StorageError: the store would not say.
        """

    def open(self, content_id: ContentId) -> BinaryIO:
        """A blob for reading, unbuffered where there are files; the caller closes it.

        Raises:
            BlobMissing: there is none.
        """

    def put(self, data: bytes) -> FileDigests:
        """Keep bytes that are in memory; idempotent. Durable after `flush`.

        Raises:
            StorageError: they could not be written; nothing is left behind.
        """

    def adopt(self, staged: Path, digests: FileDigests, *, replace: bool = False) -> None:
        """Make a staged file the blob of that content id; the staged file is gone afterwards.

        Args:
            staged: a file on the same file system, complete and synced, whose digests are `digests`.
            digests: proof of its bytes.
            replace: put it in place of a blob that exists (known to be damaged, or never acknowledged);
                else the blob that exists stays.

        Raises:
            StorageError: it could not be put in place; the staged file stays.
        """

    def delete(self, content_id: ContentId) -> bool:
        """Delete a blob for good; whether there was one. Idempotent, durable when it returns.

        Only a purge may do this, after the journal says so.

        Raises:
            StorageError: it could not be deleted.
        """

    def flush(self) -> None:
        """Make all that was adopted or put durable. Nothing is acknowledged before."""

    def ids(self) -> Iterator[ContentId]:
        """Every blob, sorted, in bounded memory."""
