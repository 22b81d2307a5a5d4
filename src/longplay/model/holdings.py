"""What the archive holds, where it came from, and what lies beside it.

Source: PREMIS 3.0 (object, event); design, section 1.
"""

from dataclasses import dataclass
from enum import StrEnum

from longplay.model.audio import AudioFacts, TagFacts
from longplay.model.digests import ContentId, FileDigests
from longplay.model.rights import RightsStatement
from longplay.model.technical import Carrier, Measurement
from longplay.model.units import ByteCount

Given = tuple[tuple[str, str], ...]
"""What a depositor's table says of a file beyond rights: (column, value), in column order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where one copy of the bytes was found.

    Attributes:
        accession: id of the act of taking in.
        source: the accession's source, as stated.
        root: absolute path of the folder that was walked; never published.
        path: path below that folder, written as `longplay.formats.paths` does.
        given: what the depositor's table says.
    """

    accession: str
    source: str
    root: str
    path: str
    given: Given = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A recording we keep.

    Attributes:
        digests: proof of its bytes.
        audio: measured by decoding.
        tags: as found in the file.
        statements: everything stated about its rights.
        provenances: every place its bytes were met, earliest first.
        measurement: what its decode measured; `None` when it was taken in by a version that did not measure.
        measured_at: when, RFC 3339; `None` likewise.
    """

    digests: FileDigests
    audio: AudioFacts
    tags: TagFacts
    statements: tuple[RightsStatement, ...]
    provenances: tuple[Provenance, ...]
    measurement: Measurement | None = None
    measured_at: str | None = None

    @property
    def content_id(self) -> ContentId:
        """Its name in the store."""
        return self.digests.content_id

    @property
    def name(self) -> str:
        """Artist and title as described, else where it was found, for a person."""
        named = [part for part in (self.described("artist"), self.described("title")) if part]
        if named or not self.provenances:
            return " - ".join(named) or self.content_id[:12]
        return self.provenances[0].path

    def described(self, name: str) -> str | None:
        """The depositor's word for `title`, `artist` or `album`, else the tag's; `None` if neither says."""
        for provenance in self.provenances:
            for column, value in provenance.given:
                if column == name and value:
                    return value
        match name:
            case "title":
                return self.tags.title
            case "artist":
                return self.tags.artist
            case "album":
                return self.tags.album
        return None


class CompanionKind(StrEnum):
    """What sort of file lies beside the music."""

    PICTURE = "picture"
    CUE_SHEET = "cue-sheet"
    RIP_LOG = "rip-log"
    PLAYLIST = "playlist"
    BOOKLET = "booklet"
    LICENCE = "licence"
    TEXT = "text"
    CHECKSUMS = "checksums"
    METADATA = "metadata"
    RIGHTS_TABLE = "rights-table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """A file kept with an accession that is no recording.

    Attributes:
        digests: proof of its bytes.
        kind: what it is.
        provenance: where it was found.
        about: path of the recording or folder it is about, below the same root; `""` is all of it.
        carriers: the physical carriers it states, if it is such a document.
    """

    digests: FileDigests
    kind: CompanionKind
    provenance: Provenance
    about: str
    carriers: tuple[Carrier, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessCopy:
    """A copy for listening, made from a recording we keep.

    Attributes:
        content_id, size: of the copy's blob.
        source: the recording.
        encoding: such as `opus`.
        bit_rate: as asked of the encoder, bits a second.
        gain_q78: `R128_TRACK_GAIN` in its tags, 1/256 dB; `None` when the loudness was not known.
    """

    content_id: ContentId
    size: ByteCount
    source: ContentId
    encoding: str
    bit_rate: int
    gain_q78: int | None
