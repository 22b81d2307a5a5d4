"""The figures of a snapshot as plots.

A plot is drawn only where its table has rows, so no axis is ever without an extent. Nothing is clipped and
there are no legends: Vega numbers those, and the same figures are to give the same bytes.

Source: Lex and others, UpSet, IEEE TVCG 20 (2014), for the overlap of sources; Vega-Lite.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from longplay.catalogue.picture_theme import Theme
from longplay.catalogue.pictures import coverage_curve, log_axis
from longplay.catalogue.statistics.figures import Combination, Statistics
from longplay.catalogue.statistics.tables import DRAWN_LIMIT, FIRST_YEAR, MINUTES_LIMIT, tables
from longplay.catalogue.statistics.words import band_name, licence_name, percent, shown

if TYPE_CHECKING:  # slow to import
    import altair

WIDTH, HEIGHT = 340, 220
LEFT, BARS = 132, 150
"""Room for the names of bars, and for bars; px."""
STEP = 21
"""From bar to bar, px."""

COLUMNS_LIMIT: Final = 10
"""Sources with a column of their own in the plot of the overlap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar with its name and what stands beside it.

    Attributes:
        name, label: on its left and right.
        number: its length.
        part: the length of its darker part, at most `number`.
    """

    name: str
    label: str
    number: int
    part: int


def plots(found: Statistics, theme: Theme) -> dict[str, "altair.LayerChart"]:
    """The plots by the key of their table; those without data are left out."""
    filled = {table.key for table in tables(found) if table.rows}
    return {key: draw(found, theme) for key, draw in _PLOTS.items() if key in filled}


def _popularity(found: Statistics, theme: Theme) -> "altair.LayerChart":
    all_ = sum(band.recordings for band in found.bands)
    bars = [
        Bar(
            name=band_name(band),
            label=_label(band.recordings, all_),
            number=band.recordings,
            part=band.recordings,
        )
        for band in found.bands
    ]
    return _barred(bars, theme, names="score", numbers="recordings (logarithmic)", logarithmic=True)


def _coverage(found: Statistics, theme: Theme) -> "altair.LayerChart":
    return coverage_curve(found.coverage, theme, width=WIDTH, height=HEIGHT)


def _durations(found: Statistics, theme: Theme) -> "altair.LayerChart":
    import altair

    seconds = found.durations.seconds[: MINUTES_LIMIT * 60]
    rows = [{"minute": second / 60, "recordings": number} for second, number in enumerate(seconds)]
    axis = altair.Axis(values=list(range(MINUTES_LIMIT + 1)), format="d", grid=False, labelSeparation=3)
    area = (
        altair.Chart(altair.Data(values=rows))  # type: ignore[no-untyped-call]
        .mark_area(
            interpolate="step-after", color=theme.main, opacity=1, aria=False,
            stroke=theme.main,
            strokeWidth=0.8,
        )
        .encode(
            x=altair.X("minute:Q", title="playing time (minutes)", axis=axis,
                       scale=altair.Scale(domain=[0, MINUTES_LIMIT], nice=False)),
            y=altair.Y("recordings:Q", title="recordings a second", axis=_numbers()),
        )
    )  # fmt: skip
    return altair.LayerChart(layer=[area], width=WIDTH, height=HEIGHT)


def _years(found: Statistics, theme: Theme) -> "altair.LayerChart":
    """Years before `FIRST_YEAR` and after the next are left out, unless there are no others."""
    import altair

    last = found.snapshot.as_of.year + 1
    dated = [year for year in found.years if year.year is not None]
    kept = [year for year in dated if FIRST_YEAR <= (year.year or 0) <= last] or dated
    rows = [
        {
            "from": year.year,
            "to": (year.year or 0) + 1,
            "none": 0,
            "january": year.january,
            "all": year.releases,
        }
        for year in kept
    ]
    begin, end = rows[0]["from"] or 0, rows[-1]["to"] or 0
    short = max(0, 10 - (end - begin))
    axis = altair.Axis(format="d", tickMinStep=1, grid=False, tickCount=6)
    scale = altair.Scale(domain=[begin - short // 2, end + short - short // 2], nice=False)
    base = altair.Chart(altair.Data(values=rows)).encode(  # type: ignore[no-untyped-call]
        x=altair.X("from:Q", title="year of release, as stated", axis=axis, scale=scale), x2="to:Q"
    )
    other = base.mark_rect(color=theme.main, aria=False, stroke=theme.paper, strokeWidth=0.3).encode(
        y=altair.Y("january:Q", title="releases a year", axis=_numbers()), y2="all:Q"
    )
    january = base.mark_rect(color=theme.second, aria=False, stroke=theme.paper, strokeWidth=0.3).encode(
        y=altair.Y("none:Q"), y2="january:Q"
    )
    return altair.LayerChart(layer=[other, january], width=WIDTH, height=HEIGHT)


def _genres(found: Statistics, theme: Theme) -> "altair.LayerChart":
    all_ = sum(band.recordings for band in found.bands)
    bars = [
        Bar(name=shown(one.genre), label=_label(one.recordings, all_), number=one.recordings, part=one.own)
        for one in found.genres.top
    ]
    return _barred(bars, theme, names="genre", numbers="recordings")


def _licences(found: Statistics, theme: Theme) -> "altair.LayerChart":
    all_ = sum(one.recordings for one in found.licences)
    bars = [
        Bar(
            name=_in_the_middle(licence_name(one)),
            label=_label(one.recordings, all_),
            number=one.recordings,
            part=one.recordings if one.licence is not None else 0,
        )
        for one in found.licences
    ]
    return _barred(bars, theme, names="licence", numbers="recordings")


def _in_the_middle(name: str) -> str:
    """A long name cut in the middle: what tells licences apart stands at the end of their addresses."""
    bare = name.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
    return bare if len(bare) <= 15 else f"{bare[:3]}…{bare[-11:]}"


def _holdings(found: Statistics, theme: Theme) -> "altair.LayerChart":
    counts = found.holdings or ()
    listens = sum(count.listens for _, count in counts)
    bars = [
        Bar(
            name=shown(status),
            label=f"{count.recordings:,}; {percent(count.listens, listens)} of listens",
            number=count.recordings,
            part=count.recordings,
        )
        for status, count in counts
    ]
    return _barred(bars, theme, names="status", numbers="recordings (logarithmic)", logarithmic=True)


def _sources(found: Statistics, theme: Theme) -> "altair.LayerChart":
    """Which sources know a recording, as dots; how many recordings, as bars."""
    import altair

    rows = found.combinations[:DRAWN_LIMIT]
    all_ = sum(one.recordings for one in found.combinations)
    bars = [
        Bar(name="", label=_label(one.recordings, all_), number=one.recordings, part=one.recordings)
        for one in rows
    ]
    matrix = _matrix(rows, theme)
    barred = _barred(bars, theme, names="", numbers="recordings", left=[])
    apart = altair.Resolve(scale=altair.ScaleResolveMap(x="independent"))
    layers = [barred, altair.LayerChart(layer=matrix)]
    return altair.LayerChart(layer=layers, width=BARS, height=altair.Step(STEP), resolve=apart)


def _matrix(rows: Sequence[Combination], theme: Theme) -> list["altair.Chart"]:
    """Dots left of the bars, strong where a source knows the recordings, joined by a line; its name above."""
    import altair

    weight: dict[str, int] = {}
    for row in rows:
        for name in row.sources:
            weight[name] = weight.get(name, 0) + row.recordings
    order = list(dict.fromkeys(name for row in rows for name in row.sources))
    largest = sorted(order, key=lambda name: (-weight[name], name))[:COLUMNS_LIMIT]
    columns = sorted(largest, key=order.index)
    has_more = len(order) > len(columns)
    places = {name: place for place, name in enumerate(columns)}
    heads = [*columns, "others"] if has_more else columns
    dots = []
    spans = []
    for place, row in enumerate(rows):
        known = {places.get(name, len(columns)) for name in row.sources}
        dots += [{"place": place, "column": column, "on": column in known} for column in range(len(heads))]
        if known:
            spans.append({"place": place, "from": min(known), "to": max(known)})
    gap = min(26, LEFT // max(1, len(heads)))
    right = -14
    scale = altair.Scale(
        domain=[0, max(1, len(heads) - 1)],
        range=[right - gap * max(1, len(heads) - 1), right],
        nice=False,
        zero=False,
    )
    y = altair.Y("place:O", axis=None)

    def at(field: str) -> altair.X:
        return altair.X(f"{field}:Q", axis=None, scale=scale)

    data = altair.Chart(altair.Data(values=dots)).encode(x=at("column"), y=y)  # type: ignore[no-untyped-call]
    size = 70
    off = data.transform_filter("!datum.on").mark_circle(color=theme.grid, size=size, opacity=1, aria=False)
    on = data.transform_filter("datum.on").mark_circle(color=theme.ink, size=size, opacity=1, aria=False)
    lines = (
        altair.Chart(altair.Data(values=spans))  # type: ignore[no-untyped-call]
        .mark_rule(color=theme.ink, strokeWidth=2, aria=False)
        .encode(x=at("from"), x2="to:Q", y=y)
    )
    names = [{"column": place, "name": shown(name, 24)} for place, name in enumerate(heads)]
    above = (
        altair.Chart(altair.Data(values=names))  # type: ignore[no-untyped-call]
        .mark_text(angle=305, align="left", baseline="middle", color=theme.ink, aria=False, limit=120)
        .encode(x=at("column"), y=altair.value(-8), text="name:N")
    )
    return [off, lines, on, above]


def _barred(
    bars: Sequence[Bar],
    theme: Theme,
    *,
    names: str,
    numbers: str,
    logarithmic: bool = False,
    left: Sequence["altair.Chart"] | None = None,
) -> "altair.LayerChart":
    """Bars that lie, each with its name on the left and its label on the right.

    Args:
        bars: from the top down.
        theme: its colours.
        names, numbers: titles of the axes.
        logarithmic: whether the axis is; bars then begin at half of one.
        left: in place of the names.
    """
    import altair

    begin = 0.5 if logarithmic else 0
    rows = [
        {
            "place": place,
            "name": bar.name,
            "label": bar.label,
            "from": begin,
            "part": bar.part,
            "to": bar.number,
        }
        for place, bar in enumerate(bars)
    ]
    most = max(bar.number for bar in bars)
    if logarithmic:
        x = log_axis("from", most=most, least=begin, title=numbers)
    else:
        scale = altair.Scale(domain=[0, max(1, most)], nice=True)
        axis = altair.Axis(labelExpr=_SHORT, tickCount=3, tickMinStep=1)
        x = altair.X("from:Q", title=numbers, scale=scale, axis=axis)
    base = altair.Chart(altair.Data(values=rows)).encode(  # type: ignore[no-untyped-call]
        y=altair.Y("place:O", axis=None, scale=altair.Scale(paddingInner=0.25))
    )
    whole = base.transform_filter("datum.to > datum.part").mark_bar(color=theme.soft, aria=False)
    part = base.transform_filter("datum.part > 0").mark_bar(color=theme.main, aria=False)
    texts = base.mark_text(color=theme.ink, aria=False)
    if left is None:
        names_ = texts.mark_text(align="right", limit=LEFT - 24, color=theme.ink, aria=False)
        heading = (
            altair.Chart(altair.Data(values=[{"text": names}]))  # type: ignore[no-untyped-call]
            .mark_text(align="left", color=theme.muted, aria=False)
            .encode(x=altair.value(-LEFT), y=altair.value(-10), text="text:N")
        )
        left = [names_.encode(x=altair.value(-8), text="name:N"), heading]
    labels = texts.mark_text(align="left", color=theme.muted, aria=False)
    layers = [
        whole.encode(x=x, x2="to:Q"),
        part.encode(x=x, x2="part:Q"),
        labels.encode(x=altair.value(BARS + 8), text="label:N"),
        *left,
    ]
    return altair.LayerChart(layer=layers, width=BARS, height=altair.Step(STEP))


def _numbers() -> "altair.Axis":
    import altair

    return altair.Axis(labelExpr=_SHORT, tickCount=5, tickMinStep=1)


_SHORT: Final = "datum.value ? format(datum.value, '~s') : '0'"
"""A number on an axis, such as 200k."""


def _label(number: int, all_: int) -> str:
    return f"{number:,}  ({percent(number, all_)})"


_PLOTS: Final[dict[str, Callable[[Statistics, Theme], "altair.LayerChart"]]] = {
    "popularity": _popularity,
    "coverage": _coverage,
    "durations": _durations,
    "years": _years,
    "genres": _genres,
    "licences": _licences,
    "sources": _sources,
    "holdings": _holdings,
}
