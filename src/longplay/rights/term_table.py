"""The table of terms of protection: one list of rows a place and subject, the first that applies decides.

Not legal advice; to be confirmed by counsel. Where facts leave room, a row states a date only when no
possibility ends later (a bound), and names the missing fact otherwise. Facts are taken as they stand: a
publication to come is a new fact.

What is left out stands in docs/reference/terms-of-protection.md.

Source: the provision cited in each row.
"""

from datetime import date
from typing import Final

from longplay.model.rights import Subject, Territory
from longplay.rights.term_rows import (
    AtLeast,
    AtMost,
    Before,
    Beyond,
    Earlier,
    End,
    Is,
    Known,
    Later,
    Missing,
    NotInYear,
    On,
    Outside,
    TermRow,
    Test,
    Unknown,
    Within,
    YearsAfter,
)

_MEMBERS = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"

EU_MEMBERS: Final = frozenset(map(Territory, _MEMBERS.split()))
"""The member states of the European Union."""

EARLIEST: Final = 1860
"""Nothing that can be played was fixed earlier."""

EARLIEST_OF_WORKS: Final = 1000
"""Nothing written earlier has a year that is known."""

LATEST: Final = 2026
"""The year whose law the table states. A later one is a mistake, or nothing this table speaks of: there is no
clock here, and a year to come must never be taken for a late publication that ended a term."""

_FIXED, _PUBLISHED, _COMMUNICATED = "fixed_year", "published_year", "communicated_year"
_US_1972: Final = date(1972, 2, 15)
_US_END: Final = On(date(2067, 2, 16))


def _implausible(*facts: str, first: int) -> tuple[TermRow, ...]:
    """Rows that let no mistaken year decide."""
    return tuple(
        TermRow(
            name="implausible",
            citation=f"no rule applies to years before {first} or after {LATEST}",
            when=(Outside(fact, first, LATEST),),
            end=Missing(f"a plausible {fact.replace('_', ' ')}"),
        )
        for fact in facts
    )


def _contradiction(*when: Test) -> TermRow:
    return TermRow(
        name="contradiction",
        citation="no rule applies to facts that contradict each other",
        when=when,
        end=Missing("which of the contradicting years holds"),
    )


_RECORDING_CHECKS: Final = (
    *_implausible(_FIXED, _PUBLISHED, _COMMUNICATED, first=EARLIEST),
    _contradiction(Beyond(_FIXED, _PUBLISHED, 0)),
    _contradiction(Beyond(_FIXED, _COMMUNICATED, 0)),
    TermRow(
        name="day-without-year",
        citation="no rule applies to a day of publication without its year",
        when=(Known("published_on"), Unknown(_PUBLISHED)),
        end=Missing("the year of its first lawful publication, beside the day"),
    ),
    _contradiction(NotInYear("published_on", _PUBLISHED)),
    _contradiction(Is("is_published", value=False), Known(_PUBLISHED)),
)
_WORK_CHECKS: Final = _implausible("published_year", "last_death_year", first=EARLIEST_OF_WORKS)


_LATE: Final = Beyond(_PUBLISHED, _FIXED, 50)
_UNPUBLISHED: Final = Is("is_published", value=False)


def _europe(place: str, citation: str, *before: TermRow) -> tuple[TermRow, ...]:
    """50 years from fixation; published in that time 70 from it, else communicated 70 from that; no revival.

    What counted in 50 years from fixation and was over by 1962 had lapsed by 1 November 2013, and 1912 is the
    last year of fixation of which that is certain. Without a year of communication the latest that could count
    is 50 years after fixation: 120 years bound the term.
    """

    def row(name: str, *when: Test, end: End) -> TermRow:
        return TermRow(name=f"{place}-{name}", citation=citation, when=when, end=end)

    in_time = Within(_COMMUNICATED, _FIXED, 50)
    too_late = Beyond(_COMMUNICATED, _FIXED, 50)
    return (
        *before,
        row("late-lapsed", _LATE, in_time, AtMost(_COMMUNICATED, 1962), end=YearsAfter(_COMMUNICATED, 50)),
        row("late-communicated", _LATE, in_time, end=YearsAfter(_COMMUNICATED, 70)),
        row("late-fixed", _LATE, too_late, end=YearsAfter(_FIXED, 50)),
        row("late-long-ago", _LATE, AtMost(_FIXED, 1912), end=YearsAfter(_FIXED, 100)),
        row("late-bound", _LATE, end=YearsAfter(_FIXED, 120)),
        row("published-lapsed", AtMost(_PUBLISHED, 1962), end=YearsAfter(_PUBLISHED, 50)),
        row("published", Known(_PUBLISHED), end=YearsAfter(_PUBLISHED, 70)),
        row("unpublished-fixed", _UNPUBLISHED, too_late, end=YearsAfter(_FIXED, 50)),
        row("unpublished-lapsed", _UNPUBLISHED, AtMost(_COMMUNICATED, 1962), end=YearsAfter(_COMMUNICATED, 50)),
        row("unpublished-communicated", _UNPUBLISHED, Known(_COMMUNICATED), end=YearsAfter(_COMMUNICATED, 70)),
        row("fixed-long-ago", AtMost(_FIXED, 1912), end=YearsAfter(_FIXED, 100)),
        row("unpublished", _UNPUBLISHED,
            end=Missing("the year of its first lawful communication to the public, or that there was none")),
        row("unknown", end=Missing("the year of its first lawful publication, or that there was none")),
    )  # fmt: skip


