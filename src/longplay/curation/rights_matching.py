"""Which of our recordings somebody else's list means.

A name alone says little: it counts with the size, with the folder a data set has, or with the tags. Where more
than one recording could be meant, none is.
"""

import sqlite3
from dataclasses import dataclass
from typing import Self

from sqlalchemy import Connection

from longplay.curation.rights_sources import Target
from longplay.formats.archive_item import ItemFile
from longplay.formats.fma_tracks import FmaTrack
from longplay.formats.isrc import Isrc, read_isrc
from longplay.formats.paths import path_text
from longplay.ledger import matching, queries
from longplay.ledger.ledger import Ledger
from longplay.model.digests import ContentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What was found.

    Attributes:
        content_ids: the recordings meant, sorted; empty when there is none or it is not certain.
        could_be: how many it could be, where that is more than one and it is not certain; else 0.
    """

    content_ids: tuple[ContentId, ...] = ()
    could_be: int = 0


class Matcher:
    """Finds recordings. What is needed of the ledger is read once, into a temporary SQLite file."""

    def __init__(self, ledger: Ledger) -> None:
        """Nothing is read yet."""
        self._ledger = ledger
        self._index = sqlite3.connect("")
        self._built: set[str] = set()

    def __enter__(self) -> Self:
        """Use as a context: the index goes at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let the index go."""
        self._index.close()

    def find(self, connection: Connection, target: Target) -> Match:
        """The recordings that are meant: those that everything the target says agrees on."""
        if target.file is not None:
            return self._file(target.file, target.item)
        if target.track is not None:
            return self._track(connection, target.track)
        found: list[set[ContentId]] = []
        if target.content_id is not None:
            held = queries.is_held(connection, target.content_id)
            found.append({target.content_id} if held else set())
        if target.places:
            met = self._met(connection, target)
            if len(met) > 1 and target.content_id is None and target.isrc is None:
                return Match(could_be=len(met))
            found.append(met)
        if target.isrc is not None:
            found.append(self._with_isrc(target.isrc))
        meant = set.intersection(*found) if found else set()
        return Match(content_ids=tuple(sorted(meant)))

    def _met(self, connection: Connection, target: Target) -> set[ContentId]:
        """By an absolute place, else by the whole path below any folder that was taken in."""
        exact = {one for place in target.places for one in matching.at_place(connection, place)}
        if exact or not target.paths:
            return exact
        self._build_places()
        query = "SELECT DISTINCT content_id FROM place WHERE name = ? AND path = ?"
        found = [
            row for path in target.paths for row in self._index.execute(query, (path.rpartition("/")[2], path))
        ]
        return {ContentId(content_id) for (content_id,) in found}

    def _file(self, file: ItemFile, item: str) -> Match:
        """By name and size; of several by the path they would have in the item."""
        self._build_places()
        name = path_text(file.name)
        found = self._index.execute(
            "SELECT content_id, path FROM place WHERE name = ? AND size = ?",
            (name.rpartition("/")[2], file.size),
        ).fetchall()
        meant = {ContentId(content_id) for content_id, _path in found}
        if len(meant) > 1:
            ending = f"/{path_text(item)}/{name}"
            inside = {ContentId(one) for one, path in found if f"/{path}".endswith(ending)}
            if len(inside) != 1:
                return Match(could_be=len(meant))
            meant = inside
        return Match(content_ids=tuple(meant))

    def _track(self, connection: Connection, track: FmaTrack) -> Match:
        """By name: where the tags agree, or the folder is right and no tag disagrees."""
        self._build_places()
        found = self._index.execute(
            "SELECT DISTINCT content_id, path FROM place WHERE name = ?", (track.name,)
        ).fetchall()
        sure, likely = set(), set()
        for name, path in found:
            content_id = ContentId(name)
            agreements = _agreements(matching.names_in_tags(connection, content_id), track)
            if agreements == [True, True]:
                sure.add(content_id)
            elif False not in agreements and f"/{path}".endswith(f"/{track.folder}/{track.name}"):
                likely.add(content_id)
        meant = sure or likely
        if not sure and len(likely) > 1:
            return Match(could_be=len(likely))
        return Match(content_ids=tuple(sorted(meant)))

    def _with_isrc(self, isrc: Isrc) -> set[ContentId]:
        """Everything whose tags state the code: it names the recording, of which there may be many files."""
        self._build_isrcs()
        found = self._index.execute("SELECT DISTINCT content_id FROM isrc WHERE isrc = ?", (isrc,))
        return {ContentId(content_id) for (content_id,) in found}

    def _build_places(self) -> None:
        if "place" in self._built:
            return
        self._built.add("place")
        self._index.execute("CREATE TABLE place (name TEXT, size INTEGER, content_id TEXT, path TEXT)")
        with self._ledger.reading() as connection:
            rows = (
                (one.path.rpartition("/")[2], one.size, one.content_id, one.path)
                for one in matching.places_held(connection)
            )
            self._index.executemany("INSERT INTO place VALUES (?, ?, ?, ?)", rows)
        self._index.execute("CREATE INDEX by_name ON place (name)")

    def _build_isrcs(self) -> None:
        if "isrc" in self._built:
            return
        self._built.add("isrc")
        self._index.execute("CREATE TABLE isrc (isrc TEXT, content_id TEXT)")
        with self._ledger.reading() as connection:
            stated = ((read_isrc(text), content_id) for content_id, text in matching.isrcs_held(connection))
            rows = ((isrc, content_id) for isrc, content_id in stated if isrc is not None)
            self._index.executemany("INSERT INTO isrc VALUES (?, ?)", rows)
        self._index.execute("CREATE INDEX by_isrc ON isrc (isrc)")


def _agreements(tags: matching.NamesInTags, track: FmaTrack) -> list[bool | None]:
    """Whether title and artist in the tags are the table's; `None` where either does not say."""
    pairs = ((tags.title, track.title), (tags.artist, track.artist))
    return [_folded(ours) == _folded(theirs) if ours and theirs else None for ours, theirs in pairs]


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
