"""Any table with a mapping file: rows of one source table from CSV, Parquet or JSON lines.

A row that lacks what it must have is rejected alone; the good rows of a batch stay together.

Source: docs/reference/catalogue-tables.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from longplay.catalogue.importers.arrow_texts import PLACE, halves
from longplay.catalogue.importers.listens import time_fault, times_hold
from longplay.catalogue.importers.table_columns import column_of
from longplay.catalogue.importers.table_files import KIND, batches
from longplay.catalogue.importers.table_mapping import Constant, TableMapping, read_mapping
from longplay.catalogue.sources.importer import Fault, Importer, Together
from longplay.catalogue.sources.rows import Rows
from longplay.catalogue.sources.streams import Member
from longplay.catalogue.sources.texts import empty_lists
from longplay.errors import MalformedInput, UsageError

_BAD_ARROW: Final = (pa.ArrowException, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch(Together):
    """Rows none of which is bad.

    Attributes:
        columns: all columns of the source table, in its order, of its types; but `listener` is the user's name.
    """

    columns: pa.RecordBatch

    @property
    def count(self) -> int:
        """As `Together` has it."""
        return int(self.columns.num_rows)


def importer(mapping_text: str, *, name: str) -> Importer:
    """The importer that a mapping file describes.

    Args:
        mapping_text: content of the mapping file.
        name: what the file is called, for errors.

    Raises:
        UsageError: it is no mapping; the message says what to write.
    """
    mapping = read_mapping(mapping_text, name=name)
    for target, value in mapping.constants.items():
        _check_constant(mapping, target, value, name)
    return Importer(
        kind=KIND,
        source=mapping.source,
        licences={mapping.table.value: mapping.licence} if mapping.licence else {},
        cut=partial(_cut, mapping),
        read=partial(_read, mapping),
        names_people="listener" in mapping.schema.names,
    )


def _check_constant(mapping: TableMapping, target: str, value: Constant, name: str) -> None:
    try:
        column = column_of(_repeated(value, 1), target, mapping)
    except _BAD_ARROW:
        column = pa.nulls(1)
    holds = times_hold(column) if target == "at" else column.is_valid()
    if not holds[0].as_py() or column[0].as_py() == []:
        meaning = mapping.schema.field(target).metadata[b"meaning"].decode()
        raise UsageError(f"{name}: [constants] {target}: {value!r} will not do; wanted: {meaning}")


def _repeated(value: Constant, count: int) -> pa.Array:
    kind = pa.list_(pa.string()) if isinstance(value, list) else pa.string()
    return pa.repeat(pa.scalar(value if isinstance(value, list) else str(value), kind), count)


def _cut(mapping: TableMapping, member: Member) -> Iterator[Batch | Fault]:
    """Batches of good rows, each followed by the bad rows among them.

    Raises:
        MalformedInput: the file breaks, lacks a column, or has one of another type; rows before that stand.
    """
    for found in batches(member, mapping):
        if isinstance(found, Fault):
            yield found
        elif found.num_rows:
            yield from _parted(mapping, found)


def _parted(mapping: TableMapping, stated: pa.RecordBatch) -> Iterator[Batch | Fault]:
    """Good rows together, bad ones alone; what Arrow cannot look at (no UTF-8) is halved until it is alone."""
    try:
        stated.validate(full=True)
        columns = _columns(mapping, stated)
    except pa.ArrowNotImplementedError as exc:
        raise MalformedInput(KIND, f"a column of a type that is not read: {str(exc)[:200]}") from exc
    except _BAD_ARROW:
        yield from _halved(mapping, stated)
        return
    good = _good(mapping, columns)
    if pc.any(good).as_py():
        yield Batch(columns=columns.filter(good))
    bad = pc.invert(good)
    rows = columns.select(mapping.required).filter(bad).to_pylist()
    for row, place in zip(rows, stated.column(PLACE).filter(bad).to_pylist(), strict=True):
        yield Fault(reason=_reason(row), place=place)


def _halved(mapping: TableMapping, stated: pa.RecordBatch) -> Iterator[Batch | Fault]:
    if stated.num_rows <= 1:
        place = stated.column(PLACE)[0].as_py()
        yield Fault(reason="a value that is not UTF-8, or no value of its column", place=place)
        return
    for half in halves(stated):
        yield from _parted(mapping, half)


def _columns(mapping: TableMapping, stated: pa.RecordBatch) -> pa.RecordBatch:
    """All columns of the source table; what the mapping does not name is null, or an empty list."""
    count = stated.num_rows
    arrays = []
    for field in mapping.schema:
        if field.name in mapping.columns:
            arrays.append(column_of(stated.column(field.name), field.name, mapping))
        elif field.name in mapping.constants:
            arrays.append(column_of(_repeated(mapping.constants[field.name], count), field.name, mapping))
        elif pa.types.is_list(field.type):
            arrays.append(empty_lists(count))
        else:
            arrays.append(pa.nulls(count, field.type))
    return pa.RecordBatch.from_arrays(arrays, names=mapping.schema.names)


def _good(mapping: TableMapping, columns: pa.RecordBatch) -> pa.Array:
    good = pa.repeat(pa.scalar(value=True), columns.num_rows)
    for name in mapping.required:
        column = columns.column(name)
        good = pc.and_(good, times_hold(column) if name == "at" else column.is_valid())
    return good


def _reason(row: dict[str, object]) -> str:
    missing = next((name for name, value in row.items() if value is None), None)
    if missing is not None:
        return f"no {missing}, or none that can be"
    at = row.get("at")
    return (time_fault(at) if isinstance(at, int) else None) or "no row"


def _read(mapping: TableMapping, raw: object, rows: Rows) -> None:
    """Rows of what `_cut` gave.

    Raises:
        MalformedInput: it is a bad row, or nothing that `_cut` gives.
    """
    match raw:
        case Batch(columns=columns):
            try:
                table = _table(mapping, columns, rows)
            except (*_BAD_ARROW, KeyError) as exc:
                raise MalformedInput(KIND, "no batch of rows of this table") from exc
            rows.add_table(mapping.table, table)
        case Fault(reason=reason):
            raise MalformedInput(KIND, reason)
        case _:
            raise MalformedInput(KIND, "no rows of a table")


def _table(mapping: TableMapping, columns: pa.RecordBatch, rows: Rows) -> pa.Table:
    named = dict(zip(columns.schema.names, columns.columns, strict=True))
    if "listener" in named:
        # each user is made a listener once, however many listens there are
        encoded = named["listener"].cast(pa.string()).dictionary_encode()
        known = [rows.listener(user) for user in encoded.dictionary.to_pylist()]
        named["listener"] = pa.array(known, pa.int64()).take(encoded.indices)
    return pa.table(named).cast(mapping.schema)
