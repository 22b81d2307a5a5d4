"""Years that are evidence, and texts that are none."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longplay.formats.years import read_day, read_year


@pytest.mark.parametrize(("text", "year"), [("1923", 1923), (" 1923 ", 1923), ("1923-05-04", 1923)])
def test_a_plain_year_or_day_is_one(text: str, year: int) -> None:
    assert read_year(text).year == year


@pytest.mark.parametrize(
    "text",
    [
        "19??", "c1923", "[1923]", "1923-1925", "ca. 1950", "1900-01-01", "1970-01-01", "0001-01-01", "0000",
        "923",
        "2999", "١٩٢٣", "1923?", "", "-1923", "1923-13-01", "1923-02-30", "x" * 100_000,
    ],
)  # fmt: skip
def test_guesses_ranges_and_defaults_are_no_years(text: str) -> None:
    claim = read_year(text)
    assert claim.year is None
    assert claim.missing


@given(st.text())
def test_any_text_is_a_year_or_says_what_is_missing(text: str) -> None:
    claim = read_year(text)
    assert (claim.year is None) == (claim.missing is not None)


@given(st.dates())
def test_a_day_is_read_unless_programs_write_it_by_default(day: date) -> None:
    assert read_day(day.isoformat()) in {day, None}
    assert read_day("1972-02-14") == date(1972, 2, 14)
    assert read_day("1970-01-01") is None
