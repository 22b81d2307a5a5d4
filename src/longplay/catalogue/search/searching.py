"""The use case: search a snapshot.

An id or another identifier is looked up. Else every tier is asked whether the words are the whole of a name,
which is cheap; then the tiers are asked for names that hold all words, the most popular tier first, until there
are enough hits; and where there are hardly any, again with words of nearly that spelling. What a tier offers is
measured and ordered as `scoring` says.

Source: docs/reference/search.md.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, product
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from longplay.catalogue.entities import Entity, EntityKind
from longplay.catalogue.identifiers import ID
from longplay.catalogue.search.asking import Asked, Term, Within, ask
from longplay.catalogue.search.indexing import (
    HEAD_NAME,
    OWN_FOLDER,
    TAIL,
    WORDS,
    OwnRecording,
    own_entity,
    own_rows,
    place_of,
)
from longplay.catalogue.search.scoring import Names, Sought, score, spoken, text_score
from longplay.catalogue.search.spelling import EDITS, Spelling
from longplay.catalogue.search.tier_queries import OpenTier
from longplay.catalogue.search.tiers import OWN, UNIT
from longplay.catalogue.search.words import whole_key
from longplay.catalogue.serving import Serving
from longplay.catalogue.statuses import Statuses
from longplay.errors import StorageError, UsageError
from longplay.model.statuses import Status

if TYPE_CHECKING:  # slow to import
    from tantivy import Query

FEW: Final = 3
"""With fewer hits than this, other spellings are tried."""

WINDOW: Final = 48
"""Hits of a tier that are looked at, at least; twice as many as are wanted, where those are more."""

WINDOWS: Final = (1_024, 16_384)
"""Hits of a tier that are looked at where a status leaves too few of the first ones."""

SELECTIVE: Final = 100_000
"""A status of at most so many recordings is asked of the engine, where the windows were not enough."""

WHOLES: Final = 16
"""Spellings of a whole name that are looked up."""

FREQUENT: Final = 1 << 20
"""Documents of the tail with the rarest word of a query, above which the tail is not gone through for it."""

OwnStatus = Callable[[OwnRecording], Status | None]
"""The status of a recording of the archive's own; `None`: it is not there any more."""

