"""Drift: the source of a rights statement says something else than it said when it was read.

Every source that can be reached is read again. Other bytes that mean the same are noted. Other bytes that mean
something else, or nothing any more, make a flag: one more statement, of kind `drift`, which forbids to hand the
recording out, to derive from it and to mine it. A flag opens nothing and ends no other statement: a person
decides. It ends by itself only when its source says again what it said. What is out of reach is no drift.

Killed at any instant and run again, it ends with the same flags.

Source: docs/guides/watching-for-drift.md; PREMIS 3.0, event type `metadata modification`.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from longplay.curation.flags import Judged, Outcome, Seen, State, is_flag, judge
from longplay.curation.meaning import meaning
from longplay.curation.reach import Reach, raw_path, read_head
from longplay.curation.readings import Source, sources_of
from longplay.errors import MalformedInput, UsageError
from longplay.ledger import queries, rights, sources
from longplay.ledger.ledger import Ledger
from longplay.ledger.register import Register
from longplay.ledger.rights import Stated
from longplay.ledger.sources import Tables
from longplay.model.audio import TagFacts
from longplay.model.digests import ContentId
from longplay.model.events import RightsStated
from longplay.model.holdings import Holding
from longplay.model.rights import Reading, StatementKind, StatementSource, Strength
from longplay.progress import Progress
from longplay.store.evidence import EvidenceStore

TEXT_LIMIT: Final = 256 * 1024
"""No more of a companion is read for its words, bytes: as at intake."""

OPENING: Final = 4_096
"""So much of a text that states nothing any more is kept as evidence, bytes."""

BATCH: Final = 50
"""Recordings whose sources are known before the first of them is looked at."""

GROUP_EVENTS: Final = 500
GROUP_S: Final = 1.0


@dataclass(slots=True, kw_only=True)
class Summary:
    """What a run came to. A source counts once for each recording and place.

    Attributes:
        recordings: looked at: with a statement in force that was read somewhere, or with a flag.
        sources: looked for.
        states: of these, how many came to each state.
        held_back: recordings with a flag in force in the end, those included whose source is out of reach.
    """

    recordings: int = 0
    sources: int = 0
    states: dict[State, int] = field(default_factory=lambda: dict.fromkeys(State, 0))
    held_back: int = 0


class Rereads(Protocol):
    """Reads a source again as at intake, which this floor may not import."""

    def from_recording(self, path: Path, digest: ContentId) -> tuple[Reading, ...]:
        """What the tags of a file state now."""

    def from_companion(
        self, data: bytes, digest: ContentId, *, companion: str, recording: str, root: str, tags: TagFacts
    ) -> tuple[tuple[Reading, ...], ...]:
        """What a companion states now of a recording, in each way intake may have taken it, narrowest first."""

    def from_table(self, path: Path, digest: ContentId, recordings: Sequence[Path]) -> tuple[Reading, ...]:
        """What a rights table states now of a recording."""


@dataclass(slots=True)
class _Group:
    """Facts that are journalled together, and what to tell once they are."""

    facts: list[RightsStated] = field(default_factory=list)
    words: list[bytes] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    began: float = 0.0

    def add(self, judged: Judged) -> None:
        self.seen += judged.seen
        if judged.fact is not None:
            self.began = self.began if self.facts else time.monotonic()
            self.facts.append(judged.fact)
            self.words += judged.words

    @property
    def is_due(self) -> bool:
        is_old = time.monotonic() - self.began >= GROUP_S
        return len(self.facts) >= GROUP_EVENTS or not self.facts or is_old


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """The use case: compare sources with what was read from them.

    Attributes:
        ledger: what is stated, and where it was read.
        evidence: keeps the new words.
        reader: reads sources again.
        reach: finds them.
    """

    ledger: Ledger
    evidence: EvidenceStore
    reader: Rereads
    reach: Reach

    def run(self, register: Register | None, *, told: Callable[[Seen], None], progress: Progress) -> Summary:
        """Look at every source once. Idempotent; may be killed and run again.

        Args:
            register: writes flags down; `None`: only say what would happen.
            told: hears of each source, once what follows from it is durable.
            progress: counts recordings, and the bytes read for them.

        Raises:
            StorageError: words or journal could not be written; what was told is kept.
        """
        summary, group = Summary(), _Group()
        with self.ledger.reading() as connection:
            total = sources.sourced_count(connection)
            tables = sources.tables(connection)
        progress.begin("drift", files=total)
        try:
            for holding, found in self._recordings(tables):
                self._recording(holding, found, (group, summary), progress)
                progress.advance(files=1)
                if group.is_due:
                    group = self._commit(register, group, told)
            self._commit(register, group, told)
        finally:
            progress.end()
        return summary

    def _recordings(self, tables: Tables) -> Iterator[tuple[Holding, list[Source]]]:
        """Every recording with what its statements in force were read from, a batch at a time."""
        last = ""
        while True:
            with self.ledger.reading() as connection:
                page = sources.sourced_after(connection, last, limit=BATCH)
                batch = [queries.holding(connection, content_id) for content_id in page]
                held = [one for one in batch if one is not None]
                found = [list(sources_of(connection, one, tables)) for one in held]
            if not page:
                return
            yield from zip(held, found, strict=True)
            last = page[-1]

    def _recording(
        self, holding: Holding, found: list[Source], so_far: tuple[_Group, Summary], progress: Progress
    ) -> None:
        group, summary = so_far
        outcomes = [self._look(holding, source, progress) for source in found]
        history = self._history(holding, outcomes)
        outcomes = _still_stated(outcomes, history) if history else outcomes
        standing = {one.id for one in history if is_flag(one)}
        for judged in _judged(holding.content_id, outcomes, history):
            group.add(judged)
            ended = judged.fact.supersedes if judged.fact else ()
            standing = (standing | judged.standing) - set(ended)
            for seen in judged.seen:
                summary.sources += 1
                summary.states[seen.state] += 1
        summary.recordings += 1
        summary.held_back += bool(standing)

    def _history(self, holding: Holding, outcomes: Sequence[Outcome]) -> list[Stated]:
        """What was ever stated, where it matters: nothing changed and no flag stands for most recordings."""
        is_flagged = any(one.kind is StatementKind.DRIFT for one in holding.statements)
        if not is_flagged and not any(one.has_changed for one in outcomes):
            return []
        with self.ledger.reading() as connection:
            return rights.history(connection, holding.content_id)

    def _look(self, holding: Holding, source: Source, progress: Progress) -> Outcome:
        """What a source comes to by itself."""
        if source.root is None:
            return Outcome(source=source, place=None, detail="no place of it is on record")
        place = self.reach.path(source.root, source.path)
        look = self.reach.look(place, is_shared=source.kind is not None)
        progress.advance(size=look.size)
        if look.digest is None:
            return Outcome(source=source, place=place, detail=look.detail)
        if source.known == {look.digest}:
            return Outcome(source=source, place=place, digest=look.digest)
        try:
            return self._reread(holding, source, place, look.digest)
        except (OSError, UsageError) as exc:
            return Outcome(source=source, place=place, detail=f"it could not be read again: {exc}")

    def _reread(self, holding: Holding, source: Source, place: Path, digest: ContentId) -> Outcome:
        words = b""
        match source.read:
            case StatementSource.TAG:
                ways = [self.reader.from_recording(place, digest)]
            case StatementSource.TABLE:
                ways = [self._row(holding, source, place, digest)]
            case _:
                data, digest = read_head(place, TEXT_LIMIT)
                ways = self._beside(holding, source, data, digest)
                words = data[:OPENING]
        said = meaning(source.statements)
        same = [way for way in ways if meaning(one.statement for one in way) == said]
        return Outcome(
            source=source,
            place=place,
            digest=digest,
            readings=same[0] if same else _nearest(source, ways),
            has_changed=not same,
            words=words,
        )

    def _beside(
        self, holding: Holding, source: Source, data: bytes, digest: ContentId
    ) -> list[tuple[Reading, ...]]:
        """What a companion states of the recording, wherever below its root that lay."""
        found: list[tuple[Reading, ...]] = []
        for place in holding.provenances:
            if place.root == source.root:
                found += self.reader.from_companion(
                    data,
                    digest,
                    companion=source.path,
                    recording=place.path,
                    root=place.root,
                    tags=holding.tags,
                )
        return list(dict.fromkeys(found)) or [()]

    def _row(self, holding: Holding, source: Source, place: Path, digest: ContentId) -> tuple[Reading, ...]:
        """What a table states of the recording: it lies where it lay seen from the table's folder."""
        folder = raw_path(source.root or "")
        lay = [raw_path(one.root) / raw_path(one.path) for one in holding.provenances]
        recordings = [Path(os.path.normpath(place.parent / os.path.relpath(one, folder))) for one in lay]
        try:
            return self.reader.from_table(place, digest, list(dict.fromkeys(recordings)))
        except MalformedInput:
            return ()

    def _commit(self, register: Register | None, group: _Group, told: Callable[[Seen], None]) -> _Group:
        """Words are durable before the journal names them, and what is told is durable before it is told."""
        if register is not None and group.facts:
            for words in group.words:
                self.evidence.put(words)
            register.record(group.facts)
        for seen in group.seen:
            told(seen)
        return _Group()


def _still_stated(outcomes: Sequence[Outcome], history: Sequence[Stated]) -> list[Outcome]:
    """What is about a statement that nobody ended while its source was read."""
    in_force = {one.statement for one in history if one.superseded is None}
    return [one for one in outcomes if not in_force.isdisjoint(one.source.statements)]


def _judged(content_id: ContentId, outcomes: Sequence[Outcome], history: Sequence[Stated]) -> Iterator[Judged]:
    """What follows from each source of a recording, its places taken together."""
    for path in dict.fromkeys(one.source.path for one in outcomes):
        yield judge(content_id, [one for one in outcomes if one.source.path == path], history)


def _nearest(source: Source, ways: Sequence[tuple[Reading, ...]]) -> tuple[Reading, ...]:
    """What it says now: of the recording by name, unless it spoke of its folder before or now only does."""
    is_wide = any(one.strength is Strength.BLANKET for one in source.statements)
    return ways[-1] if is_wide else next((way for way in ways if way), ())
