"""The words of the head of a snapshot, found by what is nearly their spelling.

Two words that differ by a letter share what is left when a letter is taken from each. So the file holds, for
each word, a hash of what is left of its beginning without any one letter, of longer ones without any two,
sorted with the number of the word; words are numbered by frequency. A query takes letters from its word alike,
looks each remainder up, and measures the few words it meets.

Edits are letters to insert, delete, replace, or swap with the next.

Source: Mor and Fraenkel (1982), A hash code method for detecting and correcting spelling errors, CACM 25(12).
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from longplay.catalogue.disposable import unusable
from longplay.catalogue.search.words import is_run
from longplay.store.failures import storing

VOCABULARY_LIMIT: Final = 4_000_000
"""Words that are kept, the most frequent: all are in memory while the file is made."""

SHORTEST: Final = 4
"""Letters of a word that is worth correcting; shorter ones are near to everything."""

LONG: Final = 8
"""Letters from which on a word may be two edits off."""

EDITS: Final = 2
"""The most edits that are forgiven."""

OFFERED: Final = 5
"""Words offered for one."""

_BEGINNING: Final = 7
_TWICE_FROM: Final = 7
_LOOKED_AT: Final = 48
"""Words looked at a remainder, the most frequent."""
_MEASURED: Final = 120
"""Words whose distance is measured, the most frequent."""
_BLOCK: Final = 1_000_000
_FACTOR: Final = 0x9E3779B97F4A7C15
_MASK: Final = 2**64 - 1

_TEXT: Final = "words.txt"
_OFFSETS: Final = "offsets.npy"
_REMAINDERS: Final = "remainders.npy"


def edits_for(word: str) -> int:
    """How many edits off a word may be."""
    if len(word) < SHORTEST or word.isdigit() or is_run(word):
        return 0
    return EDITS if len(word) >= LONG else 1


def write_words(folder: Path, counts: Mapping[str, int]) -> int:
    """Write the vocabulary into an empty folder; how many words it has.

    Args:
        folder: which is there.
        counts: documents by word; order does not matter.

    Raises:
        StorageError: it could not be written.
    """
    listed = sorted(
        (word for word in counts if len(word) >= SHORTEST - 1 and not word.isdigit() and not is_run(word)),
        key=lambda word: (-counts[word], word),
    )[:VOCABULARY_LIMIT]
    encoded = [word.encode() for word in listed]
    offsets = np.zeros(len(encoded) + 1, np.uint64)
    np.cumsum([len(word) for word in encoded], out=offsets[1:])
    remainders = np.concatenate([np.zeros(0, np.uint64), *_remainders(listed)])
    remainders.sort()
    different = np.ones(len(remainders), np.bool_)
    different[1:] = remainders[1:] != remainders[:-1]
    with storing(folder):
        (folder / _TEXT).write_bytes(b"".join(encoded))
        np.save(folder / _OFFSETS, offsets)
        np.save(folder / _REMAINDERS, remainders[different])
    return len(listed)


def _remainders(listed: Sequence[str]) -> Iterator[npt.NDArray[np.uint64]]:
    """Hash × 2^32 + number, a block of words and a length of beginning at a time."""
    for begin in range(0, len(listed), _BLOCK):
        block = listed[begin : begin + _BLOCK]
        lengths = np.array([len(word) for word in block])
        letters = np.array(block, f"<U{_BEGINNING}").view(np.uint32).reshape(len(block), _BEGINNING)
        numbers = np.arange(begin, begin + len(block), dtype=np.uint64)
        for length in range(1, _BEGINNING + 1):
            which = lengths >= length if length == _BEGINNING else lengths == length
            for kept in _kept(length, 2 if length >= _TWICE_FROM else 1):
                yield (_hashes(letters[which][:, kept]) << np.uint64(32)) | numbers[which]


def _kept(length: int, edits: int) -> Iterator[list[int]]:
    """The places that are left when up to so many of `length` are taken away."""
    for taken in range(min(edits, length) + 1):
        for places in combinations(range(length), length - taken):
            yield list(places)


def _hashes(letters: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint64]:
    """32 bits for each row of letters."""
    mixed = np.full(len(letters), letters.shape[1], np.uint64)
    for column in letters.T:
        mixed = (mixed ^ column.astype(np.uint64)) * np.uint64(_FACTOR)
        mixed ^= mixed >> np.uint64(29)
    return mixed >> np.uint64(32)


def _hash(letters: str) -> int:
    mixed = len(letters)
    for letter in letters:
        mixed = (mixed ^ ord(letter)) * _FACTOR & _MASK
        mixed ^= mixed >> 29
    return mixed >> 32


class Spelling:
    """A vocabulary, open for reading; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Of a folder that `write_words` filled.

        Raises:
            StorageError: a file is missing or cannot be read.
        """
        try:
            self._offsets: npt.NDArray[np.uint64] = np.load(folder / _OFFSETS, mmap_mode="r")
            self._remainders: npt.NDArray[np.uint64] = np.load(folder / _REMAINDERS, mmap_mode="r")
            size = (folder / _TEXT).stat().st_size
            self._text = np.memmap(folder / _TEXT, np.uint8, "r") if size else np.zeros(0, np.uint8)
        except (OSError, ValueError) as exc:
            raise unusable(folder, str(exc)) from exc

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def knows(self, word: str) -> bool:
        """Whether the vocabulary has a word; shorter ones than `SHORTEST` it need not have."""
        return any(self._word(number) == word for number in self._met(word, 0))

    def near(self, word: str, *, at_most: int) -> list[tuple[str, int]]:
        """Other words that are nearly spelt so, with their edits; the nearest first, then the most frequent.

        Two edits off are only looked for where nothing is one edit off, and where `at_most` lets them.
        """
        for edits in range(1, min(at_most, edits_for(word)) + 1):
            found = self._within(word, edits)
            if found:
                return found
        return []

    def _within(self, word: str, edits: int) -> list[tuple[str, int]]:
        from rapidfuzz.distance import OSA

        letters = set(word)
        found = []
        for number in self._met(word, edits):
            other = self._word(number)
            if len(letters.symmetric_difference(other)) > 2 * edits:
                continue  # an edit changes two letters at most
            off = OSA.distance(word, other, score_cutoff=edits)
            if 0 < off <= edits:
                found.append((off, number, other))
        return [(other, off) for off, _, other in sorted(found)[:OFFERED]]

    def _met(self, word: str, edits: int) -> list[int]:
        """Numbers of the words that share a remainder, the most frequent words only."""
        beginning = word[:_BEGINNING]
        hashes = sorted({_hash("".join(beginning[at] for at in kept)) for kept in _kept(len(beginning), edits)})
        begins = np.searchsorted(self._remainders, np.array(hashes, np.uint64) << np.uint64(32))
        met: set[int] = set()
        for hashed, begin in zip(hashes, begins.tolist(), strict=True):
            entries = self._remainders[begin : begin + _LOOKED_AT].tolist()
            met.update(entry & 0xFFFFFFFF for entry in entries if entry >> 32 == hashed)
        return sorted(met)[:_MEASURED]

    def _word(self, number: int) -> str:
        begin, end = self._offsets[number : number + 2].tolist()
        return self._text[begin:end].tobytes().decode()
