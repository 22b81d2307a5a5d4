"""Sorted keys with the place of what they name: a file that is searched where it lies.

An id is a key of its own. Of any other identifier the key is made: the first 12 bytes of the MD5 of
`scheme:value`. Both are evenly spread, so a search guesses where a key lies instead of halving.

Source: docs/format/catalogue.md, "Serving table".
"""

import hashlib
import mmap
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from longplay.catalogue.disposable import unusable
from longplay.catalogue.engine import query
from longplay.catalogue.entities import KINDS, Place
from longplay.catalogue.sorting import read, spread_out
from longplay.store.failures import storing

if TYPE_CHECKING:  # slow to import
    from duckdb import DuckDBPyConnection

KEY_SIZE: Final = 12
RANK_BITS: Final = 30
"""Ranks are below 2^30; the two bits above are the number of the kind."""

_RECORD: Final = np.dtype([("high", ">u8"), ("low", ">u4"), ("place", "<u4")])
_PLACE: Final = struct.Struct("<I")
_BATCH: Final = 1_000_000
_STRETCH: Final = "high >> 59"
"""One of 32 stretches: some 17 M of 500 M keys."""
_GUESSES: Final = 12
"""Guesses before halving: evenly spread keys need about log log n."""


def identifier_key(scheme: str, value: str) -> bytes:
    """The key of an identifier, 12 bytes."""
    return hashlib.md5(f"{scheme}:{value}".encode(), usedforsecurity=False).digest()[:KEY_SIZE]


def write_keys(connection: "DuckDBPyConnection", name: str, path: Path, **values: object) -> int:
    """Write the keys that a query gives, in order and each once; how many there were.

    Keys are evenly spread, so their first digits cut them into stretches of one size: all at once they are
    more than DuckDB sorts in some GB.

    Args:
        connection: of `engine.connected`.
        name: of the query: high, low, place, in no order.
        path: of the file, which is made.
        values: the query's parameters.

    Raises:
        StorageError: it could not be written.
    """
    waiting = path.with_suffix(".waiting")
    rows = 0
    with storing(path), path.open("xb") as out:
        for stretch in spread_out(connection, f"({query(name)})", _STRETCH, waiting, **values):
            in_order = f"SELECT DISTINCT high, low, place FROM {read(stretch)} ORDER BY ALL"
            for batch in connection.sql(in_order).to_arrow_reader(_BATCH):
                records = np.empty(batch.num_rows, _RECORD)
                for column in ("high", "low", "place"):
                    records[column] = batch.column(column).to_numpy(zero_copy_only=False)
                out.write(records.tobytes())
                rows += batch.num_rows
    with storing(waiting):
        shutil.rmtree(waiting)
    return rows


class KeyFile:
    """The keys of a file, looked up by searching it; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Of a file that `write_keys` wrote.

        Raises:
            StorageError: it cannot be read, or is no such file.
        """
        size = _RECORD.itemsize
        with storing(path), path.open("rb") as file:
            total = path.stat().st_size
            if total % size:
                raise unusable(path.parent, f"{path.name} ends in the middle of a key")
            self._records = total // size
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if total else b""

    def __len__(self) -> int:
        return self._records

    def places(self, key: bytes) -> Iterator[Place]:
        """Of what goes by this key, in the order of the file; usually one or none."""
        at = self._first(key)
        while at < self._records and self._key(at) == key:
            (place,) = _PLACE.unpack_from(self._bytes, at * _RECORD.itemsize + KEY_SIZE)
            if place >> RANK_BITS < len(KINDS):
                yield Place(KINDS[place >> RANK_BITS], place & ((1 << RANK_BITS) - 1))
            at += 1

    def _key(self, at: int) -> bytes:
        begin = at * _RECORD.itemsize
        return bytes(self._bytes[begin : begin + KEY_SIZE])

    def _first(self, key: bytes) -> int:
        """Where the first key lies that is not below this one."""
        low, high = 0, self._records  # the answer lies in [low, high]
        below, above = 0, (1 << 8 * KEY_SIZE) - 1  # keys at the ends
        wanted = int.from_bytes(key)
        guesses = 0
        while low < high:
            middle = (low + high) // 2
            if guesses < _GUESSES and below <= wanted <= above and above > below:
                middle = low + (wanted - below) * (high - 1 - low) // (above - below)
            guesses += 1
            found = int.from_bytes(self._key(middle))
            if found < wanted:
                low, below = middle + 1, found
            else:
                high, above = middle, found
        return low
