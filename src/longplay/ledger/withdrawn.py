"""Questions to the ledger about what was withdrawn or purged, and about what would go with it.

What is named by several recordings is purged with the last of them only.

Source: design, section 3, rule 9; docs/format/ledger.md, "tombstone".
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import Connection, func, select

from longplay.ledger import tables
from longplay.ledger.conditions import is_superseded, lies_there
from longplay.ledger.rights import Withdrawn, withdrawn_of
from longplay.model.digests import ContentId
from longplay.model.withdrawal import ReasonClass

PAGE: Final = 500
"""Tombstones fetched at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """A recording that was purged; the first line that said so counts.

    Attributes:
        content_id: which.
        also: what was purged with it, by any line, sorted.
        reason: its class.
        at: when, RFC 3339.
    """

    content_id: ContentId
    also: tuple[ContentId, ...]
    reason: ReasonClass
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongings:
    """What belongs to recordings and goes when they go.

    Attributes:
        copies: content ids of access copies, sorted.
        evidence: content ids of words that nothing else names, sorted.
        needed: why blobs among them may not go: one sentence for each other object that needs one.
    """

    copies: tuple[ContentId, ...]
    evidence: tuple[ContentId, ...]
    needed: tuple[str, ...]


def purged_among(connection: Connection, content_ids: Collection[ContentId]) -> set[ContentId]:
    """Those of a page of content ids that are under a tombstone."""
    column = tables.tombstone.c.content_id
    return {ContentId(one) for one in connection.scalars(select(column).where(column.in_(content_ids)))}


def purged(connection: Connection, content_id: ContentId) -> Purged | None:
    """What is known of a purged recording; `None` when it was not purged."""
    columns = tables.tombstone.c
    query = select(tables.tombstone).where(columns.about == content_id)
    rows = connection.execute(query.order_by(columns.purged_at, columns.writer, columns.seq)).all()
    if not rows:
        return None
    return Purged(
        content_id=content_id,
        also=tuple(sorted({ContentId(row.content_id) for row in rows} - {content_id})),
        reason=ReasonClass(rows[0].reason),
        at=rows[0].purged_at,
    )


def purged_starting(connection: Connection, prefix: str, *, limit: int) -> list[ContentId]:
    """Content ids of purged recordings that start with `prefix`, sorted; none when it has other than hex."""
    if set(prefix) - set("0123456789abcdef"):
        return []
    column = tables.tombstone.c.about
    query = select(column).where(column >= prefix, column < prefix + "g").distinct()
    return [ContentId(one) for one in connection.scalars(query.order_by(column).limit(limit))]


def purged_after(connection: Connection, last: ContentId | str) -> list[ContentId]:
    """The next page of purged recordings by content id; empty at the end. `""` asks for the first page."""
    column = tables.tombstone.c.about
    query = select(column).where(column > last).distinct().order_by(column).limit(PAGE)
    return [ContentId(one) for one in connection.scalars(query)]


def withdrawals_of(connection: Connection, content_id: ContentId) -> list[tuple[Withdrawn, bool]]:
    """Every withdrawal of a recording, oldest first, and whether it is in force."""
    columns = tables.withdrawal.c
    is_reversed = is_superseded(columns).label("is_reversed")
    query = select(tables.withdrawal, is_reversed).where(columns.content_id == content_id)
    found: dict[str, tuple[Withdrawn, bool]] = {}
    for row in connection.execute(query.order_by(columns.withdrawn_at, columns.writer, columns.seq)):
        known = withdrawn_of(row)
        found.setdefault(known.statement, (known, not row.is_reversed))
    return list(found.values())


def counts(connection: Connection) -> dict[str, int]:
    """How many recordings are withdrawn and kept, and how many are purged, by name."""
    columns = tables.withdrawal.c
    dark = select(func.count(columns.content_id.distinct())).where(
        ~is_superseded(columns), lies_there(columns.content_id)
    )
    gone = select(func.count(tables.tombstone.c.about.distinct()))
    return {"withdrawn": connection.scalar(dark) or 0, "purged": connection.scalar(gone) or 0}


def purged_places(connection: Connection) -> set[str]:
    """Where payloads that were purged were published: bundle and path, joined by `/`."""
    file = tables.bundle_file.c
    query = select(file.bundle, file.path).where(~lies_there(file.content_id), file.path.like("data/%"))
    return {f"{bundle}/{path}" for bundle, path in connection.execute(query)}


def editions_with(connection: Connection, bundles: Collection[str]) -> list[str]:
    """Names of published editions that hold one of these bundles, oldest first."""
    columns = tables.edition.c
    query = select(columns.name, columns.bundles_json).where(columns.bundles_json.is_not(None))
    return [
        row.name
        for row in connection.execute(query.order_by(columns.date, columns.name))
        if not set(bundles).isdisjoint(msgspec.json.decode(row.bundles_json, type=list[str]))
    ]


def copies_made_of(connection: Connection, content_ids: Collection[ContentId]) -> set[ContentId]:
    """Access copies of a page of recordings, purged ones included; the recordings themselves left out."""
    copy = tables.access_copy.c
    found = connection.scalars(select(copy.content_id).where(copy.source.in_(content_ids)).distinct())
    return {ContentId(one) for one in found} - set(content_ids)


