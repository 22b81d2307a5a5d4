"""`longplay catalogue export`: a snapshot for somebody else's tools."""

import tempfile
from pathlib import Path

import click

from longplay.cli.options import archive_option, format_option, snapshot_option
from longplay.cli.output import Output
from longplay.cli.progress import progress_bar


@click.command(short_help="Take a snapshot out: whole, its head or a sample, by licence of the data.")
@click.argument("out", type=click.Path(path_type=Path), metavar="FOLDER")
@click.option(
    "--as",
    "made_as",
    type=click.Choice(["parquet", "jsonl", "sqlite"]),
    default="parquet",
    show_default=True,
    help="What the export is made of; jsonl is compressed with Zstandard.",
)
@click.option("--top", type=click.IntRange(min=1), metavar="N", help="Only the N most listened recordings.")
@click.option("--percent", type=click.IntRange(1, 100), metavar="P", help="Only a sample of the recordings.")
@click.option(
    "--licence",
    "licences",
    multiple=True,
    metavar="SPDX",
    help="Only data under this licence, such as CC0-1.0; may be given again.",
)
@snapshot_option
@archive_option
@format_option
def command(
    out: Path,
    made_as: str,
    top: int | None,
    percent: int | None,
    licences: tuple[str, ...],
    snapshot: int | None,
    archive: Path,
    form: str,
) -> None:
    """Take a snapshot out: whole, its head or a sample, by licence of the data.

    Without --licence everything comes, for use at home: sources forbid passing some of it on. With it, rows to
    which a source under another licence contributed stay here. Who listened to what never leaves the archive.

    \b
    Examples:
      longplay catalogue export for-the-notebook --percent 1
      longplay catalogue export open --licence CC0-1.0 --licence CC-BY-4.0
      longplay catalogue export head --top 1000000 --as sqlite
    """
    from longplay.catalogue.engine import connected
    from longplay.catalogue.exporting import ExportForm, ExportWanted, export
    from longplay.catalogue.snapshots import Snapshots
    from longplay.wiring import open_archive

    printer = Output(form)
    wanted = ExportWanted(form=ExportForm(made_as), top=top, percent=percent, licences=frozenset(licences))
    with open_archive(archive) as opened, tempfile.TemporaryDirectory(prefix="longplay-") as scratch:
        snapshots = Snapshots(opened.root)
        with connected(Path(scratch), opened.limits) as connection:
            done = export(
                connection,
                snapshots,
                snapshots.get(snapshot),
                wanted,
                out=out.resolve(),
                progress=progress_bar(quiet=printer.json),
            )
    rows = {table.value: number for table, number in done.rows.items()}
    printer.table(
        f"Snapshot {done.snapshot}, exported to {out}", [(name, f"{number:,}") for name, number in rows.items()]
    )
    fields = {"folder": str(out), "snapshot": done.snapshot, "licences": list(done.licences), "rows": rows}
    printer.line("summary", {**fields, "sha256": done.sha256})
    if not licences:
        printer.talk("not filtered by licence: see --licence before you pass it on")
