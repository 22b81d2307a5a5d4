"""How much a listen still counts: the newer the month, the more, in integers.

Source: docs/format/catalogue.md, "Popularity".
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

ONE: Final = 1 << 20
"""The weight of a listen in the month of the snapshot."""

UNDATED_HALF_LIVES: Final = 1
"""Listens without a month count as if so many half-lives had passed."""


def month_weights(months: Iterable[int], *, as_of: date, half_life_months: float) -> dict[int, int]:
    """The weight of a listen by month: `ONE` now, half of it for every half-life that has passed.

    Args:
        months: year × 100 + month; 0: unknown. A month after `as_of` counts as that of `as_of`.
        as_of: day of the snapshot.
        half_life_months: greater than 0.

    Returns:
        Integers from 0 to `ONE`, rounded, so that sums do not depend on the order of adding.
    """
    weights = {}
    for month in months:
        if month == 0:
            age: float = UNDATED_HALF_LIVES * half_life_months
        else:
            age = max(0, (as_of.year - month // 100) * 12 + as_of.month - month % 100)
        weights[month] = round(ONE * 2.0 ** (-age / half_life_months))
    return weights
