"""Which places on record can be reached on this machine, and what lies there now.

A root may have moved: then it is looked for where it is said to be. Nothing is followed but folders: where a
link, a device or nothing stands in place of a file, the file is out of reach.

Source: docs/guides/watching-for-drift.md, "Where sources are looked for".
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from longplay.errors import UsageError
from longplay.fixity.files import flat_digest, open_regular
from longplay.formats.paths import path_from_text, path_text
from longplay.model.digests import ContentId

REMEMBERED: Final = 16_384
"""So many files are remembered: a folder's text is read once for its recordings, not for each."""


@dataclass(frozen=True, slots=True)
class Look:
    """What lies at a place now.

    Attributes:
        digest: content id of its bytes; `None` when it is out of reach.
        size: bytes read.
        detail: why it is out of reach; `""` when it is not.
    """

    digest: ContentId | None
    size: int = 0
    detail: str = ""


class Reach:
    """The files of this machine, with roots that moved."""

    def __init__(self, moved: Sequence[tuple[str, Path]] = ()) -> None:
        """Nothing was looked at yet.

        Args:
            moved: (folder as on record, in written form; where it is now, absolute). Of several that hold a
                root the longest counts.
        """
        self._moved = sorted(moved, key=lambda pair: -len(pair[0]))
        self._look_once = lru_cache(maxsize=REMEMBERED)(_look)

    def path(self, root: str, path: str) -> Path:
        """Where a place is now.

        Args:
            root, path: in written form.
        """
        for old, new in self._moved:
            if root == old or root.startswith(f"{old.rstrip('/')}/"):
                below = root[len(old.rstrip("/")) :].lstrip("/")
                return new / raw_path(below) / raw_path(path)
        return raw_path(root) / raw_path(path)

    def look(self, path: Path, *, is_shared: bool) -> Look:
        """Read a file to its end; never raises.

        Args:
            path: the file.
            is_shared: whether several recordings have it as a source: it is then read once.
        """
        return self._look_once(path) if is_shared else _look(path)


def raw_path(text: str) -> Path:
    """The path whose written form is `text`."""
    return Path(os.fsdecode(path_from_text(text)))


def _look(path: Path) -> Look:
    try:
        descriptor = open_regular(path)
        if descriptor is None:
            return Look(None, detail="a link, folder or device stands there")
        with os.fdopen(descriptor, "rb", buffering=0) as source:
            size, digest = flat_digest(source)
    except (FileNotFoundError, NotADirectoryError):
        return Look(None, detail="nothing is there")
    except OSError as exc:
        return Look(None, detail=f"it cannot be read: {exc.strerror or exc}")
    return Look(digest, size)


def read_head(path: Path, limit: int) -> tuple[bytes, ContentId]:
    """The first bytes of a file and the content id of all of them, from one read.

    Args:
        path: a regular file.
        limit: how many bytes.

    Raises:
        OSError: it is none, or could not be read.
    """
    descriptor = open_regular(path)
    if descriptor is None:
        raise FileNotFoundError(path)
    with os.fdopen(descriptor, "rb") as source:
        head = source.read(limit)
        digest = hashlib.sha256(head)
        while more := source.read(1 << 20):
            digest.update(more)
    return head, ContentId(digest.hexdigest())


def read_move(text: str) -> tuple[str, Path]:
    """`OLD=NEW` as a person writes it.

    Returns:
        The folder as on record, in written form, and where it is now, absolute.

    Raises:
        UsageError: it is no such pair, or the new one is no folder.
    """
    old, equals, new = text.partition("=")
    if not (old and equals and new):
        raise UsageError(f"{text!r} does not say what moved: write OLD=NEW, both folders")
    where = Path(new).absolute()
    if not where.is_dir():
        raise UsageError(f"{new} is no folder: nothing moved there")
    return path_text(os.path.abspath(old)), where  # noqa: PTH100 - the old one may be gone: not resolved
