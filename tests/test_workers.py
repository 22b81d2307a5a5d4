"""The pool: a worker that dies or hangs costs its own task and no other anything."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from longplay.errors import StoreFull
from longplay.model.findings import FindingCode
from longplay.workers import Lost, WorkerPool


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What to do, and where to write one's process number."""

    word: str
    mark: Path


def obey(task: Task) -> str:
    """Do what the word says; runs in a worker process."""
    task.mark.write_text(str(os.getpid()))
    match task.word.partition(" ")[0]:
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "exit":
            os._exit(3)
        case "hang":
            time.sleep(600)
        case "deaf":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(600)
        case "full":
            raise StoreFull("no space left")
        case "eat":
            bytearray(8 << 30)
    if task.word == "threads":
        return os.environ["OPENBLAS_NUM_THREADS"]
    return task.word.upper()


def results(folder: Path, *words: str, jobs: int = 1, limit_s: float = 60) -> list[str | Lost]:
    with WorkerPool(obey, jobs=jobs, limit_s=limit_s) as pool:
        pending = [pool.submit(_task(folder, number, word)) for number, word in enumerate(words)]
        return [one.result() for one in pending]


def _task(folder: Path, number: int, word: str) -> Task:
    return Task(word=word, mark=folder / str(number))


def test_a_worker_computes_with_one_thread(tmp_path: Path) -> None:
    assert results(tmp_path, "threads") == ["1"]


def test_a_worker_that_dies_costs_its_task_and_no_other_anything(tmp_path: Path) -> None:
    words = ["fine 1", "die", "fine 2", "exit", "fine 3", "crash", "fine 4"]
    found = results(tmp_path, *words, jobs=2)
    for word, result in zip(words, found, strict=True):
        if word.startswith("fine"):
            assert result == word.upper()
        else:
            assert isinstance(result, Lost)
            assert result.code is FindingCode.DECODER_DIED


def test_a_worker_that_hangs_is_given_up(tmp_path: Path) -> None:
    given_up, fine = results(tmp_path, "deaf", "fine", limit_s=0.5)
    assert isinstance(given_up, Lost)
    assert given_up.code is FindingCode.DECODER_TIMEOUT
    assert "0 s" in given_up.detail
    assert fine == "FINE"


def test_a_full_disk_met_by_a_worker_is_raised_here(tmp_path: Path) -> None:
    with pytest.raises(StoreFull, match="no space left"):
        results(tmp_path, "full")


def test_a_worker_may_not_take_the_machines_memory(tmp_path: Path) -> None:
    with pytest.raises(MemoryError):
        results(tmp_path, "eat")


def test_results_come_in_the_order_asked_for_with_several_workers(tmp_path: Path) -> None:
    words = [f"fine {number}" for number in range(30)]
    assert results(tmp_path, *words, jobs=3) == [word.upper() for word in words]


def test_leaving_by_an_error_ends_the_workers_at_once(tmp_path: Path) -> None:
    began = time.monotonic()
    with suppress(KeyError), WorkerPool(obey, jobs=1, limit_s=600) as pool:
        pool.submit(_task(tmp_path, 0, "hang"))
        _wait_for(tmp_path / "0")
        raise KeyError
    assert time.monotonic() - began < 30
    assert _is_gone(int((tmp_path / "0").read_text()))


def test_workers_are_gone_soon_after_their_parent_was_killed(tmp_path: Path) -> None:
    code = (
        "import sys; from test_workers import *\nif __name__ == '__main__': results(Path(sys.argv[1]), 'hang')"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, tmp_path], cwd=Path(__file__).parent)
    _wait_for(tmp_path / "0")
    parent.kill()
    parent.wait()
    worker = int((tmp_path / "0").read_text())
    deadline = time.monotonic() + 20
    while not _is_gone(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _is_gone(worker)


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not (path.exists() and path.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)


def _is_gone(process: int) -> bool:
    try:
        return "\nState:\tZ" in Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
