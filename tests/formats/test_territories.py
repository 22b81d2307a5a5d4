"""Territories: those of ISO 3166-1 and no other, and everywhere only where it is said."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longplay.formats.territories import CODES, TERRITORIES_LIMIT, read_territories

ORACLE = Path("/usr/share/zoneinfo/iso3166.tab")


def test_the_codes_are_those_of_iso_3166() -> None:
    """Oracle: the table that comes with the time zone database."""
    if not ORACLE.exists():
        pytest.skip(f"no {ORACLE}")
    lines = ORACLE.read_text(encoding="utf-8").splitlines()
    assert {line[:2] for line in lines if not line.startswith("#")} == CODES


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("SE", ("SE",)),
        ("se, NO;fi|DK", ("DK", "FI", "NO", "SE")),
        ("SE SE", ("SE",)),
        ("EU", ("EU",)),
        ("001", ()),
        ("Worldwide", ()),
        ("World 001", ()),
    ],
)
def test_a_list_is_read_whatever_lies_between(text: str, places: tuple[str, ...]) -> None:
    assert read_territories(text) == places


@pytest.mark.parametrize(
    "text", ["", " , ", "UK", "SE Worldwide", "SE XX", "US-CA", "Sweden", "2136", "SÉ", "not SE"]
)
def test_a_list_with_anything_else_in_it_says_nothing(text: str) -> None:
    assert read_territories(text) is None


def test_a_list_of_any_length_is_read_or_not() -> None:
    assert read_territories("SE " * TERRITORIES_LIMIT) == ("SE",)
    assert read_territories("SE " * (TERRITORIES_LIMIT + 1)) is None


@given(st.text())
def test_any_text_is_a_list_or_none(text: str) -> None:
    places = read_territories(text)
    assert places is None or set(places) <= CODES | {"EU"}
