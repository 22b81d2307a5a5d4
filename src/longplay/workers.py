"""Worker processes: one single-threaded process a core, one file at a time each, results in order.

One dead or hung worker costs its task, never the run. Processes are replaced now and then, so that leaks in
decoders stay bounded, and may take only so much memory, so that a hostile file cannot take the machine.
"""

import ctypes
import multiprocessing
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final, Generic, Protocol, Self, TypeVar

from longplay.model.findings import FindingCode

RECYCLE_AFTER: Final = 500
"""Tasks a worker process does before it is replaced."""

MEMORY_LIMIT: Final = 4 * 1024**3
"""Address space of a worker, bytes."""

_BLAS_THREADS: Final = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")

T = TypeVar("T")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A task that cost its worker.

    Attributes:
        code: `DECODER_DIED` or `DECODER_TIMEOUT`.
        detail: one sentence.
    """

    code: FindingCode
    detail: str


class Pending(Protocol[R_co]):
    """A result that may not be there yet."""

    def result(self) -> R_co | Lost:
        """Wait for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Future(Generic[R]):
    future: "Future[R]"
    limit_s: float

    def result(self) -> R | Lost:
        from pebble import ProcessExpired

        try:
            return self.future.result()
        except TimeoutError:
            detail = f"it was not decoded within {self.limit_s:.0f} s and was given up"
            return Lost(code=FindingCode.DECODER_TIMEOUT, detail=detail)
        except ProcessExpired:
            return Lost(code=FindingCode.DECODER_DIED, detail="the decoder died on it")


class WorkerPool(Generic[T, R]):
    """Processes that do one kind of work. Use as a context: leaving it by an exception stops them at once."""

    def __init__(self, work: Callable[[T], R], *, jobs: int, limit_s: float) -> None:
        """Nothing starts before the first task.

        Args:
            work: what is done with a task; must be importable by name.
            jobs: processes.
            limit_s: seconds a task may take before its process is killed.
        """
        from pebble import ProcessPool

        self._limit_s = limit_s
        self._work = work
        self._pool = ProcessPool(
            max_workers=jobs,
            max_tasks=RECYCLE_AFTER,
            initializer=prepare,
            initargs=[os.getpid()],
            context=multiprocessing.get_context("spawn"),
        )

    def submit(self, task: T) -> Pending[R]:
        """Begin a task as soon as a process is free."""
        future = self._pool.schedule(self._work, args=[task], timeout=self._limit_s)
        return _Future(future=future, limit_s=self._limit_s)

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


def prepare(parent: int) -> None:
    """Make this process a worker: one thread, bounded memory, deaf to Ctrl-C, gone with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    keep_memory()
    for name in _BLAS_THREADS:  # NumPy is not imported yet: it reads them when it is
        os.environ[name] = "1"
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def keep_memory() -> None:
    """Let this process keep the memory it frees, up to 256 MiB, instead of asking for it again and again.

    Arrays of a megabyte come and go with every block of samples; fetching their pages anew costs as much as
    computing with them. Only glibc has this setting; elsewhere nothing happens.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return
    for parameter, value in _MALLOC:
        mallopt(parameter, value)


_MALLOC: Final = ((-1, 256 << 20), (-2, 16 << 20), (-3, 32 << 20))
"""M_TRIM_THRESHOLD, M_TOP_PAD and M_MMAP_THRESHOLD of `mallopt(3)`, bytes."""


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
