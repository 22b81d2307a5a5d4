"""The gate as SQL: one act decided for millions of objects by the rules that Python reads.

Nothing is decided here that the tables do not decide: each licence expression there is goes through
`licensing.by_licence` once and is joined; terms of protection are compiled from their table; the order of the
steps is `gate.decide`'s, and a property test holds the two equal. What SQL does not tell is the day on which an
answer changes.

Two relations go in. `statement`, one row a statement in force or not yet, has the columns of `COLUMNS`; an
object without any statement has one row whose `kind` is null; `is_only` says that the object has no other row,
which spares the grouping. Dialect: DuckDB.

Source: docs/reference/the-gate.md, "The same in SQL".
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from longplay.model.rights import (
    WORLD,
    Act,
    Condition,
    KeepingBasis,
    MiningPreference,
    Purpose,
    RightsStatement,
    StatementKind,
    Strength,
    Subject,
    Territory,
    Verdict,
)
from longplay.rights.gate import EU
from longplay.rights.licensing import RANK, by_licence
from longplay.rights.rules import GRANTS
from longplay.rights.term_sql import term_columns
from longplay.rights.term_table import EU_MEMBERS

COLUMNS: Final = {
    "object_id": "BIGINT",
    "is_only": "BOOLEAN",
    "kind": "UTINYINT",
    "strength": "UTINYINT",
    "licence": "VARCHAR",
    "is_missing": "BOOLEAN",
    "family": "VARCHAR",
    "covers_recording": "BOOLEAN",
    "covers_work": "BOOLEAN",
    "territories": "VARCHAR",
    "valid_from": "DATE",
    "valid_until": "DATE",
    "permits": "UTINYINT",
    "forbids": "UTINYINT",
    "conditions": "UTINYINT",
    "mining": "UTINYINT",
    "has_recording_facts": "BOOLEAN",
    "r_fixed_year": "SMALLINT",
    "r_is_published": "BOOLEAN",
    "r_published_year": "SMALLINT",
    "r_published_on": "DATE",
    "r_communicated_year": "SMALLINT",
    "r_is_for_hire": "BOOLEAN",
    "has_work_facts": "BOOLEAN",
    "w_published_year": "SMALLINT",
    "w_last_death_year": "SMALLINT",
}
"""Columns of `statement`. Kind, strength and mining are places in their enums, from 0; acts and conditions are
bit sets in the order of theirs; territories are written `,SE,US,` and are null where it holds everywhere. Null
may be: licence, family, territories, mining, the facts of terms. The kind of an object's only row that states
nothing is `NO_STATEMENT`; what holds without limit has the first and the last day there is."""

NO_STATEMENT: Final = 255

Cell = int | str | bool | date | None
"""A value of a row."""

_ACTS: Final = tuple(Act)
_CONDITIONS: Final = tuple(Condition)
_KINDS: Final = tuple(StatementKind)
_STRENGTH: Final = tuple(Strength)
_MINING: Final = tuple(MiningPreference)
_LAST_GRANT: Final = max(_KINDS.index(kind) for kind in GRANTS)
assert [_KINDS.index(kind) for kind in GRANTS] == list(range(_LAST_GRANT + 1)), "kinds that grant come first"
_VERDICTS: Final = {rank: verdict for verdict, rank in RANK.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of every object.

    Attributes:
        act, territory, day, purpose: as for `gate.decide`.
        keeping, mining: the institution's, as in `RightsObject`.
    """

    act: Act
    territory: Territory
    day: date
    purpose: Purpose
    keeping: KeepingBasis
    mining: MiningPreference | None = None


def bits(members: Iterable[StrEnum], order: tuple[StrEnum, ...]) -> int:
    """A set as a number: bit n is the n-th member of its enum."""
    return sum(1 << order.index(member) for member in members)


