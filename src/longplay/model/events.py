"""What the journal records: PREMIS events, one a line, and the facts each brings.

Source: PREMIS 3.0, event entity; the event types are terms of the Library of Congress
`eventType` vocabulary. Normative: docs/format/journal.md.
"""

from dataclasses import dataclass
from enum import StrEnum

from longplay.model.audio import AudioFacts, TagFacts
from longplay.model.digests import ContentId, FileDigests
from longplay.model.editions import Bundle
from longplay.model.findings import Finding
from longplay.model.holdings import CompanionKind, Given
from longplay.model.recordings import PairJudgement
from longplay.model.rights import Decision, KeepingBasis, Purpose, RightsStatement
from longplay.model.technical import Carrier, Measurement, Tool
from longplay.model.withdrawal import NoticeKind, ReasonClass


class EventType(StrEnum):
    """PREMIS event types in use."""

    INGESTION_START = "ingestion start"
    INGESTION = "ingestion"
    INGESTION_END = "ingestion end"
    FIXITY_CHECK = "fixity check"
    PACKAGE_CREATION = "information package creation"
    DISSEMINATION = "dissemination"
    METADATA_EXTRACTION = "metadata extraction"
    METADATA_MODIFICATION = "metadata modification"
    CREATION = "creation"
    DEACCESSION = "deaccession"
    DELETION = "deletion"


