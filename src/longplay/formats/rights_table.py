"""The columns of a rights table that state rights: one row comes to one statement.

A cell that cannot be read never helps anybody: what the row grants then lacks that fact, and what it forbids is
forbidden as widely as the cell could have meant.

Source: docs/reference/rights-table.md.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final, TypeVar

from longplay.formats.territories import read_territories
from longplay.formats.years import read_day, read_year
from longplay.model.rights import (
    ALL_BUT_KEEPING,
    Act,
    MiningPreference,
    RightsBasis,
    RightsStatement,
    StatementKind,
    StatementSource,
    Subject,
    Territory,
)
from longplay.model.terms import RecordingFacts, WorkFacts

TARGETS: Final = ("path", "content_id", "isrc")
"""Columns that say which recording a row is about."""

LICENCE: Final = ("licence", "licence_evidence")

TERMS: Final = (
    "rights_basis", "rights_kind", "covers", "territories", "valid_from", "valid_until", "permits", "forbids",
    "attribution", "mining", "published", "published_on", "fixed", "is_published", "communicated", "for_hire",
    "work_published", "authors_last_death",
)  # fmt: skip
"""Columns that say more of the rights than a licence does."""

ATTRIBUTION_LIMIT: Final = 1_000
"""A longer credit is not read, characters."""

KINDS: Final = {
    StatementKind.LICENCE: RightsBasis.LICENSE,
    StatementKind.DEDICATION: RightsBasis.LICENSE,
    StatementKind.DEPOSIT_AGREEMENT: RightsBasis.OTHER,
    StatementKind.OWN: RightsBasis.OTHER,
    StatementKind.EXCEPTION: RightsBasis.STATUTE,
    StatementKind.DEAL: RightsBasis.LICENSE,
    StatementKind.PUBLIC_DOMAIN: RightsBasis.COPYRIGHT,
    StatementKind.RESERVATION: RightsBasis.POLICY,
    StatementKind.STREAM_ONLY: RightsBasis.POLICY,
}
"""Kinds a table may name, with the basis that is meant where it names none."""

STREAM_ONLY_FORBIDS: Final = (Act.REDISTRIBUTE, Act.MINE)

_RESTRICTING: Final = frozenset({StatementKind.RESERVATION, StatementKind.STREAM_ONLY})
_WORDS = re.compile(r"[\s,;|]+")
_ANSWERS: Final = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_SHOWN: Final = 60

Word = TypeVar("Word", bound=StrEnum)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A cell that could not be read, or that contradicts another.

    Attributes:
        column: which.
        detail: what was found, and what was wanted.
    """

    column: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRights:
    """What a row states.

    Attributes:
        statement: `None` when it states nothing of rights.
        problems: cells that could not be read, in the order of the columns.
    """

    statement: RightsStatement | None
    problems: tuple[Problem, ...] = ()


def read_terms(
    cells: Mapping[str, str], *, licensed: RightsStatement | None, evidence: str, source: StatementSource
) -> RowRights:
    """What a row states. Total: never raises.

    Args:
        cells: text by column; other columns are not looked at.
        licensed: what the `licence` cell comes to by itself; `None` when it is empty.
        evidence: what says so.
        source: where the row was read.
    """
    if not any(cells.get(column, "").strip() for column in TERMS):
        return RowRights(statement=licensed)
    row = _Cells(cells)
    base = licensed or RightsStatement(
        basis=RightsBasis.OTHER, licence=None, stated="", evidence=evidence, source=source
    )
    stated = _with_acts(_with_facts(_with_limits(base, row), row), row)
    stated = _settled(stated, row, has_licence=licensed is not None)
    problems = tuple(row.problems)
    if problems:
        lacks = "; ".join(f"what {one.column} means: {one.detail}" for one in problems)
        stated = replace(stated, missing="; ".join(filter(None, (stated.missing, lacks))))
    return RowRights(statement=stated, problems=problems)


@dataclass(slots=True)
class _Cells:
    """The cells of a row, and what is wrong with them."""

    cells: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def text(self, column: str) -> str:
        return self.cells.get(column, "").strip()

    def bad(self, column: str, wanted: str) -> None:
        shown = self.text(column)[:_SHOWN]
        self.problems.append(Problem(column=column, detail=f"{shown!r} is not {wanted}"))

    def read(self, column: str, reader: Callable[[str], Value | None], wanted: str) -> Value | None:
        """A cell's value; `None` when it is empty, or cannot be read: then there is a problem."""
        text = self.text(column)
        value = reader(text) if text else None
        if text and value is None:
            self.bad(column, wanted)
        return value

    def is_bad(self, column: str) -> bool:
        return any(one.column == column for one in self.problems)

    def words(self, column: str, kind: type[Word]) -> tuple[Word, ...]:
        """The words of a closed list in a cell, in the order of that list."""
        found = self.read(column, lambda text: _words(text, kind), "a list of " + ", ".join(kind))
        return found or ()


def _words(text: str, kind: type[Word]) -> tuple[Word, ...] | None:
    named = {word.lower() for word in _WORDS.split(text) if word}
    chosen = tuple(one for one in kind if one.value in named)
    return chosen if len(chosen) == len(named) else None


def _with_limits(base: RightsStatement, row: _Cells) -> RightsStatement:
    """Where and when it holds; of an unreadable limit nothing is left, so that what is forbidden is so."""
    places: tuple[Territory, ...] | None = row.read(
        "territories", read_territories, "a list of ISO 3166-1 codes, EU, or 001 for everywhere"
    )
    first = row.read("valid_from", read_day, "a day such as 2026-11-25")
    last = row.read("valid_until", read_day, "a day such as 2026-11-25")
    if first and last and last < first:
        row.bad("valid_until", f"on or after valid_from, {first}")
        first = last = None
    credit = row.read("attribution", _credit, f"a credit of at most {ATTRIBUTION_LIMIT} characters")
    return replace(base, territories=places or (), valid_from=first, valid_until=last, attribution=credit)


