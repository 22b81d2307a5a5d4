"""Readers of tags and texts: what is plainly stated is plain, what is denied, doubted or asked never is."""

import hashlib
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.model.digests import ContentId
from longplay.model.rights import (
    Reading,
    RightsBasis,
    RightsStatement,
    StatementKind,
    StatementSource,
    Strength,
    Subject,
)
from longplay.rights.readers import (
    TAG_LIMIT,
    TEXT_LIMIT,
    credit_in,
    from_tags,
    from_text,
    is_licence_file,
    statement,
)

BY_URL = "https://creativecommons.org/licenses/by/4.0/"
ZERO_URL = "https://creativecommons.org/publicdomain/zero/1.0/"
TEXTS = Path(__file__).parents[2] / "src" / "longplay" / "rights" / "texts"
MUSIC = (Subject.RECORDING, Subject.WORK)
SOURCE = ContentId("5" * 64)


def read(text: str | bytes) -> tuple[Reading, ...]:
    data = text.encode() if isinstance(text, str) else text
    return from_text(data, name="LICENSE.txt", source=StatementSource.SIDECAR, digest=SOURCE)


def said(text: str | bytes) -> list[RightsStatement]:
    return [one.statement for one in read(text)]


def plain(text: str | bytes) -> list[str | None]:
    """Licences plainly stated of the music."""
    return [
        one.licence
        for one in said(text)
        if one.strength is Strength.PLAIN and one.missing is None and one.covers == MUSIC
    ]


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("SPDX-License-Identifier: CC-BY-SA-4.0", "CC-BY-SA-4.0"),
        ("# spdx-license-identifier:CC-BY-SA-4.0", "CC-BY-SA-4.0"),
        ("/* SPDX-License-Identifier: CC-BY-SA-4.0 */", "CC-BY-SA-4.0"),
        (";; License: CC-BY-4.0 OR MIT  ", "CC-BY-4.0 OR MIT"),
        ("License:\n  CC-BY-SA-4.0", "CC-BY-SA-4.0"),
        ("- Licence: see https://creativecommons.org/licenses/by-sa/4.0/legalcode", "CC-BY-SA-4.0"),
        ("<https://creativecommons.org/licenses/by-sa/4.0/>", "CC-BY-SA-4.0"),
        ("license CC-BY-SA 3.0", "CC-BY-SA-3.0"),
        ("This song by Somebody is licensed under CC BY 3.0.", "CC-BY-3.0"),
        ("The song was released under CC BY 3.0.", "CC-BY-3.0"),
        ("All songs are CC BY 3.0", "CC-BY-3.0"),
        ("Attribution-NonCommercial 3.0 Unported", "CC-BY-NC-3.0"),
        ("[![License: CC0-1.0](https://x.example/CC0_1.0.svg)](" + ZERO_URL + ")", "CC0-1.0"),
        ("Free for commercial and non-commercial use, licensed under CC BY 3.0", "CC-BY-3.0"),
        ("Das Lied steht unter der Lizenz Creative Commons Namensnennung 3.0 Deutschland.", "CC-BY-3.0-DE"),
        ("Cette musique est sous licence Creative Commons Paternité 3.0.", "CC-BY-3.0"),
        ("La canción está bajo una licencia Creative Commons Reconocimiento 4.0.", "CC-BY-4.0"),
        ("Låten är licensierad under Creative Commons Erkännande 2.5.", "CC-BY-2.5"),
        ("Licensed under the GPLv2 or later.", "GPL-2.0-or-later"),
        ("Dedicated to the public domain under CC0 1.0 Universal.", "CC0-1.0"),
    ],
)
def test_a_plain_statement_is_plain(text: str, licence: str) -> None:
    for whole in (text, f"First line\n\n{text}\n\nlast line\n", text.replace("\n", "\r\n")):
        assert plain(whole) == [licence]
        assert len(said(whole)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Not under CC BY 3.0.",
        "This track is no longer under CC BY 3.0.",
        "CC BY 3.0 no longer applies to this song.",
        "Licensed under CC BY 3.0? ",
        "Is this song licensed under CC BY 3.0?",
        "Everything here is CC BY 3.0 except the music.",
        "Except for the music, this is CC BY 3.0.",
        "Licensed under CC BY 3.0, but not the music.",
        "I think the song is CC BY 3.0",
        "Licence: CC BY 3.0 (?)",
        "The song was licensed under CC BY 3.0.",
        "Dieses Lied steht nicht unter der Lizenz CC BY 3.0.",
        "Cette musique n'est pas sous licence CC BY 3.0.",
        "If you ask, it may be licensed under CC BY 3.0.",
        "Songs under a licence compatible with CC BY 3.0.",
        "Compare this with CC BY 3.0 and others",
        "All rights reserved. CC BY 3.0",
        "Licensed under CC BY 3.0. For non-commercial use only.",
        "Creative Commons Attribution 3.0 Non-Commercial",
        "License: CC BY 3.0, NC",
        "License: CC-BY-3.0\nNon-commercial use only.",
        "Not this:\nLicense: CC-BY-3.0 except the music",
        "Licensed under CC BY 3.0; not for commercial purposes.",
        "Lizenz: CC BY 3.0, nur nicht-kommerziell",
        "Licensed under CC BY 3.0, personal use only",
        "Music by Somebody. Do not redistribute. The fonts are CC BY 3.0.",
        "All music copyright Somebody.\n\nThe website is licensed under CC BY 3.0.",
        "This README is licensed under CC BY 3.0.",
        "Photos are CC BY 3.0. Songs are proprietary.",
        "By contributing you agree to license your songs under CC BY 3.0.",
        "License: CC-BY-3.0 for text; music not included",
        "License: CC-BY-3.0\nThe music is not included.",
        "All songs are by default under CC BY 3.0.",
        "Licensed under the CC BY 3.0 license, for personal use.",
        "Licensed under a Creative Commons Attribution License",
        "Licensed under Creative Commons",
        "License: GPL",
        "Creative Comons Attribtion 3.0",
        "This is in the public domain.",
        "http://rightsstatements.org/vocab/NoC-US/1.0/",
        "Music by Somebody, used with permission.",
        "License: you may use this music in your games.",
        "SPDX-License-Identifier:",
        "License: all-rights-reserved",
        "The licence of the source code is CC0-1.0",
        "",
        b"\xff\xfe\0\0",
    ],
)
def test_what_is_denied_doubted_asked_or_incomplete_is_never_plain(text: str | bytes) -> None:
    assert plain(text) == []


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("licensed under a Creative Commons Attribution License", "CC-BY"),
        ("License: cc-by-sa", "CC-BY-SA"),
        ("License: GPL", "GPL"),
        ("licensed under Creative Commons", "CC"),
    ],
)
def test_a_licence_without_its_version_names_family_and_what_is_missing(text: str, family: str) -> None:
    (found,) = said(text)
    assert (found.licence, found.family, found.basis) == (None, family, RightsBasis.OTHER)
    assert "which" in (found.missing or "")


