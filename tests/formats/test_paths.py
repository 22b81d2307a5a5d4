"""Names as text: every name a file system may hold comes back."""

import json

from hypothesis import given
from hypothesis import strategies as st

from longplay.formats.paths import path_from_text, path_text

PATHS = st.binary(max_size=40).filter(lambda path: b"\0" not in path)


@given(PATHS | st.text(max_size=20).map(str.encode).filter(lambda path: b"\0" not in path))
def test_every_path_comes_back(path: bytes) -> None:
    assert path_from_text(path_text(path)) == path


@given(PATHS)
def test_the_text_is_one_visible_line_that_json_and_utf8_can_hold(path: bytes) -> None:
    text = path_text(path)
    assert json.loads(json.dumps(text)) == text.encode().decode()
    assert not any(ord(char) < 0x20 or ord(char) == 0x7F for char in text)


@given(PATHS)
def test_a_name_as_python_gives_it_is_written_like_its_bytes(path: bytes) -> None:
    assert path_text(path.decode("utf-8", "surrogateescape")) == path_text(path)


def test_usual_names_are_left_as_they_are() -> None:
    assert path_text("Ärger/01 Für Elise (live).ogg") == "Ärger/01 Für Elise (live).ogg"
    assert path_text(b"a\nb%c\xff\x7f") == "a%0Ab%25c%FF%7F"
