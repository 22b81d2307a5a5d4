"""`longplay show`: describe one holding."""

from dataclasses import asdict
from pathlib import Path

import click

from longplay.cli.options import archive_option, format_option
from longplay.cli.output import Output, duration_text, size_text
from longplay.errors import NotFound
from longplay.model.holdings import AccessCopy, Holding
from longplay.model.rights import WORLD, Act, Decision, Purpose
from longplay.model.technical import Derived


@click.command(short_help="Describe one holding.")
@click.argument("name", metavar="ID")
@click.option(
    "--waveform",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write its waveform: .svg is a picture, .dat is for players that read audiowaveform data.",
)
@archive_option
@format_option
def command(name: str, waveform: Path | None, archive: Path, form: str) -> None:
    """Describe one holding.

    What it is, whether it is whole, how loud it is, what was stated about it, and what may be done with it.

    ID is a content id or the first digits of one, as `longplay holdings` prints them. What was withdrawn says
    so; of what was purged only the tombstone is left.

    \b
    Examples:
      longplay show 3f1c09
      longplay show 3f1c09 --waveform song.svg
    """
    import msgspec

    from longplay.cli.measured import carrier_rows, write_waveform
    from longplay.cli.names import only_holding
    from longplay.formats.chromaprint import encode, unpack
    from longplay.ledger import queries
    from longplay.ledger.withdrawn import withdrawals_of
    from longplay.rights.gate import decide
    from longplay.wiring import now, open_archive

    out = Output(form)
    with open_archive(archive) as opened, opened.ledger.reading() as connection:
        content_id = only_holding(connection, name)
        holding = queries.holding(connection, content_id)
        if holding is None:
            raise NotFound(f"no holding {name}")
        places = queries.places_of(connection, holding.content_id)
        companions = list(queries.companions_of(connection, holding))
        copies = queries.copies_of(connection, holding.content_id)
        withdrawals = [one for one, holds in withdrawals_of(connection, holding.content_id) if holds]
        derived = opened.derived.get(holding.content_id, holding.measurement) if holding.measurement else None
        obj = opened.rights_object(holding)
        decisions = [decide(act, obj, WORLD, now().date(), Purpose.ARCHIVE) for act in Act]
    fields = {
        **msgspec.to_builtins(holding),
        "content_id": holding.content_id,
        "decisions": msgspec.to_builtins(decisions),
        "companions": [
            {"content_id": one.digests.content_id, "kind": one.kind.value, "path": one.provenance.path}
            for one in companions
        ],
        "carriers": msgspec.to_builtins([carrier for one in companions for carrier in one.carriers]),
        "access_copies": [asdict(copy) for copy in copies],
        "fingerprint": encode(unpack(derived.fingerprint)) if derived and derived.fingerprint else None,
        "published": [{"bundle": bundle, "path": path} for bundle, path in places],
        "withdrawn": [
            {"statement": one.statement, "reason": one.reason.value, "by": one.by, "at": one.at}
            for one in withdrawals
        ],
    }
    if waveform is not None:
        write_waveform(waveform, derived, holding)
    out.line("holding", fields)
    if not out.json:
        for one in withdrawals:
            out.table("", [("withdrawn", f"{one.at[:10]} by {one.by}: {one.reason.value} ({one.statement})")])
        _print(out, holding, decisions, places)
        _print_measured(out, holding, derived)
        for carrier in (carrier for one in companions for carrier in one.carriers):
            out.table("Carrier", carrier_rows(carrier))
        if copies:
            rows = [(f"{copy.encoding} {copy.bit_rate // 1000} kbit/s", _copy_text(copy)) for copy in copies]
            out.table("Access copies", rows)
        beside = [(one.kind.value, one.provenance.path) for one in companions]
        if beside:
            out.table("Companions", beside)
    out.line("summary", {"holdings": 1})


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


def _print_measured(out: Output, holding: Holding, derived: Derived | None) -> None:
    from longplay.cli.measured import embedded_rows, measured_rows

    if holding.measurement is None:
        out.table("Measured", [("not yet", "run `longplay derive`")])
        return
    out.table("Measured", measured_rows(holding.measurement, derived))
    rows = embedded_rows(holding.measurement.embedded, holding.audio.rate)
    if rows:
        out.table("Stated in the file", rows)


def _copy_text(copy: AccessCopy) -> str:
    gain = "" if copy.gain_q78 is None else f", gain {copy.gain_q78 / 256:+.2f} dB to -23 LUFS"
    return f"{copy.content_id[:12]}, {size_text(copy.size)}{gain}"


def _explained(decision: Decision) -> str:
    words = [decision.verdict.value.replace("_", " ")]
    if decision.conditions:
        words.append("(" + ", ".join(condition.value for condition in decision.conditions) + ")")
    if decision.missing:
        words.append(f"- missing: {decision.missing}")
    words.append(f"[{decision.rule}: {decision.citation}]")
    return " ".join(words)
