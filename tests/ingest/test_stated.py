"""What is stated of a recording by the files around it: the nearest plain statement, never another's."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from longplay.audio.encode import Encoding
from longplay.ingest.stated import holders, read_beside
from longplay.model.audio import TagFacts
from longplay.model.digests import ContentId
from longplay.model.rights import (
    WORLD,
    Act,
    Decision,
    KeepingBasis,
    Purpose,
    RightsObject,
    RightsStatement,
    StatementSource,
    Strength,
)
from longplay.rights.gate import decide
from reading import read_rights

Tone = Callable[..., Path]
BY = "licensed under CC BY 4.0\n"
ZERO = "Creative Commons Zero\n"


def lay(root: Path, tone: Path, files: dict[str, str]) -> dict[str, Decision]:
    """Decisions on `redistribute` by path; files that end in `.ogg` are recordings."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".ogg":
            shutil.copyfile(tone, path)
        else:
            path.write_text(text, encoding="utf-8")
    return {met.text: ask(tuple(one.statement for one in readings)) for met, _id, readings in read_rights(root)}


def ask(statements: tuple[RightsStatement, ...]) -> Decision:
    obj = RightsObject(
        content_id=ContentId("0" * 64), statements=statements, keeping=KeepingBasis.OWN_COLLECTION
    )
    return decide(Act.REDISTRIBUTE, obj, WORLD, date(2026, 11, 23), Purpose.NONCOMMERCIAL)


@pytest.fixture
def silent(tmp_path: Path, make_tone: Tone) -> Path:
    """A recording without tags."""
    return make_tone(tmp_path / "made" / "silent.ogg", encoding=Encoding.VORBIS)


@pytest.fixture
def signed(tmp_path: Path, make_tone: Tone) -> Path:
    """A recording whose tags name its artist."""
    return make_tone(tmp_path / "made" / "signed.ogg", encoding=Encoding.VORBIS, artist="Ann Other")


@pytest.mark.parametrize("name", ["song.txt", "song.ogg.txt", "song.license", "song.ogg.license"])
def test_a_sidecar_speaks_for_the_one_file_that_has_its_name(tmp_path: Path, silent: Path, name: str) -> None:
    found = lay(tmp_path / "x", silent, {"song.ogg": "", "other.ogg": "", name: BY})
    assert found["song.ogg"].licence == "CC-BY-4.0"
    assert found["song.ogg"].strength is Strength.PLAIN
    assert not found["other.ogg"].permits


def test_a_sidecar_speaks_for_the_same_recording_in_another_quality(tmp_path: Path, silent: Path) -> None:
    found = lay(tmp_path / "x", silent, {"song.hq.ogg": "", "song.remix.ogg": "", "song.txt": BY})
    assert found["song.hq.ogg"].licence == "CC-BY-4.0"
    assert not found["song.remix.ogg"].permits


def test_the_nearest_folder_that_states_anything_counts_and_says_it_is_weaker(
    tmp_path: Path, silent: Path
) -> None:
    files = {"LICENSE": ZERO, "a/LICENSE": BY, "a/b/song.ogg": "", "song.ogg": "", "a/sub/README": "Hello"}
    found = lay(tmp_path / "x", silent, files)
    assert found["a/b/song.ogg"].licence == "CC-BY-4.0"
    assert found["song.ogg"].licence == "CC0-1.0"
    assert found["song.ogg"].strength is Strength.BLANKET


def test_a_folders_text_is_passed_over_where_something_nearer_is_plain(tmp_path: Path, silent: Path) -> None:
    found = lay(tmp_path / "x", silent, {"LICENSE": ZERO, "song.ogg": "", "song.txt": BY})
    assert found["song.ogg"].licence == "CC-BY-4.0"


def test_two_licence_files_of_one_folder_that_disagree_make_it_unknown(tmp_path: Path, silent: Path) -> None:
    found = lay(tmp_path / "x", silent, {"LICENSE": ZERO, "COPYING": BY, "song.ogg": ""})
    assert not found["song.ogg"].permits


def test_a_text_that_lists_several_licences_leaves_open_which(tmp_path: Path, silent: Path) -> None:
    found = lay(tmp_path / "x", silent, {"LICENSE": f"Music A is {BY}\nMusic B is {ZERO}", "song.ogg": ""})
    assert "which of the licences in LICENSE" in (found["song.ogg"].missing or "")


def test_a_statement_about_the_folder_does_not_cover_a_recording_by_another(
    tmp_path: Path, signed: Path
) -> None:
    found = lay(tmp_path / "x", signed, {"LICENSE": ZERO, "song.ogg": ""})
    assert "'Ann Other'" in (found["song.ogg"].missing or "")
    named = lay(tmp_path / "y", signed, {"LICENSE": f"Music by Ann Other: {ZERO}", "song.ogg": ""})
    assert named["song.ogg"].licence == "CC0-1.0"
    part = lay(tmp_path / "z", signed, {"LICENSE": f"Music by Joann Otherwise: {ZERO}", "song.ogg": ""})
    assert not part["song.ogg"].permits


def test_who_the_sidecar_names_counts_as_well_as_who_the_tags_name(tmp_path: Path, silent: Path) -> None:
    found = lay(tmp_path / "x", silent, {"LICENSE": ZERO, "song.ogg": "", "song.txt": "by Ann Other\n"})
    assert "'Ann Other'" in (found["song.ogg"].missing or "")


