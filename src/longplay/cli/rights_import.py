"""`longplay rights import`: statements from a table, a message or a catalogue."""

from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from longplay.cli.options import archive_option, format_option
from longplay.cli.output import Output
from longplay.cli.progress import progress_bar
from longplay.model.findings import Finding, Severity

if TYPE_CHECKING:  # SQLAlchemy and the rest of an archive are slow to import
    from longplay.curation.rights_import import Imported, StatedNow


@click.command(short_help="Take statements from a table, a message or a catalogue.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--by", metavar="NAME", help="Who imports; stands in the journal. Default: the name of the file.")
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to which paths in a table are relative, as when it was taken in. "
    "Default: the table's folder, else the folders that were taken in.",
)
@click.option("--dry-run", is_flag=True, help="Match and count, write nothing.")
@archive_option
@format_option
def command(file: Path, by: str | None, root: Path | None, dry_run: bool, archive: Path, form: str) -> None:
    """Take statements from a table, a message or a catalogue.

    FILE is a CSV of ours or FMA's raw_tracks.csv, the metadata of an Internet Archive item (JSON), or a DDEX
    ERN message (XML): its content tells which. Statements go to the recordings they name. What was stated
    before, in force or not, is not written again. A cell that cannot be read permits nothing.

    \b
    Examples:
      longplay rights import statements.csv --by "Ada" --dry-run
      longplay rights import statements.csv --root /media/deposit
      longplay rights import item.json
      longplay rights import NewReleaseMessage.xml --by "Example Records"
    """
    from longplay.curation.rights_import import RightsImport
    from longplay.wiring import now, open_archive

    out = Output(form)
    with open_archive(archive) as opened, nullcontext() if dry_run else opened.writing() as register:
        use = RightsImport(ledger=opened.ledger, evidence=opened.evidence, clock=now)
        done = use.take(
            register,
            file.resolve(),
            root=root.resolve() if root else None,
            by=by,
            listener=_Printer(out),
            progress=progress_bar(quiet=out.json),
        )
    _print_summary(out, done, dry_run=dry_run)


class _Printer:
    """Prints what is stated and what could not be used."""

    def __init__(self, out: Output) -> None:
        self._out = out

    def stated(self, stated: "StatedNow") -> None:
        one = stated.statement
        fields = {
            "content_id": stated.content_id,
            "statement": stated.id,
            "kind": one.kind.value,
            "licence": one.licence,
            "missing": one.missing,
            "place": stated.place,
            "superseded": list(stated.superseded),
        }
        what = one.licence or one.kind.value
        lacks = f"  missing: {one.missing}" if one.missing else ""
        self._out.line("stated", fields, f"{stated.content_id[:12]}  {what}  [{stated.place}]{lacks}")

    def found(self, finding: Finding) -> None:
        """Notes are counted; programs get them all."""
        if self._out.json or finding.severity is not Severity.NOTE:
            self._out.finding(finding)


def _print_summary(out: Output, done: "Imported", *, dry_run: bool) -> None:
    rows = [
        ("file", done.form.value),
        ("rows", f"{done.rows}  ({done.matched} of recordings that are held, {done.unmatched} of none)"),
        *([("ambiguous", f"{done.ambiguous}  (nothing stated; above)")] if done.ambiguous else []),
        *([("unread", f"{done.unread}  (which recording is not plain; above)")] if done.unread else []),
        *([("outdated", f"{done.outdated}  (a later message is known)")] if done.outdated else []),
        ("new statements", f"{done.stated}  ({done.known} were on record)"),
        ("superseded", str(done.superseded)),
        ("findings", f"{done.findings}  (all of them with --format json)" if done.findings else "0"),
    ]
    out.table("Dry run: nothing was written" if dry_run else "Imported", rows)
    out.line("summary", {**asdict(done), "form": done.form.value, "dry_run": dry_run})
