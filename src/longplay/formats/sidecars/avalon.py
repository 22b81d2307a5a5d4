"""What the structure documents of Avalon Media System say of a carrier: `Item` with the tracks of one disc.

Only an item that is called a disc, reel, tape, side or the like is read; it is then the reel, and its spans are
what lies on it.

Source: Avalon Media System, structural metadata: `Item`, `Div`, `Span`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from xml.etree.ElementTree import Element

from longplay.formats.sidecars.sidecar_xml import attribute
from longplay.model.technical import Carrier, Face

STANDARD: Final = "Avalon"

_CARRIER: Final = re.compile(r"(?i)(?:cd|dvd|dat|lp|minidisc|disc|disk|reel|tape|cassette|cylinder|side)\b.*")


def claims(name: str, attributes: Mapping[str, str]) -> bool:
    """Never: `Item` is too common a name to take bad XML amiss."""
    del name, attributes
    return False


def read_avalon(root: Element) -> Iterator[Carrier]:
    """The carrier of a structure document, if it names one."""
    label = attribute(root, "label")
    spans = [span for span in root.iter("Span") if attribute(span, "label") and "begin" in span.attrib]
    if root.tag == "Item" and spans and _CARRIER.fullmatch(label):
        streams = tuple(attribute(span, "label") for span in spans)
        yield Carrier(standard=STANDARD, reel=label, faces=(Face(label=label, streams=streams),))
