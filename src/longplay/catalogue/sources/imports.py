"""The imports of a catalogue on disk: one folder each, made once and never changed.

An import that was killed lies in a hidden folder with its state; the same command goes on from there. What the
rows say is nobody's business here.

Source: docs/format/catalogue.md, "Imports", which is normative.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from longplay.catalogue.sources.rows import LISTENER_KEY_LENGTH, Pseudonyms
from longplay.catalogue.sources.tables import SourceTable, stamped
from longplay.errors import MalformedInput, NotFound
from longplay.store.failures import storing
from longplay.store.layout import CATALOGUE
from longplay.store.local import sync_folder, write_durably

MANIFEST: Final = "import.json"
REJECTS: Final = "rejects.jsonl"
REJECTS_KEPT: Final = 1_000
"""So many rejected records are kept with their reasons; all are counted."""

CUT_BY: Final = "2"
"""Raised when some file would be cut into other records: imports that are unfinished then begin anew."""

_STATE: Final = "state.json"
_KEY: Final = "listener.key"
_UNFINISHED: Final = ".unfinished-"
_FORGOTTEN: Final = ".forgotten-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """A record that was not imported.

    Attributes:
        member: the file it stands in, as the source calls it.
        record: its place among the records of that file, from 1; where that is not known, of those that were
            read with it.
        reason: why, in a sentence.
        excerpt: how it begins, at most 500 characters; `None` where it may name a person.
    """

    member: str
    record: int
    reason: str
    excerpt: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progressed:
    """How far an import is, as its `state.json` says.

    Attributes:
        as_of: the day its rows are stamped with; `None` before the first rows are written.
        cut_by: how files were cut: `CUT_BY`, or what is there does not count.
        cut_off: how much was read so far, of all files: records, those that come together counted as one.
        records: read so far, likewise, rejected ones included.
        parts: files of rows written so far, counted over all tables alike.
        rows: written, by table.
        rejected: records that were not imported.
        rejects: the first of them.
    """

    as_of: date | None = None
    cut_by: str
    cut_off: int
    records: int = 0
    parts: int = 0
    rows: dict[SourceTable, int] = field(default_factory=dict)
    rejected: int = 0
    rejects: tuple[Reject, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One published file, imported. Its JSON form is `import.json`.

    Attributes:
        id: `<kind>-<first 16 hex digits of the digest>`, the name of its folder.
        kind, source: as the importer has them.
        name: of the file that was read, without its folder.
        size, sha256: of that file.
        as_of: the day the source was as it stands here.
        records: read, rejected ones included.
        rows: by table.
        rejected: records that were not imported.
        broken: how the file broke before its end; `None` when it was read whole.
        licences: of the data, by table or by `table.column`; SPDX ids.
    """

    id: str
    kind: str
    source: str
    name: str
    size: int
    sha256: str
    as_of: date
    records: int
    rows: dict[SourceTable, int]
    rejected: int
    broken: str | None
    licences: dict[str, str]


def _read(path: Path) -> Import:
    try:
        with storing(path):
            return msgspec.json.decode(path.read_bytes(), type=Import)
    except msgspec.DecodeError as exc:
        raise MalformedInput("import", f"{path}: {exc}") from exc


class Imports:
    """All imports of one archive."""

    def __init__(self, root: Path) -> None:
        """Of the archive at `root`; nothing is made until something is imported."""
        self.folder = root / CATALOGUE / "imports"
        self._key = root / CATALOGUE / _KEY

    def all(self) -> list[Import]:
        """Every finished import, by id.

        Raises:
            MalformedInput: a manifest cannot be read.
            StorageError: the folder could not be read.
        """
        with storing(self.folder):
            found = sorted(self.folder.glob(f"[!.]*/{MANIFEST}"))
        return [_read(path) for path in found]

    def get(self, name: str) -> Import:
        """One import by its id, or by the beginning of it.

        Raises:
            NotFound: there is none, or several begin so.
            MalformedInput: its manifest cannot be read.
        """
        with storing(self.folder):
            found = [
                path for path in self.folder.glob(f"[!.]*/{MANIFEST}") if path.parent.name.startswith(name)
            ]
            exact = [path for path in found if path.parent.name == name]
            if len(exact or found) != 1:
                raise NotFound(f"{len(found)} imports begin with {name!r}: see `longplay catalogue imports`")
        return _read((exact or found)[0])

    def rejects(self, name: str) -> Iterator[Reject]:
        """The rejected records that were kept of an import, in order of reading.

        Raises:
            NotFound: as `get`.
            StorageError: they could not be read.
        """
        path = self.folder / self.get(name).id / REJECTS
        with storing(path):
            text = path.read_bytes()
        for line in text.splitlines():
            yield msgspec.json.decode(line, type=Reject)

    def files(self, name: str, table: SourceTable) -> list[Path]:
        """The Parquet files of one table of an import, in order of reading; none where it has no such rows."""
        return sorted((self.folder / name).glob(f"{table.value}-*.parquet"))

    def forget(self, name: str) -> Import:
        """Delete an import. Snapshots that were built with it stay as they are. Atomic.

        Raises:
            NotFound: as `get`.
            StorageError: it could not be deleted.
        """
        gone = self.get(name)
        with storing(self.folder):
            (self.folder / gone.id).rename(self.folder / f"{_FORGOTTEN}{gone.id}")
            sync_folder(self.folder)
            # what a killed process left of others goes too
            for doomed in self.folder.glob(f"{_FORGOTTEN}*"):
                shutil.rmtree(doomed)
        return gone

    def pseudonyms(self) -> Pseudonyms:
        """What makes listeners of users in this archive; the key is made when it is first asked for.

        Raises:
            StorageError: the key could not be read or written.
        """
        with storing(self._key):
            self._key.parent.mkdir(exist_ok=True)
            if not self._key.exists():
                write_durably(self._key, os.urandom(LISTENER_KEY_LENGTH), mode=0o600)
            return Pseudonyms(self._key.read_bytes())


