"""What a holding says of itself: identifiers, names and playing time, as a catalogue can be asked for them.

Source: MusicBrainz Picard, "Tag Mapping" (names of the tags); ISO 3901 (ISRC).
"""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from longplay.formats.isrc import TAGS as ISRC_TAGS
from longplay.formats.isrc import read_isrc
from longplay.formats.paths import path_from_text
from longplay.model.digests import ContentId
from longplay.model.holdings import Holding

MBID: Final = "musicbrainz"
ISRC: Final = "isrc"
SHA256: Final = "sha256"
"""Schemes of identifiers, as the catalogue's table `identifier` has them."""

_MBID_KEYS: Final = frozenset(
    {
        "musicbrainz_trackid",
        "ufid:http://musicbrainz.org",
        "----:com.apple.itunes:musicbrainz track id",
        "musicbrainz/track id",
        "mbid",
        "recording_mbid",
    }
)
"""Tags that hold the MBID of the *recording*, whatever they are called."""

_NUMBERED = re.compile(r"^(?:\d{1,2}[-.])?\d{1,3}(?:[ ._-]+)(?=\D)")
"""A track number, or disc and track, in front of a name."""

_HYPHEN = re.compile(r"\s+[-\u2013\u2014]\s+")

_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}$")

NAMES_LIMIT: Final = 20
"""No more names of one holding are looked up."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Name:
    """What it may be called.

    Attributes:
        artist: `""` where nobody says.
        title: never empty.
    """

    artist: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """What a holding says of itself.

    Attributes:
        content_id: which.
        identifiers: (scheme, value) of the recording, each once, sorted; its content id is one.
        names: each once, sorted.
        is_named: whether tags or a depositor name it; else the names are those of its files.
        duration_ms: as decoded; `None` where nothing could be.
    """

    content_id: ContentId
    identifiers: tuple[tuple[str, str], ...]
    names: tuple[Name, ...]
    is_named: bool
    duration_ms: int | None


def clues_of(holding: Holding) -> Clues:
    """What its tags and its depositor say, and where neither names it, the name of its file."""
    stated = dict.fromkeys(_stated(holding))
    identifiers = {(SHA256, str(holding.content_id)), *_identifiers(holding)}
    names = dict.fromkeys(name for artist, title in stated for name in _readings(artist, title))
    is_named = bool(names)
    if not names:
        names = dict.fromkeys(name for place in holding.provenances for name in _of_file(holding, place.path))
    duration = round(holding.audio.duration)
    return Clues(
        content_id=holding.content_id,
        identifiers=tuple(sorted(identifiers)),
        names=tuple(sorted(list(names)[:NAMES_LIMIT])),
        is_named=is_named,
        duration_ms=duration if duration > 0 else None,
    )


def _identifiers(holding: Holding) -> Iterator[tuple[str, str]]:
    given = (pair for place in holding.provenances for pair in place.given)
    tagged = ((key, value) for key, values in holding.tags.tags for value in values)
    for key, value in (*tagged, *given):
        name = key.casefold()
        if name in _MBID_KEYS and (mbid := _mbid(value)):
            yield MBID, mbid
        elif name in ISRC_TAGS:
            yield from ((ISRC, code) for part in re.split(r"[/;,\n]", value) if (code := read_isrc(part)))


def _mbid(text: str) -> str | None:
    """A UUID in the usual spelling, also at the end of a URL; `None` where there is none."""
    try:
        return str(uuid.UUID(text.strip().rpartition("/")[2]))
    except ValueError:
        return None


def _stated(holding: Holding) -> Iterator[tuple[str, str]]:
    """(artist, title) as depositors and tags say; artist `""` where it is not said."""
    for place in holding.provenances:
        given = dict(place.given)
        if title := given.get("title", "").strip():
            yield (given.get("artist") or holding.tags.artist or "").strip(), title
    if title := (holding.tags.title or "").strip():
        yield (holding.described("artist") or "").strip(), title
        if holding.tags.artist:
            yield holding.tags.artist.strip(), title


def _readings(artist: str, title: str) -> Iterator[Name]:
    """A stated name; where no artist is stated, also what stands before a hyphen as one."""
    yield Name(artist=artist, title=title)
    parts = _HYPHEN.split(title, maxsplit=1)
    if len(parts) == 2 and all(part.strip() for part in parts):
        if not artist and any(char.isalpha() for char in parts[0]):
            yield Name(artist=parts[0].strip(), title=parts[1].strip())
        elif parts[0].strip().casefold() == artist.casefold():
            yield Name(artist=artist, title=parts[1].strip())


def _of_file(holding: Holding, path: str) -> Iterator[Name]:
    """Names that a file's own name may hold, with and without a number in front."""
    name = path_from_text(path).decode("utf-8", "replace").rpartition("/")[2]
    stem = _SUFFIX.sub("", name).replace("_", " ").replace("\0", "").strip()
    artist = (holding.described("artist") or "").strip()
    for title in dict.fromkeys((_NUMBERED.sub("", stem).strip(), stem)):
        if title:
            yield from _readings(artist, title)
