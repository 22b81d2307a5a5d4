"""The page of the catalogue's format is enough: what it says holds of files read without our code."""

import hashlib
import json
import math
import uuid
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from made_sources import KEY, build, take

MBID = "11111111-1111-4111-8111-000000000001"
JULY = 1_782_864_000  # 2026-07-01T00:00:00Z
HALF_LIFE = 12.0  # as `build` has it


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """One recording of two sources, one of one; listens of two people in two months, and a stated total."""
    song = {"title": "Jóga & Co.", "artist_credit": "Björk", "duration_ms": 305_000}
    heard = [("ada", JULY), ("ada", JULY + 1), ("bo", JULY - 365 * 86_400)]
    take(tmp_path, "musicbrainz", [("recording", {"id": MBID, **song})], licences={"recording": "CC0-1.0"})
    take(tmp_path, "fma", [
        ("recording", {"id": "7", **song, "title": "joga and co", "duration_ms": 306_000}),
        ("recording", {"id": "8", "title": "Unplayed", "artist_credit": "Björk"}),
        ("plays", {"recording_id": "7", "month": 0, "listens": 4}),
    ])  # fmt: skip
    listen = {"artist": "bjork", "title": "JOGA AND CO"}
    take(tmp_path, "listenbrainz", [("listen", {"user": user, "at": at, **listen}) for user, at in heard])
    build(tmp_path)
    return tmp_path / "catalogue"


def rows(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return found


def of_source(catalogue: Path, source: str) -> tuple[Path, dict[str, Any]]:
    manifests = {path.parent: json.loads(path.read_text()) for path in catalogue.glob("imports/*/import.json")}
    return next((folder, one) for folder, one in manifests.items() if one["source"] == source)


def test_an_import_is_named_after_its_file_and_stamps_its_rows(catalogue: Path) -> None:
    for source in ("musicbrainz", "fma", "listenbrainz"):
        folder, manifest = of_source(catalogue, source)
        data = (catalogue.parent / manifest["name"]).read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        assert (manifest["sha256"], manifest["size"]) == (digest, len(data))
        assert folder.name == manifest["id"] == f"{manifest['kind']}-{digest[:16]}"
        for table, number in manifest["rows"].items():
            found = [row for path in folder.glob(f"{table}-*.parquet") for row in rows(path)]
            assert len(found) == number
            assert {(row["source"], str(row["as_of"])) for row in found} == {(source, manifest["as_of"])}


def test_a_listener_is_a_keyed_hash_of_source_and_user(catalogue: Path) -> None:
    assert (catalogue / "listener.key").read_bytes() == KEY
    folder, _ = of_source(catalogue, "listenbrainz")
    found = [row["listener"] for row in rows(folder / "listen-000001.parquet")]
    digests = [
        hashlib.blake2b(f"listenbrainz\0{user}".encode(), digest_size=8, key=KEY) for user in ("ada", "bo")
    ]
    ada, bo = (int.from_bytes(digest.digest(), "big", signed=True) for digest in digests)
    assert found == [ada, ada, bo]


def test_a_snapshot_is_what_its_manifest_and_the_formulas_say(catalogue: Path) -> None:
    folder = catalogue / "snapshots" / "000001"
    manifest = json.loads((folder / "manifest.json").read_text())
    for table, seen in manifest["tables"].items():
        data = (folder / f"{table}.parquet").read_bytes()
        assert (seen["sha256"], seen["size"]) == (hashlib.sha256(data).hexdigest(), len(data))
        assert seen["rows"] == pq.read_metadata(folder / f"{table}.parquet").num_rows
    assert [source["name"] for source in manifest["sources"]] == ["musicbrainz", "fma", "listenbrainz"]
    assert manifest["sources"][0]["licences"] == {"recording": ["CC0-1.0"]}
    first, second = rows(folder / "recording.parquet")
    weights = [2.0 ** (-age / HALF_LIFE) for age in (1, 1, 13)] + [0.5] * 4  # the snapshot is of August 2026
    weighted = sum(round(2**20 * weight) for weight in weights)
    assert (first["rank"], first["listens"], first["weighted"]) == (1, 7, weighted)
    assert first["score"] == round(100 * math.log2(1 + weighted / 2**20) / 30)
    assert (str(first["id"]), first["sources"], first["listeners"]) == (MBID, 0b11, 2)
    digest = hashlib.md5(b"fma:recording:8", usedforsecurity=False).digest()
    made = uuid.UUID(
        bytes=bytes([*digest[:6], 0x80 | digest[6] & 0x0F, digest[7], 0xA0 | digest[8] & 0x0F, *digest[9:]])
    )
    assert (str(second["id"]), made.version) == (str(made), 8)
