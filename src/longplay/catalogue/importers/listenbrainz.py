"""Listens as ListenBrainz publishes them, and as people export them from there or submit them.

Spark dumps (Parquet), listens dumps (JSON lines, full and incremental), exports of one listener, submissions,
answers of the web service. Its statistics, feedback and pins are no listens and are not read.

Source: https://listenbrainz.readthedocs.io/, "ListenBrainz Data Dumps" and "JSON Documentation".
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import PurePosixPath
from typing import IO, Any, Final

import msgspec

from longplay.catalogue.importer import Importer, day_named
from longplay.catalogue.importers import listen_batches
from longplay.catalogue.importers.cells import name_in
from longplay.catalogue.importers.listens import Fault, mbid, time_fault
from longplay.catalogue.rows import Rows
from longplay.catalogue.source_tables import SourceTable
from longplay.catalogue.streams import Member, lines, reading, seekable
from longplay.errors import MalformedInput

KIND: Final = "listenbrainz"

DOCUMENT_LIMIT: Final = 512 << 20
"""A longer document that is not JSON lines is malformed, bytes: it has to be held whole."""

_DUMP_DAY: Final = re.compile(r"listenbrainz-[a-z]+-dump-(?:[0-9]+-)?([0-9]{4})([0-9]{2})([0-9]{2})-")
_MONTH: Final = re.compile(r"[0-9]{4}/[0-9]{1,2}\.[a-z]+$")
_OTHERS: Final = ("feedback", "pinned_recording")
_BAD_JSON: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One listen, as JSON.

    Attributes:
        owner: whose listen it is when it does not say.
        text: a JSON object.
    """

    owner: str
    text: bytes = b""


class _Ids(msgspec.Struct):
    recording_mbid: Any = None


class _Track(msgspec.Struct):
    artist_name: str | None = None
    track_name: str | None = None
    release_name: Any = None
    recording_mbid: Any = None
    mbid_mapping: _Ids | None = None
    additional_info: _Ids | None = None


class _Listen(msgspec.Struct):
    listened_at: int | float | str | None = None
    timestamp: int | float | str | None = None
    user_id: int | str | None = None
    user_name: str | None = None
    recording_mbid: Any = None
    track_metadata: _Track | None = None


class _Document(msgspec.Struct):
    listen_type: Any = None
    payload: msgspec.Raw = msgspec.Raw(b"null")


class _Answer(msgspec.Struct):
    listens: list[msgspec.Raw] = []
    playing_now: Any = None


class _Probe(msgspec.Struct):
    track_metadata: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_LISTEN: Final = msgspec.json.Decoder(_Listen)
_ITEMS: Final = msgspec.json.Decoder(list[msgspec.Raw])


def cut(member: Member) -> Iterator[object]:
    """The listens of a file: Arrow batches of Parquet, else one JSON object each.

    Raises:
        MalformedInput: the file breaks, or is no JSON.
    """
    path = PurePosixPath(member.name)
    if "statistics" in path.parts or path.name.startswith((*_OTHERS, ".")):
        return
    match path.suffix.lower():
        case ".parquet":
            with seekable(member, kind=KIND) as file:
                yield from listen_batches.cut_file(file, kind=KIND)
        case ".listens" | ".jsonl" | ".ndjson":
            yield from _lines(member.stream, _owner(member.name))
        case ".json":
            yield from _document(member.stream, _owner(member.name))


def _owner(name: str) -> str:
    """An export is cut into months; all of them are of one listener."""
    return f"export:{_MONTH.sub('', name)}"


def _lines(stream: IO[bytes], owner: str) -> Iterator[Line]:
    for text in lines(stream, kind=KIND):
        if text.strip():
            yield Line(owner=owner, text=text)


def _document(stream: IO[bytes], owner: str) -> Iterator[Line]:
    with reading(KIND):
        text = stream.read(DOCUMENT_LIMIT + 1)
    if not text.strip():
        return
    if len(text) > DOCUMENT_LIMIT:
        raise MalformedInput(KIND, f"a document of over {DOCUMENT_LIMIT} bytes that is not JSON lines")
    if _is_lines(text):
        yield from _lines(io.BytesIO(text), owner)
        return
    try:
        found = _listens_of(text)
    except _BAD_JSON as exc:
        raise MalformedInput(KIND, f"no JSON document: {exc}") from exc
    for listen in found:
        yield Line(owner=owner, text=bytes(listen))


