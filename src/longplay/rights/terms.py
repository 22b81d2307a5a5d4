"""Terms of protection: from facts to the first day without protection, by the table.

Pure; day by day nothing changes but on that day.

Source: docs/reference/terms-of-protection.md.
"""

from functools import lru_cache

from longplay.model.rights import Subject, Territory
from longplay.model.terms import RecordingFacts, Term, WorkFacts
from longplay.rights.term_rows import Facts, Missing
from longplay.rights.term_table import rows_for


@lru_cache(maxsize=65_536)
def recording_term(facts: RecordingFacts, territory: Territory) -> Term:
    """The term of a recording in a place.

    Args:
        facts: what is known of it.
        territory: ISO 3166-1 alpha-2, `EU`, or `001`.
    """
    return _term(Subject.RECORDING, facts, territory)


@lru_cache(maxsize=65_536)
def work_term(facts: WorkFacts, territory: Territory) -> Term:
    """The term of a musical work in a place; as `recording_term`."""
    return _term(Subject.WORK, facts, territory)


def _term(subject: Subject, facts: Facts, territory: Territory) -> Term:
    for row in rows_for(subject, territory):
        if all(test.holds(facts) for test in row.when):
            missing = row.end.fact if isinstance(row.end, Missing) else None
            return Term(
                rule=row.name, citation=row.citation, free_from=row.end.free_from(facts), missing=missing
            )
    raise AssertionError(f"no row applies to {facts} in {territory}")
