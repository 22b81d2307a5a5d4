"""DDEX Electronic Release Notification: which deals a message states for which recording.

Read are `NewReleaseMessage`s of ERN 3.8 and 4. A recording is known by its ISRC; deals are made about releases,
and reach a recording through the release's resource references. Nothing is judged here: `ddex_deals` says what
a deal comes to.

Source: DDEX ERN 3.8.2, 4.1, 4.2 and 4.3; AVS. Elements are taken by local name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import Element, tostring

from longplay.errors import MalformedInput
from longplay.formats.isrc import Isrc, read_isrc
from longplay.formats.sidecars.sidecar_xml import children, parse, text_of

KIND: Final = "DDEX message"

LENGTH_LIMIT: Final = 16 << 20
"""A longer message is malformed, bytes."""

ELEMENT_LIMIT: Final = 400_000
"""A message with more elements is malformed."""

DEALS_LIMIT: Final = 100_000
"""A message that states more deals, each counted for each of its recordings, is malformed."""

VERSIONS: Final = frozenset({"38", "381", "382", "383", "41", "411", "42", "43", "431", "432"})
"""Versions that are read, as their namespaces spell them."""

_VERSION = re.compile(r"(?:^|/)ern(?:-main)?/([0-9]{2,3})(?![0-9])")
_TEXT_LIMIT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """One `Deal` of one release.

    Attributes:
        terms: its `DealTerms`.
        unread: names of elements beside the terms that narrow the deal in a way nobody here understands.
        words: the whole deal as XML, without namespaces and outer blanks: the evidence.
    """

    terms: Element
    unread: tuple[str, ...]
    words: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingDeals:
    """What a message states about one recording.

    Attributes:
        isrc: which.
        deals: of every release it is on, in the order of the message, each once.
        is_released: whether any release of the message holds it.
    """

    isrc: Isrc
    deals: tuple[Deal, ...]
    is_released: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A `NewReleaseMessage`.

    Attributes:
        version: as its namespace spells it, such as `382` or `43`.
        sender: the sender's party id (DPID), capitals and digits.
        id: the sender's name for the message.
        created: when it was made; without an offset it is taken as UTC.
        is_test: whether it is marked as a test.
        recordings: in the order of the message, each ISRC once.
        unnamed: sound recordings without an ISRC.
    """

    version: str
    sender: str
    id: str
    created: datetime
    is_test: bool
    recordings: tuple[RecordingDeals, ...]
    unnamed: int

    @property
    def is_ern_4(self) -> bool:
        """Whether a release without a deal is thereby taken down: ERN 4 has no `TakeDown`."""
        return self.version.startswith("4")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMessage:
    """A `NewReleaseMessage` of which only the header is read.

    Attributes:
        root: its tree, names without namespaces.
        version, sender, id, is_test: as in `Message`.
    """

    root: Element
    version: str
    sender: str
    id: str
    is_test: bool


def open_message(data: bytes) -> OpenMessage:
    """A message, for readers of what it says beside its deals.

    Raises:
        MalformedInput: no XML, another message or version, no sender, or too long.
    """
    root = _root(data)
    header = _child(root, "MessageHeader")
    return OpenMessage(
        root=root,
        version=_version(root),
        sender=_sender(header),
        id=text_of(_child(header, "MessageId"))[:_TEXT_LIMIT],
        is_test=text_of(_child(header, "MessageControlType")) == "TestMessage",
    )


def read_message(data: bytes) -> Message:
    """A message.

    Raises:
        MalformedInput: no XML, another message or version, no sender or time, or too long.
    """
    opened = open_message(data)
    recordings, unnamed = _recordings(opened.root)
    return Message(
        version=opened.version,
        sender=opened.sender,
        id=opened.id,
        created=_created(_child(opened.root, "MessageHeader")),
        is_test=opened.is_test,
        recordings=recordings,
        unnamed=unnamed,
    )


def _root(data: bytes) -> Element:
    parsed = parse(data, claims=lambda *_: False, length_limit=LENGTH_LIMIT, element_limit=ELEMENT_LIMIT)
    if parsed.root is None:
        raise MalformedInput(KIND, parsed.failure or "it is no XML")
    if parsed.root.tag != "NewReleaseMessage":
        raise MalformedInput(KIND, f"{parsed.root.tag[:_TEXT_LIMIT]!r} is not read, only NewReleaseMessage")
    return parsed.root


