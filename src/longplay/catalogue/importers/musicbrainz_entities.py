"""Rows of what MusicBrainz says of an entity, in the shape of its web service (ws/2, JSON).

Everything is optional there but ids and names, and every value may be null.

Source: MusicBrainz API, https://musicbrainz.org/doc/MusicBrainz_API; JSON dumps of schema 1.
"""

from collections.abc import Iterator
from typing import Final

from longplay.catalogue.importers.playing_times import LONGEST
from longplay.catalogue.rows import Rows
from longplay.catalogue.source_tables import SourceTable
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
    row = {
        "id": _required(entity, "id"),
        "title": _required(entity, "title"),
        "artist_credit": _credit(entity),
        "artist_ids": _artist_ids(entity),
        "duration_ms": _length(entity.get("length")),
        "isrcs": _isrcs(entity),
        "iswcs": _iswcs(entity),
        "year": _year(text(entity, "first-release-date")),
        "genres": _genres(entity),
    }
    rows.add(SourceTable.RECORDING, row)
    _add_credited(entity, rows)


def add_release(entity: Entity, rows: Rows) -> None:
    """A release with its tracks, their recordings, and the artists credited.

    Raises:
        MalformedInput: no id or no title; a track without a recording's id or title.
    """
    release_id = _required(entity, "id")
    label = next(_all(entity, "label-info", "label-info-list"), {})
    group = _object(entity, "release-group")
    row = {
        "id": release_id,
        "title": _required(entity, "title"),
        "artist_credit": _credit(entity),
        "artist_ids": _artist_ids(entity),
        "date": text(entity, "date"),
        "country": text(entity, "country"),
        "label": text(_object(label, "label"), "name"),
        "barcode": "".join(filter(str.isdecimal, text(entity, "barcode") or "")) or None,
        "group_id": text(group, "id"),
        "genres": _genres(entity) or _genres(group),
    }
    rows.add(SourceTable.RELEASE, row)
    _add_credited(entity, rows)
    for number, medium in enumerate(_all(entity, "media", "medium-list"), 1):
        _add_medium(medium, number, entity, rows)


def _add_medium(medium: Entity, number: int, release: Entity, rows: Rows) -> None:
    """The tracks of a medium: its pregap first, data tracks last."""
    position = _place(medium.get("position"), number)
    pregap = _object(medium, "pregap")
    listed = [*_all(medium, "tracks", "track-list"), *_all(medium, "data-tracks", "data-track-list")]
    if pregap:
        _add_track(pregap, (position, 0), release, rows)
    for place, track in enumerate(listed, 1):
        _add_track(track, (position, _place(track.get("position"), place)), release, rows)


def _add_track(track: Entity, place: tuple[int, int], release: Entity, rows: Rows) -> None:
    recording = dict(_object(track, "recording"))
    if not recording:
        return
    title = text(track, "title")
    recording["title"] = text(recording, "title") or title
    for field, values in (("artist-credit", (track, release)), ("length", (track,))):
        if not recording.get(field):
            recording[field] = next((one[field] for one in values if one.get(field)), None)
    add_recording(recording, rows)
    row = {
        "release_id": text(release, "id"),
        "recording_id": text(recording, "id"),
        "medium": place[0],
        "position": place[1],
        "number": text(track, "number"),
        "title": title if title != recording["title"] else None,
    }
    rows.add(SourceTable.TRACK, row)


def _add_credited(entity: Entity, rows: Rows) -> None:
    """Artists as far as a credit tells of them: the dump of artists says more, and comes later or earlier."""
    for credit in objects(entity, "artist-credit"):
        artist = _object(credit, "artist")
        if text(artist, "id") and text(artist, "name"):
            add_artist(artist, rows)


# values


def text(entity: Entity, field: str) -> str | None:
    """A text that is not empty and not of NUL only, else `None`; a number is a text too."""
    value = entity.get(field)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.replace("\0", "").strip() or None if isinstance(value, str) else None


def texts(entity: Entity, field: str) -> list[str]:
    """The texts of a list."""
    value = entity.get(field)
    return (
        [one.strip() for one in value if isinstance(one, str) and one.strip()]
        if isinstance(value, list)
        else []
    )


def objects(entity: Entity, field: str) -> Iterator[Entity]:
    """The objects of a list."""
    value = entity.get(field)
    for one in value if isinstance(value, list) else ():
        if isinstance(one, dict):
            yield one


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


def _credit(entity: Entity) -> str | None:
    """The credit as it is printed."""
    parts: list[str] = []
    value = entity.get("artist-credit")
    for credit in value if isinstance(value, list) else ():
        if isinstance(credit, str):  # a join phrase, as some libraries have it
            parts.append(credit)
        elif isinstance(credit, dict):
            name = text(credit, "name") or text(_object(credit, "artist"), "name") or ""
            join = credit.get("joinphrase")
            parts += [name, join if isinstance(join, str) else ""]
    return "".join(parts).strip() or None


def _artist_ids(entity: Entity) -> list[str]:
    artists = (_object(credit, "artist") for credit in objects(entity, "artist-credit"))
    return [name for artist in artists if (name := text(artist, "id"))]


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
    codes = (read_isrc(code) for field in ("isrcs", "isrc-list") for code in texts(entity, field))
    return list(dict.fromkeys(code for code in codes if code))


def _iswcs(entity: Entity) -> list[str]:
    works = (_object(relation, "work") for relation in objects(entity, "relations"))
    return list(dict.fromkeys(code for work in works for code in texts(work, "iswcs")))


def _genres(entity: Entity) -> list[str]:
    return [name.lower() for genre in objects(entity, "genres") if (name := text(genre, "name"))]


def _year(date: str | None) -> int | None:
    year = (date or "")[:4]
    return int(year) if year.isascii() and year.isdecimal() and 1000 <= int(year) <= 2200 else None
