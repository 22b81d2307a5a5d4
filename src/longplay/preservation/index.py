"""Making the indexes of `longplay recordings` forget a recording that is purged.

The files of an index are private to the program that wrote them; all that is used here is that one which knows
a recording holds the 32 bytes of its content id. Such a file is deleted whole: the next `longplay recordings`
adds the other recordings of it again.

Source: docs/format/archive.md, "Derived data" and "Locks".
"""

import mmap
from collections.abc import Collection
from pathlib import Path
from typing import Final

from longplay.model.digests import ContentId
from longplay.store.failures import storing
from longplay.store.local import sync_folder
from longplay.store.locks import locked

LOCK: Final = "lock"


def forget_candidates(derived: Path, content_ids: Collection[ContentId]) -> int:
    """Delete every file of an index that knows one of these recordings. Idempotent.

    Args:
        derived: the folder of the derived data; need not exist.
        content_ids: the recordings.

    Returns:
        How many files were deleted.

    Raises:
        ArchiveBusy: another process is adding to an index.
        StorageError: a file could not be read or deleted.
    """
    wanted = [bytes.fromhex(one) for one in content_ids]
    deleted = 0
    for folder in sorted(derived.glob("candidates-*")):
        with locked(folder / LOCK, what="adding to the index of candidates"), storing(folder):
            known = [path for path in sorted(folder.iterdir()) if path.name != LOCK and _knows(path, wanted)]
            for path in known:
                path.unlink()
            if known:
                sync_folder(folder)
        deleted += len(known)
    return deleted


def _knows(path: Path, wanted: Collection[bytes]) -> bool:
    """Whether a file holds one of these byte strings; it is mapped, not read into memory."""
    if not path.is_file() or not path.stat().st_size:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return any(data.find(one) >= 0 for one in wanted)