class EventOutcome(StrEnum):
    """PREMIS `eventOutcome`."""

    SUCCESS = "success"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Who or what did it (PREMIS agent).

    Attributes:
        name: such as `longplay`.
        version: such as `0.1.0`; empty for a person.
    """

    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessionOpened:
    """An act of taking in begins."""

    accession: str
    source: str
    roots: tuple[str, ...]
    keeping: KeepingBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingKept:
    """The bytes of a recording are in the store; the decision let them stay."""

    accession: str
    root: str
    path: str
    given: Given
    digests: FileDigests
    audio: AudioFacts
    tags: TagFacts
    statements: tuple[RightsStatement, ...]
    decision: Decision
    findings: tuple[Finding, ...]
    measurement: Measurement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingMeasured:
    """A held recording was decoded and measured again: what it tells takes the place of what was known."""

    content_id: ContentId
    audio: AudioFacts
    measurement: Measurement


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyDerived:
    """An access copy was made of a recording; the original stays.

    Attributes:
        source: the recording (PREMIS relationship `derivation`, `has source`).
        digests: proof of the copy's bytes.
        encoding: such as `opus`.
        bit_rate: as asked of the encoder, bits a second.
        gain_q78: `R128_TRACK_GAIN` as written into its tags, 1/256 dB; `None` when the loudness is not known.
        decision: what let it be transcoded.
        tools: what encoded.
    """

    source: ContentId
    digests: FileDigests
    encoding: str
    bit_rate: int
    gain_q78: int | None
    decision: Decision
    tools: tuple[Tool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairsJudged:
    """Recordings were compared by their sound.

    Written down are `same` and `review`, and `different` where it holds apart what a third would join.
    """

    judgements: tuple[PairJudgement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingsMerged:
    """A person decided that holdings are one recording."""

    content_ids: tuple[ContentId, ...]
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingSplit:
    """A person decided that a holding is not the same recording as others."""

    content_id: ContentId
    others: tuple[ContentId, ...]
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateMet:
    """Bytes already held were met again: another provenance, perhaps more statements."""

    accession: str
    root: str
    path: str
    given: Given
    content_id: ContentId
    statements: tuple[RightsStatement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanionKept:
    """A companion's bytes are in the store."""

    accession: str
    root: str
    path: str
    digests: FileDigests
    kind: CompanionKind
    about: str
    carriers: tuple[Carrier, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRefused:
    """A file was left alone, or something met on the way deserves a remark."""

    accession: str
    root: str
    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessionClosed:
    """An act of taking in is complete."""

    accession: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FixityChecked:
    """A blob was read again and is damaged, missing, or whole again; `finding` is `None` when whole."""

    content_id: ContentId
    finding: Finding | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionOpened:
    """An edition is fixed: its name, its day, and the journal heads it is a function of."""

    edition: str
    date: str
    heads: tuple[tuple[str, int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleMade:
    """A bundle's membership is fixed for ever; `tag_files` proves the files written for it."""

    edition: str
    bundle: Bundle
    tag_files: tuple[FileDigests, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionPublished:
    """An edition was handed out whole; `bundles` names them in order."""

    edition: str
    bundles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsStated:
    """A person decided about rights, a file was imported, or a source was found to have changed.

    Attributes:
        content_id: the recording.
        statements: what holds from now on, besides what is not superseded.
        supersedes: ids of statements that do not hold any more (`formats.statements.statement_id`).
        by: who decided, or what was read.
        reason: what sort of reason, such as `determined by a person`.
        words: content id of a person's reason in full, in the erasable evidence; `None` when there is none.
    """

    content_id: ContentId
    statements: tuple[RightsStatement, ...]
    supersedes: tuple[str, ...]
    by: str
    reason: str
    words: ContentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingWithdrawn:
    """A recording goes dark for every act but `preserve`.

    Attributes:
        content_id: the recording.
        statement: of kind `withdrawal`; forbids the acts.
        reason: its class.
        by: who withdrew it.
        words: content id of the reason in full, in the erasable evidence.
    """

    content_id: ContentId
    statement: RightsStatement
    reason: ReasonClass
    by: str
    words: ContentId


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalReversed:
    """A withdrawal was a mistake, or the dispute is over.

    Attributes:
        content_id: the recording.
        statement: id of the withdrawal's statement.
        by: who.
        words: content id of the reason in full, in the erasable evidence.
    """

    content_id: ContentId
    statement: str
    by: str
    words: ContentId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPurged:
    """The bytes of a recording and of its copies are deleted for good; two persons answer for it.

    Attributes:
        content_id: the recording.
        also: content ids of its access copies, and of evidence about it alone.
        reason: its class.
        by, approved_by: two persons.
    """

    content_id: ContentId
    also: tuple[ContentId, ...]
    reason: ReasonClass
    by: str
    approved_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFiled:
    """A notice, counter-notice, statement of reasons or appeal was put on file, apart from public data.

    Attributes:
        notice: its id.
        kind: what sort.
        about: the recordings it is about.
        document: content id of the paper in the erasable evidence.
        answers: id of the notice it answers; `None` when it is the first.
    """

    notice: str
    kind: NoticeKind
    about: tuple[ContentId, ...]
    document: ContentId
    answers: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStreamed:
    """A recording was handed out to be listened to.

    Attributes:
        content_id: the recording.
        blob: what was handed out: itself, or an access copy.
        purpose: what for.
        decision: what let it through.
    """

    content_id: ContentId
    blob: ContentId
    purpose: Purpose
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class LetThrough:
    """One recording that a door let through."""

    content_id: ContentId
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSetMade:
    """A part of a data set: at most a thousand recordings that permit `mine`.

    Attributes:
        name: the data set's.
        purpose: what for.
        members: recordings and what let each through.
    """

    name: str
    purpose: Purpose
    members: tuple[LetThrough, ...]


Fact = (
    AccessionOpened
    | RecordingKept
    | RecordingMeasured
    | CopyDerived
    | PairsJudged
    | RecordingsMerged
    | RecordingSplit
    | DuplicateMet
    | CompanionKept
    | FileRefused
    | AccessionClosed
    | FixityChecked
    | EditionOpened
    | BundleMade
    | EditionPublished
    | RightsStated
    | RecordingWithdrawn
    | WithdrawalReversed
    | RecordingPurged
    | NoticeFiled
    | RecordingStreamed
    | DataSetMade
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of a journal chain.

    Attributes:
        writer: the chain.
        seq: its place in the chain, counted from 1.
        prev: SHA-256 of the line before, 64 hex digits; zeros for the first.
        at: when, RFC 3339 in UTC.
        agent: who.
        fact: what.
    """

    writer: str
    seq: int
    prev: str
    at: str
    agent: Agent
    fact: Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of a chain: `seq` lines, the last of which hashes to `line_hash`."""

    writer: str
    seq: int
    line_hash: str


def event_type(fact: Fact) -> EventType:
    """The PREMIS event type under which a fact is journalled."""
    match fact:
        case AccessionOpened():
            return EventType.INGESTION_START
        case RecordingKept() | DuplicateMet() | CompanionKept() | FileRefused():
            return EventType.INGESTION
        case AccessionClosed():
            return EventType.INGESTION_END
        case FixityChecked():
            return EventType.FIXITY_CHECK
        case EditionOpened() | BundleMade() | DataSetMade():
            return EventType.PACKAGE_CREATION
        case EditionPublished() | RecordingStreamed():
            return EventType.DISSEMINATION
        case RecordingMeasured() | PairsJudged():
            return EventType.METADATA_EXTRACTION
        case RecordingsMerged() | RecordingSplit() | RightsStated() | WithdrawalReversed() | NoticeFiled():
            return EventType.METADATA_MODIFICATION
        case RecordingWithdrawn():
            return EventType.DEACCESSION
        case RecordingPurged():
            return EventType.DELETION
        case CopyDerived():
            return EventType.CREATION


def event_outcome(fact: Fact) -> EventOutcome:
    """The PREMIS outcome of a fact."""
    match fact:
        case FileRefused():
            return EventOutcome.FAILURE
        case FixityChecked(finding=finding) if finding is not None:
            return EventOutcome.FAILURE
        case RecordingKept(findings=findings, measurement=measurement):
            if findings or (measurement is not None and not measurement.is_whole):
                return EventOutcome.WARNING
        case RecordingMeasured(measurement=measurement) if not measurement.is_whole:
            return EventOutcome.WARNING
    return EventOutcome.SUCCESS
