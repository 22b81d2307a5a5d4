"""DEP-5 and REUSE.toml: which licence they give to which path."""

import time
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.errors import MalformedInput
from longplay.formats.reuse import (
    GRANTS_LIMIT,
    PATTERN_LIMIT,
    SIZE_LIMIT,
    granted,
    is_dep5,
    read_dep5,
    read_reuse_toml,
)

DEP5 = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: 2001 Somebody
License: GPL-2+

Files: music/*
Copyright: 2002 A Composer
License: CC-BY-SA-3.0 or GPL-2+

Files: music/loud/a?b.ogg
 music/two.ogg
Copyright: 2003 Other
License: Expat, and CC-BY-3.0

License: GPL-2+
 Words.
"""
TOML = """
version = 1

[[annotations]]
path = "**"
SPDX-FileCopyrightText = "2001 Somebody"
SPDX-License-Identifier = "GPL-3.0-or-later"

[[annotations]]
path = ["music/*.ogg", "odd\\\\*name"]
SPDX-FileCopyrightText = ["2002 One", "2003 Two"]
SPDX-License-Identifier = ["CC-BY-4.0", "MIT OR CC0-1.0"]
"""


def dep5(path: str, text: str = DEP5) -> str | None:
    grant = granted(read_dep5(text.encode()), path)
    return grant.licence if grant else None


def toml(path: str) -> str | None:
    grant = granted(read_reuse_toml(TOML.encode()), path)
    return grant.licence if grant else None


def test_the_last_paragraph_that_matches_holds() -> None:
    assert dep5("README") == "GPL-2.0-or-later"
    assert dep5("music/any/depth/song.ogg") == "CC-BY-SA-3.0 OR GPL-2.0-or-later"
    assert dep5("music/two.ogg") == "MIT AND CC-BY-3.0"
    assert dep5("music/loud/axb.ogg") == "MIT AND CC-BY-3.0"
    assert dep5("music/loud/ab.ogg") == "CC-BY-SA-3.0 OR GPL-2.0-or-later"


def test_a_comma_binds_weaker_than_or() -> None:
    text = DEP5.replace("CC-BY-SA-3.0 or GPL-2+", "GPL-1+ or Artistic-1.0, and BSD-3-clause")
    assert dep5("music/x.ogg", text) == "(GPL-1.0-or-later OR Artistic-1.0) AND BSD-3-clause"


def test_in_reuse_toml_one_star_stays_in_its_folder_and_all_licences_hold() -> None:
    assert toml("music/a.ogg") == "CC-BY-4.0 AND (MIT OR CC0-1.0)"
    assert toml("music/below/a.ogg") == "GPL-3.0-or-later"
    assert toml("odd*name") == "CC-BY-4.0 AND (MIT OR CC0-1.0)"
    assert toml("oddXname") == "GPL-3.0-or-later"


def test_a_pattern_of_everything_says_so() -> None:
    assert [one.pattern.is_everything for one in read_dep5(DEP5.encode())] == [True, False, False, False]
    assert [one.pattern.is_everything for one in read_reuse_toml(TOML.encode())] == [True, False, False]


def test_the_real_copyright_file_of_a_debian_package_gives_its_licences(real: Path) -> None:
    data = (real / "metadata" / "rights" / "dep5" / "crawl.copyright").read_bytes()
    assert is_dep5(data)
    grants = read_dep5(data)
    wanted = {
        "source/dat/sounds/x.ogg": "GPL-2.0-or-later",
        "source/rltiles/floor/x.png": "CC0-1.0",
        "source/json.h": "MIT",
    }
    found = {path: grant.licence for path in wanted if (grant := granted(grants, path))}
    assert found == wanted


PATTERNS = st.text("ab*?/", max_size=8)
PATHS = st.text("ab/", max_size=8)


@settings(max_examples=50)
@given(PATTERNS.filter(lambda one: bool(one.strip())), PATHS)
def test_a_dep5_pattern_matches_as_fnmatch_says(pattern: str, path: str) -> None:
    """The oracle is Python's `fnmatch`: of DEP-5's wildcards `*` and `?` it has the same meaning."""
    text = DEP5.partition("\n\n")[0] + f"\n\nFiles: {pattern}\nCopyright: x\nLicense: MIT\n"
    (grant,) = read_dep5(text.encode())
    assert grant.pattern.matches(path) is fnmatchcase(path, pattern)


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff", b"annotations = 5", b"annotations = [", b"a = " + b"[" * 5_000, b"#" * SIZE_LIMIT],
)
def test_what_is_no_reuse_toml_is_malformed_or_says_nothing(data: bytes) -> None:
    try:
        assert read_reuse_toml(data) == ()
    except MalformedInput:
        assert data


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Files: *\n",
        "Files: *\nLicense: MIT\n",
        "Nothing",
        "Files:\nCopyright: x\nLicense: MIT\n",
        "a: b\n c: d",
    ],
)
def test_an_odd_dep5_file_gives_what_can_be_read_or_is_malformed(body: str) -> None:
    text = DEP5.partition("\n\n")[0] + "\n\n" + body
    try:
        grants = read_dep5(text.encode())
    except MalformedInput:
        return
    assert all(grant.licence in {"", "MIT"} for grant in grants)


@pytest.mark.parametrize(
    "toml_text",
    [
        "[[annotations]]\npath = " + str(["x"] * (GRANTS_LIMIT + 1)),
        f'[[annotations]]\npath = "{"x" * (PATTERN_LIMIT + 1)}"',
    ],
    ids=["many", "long"],
)
def test_a_file_that_could_be_read_only_in_part_is_malformed(toml_text: str) -> None:
    with pytest.raises(MalformedInput):
        read_reuse_toml((toml_text + '\nSPDX-License-Identifier = "MIT"').encode())


def test_a_hostile_pattern_is_matched_in_no_time() -> None:
    pattern = "*a" * (PATTERN_LIMIT // 2 - 1)
    data = f'[[annotations]]\npath = "{pattern}"\nSPDX-License-Identifier = "MIT"\n' * 100
    grants = read_reuse_toml(data.encode())
    started = time.process_time()
    assert granted(grants, "a" * 4_000 + "b") is None
    assert time.process_time() - started < 5
