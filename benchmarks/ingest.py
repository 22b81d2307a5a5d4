"""Ingest against a bare PyAV decode of the same files: CPU a track, and what a second worker gains."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.harness import LONGPLAY, Row, corpus, cpu_of, medians, run, table, wall_of

BARE = """
import sys, av
av.logging.set_level(av.logging.PANIC)
for path in sys.argv[1:]:
    with av.open(path) as container:
        stream = container.streams.audio[0]
        stream.codec_context.thread_count = 1
        for packet in container.demux(stream):
            try:
                packet.decode()
            except av.FFmpegError:
                pass
"""
TAKE = """
import sys, tempfile
from pathlib import Path
from longplay.ingest.worker import Task, take
folder = Path(tempfile.mkdtemp(dir=sys.argv[1]))
for number, path in enumerate(sys.argv[2:]):
    staged = folder / f"{number}{Path(path).suffix}"
    take(Task(source=Path(path), staged=staged, path=path, companion=None))
    staged.unlink(missing_ok=True)
"""


def main() -> str:
    """Measure and return the section."""
    argparse.ArgumentParser(description=__doc__).parse_known_args()
    with tempfile.TemporaryDirectory() as temporary:
        scratch = Path(temporary)
        music, name = corpus(scratch)
        files = sorted(str(path) for path in music.rglob("*") if path.is_file())
        bare, take, one = medians(
            lambda: cpu_of(lambda: _python(BARE, files)),
            lambda: cpu_of(lambda: _python(TAKE, [str(scratch), *files])),
            lambda: cpu_of(lambda: _ingest(music, scratch, 1)),
            repeats=3,
        )
        many = _copies(music, scratch)
        more = sorted(str(path) for path in many.rglob("*") if path.is_file())
        wall_one, wall_two, bare_one, bare_two = medians(
            lambda: wall_of(lambda: _ingest(many, scratch, 1)),
            lambda: wall_of(lambda: _ingest(many, scratch, 2)),
            lambda: wall_of(lambda: _python(BARE, more)),
            lambda: wall_of(lambda: _two_bare(more)),
            repeats=3,
        )
    count = len(files)
    gain, bare_gain = wall_one / wall_two, bare_one / bare_two
    rows = [
        _row("one file taken in (copy, digests, decode, tags), CPU", take, bare, count),
        _row("whole `longplay ingest --jobs 1` with start-up, CPU", one, bare, count),
        Row(
            what="files a second, 1 worker and 2",
            figure=f"{len(more) / wall_one:.1f}, {len(more) / wall_two:.1f}",
            peer=f"bare decode {len(more) / bare_one:.1f}, two bare decoders {len(more) / bare_two:.1f}",
            ratio=f"gain {gain:.2f} against {bare_gain:.2f}: {gain / bare_gain:.2f}",
            target=">= 0.9",
        ),
    ]
    return table("Ingest", name, "python -m benchmarks.ingest", rows)


def _row(what: str, ours: float, bare: float, count: int) -> Row:
    return Row(
        what=what,
        figure=f"{ours / count * 1000:.1f} ms a track",
        peer=f"bare PyAV decode {bare / count * 1000:.1f} ms",
        ratio=f"{ours / bare:.2f}x",
        target="<= 2.0x",
    )


def _copies(music: Path, scratch: Path) -> Path:
    """The corpus four times over, read, hashed and decoded each time: start-up hardly counts."""
    many = scratch / "many"
    for number in range(4):
        for path in sorted(music.rglob("*")):
            if path.is_file():
                copy = many / str(number) / path.relative_to(music)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(path.read_bytes())
    return many


def _python(code: str, words: list[str]) -> None:
    subprocess.run([sys.executable, "-c", code, *words], check=True, capture_output=True)


def _two_bare(files: list[str]) -> None:
    halves = [files[::2], files[1::2]]
    running = [subprocess.Popen([sys.executable, "-c", BARE, *half]) for half in halves]
    for process in running:
        process.wait()


def _ingest(music: Path, scratch: Path, jobs: int) -> None:
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        archive = Path(folder) / "archive"
        run(LONGPLAY, "init", archive)
        run(LONGPLAY, "ingest", music, "--archive", archive, "--jobs", str(jobs), "--format", "json")


if __name__ == "__main__":
    print(main())
