"""`longplay catalogue rejects`: which records were not imported, and why."""

from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click

from longplay.cli.options import archive_option, format_option
from longplay.cli.output import Output


@click.command(short_help="Show which records were not imported, and why.")
@click.argument("name", metavar="IMPORT")
@archive_option
@format_option
def command(name: str, archive: Path, form: str) -> None:
    """Show which records were not imported, and why.

    IMPORT is the id of an import, or its beginning. All rejected records are counted, the first thousand kept.
    Of records that may name a listener only place and reason are kept.

    \b
    Examples:
      longplay catalogue rejects musicbrainz-3f1c
      longplay catalogue rejects discogs --format json
    """
    from longplay.catalogue.sources.imports import Imports
    from longplay.wiring import open_archive

    out = Output(form)
    reasons: Counter[str] = Counter()
    with open_archive(archive) as opened:
        imports = Imports(opened.root)
        done = imports.get(name)
        for one in imports.rejects(name):
            reasons[one.reason] += 1
            out.line("reject", asdict(one), f"{one.member}, record {one.record}: {one.reason}")
    out.gap()
    out.table(
        f"{done.rejected} rejected", [(str(number), reason) for reason, number in reasons.most_common(20)]
    )
    out.line("summary", {"import": done.id, "rejected": done.rejected, "kept": reasons.total()})
