"""`longplay catalogue forget`: an import is deleted."""

from pathlib import Path

import click

from longplay.cli.imported import import_fields, import_text
from longplay.cli.options import archive_option, format_option
from longplay.cli.output import Output


@click.command(short_help="Delete an import.")
@click.argument("name", metavar="IMPORT")
@click.option("--dry-run", is_flag=True, help="Say what would go, delete nothing.")
@archive_option
@format_option
def command(name: str, dry_run: bool, archive: Path, form: str) -> None:
    """Delete an import, such as one that was broken, or an older dump.

    The file it was made of stays where it is, and can be imported again.

    \b
    Examples:
      longplay catalogue forget listenbrainz-77ab --dry-run
      longplay catalogue forget listenbrainz-77ab
    """
    from longplay.catalogue.sources.imports import Imports
    from longplay.wiring import open_archive

    out = Output(form)
    with open_archive(archive) as opened:
        imports = Imports(opened.root)
        gone = imports.get(name) if dry_run else imports.forget(name)
    out.line("import", import_fields(gone), import_text(gone, is_new=True))
    out.line("summary", {"import": gone.id, "dry_run": dry_run})
    out.talk("nothing was deleted" if dry_run else "deleted")
