"""`edition.json` comes back, and no name in it leads out of the edition's folder."""

import json
from dataclasses import replace

import pytest
from hypothesis import given

from longplay.errors import MalformedInput
from longplay.formats.edition import read_edition, write_edition
from longplay.model.editions import BundleEntry, Edition, Partition, Stage
from strategies import EDITIONS

BUNDLE = BundleEntry(
    name="bundle-0001",
    partition=Partition.FREE,
    files=5,
    size=100,
    payload_files=1,
    payload_size=60,
    torrent="bundle-0001.torrent",
    torrent_sha256="a" * 64,
    v1_torrent="bundle-0001.v1.torrent",
    v1_torrent_sha256="b" * 64,
    infohash_v1="c" * 40,
    infohash_v2="d" * 64,
    v1_infohash="e" * 40,
    magnet="magnet:?xt=urn:btih:" + "c" * 40,
    tagmanifest_sha256="f" * 64,
)
EDITION = Edition(
    name="2026-11",
    date="2026-11-24",
    archive_id="7f8c",
    archive_name="An archive",
    heads=(("w1", 3, "0" * 64),),
    stages=(Stage(number=1, bundles=(BUNDLE,)),),
)


def with_bundles(*bundles: BundleEntry) -> bytes:
    return write_edition(replace(EDITION, stages=(Stage(number=1, bundles=bundles),)))


@given(EDITIONS)
def test_every_edition_comes_back(edition: Edition) -> None:
    assert read_edition(write_edition(edition)) == edition


@given(EDITIONS)
def test_the_file_is_indented_json_that_says_what_it_is(edition: Edition) -> None:
    data = write_edition(edition)
    told = json.loads(data)
    assert (told["format"], told["version"]) == ("longplay-edition", 1)
    assert told["edition"]["name"] == edition.name
    assert data.startswith(b'{\n  "format"')
    assert data.endswith(b"}\n")


@pytest.mark.parametrize("name", ["", ".", "..", "../up", "/etc", "a/b", "a\\b", "~root", ".hidden", "nul\0"])
@pytest.mark.parametrize("field", ["name", "torrent", "v1_torrent"])
def test_unsafe_names_of_bundles_are_malformed(field: str, name: str) -> None:
    with pytest.raises(MalformedInput, match="unsafe name"):
        read_edition(with_bundles(replace(BUNDLE, **{field: name})))


@pytest.mark.parametrize("name", ["", "..", "../up", "/etc", "a/b"])
def test_an_unsafe_name_of_the_edition_is_malformed(name: str) -> None:
    with pytest.raises(MalformedInput, match="unsafe name"):
        read_edition(write_edition(replace(EDITION, name=name)))


@pytest.mark.parametrize("digest", ["", "a" * 63, "A" * 64, "g" * 64, "../../../"])
@pytest.mark.parametrize("field", ["torrent_sha256", "v1_torrent_sha256", "tagmanifest_sha256"])
def test_what_is_no_digest_is_malformed(field: str, digest: str) -> None:
    with pytest.raises(MalformedInput, match="is not a SHA-256"):
        read_edition(with_bundles(replace(BUNDLE, **{field: digest})))


def test_a_bundle_that_stands_in_it_twice_is_malformed() -> None:
    with pytest.raises(MalformedInput, match="twice"):
        read_edition(with_bundles(BUNDLE, BUNDLE))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"longplay-edition", b"shortplay-edition"),
        (b'"version": 1', b'"version": 2'),
        (b'"files": 5', b'"files": "5"'),
        (b'"partition": "free"', b'"partition": "dear"'),
        (b'"date"', b'"day"'),
    ],
)
def test_another_format_or_version_is_malformed(before: bytes, after: bytes) -> None:
    data = write_edition(EDITION)
    assert read_edition(data) == EDITION
    with pytest.raises(MalformedInput, match=r"malformed edition\.json"):
        read_edition(data.replace(before, after))
