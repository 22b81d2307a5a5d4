"""How much speaks for a holding being a recording of the catalogue: a score with its evidence. Pure.

Pieces of evidence that could each err by itself are joined as independent ones: the score is one minus the
product of their chances to err. What contradicts takes a share of it. The weights are set by hand and held by a
list of matches that people checked; they are no probabilities, but they rise and fall as those do.

Source: docs/reference/matching.md; Fellegi and Sunter (1969), "A Theory for Record Linkage", for agreement and
disagreement weighed field by field; facts on ISRCs (reused across movements and compilations).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from longplay.catalogue.candidates import EXACT_MS, NEAR_MS, Candidate
from longplay.curation.matching.clues import ISRC, MBID, SHA256

MATCHED_FROM: Final = 0.90
"""A score from which a holding is matched, where no other recording comes near."""

REVIEW_FROM: Final = 0.50
"""A score from which a candidate is worth a person's look."""

MARGIN: Final = 0.03
"""Another recording whose score is that near makes a match doubtful."""

RARE: Final = 10
"""A title that so many recordings have at most is rare: the same playing time then says much."""

OFF_MS: Final = 10_000
"""Durations that differ by more speak against."""


class Speaks(StrEnum):
    """A piece of evidence."""

    BYTES = "bytes"
    MBID = "mbid"
    ISRC = "isrc"
    TITLE_AND_ARTIST = "title-and-artist"
    TITLE_AND_NEAR_ARTIST = "title-and-near-artist"
    PLAIN_TITLE_AND_ARTIST = "plain-title-and-artist"
    TITLE = "title"
    ARTIST = "artist"
    EXACT_DURATION = "exact-duration"
    DURATION = "duration"
    NEAR_DURATION = "near-duration"
    OTHER_DURATION = "other-duration"
    OTHER_TITLE = "other-title"
    OTHER_ARTIST = "other-artist"
    OTHER_VERSION = "other-version"


WEIGHTS: Final = {
    Speaks.BYTES: 0.999,
    Speaks.MBID: 0.95,
    Speaks.ISRC: 0.80,
    Speaks.TITLE_AND_ARTIST: 0.75,
    Speaks.TITLE_AND_NEAR_ARTIST: 0.65,
    Speaks.PLAIN_TITLE_AND_ARTIST: 0.45,
    Speaks.TITLE: 0.40,
    Speaks.ARTIST: 0.35,
    Speaks.EXACT_DURATION: 0.90,
    Speaks.DURATION: 0.70,
    Speaks.NEAR_DURATION: 0.30,
}
"""How sure each alone makes, 0 to 1."""

AGAINST: Final = {
    Speaks.OTHER_DURATION: 0.55,
    Speaks.OTHER_TITLE: 0.8,
    Speaks.OTHER_ARTIST: 0.7,
    Speaks.OTHER_VERSION: 0.5,
}
"""What each that speaks against leaves of a score."""

_VERSIONS = re.compile(
    r"\b(live|remix|mix|instrumental|acoustic|demo|karaoke|a ?cappella|edit|extended|orchestral|unplugged|dub"
    r"|loop|reprise|cover|version)\b",
    re.IGNORECASE,
)
"""Words that make another recording of a title."""

