"""Years that are evidence, and texts that are none."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.formats.years import read_day, read_year


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("1923", 1923),
        (" 1923\n", 1923),
        ("1923-05-04", 1923),
        ("1923-01-01", 1923),
        ("1900", 1900),
        ("1900-01-02", 1900),
        ("1972-02-29", 1972),
        ("1685", 1685),
        ("1000", 1000),
        ("2200", 2200),
    ],
)
def test_a_plain_year_or_day_is_one(text: str, year: int) -> None:
    claim = read_year(text)
    assert (claim.year, claim.missing) == (year, None)


@pytest.mark.parametrize(
    "text",
    [
        "19??", "192?", "1923?", "c1923", "©1923", "℗ 1923", "[1923]", "(1923)", "<1923", "ca. 1950",
        "1920s", "1923-1925", "1923-25", "1923–25", "1923/24", "1905-06", "1923, 1925", "1923 1925", "1923.0",
        "1923-5-4",
        "19230504", "04.05.1923", "5/4/1923", "May 1923", "MCMXXIII", "1923 AD", "1923BC", "1e3", "+1923",
        "-1923", "923", "0923", "19 23", "1_923", "0x7d3", "0000", "0000-00-00", "0001", "0999", "2201", "2999",
        "9999", "12345", "1923-13-01", "1923-02-30", "1900-02-29", "1923-00-00", "1923-05-00",
        "١٩٢٣", "१९२३", "１９２３", "1９23", "\u00b9923", "1923\u200b", "1923\x00", "\ufeff1923", "19\n23",
        "1923-05-04T00:00:00Z", "", " ", "?", "unknown",
    ],
)  # fmt: skip
def test_guesses_ranges_and_mistakes_are_no_years(text: str) -> None:
    claim = read_year(text)
    assert claim.year is None
    assert claim.missing
    assert len(claim.missing) < 250
    assert read_day(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01", "1601-01-01", "1899-12-30", "1900-01-01", " 1900-01-01 ", "1904-01-01", "1969-12-31",
        "1970-01-01", "1980-01-01", "2000-01-01", "2038-01-19",
    ],
)  # fmt: skip
def test_a_day_that_programs_write_by_default_is_no_evidence(text: str) -> None:
    claim = read_year(text)
    assert claim.year is None
    assert claim.missing is not None
    assert "programs" in claim.missing
    assert read_day(text) is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x" * 100_000, id="letters"),
        pytest.param("9" * 1_000_000, id="digits"),
        pytest.param("1923" + " " * 57 + "25", id="blanks within"),
        pytest.param("1923" + " " * 1_000_000, id="blanks after"),
        pytest.param(" " * 1_000_000 + "1923-05-04", id="blanks before"),
    ],
)
def test_a_long_text_is_no_year(text: str) -> None:
    claim = read_year(text)
    assert claim.year is None
    assert claim.missing
    assert len(claim.missing) < 100
    assert read_day(text) is None


def test_a_year_that_nobody_can_mean_is_none() -> None:
    assert read_year("2200").year == 2200
    assert read_year("2201").year is None


@settings(max_examples=50)
@given(st.integers(1900, 2030), st.text(min_size=1, max_size=5), st.booleans())
def test_anything_written_beside_a_year_but_blanks_makes_it_none(year: int, more: str, before: bool) -> None:
    text = f"{more}{year}" if before else f"{year}{more}"
    plain = re.fullmatch(r"\s*[0-9]{4}\s*", text) and text.strip().isascii()
    assert (read_year(text).year is not None) == bool(plain)


@settings(max_examples=50)
@given(st.text() | st.from_regex(r"[0-9?\[\]c~.,/ -]{0,12}", fullmatch=True))
def test_any_text_is_a_year_or_says_what_is_missing(text: str) -> None:
    claim = read_year(text)
    assert (claim.year is None) == (claim.missing is not None)
    day = read_day(text)
    assert day is None or day.isoformat() == text.strip()


def test_every_day_but_those_that_programs_write_is_read_as_it_is_written() -> None:
    first = date(1850, 1, 1)
    days = [first + timedelta(at) for at in range((date(2040, 1, 1) - first).days)]
    assert {day.isoformat() for day in days if read_day(day.isoformat()) != day} == {
        *("1858-11-17", "1899-12-30", "1899-12-31", "1900-01-01", "1901-12-13", "1903-12-31", "1904-01-01"),
        *("1960-01-01", "1969-12-31", "1970-01-01", "1980-01-01", "1980-01-06", "2000-01-01", "2001-01-01"),
        "2038-01-19",
    }


def test_the_day_on_which_american_law_changed_is_read() -> None:
    assert read_day("1972-02-14") == date(1972, 2, 14)
    assert read_day("1972-02-15") == date(1972, 2, 15)
