"""The table of rules: what a licence lets people do, and where it says so.

A licence that no row matches permits nothing. Rows are data; the gate is the only reader.

Source: the licence texts cited in each row.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from longplay.model.rights import Act, Condition, StatementKind


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceRule:
    """What one family of licences permits.

    Attributes:
        name: stable name of the rule.
        pattern: matches the whole canonical SPDX id of one licence.
        citation: the clauses relied on.
        conditions: what is asked in return by act; an act that is not a key is not permitted by this rule.
    """

    name: str
    pattern: re.Pattern[str]
    citation: str
    conditions: Mapping[Act, tuple[Condition, ...]]


_CC: Final = r"(?:LicenseRef-)?CC-{}-\d\.\d(?:-[A-Z0-9]+)?"


def _rule(name: str, pattern: str, citation: str, *conditions: Condition) -> LicenceRule:
    """A licence that lets everybody copy and share; reading by machine is copying, and asks for the same."""
    return LicenceRule(
        name=name, pattern=re.compile(pattern), citation=citation, conditions=dict.fromkeys(Act, conditions)
    )


RULES: Final = (
    _rule(
        "dedication",
        r"CC0-1\.0|CC-PDM-1\.0|CC-PDDC",
        "CC0 1.0 s.2; Public Domain Mark 1.0: no known copyright restrictions",
    ),
    _rule("cc-by", _CC.format("BY"), "CC BY 4.0 s.2(a)(1), 3(a); 1.0-3.0 s.3, 4", Condition.ATTRIBUTION),
    _rule(
        "cc-by-sa",
        _CC.format("BY-SA"),
        "CC BY-SA 4.0 s.2(a)(1), 3(a), 3(b); 1.0-3.0 s.3, 4",
        Condition.ATTRIBUTION,
        Condition.SHARE_ALIKE,
    ),
    _rule(
        "cc-by-nd",
        _CC.format("BY-ND"),
        "CC BY-ND 4.0 s.2(a)(1), 2(a)(4) (format shifting is no adaptation), 3(a)",
        Condition.ATTRIBUTION,
        Condition.NO_DERIVATIVES,
    ),
    _rule(
        "cc-by-nc",
        _CC.format("BY-NC"),
        "CC BY-NC 4.0 s.1(i), 2(a)(1), 3(a)",
        Condition.ATTRIBUTION,
        Condition.NON_COMMERCIAL,
    ),
    _rule(
        "cc-by-nc-sa",
        _CC.format("BY-NC-SA"),
        "CC BY-NC-SA 4.0 s.1, 2(a)(1), 3(a), 3(b)",
        Condition.ATTRIBUTION,
        Condition.SHARE_ALIKE,
        Condition.NON_COMMERCIAL,
    ),
    _rule(
        "cc-by-nc-nd",
        _CC.format("BY-NC-ND"),
        "CC BY-NC-ND 4.0 s.1, 2(a)(1), 2(a)(4), 3(a)",
        Condition.ATTRIBUTION,
        Condition.NON_COMMERCIAL,
        Condition.NO_DERIVATIVES,
    ),
    _rule("oga-by", r"LicenseRef-OGA-BY-[34]\.0", "OGA-BY 3.0 s.3, 4(a)-(b)", Condition.ATTRIBUTION),
    _rule(
        "free-art",
        r"LAL-1\.[23]",
        "Licence Art Libre 1.3 s.2, 3",
        Condition.ATTRIBUTION,
        Condition.SHARE_ALIKE,
    ),
    _rule(
        "gpl",
        r"(?:A|L)?GPL-\d\.\d-(?:only|or-later)",
        "GPLv2 s.1-3; GPLv3 s.4-6",
        Condition.SHARE_ALIKE,
        Condition.LICENCE_TEXT,
        Condition.CORRESPONDING_SOURCE,
    ),
    _rule(
        "permissive",
        r"MIT|MIT-0|ISC|Zlib|BSD-[23]-Clause|Apache-2\.0|Unlicense|0BSD|WTFPL",
        "the grant paragraph of each licence",
        Condition.ATTRIBUTION,
        Condition.LICENCE_TEXT,
    ),
)


def rule_for(licence: str) -> LicenceRule | None:
    """The rule of one licence; `None` when the table has none."""
    return next((rule for rule in RULES if rule.pattern.fullmatch(licence)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRule:
    """What a kind of statement does by itself.

    Attributes:
        name: stable name of the rule.
        citation: on what it rests.
    """

    name: str
    citation: str


GRANTS: Final = {
    StatementKind.LICENCE: KindRule(name="granted", citation="the acts the statement grants in its own words"),
    StatementKind.DEDICATION: KindRule(name="dedicated", citation="the right holder's own dedication"),
    StatementKind.DEPOSIT_AGREEMENT: KindRule(
        name="deposit-agreement", citation="PREMIS 3 otherRightsBasis: the deposit agreement"
    ),
    StatementKind.OWN: KindRule(name="own", citation="PREMIS 3 otherRightsBasis: the archive's own rights"),
    StatementKind.EXCEPTION: KindRule(name="exception", citation="PREMIS 3 statute: the provision stated"),
    StatementKind.DEAL: KindRule(name="deal", citation="DDEX ERN, DealTerms"),
    StatementKind.PUBLIC_DOMAIN: KindRule(
        name="no-copyright", citation="PREMIS 3 copyrightStatus: public domain, as the statement determines"
    ),
}
"""Kinds that may grant acts by `permits`. A grant does nothing beyond the acts it names."""

RESTRICTIONS: Final = {
    StatementKind.WITHDRAWAL: KindRule(name="withdrawn", citation="the archive withdrew it: see its reason"),
    StatementKind.TAKEDOWN: KindRule(name="takedown", citation="DDEX ERN, DealTerms/TakeDown"),
    StatementKind.DRIFT: KindRule(
        name="held-back", citation="the source of its rights changed: see `longplay rights drift`"
    ),
    StatementKind.STREAM_ONLY: KindRule(
        name="stream-only", citation="Internet Archive collection stream_only: never redistribute"
    ),
    StatementKind.RESERVATION: KindRule(name="reserved", citation="a restriction stated of it"),
}
"""Kinds that restrict, the first named when several do; another kind with `forbids` counts as a reservation."""

MINING_RESERVED: Final = KindRule(
    name="mining-reserved",
    citation="Directive (EU) 2019/790 art. 4(3): reserved by the right holder or by the archive's default",
)


def restriction_rule(kind: StatementKind) -> KindRule:
    """The rule under which a statement that forbids an act refuses it."""
    return RESTRICTIONS.get(kind, RESTRICTIONS[StatementKind.RESERVATION])
