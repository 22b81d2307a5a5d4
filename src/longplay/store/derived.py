"""Large derived data by content id: fingerprints and waveforms, in a database that may be deleted.

The journal names each by its digest, so that what comes out is what was measured, or nothing. Every use of them
asks for one recording at a time, hence a keyed store and no columnar files.

Source: design, section 4; docs/format/archive.md.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from longplay.errors import StorageError
from longplay.model.digests import ContentId
from longplay.model.technical import Derived, Measurement
from longplay.store.failures import storing
from longplay.store.layout import DERIVED

FILE_NAME: Final = "measured.sqlite"
BUSY_TIMEOUT_S: Final = 120

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS derived (
    content_id TEXT PRIMARY KEY,
    fingerprint BLOB NOT NULL,
    waveform BLOB NOT NULL
) WITHOUT ROWID
"""


class DerivedStore:
    """The derived data of an archive. Several processes may use it at once."""

    def __init__(self, root: Path) -> None:
        """Of the archive at `root`; nothing is made until something is put."""
        self.folder = root / DERIVED
        self._path = self.folder / FILE_NAME

    def put(self, entries: Iterable[tuple[ContentId, Derived]]) -> None:
        """Keep derived data, in place of what was known of the same recordings. Atomic and idempotent.

        Raises:
            StorageError: it could not be written; it is as it was before.
        """
        rows = [(content_id, one.fingerprint, one.waveform) for content_id, one in entries]
        if not rows:
            return
        with storing(self.folder):
            self.folder.mkdir(exist_ok=True)
        with self._open() as database, database:
            database.execute(_TABLE)
            database.executemany("INSERT OR REPLACE INTO derived VALUES (?, ?, ?)", rows)

    def get(self, content_id: ContentId, measurement: Measurement) -> Derived | None:
        """What is derived of a recording, if it is what its measurement names; else `None`: derive it again.

        Raises:
            StorageError: it could not be read.
        """
        with self.reading() as reader:
            return reader.get(content_id, measurement)

    @contextmanager
    def reading(self) -> "Iterator[DerivedReader]":
        """A reader for many lookups.

        Raises:
            StorageError: it could not be opened.
        """
        if not self._path.exists():
            yield DerivedReader(None)
            return
        with self._open() as database:
            yield DerivedReader(database)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        database = None
        try:
            database = sqlite3.connect(self._path, timeout=BUSY_TIMEOUT_S)
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            yield database
        except sqlite3.DatabaseError as exc:
            raise StorageError(f"{self._path}: {exc}: delete it and run `longplay derive`") from exc
        finally:
            if database is not None:
                database.close()


class DerivedReader:
    """Looks things up. Use `DerivedStore.reading`."""

    def __init__(self, database: sqlite3.Connection | None) -> None:
        """Of an open database; `None`: there is nothing yet."""
        self._database = database

    def get(self, content_id: ContentId, measurement: Measurement) -> Derived | None:
        """As `DerivedStore.get`."""
        if self._database is None:
            return None
        query = "SELECT fingerprint, waveform FROM derived WHERE content_id = ?"
        row = self._database.execute(query, (content_id,)).fetchone()
        if row is None:
            return None
        found = Derived(fingerprint=row[0], waveform=row[1])
        wanted = measurement.fingerprint_sha256, measurement.waveform_sha256
        return found if (_digest(found.fingerprint), _digest(found.waveform)) == wanted else None


def _digest(data: bytes) -> str | None:
    return hashlib.sha256(data).hexdigest() if data else None