def belongings(
    connection: Connection, content_ids: Collection[ContentId], *, with_papers: bool = True
) -> Belongings:
    """What goes when these recordings go.

    Args:
        connection: one consistent state.
        content_ids: at most a page.
        with_papers: whether notices go with what they are about.
    """
    copies = copies_made_of(connection, content_ids)
    mine = words_of(connection, content_ids, with_papers=with_papers)
    stays = named_by_others(connection, mine, content_ids, with_papers=with_papers) | _blobs(connection, mine)
    return Belongings(
        copies=tuple(sorted(copies)),
        evidence=tuple(sorted(mine - stays)),
        needed=tuple(_needed(connection, [*content_ids, *copies], content_ids)),
    )


def words_of(
    connection: Connection, content_ids: Collection[ContentId], *, with_papers: bool
) -> set[ContentId]:
    """Evidence that a statement, a withdrawal or a reversal about these recordings names, and their papers."""
    found: set[ContentId] = set()
    for table, words in _NAMING:
        query = select(words).where(table.c.content_id.in_(content_ids), words.is_not(None))
        found |= {ContentId(one) for one in connection.scalars(query.distinct())}
    if with_papers:
        found |= {paper for paper, about in _papers(connection) if not about.isdisjoint(content_ids)}
    return found


def _blobs(connection: Connection, evidence: Collection[ContentId]) -> set[ContentId]:
    """Evidence whose very bytes are kept as a blob too, such as a licence text of one paragraph."""
    column = tables.blob.c.content_id
    return {ContentId(one) for one in connection.scalars(select(column).where(column.in_(evidence)))}


def named_by_others(
    connection: Connection,
    evidence: Collection[ContentId],
    content_ids: Collection[ContentId],
    *,
    with_papers: bool = True,
) -> set[ContentId]:
    """Those of a page of evidence that a line about a recording names which is neither given nor purged.

    It looks at every statement: slow on a large ledger.

    Args:
        connection: one consistent state.
        evidence: what is asked about.
        content_ids: recordings that do not count.
        with_papers: whether a notice about nothing but these recordings does not count either.
    """
    if not evidence:
        return set()
    found: set[ContentId] = set()
    for table, words in _NAMING:
        about = table.c.content_id
        query = select(words).where(words.in_(evidence), about.not_in(content_ids), lies_there(about))
        found |= {ContentId(one) for one in connection.scalars(query.distinct())}
    for document, concerned in _papers(connection):
        if document in evidence:
            others = concerned - set(content_ids)
            if not with_papers or not concerned or others - purged_among(connection, others):
                found.add(document)
    return found


_NAMING: Final = (
    (
        tables.rights_statement,
        func.json_extract(tables.rights_statement.c.statement_json, "$.words"),
    ),
    (tables.withdrawal, tables.withdrawal.c.words),
    (tables.supersession, tables.supersession.c.words),
)
"""Tables about recordings, and where they name evidence."""


def words_known(connection: Connection) -> set[ContentId]:
    """Content ids of all evidence the ledger names: what the evidence folder should hold, purged ones apart."""
    papers = {document for document, _about in _papers(connection)}
    found = papers - purged_among(connection, papers)
    for _table, words in _NAMING:
        named = connection.scalars(select(words).where(words.is_not(None), lies_there(words)).distinct())
        found |= {ContentId(one) for one in named}
    return found


def _papers(connection: Connection) -> Iterator[tuple[ContentId, set[ContentId]]]:
    """Papers on file, and the recordings each is about."""
    columns = tables.notice.c
    for row in connection.execute(select(columns.document, columns.about_json)):
        yield ContentId(row.document), msgspec.json.decode(row.about_json, type=set[ContentId])


def _needed(connection: Connection, blobs: Sequence[ContentId], going: Collection[ContentId]) -> Iterator[str]:
    """Why a blob must stay, one sentence for each object that stays and needs it."""
    held = tables.holding.c.content_id
    query = select(held).where(held.in_(blobs), held.not_in(going), lies_there(held))
    for one in connection.scalars(query.order_by(held)):
        yield f"{one[:12]} is an access copy, but a holding of its own too: purge that as well"
    copy = tables.access_copy.c
    sharing = select(copy.content_id, copy.source).where(
        copy.content_id.in_(blobs), copy.source.not_in(going), lies_there(copy.source)
    )
    for content_id, source in connection.execute(sharing.order_by(copy.content_id, copy.source)):
        yield f"{content_id[:12]} is an access copy of {source[:12]} too: purge that as well"
    companion = tables.companion.c
    beside = select(companion.content_id, companion.path).where(companion.content_id.in_(blobs)).distinct()
    for content_id, path in connection.execute(beside.order_by(companion.content_id, companion.path)):
        yield f"{content_id[:12]} is the companion {path} too"
    file = tables.bundle_file.c
    tags = select(file.content_id, file.bundle, file.path).where(
        file.content_id.in_(blobs), file.path.not_like("data/%")
    )
    for content_id, bundle, path in connection.execute(tags.order_by(*tags.selected_columns)):
        yield f"{content_id[:12]} is the file {path} of bundle {bundle} too"
