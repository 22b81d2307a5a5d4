"""Terms of protection: the boundary years, and that less knowledge never frees.

Expected dates were worked out by hand from the provision each case cites, not by the table. The judge of the
rows that bound what is not known is `_ends`: the law of each place for facts that are all known, written down
apart from the table and tried on everything that could have happened.
"""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from functools import cache
from itertools import product
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.model.rights import Subject, Territory
from longplay.model.terms import RecordingFacts, WorkFacts
from longplay.rights.term_table import EU_MEMBERS, RECORDING_ROWS, WORK_ROWS, rows_for
from longplay.rights.terms import recording_term, work_term

TODAY = date(2026, 11, 23)
UNKNOWN = None

# published, and nothing else known


PUBLISHED = [
    # place, year of first publication, first day without protection, source
    ("US", 1922, date(2022, 1, 1), "17 USC 1401(a)(2)(B)(i): published before 1923, ended 31 Dec 2021"),
    ("US", 1923, date(2024, 1, 1), "17 USC 1401(a)(2)(B)(ii): 95 + 5 years"),
    ("US", 1925, date(2026, 1, 1), "17 USC 1401(a)(2)(B)(ii)"),
    ("US", 1926, date(2027, 1, 1), "17 USC 1401(a)(2)(B)(ii)"),
    ("US", 1946, date(2047, 1, 1), "17 USC 1401(a)(2)(B)(ii)"),
    ("US", 1947, date(2058, 1, 1), "17 USC 1401(a)(2)(B)(iii): 95 + 15 years"),
    ("US", 1956, date(2067, 1, 1), "17 USC 1401(a)(2)(B)(iii)"),
    ("US", 1957, date(2067, 2, 16), "17 USC 1401(a)(2)(B)(iv): until 15 Feb 2067"),
    ("US", 1971, date(2067, 2, 16), "17 USC 1401(a)(2)(B)(iv)"),
    ("US", 1972, UNKNOWN, "17 USC 301(c): the day of fixation decides"),
    ("US", 1980, UNKNOWN, "17 USC 302: authors, or work for hire"),
    ("SE", 1962, date(2013, 1, 1), "2006/116/EC art. 3(2) before 2011/77/EU: 50 years, lapsed, art. 10(5)"),
    ("SE", 1963, date(2034, 1, 1), "2006/116/EC art. 3(2) as amended: 70 years"),
    ("EU", 1962, date(2013, 1, 1), "2006/116/EC art. 10(5): no revival of what had lapsed by 1 Nov 2013"),
    ("EU", 1963, date(2034, 1, 1), "2006/116/EC art. 3(2) as amended"),
    ("GB", 1962, date(2013, 1, 1), "CDPA s. 13A before SI 2013/1782: 50 years"),
    ("GB", 1963, date(2034, 1, 1), "CDPA s. 13A as amended by SI 2013/1782: 70 years"),
    ("CA", 1964, date(2015, 1, 1), "Copyright Act s. 23 before 23 Jun 2015: 50 years"),
    ("CA", 1965, date(2036, 1, 1), "Copyright Act s. 23(1.1): 70 years from publication"),
    ("JP", 1967, UNKNOWN, "the Act of 1899 may govern what was made before 1971"),
    ("JP", 1968, UNKNOWN, "the Act of 1899 may govern what was made before 1971"),
    ("AU", 1954, date(2005, 1, 1), "Copyright Act 1968 s. 93 before 2005: 50 years; no revival"),
    ("AU", 1955, UNKNOWN, "Copyright Act 1968: no rule of ours"),
    ("BR", 1900, UNKNOWN, "no rule of ours"),
    ("001", 1900, UNKNOWN, "terms end by place"),
]


@pytest.mark.parametrize(("place", "year", "free_from", "source"), PUBLISHED)
def test_the_boundary_years_of_published_recordings(
    place: str, year: int, free_from: date | None, source: str
) -> None:
    term = recording_term(RecordingFacts(is_published=True, published_year=year), Territory(place))
    assert term.free_from == free_from, source
    assert (term.missing is None) == (free_from is not None)
    assert term.citation


