"""`longplay --help` against the smallest click program."""

import argparse
import subprocess
import sys

from benchmarks.harness import LONGPLAY, Row, medians, run, table, wall_of

BARE = "import click\n@click.command()\ndef f(): ...\nf(['--help'])"


def main() -> str:
    """Measure and return the section."""
    argparse.ArgumentParser(description=__doc__).parse_known_args()
    ours, bare = medians(
        lambda: wall_of(lambda: run(LONGPLAY, "--help")),
        lambda: wall_of(lambda: subprocess.run([sys.executable, "-c", BARE], check=True, capture_output=True)),
        repeats=15,
    )
    row = Row(
        what="start of `longplay --help`",
        figure=f"{ours * 1000:.0f} ms",
        peer=f"bare click {bare * 1000:.0f} ms",
        ratio=f"{ours / bare:.2f}x",
        target="<= 2x",
    )
    return table("Start-up", "none", "python -m benchmarks.startup", [row])


if __name__ == "__main__":
    print(main())
