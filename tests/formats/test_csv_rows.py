"""CSV rows: the same as Python's own reader gives, and bounded."""

import csv
import io
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.errors import MalformedInput
from longplay.formats.csv_rows import ROW_LIMIT, Row, read_rows

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


def rows(text: str) -> list[Row]:
    return list(read_rows(io.StringIO(text, newline=""), kind="table")[1])


@settings(max_examples=50)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=5))
def test_rows_are_what_the_plain_reader_gives(table: list[list[str]]) -> None:
    """Oracle: `csv.DictReader` of the standard library."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["a", "b", "c"], *table])
    plain = csv.DictReader(io.StringIO(out.getvalue(), newline=""))
    expected = [{name: cell for name, cell in row.items() if name and cell} for row in plain]
    assert [row.cells for row in rows(out.getvalue())] == expected


def test_a_row_says_on_which_line_it_ends() -> None:
    assert [row.line for row in rows('a,b\n1,2\n\n"x\ny",3\n4\n')] == [2, 5, 6]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('a,b\n"open', "unexpected end"),
        ('a,b\n"x"y,1\n', "line 2"),
        ("a\n" + "x" * (1 << 21), "field larger"),
        ("a,b\n" + '"x\n",' * (ROW_LIMIT // 5 + 1), "a row is longer"),
    ],
)
def test_what_is_no_csv_says_why(text: str, reason: str) -> None:
    with pytest.raises(MalformedInput, match=reason):
        rows(text)


def test_a_long_table_takes_no_more_memory_than_a_row() -> None:
    class Endless(io.StringIO):
        left = 20_000

        def readline(self, _size: int | None = -1) -> str:
            self.left -= 1
            return "a,b\n" if self.left else ""

    tracemalloc.start()
    count = sum(1 for _ in read_rows(Endless(), kind="table")[1])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 19_998
    assert peak < 500_000
