"""The serving table of a snapshot: any entity by id, identifier or rank, in a fraction of a millisecond.

Parquet sorted by rank answers one such question in tens of milliseconds. Here rows lie in Arrow files that are
mapped into memory, in batches of one size, so that a rank is a place in a file: the most popular uncompressed,
the others in small packed batches. Ids and identifiers lie sorted beside them. All of it is made from the
snapshot and may be deleted.

Source: docs/format/catalogue.md, "Serving table".
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from longplay.catalogue.disposable import Made, made, unusable
from longplay.catalogue.engine import Limits, connected
from longplay.catalogue.entities import KINDS, Entity, EntityKind, Place
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
BATCH_ROWS: Final = 65_536
"""Rows of each batch of the head but the last: a row's place is its rank."""

HEAD_ROWS: Final = 128 * BATCH_ROWS
"""Rows that lie uncompressed: those that are asked for again and again."""

TAIL_BATCH_ROWS: Final = 2_048
"""Rows of each batch of the tail but the last, a divisor of `BATCH_ROWS`: unpacking one takes some tenths of a
millisecond."""

UNPACKED: Final = 64
"""Batches of a tail that are kept unpacked."""

_PACKED: Final = "zstd"
"""Smaller than LZ4, and slower to unpack: room is what is short."""

IDS: Final = "ids.keys"
IDENTIFIERS: Final = "identifiers.keys"

COLUMNS: Final[Mapping[EntityKind, tuple[str, ...]]] = {
    EntityKind.ARTIST: ("id", "name", "sort_name", "aliases", "country", "listens", "weighted", "sources"),
    EntityKind.RELEASE: (
        *("id", "title", "artist_credit", "country", "year", "licence", "listens", "weighted", "sources"),
    ),
    EntityKind.RECORDING: (
        *("id", "title", "artist_credit", "duration_ms", "year", "licence", "listens", "weighted", "sources"),
    ),
}
"""What is kept of each table of the snapshot, in this order."""


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
    """The rows of a table by rank, a batch at a time: the head as it is, the tail packed."""
    rows = 0
    with ExitStack() as files:
        files.enter_context(storing(folder))
        parquet = files.enter_context(pq.ParquetFile(table))
        schema = pa.schema([_plain(parquet.schema_arrow.field(name)) for name in COLUMNS[kind]])
        head, tail = (
            files.enter_context(pa.ipc.new_file(str(_path(folder, kind, part)), schema, options=options))
            for part, options in ((_HEAD, None), (_TAIL, pa.ipc.IpcWriteOptions(compression=_PACKED)))
        )
        for batch in even_batches(parquet, COLUMNS[kind]):
            columns = [
                column.storage if isinstance(column, pa.ExtensionArray) else column for column in batch.columns
            ]
            plain = pa.record_batch(columns, schema=schema)
            if rows < HEAD_ROWS:
                head.write_batch(plain)
            else:
                for begin in range(0, plain.num_rows, TAIL_BATCH_ROWS):
                    tail.write_batch(plain.slice(begin, TAIL_BATCH_ROWS))
            rows += batch.num_rows
    return rows


def _path(folder: Path, kind: EntityKind, part: str) -> Path:
    return folder / f"{kind.value}{part}.arrow"


_HEAD: Final = ""
_TAIL: Final = "-tail"


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
            self._rows = {kind: _opened(folder, kind) for kind in KINDS}
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


def _opened(folder: Path, kind: EntityKind) -> "_Table":
    return _Table(
        _Rows(_path(folder, kind, _HEAD), BATCH_ROWS, keeps=None),
        _Rows(_path(folder, kind, _TAIL), TAIL_BATCH_ROWS, keeps=UNPACKED),
    )


class _Table:
    """The rows of a kind, by rank less one: those of the head, then those of the tail."""

    def __init__(self, head: "_Rows", tail: "_Rows") -> None:
        self._head = head
        self._tail = tail
        self.rows = head.rows + tail.rows

    def _at(self, at: int) -> "tuple[_Rows, int]":
        return (self._head, at) if at < self._head.rows else (self._tail, at - self._head.rows)

    def row(self, at: int, begin: int = 0, end: int | None = None) -> list[Any]:
        """As `_Rows.row`."""
        rows, place = self._at(at)
        return rows.row(place, begin, end)

    def text(self, at: int, column: int) -> str | None:
        """As `_Rows.text`."""
        rows, place = self._at(at)
        return rows.text(place, column)

    def slice(self, begin: int, end: int) -> Iterator[tuple[Any, ...]]:
        """As `_Rows.slice`."""
        split = self._head.rows
        if begin < split:
            yield from self._head.slice(begin, min(end, split))
        if end > split:
            yield from self._tail.slice(max(begin - split, 0), end - split)


class _Rows:
    """One Arrow file of even batches, mapped into memory.

    A batch that is not packed is only pointers, and is kept once it was looked at. Of packed ones some are.
    """

    def __init__(self, path: Path, batch_rows: int, *, keeps: int | None) -> None:
        self._file = pa.ipc.open_file(pa.memory_map(str(path)))
        self._batch_rows = batch_rows
        self._keeps = keeps
        self._batches: dict[int, pa.RecordBatch] = {}
        self._texts: dict[tuple[int, int], tuple[memoryview, memoryview, pa.Array | None]] = {}
        number = self._file.num_record_batches
        self.rows = (number - 1) * batch_rows + self._batch(number - 1).num_rows if number else 0

    def _batch(self, number: int) -> pa.RecordBatch:
        batch = self._batches.get(number)
        if batch is None:
            if self._keeps is not None and len(self._batches) >= self._keeps:
                self._batches.clear()
                self._texts.clear()
            batch = self._batches[number] = self._file.get_batch(number)
        return batch

    def row(self, at: int, begin: int = 0, end: int | None = None) -> list[Any]:
        """The values of a row, from 0, of the columns from `begin` to before `end`."""
        number, place = divmod(at, self._batch_rows)
        return [column[place].as_py() for column in self._batch(number).columns[begin:end]]

    def text(self, at: int, column: int) -> str | None:
        """The text of a row, from 0, in a column of texts; `None` where it is null.

        Read from the column's buffers: through Arrow's own scalars it takes five times as long, and search
        compares hundreds of names a query.
        """
        number, place = divmod(at, self._batch_rows)
        seen = self._texts.get((number, column))
        if seen is None:
            seen = _buffers(self._batch(number).column(column))
            self._texts[number, column] = seen
        offsets, data, with_nulls = seen
        if with_nulls is not None and not with_nulls[place].is_valid:
            return None
        return bytes(data[offsets[place] : offsets[place + 1]]).decode()

    def slice(self, begin: int, end: int) -> Iterator[tuple[Any, ...]]:
        """All values of rows from `begin` to before `end`, from 0."""
        each = self._batch_rows
        for number in range(begin // each, -(-end // each)):
            first = number * each
            at = max(begin, first)
            part = self._batch(number).slice(at - first, min(end, first + each) - at)
            yield from zip(*(column.to_pylist() for column in part.columns), strict=True)


def _buffers(column: pa.Array) -> tuple[memoryview, memoryview, pa.Array | None]:
    """Where each text begins, all texts, and the column itself where some are null."""
    _, offsets, data = column.buffers()
    begins = memoryview(offsets).cast("B").cast("i")[column.offset :]
    return begins, memoryview(data if data is not None else b""), column if column.null_count else None


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
