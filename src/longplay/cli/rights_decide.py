"""`longplay rights decide`: a person's determination of what holds."""

from datetime import date
from pathlib import Path

import click

from longplay.cli.options import (
    DayType,
    TerritoryType,
    archive_option,
    by_option,
    format_option,
    reason_option,
)
from longplay.cli.output import Output
from longplay.errors import UsageError
from longplay.model.digests import ContentId
from longplay.model.rights import (
    Act,
    Condition,
    MiningPreference,
    RightsBasis,
    RightsStatement,
    StatementKind,
    StatementSource,
    Subject,
    Territory,
)
from longplay.model.terms import RecordingFacts, WorkFacts

_Value = str | int | bool | date | tuple[str, ...] | None
"""What an option holds."""

_KINDS = (
    StatementKind.DEPOSIT_AGREEMENT,
    StatementKind.OWN,
    StatementKind.EXCEPTION,
    StatementKind.DEDICATION,
    StatementKind.RESERVATION,
)
"""Kinds that may be decided by name."""


@click.command(short_help="Decide what holds, with a name and a reason.")
@click.argument("name", metavar="ID")
@click.option(
    "--licence", metavar="SPDX", help="Licence that holds: an SPDX expression or a Creative Commons URL."
)
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in _KINDS]),
    help="Another ground: then name the acts with --permit or --forbid.",
)
@click.option(
    "--permit", "permits", multiple=True, type=click.Choice([act.value for act in Act]), help="Act it grants."
)
@click.option(
    "--forbid",
    "forbids",
    multiple=True,
    type=click.Choice([act.value for act in Act]),
    help="Act it restricts.",
)
@click.option(
    "--condition",
    "conditions",
    multiple=True,
    type=click.Choice([one.value for one in Condition if one is not Condition.KEEP_DARK]),
    help="What it asks in return, besides what the licence asks.",
)
@click.option(
    "--covers",
    multiple=True,
    type=click.Choice([subject.value for subject in Subject]),
    help="What it is about. Default: recording and work.",
)
@click.option(
    "--territory", "territories", multiple=True, type=TerritoryType(), metavar="CODE", help="Only there."
)
@click.option("--from", "valid_from", type=DayType(), metavar="DAY", help="First day on which it holds.")
@click.option("--until", "valid_until", type=DayType(), metavar="DAY", help="Last day on which it holds.")
@click.option("--attribution", metavar="TEXT", help="Credit to give, in the right holder's words.")
@click.option(
    "--mining",
    type=click.Choice([one.value for one in MiningPreference]),
    help="Preference on text and data mining.",
)
@click.option("--published", type=int, metavar="YEAR", help="Recording: year of first lawful publication.")
@click.option("--published-on", type=DayType(), metavar="DAY", help="Recording: its day, where that matters.")
@click.option("--unpublished", is_flag=True, help="Recording: it was never lawfully published.")
@click.option("--fixed", type=int, metavar="YEAR", help="Recording: year it was made.")
@click.option("--communicated", type=int, metavar="YEAR", help="Recording: year of first broadcast.")
@click.option(
    "--for-hire/--not-for-hire", default=None, help="Recording: whether it is a work made for hire (US)."
)
@click.option("--work-published", type=int, metavar="YEAR", help="Work: year of first publication.")
@click.option("--last-death", type=int, metavar="YEAR", help="Work: year the last of its authors died.")
@click.option(
    "--ends", multiple=True, metavar="STATEMENT", help="Id of a statement that ends. Default: all others."
)
@click.option("--keep-others", is_flag=True, help="End no other statement.")
@by_option
@reason_option
@archive_option
@format_option
def command(
    name: str,
    licence: str | None,
    kind: str | None,
    ends: tuple[str, ...],
    keep_others: bool,
    by: str,
    reason: str,
    archive: Path,
    form: str,
    **stated: _Value,
) -> None:
    """Decide what holds, with a name and a reason.

    What was stated before stays on record and does not hold any more, unless --ends or --keep-others says
    otherwise; withdrawals and takedowns are not touched. Years bring the facts for a term of protection.

    \b
    Examples:
      longplay rights decide 3f1c09 --licence CC-BY-4.0 --by "Ada" --reason "letter of the author, 3 May"
      longplay rights decide 3f1c09 --kind deposit-agreement --permit stream --territory SE --by "Ada" \\
          --reason "agreement 2026/17"
      longplay rights decide 3f1c09 --published 1925 --work-published 1924 --by "Ada" --reason "label scan"
    """
    from longplay.cli.names import only_holding
    from longplay.curation.determination import Determination
    from longplay.wiring import open_archive

    out = Output(form)
    statement = _statement(licence, kind, stated)
    with open_archive(archive) as opened:
        with opened.ledger.reading() as connection:
            content_id: ContentId = only_holding(connection, name)
        with opened.writing() as register:
            named = () if keep_others else ends or None
            done = Determination(ledger=opened.ledger, evidence=opened.evidence).decide(
                register, content_id, statement, ends=named, by=by, reason=reason
            )
    fields = {"content_id": content_id, "statement": done.statement, "superseded": list(done.superseded)}
    text = f"{content_id[:12]}: decided; {len(done.superseded)} earlier statements do not hold any more"
    out.line("summary", fields, text)
    out.talk(f"Next: longplay rights explain {content_id[:12]} redistribute")


