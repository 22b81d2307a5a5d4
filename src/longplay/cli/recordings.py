"""`longplay recordings`: which holdings are one recording."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from longplay.cli.options import archive_option, format_option
from longplay.cli.output import Output, duration_text, size_text
from longplay.cli.progress import progress_bar
from longplay.model.digests import ContentId
from longplay.model.holdings import Holding
from longplay.model.recordings import Conflict, Link, Manifestation, PairJudgement, Recording

if TYPE_CHECKING:  # SQLAlchemy and the rest of an archive are slow to import
    from longplay.curation.recordings import Recordings
    from longplay.wiring import Archive

Describe = Callable[[ContentId], Holding | None]


@click.group(
    invoke_without_command=True, short_help="Group holdings that are one recording; decide what is doubtful."
)
@click.option("--as-is", is_flag=True, help="Do not compare what is new; only list.")
@archive_option
@format_option
@click.pass_context
def command(context: click.Context, as_is: bool, archive: Path, form: str) -> None:
    """Group holdings that are one recording; decide what is doubtful.

    Without a verb it compares what is new by its sound, then lists each recording of which more than one
    manifestation is held, the best first: lossless before lossy, whole before damaged, higher bit rate, earlier
    accession. What cannot be told by sound is left for `longplay recordings review`.

    \b
    Examples:
      longplay recordings
      longplay recordings review
      longplay recordings merge 3f1c09 a81e77 --by "Ada" --reason "same take, heard both"
    """
    if context.invoked_subcommand is not None:
        return
    out = Output(form)
    with _curating(archive) as (opened, recordings):
        compared = {}
        if not as_is:
            with opened.writing() as register:
                done = recordings.compare(register, progress=progress_bar(quiet=out.json))
            compared = asdict(done)
            if done.unmeasured:
                out.talk(f"{done.unmeasured} holdings have no fingerprint: run `longplay derive`")
        grouping = recordings.grouping()
        groups = [one for one in grouping.recordings if len(one.manifestations) > 1]
        with _describing(opened) as describe:
            for recording in groups:
                _print_recording(out, recording, describe)
    counts = {
        "recordings": len(groups),
        "manifestations": sum(len(one.manifestations) for one in groups),
        "doubtful": len(grouping.doubtful),
        "conflicts": len(grouping.conflicts),
    }
    rows = [
        ("recordings held more than once", f"{counts['recordings']}  ({counts['manifestations']} holdings)"),
        ("doubtful pairs", f"{counts['doubtful']}{_hint(counts['doubtful'] + counts['conflicts'])}"),
        ("conflicts", str(counts["conflicts"])),
    ]
    if not as_is:
        rows.insert(0, ("compared now", f"{compared['holdings']} holdings, {compared['pairs']} pairs"))
    out.table("Recordings", rows)
    out.line("summary", counts | {"compared": compared})


def _hint(count: int) -> str:
    return "  (`longplay recordings review`)" if count else ""


@contextmanager
def _curating(archive: Path) -> "Iterator[tuple[Archive, Recordings]]":
    from longplay.curation.recordings import Recordings
    from longplay.wiring import open_archive

    with open_archive(archive) as opened:
        yield opened, Recordings(ledger=opened.ledger, derived=opened.derived)


@contextmanager
def _describing(opened: "Archive") -> Iterator[Describe]:
    from longplay.ledger import queries

    with opened.ledger.reading() as connection:
        yield lambda content_id: queries.holding(connection, content_id)


def _print_recording(out: Output, recording: Recording, describe: Describe) -> None:
    held = [(one, describe(one.content_id)) for one in recording.manifestations]
    fields = {
        "id": recording.id,
        "best": recording.best.content_id,
        "manifestations": [_manifestation_fields(one, holding) for one, holding in held],
        "links": [_link_fields(link) for link in recording.links],
    }
    out.line("recording", fields, f"{recording.id[:12]}  {_name(held[0][1])}")
    for number, (one, holding) in enumerate(held):
        if not out.json:
            click.echo(f"    {'best' if not number else '    '}  {_manifestation_text(one, holding)}")


def _manifestation_fields(one: Manifestation, holding: Holding | None) -> dict[str, object]:
    return {
        "content_id": one.content_id,
        "lossless": one.is_lossless,
        "whole": one.is_whole,
        "bit_rate": one.bit_rate,
        "codec": holding.audio.codec if holding else None,
        "path": holding.provenances[0].path if holding and holding.provenances else None,
    }


def _manifestation_text(one: Manifestation, holding: Holding | None) -> str:
    if holding is None:
        return one.content_id[:12]
    from longplay.cli.output import printable

    mark = "" if one.is_whole else "  DAMAGED"
    path = holding.provenances[0].path if holding.provenances else ""
    size = size_text(holding.digests.size)
    rate = f"{one.bit_rate / 1000:.0f} kbit/s"
    time = duration_text(holding.audio.duration)
    return printable(
        f"{one.content_id[:12]}  {holding.audio.codec:<9} {rate:>11}  {time:>6} {size:>9}  {path}{mark}"
    )


def _name(holding: Holding | None) -> str:
    return "-" if holding is None else holding.name


def _link_fields(link: Link) -> dict[str, object]:
    kind = "judgement" if isinstance(link, PairJudgement) else "ruling"
    return {"kind": kind, **asdict(link)}


@command.command("review", short_help="List the doubtful pairs, the likeliest first.")
@archive_option
@format_option
def review(archive: Path, form: str) -> None:
    """List the doubtful pairs, the likeliest first.

    Each with what was measured and why it is doubtful. Decide with `longplay recordings merge` or `split`;
    what is decided does not come up again.

    \b
    Examples:
      longplay recordings review
      longplay recordings review --format json
    """
    out = Output(form)
    with _curating(archive) as (opened, recordings):
        grouping = recordings.grouping()
        with _describing(opened) as describe:
            for judgement in grouping.doubtful:
                _print_pair(out, judgement, describe)
            for conflict in grouping.conflicts:
                _print_conflict(out, conflict, describe)
    counts = {"doubtful": len(grouping.doubtful), "conflicts": len(grouping.conflicts)}
    out.table(
        "To decide", [("doubtful pairs", str(counts["doubtful"])), ("conflicts", str(counts["conflicts"]))]
    )
    out.line("summary", counts)


def _print_pair(out: Output, judgement: PairJudgement, describe: Describe) -> None:
    out.line("pair", asdict(judgement), _pair_text(judgement, describe))


def _pair_text(judgement: PairJudgement, describe: Describe) -> str:
    names = (
        f"{judgement.a[:12]} {_name(describe(judgement.a))} | {judgement.b[:12]} {_name(describe(judgement.b))}"
    )
    if judgement.bit_error_rate is None:
        return f"{names}: {judgement.reason}"
    worst = judgement.worst_window or 0.0
    measured = (
        f"{judgement.bit_error_rate:.1%} of bits differ, {worst:.1%} at worst, over {judgement.overlap_s:.0f} s"
    )
    return f"{names}: {judgement.reason} ({measured})"


def _print_conflict(out: Output, conflict: Conflict, describe: Describe) -> None:
    a, b = conflict.link.pair
    apart = " and ".join(one[:12] for one in conflict.against.pair)
    why = "alike" if isinstance(conflict.link, PairJudgement) else "merged"
    text = f"{a[:12]} {_name(describe(a))} | {b[:12]} {_name(describe(b))}: {why}, but {apart} are held apart"
    fields = {"link": _link_fields(conflict.link), "against": _link_fields(conflict.against)}
    out.line("conflict", fields, text)


_by_option = click.option("--by", required=True, metavar="NAME", help="Who decides; stands in the journal.")
_reason_option = click.option("--reason", required=True, metavar="TEXT", help="Why; stands in the journal.")


@command.command("merge", short_help="Decide that holdings are one recording.")
@click.argument("names", metavar="ID ID...", nargs=-1, required=True)
@_by_option
@_reason_option
@archive_option
@format_option
def merge(names: tuple[str, ...], by: str, reason: str, archive: Path, form: str) -> None:
    """Decide that holdings, with all they are grouped with, are one recording.

    It outweighs every comparison, and an earlier split.

    \b
    Example:
      longplay recordings merge 3f1c09 a81e77 --by "Ada" --reason "same take, heard both"
    """
    from longplay.cli.names import only_holding

    out = Output(form)
    with _curating(archive) as (opened, recordings):
        with opened.ledger.reading() as connection:
            content_ids = [only_holding(connection, name) for name in names]
        with opened.writing() as register:
            merged = recordings.merge(register, content_ids, by=by, reason=reason)
    text = f"one recording from now on: {', '.join(one[:12] for one in merged)}"
    out.line("summary", {"merged": list(merged)}, text)


@command.command("split", short_help="Decide that a holding is another recording.")
@click.argument("name", metavar="ID")
@click.argument("others", metavar="[OTHER]...", nargs=-1)
@_by_option
@_reason_option
@archive_option
@format_option
def split(name: str, others: tuple[str, ...], by: str, reason: str, archive: Path, form: str) -> None:
    """Decide that a holding is another recording than OTHER, or than everything it is grouped with.

    \b
    Examples:
      longplay recordings split 3f1c09 --by "Ada" --reason "the instrumental"
      longplay recordings split 3f1c09 a81e77 --by "Ada" --reason "live, not the studio take"
    """
    from longplay.cli.names import only_holding

    out = Output(form)
    with _curating(archive) as (opened, recordings):
        with opened.ledger.reading() as connection:
            content_id = only_holding(connection, name)
            named = [only_holding(connection, other) for other in others]
        with opened.writing() as register:
            apart = recordings.split(register, content_id, named, by=by, reason=reason)
    text = f"{content_id[:12]} is another recording than {', '.join(one[:12] for one in apart)}"
    out.line("summary", {"split": content_id, "others": list(apart)}, text)