def row_of(object_id: int, statement: RightsStatement, *, is_only: bool) -> dict[str, Cell]:
    """The row of one statement, by column."""
    recording, work = statement.recording, statement.work
    return {
        "object_id": object_id,
        "is_only": is_only,
        "kind": _KINDS.index(statement.kind),
        "strength": _STRENGTH.index(statement.strength),
        "licence": statement.licence,
        "is_missing": bool(statement.missing),
        "family": statement.family,
        "covers_recording": Subject.RECORDING in statement.covers,
        "covers_work": Subject.WORK in statement.covers,
        "territories": f",{','.join(statement.territories)}," if statement.territories else None,
        "valid_from": statement.valid_from or date.min,
        "valid_until": statement.valid_until or date.max,
        "permits": bits(statement.permits, _ACTS),
        "forbids": bits(statement.forbids, _ACTS),
        "conditions": bits(statement.conditions, _CONDITIONS),
        "mining": _MINING.index(statement.mining) if statement.mining else None,
        "has_recording_facts": recording is not None,
        "r_fixed_year": recording.fixed_year if recording else None,
        "r_is_published": recording.is_published if recording else None,
        "r_published_year": recording.published_year if recording else None,
        "r_published_on": recording.published_on if recording else None,
        "r_communicated_year": recording.communicated_year if recording else None,
        "r_is_for_hire": recording.is_for_hire if recording else None,
        "has_work_facts": work is not None,
        "w_published_year": work.published_year if work else None,
        "w_last_death_year": work.last_death_year if work else None,
    }


def row_of_none(object_id: int) -> dict[str, Cell]:
    """The row of an object about which nothing is stated."""
    zeros: dict[str, Cell] = {
        name: False if kind == "BOOLEAN" else 0
        for name, kind in COLUMNS.items()
        if kind in {"BOOLEAN", "UTINYINT"} and name != "mining"
    }
    limits: dict[str, Cell] = {"valid_from": date.min, "valid_until": date.max}
    own: dict[str, Cell] = {"object_id": object_id, "is_only": True, "kind": NO_STATEMENT}
    return {**dict.fromkeys(COLUMNS), **zeros, **limits, **own}


def licence_rows(question: Question, licences: Iterable[str]) -> list[tuple[str, int]]:
    """What each expression permits, the relation `licence_option`: the licence, and its key.

    The key is the licence's number and its option as `_packed` has it: equal licences have equal keys.
    """
    rows = []
    for number, licence in enumerate(sorted(licences)):
        option = by_licence(question.act, licence, question.purpose)
        asked = bits(option.conditions, _CONDITIONS)
        packed = RANK[option.verdict] << 16 | asked.bit_count() << 12 | asked
        rows.append((licence, number << 20 | packed))
    return rows


def verdict_of(rank: int) -> Verdict:
    """The verdict a rank in a result stands for."""
    return _VERDICTS[rank]


def conditions_of(mask: int) -> tuple[Condition, ...]:
    """The conditions a bit set in a result stands for."""
    return tuple(condition for number, condition in enumerate(_CONDITIONS) if mask >> number & 1)


def decision_sql(question: Question) -> str:
    """A query with one row an object: `object_id`, `rank` of the verdict, `conditions` as a bit set.

    Reads the relations `statement` and `licence_option`.
    """
    parts = (
        f"seen_alone AS NOT MATERIALIZED ({_seen(question)} WHERE is_only)",
        f"seen_together AS MATERIALIZED ({_seen(question)} WHERE NOT is_only)",
        f"alone AS ({_alone()})",
        f"several AS ({_several()})",
        f"grouped AS ({_grouped()})",
        "weighed AS (SELECT * FROM alone UNION ALL SELECT * FROM grouped)",
        f"options AS ({_options(question)})",
        f"tests AS ({_tests(question)})",
    )
    return f"WITH {', '.join(parts)} {_decided(question)}"


# what each statement comes to


