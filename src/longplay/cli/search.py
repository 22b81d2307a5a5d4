"""`longplay search`: find artists, releases and recordings of the catalogue."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from longplay.cli.options import archive_option, format_option, snapshot_option
from longplay.cli.output import Output, duration_text
from longplay.cli.progress import progress_bar

if TYPE_CHECKING:  # Arrow is slow to import
    from longplay.catalogue.search.searching import Found, Hit, Search
    from longplay.wiring import Archive, OpenCatalogue

_KIND_WIDTH = 9
_NAME_WIDTH = 40
_ARTIST_WIDTH = 30


@click.command(short_help="Find artists, releases and recordings of the catalogue.")
@click.argument("words", nargs=-1, required=True, metavar="QUERY...")
@click.option("--limit", type=click.IntRange(1, 1_000), default=10, show_default=True, help="How many hits.")
@click.option("--kind", type=click.Choice(["artist", "release", "recording"]), help="Only these.")
@snapshot_option
@archive_option
@format_option
def command(
    words: tuple[str, ...], limit: int, kind: str | None, snapshot: int | None, archive: Path, form: str
) -> None:
    """Find artists, releases and recordings of the catalogue.

    The most listened come first. Every word has to be found; the last one may be a beginning. Case and accents
    do not count. Where hardly anything is found, words of nearly that spelling are tried. An id, an ISRC or a
    barcode is looked up.

    \b
    Narrow with  artist:… title:… release:… year:1990..1999 licence:cc-by kind:artist status:held
    and "words in quotes". Give the query in single quotes where it holds double ones.

    The first search of a snapshot makes its index.

    \b
    Examples:
      longplay search bjork jog
      longplay search 'artist:"sigur ros" year:1999..2005'
      longplay search --kind artist --limit 3 beatles
      longplay search GBAYE0601477
    """
    from longplay.catalogue.entities import EntityKind
    from longplay.catalogue.search.asking import ask
    from longplay.wiring import open_archive

    out = Output(form)
    text = " ".join(words)
    ask(text)  # what cannot be read is said before an index is made
    with open_archive(archive) as opened:
        bar = progress_bar(quiet=out.json)
        catalogue = opened.catalogue(snapshot, bar)
        number = catalogue.number
        if opened.indexing(catalogue).index(number, catalogue.serving, progress=bar):
            out.talk(f"made the search index of snapshot {number}")
        search = _search(opened, catalogue)
        found = search.find(text, limit=limit, kind=None if kind is None else EntityKind(kind))
    for hit in found.hits:
        out.line("hit", _fields(hit), _text(hit))
    summary = {"snapshot": number, "shown": len(found.hits), "total": found.total, "is_all": found.is_all}
    out.line("summary", summary)
    out.talk(_advice(found))


def _search(opened: "Archive", catalogue: "OpenCatalogue") -> "Search":
    """The search over a snapshot, with what the archive says of its recordings where holdings were matched."""
    import tempfile

    from longplay.catalogue.engine import connected
    from longplay.catalogue.search.indexing import has_own_index, index_folder, own_index_folder
    from longplay.catalogue.search.searching import Search
    from longplay.curation.matching.matches import MatchesFile
    from longplay.model.digests import ContentId

    folder = index_folder(opened.root, catalogue.number)
    if not MatchesFile(opened.root).is_of(catalogue.snapshots.get(catalogue.number).made_of):
        return Search(catalogue.serving, folder)
    reasons = opened.reasons(catalogue)
    with opened.ledger.reading() as reading, tempfile.TemporaryDirectory(prefix="longplay-") as scratch:
        copies = reasons.copies(reading)
        with connected(Path(scratch), opened.limits) as connection:
            statuses = reasons.statuses(connection)
    return Search(
        catalogue.serving,
        folder,
        statuses=statuses,
        own=own_index_folder(opened.root) if has_own_index(opened.root) else None,
        own_status=lambda own: copies.status(map(ContentId, own.holdings)),
    )


def _fields(hit: "Hit") -> dict[str, object]:
    entity = hit.entity
    return {
        "kind": entity.kind.value,
        "rank": entity.rank,
        "id": entity.id,
        "title": entity.title,
        "artist": entity.artist,
        "year": entity.year,
        "duration_ms": entity.duration_ms,
        "licence": entity.licence,
        "listens": entity.listens,
        "score": round(hit.score, 3),
        "is_guess": hit.is_guess,
        "status": hit.status,
    }


def _text(hit: "Hit") -> str:
    entity = hit.entity
    title = _cut(entity.title, _NAME_WIDTH)
    artist = _cut(entity.artist or "", _ARTIST_WIDTH)
    year = "" if entity.year is None else str(entity.year)
    length = "" if entity.duration_ms is None else duration_text(entity.duration_ms)
    status = "" if hit.status is None else f"  {hit.status}"
    guess = "  (similar)" if hit.is_guess else ""
    return (
        f"{entity.kind.value:<{_KIND_WIDTH}}  {title}  {artist}  {year:>4}  {length:>6}"
        f"  {entity.listens:>13,}  {entity.id}{status}{guess}"
    )


def _cut(text: str, width: int) -> str:
    """A text in a column: wide characters take two places, marks none."""
    import unicodedata

    kept = ""
    taken = 0
    for char in text:
        wide = 2 if unicodedata.east_asian_width(char) in "WF" else int(not unicodedata.combining(char))
        if taken + wide > width - 1:
            kept, taken = kept + "…", taken + 1
            break
        kept, taken = kept + char, taken + wide
    return kept + " " * (width - taken)


def _advice(found: "Found") -> str:
    if not found.hits:
        return (
            "nothing found: leave a word out, check the spelling, or widen the years; "
            "`longplay catalogue snapshots` says what is in the catalogue"
        )
    shown = len(found.hits)
    if found.is_all and found.total <= shown:
        return f"{found.total:,} found"
    least = "" if found.is_all else "at least "
    return (
        f"{shown:,} of {least}{found.total:,}: add a word, or narrow with artist:, title:, year:, kind:; "
        "--limit shows more"
    )
