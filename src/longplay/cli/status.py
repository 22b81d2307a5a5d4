"""`longplay status`: count what there is."""

from pathlib import Path

import click

from longplay.cli.options import archive_option, format_option
from longplay.cli.output import Output, size_text


@click.command(short_help="Count what there is.")
@archive_option
@format_option
def command(archive: Path, form: str) -> None:
    """Count what there is.

    Holdings, companions, editions, what was withdrawn or purged, remarks made at intake, known damage, and the
    state digest: one hash over all that the ledger knows, the same after `longplay rebuild`.

    \b
    Examples:
      longplay status
      longplay status --format json
    """
    from longplay.ledger import queries, withdrawn
    from longplay.ledger.state import state_digest
    from longplay.wiring import open_archive

    out = Output(form)
    with open_archive(archive) as opened, opened.ledger.reading() as connection:
        counts = queries.counts(connection) | withdrawn.counts(connection)
        findings = queries.finding_counts(connection)
        editions = queries.editions(connection)
        digest = state_digest(connection)
        heads = opened.ledger.heads()
    rows = [(name, str(count)) for name, count in counts.items() if name != "bytes"]
    rows.append(("size", size_text(counts["bytes"])))
    rows += [(f"finding {code}", str(count)) for code, count in findings.items()]
    rows += [("edition", f"{row.name} of {row.date}") for row in editions]
    rows += [("journal", f"{head.writer}: {head.seq} lines") for head in heads]
    rows.append(("state digest", digest))
    out.table(str(archive.resolve()), rows)
    out.line(
        "summary",
        {
            **counts,
            "findings": findings,
            "edition_names": [row.name for row in editions],
            "heads": [{"writer": head.writer, "seq": head.seq, "line": head.line_hash} for head in heads],
            "state_digest": digest,
        },
    )
