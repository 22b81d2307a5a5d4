"""The limits of the CI's parts fit into what is allowed: else a new lane stops every change at once."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_limits_of_all_parts_fit_into_what_is_allowed() -> None:
    run = subprocess.run(["bash", ".ci/run", "--limits"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    listed = (ROOT / ".ci/lanes").read_text().splitlines()
    lanes = [line.split("|")[0].strip() for line in listed if "|" in line and not line.startswith("#")]
    assert [line.split()[0] for line in run.stdout.splitlines()] == ["check", "test", *lanes]