LIMIT: Final = 1_000
"""Hits that may be asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Something found.

    Attributes:
        entity: what.
        score: as `scoring` says; of a lookup 0.
        is_guess: whether a word of the query is not in its names, only one of nearly that spelling.
        status: of a recording, where statuses are known; else `None`.
    """

    entity: Entity
    score: float
    is_guess: bool = False
    status: Status | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search gives.

    Attributes:
        hits: the best first, at most as many as were asked for.
        total: how many there are; at least so many where `is_all` is false.
        is_all: whether every tier was asked, and counted.
    """

    hits: tuple[Hit, ...]
    total: int
    is_all: bool


class Search:
    """The search over one snapshot; made once, asked often; safe to share between threads."""

    def __init__(
        self,
        serving: Serving,
        folder: Path,
        *,
        statuses: Statuses | None = None,
        own: Path | None = None,
        own_status: OwnStatus = lambda _: Status.HELD,
    ) -> None:
        """Of an index that `Indexing.index` made.

        Args:
            serving: of the same snapshot.
            folder: of the index.
            statuses: what the archive says of recordings; `None`: nothing yet.
            own: folder of `indexing.made_own_index`; `None`: there are none.
            own_status: what the archive says of its own recordings.

        Raises:
            StorageError: an index cannot be read.
        """
        self._serving = serving
        self._statuses = statuses
        heads = sorted(folder.glob(f"{HEAD_NAME}*"))
        self._tiers = [
            *(OpenTier(head, is_head=True) for head in heads),
            OpenTier(folder / TAIL, is_head=False),
        ]
        self._own: list[OwnRecording] = []
        self._own_status = own_status
        if own is not None:
            self._own = own_rows(own)
        self._own_by_id = {one.id: one for one in self._own}
        if own is not None:
            self._tiers.insert(0, OpenTier(own / OWN_FOLDER, is_head=True))
        self._spelling = Spelling(folder / WORDS)

    def find(self, text: str, *, limit: int = 10, kind: EntityKind | None = None) -> Found:
        """Search.

        Args:
            text: what somebody typed.
            limit: hits wanted, 1 to `LIMIT`.
            kind: only these; `None`: what the query says.

        Raises:
            UsageError: the query cannot be read, or asks for a status while none is known.
            StorageError: the index cannot be read.
        """
        asked = ask(text)
        if kind is not None:
            asked = replace(asked, kind=kind)
        if asked.status is not None and self._statuses is None:
            raise UsageError("no statuses yet: run `longplay catalogue match` first")
        known = self._looked_up(asked)
        if known:
            hits = self._with_status([Hit(entity=one, score=0.0) for one in known[:limit]])
            return Found(hits=tuple(hits), total=len(known), is_all=True)
        if asked.identifier is not None and asked.identifier[0] == ID:
            return Found(hits=(), total=0, is_all=True)
        plain = _Run(self, asked, [Sought(term=term) for term in asked.terms], limit)
        found = plain.found()
        if plain.has_whole or len(found.hits) >= min(FEW, limit):
            return found
        for guesses in self._respelt(asked.terms):
            more = _Run(self, asked, guesses, limit).found()
            if len(more.hits) > len(found.hits):
                return more
        return found

    def _looked_up(self, asked: Asked) -> list[Entity]:
        found = [] if asked.identifier is None else self._serving.look_up(asked.identifier)
        return [one for one in found if asked.kind in (None, one.kind)]

    def _respelt(self, terms: Sequence[Term]) -> Iterator[list[Sought]]:
        """The terms with other spellings: first of the words nobody writes so; then of all, one edit off."""
        unknown = {word for term in terms for word in term.words if not self._spelling.knows(word)}
        for at_most, some in ((EDITS, unknown), (1, spoken(terms))):
            respelt = [
                Sought(term=term, others=dict(self._spelling.near(term.words[0], at_most=at_most)))
                if len(term.words) == 1 and term.words[0] in some
                else Sought(term=term)
                for term in terms
            ]
            if any(one.others for one in respelt):
                yield respelt

    def _with_status(self, hits: Sequence[Hit]) -> list[Hit]:
        """The same, each recording with its status where statuses are known."""
        if self._statuses is None:
            return list(hits)
        of_snapshot = [hit for hit in hits if hit.entity.kind is EntityKind.RECORDING and hit.entity.rank]
        ranks = np.array([hit.entity.rank for hit in of_snapshot], np.uint32)
        told = dict(zip(ranks.tolist(), self._statuses.of(ranks), strict=True))
        return [
            replace(hit, status=told.get(hit.entity.rank) or self._own_status(self._own_by_id[hit.entity.id]))
            if hit.entity.kind is EntityKind.RECORDING
            else hit
            for hit in hits
        ]

    def is_of(self, key: int, status: Status) -> bool:
        """Whether a document is a recording of the archive's own with a status."""
        return key & 3 == OWN and self._own_status(self._own[key >> 2]) is status

    def is_gone(self, key: int) -> bool:
        """Whether a document is a recording of the archive's own that is not there any more."""
        return key & 3 == OWN and self._own_status(self._own[key >> 2]) is None

    def names(self, key: int) -> Names:
        """What the entity of a document is called."""
        place = place_of(key)
        if place is None:
            one = self._own[key >> 2]
            return Names(titles=(one.title,), artist=one.artist)
        title, artist, aliases = self._serving.names(place)
        is_artist = place.kind is EntityKind.ARTIST
        return Names(
            titles=(title, *aliases),
            artist=artist,
            is_artist=is_artist,
            is_release=place.kind is EntityKind.RELEASE,
        )

    def listens(self, key: int) -> int:
        """Weighted listens of the entity of a document, whole ones."""
        place = place_of(key)
        return 0 if place is None else self._serving.weighted(place) // UNIT

    def entity(self, key: int) -> Entity:
        """The entity of a document."""
        place = place_of(key)
        if place is None:
            return own_entity(self._own[key >> 2])
        found = self._serving.at(place)
        if found is None:
            raise StorageError(
                f"the search index names {place.kind.value} {place.rank}, which is not there: delete "
                "`catalogue/search` and `catalogue/serving`, they are made again"
            )
        return found


