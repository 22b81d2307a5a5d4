"""Streams of bytes cut into lines: one at a time or many, overlong ones in bounded memory."""

import io
from collections.abc import Iterator
from typing import IO, Final, cast

from longplay.catalogue.sources.streams import reading
from longplay.errors import MalformedInput

LINE_LIMIT: Final = 64 << 20
"""A longer line is malformed, bytes; it is skipped without being held."""

AT_ONCE: Final = 1 << 16
"""Lines that are given together at most."""

_CHUNK: Final = 1 << 20


def lines(stream: IO[bytes], *, kind: str) -> Iterator[bytes]:
    """Lines without their ends, the last one with or without; empty ones are left out.

    A line over `LINE_LIMIT` comes as its first 200 bytes and an ellipsis, so that it is rejected as no record.

    Raises:
        MalformedInput: the stream breaks; lines before that were given.
    """
    for block in line_blocks(stream, kind=kind, size=1):
        yield from block


def line_blocks(stream: IO[bytes], *, kind: str, size: int = 4 << 20) -> Iterator[list[bytes]]:
    """`lines`, many at a time: which of them come together depends on the bytes alone, however they are read.

    Args:
        stream: of bytes.
        kind: for the error.
        size: bytes that are gathered before they are given, where there are so many; at most `AT_ONCE` lines.

    Raises:
        MalformedInput: the stream breaks; lines before that were given.
    """
    begun = _Begun()
    block: list[bytes] = []
    held = 0
    try:
        for chunk in _chunks(stream, kind):
            found = begun.lines(chunk)
            block += found
            held += sum(map(len, found))
            while len(block) > AT_ONCE:
                yield block[:AT_ONCE]
                del block[:AT_ONCE]
            if held >= size:
                yield block
                block, held = [], 0
    except MalformedInput:
        yield block
        raise
    yield [*block, *begun.lines(b"\n")]


def _chunks(stream: IO[bytes], kind: str) -> Iterator[bytes]:
    """Pieces of one size but for the last; of a stream that breaks, all before the break."""
    buffered = cast(io.BufferedIOBase, stream)
    parts: list[bytes] = []
    got = 0
    try:
        with reading(kind):
            while part := buffered.read1(_CHUNK - got):
                parts.append(part)
                got += len(part)
                if got == _CHUNK:
                    yield b"".join(parts)
                    parts, got = [], 0
    except MalformedInput:
        yield b"".join(parts)
        raise
    yield b"".join(parts)


class _Begun:
    """A line that has begun and not ended yet; of an overlong one, only the beginning is held."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def lines(self, chunk: bytes) -> list[bytes]:
        """The lines that end in a chunk, the begun one first."""
        end = chunk.rfind(b"\n")
        if end < 0:
            self._go_on(chunk)
            return []
        first, _, others = chunk[:end].partition(b"\n")
        self._go_on(first)
        found = [b"".join(self._parts), *others.split(b"\n")]
        self._parts, self._size = [], 0
        self._go_on(chunk[end + 1 :])
        if b"\r" in chunk or b"\r" in found[0]:
            found = [line.strip(b"\r") for line in found]
        return [line for line in found if line]

    def _go_on(self, part: bytes) -> None:
        if self._size > LINE_LIMIT:
            return
        self._parts.append(part)
        self._size += len(part)
        if self._size > LINE_LIMIT:
            self._parts = [b"".join(self._parts)[:200], "…".encode()]
