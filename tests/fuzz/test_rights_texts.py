"""Any bytes beside music, and any words in tags, give statements or `MalformedInput`, quickly."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.errors import MalformedInput
from longplay.formats.reuse import Grant, granted, read_dep5, read_reuse_toml
from longplay.ingest.stated import read_beside
from longplay.model.digests import ContentId
from longplay.rights.readers import from_tags

FORMAT = b"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n"
DEP5 = FORMAT + b"Files: music/*\n a?b\nCopyright: 2001 X\nLicense: GPL-2+ or MIT, and CC0-1.0\n words\n .\n"
TOML = b'version = 1\n[[annotations]]\npath = ["a/**", "b*"]\nSPDX-License-Identifier = ["MIT", "CC0-1.0"]\n'
PROSE = (
    b"Music:\n\n* [song.ogg](http://x.example) by A is licensed under CC BY-SA 3.0, formerly CC BY-NC 3.0?\n"
    b"License: CC-BY-4.0 OR (MIT AND CC0-1.0)\n\xe2\x80\x9cCode\xe2\x80\x9d: GPLv2 or later\n"
)
calm = settings(max_examples=50)


def grants_or_malformed(data: bytes) -> tuple[Grant, ...]:
    found: tuple[Grant, ...] = ()
    for read in (read_dep5, read_reuse_toml):
        with suppress(MalformedInput):
            found += read(data)
    return found


def changed(data: bytes, drawn: st.DataObject) -> bytes:
    copy = bytearray(data)
    for _ in range(drawn.draw(st.integers(1, 4))):
        at = drawn.draw(st.integers(0, len(copy)))
        copy[at : at + drawn.draw(st.integers(0, 3))] = drawn.draw(st.binary(max_size=3))
    return bytes(copy)


@calm
@given(st.binary(max_size=200) | st.binary(max_size=100).map(FORMAT.__add__))
def test_any_bytes(data: bytes) -> None:
    for grant in grants_or_malformed(data):
        grant.pattern.matches("a/b")
    read_beside(data, name="LICENSE", digest=ContentId("0" * 64))


@pytest.mark.parametrize("whole", [DEP5, TOML, PROSE], ids=["dep5", "toml", "prose"])
@calm
@given(drawn=st.data())
def test_valid_bytes_with_some_of_them_changed(whole: bytes, drawn: st.DataObject) -> None:
    data = changed(whole, drawn)
    granted(grants_or_malformed(data), "music/axb")
    for name in ("LICENSE", "REUSE.toml"):
        stated, problem = read_beside(data, name=name, digest=ContentId("0" * 64))
        assert problem is None or not stated.readings
        for one in stated.readings:
            assert one.statement.licence or one.statement.missing


@calm
@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=60)), max_size=4))
def test_any_tags(tags: list[tuple[str, str]]) -> None:
    for one in from_tags(tags):
        assert one.statement.licence or one.statement.missing


def test_the_bytes_that_were_changed_above_can_be_read_unchanged() -> None:
    assert len(read_dep5(DEP5)) == 2
    assert len(read_reuse_toml(TOML)) == 2
    assert read_beside(PROSE, name="LICENSE", digest=ContentId("0" * 64))[0].readings
