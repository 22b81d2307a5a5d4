"""`longplay catalogue index`: make what searching and looking up need."""

from pathlib import Path

import click

from longplay.cli.options import archive_option, format_option, snapshot_option
from longplay.cli.output import Output
from longplay.cli.progress import progress_bar


@click.command(short_help="Make the search index and the serving table of a snapshot.")
@snapshot_option
@archive_option
@format_option
def command(snapshot: int | None, archive: Path, form: str) -> None:
    """Make the search index and the serving table of a snapshot.

    `longplay search` makes them when they are not there; for a large catalogue you may want to choose the hour.
    Both lie in the catalogue's folder beside the snapshots, and may be deleted. Killed, the same command goes
    on with the index; what is there is whole.

    \b
    Examples:
      longplay catalogue index
      longplay catalogue index --snapshot 1
    """
    from longplay.catalogue.disposable import made_at
    from longplay.catalogue.search.indexing import index_folder
    from longplay.wiring import open_archive

    out = Output(form)
    with open_archive(archive) as opened:
        bar = progress_bar(quiet=out.json)
        catalogue = opened.catalogue(snapshot, bar)
        number = catalogue.number
        is_new = opened.indexing(catalogue).index(number, catalogue.serving, progress=bar)
        told = made_at(index_folder(opened.root, number))
    rows = {} if told is None else told.rows
    out.table(f"Search index of snapshot {number}", [(name, f"{count:,}") for name, count in rows.items()])
    out.line("summary", {"snapshot": number, "rows": rows, "is_new": is_new})
    if not is_new:
        out.talk("it was there")
