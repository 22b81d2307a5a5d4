"""Worker processes, one file at a time each; results come back in the order the files were met.

One dead or hung worker costs its file a finding, never the run.
"""

import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, Self

from longplay.ingest.worker import Refused, Taken, Task, prepare, take
from longplay.model.findings import Finding, FindingCode, Severity

RECYCLE_AFTER: Final = 500
"""Files a worker process takes before it is replaced: leaks in decoders stay bounded."""


class Pending(Protocol):
    """A result that may not be there yet."""

    def result(self) -> Taken:
        """Wait for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Future:
    future: "Future[Taken]"
    task: Task
    limit_s: float

    def result(self) -> Taken:
        from pebble import ProcessExpired

        try:
            return self.future.result()
        except TimeoutError:
            return self._lost(
                FindingCode.DECODER_TIMEOUT, f"it was not decoded within {self.limit_s:.0f} s and was given up"
            )
        except ProcessExpired:
            return self._lost(FindingCode.DECODER_DIED, "the decoder died on it")

    def _lost(self, code: FindingCode, detail: str) -> Taken:
        self.task.staged.unlink(missing_ok=True)
        finding = Finding(code=code, severity=Severity.ERROR, path=self.task.path, detail=detail)
        return Refused(finding=finding)


class WorkerPool:
    """Processes that run `take`. Use as a context: leaving it by an exception stops them at once."""

    def __init__(self, *, jobs: int, file_limit_s: float, work: Callable[[Task], Taken] = take) -> None:
        """Nothing starts before the first task.

        Args:
            jobs: processes.
            file_limit_s: seconds a file may take before its process is killed.
            work: what is done with a file; must be importable by name.
        """
        from pebble import ProcessPool

        self._limit_s = file_limit_s
        self._work = work
        self._pool = ProcessPool(
            max_workers=jobs,
            max_tasks=RECYCLE_AFTER,
            initializer=prepare,
            initargs=[os.getpid()],
            context=multiprocessing.get_context("spawn"),
        )

    def submit(self, task: Task) -> Pending:
        """Begin a task as soon as a process is free."""
        future = self._pool.schedule(self._work, args=[task], timeout=self._limit_s)
        return _Future(future=future, task=task, limit_s=self._limit_s)

    def __enter__(self) -> Self:
        """Use as a context."""
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """End the processes: when their work is done, or at once after an exception."""
        if kind is None:
            self._pool.close()
        else:
            self._pool.stop()
        self._pool.join()


def staged_name(number: int, source: Path) -> str:
    """Name of a copy: a number, and the source's suffix where it is harmless, as decoders look at it."""
    suffix = source.suffix
    harmless = len(suffix) <= 10 and suffix[1:].isalnum() and suffix.isascii()
    return f"{number}{suffix.lower() if harmless else ''}"
