"""What the machine does to an ingest: full disks, read-only folders, files that may not be read."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from longplay.audio.encode import Encoding
from longplay.errors import ExitCode
from taking import accept, check_whole, digest, holdings, new_archive

MakeTone = Callable[..., Path]
RunLongplay = Callable[..., "subprocess.CompletedProcess[str]"]

ONE_BY_ONE = "import longplay.ingest.intake as intake; intake.GROUP_EVENTS = 1"


@pytest.fixture
def deposit(tmp_path: Path, make_tone: MakeTone) -> Path:
    """Five recordings, about 200 kB each but the last, of 1.2 MB."""
    folder = tmp_path / "deposit"
    for number in range(4):
        make_tone(folder / f"{number}.wav", pitch=300 + number, seconds=1, encoding=Encoding.WAV)
    make_tone(folder / "9.wav", pitch=400, seconds=7, encoding=Encoding.WAV)
    return folder


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1.6 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=1600k", "none", folder]
    if os.geteuid() or subprocess.run(mounting, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small file system is not allowed here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture
def as_owner_only() -> tuple[str, ...]:
    """A command under which the modes of files hold for root too."""
    if os.geteuid():
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("root may read everything, and there is no setpriv to change that")
    without = "-dac_override,-dac_read_search"
    return ("setpriv", f"--bounding-set={without}", f"--inh-caps={without}")


def acknowledged(out: str) -> set[str]:
    lines = [json.loads(line) for line in out.splitlines()]
    return {line["content_id"] for line in lines if line["type"] == "holding"}


def held(archive: Path) -> set[str]:
    return {one.content_id for one in holdings(archive).values()}


def test_a_disk_that_fills_up_loses_nothing_acknowledged_and_a_rerun_completes(
    small_disk: Path, deposit: Path, tmp_path: Path, run_longplay: RunLongplay
) -> None:
    archive = new_archive(small_disk / "archive")
    command = ("ingest", deposit, "--archive", archive, "--jobs", "1", "--format", "json")
    stopped = run_longplay(*command, first=ONE_BY_ONE)
    assert stopped.returncode == ExitCode.STORAGE, stopped.stderr
    assert "no space left" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)
    assert acknowledged(stopped.stdout) <= held(archive)
    done = run_longplay(*command)
    assert done.returncode == 0, done.stderr
    undisturbed = new_archive(tmp_path / "undisturbed")
    accept(undisturbed, deposit, source="deposit")
    assert digest(archive) == digest(undisturbed)
    assert len(check_whole(archive)) == 5


@pytest.mark.parametrize("kilobytes", [1, 300])
def test_a_file_that_may_not_grow_loses_nothing_acknowledged_and_a_rerun_completes(
    tmp_path: Path, deposit: Path, run_longplay: RunLongplay, kilobytes: int
) -> None:
    """The limit hits the journal, the database, the copies, by its size."""
    archive = new_archive(tmp_path / "archive")
    command = ("ingest", deposit, "--archive", archive, "--jobs", "1", "--format", "json")
    size = kilobytes << 10
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))"
    stopped = run_longplay(*command, first=f"{limit}\n{ONE_BY_ONE}")
    assert stopped.returncode == ExitCode.STORAGE, stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert acknowledged(stopped.stdout) <= held(archive)
    accept(archive, deposit, source="deposit")
    assert len(check_whole(archive)) == 5


def test_an_archive_on_a_read_only_file_system_says_so(
    small_disk: Path, deposit: Path, run_longplay: RunLongplay
) -> None:
    archive = new_archive(small_disk / "archive")
    (deposit / "9.wav").unlink()
    accept(archive, deposit)
    before = digest(archive)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    refused = run_longplay("ingest", deposit, "--archive", archive)
    assert refused.returncode == ExitCode.STORAGE
    assert "cannot be written" in refused.stderr
    assert "Traceback" not in refused.stderr
    read = run_longplay("status", "--archive", archive, "--format", "json")
    assert json.loads(read.stdout)["state_digest"] == before


def test_a_folder_of_the_archive_that_may_not_be_written_is_named(
    tmp_path: Path,
    deposit: Path,
    run_longplay: RunLongplay,
    as_owner_only: tuple[str, ...],
    make_tone: MakeTone,
) -> None:
    archive = new_archive(tmp_path / "archive")
    accept(archive, make_tone(tmp_path / "first" / "song.flac"))
    held_before = held(archive)
    for part in ("blobs", "journal/w0001/lock", ""):
        locked = archive / part
        mode = locked.stat().st_mode
        locked.chmod(mode & 0o555)
        refused = run_longplay("ingest", deposit, "--archive", archive, wrapper=as_owner_only)
        locked.chmod(mode)
        assert refused.returncode == ExitCode.STORAGE, (part, refused.stderr)
        assert "cannot be written" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert held_before <= held(archive)
    accept(archive, deposit)
    assert len(check_whole(archive)) == 6


def test_files_and_folders_that_may_not_be_read_are_findings(
    tmp_path: Path, deposit: Path, run_longplay: RunLongplay, as_owner_only: tuple[str, ...]
) -> None:
    archive = new_archive(tmp_path / "archive")
    (deposit / "locked").mkdir(mode=0o000)
    (deposit / "9.wav").chmod(0o000)
    command = ("ingest", deposit, "--archive", archive, "--format", "json")
    done = run_longplay(*command, wrapper=as_owner_only)
    (deposit / "locked").chmod(0o755)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    found = {line["path"]: line["code"] for line in lines if line["type"] == "finding"}
    assert found == {"locked": "unreadable-folder", "9.wav": "unreadable"}
    assert lines[-1]["files"] == 5
    assert (lines[-1]["accessioned"], lines[-1]["refused"]) == (4, 1)


def test_files_inside_the_archive_are_a_usage_error(tmp_path: Path, run_longplay: RunLongplay) -> None:
    archive = new_archive(tmp_path / "archive")
    inside = run_longplay("ingest", archive, "--archive", archive)
    assert inside.returncode == ExitCode.USAGE
    assert "lies in the archive" in inside.stderr
