"""`longplay verify`: check an edition from its public files alone."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from longplay.cli.options import format_option
from longplay.cli.output import Output, size_text
from longplay.cli.progress import progress_bar
from longplay.errors import ExitCode, LongplayError
from longplay.model.editions import Partition
from longplay.model.findings import Finding, FindingCode


@click.command(short_help="Check an edition from its public files alone.")
@click.argument("edition", metavar="EDITION", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--without",
    multiple=True,
    type=click.Choice([partition.value for partition in Partition]),
    help="Do not look for bundles of this partition, which the copy leaves out; may be repeated.",
)
@format_option
def command(edition: Path, without: tuple[str, ...], form: str) -> None:
    """Check an edition from its public files alone.

    Reads every byte once and compares it with the torrents, the bag manifests and the records. Names each
    damaged file and piece. Needs no archive. Exit code 0 only when all is whole, 3 when something is not. What
    an archive purged from its own edition is told apart from what is missing.

    \b
    Examples:
      longplay verify my-archive/editions/first
      longplay verify /mnt/disk/first --format json
    """
    from longplay.editions.verification import find_edition, verify

    out = Output(form)
    folder = find_edition(edition.resolve())
    gone = _purged_in(folder)
    absent = []

    def report(finding: Finding) -> None:
        if finding.code is FindingCode.MISSING and finding.path in gone:
            absent.append(finding.path)
        else:
            out.finding(finding)

    left_out = frozenset(map(Partition, without))
    seen = verify(folder, report=report, progress=progress_bar(quiet=out.json), without=left_out)
    seen.findings -= len(absent)
    whole = not seen.findings
    verdict = "whole" if whole else f"NOT WHOLE: {seen.findings} findings"
    out.line(
        "summary",
        {**asdict(seen), "whole": whole, "purged": len(absent)},
        text=f"{seen.edition}: {seen.bundles} bundles, {seen.files} files, {size_text(seen.bytes)}: {verdict}",
    )
    if absent:
        out.talk(f"Absent because they were purged, as the archive's journal says: {len(absent)}")
    if not whole:
        out.talk(f"Repair: longplay mirror SOURCE --into {folder}")
        sys.exit(ExitCode.DAMAGED)


def _purged_in(folder: Path) -> set[str]:
    """Files that an archive purged from its own edition, by bundle and path; empty for an edition elsewhere.

    Whoever has no archive cannot know, and an archive that cannot be read tells nothing: then they are missing.
    """
    from longplay.ledger.withdrawn import purged_places
    from longplay.store.layout import EDITIONS, SETTINGS
    from longplay.wiring import open_archive

    archive = folder.parent.parent
    if folder.parent.name != EDITIONS or not (archive / SETTINGS).is_file():
        return set()
    try:
        with open_archive(archive) as opened, opened.ledger.reading() as connection:
            return purged_places(connection)
    except LongplayError:
        return set()
