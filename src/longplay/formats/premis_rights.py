"""PREMIS rights: every statement in force about a recording, and the decision that let it through.

Published with the bag: evidence stands here as place and licence, never as verbatim words.

Source: PREMIS 3.0, rights entity (4.1); data dictionary on rightsBasis, copyrightInformation,
licenseInformation, statuteInformation, otherRightsInformation, rightsGranted.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from longplay.formats.statements import statement_id
from longplay.model.digests import ContentId
from longplay.model.holdings import Holding
from longplay.model.rights import (
    Act,
    Decision,
    MiningPreference,
    RightsBasis,
    RightsStatement,
    StatementKind,
    Territory,
)

Add = Callable[..., ET.Element]
"""Adds an element with text to a parent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Determined:
    """When and for which places rights were determined.

    Attributes:
        on: the day of the decision, ISO 8601; `None` when it is not known.
        territories: where alone it permits; empty: everywhere.
        stated_on: the day each statement was written down, by its id; ids that are not known are absent.
    """

    on: str | None = None
    territories: tuple[Territory, ...] = ()
    stated_on: Mapping[str, str] = field(default_factory=dict)


def rights_ids(content_id: ContentId, statements: tuple[RightsStatement, ...]) -> Iterator[str]:
    """The identifiers of the rights statements of a recording: of the decision, then of each statement."""
    yield f"rights:{content_id}"
    for statement in statements:
        yield f"rights:{content_id}:{statement_id(statement)}"


def add_rights(
    root: ET.Element,
    holding: Holding,
    decision: Decision,
    *,
    mining: MiningPreference | None = None,
    determined: Determined,
    add: Add,
) -> None:
    """Add the `rights` element of one recording.

    Args:
        root: the document.
        holding: the recording and the statements in force about it.
        decision: what let it through.
        mining: preference on text and data mining that holds of it; `None` where there is none.
        determined: when and where.
        add: how elements are added in this document.
    """
    content_id, statements = holding.content_id, holding.statements
    rights = add(root, "rights")
    decided, *named = rights_ids(content_id, statements)
    node = _begun(rights, decided, add)
    _decided(node, statements, decision, determined, add)
    _mining(node, mining, add)
    _identified(node, "linkingObjectIdentifier", "sha256", content_id, add)
    for identifier, statement in zip(named, statements, strict=True):
        node = _begun(rights, identifier, add)
        _stated(node, statement, determined.stated_on.get(statement_id(statement)), add)
        _identified(node, "linkingObjectIdentifier", "sha256", content_id, add)


def _identified(node: ET.Element, prefix: str, kind: str, value: str, add: Add) -> None:
    block = add(node, prefix)
    add(block, f"{prefix}Type", kind)
    add(block, f"{prefix}Value", value)


def _begun(rights: ET.Element, identifier: str, add: Add) -> ET.Element:
    node = add(rights, "rightsStatement")
    _identified(node, "rightsStatementIdentifier", "local", identifier, add)
    return node


def _decided(
    node: ET.Element,
    statements: tuple[RightsStatement, ...],
    decision: Decision,
    determined: Determined,
    add: Add,
) -> None:
    """The decision: its basis with what belongs to it, the act, and under which restrictions."""
    place = ", ".join(determined.territories) or decision.territory
    basis = _basis_of(statements, decision)
    add(node, "rightsBasis", basis.value)
    match basis:
        case RightsBasis.LICENSE:
            block = add(node, "licenseInformation")
            if decision.licence:
                add(block, "licenseTerms", decision.licence)
            else:
                add(block, "licenseNote", decision.rule)
        case RightsBasis.COPYRIGHT:
            block = add(node, "copyrightInformation")
            _status(block, "publicdomain", place, determined.on, add)
            add(block, "copyrightNote", decision.citation)
        case RightsBasis.STATUTE:
            block = add(node, "statuteInformation")
            add(block, "statuteJurisdiction", place)
            add(block, "statuteCitation", decision.citation)
            if determined.on is not None:
                add(block, "statuteInformationDeterminationDate", determined.on)
        case _:
            add(add(node, "otherRightsInformation"), "otherRightsBasis", decision.rule)
    granted = add(node, "rightsGranted")
    add(granted, "act", decision.act.value)
    for condition in decision.conditions:
        add(granted, "restriction", condition.value)
    if determined.territories:
        add(granted, "restriction", f"only in {place}")
    add(granted, "rightsGrantedNote", f"rule {decision.rule}: {decision.citation}")


