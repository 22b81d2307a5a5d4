"""One tier, open for asking, and a query in the engine's words.

Every term must be found; within a term any spelling will do. Narrowing fields must hold.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from longplay.catalogue.search.asking import Asked, Within
from longplay.catalogue.search.scoring import Sought
from longplay.catalogue.search.tiers import engine, opened, schema
from longplay.catalogue.search.words import EDGES, grams, is_run

if TYPE_CHECKING:  # slow to import
    from tantivy import DocAddress, Query, Schema

_FIELDS: Final = {
    Within.ANYWHERE: "name",
    Within.ARTIST: "artist",
    Within.TITLE: "title",
    Within.RELEASE: "release",
}
_YEARS_LISTED: Final = 128
"""Years that are asked for one by one where nothing else is: few things may be of these."""

_MANY_BEGIN_SO: Final = EDGES + 1
"""Letters of a beginning that still very many words have."""


_FREQUENT: Final = 1 << 16
"""Documents of the tail that have a word: of one in more, the words it is the beginning of cost too much."""


@dataclass(frozen=True, slots=True)
class TierQueries:
    """Makes queries for a tier.

    Attributes:
        is_head: whether it has beginnings of words and positions.
        documents_of: in how many documents a word of a field stands.
    """

    is_head: bool
    documents_of: Callable[[str, str], int]

    @property
    def schema(self) -> "Schema":
        """Of the tier."""
        return schema(is_head=self.is_head)

    def words(self, asked: Asked, sought: Sequence[Sought], *, is_rough: bool = False) -> "Query":
        """All that was asked.

        Args:
            asked: the narrowing fields.
            sought: the terms.
            is_rough: instead of a word's beginning, ask for its first letters only, or in the tail for the
                other terms only. Listing all words with a beginning costs the engine more than all else, and
                mostly the other terms leave so few documents that it need not.
        """
        import tantivy

        rough = [one for one in sought if is_rough and self._is_costly(one, len(sought))]
        is_alone = len(sought) == 1  # then whole words shall go first among the candidates
        terms = [
            self._term(one, is_rough=one in rough, is_alone=is_alone)
            for one in sought
            if self.is_head or one not in rough
        ]
        return _all([*terms, *self._narrowed(asked)]) or tantivy.Query.all_query()

    def can_be_rough(self, sought: Sequence[Sought]) -> bool:
        """Whether a rough query would be cheaper."""
        return any(self._is_costly(one, len(sought)) for one in sought)

    def _is_costly(self, sought: Sought, terms: int) -> bool:
        """Whether a term is a beginning that is better left to who compares the names."""
        term = sought.term
        word = term.words[0]
        if not term.is_prefix or term.within is Within.RELEASE or is_run(word):
            return False
        if not self.is_head:
            return terms > 1 and (len(word) <= EDGES or self._is_begun(sought))
        if term.within is not Within.ANYWHERE:
            return len(word) <= EDGES
        return terms > 1 and len(word) == _MANY_BEGIN_SO

    def whole(self, asked: Asked, keys: Sequence[int]) -> "Query":
        """Those whose whole name one of these may be."""
        import tantivy

        named = _any([tantivy.Query.term_query(self.schema, "whole", key, "basic") for key in keys])
        return _all([named, *self._narrowed(asked)]) or named

    def among(self, query: "Query", keys: Sequence[int]) -> "Query":
        """The same, of some documents only; of a tier of the head."""
        import tantivy

        return _all([query, tantivy.Query.term_set_query(self.schema, "key", keys)]) or query

    def _term(self, sought: Sought, *, is_rough: bool, is_alone: bool) -> "Query":
        import tantivy

        term = sought.term
        name = _FIELDS[term.within]
        if len(term.words) > 1:
            return self._phrase(term.within, term.words)
        (word,) = term.words
        if is_run(word):
            return self._together(name, grams(word))
        if term.is_prefix and self.is_head and (is_rough or (name == "name" and len(word) <= EDGES)):
            edge = tantivy.Query.term_query(self.schema, "name_edge", word[:EDGES], "basic")
            others = [self._word(name, one) for one in sought.others]
            return _any([edge, *others, *([self._word(name, word)] if is_alone else ())])
        any_of = [self._word(name, one) for one in (word, *sought.others)]
        if self._is_begun(sought):
            any_of.append(_begun(word, name=name, is_head=self.is_head))
        return _any(any_of)

    def _is_begun(self, sought: Sought) -> bool:
        """Whether longer words that begin so are asked for too: in the tail not of a frequent word."""
        term = sought.term
        (word,) = term.words
        if not term.is_prefix or self.is_head:
            return term.is_prefix
        return len(word) > EDGES and self.documents_of(_FIELDS[term.within], word) <= _FREQUENT

    def rarest(self, sought: Sequence[Sought]) -> int:
        """How many documents have the rarest of the terms that are whole words: so many are gone through."""
        whole = [one for one in sought if not one.term.is_prefix] or sought
        return min(map(self._documents, whole), default=0)

    def _documents(self, sought: Sought) -> int:
        name = _FIELDS[sought.term.within]
        parts = [part for word in sought.term.words for part in (grams(word) if is_run(word) else [word])]
        others = sum(self.documents_of(name, other) for other in sought.others)
        return others + min(self.documents_of(name, part) for part in parts)

    def _phrase(self, within: Within, words: Sequence[str]) -> "Query":
        import tantivy

        if not self.is_head or within is Within.RELEASE or any(is_run(word) for word in words):
            each = [gram for word in words for gram in (grams(word) if is_run(word) else [word])]
            return self._together(_FIELDS[within], each)
        fields = ("title", "artist") if within is Within.ANYWHERE else (_FIELDS[within],)
        return _any([tantivy.Query.phrase_query(self.schema, name, list(words)) for name in fields])

    def _together(self, name: str, words: Sequence[str]) -> "Query":
        found = _all([self._word(name, word) for word in dict.fromkeys(words)])
        assert found is not None  # a term has a word
        return found

    def _word(self, name: str, word: str) -> "Query":
        import tantivy

        return tantivy.Query.term_query(self.schema, name, word, "freq")

    def _narrowed(self, asked: Asked) -> Iterator["Query"]:
        import tantivy

        if asked.kind is not None:
            yield tantivy.Query.term_query(self.schema, "kind", asked.kind.number, "basic")
        if asked.licence is not None:
            yield tantivy.Query.term_query(self.schema, "licence", asked.licence, "basic")
        if asked.years is None:
            return
        first, last = asked.years
        if not asked.terms and last - first < _YEARS_LISTED:
            yield tantivy.Query.term_set_query(self.schema, "year", list(range(first, last + 1)))
        else:
            yield tantivy.Query.range_query(
                self.schema, "year", tantivy.FieldType.Unsigned, lower_bound=first, upper_bound=last
            )


class OpenTier:
    """The index of a tier, open for asking; safe to share between threads."""

    def __init__(self, folder: Path, *, is_head: bool) -> None:
        """Of a folder that `tiers.write_tier` wrote.

        Raises:
            StorageError: it cannot be read.
        """
        self._folder = folder
        self._searcher = opened(folder).searcher()
        self.is_head = is_head
        self.queries = TierQueries(is_head, self._searcher.doc_freq)
        self.documents = self._searcher.num_docs

    def first(self, query: "Query", limit: int) -> list[int]:
        """The most popular documents of those that answer alike: their keys."""
        if not self.documents:
            return []
        with engine(self._folder):
            found = self._searcher.search(query, limit=1)
            return self._first(query, limit) if found.hits else []

    def _first(self, query: "Query", limit: int) -> list[int]:
        import tantivy

        found = self._searcher.search(
            query, limit=limit, count=False, order_by_field="key", order=tantivy.Order.Asc
        )
        return [int(key) for key, _ in found.hits]

    def best(self, query: "Query", limit: int) -> tuple[list[int], int]:
        """The best documents by BM25 × log2(2 + listens): their keys; and how many there are.

        In the tail the best are the most popular: all are listened to little, and each column that is looked at
        takes twenty milliseconds there at 256 M.
        """
        if not self.documents:
            return [], 0
        with engine(self._folder):
            # looking at a column has a price at every search: mostly there is nothing to weigh
            found = self._searcher.search(query, limit=limit)
            total: int = found.count  # type: ignore[attr-defined]  # which the stub lacks
            if not total:
                return [], 0
            if not self.is_head:
                return self._first(query, limit), total
            if total > limit:
                found = self._searcher.search(query, limit=limit, count=False, weight_by_field="popularity")
            addresses: list[DocAddress] = [address for _, address in found.hits]
            keys = self._searcher.fast_field_values("key", addresses)
        return [int(key or 0) for key in keys], total


@lru_cache(maxsize=4_096)
def _begun(word: str, *, name: str, is_head: bool) -> "Query":
    """Words with a beginning; kept, since compiling it takes longer than most searches."""
    import tantivy

    return tantivy.Query.regex_query(schema(is_head=is_head), name, f"{re.escape(word)}.*")


def _all(queries: "Sequence[Query]") -> "Query | None":
    import tantivy

    if len(queries) < 2:
        return queries[0] if queries else None
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])


def _any(queries: "Sequence[Query]") -> "Query":
    import tantivy

    if len(queries) == 1:
        return queries[0]
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])
