"""The depositor's table: found by path however that is spelled, and never silently unused."""

import csv
import io
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.errors import MalformedInput
from longplay.formats.paths import path_text
from longplay.ingest.table import DepositTable
from longplay.model.findings import FindingCode
from longplay.model.rights import Act, StatementSource, Territory


def read(folder: Path, text: str | bytes) -> DepositTable:
    path = folder / "rights.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return DepositTable.read(path)


def test_a_row_gives_a_statement_and_the_depositors_words(tmp_path: Path) -> None:
    table = read(
        tmp_path,
        "path,licence,licence_evidence,artist,title,shelf\n"
        "a/song.flac,CC-BY-4.0,a letter of 2026,Somebody,Ein Lied,K 7\n",
    )
    (row,) = table.rows(tmp_path / "a" / "song.flac")
    assert row.statement is not None
    assert (row.statement.licence, row.statement.evidence) == ("CC-BY-4.0", "a letter of 2026")
    assert row.statement.source is StatementSource.TABLE
    assert row.given == (("artist", "Somebody"), ("title", "Ein Lied"), ("shelf", "K 7"))


def test_without_evidence_the_table_itself_is_it(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "path,licence\nsong.flac,CC0-1.0\n").rows(tmp_path / "song.flac")
    assert row.statement is not None
    assert row.statement.evidence == "column licence of rights.csv"


def test_an_empty_licence_cell_states_nothing(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "path,licence,title\nsong.flac,,Lied\n").rows(tmp_path / "song.flac")
    assert row.statement is None
    assert row.given == (("title", "Lied"),)


def test_columns_of_rights_are_read_and_are_no_provenance(tmp_path: Path) -> None:
    table = read(
        tmp_path,
        "path,licence,territories,forbids,isrc,content_id,shelf\n"
        "song.flac,CC-BY-4.0,SE,mine,SEABC2600001,ab,K 7\n",
    )
    (row,) = table.rows(tmp_path / "song.flac")
    assert row.statement is not None
    assert (row.statement.territories, row.statement.forbids) == ((Territory("SE"),), (Act.MINE,))
    assert row.given == (("isrc", "SEABC2600001"), ("shelf", "K 7"))
    assert row.findings == ()


def test_a_cell_that_cannot_be_read_is_a_finding_with_line_and_column(tmp_path: Path) -> None:
    table = read(tmp_path, "path,licence,published\n\nsong.flac,CC0-1.0,19??\n")
    (row,) = table.rows(tmp_path / "song.flac")
    (finding,) = row.findings
    assert (finding.code, finding.path) == (FindingCode.RIGHTS_CELL_UNREAD, "rights.csv")
    assert finding.detail.startswith("line 3: column published: '19??'")
    assert row.statement is not None
    assert "published" in (row.statement.missing or "")


def test_a_licence_that_is_none_names_what_is_missing(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "path,licence\nsong.flac,free for all\n").rows(tmp_path / "song.flac")
    assert row.statement is not None
    assert row.statement.licence is None
    assert row.statement.missing


@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_byte_order_mark_and_either_line_end_are_read(tmp_path: Path, prefix: bytes, line_end: str) -> None:
    table = read(tmp_path, prefix + f"path,title{line_end}song.flac,Lied{line_end}".encode())
    (row,) = table.rows(tmp_path / "song.flac")
    assert row.given == (("title", "Lied"),)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "no column `path`"),
        (b"file,licence\nsong.flac,CC0-1.0\n", "no column `path`"),
        (b"Path\nsong.flac\n", "no column `path`"),
        (b"path,title\nsong.flac,f\xfcr\n", "not UTF-8"),
        ("path\nsong.flac\n".encode("utf-16"), "not UTF-8"),
        (b'path,title\nsong.flac,"open', "unexpected end of data"),
        (b'path,title\nsong.flac,"a"b"\n', "expected after"),
        (b"path\n" + b"x" * (1 << 21), "field larger than field limit"),
    ],
)
def test_what_is_no_table_is_malformed_and_says_why(tmp_path: Path, text: bytes, reason: str) -> None:
    with pytest.raises(MalformedInput, match=reason) as raised:
        read(tmp_path, text)
    assert str(tmp_path / "rights.csv") in str(raised.value)


def test_two_rows_about_one_file_both_count(tmp_path: Path) -> None:
    table = read(tmp_path, "path,licence\nsong.flac,CC0-1.0\n./song.flac,CC-BY-4.0\n")
    rows = table.rows(tmp_path / "song.flac")
    assert [row.statement and row.statement.licence for row in rows] == ["CC0-1.0", "CC-BY-4.0"]


def test_paths_are_relative_to_the_table(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    table = read(tmp_path / "lists", "path\n../music/a.flac\nmusic//./c.flac\n")
    assert len(table.rows(tmp_path / "music" / "a.flac")) == 1
    assert len(table.rows(tmp_path / "lists" / "music" / "c.flac")) == 1
    assert table.rows(tmp_path / "music" / "c.flac") == []


def test_rows_nobody_asked_for_are_told_below_each_root_once(tmp_path: Path) -> None:
    table = read(tmp_path, "path\nin/b.flac\nin/a.flac\nin/a.flac\nout/c.flac\ninner/d.flac\nin/met.flac\n")
    table.rows(tmp_path / "in" / "met.flac")
    assert list(table.unused(tmp_path / "in")) == ["a.flac", "b.flac"]
    assert list(table.unused(tmp_path / "out")) == ["c.flac"]


def test_a_percent_sign_is_read_literally_where_such_a_file_exists(tmp_path: Path) -> None:
    (tmp_path / "100%25.flac").touch()
    table = read(tmp_path, "path\n100%25.flac\n50%25.flac\n")
    assert len(table.rows(tmp_path / "100%25.flac")) == 1
    assert table.rows(tmp_path / "100%.flac") == []
    assert len(table.rows(tmp_path / "50%.flac")) == 1


@settings(max_examples=40)
@given(
    name=st.binary(min_size=1, max_size=12).filter(
        lambda raw: not set(raw) & {0, 47} and raw not in {b".", b".."}
    )
)
def test_any_name_is_found_under_its_written_form(
    name: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("deposit")
    out = io.StringIO()
    csv.writer(out).writerows([["path", "title"], [path_text(name), "Lied"]])
    table = read(folder, out.getvalue())
    assert len(table.rows(folder / os.fsdecode(name))) == 1
    assert list(table.unused(folder)) == []


def test_cells_beyond_the_header_and_rows_without_a_path_are_passed_over(tmp_path: Path) -> None:
    table = read(tmp_path, "path,title\nsong.flac,Lied,more,and more\n,No path\n\nother.flac\n")
    assert table.rows(tmp_path / "song.flac")[0].given == (("title", "Lied"),)
    assert table.rows(tmp_path / "other.flac")[0].given == ()
    assert list(table.unused(tmp_path)) == []


def test_a_table_of_many_rows_is_read(tmp_path: Path) -> None:
    rows = "".join(f"{number}.flac,CC0-1.0\n" for number in range(20_000))
    table = read(tmp_path, "path,licence\n" + rows)
    assert len(table.rows(tmp_path / "19999.flac")) == 1
