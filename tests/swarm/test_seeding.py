"""Seeding from wherever files lie, and fetching: real sessions on loopback."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from longplay.errors import SwarmError
from longplay.fixity.bundle import check_bundle
from longplay.formats.merkle import digest_bytes
from longplay.formats.metainfo import hybrid_torrent, read_torrent
from longplay.model.findings import Finding, FindingCode
from longplay.model.units import KIB, MIB
from longplay.progress import Silent
from longplay.store.local import LocalStore
from longplay.swarm.fetch import Fetched, Fetcher
from longplay.swarm.seed import Seeder
from strategies import content, published

LARGE, MIDDLE = content(2 * MIB + 7), content(40 * KIB)


def merkle_children(data: bytes) -> bytes:
    """The two hashes right below the root of a file of more than one block, by BEP 52's plain rule."""
    layer = [hashlib.sha256(data[at : at + 16 * KIB]).digest() for at in range(0, len(data), 16 * KIB)]
    layer += [bytes(32)] * ((1 << (len(layer) - 1).bit_length()) - len(layer))
    while len(layer) > 2:
        layer = [hashlib.sha256(layer[at] + layer[at + 1]).digest() for at in range(0, len(layer), 2)]
    return b"".join(layer)


FILES = {
    "data/large": LARGE,
    "data/large's shadow": merkle_children(LARGE),
    "data/middle": MIDDLE,
    "data/middle's shadow": merkle_children(MIDDLE),
    "data/other": content(MIB),
}
"""Each shadow is 64 bytes long and has the pieces root of the file it is named after."""


def torrent_of(files: Mapping[str, bytes]) -> bytes:
    return hybrid_torrent("bag", published({tuple(path.split("/")): data for path, data in files.items()})).data


TORRENT = torrent_of(FILES)


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Path]:
    """Where the files lie: blobs of a store."""
    store = LocalStore(tmp_path / "archive")
    return {path: store.path(store.put(data).content_id) for path, data in FILES.items()}


def fetch(torrent: bytes, into: Path, *peers: str, stall_s: float = 20.0) -> Fetched:
    with Fetcher(public=False, stall_s=stall_s) as fetcher:
        return fetcher.fetch(torrent, into, peers=peers, web_seeds=(), advance=lambda _size: None)


def address_of(seeder: Seeder) -> str:
    return f"127.0.0.1:{seeder.port}"


def damage(folder: Path, torrent: bytes) -> dict[str, tuple[int, ...]]:
    """Damaged pieces by path; whether the bag's manifests are right is not the matter here."""
    found: list[Finding] = []
    check_bundle(folder / "bag", read_torrent(torrent), report=found.append, progress=Silent())
    return {one.path: one.pieces for one in found if one.code is not FindingCode.BAG_INVALID}


def test_the_shadows_share_their_roots_with_larger_files() -> None:
    for name, data in (("large", LARGE), ("middle", MIDDLE)):
        shadow = FILES[f"data/{name}'s shadow"]
        assert len(shadow) == 64
        assert digest_bytes(shadow).pieces_root == digest_bytes(data).pieces_root


def test_files_that_share_a_root_each_arrive_with_their_own_bytes(
    places: dict[str, Path], tmp_path: Path
) -> None:
    into = tmp_path / "mirror"
    with Seeder(listen="127.0.0.1:0", public=False) as seeder:
        seeder.serve(TORRENT, places)
        fetched = fetch(TORRENT, into, address_of(seeder))
    assert {path: (into / "bag" / path).read_bytes() for path in FILES} == FILES
    assert damage(into, TORRENT) == {}
    assert fetched.pieces == 3 + 1 + 1 + 1 + 1


@pytest.mark.parametrize("path", FILES)
def test_a_file_that_holds_the_one_with_the_same_root_is_found_and_gets_its_own_bytes_back(
    places: dict[str, Path], tmp_path: Path, path: str
) -> None:
    into = tmp_path / "mirror"
    for name, data in FILES.items():
        (into / "bag" / name).parent.mkdir(parents=True, exist_ok=True)
        (into / "bag" / name).write_bytes(data)
    pair = path.removesuffix("'s shadow") if "shadow" in path else f"{path}'s shadow"
    (into / "bag" / path).write_bytes(FILES.get(pair, b"something else"))
    assert damage(into, TORRENT).keys() == {f"bag/{path}"}
    (into / "bag" / path).write_bytes(FILES.get(pair, b"")[: len(FILES[path])])
    with Seeder(listen="127.0.0.1:0", public=False) as seeder:
        seeder.serve(TORRENT, places)
        fetch(TORRENT, into, address_of(seeder))
    assert (into / "bag" / path).read_bytes() == FILES[path]
    assert damage(into, TORRENT) == {}


