"""Making the search index of a snapshot, and that of the archive's own recordings.

Both are functions of what they are made of and may be deleted. Killed and run again, the index of a snapshot
goes on where it was committed last. Memory is bounded by `tiers.WRITER_HEAP`, the words of the head and a batch
of rows.

Source: docs/format/catalogue.md, "Search index".
"""

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from longplay.catalogue.disposable import Made, made, made_at, unusable
from longplay.catalogue.engine import Limits, connected, query
from longplay.catalogue.entities import KINDS, Entity, EntityKind, Place
from longplay.catalogue.search.spelling import write_words
from longplay.catalogue.search.tiers import HEAD, OWN, Indexed, key_of, vocabulary, write_tier
from longplay.catalogue.serving import Serving
from longplay.catalogue.snapshot_tables import SnapshotTable
from longplay.catalogue.snapshots import Snapshots
from longplay.errors import StorageError
from longplay.progress import Progress
from longplay.store.failures import storing
from longplay.store.layout import CATALOGUE

if TYPE_CHECKING:  # slow to import
    from duckdb import DuckDBPyConnection

METHOD: Final = "1"
"""Raised when a snapshot would give another index."""

FOLDER: Final = "search"
HEAD_NAME: Final = "head-"
"""How the folders of the tiers of the head begin; a number from 1 follows."""
TAIL: Final = "tail"
WORDS: Final = "words"
OWN_FOLDER: Final = "own"
OWN_ROWS: Final = "recordings.json"

_RELEASES_AT_ONCE: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRecording:
    """A recording of the archive that no entry of the catalogue matches.

    Attributes:
        id: whatever the archive calls it, such as its content id.
        holdings: content ids of its manifestations.
        title, artist, release: as its tags have them; `None` where they say nothing.
        year, duration_ms, licence: likewise.
    """

    id: str
    title: str
    artist: str | None = None
    release: str | None = None
    year: int | None = None
    duration_ms: int | None = None
    licence: str | None = None
    holdings: tuple[str, ...] = ()


def index_folder(root: Path, number: int) -> Path:
    """Where the search index of a snapshot lies in an archive."""
    return root / CATALOGUE / FOLDER / f"{number:06d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexing:
    """The use case: make the search index of a snapshot.

    Attributes:
        root: of the archive.
        snapshots: the archive's.
        limits: of memory and threads.
        heads: last ranks of the tiers before the tail.
    """

    root: Path
    snapshots: Snapshots
    limits: Limits
    heads: tuple[int, ...] = HEAD

    def index(self, number: int, serving: Serving, *, progress: Progress) -> bool:
        """See to it that the index of a snapshot is there; whether it had to be made now.

        Raises:
            NotFound: there is no such snapshot.
            ArchiveBusy: another process makes it.
            StorageError: something could not be read or written.
        """
        snapshot = self.snapshots.get(number)
        method = f"{METHOD}: {', '.join(map(str, self.heads))}"
        wanted = Made(snapshot=number, made_of=snapshot.made_of, method=method, rows={})

        def make(folder: Path) -> dict[str, int]:
            progress.begin("Indexing", files=sum(serving.count(kind) for kind in KINDS))
            try:
                return _Run(self, number, serving, progress).make(folder)
            finally:
                progress.end()

        return made(index_folder(self.root, number), wanted, make, goes_on=True)


