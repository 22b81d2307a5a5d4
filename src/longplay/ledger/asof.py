"""Reading the ledger as of journal heads.

Source: docs/format/ledger.md.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, false, or_
from sqlalchemy.sql.elements import ColumnElement

from longplay.model.events import Head


def as_of(columns: Any, heads: Sequence[Head]) -> ColumnElement[bool]:
    """Rows made by journal lines up to `heads`.

    Args:
        columns: the `c` of a table with `writer` and `seq`.
        heads: chains not named count as empty.
    """
    return or_(false(), *(and_(columns.writer == head.writer, columns.seq <= head.seq) for head in heads))