class Unfinished:
    """The folder of an import that is going on: parts are added, its state says which of them count."""

    def __init__(self, imports: Imports, *, kind: str, path: Path) -> None:
        """For one file; what an earlier process that was killed got done is found again.

        Raises:
            StorageError: the folder could not be made or read.
        """
        with storing(path):
            status = path.stat()
        name = "\0".join([kind, str(path.resolve()), str(status.st_size), str(status.st_mtime_ns)])
        self._imports = imports
        self._folder = imports.folder / (_UNFINISHED + hashlib.sha256(name.encode()).hexdigest()[:16])
        with storing(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            self.progressed = self._found()
            self._sweep()

    def _found(self) -> Progressed:
        nothing = Progressed(cut_by=CUT_BY, cut_off=0)
        try:
            found = msgspec.json.decode((self._folder / _STATE).read_bytes(), type=Progressed)
        except (FileNotFoundError, msgspec.DecodeError):
            return nothing
        return found if found.cut_by == CUT_BY else nothing

    def _sweep(self) -> None:
        """Remove what was written after the state that counts."""
        for path in self._folder.iterdir():
            number = path.stem.rpartition("-")[2]
            if path.suffix == ".parquet" and number.isdigit() and int(number) <= self.progressed.parts:
                continue
            if path.name != _STATE:
                path.unlink()

    def write(self, tables: dict[SourceTable, pa.Table], *, source: str, progressed: Progressed) -> None:
        """Add rows and, with them, say how far the import is; both are there or neither.

        Raises:
            StorageError: they could not be written.
        """
        parts = self.progressed.parts + (1 if tables else 0)
        rows = dict(self.progressed.rows)
        for table, part in tables.items():
            self._write_part(
                self._folder / f"{table.value}-{parts:06d}.parquet", _stamp(part, source, progressed)
            )
            rows[table] = rows.get(table, 0) + part.num_rows
        self.progressed = replace(progressed, parts=parts, rows=rows)
        write_durably(self._folder / _STATE, msgspec.json.encode(self.progressed))

    def _write_part(self, target: Path, rows: pa.Table) -> None:
        with storing(target):
            pq.write_table(rows, target, compression="zstd", compression_level=3)
            with target.open("rb") as written:
                os.fsync(written.fileno())

    def drop(self) -> None:
        """Leave no trace of it.

        Raises:
            StorageError: it could not be removed.
        """
        with storing(self._folder):
            shutil.rmtree(self._folder)

    def finish(self, done: Import) -> bool:
        """Make it an import; whether it is a new one. What was imported before stays and this is dropped.

        Raises:
            StorageError: it could not be put in place.
        """
        target = self._imports.folder / done.id
        with storing(target):
            if (target / MANIFEST).exists():
                self.drop()
                return False
            rejects = b"".join(msgspec.json.encode(one) + b"\n" for one in self.progressed.rejects)
            write_durably(self._folder / REJECTS, rejects)
            write_durably(self._folder / MANIFEST, msgspec.json.format(msgspec.json.encode(done)))
            (self._folder / _STATE).unlink(missing_ok=True)
            self._folder.rename(target)
            sync_folder(self._imports.folder)
        return True


def _stamp(part: pa.Table, source: str, progressed: Progressed) -> pa.Table:
    """With the columns that every source table has."""
    if progressed.as_of is None:
        raise ValueError("rows are written under a day")
    stamps = [
        pa.repeat(pa.scalar(source, pa.string()), part.num_rows),
        pa.repeat(pa.scalar(progressed.as_of, pa.date32()), part.num_rows),
    ]
    schema = stamped(part.schema)
    return pa.table([*part.columns, *stamps], schema=schema)


def licences_of(imports: Sequence[Import]) -> dict[str, tuple[str, ...]]:
    """The licences of a source's data, as `SourceSeen` has them.

    A table of somebody else under a source's name does not come under that source's licence: what one import
    does not know, the source does not know.
    """
    columns = {name for one in imports for name in one.licences if "." in name}
    found: dict[str, set[str]] = {}
    for one in imports:
        for table in one.rows:
            of_table = one.licences.get(table.value, "")
            found.setdefault(table.value, set()).add(of_table)
            for column in columns:
                if column.startswith(f"{table.value}."):
                    found.setdefault(column, set()).add(one.licences.get(column, of_table))
    return {name: tuple(sorted(licences)) for name, licences in sorted(found.items())}
