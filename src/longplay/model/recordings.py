"""Which recordings are the same: what comparing two of them found, and the groups that follow.

A *recording* is what MusicBrainz means by it: one performance as it was mixed. A vocal and its instrumental are
two, although they share a master; a louder mastering of the same mix is not another one. Files that hold the
same recording are its *manifestations*.

It decides nothing: see `longplay.curation`.

Source: MusicBrainz, "Recording"; IFLA LRM (manifestation); design, sections 1 and 8.
"""

from dataclasses import dataclass
from enum import StrEnum

from longplay.model.digests import ContentId
from longplay.model.units import Milliseconds


class PairVerdict(StrEnum):
    """Whether two files hold the same recording."""

    SAME = "same"
    REVIEW = "review"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairJudgement:
    """What comparing two files found, with the evidence.

    Attributes:
        a, b: content ids; `a` is the smaller.
        verdict: what follows.
        bit_error_rate: share of the bits that differ at the best alignment, where either sounds, 0 to 1,
            rounded to four places; `None` when nothing could be aligned or the samples were equal.
        worst_window: the largest such share in any stretch of two seconds of it, likewise.
        overlap_s: seconds of sound that were compared, rounded to tenths.
        offset_s: where `b` begins in the time of `a`, seconds, rounded to hundredths; `None` likewise.
        length_difference: between the decoded lengths.
        reason: one sentence for a person.
        method: name and version of the method; a judgement by another one is made again.
    """

    a: ContentId
    b: ContentId
    verdict: PairVerdict
    bit_error_rate: float | None
    worst_window: float | None
    overlap_s: float
    offset_s: float | None
    length_difference: Milliseconds
    reason: str
    method: str

    @property
    def pair(self) -> tuple[ContentId, ContentId]:
        """Both content ids, the smaller first."""
        return self.a, self.b


class Ruling(StrEnum):
    """What a person decides of two files."""

    MERGE = "merge"
    SPLIT = "split"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRuling:
    """A person's decision of two files, which outweighs every comparison.

    Attributes:
        a, b: content ids; `a` is the smaller.
        ruling: one recording, or two.
        order: its place among all decisions; of two about the same pair the later one holds.
    """

    a: ContentId
    b: ContentId
    ruling: Ruling
    order: int

    def __post_init__(self) -> None:
        if self.a >= self.b:
            raise ValueError(f"a decision is of two files, the smaller first: {self.a}, {self.b}")

    @property
    def pair(self) -> tuple[ContentId, ContentId]:
        """Both content ids, the smaller first."""
        return self.a, self.b


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifestation:
    """One file of a recording, with what ranks it.

    Attributes:
        content_id: the file.
        is_lossless: whether its codec keeps every sample.
        is_whole: whether nothing found in it speaks of damage.
        bit_rate: of the audio stream, bits a second.
        held_order: its place among all holdings in the order of accession, unique.
    """

    content_id: ContentId
    is_lossless: bool
    is_whole: bool
    bit_rate: int
    held_order: int


Link = PairJudgement | PairRuling
"""Why two manifestations are of one recording."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A group of manifestations of one recording.

    Attributes:
        id: content id of the manifestation that was held first.
        manifestations: best first, at least one.
        links: what joined them, one fewer than there are manifestations, in order of their pairs.
    """

    id: ContentId
    manifestations: tuple[Manifestation, ...]
    links: tuple[Link, ...]

    @property
    def best(self) -> Manifestation:
        """The one that stands for the recording."""
        return self.manifestations[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A link that was not followed, because it would join two files that are held apart.

    Attributes:
        link: what spoke for one recording.
        against: what speaks against it, of a pair that the link would have joined.
    """

    link: Link
    against: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """What follows from all judgements and decisions.

    Attributes:
        recordings: every holding in exactly one, in the order in which they were first held.
        conflicts: for a person to solve, in order of their links' pairs.
        doubtful: judgements of `review` between two recordings that no person has decided, likely ones first.
    """

    recordings: tuple[Recording, ...]
    conflicts: tuple[Conflict, ...]
    doubtful: tuple[PairJudgement, ...]
