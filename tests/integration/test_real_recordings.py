"""The 110 real recordings: grouped by their sound, and matched with a catalogue that describes them.

The catalogue is made of the manifest of the recordings, of the real metadata of MusicBrainz and Discogs, and of
decoys: for each recording its namesake of another length, its instrumental, and a stranger that is as long.
"""

import csv
import re
from collections import defaultdict
from pathlib import Path

import pytest

from archives import json_of
from grouped import compare, grouping, groups
from taking import accept, holdings, new_archive

pytestmark = pytest.mark.integration

MAPPING = """
source = "{source}"
table = "recording"
licence = "CC0-1.0"
[columns]
id = "group"
title = "title"
artist_credit = "artist"
duration_ms = "duration_s"
[units]
duration_ms = "s"
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, real: Path) -> Path:
    """All of them taken in and compared."""
    archive = new_archive(tmp_path_factory.mktemp("real") / "archive")
    accept(archive, real / "recordings")
    compare(archive)
    return archive


NOT_ALIKE = "flactb:samepcm"
"""A group of the manifest whose four files are not the same sound: at the best alignment their waveforms
correlate by 0.17 at most, and each states another MD5."""


def test_every_linked_group_is_found_and_no_other(archive: Path, real: Path) -> None:
    linked: defaultdict[str, set[str]] = defaultdict(set)
    named: dict[str, str] = {}
    with (real / "MANIFEST.csv").open(encoding="utf-8-sig", newline="") as text:
        for row in csv.DictReader(text):
            named[row["sha256"]] = row["title"]
            if row["path"].startswith("recordings/") and row["group"]:
                linked[row["group"]].add(row["path"].removeprefix("recordings/"))
    wanted = [paths for name, paths in linked.items() if len(paths) > 1 and name != NOT_ALIKE]
    found = [set(paths) for paths in groups(archive)]
    assert len(wanted) == 16
    assert sorted(map(sorted, found)) == sorted(map(sorted, wanted))
    titles = {path: one.described("title") for path, one in holdings(archive).items()}
    doubtful = [{named[content_id] for content_id in one.pair} for one in grouping(archive).doubtful]
    assert doubtful == [{"Victory", "Fanfare"}], "the one begins as the other"
    searching = [path for path, title in titles.items() if "searching" in f"{title} {path}".lower()]
    assert not [group for group in found if len(group.intersection(searching)) > 1]


CHECKED = """
    014afa81ebbd=d270d498 020f82384e5d=8e692ee9 05bdf41a05ce=d5bfb149 0fec6e40d6dc=858a6c79
    1d6c3b864229=76465d8c 2633a5df4280=a5f594e5 3130982bb34f=cedc34e7 3253de89f4f5=5651a6c1
    336a18eb7a78=f9210ea7 39993af29fba=46e130e1 39bef7aa96a6=20b802a9 3c9a410b37a9=36798055
    41a1f31cc0ff=bc384dad 43b402c413ed=41719c72 43ff49c18c28=d1b319fa 450e05e805b1=fbfdb23c
    4e3fdaaff339=b643c81a 5ab33adc4f34=90bcc011 5ba89ddf982e=f1dc50b4 5cebe7a3710c=2894356f
    5f41e2d71060=6a49dd36 6024d80d742d=9bbe277e 61a03d3ba175=8145b1fe 678a2c55764d=ded594b5
    68fc71692eff=9783ea67 732b7d2fb1fc=762c90aa 75b4de4f547e=f8b8e46f 75de35ae19c4=06678bc0
    76080e13cd70=e81dad90 76debbdb27ae=71f6a5b8 7c0a3b417b54=b3ae8bd8 7c9023c6b226=e81f8f18
    7dbb7d6e216a=f85a864d 7f00803ccfb5=5e5c0aef 82b5248396e9=7da0fa26 8453b9e03368=dc077831
    85901bde0bc5=8c6c55cf 8b44bf26705e=9f8bb64d 8d8c0526b782=5c8d1ad8 9712bd43f0b9=7c8e993f
    9c39ff436f31=c50ad46f 9ee17fbe5d2f=e354b8d7 a8193f183637=d912fe0a b609553b02be=bf88a341
    b60d27c2b1d9=a210073d b60e4168ca11=2c3e5dd3 ba2117ff0eed=046f4b91 baa7005b006c=9a1b967c
    bc04e06c84a4=1b9aa5b5 bd2c1906b672=b774afc5 cc53f309e71a=eea5951f d438796ec058=a0bb8794
    ded7db7c356b=a9fd6c66 e6cd0efe8bd0=2e7f2dbb f4822380a1bb=b81a3bc3 f6d09a40fd1c=6a039eb9
    00c8ab2ad680=9d9592f5 35490cbceb01=04d024d0
