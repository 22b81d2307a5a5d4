"""Locks between processes, held by an open file: gone when the process is gone.

Source: flock(2).
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from longplay.errors import ArchiveBusy
from longplay.store.failures import storing


@contextmanager
def locked(path: Path, *, what: str) -> Iterator[None]:
    """Hold a lock, or say who has to wait for whom.

    Args:
        path: the lock's file, made if absent.
        what: what cannot be done twice at once, for the message.

    Raises:
        ArchiveBusy: another process holds it.
        StorageError: the file could not be made.
    """
    with storing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            raise ArchiveBusy(f"another process is at it: {what}; wait for it to end") from exc
        yield
    finally:
        os.close(descriptor)
