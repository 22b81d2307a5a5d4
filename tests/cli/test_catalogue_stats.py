"""`longplay catalogue stats`: a summary here, files elsewhere, lines for programs."""

from pathlib import Path

import pytest

from archives import json_of, longplay
from longplay.catalogue.picture_theme import DARK
from longplay.catalogue.snapshot_tables import SnapshotTable
from made_snapshots import write_snapshot


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    root = tmp_path / "archive"
    assert longplay("init", root, "--name", "example").code == 0
    rows = [
        {
            "rank": n,
            "listens": 100 // n,
            "score": 50 - n,
            "duration_ms": 180_000,
            "licence": "[red]x\x1b[31m",
            "sources": 1,
        }
        for n in (1, 2, 3)
    ]
    genres = [{"recording": 1, "genre": "[bold]rock", "source": 0, "of_release": False}]
    write_snapshot(root, {SnapshotTable.RECORDING: rows, SnapshotTable.GENRE: genres})
    return root


def test_without_a_file_the_figures_are_told_here(archive: Path) -> None:
    ran = longplay("catalogue", "stats", "--archive", archive)
    assert ran.code == 0
    for words in ("Snapshot 1", "Recordings by popularity", "40–49", "Coverage", "3:00", "musicbrainz"):
        assert words in ran.out
    assert "[bold]rock" in ran.out  # words, not markup
    assert "\x1b[31m" not in ran.out
    assert "longplay catalogue match" in ran.out


def test_programs_get_the_rows_behind_every_plot(archive: Path) -> None:
    ran = json_of("catalogue", "stats", "--archive", archive)
    assert ran.code == 0
    by_type: dict[object, list[dict[str, object]]] = {}
    for line in ran.lines:
        by_type.setdefault(line["type"], []).append(line)
    assert by_type["band"][0]["recordings"] == 3
    assert by_type["duration"][0] | {"begin_s": 180, "common_s": 180, "common": 3} == by_type["duration"][0]
    assert by_type["genre"][0]["genre"] == "[bold]rock"
    assert by_type["combination"][0]["sources"] == ["musicbrainz"]
    assert ran.lines[-1]["type"] == "summary"
    assert ran.lines[-1]["listens"] == 183


def test_files_are_written_whole(archive: Path, tmp_path: Path) -> None:
    files = {kind: tmp_path / f"out.{kind}" for kind in ("html", "svg")}
    ran = json_of(
        "catalogue",
        "stats",
        *(f"--{kind}={path}" for kind, path in files.items()),
        "--dark",
        "--archive",
        archive,
    )
    assert ran.code == 0
    assert ran.lines[-1]["files"] == {kind: str(path) for kind, path in files.items()}
    assert files["html"].read_bytes().startswith(b"<!doctype html>")
    assert DARK.paper in files["svg"].read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "out.html", "out.svg"]


def test_what_cannot_be_is_said(archive: Path, tmp_path: Path) -> None:
    dark = longplay("catalogue", "stats", "--dark", "--html", tmp_path / "x.html", "--archive", archive)
    assert dark.code == 2
    assert "--png or --svg" in dark.err
    other = longplay("catalogue", "stats", "--snapshot", "7", "--archive", archive)
    assert other.code != 0
    assert "no snapshot 7: there are 1" in other.err
    nowhere = longplay("catalogue", "stats", "--svg", tmp_path / "no" / "x.svg", "--archive", archive)
    assert nowhere.code == 2
    assert "there is no folder" in nowhere.err
