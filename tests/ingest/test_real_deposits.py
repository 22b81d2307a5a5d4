"""Real deposits: hostile files from other projects' test suites."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from longplay.model.findings import FindingCode
from taking import check_whole, holdings, new_archive

RunLongplay = Callable[..., "subprocess.CompletedProcess[str]"]


def test_every_hostile_file_is_held_a_companion_a_duplicate_or_refused(
    tmp_path: Path, real: Path, run_longplay: RunLongplay
) -> None:
    archive = new_archive(tmp_path / "archive")
    done = run_longplay("ingest", real / "torture", "--archive", archive, "--format", "json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    summary = lines[-1]
    fates = [summary[fate] for fate in ("accessioned", "companions", "duplicates", "refused")]
    assert summary["files"] == sum(fates) == sum(path.is_file() for path in (real / "torture").rglob("*"))
    told = [line for line in lines if line["type"] == "holding"]
    assert len(told) == summary["accessioned"] == len(holdings(archive))
    codes = {line["code"] for line in lines if line["type"] == "finding"}
    assert codes <= set(FindingCode)
    assert "decoder-died" not in codes
    check_whole(archive)
