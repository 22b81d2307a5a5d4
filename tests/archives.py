"""Small archives to work on: noise as music, a rights table, and the commands run in this process."""

import csv
import hashlib
import json
import random
import subprocess
import sys
import wave
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from longplay.cli.main import main
from longplay.model.units import MIB

TABLE = "rights.csv"

LICENCES = {
    "free/Alpha.wav": "CC-BY-4.0",
    "free/Beta.wav": "CC-BY-SA-4.0",
    "free/Gamma.wav": "CC0-1.0",
    "not for sale/Delta.wav": "CC-BY-NC-4.0",
    "dark/Unstated.wav": "",
    "dark/Reserved.wav": "All rights reserved",
}
"""What the rights table of the deposit says of each file."""

SIZES = {"free/Beta.wav": 2 * MIB + 300_000, "free/Gamma.wav": MIB - 44}
"""Bytes of samples; 30,000 for the others. `Gamma` is exactly one piece long."""

DARK = ("Unstated", "Reserved")
"""Titles that no licence lets out."""


def noise(path: Path, *, seed: object, size: int = 30_000) -> Path:
    """A WAV file of that many bytes of noise; the same seed gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(44_100)
        out.writeframes(random.Random(str(seed)).randbytes(size))
    return path


def write_table(folder: Path, licences: dict[str, str]) -> Path:
    """A rights table over files of a folder, with artist, title and album."""
    path = folder / TABLE
    with path.open("w", encoding="utf-8", newline="") as text:
        rows = csv.writer(text)
        rows.writerow(["path", "licence", "licence_evidence", "artist", "title", "album"])
        for name, licence in licences.items():
            rows.writerow([name, licence, "a letter", "The Noise", Path(name).stem, "Colours"])
    return path


def make_deposit(folder: Path, licences: dict[str, str] = LICENCES, sizes: dict[str, int] = SIZES) -> Path:
    """A folder of noise with its rights table."""
    for name in licences:
        noise(folder / name, seed=name, size=sizes.get(name, 30_000))
    write_table(folder, licences)
    return folder


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, object]]:
        """Its JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def summary(self) -> dict[str, object]:
        """The last of them."""
        return self.lines[-1]

    @property
    def findings(self) -> list[dict[str, object]]:
        """Those that are findings."""
        return [line for line in self.lines if line["type"] == "finding"]

    @property
    def damage(self) -> dict[object, object]:
        """Damaged pieces by path."""
        return {finding["path"]: finding.get("pieces", []) for finding in self.findings}


def longplay(*arguments: object) -> Ran:
    """Run a command in this process, as the shell would, with JSON lines where nothing else is asked for."""
    before = sys.argv
    sys.argv = ["longplay", *map(str, arguments)]
    code = 0
    try:
        with CliRunner().isolation() as (out, err, _):
            try:
                main()
            except SystemExit as exc:
                code = int(exc.code or 0)
    finally:
        sys.argv = before
    return Ran(code, out.getvalue().decode(), err.getvalue().decode())


def json_of(*arguments: object) -> Ran:
    """Run a command with `--format json`."""
    return longplay(*arguments, "--format", "json")


def new_archive(folder: Path, deposit: Path) -> Path:
    """An archive with a deposit taken in."""
    assert longplay("init", folder, "--name", "noise").code == 0
    take_in(folder, deposit)
    return folder


def take_in(archive: Path, deposit: Path) -> Ran:
    """Take a folder in by its table."""
    ran = json_of("ingest", deposit, "--rights", deposit / TABLE, "--archive", archive, "--jobs", 1)
    assert ran.code == 0, ran.err
    return ran


def publish(archive: Path, name: str = "first", *options: object) -> Path:
    """Publish an edition; returns its folder."""
    ran = json_of("publish", "--edition", name, "--archive", archive, *options)
    assert ran.code == 0, ran.err
    return Path(str(ran.summary["folder"]))


def copy(folder: Path, to: Path) -> Path:
    """A copy that keeps hard links, modes and times."""
    subprocess.run(["cp", "-a", folder, to], check=True)
    return to


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its path, in order; notes of a mirror left out."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    relative = {str(path.relative_to(folder)): path for path in found}
    return {name: path.read_bytes() for name, path in relative.items() if not name.startswith(".")}


def flip(path: Path, *bits: int) -> None:
    """Turn bits of a file over, in place."""
    change(path, ((bit // 8, 1 << bit % 8) for bit in bits))


def change(path: Path, masks: Iterable[tuple[int, int]]) -> None:
    """Change bytes of a file in place, each by the bits of its mask; the mode stays."""
    mode = path.stat().st_mode
    path.chmod(0o600)
    with path.open("r+b") as file:
        for at, mask in masks:
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ mask]))
    path.chmod(mode)


def state_of(archive: Path) -> str:
    """The state digest."""
    return str(json_of("status", "--archive", archive).summary["state_digest"])


def blob_of(archive: Path, content_id: str) -> Path:
    """Where a blob lies."""
    return archive / "blobs" / content_id[:2] / content_id[2:4] / content_id


def sha256(path: Path) -> str:
    """The content id of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
