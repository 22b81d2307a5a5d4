"""Rows on their way from a source into its tables: gathered by column, rolled back when a record is bad.

It writes nothing: `importing` turns what is gathered into Parquet.
"""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa

from longplay.catalogue.source_tables import SCHEMAS, SourceTable
from longplay.errors import MalformedInput

LISTENER_KEY_LENGTH: Final = 32
"""Bytes of the key that makes listeners of users."""

TEXT_LIMIT: Final = 4_000
"""Longer texts are cut, characters: a title of a megabyte is a mistake, not a title."""


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
        self._columns: dict[SourceTable, dict[str, list[object]]] = {}
        self._whole: dict[SourceTable, list[pa.Table]] = {}
        self._marked_columns: dict[SourceTable, int] = {}
        self._marked_whole: dict[SourceTable, int] = {}
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

        Texts are put into NFC and cut at `TEXT_LIMIT` characters; empty ones become null.

        Raises:
            MalformedInput: nothing is left of what the table must have, such as a title of NUL only.
            KeyError: a column the table does not have; that is a mistake of the importer, not of the source.
        """
        schema = SCHEMAS[table]
        columns = self._columns.get(table)
        if columns is None:
            columns = self._columns[table] = {name: [] for name in schema.names}
        if not row.keys() <= columns.keys():
            raise KeyError(f"{table} has no column {', '.join(row.keys() - columns.keys())}")
        cleaned = {name: _clean(row.get(name), is_list=name in _LISTS) for name in columns}
        for name in _REQUIRED[table]:
            if cleaned[name] is None:
                raise MalformedInput(table.value, f"no {name}")
        for name, values in columns.items():
            values.append(cleaned[name])

    def add_table(self, table: SourceTable, rows: pa.Table) -> None:
        """Many rows at once, for sources that come in columns.

        Args:
            table: which.
            rows: exactly the columns of `SCHEMAS[table]`, of its types, in its order; texts in NFC.
        """
        self._whole.setdefault(table, []).append(rows.cast(SCHEMAS[table]))

    def mark(self) -> None:
        """Remember this state, for `roll_back`."""
        self._marked_columns = {table: _length(columns) for table, columns in self._columns.items()}
        self._marked_whole = {table: len(tables) for table, tables in self._whole.items()}

    def roll_back(self) -> None:
        """Forget what was added since `mark`."""
        for table, columns in self._columns.items():
            for values in columns.values():
                del values[self._marked_columns.get(table, 0) :]
        for table, tables in self._whole.items():
            del tables[self._marked_whole.get(table, 0) :]

    def __len__(self) -> int:
        """Rows that wait, of all tables."""
        by_column = sum(map(_length, self._columns.values()))
        return by_column + sum(int(one.num_rows) for tables in self._whole.values() for one in tables)

    def take(self) -> dict[SourceTable, pa.Table]:
        """Everything gathered, by table, and begin again."""
        taken: dict[SourceTable, pa.Table] = {}
        for table in SourceTable:
            parts = self._whole.get(table, [])
            columns = self._columns.get(table)
            if columns and _length(columns):
                parts = [*parts, pa.table(columns, schema=SCHEMAS[table])]
            if parts:
                taken[table] = pa.concat_tables(parts)
        self._columns.clear()
        self._whole.clear()
        return taken


def _length(columns: Mapping[str, Sequence[object]]) -> int:
    return len(next(iter(columns.values())))


_LISTS: Final = frozenset(
    field.name for schema in SCHEMAS.values() for field in schema if pa.types.is_list(field.type)
)


_REQUIRED: Final = {
    table: tuple(field.name for field in schema if not field.nullable) for table, schema in SCHEMAS.items()
}


def _clean(value: object, *, is_list: bool) -> object:
    if is_list:
        texts = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
        return [text for text in (_text(one) for one in texts if isinstance(one, str)) if text]
    return _text(value) if isinstance(value, str) else value


def _text(value: str) -> str | None:
    """Text as the tables hold it: NFC, no lone surrogates, no NUL, not empty."""
    if value.isascii():
        cut = value[:TEXT_LIMIT].replace("\0", "").strip()
    else:
        whole = value[:TEXT_LIMIT].encode("utf-8", "replace").decode("utf-8").replace("\0", "")
        cut = unicodedata.normalize("NFC", whole).strip()
    return cut or None