def _seen(question: Question) -> str:
    """Each statement with what it does at this place and on this day."""
    act = 1 << _ACTS.index(question.act)
    day = f"DATE '{question.day.isoformat()}'"
    holds = f"valid_from <= {day} AND valid_until >= {day}"
    counts = f"{holds} AND {_grants(question.territory)} AND kind <= {_LAST_GRANT}"
    is_open = (
        f"is_missing OR strength = {_STRENGTH.index(Strength.PROBABLE)} "
        "OR (coalesce(statement.licence, '') = '' AND permits = 0 "
        "AND NOT has_recording_facts AND NOT has_work_facts)"
    )
    is_blanket = f"strength = {_STRENGTH.index(Strength.BLANKET)}"
    reserved = _MINING.index(MiningPreference.RESERVED)
    columns = [
        "object_id",
        "is_only",
        "key",
        "nullif(statement.licence, '') AS licence",
        "nullif(family, '') AS family",
        "conditions",
        f"{holds} AND forbids & {act} != 0 AND {_restricts(question.territory)} AS restricts",
        f"{holds} AND coalesce(mining = {reserved}, false) AS reserved",
        f"{holds} AND mining IS NOT NULL AS prefers",
        f"{counts} AND ({is_open}) AS is_doubt",
        f"{counts} AND NOT ({is_open}) AS counted",
        f"{is_blanket} AS is_blanket",
        f"permits & {act} != 0 AS grants",
    ]
    for letter, subject in _SUBJECTS.items():
        name = _FACTS[subject]
        columns += [
            f"covers_{name} AS about_{letter}",
            f"has_{name}_facts AS has_{letter}",
            f"CASE WHEN has_{name}_facts THEN {term_columns(subject, question.territory).free_from} END "
            f"AS free_{letter}",
        ]
    return (
        f"SELECT {', '.join(columns)} FROM statement "
        "LEFT JOIN licence_option ON licence_option.licence = statement.licence"
    )


_SUBJECTS: Final = {"r": Subject.RECORDING, "w": Subject.WORK}
_FACTS: Final = {Subject.RECORDING: "recording", Subject.WORK: "work"}


def _grants(territory: Territory) -> str:
    """Whether what a statement grants holds in a place."""
    places = [territory, EU] if territory in EU_MEMBERS else [territory]
    return f"(territories IS NULL OR {_named(places)})"


def _restricts(territory: Territory) -> str:
    if territory == WORLD:
        return "true"
    if territory == EU:
        return f"(territories IS NULL OR {_named([EU, *sorted(EU_MEMBERS)])})"
    return _grants(territory)


def _named(places: Iterable[Territory]) -> str:
    return "(" + " OR ".join(f"contains(territories, ',{place},')" for place in places) + ")"


# one statement, or several, as what is weighed of each subject


def _alone() -> str:
    """Objects with one statement, or none."""
    columns = ["object_id", "restricts", "reserved", "prefers"]
    for letter in _SUBJECTS:
        counted = f"counted AND about_{letter}"
        columns += [
            f"is_doubt AND about_{letter} AS shut_{letter}",
            f"CASE WHEN {counted} THEN key END AS key_{letter}",
            f"conditions AS extra_{letter}",
            f"{counted} AND grants AS granted_{letter}",
            f"conditions AS grant_extra_{letter}",
            f"{counted} AND has_{letter} AS termed_{letter}",
            f"free_{letter} IS NULL AS term_open_{letter}",
            f"free_{letter}",
        ]
    return f"SELECT {', '.join(columns)} FROM seen_alone"


_BOTH: Final = ("plain", "blanket")
_ALWAYS: Final = ("restricts", "reserved", "prefers")
_COUNTED: Final = tuple(
    f"{name}_{letter}" for name in ("counted", "granted", "termed", "term_open") for letter in _SUBJECTS
)
_MASKS: Final = tuple(f"{name}_{letter}" for name in ("extra", "grant_extra") for letter in _SUBJECTS)


