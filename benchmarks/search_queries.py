"""The mix of queries that search is measured with, drawn from a snapshot: the same ones for the same snapshot.

Recordings are drawn with log-uniform ranks, as people ask for what people listen to; those called deep
uniformly. Each class has the same number of queries:

| class | query | wanted |
|---|---|---|
| title | a whole title | that recording |
| artist and title | both, in this order | that recording |
| deep | artist and title of any recording, most of them hardly listened to | that recording |
| two words | any two words of a title and its artist | - |
| beginning | the first 2 to 4 letters of a word | - |
| one letter | the first letter of a word | - |
| word and beginning | a word and the first 1 to 3 letters of another | - |
| misspelt | artist and title, a letter of one word left out, swapped or replaced | that recording |
| stop-words | one to three of the ten most frequent words | - |
| fields | artist: with a word; a word and years; a kind and a word; title: with a phrase | - |
| no spaces | 1 to 3 neighbouring characters of a name in Han or kana | - |
| no hit | words of random letters | - |
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from longplay.catalogue.entities import Entity, EntityKind, Place
from longplay.catalogue.search.words import is_run, words
from longplay.catalogue.serving import Serving

SEED: Final = 20_260_801
_SEEN: Final = 20_000
"""Most listened recordings whose words are counted, to know the most frequent ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A query of the mix.

    Attributes:
        of: its class.
        text: what is typed.
        wanted: id of what should be found; `None` where many things answer alike.
    """

    of: str
    text: str
    wanted: str | None = None


class Mix:
    """Draws queries from a serving table."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self._random = random.Random(SEED)
        self._tracks = serving.count(EntityKind.RECORDING)
        seen: Counter[str] = Counter()
        for entity in serving.between(EntityKind.RECORDING, 0, _SEEN):
            seen.update(words(entity.title))
        self._frequent = [word for word, _ in seen.most_common(10)]

    def queries(self, each: int) -> list[Asking]:
        """So many of each class, shuffled."""
        made = [make(self) for make in _CLASSES for _ in range(each)]
        self._random.shuffle(made)
        return made

    def _any(self, *, deep: bool = False) -> Entity:
        share = self._random.random()
        rank = int(share * self._tracks) if deep else int(self._tracks**share)
        entity = self._serving.at(Place(EntityKind.RECORDING, min(self._tracks, max(1, rank))))
        assert entity is not None
        return entity if words(entity.title) else self._any(deep=deep)

    def _word(self) -> str:
        """A word that is spelt with letters."""
        while True:
            entity = self._any()
            spelt = [word for word in words(entity.title) if not is_run(word) and len(word) >= 4]
            if spelt:
                return self._random.choice(spelt)

    def title(self) -> Asking:
        entity = self._any()
        return Asking(of="title", text=_typed(entity.title), wanted=entity.id)

    def both(self) -> Asking:
        entity = self._any()
        return Asking(of="artist and title", text=_typed(f"{entity.artist} {entity.title}"), wanted=entity.id)

    def deep(self) -> Asking:
        entity = self._any(deep=True)
        return Asking(of="deep", text=_typed(f"{entity.artist} {entity.title}"), wanted=entity.id)

    def two(self) -> Asking:
        while True:
            entity = self._any()
            named = list(dict.fromkeys(words(f"{entity.artist} {entity.title}")))
            if len(named) >= 2:
                return Asking(of="two words", text=" ".join(self._random.sample(named, 2)))

    def beginning(self) -> Asking:
        return Asking(of="beginning", text=self._word()[: self._random.randint(2, 4)])

    def letter(self) -> Asking:
        return Asking(of="one letter", text=self._word()[0])

    def word_and_beginning(self) -> Asking:
        return Asking(
            of="word and beginning", text=f"{self._word()} {self._word()[: self._random.randint(1, 3)]}"
        )

    def misspelt(self) -> Asking:
        while True:
            entity = self._any()
            named = words(f"{entity.artist} {entity.title}")
            long = [
                at
                for at, word in enumerate(named)
                if len(word) >= 5 and not is_run(word) and not word.isdigit()
            ]
            if long:
                at = self._random.choice(long)
                named[at] = self._typo(named[at])
                return Asking(of="misspelt", text=" ".join(named), wanted=entity.id)

    def _typo(self, word: str) -> str:
        at = self._random.randrange(len(word) - 1)
        return self._random.choice(
            (
                word[:at] + word[at + 1 :],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
                word[:at] + self._random.choice("aeioustr") + word[at + 1 :],
            )
        )

    def frequent(self) -> Asking:
        return Asking(
            of="stop-words", text=" ".join(self._random.sample(self._frequent, self._random.randint(1, 3)))
        )

    def fields(self) -> Asking:
        entity = self._any()
        year = entity.year or 2_000
        artist = " ".join(words(entity.artist or "a"))
        phrase = " ".join(words(entity.title)[:2])
        text = self._random.choice(
            (
                f'artist:"{artist}" {self._word()[:3]}',
                f"year:{year - 2}..{year + 2} {self._word()}",
                f"year:{year} {self._random.choice(self._frequent)}",
                f"kind:artist {self._word()}",
                f'title:"{phrase}"',
            )
        )
        return Asking(of="fields", text=text)

    def unspaced(self) -> Asking:
        while True:
            entity = self._any()
            runs = [word for word in words(f"{entity.artist} {entity.title}") if is_run(word)]
            if runs:
                run = self._random.choice(runs)
                at = self._random.randrange(len(run))
                return Asking(of="no spaces", text=run[at : at + self._random.randint(1, 3)])

    def nothing(self) -> Asking:
        letters = "bcdfghjklmnpqrstvwxz"
        made = ["".join(self._random.choices(letters, k=self._random.randint(6, 10))) for _ in range(2)]
        return Asking(of="no hit", text=" ".join(made[: self._random.randint(1, 2)]))


def _typed(text: str) -> str:
    """As people type a name: no quotes, no capitals, at most so many words as are read."""
    return " ".join(words(text)[:20])


_CLASSES: Final[tuple[Callable[[Mix], Asking], ...]] = (
    *(Mix.title, Mix.both, Mix.deep, Mix.two, Mix.beginning, Mix.letter, Mix.word_and_beginning),
    *(Mix.misspelt, Mix.frequent, Mix.fields, Mix.unspaced, Mix.nothing),
)
