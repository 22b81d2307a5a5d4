"""Listens that come in columns: the Parquet files of ListenBrainz's Spark dumps, batch by batch.

Parquet files without the columns of a listen (genres, caches of metadata) have no listens.

Source: Apache Parquet; columns as the Spark dumps of ListenBrainz have them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from longplay.catalogue.importers.arrow_texts import PLACE, halves, places
from longplay.catalogue.importers.listens import PER_SECOND, mbids, time_fault, times_hold
from longplay.catalogue.sources.importer import Fault, Together
from longplay.catalogue.sources.rows import Rows
from longplay.catalogue.sources.streams import reading
from longplay.catalogue.sources.tables import SCHEMAS, SourceTable
from longplay.catalogue.sources.texts import clean_texts
from longplay.errors import MalformedInput

BATCH_ROWS: Final = 1 << 16

_NEEDED: Final = ("listened_at", "user_id", "artist_name", "recording_name")
_OPTIONAL: Final = ("release_name", "recording_mbid")
_WORDS: Final = r"[^\p{Z}\p{Cc}]"
_BAD_ARROW: Final = (pa.ArrowException, ValueError)
_JUDGED: Final = ["user", "at", "artist", "title", PLACE]
_TEXT: Final = pa.string()
_NO_TEXT: Final = pa.scalar(None, _TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch(Together):
    """Listens of many users, none of them bad.

    Attributes:
        columns: those of the table `listen`, but `user` in place of `listener`.
    """

    columns: pa.RecordBatch

    @property
    def count(self) -> int:
        """As `Together` has it."""
        return int(self.columns.num_rows)


def cut_file(file: IO[bytes], *, kind: str) -> Iterator[Batch | Fault]:
    """The listens of a Parquet file, in order but that bad ones come after the good of their batch.

    Args:
        file: can be sought.
        kind: for the error.

    Raises:
        MalformedInput: it is no Parquet file, or breaks.
    """
    batches = _batches(file)
    with reading(kind):
        while True:
            try:
                batch = next(batches, None)
            except _BAD_ARROW as exc:
                raise MalformedInput(kind, f"broken Parquet: {exc}") from exc
            if batch is None:
                return
            yield from parted(batch)


def _batches(file: IO[bytes]) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(file) as parquet:
        schema = parquet.schema_arrow
        if not set(_NEEDED) <= set(schema.names):
            return
        _check(schema)
        columns = [name for name in (*_NEEDED, *_OPTIONAL) if name in schema.names]
        before = 0
        for batch in parquet.iter_batches(batch_size=BATCH_ROWS, columns=columns):
            yield batch.append_column(PLACE, places(before, batch.num_rows))
            before += batch.num_rows


def _check(schema: pa.Schema) -> None:
    if len(set(schema.names)) != len(schema.names):
        raise ValueError("two columns have one name")
    at = schema.field("listened_at").type
    if not (pa.types.is_timestamp(at) or pa.types.is_integer(at)):
        raise ValueError(f"column listened_at is {at}, wanted a timestamp")
    user = schema.field("user_id").type
    if not (pa.types.is_integer(user) or _is_text(user)):
        raise ValueError(f"column user_id is {user}, wanted a whole number")
    for name in {*_NEEDED[2:], *_OPTIONAL} & set(schema.names):
        if not _is_text(schema.field(name).type):
            raise ValueError(f"column {name} is {schema.field(name).type}, wanted text")


def _is_text(kind: pa.DataType) -> bool:
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(plain) or pa.types.is_large_string(plain) or pa.types.is_null(plain))


def parted(batch: pa.RecordBatch) -> Iterator[Batch | Fault]:
    """The good listens together and each bad one alone, so that one does not spoil the others.

    What cannot be looked at in columns (texts that are not UTF-8) is halved until it stands alone.

    Args:
        batch: columns as Spark dumps have them, and `PLACE`.
    """
    try:
        batch.validate(full=True)
        columns = _columns(batch)
        good = _good(columns)
    except _BAD_ARROW as exc:
        yield from _halved(batch, str(exc))
        return
    if pc.any(good).as_py():
        yield Batch(columns=columns.filter(good))
    for row in columns.filter(pc.invert(good)).select(_JUDGED).to_pylist():
        yield Fault(reason=_fault(row), place=row[PLACE])


def _halved(batch: pa.RecordBatch, reason: str) -> Iterator[Batch | Fault]:
    if batch.num_rows <= 1:
        yield Fault(reason=f"not to be read: {reason}", place=batch.column(PLACE)[0].as_py())
        return
    for half in halves(batch):
        yield from parted(half)


def _columns(batch: pa.RecordBatch) -> pa.RecordBatch:
    """As the table has them, null where nothing is left that will do."""
    none = pa.nulls(batch.num_rows, _TEXT)
    release, recording = (
        batch.column(name).cast(_TEXT) if name in batch.schema.names else none for name in _OPTIONAL
    )
    users = batch.column("user_id").cast(_TEXT)
    return pa.RecordBatch.from_pydict(
        {
            "user": pc.if_else(pc.equal(users, ""), _NO_TEXT, users),
            "at": _seconds(batch.column("listened_at")),
            "recording_id": mbids(recording),
            "artist": _worded(batch.column("artist_name")),
            "title": _worded(batch.column("recording_name")),
            "release": clean_texts(release),
            PLACE: batch.column(PLACE),
        }
    )


def _seconds(column: pa.Array) -> pa.Array:
    whole = column.cast(pa.int64())
    if not pa.types.is_timestamp(column.type):
        return whole
    return pc.divide(whole, PER_SECOND[column.type.unit])


def _worded(column: pa.Array) -> pa.Array:
    texts = clean_texts(column)
    return pc.if_else(pc.match_substring_regex(texts, _WORDS), texts, _NO_TEXT)


def _good(columns: pa.RecordBatch) -> pa.Array:
    good = times_hold(columns.column("at"))
    for name in ("user", "artist", "title"):
        good = pc.and_(good, columns.column(name).is_valid())
    return good


def _fault(row: dict[str, Any]) -> str:
    missing = next((name for name in ("user", "artist", "title") if row[name] is None), None)
    if missing is not None:
        return f"no {missing}"
    if row["at"] is None:
        return "no time of listening"
    return time_fault(row["at"]) or "no listen"


def read_batch(batch: Batch, rows: Rows, *, kind: str) -> None:
    """The batch as rows of `listen`.

    Raises:
        MalformedInput: it has other columns than a batch of `cut_file`.
    """
    schema = SCHEMAS[SourceTable.LISTEN]
    try:
        arrays = [
            _listeners(batch.columns.column("user"), rows) if name == "listener" else batch.columns.column(name)
            for name in schema.names
        ]
        rows.add_table(SourceTable.LISTEN, pa.table(arrays, schema=schema))
    except (*_BAD_ARROW, KeyError) as exc:
        raise MalformedInput(kind, f"no batch of listens: {exc}") from exc


def _listeners(users: pa.Array, rows: Rows) -> pa.Array:
    """Each user is made a listener once, however many listens there are."""
    encoded = users.dictionary_encode()
    known = pa.array([rows.listener(user) for user in encoded.dictionary.to_pylist()], pa.int64())
    return known.take(encoded.indices)
