"""The depositor's table: a CSV that says what each file is and under which licence it comes.

Only the column `path` must be there; `formats.rights_table` reads those that state rights; all others are kept
as provenance. Paths are relative to the table's folder. Held in a temporary SQLite file, so that a table of any
length takes the same memory.

Source: docs/reference/rights-table.md.
"""

import json
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from longplay.errors import MalformedInput, UsageError
from longplay.formats.csv_rows import read_rows
from longplay.formats.paths import path_from_text, path_text
from longplay.formats.rights_table import LICENCE, TERMS
from longplay.model.findings import Finding, FindingCode, Severity
from longplay.model.holdings import Given
from longplay.model.rights import RightsStatement
from longplay.rights.table_rows import row_rights

_KIND: Final = "rights table"
_RIGHTS: Final = frozenset({"path", "content_id", *LICENCE, *TERMS})
"""Columns that are no provenance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """What the table says of one file.

    Attributes:
        statement: about its rights; `None` when the row states none.
        given: every other column that is filled, in column order.
        findings: cells that could not be read: what the row grants lacks them.
    """

    statement: RightsStatement | None
    given: Given
    findings: tuple[Finding, ...] = ()


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
        database = sqlite3.connect("")
        database.execute("CREATE TABLE row (path BLOB, line INTEGER, columns TEXT, used INTEGER DEFAULT 0)")
        database.executemany("INSERT INTO row (path, line, columns) VALUES (?, ?, ?)", _rows(path))
        database.execute("CREATE INDEX by_path ON row (path)")
        return cls(database, path)

    def rows(self, path: Path) -> list[TableRow]:
        """What the table says of the file at an absolute path; more than one row when it says so twice."""
        key = os.fsencode(path)
        found = self._database.execute("SELECT line, columns FROM row WHERE path = ? ORDER BY rowid", (key,))
        rows = [_table_row(json.loads(columns), line, self.path.name) for line, columns in found]
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


def _rows(path: Path) -> Iterator[tuple[bytes, int, str]]:
    folder = os.fsencode(path.parent)
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            header, rows = read_rows(text, kind=_KIND)
            if "path" not in header:
                raise MalformedInput(_KIND, "no column `path` in its first line")
            for row in rows:
                if "path" in row.cells:
                    yield _absolute(folder, row.cells["path"]), row.line, json.dumps(row.cells)
    except MalformedInput as exc:
        raise MalformedInput(_KIND, f"{path}: {exc.reason}") from exc
    except OSError as exc:
        raise UsageError(f"{path} cannot be read: {exc.strerror}") from exc


def _absolute(folder: bytes, stated: str) -> bytes:
    """The file a cell names: literally, or else in the written form with `%XX`."""
    literal = os.path.normpath(os.path.join(folder, stated.encode()))  # noqa: PTH118 - bytes
    if "%" not in stated or os.path.lexists(literal):
        return literal
    return os.path.normpath(os.path.join(folder, path_from_text(stated)))  # noqa: PTH118 - bytes


def _table_row(columns: dict[str, str], line: int, table: str) -> TableRow:
    read = row_rights(columns, table=table)
    return TableRow(
        statement=read.statement,
        given=tuple((name, value) for name, value in columns.items() if name not in _RIGHTS),
        findings=tuple(
            Finding(
                code=FindingCode.RIGHTS_CELL_UNREAD,
                severity=Severity.WARNING,
                path=path_text(table),
                detail=f"line {line}: column {one.column}: {one.detail}",
            )
            for one in read.problems
        ),
    )
