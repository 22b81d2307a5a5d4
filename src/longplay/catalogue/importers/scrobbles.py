"""Listening histories as people keep them: CSV of Last.fm and Libre.fm, Maloja, Pano Scrobbler, any plain CSV.

Whose listens they are is a number, never a name. Exports of streaming services are not read.

Source: the files themselves; RFC 4180 (CSV), RFC 3339 and ISO 8601 (dates).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import IO, Any, Final

import msgspec

from longplay.catalogue.importers.cells import name_in
from longplay.catalogue.importers.listens import time_fault
from longplay.catalogue.importers.scrobble_tables import Scrobble, cut_table
from longplay.catalogue.sources.importer import Fault, Importer
from longplay.catalogue.sources.lines import lines
from longplay.catalogue.sources.rows import Rows
from longplay.catalogue.sources.streams import Member, reading
from longplay.catalogue.sources.tables import SourceTable
from longplay.errors import MalformedInput

KIND: Final = "scrobbles"

DOCUMENT_LIMIT: Final = 512 << 20
"""A longer JSON document is malformed, bytes: it has to be held whole."""

_MILLISECONDS: Final = 100_000_000_000
_NUMBER: Final = re.compile(r"([0-9]{1,19})(?:\.[0-9]{0,9})?")
_WORDED: Final = ("%d %b %Y, %H:%M", "%d %b %Y %H:%M")
_BAD_JSON: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One scrobble, as JSON.

    Attributes:
        owner: whose it is.
        text: a JSON object, of Maloja or Pano Scrobbler.
    """

    owner: str
    text: bytes


class _MalojaAlbum(msgspec.Struct):
    albumtitle: str | None = None


class _MalojaTrack(msgspec.Struct):
    title: str
    artists: list[str] | str | None = None
    album: _MalojaAlbum | str | None = None


class _Any(msgspec.Struct):
    """Pano Scrobbler writes the fields flat; Maloja puts them into `track`, old versions of it did not."""

    track: _MalojaTrack | str | None = None
    time: int | float | str | None = None
    timeMs: int | None = None  # noqa: N815
    artist: str | None = None
    artists: list[str] | None = None
    title: str | None = None
    album: _MalojaAlbum | str | None = None
    event: Any = None


class _Maloja(msgspec.Struct):
    scrobbles: list[msgspec.Raw] | None = None
    listed: list[msgspec.Raw] | None = msgspec.field(name="list", default=None)


_SCROBBLE: Final = msgspec.json.Decoder(_Any)


def cut(member: Member) -> Iterator[object]:
    """The scrobbles of a file, each alone.

    Raises:
        MalformedInput: the file breaks, is no JSON, or a table that does not name its columns.
    """
    path = PurePosixPath(member.name)
    owner = f"export:{member.name}"
    match path.suffix.lower():
        case ".csv" | ".tsv" | ".txt":
            yield from cut_table(member.stream, owner, kind=KIND)
        case ".jsonl" | ".ndjson":
            for text in lines(member.stream, kind=KIND):
                if text.strip():
                    yield Line(owner=owner, text=text)
        case ".json":
            for text in _document(member.stream):
                yield Line(owner=owner, text=text)


def _document(stream: IO[bytes]) -> list[bytes]:
    with reading(KIND):
        text = stream.read(DOCUMENT_LIMIT + 1)
    if not text.strip():
        return []
    if len(text) > DOCUMENT_LIMIT:
        raise MalformedInput(KIND, f"a document of over {DOCUMENT_LIMIT} bytes")
    if not text.lstrip().startswith(b"{"):
        return []
    try:
        document = msgspec.json.decode(text, type=_Maloja)
    except _BAD_JSON as exc:
        raise MalformedInput(KIND, f"no JSON document of scrobbles: {exc}") from exc
    return [bytes(one) for one in document.scrobbles or document.listed or []]


def read(raw: object, rows: Rows) -> None:
    """A row of `listen` of one record that `cut` gave.

    Raises:
        MalformedInput: it is no scrobble.
    """
    match raw:
        case Scrobble():
            _add(raw, rows)
        case Line(owner=owner, text=text):
            _read_json(text, owner, rows)
        case Fault(reason=reason):
            raise MalformedInput(KIND, reason)
        case _:
            raise MalformedInput(KIND, "no scrobble")


def _read_json(text: bytes, owner: str, rows: Rows) -> None:
    try:
        stated = _SCROBBLE.decode(text)
    except _BAD_JSON as exc:
        raise MalformedInput(KIND, f"no JSON of a scrobble: {exc}") from exc
    if isinstance(stated.event, str) and stated.event != "scrobble":
        return  # loved, banned or now playing: no listen
    track = stated.track
    artists: list[str] | str | None
    if isinstance(track, str):
        title, artists, album = track, stated.artist, stated.album
    elif track is not None:
        title, artists, album = track.title, track.artists, track.album
    else:
        title, artists, album = stated.title or "", stated.artists or stated.artist, stated.album
    scrobble = Scrobble(
        user=owner,
        artist=", ".join(artists) if isinstance(artists, list) else artists or "",
        title=title,
        album=(album.albumtitle if isinstance(album, _MalojaAlbum) else album) or "",
        time=_stated_time(stated),
    )
    _add(scrobble, rows)


def _stated_time(stated: _Any) -> str:
    time = stated.time if stated.timeMs is None else stated.timeMs
    return "" if time is None else str(time)


def _add(scrobble: Scrobble, rows: Rows) -> None:
    at = read_time(scrobble.time)
    if at is None:
        raise MalformedInput(KIND, "no time of listening")
    if fault := time_fault(at):
        raise MalformedInput(KIND, fault)
    row = {
        "listener": rows.listener(scrobble.user),
        "at": at,
        "artist": name_in(scrobble.artist, "artist", kind=KIND),
        "title": name_in(scrobble.title, "title", kind=KIND),
        "release": scrobble.album,
    }
    rows.add(SourceTable.LISTEN, row)


def read_time(text: str) -> int | None:
    """When, in seconds since 1970-01-01 UTC; `None` when it is no time. Total.

    Numbers are seconds, or milliseconds where seconds would be after the year 5138; a date that names no zone
    is of UTC, as Last.fm has them.
    """
    stated = text[:60].strip()
    if match := _NUMBER.fullmatch(stated):
        number = int(match[1])
        return number if number < _MILLISECONDS else number // 1000
    moment = _moment(stated)
    if moment is None:
        return None
    try:
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


def _moment(text: str) -> datetime | None:
    plain = text.removesuffix("UTC").rstrip()
    try:
        return datetime.fromisoformat(plain)
    except ValueError:
        pass
    for form in _WORDED:
        try:
            return datetime.strptime(plain, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


IMPORTER: Final = Importer(
    kind=KIND,
    source="scrobbles",
    licences={},
    cut=cut,
    read=read,
    names_people=True,
)
"""Scrobbles; they are of whoever listened, and have no licence: never exported."""
