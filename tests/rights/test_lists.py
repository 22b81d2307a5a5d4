"""Lists of named files in prose: an entry is about the file it names, and about no other."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.model.rights import StatementSource, Strength
from longplay.rights.lists import ENTRIES_LIMIT, entries
from longplay.rights.readers import TEXT_LIMIT


def licences(text: str, path: str) -> list[str | None]:
    """What a list plainly states of a file."""
    found = entries(text.encode(), name="CREDITS", source=StatementSource.NEIGHBOUR)
    return [
        one.statement.licence
        for entry in found
        if entry.names(path) or entry.calls(path)
        for one in entry.readings
        if one.statement.strength is Strength.PLAIN
    ]


@pytest.mark.parametrize(
    "text",
    [
        "song.ogg is licensed under CC BY 3.0.",
        "* `song.ogg` by Somebody, licensed under CC BY 3.0",
        "Somebody made the file song.ogg\nLicense: CC BY 3.0",
        "Licensed under CC BY 3.0 are:\nother.ogg\nmusic/song.ogg",
        "a.ogg - license: CC BY-NC 3.0\nsong.ogg - license: CC BY 3.0",
        '* [Song](http://x.example) by Some\n is licensed under [CC BY 3.0](http://x.example)\n* "B" by X',
        '* "song" by Somebody is licensed under CC BY 3.0',
    ],
)
def test_an_entry_gives_its_licence_to_the_file_it_names(text: str) -> None:
    assert licences(text, "all/music/song.ogg") == ["CC-BY-3.0"]


@pytest.mark.parametrize(
    "text",
    [
        "my song.ogg is licensed under CC BY 3.0.",
        "mysong.ogg is licensed under CC BY 3.0.",
        "song.ogg2 is licensed under CC BY 3.0.",
        "sounds/song.ogg is licensed under CC BY 3.0.",
        "song.ogg by X, other.ogg by Y, licensed under CC BY 3.0",
        "song.ogg by X\nother.ogg is licensed under CC BY 3.0",
        "song.ogg is not licensed under CC BY 3.0.",
        "song.mp3 is licensed under CC BY 3.0.",
        "* [My Song](http://x.example) by X is licensed under CC BY 3.0",
        "song.ogg by X\n\nLicensed under CC BY 3.0.",
    ],
)
def test_what_names_another_file_or_not_just_one_gives_it_nothing(text: str) -> None:
    assert licences(text, "all/music/song.ogg") == []


def test_an_entry_says_on_which_line_it_stands() -> None:
    (entry,) = entries(
        b"Music\n-----\n\na.ogg by X, licensed under CC BY 3.0\n", name="L", source=StatementSource.NEIGHBOUR
    )
    assert entry.readings[0].statement.evidence == "L, line 4: CC BY 3.0"


@settings(max_examples=50)
@given(st.text(st.sampled_from("ab./ \n*CY30-\"'"), max_size=60) | st.text(max_size=60), st.text(max_size=10))
def test_any_text_is_a_list_of_something_or_nothing(text: str, path: str) -> None:
    for entry in entries(text.encode(), name="L", source=StatementSource.NEIGHBOUR):
        assert entry.readings
        entry.names(path)
        entry.calls(path)


def test_a_hostile_list_is_read_in_no_time() -> None:
    data = ("a.ogg CC BY 3.0 " * TEXT_LIMIT + "\n").encode()[:TEXT_LIMIT]
    many = ("- a.ogg CC BY 3.0\n" * TEXT_LIMIT).encode()[:TEXT_LIMIT]
    started = time.process_time()
    for one in (data, many):
        found = entries(one, name="L", source=StatementSource.NEIGHBOUR)
        assert len(found) <= ENTRIES_LIMIT
        for entry in found:
            entry.names("x/" + "a" * 200 + ".ogg")
    assert time.process_time() - started < 10
