"""Files of tables, cut into batches: CSV, Parquet and JSON lines, of which only mapped columns are read.

It does not judge values. Lines that are none come as faults beside the batches, without their words.

Source: RFC 4180, Apache Parquet, https://jsonlines.org.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from operator import attrgetter, methodcaller
from pathlib import Path
from typing import IO, Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from longplay.catalogue.importers.arrow_texts import PLACE, mended, places, without_spoiled
from longplay.catalogue.importers.table_columns import is_nested, item_type
from longplay.catalogue.importers.table_mapping import Form, TableMapping
from longplay.catalogue.sources.importer import Fault
from longplay.catalogue.sources.lines import line_blocks
from longplay.catalogue.sources.streams import Member, reading, seekable
from longplay.errors import MalformedInput

KIND: Final = "table"

_BLOCK: Final = 8 << 20
_BATCH_ROWS: Final = 1 << 16
_FORMS: Final = {
    ".csv": Form.CSV,
    ".tsv": Form.CSV,
    ".parquet": Form.PARQUET,
    ".jsonl": Form.JSON_LINES,
    ".ndjson": Form.JSON_LINES,
    ".json": Form.JSON_LINES,
}
_NO_RECORD: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def batches(member: Member, mapping: TableMapping) -> Iterator[pa.RecordBatch | Fault]:
    """The rows of a file, by the names of targets, as the file has them; nothing of files of other forms.

    Raises:
        MalformedInput: the file breaks, lacks a column, or has one of another type; batches before that stand.
    """
    suffix = Path(member.name).suffix.lower()
    match mapping.form or _FORMS.get(suffix):
        case Form.CSV:
            delimiter = mapping.delimiter or ("\t" if suffix == ".tsv" else ",")
            found = _of_csv(member.stream, mapping, delimiter)
        case Form.PARQUET:
            found = _of_parquet(member, mapping)
        case Form.JSON_LINES:
            found = _of_json_lines(member.stream, mapping)
        case None:
            return
    try:
        with reading(KIND):
            yield from found
    except (pa.ArrowException, ValueError) as exc:
        raise MalformedInput(KIND, f"the file cannot be read from here on: {_told(exc)}") from exc


def _told(exc: BaseException) -> str:
    return " ".join(str(exc).split())[:200]


def _of_csv(stream: IO[bytes], mapping: TableMapping, delimiter: str) -> Iterator[pa.RecordBatch | Fault]:
    faults: list[Fault] = []
    before = 0

    def note(row: csv.InvalidRow) -> str:
        faults.append(Fault(reason=f"a line of {row.actual_columns} cells, wanted {row.expected_columns}"))
        return "skip"

    try:
        with _opened_csv(
            stream, mapping, csv.ParseOptions(delimiter=delimiter, invalid_row_handler=note)
        ) as reader:
            for batch in reader:
                kept, spoiled = without_spoiled(batch.append_column(PLACE, places(before, batch.num_rows)))
                before += batch.num_rows
                yield _by_target(kept, mapping)
                yield from (Fault(reason="a line that is no UTF-8", place=place) for place in spoiled)
                yield from faults
                faults.clear()
    except pa.ArrowKeyError as exc:
        raise MalformedInput(KIND, f"the mapping names a column that is not there: {_told(exc)}") from exc
    except pa.ArrowInvalid as exc:
        # what Arrow says may hold words of the row, and these may name who listened
        if "Empty CSV file" not in str(exc):
            reason = f"no CSV from here on: a quote that is not closed, or a row of more than {_BLOCK} bytes"
            raise MalformedInput(KIND, reason) from None
    yield from faults


def _opened_csv(stream: IO[bytes], mapping: TableMapping, parse: csv.ParseOptions) -> csv.CSVStreamingReader:
    wanted = list(dict.fromkeys(mapping.columns.values()))
    parse.newlines_in_values = True
    convert = csv.ConvertOptions(
        include_columns=wanted,
        column_types=dict.fromkeys(wanted, pa.binary()),
        null_values=[],
        check_utf8=False,
    )
    return csv.open_csv(mended(stream), csv.ReadOptions(use_threads=False, block_size=_BLOCK), parse, convert)


def _by_target(batch: pa.RecordBatch, mapping: TableMapping) -> pa.RecordBatch:
    arrays = [batch.column(name) for name in (*mapping.columns.values(), PLACE)]
    return pa.RecordBatch.from_arrays(arrays, names=[*mapping.columns, PLACE])


def _of_parquet(member: Member, mapping: TableMapping) -> Iterator[pa.RecordBatch]:
    with seekable(member, kind=KIND) as file:
        yield from _of_parquet_file(file, mapping)


def _of_parquet_file(file: IO[bytes], mapping: TableMapping) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(file) as parquet:
        schema = parquet.schema_arrow
        for target, name in mapping.columns.items():
            if schema.names.count(name) != 1:
                there = ", ".join(schema.names)[:200]
                raise MalformedInput(KIND, f"the mapping names a column {name!r}; there are {there}")
            _check_type(schema.field(name), mapping, target)
        wanted = list(dict.fromkeys(mapping.columns.values()))
        before = 0
        for batch in parquet.iter_batches(batch_size=_BATCH_ROWS, columns=wanted):
            yield _by_target(batch.append_column(PLACE, places(before, batch.num_rows)), mapping)
            before += batch.num_rows


def _check_type(field: pa.Field, mapping: TableMapping, target: str) -> None:
    wants_list = pa.types.is_list(mapping.schema.field(target).type)
    single = item_type(field.type) or field.type if wants_list else field.type
    if is_nested(single):
        wanted = "texts, or a list of them" if wants_list else "one value in each row"
        raise MalformedInput(KIND, f"column {field.name!r} is {str(field.type)[:100]}, wanted {wanted}")


def _of_json_lines(stream: IO[bytes], mapping: TableMapping) -> Iterator[pa.RecordBatch | Fault]:
    names = list(dict.fromkeys(mapping.columns.values()))
    decode, getters = _reader(names)
    before = 0
    for block in line_blocks(stream, kind=KIND):
        records, standing, bad = _decoded(block, before, decode)
        before += len(block)
        if records:
            columns = {name: list(map(get, records)) for name, get in zip(names, getters, strict=True)}
            arrays = [_json_array(columns[name], target, mapping) for target, name in mapping.columns.items()]
            yield pa.RecordBatch.from_arrays([*arrays, standing], names=[*mapping.columns, PLACE])
        yield from (Fault(reason="a line that is no JSON object", place=place) for place in bad)


def _reader(names: list[str]) -> tuple[Callable[[bytes], Any], list[Callable[[Any], object]]]:
    """What decodes a line, and what gets each of its fields: no others are made, where names allow it."""
    fields = {f"c{place}": name for place, name in enumerate(names)}
    try:
        record = msgspec.defstruct("Record", [(field, Any, None) for field in fields], rename=fields, gc=False)
    except ValueError:  # a name with a quote, a backslash or a control character
        return msgspec.json.Decoder(dict).decode, [methodcaller("get", name) for name in names]
    return msgspec.json.Decoder(record).decode, [attrgetter(field) for field in fields]


def _decoded(
    lines: list[bytes], before: int, decode: Callable[[bytes], Any]
) -> tuple[list[Any], pa.Array, list[int]]:
    """The objects of those lines that are some, their places, and the places of the others."""
    try:
        return list(map(decode, lines)), places(before, len(lines)), []
    except _NO_RECORD:
        found, good, bad = [], [], []
        for place, line in enumerate(lines, before + 1):
            try:
                found.append(decode(line))
                good.append(place)
            except _NO_RECORD:
                bad.append(place)
        return found, pa.array(good, pa.int64()), bad


def _json_array(values: list[object], target: str, mapping: TableMapping) -> pa.Array:
    """Values as they stand where all are texts or whole numbers; else as texts, or lists of them."""
    if pa.types.is_list(mapping.schema.field(target).type):
        return pa.array([_json_texts(value) for value in values], pa.list_(pa.string()))
    kinds = set(map(type, values)) - {type(None)}
    with suppress(OverflowError, UnicodeEncodeError):
        if kinds <= {str}:
            return pa.array(values, pa.string())
        if kinds == {int}:
            return pa.array(values, pa.int64())
    return pa.array([_json_text(value) for value in values], pa.string())


def _json_text(value: object) -> str | None:
    if isinstance(value, str):
        return value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else None


def _json_texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text for text in map(_json_text, values) if text is not None]
