"""A whole `longplay publish`, and the payload bytes it reads: none."""

import argparse
import tempfile
from pathlib import Path

from benchmarks.harness import LONGPLAY, Row, corpus, cpu_of, run, table

PROBE = """
import sys
sys.argv[0] = "longplay"
from longplay.cli.main import cli
def io():
    return int(next(line for line in open("/proc/self/io") if line.startswith("rchar")).split()[1])
before = io()
cli(sys.argv[1:], standalone_mode=False)
print("rchar", io() - before, file=sys.stderr)
"""


def main() -> str:
    """Measure and return the section."""
    argparse.ArgumentParser(description=__doc__).parse_known_args()
    with tempfile.TemporaryDirectory() as temporary:
        music, name = corpus(Path(temporary))
        archive = Path(temporary) / "archive"
        run(LONGPLAY, "init", archive)
        statement = ("--licence", "CC0-1.0", "--evidence", "benchmark: measured, never handed on")
        run(LONGPLAY, "ingest", music, "--archive", archive, *statement)
        cpu = cpu_of(lambda: run(LONGPLAY, "publish", "--edition", "one", "--archive", archive))
        start = cpu_of(lambda: run(LONGPLAY, "status", "--archive", archive))
        read, payload = _read_bytes(archive)
    rows = [
        Row(what="publish, CPU of the process", figure=f"{cpu:.2f} s", peer=f"`longplay status` {start:.2f} s"),
        Row(
            what="bytes read by handing out an edition (code, ledger and journal included)",
            figure=f"{read / 1e6:.1f} MB",
            peer=f"payload {payload / 1e6:.1f} MB",
            ratio=f"{read / payload:.2f}",
            target="no payload byte",
        ),
    ]
    return table("Publishing", name, "python -m benchmarks.publish", rows)


def _read_bytes(archive: Path) -> tuple[int, int]:
    """Bytes read by handing an edition out into a new folder, and the payload's size."""
    import json
    import subprocess
    import sys

    done = subprocess.run(
        [
            sys.executable,
            "-c",
            PROBE,
            "publish",
            "--edition",
            "two",
            "--archive",
            str(archive),
            "--format",
            "json",
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    summary = json.loads(done.stdout.splitlines()[-1])
    return int(done.stderr.split("rchar")[1]), int(summary["bytes"])


if __name__ == "__main__":
    print(main())
