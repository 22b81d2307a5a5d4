"""How pictures of the catalogue look: colours for light and dark, type, axes.

Colours are of Okabe and Ito's set, which people tell apart whatever colours they see; text has a contrast of at
least 4.5 : 1 with the paper, marks of 3 : 1. All colours of a theme differ, so that one can be put for another.

Source: Okabe and Ito, Color Universal Design (2008); WCAG 2.2, 1.4.3 and 1.4.11.
"""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Colours, each `#rrggbb`.

    Attributes:
        paper: behind everything.
        ink: text.
        muted: lesser text and axes.
        grid: lines to read by, and what is absent.
        main: what is counted.
        second: what is told apart from it.
        soft: the rest of it, or its uncertainty.
    """

    paper: str
    ink: str
    muted: str
    grid: str
    main: str
    second: str
    soft: str


LIGHT: Final = Theme(
    paper="#ffffff",
    ink="#1f2933",
    muted="#52606d",
    grid="#d9dee3",
    main="#0072b2",
    second="#d55e00",
    soft="#5499c2",
)
DARK: Final = Theme(
    paper="#14181d",
    ink="#e4e7eb",
    muted="#a3afbb",
    grid="#39434d",
    main="#56b4e9",
    second="#e69f00",
    soft="#2f6c91",
)

FONT: Final = "sans-serif"


def config(theme: Theme, *, paper: bool = True) -> dict[str, object]:
    """The `config` of a Vega-Lite picture.

    Args:
        theme: its colours.
        paper: whether it has a background of its own.
    """
    words = {"font": FONT, "color": theme.ink}
    axis = {
        "labelFont": FONT, "titleFont": FONT, "labelFontSize": 13, "titleFontSize": 13,
        "titleFontWeight": "normal",
        "labelColor": theme.muted, "titleColor": theme.ink, "gridColor": theme.grid, "tickColor": theme.muted,
        "domainColor": theme.muted, "titlePadding": 8, "labelFlush": False,
        "labelOverlap": "parity", "labelSeparation": 10,
    }  # fmt: skip
    title = {
        **words, "fontSize": 17, "anchor": "start", "subtitleFont": FONT, "subtitleFontSize": 13,
        "subtitleColor": theme.muted, "offset": 14, "subtitlePadding": 4, "frame": "bounds",
    }  # fmt: skip
    return {
        "background": theme.paper if paper else "transparent",
        "axis": axis,
        "title": title,
        "text": {**words, "fontSize": 13},
        "view": {"stroke": None},
        "padding": 12 if paper else 4,
        "font": FONT,
    }


def swaps(old: Theme, new: Theme) -> Iterator[tuple[str, str]]:
    """Each colour of one theme with the one that stands for it in another."""
    for field in dataclasses.fields(Theme):
        yield getattr(old, field.name), getattr(new, field.name)


def dark_rules(scope: str) -> str:
    """CSS that gives pictures drawn in `LIGHT` the colours of `DARK`, for people who prefer them.

    Args:
        scope: a selector of the pictures, such as `svg`.
    """
    rules = "".join(
        f"{scope} [{attribute}='{old}']{{{attribute}:{new}}}"
        for old, new in swaps(LIGHT, DARK)
        for attribute in ("fill", "stroke")
    )
    return f"@media screen and (prefers-color-scheme:dark){{{rules}}}"


def follow_reader(svg: bytes) -> bytes:
    """A picture drawn in `LIGHT` that turns dark for readers who prefer it."""
    begin = svg.index(b">", svg.index(b"<svg")) + 1
    return svg[:begin] + f"<style>{dark_rules('svg')}</style>".encode() + svg[begin:]
