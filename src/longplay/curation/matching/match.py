"""Holdings meet the catalogue: which of its recordings each is, with a score and the evidence.

Manifestations of one recording are matched together. A match needs a high score and no rival near it; what lies
between is for a person, whose word in the curator's file goes first. What nothing matches is a recording of its
own.

Idempotent; may be killed and run again.

Source: docs/reference/matching.md.
"""

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Final

from longplay.catalogue.candidates import Candidate, Wanted, candidates
from longplay.catalogue.curating import CuratorsFile
from longplay.catalogue.engine import Limits, connected
from longplay.catalogue.search.indexing import made_own_index
from longplay.catalogue.serving import Serving
from longplay.catalogue.snapshots import Snapshots
from longplay.curation.matching.clues import clues_of
from longplay.curation.matching.decisions import Decided, decided_by, said_of
from longplay.curation.matching.evidence import MARGIN, MATCHED_FROM, REVIEW_FROM, Evidence, Speaks, weigh
from longplay.curation.matching.line import line_of
from longplay.curation.matching.matches import (
    METHOD,
    Group,
    Match,
    MatchesFile,
    MatchesMade,
    MatchVerdict,
    matched_with,
)
from longplay.curation.matching.own_recordings import own_recordings
from longplay.curation.recordings import Recordings
from longplay.ledger import queries
from longplay.model.digests import ContentId
from longplay.progress import Progress
from longplay.store.failures import storing
from longplay.store.layout import LOCKS, MATCHING
from longplay.store.locks import locked

DOUBTS_LIMIT: Final = 5
"""No more candidates of one group are listed for review."""


@dataclass(slots=True, kw_only=True)
class Matched:
    """What came of matching.

    Attributes:
        made: how.
        holdings: looked at.
        groups: recordings they are of, by what became of them; `duplicate` counts recordings of the catalogue.
    """

    made: MatchesMade
    holdings: int = 0
    groups: Counter[MatchVerdict] = field(default_factory=Counter)


def match_of(group: Group, found: Sequence[Evidence], decided: Decided) -> list[Match]:
    """What becomes of a group: the match, or what is doubtful, or a recording of its own. Pure.

    Args:
        group: which.
        found: the evidence for each recording it could be.
        decided: what people say.
    """
    forced = min((rank for rank in decided.forced if rank not in decided.vetoed), default=None)
    if forced is not None:
        return [_forced(group, forced, decided.forced[forced], found)]
    left = [one for one in found if one.rank not in decided.vetoed and one.score >= REVIEW_FROM]
    left.sort(key=lambda one: (-one.score, one.rank))
    if not left:
        return [Match(group=group.id, holdings=group.holdings, verdict=MatchVerdict.OWN)]
    best, rivals = _best(left)
    if best is None:
        doubts = left[:DOUBTS_LIMIT]
        return [matched_with(group, MatchVerdict.DOUBTFUL, one) for one in doubts]
    same = [matched_with(group, MatchVerdict.DUPLICATE, one) for one in rivals]
    return [matched_with(group, MatchVerdict.MATCHED, best), *same]


def _forced(group: Group, rank: int, entity: str, found: Sequence[Evidence]) -> Match:
    """What a person says, with the evidence there is besides."""
    for one in found:
        if one.rank == rank:
            return matched_with(group, MatchVerdict.MATCHED, one, is_decided=True)
    return Match(
        group=group.id,
        holdings=group.holdings,
        verdict=MatchVerdict.MATCHED,
        id=entity,
        rank=rank,
        is_decided=True,
    )


