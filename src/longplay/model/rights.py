"""Rights: acts, statements, and the decision of the gate.

Vocabulary: PREMIS 3.0 rights entity (rightsBasis, licence, act), SPDX licence expressions.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NewType

from longplay.model.digests import ContentId

Territory = NewType("Territory", str)
"""ISO 3166-1 alpha-2 code, or `001` (UN M49) for the whole world."""

WORLD = Territory("001")


class Act(StrEnum):
    """What somebody wants to do with an object (PREMIS `act`)."""

    PRESERVE = "preserve"
    STREAM = "stream"
    REDISTRIBUTE = "redistribute"
    TRANSCODE = "transcode"
    MINE = "mine"


class Purpose(StrEnum):
    """What for; a licence may care."""

    ARCHIVE = "archive"
    NONCOMMERCIAL = "noncommercial"
    COMMERCIAL = "commercial"


class RightsBasis(StrEnum):
    """On what a statement rests (PREMIS 3 `rightsBasis`)."""

    COPYRIGHT = "copyright"
    LICENSE = "license"
    STATUTE = "statute"
    POLICY = "policy"
    OTHER = "other"


class KeepingBasis(StrEnum):
    """The institution's reason for keeping what carries no open licence (`longplay.toml`)."""

    LEGAL_DEPOSIT = "legal-deposit"
    LIBRARY_EXCEPTION = "library-exception"
    DEPOSIT_AGREEMENT = "deposit-agreement"
    OWN_COLLECTION = "own-collection"
    OPEN_LICENCES_ONLY = "open-licences-only"


class StatementSource(StrEnum):
    """Where a statement was read; earlier ones are nearer to the file or to a person's decision."""

    TABLE = "table"
    OPTION = "option"
    TAG = "tag"
    SIDECAR = "sidecar"
    NEIGHBOUR = "neighbour"


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsStatement:
    """One statement about the rights in an object, never edited, only superseded.

    Attributes:
        basis: PREMIS rights basis.
        licence: SPDX expression in canonical spelling, or `None` when what stands there is not one.
        stated: the licence as it stood, verbatim.
        evidence: the words or the place that say so.
        source: where it was read.
        missing: what would have to be known to rely on it; `None` when nothing is missing.
    """

    basis: RightsBasis
    licence: str | None
    stated: str
    evidence: str
    source: StatementSource
    missing: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsObject:
    """What the gate is asked about.

    Attributes:
        content_id: the object.
        statements: all that is stated about it, in any order.
        keeping: the institution's basis for keeping.
    """

    content_id: ContentId
    statements: tuple[RightsStatement, ...]
    keeping: KeepingBasis


class Verdict(StrEnum):
    """The gate's answer. Only the first two let anything pass."""

    PERMITTED = "permitted"
    PERMITTED_WITH_CONDITIONS = "permitted_with_conditions"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Condition(StrEnum):
    """What a permission asks in return."""

    ATTRIBUTION = "attribution"
    SHARE_ALIKE = "share-alike"
    NON_COMMERCIAL = "non-commercial"
    NO_DERIVATIVES = "no-derivatives"
    LICENCE_TEXT = "licence-text"
    CORRESPONDING_SOURCE = "corresponding-source"
    KEEP_DARK = "keep-dark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The gate's answer about one act on one object, with its reason.

    Attributes:
        act: what was asked.
        verdict: the answer.
        rule: name of the rule that decided.
        citation: where that rule stands in law or licence.
        conditions: what must be observed, in a fixed order.
        licence: the licence relied on (one branch of an `OR`); `None` when none was.
        missing: the fact without which the gate cannot answer; set exactly when the verdict is `UNKNOWN`.
        changes_on: first day on which the answer differs; `None` when no date changes it.
    """

    act: Act
    verdict: Verdict
    rule: str
    citation: str
    conditions: tuple[Condition, ...] = ()
    licence: str | None = None
    missing: str | None = None
    changes_on: date | None = None

    @property
    def permits(self) -> bool:
        """Whether the act may go ahead (under the conditions named)."""
        return self.verdict in {Verdict.PERMITTED, Verdict.PERMITTED_WITH_CONDITIONS}
