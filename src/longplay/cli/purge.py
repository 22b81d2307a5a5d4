"""`longplay purge`: delete the bytes of recordings for good."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from longplay.cli.options import archive_option, format_option
from longplay.cli.output import Output, size_text
from longplay.model.digests import ContentId
from longplay.model.withdrawal import ReasonClass

if TYPE_CHECKING:  # an archive is slow to import
    from longplay.preservation.purge import Plan, Purged


@click.command(short_help="Delete the bytes of recordings for good; two persons answer for it.")
@click.argument("names", metavar="ID...", nargs=-1, required=True)
@click.option(
    "--reason",
    required=True,
    type=click.Choice([one.value for one in ReasonClass]),
    help="Its class; all that is ever published of the reason.",
)
@click.option("--by", required=True, metavar="NAME", help="Who purges; stands in the journal.")
@click.option(
    "--approved-by", required=True, metavar="NAME", help="Who approves: somebody else; stands in the journal."
)
@click.option(
    "--keep-papers", is_flag=True, help="Keep the notices about it: a dispute may go on without the bytes."
)
@click.option("--dry-run", is_flag=True, help="Say what would be deleted, delete nothing.")
@archive_option
@format_option
def command(
    names: tuple[str, ...],
    reason: str,
    by: str,
    approved_by: str,
    keep_papers: bool,
    dry_run: bool,
    archive: Path,
    form: str,
) -> None:
    """Delete the bytes of recordings for good; two persons answer for it.

    For court orders and data protection; to make a recording dark, see `longplay withdraw`. Deleted are the
    blob, its access copies, derived data, the evidence about nothing else, and published files in the archive's
    `editions`. A tombstone stays: content id, day, reason class. What other objects need is not deleted: then
    nothing is, and the reason is said. Killed half way, the same command deletes what is left.

    \b
    Examples:
      longplay purge 3f1c09 --reason court-order --by "Ada" --approved-by "Bo" --dry-run
      longplay purge 3f1c09 --reason court-order --by "Ada" --approved-by "Bo"
    """
    from longplay.cli.names import any_recording
    from longplay.preservation.purge import Purge, Warrant
    from longplay.wiring import open_archive

    warrant = Warrant(reason=ReasonClass(reason), by=by, approved_by=approved_by, with_papers=not keep_papers)
    out = Output(form)
    with open_archive(archive) as opened:
        with opened.ledger.reading() as connection:
            content_ids = sorted({any_recording(connection, name) for name in names})
        purge = Purge(store=opened.store, derived=opened.derived, evidence=opened.evidence)
        if dry_run:
            _print_plan(out, content_ids, purge.plan(opened.ledger, content_ids, warrant), opened.root)
            return
        with opened.writing() as register:
            _print_purged(out, content_ids, purge.purge(register, content_ids, warrant))


def _print_plan(out: Output, content_ids: list[ContentId], plan: "Plan", root: Path) -> None:
    out.table(
        "Would be deleted for good",
        [
            *(("recording", one) for one in content_ids),
            ("blobs", f"{len(plan.blobs)}  ({size_text(plan.bytes)})"),
            ("evidence", str(len(plan.evidence))),
            *(("published file", str(path.relative_to(root))) for path in plan.published),
        ],
    )
    fields = {"blobs": len(plan.blobs), "bytes": plan.bytes, "evidence": len(plan.evidence)}
    more = {"published": len(plan.published), "links_elsewhere": None, "new": bool(plan.facts)}
    out.line("summary", {"content_ids": content_ids, **fields, **more, "dry_run": True})


def _print_purged(out: Output, content_ids: list[ContentId], purged: "Purged") -> None:
    traces = purged.traces
    counts = {
        "blobs": len(traces.blobs),
        "bytes": purged.bytes,
        "evidence": len(traces.evidence),
        "published": len(traces.published),
        "links_elsewhere": purged.links_elsewhere,
    }
    fields = {"content_ids": content_ids, **counts, "new": purged.is_new, "dry_run": False}
    said = "purged" if purged.is_new else "purged before; what was left is deleted"
    text = (
        f"{said}: {counts['blobs']} blobs ({size_text(purged.bytes)}), {counts['evidence']} pieces of evidence"
    )
    out.line("summary", fields, f"{text}, {counts['published']} published files")
    if purged.links_elsewhere:
        out.talk(
            f"{purged.links_elsewhere} links to these bytes lie outside of the archive: editions that were "
            "published elsewhere, or data sets. Delete them there."
        )
    if purged.had_matches:
        out.talk("What was known of holdings and the catalogue went with them: run `longplay catalogue match`.")
    out.talk("Copies of the archive, backups and mirrors still have the bytes: purge there too.")
    out.talk("Next: longplay publish --edition NEW-NAME makes an edition with the tombstone; longplay audit")