def _statement(licence: str | None, kind: str | None, stated: dict[str, _Value]) -> RightsStatement | None:
    """What the options state; `None` when they state nothing."""
    from longplay.formats.licences import read_claim

    recording, work = _facts(stated)
    acts = {name: tuple(Act(one) for one in _many(stated, name)) for name in ("permits", "forbids")}
    if not (licence or kind or recording or work or stated["mining"]):
        if any(acts.values()):
            raise UsageError("--permit and --forbid need a --kind, or a --licence they add to")
        return None
    claim = read_claim(licence) if licence else None
    if claim is not None and claim.licence is None:
        raise UsageError(f"{licence!r} is no licence to decide for: {claim.missing}")
    chosen = _kind(kind, licence, recording is not None or work is not None)
    return RightsStatement(
        basis=_basis(chosen, licence),
        licence=claim.licence if claim else None,
        stated=licence or chosen.value,
        evidence="determined by the archive",
        source=StatementSource.DECISION,
        kind=chosen,
        covers=_covers(stated, recording, work, licence or kind),
        territories=_territories(_many(stated, "territories")),
        valid_from=_day(stated, "valid_from"),
        valid_until=_day(stated, "valid_until"),
        permits=acts["permits"],
        forbids=acts["forbids"],
        conditions=tuple(Condition(one) for one in _many(stated, "conditions")),
        attribution=_text(stated, "attribution"),
        mining=MiningPreference(str(stated["mining"])) if stated["mining"] else None,
        recording=recording,
        work=work,
    )


def _facts(stated: dict[str, _Value]) -> tuple[RecordingFacts | None, WorkFacts | None]:
    published_on = _day(stated, "published_on")
    published = _year(stated, "published") or (published_on.year if published_on else None)
    fixed = _year(stated, "fixed")
    is_published = False if stated["unpublished"] else True if published else None
    if stated["unpublished"] and published:
        raise UsageError("--unpublished and --published contradict each other")
    recording = RecordingFacts(
        fixed_year=fixed,
        is_published=is_published,
        published_year=published,
        published_on=published_on,
        communicated_year=_year(stated, "communicated"),
        is_for_hire=_flag(stated, "for_hire"),
    )
    work = WorkFacts(
        published_year=_year(stated, "work_published"), last_death_year=_year(stated, "last_death")
    )
    return (
        recording if recording != RecordingFacts() else None,
        work if work != WorkFacts() else None,
    )


def _territories(codes: tuple[str, ...]) -> tuple[Territory, ...]:
    """Where it holds; empty: everywhere."""
    from longplay.formats.territories import read_territories

    found = read_territories(" ".join(codes)) if codes else ()
    if found is None:
        raise UsageError("--territory 001 is everywhere: name no other place beside it")
    return found


def _kind(kind: str | None, licence: str | None, has_facts: bool) -> StatementKind:
    if kind:
        return StatementKind(kind)
    if has_facts and not licence:
        return StatementKind.PUBLIC_DOMAIN
    return StatementKind.LICENCE if licence else StatementKind.RESERVATION


def _basis(kind: StatementKind, licence: str | None) -> RightsBasis:
    from longplay.formats.rights_table import KINDS

    return RightsBasis.LICENSE if licence and kind is not StatementKind.PUBLIC_DOMAIN else KINDS[kind]


def _covers(
    stated: dict[str, _Value], recording: RecordingFacts | None, work: WorkFacts | None, ground: str | None
) -> tuple[Subject, ...]:
    """What it is about: as told, else what the facts are about, else both."""
    named = _many(stated, "covers")
    if named:
        return tuple(subject for subject in Subject if subject.value in named)
    if ground or not (recording or work):
        return (Subject.RECORDING, Subject.WORK)
    brought = {Subject.RECORDING: recording, Subject.WORK: work}
    return tuple(subject for subject, facts in brought.items() if facts is not None)


def _many(stated: dict[str, _Value], name: str) -> tuple[str, ...]:
    value = stated[name]
    return value if isinstance(value, tuple) else ()


def _day(stated: dict[str, _Value], name: str) -> date | None:
    value = stated[name]
    return value if isinstance(value, date) else None


def _year(stated: dict[str, _Value], name: str) -> int | None:
    value = stated[name]
    return value if isinstance(value, int) else None


def _flag(stated: dict[str, _Value], name: str) -> bool | None:
    value = stated[name]
    return value if isinstance(value, bool) else None


def _text(stated: dict[str, _Value], name: str) -> str | None:
    value = stated[name]
    return value if isinstance(value, str) else None
