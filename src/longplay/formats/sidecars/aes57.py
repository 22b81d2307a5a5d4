"""Physical carriers in AES57 documents: `audioObject` with its faces, regions, streams and format regions.

It reads what AES57 says of a carrier and passes over what it says of files (`FILE_DIGITAL`). The devices of a
transfer come from the process history that goes with it (AES-X098, a draft without a published schema): any
element `device` is read by the names of what it holds.

Source: AES57-2011, audio object structures; namespace http://www.aes.org/audioObject, in any version.
"""

from collections.abc import Iterator, Mapping
from typing import Final
from xml.etree.ElementTree import Element

from longplay.formats.sidecars.sidecar_xml import attribute, children, joined, text_of, words
from longplay.model.technical import Carrier, Face, TransferDevice

STANDARD: Final = "AES57"

_STRUCTURES: Final = ("tapeStructure", "opticalStructure", "analogDiscStructure", "cylinderStructure")
_SOUND: Final = (
    "trackLayout",
    "soundField",
    "noiseReduction",
    "equalization",
    "grooveOrientation",
    "grooveCreationMethod",
    "bitDepth",
    "sampleRate",
)
_ROLE: Final = ("deviceType", "role", "function", "type", "kind")
_MAKE: Final = ("manufacturer", "make", "model", "modelName", "modelNumber", "name")


def claims(name: str, attributes: Mapping[str, str]) -> bool:
    """Whether an element is an AES57 audio object; the Audio Definition Model calls another thing so too."""
    return name == "audioObject" and "analogDigitalFlag" in attributes


def read_aes57(root: Element) -> Iterator[Carrier]:
    """The carriers of a document, in order: its own root or, as in METS, anywhere inside."""
    objects = [one for one in root.iter("audioObject") if claims(one.tag, one.attrib)]
    physical = [one for one in objects if "FILE" not in attribute(one, "analogDigitalFlag").upper()]
    for one in physical:
        yield _carrier(one, history=root if len(physical) == 1 else one)


def _carrier(one: Element, *, history: Element) -> Carrier:
    """One carrier, with the devices that `history` names."""
    regions = [region for region in one.iter() if region.tag.lower().endswith("formatregion")]
    return Carrier(
        standard=STANDARD,
        identifiers=tuple(_identifiers(one)),
        format=joined(map(_format, children(one, "format"))),
        dimensions=tuple(dict.fromkeys((*_physical(one), *_sound(regions)))),
        speed=joined(_speed(speed) for region in regions for speed in region.iter("speed")),
        faces=tuple(_face(face) for face in children(one, "face")),
        condition=joined(map(_condition, one.iter("conditionNote"))),
        chain=tuple(_device(device) for device in history.iter("device")),
    )


def _identifiers(one: Element) -> Iterator[tuple[str, str]]:
    for identifier in children(one, "primaryIdentifier", "secondaryIdentifier"):
        if value := text_of(identifier):
            kind = attribute(identifier, "idOtherType") or words(attribute(identifier, "identifierType"))
            yield kind, value
    if title := attribute(one, "title"):
        yield "title", title


def _format(element: Element) -> str:
    return f"{text_of(element)} {attribute(element, 'specificationVersion')}".strip()


def _physical(one: Element) -> Iterator[tuple[str, str]]:
    """Size and substance, of the whole and of its format regions."""
    for properties in one.iter("physicalProperties"):
        for structure in children(properties, *_STRUCTURES):
            yield from _structure(structure)
        for group in children(properties, "dimensions", "shellDimensions"):
            prefix = "shell " if group.tag == "shellDimensions" else ""
            for measure in group:
                if value := _measure(measure):
                    yield prefix + words(measure.tag), value


def _structure(structure: Element) -> Iterator[tuple[str, str]]:
    if brand := attribute(structure, "stockBrand"):
        yield "stock brand", brand
    for layer in structure:
        stated = [attribute(layer, "composition"), *map(_measure, children(layer, "thickness"))]
        if value := ", ".join(filter(None, stated)):
            yield words(layer.tag), value


def _sound(regions: list[Element]) -> Iterator[tuple[str, str]]:
    """How the sound lies on it."""
    for region in regions:
        for element in children(region, *_SOUND):
            if value := text_of(element):
                yield words(element.tag), value
        for groove in children(region, "grooveWidth"):
            if value := " to ".join(filter(None, map(_measure, children(groove, "min", "max")))):
                yield "groove width", value


def _measure(element: Element) -> str:
    return f"{text_of(element)} {words(attribute(element, 'unit'))}".strip()


def _speed(speed: Element) -> str:
    """The designated speed, then what differs from it."""
    designated = next(map(_measure, children(speed, "speedDesignated")), "")
    more = [f"varispeed {_measure(adjusted)}" for adjusted in children(speed, "varispeedAdjustment")]
    more += [text_of(note) for note in children(speed, "speedNote")]
    return ", ".join(filter(None, (designated, *more)))


def _face(face: Element) -> Face:
    label = attribute(face, "label", "direction", "ID")
    return Face(label=label, streams=tuple(filter(None, map(_region, children(face, "region")))))


def _region(region: Element) -> str:
    """A region and its streams, such as `Take 1: left, right`."""
    streams = ", ".join(filter(None, (attribute(stream, "label") for stream in children(region, "stream"))))
    return ": ".join(filter(None, (attribute(region, "label"), streams)))


def _condition(note: Element) -> str:
    return joined(map(text_of, children(note, "note"))) or text_of(note)


def _device(device: Element) -> TransferDevice:
    """A device by the names of its attributes and children; what says neither role nor make is a setting."""
    stated = [(key, attribute(device, key)) for key in device.attrib] + [
        _stated(child) for child in device.iter()
    ]
    stated = [(name, value) for name, value in stated if value]
    role = next((value for wanted in _ROLE for name, value in stated if name == wanted), "device")
    make = dict.fromkeys(value for wanted in _MAKE for name, value in stated if name == wanted)
    known = {"ID", *_ROLE, *_MAKE}
    settings = ((words(name), value) for name, value in stated if name not in known)
    return TransferDevice(role=role, name=" ".join(make), settings=tuple(dict.fromkeys(settings)))


def _stated(element: Element) -> tuple[str, str]:
    """What a leaf says; a `setting` is called by its own `name`."""
    if len(element) or element.tag == "device":
        return element.tag, ""
    if element.tag.lower() in {"setting", "parameter"}:
        value = text_of(element) or attribute(element, "value")
        return attribute(
            element, "name", "type"
        ) or element.tag, f"{value} {attribute(element, 'unit')}".strip()
    return element.tag, _measure(element)
