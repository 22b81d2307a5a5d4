"""The table of terms as SQL: the same rows, as one CASE.

Columns are those of `rights.sql`. A property test holds both equal. Dialect: DuckDB.
"""

from dataclasses import dataclass

from longplay.model.rights import Subject, Territory
from longplay.rights.term_table import rows_for

_PREFIX = {Subject.RECORDING: "r_", Subject.WORK: "w_"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlTerm:
    """A term of protection as SQL expressions.

    Attributes:
        rule: number of the row of `rows_for` that decides, from 0.
        free_from: DATE; null when a fact is missing.
    """

    rule: str
    free_from: str


def term_columns(subject: Subject, territory: Territory) -> SqlTerm:
    """The term of a subject in a place, over the columns of its facts."""
    prefix = _PREFIX[subject]
    rows = rows_for(subject, territory)
    whens = [" AND ".join(f"({test.sql(prefix)})" for test in row.when) or "true" for row in rows]
    numbers = " ".join(f"WHEN {when} THEN {number}" for number, when in enumerate(whens))
    ends = " ".join(f"WHEN {when} THEN {row.end.sql(prefix)}" for when, row in zip(whens, rows, strict=True))
    return SqlTerm(rule=f"CASE {numbers} END", free_from=f"CASE {ends} END")
