"""The pool: a worker that dies or hangs costs its own file a finding and no other file anything."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from longplay.errors import StoreFull
from longplay.formats.merkle import digest_bytes
from longplay.ingest.pool import WorkerPool, staged_name
from longplay.ingest.worker import Beside, Refused, Taken, Task
from longplay.model.findings import FindingCode


def obey(task: Task) -> Taken:
    """Do what the file's name says; runs in a worker process."""
    task.staged.write_text(str(os.getpid()))
    match task.path.partition(" ")[0]:
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
    return Beside(digests=digest_bytes(task.path.encode()), statements=())


def results(folder: Path, *paths: str, jobs: int = 1, limit_s: float = 60) -> list[Taken]:
    with WorkerPool(jobs=jobs, file_limit_s=limit_s, work=obey) as pool:
        pending = [pool.submit(_task(folder, number, path)) for number, path in enumerate(paths)]
        return [one.result() for one in pending]


def _task(folder: Path, number: int, path: str) -> Task:
    return Task(source=folder / path, staged=folder / str(number), path=path, companion=None)


def test_a_worker_that_dies_costs_its_file_a_finding_and_no_other_file_anything(tmp_path: Path) -> None:
    paths = ["fine 1", "die", "fine 2", "exit", "fine 3", "crash", "fine 4"]
    found = results(tmp_path, *paths, jobs=2)
    for number, (path, taken) in enumerate(zip(paths, found, strict=True)):
        if path.startswith("fine"):
            assert taken == Beside(digests=digest_bytes(path.encode()), statements=())
        else:
            assert isinstance(taken, Refused)
            assert (taken.finding.code, taken.finding.path) == (FindingCode.DECODER_DIED, path)
            assert not (tmp_path / str(number)).exists()


def test_a_worker_that_hangs_is_given_up_and_its_file_gets_a_finding(tmp_path: Path) -> None:
    given_up, fine = results(tmp_path, "deaf", "fine", limit_s=0.5)
    assert isinstance(given_up, Refused)
    assert given_up.finding.code is FindingCode.DECODER_TIMEOUT
    assert isinstance(fine, Beside)
    assert [path.name for path in tmp_path.iterdir()] == ["1"]


def test_a_full_disk_met_by_a_worker_is_raised_here(tmp_path: Path) -> None:
    with pytest.raises(StoreFull, match="no space left"):
        results(tmp_path, "full")


def test_a_worker_may_not_take_the_machines_memory(tmp_path: Path) -> None:
    with pytest.raises(MemoryError):
        results(tmp_path, "eat")


def test_results_come_in_the_order_asked_for_with_several_workers(tmp_path: Path) -> None:
    paths = [f"fine {number}" for number in range(30)]
    found = results(tmp_path, *paths, jobs=3)
    assert found == [Beside(digests=digest_bytes(path.encode()), statements=()) for path in paths]


def test_leaving_by_an_error_ends_the_workers_at_once(tmp_path: Path) -> None:
    began = time.monotonic()
    with suppress(KeyError), WorkerPool(jobs=1, file_limit_s=600, work=obey) as pool:
        pool.submit(_task(tmp_path, 0, "hang"))
        _wait_for(tmp_path / "0")
        raise KeyError
    assert time.monotonic() - began < 30
    assert _is_gone(int((tmp_path / "0").read_text()))


def test_workers_are_gone_soon_after_their_parent_was_killed(tmp_path: Path) -> None:
    code = "import sys; from test_pool import *\nif __name__ == '__main__': results(Path(sys.argv[1]), 'hang')"
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


@pytest.mark.parametrize(
    ("name", "staged"),
    [
        ("song.flac", "7.flac"),
        ("Song.FLAC", "7.flac"),
        ("song", "7"),
        ("song.", "7"),
        ("song.a b", "7"),
        ("song.\udcff", "7"),
        ("song.ünit", "7"),
        ("song.averylongsuffix", "7"),
        ("song.$(x)", "7"),
    ],
)
def test_a_copy_keeps_a_harmless_suffix_of_its_source(name: str, staged: str) -> None:
    assert staged_name(7, Path(name)) == staged
