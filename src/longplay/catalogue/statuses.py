"""The status of every recording of a snapshot: those that are known rank by rank, and the line for the rest.

Who has which status is for `longplay.curation.matching.ledger_of_reasons` to say.

Source: design, section 3, rule 5; docs/reference/matching.md, "Statuses".
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from longplay.model.statuses import Status

Ranks = npt.NDArray[np.uint32]

EXCEPTIONS: Final = (
    Status.HELD,
    Status.DAMAGED,
    Status.WITHDRAWN,
    Status.DUPLICATE,
    Status.UNAVAILABLE,
    Status.REFUSED,
)
"""Statuses that are known rank by rank; of two the earlier one holds."""


class Statuses:
    """The status of every recording of one snapshot."""

    def __init__(self, *, recordings: int, line: int, ranks: Mapping[Status, Ranks]) -> None:
        """From what is known.

        Args:
            recordings: how many it has; their ranks are 1 up to that.
            line: rank of the last recording that is wanted.
            ranks: of each status of `EXCEPTIONS`; what stands under two has the earlier one.
        """
        self.line = line
        self._recordings = recordings
        self._ranks: dict[Status, Ranks] = {}
        taken = np.zeros(0, np.uint32)
        for status in EXCEPTIONS:
            named = np.unique(ranks.get(status, taken[:0]).astype(np.uint32))
            mine = np.setdiff1d(named[(named > 0) & (named <= recordings)], taken, assume_unique=True)
            self._ranks[status] = mine
            taken = np.union1d(taken, mine)
        self._taken = taken

    def of(self, ranks: Ranks) -> list[Status]:
        """The status of each of these recordings, in their order."""
        found = np.where(ranks <= self.line, Status.WANTED.value, Status.BELOW_THE_LINE.value).astype(object)
        for status, mine in self._ranks.items():
            found[_is_among(ranks, mine)] = status.value
        return [Status(one) for one in found]

    def few(self, status: Status) -> Ranks | None:
        """The recordings of a status, by rank; `None` where they are most of the catalogue."""
        return self._ranks.get(status)

    def with_status(self, status: Status) -> Ranks:
        """The recordings of a status, by rank.

        Of `wanted` and `below-the-line` this is most of the catalogue: 4 bytes a recording.
        """
        if status in self._ranks:
            return self._ranks[status]
        first, last = (1, self.line) if status is Status.WANTED else (self.line + 1, self._recordings)
        every = np.arange(first, last + 1, dtype=np.uint32)
        return np.setdiff1d(every, self._taken, assume_unique=True)


def _is_among(ranks: Ranks, sorted_ranks: Ranks) -> npt.NDArray[np.bool_]:
    if not len(sorted_ranks):
        return np.zeros(len(ranks), np.bool_)
    at = np.minimum(np.searchsorted(sorted_ranks, ranks), len(sorted_ranks) - 1)
    found: npt.NDArray[np.bool_] = sorted_ranks[at] == ranks
    return found
