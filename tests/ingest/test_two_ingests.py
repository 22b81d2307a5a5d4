"""Two real processes take in at once: each has its chain, together they give the union."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from longplay.ledger.journal import writers
from longplay.ledger.ledger import remove
from taking import check_whole, digest, holdings, new_archive, sha256

ONE_BY_ONE = "import longplay.ingest.intake as intake; intake.GROUP_EVENTS = 1"


def test_two_ingests_at_once_into_one_archive_give_the_union(
    tmp_path: Path,
    make_tone: Callable[..., Path],
    longplay_process: Callable[..., "subprocess.Popen[str]"],
) -> None:
    sources = [tmp_path / "left", tmp_path / "right"]
    for number in range(16):
        for source in sources[: 1 if number < 3 else 2]:
            make_tone(source / f"{number:02}.flac", pitch=300 + number)
    make_tone(sources[1] / "only right.flac", pitch=900)
    for source in sources:
        (source / "cover.jpg").write_bytes(b"the same cover")
    archive = new_archive(tmp_path / "archive")
    both = [
        longplay_process(
            *("ingest", source, "--archive", archive, "--jobs", "1", "--format", "json"), first=ONE_BY_ONE
        )
        for source in sources
    ]
    summaries = []
    for process in both:
        with process:
            out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        summaries.append(json.loads(out.splitlines()[-1]))
    for summary in summaries:
        fates = ("accessioned", "companions", "duplicates", "refused")
        assert summary["files"] == sum(summary[fate] for fate in fates)
    assert sum(summary["accessioned"] for summary in summaries) == 17
    assert writers(archive / "journal") == ["w0001", "w0002"]
    assert check_whole(archive) == {sha256(path) for source in sources for path in source.iterdir()}
    places = {
        (place.root, place.path) for holding in holdings(archive).values() for place in holding.provenances
    }
    assert places == {(str(source), path.name) for source in sources for path in source.glob("*.flac")}
    before = digest(archive)
    remove(archive / "ledger.sqlite")
    assert digest(archive) == before
