"""An artist, a release or a recording of a snapshot, as it is looked up and found.

Source: docs/format/catalogue.md, "Serving table".
"""

from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from longplay.catalogue.snapshot_tables import SnapshotTable


class EntityKind(StrEnum):
    """What can be looked up and searched."""

    ARTIST = "artist"
    RELEASE = "release"
    RECORDING = "recording"

    @property
    def number(self) -> int:
        """As files write it: 0, 1, 2."""
        return _NUMBERS[self]

    @property
    def table(self) -> SnapshotTable:
        """The table of a snapshot it stands in."""
        return SnapshotTable(self.value)


KINDS: Final = tuple(EntityKind)
"""By number."""

_NUMBERS: Final = {kind: number for number, kind in enumerate(KINDS)}


class Place(NamedTuple):
    """Where an entity stands in its snapshot.

    Attributes:
        kind: its table.
        rank: from 1.
    """

    kind: EntityKind
    rank: int


class Entity(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One entity of a snapshot; a struct, since indexing makes hundreds of millions.

    Attributes:
        kind: what it is.
        rank: its place by popularity, from 1; 0 for a recording of the archive that the snapshot does not hold.
        id: a UUID; of a recording of rank 0, whatever the archive calls it.
        title: an artist's name.
        artist: as printed; `None` where unknown, and for artists.
        year: of first release; `None` where unknown, and for artists.
        duration_ms: `None` where unknown, and for others than recordings.
        licence: as a source states it; `None` where none does, and for artists.
        country: ISO 3166-1 alpha-2 or the source's word; `None` where unknown, and for recordings.
        aliases: an artist's other names; the name to sort by is one of them.
        listens: all that are known.
        weighted: listens × 2^20, halved for each half-life passed.
        sources: that know it, bit by place in the snapshot's list.
    """

    kind: EntityKind
    rank: int
    id: str
    title: str
    artist: str | None = None
    year: int | None = None
    duration_ms: int | None = None
    licence: str | None = None
    country: str | None = None
    aliases: tuple[str, ...] = ()
    listens: int = 0
    weighted: int = 0
    sources: int = 0

    @property
    def name(self) -> str:
        """Artist and title, for a person."""
        return " - ".join(part for part in (self.artist, self.title) if part)

    @property
    def place(self) -> Place:
        """Kind and rank."""
        return Place(self.kind, self.rank)
