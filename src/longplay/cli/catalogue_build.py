"""`longplay catalogue build`: imports become a numbered snapshot."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from longplay.cli.options import archive_option, format_option
from longplay.cli.output import Output, size_text
from longplay.cli.progress import progress_bar
from longplay.cli.snapshot_lines import snapshot_fields

if TYPE_CHECKING:  # Arrow is slow to import
    from longplay.catalogue.snapshots import Snapshot


@click.command(short_help="Make one ranked catalogue of all imports.")
@click.option(
    "--curators-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    show_default="catalogue/curator.csv in the archive, where there is one",
    help="CSV of what people say is one, or is not: action,kind,a,b,reason.",
)
@archive_option
@format_option
def command(curators_file: Path | None, archive: Path, form: str) -> None:
    """Make one ranked catalogue of all imports: a numbered snapshot, which never changes.

    Entities of several sources become one where identifiers, or names and durations, say so; every merge keeps
    its evidence, and the curator's file has the last word. The same imports give the same bytes, in whatever
    order they came. Nothing is made when the latest snapshot is of the same imports.

    \b
    Examples:
      longplay catalogue build
      longplay catalogue build --curators-file decisions.csv
    """
    from longplay.catalogue.building import Building
    from longplay.catalogue.curating import read_curators_file
    from longplay.catalogue.snapshots import Snapshots
    from longplay.catalogue.sources.imports import Imports
    from longplay.wiring import open_archive

    out = Output(form)
    with open_archive(archive) as opened:
        use = Building(
            imports=Imports(opened.root),
            snapshots=Snapshots(opened.root),
            half_life_months=opened.settings.catalogue.half_life_months,
            limits=opened.limits,
        )
        words = read_curators_file(curators_file or opened.curators_file)
        built = use.build(words, progress=progress_bar(quiet=out.json))
    _print(out, built.snapshot)
    out.line("summary", {**snapshot_fields(built.snapshot), "is_new": built.is_new})
    if not built.is_new:
        out.talk("nothing changed since: this snapshot was there")


def _print(out: Output, snapshot: "Snapshot") -> None:
    tables = snapshot.tables
    listens = snapshot.listens
    sources = ", ".join(f"{one.name} ({one.as_of})" for one in snapshot.sources)
    verdicts = ", ".join(f"{number:,} {name}" for name, number in snapshot.verdicts.items())
    counted = f"{listens.counted:,}, of which {listens.mapped:,} have a recording"
    out.table(
        f"Snapshot {snapshot.number}",
        [
            ("as of", snapshot.as_of.isoformat()),
            ("sources", sources or "none"),
            *((table.value, f"{seen.rows:,}  ({size_text(seen.size)})") for table, seen in tables.items()),
            ("listens", f"{counted}; {listens.stated:,} counted by sources"),
            ("pairs", verdicts or "none: nothing stands in two sources"),
        ],
    )
