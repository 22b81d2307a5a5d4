"""A tree from XML that may be hostile, with names stripped of their namespaces.

It is no validator, and it fetches nothing: a declaration of an entity ends the reading, so nothing is ever
expanded or loaded; depth and number of elements are limited, and defaults from a DTD are left out.

Source: XML 1.0 (fifth edition); Expat, through `xml.parsers.expat`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers.expat import ExpatError, ParserCreate

LENGTH_LIMIT: Final = 4 * 1024 * 1024
DEPTH_LIMIT: Final = 64
ELEMENT_LIMIT: Final = 100_000

_TERM_LENGTH: Final = 100  # what is longer is no term of any vocabulary
_HUMP: Final = re.compile("(?<=[a-z])(?=[A-Z])")


class _Refused(Exception):
    """Something in it that no honest sidecar needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What came of the reading.

    Attributes:
        root: the tree; `None` when it could not be read to the end.
        claimed: whether anything up to there claimed to be what was looked for.
        failure: why it could not be read; `None` when it could.
    """

    root: Element | None
    claimed: bool
    failure: str | None = None


class _Builder:
    """Expat's handlers. `claims` is asked about each element: its local name and attributes."""

    def __init__(self, claims: Callable[[str, Mapping[str, str]], bool], element_limit: int) -> None:
        self.claimed = False
        self._element_limit = element_limit
        self._claims = claims
        self._tree = TreeBuilder()
        self._depth = 0
        self._elements = 0

    def doctype(self, name: str, *_: object) -> None:
        self.claimed = self.claimed or self._claims(_local(name), {})

    def entity(self, *_: object) -> None:
        raise _Refused("it declares an entity")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = {_local(key): value for key, value in attributes.items()}
        self.claimed = self.claimed or self._claims(_local(name), local)
        self._depth += 1
        self._elements += 1
        if self._depth > DEPTH_LIMIT:
            raise _Refused(f"it is nested deeper than {DEPTH_LIMIT} elements")
        if self._elements > self._element_limit:
            raise _Refused(f"it has more than {self._element_limit} elements")
        self._tree.start(_local(name), local)

    def end(self, name: str) -> None:
        self._depth -= 1
        self._tree.end(_local(name))

    def data(self, text: str) -> None:
        self._tree.data(text)

    def close(self) -> Element:
        return self._tree.close()


def parse(
    data: bytes,
    *,
    claims: Callable[[str, Mapping[str, str]], bool],
    length_limit: int = LENGTH_LIMIT,
    element_limit: int = ELEMENT_LIMIT,
) -> Parsed:
    """Read a document, as far as it can be read.

    Args:
        data: the whole document; what lies beyond `length_limit` is not looked at and makes it a failure.
        claims: whether an element with this local name and these attributes, or a document type of this name
            (with none), is what the caller looks for.
        length_limit, element_limit: longer documents, and those with more elements, are failures; bytes.
    """
    builder = _Builder(claims, element_limit)
    parser = ParserCreate()
    parser.buffer_text = True
    parser.specified_attributes = True
    parser.StartDoctypeDeclHandler = builder.doctype
    parser.EntityDeclHandler = builder.entity
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(data[:length_limit], len(data) <= length_limit)
    except (_Refused, ExpatError, ValueError, LookupError) as exc:  # the last two: an encoding Python has not
        return Parsed(root=None, claimed=builder.claimed, failure=str(exc))
    if len(data) > length_limit:
        return Parsed(root=None, claimed=builder.claimed, failure=f"it is longer than {length_limit} bytes")
    return Parsed(root=builder.close(), claimed=builder.claimed)


def text_of(element: Element | None) -> str:
    """All text in an element, spaces and line ends folded; empty for `None`."""
    return "" if element is None else " ".join("".join(element.itertext()).split())


def attribute(element: Element, *names: str) -> str:
    """The first of these attributes that is stated and not blank, folded; else empty."""
    values = (" ".join(element.get(name, "").split()) for name in names)
    return next((value for value in values if value), "")


def children(element: Element, *names: str) -> Iterator[Element]:
    """The children with these local names, in order."""
    return (child for child in element if child.tag in names)


def joined(texts: Iterable[str]) -> str | None:
    """The texts that say something, each once, between semicolons; `None` when there is none."""
    return "; ".join(dict.fromkeys(filter(None, texts))) or None


def words(term: str) -> str:
    """A term as words: `INCHES_PER_SECOND` is `inches per second`, `trackLayout` is `track layout`."""
    if len(term) > _TERM_LENGTH:
        return term
    return " ".join(_HUMP.sub(" ", term).replace("_", " ").lower().split())


def _local(name: str) -> str:
    return name.rpartition(":")[2]
