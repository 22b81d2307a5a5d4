"""Texts that come in whole columns, told from spoiled ones.

Arrow ends a CSV file at bytes that are no UTF-8 where it should pass over a row. So they become U+FFFD on the
way in, and rows that hold one are told from the others: a name with a hole in it is nobody's name.

Source: Unicode 16, section 3.9, "U+FFFD Substitution of Maximal Subparts".
"""

import codecs
import io
from typing import IO, Final, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from longplay.catalogue.sources.texts import all_bytes

_CHUNK: Final = 1 << 20
HOLE: Final = "\ufffd".encode()
"""What stands in place of bytes that are no UTF-8."""


class _Mended(io.RawIOBase):
    """A stream that is UTF-8 whatever the one below it is."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._ready = memoryview(b"")
        self._is_at_end = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        while not self._ready and not self._is_at_end:
            chunk = self._stream.read(_CHUNK)
            self._is_at_end = not chunk
            self._ready = memoryview(self._decoder.decode(chunk, final=not chunk).encode())
        number = min(len(view), len(self._ready))
        view[:number] = self._ready[:number]
        self._ready = self._ready[number:]
        return number


def mended(stream: IO[bytes]) -> IO[bytes]:
    """The same bytes, with U+FFFD in place of what is no UTF-8."""
    return cast(IO[bytes], io.BufferedReader(_Mended(stream), _CHUNK))


PLACE: Final = "#place"
"""Of a batch to be judged: where each record stands in its file, from 1."""


def without_spoiled(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, list[int]]:
    """The rows without U+FFFD in any column of text or bytes, and the places of the others.

    Args:
        batch: with `PLACE`.
    """
    good = pa.repeat(pa.scalar(True), batch.num_rows)
    for column in batch.columns:
        is_text = pa.types.is_binary(column.type) or pa.types.is_string(column.type)
        if is_text and HOLE in all_bytes(column):
            is_spoiled = pc.fill_null(pc.match_substring(column.cast(pa.binary()), HOLE), False)
            good = pc.and_(good, pc.invert(is_spoiled))
    return batch.filter(good), batch.column(PLACE).filter(pc.invert(good)).to_pylist()


def places(before: int, count: int) -> pa.Array:
    """Where so many records stand in their file, from 1, when so many stand before them."""
    return pa.array(np.arange(before + 1, before + count + 1, dtype=np.int64))


def halves(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """A batch of two rows or more in two, to find the row that spoils it.

    Taken, not sliced: a slice is still checked with what lies around it.
    """
    middle = batch.num_rows // 2
    return batch.take(pa.array(range(middle))), batch.take(pa.array(range(middle, batch.num_rows)))