def _united_kingdom() -> tuple[TermRow, ...]:
    """As in the Union, but what was made from June 1957 to July 1989 and lay unpublished is kept until 2039.

    If it is published by then, 50 years from that: 70 bound it.
    """
    citation = "CDPA 1988 s. 13A as amended by SI 2013/1782; sch. 1 para. 12(5), SI 2003/2498 reg. 39"
    made = (AtLeast(_FIXED, 1957), AtMost(_FIXED, 1989))
    end = Later(YearsAfter(_COMMUNICATED, 70), On(date(2040, 1, 1)))

    def row(name: str, *when: Test, end: End) -> TermRow:
        return TermRow(name=f"gb-2039-{name}", citation=citation, when=when, end=end)

    return _europe(
        "gb",
        "CDPA 1988 s. 13A as amended by SI 2013/1782",
        row("late", _LATE, *made, end=YearsAfter(_PUBLISHED, 70)),
        row("communicated", _UNPUBLISHED, *made, Known(_COMMUNICATED), end=end),
        row("bound", _UNPUBLISHED, Unknown(_FIXED), AtLeast(_COMMUNICATED, 1957), end=end),
    )


_US_DAY: Final = Missing("the day on which it was fixed: before 15 February 1972, or from then on")


def _united_states() -> tuple[TermRow, ...]:
    """Fixed before 15 February 1972: section 1401; from then on federal copyright."""

    def row(name: str, citation: str, *when: Test, end: End) -> TermRow:
        return TermRow(name=f"us-{name}", citation=f"17 USC {citation}", when=when, end=end)

    rest = "1401(a)(2)(B)(iv)"
    hire = Is("is_for_hire", value=True)
    return (
        row("1401-before-1923", "1401(a)(2)(B)(i)", AtMost(_PUBLISHED, 1922), end=On(date(2022, 1, 1))),
        row("1401-1923-46", "1401(a)(2)(B)(ii)", AtMost(_PUBLISHED, 1946), end=YearsAfter(_PUBLISHED, 100)),
        row("1401-1947-56", "1401(a)(2)(B)(iii)", AtMost(_PUBLISHED, 1956), end=YearsAfter(_PUBLISHED, 110)),
        row("1401-1957-71", rest, AtMost(_PUBLISHED, 1971), end=_US_END),
        row("1401-early-1972", rest, Before("published_on", _US_1972), end=_US_END),
        row("1401-published-since", rest, Known(_PUBLISHED), AtMost(_FIXED, 1971), end=_US_END),
        row("1401-unpublished", rest, _UNPUBLISHED, AtMost(_FIXED, 1971), end=_US_END),
        row("304-for-hire-1972-77", "304(a)-(b)", hire, AtLeast(_PUBLISHED, 1972), AtMost(_PUBLISHED, 1977),
            end=YearsAfter(_PUBLISHED, 95)),
        row("302-for-hire", "302(c)", hire, AtLeast(_FIXED, 1973), Known(_PUBLISHED),
            end=Earlier(YearsAfter(_PUBLISHED, 95), YearsAfter(_FIXED, 120))),
        row("302-for-hire-bound", "302(c)", hire, AtLeast(_FIXED, 1973), end=YearsAfter(_FIXED, 120)),
        row("fixed-when", "301(c)", Known(_PUBLISHED), Unknown(_FIXED), end=_US_DAY),
        row("fixed-1972", "301(c)", AtLeast(_FIXED, 1972), AtMost(_FIXED, 1972), end=_US_DAY),
        row("302-304", "302, 304", AtLeast(_FIXED, 1973),
            end=Missing("whether it is a work made for hire, and when its authors died")),
        row("1401-unknown", "1401(a)(2)",
            end=Missing("the year of its first publication, or that there was none")),
    )  # fmt: skip


