"""Which holdings are one recording: new holdings are compared, people decide what is doubtful, groups follow.

Idempotent; may be killed and run again. What comparing found is journalled before a holding counts as compared.
Only `same` and `review` are written down, and what holds apart two holdings that a third would join.

Source: PREMIS 3.0, events `metadata extraction`, `metadata modification`; design, sections 1 and 2.
"""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, islice
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from longplay.curation.candidates import CandidateIndex
from longplay.curation.comparison import METHOD, Sample, compare
from longplay.curation.grouping import group
from longplay.errors import UsageError
from longplay.ledger import recordings as queries
from longplay.ledger.ledger import Ledger
from longplay.ledger.register import Register
from longplay.model.digests import ContentId
from longplay.model.events import PairsJudged, RecordingsMerged, RecordingSplit
from longplay.model.recordings import Grouping, Link, PairJudgement, PairRuling, PairVerdict, Ruling
from longplay.progress import Progress
from longplay.store.derived import DerivedReader, DerivedStore

BATCH: Final = 500
"""Holdings compared between two writings."""

CANDIDATES: Final = 20
"""So many candidates of each holding are compared with it."""

CLOSED_UP_TO: Final = 64
"""Within a group of up to so many holdings every pair is compared, so that a chain cannot join strangers."""

Pair = tuple[ContentId, ContentId]


@dataclass(slots=True, kw_only=True)
class Compared:
    """What came of comparing.

    Attributes:
        holdings: compared now for the first time.
        pairs: comparisons made.
        same, review: how many of them say so.
        unmeasured: holdings without a fingerprint to compare: `longplay derive` makes it.
    """

    holdings: int = 0
    pairs: int = 0
    same: int = 0
    review: int = 0
    unmeasured: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recordings:
    """The use case: curate which holdings are one recording.

    Attributes:
        ledger: what is held, and what was found and decided so far.
        derived: the fingerprints.
    """

    ledger: Ledger
    derived: DerivedStore

    def compare(self, register: Register, *, progress: Progress) -> Compared:
        """Compare every holding that was not compared yet with its candidates.

        Raises:
            StorageError: index, derived data or journal could not be written; what is written is kept.
        """
        index = CandidateIndex(self._index_folder())
        with self.ledger.reading() as connection:
            fresh = index.missing(queries.ids_as_held(connection))
        progress.begin("compare", files=len(fresh))
        summary = Compared()
        try:
            remaining = iter(fresh)
            while batch := list(islice(remaining, BATCH)):
                self._compare_batch(batch, index, register, summary)
                progress.advance(files=len(batch))
        finally:
            progress.end()
        return summary

    def _index_folder(self) -> Path:
        """A new method starts with an empty index, so that everything is compared again."""
        return self.derived.folder / f"candidates-{METHOD.replace('/', '-')}"

    def _compare_batch(
        self, batch: list[ContentId], index: CandidateIndex, register: Register, summary: Compared
    ) -> None:
        with self.ledger.reading() as connection, self.derived.reading() as reader:
            samples = _Samples(connection=connection, reader=reader)
            ready = [one for one in map(samples.get, batch) if one is not None]
            summary.holdings += len(ready)
            summary.unmeasured += len(batch) - len(ready)
            judged = _Judged(samples=samples, known=queries.judged_pairs(connection, METHOD))
            with tempfile.TemporaryDirectory() as scratch:
                beside = CandidateIndex(Path(scratch))
                beside.add(ready)
                for sample in ready:
                    judged.against(sample, _candidates(sample, (index, beside), connection))
            judged.close_groups(queries.same_pairs(connection, METHOD))
        summary.pairs += judged.count
        summary.same += sum(one.verdict is PairVerdict.SAME for one in judged.worth_keeping)
        summary.review += sum(one.verdict is PairVerdict.REVIEW for one in judged.worth_keeping)
        if judged.worth_keeping:
            register.record([PairsJudged(judgements=tuple(judged.worth_keeping))])
        index.add(ready)

    def grouping(self) -> Grouping:
        """The recordings that more than one holding or a decision is about, and what is doubtful.

        Holdings that nothing was found of are recordings by themselves and do not appear.
        """
        with self.ledger.reading() as connection:
            judgements = list(queries.judgements(connection, METHOD))
            decisions = list(_decisions(connection))
            links: list[Link] = [*judgements, *decisions]
            concerned = {one for link in links for one in link.pair}
            manifestations = list(queries.manifestations(connection, concerned))
        return group(manifestations, judgements, decisions)

    def merge(
        self, register: Register, content_ids: Iterable[ContentId], *, by: str, reason: str
    ) -> tuple[ContentId, ...]:
        """Write down that holdings, with all they are grouped with now, are one recording.

        It outweighs every comparison, and what was decided of the same holdings before.

        Returns:
            What is one recording from now on.

        Raises:
            UsageError: fewer than two holdings.
            StorageError: the journal could not be written.
        """
        named = set(content_ids)
        if len(named) < 2:
            raise UsageError("merging takes at least two different holdings")
        members = tuple(sorted(named.union(*(self._grouped_with(one) for one in named))))
        register.record([RecordingsMerged(content_ids=members, by=by, reason=reason)])
        return members

    def split(
        self, register: Register, content_id: ContentId, others: Iterable[ContentId], *, by: str, reason: str
    ) -> tuple[ContentId, ...]:
        """Write down that a holding is another recording than others; outweighs every comparison.

        Args:
            register: writes it down.
            content_id: the holding.
            others: what it is not; empty: everything it is grouped with now.
            by, reason: who, and why.

        Returns:
            What it was split from.

        Raises:
            UsageError: it is grouped with nothing, and nothing is named.
            StorageError: the journal could not be written.
        """
        named = tuple(sorted(set(others) - {content_id})) or self._grouped_with(content_id)
        if not named:
            raise UsageError(f"{content_id[:12]} is a recording by itself already: nothing to split it from")
        register.record([RecordingSplit(content_id=content_id, others=named, by=by, reason=reason)])
        return named

    def _grouped_with(self, content_id: ContentId) -> tuple[ContentId, ...]:
        for recording in self.grouping().recordings:
            members = [one.content_id for one in recording.manifestations]
            if content_id in members:
                return tuple(sorted(set(members) - {content_id}))
        return ()


