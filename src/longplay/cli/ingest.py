"""`longplay ingest`: take files in."""

import os
from dataclasses import asdict
from pathlib import Path

import click

from longplay.cli.options import archive_option, format_option
from longplay.cli.output import Output, duration_text, loudness_text, size_text
from longplay.cli.progress import progress_bar
from longplay.errors import UsageError
from longplay.ingest.deposit import Deposit, Ports
from longplay.ingest.outcome import HoldingTaken, Summary
from longplay.model.findings import Finding, Severity
from longplay.model.rights import StatementSource


@click.command(short_help="Take files in: recordings become holdings, what lies beside them companions.")
@click.argument(
    "paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)
@click.option(
    "--rights",
    "table",
    metavar="FILE.csv",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Table with columns path, licence, licence_evidence, artist, title, album; paths relative to it.",
)
@click.option("--licence", metavar="ID", help="SPDX id or Creative Commons URL that holds for every file.")
@click.option("--evidence", metavar="TEXT", help="What says so; needed with --licence.")
@click.option("--source", metavar="TEXT", help="Where the files come from. Default: the folders' names.")
@click.option("--jobs", type=click.IntRange(1, 64), default=os.cpu_count() or 1, help="Worker processes.")
@click.option("--true-peak", is_flag=True, help="Measure the true peak too: costs more than all the rest.")
@click.option(
    "--opus",
    "rates",
    type=click.Choice(["96", "75"]),
    multiple=True,
    help="Also make Opus copies of so many kbit/s, in the same decode, where rights permit. May be repeated.",
)
@click.option("--dry-run", is_flag=True, help="Read and decide everything, keep nothing.")
@archive_option
@format_option
def command(
    paths: tuple[Path, ...],
    table: Path | None,
    licence: str | None,
    evidence: str | None,
    source: str | None,
    jobs: int,
    true_peak: bool,
    rates: tuple[str, ...],
    dry_run: bool,
    archive: Path,
    form: str,
) -> None:
    """Take files in: recordings become holdings, what lies beside them companions.

    Every file is read once, hashed, and decoded once to its end: its loudness and fingerprint are measured on
    the way, and damage is looked for. What is not audio is refused and left alone, with the reason. May be
    stopped and run again at any time.

    \b
    Examples:
      longplay ingest ~/Music
      longplay ingest album/ --licence CC-BY-4.0 --evidence "licence page of the label, 2026-05-01"
      longplay ingest deposit/ --rights deposit/rights.csv --source "Deposit 2026/14, Example Label"
      longplay ingest ~/Music --opus 96
    """
    from longplay.ingest.accession import Accession
    from longplay.rights.gate import decide
    from longplay.wiring import new_id, now, open_archive

    out = Output(form)
    deposit = _deposit(paths, table, licence, evidence, source)
    with open_archive(archive) as opened, opened.writing() as register:
        _check_outside(deposit, opened.root)
        ports = Ports(
            store=opened.store,
            derived=opened.derived,
            evidence=opened.evidence,
            register=register,
            gate=decide,
            keeping=opened.settings.archive.keeping,
            clock=now,
            new_id=new_id,
            dry_run=dry_run,
        )
        limit = opened.settings.ingest.file_limit_s
        bit_rates = tuple(int(rate) * 1000 for rate in dict.fromkeys(rates))
        accession = Accession(
            ports=ports, jobs=jobs, file_limit_s=limit, true_peak=true_peak, bit_rates=bit_rates
        )
        summary = accession.accept(deposit, listener=_Printer(out), progress=progress_bar(quiet=out.json))
    if deposit.table is not None:
        deposit.table.close()
    _print_summary(out, summary, dry_run=dry_run)


def _deposit(
    paths: tuple[Path, ...], table: Path | None, licence: str | None, evidence: str | None, source: str | None
) -> Deposit:
    from longplay.ingest.table import DepositTable
    from longplay.rights.readers import statement

    if licence and not evidence:
        raise UsageError("--licence needs --evidence: say what states it (a page, a letter, an agreement)")
    stated = None
    if licence and evidence:
        stated = statement(licence, evidence=evidence, source=StatementSource.OPTION)
        if stated.missing:
            raise UsageError(f"--licence {licence}: missing is {stated.missing}")
    starts = tuple(path.resolve() for path in paths)
    return Deposit(
        starts=starts,
        source=source or ", ".join(start.name for start in starts),
        table=DepositTable.read(table.resolve()) if table else None,
        statement=stated,
    )


def _check_outside(deposit: Deposit, archive: Path) -> None:
    for start in deposit.starts:
        if start == archive or archive in start.parents:
            raise UsageError(f"{start} lies in the archive {archive}: name files outside it")


class _Printer:
    """Prints what happens to each file."""

    def __init__(self, out: Output) -> None:
        self._out = out

    def taken(self, holding: HoldingTaken) -> None:
        audio = holding.audio
        fields = {
            "content_id": holding.content_id,
            "path": holding.path,
            "size": holding.size,
            "container": audio.container,
            "codec": audio.codec,
            "rate": audio.rate,
            "channels": audio.channels,
            "samples": audio.samples,
            "duration_ms": audio.duration,
            "loudness_lufs": holding.measurement.loudness.integrated_lufs,
            "puid": holding.measurement.puid,
            "whole": holding.measurement.is_whole,
            "redistribute": holding.redistribute.verdict.value,
            "licence": holding.redistribute.licence,
            "missing": holding.redistribute.missing,
        }
        decision = holding.redistribute
        stand = decision.licence if decision.permits else f"dark: {decision.missing or decision.rule}"
        loud = loudness_text(holding.measurement.loudness.integrated_lufs)
        mark = "" if holding.measurement.is_whole else "  DAMAGED"
        time = duration_text(audio.duration)
        text = f"{holding.content_id[:12]}  {time:>6}  {loud:>10}  {holding.path}  [{stand}]{mark}"
        self._out.line("holding", fields, text)

    def found(self, finding: Finding) -> None:
        """Notes are advice: they are counted, and `show` tells them; programs get them all."""
        if self._out.json or finding.severity is not Severity.NOTE:
            self._out.finding(finding)


def _print_summary(out: Output, summary: Summary, *, dry_run: bool) -> None:
    rows = [
        ("files met", f"{summary.files}  ({size_text(summary.bytes)})"),
        (
            "accessioned",
            f"{summary.accessioned}  ({summary.publishable} publishable, {summary.dark} kept dark)",
        ),
        *([("damaged", f"{summary.damaged}  (kept; reasons above)")] if summary.damaged else []),
        *([("access copies", str(summary.copies))] if summary.copies else []),
        ("companions", str(summary.companions)),
        ("duplicates", str(summary.duplicates)),
        ("refused", f"{summary.refused}  (left alone; reasons above)" if summary.refused else "0"),
        ("findings", f"{summary.findings}  ({summary.notes} of them notes: `longplay show ID` tells them)"),
        ("elapsed", f"{summary.elapsed_s:.1f} s"),
    ]
    out.table("Dry run: nothing was kept" if dry_run else "Taken in", rows)
    out.line("summary", {**asdict(summary), "dry_run": dry_run})
