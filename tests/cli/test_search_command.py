"""`longplay search` and `longplay catalogue index` as people and programs meet them."""

import json
from pathlib import Path

import pytest

from archives import json_of, longplay
from made_sources import build, take

MBID = "11111111-1111-4111-8111-{:012d}"
LONG = "夜の音楽はとても長い題名を持っている、そして終わらない物語"
ROWS = [
    ("artist", {"id": MBID.format(9), "name": "Björk"}),
    *(
        (
            "recording",
            {"id": MBID.format(number), "title": title, "artist_credit": "Björk",
             "artist_ids": [MBID.format(9)], "duration_ms": 303_000, "year": 1997,
             "isrcs": [f"GBAYE97{number:05d}"]},
        )
        for number, title in enumerate(("Jóga", "Hunter", "Unravel", LONG, "x\x1b[31m"), 1)
    ),
    ("plays", {"recording_id": MBID.format(1), "month": 202_607, "listens": 1_234_567}),
]  # fmt: skip


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("asked") / "archive"
    assert longplay("init", root).code == 0
    take(root, "musicbrainz", ROWS)
    build(root)
    return root


def test_hits_are_a_table_and_the_advice_stands_apart(archive: Path) -> None:
    ran = longplay("search", "bjork", "jog", "--archive", archive)
    assert ran.code == 0
    (line,) = ran.out.splitlines()
    assert line.split() == ["recording", "Jóga", "Björk", "1997", "5:03", "1,234,567", MBID.format(1)]
    assert "1 found" in ran.err


def test_json_lines_say_the_same(archive: Path) -> None:
    ran = json_of("search", "hunter", "--archive", archive)
    hit, summary = (json.loads(line) for line in ran.out.splitlines())
    assert (hit["type"], hit["title"], hit["id"]) == ("hit", "Hunter", MBID.format(2))
    assert (hit["is_guess"], hit["status"]) == (False, None)
    assert (summary["shown"], summary["total"], summary["is_all"], summary["snapshot"]) == (1, 1, True, 1)


def test_it_says_how_to_narrow_and_what_to_try(archive: Path) -> None:
    assert "narrow with" in longplay("search", "bjork", "--limit", "2", "--archive", archive).err
    nothing = longplay("search", "zzzzzz", "--archive", archive)
    assert (nothing.code, nothing.out) == (0, "")
    assert "leave a word out" in nothing.err


def test_a_similar_spelling_is_marked(archive: Path) -> None:
    assert "(similar)" in longplay("search", "huntr", "--archive", archive).out


def test_only_one_kind_or_an_id(archive: Path) -> None:
    (line,) = longplay("search", "bjork", "--kind", "artist", "--archive", archive).out.splitlines()
    assert line.startswith("artist")
    assert "Unravel" in longplay("search", "GBAYE9700003", "--archive", archive).out
    assert "Unravel" in longplay("search", MBID.format(3), "--archive", archive).out


def test_names_cannot_play_tricks_on_a_terminal(archive: Path) -> None:
    assert "\x1b" not in longplay("search", "title:x", "--archive", archive).out


def test_columns_stand_below_one_another_whatever_the_script(archive: Path) -> None:
    lines = longplay("search", "bjork", "--kind", "recording", "--archive", archive).out.splitlines()
    assert len(lines) == 5
    wide = next(line for line in lines if "夜" in line)
    assert "…" in wide
    before = wide[: wide.index("Björk")]
    plain = next(line for line in lines if "Hunter" in line)
    assert len(before) + sum(1 for char in before if ord(char) > 0x3000) == plain.index("Björk")


@pytest.mark.parametrize(
    ("query", "advice"),
    [
        ('"open', "quote"),
        ("year:x", "year:1994"),
        ("status:held", "longplay catalogue match"),
        (" ", "nothing to"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_advice(archive: Path, query: str, advice: str) -> None:
    ran = longplay("search", query, "--archive", archive)
    assert ran.code == 2
    assert advice in ran.err


def test_without_a_snapshot_the_answer_is_how_to_make_one(tmp_path: Path) -> None:
    assert longplay("init", tmp_path / "new").code == 0
    for command in (("search", "love"), ("catalogue", "index")):
        ran = longplay(*command, "--archive", tmp_path / "new")
        assert ran.code == 2
        assert "longplay catalogue build" in ran.err


def test_the_index_is_made_once_and_may_be_deleted(archive: Path) -> None:
    longplay("catalogue", "index", "--archive", archive)
    again = json.loads(json_of("catalogue", "index", "--archive", archive).out.splitlines()[-1])
    assert (again["is_new"], again["snapshot"], again["rows"]["head-1"]) == (False, 1, 6)
    for path in (archive / "catalogue" / "search" / "000001").rglob("*"):
        if path.is_file():
            path.unlink()
    assert "Jóga" in longplay("search", "joga", "--archive", archive).out
    assert "head-1" in longplay("catalogue", "index", "--snapshot", "1", "--archive", archive).out
