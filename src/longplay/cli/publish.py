"""`longplay publish`: make an edition."""

from pathlib import Path

import click

from longplay.cli.options import archive_option, format_option
from longplay.cli.output import Output, size_text
from longplay.cli.progress import progress_bar


@click.command(short_help="Make an edition of what the rights gate lets be redistributed.")
@click.option("--edition", required=True, metavar="NAME", help="Name of the edition, and of its folder.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder that gets the folder NAME. Default: editions/ in the archive.",
)
@click.option("--tracker", multiple=True, metavar="URL", help="Announce URL to name in the torrents.")
@click.option("--web-seed", multiple=True, metavar="URL", help="URL of the edition's folder, for HTTP sources.")
@archive_option
@format_option
def command(
    edition: str,
    out: Path | None,
    tracker: tuple[str, ...],
    web_seed: tuple[str, ...],
    archive: Path,
    form: str,
) -> None:
    """Make an edition of what the rights gate lets be redistributed.

    Each bundle is a BagIt 1.0 bag of links to the blobs, with a hybrid torrent, a v1 torrent and a magnet link
    beside it. No payload is read. The same name again hands out the same bytes again; a new name appends what
    came in since, and leaves out what was withdrawn: its bundle is replaced by one without it.

    \b
    Examples:
      longplay publish --edition 2026-11
      longplay publish --edition 2026-11 --out /srv/www --web-seed https://example.org/2026-11/
    """
    from longplay.editions.handout import Sources
    from longplay.editions.publication import Publication
    from longplay.rights.gate import decide
    from longplay.wiring import AGENT, now, open_archive

    printer = Output(form)
    with open_archive(archive) as opened, opened.writing() as register:
        publication = Publication(
            store=opened.store,
            register=register,
            gate=decide,
            keeping=opened.settings.archive.keeping,
            territories=opened.settings.rights.territories,
            mining=opened.settings.rights.mining_preference,
            archive_name=opened.settings.archive.name,
            archive_id=opened.settings.archive.id,
            clock=now,
            agent=AGENT,
        )
        published = publication.publish(
            edition,
            out=(out or opened.editions).resolve(),
            sources=Sources(trackers=tracker, web_seeds=web_seed),
            progress=progress_bar(quiet=printer.json),
        )
    bundles = published.edition.bundles
    for bundle in bundles:
        fields = {
            "name": bundle.name,
            "partition": bundle.partition.value,
            "files": bundle.payload_files,
            "size": bundle.payload_size,
            "infohash_v1": bundle.infohash_v1,
            "infohash_v2": bundle.infohash_v2,
            "magnet": bundle.magnet,
            "new": bundle.name in published.made,
        }
        printer.line("bundle", fields)
        age = "new" if bundle.name in published.made else "as before"
        printer.talk(f"{bundle.name}  {bundle.payload_files} files  {size_text(bundle.payload_size)}  {age}")
        printer.talk(f"  {bundle.magnet}")
    summary = {
        "edition": published.edition.name,
        "date": published.edition.date,
        "folder": str(published.folder),
        "bundles": len(bundles),
        "files": sum(bundle.payload_files for bundle in bundles),
        "bytes": sum(bundle.payload_size for bundle in bundles),
        "withdrawn": len(published.edition.withdrawn),
    }
    printer.line("summary", summary, text=str(published.folder))
    if published.edition.withdrawn:
        printer.talk(f"Tombstones of what was published before: {len(published.edition.withdrawn)}")
    printer.talk(f"Next: longplay verify {published.folder}; longplay seed")