def test_a_bare_gpl_asks_who_stated_it_and_for_the_source() -> None:
    (found,) = said("license : GPL")
    assert "who stated it" in (found.missing or "")
    assert "corresponding source" in (found.missing or "")


@pytest.mark.parametrize(
    "text",
    [
        "Formerly licensed under CC BY-NC-SA 3.0, now under CC BY 4.0.",
        "Relicensed from CC BY-NC-SA 3.0 to CC BY 4.0.",
        "by Somebody\nlicense CC-BY 4.0 (previously licensed under CC-BY-NC-SA 3.0)",
        "The composer writes:\n> I changed the licence from CC-BY-NC-SA 3.0 to CC-BY 4.0. Have fun!",
    ],
)
def test_a_newer_licence_wins_where_the_text_plainly_says_so(text: str) -> None:
    assert plain(text) == ["CC-BY-4.0"]
    assert len(said(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "license CC-BY-NC-SA 3.0\n\nThe composer writes:\n> Use it under CC-BY 4.0 instead.",
        "I could relicense it from CC BY-NC-SA 3.0 to CC BY 4.0.",
        "Please relicense it from CC BY-NC-SA 3.0 to CC BY 4.0!",
        "Was it relicensed from CC BY-NC-SA 3.0 to CC BY 4.0?",
        "It has not been relicensed from CC BY-NC-SA 3.0 to CC BY 4.0.",
        "Song A is CC BY-NC-SA 3.0. Song B is now CC BY 4.0.",
    ],
)
def test_else_the_older_one_stands_beside_it(text: str) -> None:
    assert "CC-BY-NC-SA-3.0" in [one.licence for one in said(text)]


@pytest.mark.parametrize("path", sorted(TEXTS.glob("CC*.txt")), ids=lambda path: path.stem)
def test_the_legal_code_of_a_creative_commons_licence_is_that_licence_and_no_other(path: Path) -> None:
    for text in (path.read_text(encoding="utf-8"), "Music by X.\n\n" + path.read_text(encoding="utf-8")):
        assert plain(text) == [path.stem]
        assert len(said(text)) == 1


def test_what_stands_after_a_legal_code_still_counts() -> None:
    text = (TEXTS / "CC-BY-4.0.txt").read_text(encoding="utf-8")
    both = [one.licence for one in said(f"{text}\n\nThe music is licensed under CC BY-NC 4.0.\n")]
    assert sorted(filter(None, both)) == ["CC-BY-4.0", "CC-BY-NC-4.0"]