def _canada() -> tuple[TermRow, ...]:
    """50 years from fixation until 2012; then published within them 50 from that, since 2015 at most 70 or 100.

    What was still protected in July 2020 is held to the longer terms that an amendment of that year may give to
    what was not published within 50 years: 70 from fixation, never beyond 100.
    """

    def row(name: str, since: str, *when: Test, end: End) -> TermRow:
        citation = f"Copyright Act (Canada) s. 23{since}"
        return TermRow(name=f"ca-{name}", citation=citation, when=when, end=end)

    old, middle, new, last = (
        " before 7 Nov 2012",
        "(1.1) before 23 Jun 2015",
        "(1.1), (1.2)",
        "(1.1) since 2020",
    )
    return (
        row("fixed-lapsed", old, AtMost(_FIXED, 1961), end=YearsAfter(_FIXED, 50)),
        row("published-lapsed", middle, AtMost(_PUBLISHED, 1964), end=YearsAfter(_PUBLISHED, 50)),
        row("late", new, _LATE, AtMost(_FIXED, 1969), end=YearsAfter(_FIXED, 50)),
        row("late-bound", last, _LATE, end=YearsAfter(_FIXED, 100)),
        row("published-fixed", new, Known(_PUBLISHED), Known(_FIXED),
            end=Earlier(YearsAfter(_PUBLISHED, 70), YearsAfter(_FIXED, 100))),
        row("published", new, Known(_PUBLISHED), end=YearsAfter(_PUBLISHED, 70)),
        row("unpublished", new, _UNPUBLISHED, AtMost(_FIXED, 1969), end=YearsAfter(_FIXED, 50)),
        row("unpublished-since", last, _UNPUBLISHED, Known(_FIXED), end=YearsAfter(_FIXED, 70)),
        row("fixed", new, Known(_FIXED),
            end=Missing("the year of its first publication, or that there was none")),
        row("unknown", new, end=Missing("the years of its fixation and first publication")),
    )  # fmt: skip


def _japan() -> tuple[TermRow, ...]:
    """70 years from publication; what was made before 1971 is open: the Act of 1899 may have given it more."""

    def row(name: str, *when: Test, end: End) -> TermRow:
        citation = "Copyright Act (Japan) art. 101; supplementary provisions of 1970 and 2018"
        return TermRow(name=f"jp-{name}", citation=citation, when=when, end=end)

    old = Missing("what the Act of 1899 gave it: it was made before 1971")
    return (
        row("old-act-published", AtMost(_PUBLISHED, 1970), end=old),
        row("old-act-fixed", AtMost(_FIXED, 1970), end=old),
        row("published", Known(_PUBLISHED), Known(_FIXED), end=YearsAfter(_PUBLISHED, 70)),
        row("fixed-when", Known(_PUBLISHED),
            end=Missing("the year of its fixation: before 1971, or from then on")),
        row("unpublished", _UNPUBLISHED, Known(_FIXED), end=YearsAfter(_FIXED, 70)),
        row("unknown", end=Missing("the years of its fixation and first publication, or that there was none")),
    )  # fmt: skip


def _australia() -> tuple[TermRow, ...]:
    """Made by 1954: lapsed when terms were lengthened in 2005. What was published by then had been made."""

    def row(name: str, *when: Test, end: End) -> TermRow:
        citation = "Copyright Act 1968 (Australia) s. 93, 220; US Free Trade Agreement Implementation Act 2004"
        return TermRow(name=f"au-{name}", citation=citation, when=when, end=end)

    return (
        row("made", AtMost(_FIXED, 1954), end=YearsAfter(_FIXED, 50)),
        row("made-later", Known(_FIXED), end=Missing("a rule of ours for what was made after 1954")),
        row("published", AtMost(_PUBLISHED, 1954), end=YearsAfter(_PUBLISHED, 50)),
        row("unknown", end=Missing("the year in which it was made; after 1954 there is no rule of ours")),
    )  # fmt: skip


_DIED, _WORK_PUBLISHED = "last_death_year", "published_year"
_NO_DEATH: Final = Missing("the year in which the last of its authors died")


def _life(place: str, citation: str, *lapsed: TermRow) -> tuple[TermRow, ...]:
    """Life and 70 years, after the rows of those whose protection had lapsed when it was lengthened."""
    return (
        *lapsed,
        TermRow(
            name=f"{place}-work-life-70", citation=citation, when=(Known(_DIED),), end=YearsAfter(_DIED, 70)
        ),
        TermRow(name=f"{place}-work-unknown", citation=citation, when=(), end=_NO_DEATH),
    )


