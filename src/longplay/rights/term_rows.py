"""The language of the table of terms: tests on facts, and ends of protection, each for Python and for SQL.

A closed vocabulary: a row can say no more than this, so that what Python reads and what SQL is compiled from is
the same. A fact that is not known passes no test but `Unknown`.

Source: docs/reference/terms-of-protection.md.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from longplay.model.terms import RecordingFacts, WorkFacts

Facts = RecordingFacts | WorkFacts


class Test(Protocol):
    """Whether facts are such that a row applies."""

    def holds(self, facts: Facts) -> bool:
        """For one object."""

    def sql(self, prefix: str) -> str:
        """As a boolean expression over columns `<prefix><fact>`; null counts as false."""


def _year(facts: Facts, name: str) -> int | None:
    value: int | None = getattr(facts, name)
    return value


@dataclass(frozen=True, slots=True)
class Known:
    """The fact is known."""

    fact: str

    def holds(self, facts: Facts) -> bool:
        """For one object."""
        return getattr(facts, self.fact) is not None

    def sql(self, prefix: str) -> str:
        """As SQL."""
        return f"{prefix}{self.fact} IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Unknown:
    """The fact is not known."""

    fact: str

    def holds(self, facts: Facts) -> bool:
        """For one object."""
        return getattr(facts, self.fact) is None

    def sql(self, prefix: str) -> str:
        """As SQL."""
        return f"{prefix}{self.fact} IS NULL"


@dataclass(frozen=True, slots=True)
class Is:
    """A yes-or-no fact is known to be so."""

    fact: str
    value: bool

    def holds(self, facts: Facts) -> bool:
        """For one object."""
        return getattr(facts, self.fact) is self.value

    def sql(self, prefix: str) -> str:
        """As SQL."""
        return f"{prefix}{self.fact} = {str(self.value).lower()}"


@dataclass(frozen=True, slots=True)
class AtMost:
    """A year is known and not later."""

    fact: str
    year: int

    def holds(self, facts: Facts) -> bool:
        """For one object."""
        value = _year(facts, self.fact)
        return value is not None and value <= self.year

    def sql(self, prefix: str) -> str:
        """As SQL."""
        return f"{prefix}{self.fact} <= {self.year}"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A year is known and not earlier."""

    fact: str
    year: int

    def holds(self, facts: Facts) -> bool:
        """For one object."""
        value = _year(facts, self.fact)
        return value is not None and value >= self.year

    def sql(self, prefix: str) -> str:
        """As SQL."""
        return f"{prefix}{self.fact} >= {self.year}"


@dataclass(frozen=True, slots=True)
class Outside:
    """A year is known and lies outside a range, whose ends belong to it."""

    fact: str
    first: int
    last: int

    def holds(self, facts: Facts) -> bool:
        """For one object."""
        value = _year(facts, self.fact)
        return value is not None and not self.first <= value <= self.last

    def sql(self, prefix: str) -> str:
        """As SQL."""
        return f"{prefix}{self.fact} NOT BETWEEN {self.first} AND {self.last}"


@dataclass(frozen=True, slots=True)
class Within:
    """A year is known to lie at most `years` after another."""

    fact: str
    after: str
    years: int

    def holds(self, facts: Facts) -> bool:
        """For one object."""
        value, base = _year(facts, self.fact), _year(facts, self.after)
        return value is not None and base is not None and value <= base + self.years

    def sql(self, prefix: str) -> str:
        """As SQL."""
        return f"{prefix}{self.fact} <= {prefix}{self.after}::INTEGER + {self.years}"


@dataclass(frozen=True, slots=True)
class Beyond:
    """A year is known to lie more than `years` after another."""

    fact: str
    after: str
    years: int

    def holds(self, facts: Facts) -> bool:
        """For one object."""
        value, base = _year(facts, self.fact), _year(facts, self.after)
        return value is not None and base is not None and value > base + self.years

    def sql(self, prefix: str) -> str:
        """As SQL."""
        return f"{prefix}{self.fact} > {prefix}{self.after}::INTEGER + {self.years}"


