"""A bundle against its torrent and its own manifests: nothing missing, changed or foreign gets past."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from longplay.fixity.bundle import Checked, check_bundle
from longplay.formats import bagit
from longplay.formats.merkle import digest_bytes
from longplay.formats.metainfo import Torrent, hybrid_torrent, read_torrent, v1_torrent
from longplay.model.findings import Finding, FindingCode
from longplay.model.units import MIB
from longplay.progress import Silent
from strategies import content, published

PAYLOAD = {"data/A/one.ogg": content(2 * MIB + 5), "data/A/two.ogg": content(77)}


def bag_of(payload: Mapping[str, bytes]) -> dict[str, bytes]:
    """Every file of a bag."""
    sizes = {path: len(data) for path, data in payload.items()}
    tags = {
        bagit.BAGIT_TXT: bagit.DECLARATION,
        bagit.BAG_INFO: bagit.write_bag_info([("Payload-Oxum", bagit.payload_oxum(sizes))]),
        bagit.MANIFEST: manifest_of(payload),
    }
    return {**payload, **tags, bagit.TAG_MANIFEST: manifest_of(tags)}


def manifest_of(files: Mapping[str, bytes]) -> bytes:
    return bagit.write_manifest((path, digest_bytes(data).content_id) for path, data in files.items())


def torrent_of(files: Mapping[str, bytes]) -> Torrent:
    parts = {tuple(path.split("/")): data for path, data in files.items()}
    return read_torrent(hybrid_torrent("bag", published(parts)).data)


def write(folder: Path, files: Mapping[str, bytes]) -> Path:
    """A bag on disk; returns its folder."""
    for path, data in files.items():
        (folder / "bag" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "bag" / path).write_bytes(data)
    return folder / "bag"


def check(bag: Path, torrent: Torrent) -> tuple[Checked, list[Finding]]:
    found: list[Finding] = []
    return check_bundle(bag, torrent, report=found.append, progress=Silent()), found


def codes(bag: Path, torrent: Torrent) -> set[tuple[FindingCode, str]]:
    """What is found, as (code, path)."""
    return {(finding.code, finding.path) for finding in check(bag, torrent)[1]}


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return write(tmp_path, bag_of(PAYLOAD))


WHOLE = torrent_of(bag_of(PAYLOAD))


def test_a_whole_bundle_gives_the_digests_of_every_file_and_no_finding(bag: Path) -> None:
    checked, found = check(bag, WHOLE)
    assert found == []
    assert checked.damaged == frozenset()
    assert checked.digests == {path: digest_bytes(data) for path, data in bag_of(PAYLOAD).items()}


def test_a_v1_torrent_alone_proves_every_file_as_well(bag: Path) -> None:
    parts = {tuple(path.split("/")): data for path, data in bag_of(PAYLOAD).items()}
    torrent = read_torrent(v1_torrent("bag", published(parts)).data)
    assert check(bag, torrent)[1] == []
    (bag / "data/A/one.ogg").write_bytes(PAYLOAD["data/A/one.ogg"][: 2 * MIB] + b"other")
    (finding,) = check(bag, torrent)[1]
    assert (finding.path, finding.pieces) == ("bag/data/A/one.ogg", (2,))


@pytest.mark.parametrize("path", sorted(bag_of(PAYLOAD)))
def test_each_missing_file_is_named(bag: Path, path: str) -> None:
    (bag / path).unlink()
    assert (FindingCode.MISSING, f"bag/{path}") in codes(bag, WHOLE)


@pytest.mark.parametrize("path", sorted(bag_of(PAYLOAD)))
@pytest.mark.parametrize("kind", ["pipe", "folder", "link"])
def test_what_stands_in_a_files_place_is_named_and_nothing_waits_for_it(
    bag: Path, path: str, kind: str
) -> None:
    (bag / path).rename(bag.parent / "kept")
    match kind:
        case "pipe":
            os.mkfifo(bag / path)
        case "folder":
            (bag / path).mkdir()
        case "link":
            (bag / path).symlink_to(bag.parent / "kept")
    assert (FindingCode.NOT_A_REGULAR_FILE, f"bag/{path}") in codes(bag, WHOLE)


@pytest.mark.parametrize(
    "path", ["extra", "data/A/extra.ogg", ".hidden", "data/.hidden", "left.parts", "new/folder/extra"]
)
def test_a_foreign_file_is_named_wherever_it_lies(bag: Path, path: str) -> None:
    (bag / path).parent.mkdir(parents=True, exist_ok=True)
    (bag / path).write_bytes(b"foreign")
    assert codes(bag, WHOLE) == {(FindingCode.UNEXPECTED_FILE, f"bag/{path}")}


def test_a_foreign_link_to_a_folder_is_named(bag: Path) -> None:
    (bag / "data/link").symlink_to(bag.parent)
    assert codes(bag, WHOLE) == {(FindingCode.UNEXPECTED_FILE, "bag/data/link")}


def test_a_folder_that_is_a_link_elsewhere_is_named_though_the_bytes_there_are_right(bag: Path) -> None:
    (bag / "data").rename(bag.parent / "elsewhere")
    (bag / "data").symlink_to(bag.parent / "elsewhere")
    assert (FindingCode.UNEXPECTED_FILE, "bag/data") in codes(bag, WHOLE)


def test_a_foreign_name_cannot_play_tricks_in_a_finding(bag: Path) -> None:
    (bag / "a\x1b[31m\n").write_bytes(b"foreign")
    assert codes(bag, WHOLE) == {(FindingCode.UNEXPECTED_FILE, "bag/a%1B[31m%0A")}


def changed(**files: bytes | None) -> dict[str, bytes]:
    """The bag with some of its files other ones, or without them."""
    names = {name.replace("__", "/").replace("_", "-"): data for name, data in files.items()}
    renamed = {f"{name}.txt": data for name, data in names.items()}
    return {path: data for path, data in {**bag_of(PAYLOAD), **renamed}.items() if data is not None}


DISAGREEING = {
    "a manifest with another digest": changed(
        manifest_sha256=manifest_of({**PAYLOAD, "data/A/two.ogg": b"other"})
    ),
    "a manifest that leaves a file out": changed(
        manifest_sha256=manifest_of({"data/A/one.ogg": PAYLOAD["data/A/one.ogg"]})
    ),
    "a manifest that names one more": changed(
        manifest_sha256=manifest_of({**PAYLOAD, "data/three.ogg": b"three"})
    ),
    "a manifest that is none": changed(manifest_sha256=b"nonsense\n"),
    "a manifest that leads out of the bag": changed(manifest_sha256=f"{'0' * 64}  ../../etc/passwd\n".encode()),
    "no manifest": changed(manifest_sha256=None),
    "a tag manifest with another digest": changed(tagmanifest_sha256=manifest_of({"bagit.txt": b"other"})),
    "no tag manifest": changed(tagmanifest_sha256=None),
    "another Payload-Oxum": changed(bag_info=b"Payload-Oxum: 1.1\n"),
    "a bag-info that is none": changed(bag_info=b"no colon\n"),
    "another version of BagIt": changed(bagit=b"BagIt-Version: 2.0\nTag-File-Character-Encoding: UTF-8\n"),
    "no declaration": changed(bagit=None),
}


@pytest.mark.parametrize("what", DISAGREEING)
def test_a_bag_that_disagrees_with_itself_is_found_though_its_torrent_says_it_is_right(
    tmp_path: Path, what: str
) -> None:
    files = DISAGREEING[what]
    found = codes(write(tmp_path, files), torrent_of(files))
    assert found
    assert {code for code, _path in found} <= {FindingCode.BAG_INVALID, FindingCode.DIGEST_DIFFERS}


def test_a_damaged_file_is_reported_once_not_by_torrent_and_manifest(bag: Path) -> None:
    (bag / "data/A/one.ogg").write_bytes(bytes(2 * MIB + 5))
    (finding,) = check(bag, WHOLE)[1]
    assert (finding.code, finding.pieces) == (FindingCode.PIECE_DIFFERS, (0, 1, 2))


def test_two_files_that_were_swapped_are_both_named(bag: Path) -> None:
    one, two = bag / "data/A/one.ogg", bag / "data/A/two.ogg"
    one.rename(bag / "swap")
    two.rename(one)
    (bag / "swap").rename(two)
    assert {path for _code, path in codes(bag, WHOLE)} == {"bag/data/A/one.ogg", "bag/data/A/two.ogg"}
