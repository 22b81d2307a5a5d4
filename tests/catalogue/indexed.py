"""A catalogue that is indexed, for the tests of search."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from longplay.catalogue.engine import Limits
from longplay.catalogue.search.indexing import Indexing, OwnRecording, index_folder, made_own_index
from longplay.catalogue.search.searching import OwnStatus, Search
from longplay.catalogue.serving import Serving, made_serving
from longplay.catalogue.snapshots import Snapshots
from longplay.catalogue.statuses import Statuses
from longplay.model.statuses import Status
from longplay.progress import Silent
from made_sources import Row, build, take

LIMITS = Limits(memory_gb=1.0, threads=1)
HEADS = (4, 12, 40)
"""So small that a few dozen recordings fill all tiers."""


def mbid(number: int) -> str:
    """A made-up MBID."""
    return f"11111111-1111-4111-8111-{number:012d}"


def recording(number: int, title: str, artist: str | None = None, **more: Any) -> Row:
    """A recording of a source."""
    return "recording", {"id": mbid(number), "title": title, "artist_credit": artist, **more}


def plays(number: int, listens: int) -> Row:
    """How often it was listened to in the month of the snapshot."""
    return "plays", {"recording_id": mbid(number), "month": 202_608, "listens": listens}


def catalogue(root: Path, rows: Iterable[Row]) -> Path:
    """An archive's folder with a snapshot of some rows."""
    root.mkdir(parents=True, exist_ok=True)
    take(root, "musicbrainz", list(rows))
    build(root)
    return root


def serving(root: Path, number: int = 1) -> Serving:
    """The serving table of a snapshot."""
    return made_serving(root, Snapshots(root), number, limits=LIMITS, progress=Silent())


def indexing(root: Path, heads: tuple[int, ...] = HEADS) -> Indexing:
    """What indexes a snapshot, in small tiers."""
    return Indexing(root=root, snapshots=Snapshots(root), limits=LIMITS, heads=heads)


def search(
    root: Path,
    number: int = 1,
    *,
    statuses: Statuses | None = None,
    own: list[OwnRecording] | None = None,
    own_status: OwnStatus = lambda _: Status.HELD,
    heads: tuple[int, ...] = HEADS,
) -> Search:
    """The search over a snapshot, in small tiers."""
    table = serving(root, number)
    indexing(root, heads).index(number, table, progress=Silent())
    folder = None if own is None else made_own_index(root, own)
    return Search(table, index_folder(root, number), statuses=statuses, own=folder, own_status=own_status)


def titles(found: Search, text: str, **how: Any) -> list[str]:
    """Titles of the hits of a query."""
    return [hit.entity.title for hit in found.find(text, **how).hits]