@pytest.mark.parametrize(
    ("place", "last_free", "next_change", "source"),
    [
        ("US", 1925, date(2027, 1, 1), "17 USC 1401(a)(2)(B)(ii)"),
        ("SE", 1962, date(2034, 1, 1), "2006/116/EC art. 3(2), 10(5)"),
        ("EU", 1962, date(2034, 1, 1), "2006/116/EC art. 3(2), 10(5)"),
        ("GB", 1962, date(2034, 1, 1), "CDPA s. 13A, SI 2013/1782"),
        ("CA", 1964, date(2036, 1, 1), "Copyright Act s. 23(1.1)"),
        ("AU", 1954, UNKNOWN, "Copyright Act 1968"),
        ("JP", None, UNKNOWN, "the Act of 1899"),
        ("BR", None, UNKNOWN, "no rule of ours"),
        ("001", None, UNKNOWN, "terms end by place"),
    ],
)
def test_what_is_free_on_a_day_ends_with_a_year_and_the_next_follows_on_its_day(
    place: str, last_free: int | None, next_change: date | None, source: str
) -> None:
    ends = {
        year: recording_term(RecordingFacts(published_year=year), Territory(place)).free_from
        for year in range(1860, 2027)
    }
    free = [year for year, end in ends.items() if end is not None and end <= TODAY]
    assert max(free, default=None) == last_free, source
    assert free == list(range(1860, (last_free or 1859) + 1))
    assert min((end for end in ends.values() if end and end > TODAY), default=None) == next_change, source


# what else is known


