"""The digests of a file against a slow plain reading of BEP 52 and against libtorrent's own."""

import hashlib
import random
from pathlib import Path

import libtorrent as lt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.formats.merkle import PIECE_LEVEL, Digester, digest_bytes, root_from, split_layer
from longplay.model.digests import EMPTY_CONTENT_ID, PIECE_LENGTH, FileDigests
from longplay.model.units import KIB, MIB
from strategies import SIZES, content

BYTES = st.builds(
    lambda size, seed: random.Random(seed).randbytes(size),
    st.sampled_from(SIZES) | st.integers(0, 200 * KIB) | st.integers(MIB - 40 * KIB, 5 * MIB),
    st.integers(0, 2**32),
)


def tree_of(data: bytes) -> list[list[bytes]]:
    """Every layer of the tree, leaves first.

    BEP 52: a binary tree over 16 KiB blocks of SHA-256; the last block may be shorter; the remaining leaves,
    up to the power of two that completes the tree, are zero.
    """
    layer = [hashlib.sha256(data[at : at + 16384]).digest() for at in range(0, len(data), 16384)]
    while len(layer) & (len(layer) - 1):
        layer.append(bytes(32))
    layers = [layer]
    while len(layer) > 1:
        layer = [hashlib.sha256(layer[at] + layer[at + 1]).digest() for at in range(0, len(layer), 2)]
        layers.append(layer)
    return layers


def plainly(data: bytes) -> FileDigests:
    """The digests as the standards' texts define them, each by a pass of its own."""
    pieces = [data[at : at + 2**20] for at in range(0, len(data), 2**20)]
    layers = tree_of(data) if data else [[]]
    return FileDigests(
        size=len(data),
        content_id=hashlib.sha256(data).hexdigest(),
        pieces_root=layers[-1][0] if data else None,
        # BEP 52: only for files larger than one piece, without the hashes wholly past the end
        piece_layer=b"".join(layers[6][: len(pieces)]) if len(pieces) > 1 else b"",
        # BEP 47: the pad completes the piece with zeros
        v1_pieces=b"".join(hashlib.sha1(piece.ljust(2**20, b"\0")).digest() for piece in pieces),
        v1_last=hashlib.sha1(pieces[-1]).digest() if pieces else b"",
    )


@settings(max_examples=40)
@given(BYTES)
def test_one_pass_finds_what_the_standards_define(data: bytes) -> None:
    assert digest_bytes(data) == plainly(data)


@pytest.mark.parametrize("size", SIZES)
def test_the_ends_of_blocks_and_pieces_are_right(size: int) -> None:
    assert digest_bytes(content(size)) == plainly(content(size))


@settings(max_examples=20)
@given(BYTES.filter(lambda data: len(data) > PIECE_LENGTH))
def test_a_piece_layer_proves_the_root(data: bytes) -> None:
    digests = digest_bytes(data)
    assert len(digests.piece_layer) == digests.piece_count * 32
    assert root_from(split_layer(digests.piece_layer), level=PIECE_LEVEL) == digests.pieces_root


def test_an_empty_file_has_a_content_id_and_no_root() -> None:
    empty = digest_bytes(b"")
    assert (empty.content_id, empty.pieces_root, empty.piece_count) == (EMPTY_CONTENT_ID, None, 0)
    with pytest.raises(ValueError, match="no pieces root"):
        root_from([], level=0)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_the_digester_takes_any_kind_of_buffer(kind: type) -> None:
    digester = Digester()
    digester.update(kind(content(MIB)))
    digester.update(kind(content(63)))
    assert digester.finish() == digest_bytes(content(MIB) + content(63))


@pytest.mark.parametrize("sizes", [(0,), (MIB + 1,), (5, 5), (MIB, MIB - 1, 1), (MIB, 0)])
def test_pieces_of_the_wrong_length_are_refused(sizes: tuple[int, ...]) -> None:
    digester = Digester()
    for size in sizes[:-1]:
        digester.update(bytes(size))
    with pytest.raises(ValueError, match="pieces are full but for the last"):
        digester.update(bytes(sizes[-1]))


def test_libtorrent_hashes_real_files_to_the_same_digests(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for size in SIZES:
        (folder / f"{size:07}").write_bytes(content(size))
    made = lt.create_torrent(lt.list_files(str(folder)), PIECE_LENGTH)
    lt.set_piece_hashes(made, str(tmp_path))
    theirs = made.generate()
    info = theirs[b"info"]
    offset = 0
    met = set()
    for entry in info[b"files"]:
        size = entry[b"length"]
        first, pieces = offset // PIECE_LENGTH, -(-size // PIECE_LENGTH)
        offset += size
        if entry.get(b"attr") == b"p":
            continue
        leaf = info[b"file tree"][entry[b"path"][-1]][b""]
        ours = digest_bytes(content(size))
        assert leaf[b"length"] == ours.size
        assert leaf.get(b"pieces root") == ours.pieces_root
        assert theirs[b"piece layers"].get(ours.pieces_root, b"") == ours.piece_layer
        # The last file of theirs has no pad behind it.
        unpadded = offset == sum(one[b"length"] for one in info[b"files"])
        expected = ours.v1_pieces[:-20] + ours.v1_last if unpadded else ours.v1_pieces
        assert info[b"pieces"][first * 20 : (first + pieces) * 20] == expected
        met.add(size)
    assert met == set(SIZES)