def test_a_probable_statement_about_the_folder_leaves_it_unknown(tmp_path: Path, silent: Path) -> None:
    found = lay(tmp_path / "x", silent, {"LICENSE": "I think it is CC BY 4.0", "song.ogg": ""})
    assert "not plainly said" in (found["song.ogg"].missing or "")


TOML = """
[[annotations]]
path = "music/*.ogg"
SPDX-FileCopyrightText = "2020 Someone"
SPDX-License-Identifier = "CC-BY-4.0"

[[annotations]]
path = "music/other.ogg"
SPDX-License-Identifier = "CC-BY-SA-4.0"
"""
DEP5 = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: 2020 Somebody
License: CC0-1.0

Files: music/*
Copyright: 2020 Someone
License: CC-BY-4.0
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [("REUSE.toml", TOML), (".reuse/dep5", DEP5), ("debian/copyright", DEP5), ("COPYING", DEP5)],
)
def test_machine_readable_lists_speak_for_the_files_they_name(
    tmp_path: Path, signed: Path, name: str, text: str
) -> None:
    files = {name: text, "LICENSE": "GPL-3.0-only", "music/song.ogg": "", "debian/x": "", ".reuse/y": ""}
    found = lay(tmp_path / "x", signed, files)
    assert found["music/song.ogg"].licence == "CC-BY-4.0"
    assert found["music/song.ogg"].strength is Strength.PLAIN


def test_a_pattern_of_everything_is_a_statement_about_the_folder(tmp_path: Path, silent: Path) -> None:
    files = {"debian/copyright": DEP5, "LICENSE": BY, "song.ogg": ""}
    found = lay(tmp_path / "x", silent, files)
    assert (found["song.ogg"].licence, found["song.ogg"].strength) == ("CC0-1.0", Strength.BLANKET)


def test_the_same_pattern_does_not_cover_anothers_recording(tmp_path: Path, signed: Path) -> None:
    found = lay(tmp_path / "x", signed, {"debian/copyright": DEP5, "song.ogg": ""})
    assert "'Ann Other'" in (found["song.ogg"].missing or "")


def test_a_list_in_prose_speaks_for_the_file_it_names(tmp_path: Path, silent: Path) -> None:
    text = "a.ogg by X, licensed under CC BY 4.0\n\nb.ogg by Y, licensed under CC BY-NC 4.0\n"
    found = lay(tmp_path / "x", silent, {"CREDITS": text, "m/a.ogg": "", "m/b.ogg": "", "m/c.ogg": ""})
    assert found["m/a.ogg"].licence == "CC-BY-4.0"
    assert found["m/b.ogg"].licence == "CC-BY-NC-4.0"
    assert not found["m/c.ogg"].permits


def test_a_title_in_a_list_does_not_cover_a_recording_by_another(tmp_path: Path, signed: Path) -> None:
    text = '* "song" by {} is licensed under CC BY 4.0\n'
    another = lay(tmp_path / "x", signed, {"CREDITS": text.format("Someone"), "song.ogg": ""})
    assert not another["song.ogg"].permits
    same = lay(tmp_path / "y", signed, {"CREDITS": text.format("Ann Other"), "song.ogg": ""})
    assert same["song.ogg"].licence == "CC-BY-4.0"


def test_a_broken_machine_readable_list_says_so_and_states_nothing() -> None:
    for name, data in (("REUSE.toml", b"x = ["), ("copyright", DEP5.encode() + b"\xff")):
        stated, problem = read_beside(data, name=name, digest=ContentId("0" * 64))
        assert problem
        assert not stated.grants
        assert not stated.readings


def test_sources_and_digests_are_noted(tmp_path: Path, make_tone: Tone) -> None:
    tone = make_tone(tmp_path / "m" / "t.ogg", encoding=Encoding.VORBIS, licence="CC-BY-4.0")
    lay(tmp_path / "x", tone, {"song.ogg": "", "song.txt": "license CC-BY 4.0, by me", "LICENSE": ZERO})
    ((_met, content_id, readings),) = read_rights(tmp_path / "x")
    by_source = {one.statement.source: one.statement.source_digest for one in readings}
    assert by_source[StatementSource.TAG] == content_id
    assert set(by_source) == {StatementSource.TAG, StatementSource.SIDECAR}
    assert by_source[StatementSource.SIDECAR] not in {None, content_id}


@pytest.mark.parametrize(
    ("tags", "named"),
    [
        ((("TPE1", ("Ann", "Bob")),), ("Ann", "Bob")),
        ((("artist", ("Ann <ann@example.org>",)),), ("Ann",)),
        ((("TCOP", ("2019 Ann Other. All rights reserved",)),), ("Ann Other",)),
        ((("copyright", ("© 2001-2003 Ann Other",)),), ("Ann Other",)),
        ((("copyright", ("(c) Ann, licensed under CC BY 3.0",)),), ()),
        ((("copyright", ("http://creativecommons.org/licenses/by/3.0/",)),), ()),
        ((("copyright", ("2019",)),), ()),
        ((("contact", ("Ann",)), ("comment", ("by Bob",))), ()),
    ],
)
def test_makers_and_holders_are_who_the_tags_name(
    tags: tuple[tuple[str, tuple[str, ...]], ...], named: tuple[str, ...]
) -> None:
    assert holders(TagFacts(tags=tags)) == named
