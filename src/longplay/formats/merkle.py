"""BEP 52 Merkle trees over 16 KiB blocks, and the one-pass digester of a file.

Source: BEP 52, `file tree` and `piece layers`: SHA-256 leaves over 16 KiB blocks, the tree padded on the
right with zero leaves to a power of two; BEP 47 for the padded v1 pieces.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from longplay.model.digests import BLOCK_LENGTH, PIECE_LENGTH, ContentId, FileDigests
from longplay.model.units import ByteCount

BLOCKS_PER_PIECE: Final = PIECE_LENGTH // BLOCK_LENGTH
PIECE_LEVEL: Final = BLOCKS_PER_PIECE.bit_length() - 1
_ZEROS: Final = bytes(PIECE_LENGTH)


def _pad_nodes(levels: int) -> tuple[bytes, ...]:
    """Element k is the root of 2**k zero leaves."""
    nodes = [bytes(32)]
    for _ in range(levels):
        nodes.append(hashlib.sha256(nodes[-1] * 2).digest())
    return tuple(nodes)


_PADS: Final = _pad_nodes(64)


def _level_up(nodes: Sequence[bytes], level: int) -> list[bytes]:
    """The parents of the nodes at `level`; an odd one out is paired with the padding of that level."""
    sha256 = hashlib.sha256
    parents = [sha256(left + right).digest() for left, right in zip(nodes[::2], nodes[1::2], strict=False)]
    if len(nodes) % 2:
        parents.append(sha256(nodes[-1] + _PADS[level]).digest())
    return parents


def root_from(nodes: Sequence[bytes], *, level: int) -> bytes:
    """Root above the nodes of one level.

    Args:
        nodes: at least one digest of 32 bytes, in file order.
        level: 0 for leaves, `PIECE_LEVEL` for a piece layer.

    Returns:
        32 bytes.

    Raises:
        ValueError: no nodes: an empty file has no root.
    """
    if not nodes:
        raise ValueError("an empty file has no pieces root")
    current = list(nodes)
    while len(current) > 1:
        current = _level_up(current, level)
        level += 1
    return current[0]


def leaves_of(piece: bytes | bytearray | memoryview) -> list[bytes]:
    """SHA-256 of each 16 KiB block of a piece, the last perhaps short, in order."""
    view = memoryview(piece)
    sha256 = hashlib.sha256
    return [sha256(view[at : at + BLOCK_LENGTH]).digest() for at in range(0, len(view), BLOCK_LENGTH)]


def piece_node(leaves: Sequence[bytes]) -> bytes:
    """The piece-layer hash over the leaves of one piece (at most `BLOCKS_PER_PIECE`, at least one)."""
    current = list(leaves)
    for level in range(PIECE_LEVEL):
        current = _level_up(current, level)
    return current[0]


def split_layer(layer: bytes) -> list[bytes]:
    """A piece layer as its 32-byte hashes."""
    return [layer[at : at + 32] for at in range(0, len(layer), 32)]


class Digester:
    """Everything that proves a file, from one pass over its bytes.

    Feed it pieces of exactly `PIECE_LENGTH` bytes, only the last one shorter; then call `finish` once.
    """

    def __init__(self) -> None:
        self._flat = hashlib.sha256()
        self._size = 0
        self._nodes: list[bytes] = []
        self._v1: list[bytes] = []
        self._v1_last = b""
        self._first_leaves: list[bytes] = []
        self._short = False

    def update(self, piece: bytes | bytearray | memoryview) -> None:
        """Take in the next piece.

        Raises:
            ValueError: the piece is empty, too long, or follows a short one.
        """
        length = len(piece)
        if self._short or not 0 < length <= PIECE_LENGTH:
            raise ValueError("pieces are full but for the last")
        self._short = length < PIECE_LENGTH
        self._flat.update(piece)
        leaves = leaves_of(piece)
        if not self._size:
            self._first_leaves = leaves
        self._nodes.append(piece_node(leaves))
        v1 = hashlib.sha1(piece, usedforsecurity=False)
        self._v1_last = v1.digest()
        if self._short:
            v1.update(memoryview(_ZEROS)[: PIECE_LENGTH - length])
        self._v1.append(v1.digest())
        self._size += length

    def finish(self) -> FileDigests:
        """The digests of all that was fed."""
        one_piece = self._size <= PIECE_LENGTH
        return FileDigests(
            size=ByteCount(self._size),
            content_id=ContentId(self._flat.hexdigest()),
            pieces_root=self._root(),
            piece_layer=b"" if one_piece else b"".join(self._nodes),
            v1_pieces=b"".join(self._v1),
            v1_last=self._v1_last,
        )

    def _root(self) -> bytes | None:
        if not self._size:
            return None
        if self._size <= PIECE_LENGTH:
            return root_from(self._first_leaves, level=0)
        return root_from(self._nodes, level=PIECE_LEVEL)


def digest_bytes(data: bytes) -> FileDigests:
    """The digests of bytes that are in memory."""
    digester = Digester()
    view = memoryview(data)
    for at in range(0, len(view), PIECE_LENGTH):
        digester.update(view[at : at + PIECE_LENGTH])
    return digester.finish()
