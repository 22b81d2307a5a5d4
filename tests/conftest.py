"""What every test may use."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

import archives
from longplay.audio.encode import Encoding, encode

settings.register_profile("longplay", deadline=None)
settings.load_profile("longplay")

REAL = Path(__file__).parents[1].parent / "shared" / "real"


@pytest.fixture(scope="session")
def real() -> Path:
    """The folder of real recordings and records, which lies beside the project and is no part of it."""
    if not REAL.is_dir():
        pytest.skip(f"no real material at {REAL}")
    return REAL


RATE = 44_100


@pytest.fixture(scope="session")
def make_tone(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A function that writes a sine tone: another pitch is another recording, the same one the same bytes."""
    kept: dict[object, bytes] = {}
    folder = tmp_path_factory.mktemp("tones")

    def make(
        path: Path,
        *,
        pitch: float = 440.0,
        seconds: float = 0.3,
        encoding: Encoding = Encoding.FLAC,
        **tags: str,
    ) -> Path:
        key = (pitch, seconds, encoding, tuple(sorted(tags.items())))
        if key not in kept:
            at = np.arange(round(seconds * RATE)) / RATE
            wave = (0.3 * np.sin(2 * np.pi * pitch * at)).astype(np.float32)
            made = folder / f"{len(kept)}{encoding.suffix}"
            encode(np.stack([wave, wave], axis=1), rate=RATE, path=made, encoding=encoding, tags=tags)
            kept[key] = made.read_bytes()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(kept[key])
        return path

    return make


@pytest.fixture(scope="session")
def longplay_process() -> Callable[..., "subprocess.Popen[str]"]:
    """A function that starts `longplay` as a process of its own.

    `first` is Python to run before it, such as a limit to set; `wrapper` a command to run it under.
    """
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LONGPLAY_")}

    def start(
        *arguments: str | Path, first: str = "", wrapper: tuple[str, ...] = ()
    ) -> "subprocess.Popen[str]":
        code = f"{first}\nfrom longplay.cli.main import main\nmain()"
        command = [*wrapper, sys.executable, "-c", code, *map(str, arguments)]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=clean)

    return start


@pytest.fixture(scope="session")
def run_longplay(
    longplay_process: Callable[..., "subprocess.Popen[str]"],
) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """A function that runs `longplay` as a process of its own and waits for it."""

    def run(*arguments: str | Path, **options: object) -> "subprocess.CompletedProcess[str]":
        with longplay_process(*arguments, **options) as process:
            out, err = process.communicate(timeout=180)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    return run


@pytest.fixture(scope="session")
def deposit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of noise with its rights table: what `archives.LICENCES` says."""
    return archives.make_deposit(tmp_path_factory.mktemp("deposit") / "noise")


@pytest.fixture(scope="session")
def ingested(tmp_path_factory: pytest.TempPathFactory, deposit: Path) -> Path:
    """An archive that has taken the deposit in: not to be changed."""
    return archives.new_archive(tmp_path_factory.mktemp("ingested") / "archive", deposit)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, ingested: Path) -> Path:
    """The same with an edition `first` in its `editions`: not to be changed."""
    archive = archives.copy(ingested, tmp_path_factory.mktemp("published") / "archive")
    archives.publish(archive)
    return archive


@pytest.fixture
def archive(tmp_path: Path, ingested: Path) -> Path:
    """An archive of one's own with the deposit, nothing published."""
    return archives.copy(ingested, tmp_path / "archive")


@pytest.fixture
def publisher(tmp_path: Path, published: Path) -> Path:
    """An archive of one's own with the deposit and an edition `first`."""
    return archives.copy(published, tmp_path / "archive")


@pytest.fixture
def edition(publisher: Path) -> Path:
    """The folder of its edition `first`; payload and blobs are the same bytes on disk."""
    return publisher / "editions" / "first"
