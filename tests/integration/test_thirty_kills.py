"""Thirty `kill -9` at random moments of ingest, derive, recordings and publish, each then run to its end."""

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from longplay.demo.collection import make_collection
from longplay.progress import Silent

pytestmark = pytest.mark.integration

LONGPLAY = str(Path(sys.executable).with_name("longplay"))
KILLS = 30
VICTIMS = (0, 1, 0, 2, 3)
"""Which step is killed, in turn: ingest twice as often as the others."""
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("LONGPLAY_")}


def longplay(*words: str | Path) -> str:
    """Run a command to its end; what it printed."""
    done = subprocess.run(
        [LONGPLAY, *map(str, words)], capture_output=True, text=True, env=CLEAN, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def kill_after(seconds: float, *words: str | Path) -> bool:
    """Start a command, kill it and its workers after so long; whether it was still running."""
    process = subprocess.Popen(
        [LONGPLAY, *map(str, words)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=CLEAN
    )
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True
    return False


def state(archive: Path) -> str:
    """The archive's state digest."""
    return str(json.loads(longplay("status", "--archive", archive, "--format", "json"))["state_digest"])


def steps(archive: Path, music: Path) -> list[tuple[str | Path, ...]]:
    """What makes an archive from the music to the edition."""
    return [
        ("ingest", music, "--archive", archive),
        ("derive", "--opus", "75", "--archive", archive),
        ("recordings", "--archive", archive),
        ("publish", "--edition", "first", "--archive", archive),
    ]


def finish(archive: Path, music: Path) -> str:
    """Run all commands to their end and tell the state."""
    for words in steps(archive, music):
        longplay(*words)
    return state(archive)


def timed(*words: str | Path) -> float:
    """Seconds a command takes."""
    began = time.monotonic()
    longplay(*words)
    return time.monotonic() - began


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's collection: every encoding, a duplicate, a damaged file, one piece twice."""
    return make_collection(tmp_path_factory.mktemp("kills") / "music", Silent()).folder


def test_thirty_kills_and_plain_reruns_end_in_the_state_of_an_undisturbed_run(
    tmp_path: Path, music: Path
) -> None:
    rng = random.Random(20261124)
    calm = tmp_path / "calm"
    longplay("init", calm, "--name", "kills")
    lengths = [timed(*words) for words in steps(calm, music)]
    wanted = state(calm)
    hits = 0
    for number in range(KILLS):
        archive = tmp_path / f"killed-{number}"
        longplay("init", archive, "--name", "kills")
        victim = VICTIMS[number % len(VICTIMS)]
        *before, words = steps(archive, music)[: victim + 1]
        for earlier in before:
            longplay(*earlier)
        moment = rng.uniform(0.25, 1.0) * lengths[victim]
        hits += kill_after(moment, *words)
        assert finish(archive, music) == wanted, f"kill {number} of {words[0]} after {moment:.2f} s"
        assert not [path for path in (archive / "staging").rglob("*") if path.is_file()]
        for blob in (archive / "blobs").rglob("*"):
            if blob.is_file():
                assert hashlib.sha256(blob.read_bytes()).hexdigest() == blob.name
        longplay("verify", archive / "editions" / "first")
        shutil.rmtree(archive)
    assert hits >= KILLS // 2, "most kills came too late to prove anything"
