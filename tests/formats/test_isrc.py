"""ISRCs in any spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longplay.formats.isrc import read_isrc


@pytest.mark.parametrize(
    "text",
    ["SEABC2600001", "se-abc-26-00001", " ISRC SE-ABC-26-00001 ", "ISRC:SEABC2600001", "ISRCSEABC2600001"],
)
def test_every_spelling_is_the_same_code(text: str) -> None:
    assert read_isrc(text) == "SEABC2600001"


@pytest.mark.parametrize(
    "text",
    ["", "SEABC260000", "SEABC26000012", "12ABC2600001", "SEABC26000O1", "SE ABC 26 00001", "SEABC260000١"],
)
def test_what_is_no_code_is_none(text: str) -> None:
    assert read_isrc(text) is None


@given(st.text())
def test_any_text_is_a_code_or_none(text: str) -> None:
    code = read_isrc(text)
    assert code is None or (len(code) == 12 and read_isrc(code) == code)
