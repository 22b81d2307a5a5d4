"""The gate as SQL: for any statements and any question it answers as the Python gate does.

The oracle is `rights.gate.decide`, object by object.
"""

from collections.abc import Sequence
from datetime import date

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.model.digests import EMPTY_CONTENT_ID
from longplay.model.rights import (
    Act,
    Condition,
    KeepingBasis,
    MiningPreference,
    Purpose,
    RightsBasis,
    RightsObject,
    RightsStatement,
    StatementKind,
    StatementSource,
    Strength,
    Subject,
    Territory,
)
from longplay.model.terms import RecordingFacts, WorkFacts
from longplay.rights.gate import decide
from longplay.rights.sql import (
    COLUMNS,
    Question,
    conditions_of,
    decision_sql,
    licence_rows,
    row_of,
    row_of_none,
    verdict_of,
)

PLACES = [Territory(code) for code in ("001", "EU", "SE", "US", "GB", "BR")]
DAYS = st.sampled_from([date(2026, 11, 23), date(2027, 1, 1), date(2034, 1, 1), date(2067, 2, 16)])
YEARS = st.none() | st.sampled_from([1915, 1922, 1923, 1925, 1926, 1956, 1957, 1962, 1963, 1972, 2001])

QUESTIONS = st.builds(
    Question,
    act=st.sampled_from(Act),
    territory=st.sampled_from(PLACES),
    day=DAYS,
    purpose=st.sampled_from(Purpose),
    keeping=st.sampled_from(KeepingBasis),
    mining=st.none() | st.sampled_from(MiningPreference),
)
LICENCES = [
    None,
    "",
    "CC0-1.0",
    "CC-BY-3.0",
    "CC-BY-4.0",
    "CC-BY-NC-4.0",
    "GPL-2.0-or-later OR CC-BY-SA-2.0",
    "CC-BY-NC-4.0 OR GPL-3.0-only",
    "Beerware",
    "(",
]


def subset(kind: type) -> st.SearchStrategy[tuple]:
    return st.lists(st.sampled_from(kind), max_size=2, unique=True).map(tuple)


STATEMENTS = st.builds(
    RightsStatement,
    basis=st.just(RightsBasis.OTHER),
    licence=st.sampled_from(LICENCES),
    stated=st.just("words"),
    evidence=st.just("a test"),
    source=st.just(StatementSource.TABLE),
    missing=st.sampled_from([None, None, None, "a fact"]),
    kind=st.sampled_from([StatementKind.LICENCE] * 4 + list(StatementKind)),
    strength=st.sampled_from([Strength.PLAIN] * 3 + list(Strength)),
    family=st.sampled_from([None, None, "", "CC-BY", "CC"]),
    covers=st.sampled_from(
        [
            (Subject.RECORDING, Subject.WORK),
            (Subject.RECORDING, Subject.WORK),
            (Subject.RECORDING,),
            (Subject.WORK,),
            (Subject.COVER_ART,),
        ]
    ),
    territories=st.sampled_from(
        [(), (), (Territory("SE"),), (Territory("EU"),), (Territory("BR"), Territory("US"))]
    ),
    valid_from=st.none() | DAYS,
    valid_until=st.none() | DAYS,
    permits=subset(Act),
    forbids=st.just(()) | subset(Act),
    conditions=st.just(()) | subset(Condition),
    mining=st.none() | st.sampled_from(MiningPreference),
    recording=st.none()
    | st.builds(RecordingFacts, published_year=YEARS, is_published=st.sampled_from([None, True, False])),
    work=st.none() | st.builds(WorkFacts, published_year=YEARS, last_death_year=YEARS),
)
OBJECTS = st.lists(st.lists(STATEMENTS, max_size=3), min_size=20, max_size=60)


def by_sql(
    question: Question, objects: Sequence[Sequence[RightsStatement]]
) -> dict[int, tuple[object, object]]:
    """Verdict and conditions by object."""
    rows = [
        row
        for number, statements in enumerate(objects)
        for row in (
            [row_of(number, one, is_only=len(statements) == 1) for one in statements] or [row_of_none(number)]
        )
    ]
    licences = {one.licence for statements in objects for one in statements if one.licence}
    with duckdb.connect() as database:
        columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
        database.execute(f"CREATE TABLE statement ({columns})")
        marks = ", ".join("?" * len(COLUMNS))
        database.executemany(f"INSERT INTO statement VALUES ({marks})", [list(row.values()) for row in rows])
        database.execute("CREATE TABLE licence_option (licence VARCHAR, key BIGINT)")
        options = licence_rows(question, sorted(licences)) or [("none", 0)]
        database.executemany("INSERT INTO licence_option VALUES (?, ?)", options)
        found = database.execute(decision_sql(question)).fetchall()
    return {object_id: (verdict_of(rank), conditions_of(mask)) for object_id, rank, mask in found}


@settings(max_examples=25, deadline=None)
@given(QUESTIONS, OBJECTS)
def test_sql_decides_as_python_does(question: Question, objects: list[list[RightsStatement]]) -> None:
    asked = (question.territory, question.day, question.purpose)
    expected = {}
    for number, statements in enumerate(objects):
        obj = RightsObject(
            content_id=EMPTY_CONTENT_ID,
            statements=tuple(statements),
            keeping=question.keeping,
            mining=question.mining,
        )
        decision = decide(question.act, obj, *asked)
        expected[number] = (decision.verdict, decision.conditions)
    assert by_sql(question, objects) == expected
