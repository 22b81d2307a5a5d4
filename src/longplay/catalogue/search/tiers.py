"""The search index on disk: tiers by popularity, each an index of its own, and the words of the head.

A query asks the first tier, and the next only while hits run short. So a frequent word costs what it costs in
the small first tier, and a deep tier is asked for what is rare. The tiers before the last are the head; the
last, the tail, holds less: no beginnings of words, no positions, no titles of the releases that a recording
stands on.

Source: docs/format/catalogue.md, "Search index"; Manning, Raghavan and Schütze, Introduction to Information
Retrieval (2008), section 7.2.1, tiered indexes.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from longplay.catalogue.entities import Entity, EntityKind
from longplay.catalogue.search.asking import licence_words
from longplay.catalogue.search.spelling import VOCABULARY_LIMIT
from longplay.catalogue.search.words import analysed, edges, whole_key
from longplay.errors import StorageError, StoreFull
from longplay.store.failures import storing

if TYPE_CHECKING:  # slow to import
    from tantivy import Document, Index, Schema

WRITER_HEAP: Final = 512_000_000
"""Bytes the engine may use while it writes. It has one thread: that keeps up with what Python gives it, and
leaves half as many segments, each of which every query has to ask."""

HEAD: Final = (1 << 15, 1 << 19, 1 << 23)
"""Last rank of each tier of the head, of recordings, releases and artists alike."""

OWN: Final = 3
"""In place of the number of a kind: a recording of the archive that the snapshot does not hold."""

COMMITTED: Final = 1 << 23
"""Documents after which what is there is made to stay: some minutes of work."""

UNIT: Final = 1 << 20
"""Of `weighted`, in a listen."""

BLANKS: Final = "blanks"
"""Name of the tokenizer: it splits at blanks and does nothing else, since `words` did it all."""


@cache
def schema(*, is_head: bool) -> "Schema":
    """The fields of a tier."""
    import tantivy

    builder = tantivy.SchemaBuilder()
    option = "position" if is_head else "freq"
    for name in ("title", "artist"):
        builder.add_text_field(name, tokenizer_name=BLANKS, index_option=option)
    builder.add_text_field("release", tokenizer_name=BLANKS, index_option="freq")
    # one field for all words: the engine skips through lists of words, but not through unions of them
    builder.add_text_field("name", tokenizer_name=BLANKS, index_option="freq")
    for name in ("name_edge", "licence"):
        builder.add_text_field(name, tokenizer_name=BLANKS, index_option="basic")
    builder.add_unsigned_field("whole", indexed=True)
    builder.add_unsigned_field("kind", indexed=True)
    builder.add_unsigned_field("year", indexed=True, fast=True)
    builder.add_unsigned_field("key", indexed=is_head, fast=True)
    builder.add_unsigned_field("popularity", fast=True)
    return builder.build()


def opened(folder: Path) -> "Index":
    """The index of a tier.

    Raises:
        StorageError: it cannot be read.
    """
    import tantivy

    with engine(folder):
        index = tantivy.Index.open(str(folder))
        _prepare(index)
        return index


def _prepare(index: "Index") -> None:
    import tantivy

    splitter = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer(BLANKS, splitter)


@contextmanager
def engine(folder: Path) -> Iterator[None]:
    """Turn the engine's errors, which are all of one class, into ours.

    Raises:
        StoreFull: the disk is full.
        StorageError: anything else.
    """
    try:
        yield
    except (ValueError, OSError) as exc:
        if "No space left" in str(exc):
            raise StoreFull(f"no space left in {folder}: free some and run the command again") from exc
        raise StorageError(f"{folder}: {exc}; delete that folder, it is made again") from exc


def key_of(entity: Entity) -> int:
    """What a document goes by: rank × 4 + number of the kind."""
    return entity.rank << 2 | entity.kind.number


class Indexed(NamedTuple):
    """What is indexed of an entity beside itself.

    Attributes:
        entity: the entity.
        key: as `key_of` says; of the archive's own, their place × 4 + `OWN`.
        release: title of the release it stands on; `None` where unknown or not indexed.
    """

    entity: Entity
    key: int
    release: str | None = None


def write_tier(
    folder: Path,
    given: Iterable[Indexed],
    *,
    is_head: bool,
    told: Callable[[int], None] = lambda _: None,
) -> int:
    """Write a tier; how many documents it holds. Killed and run again with the same, it goes on.

    Args:
        folder: which is made; or left by a killed process, and made by this alone.
        given: in any order, if it is the same when run again: hits do not depend on it.
        is_head: whether all features are wanted.
        told: how many more documents are there, now and then.

    Raises:
        StorageError: it could not be written.
    """
    with storing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with engine(folder):
        index = _begun(folder, is_head=is_head)
        there = index.searcher().num_docs
        told(there)
        writer = index.writer(heap_size=WRITER_HEAP, num_threads=1)  # it waits for Python as it is
        rows = there
        for rows, one in enumerate(islice(given, there, None), there + 1):
            writer.add_document(_document(one, is_head=is_head))
            if rows % _TELL == 0:
                told(_TELL)
            if rows % COMMITTED == 0:
                writer.commit()
        told(rows % _TELL)
        writer.commit()
        writer.wait_merging_threads()
    return rows


def _begun(folder: Path, *, is_head: bool) -> "Index":
    """The index of a folder as it was committed last; an empty one where nothing was, or it cannot be read."""
    import tantivy

    try:
        index = tantivy.Index(schema(is_head=is_head), path=str(folder))
    except ValueError:
        with storing(folder):
            shutil.rmtree(folder)
            folder.mkdir()
        index = tantivy.Index(schema(is_head=is_head), path=str(folder))
    _prepare(index)
    return index


_TELL: Final = 10_000


def _document(one: Indexed, *, is_head: bool) -> "Document":
    import tantivy

    document = tantivy.Document()
    entity = one.entity
    if entity.kind is EntityKind.ARTIST:
        _add_artist(document, entity, is_head=is_head)
    else:
        _add_work(document, entity, is_head=is_head)
    release = entity.title if entity.kind is EntityKind.RELEASE else one.release
    if release is not None:
        document.add_text("release", analysed(release)[0])
    document.add_unsigned("key", one.key)
    document.add_unsigned("kind", entity.kind.number)
    document.add_unsigned("popularity", entity.weighted // UNIT)
    if entity.year is not None and entity.year > 0:
        document.add_unsigned("year", entity.year)
    if entity.licence is not None:
        document.add_text("licence", _licence_text(entity.licence))
    return document


def _add_artist(document: "Document", entity: Entity, *, is_head: bool) -> None:
    names = [analysed(name) for name in (entity.title, *entity.aliases)]
    text = " ".join(indexed for indexed, _ in names)
    document.add_text("artist", text)
    _add_name(document, text, is_head=is_head)
    for key in {whole_key(words) for _, words in names}:
        document.add_unsigned("whole", key)


def _add_work(document: "Document", entity: Entity, *, is_head: bool) -> None:
    title, titled = analysed(entity.title)
    document.add_text("title", title)
    document.add_unsigned("whole", whole_key(titled))
    if entity.artist is None:
        _add_name(document, title, is_head=is_head)
        return
    artist, credited = analysed(entity.artist)
    document.add_text("artist", artist)
    document.add_unsigned("whole", whole_key((*titled, *credited)))
    _add_name(document, f"{title} {artist}", is_head=is_head)


def _add_name(document: "Document", text: str, *, is_head: bool) -> None:
    document.add_text("name", text)
    if is_head:
        document.add_text("name_edge", edges(text))


@lru_cache(maxsize=1_024)
def _licence_text(stated: str) -> str:
    return " ".join(licence_words(stated))


def vocabulary(tiers: Sequence[Path]) -> Counter[str]:
    """Documents by word of titles and names, of some tiers together.

    Raises:
        StorageError: one cannot be read.
    """
    found: Counter[str] = Counter()
    for folder in tiers:
        searcher = opened(folder).searcher()
        with engine(folder):
            found.update(dict(searcher.terms_with_prefix("name", "", limit=VOCABULARY_LIMIT)))
    return found