"""
"""Matches that were checked by hand, by reading both names: first digits of the holding's content id and of the
recording's id. All others that the manifest and the holdings allow are doubtful or not found."""

DOUBTFUL = """
    1b090a8e322a=dc74f584 5544f74e7a38=4563492a
    7f9d11a53098=0b991c6d f062221a56a2=1ac1a2a7
"""
"""Likewise, what is left for a person; each is right too."""


def rows_of(manifest: Path) -> list[dict[str, str]]:
    """The recordings that the manifest describes."""
    with manifest.open(encoding="utf-8-sig", newline="") as text:
        return [row for row in csv.DictReader(text) if row["path"].startswith("recordings/") and row["title"]]


def decoys(row: dict[str, str]) -> list[dict[str, str]]:
    """What is easily taken for a recording and is another."""
    longer = f"{float(row['duration_s'] or 1) + 30:.3f}"
    return [
        row | {"group": f"longer {row['group']}", "duration_s": longer},
        row | {"group": f"plain {row['group']}", "title": f"{row['title']} (Instrumental)"},
        row | {"group": f"other {row['group']}", "title": f"Not {row['title']}", "artist": "Nobody"},
    ]


def take_table(archive: Path, folder: Path, source: str, rows: list[dict[str, str]]) -> None:
    """Import rows as a table."""
    table, mapping = folder / f"{source}.csv", folder / f"{source}.toml"
    with table.open("w", encoding="utf-8", newline="") as text:
        out = csv.DictWriter(text, ("group", "title", "artist", "duration_s"), extrasaction="ignore")
        out.writeheader()
        out.writerows(rows)
    mapping.write_text(MAPPING.format(source=source))
    ran = json_of("catalogue", "import", "table", table, "--mapping", mapping, "--archive", archive)
    assert ran.code == 0, ran.err


def pairs(text: str) -> set[tuple[str, str]]:
    return {(one, other) for one, other in re.findall(r"(\w+)=(\w+)", text)}


def test_no_match_is_wrong_whatever_else_the_catalogue_holds(archive: Path, real: Path, tmp_path: Path) -> None:
    rows = rows_of(real / "MANIFEST.csv")
    take_table(archive, tmp_path, "manifest", rows)
    take_table(archive, tmp_path, "decoy", [decoy for row in rows for decoy in decoys(row)])
    for kind, folder in (("musicbrainz", "musicbrainz"), ("discogs", "discogs")):
        ran = json_of("catalogue", "import", kind, real / "metadata" / folder, "--archive", archive)
        assert ran.code in {0, 4}, ran.err
    assert json_of("catalogue", "build", "--archive", archive).code == 0
    ran = json_of("catalogue", "match", "--list", "all", "--archive", archive)
    assert ran.code == 0, ran.err
    found = defaultdict(set)
    for line in ran.lines[:-1]:
        if line["id"]:
            found[line["verdict"]].add((str(line["recording"])[:12], str(line["id"])[:8]))
    truth = pairs(CHECKED) | pairs(DOUBTFUL)
    assert found["matched"] <= truth
    assert found["matched"] == pairs(CHECKED)
    assert found["doubtful"] >= pairs(DOUBTFUL)
