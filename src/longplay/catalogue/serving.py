"""The serving table of a snapshot: any entity by id, identifier or rank, in a fraction of a millisecond.

Parquet sorted by rank answers one such question in tens of milliseconds. Here rows lie by rank in Arrow files,
and ids and identifiers sorted beside them. All of it is made from the snapshot and may be deleted.

Source: docs/format/catalogue.md, "Serving table".
"""

import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from longplay.catalogue.disposable import Made, made, unusable
from longplay.catalogue.engine import Limits, connected
from longplay.catalogue.entities import KINDS, Entity, EntityKind, Place
from longplay.catalogue.entity_rows import COLUMNS, opened_rows, write_rows
from longplay.catalogue.identifiers import ID, read_identifier, spelled
from longplay.catalogue.keys import KEY_SIZE, KeyFile, identifier_key, write_keys
from longplay.catalogue.snapshot_tables import SnapshotTable
from longplay.catalogue.snapshots import Snapshots
from longplay.progress import Progress
from longplay.store.failures import storing
from longplay.store.layout import CATALOGUE

METHOD: Final = "2"
"""Raised when a snapshot would give other files."""

FOLDER: Final = "serving"
IDS: Final = "ids.keys"
IDENTIFIERS: Final = "identifiers.keys"


def serving_folder(root: Path, number: int) -> Path:
    """Where the serving table of a snapshot lies in an archive."""
    return root / CATALOGUE / FOLDER / f"{number:06d}"


def made_serving(
    root: Path, snapshots: Snapshots, number: int, *, limits: Limits, progress: Progress
) -> "Serving":
    """The serving table of a snapshot, made where it is not there. May be killed and run again.

    Raises:
        NotFound: there is no such snapshot.
        ArchiveBusy: another process makes it.
        StorageError: something could not be read or written.
    """
    snapshot = snapshots.get(number)
    wanted = Made(snapshot=number, made_of=snapshot.made_of, method=METHOD, rows={})
    folder = serving_folder(root, number)

    def make(fresh: Path) -> dict[str, int]:
        return _make(fresh, snapshots, number, limits=limits, progress=progress)

    made(folder, wanted, make)
    return Serving(folder)


def _make(
    folder: Path, snapshots: Snapshots, number: int, *, limits: Limits, progress: Progress
) -> dict[str, int]:
    tables = {table.value: str(snapshots.table(number, table)) for table in SnapshotTable}
    progress.begin("Making the serving table", files=len(KINDS) + 2)
    try:
        rows = {}
        for kind in KINDS:
            rows[kind.value] = write_rows(Path(tables[kind.value]), kind, folder)
            progress.advance(files=1)
        scratch = folder / "scratch"
        with storing(scratch):
            scratch.mkdir()
        with connected(scratch, limits) as connection:
            of_ids = {kind.value: tables[kind.value] for kind in KINDS}
            rows["ids"] = write_keys(connection, "serving_ids", folder / IDS, **of_ids)
            progress.advance(files=1)
            of_names = {"identifier": tables[SnapshotTable.IDENTIFIER.value]}
            rows["identifiers"] = write_keys(
                connection, "serving_identifiers", folder / IDENTIFIERS, **of_names
            )
            progress.advance(files=1)
        with storing(scratch):
            scratch.rmdir()
    finally:
        progress.end()
    return rows


