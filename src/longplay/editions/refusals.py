"""Why an edition is not made or not handed out: the gate's no, as an error that says what to do next."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from sqlalchemy import Connection

from longplay.editions.selection import Doorkeeper
from longplay.errors import GateRefused
from longplay.ledger import queries
from longplay.ledger.withdrawn import purged
from longplay.model.digests import ContentId
from longplay.model.rights import Decision

_NAMED: Final = 10
"""So many recordings are named, the others counted."""


def nothing_permitted(connection: Connection, doorkeeper: Doorkeeper) -> GateRefused:
    """No holding may be redistributed; counted by rule, with the decision where it is one for all of them."""
    found = Counter(_facts(doorkeeper.admit(holding).decision) for holding in queries.holdings(connection))
    by_rule: Counter[str] = Counter()
    for (answer, named, _missing), count in found.items():
        by_rule[f"{answer} by {named}"] += count
    counted = "".join(f"; {count} {how}" for how, count in sorted(by_rule.items()))
    verdict, rule, missing = _common(found)
    return GateRefused(
        f"nothing may be redistributed: {found.total()} holdings, none with a statement that permits it"
        f"{counted}; see `longplay holdings --dark`, then ingest again with --rights or --licence",
        verdict=verdict,
        rule=rule,
        missing=missing,
    )


def revoked_edition(
    connection: Connection, name: str, revoked: Mapping[str, Collection[ContentId]], doorkeeper: Doorkeeper
) -> GateRefused:
    """An edition holds something that may not be passed on any more.

    Args:
        connection: one consistent state.
        name: the edition's.
        revoked: the recordings, by bundle.
        doorkeeper: says why, as of now.
    """
    content_ids = sorted({one for found in revoked.values() for one in found})
    told, facts = [], set()
    for content_id in content_ids:
        why = _why(connection, content_id, doorkeeper)
        facts.add(why)
        told.append(f"{content_id[:12]} ({why[1]})")
    more = f" and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
    verdict, rule, missing = _common(facts)
    return GateRefused(
        f"edition {name} holds recordings that may not be passed on any more: "
        f"{', '.join(told[:_NAMED])}{more}, in {', '.join(sorted(revoked))}: "
        "publish a new edition, which leaves them out (`longplay publish --edition NEW-NAME`)",
        verdict=verdict,
        rule=rule,
        missing=missing,
    )


_Facts = tuple[str, str, str | None]
"""Verdict, rule, and what is missing."""


def _why(connection: Connection, content_id: ContentId, doorkeeper: Doorkeeper) -> _Facts:
    holding = queries.holding(connection, content_id)
    if holding is not None:
        return _facts(doorkeeper.admit(holding).decision)
    gone = purged(connection, content_id)
    return ("refused", f"purged: {gone.reason.value}" if gone else "not held", None)


def _facts(decision: Decision) -> _Facts:
    return (decision.verdict.value, decision.rule, decision.missing)


def _common(found: Iterable[_Facts]) -> tuple[str | None, str | None, str | None]:
    """The facts that all refusals share."""
    columns = [set(column) for column in zip(*found, strict=True)] or [{None}] * 3
    verdict, rule, missing = (next(iter(column)) if len(column) == 1 else None for column in columns)
    return verdict, rule, missing