@dataclass(slots=True, kw_only=True)
class _Samples:
    """What is compared, by content id, looked up when needed."""

    connection: Connection
    reader: DerivedReader
    found: dict[ContentId, Sample | None] = field(default_factory=dict)

    def get(self, content_id: ContentId) -> Sample | None:
        """What is compared of a holding; `None` when it was not measured or its fingerprint is not there."""
        if content_id not in self.found:
            self.found[content_id] = self._load(content_id)
        return self.found[content_id]

    def _load(self, content_id: ContentId) -> Sample | None:
        import numpy as np

        measured = queries.measured(self.connection, content_id)
        if measured is None:
            return None
        derived = self.reader.get(content_id, measured.measurement)
        if derived is None:
            return None
        return Sample(
            content_id=content_id,
            fingerprint=np.frombuffer(derived.fingerprint, dtype="<u4").astype(np.uint32),
            length=measured.audio.duration,
            pcm_md5=measured.measurement.pcm_md5,
        )


@dataclass(slots=True, kw_only=True)
class _Judged:
    """The comparisons of one batch."""

    samples: _Samples
    known: set[Pair]
    count: int = 0
    worth_keeping: list[PairJudgement] = field(default_factory=list)
    different: dict[Pair, PairJudgement] = field(default_factory=dict)

    def against(self, sample: Sample, candidates: Iterable[ContentId]) -> None:
        """Compare a holding with its candidates; pairs that are judged already are passed over."""
        for candidate in candidates:
            other = self.samples.get(candidate)
            pair = _pair(sample.content_id, candidate)
            if other is None or candidate == sample.content_id or pair in self.known:
                continue
            self.known.add(pair)
            self.count += 1
            judgement = compare(sample, other)
            if judgement.verdict is PairVerdict.DIFFERENT:
                self.different[pair] = judgement
            else:
                self.worth_keeping.append(judgement)

    def close_groups(self, same: Iterable[Pair]) -> None:
        """Compare every pair within the groups that this batch made or grew; keep what holds them apart."""
        fresh = [one.pair for one in self.worth_keeping if one.verdict is PairVerdict.SAME]
        groups = _groups([*same, *fresh])
        for members in {id(groups[pair[0]]): groups[pair[0]] for pair in fresh}.values():
            if len(members) > CLOSED_UP_TO:
                continue
            for one, other in combinations(sorted(members), 2):
                sample = self.samples.get(one)
                if sample is not None:
                    self.against(sample, [other])
                if (one, other) in self.different:
                    self.worth_keeping.append(self.different.pop((one, other)))


def _pair(one: ContentId, other: ContentId) -> Pair:
    return (one, other) if one < other else (other, one)


def _groups(pairs: Iterable[Pair]) -> dict[ContentId, set[ContentId]]:
    """The set of everything that is joined, by each member."""
    groups: dict[ContentId, set[ContentId]] = {}
    for one, other in pairs:
        joined = groups.get(one, {one}) | groups.get(other, {other})
        for member in joined:
            groups[member] = joined
    return groups


def _candidates(
    sample: Sample, indexes: Iterable[CandidateIndex], connection: Connection
) -> Iterator[ContentId]:
    """What to compare a holding with: the best of the indexes, and whatever has the same samples."""
    for index in indexes:
        yield from (content_id for content_id, _hits in index.query(sample.fingerprint, limit=CANDIDATES))
    if sample.pcm_md5 is not None:
        yield from queries.with_samples(connection, sample.pcm_md5)


def _decisions(connection: Connection) -> Iterator[PairRuling]:
    """What people decided, pair by pair."""
    for order, ruled in enumerate(queries.rulings(connection)):
        ruling = Ruling.SPLIT if ruled.others else Ruling.MERGE
        pairs = (
            {_pair(one, other) for one in ruled.content_ids for other in ruled.others}
            if ruled.others
            else set(combinations(sorted(ruled.content_ids), 2))
        )
        for a, b in sorted(pairs):
            if a != b:
                yield PairRuling(a=a, b=b, ruling=ruling, order=order)
