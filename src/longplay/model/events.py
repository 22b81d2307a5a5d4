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
from longplay.model.rights import Decision, KeepingBasis, RightsStatement
from longplay.model.technical import Carrier, Measurement, Tool


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
        case EditionOpened() | BundleMade():
            return EventType.PACKAGE_CREATION
        case EditionPublished():
            return EventType.DISSEMINATION
        case RecordingMeasured() | PairsJudged():
            return EventType.METADATA_EXTRACTION
        case RecordingsMerged() | RecordingSplit():
            return EventType.METADATA_MODIFICATION
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
