"""What proves the bytes of a file: computed in one pass, enough for bags and torrents forever.

Source: FIPS 180-4 (SHA-256, SHA-1); BEP 3 (v1 pieces), BEP 47 (pad files), BEP 52 (Merkle roots and layers).
"""

import hashlib
from dataclasses import dataclass
from typing import NewType

from longplay.model.units import MIB, ByteCount

ContentId = NewType("ContentId", str)
"""SHA-256 of the bytes as 64 lower-case hex digits."""

PIECE_LENGTH = MIB
"""The piece length of every torrent of ours, in bytes: the stored v1 SHA-1s pin it for good."""

BLOCK_LENGTH = 16 * 1024
"""A Merkle leaf covers this many bytes (BEP 52)."""

EMPTY_CONTENT_ID = ContentId("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")


def content_id_of(data: bytes) -> ContentId:
    """The content id of bytes that are in memory."""
    return ContentId(hashlib.sha256(data).hexdigest())


def is_content_id(text: str) -> bool:
    """Whether `text` has the form of a content id."""
    return len(text) == 64 and all(char in "0123456789abcdef" for char in text)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDigests:
    """The digests of one file.

    Attributes:
        size: bytes.
        content_id: flat SHA-256 of the bytes.
        pieces_root: BEP 52 Merkle root over 16 KiB blocks, 32 bytes; `None` for an empty file.
            It means something only together with `size`.
        piece_layer: hashes of the 1 MiB pieces in file order, 32 bytes each; empty when `size` is at most
            one piece (BEP 52, `piece layers`).
        v1_pieces: SHA-1 of each 1 MiB piece in file order, 20 bytes each, the last one zero-padded to
            1 MiB (BEP 47).
        v1_last: SHA-1 of the unpadded last piece, 20 bytes, for single-file torrents; empty
            for an empty file.
    """

    size: ByteCount
    content_id: ContentId
    pieces_root: bytes | None
    piece_layer: bytes
    v1_pieces: bytes
    v1_last: bytes

    @property
    def piece_count(self) -> int:
        """Number of 1 MiB pieces, the last one perhaps short."""
        return -(-self.size // PIECE_LENGTH)
