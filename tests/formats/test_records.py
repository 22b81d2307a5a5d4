"""The records of a bundle: JSON lines and Parquet hold the same."""

import io
from dataclasses import fields, replace
from datetime import date
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longplay.errors import MalformedInput
from longplay.formats.merkle import digest_bytes
from longplay.formats.records import (
    Record,
    digests_match,
    parquet_digests,
    read_json_lines,
    record_of,
    write_json_lines,
    write_parquet,
)
from longplay.model.holdings import Holding
from longplay.model.rights import Decision
from longplay.model.units import MIB
from strategies import HOLDINGS, RECORDS, content

MANY = st.lists(RECORDS, max_size=5, unique_by=lambda record: record.path)


def parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


@given(MANY)
def test_json_lines_come_back(records: list[Record]) -> None:
    assert read_json_lines(write_json_lines(records)) == records


@given(MANY)
def test_there_is_one_line_a_record(records: list[Record]) -> None:
    assert write_json_lines(records).count(b"\n") == len(records)


@given(MANY)
def test_parquet_holds_what_the_json_lines_hold(records: list[Record]) -> None:
    rows = pq.read_table(io.BytesIO(write_parquet(records))).to_pylist()
    plain = [{name: _as_json(name, value) for name, value in row.items()} for row in rows]
    assert plain == [msgspec.json.decode(line) for line in write_json_lines(records).splitlines()]


def _as_json(name: str, value: Any) -> Any:
    """A cell of the Parquet file as the JSON lines have it."""
    match name:
        case "tags":
            return [list(item) for item in value]
        case "broadcast" | "cues" | "carriers":
            empty = None if name == "broadcast" else []
            return msgspec.json.decode(value) if value is not None else empty
    return value


@given(MANY)
def test_the_same_records_give_the_same_parquet(records: list[Record]) -> None:
    assert write_parquet(records) == write_parquet(records)


@given(MANY)
def test_the_digests_are_found_in_the_parquet(records: list[Record]) -> None:
    assert parquet_digests(write_parquet(records)) == {
        record.path: (record.content_id, record.size) for record in records
    }


def test_parquet_has_the_columns_of_a_record_in_their_order() -> None:
    names = pq.read_schema(io.BytesIO(write_parquet([]))).names
    assert names == [field.name for field in fields(Record)]


@given(HOLDINGS, st.from_type(Decision))
def test_a_record_names_the_bytes_of_its_holding_and_no_folder(holding: Holding, decision: Decision) -> None:
    record = record_of(holding, path="data/x", decision=decision)
    assert digests_match(record, holding.digests)
    assert not digests_match(record, digest_bytes(b"other bytes"))
    assert (record.source, record.source_path) == (holding.provenances[0].source, holding.provenances[0].path)
    assert record.licence == decision.licence
    assert "root" not in {field.name for field in fields(Record)}
    assert read_json_lines(write_json_lines([record])) == [record]


@given(RECORDS)
def test_bytes_that_only_share_a_root_do_not_match(record: Record) -> None:
    large = digest_bytes(content(2 * MIB))
    small = digest_bytes(large.piece_layer)
    assert small.pieces_root == large.pieces_root
    named = replace(record, content_id=large.content_id, size=large.size, pieces_root=large.pieces_root.hex())
    assert digests_match(named, large)
    assert not digests_match(named, small)


@pytest.mark.parametrize("data", [b"\n", b"{}\n", b"[]\n", b"null", b"\xff\n", b'{"path": 1}\n'])
def test_a_line_that_is_no_record_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedInput, match="line 1"):
        read_json_lines(data)


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"other": ["x"]}),
        pa.table({"path": ["a"], "content_id": ["b"]}),
        pa.table({"path": [1], "content_id": ["b"], "size": [1]}),
        pa.table({"path": [["a"]], "content_id": ["b"], "size": [1]}),
        pa.table({"path": ["a"], "content_id": ["b"], "size": [date(2026, 1, 1)]}),
        pa.table({"path": ["a"], "content_id": ["b"], "size": pa.array([None], pa.int64())}),
        pa.table({"path": ["a", "a"], "content_id": ["b", "c"], "size": [1, 1]}),
    ],
    ids=lambda table: str(table.to_pylist()),
)
def test_parquet_with_other_columns_is_malformed(table: pa.Table) -> None:
    with pytest.raises(MalformedInput, match="malformed records"):
        parquet_digests(parquet(table))