def _basis_of(statements: tuple[RightsStatement, ...], decision: Decision) -> RightsBasis:
    """On what a decision rests: a licence, else what a statement grants, else an ended term, else other."""
    if decision.licence:
        return RightsBasis.LICENSE
    granting = [one.basis for one in statements if decision.act in one.permits]
    if granting:
        return RightsBasis.OTHER if granting[0] is RightsBasis.POLICY else granting[0]
    has_facts = any(one.recording is not None or one.work is not None for one in statements)
    return RightsBasis.COPYRIGHT if has_facts else RightsBasis.OTHER


def _stated(node: ET.Element, statement: RightsStatement, day: str | None, add: Add) -> None:
    """A statement: its basis with what belongs to it, the acts it grants or forbids, and for how long."""
    is_policy = statement.basis is RightsBasis.POLICY
    add(node, "rightsBasis", RightsBasis.OTHER.value if is_policy else statement.basis.value)
    _information(node, statement, day, add)
    for act in statement.permits:
        granted = add(node, "rightsGranted")
        add(granted, "act", act.value)
        for condition in statement.conditions:
            add(granted, "restriction", condition.value)
        _term(granted, "termOfGrant", statement, add)
    for act in statement.forbids:
        granted = add(node, "rightsGranted")
        add(granted, "act", act.value)
        add(granted, "restriction", "forbidden")
        _term(granted, "termOfRestriction", statement, add)
    _mining(node, statement.mining, add)


def _mining(node: ET.Element, wish: MiningPreference | None, add: Add) -> None:
    """A preference on text and data mining; a restriction only where it restricts."""
    if wish is None:
        return
    granted = add(node, "rightsGranted")
    add(granted, "act", Act.MINE.value)
    if wish is MiningPreference.RESERVED:
        add(granted, "restriction", "text and data mining reserved")
    else:
        add(granted, "rightsGrantedNote", "text and data mining allowed: a preference, which is no licence")


def _information(node: ET.Element, statement: RightsStatement, day: str | None, add: Add) -> None:
    """The block that belongs to the basis."""
    place = ", ".join(statement.territories) or "001"
    note = f"{statement.stated} [{statement.evidence}]"
    match statement.basis:
        case RightsBasis.COPYRIGHT:
            block = add(node, "copyrightInformation")
            _status(block, _copyright_status(statement), place, day, add)
            for words in (note, _facts(statement)):
                if words:
                    add(block, "copyrightNote", words)
            _term(block, "copyrightApplicableDates", statement, add)
        case RightsBasis.LICENSE:
            block = add(node, "licenseInformation")
            if statement.licence:
                add(block, "licenseTerms", statement.licence)
            add(block, "licenseNote", note)
            _term(block, "licenseApplicableDates", statement, add)
        case RightsBasis.STATUTE:
            block = add(node, "statuteInformation")
            add(block, "statuteJurisdiction", place)
            add(block, "statuteCitation", statement.stated)
            if day is not None:
                add(block, "statuteInformationDeterminationDate", day)
            add(block, "statuteNote", note)
            _term(block, "statuteApplicableDates", statement, add)
        case RightsBasis.POLICY | RightsBasis.OTHER:
            block = add(node, "otherRightsInformation")
            add(block, "otherRightsBasis", statement.kind.value)
            _term(block, "otherRightsApplicableDates", statement, add)
            add(block, "otherRightsNote", note)


def _status(block: ET.Element, status: str, place: str, day: str | None, add: Add) -> None:
    add(block, "copyrightStatus", status)
    add(block, "copyrightJurisdiction", place)
    if day is not None:
        add(block, "copyrightStatusDeterminationDate", day)


def _copyright_status(statement: RightsStatement) -> str:
    """What the statement itself says; mere facts of a term say nothing before a place and a day are named."""
    if statement.kind is not StatementKind.PUBLIC_DOMAIN:
        return "copyrighted"
    has_facts = statement.recording is not None or statement.work is not None
    is_determined = statement.missing is None and (bool(statement.permits) or not has_facts)
    return "publicdomain" if is_determined else "unknown"


def _facts(statement: RightsStatement) -> str:
    """The facts of a term of protection, as words."""
    parts = []
    for subject, facts in (("recording", statement.recording), ("work", statement.work)):
        if facts is not None:
            known = [
                f"{name} {getattr(facts, name)}" for name in facts.__slots__ if getattr(facts, name) is not None
            ]
            parts.append(f"{subject}: {', '.join(known)}")
    return "; ".join(parts)


def _term(granted: ET.Element, name: str, statement: RightsStatement, add: Add) -> None:
    if statement.valid_from is None and statement.valid_until is None:
        return
    term = add(granted, name)
    add(term, "startDate", statement.valid_from.isoformat() if statement.valid_from else "OPEN")
    if statement.valid_until is not None:
        add(term, "endDate", statement.valid_until.isoformat())
