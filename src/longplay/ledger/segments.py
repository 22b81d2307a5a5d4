"""Segments of a journal chain: files of lines, sealed by compression once they are full.

`journal/<writer>/<first seq, 12 digits>.jsonl`, then `.jsonl.zst` when sealed.

Source: docs/format/journal.md.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from longplay.errors import JournalBroken
from longplay.store.failures import storing
from longplay.store.local import sync_folder

OPEN_SUFFIX: Final = ".jsonl"
SEALED_SUFFIX: Final = ".jsonl.zst"
SEGMENT_LIMIT: Final = 64 * 1024 * 1024
"""A segment is sealed when it has grown past this, bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One file of a chain.

    Attributes:
        path: where it lies.
        first: `seq` of its first line.
        sealed: whether it is compressed and final.
    """

    path: Path
    first: int
    sealed: bool


def segment_path(folder: Path, first: int) -> Path:
    """Path of the open segment that starts at line `first`."""
    return folder / f"{first:012d}{OPEN_SUFFIX}"


def segments(folder: Path) -> list[Segment]:
    """The segments of a chain in order; of a sealed one and its leftover original only the sealed one."""
    found: dict[int, Segment] = {}
    for path in sorted(folder.glob("*" + OPEN_SUFFIX + "*")):
        number, _, suffix = path.name.partition(".")
        sealed = f".{suffix}" == SEALED_SUFFIX
        if not number.isdigit() or not (sealed or f".{suffix}" == OPEN_SUFFIX):
            continue
        if sealed or int(number) not in found:
            found[int(number)] = Segment(path=path, first=int(number), sealed=sealed)
    return [found[first] for first in sorted(found)]


def read_lines(segment: Segment) -> Iterator[bytes]:
    """The whole lines of a segment, without line feeds; an unterminated last one is left out.

    A segment that was sealed since it was listed is read in its sealed form.

    Raises:
        StorageError: it could not be read.
        JournalBroken: a sealed segment cannot be unpacked to its end.
    """
    at, line = segment.first, b""
    with storing(segment.path):
        raw, sealed = _opened(segment)
        with raw:
            for line in _unpacked(raw, segment) if sealed else raw:
                if line.endswith(b"\n"):
                    at += 1
                    yield line[:-1]
    if sealed and not line.endswith(b"\n"):
        raise JournalBroken(segment.path.parent.name, at, "its sealed segment is cut short")


def _opened(segment: Segment) -> tuple[BinaryIO, bool]:
    """A segment's file, and whether it is the sealed one."""
    try:
        return segment.path.open("rb"), segment.sealed
    except FileNotFoundError:
        if segment.sealed:
            raise
        return _sealed_path(segment).open("rb"), True


def _sealed_path(segment: Segment) -> Path:
    return segment.path.with_name(segment.path.name.removesuffix(OPEN_SUFFIX) + SEALED_SUFFIX)


def _unpacked(raw: BinaryIO, segment: Segment) -> Iterator[bytes]:
    import io

    import zstandard

    try:
        with zstandard.ZstdDecompressor().stream_reader(raw, closefd=False) as reader:
            yield from io.BufferedReader(reader)
    except zstandard.ZstdError as exc:
        reason = f"its sealed segment cannot be unpacked: {exc}"
        raise JournalBroken(segment.path.parent.name, segment.first, reason) from exc


def seal(segment: Segment) -> Segment:
    """Compress a full segment; killed at any instant, either form is whole.

    Raises:
        StorageError: it could not be written.
    """
    import zstandard

    target = _sealed_path(segment)
    unfinished = target.with_name(target.name + ".unfinished")
    with storing(target):
        with segment.path.open("rb") as plain, unfinished.open("wb") as packed:
            zstandard.ZstdCompressor(level=9).copy_stream(plain, packed)
            packed.flush()
            os.fsync(packed.fileno())
        unfinished.rename(target)
        sync_folder(target.parent)
        segment.path.unlink()
    return Segment(path=target, first=segment.first, sealed=True)


def remove_leftovers(folder: Path) -> None:
    """Remove what a kill during `seal` left: unfinished files, and originals that are sealed already."""
    with storing(folder):
        for unfinished in folder.glob("*.unfinished"):
            unfinished.unlink()
        for sealed in folder.glob("*" + SEALED_SUFFIX):
            original = sealed.with_name(sealed.name.removesuffix(".zst"))
            original.unlink(missing_ok=True)
