"""Physical carriers in PBCore documents: instantiations that state `instantiationPhysical`.

A digital instantiation is no carrier; it becomes the last step of the chain of the carrier that it is stated to
derive from. The parts of an instantiation are its sides when they are called so, else reels of their own.

Source: PBCore 2.0 and 2.1, `pbcoreInstantiation` and what is in it; PREMIS events in its extensions.
"""

import re
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from xml.etree.ElementTree import Element

from longplay.formats.sidecars.sidecar_xml import attribute, children, joined, text_of
from longplay.model.technical import Carrier, Face, TransferDevice

STANDARD: Final = "PBCore"

_ROOTS: Final = ("pbcoreCollection", "pbcoreDescriptionDocument", "pbcoreInstantiationDocument")
_INSTANTIATIONS: Final = ("pbcoreInstantiation", "pbcoreInstantiationDocument", "instantiation")
_DERIVED: Final = re.compile(r"(?i)\b(?:derived|digiti[sz]ed|transferred|dubbed|reformatted|copied|migrated)\b")
# What an annotation is about, by its type.
_SIDE: Final = re.compile(r"(?i)(?<![a-z])(?:side|face)(?![a-z]{2})")
_REEL: Final = re.compile(r"(?i)\b(?:reel|tape|disc|disk|cassette|cylinder|part)\b(?: (?:number|no|name))?\b")
_CONDITION: Final = re.compile(r"(?i)\b(?:condition|preservation|damage|deterioration)\b")
_SPEED: Final = re.compile(r"(?i)\bspeed\b")
_DEVICE: Final = re.compile(
    r"(?i)\b(?:player|playback|deck|machine|turntable|stylus|cartridge|preamp\w*|a/?d|adc|converter|interface|"
    r"encoder|software|workstation|equipment|device|transfer\w*|digiti[sz]ation|vendor|operator|engineer)\b"
)


def claims(name: str, attributes: Mapping[str, str]) -> bool:
    """Whether an element is one that a PBCore document begins with."""
    del attributes
    return name in _ROOTS


def read_pbcore(root: Element) -> Iterator[Carrier]:
    """The carriers of a document, in order; with several descriptions, each by itself."""
    if root.tag not in _ROOTS:
        return
    for description in list(root.iter("pbcoreDescriptionDocument")) or [root]:
        yield from _described(description)


def _described(description: Element) -> Iterator[Carrier]:
    """The carriers of one description or one instantiation."""
    instantiations = [one for one in description.iter() if one.tag in _INSTANTIATIONS]
    physical = [one for one in instantiations if _is_physical(one)]
    digital = [one for one in instantiations if not _is_physical(one)]
    for one, files in zip(physical, _files_of(physical, digital), strict=True):
        events = [event for part in children(one, "instantiationExtension") for event in part.iter("event")]
        if len(physical) == 1 and description is not one:
            events += _events_of_the_original(description)
        ends = (step for file in files for step in (*_devices(file), _file(file)))
        yield from _carriers(one, (*_devices(one), *map(_event, events), *ends))


def _is_physical(one: Element) -> bool:
    return any(text_of(stated) for stated in one.iter("instantiationPhysical"))


def _files_of(physical: Sequence[Element], digital: Sequence[Element]) -> Iterator[list[Element]]:
    """For each carrier the files that derive from it, perhaps by way of others, in document order."""
    by_source: defaultdict[str, list[int]] = defaultdict(list)
    for at, file in enumerate(digital):
        for name in _derived_from(file):
            by_source[name].append(at)
    for one in physical:
        names = deque(_names(one))
        found: set[int] = set()
        while names:
            for at in set(by_source.pop(names.popleft(), ())) - found:
                found.add(at)
                names.extend(_names(digital[at]))
        yield [digital[at] for at in sorted(found)]


def _names(one: Element) -> Iterator[str]:
    return filter(None, map(text_of, children(one, "instantiationIdentifier")))


def _derived_from(file: Element) -> Iterator[str]:
    for relation in children(file, "instantiationRelation"):
        if any(_DERIVED.search(text_of(kind)) for kind in children(relation, "instantiationRelationType")):
            yield from map(text_of, children(relation, "instantiationRelationIdentifier"))


def _carriers(one: Element, chain: tuple[TransferDevice, ...]) -> Iterator[Carrier]:
    """One carrier, or one for each of its reels."""
    parts = [part for part in children(one, "instantiationPart") if not _is_digital(part)]
    sides = [part for part in parts if _is_side(part)]
    reels = [part for part in parts if not _is_side(part)]
    whole = _carrier(one, sides=sides, chain=chain)
    if not reels:
        yield whole
    for reel in reels:
        yield _reel(reel, whole)


def _is_digital(part: Element) -> bool:
    return not _is_physical(part) and any(map(text_of, children(part, "instantiationDigital")))


def _carrier(one: Element, *, sides: list[Element], chain: tuple[TransferDevice, ...]) -> Carrier:
    return Carrier(
        standard=STANDARD,
        identifiers=tuple(dict.fromkeys(_identifiers(one))),
        format=joined(map(text_of, children(one, "instantiationPhysical"))),
        dimensions=tuple(dict.fromkeys(_dimensions(one))),
        speed=_speed(one),
        reel=joined(text for kind, text in _annotations(one) if _REEL.fullmatch(kind)),
        faces=(*_annotated_faces(one), *map(_face, sides)),
        condition=joined(text for kind, text in _annotations(one) if _CONDITION.search(kind)),
        chain=chain,
    )