MADE = [
    # place, facts, first day without protection, source
    ("US", {"published_year": 1972, "published_on": date(1972, 2, 14)}, date(2067, 2, 16),
     "17 USC 1401(a)(2)(B)(iv), 301(c): fixed before 15 Feb 1972"),
    ("US", {"published_year": 1972, "published_on": date(1972, 2, 15)}, UNKNOWN, "17 USC 301(c): fixed when?"),
    ("US", {"published_on": date(1972, 2, 14)}, UNKNOWN, "a day without its year"),
    ("US", {"is_published": False, "fixed_year": 1930}, date(2067, 2, 16), "17 USC 1401(a)(2)(B)(iv)"),
    ("US", {"is_published": False, "fixed_year": 1971}, date(2067, 2, 16), "17 USC 1401(a)(2)(B)(iv)"),
    ("US", {"is_published": False, "fixed_year": 1972}, UNKNOWN, "17 USC 301(c): fixed when?"),
    ("US", {"fixed_year": 1910}, UNKNOWN, "17 USC 1401: published or not?"),
    ("US", {"fixed_year": 1910, "is_published": True}, UNKNOWN, "17 USC 1401: published when?"),
    ("US", {"published_year": 1975, "fixed_year": 1974, "is_for_hire": True}, date(2071, 1, 1), "17 USC 304"),
    ("US", {"published_year": 1975, "is_for_hire": True}, date(2071, 1, 1),
     "17 USC 304: 95 years; fixed before 15 Feb 1972 it ends on 15 Feb 2067"),
    ("US", {"published_year": 1972, "is_for_hire": True}, date(2068, 1, 1), "17 USC 304: as before"),
    ("US", {"published_year": 1975, "fixed_year": 1974}, UNKNOWN, "17 USC 302-304"),
    ("US", {"published_year": 1990, "fixed_year": 1974, "is_for_hire": True}, date(2086, 1, 1), "302(c)"),
    ("US", {"published_year": 2020, "fixed_year": 1974, "is_for_hire": True}, date(2095, 1, 1), "302(c)"),
    ("US", {"published_year": 1990, "fixed_year": 1970}, date(2067, 2, 16), "17 USC 1401: fixed before 1972"),
    ("EU", {"is_published": False, "fixed_year": 1930, "communicated_year": 1962}, date(2013, 1, 1),
     "2006/116/EC art. 3(2) before 2011/77/EU: 50 years from communication"),
    ("EU", {"is_published": False, "fixed_year": 1930, "communicated_year": 1963}, date(2034, 1, 1),
     "2006/116/EC art. 3(2), third sentence, as amended"),
    ("EU", {"is_published": False, "fixed_year": 1930, "communicated_year": 1990}, date(1981, 1, 1),
     "2006/116/EC art. 3(2): 50 years from fixation; communicated after that"),
    ("EU", {"is_published": False, "fixed_year": 1950}, UNKNOWN, "2006/116/EC art. 3(2)"),
    ("EU", {"fixed_year": 1912}, date(2013, 1, 1), "2006/116/EC art. 3(2): lapsed, whatever happened"),
    ("EU", {"fixed_year": 1913}, UNKNOWN, "2006/116/EC art. 3(2): it may have been published in 1963"),
    ("EU", {"fixed_year": 1900, "published_year": 1990}, date(2001, 1, 1), "2006/116/EC art. 3(2): at latest"),
    ("EU", {"fixed_year": 1940, "published_year": 2000}, date(2061, 1, 1),
     "2006/116/EC art. 3(2): published too late; at latest communicated in 1990"),
    ("GB", {"is_published": False, "fixed_year": 1956, "communicated_year": 2010}, date(2007, 1, 1),
     "CDPA s. 13A: 50 years from making"),
    ("GB", {"is_published": False, "fixed_year": 1957, "communicated_year": 2010}, date(2081, 1, 1),
     "CDPA sch. 1 para. 12(5): not before the end of 2039"),
    ("GB", {"is_published": False, "fixed_year": 1960, "communicated_year": 1962}, date(2040, 1, 1),
     "CDPA sch. 1 para. 12(5): broadcast, but never published"),
    ("GB", {"fixed_year": 1960, "published_year": 2015, "communicated_year": 2014}, date(2086, 1, 1),
     "CDPA sch. 1 para. 12(5): published before the end of 2039; at latest"),
    ("CA", {"is_published": True, "published_year": 2000, "fixed_year": 1966}, date(2067, 1, 1),
     "Copyright Act s. 23(1.1): the earlier of 70 from publication and 100 from fixation"),
    ("CA", {"is_published": False, "fixed_year": 1966}, date(2017, 1, 1), "Copyright Act s. 23(1.1): 50 years"),
    ("CA", {"is_published": False, "fixed_year": 1970}, date(2041, 1, 1),
     "Copyright Act s. 23(1.1) as amended 2020: 70 years for what was protected on 1 Jul 2020"),
    ("CA", {"fixed_year": 1961, "published_year": 1965}, date(2012, 1, 1),
     "Copyright Act s. 23 before 7 Nov 2012: 50 years from fixation"),
    ("CA", {"fixed_year": 1962, "published_year": 1965}, date(2036, 1, 1),
     "Copyright Act s. 23(1.1) of 2012: published in time, so protected on 23 Jun 2015"),
    ("CA", {"fixed_year": 1964, "published_year": 2015}, date(2015, 1, 1), "s. 23(1.1): lapsed in 2014"),
    ("JP", {"published_year": 1971, "fixed_year": 1971}, date(2042, 1, 1), "art. 101: 70 years"),
    ("JP", {"published_year": 1980, "fixed_year": 1968}, UNKNOWN, "Act of 1899"),
    ("JP", {"published_year": 1980}, UNKNOWN, "made before or from 1971?"),
    ("AU", {"fixed_year": 1954, "published_year": 1990}, date(2005, 1, 1), "s. 220: counted from making"),
    ("AU", {"fixed_year": 1955, "published_year": 1955}, UNKNOWN, "no rule of ours"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "facts", "free_from", "source"), MADE)
def test_what_else_decides_of_recordings(
    place: str, facts: dict[str, object], free_from: date | None, source: str
) -> None:
    term = recording_term(RecordingFacts(**facts), Territory(place))  # type: ignore[arg-type]
    assert term.free_from == free_from, source


@pytest.mark.parametrize("place", ["SE", "GB", "US", "CA", "JP", "AU", "BR", "001"])
@pytest.mark.parametrize(
    "facts",
    [
        {"published_year": 1950, "fixed_year": 1951},
        {"communicated_year": 1950, "fixed_year": 1951},
        {"published_year": 1950, "is_published": False},
        {"published_year": 1950, "published_on": date(1951, 1, 1)},
        {"published_on": date(1920, 1, 1)},
        {"published_year": 0},
        {"published_year": 1859},
        {"published_year": 2027, "fixed_year": 1900},
        {"communicated_year": 9999, "fixed_year": 1900, "is_published": False},
        {"fixed_year": -1},
        {"fixed_year": 10**12},
        {},
    ],
)
def test_years_that_cannot_be_decide_nothing(place: str, facts: dict[str, object]) -> None:
    term = recording_term(RecordingFacts(**facts), Territory(place))  # type: ignore[arg-type]
    assert term.free_from is None
    assert term.missing


