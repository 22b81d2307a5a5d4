"""Finding what to compare: an index over the sub-fingerprints of all recordings.

A *key* is an item of a fingerprint without its four least stable bits. Recordings that share keys are
candidates. Of two minutes one key in eight is kept, of short recordings all of them; of those between, one in
two or four. Which ones is decided by a hash of the key, so that the same ones are kept everywhere. Still items
(silence, hum, a held tone) give no key.

The index is a folder of immutable segments (`longplay.curation.segment`), merged by eights: their number grows
with the logarithm of the recordings. It may be killed at any instant, and may be deleted and built again. The
answers depend on the recordings that are in it, and not on the order in which they came or were merged.

It does not decide: see `longplay.curation.comparison`. Recordings too short or too steady for a key are in it,
but nobody finds them there: lossless ones are matched by the MD5 of their samples.

Source: J. Haitsma, T. Kalker (2002), section 5 (search by sub-fingerprints); P. O'Neil et al., "The
log-structured merge-tree" (1996).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from longplay.curation import segment as segments
from longplay.curation.comparison import Sample, still
from longplay.curation.segment import SUFFIX, UNFINISHED, Ids, Segment, Words
from longplay.model.digests import ContentId
from longplay.store.failures import storing
from longplay.store.locks import locked

FANOUT: Final = 8
"""So many segments of about one size become one."""

BATCH: Final = 8_192
"""Recordings that are gathered in memory before they become a segment."""

BUDGET: Final = 200_000
"""Postings that one query reads at most. Rare keys come first: what all recordings share tells nothing."""

_STABLE: Final = np.uint32(0xFFFFFFFF & ~(1 << 4 | 1 << 10 | 1 << 12 | 1 << 16))
"""The bits of an item that make its key: without those that coding and cutting turn most often."""

_FACTOR: Final = np.uint32(2_654_435_761)
"""The golden ratio times 2**32: Knuth's multiplicative hash."""

_ALL_BELOW: Final = 161
_STEPS: Final = 3
"""Sounding items below which all keys are kept; each doubling halves them, so many times."""


def keys_of(fingerprint: NDArray[np.uint32]) -> Words:
    """The keys of a fingerprint that the index keeps and asks for, ascending, all different.

    Args:
        fingerprint: items in order of time, shape (items,).
    """
    sounding = fingerprint[~still(fingerprint)]
    keys = np.unique(sounding & _STABLE)
    step = sum(len(sounding) >= _ALL_BELOW << doubling for doubling in range(_STEPS))
    return keys[(keys * _FACTOR) >> np.uint32(32 - _STEPS) < 1 << (_STEPS - step)]


