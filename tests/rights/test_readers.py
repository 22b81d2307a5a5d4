"""Readers of tags and neighbouring texts: what stands there plainly is reported, prose is passed over."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longplay.model.rights import RightsBasis, RightsStatement, StatementSource
from longplay.rights.readers import TEXT_LIMIT, from_tags, from_text, is_licence_file, statement

BY_URL = "https://creativecommons.org/licenses/by/4.0/"
ZERO_URL = "https://creativecommons.org/publicdomain/zero/1.0/"


def read(text: str | bytes) -> tuple[RightsStatement, ...]:
    data = text.encode() if isinstance(text, str) else text
    return from_text(data, name="LICENSE.txt", source=StatementSource.SIDECAR)


def licences(statements: tuple[RightsStatement, ...]) -> list[str | None]:
    return [found.licence for found in statements]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("CC-BY-4.0", ["CC-BY-4.0"]),
        (BY_URL, ["CC-BY-4.0"]),
        (f"2026 Somebody. Licensed to the public under {BY_URL} verify at http://x.example/", ["CC-BY-4.0"]),
        (f"{BY_URL} or {ZERO_URL}", ["CC-BY-4.0", "CC0-1.0"]),
        ("Public Domain Mark", ["CC-PDM-1.0"]),
        ("(C) 2026 Somebody. All rights reserved.", []),
        ("Creative Commons Attribution", []),
        ("", []),
        ("()", []),
    ],
)
def test_tags_give_what_they_plainly_state(value: str, found: list[str]) -> None:
    statements = from_tags((("TCOP", value),))
    assert licences(statements) == found
    assert all(one.source is StatementSource.TAG for one in statements)
    assert all(one.evidence.startswith("tag TCOP: ") for one in statements)
    assert all(one.basis is RightsBasis.LICENSE and one.missing is None for one in statements)


def test_two_tags_may_state_two_licences() -> None:
    assert licences(from_tags((("WCOP", ZERO_URL), ("TCOP", "CC-BY-3.0")))) == ["CC0-1.0", "CC-BY-3.0"]


def test_the_same_tag_twice_is_one_statement() -> None:
    assert len(from_tags((("WCOP", ZERO_URL), ("WCOP", ZERO_URL)))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "SPDX-License-Identifier: CC-BY-SA-4.0",
        "spdx-license-identifier:CC-BY-SA-4.0",
        "# SPDX-License-Identifier: CC-BY-SA-4.0",
        "/* SPDX-License-Identifier: CC-BY-SA-4.0 */",
        " * SPDX-License-Identifier: CC-BY-SA-4.0",
        ";; License: CC-BY-SA-4.0  ",
        "Licence: CC-BY-SA-4.0\r",
        "License id : cc-by-sa-4.0",
        "License:\n  CC-BY-SA-4.0",
        "License: http://creativecommons.org/licenses/by-sa/4.0/",
        "- Licence: see https://creativecommons.org/licenses/by-sa/4.0/legalcode",
        "<https://creativecommons.org/licenses/by-sa/4.0/>",
    ],
)
def test_licence_lines_and_urls_are_read(line: str) -> None:
    for text in (line, f"First line\n\n{line}\nlast line\n"):
        (found,) = read(text)
        assert found.licence == "CC-BY-SA-4.0"
        assert found.evidence.startswith("LICENSE.txt: ")
        assert found.source is StatementSource.SIDECAR


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n\n",
        "Music by Somebody, used with permission.",
        "This is free to use as long as you give credit (CC BY).",
        "License: you may use this music in your games.",
        "The licence is: MIT",
        "SPDX-License-Identifier:",
        "License: all-rights-reserved",
        b"\xff\xfe\0\0",
    ],
)
def test_prose_is_left_to_a_person(text: str | bytes) -> None:
    assert read(text) == ()


def test_two_different_licences_in_one_text_are_both_reported() -> None:
    assert licences(read(f"License: CC0-1.0\nbut see {BY_URL}")) == ["CC0-1.0", "CC-BY-4.0"]


def test_a_licence_named_twice_is_one_statement() -> None:
    assert licences(read(f"License: CC-BY-4.0\n{BY_URL}\n{BY_URL}")) == ["CC-BY-4.0"]


def test_nothing_beyond_the_limit_is_read() -> None:
    padding = "x" * (TEXT_LIMIT - 1) + "\n"
    assert read(f"{padding}License: MIT") == ()
    assert licences(read(f"{padding[20:]}License: MIT\n")) == ["MIT"]


@given(st.binary() | st.text().map(str.encode))
def test_any_text_can_be_read(data: bytes) -> None:
    for found in read(data):
        assert found.licence


@pytest.mark.parametrize(
    "text",
    [
        "\n" * TEXT_LIMIT,
        " " * TEXT_LIMIT,
        "#" * TEXT_LIMIT,
        "#\n" * (TEXT_LIMIT // 2),
        "License: a" + " " * TEXT_LIMIT + "b",
        "License: " + "a *" * (TEXT_LIMIT // 3),
        "License" + " " * TEXT_LIMIT,
        "License:" + "\n" * TEXT_LIMIT,
        "License:\n" * (TEXT_LIMIT // 9),
        "License: MIT\n" * (TEXT_LIMIT // 13),
        "https://creativecommons.org/licenses/by" * (TEXT_LIMIT // 39),
    ],
    ids=lambda text: f"{text[:16]!r}",
)
def test_a_hostile_text_is_read_in_no_time(text: str) -> None:
    started = time.process_time()
    read(text)
    assert time.process_time() - started < 10


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
        ("song.ogg.license", True),
        ("licensed-to-kill.ogg", False),
        ("song.txt", False),
        ("unlicensed", False),
    ],
)
def test_files_that_state_licences_are_known_by_their_names(name: str, expected: bool) -> None:
    assert is_licence_file(name) is expected


def test_the_licence_texts_of_the_real_material_can_be_read(real: Path) -> None:
    texts = [path for path in (real / "metadata" / "rights").rglob("*") if path.is_file()]
    assert texts
    for path in texts:
        for found in read(path.read_bytes()):
            assert found.licence