def _version(root: Element) -> str:
    found = {match[1] for value in root.attrib.values() for match in _VERSION.finditer(value[:2_000])}
    if len(found) != 1 or not found <= VERSIONS:
        stated = ", ".join(sorted(found)) or "none"
        raise MalformedInput(KIND, f"the version of ERN it states is {stated}, not one of 3.8 or 4.1 to 4.3")
    return found.pop()


def _sender(header: Element | None) -> str:
    party = _child(header, "MessageSender")
    ids = [text_of(one) for one in children(party, "PartyId")] if party is not None else []
    sender = re.sub(r"[^A-Z0-9]", "", ids[0].upper()) if ids else ""
    if not sender or len(sender) > _TEXT_LIMIT:
        raise MalformedInput(KIND, "no PartyId of its MessageSender")
    return sender


def _created(header: Element | None) -> datetime:
    text = text_of(_child(header, "MessageCreatedDateTime"))
    try:
        stated = datetime.fromisoformat(text)
        return (stated if stated.tzinfo else stated.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        raise MalformedInput(KIND, f"MessageCreatedDateTime {text[:40]!r} is no time") from exc


def _child(element: Element | None, name: str) -> Element | None:
    return next(children(element, name), None) if element is not None else None


def _recordings(root: Element) -> tuple[tuple[RecordingDeals, ...], int]:
    isrcs, unnamed = _isrcs_by_reference(root)
    deals = _deals_by_release(root)
    found: dict[Isrc, dict[int, Deal]] = {isrc: {} for several in isrcs.values() for isrc in several}
    released: set[Isrc] = set()
    room = DEALS_LIMIT
    for references, resources in _releases(root):
        reached = [deal for one in references for deal in deals.get(one, ())]
        for isrc in dict.fromkeys(isrc for one in resources for isrc in isrcs.get(one, ())):
            released.add(isrc)
            room -= len(reached)
            if room < 0:
                raise MalformedInput(KIND, f"it states more than {DEALS_LIMIT} deals")
            found[isrc].update((id(deal), deal) for deal in reached)
    stated = (
        RecordingDeals(isrc=isrc, deals=tuple(made.values()), is_released=isrc in released)
        for isrc, made in found.items()
    )
    return tuple(stated), unnamed


def _isrcs_by_reference(root: Element) -> tuple[dict[str, tuple[Isrc, ...]], int]:
    """The ISRCs of each sound recording by its `ResourceReference`, and how many have none."""
    found: dict[str, tuple[Isrc, ...]] = {}
    unnamed = 0
    for listing in children(root, "ResourceList"):
        for recording in children(listing, "SoundRecording"):
            isrcs = isrcs_of(recording)
            unnamed += not isrcs
            for reference in children(recording, "ResourceReference"):
                found[text_of(reference)] = isrcs
    return found, unnamed


def isrcs_of(recording: Element) -> tuple[Isrc, ...]:
    """The ISRCs of a `SoundRecording`, of its editions too, each once, in order."""
    return tuple(dict.fromkeys(_isrcs(recording)))


def _isrcs(recording: Element) -> Iterator[Isrc]:
    editions = children(recording, "SoundRecordingEdition")
    for holder in (recording, *editions):
        for names in children(holder, "SoundRecordingId", "ResourceId"):
            for stated in children(names, "ISRC"):
                isrc = read_isrc(text_of(stated))
                if isrc is not None:
                    yield isrc


def _releases(root: Element) -> Iterator[tuple[list[str], list[str]]]:
    """The references of each release, and those of the resources on it."""
    for listing in children(root, "ReleaseList"):
        for release in children(listing, "Release", "TrackRelease"):
            references = [text_of(one) for one in children(release, "ReleaseReference")]
            resources = [text_of(one) for one in release.iter("ReleaseResourceReference")]
            yield references, list(dict.fromkeys(resources))


def _deals_by_release(root: Element) -> dict[str, list[Deal]]:
    found: dict[str, list[Deal]] = {}
    for listing in children(root, "DealList"):
        for group in children(listing, "ReleaseDeal"):
            deals = [_deal(one) for one in children(group, "Deal")]
            for reference in dict.fromkeys(text_of(one) for one in children(group, "DealReleaseReference")):
                found.setdefault(reference, []).extend(deals)
    return found


def _deal(deal: Element) -> Deal:
    terms = list(children(deal, "DealTerms"))
    unread = [child.tag for child in deal if child.tag not in {"DealReference", "DealTerms"}]
    unread += ["several DealTerms"] if len(terms) > 1 else []
    deal.tail = None
    return Deal(
        terms=terms[0] if terms else Element("DealTerms"),
        unread=tuple(dict.fromkeys(unread)),
        words=tostring(deal, encoding="unicode").encode("utf-8", "replace"),
    )
