"""Recordings that lie in a copy of an edition and were withdrawn since: what its tombstones name.

Bundles of earlier editions count too. Their manifests are believed: no payload is read, and nothing is deleted.

Source: docs/format/edition.md, "withdrawn".
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from longplay.errors import MalformedInput
from longplay.fixity.files import read_regular
from longplay.formats.bagit import MANIFEST, read_manifest
from longplay.formats.paths import path_text
from longplay.model.digests import ContentId
from longplay.model.findings import Finding, FindingCode, Severity
from longplay.model.withdrawal import Tombstone


def withdrawn_files(folder: Path, tombstones: Iterable[Tombstone]) -> Iterator[Finding]:
    """A finding for each payload file that a tombstone names and that is there.

    Args:
        folder: of the edition, with bags in it.
        tombstones: as `edition.json` has them.
    """
    stones = {stone.content_id: stone for stone in tombstones}
    if not stones:
        return
    for bag in sorted(path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()):
        for path, content_id in sorted(_listed(bag).items()):
            if content_id in stones and os.path.lexists(bag / path):
                yield _finding(f"{bag.name}/{path}", stones[content_id])


def _listed(bag: Path) -> dict[str, ContentId]:
    """What the manifest lists; nothing where there is none that can be read, which other checks report."""
    try:
        return read_manifest(read_regular(bag / MANIFEST))
    except (MalformedInput, OSError):
        return {}


def _finding(path: str, stone: Tombstone) -> Finding:
    purged = ", and deleted from the archive" if stone.is_purged else ""
    return Finding(
        code=FindingCode.WITHDRAWN,
        severity=Severity.ERROR,
        path=path_text(path),
        detail=f"withdrawn on {stone.date} ({stone.reason.value}){purged}: delete it, and pass it on no more",
    )
