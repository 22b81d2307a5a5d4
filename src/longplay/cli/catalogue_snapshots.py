"""`longplay catalogue snapshots`: which there are."""

from pathlib import Path

import click

from longplay.cli.options import archive_option, format_option
from longplay.cli.output import Output
from longplay.cli.snapshot_lines import snapshot_fields


@click.command(short_help="List the snapshots.")
@archive_option
@format_option
def command(archive: Path, form: str) -> None:
    """List the snapshots: each is a whole catalogue, and stays as it was made.

    \b
    Examples:
      longplay catalogue snapshots
      longplay catalogue snapshots --format json
    """
    from longplay.catalogue.snapshot_tables import SnapshotTable
    from longplay.catalogue.snapshots import Snapshots
    from longplay.wiring import open_archive

    out = Output(form)
    with open_archive(archive) as opened:
        snapshots = Snapshots(opened.root)
        found = [snapshots.get(number) for number in snapshots.numbers()]
    for one in found:
        rows = ", ".join(
            f"{one.tables[table].rows:,} {table.value}s"
            for table in (SnapshotTable.RECORDING, SnapshotTable.ARTIST, SnapshotTable.RELEASE)
        )
        out.line("snapshot", snapshot_fields(one), f"{one.number}  {one.as_of}  {rows}")
    out.line("summary", {"snapshots": len(found)})
    if not found:
        out.talk("none yet: longplay catalogue build")
