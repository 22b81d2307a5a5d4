"""Where things lie in an archive's folder.

Source: design, section 4; docs/format/archive.md, which is normative.
"""

import re
from pathlib import Path
from typing import Final

from longplay.model.digests import ContentId

SETTINGS: Final = "longplay.toml"
BLOBS: Final = "blobs"
JOURNAL: Final = "journal"
DERIVED: Final = "derived"
STAGING: Final = "staging"
LEDGER: Final = "ledger.sqlite"
EDITIONS: Final = "editions"
LOCKS: Final = "locks"
EVIDENCE: Final = "evidence"
CATALOGUE: Final = "catalogue"
MATCHES: Final = f"{CATALOGUE}/matches.parquet"
"""Which holdings are which recordings of the catalogue: made anew by matching, deleted by a purge."""
MATCHING: Final = f"{CATALOGUE}/.matching"
"""What matching needs while it runs."""

FOLDER_MODE: Final = 0o755
BLOB_MODE: Final = 0o444
"""Blobs and published files are read-only to everybody."""
EVIDENCE_FOLDER_MODE: Final = 0o700
EVIDENCE_MODE: Final = 0o600
"""Evidence may hold personal data: only its owner reads it."""

_LEVEL = re.compile("[0-9a-f]{2}")


def blob_key(content_id: ContentId) -> str:
    """Path of a blob below the archive: `blobs/ab/cd/<content id>`."""
    return f"{BLOBS}/{content_id[:2]}/{content_id[2:4]}/{content_id}"


def is_level(folder: Path) -> bool:
    """Whether a folder's name is one of the two levels above the blobs."""
    return _LEVEL.fullmatch(folder.name) is not None
