"""Physical carriers in EBUCore documents: `format` with a `medium`.

What EBUCore says of files, programmes and rights is passed over.

Source: EBU Tech 3293, EBUCore metadata set: `format`, `medium`, `locator`, `identifier`.
"""

from collections.abc import Iterator, Mapping
from typing import Final
from xml.etree.ElementTree import Element

from longplay.formats.sidecars.sidecar_xml import attribute, children, joined, text_of, words
from longplay.model.technical import Carrier

STANDARD: Final = "EBUCore"

_LABELS: Final = ("typeLabel", "formatLabel", "typeDefinition", "formatDefinition")
_NO_CARRIER: Final = ("digital", "file", "digital file", "file-based")


def claims(name: str, attributes: Mapping[str, str]) -> bool:
    """Whether an element is the root of EBUCore."""
    del attributes
    return name == "ebuCoreMain"


def read_ebucore(root: Element) -> Iterator[Carrier]:
    """The carriers of a document, in order: one for each `format` that names a medium."""
    if root.tag != "ebuCoreMain":
        return
    for core in root.iter("coreMetadata"):
        for one in children(core, "format"):
            medium = joined(map(_medium, children(one, "medium")))
            if medium is not None and medium.lower() not in _NO_CARRIER:
                yield _carrier(core, one, medium)


def _medium(medium: Element) -> str:
    return attribute(medium, *_LABELS) or text_of(medium)


def _carrier(core: Element, one: Element, medium: str) -> Carrier:
    located = (("location", text_of(locator)) for locator in children(one, "locator"))
    attributes = ((words(attribute(said, *_LABELS)), _with_unit(said)) for said in _technical(one))
    return Carrier(
        standard=STANDARD,
        identifiers=(*_identifiers(core), *(pair for pair in located if pair[1])),
        format=medium,
        dimensions=tuple(pair for pair in attributes if all(pair)),
    )


def _identifiers(core: Element) -> tuple[tuple[str, str], ...]:
    """The first identifier: the others name the programme in other systems."""
    stated = ((attribute(one, *_LABELS), text_of(one)) for one in children(core, "identifier"))
    return tuple(pair for pair in stated if pair[1])[:1]


def _technical(one: Element) -> Iterator[Element]:
    return (child for child in one if child.tag.startswith("technicalAttribute"))


def _with_unit(element: Element) -> str:
    return f"{text_of(element)} {attribute(element, 'unit')}".strip()