def _best(left: Sequence[Evidence]) -> tuple[Evidence | None, list[Evidence]]:
    """The one that is sure, with those that are the same recording twice in the catalogue."""
    best, *others = left
    if best.score < MATCHED_FROM:
        return None, []
    rivals = [one for one in others if one.score > best.score - MARGIN]
    if not rivals:
        return best, []
    near = [best, *rivals]
    named = [set(one.holdings) for one in near if Speaks.MBID in one.speaks]
    are_told_apart = len(named) == len(near) and sum(map(len, named)) == len(set().union(*named))
    if not are_told_apart:
        return None, []
    first = min(near, key=lambda one: one.rank)
    return first, [one for one in near if one is not first]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """The use case: match holdings with a snapshot of the catalogue.

    Attributes:
        root: of the archive, where its own recordings are indexed for searching.
        recordings: which holdings are one recording.
        snapshots: the catalogue.
        number: of the snapshot.
        serving: of the snapshot.
        matches: where the matches go.
        limits: of memory and threads.
        line_share: share of listens that recordings above the line have, 0 to 1.
    """

    root: Path
    recordings: Recordings
    snapshots: Snapshots
    number: int
    serving: Serving
    matches: MatchesFile
    limits: Limits
    line_share: float

    def match(self, curators: CuratorsFile, *, progress: Progress) -> Matched:
        """Match every holding with the recordings of the snapshot.

        Args:
            curators: what people say.
            progress: told of holdings.

        Raises:
            MalformedInput: a row of the curator's file names more than one holding.
            ArchiveBusy: another process matches, or purges what would be matched.
            StorageError: something could not be read or written; the matches before stay.
        """
        with (
            locked(self.root / LOCKS / "purge", what="purging, or matching holdings"),
            self._scratch() as scratch,
        ):
            matched = self._match(curators, scratch, progress)
            with self.recordings.ledger.reading() as reading:
                made_own_index(self.root, list(own_recordings(reading, self.matches)))
        return matched

    @contextmanager
    def _scratch(self) -> Iterator[Path]:
        """A folder of the archive's for names of holdings meanwhile; what a kill left there goes first."""
        folder = self.root / MATCHING
        with storing(folder):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _match(self, curators: CuratorsFile, scratch: Path, progress: Progress) -> Matched:
        snapshot = self.snapshots.get(self.number)
        members = {
            recording.id: tuple(sorted(one.content_id for one in recording.manifestations))
            for recording in self.recordings.grouping().recordings
        }
        groups = {one: group for group, some in members.items() for one in some}
        with connected(scratch, self.limits, database="matching.duckdb") as connection:
            line = line_of(connection, self.snapshots, snapshot.number, self.line_share)
            holdings = self._count()
            made = MatchesMade(method=METHOD, snapshot=snapshot.number, made_of=snapshot.made_of, line=line)
            matched = Matched(made=made, holdings=holdings)
            decided = self._decided(curators, groups)
            progress.begin("Matching", files=holdings)
            try:
                files = self._wanted(groups, progress)
                found = candidates(connection, self.snapshots, snapshot.number, files)
                self.matches.write(made, _counted(_matches(found, members, decided), matched))
            finally:
                progress.end()
        return matched

    def _count(self) -> int:
        with self.recordings.ledger.reading() as connection:
            return queries.counts(connection)["holdings"]

    def _decided(
        self, curators: CuratorsFile, groups: Mapping[ContentId, ContentId]
    ) -> dict[ContentId, Decided]:
        with self.recordings.ledger.reading() as connection:
            return decided_by(self.serving, said_of(connection, curators), groups)

    def _wanted(self, groups: Mapping[ContentId, ContentId], progress: Progress) -> Iterator[Wanted]:
        with self.recordings.ledger.reading() as connection:
            for holding in queries.holdings(connection):
                clues = clues_of(holding)
                yield Wanted(
                    group=groups.get(clues.content_id, clues.content_id),
                    holding=clues.content_id,
                    duration_ms=clues.duration_ms,
                    is_named=clues.is_named,
                    identifiers=clues.identifiers,
                    names=[(name.artist, name.title) for name in clues.names],
                )
                progress.advance(files=1)


def _matches(
    found: Iterable[tuple[str, list[Candidate]]],
    members: Mapping[ContentId, tuple[ContentId, ...]],
    decided: Mapping[ContentId, Decided],
) -> Iterator[Match]:
    for name, rows in found:
        first = ContentId(name)
        group = Group(id=first, holdings=members.get(first, (first,)))
        by_recording = groupby(rows, key=lambda row: row.rank)
        evidence = [weigh(list(some)) for _, some in by_recording]
        yield from match_of(group, evidence, decided.get(first, Decided()))


def _counted(matches: Iterable[Match], matched: Matched) -> Iterator[Match]:
    """Matches on their way, and how many groups each verdict has; of the doubtful ones the first counts."""
    last: tuple[ContentId, MatchVerdict] | None = None
    for match in matches:
        if (match.group, match.verdict) != last or match.verdict is MatchVerdict.DUPLICATE:
            matched.groups[match.verdict] += 1
        last = match.group, match.verdict
        yield match
