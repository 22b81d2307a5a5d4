"""The table of terms says the same in SQL as in Python; the judge of each is the other."""

from dataclasses import fields
from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.model.rights import Subject, Territory
from longplay.model.terms import RecordingFacts, WorkFacts
from longplay.rights.sql import COLUMNS
from longplay.rights.term_sql import term_columns
from longplay.rights.term_table import EU_MEMBERS, RECORDING_ROWS, rows_for
from longplay.rights.terms import recording_term, work_term

PLACES = (*RECORDING_ROWS, Territory("SE"), Territory("BR"))
BOUNDARIES = [1859, 1860, 1912, 1922, 1946, 1956, 1962, 1964, 1967, 1971, 1972, 1977, 1989, 2002, 2026, 2027]
YEARS = (
    st.none()
    | st.integers(1860, 2026)
    | st.sampled_from([*BOUNDARIES, *(year + 1 for year in BOUNDARIES)])
    | st.sampled_from([0, -1, 999, 1000, 9999, 32_767, -32_768])
)
DAYS = st.none() | st.sampled_from([date.min, date(1972, 2, 14), date(1972, 2, 15), date(1950, 5, 1), date.max])
RECORDINGS = st.builds(
    RecordingFacts,
    fixed_year=YEARS,
    is_published=st.none() | st.booleans(),
    published_year=YEARS | st.just(1972),
    published_on=DAYS,
    communicated_year=YEARS,
    is_for_hire=st.none() | st.booleans(),
)
WORKS = st.builds(WorkFacts, published_year=YEARS, last_death_year=YEARS)
R_NAMES, W_NAMES = ([one.name for one in fields(kind)] for kind in (RecordingFacts, WorkFacts))
NAMES = [*(f"r_{name}" for name in R_NAMES), *(f"w_{name}" for name in W_NAMES)]


@pytest.fixture(scope="module")
def database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    columns = ", ".join(f"{name} {COLUMNS[name]}" for name in NAMES)
    connection.execute(f"CREATE TABLE facts (number INTEGER, {columns})")
    return connection


@settings(max_examples=12, deadline=None)
@given(facts=st.lists(st.tuples(RECORDINGS, WORKS), min_size=50, max_size=100))
def test_sql_reads_the_table_as_python_does(
    database: duckdb.DuckDBPyConnection, facts: list[tuple[RecordingFacts, WorkFacts]]
) -> None:
    rows = [
        [number, *(getattr(recording, name) for name in R_NAMES), *(getattr(work, name) for name in W_NAMES)]
        for number, (recording, work) in enumerate(facts)
    ]
    database.execute("DELETE FROM facts")
    holes = f"({', '.join('?' * len(rows[0]))})"
    values = [value for row in rows for value in row]
    database.execute(f"INSERT INTO facts VALUES {', '.join([holes] * len(rows))}", values)
    terms = [term_columns(subject, place) for place in PLACES for subject in (Subject.RECORDING, Subject.WORK)]
    asked = ", ".join(f"{term.rule}, {term.free_from}" for term in terms)
    found = database.execute(f"SELECT {asked} FROM facts ORDER BY number").fetchall()
    for (recording, work), answers in zip(facts, found, strict=True):
        for at, place in enumerate(PLACES):
            r_rule, r_free, w_rule, w_free = answers[4 * at : 4 * at + 4]
            ours, its_work = recording_term(recording, place), work_term(work, place)
            assert (ours.free_from, its_work.free_from) == (r_free, w_free), place
            assert ours.rule == rows_for(Subject.RECORDING, place)[r_rule].name
            assert its_work.rule == rows_for(Subject.WORK, place)[w_rule].name


def test_member_states_and_places_without_a_rule_have_their_sql(database: duckdb.DuckDBPyConnection) -> None:
    union = term_columns(Subject.RECORDING, Territory("EU"))
    assert all(term_columns(Subject.RECORDING, place) == union for place in EU_MEMBERS)
    answer = database.execute(f"SELECT {term_columns(Subject.WORK, Territory('BR')).free_from}").fetchall()
    assert answer == [(None,)]