def _credit(text: str) -> str | None:
    return " ".join(text.split()) if len(text) <= ATTRIBUTION_LIMIT else None


def _with_facts(base: RightsStatement, row: _Cells) -> RightsStatement:
    recording = RecordingFacts(
        fixed_year=_year(row, "fixed"),
        published_year=_year(row, "published"),
        published_on=_past_day(row, "published_on"),
        communicated_year=_year(row, "communicated"),
        is_published=_answer(row, "is_published"),
        is_for_hire=_answer(row, "for_hire"),
    )
    recording = _consistent(recording, row)
    work = WorkFacts(
        published_year=_year(row, "work_published"), last_death_year=_year(row, "authors_last_death")
    )
    return replace(
        base,
        recording=recording if recording != RecordingFacts() else None,
        work=work if work != WorkFacts() else None,
    )


def _consistent(facts: RecordingFacts, row: _Cells) -> RecordingFacts:
    """The facts of a recording, where one follows from another; a contradiction is a problem."""
    day, year = facts.published_on, facts.published_year
    if day and year and day.year != year:
        row.bad("published_on", f"a day of {year}, the year in published")
    year = year or (day.year if day else None)
    if year and facts.is_published is False:
        row.bad("is_published", f"consistent with publication in {year}")
    return replace(facts, published_year=year, is_published=True if year else facts.is_published)


def _year(row: _Cells, column: str) -> int | None:
    return row.read(column, lambda text: read_year(text).year, "plainly a year such as 1923")


def _past_day(row: _Cells, column: str) -> date | None:
    return row.read(column, read_day, "plainly a day such as 1972-02-15")


def _answer(row: _Cells, column: str) -> bool | None:
    return row.read(column, lambda text: _ANSWERS.get(text.lower()), "yes or no")


def _with_acts(base: RightsStatement, row: _Cells) -> RightsStatement:
    """What it grants and forbids; a word that is not understood grants nothing and forbids everything."""
    permits, forbids = row.words("permits", Act), row.words("forbids", Act)
    if row.is_bad("forbids"):
        forbids = ALL_BUT_KEEPING
    if both := [act for act in permits if act in forbids and not row.is_bad("forbids")]:
        row.bad("permits", f"without {both[0]}, which forbids names too")
    mining = row.read("mining", lambda text: _one(text, MiningPreference), "allowed or reserved")
    if row.is_bad("mining"):
        mining = MiningPreference.RESERVED
    return replace(base, permits=permits, forbids=forbids, mining=mining)


def _one(text: str, kind: type[Word]) -> Word | None:
    return next((one for one in kind if one.value == text.lower()), None)


def _settled(stated: RightsStatement, row: _Cells, *, has_licence: bool) -> RightsStatement:
    """With the kind, basis and subject that are named, or else meant."""
    named = row.read("rights_kind", _known_kind, "one of " + ", ".join(KINDS))
    kind = named or _meant_kind(stated, row, has_licence=has_licence)
    basis = row.read("rights_basis", lambda text: _one(text, RightsBasis), "one of " + ", ".join(RightsBasis))
    forbids = stated.forbids
    if row.is_bad("rights_kind"):
        forbids = ALL_BUT_KEEPING
    elif named is StatementKind.STREAM_ONLY:
        forbids = tuple(act for act in Act if act in {*forbids, *STREAM_ONLY_FORBIDS})
    elif named is StatementKind.RESERVATION and not forbids and not stated.mining:
        forbids = ALL_BUT_KEEPING
    if kind in _RESTRICTING and (stated.permits or has_licence):
        row.bad("rights_kind", "a kind that grants, as the row does by licence or permits")
    covers = row.words("covers", Subject) or _meant_covers(stated, has_licence=has_licence)
    meant = stated.basis if has_licence and not named else KINDS.get(kind, RightsBasis.OTHER)
    said = stated.stated or "; ".join(f"{name}: {row.text(name)[:_SHOWN]}" for name in TERMS if row.text(name))
    return replace(stated, kind=kind, basis=basis or meant, covers=covers, forbids=forbids, stated=said)


def _known_kind(text: str) -> StatementKind | None:
    kind = _one(text, StatementKind)
    return kind if kind in KINDS else None


def _meant_kind(stated: RightsStatement, row: _Cells, *, has_licence: bool) -> StatementKind:
    if has_licence:
        return stated.kind
    if stated.permits:
        if not row.text("rights_kind"):
            row.bad("permits", "granted by anything: name the licence, or the kind")
        return StatementKind.LICENCE
    if row.text("permits") or row.text("rights_kind"):
        return StatementKind.LICENCE
    if stated.recording or stated.work or any(row.text(name) for name in TERMS[TERMS.index("published") :]):
        return StatementKind.PUBLIC_DOMAIN
    if stated.forbids or stated.mining or stated.attribution:
        return StatementKind.RESERVATION
    return StatementKind.LICENCE


def _meant_covers(stated: RightsStatement, *, has_licence: bool) -> tuple[Subject, ...]:
    """What it is about: with facts alone their subject, else recording and work."""
    facts = ((Subject.RECORDING, stated.recording), (Subject.WORK, stated.work))
    brought = tuple(subject for subject, found in facts if found is not None)
    if has_licence or stated.permits or stated.forbids or not brought:
        return (Subject.RECORDING, Subject.WORK)
    return brought
