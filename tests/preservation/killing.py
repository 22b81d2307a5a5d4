"""Kills a purge or a withdrawal at each of its steps, runs it again, and prints what came of it.

    python killing.py FOLDER

A step is anything the process asks of files: Python's audit events tell them. The process forks itself for each
kill, so that Python starts only once. Each line is JSON: the step, and what is there in the end.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import standing
from longplay.curation.withdrawal import Withdrawal
from longplay.ledger import withdrawn
from longplay.model.digests import ContentId
from longplay.model.events import RecordingPurged, RecordingWithdrawn
from longplay.model.withdrawal import ReasonClass
from longplay.preservation.purge import Purge, Warrant
from longplay.preservation.traces import Tracing
from longplay.wiring import Archive, new_id, now, open_archive

SONG = standing.id_of("song")
WARRANT = Warrant(reason=ReasonClass.COURT_ORDER, by="Ada", approved_by="Bo")
STEPS = {"os.remove", "os.rename", "os.mkdir", "sqlite3.connect"}
Begin = Callable[[], None]


def make(folder: Path) -> None:
    """An archive with everything a purge has to delete."""
    with standing.made(folder, "other") as made:
        standing.record(made, standing.kept(made, "song", words=b"words of Eve"))
        standing.record(made, standing.copied(made, "song", b"opus of song"))
        standing.derive(made, "song", "other")
        standing.record(made, *standing.published(made, "song", "other"))
        index = made.derived.folder / "candidates-test-1"
        index.mkdir()
        (index / "a.npy").write_bytes(bytes.fromhex(SONG))


def purge(archive: Archive, begin: Begin) -> None:
    """What `longplay purge` does; `begin` is called when its chain is open."""
    case = Purge(store=archive.store, derived=archive.derived, evidence=archive.evidence)
    with archive.writing() as register:
        begin()
        case.purge(register, [SONG], WARRANT)


def withdraw(archive: Archive, begin: Begin) -> None:
    """What `longplay withdraw` does, likewise."""
    case = Withdrawal(ledger=archive.ledger, evidence=archive.evidence, clock=now, new_id=new_id)
    with archive.writing() as register:
        begin()
        case.withdraw(register, SONG, reason=ReasonClass.RIGHTS_CLAIM, by="Ada", words="Eve claims it")


def arm(step: int) -> None:
    """Let this process be killed at its step of that number, counted from 1."""
    left = step

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        writes = event == "open" and isinstance(arguments[2], int) and bool(arguments[2] & os.O_ACCMODE)
        if event in STEPS or writes:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def in_child(work: Callable[[], None]) -> int:
    """How a fork that does some work ended: 0, or less when it was killed."""
    child = os.fork()
    if child == 0:
        work()
        sys.stdout.flush()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def run(act: Callable[[Archive, Begin], None], folder: Path, step: int) -> None:
    """Do it in an archive, until the step at which it is killed."""
    with open_archive(folder) as archive:
        act(archive, lambda: arm(step))


def run_again(act: Callable[[Archive, Begin], None], folder: Path, step: str) -> None:
    """Do it once more, to the end, and print what is there."""
    with open_archive(folder) as archive:
        act(archive, lambda: None)
        tracing = Tracing(store=archive.store, derived=archive.derived, evidence=archive.evidence)
        with archive.ledger.reading() as connection:
            traces = tracing.of(connection, withdrawn.purged_after(connection, ""))
            known = withdrawn.words_known(connection)
        told = {
            "step": step,
            "purged": len(standing.facts_of(archive, RecordingPurged)),
            "withdrawn": len(standing.facts_of(archive, RecordingWithdrawn)),
            "left": [finding.path for finding in tracing.findings(traces)],
            "index": [path.name for path in archive.derived.folder.glob("candidates-*/*.npy")],
            "blobs": sorted(archive.store.ids()),
            "lost": [name for name in known if archive.evidence.get(ContentId(name)) is None],
            "words": len(known),
            "digest": standing.digest(archive),
            "again": standing.digest_anew(archive, folder / "again"),
        }
    print(json.dumps(told))


def kill_each(verb: str, act: Callable[[Archive, Begin], None], folder: Path) -> None:
    """Kill it at every step until it ends by itself."""
    step, ended = 0, -1
    while ended != 0:
        step += 1
        archive = folder / f"{verb}-{step}"
        subprocess.run(["cp", "-a", folder / "template", archive], check=True)  # it keeps hard links
        ended = in_child(partial(run, act, archive, step))
        assert ended in {0, -signal.SIGKILL}, ended
        assert in_child(partial(run_again, act, archive, f"{verb}-{step}")) == 0


if __name__ == "__main__":
    make(Path(sys.argv[1]) / "template")  # here and not in a fork, so that its caches are warm in every one
    kill_each("purge", purge, Path(sys.argv[1]))
    kill_each("withdraw", withdraw, Path(sys.argv[1]))
