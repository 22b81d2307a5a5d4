"""Taking files in: every file met ends as a holding, a companion, a duplicate or a refusal with its reason.

The source is left alone. Blobs first, then journal, then ledger, then the word that it is done. Killed at any
instant and run again, it ends with the same holdings: the open accession is taken up, what is known is not
written twice.

Source: OAIS, ingest; PREMIS 3.0 events `ingestion start`, `ingestion`, `ingestion end`; design, section 3.
"""

import shutil
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from longplay.ingest.deposit import Deposit, Ports
from longplay.ingest.intake import Intake
from longplay.ingest.outcome import Listener, Summary
from longplay.ingest.pool import Pending, WorkerPool, staged_name
from longplay.ingest.walk import FileMet, FolderDone, Met, Remark, measure, walk
from longplay.ingest.worker import Taken, Task
from longplay.progress import Progress
from longplay.store.failures import storing

AHEAD: Final = 8
"""Files a worker that are read ahead of the one being decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accession:
    """The use case: accept a deposit into an archive.

    Attributes:
        ports: what is needed of the archive.
        jobs: worker processes.
        file_limit_s: seconds one file may take.
    """

    ports: Ports
    jobs: int
    file_limit_s: float

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
            with WorkerPool(jobs=self.jobs, file_limit_s=self.file_limit_s) as pool:
                self._run(deposit, intake, pool, progress)
            intake.close()
        finally:
            progress.end()
            self._sweep()
        intake.summary.elapsed_s = round(time.monotonic() - began, 3)
        return intake.summary

    def _run(self, deposit: Deposit, intake: Intake, pool: WorkerPool, progress: Progress) -> None:
        """Keep the workers busy and decide in the order of the walk."""
        queue = _Queue(pool=pool, folder=self._staging())
        for met in walk(deposit.starts, archive=self.ports.store.root):
            queue.add(met)
            while queue.waiting > self.jobs * AHEAD:
                _decide(queue, intake, progress)
        while queue.items:
            _decide(queue, intake, progress)

    def _staging(self) -> Path:
        """A fresh folder for copies, after what an earlier process of this chain left was removed.

        Fresh, because workers outlive a killed process for a moment: they must not touch this one's copies.
        """
        self._sweep()
        folder = self._home() / self.ports.new_id()
        with storing(folder):
            folder.mkdir()
        return folder

    def _home(self) -> Path:
        return self.ports.store.staging_folder(self.ports.register.writer)

    def _sweep(self) -> None:
        """Remove every copy below this chain's staging folder; what cannot be removed now is another time."""
        for leftover in self._home().iterdir():
            if leftover.is_dir():
                shutil.rmtree(leftover, ignore_errors=True)
            else:
                with suppress(OSError):
                    leftover.unlink()


@dataclass(slots=True, kw_only=True)
class _Queue:
    """What was met and is not decided yet, in order; the files among it are with the workers."""

    pool: WorkerPool
    folder: Path
    items: deque[tuple[Met, Task | None, Pending | None]] = field(default_factory=deque)
    waiting: int = 0
    number: int = 0

    def add(self, met: Met) -> None:
        if not isinstance(met, FileMet):
            self.items.append((met, None, None))
            return
        self.number += 1
        self.waiting += 1
        task = Task(
            source=met.path,
            staged=self.folder / staged_name(self.number, Path(met.name)),
            path=met.text,
            companion=met.companion,
        )
        self.items.append((met, task, self.pool.submit(task)))

    def next(self) -> tuple[Met, Task | None, Taken | None]:
        met, task, pending = self.items.popleft()
        if pending is None:
            return met, None, None
        self.waiting -= 1
        return met, task, pending.result()


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
