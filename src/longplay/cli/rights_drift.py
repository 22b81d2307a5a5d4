"""`longplay rights drift`: read the sources of statements again and flag what changed."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from longplay.cli.options import archive_option, format_option
from longplay.cli.output import Output
from longplay.cli.progress import progress_bar
from longplay.errors import ExitCode

if TYPE_CHECKING:  # an archive is slow to import
    from longplay.curation.drift import Summary
    from longplay.curation.flags import Seen


@click.command(short_help="Read the sources of statements again and flag what changed.")
@click.option(
    "--from",
    "moved",
    multiple=True,
    metavar="OLD=NEW",
    help="A folder that files were taken in from is elsewhere now; may be given several times.",
)
@click.option("--list", "listed", is_flag=True, help="Name what is out of reach or unchanged too, one by one.")
@click.option("--dry-run", is_flag=True, help="Say what would be flagged, write nothing.")
@archive_option
@format_option
def command(moved: tuple[str, ...], listed: bool, dry_run: bool, archive: Path, form: str) -> None:
    """Read the sources of statements again and flag what changed.

    Tags, sidecars, licence files and rights tables are looked for where they were read. One that means
    something else now, or states nothing any more, holds its recording back: it is not redistributed,
    transcoded or mined until somebody decides. What is out of reach is only counted. Exit code 3 when a
    recording is held back, 0 when none is.

    \b
    Examples:
      longplay rights drift --dry-run
      longplay rights drift --from /media/old=/media/new
      longplay rights drift --list --format json
    """
    from longplay.curation.drift import Drift
    from longplay.curation.reach import Reach, read_move
    from longplay.ingest.restated import Rereader
    from longplay.wiring import open_archive

    out = Output(form)
    reach = Reach([read_move(one) for one in moved])
    progress = progress_bar(quiet=out.json)

    def told(seen: "Seen") -> None:
        if listed or seen.state.value not in {"unchanged", "out-of-reach"}:
            out.line("source", _fields(seen), _text(seen, dry_run))

    with open_archive(archive) as opened, Rereader() as reader:
        drift = Drift(ledger=opened.ledger, evidence=opened.evidence, reader=reader, reach=reach)
        if dry_run:
            summary = drift.run(None, told=told, progress=progress)
        else:
            with opened.writing() as register:
                summary = drift.run(register, told=told, progress=progress)
    _print(out, summary, listed, dry_run)
    if summary.held_back:
        sys.exit(ExitCode.DAMAGED)


def _print(out: Output, summary: "Summary", listed: bool, dry_run: bool) -> None:
    states = {state.value.replace("-", "_"): count for state, count in summary.states.items()}
    told = [f"{count} {name.replace('_', ' ')}" for name, count in states.items() if count]
    held = f"{summary.held_back} held back{' (dry run: nothing was written)' if dry_run else ''}"
    text = f"{summary.recordings} recordings, {summary.sources} sources: {', '.join(told) or 'none'}; {held}"
    if states["out_of_reach"]:
        hint = "" if listed else "; --list names them"
        out.talk(f"Out of reach is no drift: if a folder moved, say --from OLD=NEW{hint}")
    if summary.held_back:
        out.talk("Next, for each: longplay rights show ID; then longplay rights decide ID ... says what holds")
    counts = {"recordings": summary.recordings, "sources": summary.sources, **states}
    out.line("summary", {**counts, "held_back": summary.held_back, "dry_run": dry_run}, text)


def _fields(seen: "Seen") -> dict[str, object]:
    found = seen.outcome
    return {
        "content_id": seen.content_id,
        "state": seen.state.value,
        "source": found.source.read.value,
        "path": found.source.path,
        "place": None if found.place is None else str(found.place),
        "said": found.said,
        "says": found.says,
        "detail": found.detail or None,
        "statement": seen.statement,
    }


def _text(seen: "Seen", dry_run: bool) -> str:
    found = seen.outcome
    says = found.says if found.says != found.said else f"{found.says} on other terms"
    said = f"said {found.said}, now says {says}"
    told = {
        "unchanged": "the same bytes",
        "reworded": f"other words, still {found.said}",
        "flagged": f"{said}: {'would be ' if dry_run else ''}held back",
        "standing": f"{said}: held back already",
        "settled": f"{said}: settled by a person",
        "back": f"says {found.said} again: {'would be ' if dry_run else ''}not held back for it any more",
        "out-of-reach": found.detail,
    }
    return f"{seen.content_id[:12]}  {seen.state.value}  {found.source.path}: {told[seen.state.value]}"
