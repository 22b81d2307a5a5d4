"""How well names answer a query, and the score hits are ordered by. Pure: no engine, no files.

    score = text² × log2(2 + weighted listens, whole ones)
    text  = mean closeness of the words × (1/2 + 1/2 × words asked / words of the names they stand in)
            × 3/2 where the words are the whole title, the whole name, or title and artist together

Closeness of a word is 1 where it stands as asked; 0.6 + 0.4 × letters typed / letters of the word where it is
the beginning of one, or part of a run; 1 − edits / letters where it is nearly spelt so. The engine's own BM25
only chooses who is looked at: figures of several indexes cannot be compared, and all misspellings weigh alike.

Source: docs/reference/search.md, "Order".
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from longplay.catalogue.search.asking import Term, Within
from longplay.catalogue.search.words import analysed, is_run

WHOLE: Final = 1.5
BEGUN: Final = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A term with other spellings that may stand for it.

    Attributes:
        term: as asked.
        others: words of the catalogue with their edits from it; empty unless hits ran short.
    """

    term: Term
    others: Mapping[str, int] = field(default_factory=dict)


class Name:
    """One name of an entity, as words are looked for in it."""

    __slots__ = ("named", "padded", "tokens")

    def __init__(self, text: str) -> None:
        indexed, self.named = analysed(text)
        self.tokens = set(indexed.split())
        self.padded = f" {' '.join(self.named)} "

    def closeness(self, sought: Sought) -> float:
        """Of the name's words to a term, 0 to 1; 0: it does not stand here."""
        term = sought.term
        if len(term.words) > 1:
            return 1.0 if f" {' '.join(term.words)} " in self.padded else 0.0
        (word,) = term.words
        if is_run(word):
            return max((_part(word, other) for other in self.named if word in other), default=0.0)
        if word in self.tokens:
            return 1.0
        best = 0.0
        if term.is_prefix:
            best = max((_part(word, other) for other in self.tokens if other.startswith(word)), default=0.0)
        for other, edits in sought.others.items():
            if other in self.tokens:
                best = max(best, 1.0 - edits / max(len(word), len(other)))
        return best


def _part(word: str, whole: str) -> float:
    return BEGUN + (1.0 - BEGUN) * len(word) / len(whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What an entity is called.

    Attributes:
        titles: its title, or all names of an artist; at least one.
        artist: of a release or recording, as printed; `None` where unknown, and for artists.
        is_artist: whether the titles are names of an artist.
        is_release: whether the titles are those of a release.
    """

    titles: Sequence[str]
    artist: str | None
    is_artist: bool = False
    is_release: bool = False


def text_score(sought: Sequence[Sought], names: Names) -> float:
    """How well names answer, 0 to 1.5; 0: not every term stands in them.

    A term of `release:` stands in the title of a release; of a recording it is taken as found: the engine knows
    the releases, the names do not tell.
    """
    if not sought:
        return 1.0
    artist = None if names.artist is None else Name(names.artist)
    return max(_of_title(sought, Name(title), artist, names) for title in names.titles)


def _of_title(sought: Sequence[Sought], title: Name, artist: Name | None, names: Names) -> float:
    total = asked = 0.0
    in_title = in_artist = False
    for one in sought:
        here, there = _both(one, title, artist, names)
        best = max(here, there)
        if best == 0.0:
            return 0.0
        weight = len(one.term.words)
        total += best * weight
        asked += weight
        in_title |= here >= there
        in_artist |= there > here
    count = in_title * len(title.named) + in_artist * len(artist.named if artist else ())
    text = total / asked * (0.5 + 0.5 * min(1.0, asked / max(count, 1)))
    return text * WHOLE if _is_whole(sought, title, artist) else text


def _both(one: Sought, title: Name, artist: Name | None, names: Names) -> tuple[float, float]:
    """Closeness to a term in the title and in the artist."""
    match one.term.within:
        case Within.ARTIST if names.is_artist:
            return title.closeness(one), 0.0
        case Within.ARTIST:
            return 0.0, artist.closeness(one) if artist else 0.0
        case Within.TITLE:
            return 0.0 if names.is_artist else title.closeness(one), 0.0
        case Within.RELEASE:
            return title.closeness(one) if names.is_release else float(not names.is_artist), 0.0
        case _:
            return title.closeness(one), artist.closeness(one) if artist else 0.0


def _is_whole(sought: Sequence[Sought], title: Name, artist: Name | None) -> bool:
    asked = spoken(one.term for one in sought)
    titled = set(title.named)
    return asked == titled or (artist is not None and asked in (titled | set(artist.named), set(artist.named)))


def spoken(terms: Iterable[Term]) -> set[str]:
    """All words of terms."""
    return {word for term in terms for word in term.words}


def score(text: float, listens: int) -> float:
    """What hits are ordered by; larger is better.

    Args:
        text: as `text_score` gives it.
        listens: weighted ones, 0 or more.
    """
    return text * text * math.log2(2 + listens)
