"""Taking files in: every file met ends as a holding, a companion, a duplicate or a refusal with its reason.

The source is left alone. Blobs first, then journal, then ledger, then the word that it is done. Killed at any
instant and run again, it ends with the same holdings: the open accession is taken up, what is known is not
written twice.

Source: OAIS, ingest; PREMIS 3.0 events `ingestion start`, `ingestion`, `ingestion end`; design, section 3.
"""

import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Final

from longplay.derive.copying import drop_copies
from longplay.ingest.deposit import Deposit, Ports
from longplay.ingest.intake import Intake
from longplay.ingest.outcome import Listener, Summary
from longplay.ingest.walk import FileMet, FolderDone, Met, Remark, measure, walk
from longplay.ingest.worker import CopyOrder, Refused, Taken, Task, take
from longplay.model.findings import Finding, Severity
from longplay.progress import Progress
from longplay.workers import Lost, Pending, WorkerPool

AHEAD: Final = 8
"""Files a worker that are read ahead of the one being decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accession:
    """The use case: accept a deposit into an archive.

    Attributes:
        ports: what is needed of the archive.
        jobs: worker processes.
        file_limit_s: seconds one file may take.
        true_peak: measure the true peak too.
        bit_rates: Opus copies to make in the same decode where that is permitted, bits a second.
    """

    ports: Ports
    jobs: int
    file_limit_s: float
    true_peak: bool = False
    bit_rates: tuple[int, ...] = ()

    def accept(self, deposit: Deposit, *, listener: Listener, progress: Progress) -> Summary:
        """Take everything in. Idempotent; may be killed and run again.

        Raises:
            StorageError: the store or journal cannot be written; what was told to `listener` is kept.
        """
        began = time.monotonic()
        intake = Intake(ports=self.ports, deposit=deposit, listener=listener)
        files, size = measure(deposit.starts, archive=self.ports.store.root)
        progress.begin("dry run" if self.ports.dry_run else "ingest", files=files, size=size)
        try:
            with WorkerPool(take, jobs=self.jobs, limit_s=self.file_limit_s) as pool:
                self._run(deposit, intake, pool, progress)
            intake.close()
        finally:
            progress.end()
            self.ports.store.sweep_staging(self.ports.register.writer)
        intake.summary.elapsed_s = round(time.monotonic() - began, 3)
        return intake.summary

    def _run(
        self, deposit: Deposit, intake: Intake, pool: "WorkerPool[Task, Taken]", progress: Progress
    ) -> None:
        """Keep the workers busy and decide in the order of the walk."""
        folder = self.ports.store.fresh_staging_folder(self.ports.register.writer, self.ports.new_id())
        queue = _Queue(pool=pool)
        for met in walk(deposit.starts, archive=self.ports.store.root):
            queue.add(met, self._task(met, deposit, folder) if isinstance(met, FileMet) else None)
            while queue.waiting > self.jobs * AHEAD:
                _decide(queue, intake, progress)
        while queue.items:
            _decide(queue, intake, progress)

    def _task(self, met: FileMet, deposit: Deposit, folder: Path) -> Task:
        order = None
        if self.bit_rates and met.companion is None and not self.ports.dry_run:
            order = CopyOrder(
                bit_rates=self.bit_rates,
                statements=deposit.statements_for(met.path),
                keeping=self.ports.keeping,
                day=self.ports.clock().date(),
            )
        return Task(
            source=met.path,
            staged=folder / staged_name(self.ports.new_id(), PurePath(met.name)),
            path=met.text,
            companion=met.companion,
            true_peak=self.true_peak,
            copies=order,
        )


def staged_name(unique: str, source: PurePath) -> str:
    """Name of a copy, with the source's suffix where it is harmless, as decoders look at it."""
    suffix = source.suffix
    harmless = len(suffix) <= 10 and suffix[1:].isalnum() and suffix.isascii()
    return f"{unique}{suffix.lower() if harmless else ''}"


@dataclass(slots=True, kw_only=True)
class _Queue:
    """What was met and is not decided yet, in order; the files among it are with the workers."""

    pool: "WorkerPool[Task, Taken]"
    items: deque[tuple[Met, Task | None, "Pending[Taken] | None"]] = field(default_factory=deque)
    waiting: int = 0

    def add(self, met: Met, task: Task | None) -> None:
        if task is None:
            self.items.append((met, None, None))
            return
        self.waiting += 1
        self.items.append((met, task, self.pool.submit(task)))

    def next(self) -> tuple[Met, Task | None, Taken | None]:
        met, task, pending = self.items.popleft()
        if task is None or pending is None:
            return met, None, None
        self.waiting -= 1
        return met, task, _taken(task, pending)


def _taken(task: Task, pending: "Pending[Taken]") -> Taken:
    """What a worker made of a file; one that cost its worker is refused."""
    match pending.result():
        case Lost(code=code, detail=detail):
            task.staged.unlink(missing_ok=True)
            drop_copies(task.staged)
            finding = Finding(code=code, severity=Severity.ERROR, path=task.path, detail=detail)
            return Refused(finding=finding)
        case taken:
            return taken


def _decide(queue: _Queue, intake: Intake, progress: Progress) -> None:
    met, task, taken = queue.next()
    match met:
        case FileMet() if task is not None and taken is not None:
            intake.file(met, taken, task.staged)
            progress.advance(files=1, size=met.size)
        case Remark():
            intake.remark(met)
        case FolderDone():
            intake.folder_done(met)