def _several() -> str:
    """Objects with several statements: booleans and condition sets each in one integer, so that one pass does.

    Every aggregate is made once over plain statements and once over blanket ones.
    """
    columns, flags, masks = [], [], []
    for letter in _SUBJECTS:
        about = f"about_{letter}"
        columns.append(
            "list(CASE WHEN is_doubt THEN {'licence': licence, 'family': family, 'blanket': is_blanket} END) "
            f"FILTER (WHERE is_doubt AND {about}) AS doubts_{letter}"
        )
        for strength, is_so in zip(_BOTH, ("NOT is_blanket", "is_blanket"), strict=True):
            counted = f"counted AND {about} AND {is_so}"
            columns += [
                f"min(CASE WHEN {counted} THEN key END) AS {strength}_least_{letter}",
                f"max(CASE WHEN {counted} THEN key END) AS {strength}_last_{letter}",
                f"max(CASE WHEN {counted} AND has_{letter} THEN free_{letter} END) AS {strength}_free_{letter}",
            ]
        flags += [
            (f"counted_{letter}", about),
            (f"granted_{letter}", f"{about} AND grants"),
            (f"termed_{letter}", f"{about} AND has_{letter}"),
            (f"term_open_{letter}", f"{about} AND has_{letter} AND free_{letter} IS NULL"),
        ]
        masks += [
            (f"extra_{letter}", f"{about} AND key IS NOT NULL"),
            (f"grant_extra_{letter}", f"{about} AND grants"),
        ]
    always = " | ".join(f"({name}::INTEGER << {at})" for at, name in enumerate(_ALWAYS))
    bit = " | ".join(f"(({test})::INTEGER << {_COUNTED.index(name)})" for name, test in flags)
    byte = " | ".join(f"(({test})::BIGINT * conditions << {_MASKS.index(name) * 7})" for name, test in masks)
    columns += [
        f"bit_or({always} | CASE WHEN counted THEN ({bit}) << "
        f"(CASE WHEN is_blanket THEN {_shift('blanket')} ELSE {_shift('plain')} END) ELSE 0 END) AS flags",
        f"bit_or(CASE WHEN counted THEN ({byte}) << "
        f"(CASE WHEN is_blanket THEN {7 * len(_MASKS)} ELSE 0 END) ELSE 0 END) AS masks",
    ]
    return f"SELECT object_id, {', '.join(columns)} FROM seen_together GROUP BY object_id"


def _shift(strength: str) -> int:
    return len(_ALWAYS) + len(_COUNTED) * _BOTH.index(strength)


def _counted_flag(strength: str, name: str) -> str:
    return f"(flags & {1 << (_shift(strength) + _COUNTED.index(name))} != 0)"


def _mask(strength: str, name: str) -> str:
    return f"((masks >> {7 * (len(_MASKS) * _BOTH.index(strength) + _MASKS.index(name))}) & 127)"


def _grouped() -> str:
    """The aggregates that count: blanket ones only where nothing is plain."""
    columns = ["object_id", *(f"(flags & {1 << at} != 0) AS {name}" for at, name in enumerate(_ALWAYS))]
    joins = []
    for letter in _SUBJECTS:
        plain = _counted_flag("plain", f"counted_{letter}")

        def pick(make: Callable[[str], str], plain: str = plain) -> str:
            return f"CASE WHEN {plain} THEN {make('plain')} ELSE {make('blanket')} END"

        def flag(name: str, letter: str = letter) -> str:
            return f"{pick(lambda strength: _counted_flag(strength, f'{name}_{letter}'))} AS {name}_{letter}"

        def mask(name: str, letter: str = letter) -> str:
            return f"{pick(lambda strength: _mask(strength, f'{name}_{letter}'))} AS {name}_{letter}"

        def column(name: str, letter: str = letter) -> str:
            return pick(lambda strength: f"{strength}_{name}_{letter}")

        least, last = column("least"), column("last")
        names = [f"{one}_{letter}" for one in ("first", "second")]
        for name, key in zip(names, (least, last), strict=True):
            joins.append(
                f"LEFT JOIN licence_option AS {name} ON {name}.key = {key} AND doubts_{letter} IS NOT NULL"
            )
        columns += [
            f"{_doubted(letter, plain, names)} OR coalesce(({least}) != ({last}), false) AS shut_{letter}",
            f"{least} AS key_{letter}",
            mask("extra"),
            flag("granted"),
            mask("grant_extra"),
            flag("termed"),
            flag("term_open"),
            f"{column('free')} AS free_{letter}",
        ]
    return f"SELECT {', '.join(columns)} FROM several {' '.join(joins)}"


def _doubted(letter: str, plain: str, names: Sequence[str]) -> str:
    """Whether something is left open that no licence that counts answers."""
    same = " OR ".join(f"doubt.licence = {name}.licence" for name in names)
    family = " OR ".join(f"coalesce(starts_with({name}.licence, doubt.family || '-'), false)" for name in names)
    answered = f"CASE WHEN doubt.licence IS NOT NULL THEN {same} ELSE {family} END"
    left = f"NOT (doubt.blanket AND {plain}) AND NOT coalesce({answered}, false)"
    return (
        f"CASE WHEN doubts_{letter} IS NULL THEN false "
        f"ELSE len(list_filter(doubts_{letter}, lambda doubt: {left})) > 0 END"
    )


