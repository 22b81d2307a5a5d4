"""`longplay catalogue why`: why a recording is held, or is not."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from longplay.cli.options import archive_option, format_option, snapshot_option
from longplay.cli.output import Output
from longplay.cli.progress import progress_bar
from longplay.errors import NotFound

if TYPE_CHECKING:  # Arrow and SQLAlchemy are slow to import
    from longplay.curation.matching.why import Explaining, Why
    from longplay.wiring import Archive


@click.command(short_help="Say why a recording is held, or is not.")
@click.argument("names", metavar="RECORDING...", nargs=-1, required=True)
@snapshot_option
@archive_option
@format_option
def command(names: tuple[str, ...], snapshot: int | None, archive: Path, form: str) -> None:
    """Say why a recording is held, or is not: its status in a sentence, and what it rests on.

    RECORDING is an MBID or another id of the catalogue, an ISRC, `source:id`, or the first digits of a content
    id. Every recording has one status: held, damaged, withdrawn, duplicate, unavailable, refused, wanted or
    below the line.

    \b
    Examples:
      longplay catalogue why 8f3471b5-7e6a-48da-86a9-c1c07a0f47ae
      longplay catalogue why isrc:SEABC2500001 discogs:12345
      longplay catalogue why 3f1c09 --format json
    """
    from longplay.wiring import open_archive

    out = Output(form)
    count = 0
    with open_archive(archive) as opened:
        for name, why in _explained(opened, names, snapshot, progress_quiet=out.json):
            count += 1
            out.line("why", _fields(name, why), why.sentence)
    out.line("summary", {"recordings": count})


def _explained(
    opened: "Archive", names: tuple[str, ...], snapshot: int | None, *, progress_quiet: bool
) -> Iterator[tuple[str, "Why"]]:
    from longplay.curation.matching.why import Explaining

    reasons = opened.reasons(opened.catalogue(snapshot, progress_bar(quiet=progress_quiet)))
    door = opened.doorkeeper()
    with opened.ledger.reading() as connection:
        explaining = Explaining(
            reasons=reasons,
            connection=connection,
            may_go_out=lambda holding: door.admit(holding).decision,
        )
        for name in names:
            for why in _of(explaining, name):
                yield name, why


def _of(explaining: "Explaining", name: str) -> list["Why"]:
    """Everything that goes by a name."""
    from longplay.cli.names import only_holding

    entities = explaining.reasons.named(name)
    if entities:
        return [explaining.of_entity(entity) for entity in entities]
    try:
        content_id = only_holding(explaining.connection, name)
    except NotFound as exc:
        raise NotFound(
            f"{name!r} is no recording of the catalogue and no holding ({exc}): give an MBID, an ISRC, "
            "`source:id`, or the first digits of a content id; `longplay search` finds them"
        ) from exc
    return [explaining.of_holding(content_id)]


def _fields(name: str, why: "Why") -> dict[str, object]:
    entity = why.entity
    return {
        "name": name,
        "status": why.status.value,
        "why": why.sentence,
        "id": entity.id if entity else None,
        "rank": entity.rank if entity else None,
        "title": entity.title if entity else None,
        "artist": entity.artist if entity else None,
        "holdings": list(why.holdings),
        "matches": [
            {
                "recording": one.group,
                "verdict": one.verdict.value,
                "score": one.score,
                "speaks": [speaks.value for speaks in one.speaks],
                "decided": one.is_decided,
            }
            for one in why.matches
        ],
        "rule": why.rule,
        "duplicate_of": why.duplicate_of.id if why.duplicate_of else None,
    }
