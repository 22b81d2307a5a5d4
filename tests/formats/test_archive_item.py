"""Internet Archive items: texts or lists, flags in any form, and files that sound."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.errors import MalformedInput
from longplay.formats.archive_item import VALUES_LIMIT, ItemFile, read_item
from rights_files import BY, item

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=8), below, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("stated", [BY, [BY], [BY, BY, ""], f"  {BY}\n"])
def test_a_licence_is_a_text_or_a_list(stated: object) -> None:
    assert read_item(item(licenseurl=stated)).licence_urls == (BY,)


def test_files_that_sound_are_listed_with_their_sizes() -> None:
    read = read_item(item(("disc 1/a.FLAC", 12), ("a.jpg", 3), (".mp3", 4), ("b.mp3", 5), ("gd77_meta.xml", 1)))
    assert read.files == (ItemFile(name="disc 1/a.FLAC", size=12), ItemFile(name="b.mp3", size=5))


@pytest.mark.parametrize("size", [None, "", "12a", "-3", -3, True, "٣", 1.5, [], "1" * 40])
def test_a_size_that_is_none_is_not_guessed(size: object) -> None:
    data = json.dumps({"metadata": {"identifier": "x"}, "files": [{"name": "a.mp3", "size": size}]})
    assert read_item(data.encode()).files == (ItemFile(name="a.mp3", size=None),)


@pytest.mark.parametrize("collection", ["stream_only", ["etree", "stream_only"], "STREAM_ONLY"])
def test_stream_only_is_a_collection(collection: object) -> None:
    assert read_item(item(collection=collection)).is_stream_only
    assert not read_item(item(collection="etree")).is_stream_only


@pytest.mark.parametrize("flag", [True, "true", 1, "1", "yes", ["true"], "whatever"])
def test_a_flag_that_restricts_is_heard_in_any_form(flag: object) -> None:
    assert read_item(item(**{"access-restricted-item": flag})).is_restricted
    assert read_item(item(is_dark=flag)).is_dark
    assert read_item(item(top="is_dark")).is_dark


@pytest.mark.parametrize("flag", [False, "false", 0, "", "no", [], None])
def test_a_flag_that_says_no_does_not_restrict(flag: object) -> None:
    assert not read_item(item(**{"access-restricted-item": flag})).is_restricted


def test_free_text_is_gathered_from_every_field_that_has_it() -> None:
    read = read_item(item(rights=["ask us", "twice"], copyright="(c) a band"))
    assert read.rights == ("ask us", "twice", "(c) a band")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"metadata": {}}',
        b'{"metadata": {"identifier": ""}}',
        b'{"metadata": {"identifier": ["a", "b"]}}',
        b'{"metadata": {"identifier": "a"',
        b"\xff{",
        b"[" * 100_000,
        json.dumps({"metadata": {"identifier": "a", "licenseurl": ["x"] * (VALUES_LIMIT + 1)}}).encode(),
    ],
)
def test_what_is_no_item_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedInput, match="archive item"):
        read_item(data)


def test_a_real_item_is_read_and_other_real_documents_are_not(real: Path) -> None:
    folder = real / "metadata" / "internet-archive"
    for name in ("nasa.json", "nasa_meta.json"):
        read = read_item((folder / "ia-client" / name).read_bytes())
        assert (read.identifier, read.is_dark, read.files) == ("nasa", False, ())
    for other in (folder / "ia-client" / "scrape_response.json", folder / "relisten" / "collection-index.json"):
        with pytest.raises(MalformedInput):
            read_item(other.read_bytes())


@settings(max_examples=50)
@given(JSON, JSON, st.sampled_from(["licenseurl", "rights", "collection", "identifier", "is_dark"]))
def test_any_values_are_an_item_or_malformed(value: object, files: object, field: str) -> None:
    data = json.dumps({"metadata": {"identifier": "x", field: value}, "files": files}).encode()
    with suppress(MalformedInput):
        read_item(data)