@pytest.mark.parametrize("path", sorted(TEXTS.glob("*GPL*.txt")), ids=lambda path: path.stem)
def test_the_text_of_a_licence_for_programs_does_not_say_who_applied_it_to_music(path: Path) -> None:
    (found,) = said(path.read_bytes())
    assert found.licence is None
    assert "who applied" in (found.missing or "")


def test_code_pictures_words_and_music_are_told_apart() -> None:
    text = """License of source code
----------------------
GNU Lesser General Public License, version 2.1

Licenses of textures
--------------------
CC BY-SA 3.0

Lyrics: CC BY-ND 3.0

Music and sounds:
CC BY 4.0
"""
    found = {(one.licence, one.covers) for one in said(text)}
    assert found == {
        ("CC-BY-SA-3.0", (Subject.COVER_ART,)),
        ("CC-BY-ND-3.0", (Subject.LYRICS,)),
        ("CC-BY-4.0", MUSIC),
    }
    sentence = {(one.licence, one.covers) for one in said("Music: CC BY 3.0. Graphics: CC BY-SA 4.0.")}
    assert sentence == {("CC-BY-3.0", MUSIC), ("CC-BY-SA-4.0", (Subject.COVER_ART,))}


def test_two_licences_of_the_music_in_one_text_are_both_reported() -> None:
    assert plain(f"License: CC0-1.0\n\nbut licensed {BY_URL}") == ["CC0-1.0", "CC-BY-4.0"]
    assert plain(f"License: CC-BY-4.0\n{BY_URL}\n{BY_URL}") == ["CC-BY-4.0"]


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        ("by Patrick Friel\nlicense CC-BY 4.0", "Patrick Friel"),
        ("author : Ken S\nlicense : CC-BY 4.0", "Ken S"),
        ("Attribution: The Band <band@example.org>\nLicense: CC-BY-4.0", "The Band"),
        ("by A\nmodified by B\nlicense CC-BY 4.0", None),
        ("license CC-BY 4.0", None),
        ("by A\n" + "x" * 2_000 + "\nlicense CC-BY 4.0", None),
    ],
)
def test_the_credit_is_taken_where_a_sidecar_states_just_one(text: str, credit: str | None) -> None:
    assert credit_in(text) == credit
    assert [one.attribution for one in said(text) if one.licence] == [credit]


def test_names_and_addresses_stand_only_in_the_words() -> None:
    text = "Jane Doe <jane@example.org> wrote:\nmy song is licensed under CC BY 4.0, yours Jane\n"
    (found,) = read(text)
    assert found.words.decode() == text
    assert found.statement.words == hashlib.sha256(found.words).hexdigest()
    assert found.statement.source_digest == SOURCE
    assert found.statement.evidence == "LICENSE.txt, line 1: CC BY 4.0"
    assert "jane" not in repr(found.statement).lower()


def test_the_evidence_names_the_line() -> None:
    assert said("\n\nMusic:\n\nCC BY 4.0\n")[0].evidence == "LICENSE.txt, line 5: CC BY 4.0"
    assert said("x\n\nLicense: CC-BY-4.0\n")[0].evidence == "LICENSE.txt, line 3: CC-BY-4.0"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("CC-BY-4.0", ["CC-BY-4.0"]),
        (BY_URL, ["CC-BY-4.0"]),
        (f"2026 Somebody. Licensed to the public under {BY_URL} verify at http://x.example/", ["CC-BY-4.0"]),
        (f"Creative Commons Attribution: {BY_URL}", ["CC-BY-4.0"]),
        ("Creative Commons Attribution-Noncommercial 3.0 United States", ["LicenseRef-CC-BY-NC-3.0-US"]),
        (f"{BY_URL} or {ZERO_URL}", ["CC-BY-4.0", "CC0-1.0"]),
        ("Public Domain Mark", ["CC-PDM-1.0"]),
        ("(C) 2026 Somebody. All rights reserved.", []),
        ("Creative Commons Attribution", []),
        ("not CC BY 4.0", []),
        ("", []),
        ("()", []),
    ],
)  # fmt: skip
def test_tags_give_what_they_plainly_state(value: str, found: list[str]) -> None:
    readings = from_tags((("TCOP", value),), recording=SOURCE)
    licences = [
        one.statement.licence
        for one in readings
        if one.statement.strength is Strength.PLAIN and one.statement.licence
    ]
    assert licences == found
    for one in readings:
        assert one.statement.source is StatementSource.TAG
        assert one.statement.evidence.startswith("tag TCOP: ")
        assert one.statement.source_digest == SOURCE


