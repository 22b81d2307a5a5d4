"""Any bytes give a value or a `MalformedInput`, and nothing else, to every reader of outside bytes."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from longplay.errors import MalformedInput
from longplay.formats.bagit import (
    DECLARATION,
    check_declaration,
    read_bag_info,
    read_manifest,
    write_bag_info,
    write_manifest,
)
from longplay.formats.bencode import Bencoded, bdecode, bencode
from longplay.formats.edition import read_edition, write_edition
from longplay.formats.journal import decode_event, encode_event
from longplay.formats.metainfo import hybrid_torrent, read_torrent, v1_torrent
from longplay.formats.records import parquet_digests, read_json_lines, write_json_lines, write_parquet
from longplay.model.events import Event
from longplay.model.units import MIB
from strategies import CONTENT_IDS, DIGESTS_HEX, EDITIONS, NAMES, RECORDS, content, published

FILES = published({("a", "x"): b"x", ("b",): content(MIB + 1), ("c",): content(MIB)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One reader and bytes that it likes."""

    name: str
    read: Callable[[bytes], object]
    valid: st.SearchStrategy[bytes]


JSON_READERS = (
    Reader(
        name="journal line",
        read=decode_event,
        valid=st.builds(Event, seq=st.integers(1, 2**53), prev=DIGESTS_HEX).map(encode_event),
    ),
    Reader(name="edition.json", read=read_edition, valid=EDITIONS.map(write_edition)),
    Reader(
        name="records JSON lines",
        read=read_json_lines,
        valid=st.lists(RECORDS, min_size=1, max_size=1).map(write_json_lines),
    ),
)
BENCODE_READERS = (
    Reader(name="bencode", read=bdecode, valid=st.just(bencode({b"a": [1, b"x", {}], b"b": -5}))),
    Reader(
        name="torrent",
        read=read_torrent,
        valid=st.sampled_from([hybrid_torrent("bundle", FILES).data, v1_torrent("bundle", FILES).data]),
    ),
)
READERS = (
    *JSON_READERS,
    *BENCODE_READERS,
    Reader(
        name="manifest",
        read=read_manifest,
        valid=st.dictionaries(NAMES.map("data/{}".format), CONTENT_IDS).map(
            lambda entries: write_manifest(entries.items())
        ),
    ),
    Reader(
        name="bag-info",
        read=read_bag_info,
        valid=st.lists(st.tuples(st.text("Ab-", min_size=1), st.text()), max_size=3).map(write_bag_info),
    ),
    Reader(name="bagit.txt", read=check_declaration, valid=st.just(DECLARATION)),
    Reader(
        name="records Parquet",
        read=parquet_digests,
        valid=st.lists(RECORDS, max_size=2, unique_by=lambda record: record.path).map(write_parquet),
    ),
)

each_reader = pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
calm = settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def gives_a_value_or_malformed(reader: Reader, data: bytes) -> None:
    try:
        reader.read(data)
    except MalformedInput as malformed:
        said = str(malformed)
    else:
        return
    assert said.startswith("malformed ")


@each_reader
@calm
@given(data=st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
@example(data=b"")
@example(data=b"\0")
@example(data=b"\xff\xfe")
@example(data=b"[" * 100_000)
@example(data=b'{"a":' * 100_000)
@example(data=b"l" * 100_000)
@example(data=b"PAR1PAR1")
@example(data=b"PAR1\xff\xff\xff\xffPAR1")
def test_any_bytes(reader: Reader, data: bytes) -> None:
    gives_a_value_or_malformed(reader, data)


@each_reader
@calm
@given(given_data=st.data())
def test_valid_bytes_with_some_of_them_changed(reader: Reader, given_data: st.DataObject) -> None:
    data = bytearray(given_data.draw(reader.valid))
    for _ in range(given_data.draw(st.integers(1, 4))):
        at = given_data.draw(st.integers(0, len(data)))
        until = at + given_data.draw(st.integers(0, 3))
        data[at:until] = given_data.draw(st.binary(max_size=3))
    gives_a_value_or_malformed(reader, bytes(data))


@each_reader
@calm
@given(given_data=st.data())
def test_valid_bytes_cut_off_or_repeated(reader: Reader, given_data: st.DataObject) -> None:
    data = given_data.draw(reader.valid)
    start, end = sorted(given_data.draw(st.tuples(*[st.integers(0, len(data))] * 2)))
    gives_a_value_or_malformed(reader, data[:start])
    gives_a_value_or_malformed(reader, data[:end] + data[start:])


def replaced(tree: object, at: int, by: object) -> tuple[object, int]:
    """The tree with its node number `at` (in reading order) replaced, and how many nodes are left to skip."""
    if at == 0:
        return by, -1
    at -= 1
    if isinstance(tree, (list, dict)):
        keys = list(tree) if isinstance(tree, dict) else range(len(tree))
        copy = dict(tree) if isinstance(tree, dict) else list(tree)
        for key in keys:
            if at < 0:
                break
            copy[key], at = replaced(copy[key], at, by)
        return copy, at
    return tree, at


def nodes(tree: object) -> int:
    """How many values a tree has, itself included."""
    below = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return 1 + sum(map(nodes, below))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=4), below, max_size=3),
    max_leaves=4,
)
BENCODE_VALUES = st.recursive(
    st.integers(-1, 2**63)
    | st.binary(max_size=8)
    | st.sampled_from([b"", b".", b"a", bytes(20), bytes(32), 0]),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.binary(max_size=4), below, max_size=3),
    max_leaves=4,
)


@pytest.mark.parametrize("reader", JSON_READERS, ids=lambda reader: reader.name)
@calm
@given(given_data=st.data())
def test_json_with_one_value_replaced(reader: Reader, given_data: st.DataObject) -> None:
    tree = json.loads(given_data.draw(reader.valid))
    at = given_data.draw(st.integers(0, nodes(tree) - 1))
    other, _ = replaced(tree, at, given_data.draw(JSON_VALUES))
    gives_a_value_or_malformed(reader, json.dumps(other).encode())


@pytest.mark.parametrize("reader", BENCODE_READERS, ids=lambda reader: reader.name)
@calm
@given(given_data=st.data())
def test_bencode_with_one_value_replaced(reader: Reader, given_data: st.DataObject) -> None:
    tree: Bencoded = bdecode(given_data.draw(reader.valid))
    at = given_data.draw(st.integers(0, nodes(tree) - 1))
    other, _ = replaced(tree, at, given_data.draw(BENCODE_VALUES))
    gives_a_value_or_malformed(reader, bencode(other))


@each_reader
@settings(max_examples=20)
@given(given_data=st.data())
def test_the_bytes_that_were_changed_above_can_be_read_unchanged(
    reader: Reader, given_data: st.DataObject
) -> None:
    reader.read(given_data.draw(reader.valid))
