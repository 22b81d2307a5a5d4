"""`longplay rights explain`: whether an act is permitted, and why, in plain words."""

from datetime import date
from pathlib import Path

import click

from longplay.cli.options import archive_option, day_option, format_option, purpose_option, territory_option
from longplay.cli.output import Output
from longplay.model.holdings import Holding
from longplay.model.rights import Act, Decision, Purpose, Territory, Verdict


@click.command(short_help="Say in plain words whether an act is permitted, and why.")
@click.argument("name", metavar="ID")
@click.argument("act", metavar="ACT", type=click.Choice([act.value for act in Act]))
@territory_option
@day_option
@purpose_option
@archive_option
@format_option
def command(
    name: str, act: str, territory: Territory, day: date | None, purpose: str, archive: Path, form: str
) -> None:
    """Say in plain words whether an act is permitted, and why.

    ACT is preserve, stream, redistribute, transcode or mine. The answer names the rule and where it stands, the
    two tests, the conditions, the missing fact, the day on which it changes, and the evidence.

    \b
    Examples:
      longplay rights explain 3f1c09 redistribute
      longplay rights explain 3f1c09 stream --territory SE --day 2034-01-01
    """
    from msgspec import to_builtins

    from longplay.cli.names import only_holding
    from longplay.cli.rights_show import print_stated
    from longplay.ledger import queries
    from longplay.ledger import rights as rights_queries
    from longplay.rights import explaining
    from longplay.rights.gate import decide, tests
    from longplay.wiring import now, open_archive

    out = Output(form)
    asked = (Act(act), territory, day or now().date(), Purpose(purpose))
    with open_archive(archive) as opened, opened.ledger.reading() as connection:
        content_id = only_holding(connection, name)
        holding = queries.holding(connection, content_id)
        assert holding is not None
        obj = opened.rights_object(holding)
        decision = decide(asked[0], obj, *asked[1:])
        each = tests(asked[0], obj, *asked[1:])
        if not out.json:
            click.echo(explaining.question(asked[0], _name(holding), territory, asked[2]))
            click.echo(click.style(explaining.answer(decision), bold=True))
            for reason in explaining.reasons(decision, each):
                click.echo(f"  {reason}")
            out.gap()
        for one in rights_queries.history(connection, content_id):
            print_stated(out, one, opened.evidence)
    if decision.verdict is Verdict.UNKNOWN:
        out.talk(_next(content_id, decision))
    fields = {
        "content_id": content_id,
        "decision": to_builtins(decision),
        "tests": {subject.value: to_builtins(option) for subject, option in each.items()},
    }
    out.line("summary", fields)


def _name(holding: Holding) -> str:
    from longplay.cli.output import printable

    title = holding.described("title") or holding.provenances[0].path
    artist = holding.described("artist")
    return printable(f"{title!r} by {artist}" if artist else repr(title))


def _next(content_id: str, decision: Decision) -> str:
    return (
        f"To settle it: longplay rights decide {content_id[:12]} --licence LICENCE "
        f'--by NAME --reason "why"   (missing: {decision.missing})'
    )
