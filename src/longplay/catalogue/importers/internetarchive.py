"""Metadata of Internet Archive items: an item is a release, each of its original audio files a recording.

Read are documents of `https://archive.org/metadata/IDENTIFIER`, one a file or one a line. Collections, films,
books, items that were withdrawn, and files the Internet Archive made of others leave no rows. What an item says
of its rights is read by `formats.archive_item`.

Source: Internet Archive, Item Metadata API; samples of 2015-2026.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO, Final

import msgspec

from longplay.catalogue.importers.listens import mbid
from longplay.catalogue.importers.playing_times import of_clock, of_seconds, playing_time
from longplay.catalogue.sources.importer import Importer
from longplay.catalogue.sources.lines import lines
from longplay.catalogue.sources.rows import Rows
from longplay.catalogue.sources.streams import Member, reading
from longplay.catalogue.sources.tables import SourceTable
from longplay.catalogue.sources.texts import TEXT_LIMIT
from longplay.errors import MalformedInput
from longplay.formats.archive_item import SIZE_LIMIT, VALUES_LIMIT, ArchiveItem, read_item

_Row = dict[str, object]

KIND: Final = "internetarchive"

FILES_LIMIT: Final = 32_767
"""An item with more original audio files is malformed."""

_AUDIO: Final = frozenset({"audio", "etree"})
_LINES: Final = frozenset({".jsonl", ".ndjson"})


def cut(member: Member) -> Iterator[bytes]:
    """The documents of a file: each line is one, or all of it is.

    Raises:
        MalformedInput: the file breaks, or is one document that is too long.
    """
    path = PurePosixPath(member.name)
    suffix = path.suffix.lower()
    if path.name.startswith(".") or suffix not in {".json", *_LINES}:
        return
    if suffix in _LINES:
        yield from lines(member.stream, kind=KIND)
        return
    with reading(KIND):
        head = member.stream.readline(SIZE_LIMIT + 1)
    if head.rstrip().endswith(b"}"):
        yield head.strip()
        yield from lines(member.stream, kind=KIND)
    else:
        yield from _whole(head, member.stream)


def _whole(head: bytes, stream: IO[bytes]) -> Iterator[bytes]:
    with reading(KIND):
        document = head + stream.read(SIZE_LIMIT + 1 - len(head))
    if len(document) > SIZE_LIMIT:
        raise MalformedInput(KIND, f"a document of more than {SIZE_LIMIT} bytes that is not JSON lines")
    if document.strip():
        yield document


def read(raw: bytes, rows: Rows) -> None:
    """Rows of `release`, `recording` and `track` of one document.

    Raises:
        MalformedInput: it is no item.
    """
    item = read_item(raw)
    if not item.identifier.isprintable():
        raise MalformedInput(KIND, f"the identifier is {item.identifier[:40]!r}")
    document = msgspec.json.decode(raw.removeprefix(b"\xef\xbb\xbf"))
    metadata: _Row = document["metadata"]
    files = _originals(item, document.get("files"))
    if item.is_dark or not files or not _is_audio(metadata):
        return
    rows.add(SourceTable.RELEASE, _release(item, metadata))
    creator = _joined(metadata.get("creator"))
    for position, entry in zip(_positions(files), files, strict=True):
        recording = _recording(item, entry, creator)
        rows.add(SourceTable.RECORDING, recording)
        track = {"release_id": item.identifier, "recording_id": recording["id"], "medium": 1}
        rows.add(SourceTable.TRACK, track | {"position": position, "number": _first(entry.get("track"))})


def _is_audio(metadata: _Row) -> bool:
    """Whether it is an item of audio; one that does not say what it is is what its files are."""
    kinds = {text.lower() for text in _texts(metadata.get("mediatype"))}
    return not kinds or bool(kinds & _AUDIO)


def _originals(item: ArchiveItem, listed: object) -> list[_Row]:
    """The files that sound and were not made of others, each name once."""
    sounding = {file.name for file in item.files}
    found: dict[str, _Row] = {}
    for entry in listed if isinstance(listed, list) else ():
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str) or name not in sounding:
            continue
        if (_first(entry.get("source")) or "original").lower() == "original":
            found.setdefault(name, entry)
    if len(found) > FILES_LIMIT:
        raise MalformedInput(KIND, f"more than {FILES_LIMIT} original files")
    return list(found.values())


def _release(item: ArchiveItem, metadata: _Row) -> _Row:
    return {
        "id": item.identifier,
        "title": _first(metadata.get("title")) or item.identifier,
        "artist_credit": _joined(metadata.get("creator")),
        "date": _first(metadata.get("date")) or _first(metadata.get("year")),
        "genres": _genres(metadata),
        "identifiers": _elsewhere(metadata, "urn:mb_release_id:"),
        "licence": _licence(item),
    }


def _recording(item: ArchiveItem, entry: _Row, creator: str | None) -> _Row:
    name = str(entry["name"])
    return {
        "id": f"{item.identifier}/{name}",
        "title": _first(entry.get("title")) or _stem(name),
        "artist_credit": _joined(entry.get("artist")) or _joined(entry.get("creator")) or creator,
        "duration_ms": _length(entry.get("length")),
        "genres": _genres(entry),
        "identifiers": _elsewhere(entry, "urn:mb_recording_id:"),
        "licence": _licence(item),
    }


def _licence(item: ArchiveItem) -> str | None:
    return "; ".join(item.licence_urls) or None


def _stem(name: str) -> str:
    """What a file without a title is called; its whole name where nothing else is left."""
    return PurePosixPath(name.replace("\0", "").strip()).stem.strip() or name


def _length(value: object) -> int | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return playing_time(value) if abs(value) < 1e12 else None
    text = _first(value) or ""
    return of_clock(text) or of_seconds(text)


def _positions(files: list[_Row]) -> list[int]:
    """The numbers of the tracks where each has its own; else their order in the document."""
    stated = [number for number in (_number(entry.get("track")) for entry in files) if number is not None]
    if len(set(stated)) == len(files):
        return stated
    return list(range(1, len(files) + 1))


def _number(value: object) -> int | None:
    """Of `3`, `03` or `3/12`."""
    text = (_first(value) or "").partition("/")[0].strip()
    is_number = len(text) <= 5 and text.isascii() and text.isdigit()
    return int(text) if is_number and 1 <= int(text) <= FILES_LIMIT else None


def _genres(fields: _Row) -> list[str]:
    return list(dict.fromkeys(text.lower() for text in _texts(fields.get("genre"))))


def _elsewhere(fields: _Row, scheme: str) -> list[str]:
    """What MusicBrainz calls it, of the identifiers of other databases it is stated to have."""
    stated = _texts(fields.get("external-identifier"))
    found = (mbid(text[len(scheme) :]) for text in stated if text.lower().startswith(scheme))
    return [f"musicbrainz:{one}" for one in dict.fromkeys(found) if one]


def _joined(value: object) -> str | None:
    return ", ".join(_texts(value))[:TEXT_LIMIT] or None


def _first(value: object) -> str | None:
    return next(iter(_texts(value)), None)


def _texts(value: object) -> list[str]:
    """The texts of a field that say something: it holds one, or a list; anything else is taken as absent."""
    values = value if isinstance(value, list) else [value]
    whole = (
        one[:TEXT_LIMIT].replace("\0", "").strip() for one in values[:VALUES_LIMIT] if isinstance(one, str)
    )
    return [text for text in whole if text]


IMPORTER: Final = Importer(
    kind=KIND,
    source="internetarchive",
    licences={},
    cut=cut,
    read=read,
)
"""Items as their uploaders describe them; nobody licensed these descriptions."""
