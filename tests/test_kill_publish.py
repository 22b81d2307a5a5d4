"""Killing a publication at any moment: the same command again ends as if nothing had happened."""

import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import archives
from archives import files_below, json_of, longplay, publish, state_of

LICENCES = {f"{number:03d}.wav": ("CC-BY-4.0", "CC-BY-NC-4.0", "")[number % 3] for number in range(60)}


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of many short recordings: not to be changed."""
    folder = tmp_path_factory.mktemp("many")
    deposit = archives.make_deposit(folder / "deposit", LICENCES, dict.fromkeys(LICENCES, 2_000))
    return archives.new_archive(folder / "archive", deposit)


@pytest.fixture(scope="module")
def undisturbed(many: Path) -> tuple[str, list[str], float]:
    """State digest and file names of a publication that nobody stopped, and the seconds it took."""
    archive = archives.copy(many, many.parent / "undisturbed")
    began = time.monotonic()
    edition = publish(archive)
    return state_of(archive), list(files_below(edition)), time.monotonic() - began


@pytest.mark.parametrize("seed", range(8))
def test_a_publication_killed_at_any_moment_ends_the_same_when_run_again(
    many: Path,
    undisturbed: tuple[str, list[str], float],
    tmp_path: Path,
    longplay_process: Callable[..., "subprocess.Popen[str]"],
    seed: int,
) -> None:
    digest, names, took_s = undisturbed
    archive = archives.copy(many, tmp_path / "archive")
    ready = (
        "import sys, longplay.cli.publish, longplay.editions.publication, longplay.wiring, pyarrow.parquet\n"
    )
    ready += "import libtorrent\nprint('ready', flush=True)"
    process = longplay_process("publish", "--edition", "first", "--archive", archive, first=ready)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(random.Random(seed).uniform(0, 1.2 * took_s))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    edition = publish(archive)
    assert state_of(archive) == digest
    assert list(files_below(edition)) == names
    assert longplay("verify", edition).code == 0
    again = publish(archive, "first", "--out", tmp_path / "again")
    assert files_below(again) == files_below(edition)
    assert json_of("rebuild", "--archive", archive).summary["state_digest"] == digest