def _is_lines(text: bytes) -> bool:
    """Whether it is several objects, a line each, under the name of a document."""
    first, _, rest = text.strip().partition(b"\n")
    if not rest:
        return _probe(first)
    try:
        return first.startswith(b"{") and isinstance(msgspec.json.decode(first), dict)
    except _BAD_JSON:
        return False


def _listens_of(text: bytes) -> list[msgspec.Raw]:
    """Of an export (a list), a submission, or an answer of the web service; none of other documents."""
    if text.lstrip().startswith(b"["):
        found = _ITEMS.decode(text)
        return found if found and _probe(bytes(found[0])) else []
    document = msgspec.json.decode(text, type=_Document)
    payload = bytes(document.payload)
    if payload.lstrip().startswith(b"["):
        return _ITEMS.decode(payload) if document.listen_type in {"single", "import"} else []
    if document.listen_type is not None or not payload.lstrip().startswith(b"{"):
        return []
    answer = msgspec.json.decode(payload, type=_Answer)
    return [] if answer.playing_now else answer.listens


def _probe(text: bytes) -> bool:
    try:
        return msgspec.json.decode(text, type=_Probe).track_metadata is not msgspec.UNSET
    except _BAD_JSON:
        return False


def read(raw: object, rows: Rows) -> None:
    """Rows of `listen` of one record that `cut` gave.

    Raises:
        MalformedInput: it is no listen.
    """
    match raw:
        case listen_batches.Batch():
            listen_batches.read_batch(raw, rows, kind=KIND)
        case Line(owner=owner, text=text):
            _read_listen(text, owner, rows)
        case Fault(reason=reason):
            raise MalformedInput(KIND, reason)
        case _:
            raise MalformedInput(KIND, "no listen")


def _read_listen(text: bytes, owner: str, rows: Rows) -> None:
    try:
        listen = _LISTEN.decode(text)
    except _BAD_JSON as exc:
        raise MalformedInput(KIND, f"no JSON of a listen: {exc}") from exc
    at = _time(listen)
    track = listen.track_metadata or _Track()
    row = {
        "listener": rows.listener(_user(listen) or owner),
        "at": at,
        "recording_id": _recording(listen, track),
        "artist": name_in(track.artist_name, "artist", kind=KIND),
        "title": name_in(track.track_name, "title", kind=KIND),
        "release": track.release_name if isinstance(track.release_name, str) else None,
    }
    rows.add(SourceTable.LISTEN, row)


def _time(listen: _Listen) -> int:
    stated = listen.timestamp if listen.listened_at is None else listen.listened_at
    match stated:
        case str() if re.fullmatch(r"[0-9]{1,19}", stated):
            at = int(stated)
        case int():
            at = stated
        case float() if isfinite(stated):
            at = int(stated)
        case _:
            raise MalformedInput(KIND, "no time of listening")
    if fault := time_fault(at):
        raise MalformedInput(KIND, fault)
    return at


def _user(listen: _Listen) -> str | None:
    """By number where there is one, as Spark dumps have no more: the same listener in both."""
    if listen.user_id is not None and listen.user_id != "":
        return str(listen.user_id)
    return f"name:{listen.user_name}" if listen.user_name else None


def _recording(listen: _Listen, track: _Track) -> str | None:
    mapping = track.mbid_mapping or _Ids()
    info = track.additional_info or _Ids()
    stated = (listen.recording_mbid, track.recording_mbid, mapping.recording_mbid, info.recording_mbid)
    return next(filter(None, map(mbid, stated)), None)


IMPORTER: Final = Importer(
    kind=KIND,
    source="listenbrainz",
    licences={SourceTable.LISTEN.value: "CC0-1.0"},
    cut=cut,
    read=read,
    names_people=True,
    day=day_named(_DUMP_DAY),
)
"""ListenBrainz."""
