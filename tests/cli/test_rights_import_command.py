"""`longplay rights import`: what people and programs read, and what it answers the shell."""

from pathlib import Path

from archives import json_of, longplay
from rights_files import BY, message, terms

ROWS = f"path,licence,published\ndark/Unstated.wav,{BY},\nnowhere.wav,CC0-1.0,\nfree/Alpha.wav,,19??\n"


def table(folder: Path) -> Path:
    path = folder / "rights.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def test_programs_get_a_line_for_each_statement_and_finding_and_the_summary(
    archive: Path, tmp_path: Path
) -> None:
    ran = json_of("rights", "import", table(tmp_path), "--archive", archive, "--by", "Ada")
    assert ran.code == 0
    stated = [line for line in ran.lines if line["type"] == "stated"]
    assert [(line["place"], line["licence"]) for line in stated] == [("line 2", "CC-BY-4.0"), ("line 4", None)]
    assert [line["code"] for line in ran.findings] == ["rights-row-unused", "rights-cell-unread"]
    counts = {name: ran.summary[name] for name in ("form", "rows", "matched", "unmatched", "stated", "dry_run")}
    assert counts == {
        "form": "rights-table",
        "rows": 3,
        "matched": 2,
        "unmatched": 1,
        "stated": 2,
        "dry_run": False,
    }
    shown = json_of("rights", "show", str(stated[0]["content_id"]), "--archive", archive)
    assert stated[0]["statement"] in {line.get("id") for line in shown.lines}


def test_people_read_what_was_stated_and_how_much_was_not(archive: Path, tmp_path: Path) -> None:
    rehearsed = longplay("rights", "import", table(tmp_path), "--archive", archive, "--dry-run")
    assert "Dry run: nothing was written" in rehearsed.out
    ran = longplay("rights", "import", table(tmp_path), "--archive", archive)
    assert "CC-BY-4.0  [line 2]" in ran.out
    assert "2 of recordings that are held, 1 of none" in ran.out
    assert "line 4: column published: '19??'" in ran.err
    assert (
        "new statements  0  (2 were on record)"
        in longplay("rights", "import", table(tmp_path), "--archive", archive).out
    )


def test_what_was_dark_can_be_let_out_by_an_import(archive: Path, tmp_path: Path, deposit: Path) -> None:
    (tmp_path / "one.csv").write_text(f"path,licence\ndark/Unstated.wav,{BY}\n", encoding="utf-8")
    command = ("rights", "import", tmp_path / "one.csv", "--archive", archive, "--root")
    assert json_of(*command, tmp_path).summary["matched"] == 0
    before = json_of("rights", "check", "--archive", archive).lines
    assert json_of(*command, deposit).summary["stated"] == 1
    assert json_of("rights", "check", "--archive", archive).lines != before


def test_files_that_are_none_and_tests_are_refused_with_their_codes(archive: Path, tmp_path: Path) -> None:
    for data, code in (
        (b"<html/>", 4),
        (b"a,b\n1,2\n", 4),
        (message(terms(), more="<MessageControlType>TestMessage</MessageControlType>"), 2),
    ):
        (tmp_path / "file").write_bytes(data)
        assert longplay("rights", "import", tmp_path / "file", "--archive", archive).code == code
