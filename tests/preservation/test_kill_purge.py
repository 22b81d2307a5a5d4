"""A purge and a withdrawal killed at each of their steps, and run again: as if nothing had happened."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import standing

HERE = Path(__file__).parent

After = dict[str, object]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[After]:
    """What is there after each kill and the run after it."""
    ran = subprocess.run(
        [sys.executable, HERE / "killing.py", tmp_path_factory.mktemp("killed")],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(HERE.parent)},
        check=True,
    )
    return [json.loads(line) for line in ran.stdout.splitlines()]


def of(told: list[After], verb: str) -> list[After]:
    """Those of one command, in order of the steps; the last one was not killed."""
    return [after for after in told if str(after["step"]).startswith(verb)]


def test_a_purge_killed_at_any_step_and_run_again_is_journalled_once_and_leaves_nothing(
    told: list[After],
) -> None:
    purged = of(told, "purge")
    assert len(purged) > 10
    for after in purged:
        assert after == {**purged[-1], "step": after["step"]}
    assert purged[-1]["blobs"] == [standing.id_of("other")]
    assert (purged[-1]["purged"], purged[-1]["left"], purged[-1]["index"]) == (1, [], [])
    assert purged[-1]["again"] == purged[-1]["digest"]


def test_a_withdrawal_killed_at_any_step_and_run_again_is_journalled_once_with_its_words(
    told: list[After],
) -> None:
    withdrawn = of(told, "withdraw")
    assert len(withdrawn) > 5
    for after in withdrawn:
        assert (after["withdrawn"], after["words"], after["lost"]) == (1, 2, [])
        assert after["again"] == after["digest"]
