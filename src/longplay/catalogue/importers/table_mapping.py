"""Mapping files: what the columns of somebody's table are, in TOML.

It opens no table; whether the columns are there shows when one is read.

Source: TOML 1.0; docs/reference/catalogue-tables.md.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeVar

import pyarrow as pa

from longplay.catalogue.sources.tables import SCHEMAS, SourceTable
from longplay.errors import UsageError


class Form(StrEnum):
    """How a table is written."""

    CSV = "csv"
    PARQUET = "parquet"
    JSON_LINES = "jsonl"


UNITS: Final = {
    "duration_ms": ("ms", "s", "clock"),
    "at": ("s", "ms", "us", "ns", "iso"),
    "listener": ("user",),
}
"""Units that a column may be in, the usual one first. `identifiers` has the scheme of its values instead."""

_KEYS: Final = frozenset(
    {"source", "table", "licence", "format", "delimiter", "columns", "constants", "split", "units"}
)
_SOURCE: Final = re.compile(r"[a-z][a-z0-9-]{0,49}")
_SCHEME: Final = re.compile(r"[a-z][a-z0-9.-]{0,49}")

Constant = str | int | list[str]
_Word = TypeVar("_Word", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMapping:
    """What a mapping file says. Targets are names of columns of `table`.

    Attributes:
        source: name of the source its ids belong to.
        table: which rows come of it.
        licence: of the data; `None` where it is not known.
        form: how the files are written; `None`: their names say.
        delimiter: between cells of CSV, one character; `None`: a comma, in `.tsv` a tab.
        columns: column of the file by target.
        constants: value by target, the same in each row.
        split: separator by target, for lists that are written as one text.
        units: unit by target, see `UNITS`.
    """

    source: str
    table: SourceTable
    licence: str | None = None
    form: Form | None = None
    delimiter: str | None = None
    columns: Mapping[str, str]
    constants: Mapping[str, Constant] = field(default_factory=dict)
    split: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)

    @property
    def schema(self) -> pa.Schema:
        """Of the table."""
        return SCHEMAS[self.table]

    @property
    def required(self) -> tuple[str, ...]:
        """Targets without which a row is none, in the table's order."""
        return tuple(one.name for one in self.schema if not one.nullable and not pa.types.is_list(one.type))


def read_mapping(text: str, *, name: str) -> TableMapping:
    """What a mapping file says.

    Args:
        text: its content.
        name: what the file is called, for the error.

    Raises:
        UsageError: it says something else than a mapping; the message says what to write.
    """
    try:
        return _Reader(name, tomllib.loads(text)).mapping()
    except (tomllib.TOMLDecodeError, RecursionError) as exc:
        raise UsageError(f'{name}: not TOML: {exc}; text stands in quotes, as in title = "Name"') from exc


class _Reader:
    """One mapping file that is TOML."""

    def __init__(self, name: str, said: dict[str, Any]) -> None:
        self._name = name
        self._said = said

    def mapping(self) -> TableMapping:
        if unknown := sorted(self._said.keys() - _KEYS):
            raise self._error(f"{unknown[0]!r} means nothing; there are {_listed(_KEYS)}")
        table = self._choice("table", SourceTable)
        if table is None:
            raise self._error(f"say which rows it gives: table = one of {_listed(SourceTable)}")
        found = TableMapping(
            source=self._source(),
            table=table,
            licence=self._text("licence"),
            form=self._choice("format", Form),
            delimiter=self._delimiter(),
            columns=self._texts("columns", table),
            constants=self._constants(table),
            split=self._texts("split", table),
            units=self._texts("units", table),
        )
        self._check_targets(found)
        self._check_split(found)
        self._check_units(found)
        return found

    def _error(self, text: str) -> UsageError:
        return UsageError(f"{self._name}: {text}")

    def _text(self, key: str) -> str | None:
        value = self._said.get(key)
        if value is not None and not (isinstance(value, str) and value.strip()):
            raise self._error(f'write {key} as text in quotes, or leave it out: {key} = "..."')
        return value

    def _choice(self, key: str, words: type[_Word]) -> _Word | None:
        value = self._text(key)
        if value is not None and value not in list(words):
            raise self._error(f"{key} is {value!r}; write one of {_listed(words)}")
        return None if value is None else words(value)

    def _source(self) -> str:
        source = self._text("source") or ""
        if not _SOURCE.fullmatch(source):
            raise self._error('name the source in small letters, digits and hyphens: source = "my-library"')
        return source

    def _delimiter(self) -> str | None:
        value = self._text("delimiter") if self._said.get("delimiter") != "\t" else "\t"
        if value is not None and (len(value) != 1 or not value.isascii() or value in '"\r\n'):
            raise self._error('the delimiter is one character of ASCII: delimiter = ";"')
        return value

    def _section(self, key: str, table: SourceTable) -> dict[str, Any]:
        section = self._said.get(key, {})
        if not isinstance(section, dict):
            raise self._error(f"write {key} as a section: [{key}], and below it a line for each column")
        for target in section:
            if target not in SCHEMAS[table].names:
                raise self._error(
                    f"[{key}] has {target!r}, but a {table} has {_listed(SCHEMAS[table].names)}: "
                    "the column of the catalogue stands left, that of your file right"
                )
        return section

    def _texts(self, key: str, table: SourceTable) -> dict[str, str]:
        section = self._section(key, table)
        for target, value in section.items():
            if not isinstance(value, str) or not value:
                raise self._error(f'[{key}] {target}: write text in quotes: {target} = "..."')
        return section

    def _constants(self, table: SourceTable) -> dict[str, Constant]:
        section = self._section("constants", table)
        for target, value in section.items():
            kind = SCHEMAS[table].field(target).type
            is_list = pa.types.is_list(kind) and isinstance(value, list)
            if is_list and all(isinstance(one, str) for one in value):
                continue
            is_number = pa.types.is_integer(kind) and type(value) is int
            if not (is_number or isinstance(value, str)):
                wanted = "a whole number" if pa.types.is_integer(kind) else "text in quotes"
                raise self._error(f"[constants] {target}: write {wanted}")
        return section

    def _check_targets(self, found: TableMapping) -> None:
        if not found.columns:
            raise self._error('no column is mapped: write [columns], and below it lines such as title = "name"')
        if both := sorted(found.columns.keys() & found.constants.keys()):
            raise self._error(f"{both[0]} is in [columns] and in [constants]: remove one")
        for target in found.required:
            if target not in found.columns and target not in found.constants:
                raise self._error(
                    f"each {found.table} must have {target}, which is nowhere: write {target} = "
                    '"column of your file" below [columns], or a value for all rows below [constants]'
                )

    def _check_split(self, found: TableMapping) -> None:
        for target in found.split:
            if target not in found.columns or not pa.types.is_list(found.schema.field(target).type):
                lists = [one.name for one in found.schema if pa.types.is_list(one.type)]
                raise self._error(
                    f"[split] {target}: only lists that stand in [columns] are split, of a {found.table} "
                    f"{_listed(lists) or 'none'}"
                )

    def _check_units(self, found: TableMapping) -> None:
        for target, unit in found.units.items():
            if target == "identifiers" and _SCHEME.fullmatch(unit):
                continue
            if unit not in UNITS.get(target, ()):
                known = _listed(UNITS[target]) if target in UNITS else "none"
                raise self._error(f"[units] {target}: {unit!r} is no unit of it; known: {known}")


def _listed(words: Any) -> str:
    return ", ".join(sorted(str(word) for word in words))
