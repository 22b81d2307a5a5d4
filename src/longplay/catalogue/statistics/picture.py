"""All plots of a snapshot in one picture, SVG or PNG; and each as it stands in a page.

Source: SVG 2, 5.1 (an `svg` within an `svg` has its own place).
"""

import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final

from lxml import etree

from longplay.catalogue.picture_theme import LIGHT, Theme
from longplay.catalogue.pictures import render
from longplay.catalogue.snapshot_tables import SnapshotTable
from longplay.catalogue.statistics.figures import Statistics
from longplay.catalogue.statistics.plots import WIDTH, plots
from longplay.catalogue.statistics.tables import Table, tables

if TYPE_CHECKING:  # slow to import
    import altair

SVG: Final = "http://www.w3.org/2000/svg"
_COLUMN, _GAP, _MARGIN = 470, 36, 28
_INLINE, _SLACK = 430, 12
"""Width of a plot in a page, the same for all, so that their letters are of one size; room on both sides for
fonts that are wider than the one Vega measured."""
_SCALE: Final = 2
"""Pixels of a PNG for each unit."""


def picture(found: Statistics, form: str, theme: Theme, *, keys: Collection[str] | None = None) -> bytes:
    """All plots, two in a row, as a file's bytes; the same figures give the same bytes.

    Args:
        found: the figures.
        form: `svg` or `png`.
        theme: its colours.
        keys: of the plots to show; `None`: all.
    """
    told = {table.key: table for table in tables(found) if keys is None or table.key in keys}
    drawn = [
        _svg(plot.properties(title=_title(told[key])), theme)
        for key, plot in plots(found, theme).items()
        if key in told
    ]
    whole = _composed(_svg(_heading(found, list(told.values())), theme), drawn, theme)
    if form == "svg":
        return whole
    import vl_convert

    return bytes(vl_convert.svg_to_png(whole.decode(), scale=_SCALE))


def inline_plots(found: Statistics) -> dict[str, str]:
    """The plots as SVG to stand in a page, by the key of their table: in `LIGHT`, without background and title.

    All colours are attributes `fill` and `stroke`, so that a style sheet can put others in their place. What
    Vega tells screen readers is left out: the table under the plot tells it better.
    """
    told = {table.key: table for table in tables(found)}
    found_plots = plots(found, LIGHT).items()
    return {key: _bare(_svg(plot, LIGHT, paper=False), told[key].title) for key, plot in found_plots}


def _svg(chart: "altair.TopLevelMixin", theme: Theme, *, paper: bool = True) -> etree._Element:
    """A chart without what only a program for drawing needs, in hundredths of a pixel."""
    root = etree.fromstring(render(chart, "svg", theme, paper=paper))
    for element in list(root.iter(etree.Element)):
        for name in _USELESS:
            element.attrib.pop(name, None)
        for name in ("d", "transform"):
            if name in element.attrib:
                element.set(name, _LONG.sub(lambda found: f"{float(found[0]):.2f}", element.get(name)))
        if element.tag == f"{{{SVG}}}path" and element.get("d") in {"", "M0,0h0v0h0Z"}:
            element.getparent().remove(element)
    etree.cleanup_namespaces(root)
    return root


_USELESS: Final = (
    *("role", "aria-roledescription", "aria-label", "aria-hidden"),
    *("class", "pointer-events", "version", "stroke-miterlimit"),
)
_LONG: Final = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")


def _bare(root: etree._Element, name: str) -> str:
    width, height = float(root.get("width")), float(root.get("height"))
    root.set("viewBox", f"{-_SLACK} 0 {max(_INLINE, width + 2 * _SLACK):g} {height:g}")
    for attribute in ("width", "height"):
        root.attrib.pop(attribute)
    root.set("role", "img")
    root.set("aria-label", name)
    return str(etree.tostring(root, encoding="unicode"))


def _composed(heading: etree._Element, drawn: Sequence[etree._Element], theme: Theme) -> bytes:
    width = 2 * _COLUMN + 2 * _MARGIN + _GAP
    whole = etree.Element(f"{{{SVG}}}svg", nsmap={None: SVG})
    paper = etree.SubElement(whole, f"{{{SVG}}}rect")
    bottom = _MARGIN + _put(whole, heading, x=_MARGIN, y=_MARGIN)
    for place in range(0, len(drawn), 2):
        heights = [
            _put(whole, one, x=_MARGIN + column * (_COLUMN + _GAP), y=bottom)
            for column, one in enumerate(drawn[place : place + 2])
        ]
        bottom += max(heights) + _GAP
    for element in (whole, paper):
        element.set("width", str(width))
        element.set("height", f"{bottom:g}")
    whole.set("viewBox", f"0 0 {width} {bottom:g}")
    paper.set("fill", theme.paper)
    return bytes(etree.tostring(whole))


def _put(whole: etree._Element, part: etree._Element, *, x: float, y: float) -> float:
    """Place one picture in another; its height."""
    part.set("x", f"{x:g}")
    part.set("y", f"{y:g}")
    part.set("overflow", "visible")  # a reader's font may be wider
    whole.append(part)
    return float(part.get("height"))


def _heading(found: Statistics, told: Sequence[Table]) -> "altair.TopLevelMixin":
    import altair

    snapshot = found.snapshot
    facts = [
        f"As of {snapshot.as_of}: {found.rows(SnapshotTable.RECORDING):,} recordings, "
        f"{found.rows(SnapshotTable.RELEASE):,} releases, {found.rows(SnapshotTable.ARTIST):,} artists.",
        f"{found.coverage.listens:,} listens of the sources, whose listeners chose themselves; "
        f"{found.coverage.listeners:,} listeners known.",
        *(f"{table.title}: {table.lacking}" for table in told if not table.rows),
    ]
    title = altair.Title(f"The catalogue, snapshot {snapshot.number}", subtitle=facts, fontSize=22)
    nothing = altair.Data(values=[{"x": 0}])  # type: ignore[no-untyped-call]
    chart = altair.Chart(nothing, width=WIDTH, height=1, title=title)
    drawn: altair.Chart = chart.mark_point(opacity=0, aria=False)
    return drawn


def _title(table: Table) -> "altair.Title":
    import altair

    lines = [line for note in (*table.notes, *table.drawn) for line in _wrapped(note, 58)]
    return altair.Title(table.title, subtitle=lines)


def _wrapped(text: str, width: int) -> list[str]:
    """Its words in lines of at most so many characters, longer words apart."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
