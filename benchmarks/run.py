"""All benchmarks in turn: `python -m benchmarks.run [--write]`, the latter into docs/benchmarks.md."""

import sys
from pathlib import Path

from benchmarks import (
    checking,
    figures,
    full_scale,
    importing,
    ingest,
    publish,
    rights_gate,
    same_recording,
    search,
    seeding,
    startup,
    torrent,
)

TITLE = """# Benchmarks

Every figure was measured by the script named with it, against a peer in the same run. The machines are shared
and noisy: trust the ratios. `make bench` prints the tables anew; `python -m benchmarks.run --write` also keeps
them here.
"""


def main() -> None:
    """Run all, print as they come, and write the page when asked."""
    sections = []
    for module in (
        startup,
        ingest,
        same_recording,
        rights_gate,
        full_scale,
        importing,
        figures,
        search,
        torrent,
        publish,
        checking,
        seeding,
    ):
        sections.append(module.main())
        print(sections[-1], flush=True)
    if "--write" in sys.argv:
        page = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
        page.write_text("\n".join([TITLE, *sections]), encoding="utf-8")


if __name__ == "__main__":
    main()
