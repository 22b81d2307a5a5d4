"""The catalogue as pictures: SVG or PNG, without a browser.

Source: Vega-Lite, through Altair; rendered by vl-convert.
"""

import json
from typing import TYPE_CHECKING, Final

from longplay.catalogue.coverage import Coverage
from longplay.catalogue.picture_theme import LIGHT, Theme, config

if TYPE_CHECKING:  # slow to import
    import altair

WIDTH, HEIGHT = 640, 360

_RANKED: Final = "recordings, most listened first"


def coverage_chart(coverage: Coverage) -> "altair.TopLevelMixin":
    """The coverage curve with its band and a title."""
    import altair

    title = altair.Title(f"Coverage, snapshot {coverage.snapshot}", subtitle=coverage_subtitle(coverage))
    curve = coverage_curve(coverage, LIGHT, width=WIDTH, height=HEIGHT)
    return curve.properties(title=title)


def coverage_subtitle(coverage: Coverage) -> str:
    """Of what the shares are, and what the band is."""
    listens = f"{coverage.listens:,} listens"
    if not coverage.listeners:
        return f"{listens}; no band: no source names listeners"
    return f"{listens}; band: 95 %, bootstrap over {coverage.listeners:,} listeners"


def coverage_curve(coverage: Coverage, theme: Theme, *, width: int, height: int) -> "altair.LayerChart":
    """The coverage curve with its band: recordings on a logarithmic axis, share of listens in percent."""
    import altair

    rows = [
        {
            "recordings": point.recordings,
            "share": point.share,
            "low": point.share if point.low is None else point.low,
            "high": point.share if point.high is None else point.high,
        }
        for point in coverage.points
        if point.recordings
    ]
    base = altair.Chart(altair.Data(values=rows)).encode(  # type: ignore[no-untyped-call]
        x=log_axis("recordings", most=max((row["recordings"] for row in rows), default=1), title=_RANKED)
    )
    scale = altair.Scale(domain=[0, 1])
    share = altair.Axis(format="%", title="share of known listens", tickCount=5)
    band = base.mark_area(opacity=0.35, color=theme.main, aria=False).encode(
        y=altair.Y("low:Q", axis=share, scale=scale), y2="high:Q"
    )
    line = base.mark_line(point={"color": theme.main, "size": 24}, color=theme.main, aria=False).encode(
        y=altair.Y("share:Q", axis=share, scale=scale)
    )
    return altair.LayerChart(layer=[band, line], width=width, height=height)


def log_axis(field: str, *, most: float, title: str, least: float = 1) -> "altair.X":
    """A logarithmic axis from `least` on, with a tick at each power of ten up to `most` and beyond."""
    import altair

    powers = [10**power for power in range(13) if least <= 10**power <= max(10, most)]
    scale = altair.Scale(type="log", domain=[least, max(10, most)], nice=False)
    return altair.X(f"{field}:Q", title=title, scale=scale, axis=altair.Axis(values=powers, format="~s"))


def render(chart: "altair.TopLevelMixin", form: str, theme: Theme = LIGHT, *, paper: bool = True) -> bytes:
    """A chart as a file's bytes: the same chart gives the same bytes, unless a mark of it is clipped.

    Args:
        chart: any.
        form: `svg` or `png`.
        theme: of everything that the chart does not colour itself.
        paper: whether there is a background.

    Raises:
        ValueError: another form.
    """
    import vl_convert

    drawn = chart.to_dict(validate=False)  # tests hold each chart to the schema; doing it here doubles the time
    text = json.dumps({**drawn, "config": config(theme, paper=paper)})
    if form == "svg":
        return str(vl_convert.vegalite_to_svg(text)).encode()
    if form == "png":
        return bytes(vl_convert.vegalite_to_png(text, scale=2))
    raise ValueError(form)
