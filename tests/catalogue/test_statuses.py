"""Statuses: every recording has exactly one, as a plain dictionary of them says."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from longplay.catalogue.statuses import EXCEPTIONS, Ranks, Statuses
from longplay.model.statuses import Status

RANKS = st.lists(st.integers(0, 50))


def ranks(numbers: list[int]) -> Ranks:
    return np.array(numbers, np.uint32)


@given(
    recordings=st.integers(0, 40),
    share=st.integers(0, 40),
    named=st.dictionaries(st.sampled_from(EXCEPTIONS), RANKS),
)
def test_every_recording_has_one_status(recordings: int, share: int, named: dict[Status, list[int]]) -> None:
    line = min(share, recordings)
    statuses = Statuses(
        recordings=recordings,
        line=line,
        ranks={status: ranks(numbers) for status, numbers in named.items()},
    )
    expected = {
        rank: next(
            (status for status in EXCEPTIONS if rank in named.get(status, ())),
            Status.WANTED if rank <= line else Status.BELOW_THE_LINE,
        )
        for rank in range(1, recordings + 1)
    }
    assert dict(zip(expected, statuses.of(ranks(list(expected))), strict=True)) == expected
    for status in Status:
        mine = [rank for rank, known in expected.items() if known is status]
        assert statuses.with_status(status).tolist() == mine
