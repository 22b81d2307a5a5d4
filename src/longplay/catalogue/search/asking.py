"""Reading what somebody typed into the search: words, phrases, fields, ids.

Nothing here knows a catalogue. What cannot be read is an error that says how to write it; nothing is guessed
and nothing else is raised, whatever the text.

Source: docs/reference/search.md.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from longplay.catalogue.entities import EntityKind
from longplay.catalogue.identifiers import read_identifier
from longplay.catalogue.search.words import has_letters, words
from longplay.errors import UsageError
from longplay.formats.licences import read_claim
from longplay.model.statuses import Status

TEXT_LIMIT: Final = 500
"""Characters of a query."""

WORDS_LIMIT: Final = 24
"""Words of a query."""


class Within(StrEnum):
    """Where a word has to stand."""

    ANYWHERE = "anywhere"
    ARTIST = "artist"
    TITLE = "title"
    RELEASE = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word, or words that stand next to one another.

    Attributes:
        words: folded; one, unless it is a phrase.
        within: where they stand.
        is_prefix: whether more letters may follow: of the last word, while it is being typed.
    """

    words: tuple[str, ...]
    within: Within = Within.ANYWHERE
    is_prefix: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A query.

    Attributes:
        terms: all of them have to be found; empty where only fields were given.
        kind: of entity; `None`: any.
        years: first and last; `None`: any.
        licence: as `licence_words` gives it; `None`: any.
        status: of recordings; `None`: any.
        identifier: scheme and value as `read_identifier` gives them, where the whole query may be one.
    """

    terms: tuple[Term, ...] = ()
    kind: EntityKind | None = None
    years: tuple[int, int] | None = None
    licence: str | None = None
    status: Status | None = None
    identifier: tuple[str, str] | None = None


_FIRST_YEAR: Final = 1
_LAST_YEAR: Final = 9999

_ITEM: Final = re.compile(
    r'(?:(?P<field>[A-Za-z]+):(?=\S))?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))|(?P<odd>")'
)
_YEARS: Final = re.compile(r"(?P<first>[0-9]{1,4})?(?P<range>\.\.)?(?P<last>[0-9]{1,4})?")


def ask(text: str) -> Asked:
    """Read a query.

    Raises:
        UsageError: it is empty, too long, or a field of it cannot be read; the message says how to write it.
    """
    if len(text) > TEXT_LIMIT:
        raise UsageError(f"the query has {len(text)} characters: at most {TEXT_LIMIT} are read")
    asked = Asked(identifier=_identifier(text.strip()))
    items = list(_ITEM.finditer(text))
    for place, item in enumerate(items):
        if item["odd"]:
            raise UsageError('a quote is not closed: write "let it be", or leave the quote out')
        asked = _with(asked, item, is_last=place == len(items) - 1)
    asked = replace(asked, terms=_without_stray_signs(asked.terms))
    if sum(len(term.words) for term in asked.terms) > WORDS_LIMIT:
        raise UsageError(f"more than {WORDS_LIMIT} words: leave some out")
    if asked == Asked():
        raise UsageError("nothing to search for: type a name, a title, an id, or a field such as year:1994")
    return asked


def _without_stray_signs(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """A sign between words, as in `simon & garfunkel`, says nothing; alone it may be somebody's name."""
    spoken = tuple(term for term in terms if term.within is not Within.ANYWHERE or has_letters(term.words))
    return spoken or terms


def _identifier(text: str) -> tuple[str, str] | None:
    """What an id, or a text that is nothing else than an identifier, names; a field is none."""
    found = read_identifier(text)
    return None if found is None or found[0] in (*_FIELDS, *_WITHIN) else found


def _with(asked: Asked, item: re.Match[str], *, is_last: bool) -> Asked:
    """The query with one more item."""
    name = (item["field"] or "").lower()
    value = item["phrase"] if item["phrase"] is not None else item["word"]
    if name in _FIELDS:
        return _FIELDS[name](asked, value)
    within = _WITHIN.get(name, Within.ANYWHERE)
    if name and name not in _WITHIN:
        _refuse_misspelt(name)
        value = f"{name}:{value}"
    found = tuple(words(value))
    if not found:
        return asked
    if item["phrase"] is not None:
        return replace(asked, terms=(*asked.terms, Term(words=found, within=within)))
    terms = [
        Term(words=(word,), within=within, is_prefix=is_last and place == len(found) - 1)
        for place, word in enumerate(found)
    ]
    return replace(asked, terms=(*asked.terms, *terms))


def _refuse_misspelt(name: str) -> None:
    """Say what a field is called where one was nearly named; other colons belong to titles."""
    from rapidfuzz.distance import OSA

    for known in (*_WITHIN, *_FIELDS):
        if len(name) > 3 and OSA.distance(name, known, score_cutoff=1) <= 1:
            raise UsageError(f"no field {name}: did you mean {known}: ? Put a title with a colon in quotes")


def _kind(asked: Asked, value: str) -> Asked:
    singular = value.lower().removesuffix("s")
    if singular not in set(EntityKind):
        raise UsageError(f"kind:{value}: write kind:artist, kind:release or kind:recording")
    return replace(asked, kind=EntityKind(singular))


def _years(asked: Asked, value: str) -> Asked:
    read = _YEARS.fullmatch(value)
    first = int(read["first"]) if read and read["first"] else None
    last = int(read["last"]) if read and read["last"] else None
    if read is None or (first is None and last is None):
        raise UsageError(f"year:{value}: write year:1994, year:1990..1999, year:1990.. or year:..1999")
    if not read["range"]:
        last = first
    span = (_FIRST_YEAR if first is None else first, _LAST_YEAR if last is None else last)
    if span[0] > span[1]:
        raise UsageError(f"year:{value}: the first year comes first, as in year:{span[1]}..{span[0]}")
    return replace(asked, years=span)


def _licence(asked: Asked, value: str) -> Asked:
    read = licence_words(value)
    if not read:
        raise UsageError("licence: write licence:cc-by, licence:cc0-1.0 or another SPDX id")
    return replace(asked, licence=read[0])


def _status(asked: Asked, value: str) -> Asked:
    plain = "-".join(value.lower().replace("-", " ").replace("_", " ").split())
    if plain not in set(Status):
        raise UsageError(f"status:{value}: write one of {', '.join(Status)}")
    return replace(asked, status=Status(plain))


_FIELDS: Final[dict[str, Callable[[Asked, str], Asked]]] = {
    "kind": _kind,
    "year": _years,
    "licence": _licence,
    "license": _licence,
    "status": _status,
}
"""Fields that narrow."""

_WITHIN: Final = {"artist": Within.ARTIST, "title": Within.TITLE, "release": Within.RELEASE}
"""Fields that say where a word stands."""


def licence_words(stated: str) -> tuple[str, ...]:
    """What a licence, as a source or a query states it, is found by: its SPDX id in lower case, then without
    version; of what is no licence its folded words joined by hyphens.

    A query is looked for by the first, a stated licence is found by each.
    """
    licence = read_claim(stated).licence
    if licence is None:
        joined = "-".join(words(stated))
        return (joined,) if joined else ()
    exact = licence.lower()
    general = re.sub(r"-[0-9]+(\.[0-9]+)*(-.*)?$", "", exact)
    return (exact,) if general == exact else (exact, general)
