"""`longplay show`: describe one holding."""

from pathlib import Path

import click

from longplay.cli.options import archive_option, format_option
from longplay.cli.output import Output, duration_text, size_text
from longplay.errors import NotFound
from longplay.model.digests import ContentId
from longplay.model.holdings import Holding
from longplay.model.rights import WORLD, Act, Decision, Purpose, RightsObject


@click.command(short_help="Describe one holding.")
@click.argument("name", metavar="ID")
@archive_option
@format_option
def command(name: str, archive: Path, form: str) -> None:
    """Describe one holding.

    ID is a content id or the first digits of one, as `longplay holdings` prints them.

    \b
    Example:
      longplay show 3f1c09
    """
    import msgspec

    from longplay.ledger import queries
    from longplay.rights.gate import decide
    from longplay.wiring import now, open_archive

    out = Output(form)
    with open_archive(archive) as opened, opened.ledger.reading() as connection:
        found = queries.ids_starting(connection, name.lower(), limit=2)
        holding = queries.holding(connection, _only(found, name))
        if holding is None:
            raise NotFound(f"no holding {name}")
        places = queries.places_of(connection, holding.content_id)
        companions = list(queries.companions_of(connection, holding))
        obj = RightsObject(
            content_id=holding.content_id,
            statements=holding.statements,
            keeping=opened.settings.archive.keeping,
        )
        decisions = [decide(act, obj, WORLD, now().date(), Purpose.ARCHIVE) for act in Act]
    fields = {
        **msgspec.to_builtins(holding),
        "content_id": holding.content_id,
        "decisions": msgspec.to_builtins(decisions),
        "companions": [
            {"content_id": one.digests.content_id, "kind": one.kind.value, "path": one.provenance.path}
            for one in companions
        ],
        "published": [{"bundle": bundle, "path": path} for bundle, path in places],
    }
    out.line("holding", fields)
    if not out.json:
        _print(out, holding, decisions, places)
        beside = [(one.kind.value, one.provenance.path) for one in companions]
        if beside:
            out.table("Companions", beside)
    out.line("summary", {"holdings": 1})


def _only(found: list[ContentId], name: str) -> ContentId:
    if not found or not name:
        raise NotFound(f"no holding starts with {name!r}: see `longplay holdings`")
    if len(found) > 1:
        raise NotFound(f"more than one holding starts with {name!r}: give more digits")
    return found[0]


def _print(out: Output, holding: Holding, decisions: list[Decision], places: list[tuple[str, str]]) -> None:
    audio = holding.audio
    depth = f", {audio.bit_depth} bit" if audio.bit_depth else ""
    rows = [
        ("content id", holding.content_id),
        ("title", holding.described("title") or "-"),
        ("artist", holding.described("artist") or "-"),
        ("album", holding.described("album") or "-"),
        ("audio", f"{audio.container}/{audio.codec}, {audio.rate} Hz, {audio.channels} channels{depth}"),
        ("length", f"{duration_text(audio.duration)}  ({audio.samples} samples)"),
        ("size", size_text(holding.digests.size)),
        ("pieces root", (holding.digests.pieces_root or b"").hex()),
    ]
    rows += [("met at", f"{one.path}  ({one.source})") for one in holding.provenances]
    rows += [("stated", f"{one.stated}  ({one.source.value}: {one.evidence})") for one in holding.statements]
    rows += [("published", f"{bundle}: {path}") for bundle, path in places]
    out.table("", rows)
    out.table("What may be done with it", [(one.act.value, _explained(one)) for one in decisions])
    if holding.tags.tags:
        out.table("Tags", [(name, "; ".join(values)[:200]) for name, values in holding.tags.tags])


def _explained(decision: Decision) -> str:
    words = [decision.verdict.value.replace("_", " ")]
    if decision.conditions:
        words.append("(" + ", ".join(condition.value for condition in decision.conditions) + ")")
    if decision.missing:
        words.append(f"- missing: {decision.missing}")
    words.append(f"[{decision.rule}: {decision.citation}]")
    return " ".join(words)