WORKS = [
    ("SE", {"last_death_year": 1955}, date(2026, 1, 1), "2006/116/EC art. 1(1): life and 70 years"),
    ("EU", {"last_death_year": 1956}, date(2027, 1, 1), "2006/116/EC art. 1(1), (7): the last of both"),
    ("GB", {"last_death_year": 1955}, date(2026, 1, 1), "CDPA s. 12"),
    ("GB", {"last_death_year": 1956}, date(2027, 1, 1), "CDPA s. 12, 10A"),
    ("SE", {"published_year": 1850}, UNKNOWN, "2006/116/EC art. 1: the death of the last author"),
    ("SE", {"last_death_year": 2027}, UNKNOWN, "nobody has died in a year to come"),
    ("US", {"published_year": 1930}, date(2026, 1, 1), "17 USC 304: 95 years"),
    ("US", {"published_year": 1931}, date(2027, 1, 1), "17 USC 304: 95 years"),
    ("US", {"published_year": 1977}, date(2073, 1, 1), "17 USC 304: 95 years"),
    ("US", {"published_year": 1977, "last_death_year": 1900}, date(2073, 1, 1), "17 USC 304: 95 years"),
    ("US", {"published_year": 1978}, UNKNOWN, "17 USC 302: life and 70 years"),
    ("US", {"published_year": 1990, "last_death_year": 1960}, date(2048, 1, 1), "17 USC 303(a): until 2047"),
    ("US", {"published_year": 2010, "last_death_year": 2012}, date(2083, 1, 1), "17 USC 302(a)"),
    ("US", {"last_death_year": 1900}, UNKNOWN, "17 USC 302-304: published when?"),
    ("CA", {"last_death_year": 1971}, date(2022, 1, 1), "Copyright Act s. 6 before 30 Dec 2022: life and 50"),
    ("CA", {"last_death_year": 1972}, date(2043, 1, 1), "Copyright Act s. 6: life and 70"),
    ("JP", {"last_death_year": 1967}, date(2018, 1, 1), "art. 51 before 30 Dec 2018: life and 50"),
    ("JP", {"last_death_year": 1968}, date(2039, 1, 1), "art. 51: life and 70"),
    ("AU", {"last_death_year": 1900}, UNKNOWN, "no rule of ours"),
    ("BR", {"last_death_year": 1900}, UNKNOWN, "no rule of ours"),
    ("001", {"last_death_year": 1800}, UNKNOWN, "terms end by place"),
]


@pytest.mark.parametrize(("place", "facts", "free_from", "source"), WORKS)
def test_the_boundary_years_of_works(
    place: str, facts: dict[str, int], free_from: date | None, source: str
) -> None:
    term = work_term(WorkFacts(**facts), Territory(place))
    assert term.free_from == free_from, source


# what is not known


class History(NamedTuple):
    """All that may have happened to a recording; `None`: it never did."""

    fixed: int
    published: int | None
    communicated: int | None


def _ends_in_europe(history: History) -> date:
    """2006/116/EC art. 3(2) before and after 2011/77/EU, art. 10(5)."""
    fixed, published, communicated = history
    counts = [year for year in (published, communicated) if year is not None and year <= fixed + 50]
    if published is not None and published <= fixed + 50:
        counts = [published]
    if not counts:
        return date(fixed + 51, 1, 1)
    lapsed = counts[0] + 50 <= 2012
    return date(counts[0] + (51 if lapsed else 71), 1, 1)


def _ends_in_the_kingdom(history: History) -> date:
    """As in Europe; CDPA sch. 1 para. 12(5) for what was made from June 1957 and unpublished in 1989."""
    saved = date.min
    if 1957 <= history.fixed <= 1989 and (history.published is None or history.published >= 1989):
        published = history.published
        saved = date(published + 51 if published is not None and published <= 2039 else 2040, 1, 1)
    return max(saved, _ends_in_europe(history))


def _ends_in_the_states(history: History) -> date:
    """17 USC 1401; what may have been fixed from 15 February 1972 on has no end that is known."""
    if history.fixed >= 1972:
        return date.max
    if history.published is None or history.published >= 1957:
        return date(2067, 2, 16)
    if history.published >= 1947:
        return date(history.published + 111, 1, 1)
    return date(history.published + 101, 1, 1) if history.published >= 1923 else date(2022, 1, 1)


