"""`longplay derive`: measure what lacks a measurement, make access copies."""

import os
from dataclasses import asdict
from pathlib import Path

import click

from longplay.cli.options import archive_option, format_option
from longplay.cli.output import Output, size_text
from longplay.cli.progress import progress_bar
from longplay.model.digests import ContentId
from longplay.model.findings import Finding
from longplay.model.holdings import AccessCopy


@click.command(short_help="Measure what lacks a measurement; make Opus access copies.")
@click.argument("names", metavar="[ID]...", nargs=-1)
@click.option(
    "--opus",
    "rates",
    type=click.Choice(["96", "75"]),
    multiple=True,
    help="Make Opus copies of so many kbit/s where rights permit. May be repeated.",
)
@click.option("--true-peak", is_flag=True, help="Measure the true peak where it is not known.")
@click.option("--anew", is_flag=True, help="Measure again what is measured already.")
@click.option("--jobs", type=click.IntRange(1, 64), default=os.cpu_count() or 1, help="Worker processes.")
@archive_option
@format_option
def command(
    names: tuple[str, ...],
    rates: tuple[str, ...],
    true_peak: bool,
    anew: bool,
    jobs: int,
    archive: Path,
    form: str,
) -> None:
    """Measure what lacks a measurement; make Opus access copies.

    Without options it decodes the holdings whose measurement, fingerprint or waveform is missing, such as
    those taken in by an older version, and does nothing for the others. A copy is a blob of its own with the
    tags of its original and its loudness in R128_TRACK_GAIN; the original stays as it is. Only what the rights
    gate lets be transcoded is copied. May be stopped and run again at any time.

    \b
    Examples:
      longplay derive
      longplay derive --opus 96
      longplay derive --opus 96 --opus 75 3f1c09
    """
    from longplay.cli.names import only_holding
    from longplay.derive.derivation import Derivation, Order
    from longplay.rights.gate import decide
    from longplay.wiring import new_id, now, open_archive

    out = Output(form)
    with open_archive(archive) as opened, opened.writing() as register:
        with opened.ledger.reading() as connection:
            content_ids = tuple(dict.fromkeys(only_holding(connection, name) for name in names))
        derivation = Derivation(
            store=opened.store,
            derived=opened.derived,
            register=register,
            gate=decide,
            keeping=opened.settings.archive.keeping,
            clock=now,
            new_id=new_id,
            jobs=jobs,
            limit_s=opened.settings.ingest.file_limit_s,
        )
        order = Order(
            content_ids=content_ids,
            bit_rates=tuple(int(rate) * 1000 for rate in dict.fromkeys(rates)),
            true_peak=true_peak,
            anew=anew,
        )
        summary = derivation.derive(order, listener=_Printer(out), progress=progress_bar(quiet=out.json))
    rows = [
        ("holdings looked at", str(summary.holdings)),
        ("measured", str(summary.measured)),
        ("access copies made", str(summary.copies)),
    ]
    if summary.not_permitted:
        rows.append(("not permitted", f"{summary.not_permitted}  (`longplay show ID` says why)"))
    if summary.failed:
        rows.append(("failed", f"{summary.failed}  (reasons above)"))
    out.table("Derived", rows)
    out.line("summary", asdict(summary))


class _Printer:
    """Prints what becomes of each recording."""

    def __init__(self, out: Output) -> None:
        self._out = out

    def measured(self, content_id: ContentId) -> None:
        self._out.line("measured", {"content_id": content_id}, f"{content_id[:12]}  measured")

    def copied(self, copy: AccessCopy) -> None:
        text = f"{copy.source[:12]}  {copy.encoding} {copy.bit_rate // 1000} kbit/s, {size_text(copy.size)}"
        self._out.line("copy", asdict(copy), f"{text}  {copy.content_id[:12]}")

    def found(self, finding: Finding) -> None:
        self._out.finding(finding)
