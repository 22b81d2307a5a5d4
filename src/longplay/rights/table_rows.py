"""A row of a rights table as a statement: its licence as every licence is read, and its terms.

The one reader for `ingest --rights` and for `rights import`.

Source: docs/reference/rights-table.md.
"""

from collections.abc import Mapping

from longplay.formats.rights_table import RowRights, read_terms
from longplay.model.rights import StatementSource
from longplay.rights.readers import statement


def row_rights(cells: Mapping[str, str], *, table: str) -> RowRights:
    """What a row states of rights. Total: never raises.

    Args:
        cells: filled cells by column.
        table: the table's name, for the evidence where the row names none.
    """
    claim = cells.get("licence", "")
    usual = f"column licence of {table}" if claim else f"row of {table}"
    evidence = cells.get("licence_evidence") or usual
    source = StatementSource.TABLE
    licensed = statement(claim, evidence=evidence, source=source) if claim else None
    return read_terms(cells, licensed=licensed, evidence=evidence, source=source)
