"""`longplay rights calendar`: what becomes free, or ends to be, and when."""

from datetime import date
from pathlib import Path

import click

from longplay.cli.options import (
    TerritoryType,
    act_option,
    archive_option,
    day_option,
    format_option,
    purpose_option,
)
from longplay.cli.output import Output
from longplay.model.holdings import Holding
from longplay.model.rights import Act, Decision, Purpose, Territory

PLACES = ("001", "EU", "GB", "US", "CA", "JP", "AU")
"""Asked about unless `longplay.toml` or the command names others: where there are rules of terms."""


@click.command(short_help="List what becomes free, or ends to be, and when.")
@act_option
@click.option(
    "--territory",
    "territories",
    type=TerritoryType(),
    multiple=True,
    metavar="CODE",
    help="Where; several times too. Default: the archive's territories, else wherever there are rules.",
)
@click.option("--until", type=int, metavar="YEAR", help="Only up to the end of this year.")
@day_option
@purpose_option
@archive_option
@format_option
def command(
    act: str,
    territories: tuple[Territory, ...],
    until: int | None,
    day: date | None,
    purpose: str,
    archive: Path,
    form: str,
) -> None:
    """List what becomes free, or ends to be, and when.

    Every change of the gate's answer that the statements foretell, day by day: terms of protection that end,
    permissions that begin or run out.

    \b
    Examples:
      longplay rights calendar
      longplay rights calendar --territory US --until 2030
    """
    from longplay.ledger import queries
    from longplay.rights.gate import changes, has_dates
    from longplay.wiring import now, open_archive

    out = Output(form)
    found: list[tuple[Decision, Decision, Holding]] = []
    with open_archive(archive) as opened, opened.ledger.reading() as connection:
        places = territories or opened.settings.rights.territories or tuple(map(Territory, PLACES))
        for holding in queries.holdings(connection):
            if not any(map(has_dates, holding.statements)):
                continue
            obj = opened.rights_object(holding)
            for place in places:
                for before, after in changes(Act(act), obj, place, day or now().date(), Purpose(purpose)):
                    if until is None or (before.changes_on and before.changes_on.year <= until):
                        found.append((before, after, holding))
    found.sort(key=lambda one: (one[0].changes_on or date.max, one[2].content_id, one[0].territory))
    for before, after, holding in found:
        out.line("change", _fields(before, after, holding), _text(before, after, holding))
    out.talk(f"{len(found)} changes foretold for {act}")
    out.line("summary", {"changes": len(found), "territories": list(places)})


def _fields(before: Decision, after: Decision, holding: Holding) -> dict[str, object]:
    return {
        "day": before.changes_on.isoformat() if before.changes_on else None,
        "territory": before.territory,
        "content_id": holding.content_id,
        "path": holding.provenances[0].path if holding.provenances else None,
        "from": before.verdict.value,
        "to": after.verdict.value,
        "rule": after.rule,
    }


def _text(before: Decision, after: Decision, holding: Holding) -> str:
    title = holding.described("title") or (holding.provenances[0].path if holding.provenances else "")
    verdicts = f"{before.verdict.value.replace('_', ' ')} -> {after.verdict.value.replace('_', ' ')}"
    where = f"{before.changes_on}  {before.territory:<3}  {holding.content_id[:12]}"
    return f"{where}  {title}  {verdicts}  [{after.rule}]"
