"""Conditions on rows that many questions have: as of journal heads, superseded, under a tombstone.

Source: docs/format/ledger.md.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, exists, false, or_
from sqlalchemy.sql.elements import ColumnElement

from longplay.ledger import tables
from longplay.model.events import Head


def as_of(columns: Any, heads: Sequence[Head]) -> ColumnElement[bool]:
    """Rows made by journal lines up to `heads`.

    Args:
        columns: the `c` of a table with `writer` and `seq`.
        heads: chains not named count as empty.
    """
    return or_(false(), *(and_(columns.writer == head.writer, columns.seq <= head.seq) for head in heads))


def is_superseded(columns: Any, heads: Sequence[Head] | None = None) -> ColumnElement[bool]:
    """Rows whose statement does not hold any more.

    Args:
        columns: the `c` of a table with `content_id` and `statement_id`.
        heads: as of these journal heads; `None` for all that is known.
    """
    ended = tables.supersession.c
    ends = exists().where(ended.content_id == columns.content_id, ended.statement_id == columns.statement_id)
    return ends if heads is None else ends.where(as_of(ended, heads))


def lies_there(column: ColumnElement[str]) -> ColumnElement[bool]:
    """Rows whose content id, in `column`, is under no tombstone."""
    return ~exists().where(tables.tombstone.c.content_id == column)