@dataclass(frozen=True, slots=True)
class _Run:
    """One index on its way."""

    ports: Indexing
    number: int
    serving: Serving
    progress: Progress

    def make(self, folder: Path) -> dict[str, int]:
        rows = {}
        scratch = folder / "scratch"
        heads = [folder / f"{HEAD_NAME}{place}" for place in range(1, len(self.ports.heads) + 1)]
        with storing(scratch):
            shutil.rmtree(scratch, ignore_errors=True)
            scratch.mkdir()
        with connected(scratch, self.ports.limits) as connection:
            for head, after, upto in zip(heads, (0, *self.ports.heads), self.ports.heads, strict=False):
                rows[head.name] = self._write(head, self._entities(connection, after, upto), is_head=True)
        with storing(scratch):
            scratch.rmdir()
            (folder / WORDS).mkdir(exist_ok=True)
        rows[TAIL] = self._write(folder / TAIL, self._entities(None, self.ports.heads[-1], None), is_head=False)
        rows[WORDS] = write_words(folder / WORDS, vocabulary(heads))
        return rows

    def _write(self, folder: Path, given: Iterator[Indexed], *, is_head: bool) -> int:
        return write_tier(
            folder,
            given,
            is_head=is_head,
            told=lambda more: self.progress.advance(files=more),
        )

    def _entities(
        self, connection: "DuckDBPyConnection | None", after: int, upto: int | None
    ) -> Iterator[Indexed]:
        """What belongs into a tier; with a connection, with the titles of releases."""
        for kind in KINDS:
            last = self.serving.count(kind) if upto is None else min(upto, self.serving.count(kind))
            for begin in range(after, last, _RELEASES_AT_ONCE):
                end = min(last, begin + _RELEASES_AT_ONCE)
                with_release = connection is not None and kind is EntityKind.RECORDING
                titles = self._releases(connection, begin, end) if connection and with_release else {}
                for entity in self.serving.between(kind, begin, end):
                    yield Indexed(entity=entity, key=key_of(entity), release=titles.get(entity.rank))

    def _releases(self, connection: "DuckDBPyConnection", after: int, upto: int) -> dict[int, str]:
        values: dict[str, object] = {
            "track": str(self.ports.snapshots.table(self.number, SnapshotTable.TRACK)),
            "release": str(self.ports.snapshots.table(self.number, SnapshotTable.RELEASE)),
            "after": after,
            "upto": upto,
        }
        return dict(connection.execute(query("search_releases"), values).fetchall())


def own_index_folder(root: Path) -> Path:
    """Where the index of the archive's own recordings lies; it may not be there."""
    return root / CATALOGUE / FOLDER / OWN_FOLDER


def has_own_index(root: Path) -> bool:
    """Whether own recordings are indexed."""
    return made_at(own_index_folder(root)) is not None


def own_ids(root: Path) -> list[str]:
    """Content ids of all holdings that the index of own recordings names; none where it cannot be read."""
    try:
        rows = own_rows(own_index_folder(root)) if has_own_index(root) else []
    except StorageError:
        return []
    return [holding for one in rows for holding in one.holdings]


def forget_own_index(root: Path) -> None:
    """Delete the index of own recordings, which names them; the next matching makes it again.

    Raises:
        StorageError: it could not be deleted.
    """
    folder = own_index_folder(root)
    with storing(folder):
        for place in [folder, *folder.parent.glob(f".{OWN_FOLDER}*")]:
            if place.is_dir():
                shutil.rmtree(place)


def made_own_index(root: Path, own: Sequence[OwnRecording]) -> Path:
    """See to it that the archive's own recordings are indexed as they are now; where.

    Raises:
        ArchiveBusy: another process does it.
        StorageError: it could not be written.
    """
    listed = sorted(own, key=lambda one: one.id)
    encoded = msgspec.json.encode(listed)
    digest = hashlib.sha256(encoded).hexdigest()
    folder = own_index_folder(root)
    wanted = Made(snapshot=0, made_of=digest, method=METHOD, rows={})

    def make(fresh: Path) -> dict[str, int]:
        with storing(fresh):
            (fresh / OWN_ROWS).write_bytes(encoded)
        rows = write_tier(fresh / OWN_FOLDER, _own(listed), is_head=True)
        return {OWN_FOLDER: rows}

    made(folder, wanted, make)
    return folder


def _own(listed: Iterable[OwnRecording]) -> Iterator[Indexed]:
    for place, one in enumerate(listed):
        yield Indexed(entity=own_entity(one), key=place << 2 | OWN, release=one.release)


def own_entity(one: OwnRecording) -> Entity:
    """An own recording as hits show it: rank 0, no listens."""
    return Entity(
        kind=EntityKind.RECORDING,
        rank=0,
        id=one.id,
        title=one.title,
        artist=one.artist,
        year=one.year,
        duration_ms=one.duration_ms,
        licence=one.licence,
    )


def own_rows(folder: Path) -> list[OwnRecording]:
    """The recordings of an index of own ones, by their place.

    Raises:
        StorageError: they cannot be read.
    """
    try:
        return msgspec.json.decode((folder / OWN_ROWS).read_bytes(), type=list[OwnRecording])
    except (OSError, msgspec.DecodeError) as exc:
        raise unusable(folder, str(exc)) from exc


def place_of(key: int) -> Place | None:
    """The entity a document stands for; `None`: one of the archive's own."""
    number = key & 3
    return None if number == OWN else Place(KINDS[number], key >> 2)
