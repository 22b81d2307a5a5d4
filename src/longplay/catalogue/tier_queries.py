"""A query in the engine's words, for one tier.

Every term must be found; within a term any field and any spelling will do. Narrowing fields must hold.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from longplay.catalogue.asking import Asked, Within
from longplay.catalogue.matching import Sought
from longplay.catalogue.words import EDGES, grams, is_run

if TYPE_CHECKING:  # slow to import
    from tantivy import Query, Schema

_FIELDS: Final = {
    Within.ANYWHERE: ("title", "artist"),
    Within.ARTIST: ("artist",),
    Within.TITLE: ("title",),
    Within.RELEASE: ("release",),
}
_YEARS_LISTED: Final = 64
"""A shorter span is a list of years, whose recordings may be few; a longer one is read from a column."""


@dataclass(frozen=True, slots=True)
class TierQueries:
    """Makes queries for a tier.

    Attributes:
        schema: of the tier.
        is_head: whether it has beginnings of words and positions.
    """

    schema: "Schema"
    is_head: bool

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

        terms = [self._term(one, is_rough=is_rough) for one in sought if not self._is_left_out(one, is_rough)]
        return _all([*terms, *self._narrowed(asked)]) or tantivy.Query.all_query()

    def can_be_rough(self, sought: Sequence[Sought]) -> bool:
        """Whether there are other terms beside that of which only the beginning is known."""
        return len(sought) > 1 and any(_is_begun(one) for one in sought)

    def _is_left_out(self, sought: Sought, is_rough: bool) -> bool:
        return is_rough and not self.is_head and _is_begun(sought)

    def whole(self, asked: Asked, key: int) -> "Query":
        """Those whose whole name it may be."""
        import tantivy

        named = tantivy.Query.term_query(self.schema, "whole", key, "basic")
        return _all([named, *self._narrowed(asked)]) or named

    def among(self, query: "Query", keys: Sequence[int]) -> "Query":
        """The same, of some documents only; of a tier of the head."""
        import tantivy

        return _all([query, tantivy.Query.term_set_query(self.schema, "key", keys)]) or query

    def _term(self, sought: Sought, *, is_rough: bool) -> "Query":
        fields = _FIELDS[sought.term.within]
        return _any([query for name in fields for query in self._in_field(name, sought, is_rough=is_rough)])

    def _in_field(self, name: str, sought: Sought, *, is_rough: bool) -> Iterator["Query"]:
        import tantivy

        term = sought.term
        if len(term.words) > 1:
            yield self._phrase(name, term.words)
            return
        (word,) = term.words
        if is_run(word):
            yield self._together(name, grams(word))
            return
        yield self._word(name, word)
        for other in sought.others:
            yield self._word(name, other)
        if not term.is_prefix:
            return
        if name != "release" and self.is_head and (is_rough or len(word) <= EDGES):
            yield tantivy.Query.term_query(self.schema, f"{name}_edge", word[:EDGES], "basic")
        elif self.is_head or len(word) > EDGES:
            yield tantivy.Query.regex_query(self.schema, name, f"{re.escape(word)}.*")

    def _phrase(self, name: str, words: Sequence[str]) -> "Query":
        import tantivy

        has_positions = self.is_head and name != "release"
        if has_positions and not any(is_run(word) for word in words):
            return tantivy.Query.phrase_query(self.schema, name, list(words))
        return self._together(
            name, [gram for word in words for gram in (grams(word) if is_run(word) else [word])]
        )

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
        if last - first < _YEARS_LISTED:
            yield tantivy.Query.term_set_query(self.schema, "year", list(range(first, last + 1)))
        else:
            yield tantivy.Query.range_query(
                self.schema, "year", tantivy.FieldType.Unsigned, lower_bound=first, upper_bound=last
            )


def _is_begun(sought: Sought) -> bool:
    term = sought.term
    return term.is_prefix and term.within is not Within.RELEASE and not is_run(term.words[0])


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
