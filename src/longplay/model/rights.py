"""Rights: acts, statements, and the decision of the gate.

Vocabulary: PREMIS 3.0 rights entity (rightsBasis, licence, act, restriction), SPDX licence expressions,
rightsstatements.org.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NewType

from longplay.model.digests import ContentId
from longplay.model.terms import RecordingFacts, WorkFacts

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


ALL_BUT_KEEPING = tuple(act for act in Act if act is not Act.PRESERVE)
"""What is forbidden of something that may only be kept."""


class RightsBasis(StrEnum):
    """On what a statement rests (PREMIS 3 `rightsBasis`)."""

    COPYRIGHT = "copyright"
    LICENSE = "license"
    STATUTE = "statute"
    POLICY = "policy"
    OTHER = "other"


class StatementKind(StrEnum):
    """What sort of statement it is, within its basis.

    `licence`, `dedication`, `deposit-agreement`, `own`, `exception` and `deal` grant; `public-domain` brings
    the facts of a term of protection; `reservation`, `stream-only`, `takedown`, `withdrawal` and `drift`
    restrict.
    """

    LICENCE = "licence"
    DEDICATION = "dedication"
    DEPOSIT_AGREEMENT = "deposit-agreement"
    OWN = "own"
    EXCEPTION = "exception"
    DEAL = "deal"
    PUBLIC_DOMAIN = "public-domain"
    RESERVATION = "reservation"
    STREAM_ONLY = "stream-only"
    TAKEDOWN = "takedown"
    WITHDRAWAL = "withdrawal"
    DRIFT = "drift"


class Subject(StrEnum):
    """What a statement is about: the gate asks for the recording and for the work."""

    RECORDING = "recording"
    WORK = "work"
    COVER_ART = "cover-art"
    LYRICS = "lyrics"


class Strength(StrEnum):
    """How plainly it is stated, and of what.

    `plain`: of this very file. `blanket`: of a folder or repository it lies in. `probable`: the words are near
    a licence's, but not plainly it; this never opens the gate.
    """

    PLAIN = "plain"
    BLANKET = "blanket"
    PROBABLE = "probable"


class MiningPreference(StrEnum):
    """What the rights holder wishes of text and data mining, training of models included."""

    ALLOWED = "allowed"
    RESERVED = "reserved"


class KeepingBasis(StrEnum):
    """The institution's reason for keeping what carries no open licence (`longplay.toml`)."""

    LEGAL_DEPOSIT = "legal-deposit"
    LIBRARY_EXCEPTION = "library-exception"
    DEPOSIT_AGREEMENT = "deposit-agreement"
    OWN_COLLECTION = "own-collection"
    OPEN_LICENCES_ONLY = "open-licences-only"


class StatementSource(StrEnum):
    """Where a statement was read; earlier ones are nearer to a person's decision or to the file."""

    DECISION = "decision"
    TABLE = "table"
    OPTION = "option"
    TAG = "tag"
    SIDECAR = "sidecar"
    MESSAGE = "message"
    CATALOGUE = "catalogue"
    NEIGHBOUR = "neighbour"


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
class RightsStatement:
    """One statement about the rights in an object, never edited, only superseded.

    Attributes:
        basis: PREMIS rights basis.
        licence: SPDX expression in canonical spelling, or `None` when what stands there is not one.
        stated: the licence as it stood, verbatim.
        evidence: the place that says so, and its words as far as they are no personal data.
        source: where it was read.
        missing: what would have to be known to rely on it; `None` when nothing is missing.
        kind: what sort of statement.
        strength: how plainly it is stated.
        family: what the licence must begin with where its version is missing, such as `CC-BY`; a plain
            statement of that family answers what is missing.
        covers: what it is about, in the order of `Subject`.
        territories: where it holds, sorted; empty: everywhere.
        valid_from, valid_until: first and last day on which it holds; `None`: no limit.
        permits: acts it grants besides those of its licence.
        forbids: acts it restricts.
        conditions: what it asks in return besides what its licence asks.
        attribution: the credit to give, in the right holder's words.
        mining: preference on text and data mining; `None` when it states none.
        recording, work: facts for a term of protection; `None`: it brings none.
        words: content id of the verbatim words in the erasable evidence; `None` when there are no more words
            than `stated` and `evidence`.
        source_digest: content id of the source it was read from, at that time; `None` when it has no bytes.
    """

    basis: RightsBasis
    licence: str | None
    stated: str
    evidence: str
    source: StatementSource
    missing: str | None = None
    kind: StatementKind = StatementKind.LICENCE
    strength: Strength = Strength.PLAIN
    family: str | None = None
    covers: tuple[Subject, ...] = (Subject.RECORDING, Subject.WORK)
    territories: tuple[Territory, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    permits: tuple[Act, ...] = ()
    forbids: tuple[Act, ...] = ()
    conditions: tuple[Condition, ...] = ()
    attribution: str | None = None
    mining: MiningPreference | None = None
    recording: RecordingFacts | None = None
    work: WorkFacts | None = None
    words: ContentId | None = None
    source_digest: ContentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A statement as a reader found it.

    Attributes:
        statement: what; its `words` name the words below when there are any.
        words: the verbatim words around it, UTF-8, for the erasable evidence; empty when there are none.
    """

    statement: RightsStatement
    words: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsObject:
    """What the gate is asked about.

    Attributes:
        content_id: the object.
        statements: all that is stated about it and not superseded, in any order.
        keeping: the institution's basis for keeping.
        mining: the institution's default preference on text and data mining, where no statement has one.
    """

    content_id: ContentId
    statements: tuple[RightsStatement, ...]
    keeping: KeepingBasis
    mining: MiningPreference | None = None


class Verdict(StrEnum):
    """The gate's answer. Only the first two let anything pass."""

    PERMITTED = "permitted"
    PERMITTED_WITH_CONDITIONS = "permitted_with_conditions"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The gate's answer about one act on one object, with its reason.

    Attributes:
        act: what was asked.
        verdict: the answer.
        rule: name of the rule that decided; `recording-rule; work-rule` where the two tests differ.
        citation: where that rule stands in law or licence.
        conditions: what must be observed, in a fixed order.
        licence: the licence relied on (one branch of an `OR`); `None` when none was.
        missing: the fact without which the gate cannot answer; set exactly when the verdict is `UNKNOWN`.
        changes_on: first day on which the answer differs; `None` when no date that is known changes it.
        strength: how plain the weakest statement relied on is.
        territory: for which place it was asked.
    """

    act: Act
    verdict: Verdict
    rule: str
    citation: str
    conditions: tuple[Condition, ...] = ()
    licence: str | None = None
    missing: str | None = None
    changes_on: date | None = None
    strength: Strength = Strength.PLAIN
    territory: Territory = WORLD

    @property
    def permits(self) -> bool:
        """Whether the act may go ahead (under the conditions named)."""
        return self.verdict in {Verdict.PERMITTED, Verdict.PERMITTED_WITH_CONDITIONS}
