"""The catalogue as pictures: SVG or PNG, without a browser.

Source: Vega-Lite, through Altair; rendered by vl-convert.
"""

from typing import TYPE_CHECKING

from longplay.catalogue.coverage import Coverage

if TYPE_CHECKING:  # slow to import
    import altair

WIDTH, HEIGHT = 640, 360


def coverage_chart(coverage: Coverage) -> "altair.TopLevelMixin":
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
        x=altair.X("recordings:Q", title="recordings, most listened first", scale=altair.Scale(type="log"))
    )
    share = altair.Axis(format="%", title="share of known listens")
    band = base.mark_area(opacity=0.25).encode(y=altair.Y("low:Q", axis=share), y2="high:Q")
    line = base.mark_line(point=True).encode(y=altair.Y("share:Q", axis=share))
    title = altair.Title(
        f"Coverage, snapshot {coverage.snapshot}",
        subtitle=f"{coverage.listens:,} listens; band: 95 %, bootstrap over {coverage.listeners:,} listeners",
    )
    return altair.layer(band, line, title=title).properties(width=WIDTH, height=HEIGHT)


def render(chart: "altair.TopLevelMixin", form: str) -> bytes:
    """A chart as a file's bytes.

    Args:
        chart: any.
        form: `svg` or `png`.

    Raises:
        ValueError: another form.
    """
    import vl_convert

    text = chart.to_json()
    if form == "svg":
        return str(vl_convert.vegalite_to_svg(text)).encode()
    if form == "png":
        return bytes(vl_convert.vegalite_to_png(text, scale=2))
    raise ValueError(form)
