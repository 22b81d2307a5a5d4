"""Withdrawn recordings in a copy of an edition are named, wherever they lie; nothing is deleted."""

from pathlib import Path

import pytest

from longplay.fixity.withdrawn import withdrawn_files
from longplay.formats.bagit import MANIFEST, write_manifest
from longplay.model.digests import ContentId
from longplay.model.findings import FindingCode
from longplay.model.withdrawal import ReasonClass, Tombstone

GONE, OTHER = ContentId("a" * 64), ContentId("b" * 64)
STONE = Tombstone(content_id=GONE, date="2026-11-25", reason=ReasonClass.RIGHTS_CLAIM, is_purged=False)


def bag(folder: Path, name: str, files: dict[str, ContentId]) -> Path:
    """A bag with a manifest and files whose bytes do not matter."""
    for path in files:
        (folder / name / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / name / path).write_bytes(b"x")
    (folder / name / MANIFEST).write_bytes(write_manifest(sorted(files.items())))
    return folder / name


def test_a_file_that_a_tombstone_names_is_found_in_every_bag(tmp_path: Path) -> None:
    bag(tmp_path, "one", {"data/x 100%.flac": GONE, "data/y.flac": OTHER})
    bag(tmp_path, "two", {"data/z.flac": GONE})
    found = list(withdrawn_files(tmp_path, [STONE]))
    assert [one.path for one in found] == ["one/data/x 100%25.flac", "two/data/z.flac"]
    assert {one.code for one in found} == {FindingCode.WITHDRAWN}
    assert all("2026-11-25 (rights-claim)" in one.detail for one in found)
    assert (tmp_path / "two/data/z.flac").exists()


def test_what_is_deleted_already_is_not_named(tmp_path: Path) -> None:
    (bag(tmp_path, "one", {"data/x.flac": GONE}) / "data/x.flac").unlink()
    assert list(withdrawn_files(tmp_path, [STONE])) == []


def test_without_tombstones_there_is_nothing_to_find(tmp_path: Path) -> None:
    bag(tmp_path, "one", {"data/x.flac": GONE})
    assert list(withdrawn_files(tmp_path, [])) == []


@pytest.mark.parametrize("manifest", [b"\xff\xfe", b"aa  data/x\n", GONE.encode() + b"  ../up\n", b"\0" * 99])
def test_a_manifest_that_cannot_be_read_names_nothing_and_stops_nothing(
    tmp_path: Path, manifest: bytes
) -> None:
    (bag(tmp_path, "one", {"data/x.flac": GONE}) / MANIFEST).write_bytes(manifest)
    bag(tmp_path, "two", {"data/z.flac": GONE})
    (tmp_path / "three").mkdir()
    (tmp_path / "a file").write_bytes(b"")
    assert [one.path for one in withdrawn_files(tmp_path, [STONE])] == ["two/data/z.flac"]


def test_no_link_is_followed(tmp_path: Path) -> None:
    elsewhere = bag(tmp_path / "elsewhere", "one", {"data/x.flac": GONE})
    (tmp_path / "edition").mkdir()
    (tmp_path / "edition/one").symlink_to(elsewhere)
    assert list(withdrawn_files(tmp_path / "edition", [STONE])) == []
