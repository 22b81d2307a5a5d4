"""The serving table of a snapshot: any entity by id, identifier or rank, in a fraction of a millisecond.

Parquet sorted by rank answers one such question in tens of milliseconds. Here rows lie uncompressed in Arrow
files that are mapped into memory, in batches of one size, so that a rank is a place in a file; ids and
identifiers lie sorted beside them. All of it is made from the snapshot and may be deleted.

Source: docs/format/catalogue.md, "Serving table".
"""

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from longplay.catalogue.disposable import Made, made, unusable
from longplay.catalogue.engine import Limits, connected
from longplay.catalogue.entities import KINDS, Entity, EntityKind, Place
from longplay.catalogue.keys import KEY_SIZE, KeyFile, identifier_key, write_keys
from longplay.catalogue.snapshot_tables import SnapshotTable
from longplay.catalogue.snapshots import Snapshots
from longplay.progress import Progress
from longplay.store.failures import storing
from longplay.store.layout import CATALOGUE

METHOD: Final = "1"
"""Raised when a snapshot would give other files."""

FOLDER: Final = "serving"
BATCH_ROWS: Final = 65_536
"""Rows of each batch of a file but the last: a row's place is its rank."""

IDS: Final = "ids.keys"
IDENTIFIERS: Final = "identifiers.keys"

COLUMNS: Final[Mapping[EntityKind, tuple[str, ...]]] = {
    EntityKind.ARTIST: ("id", "name", "sort_name", "aliases", "country", "listens", "weighted", "sources"),
    EntityKind.RELEASE: (
        *("id", "title", "artist_credit", "year", "country", "licence", "listens", "weighted", "sources"),
    ),
    EntityKind.RECORDING: (
        *("id", "title", "artist_credit", "duration_ms", "year", "licence", "listens", "weighted", "sources"),
    ),
}
"""What is kept of each table of the snapshot, in this order."""

_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


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
            rows[kind.value] = _write_rows(Path(tables[kind.value]), kind, folder)
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


def _write_rows(table: Path, kind: EntityKind, folder: Path) -> int:
    """The rows of a table in the order of their ranks, a batch at a time."""
    rows = 0
    with storing(folder), pq.ParquetFile(table) as parquet:
        schema = pa.schema([_plain(parquet.schema_arrow.field(name)) for name in COLUMNS[kind]])
        with pa.OSFile(str(folder / f"{kind.value}.arrow"), "wb") as out, pa.ipc.new_file(out, schema) as file:
            for batch in even_batches(parquet, COLUMNS[kind]):
                columns = [
                    column.storage if isinstance(column, pa.ExtensionArray) else column
                    for column in batch.columns
                ]
                file.write_batch(pa.record_batch(columns, schema=schema))
                rows += batch.num_rows
    return rows


def _plain(field: pa.Field) -> pa.Field:
    """A UUID as its 16 bytes, which every reader of Arrow files knows."""
    stored = field.type.storage_type if isinstance(field.type, pa.BaseExtensionType) else field.type
    return pa.field(field.name, stored)


def even_batches(parquet: pq.ParquetFile, columns: Iterable[str]) -> Iterator[pa.RecordBatch]:
    """Batches of `BATCH_ROWS` rows, the last one smaller, whatever the row groups."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in parquet.iter_batches(BATCH_ROWS, columns=list(columns)):
        waiting.append(batch)
        rows += batch.num_rows
        while rows >= BATCH_ROWS:
            whole = _joined(waiting)
            yield whole.slice(0, BATCH_ROWS)
            waiting = [whole.slice(BATCH_ROWS)]
            rows -= BATCH_ROWS
    if rows:
        yield _joined(waiting)


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    return batches[0] if len(batches) == 1 else pa.concat_batches(batches)


class Serving:
    """The serving table of one snapshot, open for reading; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Of a folder that `made_serving` made.

        Raises:
            StorageError: a file is missing or cannot be read.
        """
        try:
            self._rows = {kind: _Rows(folder / f"{kind.value}.arrow") for kind in KINDS}
        except (OSError, pa.ArrowInvalid) as exc:
            raise unusable(folder, str(exc)) from exc
        self._ids = KeyFile(folder / IDS)
        self._identifiers = KeyFile(folder / IDENTIFIERS)

    def count(self, kind: EntityKind) -> int:
        """How many entities of a kind there are."""
        return self._rows[kind].rows

    def get(self, name: str) -> Entity | None:
        """The entity of an id, an MBID or another UUID in its usual form; `None` where there is none."""
        if _UUID.fullmatch(name) is None:
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
            value: as it stands there: an ISRC without hyphens, in capitals.
        """
        found = (self.at(place) for place in self._identifiers.places(identifier_key(scheme, value)))
        return [entity for entity in found if entity is not None]

    def at(self, place: Place) -> Entity | None:
        """The entity of a kind and rank; `None` where there is none."""
        rows = self._rows[place.kind]
        if not 1 <= place.rank <= rows.rows:
            return None
        return _entity(place, dict(zip(COLUMNS[place.kind], rows.row(place.rank - 1), strict=True)))

    def names(self, place: Place) -> tuple[str, str | None, tuple[str, ...]]:
        """Title or name, artist as printed and aliases of an entity that is there: all that search compares."""
        rows = self._rows[place.kind]
        if place.kind is EntityKind.ARTIST:
            name, sort_name, aliases = rows.row(place.rank - 1, 1, 4)
            return _text(name), None, _aliases(sort_name, aliases)
        title, artist = rows.row(place.rank - 1, 1, 3)
        return _text(title), None if artist is None else _text(artist), ()


class _Rows:
    """One Arrow file of even batches, mapped into memory; a batch looked at is kept: it is only pointers."""

    def __init__(self, path: Path) -> None:
        self._file = pa.ipc.open_file(pa.memory_map(str(path)))
        self._batches: dict[int, pa.RecordBatch] = {}
        number = self._file.num_record_batches
        self.rows = (number - 1) * BATCH_ROWS + self._batch(number - 1).num_rows if number else 0

    def _batch(self, number: int) -> pa.RecordBatch:
        batch = self._batches.get(number)
        if batch is None:
            batch = self._batches[number] = self._file.get_batch(number)
        return batch

    def row(self, at: int, begin: int = 0, end: int | None = None) -> list[object]:
        """The values of a row, from 0, of the columns from `begin` to before `end`."""
        number, place = divmod(at, BATCH_ROWS)
        return [column[place].as_py() for column in self._batch(number).columns[begin:end]]


def _entity(place: Place, row: Mapping[str, object]) -> Entity:
    stored = row["id"]
    assert isinstance(stored, bytes)
    artist, country, licence = (row.get(name) for name in ("artist_credit", "country", "licence"))
    return Entity(
        kind=place.kind,
        rank=place.rank,
        id=str(uuid.UUID(bytes=stored)),
        title=_text(row.get("title", row.get("name"))),
        artist=None if artist is None else _text(artist),
        year=_whole(row.get("year")),
        duration_ms=_whole(row.get("duration_ms")),
        licence=None if licence is None else _text(licence),
        country=None if country is None else _text(country),
        aliases=_aliases(row.get("sort_name"), row.get("aliases")),
        listens=_whole(row["listens"]) or 0,
        weighted=_whole(row["weighted"]) or 0,
        sources=_whole(row["sources"]) or 0,
    )


def _aliases(sort_name: object, aliases: object) -> tuple[str, ...]:
    """Other names, the one to sort by first where there is one."""
    named = [] if sort_name is None else [_text(sort_name)]
    return (*named, *(_text(one) for one in aliases)) if isinstance(aliases, list) else tuple(named)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