# from what is weighed to a verdict


def _options(question: Question) -> str:
    """Each way in which an act may be permitted, as (rank, conditions) in one number: the least is the best."""
    day = f"DATE '{question.day.isoformat()}'"
    columns = ["object_id", "restricts", "reserved", "prefers"]
    for letter in _SUBJECTS:
        key = f"key_{letter}"
        by_licence_ = (
            f"CASE WHEN {key} IS NULL THEN NULL "
            f"WHEN extra_{letter} = 0 OR ({key} >> 16) & 15 > 1 THEN ({key} & {(1 << 20) - 1})::INTEGER "
            f"ELSE {_permission(f'({key} & 255) | extra_{letter}', question, 0)} END"
        )
        by_grant = f"CASE WHEN granted_{letter} THEN {_permission(f'grant_extra_{letter}', question, 1)} END"
        by_term = (
            f"CASE WHEN NOT termed_{letter} THEN NULL WHEN term_open_{letter} THEN {_packed('2', '0', 2)} "
            f"WHEN free_{letter} <= {day} THEN {_packed('0', '0', 2)} ELSE {_packed('3', '0', 2)} END"
        )
        nothing = _packed("2", "0", 0)
        columns.append(
            f"CASE WHEN shut_{letter} THEN {nothing} "
            f"ELSE coalesce(least({by_licence_}, {by_grant}, {by_term}), {nothing}) END AS best_{letter}"
        )
    return f"SELECT {', '.join(columns)} FROM weighed"


def _permission(conditions: str, question: Question, place: int) -> str:
    """A permission under conditions; refused where it is not for this purpose."""
    packed = _packed(f"CASE WHEN ({conditions}) = 0 THEN 0 ELSE 1 END", conditions, place)
    if question.purpose is not Purpose.COMMERCIAL:
        return packed
    bit = 1 << _CONDITIONS.index(Condition.NON_COMMERCIAL)
    return f"CASE WHEN ({conditions}) & {bit} != 0 THEN {_packed('3', '0', place)} ELSE {packed} END"


def _packed(rank: str, conditions: str, place: int) -> str:
    """Verdict, number of conditions, place among the options, conditions: in this order of weight."""
    if conditions == "0":
        return f"((({rank})::INTEGER << 16) | {place << 8})"
    mask = f"({conditions})::INTEGER"
    return f"((({rank})::INTEGER << 16) | (bit_count({mask})::INTEGER << 12) | {place << 8} | {mask})"


def _tests(question: Question) -> str:
    """Recording and work together: the stricter verdict, all conditions of a permission."""
    default = "NOT prefers" if question.mining is MiningPreference.RESERVED else "false"
    refused = f"restricts OR reserved OR {default}" if question.act is Act.MINE else "restricts"
    rank = "greatest(best_r >> 16, best_w >> 16)"
    return (
        f"SELECT object_id, ({refused}) AS refused, {rank} AS rank, "
        f"CASE WHEN {rank} <= 1 THEN (best_r | best_w) & 255 ELSE 0 END AS conditions FROM options"
    )


def _decided(question: Question) -> str:
    rank, conditions = "rank", "conditions"
    if question.act is Act.PRESERVE:
        keeps = question.keeping is not KeepingBasis.OPEN_LICENCES_ONLY
        otherwise = RANK[Verdict.PERMITTED_WITH_CONDITIONS] if keeps else RANK[Verdict.REFUSED]
        dark = 1 << _CONDITIONS.index(Condition.KEEP_DARK) if keeps else 0
        rank = f"CASE WHEN rank <= 1 THEN rank ELSE {otherwise} END"
        conditions = f"CASE WHEN rank <= 1 THEN conditions ELSE {dark} END"
    return (
        f"SELECT object_id, (CASE WHEN refused THEN {RANK[Verdict.REFUSED]} ELSE {rank} END)::TINYINT AS rank, "
        f"(CASE WHEN refused THEN 0 ELSE {conditions} END)::UTINYINT AS conditions FROM tests"
    )