def _lapsed_work(place: str, citation: str, last: int) -> TermRow:
    """Life and 50 years for authors who died up to a year: not revived."""
    return TermRow(
        name=f"{place}-work-lapsed", citation=citation, when=(AtMost(_DIED, last),), end=YearsAfter(_DIED, 50)
    )


def _united_states_works() -> tuple[TermRow, ...]:
    return (
        TermRow(
            name="us-work-published",
            citation="17 USC 304(a)-(b): 95 years from publication",
            when=(AtMost(_WORK_PUBLISHED, 1977),),
            end=YearsAfter(_WORK_PUBLISHED, 95),
        ),
        TermRow(
            name="us-work-303",
            citation="17 USC 302(a), 303(a): life and 70 years, not before the end of 2047",
            when=(AtMost(_WORK_PUBLISHED, 2002), Known(_DIED)),
            end=Later(YearsAfter(_DIED, 70), On(date(2048, 1, 1))),
        ),
        TermRow(
            name="us-work-302",
            citation="17 USC 302(a): life and 70 years",
            when=(Known(_WORK_PUBLISHED), Known(_DIED)),
            end=YearsAfter(_DIED, 70),
        ),
        TermRow(name="us-work-death", citation="17 USC 302", when=(Known(_WORK_PUBLISHED),), end=_NO_DEATH),
        TermRow(
            name="us-work-unknown",
            citation="17 USC 302-304",
            when=(),
            end=Missing("the year in which the work was first published"),
        ),
    )


def _never(name: str, citation: str, missing: str) -> tuple[TermRow, ...]:
    return (TermRow(name=name, citation=citation, when=(), end=Missing(missing)),)


def _none(subject: str) -> tuple[TermRow, ...]:
    missing = f"a rule of ours for the term of the {subject} in that place"
    return _never(f"no-term-rule-{subject}", "terms of protection: no rule", missing)


def _everywhere(subject: str) -> tuple[TermRow, ...]:
    missing = f"a term of the {subject} that has ended in every place: ask for one place"
    return _never(f"no-world-term-{subject}", "terms of protection end by place", missing)


_EUROPE = "Directive 2006/116/EC art. 3(2), 8, 10(5), as amended by 2011/77/EU"
_EUROPE_WORKS = "Directive 2006/116/EC art. 1(1)-(2), (7), 8, as amended by 2011/77/EU"
_CANADA_WORKS = "Copyright Act (Canada) s. 6, 9, as amended 2022"
_JAPAN_WORKS = "Copyright Act (Japan) art. 51, as amended 2018"

RECORDING_ROWS: Final = {
    Territory("EU"): (*_RECORDING_CHECKS, *_europe("eu", _EUROPE)),
    Territory("GB"): (*_RECORDING_CHECKS, *_united_kingdom()),
    Territory("US"): (*_RECORDING_CHECKS, *_united_states()),
    Territory("CA"): (*_RECORDING_CHECKS, *_canada()),
    Territory("JP"): (*_RECORDING_CHECKS, *_japan()),
    Territory("AU"): (*_RECORDING_CHECKS, *_australia()),
    Territory("001"): _everywhere("recording"),
}
"""Rows for recordings by place; member states have those of `EU`."""

WORK_ROWS: Final = {
    Territory("EU"): (*_WORK_CHECKS, *_life("eu", _EUROPE_WORKS)),
    Territory("GB"): (*_WORK_CHECKS, *_life("gb", "CDPA 1988 s. 12, 10A")),
    Territory("US"): (*_WORK_CHECKS, *_united_states_works()),
    Territory("CA"): (*_WORK_CHECKS, *_life("ca", _CANADA_WORKS, _lapsed_work("ca", _CANADA_WORKS, 1971))),
    Territory("JP"): (*_WORK_CHECKS, *_life("jp", _JAPAN_WORKS, _lapsed_work("jp", _JAPAN_WORKS, 1967))),
    Territory("AU"): _none("work"),
    Territory("001"): _everywhere("work"),
}
"""Rows for musical works by place; member states have those of `EU`."""

_NO_RULE: Final = {Subject.RECORDING: _none("recording"), Subject.WORK: _none("work")}


def rows_for(subject: Subject, territory: Territory) -> tuple[TermRow, ...]:
    """The rows that decide for a subject in a place, in order; the last one always applies."""
    place = Territory("EU") if territory in EU_MEMBERS else territory
    table = RECORDING_ROWS if subject is Subject.RECORDING else WORK_ROWS
    return table.get(place, _NO_RULE[subject])
