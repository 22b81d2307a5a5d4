"""Ingest against a bare PyAV decode and against the separate tools, on the same files in one run.

CPU a track, where it goes, what the programs cost that would otherwise be run one after the other, and what a
second worker gains.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.harness import LONGPLAY, Row, corpus, cpu_of, medians, run, table, wall_of

TIMED = """
from time import process_time
work(files[0])  # what is imported late, and caches
began = process_time()
for path in files:
    work(path)
print(process_time() - began)
"""
"""A worker takes hundreds of files: its start-up is measured by itself."""

BARE = (
    """
import sys, av
av.logging.set_level(av.logging.PANIC)
files = sys.argv[1:]
def work(path):
    with av.open(path) as container:
        stream = container.streams.audio[0]
        stream.codec_context.thread_count = 1
        for packet in container.demux(stream):
            try:
                packet.decode()
            except av.FFmpegError:
                pass
"""
    + TIMED
)
TAKE = (
    """
import sys, tempfile
from pathlib import Path
from longplay.ingest.worker import Task, take
from longplay.workers import keep_memory
keep_memory()
folder = Path(tempfile.mkdtemp(dir=sys.argv[1]))
files = sys.argv[2:]
def work(path):
    staged = folder / f"staged{Path(path).suffix}"
    take(Task(source=Path(path), staged=staged, path=path, companion=None))
    staged.unlink(missing_ok=True)
"""
    + TIMED
)


PART = (
    """
import sys
from pathlib import Path
import av
from longplay.audio.decode import decode
from longplay.audio.levels import LevelMeter
from longplay.audio.loudness import LoudnessMeter
from longplay.audio.measure import FingerprintMeter
from longplay.workers import keep_memory
keep_memory()
class Nothing:
    def take(self, block):
        pass
class Floats:
    def take(self, block):
        block.floats
meters = {
    "gather": Nothing, "floats": Floats, "loudness": LoudnessMeter,
    "levels": lambda: LevelMeter(seek_gaps=False), "fingerprint": FingerprintMeter,
}
part, files = sys.argv[1], sys.argv[2:]
def work(path):
    if part == "decode":
        decode(Path(path))
        return
    meter = meters[part]()
    decode(Path(path), lambda form: [meter])
    if part in ("loudness", "levels", "fingerprint"):
        meter.result()
