"""Real programs of the swarm, each on loopback, and an edition for them to pass on.

A program ends with the block that uses it, and by itself after `LIMIT_S` should the tests be killed.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from typing import Any, TypeVar
from urllib.parse import quote_from_bytes

import pytest

from longplay.formats.bencode import bdecode
from longplay.model.editions import BundleEntry

T = TypeVar("T")

LIMIT_S = 110
"""Seconds any one program may run."""

WAIT_S = 60
"""Seconds to wait for anything."""

LONGPLAY = (sys.executable, "-c", "from longplay.cli.main import main; main()")


def need(program: str, *, package: str) -> str:
    """Where a program lies. Without it a test is skipped, except on CI, where it fails."""
    found = shutil.which(program)
    if found:
        return found
    message = f"{program} is missing: apt-get install {package}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def free_port() -> int:
    """A port nobody listens on, below those the system gives to outgoing connections."""
    while True:
        port = SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            try:
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def environment(home: Path) -> dict[str, str]:
    """What a program gets: no proxy and no setting of the user's can reach it."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A program that runs.

    Attributes:
        name: of the program.
        process: it, below `timeout`, which passes signals on and gives its exit code.
        log: what it printed.
    """

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def wait_for(self, question: Callable[[], T | None], what: str) -> T:
        """The first answer that counts as true; fails when the program ends, or `WAIT_S` pass, before it."""
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            if answer := question():
                return answer
            if self.process.poll() is not None:
                pytest.fail(f"{self.name} ended with {self.process.returncode}, {what}:\n{self.printed()}")
            time.sleep(0.1)
        pytest.fail(f"{self.name}: {WAIT_S} s passed, {what}:\n{self.printed()}")

    def wait(self) -> int:
        """Its exit code when it ends by itself; 124 when it took too long."""
        return self.process.wait(timeout=LIMIT_S + 10)

    def printed(self) -> str:
        """What it printed so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """End it, gently first."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


@contextmanager
def running(command: Sequence[str | Path], *, home: Path, name: str) -> Iterator[Running]:
    """Run a program until the end of the block; its home and working folder is `home`."""
    home.mkdir(parents=True, exist_ok=True)
    log = home / f"{name}.log"
    limited = ["timeout", "--kill-after=5", str(LIMIT_S), *map(str, command)]
    with log.open("wb") as out:
        process = subprocess.Popen(
            limited,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=home,
            env=environment(home),
        )
    started = Running(name=name, process=process, log=log)
    try:
        yield started
    finally:
        started.stop()


def longplay(*arguments: str | Path) -> list[dict[str, Any]]:
    """The JSON lines of a `longplay` command. Its exit code must be 0, or 3: something is not whole."""
    command = [*LONGPLAY, *map(str, arguments), "--format", "json"]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=LIMIT_S, env=environment(Path.cwd())
    )
    assert done.returncode in {0, 3}, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return [json.loads(line) for line in done.stdout.splitlines()]


def get(url: str) -> bytes:
    """What a server on loopback answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=5) as answer:
        return bytes(answer.read())


@dataclass(frozen=True, slots=True, kw_only=True)
class Music:
    """An edition with one bundle.

    Attributes:
        archive: the archive it is from.
        folder: the edition.
        bundle: its bundle.
        announce: the tracker its torrents name, which need not run.
    """

    archive: Path
    folder: Path
    bundle: BundleEntry
    announce: str

    def put_public_files(self, folder: Path) -> Path:
        """All of the edition but the bundle itself, put into a folder; returns the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for path in self.folder.iterdir():
            if path.is_file():
                shutil.copyfile(path, folder / path.name)
        return folder

    @property
    def announced_as(self) -> tuple[str, str]:
        """The info hashes under which peers meet, 20 bytes in hex: v1, and v2 cut short (BEP 52)."""
        return self.bundle.infohash_v1, self.bundle.infohash_v2[:40]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracker:
    """An opentracker that runs; `url` is its address."""

    url: str

    def seeds(self, infohash: str) -> int:
        """How many have all of a torrent, by their own account (BEP 48)."""
        key = bytes.fromhex(infohash)
        answer: Any = bdecode(get(f"{self.url}/scrape?info_hash={quote_from_bytes(key)}"))
        return int(answer[b"files"].get(key, {}).get(b"complete", 0))


def verify(folder: Path) -> tuple[bool, list[str]]:
    """Whether an edition's folder is whole, and the path of each finding."""
    *findings, summary = longplay("verify", folder)
    return summary["whole"], [finding["path"] for finding in findings]
