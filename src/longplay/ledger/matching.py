"""Questions to the ledger by which somebody else's list finds our recordings: place, name, size and ISRC.

What was purged is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import Connection, and_, func, or_, select

from longplay.formats import isrc
from longplay.ledger import tables
from longplay.ledger.conditions import lies_there
from longplay.model.audio import TagFacts
from longplay.model.digests import ContentId
from longplay.model.holdings import Given

PAGE: Final = 500
"""Rows fetched at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceHeld:
    """A place where the bytes of a recording were met.

    Attributes:
        content_id, size: the recording's; bytes.
        path: below the root, in written form.
    """

    content_id: ContentId
    size: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesInTags:
    """Who and what the tags of a recording say it is; `None` where they do not say."""

    artist: str | None
    title: str | None


def at_place(connection: Connection, path: str) -> list[ContentId]:
    """The recordings that were met at an absolute path in written form, sorted."""
    columns = tables.provenance.c
    cuts = [at for at, char in enumerate(path) if char == "/" and at + 1 < len(path)]
    places = [and_(columns.root == (path[:at] or "/"), columns.path == path[at + 1 :]) for at in cuts[-200:]]
    if not places:
        return []
    query = select(columns.content_id).where(or_(*places), lies_there(columns.content_id)).distinct()
    return [ContentId(one) for one in connection.scalars(query.order_by(columns.content_id))]


def places_held(connection: Connection) -> Iterator[PlaceHeld]:
    """Every place where a recording was met, by content id, root and path."""
    columns, blob = tables.provenance.c, tables.blob.c
    query = select(columns.content_id, blob.size, columns.path).where(
        columns.content_id == blob.content_id, lies_there(columns.content_id)
    )
    ordered = query.order_by(columns.content_id, columns.root, columns.path)
    for row in connection.execution_options(yield_per=PAGE).execute(ordered):
        yield PlaceHeld(content_id=ContentId(row.content_id), size=row.size, path=row.path)


def isrcs_held(connection: Connection) -> Iterator[tuple[ContentId, str]]:
    """Recordings and the ISRCs that their tags, or the depositor's table, state, as they stand; in no order."""
    holding = tables.holding.c
    tagged = select(holding.content_id, holding.tags_json).where(
        func.instr(func.upper(holding.tags_json), "SRC") > 0, lies_there(holding.content_id)
    )
    for row in connection.execution_options(yield_per=PAGE).execute(tagged):
        facts = msgspec.json.decode(row.tags_json, type=TagFacts)
        stated = (value for key, values in facts.tags if key.casefold() in isrc.TAGS for value in values)
        yield from ((ContentId(row.content_id), value) for value in stated)
    place = tables.provenance.c
    given = select(place.content_id, place.given_json).where(
        func.instr(place.given_json, '"isrc"') > 0, lies_there(place.content_id)
    )
    for row in connection.execution_options(yield_per=PAGE).execute(given):
        for column, value in msgspec.json.decode(row.given_json, type=Given):
            if column == "isrc":
                yield ContentId(row.content_id), value


def names_in_tags(connection: Connection, content_id: ContentId) -> NamesInTags:
    """What the tags of a holding call it and its artist."""
    column = tables.holding.c.tags_json
    text = connection.scalar(select(column).where(tables.holding.c.content_id == content_id))
    facts = msgspec.json.decode(text, type=TagFacts) if text else TagFacts()
    return NamesInTags(artist=facts.artist, title=facts.title)
