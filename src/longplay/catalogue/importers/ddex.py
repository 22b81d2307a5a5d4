"""DDEX Electronic Release Notifications: the recordings and releases a message tells of.

Its deals are no part of the catalogue: `formats.ddex` reads them for the rights gate. Videos, images, releases
of one track, which repeat what the recording says, and messages that are marked as tests leave no rows.

Source: DDEX ERN 3.8, 4.1, 4.2 and 4.3, `NewReleaseMessage`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Final
from xml.etree.ElementTree import Element

from longplay.catalogue.importers.ddex_names import Names, genres, title_of
from longplay.catalogue.importers.playing_times import of_period
from longplay.catalogue.sources.importer import Importer
from longplay.catalogue.sources.rows import Rows
from longplay.catalogue.sources.streams import Member, reading
from longplay.catalogue.sources.tables import SourceTable
from longplay.errors import MalformedInput
from longplay.formats.ddex import LENGTH_LIMIT, OpenMessage, isrcs_of, open_message
from longplay.formats.iswc import read_iswc
from longplay.formats.sidecars.sidecar_xml import children, text_of

_Row = dict[str, object]

KIND: Final = "ddex"

TRACKS_LIMIT: Final = 32_767
"""A release with more tracks, or more discs, is malformed."""

_HEAD: Final = 65_536
_CREATED: Final = re.compile(rb"<(?:[\w.-]{1,40}:)?MessageCreatedDateTime>\s*([0-9]{4}-[0-9]{2}-[0-9]{2})T")
_YEAR: Final = re.compile(r"([0-9]{4})(?:-[0-9-]*)?(?:T.*)?")
_FIRST_DATES: Final = ("FirstPublicationDate", "OriginalResourceReleaseDate")
_RELEASE_DATES: Final = (
    "GlobalOriginalReleaseDate",
    "OriginalReleaseDate",
    "GlobalReleaseDate",
    "ReleaseDate",
)


def cut(member: Member) -> Iterator[bytes]:
    """The one message of an XML file; of a message that is too long as much as shows that it is."""
    path = PurePosixPath(member.name)
    if path.name.startswith(".") or path.suffix.lower() != ".xml":
        return
    with reading(KIND):
        message = member.stream.read(LENGTH_LIMIT + 1)
    if message:
        yield message


def read(raw: bytes, rows: Rows) -> None:
    """Rows of one message.

    Raises:
        MalformedInput: it is none, of a version that is not read, or has no sender or id.
    """
    message = open_message(raw)
    if not message.id:
        raise MalformedInput(KIND, "no MessageId")
    if message.is_test:
        return
    names = Names.of(message.root)
    recordings = _recordings(message, names)
    releases = list(_releases(message, names, recordings))
    for row in names.artists():
        rows.add(SourceTable.ARTIST, row)
    for row in _each_once(recordings.values()):
        rows.add(SourceTable.RECORDING, row)
    for release, tracks in releases:
        rows.add(SourceTable.RELEASE, release)
        for track in tracks:
            rows.add(SourceTable.TRACK, track)


def _each_once(recordings: Iterable[_Row]) -> Iterator[_Row]:
    """The first of each id: two resources may be one recording."""
    known: set[object] = set()
    for row in recordings:
        if row["id"] not in known:
            known.add(row["id"])
            yield row


def _recordings(message: OpenMessage, names: Names) -> dict[str, _Row]:
    """Rows of `recording` by `ResourceReference`; those without a title or an id are left out."""
    found: dict[str, _Row] = {}
    for listing in children(message.root, "ResourceList"):
        for element in children(listing, "SoundRecording"):
            reference = _first(element, "ResourceReference")
            row = _recording(message, names, element, reference)
            if row["title"] and row["id"]:
                found.setdefault(reference or str(row["id"]), row)
    return found


def _recording(message: OpenMessage, names: Names, element: Element, reference: str) -> _Row:
    isrcs = isrcs_of(element)
    credit = names.credit(element)
    local = f"{message.sender}:{message.id}:{reference}" if reference else None
    return {
        "id": isrcs[0] if isrcs else local,
        "title": title_of(element),
        "artist_credit": credit.text,
        "artist_ids": credit.ids,
        "duration_ms": of_period(_first(element, "Duration")),
        "isrcs": isrcs,
        "iswcs": list(dict.fromkeys(_iswcs(element))),
        "year": _year(element),
        "genres": genres(element),
    }


def _first(element: Element, *names: str) -> str:
    """What the first of these children that says something says, the first name first."""
    texts = (text_of(child) for name in names for child in children(element, name))
    return next(filter(None, texts), "")


def _iswcs(element: Element) -> Iterator[str]:
    codes = (read_iswc(text_of(stated)) for stated in element.iter("ISWC"))
    yield from filter(None, codes)


def _year(element: Element) -> int | None:
    """Of first publication. The year of the ℗ line is not it: a remaster has its own."""
    match = _YEAR.fullmatch(_first(element, *_FIRST_DATES)[:40])
    return int(match[1]) if match and 1_000 <= int(match[1]) <= 2_200 else None


def _releases(
    message: OpenMessage, names: Names, recordings: dict[str, _Row]
) -> Iterator[tuple[_Row, list[_Row]]]:
    """The row of each release with a title, once, and those of its tracks."""
    known: set[object] = set()
    for listing in children(message.root, "ReleaseList"):
        for element in children(listing, "Release"):
            row = None if _is_of_track(element) else _release(message, names, element)
            if row is None or not row["title"] or not row["id"] or row["id"] in known:
                continue
            known.add(row["id"])
            yield row, list(_tracks(element, row["id"], recordings))


def _is_of_track(element: Element) -> bool:
    """ERN 3.8 writes a release of each track beside that of the album; ERN 4 calls it `TrackRelease`."""
    return any(text_of(one) == "TrackRelease" for one in children(element, "ReleaseType"))


def _release(message: OpenMessage, names: Names, element: Element) -> _Row:
    ids = [one for holder in children(element, "ReleaseId") for one in holder]
    barcodes = (re.sub(r"[^0-9]", "", text_of(one)) for one in ids if one.tag == "ICPN")
    barcode = next((digits for digits in barcodes if 8 <= len(digits) <= 14), None)
    grids = [re.sub(r"[^A-Z0-9]", "", text_of(one).upper()) for one in ids if one.tag == "GRid"]
    reference = _first(element, "ReleaseReference")
    credit = names.credit(element)
    details = names.details(element)
    dates = (_first(holder, *_RELEASE_DATES) for holder in (element, details) if holder is not None)
    return {
        "id": barcode or (f"{message.sender}:{message.id}:{reference}" if reference else None),
        "title": title_of(element),
        "artist_credit": credit.text,
        "artist_ids": credit.ids,
        "date": next(filter(None, dates), "").partition("T")[0],
        "label": names.label(element),
        "barcode": barcode,
        "genres": genres(element),
        "identifiers": [f"grid:{one}" for one in dict.fromkeys(grids) if len(one) == 18],
    }


def _tracks(element: Element, release: object, recordings: dict[str, _Row]) -> Iterator[_Row]:
    media = [[one for one in medium if one in recordings] for medium in _media(element)]
    heard = [medium for medium in media if medium]
    if not heard:
        stated = dict.fromkeys(text_of(one) for one in element.iter("ReleaseResourceReference"))
        heard = [[one for one in stated if one in recordings]]
    if max(len(heard), *map(len, heard), 0) > TRACKS_LIMIT:
        raise MalformedInput(KIND, f"a release of more than {TRACKS_LIMIT} discs or tracks")
    for number, medium in enumerate(heard, 1):
        for position, reference in enumerate(medium, 1):
            recording = recordings[reference]["id"]
            yield {"release_id": release, "recording_id": recording, "medium": number, "position": position}


def _media(element: Element) -> Iterator[list[str]]:
    """The references of each disc: a group in the group of all, but for the parts of one work."""
    details = Names.details(element)
    holders = [element] if details is None else [element, details]
    for holder in holders:
        for top in children(holder, "ResourceGroup"):
            discs = [one for one in children(top, "ResourceGroup") if not _is_work(one)]
            if discs:
                yield [reference for item in _items(top, deep=False) for reference in item.references]
            for disc in discs or [top]:
                yield [reference for item in _items(disc, deep=True) for reference in item.references]


def _is_work(group: Element) -> bool:
    return group.get("ResourceGroupType") == "MultiWorkPart"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """What stands at one place of a group; the place is 0 where none is stated."""

    sequence: int
    references: tuple[str, ...]


def _items(group: Element, *, deep: bool) -> list[_Item]:
    """In the order their numbers state where each of one group has its own, else as they stand."""
    found = group.iter("ResourceGroupContentItem") if deep else children(group, "ResourceGroupContentItem")
    items = [
        _Item(
            sequence=_number(_first(one, "SequenceNumber")),
            references=tuple(text_of(reference) for reference in children(one, "ReleaseResourceReference")),
        )
        for one in found
    ]
    numbers = {one.sequence for one in items}
    is_numbered = len(numbers) == len(items) and 0 not in numbers
    return sorted(items, key=lambda one: one.sequence) if is_numbered else items


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else 0


def day(member: Member) -> date | None:
    """The day the message was made, where the file can be looked into before it is read."""
    if member.path is None:
        return None
    with member.path.open("rb") as file:
        match = _CREATED.search(file.read(_HEAD))
    try:
        return date.fromisoformat(match[1].decode("ascii")) if match else None
    except ValueError:
        return None


IMPORTER: Final = Importer(
    kind=KIND,
    source="ddex",
    licences={},
    cut=cut,
    read=read,
    day=day,
)
"""Messages as labels send them; what they may be used for stands in contracts, not in them."""
