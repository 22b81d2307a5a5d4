"""`longplay catalogue match`: which recordings of the catalogue our holdings are."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from longplay.cli.options import archive_option, format_option, snapshot_option
from longplay.cli.output import Output
from longplay.cli.progress import progress_bar

if TYPE_CHECKING:  # Arrow and SQLAlchemy are slow to import
    from longplay.catalogue.entities import Entity
    from longplay.curation.matching.match import Matched
    from longplay.curation.matching.matches import Match, MatchesFile
    from longplay.progress import Progress
    from longplay.wiring import Archive, OpenCatalogue

_SHOWN = {"doubtful": ("doubtful",), "all": ("matched", "doubtful", "own", "duplicate"), "none": ()}


@click.command(short_help="Say which recordings of the catalogue our holdings are.")
@click.option(
    "--list",
    "listed",
    type=click.Choice(list(_SHOWN)),
    default="doubtful",
    show_default=True,
    help="What to list: what a person should decide, every holding, or nothing.",
)
@click.option("--as-is", is_flag=True, help="Do not match again; only list what was found.")
@snapshot_option
@archive_option
@format_option
def command(listed: str, as_is: bool, snapshot: int | None, archive: Path, form: str) -> None:
    """Say which recordings of the catalogue our holdings are.

    By identifiers in their tags, names, playing times, and by what is grouped as one recording already. Each
    match has a score and its evidence; doubtful ones are listed for a person to decide in the curator's file.
    Holdings that nothing matches are recordings of their own.

    \b
    Examples:
      longplay catalogue match
      longplay catalogue match --list all --format json
      longplay catalogue match --as-is
    """
    from longplay.curation.matching.matches import MatchesFile
    from longplay.wiring import open_archive

    out = Output(form)
    with open_archive(archive) as opened:
        file = MatchesFile(opened.root)
        catalogue = opened.catalogue(file.made().snapshot if as_is else snapshot, progress_bar(quiet=out.json))
        matched = None if as_is else _match(opened, catalogue, progress_bar(quiet=out.json))
        count = 0
        for match, name in _shown(opened, file, _SHOWN[listed]):
            entity = catalogue.serving.get(match.id) if match.id else None
            out.line("match", _fields(match, entity), _text(match, name))
            if entity is not None:
                out.text(_why(match, entity))
            count += 1
    if matched is None:
        out.line("summary", {"listed": count, "snapshot": catalogue.number})
    else:
        _print_summary(out, matched)


def _match(opened: "Archive", catalogue: "OpenCatalogue", progress: "Progress") -> "Matched":
    from longplay.catalogue.curating import read_curators_file

    words = read_curators_file(opened.curators_file)
    return opened.matching(catalogue).match(words, progress=progress)


def _shown(opened: "Archive", file: "MatchesFile", verdicts: tuple[str, ...]) -> Iterator[tuple["Match", str]]:
    """Matches of these verdicts, each with the name of the holding."""
    from longplay.ledger import queries

    with opened.ledger.reading() as reading:
        for match in file.all() if verdicts else ():
            if match.verdict in verdicts:
                known = (queries.holding(reading, one) for one in match.holdings)
                holding = next((one for one in known if one is not None), None)
                if holding is not None:  # all of it was purged since
                    yield match, holding.name


def _fields(match: "Match", entity: "Entity | None") -> dict[str, object]:
    return {
        "recording": match.group,
        "verdict": match.verdict.value,
        "id": match.id,
        "rank": match.rank or None,
        "title": entity.title if entity else None,
        "artist": entity.artist if entity else None,
        "score": match.score,
        "speaks": [one.value for one in match.speaks],
        "off_ms": match.off_ms,
        "decided": match.is_decided,
    }


def _text(match: "Match", name: str) -> str:
    return f"{match.verdict.value:<9} {match.group[:12]}  {name}"


def _why(match: "Match", entity: "Entity") -> str:
    why = ", ".join(one.value for one in match.speaks) or "the curator's file"
    off = "" if match.off_ms is None else f"; {match.off_ms / 1000:.1f} s off"
    return f"{match.score:>9.3f} {entity.id[:12]}  {entity.name}  ({why}{off})"


def _print_summary(out: Output, matched: "Matched") -> None:
    from longplay.curation.matching.matches import MatchVerdict

    groups = matched.groups
    rows = [
        ("holdings", f"{matched.holdings:,}"),
        ("matched", f"{groups[MatchVerdict.MATCHED]:,} recordings"),
        ("doubtful", f"{groups[MatchVerdict.DOUBTFUL]:,}{_hint(groups[MatchVerdict.DOUBTFUL])}"),
        ("recordings of their own", f"{groups[MatchVerdict.OWN]:,}"),
        ("twice in the catalogue", f"{groups[MatchVerdict.DUPLICATE]:,}"),
        ("wanted up to rank", f"{matched.made.line:,}"),
    ]
    out.table(f"Matched with snapshot {matched.made.snapshot}", rows)
    out.line(
        "summary",
        {
            "snapshot": matched.made.snapshot,
            "holdings": matched.holdings,
            **{verdict.value: groups[verdict] for verdict in MatchVerdict},
            "line": matched.made.line,
        },
    )


def _hint(count: int) -> str:
    return (
        "  (decide in catalogue/curator.csv: merge,recording,holding:<id>,<source>:<id>,reason)"
        if count
        else ""
    )