def test_only_the_pieces_that_are_missing_or_damaged_are_fetched(
    places: dict[str, Path], tmp_path: Path
) -> None:
    into = tmp_path / "mirror"
    with Seeder(listen="127.0.0.1:0", public=False) as seeder:
        seeder.serve(TORRENT, places)
        fetch(TORRENT, into, address_of(seeder))
        path = into / "bag/data/large"
        path.write_bytes(path.read_bytes()[:MIB] + b"\0" + path.read_bytes()[MIB + 1 :])
        (into / "bag/data/other").unlink()
        assert fetch(TORRENT, into, address_of(seeder)).pieces == 2
        assert fetch(TORRENT, into).pieces == 0
    assert damage(into, TORRENT) == {}


def test_a_seeder_counts_what_it_serves(places: dict[str, Path], tmp_path: Path) -> None:
    with Seeder(listen="127.0.0.1:0", public=False) as seeder:
        seeder.serve(TORRENT, places)
        fetch(TORRENT, tmp_path / "mirror", address_of(seeder))
        assert seeder.state().torrents == 1
        assert seeder.state().uploaded >= sum(map(len, FILES.values()))


def test_seeding_writes_nothing_beside_the_blobs(places: dict[str, Path], tmp_path: Path) -> None:
    before = sorted((tmp_path / "archive").rglob("*"))
    with Seeder(listen="127.0.0.1:0", public=False) as seeder:
        seeder.serve(TORRENT, places)
        fetch(TORRENT, tmp_path / "mirror", address_of(seeder))
    assert sorted((tmp_path / "archive").rglob("*")) == before


def damaged_blob(places: dict[str, Path]) -> None:
    blob = places["data/large"]
    blob.chmod(0o644)
    blob.write_bytes(LARGE[:MIB] + bytes(MIB) + LARGE[2 * MIB :])


def missing_blob(places: dict[str, Path]) -> None:
    places["data/large"].unlink()


def short_blob(places: dict[str, Path]) -> None:
    blob = places["data/large"]
    blob.chmod(0o644)
    blob.write_bytes(LARGE[: MIB + 5])


@pytest.mark.parametrize("harm", [damaged_blob, missing_blob, short_blob])
def test_a_seeder_whose_blob_is_not_whole_serves_no_wrong_byte(
    places: dict[str, Path], tmp_path: Path, harm: Callable[[dict[str, Path]], None]
) -> None:
    harm(places)
    into = tmp_path / "mirror"
    with Seeder(listen="127.0.0.1:0", public=False) as seeder:
        seeder.serve(TORRENT, places)
        with pytest.raises(SwarmError, match="--peer"):
            fetch(TORRENT, into, address_of(seeder), stall_s=2.0)
    assert damage(into, TORRENT).keys() == {"bag/data/large"}
    there = into / "bag/data/large"
    found = there.read_bytes() if there.exists() else b""
    for at in range(0, len(found), MIB):
        piece = found[at : at + MIB]
        assert piece in (LARGE[at : at + len(piece)], bytes(len(piece)))


def test_nobody_to_fetch_from_is_an_error_that_counts_what_is_there(tmp_path: Path) -> None:
    with pytest.raises(SwarmError, match="nothing came in for 0 s"):
        fetch(TORRENT, tmp_path / "mirror", stall_s=0.2)


@pytest.mark.parametrize("data", [b"", b"no torrent", TORRENT[:-1]])
def test_what_libtorrent_refuses_is_an_error_of_ours(
    places: dict[str, Path], tmp_path: Path, data: bytes
) -> None:
    with pytest.raises(SwarmError, match="refuses"):
        fetch(data, tmp_path)
    with (
        Seeder(listen="127.0.0.1:0", public=False) as seeder,
        pytest.raises(SwarmError, match="refuses"),
    ):
        seeder.serve(data, places)
