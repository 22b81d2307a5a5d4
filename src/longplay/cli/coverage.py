"""`longplay coverage`: how much of what people listen to a number of recordings covers."""

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from longplay.cli.options import archive_option, format_option, snapshot_option
from longplay.cli.output import Output
from longplay.cli.progress import progress_bar
from longplay.errors import UsageError
from longplay.model.statuses import Status

if TYPE_CHECKING:  # NumPy is slow to import
    from longplay.catalogue.coverage import Coverage, Point, SetCoverage

_FORMS = {".svg": "svg", ".png": "png"}


@click.command(
    short_help="Say how much of what people listen to the most popular recordings cover, or those you hold."
)
@click.option(
    "--top", type=click.IntRange(min=1), multiple=True, metavar="N", help="Show this many recordings too."
)
@click.option(
    "--of",
    "statuses",
    type=click.Choice([status.value for status in Status]),
    multiple=True,
    help="Of recordings with this status, instead of the most popular; may be given several times.",
)
@snapshot_option
@click.option(
    "--plot", type=click.Path(path_type=Path, dir_okay=False), help="Draw the curve: a .svg or .png file."
)
@archive_option
@format_option
def command(
    top: tuple[int, ...],
    statuses: tuple[str, ...],
    snapshot: int | None,
    plot: Path | None,
    archive: Path,
    form: str,
) -> None:
    """Say how much of what people listen to the most popular recordings cover, or those you hold.

    Coverage is a share of the listens that the sources know; their listeners chose themselves. Listens that no
    recording was found for are covered by nothing. Error bars are bootstraps by listener, 95 %.

    \b
    Examples:
      longplay coverage
      longplay coverage --top 250000 --plot coverage.svg
      longplay coverage --of held
      longplay coverage --snapshot 1 --format json
    """
    from longplay.catalogue.coverage import coverage
    from longplay.catalogue.engine import connected
    from longplay.catalogue.snapshots import Snapshots
    from longplay.wiring import open_archive

    if plot is not None and plot.suffix.lower() not in _FORMS:
        raise UsageError(f"{plot}: a plot is a .svg or a .png file")
    if statuses and (top or plot is not None):
        raise UsageError("--of asks about a set: leave out --top and --plot")
    out = Output(form)
    if statuses:
        _print_set(out, archive, statuses, snapshot)
        return
    with open_archive(archive) as opened, tempfile.TemporaryDirectory(prefix="longplay-") as scratch:
        snapshots = Snapshots(opened.root)
        number = snapshots.get(snapshot).number
        with connected(Path(scratch), opened.limits) as connection:
            found = coverage(connection, snapshots, number, extra=top)
    _print(out, found)
    if plot is not None:
        _draw(found, plot)
        out.talk(f"drawn: {plot}")


def _print(out: Output, found: "Coverage") -> None:
    for point in found.points:
        fields = {
            "rank": point.rank,
            "recordings": point.recordings,
            "listens": point.listens,
            "share": point.share,
            "low": point.low,
            "high": point.high,
        }
        out.line("point", fields, f"{point.recordings:>13,} recordings  {_share(point)}")
    unseen = None if found.unseen is None else f"{found.unseen:.2%} of what a listener takes up next"
    out.gap()
    out.table(
        f"Snapshot {found.snapshot}",
        [
            ("listens", f"{found.listens:,}  (of the sources, whose listeners chose themselves)"),
            ("listeners", f"{found.listeners:,}  (error bars: 95 %, bootstrap by listener)"),
            ("never heard yet", unseen or "unknown: no source names listeners"),
        ],
    )
    summary = {"snapshot": found.snapshot, "listens": found.listens, "listeners": found.listeners}
    out.line("summary", {**summary, "unseen": found.unseen})


def _print_set(out: Output, archive: Path, statuses: tuple[str, ...], snapshot: int | None) -> None:
    """Coverage of the recordings of each status."""
    from longplay.catalogue.coverage import coverage_of
    from longplay.catalogue.engine import connected
    from longplay.wiring import open_archive

    with open_archive(archive) as opened, tempfile.TemporaryDirectory(prefix="longplay-") as scratch:
        catalogue = opened.catalogue(snapshot, progress_bar(quiet=out.json))
        with connected(Path(scratch), opened.limits) as connection:
            known = opened.reasons(catalogue).statuses(connection)
            for status in dict.fromkeys(statuses):
                ranks = known.with_status(Status(status))
                found = coverage_of(connection, catalogue.snapshots, catalogue.number, ranks)
                text = f"{status:<14} {found.recordings:>13,} recordings  {_share(found)}"
                out.line("set", {"status": status, **asdict(found)}, text)
    out.talk("of the listens of the sources, whose listeners chose themselves")
    out.line("summary", {"snapshot": catalogue.number})


def _share(point: "Point | SetCoverage") -> str:
    if point.low is None or point.high is None:
        return f"{point.share:7.2%}"
    return f"{point.share:7.2%}  ({point.low:.2%} to {point.high:.2%})"


def _draw(found: "Coverage", plot: Path) -> None:
    from longplay.catalogue.pictures import coverage_chart, render
    from longplay.store.local import write_durably

    write_durably(plot.resolve(), render(coverage_chart(found), _FORMS[plot.suffix.lower()]))
