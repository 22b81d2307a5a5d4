"""`catalogue match`, `catalogue why` and `coverage --of`, run as a person does."""

import csv
from pathlib import Path

import pytest

from archives import json_of, longplay, make_deposit, new_archive

MBID = "8f3471b5-7e6a-48da-86a9-c1c07a0f47ae"
MAPPING = """
source = "shelf"
table = "recording"
licence = "CC0-1.0"
[columns]
id = "id"
title = "title"
artist_credit = "artist"
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Noise taken in, and a catalogue of one recording we have, one we might have and one we have not."""
    folder = tmp_path_factory.mktemp("matching")
    archive = new_archive(folder / "archive", make_deposit(folder / "deposit"))
    with (folder / "shelf.csv").open("w", newline="") as text:
        rows = csv.writer(text)
        rows.writerows(
            [
                ("id", "title", "artist"),
                ("1", "Alpha", "The Noise"),
                ("2", "Beta", "Somebody else"),
                ("3", "Omega", "The Noise"),
            ]
        )
    (folder / "shelf.toml").write_text(MAPPING)
    imported = ("catalogue", "import", "table", folder / "shelf.csv", "--mapping", folder / "shelf.toml")
    assert json_of(*imported, "--archive", archive).code == 0
    assert json_of("catalogue", "build", "--archive", archive).code == 0
    for command in (("match", "--as-is"), ("why", "shelf:1")):
        early = longplay("catalogue", *command, "--archive", archive)
        assert early.code == 2
        assert "run `longplay catalogue match`" in early.err
    return archive


def test_match_lists_and_why_explains(archive: Path) -> None:
    ran = json_of("catalogue", "match", "--list", "all", "--archive", archive)
    assert ran.code == 0, ran.err
    of_title = {line["title"]: line for line in ran.lines if line["type"] == "match" and line["title"]}
    assert of_title["Alpha"]["verdict"] == "doubtful"  # names alone: the catalogue states no playing time
    assert ran.summary["own"] == 5
    again = json_of("catalogue", "match", "--as-is", "--archive", archive)
    assert [line["recording"] for line in again.lines[:-1]] == [of_title["Alpha"]["recording"]]
    holding = str(of_title["Alpha"]["recording"])
    (archive / "catalogue" / "curator.csv").write_text(
        f"action,kind,a,b,reason\nmerge,recording,holding:{holding},shelf:1,heard it\n"
    )
    text = longplay("catalogue", "match", "--archive", archive)
    assert "matched                  1 recordings" in text.out
    why = longplay("catalogue", "why", "shelf:1", "shelf:3", holding[:10], "--archive", archive)
    assert why.code == 0, why.err
    first, second, third = why.out.splitlines()
    assert first.startswith("The Noise - Alpha is held (1 manifestation")
    assert first.endswith("It may be redistributed: CC-BY-4.0.")
    assert "is wanted: rank" in second
    assert third == first
    covered = json_of("coverage", "--of", "held", "--of", "wanted", "--archive", archive)
    assert [(line["status"], line["recordings"]) for line in covered.lines[:-1]] == [("held", 1), ("wanted", 2)]


def test_a_name_that_means_nothing_says_what_would(archive: Path) -> None:
    for name in ("zzz", MBID, "isrc:SEABC2500001"):
        ran = longplay("catalogue", "why", name, "--archive", archive)
        assert ran.code == 2
        assert "longplay search" in ran.err


def test_a_set_and_a_curve_are_two_questions(archive: Path) -> None:
    ran = longplay("coverage", "--of", "held", "--top", "3", "--archive", archive)
    assert ran.code == 2
    assert "leave out --top" in ran.err
