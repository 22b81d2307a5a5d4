"""`longplay rights check`: the gate's answers for all holdings, counted."""

from collections import Counter
from datetime import date
from pathlib import Path

import click

from longplay.cli.options import (
    act_option,
    archive_option,
    day_option,
    format_option,
    purpose_option,
    territory_option,
)
from longplay.cli.output import Output
from longplay.cli.progress import progress_bar
from longplay.model.holdings import Holding
from longplay.model.rights import Act, Decision, Purpose, Territory, Verdict


@click.command(short_help="Ask the gate about all holdings; count by verdict and rule.")
@act_option
@territory_option
@day_option
@purpose_option
@click.option(
    "--list",
    "listed",
    multiple=True,
    type=click.Choice([verdict.value for verdict in Verdict]),
    help="Name the holdings of this verdict too; may be given several times.",
)
@archive_option
@format_option
def command(
    act: str,
    territory: Territory,
    day: date | None,
    purpose: str,
    listed: tuple[str, ...],
    archive: Path,
    form: str,
) -> None:
    """Ask the gate about all holdings; count by verdict and rule.

    \b
    Examples:
      longplay rights check
      longplay rights check --act stream --territory SE --list unknown
      longplay rights check --day 2034-01-01 --territory SE
    """
    from longplay.ledger import queries
    from longplay.rights.gate import decide
    from longplay.wiring import now, open_archive

    out = Output(form)
    when = day or now().date()
    counted: Counter[tuple[Verdict, str]] = Counter()
    progress = progress_bar(quiet=out.json)
    with open_archive(archive) as opened, opened.ledger.reading() as connection:
        progress.begin("check", files=queries.counts(connection)["holdings"])
        try:
            for holding in queries.holdings(connection):
                decision = decide(Act(act), opened.rights_object(holding), territory, when, Purpose(purpose))
                counted[decision.verdict, decision.rule] += 1
                if decision.verdict.value in listed:
                    out.line("decided", _fields(holding, decision), _text(holding, decision))
                progress.advance(files=1)
        finally:
            progress.end()
    _print(out, counted, f"{act}, {territory}, {when.isoformat()}, {purpose}")


def _print(out: Output, counted: Counter[tuple[Verdict, str]], asked: str) -> None:
    order = list(Verdict)
    rows = sorted(counted.items(), key=lambda item: (order.index(item[0][0]), -item[1], item[0][1]))
    for (verdict, rule), count in rows:
        out.line("count", {"verdict": verdict.value, "rule": rule, "holdings": count})
    texts = [(f"{verdict.value.replace('_', ' ')}", f"{count:>7}  {rule}") for (verdict, rule), count in rows]
    out.table(f"Rights: {asked}", texts or [("holdings", "none")])
    totals = {
        verdict.value: sum(n for (one, _rule), n in counted.items() if one is verdict) for verdict in order
    }
    if totals[Verdict.UNKNOWN.value]:
        out.talk("Next: longplay rights check --list unknown; longplay rights explain ID ACT")
    out.line("summary", {"holdings": sum(counted.values()), "verdicts": totals})


def _fields(holding: Holding, decision: Decision) -> dict[str, object]:
    from msgspec import to_builtins

    return {
        "content_id": holding.content_id,
        "path": holding.provenances[0].path if holding.provenances else None,
        "decision": to_builtins(decision),
    }


def _text(holding: Holding, decision: Decision) -> str:
    path = holding.provenances[0].path if holding.provenances else ""
    why = f" - missing: {decision.missing}" if decision.missing else ""
    return f"{holding.content_id[:12]}  {decision.verdict.value}  {decision.rule}  {path}{why}"