class Serving:
    """The serving table of one snapshot, open for reading; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Of a folder that `made_serving` made.

        Raises:
            StorageError: a file is missing or cannot be read.
        """
        try:
            self._rows = {kind: opened_rows(folder, kind) for kind in KINDS}
        except (OSError, pa.ArrowInvalid) as exc:
            raise unusable(folder, str(exc)) from exc
        self._ids = KeyFile(folder / IDS)
        self._identifiers = KeyFile(folder / IDENTIFIERS)

    def count(self, kind: EntityKind) -> int:
        """How many entities of a kind there are."""
        return self._rows[kind].rows

    def get(self, name: str) -> Entity | None:
        """The entity of an id, an MBID or another UUID in its usual form; `None` where there is none."""
        if (identifier := read_identifier(name)) is None or identifier[0] != ID:
            return None
        wanted = uuid.UUID(name)
        for place in self._ids.places(wanted.bytes[:KEY_SIZE]):
            entity = self.at(place)
            if entity is not None and entity.id == str(wanted):
                return entity
        return None

    def by_identifier(self, scheme: str, value: str) -> list[Entity]:
        """All entities that go by an identifier, by kind and rank.

        Args:
            scheme: `isrc`, `iswc`, `barcode`, a source's name, or what a source calls it, as in the snapshot's
                table `identifier`.
            value: as it stands there; MBIDs, digests, ISRCs and ISWCs in any spelling.
        """
        key = identifier_key(scheme, spelled(scheme, value))
        found = (self.at(place) for place in self._identifiers.places(key))
        return [entity for entity in found if entity is not None]

    def look_up(self, identifier: tuple[str, str]) -> list[Entity]:
        """All entities that `read_identifier` names, by kind and rank."""
        scheme, value = identifier
        if scheme != ID:
            return self.by_identifier(scheme, value)
        found = self.get(value)
        return [] if found is None else [found]

    def at(self, place: Place) -> Entity | None:
        """The entity of a kind and rank; `None` where there is none."""
        rows = self._rows[place.kind]
        if not 1 <= place.rank <= rows.rows:
            return None
        return _entity(place, rows.row(place.rank - 1))

    def between(self, kind: EntityKind, after: int, upto: int) -> Iterator[Entity]:
        """The entities of a kind whose rank is above `after` and at most `upto`, by rank."""
        rows = self._rows[kind]
        for at, values in enumerate(rows.slice(after, min(upto, rows.rows)), after + 1):
            yield _entity(Place(kind, at), values)

    def weighted(self, place: Place) -> int:
        """Weighted listens of an entity that is there, as the snapshot has them."""
        at = COLUMNS[place.kind].index("weighted")
        (weighted,) = self._rows[place.kind].row(place.rank - 1, at, at + 1)
        return weighted or 0

    def names(self, place: Place) -> tuple[str, str | None, tuple[str, ...]]:
        """Title or name, artist as printed and aliases of an entity that is there: all that search compares."""
        rows = self._rows[place.kind]
        if place.kind is EntityKind.ARTIST:
            sort_name, aliases = rows.row(place.rank - 1, 2, 4)
            return rows.text(place.rank - 1, 1) or "", None, _aliases(sort_name, aliases)
        return rows.text(place.rank - 1, 1) or "", rows.text(place.rank - 1, 2), ()


def _entity(place: Place, row: Sequence[Any]) -> Entity:
    """The entity of the values of a row, which stand as `COLUMNS` says; ten million times while indexing."""
    kind, rank = place
    if kind is EntityKind.ARTIST:
        stored, name, sort_name, aliases, country, listens, weighted, sources = row
        return Entity(
            kind=kind,
            rank=rank,
            id=_uuid(stored),
            title=name or "",
            country=country,
            aliases=_aliases(sort_name, aliases),
            listens=listens or 0,
            weighted=weighted or 0,
            sources=sources or 0,
        )
    stored, title, artist, special, year, licence, listens, weighted, sources = row
    return Entity(
        kind=kind,
        rank=rank,
        id=_uuid(stored),
        title=title or "",
        artist=artist,
        year=year,
        duration_ms=special if kind is EntityKind.RECORDING else None,
        licence=licence,
        country=special if kind is EntityKind.RELEASE else None,
        listens=listens or 0,
        weighted=weighted or 0,
        sources=sources or 0,
    )


def _uuid(stored: bytes) -> str:
    digits = stored.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _aliases(sort_name: str | None, aliases: Sequence[str] | None) -> tuple[str, ...]:
    """Other names, the one to sort by first where there is one."""
    named = () if sort_name is None else (sort_name,)
    return (*named, *aliases) if aliases else named
