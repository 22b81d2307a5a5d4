"""`longplay catalogue import`: files that a source published, taken as they are."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from longplay.catalogue.importers.kinds import KINDS, importer_of
from longplay.cli.imported import import_fields, import_text
from longplay.cli.options import DayType, archive_option, format_option
from longplay.cli.output import Output
from longplay.cli.progress import progress_bar
from longplay.errors import ExitCode, UsageError

if TYPE_CHECKING:  # Arrow is slow to import
    from longplay.catalogue.sources.importer import Importer
    from longplay.catalogue.sources.importing import Outcome

TABLE = "table"
_KINDS_TEXT = "\n".join(f"  {kind:<21} {text}" for kind, text in KINDS.items())


@click.command(
    short_help="Import files that a source published.",
    epilog=f"\b\nKinds:\n{_KINDS_TEXT}\n  {TABLE:<21} any CSV, Parquet or JSON lines, with --mapping",
)
@click.argument("kind", type=click.Choice([*KINDS, TABLE]), metavar="KIND")
@click.argument(
    "paths", type=click.Path(path_type=Path, exists=True), nargs=-1, required=True, metavar="PATH..."
)
@click.option(
    "--as-of",
    type=DayType(),
    metavar="DAY",
    show_default="what the file says, else its date",
    help="Day the source was as it stands in these files.",
)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Mapping file that says what the columns of a table are.",
)
@archive_option
@format_option
def command(
    kind: str, paths: tuple[Path, ...], as_of: date | None, mapping: Path | None, archive: Path, form: str
) -> None:
    """Import files that a source published.

    PATH is a file as it was published, compressed or not, in a tar or zip or not, or a folder of such files.
    Files are read from begin to end, in bounded memory. A killed import goes on where it was. Records that are
    none are counted, the first thousand kept with the reason; they stop nothing. Users become keyed hashes at
    the door.

    \b
    Examples:
      longplay catalogue import musicbrainz mbdump/release.tar.xz
      longplay catalogue import listenbrainz listenbrainz-spark-dump-2011-full.tar
      longplay catalogue import discogs discogs_20260801_releases.xml.gz
      longplay catalogue import table loans.csv --mapping loans.toml
    """
    from longplay.catalogue.sources.importing import Importing
    from longplay.catalogue.sources.imports import Imports
    from longplay.wiring import open_archive

    out = Output(form)
    with open_archive(archive) as opened:
        use = Importing(imports=Imports(opened.root), importer=_importer(kind, mapping))
        progress = progress_bar(quiet=out.json)
        outcomes = (use.take(path, as_of=as_of, progress=progress) for path in _files(paths))
        broken = _report(out, outcomes)
    if broken:
        raise click.exceptions.Exit(ExitCode.MALFORMED)


def _importer(kind: str, mapping: Path | None) -> "Importer":
    if (kind == TABLE) != (mapping is not None):
        raise UsageError("--mapping goes with the kind `table`, and that kind needs one")
    if mapping is None:
        return importer_of(kind)
    from longplay.catalogue.importers.table import importer

    try:
        text = mapping.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise UsageError(f"{mapping} cannot be read as UTF-8: {exc}") from exc
    variant = hashlib.sha256(text.encode()).hexdigest()
    return replace(importer(text, name=mapping.name), variant=variant)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """Files, those of folders by name."""
    for path in paths:
        if path.is_dir():
            yield from sorted(inner for inner in path.rglob("*") if inner.is_file())
        else:
            yield path


def _report(out: Output, outcomes: Iterable["Outcome"]) -> int:
    """Print each import as it is done; how many files broke."""
    new = known = empty = broken = records = rejected = 0
    rows: dict[str, int] = {}
    for outcome in outcomes:
        done = outcome.done
        if outcome.is_empty:
            empty += 1
            continue
        out.line("import", {**import_fields(done), "is_new": outcome.is_new}, import_text(done, outcome.is_new))
        if done.broken is not None:
            out.talk(f"{done.name}: {done.broken}; what came before is kept")
        if done.rejected:
            out.talk(f"{done.name}: {done.rejected} rejected; longplay catalogue rejects {done.id}")
        new, known = new + outcome.is_new, known + (not outcome.is_new)
        broken += done.broken is not None
        if outcome.is_new:
            records, rejected = records + done.records, rejected + done.rejected
            for table, number in done.rows.items():
                rows[table.value] = rows.get(table.value, 0) + number
    out.gap()
    written = ", ".join(f"{number:,} {table}" for table, number in sorted(rows.items()))
    out.table(
        "Imported",
        [
            ("files", f"{new}  ({known} were imported before, {broken} broken)"),
            ("passed over", f"{empty}  (files without anything of this kind)"),
            ("records", f"{records:,}  ({rejected:,} rejected)"),
            ("rows", written or "none"),
        ],
    )
    fields = {"files": new, "known": known, "empty": empty, "broken": broken}
    fields |= {"records": records, "rejected": rejected}
    out.line("summary", {**fields, "rows": rows})
    return broken
