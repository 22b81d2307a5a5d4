"""`longplay audit`: read every blob again."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from longplay.cli.options import archive_option, format_option
from longplay.cli.output import Output, size_text
from longplay.cli.progress import progress_bar
from longplay.errors import ExitCode


@click.command(short_help="Read every blob again and report damage.")
@archive_option
@format_option
def command(archive: Path, form: str) -> None:
    """Read every blob again and report damage.

    Damage is named blob by blob and piece by piece, and journalled as PREMIS fixity events. Exit code 0 only
    when every blob is whole, 3 when one is not. Ingesting the same file again makes its blob whole. What was
    purged is no damage; when its bytes are still here, the exit code is 3 as well.

    \b
    Examples:
      longplay audit
      longplay audit --archive /srv/archive --format json
    """
    from longplay.preservation.audit import Audit
    from longplay.wiring import open_archive

    out = Output(form)
    with open_archive(archive) as opened, opened.writing() as register:
        audit = Audit(store=opened.store, derived=opened.derived, evidence=opened.evidence, register=register)
        seen = audit.run(report=out.finding, progress=progress_bar(quiet=out.json))
    verdict = f"{seen.damaged} damaged" if seen.damaged else "all whole"
    healed = f", {seen.healed} healed since the last audit" if seen.healed else ""
    purged = f"; {seen.purged} recordings purged, as the journal says" if seen.purged else ""
    text = f"{seen.blobs} blobs, {size_text(seen.bytes)}: {verdict}{healed}{purged}"
    out.line("summary", asdict(seen), text=text)
    if seen.damaged:
        out.talk("Repair: ingest the damaged files again from their source, or from a mirror's folder")
    if seen.left:
        out.talk("Of what was purged something is still here: run the same `longplay purge` again")
    if seen.damaged or seen.left:
        sys.exit(ExitCode.DAMAGED)
