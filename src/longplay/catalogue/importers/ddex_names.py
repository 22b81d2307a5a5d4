"""How DDEX messages name things: titles, artists, labels and genres, in both generations of ERN.

ERN 3.8 writes names into each resource, by territory; ERN 4 keeps them in one list of parties. It adds no rows.

Source: DDEX ERN 3.8.2 and 4.3; ISO 27729 (ISNI).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element

from longplay.catalogue.sources.texts import TEXT_LIMIT
from longplay.formats.sidecars.sidecar_xml import children, text_of

_DETAILS: Final = (
    "SoundRecordingDetailsByTerritory",
    "ReleaseDetailsByTerritory",
)
_ISNI: Final = re.compile(r"[0-9]{15}[0-9X]")
_FEATURED: Final = "FeaturedArtist"
_NAME_LIMIT: Final = 1_000  # characters: one long name may be credited on every recording of a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An artist or a label.

    Attributes:
        name: in full, as written; `""` when it has none.
        isni: sixteen characters; `None` when none is stated.
    """

    name: str
    isni: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Who is displayed as the artist.

    Attributes:
        text: as displayed; `None` when nobody is named.
        ids: ISNIs, in order of credit.
    """

    text: str | None
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """The parties of one message.

    Attributes:
        listed: of ERN 4, by `PartyReference`.
        met: artists that were credited and have an ISNI, by it; it grows as credits are read.
    """

    listed: dict[str, Party]
    met: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Element) -> "Names":
        """Those of a message's tree."""
        return cls(dict(_listed(root)))

    @staticmethod
    def details(element: Element) -> Element | None:
        """The part of a resource or release that holds worldwide, else the first; `None` in ERN 4."""
        parts = list(children(element, *_DETAILS))
        whole = (
            one for one in parts if any(text_of(code) == "Worldwide" for code in one.iter("TerritoryCode"))
        )
        return next(whole, next(iter(parts), None))

    def credit(self, element: Element) -> Credit:
        """The artists of a resource or release."""
        details = self.details(element)
        holders = [one for one in (details, element) if one is not None]
        displayed = [one for holder in holders for one in _in_order(holder, "DisplayArtist")]
        parties = [self._party(one) for one in displayed]
        self.met.update((one.isni, one.name) for one in parties if one.isni and one.name)
        whole = (text_of(one) for holder in holders for one in children(holder, "DisplayArtistName"))
        text = next(filter(None, whole), None) or _joined(displayed, parties)
        ids = tuple(dict.fromkeys(one.isni for one in parties if one.isni and one.name))
        return Credit(text=text, ids=ids)

    def label(self, element: Element) -> str | None:
        """The first label a release names."""
        details = self.details(element)
        for holder in (details, element):
            for one in children(holder, "LabelName", "ReleaseLabelReference") if holder is not None else ():
                text = text_of(one)
                party = self.listed.get(text) if one.tag == "ReleaseLabelReference" else None
                name = party.name if party else text if one.tag == "LabelName" else ""
                if name:
                    return name
        return None

    def artists(self) -> Iterator[dict[str, object]]:
        """Rows of `artist` of those that were credited so far and have an ISNI."""
        for isni, name in self.met.items():
            yield {"id": isni, "name": name, "identifiers": [f"isni:{isni}"]}

    def _party(self, displayed: Element) -> Party:
        for reference in children(displayed, "ArtistPartyReference"):
            return self.listed.get(text_of(reference), Party(name="", isni=None))
        return _party(displayed)


def _listed(root: Element) -> Iterator[tuple[str, Party]]:
    for listing in children(root, "PartyList"):
        for party in children(listing, "Party"):
            for reference in children(party, "PartyReference"):
                yield text_of(reference), _party(party)


def _party(element: Element) -> Party:
    names = (text_of(one) for holder in children(element, "PartyName") for one in children(holder, "FullName"))
    return Party(name=next(filter(None, names), "")[:_NAME_LIMIT], isni=next(_isnis(element), None))


def _isnis(element: Element) -> Iterator[str]:
    """ERN 4 has an element for it; ERN 3.8 marks the id of the party."""
    for holder in children(element, "PartyId"):
        stated = list(children(holder, "ISNI"))
        stated += [holder] if holder.get("IsISNI") == "true" else []
        for one in stated:
            isni = re.sub(r"[^0-9X]", "", text_of(one).upper())
            if _ISNI.fullmatch(isni):
                yield isni


def _in_order(holder: Element, name: str) -> list[Element]:
    """By their `SequenceNumber`; those without one go last, as they stand."""
    return sorted(children(holder, name), key=lambda one: _sequence(one.get("SequenceNumber", "")))


def _sequence(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else 1_000_000


def _joined(displayed: list[Element], parties: list[Party]) -> str | None:
    """Main artists, then those who are featured."""
    main: list[str] = []
    featured: list[str] = []
    for element, party in zip(displayed, parties, strict=True):
        roles = {text_of(one) for one in children(element, "ArtistRole", "DisplayArtistRole")}
        (featured if _FEATURED in roles else main).append(party.name)
    texts = (", ".join(dict.fromkeys(filter(None, names))) for names in (main, featured))
    return " feat. ".join(filter(None, texts))[:TEXT_LIMIT] or None


def title_of(element: Element) -> str:
    """The title of a resource or release with its version, as in `Song (Live)`; `""` when it has none."""
    for text in children(element, "DisplayTitleText"):
        if text_of(text):
            return text_of(text)
    details = Names.details(element)
    holders = [*children(element, "DisplayTitle", "ReferenceTitle")]
    for one in (element, details):
        holders += list(children(one, "Title")) if one is not None else []
    return next(filter(None, map(_whole_title, holders)), "")


def _whole_title(holder: Element) -> str:
    title = next((text_of(one) for one in children(holder, "TitleText")), "")
    version = next((text_of(one) for one in children(holder, "SubTitle")), "")
    if not title or not version or version.casefold() in title.casefold():
        return title
    return f"{title} {version}" if version.startswith(("(", "[")) else f"{title} ({version})"


def genres(element: Element) -> list[str]:
    """Genres and what lies below them, lower case, each once."""
    details = Names.details(element)
    holders = [one for one in (element, details) if one is not None]
    found = (
        text_of(text).lower()
        for holder in holders
        for genre in children(holder, "Genre")
        for text in children(genre, "GenreText", "SubGenre")
    )
    return list(dict.fromkeys(filter(None, found)))
