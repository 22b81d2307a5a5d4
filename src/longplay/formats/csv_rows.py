"""Rows of a CSV file of any length, one at a time, in bounded memory.

Knows no columns: who reads a table says which it needs.

Source: RFC 4180; UTF-8, with or without a byte order mark.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TextIO

from longplay.errors import MalformedInput

CELL_LIMIT: Final = 1 << 20
"""A longer cell is malformed, characters."""

ROW_LIMIT: Final = 4 << 20
"""A longer row is malformed, characters, line ends included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row.

    Attributes:
        line: on which line of the file it ends, from 1: the line itself where no cell holds a line break.
        cells: text by column, in column order; empty ones, and cells beyond the header, are left out.
    """

    line: int
    cells: dict[str, str]


class _Reader:
    """Rows of cells, for each of which no more than `ROW_LIMIT` characters are held."""

    def __init__(self, text: TextIO, kind: str) -> None:
        self._text = text
        self._kind = kind
        self._room = ROW_LIMIT
        self._rows = csv.reader(self._lines(), strict=True)

    @property
    def line(self) -> int:
        return self._rows.line_num

    def next(self) -> list[str] | None:
        """The next row that is not blank; `None` at the end."""
        try:
            for cells in self._rows:
                self._room = ROW_LIMIT
                if cells:
                    return cells
        except UnicodeDecodeError as exc:
            raise MalformedInput(self._kind, "not UTF-8: save it as UTF-8") from exc
        except csv.Error as exc:
            raise MalformedInput(self._kind, f"line {self.line}: {exc}") from exc
        return None

    def _lines(self) -> Iterator[str]:
        while line := self._text.readline(self._room + 1):
            self._room -= len(line)
            if self._room < 0:
                raise MalformedInput(self._kind, f"a row is longer than {ROW_LIMIT} characters")
            yield line


def read_rows(text: TextIO, *, kind: str) -> tuple[tuple[str, ...], Iterator[Row]]:
    """The names of the columns, and the rows below them.

    Args:
        text: opened as UTF-8 (`utf-8-sig`) with `newline=""`.
        kind: what it should be, for the error.

    Raises:
        MalformedInput: not UTF-8, a line that is no CSV, or a cell or row too long; the rows raise it too.
        OSError: it could not be read.
    """
    csv.field_size_limit(CELL_LIMIT)
    reader = _Reader(text, kind)
    header = tuple(reader.next() or ())
    return header, _below(header, reader)


def _below(header: tuple[str, ...], reader: _Reader) -> Iterator[Row]:
    while (cells := reader.next()) is not None:
        pairs = zip(header, cells, strict=False)
        yield Row(line=reader.line, cells={name: cell for name, cell in pairs if name and cell})