def _ends_in_canada(history: History) -> date:
    """Copyright Act s. 23 until 2012, 2015 and 2020, and since: each change for what was still protected."""
    fixed, published, _ = history
    end = fixed + 50
    if end >= 2012 and published is not None and published <= end:
        end = published + 50
    in_time = published is not None and published <= fixed + 50
    if end >= 2015 and published is not None and in_time:
        end = min(published + 70, fixed + 100)
    if end >= 2020 and not in_time:
        end = fixed + 70
        if published is not None and published <= end:
            end = min(published + 75, fixed + 100)
    return date(end + 1, 1, 1)


def _ends_in_japan(history: History) -> date:
    """Art. 101; what was made before 1971 has no end that is known."""
    fixed, published, _ = history
    if fixed <= 1970:
        return date.max
    return date((published if published is not None and published <= fixed + 70 else fixed) + 71, 1, 1)


def _ends_in_australia(history: History) -> date:
    """Copyright Act 1968 before 2005; what was made after 1954 has no end that is known."""
    return date(history.fixed + 51, 1, 1) if history.fixed <= 1954 else date.max


ENDS = {
    "EU": _ends_in_europe,
    "GB": _ends_in_the_kingdom,
    "US": _ends_in_the_states,
    "CA": _ends_in_canada,
    "JP": _ends_in_japan,
    "AU": _ends_in_australia,
}
YEARS = (1900, 1912, 1913, 1922, 1946, 1954, 1956, 1957, 1961, 1962, 1964, 1965, 1970, 1971, 2007, 2026)
HAPPENED = (1860, *YEARS, 1963, 1969, 1972, 1989, 2012)
"""Years in which something may have happened that is not known: those tried as facts, and their neighbours."""
Partial = tuple[int | None, int | None, int | None, bool | None]


def _histories() -> Iterator[History]:
    later = (None, *HAPPENED)
    for fixed, published, communicated in product(HAPPENED, later, later):
        if all(year is None or year >= fixed for year in (published, communicated)):
            yield History(fixed, published, communicated)


def _partly_known(history: History) -> Iterator[Partial]:
    """Each state of knowledge in which this may have happened."""
    fixed, published, communicated = history
    known = {published is not None, None}
    for one, two, three in product({fixed, None}, {published, None}, {communicated, None}):
        for is_published in {True} if two is not None else known:
            yield one, two, three, is_published


@cache
def _last_ends(place: str) -> dict[Partial, date]:
    """By what is known: the latest end of all that may have happened."""
    found: dict[Partial, date] = {}
    for history in _histories():
        end = ENDS[place](history)
        for partial in _partly_known(history):
            found[partial] = max(end, found.get(partial, date.min))
    return {partial: end for partial, end in found.items() if {*partial[:3]} <= {None, *YEARS}}


def _facts(partial: Partial) -> RecordingFacts:
    fixed, published, communicated, is_published = partial
    return RecordingFacts(
        fixed_year=fixed,
        published_year=published,
        communicated_year=communicated,
        is_published=is_published,
    )


@pytest.mark.parametrize("place", ENDS)
def test_no_recording_is_free_while_something_that_may_have_happened_protects_it(place: str) -> None:
    assert len(_last_ends(place)) > 1_000
    for partial, last in _last_ends(place).items():
        term = recording_term(_facts(partial), Territory(place))
        assert (term.free_from or date.max) >= last, (partial, term)


@pytest.mark.parametrize("place", ENDS)
def test_what_is_free_whatever_happened_is_not_called_unknown(place: str) -> None:
    """That what was broadcast had been made by then is left aside."""
    for partial, last in _last_ends(place).items():
        fixed, _, communicated, _ = partial
        told_by_a_broadcast = fixed is None and communicated is not None
        if last <= TODAY and not told_by_a_broadcast:
            term = recording_term(_facts(partial), Territory(place))
            assert (term.free_from or date.max) <= TODAY, (partial, term)


