"""`longplay catalogue imports`: what was imported."""

from pathlib import Path

import click

from longplay.cli.imported import import_fields, import_text
from longplay.cli.options import archive_option, format_option
from longplay.cli.output import Output


@click.command(short_help="List what was imported.")
@archive_option
@format_option
def command(archive: Path, form: str) -> None:
    """List what was imported: the file, the day it stands for, its rows, what was rejected.

    \b
    Examples:
      longplay catalogue imports
      longplay catalogue imports --format json
    """
    from longplay.catalogue.sources.imports import Imports
    from longplay.wiring import open_archive

    out = Output(form)
    with open_archive(archive) as opened:
        found = Imports(opened.root).all()
    for done in found:
        out.line("import", import_fields(done), import_text(done, is_new=True))
    out.line("summary", {"imports": len(found), "rejected": sum(done.rejected for done in found)})
    if not found:
        out.talk("nothing yet: longplay catalogue import --help says what can be read")
