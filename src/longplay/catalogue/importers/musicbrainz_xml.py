"""Documents of MusicBrainz's web service in XML, as the entities its JSON would have.

Source: MusicBrainz XML Metadata 2.0, namespace `http://musicbrainz.org/ns/mmd-2.0#`.
"""

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

from longplay.errors import MalformedInput
from longplay.formats.sidecars.sidecar_xml import children, parse, text_of

KIND: Final = "musicbrainz"
LENGTH_LIMIT: Final = 64 << 20
ELEMENT_LIMIT: Final = 1_000_000

Entity = dict[str, object]
_NUMBERS: Final = frozenset({"length", "position", "track-count"})
_LISTS: Final = {
    "alias-list": ("aliases", "alias"),
    "isrc-list": ("isrcs", "isrc"),
    "isni-list": ("isnis", "isni"),
    "iswc-list": ("iswcs", "iswc"),
    "genre-list": ("genres", "genre"),
    "medium-list": ("media", "medium"),
    "track-list": ("tracks", "track"),
    "data-track-list": ("data-tracks", "track"),
    "label-info-list": ("label-info", "label-info"),
}
_ENTITIES: Final = frozenset({"artist", "recording", "release"})


def entities_of(data: bytes) -> Iterator[tuple[str, Entity]]:
    """Artists, recordings and releases a document is of: itself one, or a list or collection of them.

    Raises:
        MalformedInput: no XML, with declarations of entities, too long, or no document of MusicBrainz.
    """
    parsed = parse(data, claims=lambda *_: False, length_limit=LENGTH_LIMIT, element_limit=ELEMENT_LIMIT)
    if parsed.root is None:
        raise MalformedInput(KIND, parsed.failure or "it is no XML")
    if parsed.root.tag != "metadata":
        raise MalformedInput(KIND, f"a document of {parsed.root.tag[:60]!r}, not of `metadata`")
    for element in _subjects(parsed.root):
        yield element.tag, _entity(element)


def _subjects(element: Element) -> Iterator[Element]:
    """What a document is of, not what it says of that: a release in a release, say, is not looked for."""
    for child in element:
        if child.tag in _ENTITIES:
            yield child
        elif child.tag in {"collection", "disc"} or child.tag in {f"{name}-list" for name in _ENTITIES}:
            yield from _subjects(child)


def _entity(element: Element) -> Entity:
    """An element as the JSON of the same has it."""
    entity: Entity = {}
    if "id" in element.attrib:
        entity["id"] = element.attrib["id"]
    for child in element:
        if child.tag in _LISTS:
            name, item = _LISTS[child.tag]
            entity[name] = [_item(one) for one in children(child, item)]
        elif child.tag == "artist-credit":
            entity["artist-credit"] = [_credit(one) for one in children(child, "name-credit")]
        elif child.tag == "relation-list":
            known = entity.setdefault("relations", [])
            if isinstance(known, list):
                known += [_entity(one) for one in children(child, "relation")]
        elif len(child):
            entity[child.tag] = _entity(child)
        else:
            entity[child.tag] = _value(child)
    return entity


def _item(element: Element) -> object:
    """A code is its id or its text; an alias is a name; anything else is an entity of its own."""
    if element.tag in {"isrc", "isni", "iswc"}:
        return element.attrib.get("id") or text_of(element)
    if element.tag == "alias":
        return {"name": text_of(element)}
    return _entity(element)


def _credit(element: Element) -> Entity:
    credit = _entity(element)
    credit["joinphrase"] = element.attrib.get("joinphrase", "")
    return credit


def _value(element: Element) -> object:
    text = text_of(element)
    if element.tag in _NUMBERS and text.isascii() and text.isdecimal() and len(text) <= 12:
        return int(text)
    return text
