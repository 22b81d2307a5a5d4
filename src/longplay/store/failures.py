"""The operating system's refusals in our own words."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from longplay.errors import StorageError, StoreFull, StoreReadOnly

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}


@contextmanager
def storing(place: Path) -> Iterator[None]:
    """Turn an `OSError` about our own files into a `StorageError` that says what to do.

    Raises:
        StoreFull, StoreReadOnly, StorageError: in place of the `OSError`.
    """
    try:
        yield
    except OSError as exc:
        raise storage_error(exc, place) from exc


def storage_error(exc: OSError, place: Path) -> StorageError:
    """The error that tells a person about `exc` at `place`."""
    if exc.errno in _FULL:
        return StoreFull(
            f"no space left at {place}: what was acknowledged is kept; free some space and run it again"
        )
    if exc.errno in _READ_ONLY:
        return StoreReadOnly(f"{place} cannot be written ({exc.strerror}): check its owner and mount options")
    return StorageError(f"{place}: {exc.strerror or exc}")
