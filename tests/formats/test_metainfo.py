"""Torrents: assembled from digests alone, loaded by libtorrent, equal to its own made from the files."""

import hashlib
from pathlib import Path

import libtorrent as lt
import pytest
from hypothesis import given, settings

from longplay.errors import MalformedInput
from longplay.formats.bencode import Bencoded, bdecode, bencode
from longplay.formats.merkle import digest_bytes
from longplay.formats.metainfo import Metainfo, hybrid_torrent, read_torrent, torrent_order, v1_torrent
from longplay.model.digests import PIECE_LENGTH
from longplay.model.editions import PublishedFile
from longplay.model.units import MIB
from strategies import PUBLISHED, SIZES, content, digests_of, published

TREE = {
    ("a", "x"): content(5),
    ("a b", "x"): content(MIB),
    ("a.b",): content(3 * MIB + 5),
    ("empty",): b"",
    ("data", "Ärger", "1.ogg"): content(16384),
    ("data", "Ärger", "2.ogg"): content(5),
    ("z",): content(MIB + 1),
}


def info_of(torrent: Metainfo) -> dict[bytes, Bencoded]:
    return bdecode(torrent.data)[b"info"]


def payload(info: dict[bytes, Bencoded]) -> dict[tuple[bytes, ...], tuple[int, bytes]]:
    """Path to (length, v1 pieces) of every file that is neither empty nor a pad."""
    found = {}
    offset = 0
    for entry in info[b"files"]:
        length = entry[b"length"]
        if entry.get(b"attr") != b"p" and length:
            assert offset % PIECE_LENGTH == 0
            pieces = info[b"pieces"][offset // PIECE_LENGTH * 20 : -(-(offset + length) // PIECE_LENGTH) * 20]
            found[tuple(entry[b"path"])] = (length, pieces)
        offset += length
    return found


def leaves(tree: dict[bytes, Bencoded], above: tuple[bytes, ...] = ()) -> dict[tuple[bytes, ...], Bencoded]:
    """Path to leaf of every file of a file tree that is not empty."""
    found: dict[tuple[bytes, ...], Bencoded] = {}
    for name, node in tree.items():
        if name == b"":
            found |= {above: node} if node[b"length"] else {}
        else:
            found |= leaves(node, (*above, name))
    return found


@settings(max_examples=60)
@given(PUBLISHED)
def test_libtorrent_loads_every_hybrid_and_sees_the_same_info_hashes(files: list[PublishedFile]) -> None:
    if not torrent_order(files):
        return
    torrent = hybrid_torrent("bundle", files)
    hashes = lt.load_torrent_buffer(torrent.data).ti.info_hashes()
    assert hashes.has_v1()
    assert hashes.has_v2()
    assert hashes.v1.to_bytes() == torrent.infohash_v1
    assert hashes.v2.to_bytes() == torrent.infohash_v2


@settings(max_examples=60)
@given(PUBLISHED)
def test_libtorrent_loads_every_v1_torrent_and_sees_the_same_info_hash(files: list[PublishedFile]) -> None:
    if not torrent_order(files):
        return
    torrent = v1_torrent("bundle", files)
    hashes = lt.load_torrent_buffer(torrent.data).ti.info_hashes()
    assert torrent.infohash_v2 is None
    assert not hashes.has_v2()
    assert hashes.v1.to_bytes() == torrent.infohash_v1


@given(PUBLISHED)
def test_a_hybrid_read_back_says_what_was_put_in(files: list[PublishedFile]) -> None:
    made = hybrid_torrent(
        "bundle", files, trackers=["http://t.example/announce"], web_seeds=["http://w.example/"]
    )
    torrent = read_torrent(made.data)
    assert (torrent.name, torrent.infohash_v1, torrent.infohash_v2) == (
        "bundle",
        made.infohash_v1,
        made.infohash_v2,
    )
    assert [
        (file.path, file.size, file.pieces_root, file.piece_layer, file.v1_pieces) for file in torrent.files
    ] == [
        (
            file.path,
            file.digests.size,
            file.digests.pieces_root,
            file.digests.piece_layer,
            file.digests.v1_pieces,
        )
        for file in torrent_order(files)
    ]


@given(PUBLISHED)
def test_a_v1_torrent_read_back_has_the_same_files_and_no_roots(files: list[PublishedFile]) -> None:
    torrent = read_torrent(v1_torrent("bundle", files).data)
    assert torrent.infohash_v2 is None
    assert [(file.path, file.size, file.pieces_root, file.v1_pieces) for file in torrent.files] == [
        (file.path, file.digests.size, None, file.digests.v1_pieces) for file in torrent_order(files)
    ]


@given(PUBLISHED)
def test_the_order_of_the_files_given_does_not_matter(files: list[PublishedFile]) -> None:
    assert hybrid_torrent("bundle", reversed(files)) == hybrid_torrent("bundle", files)
    assert v1_torrent("bundle", reversed(files)) == v1_torrent("bundle", files)


@given(PUBLISHED)
def test_pad_files_have_unique_names_and_complete_every_piece(files: list[PublishedFile]) -> None:
    entries = info_of(hybrid_torrent("bundle", files))[b"files"]
    paths = [tuple(entry[b"path"]) for entry in entries]
    assert len(set(paths)) == len(paths)
    assert sum(entry[b"length"] for entry in entries) % PIECE_LENGTH == 0
    pads = [entry for entry in entries if entry.get(b"attr") == b"p"]
    assert len(pads) == sum(1 for file in torrent_order(files) if file.digests.size % PIECE_LENGTH)
    assert all(entry[b"path"][0] == b".pad" for entry in pads)


def test_libtorrent_makes_the_same_torrent_from_the_files_themselves(tmp_path: Path) -> None:
    for path, data in TREE.items():
        file = tmp_path.joinpath("bundle", *path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    # Not compared byte for byte: libtorrent sorts whole paths and repeats the names of pads.
    hybrid = lt.create_torrent(lt.list_files(str(tmp_path / "bundle")), PIECE_LENGTH)
    lt.set_piece_hashes(hybrid, str(tmp_path))
    theirs = hybrid.generate()
    ours = bdecode(hybrid_torrent("bundle", published(TREE)).data)
    assert ours[b"piece layers"] == theirs[b"piece layers"]
    assert leaves(ours[b"info"][b"file tree"]) == leaves(theirs[b"info"][b"file tree"])
    their_payload = payload(theirs[b"info"])
    last = list(their_payload)[-1]
    our_payload = payload(ours[b"info"])
    assert set(our_payload) == set(their_payload)
    for path, found in our_payload.items():
        unpadded = path == last and theirs[b"info"][b"files"][-1].get(b"attr") != b"p"
        assert unpadded or found == their_payload[path]


def test_libtorrent_finds_real_files_whole_by_our_torrents(tmp_path: Path) -> None:
    for path, data in TREE.items():
        file = tmp_path.joinpath("bundle", *path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    for torrent in (hybrid_torrent("bundle", published(TREE)), v1_torrent("bundle", published(TREE))):
        info = lt.load_torrent_buffer(torrent.data).ti
        layout = info.layout()
        data = b"".join(
            bytes(layout.file_size(number))
            if layout.file_flags(number) & lt.file_storage.flag_pad_file
            else (tmp_path / layout.file_path(number)).read_bytes()
            for number in range(layout.num_files())
        )
        assert len(data) == info.total_size()
        assert [info.hash_for_piece(number) for number in range(info.num_pieces())] == [
            hashlib.sha1(data[at : at + PIECE_LENGTH]).digest() for at in range(0, len(data), PIECE_LENGTH)
        ]


def test_files_stand_in_the_order_of_their_components() -> None:
    ordered = [file.path for file in torrent_order(published(TREE))]
    assert ordered == [
        ("a", "x"),
        ("a b", "x"),
        ("a.b",),
        ("data", "Ärger", "1.ogg"),
        ("data", "Ärger", "2.ogg"),
        ("z",),
    ]
    assert ordered != sorted(ordered, key="/".join)


def test_empty_files_are_left_out_everywhere() -> None:
    with_empty = {("a",): b"x", ("empty",): b"", ("folder", "empty"): b""}
    for make in (hybrid_torrent, v1_torrent):
        assert make("bundle", published(with_empty)) == make("bundle", published({("a",): b"x"}))


def test_trackers_and_web_seeds_reach_libtorrent_and_leave_the_info_hashes_alone() -> None:
    trackers = ["http://one.example/announce", "udp://two.example:80"]
    bare = hybrid_torrent("bundle", published(TREE))
    full = hybrid_torrent("bundle", published(TREE), trackers=trackers, web_seeds=["http://w.example/x/"])
    assert (full.infohash_v1, full.infohash_v2) == (bare.infohash_v1, bare.infohash_v2)
    assert full.data != bare.data
    loaded = lt.load_torrent_buffer(full.data)
    assert loaded.trackers == trackers
    assert loaded.url_seeds == ["http://w.example/x/"]


def test_a_64_byte_file_that_shares_the_root_of_a_larger_one_is_told_apart() -> None:
    large = digests_of(2 * MIB)
    small = digest_bytes(large.piece_layer)
    assert small.size == 64
    assert small.pieces_root == large.pieces_root
    assert small.content_id != large.content_id
    files = [PublishedFile(path=("large",), digests=large), PublishedFile(path=("small",), digests=small)]
    alone = [PublishedFile(path=("large",), digests=small)]
    assert hybrid_torrent("x", files[:1]).infohash_v2 != hybrid_torrent("x", alone).infohash_v2
    first, second = read_torrent(hybrid_torrent("x", files).data).files
    assert (first.size, first.piece_layer, first.v1_pieces) == (2 * MIB, large.piece_layer, large.v1_pieces)
    assert (second.size, second.piece_layer, second.v1_pieces) == (64, b"", small.v1_pieces)


@pytest.mark.parametrize("make", [hybrid_torrent, v1_torrent])
def test_a_name_that_is_both_a_file_and_a_folder_is_refused(make: object) -> None:
    with pytest.raises((ValueError, MalformedInput), match="both a file and a folder"):
        read_torrent(make("bundle", published({("a",): b"x", ("a", "b"): b"y"})).data)


def changed(**keys: Bencoded) -> bytes:
    """A hybrid whose info dictionary says something else."""
    outer = bdecode(hybrid_torrent("bundle", published({("a",): b"x", ("b",): content(MIB + 1)})).data)
    outer[b"info"] |= {key.replace("_", " ").encode(): value for key, value in keys.items()}
    return bencode(outer)


def entry(*path: bytes, length: int = MIB) -> dict[bytes, Bencoded]:
    return {b"length": length, b"path": list(path)}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"i1e", "not a dictionary"),
        (b"de", "info is missing"),
        (changed(piece_length=2 * MIB), "piece length is not 1048576"),
        (changed(meta_version=3), "meta version is not 2"),
        (changed(name=b"../up"), "unsafe name"),
        (changed(name=b".."), "unsafe name"),
        (changed(name=b"\xff"), "not UTF-8"),
        (changed(pieces=b""), "pieces do not cover"),
        (changed(files=b""), "files is missing or not a list"),
        (changed(files=[b""]), "not a dictionary"),
        (changed(files=[entry(b"..")], pieces=bytes(20)), "unsafe name"),
        (changed(files=[entry(b"a/b")], pieces=bytes(20)), "unsafe name"),
        (changed(files=[entry()], pieces=bytes(20)), "path is missing"),
        (changed(files=[entry(b"a", length=0)], pieces=b""), "or is empty"),
        (
            changed(files=[entry(b"a", length=5), entry(b"b", length=MIB - 5)], pieces=bytes(20)),
            "start at a piece",
        ),
        (changed(files=[entry(b"a"), entry(b"a")], pieces=bytes(40)), "occurs twice"),
        (changed(files=[entry(b"a"), entry(b"c")], pieces=bytes(40)), "different files"),
        (changed(files=[entry(b"a"), entry(b"b")], pieces=bytes(40)), "disagree on a"),
        (changed(file_tree={b"": {b"length": 1}}), "file without a name"),
    ],
)
def test_a_torrent_that_contradicts_itself_or_leads_out_is_malformed(data: bytes, reason: str) -> None:
    with pytest.raises(MalformedInput, match=reason):
        read_torrent(data)


def test_a_piece_layer_of_the_wrong_length_is_malformed() -> None:
    outer = bdecode(hybrid_torrent("bundle", published({("b",): content(SIZES[-1])})).data)
    (root,) = outer[b"piece layers"]
    outer[b"piece layers"][root] += bytes(32)
    with pytest.raises(MalformedInput, match="piece layer of b has the wrong length"):
        read_torrent(bencode(outer))
