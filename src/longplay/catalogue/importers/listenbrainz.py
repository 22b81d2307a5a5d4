"""Listens as ListenBrainz publishes them, and as people export them from there or submit them.

Spark dumps (Parquet), listens dumps (JSON lines, full and incremental), exports of one listener, submissions,
answers of the web service. Its statistics, feedback and pins are no listens and are not read.

Source: https://listenbrainz.readthedocs.io/, "ListenBrainz Data Dumps" and "JSON Documentation".
"""

import io
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO, Any, Final

import msgspec

from longplay.catalogue.importers.listen_batches import Batch, cut_file, read_batch
from longplay.catalogue.importers.listen_lines import BAD_JSON, cut_lines
from longplay.catalogue.sources.importer import Fault, Importer, day_named
from longplay.catalogue.sources.lines import line_blocks
from longplay.catalogue.sources.rows import Rows
from longplay.catalogue.sources.streams import Member, reading, seekable
from longplay.catalogue.sources.tables import SourceTable
from longplay.errors import MalformedInput

KIND: Final = "listenbrainz"

DOCUMENT_LIMIT: Final = 512 << 20
"""A longer document that is not JSON lines is malformed, bytes: it has to be held whole."""

_DUMP_DAY: Final = re.compile(r"listenbrainz-[a-z]+-dump-(?:[0-9]+-)?([0-9]{4})([0-9]{2})([0-9]{2})-")
_MONTH: Final = re.compile(r"[0-9]{4}/[0-9]{1,2}\.[a-z]+$")
_OTHERS: Final = ("feedback", "pinned_recording")
_AT_ONCE: Final = 1 << 14


class _Document(msgspec.Struct):
    listen_type: Any = None
    payload: msgspec.Raw = msgspec.Raw(b"null")


class _Answer(msgspec.Struct):
    listens: list[msgspec.Raw] = []
    playing_now: Any = None


class _Probe(msgspec.Struct):
    track_metadata: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_ITEMS: Final = msgspec.json.Decoder(list[msgspec.Raw])


def cut(member: Member) -> Iterator[Batch | Fault]:
    """The listens of a file, many together; bad ones alone.

    Raises:
        MalformedInput: the file breaks, or is no JSON.
    """
    path = PurePosixPath(member.name)
    if "statistics" in path.parts or path.name.startswith((*_OTHERS, ".")):
        return
    match path.suffix.lower():
        case ".parquet":
            with seekable(member, kind=KIND) as file:
                yield from cut_file(file, kind=KIND)
        case ".listens" | ".jsonl" | ".ndjson":
            yield from _lines(member.stream, _owner(member.name))
        case ".json":
            yield from _document(member.stream, _owner(member.name))


def _owner(name: str) -> str:
    """An export is cut into months; all of them are of one listener."""
    return f"export:{_MONTH.sub('', name)}"


def _lines(stream: IO[bytes], owner: str) -> Iterator[Batch | Fault]:
    before = 0
    for block in line_blocks(stream, kind=KIND):
        yield from cut_lines(block, owner, before=before)
        before += len(block)


def _document(stream: IO[bytes], owner: str) -> Iterator[Batch | Fault]:
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
    except BAD_JSON as exc:
        raise MalformedInput(KIND, f"no JSON document: {exc}") from exc
    for begin in range(0, len(found), _AT_ONCE):
        some = [bytes(listen) for listen in found[begin : begin + _AT_ONCE]]
        yield from cut_lines(some, owner, before=begin)


def _is_lines(text: bytes) -> bool:
    """Whether it is several objects, a line each, under the name of a document."""
    first, _, rest = text.strip().partition(b"\n")
    if not rest:
        return _probe(first)
    try:
        return first.startswith(b"{") and isinstance(msgspec.json.decode(first), dict)
    except BAD_JSON:
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
    except BAD_JSON:
        return False


def read(raw: object, rows: Rows) -> None:
    """Rows of `listen` of what `cut` gave.

    Raises:
        MalformedInput: it is no listen.
    """
    match raw:
        case Batch():
            read_batch(raw, rows, kind=KIND)
        case Fault(reason=reason):
            raise MalformedInput(KIND, reason)
        case _:
            raise MalformedInput(KIND, "no listen")


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