@dataclass(frozen=True, slots=True)
class Before:
    """A day is known and earlier."""

    fact: str
    day: date

    def holds(self, facts: Facts) -> bool:
        """For one object."""
        value: date | None = getattr(facts, self.fact)
        return value is not None and value < self.day

    def sql(self, prefix: str) -> str:
        """As SQL."""
        return f"{prefix}{self.fact} < DATE '{self.day.isoformat()}'"


@dataclass(frozen=True, slots=True)
class NotInYear:
    """A day is known that does not lie in the year stated, or no year is."""

    fact: str
    year: str

    def holds(self, facts: Facts) -> bool:
        """For one object."""
        value: date | None = getattr(facts, self.fact)
        return value is not None and value.year != _year(facts, self.year)

    def sql(self, prefix: str) -> str:
        """As SQL."""
        day = f"{prefix}{self.fact}"
        return f"{day} IS NOT NULL AND year({day}) IS DISTINCT FROM {prefix}{self.year}"


class End(Protocol):
    """When protection ends."""

    def free_from(self, facts: Facts) -> date | None:
        """First day without protection; `None` when it cannot be told."""

    def sql(self, prefix: str) -> str:
        """As a DATE expression; null when it cannot be told."""


@dataclass(frozen=True, slots=True)
class YearsAfter:
    """The end of the calendar year so many years after a year that the row's tests make sure is known."""

    fact: str
    years: int

    def free_from(self, facts: Facts) -> date | None:
        """The first of January after it."""
        value = _year(facts, self.fact)
        return None if value is None else date(value + self.years + 1, 1, 1)

    def sql(self, prefix: str) -> str:
        """As SQL."""
        return f"make_date({prefix}{self.fact}::BIGINT + {self.years + 1}, 1, 1)"


@dataclass(frozen=True, slots=True)
class On:
    """A date: the first day without protection."""

    day: date

    def free_from(self, facts: Facts) -> date | None:  # noqa: ARG002 - the protocol's
        """That day."""
        return self.day

    def sql(self, prefix: str) -> str:  # noqa: ARG002 - the protocol's
        """As SQL."""
        return f"DATE '{self.day.isoformat()}'"


@dataclass(frozen=True, slots=True)
class Earlier:
    """The earlier of two ends."""

    one: End
    other: End

    def free_from(self, facts: Facts) -> date | None:
        """`None` when either cannot be told."""
        one, other = self.one.free_from(facts), self.other.free_from(facts)
        return None if one is None or other is None else min(one, other)

    def sql(self, prefix: str) -> str:
        """As SQL."""
        return f"least({self.one.sql(prefix)}, {self.other.sql(prefix)})"


@dataclass(frozen=True, slots=True)
class Later:
    """The later of two ends."""

    one: End
    other: End

    def free_from(self, facts: Facts) -> date | None:
        """`None` when either cannot be told."""
        one, other = self.one.free_from(facts), self.other.free_from(facts)
        return None if one is None or other is None else max(one, other)

    def sql(self, prefix: str) -> str:
        """As SQL."""
        return f"greatest({self.one.sql(prefix)}, {self.other.sql(prefix)})"


@dataclass(frozen=True, slots=True)
class Missing:
    """It cannot be told without a fact."""

    fact: str

    def free_from(self, facts: Facts) -> date | None:  # noqa: ARG002 - the protocol's
        """Never told."""
        return None

    def sql(self, prefix: str) -> str:  # noqa: ARG002 - the protocol's
        """As SQL."""
        return "NULL::DATE"


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRow:
    """One row of the table: the first whose tests all hold decides.

    Attributes:
        name: stable name of the rule.
        citation: where it stands.
        when: tests; none: always.
        end: when protection ends.
    """

    name: str
    citation: str
    when: tuple[Test, ...]
    end: End
