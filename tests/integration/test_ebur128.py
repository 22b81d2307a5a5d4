"""Loudness of every recording against the `ffmpeg` program, run by itself."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from longplay.audio.measure import Measured
from longplay.demo.collection import make_collection
from longplay.progress import Silent
from measuring import measured

pytestmark = pytest.mark.integration

TOLERANCE_LU = 0.1


@pytest.fixture
def recordings(tmp_path: Path) -> list[Path]:
    """The real recordings where they lie beside the project, else the demo's."""
    real = Path(__file__).parents[3] / "shared" / "real" / "recordings"
    folder = real if real.is_dir() else make_collection(tmp_path / "music", Silent()).folder
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix not in {".txt", ".csv"})
    return [path for path in paths if not path.name.startswith("cut off")]


def theirs(path: Path) -> float:
    """Integrated loudness as FFmpeg's summary has it, LUFS."""
    words = [
        "ffmpeg",
        "-nostdin",
        "-hide_banner",
        "-i",
        str(path),
        "-map",
        "0:a:0",
        "-af",
        "ebur128",
        "-f",
        "null",
        "-",
    ]
    said = subprocess.run(words, capture_output=True, text=True, check=True, errors="replace").stderr
    return float(re.findall(r"^\s+I:\s+(-?[\d.]+|-?inf|nan) LUFS", said, re.MULTILINE)[-1])


def test_every_recording_is_as_loud_as_ffmpeg_says(recordings: list[Path]) -> None:
    if shutil.which("ffmpeg") is None:
        pytest.skip("no ffmpeg on the PATH (Debian: ffmpeg)")
    apart = {}
    for path in recordings:
        found = measured(path)
        assert isinstance(found, Measured), path
        ours = found.measurement.loudness.integrated_lufs
        apart[path.name] = abs((-70.0 if ours is None else ours) - theirs(path))
    worst = max(apart, key=apart.__getitem__)
    print(f"{len(apart)} recordings; the worst is {worst}: {apart[worst]:.3f} LU")
    assert {name: value for name, value in apart.items() if value > TOLERANCE_LU} == {}
