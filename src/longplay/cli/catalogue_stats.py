"""`longplay catalogue stats`: the figures of a snapshot, as plots or in a few tables."""

import dataclasses
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from longplay.cli.options import archive_option, format_option, snapshot_option
from longplay.cli.output import Output
from longplay.cli.progress import progress_bar
from longplay.errors import UsageError

if TYPE_CHECKING:  # Arrow is slow to import
    from duckdb import DuckDBPyConnection

    from longplay.catalogue.statistics.figures import Statistics, StatusCount
    from longplay.catalogue.statistics.tables import Table
    from longplay.progress import Progress
    from longplay.wiring import Archive

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(short_help="Show a snapshot's figures: plots in one file, or a summary here.")
@snapshot_option
@click.option("--html", type=_FILE, help="Write a page with all plots and their numbers.")
@click.option("--png", type=_FILE, help="Write all plots as one picture.")
@click.option("--svg", type=_FILE, help="Write all plots as one picture.")
@click.option("--dark", is_flag=True, help="Pictures for a dark background; the page follows its reader.")
@archive_option
@format_option
def command(
    snapshot: int | None,
    html: Path | None,
    png: Path | None,
    svg: Path | None,
    dark: bool,
    archive: Path,
    form: str,
) -> None:
    """Show a snapshot's figures: plots in one file, or a summary here.

    How popular recordings are and how much of the listening the most popular cover, how long they play, when
    releases came out, genres, licences as stated, which sources know what, and once `longplay catalogue match`
    ran, what of it is held. The page is one file without scripts that needs no network. The same snapshot and
    holdings give the same bytes.

    \b
    Examples:
      longplay catalogue stats
      longplay catalogue stats --html catalogue.html
      longplay catalogue stats --svg catalogue.svg --dark
      longplay catalogue stats --format json
    """
    from longplay.catalogue.engine import connected
    from longplay.catalogue.snapshots import Snapshots
    from longplay.catalogue.statistics.figures import statistics
    from longplay.wiring import open_archive

    if dark and not (png or svg):
        raise UsageError("--dark is for pictures: give --png or --svg too")
    files = {"html": html, "png": png, "svg": svg}
    wanted = {kind: path for kind, path in files.items() if path is not None}
    for path in wanted.values():
        if not path.resolve().parent.is_dir():
            raise UsageError(f"{path}: there is no folder {path.parent}")
    out = Output(form)
    with open_archive(archive) as opened, tempfile.TemporaryDirectory(prefix="longplay-") as scratch:
        snapshots = Snapshots(opened.root)
        number = snapshots.get(snapshot).number
        with connected(Path(scratch), opened.limits) as connection:
            holdings = _holdings(opened, number, connection, progress_bar(quiet=out.json))
            found = statistics(connection, snapshots, number, holdings=holdings)
    if out.json:
        _lines(out, found)
    elif not wanted:
        _summary(out, found)
    for kind, path in wanted.items():
        _write(found, kind, path, dark=dark)
        out.talk(f"written: {path}")
    _last_line(out, found, wanted)


def _holdings(
    opened: "Archive", number: int, connection: "DuckDBPyConnection", progress: "Progress"
) -> "dict[str, StatusCount] | None":
    """Recordings and listens by status; `None` where holdings were not matched with this snapshot."""
    from longplay.catalogue.snapshots import Snapshots
    from longplay.catalogue.statistics.figures import StatusCount
    from longplay.curation.matching.matches import MatchesFile

    if not MatchesFile(opened.root).is_of(Snapshots(opened.root).get(number).made_of):
        return None
    counts = opened.reasons(opened.catalogue(number, progress)).counts(connection)
    return {
        status.value: StatusCount(recordings=recordings, listens=listens)
        for status, (recordings, listens) in counts.items()
    }


def _write(found: "Statistics", kind: str, path: Path, *, dark: bool) -> None:
    from longplay.catalogue.picture_theme import DARK, LIGHT
    from longplay.catalogue.statistics.page import page
    from longplay.catalogue.statistics.picture import picture
    from longplay.store.local import write_durably

    data = page(found) if kind == "html" else picture(found, kind, DARK if dark else LIGHT)
    write_durably(path.resolve(), data)


def _lines(out: Output, found: "Statistics") -> None:
    """The rows behind the plots, plot by plot."""
    for band in found.bands:
        out.line("band", dataclasses.asdict(band))
    for point in found.coverage.points:
        out.line("point", dataclasses.asdict(point))
    for minute in found.durations.minutes():
        out.line("duration", dataclasses.asdict(minute))
    for year in found.years:
        out.line("year", dataclasses.asdict(year))
    for genre in found.genres.top:
        out.line("genre", dataclasses.asdict(genre))
    for licence in found.licences:
        out.line("licence", dataclasses.asdict(licence))
    for combination in found.combinations:
        out.line("combination", dataclasses.asdict(combination))
    for status, count in found.holdings or ():
        out.line("status", {"status": status, **dataclasses.asdict(count)})


def _last_line(out: Output, found: "Statistics", wanted: dict[str, Path]) -> None:
    from longplay.catalogue.snapshot_tables import SnapshotTable

    fields = {
        "snapshot": found.snapshot.number,
        "as_of": found.snapshot.as_of.isoformat(),
        "recordings": found.rows(SnapshotTable.RECORDING),
        "releases": found.rows(SnapshotTable.RELEASE),
        "artists": found.rows(SnapshotTable.ARTIST),
        "listens": found.coverage.listens,
        "listeners": found.coverage.listeners,
        "genres": found.genres.different,
        "with_genre": found.genres.recordings,
        "sources": [one.name for one in found.snapshot.sources],
        "files": {kind: str(path) for kind, path in wanted.items()},
    }
    out.line("summary", fields)


def _summary(out: Output, found: "Statistics") -> None:
    from longplay.catalogue.snapshot_tables import SnapshotTable
    from longplay.catalogue.statistics.tables import tables

    listens = f"{found.coverage.listens:,}  (of the sources, whose listeners chose themselves)"
    out.table(
        f"Snapshot {found.snapshot.number}",
        [
            ("as of", found.snapshot.as_of.isoformat()),
            ("sources", ", ".join(f"{one.name} ({one.as_of})" for one in found.snapshot.sources)),
            ("recordings", f"{found.rows(SnapshotTable.RECORDING):,}"),
            ("releases", f"{found.rows(SnapshotTable.RELEASE):,}"),
            ("artists", f"{found.rows(SnapshotTable.ARTIST):,}"),
            ("listens", listens),
            ("listeners", f"{found.coverage.listeners:,}"),
        ],
    )
    for table in tables(found, brief=True):
        _print_table(out, table)


def _print_table(out: Output, table: "Table") -> None:
    """A table as people read it; its cells are text, never markup."""
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    out.gap()
    if not table.rows:
        out.table("", [(table.title, table.lacking)])
        return
    drawn = RichTable(
        title=Text(table.title, style="bold"),
        title_justify="left",
        caption=Text("\n".join(table.notes)),
        caption_justify="left",
        box=None,
        show_footer=table.total is not None,
        pad_edge=False,
        header_style="dim",
    )
    for place, head in enumerate(table.heads):
        drawn.add_column(
            Text(head),
            Text(table.total[place]) if table.total else "",
            justify="right" if place else "left",
            overflow="fold",
        )
    for row in table.rows:
        drawn.add_row(*map(Text, row))
    Console(highlight=False, emoji=False).print(drawn)
