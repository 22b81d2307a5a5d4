"""`longplay verify`: check an edition from its public files alone."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from longplay.cli.options import format_option
from longplay.cli.output import Output, size_text
from longplay.cli.progress import progress_bar
from longplay.errors import ExitCode


@click.command(short_help="Check an edition from its public files alone.")
@click.argument("edition", metavar="EDITION", type=click.Path(exists=True, file_okay=False, path_type=Path))
@format_option
def command(edition: Path, form: str) -> None:
    """Check an edition from its public files alone.

    Reads every byte once and compares it with the torrents, the bag manifests and the records. Names each
    damaged file and piece. Needs no archive. Exit code 0 only when all is whole, 3 when something is not.

    \b
    Examples:
      longplay verify my-archive/editions/first
      longplay verify /mnt/disk/first --format json
    """
    from longplay.editions.verification import find_edition, verify

    out = Output(form)
    folder = find_edition(edition.resolve())
    seen = verify(folder, report=out.finding, progress=progress_bar(quiet=out.json))
    whole = not seen.findings
    verdict = "whole" if whole else f"NOT WHOLE: {seen.findings} findings"
    out.line(
        "summary",
        {**asdict(seen), "whole": whole},
        text=f"{seen.edition}: {seen.bundles} bundles, {seen.files} files, {size_text(seen.bytes)}: {verdict}",
    )
    if not whole:
        out.talk(f"Repair: longplay mirror SOURCE --into {folder}")
        sys.exit(ExitCode.DAMAGED)
