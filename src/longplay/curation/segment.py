"""One immutable piece of the index of candidates: which recordings contain which keys.

A segment is a NumPy file with one row of little-endian 32-bit words, so that it is mapped and not read:

    magic, version, documents, replaced segments, keys, postings (two words)
    names of the replaced segments, 8 words each
    content ids of its documents, ascending, 8 words each
    postings: for each key the numbers of its documents, ascending, counted from 0 in the order of content ids
    (one word of zero, if needed for the next part to begin at an even word)
    where the postings of each key begin, and where the last ones end: two words each
    keys, ascending

The name of the file is the digest of its content, so that a damaged or foreign file is noticed when it is
opened. Of a file above `WHOLE` bytes the digest covers evenly spaced blocks only: opening stays cheap. What
slips through is harmless: a wrong candidate is compared and found different.

A merged segment names those it replaces. Until they are deleted, both are there, and the new one counts.

It does not know what a key is: see `longplay.curation.candidates`.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Self, cast

import numpy as np
from numpy.typing import NDArray

SUFFIX: Final = ".npy"
UNFINISHED: Final = ".unfinished"
WHOLE: Final = 1 << 26
"""Bytes up to which the digest covers the whole file."""

AT_ONCE: Final = 1 << 21
"""Postings that are merged at once, about: 100 MB of memory."""

_MAGIC: Final = 0x4C504358
_VERSION: Final = 1
_HEADER: Final = 7
_NAME: Final = 8
"""Words of the header, of a name and of a content id."""

_BLOCK, _BLOCKS = 1 << 20, 64
_PREFACE: Final = 128
"""Bytes before the words of a NumPy file with one dimension."""

Words = NDArray[np.uint32]
Ids = NDArray[np.bytes_]
"""Content ids, 32 bytes each, dtype `S32`: NumPy compares them rightly, but cuts zeros off a single one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A segment, mapped.

    Attributes:
        path: where it lies.
        replaced: names of the segments that it was merged from.
        ids: content ids, ascending, shape (documents,).
        postings: document numbers, shape (postings,).
        starts: of the postings of each key, uint64, shape (keys + 1,).
        keys: ascending, shape (keys,).
    """

    path: Path
    replaced: tuple[str, ...]
    ids: Ids
    postings: Words
    starts: NDArray[np.uint64]
    keys: Words

    @classmethod
    def open(cls, path: Path) -> Self | None:
        """The segment in a file; `None` if it is damaged, foreign or gone."""
        try:
            if _digest(path) != path.stem:
                return None
            words = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError, OverflowError):
            return None
        is_row = isinstance(words, np.memmap) and words.dtype == np.dtype("<u4") and words.ndim == 1
        if not is_row or len(words) < _HEADER:
            return None
        return cls._of(path, cast(Words, words))

    @classmethod
    def _of(cls, path: Path, words: Words) -> Self | None:
        magic, version, documents, replaced, keys, low, high = (int(word) for word in words[:_HEADER])
        ids_at = _HEADER + _NAME * replaced
        postings_at = ids_at + _NAME * documents
        starts_at = _even(postings_at + (low | high << 32))
        keys_at = starts_at + 2 * (keys + 1)
        if (magic, version, len(words)) != (_MAGIC, _VERSION, keys_at + keys):
            return None
        names = words[_HEADER:ids_at].reshape(-1, _NAME)
        return cls(
            path=path,
            replaced=tuple(name.tobytes().hex() for name in names),
            ids=words[ids_at:postings_at].view("S32"),
            postings=words[postings_at : postings_at + (low | high << 32)],
            starts=words[starts_at:keys_at].view("<u8"),
            keys=words[keys_at:],
        )

    def numbers_of(self, ids: Ids) -> NDArray[np.int64]:
        """The document number of each id; -1 where it has none. Shape as `ids`."""
        if not len(self.ids):
            return np.full(len(ids), -1, np.int64)
        at = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[at] == ids, at, -1).astype(np.int64)

    def id_of(self, number: int) -> bytes:
        """The content id of a document, 32 bytes."""
        return self.ids[number : number + 1].tobytes()

    def ranges(self, keys: Words) -> NDArray[np.int64]:
        """Where the postings of each key begin and end, equal where there are none; shape (keys, 2)."""
        if not len(self.keys):
            return np.zeros((len(keys), 2), np.int64)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        both = np.stack([self.starts[at], self.starts[at + 1]], axis=1).astype(np.int64)
        both[self.keys[at] != keys] = 0
        return both

    def _between(self, first: int, end: int) -> "tuple[Words, Words]":
        """The postings with keys from `first` to before `end`: their keys and documents."""
        low, high = (int(np.searchsorted(self.keys, np.uint64(key))) for key in (first, end))
        starts = self.starts[low : high + 1].astype(np.int64)
        return np.repeat(self.keys[low:high], np.diff(starts)), self.postings[starts[0] : starts[-1]]


def _even(at: int) -> int:
    return at + at % 2


def write(folder: Path, documents: Iterable[tuple[bytes, Words]]) -> Path:
    """A new segment of documents, each a content id of 32 bytes and its keys, all ids different.

    Atomic and durable. The order of the documents does not matter.

    Raises:
        OSError: it could not be written.
    """
    ordered = sorted(documents, key=lambda one: one[0])
    ids = np.frombuffer(b"".join(one[0] for one in ordered), "S32")
    counts = [len(one[1]) for one in ordered]
    keys = np.concatenate([np.empty(0, np.uint32), *(one[1] for one in ordered)])
    numbers = np.repeat(np.arange(len(ordered), dtype=np.uint32), counts)
    return _publish(folder, ids, (), [_sorted(keys, numbers)])


def merge(folder: Path, segments: Sequence[Segment]) -> Path:
    """One segment in place of several, which may then be deleted.

    Atomic and durable. Memory: some 100 MB, and 72 bytes a document. A document that is in two counts once.

    Raises:
        OSError: it could not be written.
    """
    ids = np.unique(np.concatenate([segment.ids for segment in segments]))
    replaced = tuple(sorted(segment.path.stem for segment in segments))
    return _publish(folder, ids, replaced, _merged(ids, segments))


_Block = tuple[Words, Words]
"""Postings by ascending key and document: their keys and their documents."""


def _merged(ids: Ids, segments: Sequence[Segment]) -> Iterator[_Block]:
    numbers = [np.searchsorted(ids, segment.ids).astype(np.uint32) for segment in segments]
    cuts = _cuts(segments)
    for first, end in zip([0, *cuts], [*cuts, 1 << 32], strict=True):
        parts = [segment._between(first, end) for segment in segments]
        keys = np.concatenate([keys for keys, _ in parts])
        yield _sorted(keys, np.concatenate([new[old] for new, (_, old) in zip(numbers, parts, strict=True)]))


def _cuts(segments: Sequence[Segment]) -> list[int]:
    """Keys that divide the postings of all into parts of about `AT_ONCE`."""
    largest = max(segments, key=lambda segment: len(segment.postings))
    parts = -(-sum(len(segment.postings) for segment in segments) // AT_ONCE)
    at = np.linspace(0, len(largest.postings), parts + 1).astype(np.uint64)[1:-1]
    places = np.minimum(np.searchsorted(largest.starts, at), len(largest.keys) - 1)
    return [int(key) for key in np.unique(largest.keys[places])]


def _sorted(keys: Words, numbers: Words) -> _Block:
    both = np.unique(keys.astype(np.uint64) << np.uint64(32) | numbers)
    return (both >> np.uint64(32)).astype("<u4"), both.astype("<u4")


def _publish(folder: Path, ids: Ids, replaced: Sequence[str], blocks: Iterable[_Block]) -> Path:
    descriptor, name = tempfile.mkstemp(UNFINISHED, dir=folder)
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            _write(file, folder, ids, replaced, blocks)
            file.flush()
            os.fsync(file.fileno())
        path = folder / f"{_digest(unfinished)}{SUFFIX}"
        unfinished.rename(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    _sync_folder(folder)
    return path


def _write(file: BinaryIO, folder: Path, ids: Ids, replaced: Sequence[str], blocks: Iterable[_Block]) -> None:
    """Everything in its order; the header at last, when all is counted."""
    file.seek(_PREFACE + 4 * _HEADER)
    file.write(b"".join(bytes.fromhex(name) for name in replaced))
    file.write(ids.tobytes())
    with tempfile.TemporaryFile(dir=folder) as starts, tempfile.TemporaryFile(dir=folder) as keys:
        postings = _write_blocks(file, cast(BinaryIO, starts), cast(BinaryIO, keys), blocks)
        if (file.tell() - _PREFACE) % 8:
            file.write(bytes(4))
        keys_count = keys.tell() // 4
        for part in (starts, keys):
            part.seek(0)
            shutil.copyfileobj(part, file)
    words = (file.tell() - _PREFACE) // 4
    header = (_MAGIC, _VERSION, len(ids), len(replaced), keys_count, postings & 0xFFFFFFFF, postings >> 32)
    file.seek(0)
    np.lib.format.write_array_header_1_0(file, {"descr": "<u4", "fortran_order": False, "shape": (words,)})
    file.write(np.array(header, "<u4").tobytes())


def _write_blocks(file: BinaryIO, starts: BinaryIO, keys: BinaryIO, blocks: Iterable[_Block]) -> int:
    """Write the postings, and aside where those of each key begin and the keys; returns how many postings."""
    total = 0
    for key, number in blocks:
        first = np.flatnonzero(np.diff(key, prepend=key[:1] ^ np.uint32(1)))
        file.write(number.tobytes())
        starts.write((first + total).astype("<u8").tobytes())
        keys.write(key[first].tobytes())
        total += len(number)
    starts.write(total.to_bytes(8, "little"))
    return total


def _digest(path: Path) -> str:
    """SHA-256 of the length and of the content, or of blocks of it."""
    with path.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        digest = hashlib.sha256(size.to_bytes(8, "little"))
        if size <= WHOLE:
            digest.update(file.readall())
            return digest.hexdigest()
        for number in range(_BLOCKS):
            file.seek((size - _BLOCK) * number // (_BLOCKS - 1))
            digest.update(file.read(_BLOCK))
    return digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