def _reel(part: Element, whole: Carrier) -> Carrier:
    """One of several reels: what it does not state itself, the whole states for it."""
    sides = [side for side in children(part, "instantiationPart") if _is_side(side)]
    own = _carrier(part, sides=sides, chain=())
    return Carrier(
        standard=STANDARD,
        identifiers=(*whole.identifiers[:1], *own.identifiers),
        format=own.format or whole.format,
        dimensions=own.dimensions or whole.dimensions,
        speed=own.speed or whole.speed,
        reel=own.reel or _part_label(part) or None,
        faces=own.faces or whole.faces,
        condition=own.condition or whole.condition,
        chain=(*whole.chain, *_devices(part)),
    )


def _is_side(part: Element) -> bool:
    return bool(_SIDE.search(_part_label(part)))


def _part_label(part: Element) -> str:
    """What a part is called: its type, an annotation such as `Side: A`, or its first identifier."""
    annotated = (f"{kind} {text}".strip() for kind, text in _annotations(part) if _names_a_part(kind, text))
    stated = f"{attribute(part, 'partType')} {attribute(part, 'annotation')}".strip()
    return stated or next(annotated, "") or next(_names(part), "")


def _names_a_part(kind: str, text: str) -> bool:
    told = kind or text
    return bool(_SIDE.search(told) or _REEL.search(told))


def _identifiers(one: Element) -> Iterator[tuple[str, str]]:
    for element in children(one, "instantiationIdentifier", "instantiationLocation"):
        if value := text_of(element):
            kind, source = attribute(element, "annotation"), attribute(element, "source")
            default = "location" if element.tag == "instantiationLocation" else ""
            yield (f"{kind} ({source})" if kind and source else kind or source or default), value


def _dimensions(one: Element) -> Iterator[tuple[str, str]]:
    """Size, and what is stated of the standard, the generation and how the sound lies on it."""
    for element in children(one, "instantiationDimensions"):
        yield attribute(element, "annotation") or "dimensions", _with_unit(element)
    for tag, name in (
        ("instantiationStandard", "standard"),
        ("instantiationGenerations", "generation"),
        ("instantiationTracks", "tracks"),
        ("instantiationChannelConfiguration", "channel configuration"),
        ("instantiationDuration", "duration"),
    ):
        for element in children(one, tag):
            if value := text_of(element):
                yield name, value


def _with_unit(element: Element) -> str:
    return f"{text_of(element)} {attribute(element, 'unitsOfMeasure')}".strip()


def _speed(one: Element) -> str | None:
    tracks = children(one, "instantiationEssenceTrack")
    played = (_with_unit(speed) for track in tracks for speed in children(track, "essenceTrackPlaybackSpeed"))
    return joined((*played, *(text for kind, text in _annotations(one) if _SPEED.search(kind))))


def _annotations(one: Element) -> Iterator[tuple[str, str]]:
    """(what an annotation is about, its text); the first is empty when it is not stated."""
    for element in children(one, "instantiationAnnotation"):
        if text := text_of(element):
            yield attribute(element, "annotationType", "annotation"), text


def _annotated_faces(one: Element) -> Iterator[Face]:
    """Sides that an annotation of their own states, such as `Side A`: what lies on it."""
    for kind, text in _annotations(one):
        if _SIDE.fullmatch(kind):
            yield Face(label=text)
        elif _SIDE.search(kind):
            yield Face(label=kind, streams=(text,))


def _face(part: Element) -> Face:
    tracks = (_track(track) for track in children(part, "instantiationEssenceTrack"))
    streams = [track for track in tracks if track] or [*map(text_of, children(part, "instantiationTracks"))]
    return Face(label=_part_label(part), streams=tuple(filter(None, streams)))


def _track(track: Element) -> str:
    stated = (
        text_of(element) for element in children(track, "essenceTrackIdentifier", "essenceTrackAnnotation")
    )
    return ", ".join(filter(None, stated))


def _devices(one: Element) -> Iterator[TransferDevice]:
    """The devices of the transfer that annotations state, by the type they are given."""
    for kind, text in _annotations(one):
        if _DEVICE.search(kind) and not _SPEED.search(kind):
            yield TransferDevice(role=kind, name=text)


def _event(event: Element) -> TransferDevice:
    """A PREMIS event as a step: what was done, with what, and when."""
    detail = joined(text_of(child) for child in event.iter() if child.tag == "eventDetail")
    when = joined(map(text_of, children(event, "eventDateTime")))
    return TransferDevice(
        role=joined(map(text_of, children(event, "eventType"))) or "event",
        name=detail or "",
        settings=(("date", when),) if when else (),
    )


def _events_of_the_original(description: Element) -> Iterator[Element]:
    """PREMIS events of the description that are about a representation: not about one of its files."""
    extensions = list(children(description, "pbcoreExtension"))
    objects = [
        one for part in extensions for one in part.iter("object") if attribute(one, "type") == "representation"
    ]
    originals = {text_of(value) for one in objects for value in one.iter("objectIdentifierValue")}
    for part in extensions:
        for event in part.iter("event"):
            if any(text_of(value) in originals for value in event.iter("linkingObjectIdentifierValue")):
                yield event


def _file(file: Element) -> TransferDevice:
    """A digital instantiation as the end of a chain."""
    settings = (
        (name, text_of(element))
        for tag, name in (
            ("instantiationDate", "date"),
            ("instantiationDigital", "format"),
            ("instantiationStandard", "standard"),
            ("instantiationTracks", "tracks"),
            ("instantiationChannelConfiguration", "channel configuration"),
        )
        for element in children(file, tag)
    )
    return TransferDevice(
        role=joined(map(text_of, children(file, "instantiationGenerations"))) or "file",
        name=next(_names(file), ""),
        settings=tuple(pair for pair in settings if pair[1]),
    )