"""
    + TIMED
)
"""One measurement alone, in the decode it is taken from."""

TOOLS = {
    "ffprobe": ("ffprobe", "-v", "error", "-show_format", "-show_streams"),
    "fpcalc": ("fpcalc", "-length", "120"),
    "ffmpeg ebur128": (
        "ffmpeg",
        "-nostdin",
        "-v",
        "error",
        "-filter_complex",
        "ebur128=peak=sample",
        "-f",
        "null",
        "-",
    ),
    "sha256sum": ("sha256sum",),
}
"""What tells the same of a file, one program at a time."""


def main() -> str:
    """Measure and return the section."""
    argparse.ArgumentParser(description=__doc__).parse_known_args()
    with tempfile.TemporaryDirectory() as temporary:
        scratch = Path(temporary)
        music, name = corpus(scratch)
        files = sorted(str(path) for path in music.rglob("*") if path.is_file())
        bare, take, one = medians(
            lambda: _timed(BARE, files),
            lambda: _timed(TAKE, [str(scratch), *files]),
            lambda: cpu_of(lambda: _ingest(music, scratch, 1)),
            repeats=3,
        )
        parts = ("decode", "gather", "floats", "levels", "loudness", "fingerprint")
        costs = dict(zip(parts, medians(*(_part_cost(part, files) for part in parts), repeats=3), strict=True))
        start = cpu_of(lambda: _python("import longplay.ingest.worker, scipy.fft, av, mutagen", []))
        tools = {
            name: cpu_of(lambda words=words: _tool(words, files))
            for name, words in TOOLS.items()
            if _has(words)
        }
        beets = _beets_cost(music, scratch)
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
    one_file = take
    gain, bare_gain = wall_one / wall_two, bare_one / bare_two
    rows = [
        _row("one file taken in: copied, digested, decoded, everything measured; CPU", take, bare, count),
        _row("whole `longplay ingest --jobs 1` with start-up, CPU", one, bare, count),
        Row(what="start-up of a worker, once for 500 files; CPU", figure=f"{start:.2f} s"),
        Row(
            what="the separate tools, CPU",
            figure=f"{one_file / count * 1000:.1f} ms a track by one pass",
            peer=", ".join(f"{name} {cost / count * 1000:.1f} ms" for name, cost in tools.items())
            or "none here",
            ratio=f"{sum(tools.values()) / one_file:.2f}x cheaper"
            if len(tools) == len(TOOLS)
            else "not all are here",
            target=">= 2.5x cheaper",
        ),
        Row(
            what="beets import (no copy, no autotag), CPU",
            figure=f"{take / count * 1000:.1f} ms a track by one pass",
            peer="beets is not installed here" if beets is None else f"beets {beets / count * 1000:.1f} ms",
            ratio="-" if beets is None else f"{beets / take:.2f}",
        ),
        Row(
            what="files a second, 1 worker and 2",
            figure=f"{len(more) / wall_one:.1f}, {len(more) / wall_two:.1f}",
            peer=f"bare decode {len(more) / bare_one:.1f}, two bare decoders {len(more) / bare_two:.1f}",
            ratio=f"gain {gain:.2f} against {bare_gain:.2f}: {gain / bare_gain:.2f}",
            target=">= 0.9",
        ),
    ]
    measured = table("Ingest", name, "python -m benchmarks.ingest", rows)
    return f"{measured}\n{_profile(costs, bare, take, count)}"


def _profile(costs: dict[str, float], bare: float, take: float, count: int) -> str:
    """Where the CPU of one file goes, each part as what it adds to what it needs."""
    decode, gather, floats = costs["decode"], costs["gather"], costs["floats"]
    parts = [
        ("decode (bare, in the same run)", bare),
        ("what our decode adds: packets counted, forms compared", decode - bare),
        ("frames gathered into blocks", gather - decode),
        ("blocks as floats", floats - gather),
        ("loudness: K-weighting and energies", costs["loudness"] - floats),
        ("peaks, clipping, waveform", costs["levels"] - floats),
        ("fingerprint of the first 120 s: resampling and transforms", costs["fingerprint"] - gather),
    ]
    rest = take - sum(cost for _what, cost in parts)
    parts.append(("copy, four digests, structure walk, tags, PRONOM, MD5 of samples", rest))
    lines = ["| where the CPU of one file goes | ms a track | of bare decode |", "|---|---|---|"]
    lines += [f"| {what} | {cost / count * 1000:.1f} | {cost / bare:.2f} |" for what, cost in parts]
    lines.append(f"| all | {take / count * 1000:.1f} | {take / bare:.2f} |")
    return "\n".join([*lines, ""])


def _part_cost(part: str, files: list[str]) -> Callable[[], float]:
    return lambda: _timed(PART, [part, *files])


def _has(words: tuple[str, ...]) -> bool:
    return shutil.which(words[0]) is not None


def _tool(words: tuple[str, ...], files: list[str]) -> None:
    for path in files:
        given = ("-i", path) if words[0] == "ffmpeg" else (path,)
        at = words.index("-filter_complex") if "-filter_complex" in words else len(words)
        subprocess.run([*words[:at], *given, *words[at:]], check=False, capture_output=True)


def _beets_cost(music: Path, scratch: Path) -> float | None:
    """CPU of `beet import` of the same files into a library of its own; `None` where beets is not installed."""
    beet = shutil.which("beet")
    if beet is None:
        return None
    home = scratch / "beets"
    home.mkdir()
    environment = {**os.environ, "BEETSDIR": str(home)}
    copy = shutil.copytree(music, scratch / "for beets")
    words = [beet, "import", "--nocopy", "--nowrite", "--noautotag", "--quiet", str(copy)]
    return cpu_of(lambda: subprocess.run(words, check=False, capture_output=True, env=environment))


def _row(what: str, ours: float, bare: float, count: int) -> Row:
    return Row(
        what=what,
        figure=f"{ours / count * 1000:.1f} ms a track",
        peer=f"bare PyAV decode {bare / count * 1000:.1f} ms",
        ratio=f"{ours / bare:.2f}x",
        target="<= 2.0x",
    )


def _copies(music: Path, scratch: Path) -> Path:
    """The corpus twice over, read, hashed and decoded each time: start-up hardly counts."""
    many = scratch / "many"
    for number in range(2):
        for path in sorted(music.rglob("*")):
            if path.is_file():
                copy = many / str(number) / path.relative_to(music)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(path.read_bytes())
    return many


def _timed(code: str, words: list[str]) -> float:
    """CPU seconds that a script spent on the files, its start-up left out."""
    return float(_python(code, words))


def _python(code: str, words: list[str]) -> str:
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # as our workers have it
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout


def _two_bare(files: list[str]) -> None:
    halves = [files[::2], files[1::2]]
    quiet = subprocess.DEVNULL
    running = [subprocess.Popen([sys.executable, "-c", BARE, *half], stdout=quiet) for half in halves]
    for process in running:
        process.wait()


def _ingest(music: Path, scratch: Path, jobs: int) -> None:
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        archive = Path(folder) / "archive"
        run(LONGPLAY, "init", archive)
        run(LONGPLAY, "ingest", music, "--archive", archive, "--jobs", str(jobs), "--format", "json")


if __name__ == "__main__":
    print(main())
