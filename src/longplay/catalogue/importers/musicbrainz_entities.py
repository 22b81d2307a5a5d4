"""Rows of what MusicBrainz says of an entity, in the shape of its web service (ws/2, JSON).

Everything is optional there but ids and names, and every value may be null.

Source: MusicBrainz API, https://musicbrainz.org/doc/MusicBrainz_API; JSON dumps of schema 1.
"""

from collections.abc import Iterator
from typing import Final

from longplay.catalogue.importers.playing_times import LONGEST
from longplay.catalogue.sources.rows import Rows
from longplay.catalogue.sources.tables import SourceTable
from longplay.errors import MalformedInput
from longplay.formats.isrc import read_isrc

KIND: Final = "musicbrainz"

_PLACE_LIMIT: Final = 2**15 - 1

Entity = dict[str, object]


def add_artist(entity: Entity, rows: Rows) -> None:
    """An artist.

    Raises:
        MalformedInput: no id or no name.
    """
    row = {
        "id": _required(entity, "id"),
        "name": _required(entity, "name"),
        "sort_name": text(entity, "sort-name"),
        "aliases": [name for alias in objects(entity, "aliases") if (name := text(alias, "name"))],
        "country": text(entity, "country"),
        "identifiers": [f"isni:{isni}" for isni in texts(entity, "isnis")],
    }
    rows.add(SourceTable.ARTIST, row)


def add_recording(entity: Entity, rows: Rows) -> None:
    """A recording, and the artists it is credited to.

    Raises:
        MalformedInput: no id or no title.
    """
    _add_recording(entity, _Credits(rows))


def _add_recording(entity: Entity, credits: "_Credits") -> None:
    printed, artist_ids = credits.of(entity)
    row = {
        "id": _required(entity, "id"),
        "title": _required(entity, "title"),
        "artist_credit": printed,
        "artist_ids": artist_ids,
        "duration_ms": _length(entity.get("length")),
        "isrcs": _isrcs(entity),
        "iswcs": _iswcs(entity),
        "year": _year(text(entity, "first-release-date")),
        "genres": _genres(entity),
    }
    credits.rows.add(SourceTable.RECORDING, row)


def add_release(entity: Entity, rows: Rows) -> None:
    """A release with its tracks, their recordings, and the artists credited.

    Raises:
        MalformedInput: no id or no title; a track without a recording's id or title.
    """
    release_id = _required(entity, "id")
    credits = _Credits(rows)
    printed, artist_ids = credits.of(entity)
    label = next(_all(entity, "label-info", "label-info-list"), {})
    group = _object(entity, "release-group")
    row = {
        "id": release_id,
        "title": _required(entity, "title"),
        "artist_credit": printed,
        "artist_ids": artist_ids,
        "date": text(entity, "date"),
        "country": text(entity, "country"),
        "label": text(_object(label, "label"), "name"),
        "barcode": "".join(filter(str.isdecimal, text(entity, "barcode") or "")) or None,
        "group_id": text(group, "id"),
        "genres": _genres(entity) or _genres(group),
    }
    rows.add(SourceTable.RELEASE, row)
    for number, medium in enumerate(_all(entity, "media", "medium-list"), 1):
        _add_medium(medium, number, entity, credits)


def _add_medium(medium: Entity, number: int, release: Entity, credits: "_Credits") -> None:
    """The tracks of a medium: its pregap first, data tracks last."""
    position = _place(medium.get("position"), number)
    pregap = _object(medium, "pregap")
    listed = [*_all(medium, "tracks", "track-list"), *_all(medium, "data-tracks", "data-track-list")]
    if pregap:
        _add_track(pregap, (position, 0), release, credits)
    for place, track in enumerate(listed, 1):
        _add_track(track, (position, _place(track.get("position"), place)), release, credits)


def _add_track(track: Entity, place: tuple[int, int], release: Entity, credits: "_Credits") -> None:
    recording = dict(_object(track, "recording"))
    if not recording:
        return
    title = text(track, "title")
    recording["title"] = text(recording, "title") or title
    if not recording.get("artist-credit"):
        recording["artist-credit"] = track.get("artist-credit") or release.get("artist-credit")
    if not recording.get("length"):
        recording["length"] = track.get("length")
    _add_recording(recording, credits)
    row = {
        "release_id": text(release, "id"),
        "recording_id": text(recording, "id"),
        "medium": place[0],
        "position": place[1],
        "number": text(track, "number"),
        "title": title if title != recording["title"] else None,
    }
    credits.rows.add(SourceTable.TRACK, row)