_SCHEMES: Final = {SHA256: Speaks.BYTES, MBID: Speaks.MBID, ISRC: Speaks.ISRC}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What speaks for and against one recording being that of a group of holdings.

    Attributes:
        rank, id: of the recording.
        speaks: each once, in the order of `Speaks`.
        off_ms: the smallest difference of durations, unsigned; `None` where none is known.
        holdings: content ids of the manifestations that name it by MBID, sorted.
        score: 0 to 1, rounded to three places.
    """

    rank: int
    id: str
    speaks: tuple[Speaks, ...]
    off_ms: int | None
    holdings: tuple[str, ...]
    score: float


def weigh(found: Sequence[Candidate]) -> Evidence:
    """The evidence that all manifestations of one recording bring together for one candidate.

    Args:
        found: candidates of one group and one recording, at least one.
    """
    speaks = {one for candidate in found for one in _for(candidate)}
    speaks |= _against(found)
    offs = [abs(one.off_ms) for one in found if one.off_ms is not None]
    first = found[0]
    return Evidence(
        rank=first.rank,
        id=first.id,
        speaks=tuple(one for one in Speaks if one in speaks),
        off_ms=min(offs, default=None),
        holdings=tuple(sorted(one.holding for one in found if MBID in one.schemes)),
        score=_score(speaks),
    )


def _for(candidate: Candidate) -> set[Speaks]:
    speaks = {_SCHEMES[scheme] for scheme in candidate.schemes if scheme in _SCHEMES}
    if candidate.is_title and candidate.is_artist:
        speaks.add(Speaks.TITLE_AND_ARTIST)
    elif candidate.is_title and candidate.is_near_artist:
        speaks.add(Speaks.TITLE_AND_NEAR_ARTIST)
    elif candidate.is_title:
        speaks.add(Speaks.TITLE)
    elif candidate.is_plain_title and candidate.is_near_artist:
        speaks.add(Speaks.PLAIN_TITLE_AND_ARTIST)
    elif candidate.is_artist:
        speaks.add(Speaks.ARTIST)
    if candidate.off_ms is not None:
        if abs(candidate.off_ms) <= EXACT_MS and candidate.alike <= RARE:
            speaks.add(Speaks.EXACT_DURATION)
        elif abs(candidate.off_ms) <= NEAR_MS:
            speaks.add(Speaks.DURATION)
        elif abs(candidate.off_ms) <= OFF_MS:
            speaks.add(Speaks.NEAR_DURATION)
    return speaks


def _against(found: Sequence[Candidate]) -> set[Speaks]:
    """What speaks against: said only where no manifestation says otherwise."""
    speaks: set[Speaks] = set()
    offs = [abs(one.off_ms) for one in found if one.off_ms is not None]
    if offs and min(offs) > OFF_MS:
        speaks.add(Speaks.OTHER_DURATION)
    named = [one for one in found if one.titles]
    if named and not any(one.is_plain_title or one.is_title for one in named):
        speaks.add(Speaks.OTHER_TITLE)
    if any(one.has_artists for one in named) and not any(one.is_artist or one.is_near_artist for one in named):
        speaks.add(Speaks.OTHER_ARTIST)
    if named and not any(one.is_title for one in named):
        theirs = _versions(found[0].title)
        if all(_versions(title) != theirs for one in named for title in one.titles):
            speaks.add(Speaks.OTHER_VERSION)
    return speaks


def _versions(title: str) -> frozenset[str]:
    return frozenset(word.casefold().replace(" ", "") for word in _VERSIONS.findall(title))


def _score(speaks: set[Speaks]) -> float:
    """One minus the product of the chances to err; a stronger statement of the same counts, not both."""
    names = max((WEIGHTS[one] for one in speaks & _NAMES), default=0.0)
    times = max((WEIGHTS[one] for one in speaks & _TIMES), default=0.0)
    err = (1 - names) * (1 - times)
    for one in speaks & _IDENTIFIERS:
        err *= 1 - WEIGHTS[one]
    left = 1 - err
    if not speaks & (_NAMES | _IDENTIFIERS):
        left = 0.0
    if Speaks.BYTES not in speaks:
        for one in speaks & AGAINST.keys():
            left *= AGAINST[one]
    return round(left, 3)


_IDENTIFIERS: Final = {Speaks.BYTES, Speaks.MBID, Speaks.ISRC}
_NAMES: Final = {
    Speaks.TITLE_AND_ARTIST,
    Speaks.TITLE_AND_NEAR_ARTIST,
    Speaks.PLAIN_TITLE_AND_ARTIST,
    Speaks.TITLE,
    Speaks.ARTIST,
}
_TIMES: Final = {Speaks.EXACT_DURATION, Speaks.DURATION, Speaks.NEAR_DURATION}
