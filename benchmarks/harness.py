"""What every benchmark shares: rows, medians, CPU time, the machine, and a corpus to measure on."""

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

REPEATS: Final = 5
LONGPLAY: Final = str(Path(sys.executable).with_name("longplay"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure.

    Attributes:
        what: what was measured.
        figure: with its unit.
        peer: what it was measured against in the same run, with its figure.
        ratio: ours to the peer's; larger is what the target speaks of.
        target: what the design wants.
    """

    what: str
    figure: str
    peer: str = "-"
    ratio: str = "-"
    target: str = "-"


def table(title: str, data: str, command: str, rows: Sequence[Row]) -> str:
    """A Markdown section with machine, data, command and date above its table."""
    lines = [
        f"## {title}",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}; {machine()}; data: {data}; command: `{command}`",
        "",
        "| measured | figure | peer, same run | ratio | target |",
        "|---|---|---|---|---|",
        *(f"| {row.what} | {row.figure} | {row.peer} | {row.ratio} | {row.target} |" for row in rows),
        "",
    ]
    return "\n".join(lines)


def machine() -> str:
    """What this runs on, without its name."""
    model = "unknown processor"
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = names[0].partition(":")[2].strip() if names else model
    return f"{os.cpu_count()} shared cores ({model}), Python {platform.python_version()}"


def cpu_of(work: Callable[[], object]) -> float:
    """CPU seconds of a call, children that ended included."""
    before = _cpu()
    work()
    return _cpu() - before


def _cpu() -> float:
    total = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        total += usage.ru_utime + usage.ru_stime
    return total


def wall_of(work: Callable[[], object]) -> float:
    """Seconds a call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def medians(*works: Callable[[], float], repeats: int = REPEATS) -> list[float]:
    """The median of each measurement, taken in turn so that noise falls on all alike."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(repeats):
        for number, work in enumerate(works):
            taken[number].append(work())
    return [statistics.median(values) for values in taken]


def run(*words: str | Path, check: bool = True) -> str:
    """Run a command and return what it printed."""
    done = subprocess.run([str(word) for word in words], check=check, capture_output=True, text=True)
    return done.stdout


def real_recordings() -> Path | None:
    """The shared recordings beside the project, where they are."""
    path = Path(__file__).resolve().parents[2] / "shared" / "real" / "recordings"
    return path if path.is_dir() else None


def corpus(folder: Path) -> tuple[Path, str]:
    """Recordings to measure on, and how to call them: the shared ones, else the demo's."""
    real = real_recordings()
    if real is not None:
        return real, "the 110 shared recordings"
    from longplay.demo.collection import make_collection
    from longplay.progress import Silent

    return make_collection(folder / "music", Silent()).folder, "the demo's recordings"


def told_apart(module: str, option: str, root: Path) -> dict[str, float]:
    """What another entry of a benchmark prints as JSON, run in a process whose memory it can tell."""
    command = [sys.executable, "-m", f"benchmarks.{module}", option, str(root)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, float] = json.loads(done.stdout)
    return told