@pytest.mark.parametrize(
    "comment",
    [
        "URL: http://x.example/song\r\nComments: \r\nCopyright: Creative Commons Attribution: {url}",
        "Licensed under {url}",
        "License: {url}",
        "{url}",
    ],
)
def test_the_comments_of_the_free_music_archive_are_read(comment: str) -> None:
    value = comment.format(url="http://creativecommons.org/licenses/by-nc-sa/3.0/us/")
    found = {one.statement.licence for one in from_tags((("COMM::eng", value),))}
    assert found - {None} == {"LicenseRef-CC-BY-NC-SA-3.0-US"}


def test_two_tags_may_state_two_licences_and_the_same_twice_is_one() -> None:
    both = from_tags((("WCOP", ZERO_URL), ("TCOP", "CC-BY-3.0"), ("LICENSE", ZERO_URL)))
    assert [one.statement.licence for one in both] == ["CC0-1.0", "CC-BY-3.0"]


def test_of_a_tag_or_text_that_was_cut_nothing_is_plain() -> None:
    (tag,) = from_tags((("TCOP", (f"licensed under {BY_URL} " + "x " * TAG_LIMIT)[:TAG_LIMIT]),))
    (text,) = read(f"licensed under {BY_URL}\n" + "x" * TEXT_LIMIT)
    (many,) = read("License: CC-BY-4.0\n" * 500)
    for one in (tag, text, many):
        assert (one.statement.licence, one.statement.strength) == ("CC-BY-4.0", Strength.PROBABLE)


def test_a_dedication_is_no_licence() -> None:
    assert said(ZERO_URL)[0].kind is StatementKind.DEDICATION
    assert said(BY_URL)[0].kind is StatementKind.LICENCE


@settings(max_examples=50)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_text_can_be_read(data: bytes) -> None:
    for one in read(data):
        assert one.statement.licence or one.statement.missing


WORDS = st.lists(
    st.sampled_from(
        ["the music ", "is ", "not ", "licensed under ", "CC BY 3.0", "CC BY-NC 3.0", ". ", "\n\n", "? ",
         "now ", "formerly ", "except ", "Music:\n", "Code:\n", "public domain ", "License: "]
    ),
    max_size=12,
).map("".join)  # fmt: skip


@settings(max_examples=50)
@given(WORDS, st.sampled_from(["Not ", "I think ", "Except where noted, "]))
def test_doubt_put_before_a_plain_sentence_never_leaves_it_plain(rest: str, doubt: str) -> None:
    assert "CC-BY-3.0" not in plain(f"{doubt}licensed under CC BY 3.0.\n\n{rest.replace('BY 3.0', 'BY 2.0')}")


@settings(max_examples=50)
@given(WORDS)
def test_a_text_that_only_denies_a_licence_plainly_states_none(rest: str) -> None:
    text = rest.replace("CC BY 3.0", "x").replace("CC BY-NC 3.0", "y")
    assert plain(f"{text}\n\nThis is not licensed under CC BY 3.0.") == []


@pytest.mark.parametrize(
    "unit",
    ["\n", " ", "#\n", "License: a *", "License:\n", "License: MIT\n", "cc by ", "gpl ", "CC BY 3.0. ",
     "by x\n", "was formerly CC BY 3.0 now CC BY 4.0 ", "creativecommons.org/licenses/by",
     "Music:\n\nCC BY 3.0\n\n"],
    ids=repr,
)  # fmt: skip
def test_a_hostile_text_is_read_in_no_time(unit: str) -> None:
    text = (unit * TEXT_LIMIT)[: TEXT_LIMIT - 1]
    started = time.process_time()
    read(text)
    assert time.process_time() - started < 10


@settings(max_examples=50)
@given(st.text(max_size=30))
def test_a_stated_licence_is_kept_verbatim_and_what_is_missing_is_named(text: str) -> None:
    found = statement(text, evidence="column licence", source=StatementSource.TABLE)
    assert (found.stated, found.evidence, found.source) == (text, "column licence", StatementSource.TABLE)
    assert (found.licence is None) == bool(found.missing)
    assert found.basis is (RightsBasis.LICENSE if found.licence else RightsBasis.OTHER)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("LICENSE", True),
        ("Licence.txt", True),
        ("license-music.md", True),
        ("COPYING", True),
        ("copyright", True),
        ("CREDITS.txt", True),
        ("attribution", True),
        ("README.md", True),
        ("authors.txt", True),
        ("song.ogg.license", True),
        ("licensed-to-kill.ogg", False),
        ("song.txt", False),
        ("unlicensed", False),
    ],
)
def test_files_that_state_licences_are_known_by_their_names(name: str, expected: bool) -> None:
    assert is_licence_file(name) is expected
