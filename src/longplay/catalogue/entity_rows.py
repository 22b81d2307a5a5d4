"""Rows of a snapshot's tables by rank, in Arrow files that are mapped into memory.

Batches have one size, so that a rank is a place in a file: the most popular rows lie uncompressed, the others
in small packed batches.

Source: docs/format/catalogue.md, "Serving table".
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from longplay.catalogue.entities import EntityKind
from longplay.store.failures import storing

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


def write_rows(table: Path, kind: EntityKind, folder: Path) -> int:
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
        for batch in parquet.iter_batches(BATCH_ROWS, columns=list(COLUMNS[kind])):  # across row groups
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


def opened_rows(folder: Path, kind: EntityKind) -> "EntityRows":
    """The rows that `write_rows` wrote.

    Raises:
        OSError, ArrowInvalid: a file is missing or cannot be read.
    """
    return EntityRows(
        _Rows(_path(folder, kind, _HEAD), BATCH_ROWS, keeps=None),
        _Rows(_path(folder, kind, _TAIL), TAIL_BATCH_ROWS, keeps=UNPACKED),
    )


class EntityRows:
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
