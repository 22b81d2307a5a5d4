"""`longplay rebuild`: make the ledger again."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from longplay.cli.options import archive_option, format_option
from longplay.cli.output import Output
from longplay.cli.progress import progress_bar
from longplay.errors import ExitCode


@click.command(short_help="Make the ledger again from journal and blobs.")
@archive_option
@format_option
def command(archive: Path, form: str) -> None:
    """Make the ledger again from journal and blobs.

    The ledger is only a projection: it may be deleted at any time. The state digest says that the new one knows
    the same. Exit code 3 when a blob the journal names is not there, or one that was purged still is.

    \b
    Example:
      longplay rebuild --archive my-archive
    """
    from longplay.preservation.rebuild import rebuild
    from longplay.settings import read_settings
    from longplay.store.layout import JOURNAL, LEDGER
    from longplay.store.local import LocalStore

    out = Output(form)
    root = archive.resolve()
    read_settings(root)
    rebuilt = rebuild(
        root / LEDGER,
        journal=root / JOURNAL,
        store=LocalStore(root),
        report=out.finding,
        progress=progress_bar(quiet=out.json),
    )
    out.table(
        "Rebuilt",
        [
            ("journal lines", str(rebuilt.events)),
            ("blobs", f"{rebuilt.blobs}  ({rebuilt.missing} missing)"),
            ("purged", f"{rebuilt.purged}  ({rebuilt.left} still here)"),
            ("state digest", rebuilt.state_digest),
        ],
    )
    out.line("summary", asdict(rebuilt))
    if rebuilt.left:
        out.talk("Of what was purged something is still here: run the same `longplay purge` again")
    if rebuilt.missing or rebuilt.left:
        sys.exit(ExitCode.DAMAGED)
