"""What an accession tells while it runs, and at its end."""

from dataclasses import dataclass
from typing import Protocol

from longplay.model.audio import AudioFacts
from longplay.model.digests import ContentId
from longplay.model.findings import Finding
from longplay.model.rights import Decision
from longplay.model.technical import Measurement
from longplay.model.units import ByteCount


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingTaken:
    """A recording that is now held, told only when journal and ledger have it.

    Attributes:
        content_id, size, audio, measurement: as in the holding.
        path: where it was met, below the folder walked.
        redistribute: what the gate says to publishing it.
    """

    content_id: ContentId
    path: str
    size: ByteCount
    audio: AudioFacts
    measurement: Measurement
    redistribute: Decision


class Listener(Protocol):
    """Who wants to hear what happens to each file."""

    def taken(self, holding: HoldingTaken) -> None:
        """A recording is held."""

    def found(self, finding: Finding) -> None:
        """A file was refused, or something deserves a remark."""


@dataclass(slots=True, kw_only=True)
class Summary:
    """What became of the files met; `files` is the sum of the next four.

    Attributes:
        files: regular files met.
        accessioned: recordings newly held.
        companions: files kept beside recordings.
        duplicates: files whose bytes were held already.
        refused: files left alone, each with a finding.
        damaged: of the accessioned: those in which damage was found.
        copies: access copies made on the way.
        publishable, dark: of the accessioned: what may be redistributed, and what is kept dark.
        findings: everything remarked, refusals included.
        notes: of the findings: advice only.
        bytes: size of the files met.
        elapsed_s: seconds.
    """

    files: int = 0
    accessioned: int = 0
    companions: int = 0
    duplicates: int = 0
    refused: int = 0
    damaged: int = 0
    copies: int = 0
    publishable: int = 0
    dark: int = 0
    findings: int = 0
    notes: int = 0
    bytes: int = 0
    elapsed_s: float = 0.0
