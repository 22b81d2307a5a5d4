"""MusicBrainz: the JSON dumps, and single documents of the web service in JSON and XML.

Recordings come from releases: the dump of recordings holds only those that stand on none. What is no artist,
recording or release leaves no rows.

Source: MusicBrainz JSON dumps, `mbdump/<entity>`; MusicBrainz API, ws/2.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

import msgspec

from longplay.catalogue.importers.musicbrainz_entities import (
    KIND,
    Entity,
    add_artist,
    add_recording,
    add_release,
    objects,
)
from longplay.catalogue.importers.musicbrainz_xml import entities_of
from longplay.catalogue.sources.importer import Importer
from longplay.catalogue.sources.lines import lines
from longplay.catalogue.sources.rows import Rows
from longplay.catalogue.sources.streams import Member, reading
from longplay.errors import MalformedInput
from longplay.formats.years import read_day

DOCUMENT_LIMIT: Final = 64 << 20
"""A longer document is malformed, bytes."""

_ADD: Final = {"artist": add_artist, "recording": add_recording, "release": add_release}
_OF_A_RELEASE: Final = frozenset({"media", "release-events", "text-representation", "packaging", "label-info"})
_OF_A_RECORDING: Final = frozenset({"length", "video", "isrcs"})
_OF_AN_ARTIST: Final = frozenset({"life-span", "isnis", "ipis", "gender", "begin-area"})
_OF_A_TRACK: Final = frozenset({"recording"})


class Document(bytes):
    """What MusicBrainz says of something: a line of a dump, or a document of the web service.

    Attributes:
        entity: what it is of, where the place it stands in tells; else `""`.
        is_xml: whether it is XML.
    """

    entity: str = ""
    is_xml: bool = False


def _document(data: bytes, *, entity: str = "", is_xml: bool = False) -> Document:
    document = Document(data)
    document.entity, document.is_xml = entity, is_xml
    return document


def cut(member: Member) -> Iterator[Document]:
    """Lines of a dump, or the one document of a file; other files of a dump are none.

    Raises:
        MalformedInput: the file breaks before its end.
    """
    name = member.name.rpartition("/")[2]
    suffix = name.rpartition(".")[2].lower()
    if name in _ADD:
        yield from (_document(line, entity=name) for line in lines(member.stream, kind=KIND))
    elif suffix in {"json", "xml"}:
        with reading(KIND):
            data = member.stream.read(DOCUMENT_LIMIT + 1)
        if data.strip():
            yield _document(data, is_xml=suffix == "xml")


def read(document: Document, rows: Rows) -> None:
    """The rows of a document.

    Raises:
        MalformedInput: neither JSON nor XML, too long, or an entity without id or name.
    """
    if len(document) > DOCUMENT_LIMIT:
        raise MalformedInput(KIND, f"longer than {DOCUMENT_LIMIT} bytes")
    if document.is_xml:
        for name, entity in entities_of(bytes(document)):
            _ADD[name](entity, rows)
        return
    try:
        value: object = msgspec.json.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise MalformedInput(KIND, f"no JSON: {str(exc)[:200]}") from exc
    if document.entity:
        if not isinstance(value, dict):
            raise MalformedInput(KIND, "a line that is no object")
        _ADD[document.entity](value, rows)
    elif isinstance(value, dict):
        _add_any(value, rows)


def _add_any(value: Entity, rows: Rows) -> None:
    """A document whose fields tell what it is, or a wrapping of such."""
    if (name := _entity_of(value)) is not None:
        _ADD[name](value, rows)
        return
    inner = value.get("release")
    if isinstance(inner, dict):
        add_release(inner, rows)
    for name, add in _ADD.items():
        for entity in objects(value, f"{name}s"):
            if _entity_of(entity) == name:
                add(entity, rows)


def _entity_of(value: Entity) -> str | None:
    """What an object is of: `None` where it is no artist, recording or release that can be told."""
    fields = value.keys()
    if "id" not in fields or fields & _OF_A_TRACK:
        return None
    if "title" in fields and fields & _OF_A_RELEASE:
        return "release"
    if "title" in fields and fields & _OF_A_RECORDING:
        return "recording"
    if {"name", "sort-name"} <= fields and fields & _OF_AN_ARTIST:
        return "artist"
    return None


def day(member: Member) -> date | None:
    """The day a dump's `TIMESTAMP` names.

    Raises:
        MalformedInput: the file breaks before its end.
    """
    if member.name.rpartition("/")[2] != "TIMESTAMP":
        return None
    with reading(KIND):
        stamp = member.stream.read(10)
    return read_day(stamp.decode("ascii", "replace"))


IMPORTER: Final = Importer(
    kind="musicbrainz",
    source="musicbrainz",
    licences={
        "artist": "CC0-1.0",
        "release": "CC0-1.0",
        "release.genres": "CC-BY-NC-SA-3.0",
        "recording": "CC0-1.0",
        "recording.genres": "CC-BY-NC-SA-3.0",
        "track": "CC0-1.0",
    },
    cut=cut,
    read=read,
    day=day,
)
