"""Questions about rights to the ledger: what is stated, by whom, what is withdrawn, purged, on file.

A statement is in force while no line supersedes it. Several times the same statement is one statement.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, exists, select
from sqlalchemy.engine import Row

from longplay.ledger import tables
from longplay.ledger.conditions import as_of, is_superseded
from longplay.model.digests import ContentId
from longplay.model.events import Head
from longplay.model.rights import RightsStatement
from longplay.model.withdrawal import NoticeKind, ReasonClass, Tombstone

_decode = msgspec.json.Decoder(RightsStatement).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Superseding:
    """Who said that a statement does not hold any more.

    Attributes:
        by, reason: who, and what sort of reason.
        at: when, RFC 3339.
        words: content id of the reason in full, in the erasable evidence; `None` when there is none.
    """

    by: str
    reason: str
    at: str
    words: ContentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A statement with its history.

    Attributes:
        id: by which it is superseded.
        statement: what.
        at: when it was first written down, RFC 3339.
        by: who or what read or made it.
        superseded: who ended it; `None` while it is in force.
    """

    id: str
    statement: RightsStatement
    at: str
    by: str
    superseded: Superseding | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """A withdrawal in force.

    Attributes:
        content_id, statement: the recording and the id of the statement that holds it back.
        reason: its class.
        by: who withdrew it.
        words: content id of the reason in full.
        at: when, RFC 3339.
    """

    content_id: ContentId
    statement: str
    reason: ReasonClass
    by: str
    words: ContentId
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A paper on file.

    Attributes:
        id, kind, about, answers: as in `NoticeFiled`.
        document: content id of the paper.
        at: when it was filed, RFC 3339.
    """

    id: str
    kind: NoticeKind
    about: tuple[ContentId, ...]
    document: ContentId
    answers: str | None
    at: str


def statements_in_force(
    connection: Connection, content_ids: Sequence[ContentId], heads: Sequence[Head] | None = None
) -> dict[str, tuple[RightsStatement, ...]]:
    """The statements in force about recordings, in the order of their ids; without any, a recording is absent.

    Args:
        connection: one consistent state.
        content_ids: at most a page.
        heads: as of these journal heads; `None` for all that is known.
    """
    stated = tables.rights_statement.c
    query = select(stated.content_id, stated.statement_json).where(
        stated.content_id.in_(content_ids), ~is_superseded(stated, heads)
    )
    if heads is not None:
        query = query.where(as_of(stated, heads))
    found: dict[str, list[RightsStatement]] = {}
    for row in connection.execute(query.order_by(stated.content_id, stated.statement_id)):
        found.setdefault(row.content_id, []).append(_decode(row.statement_json))
    return {content_id: tuple(statements) for content_id, statements in found.items()}


def has_statement(connection: Connection, content_id: ContentId, statement_id: str) -> bool:
    """Whether this was stated of a recording before, in force or not."""
    columns = tables.rights_statement.c
    same = exists().where(columns.content_id == content_id, columns.statement_id == statement_id)
    return bool(connection.scalar(select(same)))


def history(connection: Connection, content_id: ContentId) -> list[Stated]:
    """Everything ever stated about a recording, oldest first."""
    ended: dict[str, Superseding] = {}
    query = select(tables.supersession).where(tables.supersession.c.content_id == content_id)
    columns = tables.supersession.c
    for row in connection.execute(query.order_by(columns.superseded_at, columns.writer, columns.seq)):
        words = ContentId(row.words) if row.words else None
        known = Superseding(by=row.by, reason=row.reason, at=row.superseded_at, words=words)
        ended.setdefault(row.statement_id, known)
    stated = tables.rights_statement.c
    rows = connection.execute(
        select(tables.rights_statement)
        .where(stated.content_id == content_id)
        .order_by(stated.stated_at, stated.writer, stated.seq, stated.statement_id)
    )
    return [
        Stated(
            id=row.statement_id,
            statement=_decode(row.statement_json),
            at=row.stated_at,
            by=row.stated_by,
            superseded=ended.get(row.statement_id),
        )
        for row in rows
    ]


def withdrawals(connection: Connection, heads: Sequence[Head] | None = None) -> Iterator[Withdrawn]:
    """Withdrawals in force, by recording and time.

    Args:
        connection: one consistent state.
        heads: as of these journal heads; `None` for all that is known.
    """
    columns = tables.withdrawal.c
    query = select(tables.withdrawal).where(~is_superseded(columns, heads))
    if heads is not None:
        query = query.where(as_of(columns, heads))
    for row in connection.execute(
        query.order_by(columns.content_id, columns.withdrawn_at, columns.statement_id)
    ):
        yield withdrawn_of(row)


def withdrawn_of(row: Row[Any]) -> Withdrawn:
    """A row of the table `withdrawal`."""
    return Withdrawn(
        content_id=ContentId(row.content_id),
        statement=row.statement_id,
        reason=ReasonClass(row.reason),
        by=row.by,
        words=ContentId(row.words),
        at=row.withdrawn_at,
    )


def is_purged(connection: Connection, content_id: ContentId | str) -> bool:
    """Whether these bytes, of a blob or of evidence, were purged."""
    return bool(connection.scalar(select(exists().where(tables.tombstone.c.content_id == content_id))))


def tombstones(connection: Connection, heads: Sequence[Head] | None = None) -> list[Tombstone]:
    """What is left to say of every recording that is purged or withdrawn, by content id.

    Args:
        connection: one consistent state.
        heads: as of these journal heads; `None` for all that is known.
    """
    columns = tables.tombstone.c
    query = select(tables.tombstone).where(columns.content_id == columns.about)
    if heads is not None:
        query = query.where(as_of(columns, heads))
    found: dict[ContentId, Tombstone] = {}
    for one in withdrawals(connection, heads):
        found.setdefault(
            one.content_id,
            Tombstone(content_id=one.content_id, date=one.at[:10], reason=one.reason, is_purged=False),
        )
    for row in connection.execute(query.order_by(columns.purged_at.desc(), columns.writer, columns.seq)):
        content_id = ContentId(row.content_id)
        found[content_id] = Tombstone(
            content_id=content_id, date=row.purged_at[:10], reason=ReasonClass(row.reason), is_purged=True
        )
    return [found[content_id] for content_id in sorted(found)]


def notices(connection: Connection) -> list[Notice]:
    """Every paper on file, oldest first."""
    columns = tables.notice.c
    rows = connection.execute(select(tables.notice).order_by(columns.filed_at, columns.id))
    return [_notice(row) for row in rows]


def _notice(row: Row[Any]) -> Notice:
    return Notice(
        id=row.id,
        kind=NoticeKind(row.kind),
        about=msgspec.json.decode(row.about_json, type=tuple[ContentId, ...]),
        document=ContentId(row.document),
        answers=row.answers,
        at=row.filed_at,
    )
