"""The dumps of Discogs as XML elements, one after another, in bounded memory.

A dump with a document type is refused, so nothing is ever expanded or loaded. What the elements say is read by
`discogs`.

Source: https://data.discogs.com/; XML 1.0 (fifth edition), 2.8; https://lxml.de/parsing.html, "Event-driven
parsing".
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import IO, Any, Final

from lxml import etree

from longplay.catalogue.sources.streams import Member, reading
from longplay.errors import MalformedInput

KIND: Final = "discogs"

RECORD_LIMIT: Final = 16 << 20
"""A record that is longer, or as much between two records, breaks the dump, bytes."""

_CHUNK: Final = 1 << 18
_RECORDS: Final = {b"artists": "artist", b"releases": "release", b"labels": None, b"masters": None}
_OPTIONS: Final[dict[str, bool]] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
# atomic: what a comment or instruction ends with is never sought again beyond a document type
_PROLOG: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?(?>(?:[ \t\r\n]|<\?(?>.*?\?>)|<!--(?>.*?-->))*)<(?P<root>[A-Za-z_]+)[ \t\r\n/>]",
    re.DOTALL,
)
_HEAD: Final = 4_096


def cut(member: Member) -> Iterator[Any]:
    """The `artist` or `release` elements of a dump, each good until the next is asked for.

    Raises:
        MalformedInput: the file breaks, is no such dump, or is no well-formed XML.
    """
    if PurePosixPath(member.name).suffix.lower() != ".xml":
        return
    with reading(KIND):
        head = member.stream.read(_CHUNK)
    if not head:
        return
    match = _PROLOG.match(head[:_HEAD])
    if match is None or match["root"] not in _RECORDS:
        raise MalformedInput(
            KIND, "it does not begin as a dump does, with artists, labels, masters or releases"
        )
    tag = _RECORDS[match["root"]]
    if tag is not None:
        yield from _elements(_chunks(head, member.stream), tag)


def _chunks(head: bytes, stream: IO[bytes]) -> Iterator[bytes]:
    chunk = head
    while chunk:
        yield chunk
        with reading(KIND):
            chunk = stream.read(_CHUNK)


def _elements(chunks: Iterable[bytes], tag: str) -> Iterator[Any]:
    parser = etree.XMLPullParser(events=("end",), tag=tag, **_OPTIONS)
    since = 0
    for chunk in chunks:
        failure = _fed(parser, chunk)
        for element in _taken(parser):
            since = 0
            yield element
        if failure is not None:
            raise failure
        since += len(chunk)
        if since > RECORD_LIMIT:
            raise MalformedInput(KIND, f"a record of more than {RECORD_LIMIT} bytes")
    try:
        parser.close()
    except etree.LxmlError as exc:
        raise MalformedInput(KIND, f"the XML ends before its end: {exc}") from exc


def _fed(parser: Any, chunk: bytes) -> MalformedInput | None:
    """What is wrong with the XML, so that the records before it can be taken first."""
    try:
        parser.feed(chunk)
    except (etree.LxmlError, ValueError, LookupError) as exc:  # the last two: encodings that are none
        failure = MalformedInput(KIND, f"no well-formed XML: {exc}")
        failure.__cause__ = exc
        return failure
    return None


def _taken(parser: Any) -> Iterator[Any]:
    """Finished records. Freed are a record's inside and all that lies before it: never what is still parsed."""
    events = parser.read_events()
    while True:
        try:
            _, element = next(events)
        except (StopIteration, etree.LxmlError):
            return
        parent = element.getparent()
        if parent is None or parent.getparent() is not None:
            continue
        yield element
        element.clear(keep_tail=True)
        while element.getprevious() is not None:
            del parent[0]


def parsed(raw: bytes) -> Any:
    """The element that these bytes are.

    Raises:
        MalformedInput: they are none, or have a document type.
    """
    if not _PROLOG.match(raw[:_HEAD]):
        raise MalformedInput(KIND, "no element, or with a document type")
    try:
        return etree.fromstring(raw, etree.XMLParser(**_OPTIONS))
    except (etree.LxmlError, ValueError, LookupError) as exc:
        raise MalformedInput(KIND, f"no well-formed XML: {exc}") from exc
