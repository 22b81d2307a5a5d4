"""Importing a published file: cut into records, read into rows, written in parts. Killed, it goes on.

Memory is bounded by two parts of rows and one record, whatever the size of the file.
"""

import gc
import hashlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from longplay.catalogue.sources.importer import Fault, Importer, Together
from longplay.catalogue.sources.imports import (
    CUT_BY,
    REJECTS_KEPT,
    Import,
    Imports,
    Progressed,
    Reject,
    Unfinished,
)
from longplay.catalogue.sources.rows import Rows
from longplay.catalogue.sources.streams import CountedFile, Member, members
from longplay.errors import MalformedInput
from longplay.progress import Progress
from longplay.store.failures import storing
from longplay.store.locks import locked

PART_ROWS: Final = 200_000
"""Rows of all tables that are gathered before they are written."""

_EXCERPT: Final = 500
_COLLECTED_AFTER: Final = 100_000
_STEP: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one file.

    Attributes:
        done: the import.
        is_new: whether it was kept, and was not there before.
    """

    done: Import
    is_new: bool

    @property
    def is_empty(self) -> bool:
        """Whether the file held no record of its kind: then nothing is kept of it."""
        return self.done.records == 0 and self.done.broken is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Importing:
    """The use case: import published files of one kind.

    Attributes:
        imports: the archive's.
        importer: of the kind.
        part_rows: as `PART_ROWS`.
    """

    imports: Imports
    importer: Importer
    part_rows: int = PART_ROWS

    def take(self, path: Path, *, as_of: date | None, progress: Progress) -> Outcome:
        """Import one file. Idempotent; may be killed and run again.

        Args:
            path: the file, as its source published it.
            as_of: the day the source was as it stands there; `None`: what the file says, else the day it was
                last changed.
            progress: advances by bytes of the file.

        Returns:
            The import, broken ones too: their rows up to the break stand.

        Raises:
            ArchiveBusy: another process imports.
            StorageError: the file could not be read, or rows could not be written.
        """
        with locked(self.imports.folder / ".lock", what="importing"):
            with storing(path):
                size = path.stat().st_size
            progress.begin(f"Importing {path.name}", files=1, size=size)
            try:
                with _seldom_collected():
                    return _Run(self, path, as_of, progress).finish()
            finally:
                progress.end()


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Look for circles of garbage seldom: records have none, and looking takes time."""
    before = gc.get_threshold()
    gc.set_threshold(_COLLECTED_AFTER, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _named(importer: Importer, digest: str) -> str:
    """What tells an import from others of its kind: the file, and how it was read if there are several ways."""
    if importer.variant:
        digest = hashlib.sha256(f"{importer.variant}\0{digest}".encode()).hexdigest()
    return digest[:16]


def _count(record: object) -> int:
    return record.count if isinstance(record, Together) else 1


class _Run:
    """One file on its way."""

    def __init__(self, ports: Importing, path: Path, as_of: date | None, progress: Progress) -> None:
        self._importer = ports.importer
        self._part_rows = ports.part_rows
        self._path = path
        self._progress = progress
        self._rows = Rows(ports.imports.pseudonyms(), ports.importer.source)
        reading = ports.importer.kind + ports.importer.variant
        self._unfinished = Unfinished(ports.imports, kind=reading, path=path)
        before = self._unfinished.progressed
        self._as_of = before.as_of or as_of
        self._cut_off = before.cut_off
        self._records = before.records
        self._rejected = before.rejected
        self._rejects = list(before.rejects)
        self._shown = 0
        self._writer = ThreadPoolExecutor(1)
        self._writing: Future[None] | None = None

    def finish(self) -> Outcome:
        """Read to the end, write what is left, and make it an import."""
        with storing(self._path), CountedFile(self._path) as raw, self._writer:
            broken = self._read_all(raw)
            self._write()
            self._written()
            digest = raw.finish()
            size = raw.count
        self._progress.advance(files=1)
        written = self._unfinished.progressed
        done = Import(
            id=f"{self._importer.kind}-{_named(self._importer, digest)}",
            kind=self._importer.kind,
            source=self._importer.source,
            name=self._path.name,
            size=size,
            sha256=digest,
            as_of=written.as_of or self._last_change(),
            records=written.records,
            rows=written.rows,
            rejected=written.rejected,
            broken=broken,
            licences=self._importer.licences,
        )
        outcome = Outcome(done=done, is_new=False)
        if outcome.is_empty:
            self._unfinished.drop()
            return outcome
        return Outcome(done=done, is_new=self._unfinished.finish(done))

    def _read_all(self, raw: CountedFile) -> str | None:
        """Every record that was not read before; how the file broke, `None` when it did not."""
        try:
            for member, number, record in islice(self._cut(raw), self._cut_off, None):
                self._read(member, number, record)
                if len(self._rows) >= self._part_rows:
                    self._write()
                self._show(raw)
        except MalformedInput as exc:
            return exc.reason
        return None

    def _cut(self, raw: CountedFile) -> Iterator[tuple[str, int, Any]]:
        for member in members(self._path, raw, kind=self._importer.kind):
            self._date(member)
            number = 0
            for record in self._importer.cut(member):
                number += _count(record)
                yield member.name, number, record

    def _date(self, member: Member) -> None:
        if self._as_of is None:
            self._as_of = self._importer.day(member)

    def _read(self, member: str, number: int, record: Any) -> None:
        self._cut_off += 1
        self._records += _count(record)
        self._rows.mark()
        try:
            self._importer.read(record, self._rows)
        except MalformedInput as exc:
            self._rows.roll_back()
            self._rejected += _count(record)
            if len(self._rejects) < REJECTS_KEPT:
                place = record.place if isinstance(record, Fault) and record.place else number
                self._rejects.append(self._reject(member, place, record, exc.reason))

    def _reject(self, member: str, number: int, record: Any, reason: str) -> Reject:
        excerpt = None
        if isinstance(record, bytes) and not self._importer.names_people:
            excerpt = record[:_EXCERPT].decode("utf-8", "replace")
        return Reject(member=member, record=number, reason=reason, excerpt=excerpt)

    def _write(self) -> None:
        if self._as_of is None:
            self._as_of = self._last_change()
        progressed = Progressed(
            as_of=self._as_of,
            cut_by=CUT_BY,
            cut_off=self._cut_off,
            records=self._records,
            rejected=self._rejected,
            rejects=tuple(self._rejects),
        )
        taken = self._rows.take()
        self._written()
        self._writing = self._writer.submit(
            self._unfinished.write, taken, source=self._importer.source, progressed=progressed
        )

    def _written(self) -> None:
        """Wait for the part before: one at a time is written, while the next is read."""
        if self._writing is not None:
            self._writing.result()

    def _last_change(self) -> date:
        with storing(self._path):
            return datetime.fromtimestamp(self._path.stat().st_mtime, UTC).date()

    def _show(self, raw: CountedFile) -> None:
        if raw.count - self._shown >= _STEP:
            self._progress.advance(size=raw.count - self._shown)
            self._shown = raw.count
