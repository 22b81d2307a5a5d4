"""The depositor's table: a CSV that says what each file is and under which licence it comes.

Columns `path, licence, licence_evidence, artist, title, album`; only `path` must be there; further ones are
kept as provenance. Paths are relative to the table's folder. Held in a temporary SQLite file, so that a table
of any length takes the same memory.

Source: docs/reference/rights-table.md.
"""

import csv
import json
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from longplay.errors import MalformedInput, UsageError
from longplay.formats.paths import path_from_text, path_text
from longplay.model.holdings import Given
from longplay.model.rights import RightsStatement, StatementSource
from longplay.rights.readers import statement

_RIGHTS: Final = ("path", "licence", "licence_evidence")
_FIELD_LIMIT: Final = 1 << 20
"""A longer cell is malformed, characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """What the table says of one file.

    Attributes:
        statement: about its rights; `None` when the licence cell is empty.
        given: every other column that is filled, in column order.
    """

    statement: RightsStatement | None
    given: Given


class DepositTable:
    """A rights table, read once and looked up by absolute path."""

    def __init__(self, database: sqlite3.Connection, path: Path) -> None:
        """Use `DepositTable.read`."""
        self._database = database
        self.path = path

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a table.

        Raises:
            MalformedInput: not UTF-8, no column `path`, or a line that is no CSV.
            UsageError: it could not be read.
        """
        csv.field_size_limit(_FIELD_LIMIT)
        database = sqlite3.connect("")
        database.execute("CREATE TABLE row (path BLOB, columns TEXT, used INTEGER DEFAULT 0)")
        database.executemany("INSERT INTO row (path, columns) VALUES (?, ?)", _rows(path))
        database.execute("CREATE INDEX by_path ON row (path)")
        return cls(database, path)

    def rows(self, path: Path) -> list[TableRow]:
        """What the table says of the file at an absolute path; more than one row when it says so twice."""
        key = os.fsencode(path)
        found = self._database.execute("SELECT columns FROM row WHERE path = ? ORDER BY rowid", (key,))
        rows = [_table_row(json.loads(columns), self.path.name) for (columns,) in found]
        if rows:
            self._database.execute("UPDATE row SET used = 1 WHERE path = ?", (key,))
        return rows

    def close(self) -> None:
        """Let the temporary database go."""
        self._database.close()

    def unused(self, root: Path) -> Iterator[str]:
        """Written paths below `root`, sorted, that the table names and nobody looked up."""
        prefix = os.fsencode(root) + b"/"
        found = self._database.execute(
            "SELECT DISTINCT path FROM row WHERE used = 0 AND substr(path, 1, ?) = ? ORDER BY path",
            (len(prefix), prefix),
        )
        for (path,) in found:
            yield path_text(path[len(prefix) :])


def _rows(path: Path) -> Iterator[tuple[bytes, str]]:
    folder = os.fsencode(path.parent)
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text, strict=True)
            if "path" not in (reader.fieldnames or ()):
                raise MalformedInput("rights table", f"{path} has no column `path` in its first line")
            for row in reader:
                columns = {name: value for name, value in row.items() if name and value}
                if "path" in columns:
                    yield _absolute(folder, columns["path"]), json.dumps(columns)
    except UnicodeDecodeError as exc:
        raise MalformedInput("rights table", f"{path} is not UTF-8: save it as UTF-8") from exc
    except OSError as exc:
        raise UsageError(f"{path} cannot be read: {exc.strerror}") from exc
    except csv.Error as exc:
        raise MalformedInput("rights table", f"{path}: {exc}") from exc


def _absolute(folder: bytes, stated: str) -> bytes:
    """The file a cell names: literally, or else in the written form with `%XX`."""
    literal = os.path.normpath(os.path.join(folder, stated.encode()))  # noqa: PTH118 - bytes
    if "%" not in stated or os.path.lexists(literal):
        return literal
    return os.path.normpath(os.path.join(folder, path_from_text(stated)))  # noqa: PTH118 - bytes


def _table_row(columns: dict[str, str], table: str) -> TableRow:
    stated = columns.get("licence")
    evidence = columns.get("licence_evidence") or f"column licence of {table}"
    return TableRow(
        statement=statement(stated, evidence=evidence, source=StatementSource.TABLE) if stated else None,
        given=tuple((name, value) for name, value in columns.items() if name not in _RIGHTS),
    )
