"""How time, memory and disk grow with the catalogue: exponents fitted to measured runs, and a picture of them.

    python -m benchmarks.growth                     read benchmarks/growth.csv, write docs/img/growth.svg
    python -m benchmarks.growth runs.json --out growth.svg

A row is a run of `benchmarks.full_scale` or another script: its number of tracks and what was measured. What
was not is left empty. Nothing is extrapolated.
"""

import argparse
import csv
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from longplay.catalogue.picture_theme import LIGHT, follow_reader
from longplay.catalogue.pictures import render
from longplay.store.local import write_durably

if TYPE_CHECKING:  # slow to import
    import altair

ROOT: Final = Path(__file__).parents[1]
MEASURES: Final = {
    "build_s": ("building a snapshot", "seconds"),
    "memory_gb": ("memory, at its peak", "GB"),
    "disk_gb": ("disk, at its peak", "GB"),
    "coverage_s": ("the coverage curve", "seconds"),
    "search_p99_ms": ("search, p99", "milliseconds"),
    "lookup_ms": ("lookup by id, p99", "milliseconds"),
}
"""Columns of the table of runs, each with what it measures and its unit."""

_COLUMNS: Final = 3
_WIDTH, _HEIGHT = 210, 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """One measure at several sizes.

    Attributes:
        column: its name in the table of runs.
        points: tracks and what was measured, both greater than 0, by tracks ascending.
    """

    column: str
    points: tuple[tuple[int, float], ...]

    @property
    def exponent(self) -> float | None:
        """The slope of the line through all points, both axes logarithmic; `None` for fewer than two sizes."""
        if len({tracks for tracks, _ in self.points}) < 2:
            return None
        logs = np.log(np.array(self.points, dtype=np.float64))
        return float(np.polyfit(logs[:, 0], logs[:, 1], 1)[0])

    @property
    def steps(self) -> list[float]:
        """The slope from each size to the next."""
        return [
            math.log(more / less) / math.log(larger / smaller)
            for (smaller, less), (larger, more) in pairwise(self.points)
            if larger > smaller
        ]


def read_runs(path: Path) -> list[dict[str, float]]:
    """Runs from a CSV file, or from a JSON array of objects; what is empty or null is left out.

    Raises:
        ValueError: a column that is no measure, a run without tracks, or a value that is not greater than 0.
    """
    text = path.read_text(encoding="utf-8")
    rows = json.loads(text) if path.suffix == ".json" else list(csv.DictReader(text.splitlines()))
    return [_run(row, f"{path}, run {number}") for number, row in enumerate(rows, 1)]


def _run(row: dict[str, object], where: str) -> dict[str, float]:
    if strange := sorted(row.keys() - MEASURES.keys() - {"tracks"}):
        raise ValueError(f"{where}: {strange[0]} is none of tracks, {', '.join(MEASURES)}")
    run = {name: float(str(value)) for name, value in row.items() if value not in {None, ""}}
    if "tracks" not in run:
        raise ValueError(f"{where}: no tracks")
    if wrong := [name for name, value in run.items() if not value > 0]:
        raise ValueError(f"{where}: {wrong[0]} is not greater than 0")
    return run


def growth_of(runs: Sequence[dict[str, float]]) -> list[Growth]:
    """Each measure that any run has."""
    return [
        Growth(
            column=column,
            points=tuple(sorted((int(run["tracks"]), run[column]) for run in runs if column in run)),
        )
        for column in MEASURES
        if any(column in run for run in runs)
    ]


def growth_table(measures: Sequence[Growth]) -> str:
    """The exponents as a Markdown table."""
    lines = ["| measure | sizes | exponent | from size to size |", "|---|---|---|---|"]
    for one in measures:
        sizes = ", ".join(f"{tracks:,}" for tracks, _ in one.points)
        steps = ", ".join(f"{step:.2f}" for step in one.steps) or "-"
        lines.append(f"| {MEASURES[one.column][0]} | {sizes} | {_exponent(one)} | {steps} |")
    return "\n".join(lines)


def _exponent(one: Growth) -> str:
    return "not known from one size" if one.exponent is None else f"{one.exponent:.2f}"


def growth_chart(measures: Sequence[Growth]) -> "altair.TopLevelMixin":
    """One small panel a measure."""
    import altair

    panels = [_panel(one) for one in measures]
    rows = [altair.hconcat(*panels[place : place + _COLUMNS]) for place in range(0, len(panels), _COLUMNS)]
    return altair.vconcat(*rows, spacing=28)


def _panel(one: Growth) -> "altair.Chart":
    import altair

    what, unit = MEASURES[one.column]
    grows = "" if one.exponent is None else f", n^{one.exponent:.2f}"
    steps = ", ".join(f"{step:.2f}" for step in one.steps)
    subtitle = f"from size to size: n^ {steps}" if len(one.steps) > 1 else ""
    values = [{"tracks": tracks, "measured": measured} for tracks, measured in one.points]
    data = altair.Data(values=values)  # type: ignore[no-untyped-call]
    chart: altair.Chart = (
        altair.Chart(data, width=_WIDTH, height=_HEIGHT)
        .mark_line(point={"color": LIGHT.main, "size": 40}, color=LIGHT.main, aria=False)
        .encode(
            x=_axis("tracks", [tracks for tracks, _ in one.points], "tracks", altair.X),
            y=_axis("measured", [measured for _, measured in one.points], unit, altair.Y),
        )
        .properties(title=altair.Title(f"{what}{grows}", subtitle=subtitle, fontSize=14))
    )
    return chart


def _axis(field: str, values: Sequence[float], title: str, kind: type) -> "altair.X | altair.Y":
    """A logarithmic axis from the power of ten below the values to the one above."""
    import altair

    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    high = max(high, low + 1)
    scale = altair.Scale(type="log", domain=[10.0**low, 10.0**high], nice=False)
    axis = altair.Axis(
        values=[10.0**power for power in range(low, high + 1)], format="~s" if low >= 0 else "~g"
    )
    made: altair.X | altair.Y = kind(f"{field}:Q", title=title, scale=scale, axis=axis)
    return made


def main() -> None:
    """Read, fit, print and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path, nargs="?", default=ROOT / "benchmarks" / "growth.csv")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "img" / "growth.svg")
    asked = parser.parse_args()
    measures = growth_of(read_runs(asked.runs))
    write_durably(asked.out.resolve(), follow_reader(render(growth_chart(measures), "svg")))
    print(growth_table(measures))


if __name__ == "__main__":
    main()