class _Credits:
    """The artists credited in one document, each a row once: most tracks of a release have the same.

    What a credit tells of an artist is little: the dump of artists says more, and comes later or earlier.
    """

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self._artists: dict[str, Entity] = {}
        self._last: object = None
        self._last_read: tuple[str | None, list[str]] = (None, [])

    def of(self, entity: Entity) -> tuple[str | None, list[str]]:
        """The credit of an entity as it is printed, and the ids of its artists, in order."""
        value = entity.get("artist-credit")
        if value != self._last:
            self._last_read = self._read(value)
            self._last = value
        return self._last_read

    def _read(self, value: object) -> tuple[str | None, list[str]]:
        parts: list[str] = []
        ids: list[str] = []
        for credit in value if isinstance(value, list) else ():
            if isinstance(credit, str):  # a join phrase, as some libraries have it
                parts.append(credit)
            elif isinstance(credit, dict):
                artist = _object(credit, "artist")
                join = credit.get("joinphrase")
                parts += [
                    text(credit, "name") or text(artist, "name") or "",
                    join if isinstance(join, str) else "",
                ]
                if (name := text(artist, "id")) is not None:
                    ids.append(name)
                    self._add(name, artist)
        return "".join(parts).strip() or None, ids

    def _add(self, name: str, artist: Entity) -> None:
        if self._artists.get(name) != artist and text(artist, "name"):
            self._artists[name] = artist
            add_artist(artist, self.rows)


# values


def text(entity: Entity, field: str) -> str | None:
    """A text that is not empty and not of NUL only, else `None`; a number is a text too."""
    value = entity.get(field)
    if isinstance(value, str):
        return value.replace("\0", "").strip() or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def texts(entity: Entity, field: str) -> list[str]:
    """The texts of a list."""
    value = entity.get(field)
    if not value or not isinstance(value, list):
        return []
    return [one.strip() for one in value if isinstance(one, str) and one.strip()]


def objects(entity: Entity, field: str) -> list[Entity]:
    """The objects of a list."""
    value = entity.get(field)
    if not value or not isinstance(value, list):
        return []
    return [one for one in value if isinstance(one, dict)]


def _all(entity: Entity, *fields: str) -> Iterator[Entity]:
    """The objects of a list that goes by several names: some libraries keep those of the XML."""
    for field in fields:
        yield from objects(entity, field)


def _object(entity: Entity, field: str) -> Entity:
    value = entity.get(field)
    return value if isinstance(value, dict) else {}


def _required(entity: Entity, field: str) -> str:
    value = text(entity, field)
    if value is None:
        raise MalformedInput(KIND, f"an entity without {field}")
    return value


def _length(value: object) -> int | None:
    length = _number(value)
    return length if length is not None and 0 < length <= LONGEST else None


def _place(value: object, otherwise: int) -> int:
    place = _number(value)
    return place if place is not None and 0 <= place <= _PLACE_LIMIT else min(otherwise, _PLACE_LIMIT)


def _number(value: object) -> int | None:
    """A whole number, written as one or as text."""
    if isinstance(value, str) and len(value) <= 12 and value.isascii() and value.isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _isrcs(entity: Entity) -> list[str]:
    stated = texts(entity, "isrcs") + texts(entity, "isrc-list")
    return list(dict.fromkeys(code for code in map(read_isrc, stated) if code)) if stated else []


def _iswcs(entity: Entity) -> list[str]:
    works = [_object(relation, "work") for relation in objects(entity, "relations")]
    return list(dict.fromkeys(code for work in works for code in texts(work, "iswcs"))) if works else []


def _genres(entity: Entity) -> list[str]:
    return [name.lower() for genre in objects(entity, "genres") if (name := text(genre, "name"))]


def _year(date: str | None) -> int | None:
    year = (date or "")[:4]
    return int(year) if year.isascii() and year.isdecimal() and 1000 <= int(year) <= 2200 else None
