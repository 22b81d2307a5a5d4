"""Monthly dumps of Discogs: artists, and releases with their tracks. Labels and masters leave no rows.

Tracks have no ids there: a recording is `<release>-<place in the tracklist>`.

Source: https://data.discogs.com/, `discogs_YYYYMMDD_{artists,labels,masters,releases}.xml.gz`, CC0.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from longplay.catalogue.importers.discogs_elements import KIND, cut, parsed
from longplay.catalogue.importers.playing_times import of_clock
from longplay.catalogue.sources.importer import Importer, day_named
from longplay.catalogue.sources.rows import Rows
from longplay.catalogue.sources.tables import SourceTable
from longplay.catalogue.sources.texts import TEXT_LIMIT
from longplay.errors import MalformedInput

_Row = dict[str, object]

TRACKS_LIMIT: Final = 32_767
"""A release with more tracks is malformed."""

ARTISTS_LIMIT: Final = 500
"""A credit with more artists is malformed: that of a release is repeated with each track."""

_SKIPPED: Final = frozenset({"label", "master"})
_DAY: Final = re.compile(r"discogs_([0-9]{4})([0-9]{2})([0-9]{2})_")
_ID: Final = re.compile(r"[0-9]{1,18}")
_NAMESAKE: Final = re.compile(r"(.*\S) \([0-9]{1,5}\)", re.DOTALL)
_MEDIUM: Final = re.compile(
    r"(?P<disc>(?:[A-Za-z]{2,12})?[0-9]{1,4})[-–](?=.)|(?P<side>[A-Z]{1,6})(?=-?[0-9]|$)"
)
_UNKNOWN_PARTS: Final = re.compile(r"(?:-00?)+$")


def read(raw: object, rows: Rows) -> None:
    """Rows of one element that `cut` gave, or of the bytes of one.

    Raises:
        MalformedInput: it is no record of Discogs, or lacks its id, name or title.
    """
    element = parsed(raw) if isinstance(raw, bytes) else raw
    match getattr(element, "tag", None):
        case "artist":
            rows.add(SourceTable.ARTIST, _artist(element))
        case "release":
            _read_release(element, rows)
        case tag if tag not in _SKIPPED:
            raise MalformedInput(KIND, "no artist, label, master or release")


def _artist(element: Any) -> _Row:
    name = _text(element, "name")
    if not name:
        raise MalformedInput(KIND, "an artist without a name")
    others = [*element.iterfind("namevariations/name"), *element.iterfind("aliases/name")]
    aliases = [_bare(name), *(_bare((one.text or "").strip()) for one in others)]
    return {
        "id": _id(_text(element, "id"), "artist"),
        "name": name,
        "aliases": [one for one in dict.fromkeys(aliases) if one and one != name],
    }


def _id(text: str, what: str) -> str:
    if not _ID.fullmatch(text):
        raise MalformedInput(KIND, f"the id of a {what} is {text[:40]!r}")
    return text


def _text(element: Any, path: str) -> str:
    return str(element.findtext(path) or "").strip()


def _bare(name: str) -> str:
    """A name without the number that tells namesakes apart, as in `Nirvana (2)`: that is never printed."""
    match = _NAMESAKE.fullmatch(name)
    return match[1] if match else name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Credit:
    """Artists as printed, `None` when nobody is named, and those of them that have a page."""

    text: str | None
    ids: tuple[str, ...]


def _credit(element: Any) -> _Credit:
    """Of a release or a track: `join` stands with the artist before it, and with the last it joins nothing."""
    text, ids, join = "", [], ""
    for place, artist in enumerate(element.iterfind("artists/artist"), 1):
        if place > ARTISTS_LIMIT:
            raise MalformedInput(KIND, f"a credit of more than {ARTISTS_LIMIT} artists")
        name = _text(artist, "anv") or _bare(_text(artist, "name"))
        number = _text(artist, "id")
        if _ID.fullmatch(number) and int(number):
            ids.append(number)
        if name:
            text += join + name if text else name
            join = _joined_by(_text(artist, "join"))
    return _Credit(text=text[:TEXT_LIMIT] or None, ids=tuple(dict.fromkeys(ids)))


def _joined_by(join: str) -> str:
    if join in {"", ",", ";"}:
        return f"{join or ','} "
    return f"{join} " if join.startswith(",") else f" {join} "


def _read_release(element: Any, rows: Rows) -> None:
    number = _id((element.get("id") or _text(element, "id")).strip(), "release")
    credit = _credit(element)
    release = _release(element, number, credit)
    tracks = list(_tracks(element, number, credit))
    rows.add(SourceTable.RELEASE, release)
    for recording, track in tracks:
        rows.add(SourceTable.RECORDING, recording)
        rows.add(SourceTable.TRACK, track)


def _release(element: Any, number: str, credit: _Credit) -> _Row:
    title = _text(element, "title")
    if not title:
        raise MalformedInput(KIND, f"release {number} has no title")
    master = _text(element, "master_id")
    genres = [*element.iterfind("genres/genre"), *element.iterfind("styles/style")]
    labels = (str(one.get("name") or "").strip() for one in element.iterfind("labels/label"))
    return {
        "id": number,
        "title": title,
        "artist_credit": credit.text,
        "artist_ids": credit.ids,
        "date": _UNKNOWN_PARTS.sub("", _text(element, "released")),
        "country": _text(element, "country"),
        "label": next(filter(None, labels), None),
        "barcode": _barcode(element),
        "group_id": master if _ID.fullmatch(master) and int(master) else None,
        "genres": list(dict.fromkeys((one.text or "").strip().lower() for one in genres)),
    }


def _barcode(element: Any) -> str | None:
    """The first that is long enough to be one; people also write words, blanks and `>` there."""
    for one in element.iterfind("identifiers/identifier"):
        if (one.get("type") or "").strip().lower() == "barcode":
            digits = re.sub(r"[^0-9]", "", one.get("value") or "")
            if 8 <= len(digits) <= 14:
                return digits
    return None


@dataclass(slots=True, kw_only=True)
class _Medium:
    """Which disc or side of its release, from 1, and the tracks that were counted on it."""

    number: int
    tracks: int = 0


def _tracks(element: Any, release: str, credit: _Credit) -> Iterator[tuple[_Row, _Row]]:
    """The rows of `recording` and `track` of each track that has a title; the others keep their places."""
    media: dict[str, _Medium] = {}
    medium = ""
    for place, track in enumerate(_playable(element), 1):
        if place > TRACKS_LIMIT:
            raise MalformedInput(KIND, f"release {release} has more than {TRACKS_LIMIT} tracks")
        number = _text(track, "position")
        medium = _medium(number, medium)
        holder = media.setdefault(medium, _Medium(number=len(media) + 1))
        holder.tracks += 1
        recording = _recording(track, f"{release}-{place}", credit)
        where: _Row = {
            "release_id": release,
            "recording_id": recording["id"],
            "medium": holder.number,
            "position": holder.tracks,
            "number": number,
        }
        if recording["title"]:
            yield recording, where


def _recording(track: Any, number: str, credit: _Credit) -> _Row:
    own = _credit(track)
    artists = own if own.text else credit
    return {
        "id": number,
        "title": _text(track, "title"),
        "artist_credit": artists.text,
        "artist_ids": artists.ids,
        "duration_ms": of_clock(_text(track, "duration")),
    }


def _playable(element: Any) -> Iterator[Any]:
    """Tracks in order, without headings; the parts of a track in its place."""
    for track in element.iterfind("tracklist/track"):
        parts = track.findall("sub_tracks/track")
        if parts:
            yield from parts
        elif _text(track, "position"):
            yield track


def _medium(number: str, before: str) -> str:
    """The disc or side that a printed number names: `A` of `A1`, `CD2` of `CD2-5`; else that of the one before.

    Plain numbers name none: those of a release without discs, and those that go on counting on the next.
    """
    match = _MEDIUM.match(number[:40])
    return (match["disc"] or match["side"]) if match else before


IMPORTER: Final = Importer(
    kind=KIND,
    source="discogs",
    licences=dict.fromkeys(("artist", "release", "recording", "track"), "CC0-1.0"),
    cut=cut,
    read=read,
    day=day_named(_DAY),
)
"""Dumps of artists and releases, whole or cut."""
