"""The same bytes under another name: a reflink where the file system has them, else a hard link, else a copy.

A reflink keeps the blob whole whatever happens to the other name. A hard link does not: the mode 0444 keeps
everybody but root from writing through it, and `longplay audit` notices.

Source: ioctl_ficlone(2); docs/adr/0005-published-files-are-links.md.
"""

import errno
import fcntl
import os
import shutil
import uuid
from pathlib import Path
from typing import Final

from longplay.store.failures import storing
from longplay.store.layout import BLOB_MODE

_FICLONE: Final = 0x40049409


class Linker:
    """Gives blobs other names, and remembers what the file system cannot do."""

    def __init__(self) -> None:
        """Reflinks are tried first."""
        self._reflinks = True

    def link(self, blob: Path, target: Path) -> None:
        """Make `target` hold what `blob` holds, read-only; replaces what is there in one step.

        Raises:
            StorageError: it could not be written.
        """
        unfinished = target.with_name(f".{uuid.uuid4().hex}")
        with storing(target):
            try:
                if not (self._reflinks and self._reflink(blob, unfinished)):
                    _hard_link_or_copy(blob, unfinished)
                unfinished.chmod(BLOB_MODE)
                unfinished.rename(target)
            finally:
                unfinished.unlink(missing_ok=True)

    def _reflink(self, blob: Path, target: Path) -> bool:
        with blob.open("rb") as source, target.open("xb") as clone:
            try:
                fcntl.ioctl(clone.fileno(), _FICLONE, source.fileno())
            except OSError as exc:
                if exc.errno not in _NO_REFLINKS:
                    raise
                self._reflinks = False
        if not self._reflinks:
            target.unlink()
        return self._reflinks


_NO_REFLINKS: Final = {errno.EOPNOTSUPP, errno.EXDEV, errno.EINVAL, errno.ENOTTY, errno.ENOSYS, errno.EPERM}
_NO_HARD_LINKS: Final = {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP}


def _hard_link_or_copy(blob: Path, target: Path) -> None:
    try:
        os.link(blob, target)
    except OSError as exc:
        if exc.errno not in _NO_HARD_LINKS:
            raise
        shutil.copyfile(blob, target)
