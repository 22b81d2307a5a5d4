"""Questions to the ledger about sources: what was read for rights statements, and where it lay.

A companion is found by its bytes among those that are about a recording or a folder it lies in. A statement of
an older version does not name its source's bytes: it is one of the companions near.

Source: docs/format/ledger.md, "companion" and "rights_statement".
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, Select, and_, exists, false, func, or_, select

from longplay.ledger import tables as ledger
from longplay.ledger.conditions import is_superseded, lies_there
from longplay.model.digests import ContentId
from longplay.model.holdings import CompanionKind, Holding
from longplay.model.rights import StatementKind, StatementSource

READ: Final = (
    StatementSource.TAG,
    StatementSource.SIDECAR,
    StatementSource.NEIGHBOUR,
    StatementSource.TABLE,
    StatementSource.MESSAGE,
    StatementSource.CATALOGUE,
)
"""Where a statement is read and not told."""

_READABLE: Final = (CompanionKind.LICENCE, CompanionKind.TEXT, CompanionKind.METADATA)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePlace:
    """A place where a companion was met.

    Attributes:
        content_id: of its bytes then.
        root, path: as in its provenance, in written form.
        kind: what it is.
    """

    content_id: ContentId
    root: str
    path: str
    kind: CompanionKind


Tables = Mapping[str, Sequence[SourcePlace]]
"""Rights tables by the accession they came with."""


def sourced_count(connection: Connection) -> int:
    """How many recordings `sourced_after` tells of in all."""
    return connection.scalar(select(func.count()).select_from(_sourced().distinct().subquery())) or 0


def sourced_after(connection: Connection, last: ContentId | str, *, limit: int) -> list[ContentId]:
    """The next page of recordings with a statement in force that was read somewhere, or with a flag of drift.

    Args:
        connection: any state.
        last: the last content id of the page before; `""` for the first page.
        limit: how many.

    Returns:
        Content ids, sorted; empty at the end. What was purged is left out.
    """
    column = ledger.rights_statement.c.content_id
    query = _sourced().where(column > last).distinct().order_by(column).limit(limit)
    return [ContentId(one) for one in connection.scalars(query)]


def _sourced() -> Select[str]:
    stated = ledger.rights_statement.c
    is_flag = func.json_extract(stated.statement_json, "$.kind") == StatementKind.DRIFT.value
    is_held = exists().where(ledger.holding.c.content_id == stated.content_id)
    is_read = stated.origin.in_([one.value for one in READ])
    return select(stated.content_id).where(
        ~is_superseded(stated), or_(is_read, is_flag), is_held, lies_there(stated.content_id)
    )


def places_of(
    connection: Connection, holding: Holding, content_ids: Collection[ContentId]
) -> list[SourcePlace]:
    """Where companions of these bytes lay that are about a recording, and rights tables of these bytes.

    Args:
        connection: one consistent state.
        holding: the recording.
        content_ids: what the statements were read from.

    Returns:
        Each place once, by root, path and content id.
    """
    columns = ledger.companion.c
    is_table = columns.kind == CompanionKind.RIGHTS_TABLE.value
    return _places(connection, and_(columns.content_id.in_(content_ids), or_(is_table, _is_about(holding))))


def places_near(connection: Connection, holding: Holding) -> list[SourcePlace]:
    """Where companions lay that a statement without a digest may have been read from, tables apart.

    It looks at every companion: slow on a large ledger.

    Args:
        connection: one consistent state.
        holding: the recording.

    Returns:
        As `places_of`.
    """
    is_readable = ledger.companion.c.kind.in_([one.value for one in _READABLE])
    return _places(connection, and_(is_readable, _is_about(holding)))


def tables(connection: Connection) -> Tables:
    """Every rights table that came with an accession: there are about as many as accessions."""
    columns = ledger.companion.c
    query = select(columns.accession, *_columns()).where(columns.kind == CompanionKind.RIGHTS_TABLE.value)
    found: dict[str, list[SourcePlace]] = {}
    for row in connection.execute(query.order_by(columns.accession, *_columns())):
        found.setdefault(row.accession, []).append(_place(row))
    return found


def _is_about(holding: Holding) -> ColumnElement[bool]:
    columns = ledger.companion.c
    about = [
        and_(columns.root == place.root, columns.about.in_(_chain(place.path))) for place in holding.provenances
    ]
    return or_(false(), *about)


def _chain(path: str) -> Sequence[str]:
    """A path and the folders above it, up to the root `""`."""
    chain = [path]
    while chain[-1]:
        chain.append(chain[-1].rpartition("/")[0])
    return chain


def _places(connection: Connection, wanted: ColumnElement[bool]) -> list[SourcePlace]:
    query = select(*_columns()).where(wanted).distinct()
    return [_place(row) for row in connection.execute(query.order_by(*_columns()))]


def _columns() -> tuple[Column[str], ...]:
    columns = ledger.companion.c
    return columns.root, columns.path, columns.content_id, columns.kind


def _place(row: Any) -> SourcePlace:
    return SourcePlace(
        content_id=ContentId(row.content_id), root=row.root, path=row.path, kind=CompanionKind(row.kind)
    )
