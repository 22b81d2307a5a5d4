"""How figures and the words of sources are told to people, in tables and plots alike.

Words of sources are cleaned of what would play tricks on a page or a terminal; whoever prints them still
escapes.
"""

import unicodedata
from typing import Final

from longplay.catalogue.statistics.figures import Band, Combination, Licence

NAME_LIMIT: Final = 120
"""Longer words of sources are cut, characters."""


def shown(text: str, limit: int = NAME_LIMIT) -> str:
    """A source's words without controls and changes of direction, cut at `limit` characters."""
    kept = "".join(char for char in text if not _plays_tricks(char))
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def percent(part: int, whole: int) -> str:
    """A share for people, such as `12.3 %`."""
    if not whole:
        return "-"
    if not part:
        return "0 %"
    share = part / whole
    return "< 0.1 %" if share < 0.0005 else f"{share:.1%}".replace("%", " %")


def clock(seconds: int) -> str:
    """A playing time, such as `3:00`."""
    return f"{seconds // 60}:{seconds % 60:02d}"


def band_name(band: Band) -> str:
    """Such as `10–19`."""
    return str(band.low) if band.low == band.high else f"{band.low}–{band.high}"


def licence_name(row: Licence) -> str:
    """The licence, or what stands for it."""
    if row.licence is not None:
        return shown(row.licence)
    return f"others ({row.different:,} different)" if row.different else "none stated"


def combination_name(row: Combination) -> str:
    """The sources, or what stands for them."""
    return " + ".join(map(shown, row.sources)) or f"other combinations ({row.different:,})"


def _plays_tricks(char: str) -> bool:
    category = unicodedata.category(char)
    return category in {"Cc", "Cs", "Co", "Zl", "Zp"} or char in _DIRECTIONS


_DIRECTIONS: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
