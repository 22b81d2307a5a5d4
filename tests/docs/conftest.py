"""A scratch folder such as the documentation speaks of: `music` and `deposit`, and `longplay` on the path."""

import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from chords import chords
from longplay.audio.encode import Encoding, encode

ROOT = Path(__file__).parents[2]
RATE = 44_100
LONG_S = 20.0
"""Long enough to be told by its sound, seconds."""

BY = "https://creativecommons.org/licenses/by/4.0/"
BY_NC = "https://creativecommons.org/licenses/by-nc/4.0/"

TABLE = f"""path,licence,licence_evidence,artist,title,album,catalogue_no
Quiet Harbour/01 Low Tide.flac,CC-BY-4.0,"the label, 2026-05-01",The Pier,Low Tide,Quiet Harbour,QH-1
Quiet Harbour/02 Lamps.opus,{BY_NC},"e-mail of 2026-05-03",The Pier,Lamps,Quiet Harbour,QH-2
Attic/home tape.wav,,,,Home tape,,
Quiet Harbour/03 Lost.flac,CC-BY-4.0,a letter,The Pier,Lost,Quiet Harbour,QH-3
"""

SIDECAR = """<?xml version="1.0" encoding="UTF-8"?>
<pbcoreInstantiationDocument xmlns="http://www.pbcore.org/PBCore/PBCoreNamespace.html">
  <instantiationIdentifier source="shelf">T 1974/12</instantiationIdentifier>
  <instantiationPhysical>1/4 inch audio tape</instantiationPhysical>
  <instantiationLocation>Attic, box 3</instantiationLocation>
  <instantiationEssenceTrack>
    <essenceTrackPlaybackSpeed unitsOfMeasure="ips">7.5</essenceTrackPlaybackSpeed>
  </instantiationEssenceTrack>
  <instantiationAnnotation annotationType="Condition">Edges curled, no print-through</instantiationAnnotation>
  <instantiationAnnotation annotationType="Playback device">Revox A77</instantiationAnnotation>
</pbcoreInstantiationDocument>
"""
"""What the tape was that `Attic/home tape.wav` was transferred from."""


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scratch folder as every page finds it: one second of noise each, so that no file is tiny.

    One piece is longer and lies there twice, in two encodings: `music/Night Bus/02 Terminus.flac` and
    `music/Attic/from a phone.opus`.
    """
    folder = tmp_path_factory.mktemp("template")
    for number, (name, encoding, licence) in enumerate(
        [
            ("Quiet Harbour/01 Low Tide", Encoding.FLAC, None),
            ("Quiet Harbour/02 Lamps", Encoding.OPUS, None),
            ("Night Bus/01 Depot", Encoding.FLAC, BY_NC),
            ("Attic/home tape", Encoding.WAV, None),
        ]
    ):
        path = folder / "music" / f"{name}{encoding.suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        samples = np.random.default_rng(number).uniform(-0.3, 0.3, (RATE, 2)).astype(np.float32)
        artist, title = "The Pier", path.stem.lstrip("0123456789 ")
        tags = {"artist": artist, "title": title, "album": path.parent.name}
        encode(
            samples,
            rate=RATE,
            path=path,
            encoding=encoding,
            tags=tags | ({"licence": licence} if licence else {}),
        )
    _long_piece(folder / "music")
    album = folder / "music" / "Quiet Harbour"
    (album / "notes.txt").write_text("Played at the pier.\n", encoding="utf-8")
    (folder / "music" / "Attic" / "home tape.xml").write_text(SIDECAR, encoding="utf-8")
    (folder / "music" / "Attic" / "broken.mp3").write_bytes(b"no music")
    (folder / "music" / "Attic" / "nothing.flac").touch()
    shutil.copytree(folder / "music", folder / "deposit")
    (folder / "deposit" / "rights.csv").write_text(TABLE, encoding="utf-8")
    (album / "LICENSE").write_text(f"This music comes under {BY}\n", encoding="utf-8")
    return folder


def _long_piece(music: Path) -> None:
    """One recording as a whole file and as somebody's copy of it."""
    one = chords(LONG_S, RATE).astype(np.float32) / 32_768
    samples = np.stack([one, one], axis=1)
    tags = {"artist": "The Pier", "title": "Terminus", "album": "Night Bus", "licence": BY}
    whole, copy = music / "Night Bus" / "02 Terminus.flac", music / "Attic" / "from a phone.opus"
    encode(samples, rate=RATE, path=whole, encoding=Encoding.FLAC, tags=tags)
    encode(samples, rate=RATE, path=copy, encoding=Encoding.OPUS, tags={"title": "Terminus"})


@pytest.fixture
def scratch(template: Path, tmp_path: Path) -> Path:
    """A scratch folder of one's own."""
    return shutil.copytree(template, tmp_path / "scratch")


@pytest.fixture
def environment(scratch: Path) -> dict[str, str]:
    """An environment in which `longplay` is found, and nothing of this user's own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LONGPLAY_")}
    return clean | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(scratch)}
