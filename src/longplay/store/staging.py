"""Copying a source into the store's staging area: the one and only read of it, hashed on the way."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from longplay.formats.merkle import Digester
from longplay.model.digests import PIECE_LENGTH, FileDigests
from longplay.store.failures import storage_error

Watch = Callable[[memoryview], None]
"""Sees the bytes go by, piece by piece in order; must not keep the buffer."""


class Readable(Protocol):
    """Anything unbuffered that fills a buffer, such as a file opened with `buffering=0`."""

    def readinto(self, buffer: memoryview, /) -> int | None:
        """Read some bytes; 0 or `None` at the end."""


def read_piece(source: Readable, buffer: memoryview) -> int:
    """Fill a buffer as far as the source goes; returns the bytes read, 0 at the end.

    Raises:
        OSError: the source could not be read.
    """
    filled = 0
    while filled < len(buffer):
        count = source.readinto(buffer[filled:])
        if not count:
            break
        filled += count
    return filled


def digest_stream(source: Readable, watch: Watch | None = None) -> FileDigests:
    """The digests of a stream, read once in pieces of 1 MiB that `watch` sees too.

    Raises:
        OSError: it could not be read.
    """
    digester = Digester()
    buffer = memoryview(bytearray(PIECE_LENGTH))
    while count := read_piece(source, buffer):
        digester.update(buffer[:count])
        if watch is not None:
            watch(buffer[:count])
    return digester.finish()


def stage(source: Readable, target: Path, watch: Watch | None = None) -> FileDigests:
    """Copy a source to a new file beside the blobs, synced, with the digests of what was written.

    Args:
        source: read once, in pieces of 1 MiB.
        target: must not exist; is removed again when anything fails.
        watch: sees every piece on the way; `None`: nobody does.

    Raises:
        OSError: the source could not be read.
        StorageError: the copy could not be written.
    """
    digester = Digester()
    buffer = memoryview(bytearray(PIECE_LENGTH))
    try:
        out = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as exc:
        raise storage_error(exc, target.parent) from exc
    try:
        while count := read_piece(source, buffer):
            digester.update(buffer[:count])
            _write_all(out, buffer[:count], target)
            if watch is not None:
                watch(buffer[:count])
        _sync(out, target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    finally:
        os.close(out)
    return digester.finish()


def _write_all(out: int, data: memoryview, target: Path) -> None:
    try:
        while data:
            data = data[os.write(out, data) :]
    except OSError as exc:
        raise storage_error(exc, target.parent) from exc


def _sync(out: int, target: Path) -> None:
    try:
        os.fdatasync(out)
    except OSError as exc:
        raise storage_error(exc, target.parent) from exc
