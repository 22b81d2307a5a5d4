"""`longplay holdings`: list what the archive holds."""

from pathlib import Path

import click

from longplay.cli.options import archive_option, format_option
from longplay.cli.output import Output, duration_text, size_text
from longplay.model.holdings import Holding
from longplay.model.rights import WORLD, Act, Decision, Purpose


@click.command(short_help="List what the archive holds.")
@click.option("--dark", is_flag=True, help="Only what may not be redistributed.")
@archive_option
@format_option
def command(dark: bool, archive: Path, form: str) -> None:
    """List what the archive holds.

    One line a holding: content id, playing time, size, artist and title, and the licence it may be
    redistributed under, or why it stays dark.

    \b
    Examples:
      longplay holdings
      longplay holdings --dark --format json
    """
    from longplay.ledger import queries
    from longplay.rights.gate import decide
    from longplay.wiring import now, open_archive

    out = Output(form)
    count = 0
    with open_archive(archive) as opened, opened.ledger.reading() as connection:
        for holding in queries.holdings(connection):
            obj = opened.rights_object(holding)
            decision = decide(Act.REDISTRIBUTE, obj, WORLD, now().date(), Purpose.ARCHIVE)
            if dark and decision.permits:
                continue
            count += 1
            out.line("holding", _fields(holding, decision), _text(holding, decision))
    out.line("summary", {"holdings": count})


def _fields(holding: Holding, decision: Decision) -> dict[str, object]:
    return {
        "content_id": holding.content_id,
        "size": holding.digests.size,
        "duration_ms": holding.audio.duration,
        "container": holding.audio.container,
        "codec": holding.audio.codec,
        "artist": holding.described("artist"),
        "title": holding.described("title"),
        "album": holding.described("album"),
        "path": holding.provenances[0].path,
        "redistribute": decision.verdict.value,
        "licence": decision.licence,
        "missing": decision.missing,
    }


def _text(holding: Holding, decision: Decision) -> str:
    name = " - ".join(part for part in (holding.described("artist"), holding.described("title")) if part)
    stand = decision.licence if decision.permits else f"dark: {decision.missing or decision.rule}"
    time, size = duration_text(holding.audio.duration), size_text(holding.digests.size)
    return f"{holding.content_id[:12]}  {time:>6}  {size:>9}  {name or holding.provenances[0].path}  [{stand}]"