class CandidateIndex:
    """The index in a folder. Several processes may ask at once; a second one that adds has to wait."""

    def __init__(self, folder: Path) -> None:
        """Of a folder that need not exist; nothing is made until something is added."""
        self._folder = folder
        self._segments: tuple[Segment, ...] = ()
        self.refresh()

    def refresh(self) -> None:
        """See what other processes added. Damaged and foreign files do not count: add what they had again."""
        known = {segment.path: segment for segment in self._segments}
        paths = sorted(self._folder.glob(f"*{SUFFIX}"))
        found = [known.get(path) or Segment.open(path) for path in paths]
        whole = [segment for segment in found if segment is not None]
        replaced = {name for segment in whole for name in segment.replaced}
        self._segments = tuple(segment for segment in whole if segment.path.stem not in replaced)

    def __len__(self) -> int:
        """How many recordings are in it."""
        return sum(len(segment.ids) for segment in self._segments)

    @property
    def postings(self) -> int:
        """How many pairs of key and recording are in it."""
        return sum(len(segment.postings) for segment in self._segments)

    @property
    def segments(self) -> int:
        """How many segments it has."""
        return len(self._segments)

    def missing(self, content_ids: Iterable[ContentId]) -> list[ContentId]:
        """Those of the given recordings that are not in it, in their order."""
        wanted = list(content_ids)
        unknown = self._unknown(_ids(bytes.fromhex(one) for one in wanted))
        return [one for one, is_unknown in zip(wanted, unknown, strict=True) if is_unknown]

    def add(self, samples: Iterable[Sample]) -> int:
        """Take recordings in; those that are in it already, by content id, change nothing.

        What is taken in survives a kill; of the last `BATCH` recordings all are in or none.

        Returns:
            How many were new.

        Raises:
            ArchiveBusy: another process is adding.
            StorageError: the folder cannot be written; everything before the last batch is in.
        """
        added = 0
        with locked(self._folder / "lock", what="adding to the index of candidates"), storing(self._folder):
            self._clear()
            for batch in _batches(samples):
                new = self._new_of(batch)
                if new:
                    segments.write(self._folder, new)
                    self.refresh()
                    self._merge()
                added += len(new)
        return added

    def query(self, fingerprint: NDArray[np.uint32], limit: int = 20) -> list[tuple[ContentId, int]]:
        """The recordings that share most keys with a fingerprint, the likeliest first.

        Args:
            fingerprint: items in order of time, shape (items,).
            limit: so many at most. What is asked about is among them when it is in the index.

        Returns:
            Content ids and the number of keys shared, at least 1; equal numbers by content id.
        """
        keys = keys_of(fingerprint)
        ranges = [segment.ranges(keys) for segment in self._segments]
        read = _affordable(keys, ranges)
        best: dict[bytes, int] = {}
        for segment, both in zip(self._segments, ranges, strict=True):
            best.update(_best_of(segment, both[read], limit))
        ranked = sorted(best.items(), key=lambda one: (-one[1], one[0]))
        return [(ContentId(content_id.hex()), hits) for content_id, hits in ranked[:limit]]

    def _unknown(self, ids: Ids) -> NDArray[np.bool_]:
        unknown = np.ones(len(ids), np.bool_)
        for segment in self._segments:
            unknown &= segment.numbers_of(ids) < 0
        return unknown

    def _new_of(self, batch: list[Sample]) -> list[tuple[bytes, Words]]:
        """Content id and keys of each sample that is not there yet, each once."""
        first = {sample.content_id: sample for sample in reversed(batch)}
        new = self.missing(first)
        return [(bytes.fromhex(one), keys_of(first[one].fingerprint)) for one in new]

    def _merge(self) -> None:
        """Merge where `FANOUT` segments of about one size have come together."""
        while full := self._full_tier():
            segments.merge(self._folder, full)
            self.refresh()
            self._clear()

    def _full_tier(self) -> list[Segment]:
        tiers: dict[int, list[Segment]] = defaultdict(list)
        for segment in self._segments:
            tiers[_tier(len(segment.ids))].append(segment)
        return next((tier for _, tier in sorted(tiers.items()) if len(tier) >= FANOUT), [])

    def _clear(self) -> None:
        """Delete what does not count: unfinished, replaced, damaged, foreign."""
        self.refresh()
        counted = {segment.path for segment in self._segments}
        for path in (*self._folder.glob(f"*{SUFFIX}"), *self._folder.glob(f"*{UNFINISHED}")):
            if path not in counted:
                path.unlink(missing_ok=True)


def _ids(raw: Iterable[bytes]) -> Ids:
    return np.frombuffer(b"".join(raw), "S32")


def _batches(samples: Iterable[Sample]) -> Iterator[list[Sample]]:
    rest = iter(samples)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _tier(documents: int) -> int:
    tier = 0
    while documents >= FANOUT:
        documents //= FANOUT
        tier += 1
    return tier


def _affordable(keys: Words, ranges: list[NDArray[np.int64]]) -> NDArray[np.intp]:
    """Which keys to read: the rarest, as many as `BUDGET` allows."""
    counts = np.zeros(len(keys), np.int64)
    for both in ranges:
        counts += np.maximum(both[:, 1] - both[:, 0], 0)
    rarest = np.lexsort((keys, counts))
    return rarest[counts[rarest].cumsum() <= BUDGET]


def _best_of(segment: Segment, ranges: NDArray[np.int64], limit: int) -> Iterator[tuple[bytes, int]]:
    """The documents of a segment that the most of the ranges name, and how many."""
    parts = [segment.postings[begin:end] for begin, end in ranges.tolist() if begin < end]
    if not parts:
        return
    numbers, hits = np.unique(np.concatenate(parts), return_counts=True)
    known = numbers < len(segment.ids)  # a damaged segment may name others
    numbers, hits = numbers[known], hits[known]
    for at in np.lexsort((numbers, -hits))[:limit]:
        yield segment.id_of(int(numbers[at])), int(hits[at])
