"""Large derived data by content id: fingerprints and waveforms, in a database that may be deleted.

The journal names each by its digest, so that what comes out is what was measured, or nothing. Every use of them
asks for one recording at a time, hence a keyed store and no columnar files.

Source: design, section 4; docs/format/archive.md.
"""

import hashlib
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from longplay.errors import StorageError, StoreFull, StoreReadOnly
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

    def erase(self, content_ids: Iterable[ContentId]) -> int:
        """Delete derived data for good: the freed pages are overwritten, and the log beside it is emptied.

        Returns:
            Of how many recordings there was some. Idempotent.

        Raises:
            StorageError: it could not be deleted.
        """
        keys = [(content_id,) for content_id in content_ids]
        if not keys or not self._path.exists():
            return 0
        with self._open() as database:
            if not _has_table(database):
                return 0
            database.execute("PRAGMA secure_delete = ON")
            with database:
                erased = database.executemany("DELETE FROM derived WHERE content_id = ?", keys).rowcount
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return erased

    def get(self, content_id: ContentId, measurement: Measurement) -> Derived | None:
        """What is derived of a recording, if it is what its measurement names; else `None`: derive it again.

        Raises:
            StorageError: it could not be read.
        """
        with self.reading() as reader:
            return reader.get(content_id, measurement)

    @contextmanager
    def reading(self) -> "Iterator[DerivedReader]":
        """A reader for many lookups. Where the folder cannot be written, it reads the file as it is.

        Raises:
            StorageError: it could not be opened.
        """
        if not self._path.exists():
            yield DerivedReader(None)
            return
        is_writable = os.access(self.folder, os.W_OK) and os.access(self._path, os.W_OK)
        with self._open(is_writable=is_writable) as database:
            yield DerivedReader(database if _has_table(database) else None)

    @contextmanager
    def _open(self, *, is_writable: bool = True) -> Iterator[sqlite3.Connection]:
        database = None
        try:
            options = "" if is_writable else "?mode=ro&immutable=1"
            location = self._path.absolute().as_uri() + options
            database = sqlite3.connect(location, timeout=BUSY_TIMEOUT_S, uri=True)
            if is_writable:
                _use_wal(database)
                database.execute("PRAGMA synchronous = NORMAL")
            yield database
        except (sqlite3.DatabaseError, UnicodeDecodeError) as exc:  # the second: its message quotes damage
            raise self._error(exc) from exc
        finally:
            if database is not None:
                database.close()

    def _error(self, exc: Exception) -> StorageError:
        """What SQLite's error means; its code's low byte says what happened."""
        match getattr(exc, "sqlite_errorcode", 0) & 0xFF:
            case sqlite3.SQLITE_FULL:
                return StoreFull(f"no space left at {self._path}: free some space and run it again")
            case sqlite3.SQLITE_READONLY:
                return StoreReadOnly(f"{self._path} cannot be written: check its owner and mount options")
            case sqlite3.SQLITE_BUSY:
                return StorageError(f"{self._path}: {exc}: another process has been writing for too long")
        return StorageError(f"{self._path}: {exc}: delete it and run `longplay derive`")


def _use_wal(database: sqlite3.Connection) -> None:
    """SQLite itself does not wait for another process that is in a new database at the same moment."""
    until = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            database.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(0.01)


def _has_table(database: sqlite3.Connection) -> bool:
    """Not while another process is making it, nor after one that died at that."""
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'derived'"
    return database.execute(query).fetchone() is not None


class DerivedReader:
    """Looks things up. Use `DerivedStore.reading`."""

    def __init__(self, database: sqlite3.Connection | None) -> None:
        """Of an open database; `None`: there is nothing yet."""
        self._database = database

    def has(self, content_id: ContentId) -> bool:
        """Whether there is a row of a recording, whatever is in it."""
        if self._database is None:
            return False
        query = "SELECT 1 FROM derived WHERE content_id = ?"
        return self._database.execute(query, (content_id,)).fetchone() is not None

    def get(self, content_id: ContentId, measurement: Measurement) -> Derived | None:
        """As `DerivedStore.get`."""
        if self._database is None:
            return None
        query = "SELECT fingerprint, waveform FROM derived WHERE content_id = ?"
        row = self._database.execute(query, (content_id,)).fetchone()
        if row is None or not all(isinstance(value, bytes) for value in row):
            return None
        found = Derived(fingerprint=row[0], waveform=row[1])
        wanted = measurement.fingerprint_sha256, measurement.waveform_sha256
        return found if (_digest(found.fingerprint), _digest(found.waveform)) == wanted else None


def _digest(data: bytes) -> str | None:
    return hashlib.sha256(data).hexdigest() if data else None
