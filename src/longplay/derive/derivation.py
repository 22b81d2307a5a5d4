"""Deriving from what is held: measurements that are missing, and access copies the gate lets be made.

Idempotent; may be killed and run again: what is there is not made again. The original stays as it is.

Source: PREMIS 3.0, relationship `derivation`, events `metadata extraction` and `creation`; design, section 3.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

from longplay.derive.copying import ENCODING, CopyMade, copy_fact, drop_copies
from longplay.derive.work import DeriveResult, DeriveTask, derive
from longplay.ledger import queries, rights
from longplay.ledger.register import Register
from longplay.model.digests import ContentId
from longplay.model.events import Fact, RecordingMeasured
from longplay.model.findings import Finding, Severity
from longplay.model.holdings import AccessCopy, Holding
from longplay.model.rights import WORLD, Act, Decision, KeepingBasis, Purpose, RightsObject
from longplay.model.technical import Derived
from longplay.model.units import ByteCount
from longplay.progress import Progress
from longplay.rights.gate import Gate
from longplay.store.derived import DerivedStore
from longplay.store.local import LocalStore
from longplay.workers import Lost, Pending, WorkerPool

AHEAD: Final = 8
"""Recordings a worker that are read ahead of the one being written down."""

SHORTEST_MS: Final = 100
"""Shorter recordings have no true peak: it is measured in steps of this length, milliseconds."""

GROUP_S: Final = 1.0
"""A group of facts is written down when it is so old, seconds."""


class Listener(Protocol):
    """Who wants to hear what becomes of each recording."""

    def measured(self, content_id: ContentId) -> None:
        """A recording was measured; told once it is durable."""

    def copied(self, copy: AccessCopy) -> None:
        """A copy was made; told once it is durable."""

    def found(self, finding: Finding) -> None:
        """A recording could not be derived from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is wanted.

    Attributes:
        content_ids: of these holdings; empty: of all.
        bit_rates: Opus copies, bits a second.
        true_peak: measure the true peak of those that lack it.
        anew: measure what is measured already, such as after an upgrade.
    """

    content_ids: tuple[ContentId, ...] = ()
    bit_rates: tuple[int, ...] = ()
    true_peak: bool = False
    anew: bool = False


@dataclass(slots=True, kw_only=True)
class Summary:
    """What became of the holdings looked at.

    Attributes:
        holdings: looked at.
        measured: measured now.
        copies: access copies made now.
        not_permitted: holdings of which the gate lets no copy be made.
        failed: those nothing could be derived from, each with a finding.
    """

    holdings: int = 0
    measured: int = 0
    copies: int = 0
    not_permitted: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Todo:
    holding: Holding
    task: DeriveTask
    is_measuring: bool


@dataclass(slots=True)
class _Group:
    """What is written down together, and what is told once it is."""

    facts: list[Fact] = field(default_factory=list)
    derived: list[tuple[ContentId, Derived]] = field(default_factory=list)
    told: list[Callable[[], None]] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """The use case: derive from what an archive holds.

    Attributes:
        store, derived, register, gate: the archive's.
        keeping: the institution's basis for keeping.
        clock: tells the day for the gate.
        new_id: names a staging folder.
        jobs: worker processes.
        limit_s: seconds one recording may take.
    """

    store: LocalStore
    derived: DerivedStore
    register: Register
    gate: Gate
    keeping: KeepingBasis
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    jobs: int
    limit_s: float

    def derive(self, order: Order, *, listener: Listener, progress: Progress) -> Summary:
        """Derive what is wanted and not there yet.

        Raises:
            StorageError: store, derived data or journal cannot be written; what was told is kept.
        """
        run = _Run(ports=self, order=order, listener=listener, progress=progress)
        with self.register.ledger.reading() as connection:
            total = len(order.content_ids) or queries.counts(connection)["holdings"]
        progress.begin("derive", files=total)
        try:
            folder = self.store.fresh_staging_folder(self.register.writer, self.new_id())
            with WorkerPool(derive, jobs=self.jobs, limit_s=self.limit_s) as pool:
                run.all(pool, folder)
        finally:
            progress.end()
            self.store.sweep_staging(self.register.writer)
        return run.summary


@dataclass(slots=True, kw_only=True)
class _Run:
    ports: Derivation
    order: Order
    listener: Listener
    progress: Progress
    summary: Summary = field(default_factory=Summary)
    group: _Group = field(default_factory=_Group)

    def all(self, pool: "WorkerPool[DeriveTask, DeriveResult | Finding]", folder: Path) -> None:
        queue: deque[tuple[_Todo, Pending[DeriveResult | Finding]]] = deque()
        for number, holding in enumerate(self._holdings()):
            self.summary.holdings += 1
            todo = self._todo(holding, folder / str(number))
            if todo is None:
                self.progress.advance(files=1)
                continue
            queue.append((todo, pool.submit(todo.task)))
            while len(queue) > self.ports.jobs * AHEAD:
                self._write_down(*queue.popleft())
        while queue:
            self._write_down(*queue.popleft())
        self._commit()

    def _holdings(self) -> Iterator[Holding]:
        with self.ports.register.ledger.reading() as connection:
            if not self.order.content_ids:
                yield from queries.holdings(connection)
                return
            for content_id in self.order.content_ids:
                found = queries.holding(connection, content_id)
                if found is not None:
                    yield found

    def _todo(self, holding: Holding, link: Path) -> _Todo | None:
        """What is to be done for a holding; `None` when everything is there."""
        rates = self._rates(holding)
        is_measuring = self._lacks_measurement(holding)
        if not rates and not is_measuring:
            return None
        suffix = PurePosixPath(holding.provenances[0].path).suffix if holding.provenances else ""
        task = DeriveTask(
            content_id=holding.content_id,
            blob=self.ports.store.path(holding.content_id),
            link=link.with_name(link.name + suffix) if suffix.isascii() and len(suffix) <= 10 else link,
            tags=holding.tags.tags,
            bit_rates=rates,
            true_peak=self._wants_true_peak(holding),
        )
        return _Todo(holding=holding, task=task, is_measuring=is_measuring)

    def _ask(self, holding: Holding) -> Decision:
        obj = RightsObject(
            content_id=holding.content_id, statements=holding.statements, keeping=self.ports.keeping
        )
        return self.ports.gate(Act.TRANSCODE, obj, WORLD, self.ports.clock().date(), Purpose.ARCHIVE)

    def _rates(self, holding: Holding) -> tuple[int, ...]:
        """Bit rates of the copies to make now."""
        if not self.order.bit_rates:
            return ()
        if not self._ask(holding).permits:
            self.summary.not_permitted += 1
            return ()
        with self.ports.register.ledger.reading() as connection:
            there = {copy.bit_rate for copy in queries.copies_of(connection, holding.content_id)}
        return tuple(rate for rate in self.order.bit_rates if rate not in there)

    def _lacks_measurement(self, holding: Holding) -> bool:
        known = holding.measurement
        if known is None or self.order.anew:
            return True
        if self.order.true_peak and self._wants_true_peak(holding) and known.loudness.true_peak_dbtp is None:
            return True
        return self.ports.derived.get(holding.content_id, known) is None

    def _wants_true_peak(self, holding: Holding) -> bool:
        """Whether to measure it: asked for, or known already and not to be lost; not all have one."""
        known = holding.measurement
        is_silent = known is not None and known.loudness.sample_peak_dbfs is None
        if is_silent or holding.audio.duration < SHORTEST_MS:
            return False
        return self.order.true_peak or (known is not None and known.loudness.true_peak_dbtp is not None)

    def _write_down(self, todo: _Todo, pending: "Pending[DeriveResult | Finding]") -> None:
        self.progress.advance(files=1)
        match pending.result():
            case Lost(code=code, detail=detail):
                drop_copies(todo.task.link)
                todo.task.link.unlink(missing_ok=True)
                finding = Finding(
                    code=code, severity=Severity.ERROR, path=todo.holding.content_id, detail=detail
                )
                self._fail(finding)
            case Finding() as finding:
                self._fail(finding)
            case DeriveResult() as result:
                self._keep(todo, result)
        if time.monotonic() - self.group.began >= GROUP_S:
            self._commit()

    def _fail(self, finding: Finding) -> None:
        self.summary.failed += 1
        self.listener.found(finding)

    def _keep(self, todo: _Todo, result: DeriveResult) -> None:
        content_id, measured = todo.holding.content_id, result.measured
        holding = self._as_it_is_now(content_id)
        if holding is not None and todo.is_measuring:
            self.summary.measured += 1
            self.group.derived.append((content_id, measured.derived))
            if (measured.audio, measured.measurement) != (todo.holding.audio, todo.holding.measurement):
                self.group.facts.append(
                    RecordingMeasured(
                        content_id=content_id, audio=measured.audio, measurement=measured.measurement
                    )
                )
            self.group.told.append(lambda: self.listener.measured(content_id))
        for copy in result.copies:
            decision = None if holding is None or self._was_purged(copy) else self._ask(holding)
            if decision is not None and decision.permits:
                self._keep_copy(content_id, copy, decision)
            else:
                self.summary.not_permitted += 1
                copy.staged.unlink(missing_ok=True)

    def _as_it_is_now(self, content_id: ContentId) -> Holding | None:
        """A holding after the work on it: it may have been withdrawn meanwhile, or purged (`None`)."""
        with self.ports.register.ledger.reading() as connection:
            return queries.holding(connection, content_id)

    def _was_purged(self, copy: CopyMade) -> bool:
        with self.ports.register.ledger.reading() as connection:
            return rights.is_purged(connection, copy.digests.content_id)

    def _keep_copy(self, source: ContentId, copy: CopyMade, decision: Decision) -> None:
        self.ports.store.adopt(copy.staged, copy.digests)
        self.summary.copies += 1
        self.group.facts.append(copy_fact(source, copy, decision))
        made = AccessCopy(
            content_id=copy.digests.content_id,
            size=ByteCount(copy.digests.size),
            source=source,
            encoding=ENCODING,
            bit_rate=copy.bit_rate,
            gain_q78=copy.gain_q78,
        )
        self.group.told.append(lambda: self.listener.copied(made))

    def _commit(self) -> None:
        group, self.group = self.group, _Group()
        self.ports.derived.put(group.derived)
        if group.facts:
            self.ports.register.record(group.facts)
        for tell in group.told:
            tell()
