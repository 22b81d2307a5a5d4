"""Rows on their way from a source into its tables: gathered by column, rolled back when a record is bad.

It writes nothing: `importing` turns what is gathered into Parquet.
"""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

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
        self._single: dict[SourceTable, list[tuple[object, ...]]] = {}
        self._whole: dict[SourceTable, list[pa.Table]] = {}
        self._count = 0
        self._marked_count = 0
        self._marked_single: dict[SourceTable, int] = {}
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
        columns = _COLUMNS[table]
        known = 0
        cleaned: list[object] = []
        for column in columns:
            value = row.get(column.name)
            known += column.name in row
            if column.is_list:
                value = _texts(value)
            elif isinstance(value, str):
                value = _text(value)
            if value is None and column.is_required:
                raise MalformedInput(table.value, f"no {column.name}")
            cleaned.append(value)
        if known != len(row):
            others = row.keys() - {column.name for column in columns}
            raise KeyError(f"{table} has no column {', '.join(others)}")
        self._single.setdefault(table, []).append(tuple(cleaned))
        self._count += 1

    def add_table(self, table: SourceTable, rows: pa.Table) -> None:
        """Many rows at once, for sources that come in columns.

        Args:
            table: which.
            rows: exactly the columns of `SCHEMAS[table]`, of its types, in its order; texts in NFC.
        """
        self._whole.setdefault(table, []).append(rows.cast(SCHEMAS[table]))
        self._count += rows.num_rows

    def mark(self) -> None:
        """Remember this state, for `roll_back`."""
        self._marked_count = self._count
        self._marked_single = {table: len(rows) for table, rows in self._single.items()}
        self._marked_whole = {table: len(tables) for table, tables in self._whole.items()}

    def roll_back(self) -> None:
        """Forget what was added since `mark`."""
        self._count = self._marked_count
        for table, rows in self._single.items():
            del rows[self._marked_single.get(table, 0) :]
        for table, tables in self._whole.items():
            del tables[self._marked_whole.get(table, 0) :]

    def __len__(self) -> int:
        """Rows that wait, of all tables."""
        return self._count

    def take(self) -> dict[SourceTable, pa.Table]:
        """Everything gathered, by table, and begin again."""
        taken: dict[SourceTable, pa.Table] = {}
        for table in SourceTable:
            parts = self._whole.get(table, [])
            if rows := self._single.get(table):
                columns = dict(zip(SCHEMAS[table].names, zip(*rows, strict=True), strict=True))
                parts = [*parts, pa.table(columns, schema=SCHEMAS[table])]
            if parts:
                taken[table] = pa.concat_tables(parts)
        self._single.clear()
        self._whole.clear()
        self._count = 0
        return taken


class _Column(NamedTuple):
    """What a row is held to in one column of its table."""

    name: str
    is_list: bool
    is_required: bool


_COLUMNS: Final = {
    table: tuple(_Column(field.name, pa.types.is_list(field.type), not field.nullable) for field in schema)
    for table, schema in SCHEMAS.items()
}


def _texts(value: object) -> list[str]:
    texts = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
    return [text for text in (_text(one) for one in texts if isinstance(one, str)) if text]


def _text(value: str) -> str | None:
    """Text as the tables hold it: NFC, no lone surrogates, no NUL, not empty."""
    if value.isascii():
        cut = value[:TEXT_LIMIT].replace("\0", "").strip()
    else:
        whole = value[:TEXT_LIMIT].encode("utf-8", "replace").decode("utf-8").replace("\0", "")
        cut = unicodedata.normalize("NFC", whole).strip()
    return cut or None