class _Run:
    """One query on its way through the tiers."""

    def __init__(self, search: Search, asked: Asked, sought: Sequence[Sought], limit: int) -> None:
        self._search = search
        self._asked = asked
        self._sought = sought
        self._limit = limit
        self._window = max(WINDOW, 2 * limit)
        self._scores: dict[int, float] = {}
        self._wholes = 0
        self._is_counted = True
        self._is_guessing = any(one.others for one in sought)

    @property
    def has_whole(self) -> bool:
        """Whether something that was found is called just so."""
        return self._wholes > 0

    def found(self) -> Found:
        """Everything that is good enough, in order."""
        *heads, tail = self._search._tiers
        self._ask_whole(heads)
        total = 0
        is_all = False
        for tier in heads:
            total += self._ask_tier(tier)
            if len(self._scores) >= self._limit:
                break
        else:
            is_all = not self._is_costly(tail)
        answered = self._ask_tier(tail) if is_all else 0
        if not is_all or answered > self._window or len(self._scores) >= self._limit:
            self._ask_whole([tail])  # which may not have been among what was looked at
        total += answered
        hits = self._search._with_status(self._ordered())
        total = len(self._scores) if self._asked.status is not None else max(total, len(self._scores))
        return Found(hits=tuple(hits), total=total, is_all=is_all and self._is_counted)

    def _ask_whole(self, tiers: Sequence[OpenTier]) -> None:
        terms = self._asked.terms
        if not terms or any(term.within is Within.RELEASE for term in terms):
            return
        likely = product(*([one.term.words, *((other,) for other in one.others)] for one in self._sought))
        keys = [whole_key(chain.from_iterable(words)) for words in islice(likely, WHOLES)]
        for tier in tiers:
            if self._wholes >= self._limit:  # those further down are listened to less
                return
            self._take(tier.first(tier.queries.whole(self._asked, keys), self._limit))

    def _ask_tier(self, tier: OpenTier) -> int:
        """Take what a tier offers; how many answer there: those taken, or more than were looked at."""
        window = self._window
        if tier.queries.can_be_rough(self._sought):
            offered, total = tier.best(tier.queries.words(self._asked, self._sought, is_rough=True), window)
            taken = self._take(offered)
            is_whole = total <= len(offered)
            if is_whole or (self._asked.status is None and taken >= self._limit):
                self._is_counted &= is_whole
                return taken
        query = tier.queries.words(self._asked, self._sought)
        offered, total = tier.best(query, window)
        taken = self._take(offered)
        if self._asked.status is not None and taken < self._limit and total > len(offered):
            return self._widen(tier, query, self._asked.status)
        return taken if total <= len(offered) else total

    def _is_costly(self, tail: OpenTier) -> bool:
        """Whether the tail would have to be gone through for words that are all frequent there.

        Nearly all names that are called so and are listened to stand in the head; the whole of a name was
        looked up in the tail too. Where the spelling is guessed, any name that was found will do.
        """
        if self._asked.years is not None or self._asked.status is not None:
            return False
        return (self._is_guessing and bool(self._scores)) or tail.queries.rarest(self._sought) > FREQUENT

    def _widen(self, tier: OpenTier, query: "Query", status: Status) -> int:
        """Look further for recordings of a status, which the first ones offered hardly are."""
        taken = 0
        for window in WINDOWS:
            offered, total = tier.best(query, window)
            taken = self._take(offered)
            if taken >= self._limit or total <= len(offered):
                return taken
        statuses = self._search._statuses
        few = None if statuses is None else statuses.few(status)
        if tier.is_head and few is not None and len(few) <= SELECTIVE:
            among = ((few.astype(np.int64) << 2) | EntityKind.RECORDING.number).tolist()
            offered, _ = tier.best(tier.queries.among(query, among), self._limit)
            taken = self._take(offered)
        self._is_counted = False
        return taken

    def _take(self, offered: Iterable[int]) -> int:
        """Measure documents, and leave out those that do not answer; how many do."""
        taken = 0
        for key in self._permitted(offered):
            if key not in self._scores:
                text = text_score(self._sought, self._search.names(key))
                self._wholes += text > 1.0  # as `scoring` has it, only the whole of a name is more than 1
                if text > 0.0:
                    self._scores[key] = score(text, self._search.listens(key))
            taken += key in self._scores
        return taken

    def _permitted(self, keys: Iterable[int]) -> list[int]:
        """Those that are there, and of the status asked for."""
        listed = [key for key in keys if not self._search.is_gone(key)]
        status, statuses = self._asked.status, self._search._statuses
        if status is None or statuses is None or not listed:
            return listed
        recordings = [key for key in listed if key & 3 == EntityKind.RECORDING.number]
        told = statuses.of(np.array([key >> 2 for key in recordings], np.uint32))
        wanted = {key for key, one in zip(recordings, told, strict=True) if one is status}
        return [key for key in listed if key in wanted or self._search.is_of(key, status)]

    def _ordered(self) -> list[Hit]:
        """The best hits, in an order that does not depend on that of the documents."""
        best = sorted(self._scores, key=lambda key: (-self._scores[key], key))[: self._limit]
        return [
            Hit(entity=self._search.entity(key), score=self._scores[key], is_guess=self._is_guess(key))
            for key in best
        ]

    def _is_guess(self, key: int) -> bool:
        if not any(one.others for one in self._sought):
            return False
        plain = [replace(one, others=_NONE) for one in self._sought]
        return text_score(plain, self._search.names(key)) == 0.0


_NONE: Final[Mapping[str, int]] = {}
