"""Numbered snapshots of the catalogue: made once, never changed; older ones stay to be asked.

Source: docs/format/catalogue.md, "Snapshots", which is normative.
"""

import hashlib
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import msgspec
import pyarrow.parquet as pq

from longplay.catalogue.snapshot_tables import SnapshotTable
from longplay.errors import MalformedInput, NotFound
from longplay.store.failures import storing
from longplay.store.layout import CATALOGUE
from longplay.store.local import sync_folder, write_durably

MANIFEST: Final = "manifest.json"
_UNFINISHED: Final = ".unfinished"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSeen:
    """A source of a snapshot; its place in the list is its number in the tables.

    Attributes:
        name: such as `musicbrainz`.
        as_of: day of its latest import; `None` for the archive's own.
        licences: of its data, by source table or `table.column`: those of all imports with such rows, sorted;
            `""` stands for one that is not known.
    """

    name: str
    as_of: date | None
    licences: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSeen:
    """A table of a snapshot.

    Attributes:
        rows: how many.
        size: of its file, bytes.
        sha256: of its file.
    """

    rows: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListensSeen:
    """What became of the listens.

    Attributes:
        counted: after repeated ones, those in the future and those above the daily limit were left out.
        mapped: of these, those of a recording of the catalogue.
        stated: listens that sources had counted themselves.
    """

    counted: int
    mapped: int
    stated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A snapshot. Its JSON form is `manifest.json`.

    Attributes:
        number: from 1.
        made_of: a digest of all that the tables are a function of: imports, curator's file, half-life,
            method.
        as_of: the latest day of an import; ages of listens are counted from its month.
        half_life_months: as in `longplay.toml`.
        imports: their ids, sorted.
        sources: in the order in which they are believed.
        tables: each with its digest.
        listens: what became of them.
        verdicts: pairs of entities by `<kind>: <verdict>`.
    """

    number: int
    made_of: str
    as_of: date
    half_life_months: float
    imports: tuple[str, ...]
    sources: tuple[SourceSeen, ...]
    tables: dict[SnapshotTable, TableSeen]
    listens: ListensSeen
    verdicts: dict[str, int]


class Snapshots:
    """All snapshots of one archive."""

    def __init__(self, root: Path) -> None:
        """Of the archive at `root`; nothing is made until one is built."""
        self.folder = root / CATALOGUE / "snapshots"

    def numbers(self) -> list[int]:
        """Of all snapshots, ascending.

        Raises:
            StorageError: the folder could not be read.
        """
        with storing(self.folder):
            return sorted(int(path.parent.name) for path in self.folder.glob(f"[0-9]*/{MANIFEST}"))

    def get(self, number: int | None = None) -> Snapshot:
        """One snapshot; `None`: the latest.

        Raises:
            NotFound: there is none.
            MalformedInput: its manifest cannot be read.
        """
        known = self.numbers()
        if not known:
            raise NotFound("no snapshot yet: import something, then run `longplay catalogue build`")
        wanted = known[-1] if number is None else number
        if wanted not in known:
            raise NotFound(f"no snapshot {wanted}: there are {', '.join(map(str, known))}")
        path = self.path(wanted) / MANIFEST
        try:
            with storing(path):
                return msgspec.json.decode(path.read_bytes(), type=Snapshot)
        except msgspec.DecodeError as exc:
            raise MalformedInput("snapshot", f"{path}: {exc}") from exc

    def path(self, number: int) -> Path:
        """Folder of a snapshot."""
        return self.folder / f"{number:06d}"

    def table(self, number: int, table: SnapshotTable) -> Path:
        """Parquet file of one table."""
        return self.path(number) / f"{table.value}.parquet"

    def fresh_folder(self) -> Path:
        """An empty folder for a snapshot that is being made, in place of what a killed build left.

        Raises:
            StorageError: it could not be made.
        """
        folder = self.folder / _UNFINISHED
        with storing(folder):
            if folder.exists():
                shutil.rmtree(folder)
            folder.mkdir(parents=True)
        return folder

    def add(self, unfinished: Path, snapshot: Snapshot) -> None:
        """Make a finished folder a snapshot, whole or not at all.

        Raises:
            StorageError: it could not be put in place, or there is one of that number.
        """
        write_durably(unfinished / MANIFEST, msgspec.json.format(msgspec.json.encode(snapshot)))
        with storing(self.folder):
            sync_folder(unfinished)
            unfinished.rename(self.path(snapshot.number))
            sync_folder(self.folder)


def seen(path: Path) -> TableSeen:
    """A table's file as the manifest describes it.

    Raises:
        StorageError: it could not be read.
    """
    with storing(path), path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return TableSeen(rows=pq.read_metadata(path).num_rows, size=path.stat().st_size, sha256=digest)
