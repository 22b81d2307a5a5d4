"""Files of tables, cut into batches: CSV, Parquet and JSON lines, of which only mapped columns are read.

It does not judge values. Lines that are none come as faults beside the batches, without their words.

Source: RFC 4180, Apache Parquet, https://jsonlines.org.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from operator import attrgetter
from pathlib import Path
from typing import IO, Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from longplay.catalogue.importer import Fault
from longplay.catalogue.importers.arrow_texts import mended, without_spoiled
from longplay.catalogue.importers.table_columns import is_nested, item_type
from longplay.catalogue.importers.table_mapping import Form, TableMapping
from longplay.catalogue.lines import line_blocks
from longplay.catalogue.streams import Member, reading, seekable
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

    def note(row: csv.InvalidRow) -> str:
        faults.append(Fault(reason=f"a line of {row.actual_columns} cells, wanted {row.expected_columns}"))
        return "skip"

    try:
        with _opened_csv(
            stream, mapping, csv.ParseOptions(delimiter=delimiter, invalid_row_handler=note)
        ) as reader:
            for batch in reader:
                kept, spoiled = without_spoiled(batch)
                yield _by_target(kept, mapping)
                yield from (Fault(reason="a line that is no UTF-8") for _ in range(spoiled))
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
    arrays = [batch.column(name) for name in mapping.columns.values()]
    return pa.RecordBatch.from_arrays(arrays, names=list(mapping.columns))


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
        for batch in parquet.iter_batches(batch_size=_BATCH_ROWS, columns=wanted):
            yield _by_target(batch, mapping)


def _check_type(field: pa.Field, mapping: TableMapping, target: str) -> None:
    wants_list = pa.types.is_list(mapping.schema.field(target).type)
    single = item_type(field.type) or field.type if wants_list else field.type
    if is_nested(single):
        wanted = "texts, or a list of them" if wants_list else "one value in each row"
        raise MalformedInput(KIND, f"column {field.name!r} is {str(field.type)[:100]}, wanted {wanted}")


def _of_json_lines(stream: IO[bytes], mapping: TableMapping) -> Iterator[pa.RecordBatch | Fault]:
    names = list(dict.fromkeys(mapping.columns.values()))
    fields = [f"c{place}" for place in range(len(names))]
    stated = dict(zip(fields, names, strict=True))
    record = msgspec.defstruct("Record", [(field, Any, None) for field in fields], rename=stated, gc=False)
    decode = msgspec.json.Decoder(record).decode
    for block in line_blocks(stream, kind=KIND):
        records = _decoded(block, decode)
        columns = {name: list(map(attrgetter(field), records)) for field, name in stated.items()}
        if records:
            arrays = [_json_array(columns[name], target, mapping) for target, name in mapping.columns.items()]
            yield pa.RecordBatch.from_arrays(arrays, names=list(mapping.columns))
        yield from (Fault(reason="a line that is no JSON object") for _ in range(len(block) - len(records)))


def _decoded(lines: list[bytes], decode: Callable[[bytes], object]) -> list[object]:
    """The objects of those lines that are some."""
    try:
        return list(map(decode, lines))
    except _NO_RECORD:
        found = []
        for line in lines:
            with suppress(*_NO_RECORD):
                found.append(decode(line))
        return found


def _json_array(values: list[object], target: str, mapping: TableMapping) -> pa.Array:
    """Values as they stand where all are texts or whole numbers; else as texts, or lists of them."""
    if pa.types.is_list(mapping.schema.field(target).type):
        return pa.array([_json_texts(value) for value in values], pa.list_(pa.string()))
    try:
        array = pa.array(values)
        if pa.types.is_string(array.type) or pa.types.is_int64(array.type):
            return array
    except (pa.ArrowException, OverflowError, UnicodeEncodeError):
        pass
    return pa.array([_json_text(value) for value in values], pa.string())


def _json_text(value: object) -> str | None:
    if isinstance(value, str):
        return value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else None


def _json_texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text for text in map(_json_text, values) if text is not None]