PLACES = [Territory(code) for code in ("EU", "SE", "GB", "US", "CA", "JP", "AU", "BR", "001")]
MISTAKES = {"contradiction", "implausible", "day-without-year"}
"""Rules that say that a fact is a mistake or half a fact: without it there may be an answer."""
SOME_YEAR = st.none() | st.integers(1890, 2026) | st.sampled_from([*YEARS, 1859, 1860, 2027])
DAYS = st.none() | st.dates(date(1971, 12, 1), date(1973, 2, 1))
RECORDINGS = st.builds(
    RecordingFacts,
    fixed_year=SOME_YEAR,
    is_published=st.none() | st.booleans(),
    published_year=SOME_YEAR | st.just(1972),
    published_on=DAYS,
    communicated_year=SOME_YEAR,
    is_for_hire=st.none() | st.booleans(),
)


@settings(max_examples=50, deadline=None)
@given(RECORDINGS)
def test_a_recording_of_which_less_is_known_is_not_free_earlier(facts: RecordingFacts) -> None:
    for place in PLACES:
        known = recording_term(facts, place)
        for one in fields(RecordingFacts) if known.rule not in MISTAKES else ():
            less = recording_term(replace(facts, **{one.name: None}), place)
            assert (less.free_from or date.max) >= (known.free_from or date.max), (place, one.name, less)


def test_a_recording_near_a_boundary_of_which_less_is_known_is_not_free_earlier() -> None:
    for place in map(Territory, ENDS):
        for partial in _last_ends(place):
            known = recording_term(_facts(partial), place)
            for at in range(4):
                less = recording_term(_facts((*partial[:at], None, *partial[at + 1 :])), place)  # type: ignore[arg-type]
                assert (less.free_from or date.max) >= (known.free_from or date.max), (place, partial, less)


@settings(max_examples=50, deadline=None)
@given(st.builds(WorkFacts, published_year=SOME_YEAR, last_death_year=SOME_YEAR))
def test_a_work_of_which_less_is_known_is_not_free_earlier(facts: WorkFacts) -> None:
    for place in PLACES:
        known = work_term(facts, place)
        for one in fields(WorkFacts) if known.rule not in MISTAKES else ():
            less = work_term(replace(facts, **{one.name: None}), place)
            assert (less.free_from or date.max) >= (known.free_from or date.max)


@pytest.mark.parametrize("place", PLACES)
def test_what_was_published_later_is_not_free_earlier(place: Territory) -> None:
    ends = [
        recording_term(RecordingFacts(is_published=True, published_year=year), place).free_from or date.max
        for year in range(1860, 2027)
    ]
    assert ends == sorted(ends)


@pytest.mark.parametrize("place", PLACES)
def test_a_work_whose_authors_died_later_is_not_free_earlier(place: Territory) -> None:
    ends = [
        work_term(WorkFacts(last_death_year=year), place).free_from or date.max for year in range(1800, 2027)
    ]
    assert ends == sorted(ends)


# the table itself


def test_the_union_has_its_27_member_states() -> None:
    assert len(EU_MEMBERS) == 27


@pytest.mark.parametrize("member", sorted(EU_MEMBERS))
def test_member_states_have_the_rules_of_the_union(member: Territory) -> None:
    assert rows_for(Subject.RECORDING, member) is RECORDING_ROWS[Territory("EU")]
    assert rows_for(Subject.WORK, member) is WORK_ROWS[Territory("EU")]


def test_every_row_has_a_name_of_its_own_and_a_citation() -> None:
    for table in (RECORDING_ROWS, WORK_ROWS):
        named = [(place, row) for place, rows in table.items() for row in rows if row.name not in MISTAKES]
        assert len({row.name for _, row in named}) == len(named)
        assert all(row.citation for _, row in named)
        assert all(rows[-1].when == () for rows in table.values())


@pytest.mark.parametrize("place", RECORDING_ROWS)
def test_every_row_decides_something(place: Territory) -> None:
    years = (None, *HAPPENED, 1859, 1973, 2027)
    decided = set()
    for fixed, published, communicated in product(years, years, (None, 1859, 1912, 1962, 1969, 2007, 2027)):
        for is_published, is_for_hire in ((None, None), (False, None), (None, True)):
            for published_on in (None, date(1972, 2, 14)):
                facts = RecordingFacts(
                    fixed_year=fixed,
                    is_published=is_published,
                    published_year=published,
                    published_on=published_on,
                    communicated_year=communicated,
                    is_for_hire=is_for_hire,
                )
                decided.add(recording_term.__wrapped__(facts, place).rule)
    assert decided == {row.name for row in rows_for(Subject.RECORDING, place)}
