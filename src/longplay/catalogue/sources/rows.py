"""Rows on their way from a source into its tables: gathered by column, rolled back when a record is bad.

It writes nothing: `importing` turns what is gathered into Parquet.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import pyarrow as pa

from longplay.catalogue.sources.tables import SCHEMAS, SourceTable
from longplay.catalogue.sources.texts import TEXT_LIMIT, clean_lists, clean_text, clean_texts, empty_lists
from longplay.errors import MalformedInput

LISTENER_KEY_LENGTH: Final = 32
"""Bytes of the key that makes listeners of users."""


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Users become listeners: the same user of the same source is always the same number, and without the key
    nobody can go back.

    Attributes:
        key: 32 random bytes that never leave the archive.

    Source: BLAKE2 (RFC 7693), keyed, 8 bytes.
    """

    key: bytes = field(repr=False)

    def listener(self, source: str, user: str) -> int:
        """The listener a user is, -2^63 to 2^63 - 1."""
        name = f"{source}\0{user}".encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(name, digest_size=8, key=self.key).digest()
        return int.from_bytes(digest, "big", signed=True)


class Rows:
    """What one import has gathered and not yet written."""

    def __init__(self, pseudonyms: Pseudonyms, source: str) -> None:
        """Nothing yet.

        Args:
            pseudonyms: makes listeners of users.
            source: name of the source, such as `musicbrainz`.
        """
        self.source = source
        self._pseudonyms = pseudonyms
        self._single: dict[SourceTable, list[_Column]] = {}
        self._whole: dict[SourceTable, list[pa.Table]] = {}
        self._count = 0
        self._added: list[SourceTable] = []
        self._added_whole: list[SourceTable] = []
        self._remembered: dict[str, int] = {}

    def listener(self, user: str) -> int:
        """The listener that a user of this source is."""
        known = self._remembered.get(user)
        if known is None:
            if len(self._remembered) >= 1_000_000:
                self._remembered.clear()
            known = self._remembered[user] = self._pseudonyms.listener(self.source, user)
        return known

    def add(self, table: SourceTable, row: Mapping[str, object]) -> None:
        """One row. What is absent is null, or an empty list where the column holds lists.

        Texts become those of `texts`: endless ones are cut now, all are cleaned when they are taken.

        Raises:
            MalformedInput: nothing is left of what the table must have, such as a title of NUL only.
            KeyError: a column the table does not have; that is a mistake of the importer, not of the source.
        """
        names, required, texts, lists = _SHAPES[table]
        if not row.keys() <= names:
            raise KeyError(f"{table} has no column {', '.join(row.keys() - names)}")
        get = row.get
        for name in texts:
            value = get(name)
            if isinstance(value, str) and len(value) > TEXT_LIMIT:
                row = {**row, name: value[:TEXT_LIMIT]}  # before it is held with a hundred thousand others
                get = row.get
        for name in lists:
            if values := get(name):
                row = {**row, name: _cut(values)}
                get = row.get
        for name in required:
            value = get(name)
            # most begin with a letter or a digit, which is enough
            if not (isinstance(value, str) and value[:1].isalnum()) and not _is_left(value):
                raise MalformedInput(table.value, f"no {name}")
        columns = self._single.get(table)
        if columns is None:
            columns = self._single[table] = [_Column(field.name, []) for field in SCHEMAS[table]]
        for name, values in columns:
            values.append(get(name))
        self._added.append(table)
        self._count += 1

    def add_table(self, table: SourceTable, rows: pa.Table) -> None:
        """Many rows at once, for sources that come in columns.

        Args:
            table: which.
            rows: exactly the columns of `SCHEMAS[table]`, of its types, in its order; texts in NFC.
        """
        self._whole.setdefault(table, []).append(rows.cast(SCHEMAS[table]))
        self._added_whole.append(table)
        self._count += rows.num_rows

    def mark(self) -> None:
        """Remember this state, for `roll_back`."""
        self._added.clear()
        self._added_whole.clear()

    def roll_back(self) -> None:
        """Forget what was added since `mark`."""
        for table in self._added:
            for _, values in self._single[table]:
                values.pop()
        for table in self._added_whole:
            self._count -= self._whole[table].pop().num_rows
        self._count -= len(self._added)
        self.mark()

    def __len__(self) -> int:
        """Rows that wait, of all tables."""
        return self._count

    def take(self) -> dict[SourceTable, pa.Table]:
        """Everything gathered, by table, and begin again."""
        taken: dict[SourceTable, pa.Table] = {}
        for table in SourceTable:
            parts = self._whole.get(table, [])
            if columns := self._single.get(table):
                arrays = [
                    _array(field, values) for field, (_, values) in zip(SCHEMAS[table], columns, strict=True)
                ]
                parts = [*parts, pa.table(arrays, schema=SCHEMAS[table])]
            if parts:
                taken[table] = pa.concat_tables(parts)
        self._single.clear()
        self._whole.clear()
        self._count = 0
        self.mark()
        return taken


class _Column(NamedTuple):
    """The values of one column of the rows that were added one by one, as they were given."""

    name: str
    values: list[object]


class _Shape(NamedTuple):
    """What a row is held to: names of all columns; of those that may not be null; of texts; of lists."""

    names: frozenset[str]
    required: tuple[str, ...]
    texts: tuple[str, ...]
    lists: tuple[str, ...]


def _shape(schema: pa.Schema) -> _Shape:
    lists = {field.name for field in schema if pa.types.is_list(field.type)}
    return _Shape(
        names=frozenset(schema.names),
        required=tuple(field.name for field in schema if not field.nullable and field.name not in lists),
        texts=tuple(field.name for field in schema if pa.types.is_string(field.type)),
        lists=tuple(lists),
    )


_SHAPES: Final = {table: _shape(schema) for table, schema in SCHEMAS.items()}


def _cut(value: object) -> list[str]:
    """The texts among the values of a list, endless ones cut."""
    if not isinstance(value, list | tuple):
        return []
    return [one[:TEXT_LIMIT] for one in value if isinstance(one, str)]


def _is_left(value: object) -> bool:
    """Whether something is left of a value once it is cleaned."""
    return clean_text(value) is not None if isinstance(value, str) else value is not None


def _array(field: pa.Field, values: Sequence[object]) -> pa.Array:
    """A column of what was added, texts cleaned; what is no text and stands among them is left out."""
    if pa.types.is_string(field.type):
        try:
            made = pa.array(values, field.type)  # of over two gigabytes, in chunks
            return pa.chunked_array(map(clean_texts, _chunks(made)), field.type)
        except UnicodeEncodeError:  # lone surrogates
            return pa.array([clean_text(one) if isinstance(one, str) else one for one in values], field.type)
    if pa.types.is_list(field.type):
        if not any(values):
            return empty_lists(len(values))
        try:
            made = pa.array([one or () for one in values], field.type)
            return pa.chunked_array(map(clean_lists, _chunks(made)), field.type)
        except UnicodeEncodeError:
            return pa.array([_clean(one) for one in values], field.type)
    return pa.array(values, field.type)


def _chunks(made: pa.Array) -> list[pa.Array]:
    return made.chunks if isinstance(made, pa.ChunkedArray) else [made]


def _clean(value: object) -> list[str]:
    return [text for one in _cut(value) if (text := clean_text(one))]
