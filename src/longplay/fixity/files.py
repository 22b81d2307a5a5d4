"""One file against what is known of its bytes: whole, or which pieces are not.

Source: BEP 52 (roots, layers), BEP 3 (v1 pieces), RFC 8493 (flat digests).
"""

import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from longplay.model.digests import PIECE_LENGTH, ContentId, FileDigests
from longplay.model.findings import Finding, FindingCode, Severity
from longplay.model.units import MIB, ByteCount
from longplay.store.staging import Readable, digest_stream

READ_SIZE: Final = 4 * MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What the bytes of a file must come to; what is `None` is not compared.

    Attributes:
        size: bytes.
        content_id: flat SHA-256.
        pieces_root: BEP 52 root, 32 bytes.
        piece_layer: BEP 52 piece layer; empty for at most one piece.
        v1_pieces: SHA-1s of the zero-padded pieces.
    """

    size: ByteCount
    content_id: ContentId | None = None
    pieces_root: bytes | None = None
    piece_layer: bytes = b""
    v1_pieces: bytes | None = None


def proof_of(digests: FileDigests) -> Proof:
    """The proof that stored digests make."""
    return Proof(
        size=digests.size,
        content_id=digests.content_id,
        pieces_root=digests.pieces_root,
        piece_layer=digests.piece_layer,
        v1_pieces=digests.v1_pieces,
    )


def flat_digest(source: Readable) -> tuple[ByteCount, ContentId]:
    """Size and SHA-256 of a stream: the quick half of an audit.

    Raises:
        OSError: it could not be read.
    """
    digest = hashlib.sha256()
    buffer = memoryview(bytearray(READ_SIZE))
    size = 0
    while count := source.readinto(buffer):
        digest.update(buffer[:count])
        size += count
    return ByteCount(size), ContentId(digest.hexdigest())


def open_regular(path: Path) -> int | None:
    """Open a regular file without following a link; `None` when it is something else.

    Raises:
        FileNotFoundError: there is nothing.
        OSError: it could not be opened.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        if path.is_symlink():
            return None
        raise
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    return None


def read_regular(path: Path) -> bytes:
    """The bytes of a small file; a link, or a pipe that would never end, is not read.

    Raises:
        FileNotFoundError: there is nothing.
        OSError: it is no regular file, or could not be read.
    """
    descriptor = open_regular(path)
    if descriptor is None:
        raise OSError(errno.EINVAL, f"{path.name} is not a regular file")
    with os.fdopen(descriptor, "rb") as source:
        return source.read()


def check_file(path: Path, name: str, proof: Proof) -> tuple[list[Finding], FileDigests | None]:
    """A file against its proof, everything from one read.

    Args:
        path: where it lies.
        name: how findings call it.
        proof: what it must come to.

    Returns:
        What is wrong with it (nothing: whole), and its digests (`None`: it could not be read).
    """
    try:
        descriptor = open_regular(path)
        if descriptor is None:
            detail = "a link, folder or device stands where a file belongs"
            return [_finding(FindingCode.NOT_A_REGULAR_FILE, name, detail)], None
        with os.fdopen(descriptor, "rb", buffering=0) as source:
            digests = digest_stream(source)
    except FileNotFoundError:
        return [_finding(FindingCode.MISSING, name, f"missing; {proof.size} bytes belong here")], None
    except OSError as exc:
        return [_finding(FindingCode.UNREADABLE, name, f"could not be read: {exc.strerror or exc}")], None
    finding = compare(name, digests, proof)
    return ([finding] if finding else []), digests


def compare(name: str, digests: FileDigests, proof: Proof) -> Finding | None:
    """What differs between the digests of a file and its proof, with the pieces; `None`: nothing."""
    pieces = damaged_pieces(digests, proof)
    if digests.size != proof.size:
        detail = f"has {digests.size} bytes, {proof.size} are right"
        return _finding(FindingCode.SIZE_DIFFERS, name, detail, pieces)
    if pieces or _root_differs(digests, proof):
        total = max(1, -(-proof.size // PIECE_LENGTH))
        detail = f"{len(pieces)} of {total} pieces of 1 MiB differ"
        return _finding(FindingCode.PIECE_DIFFERS, name, detail, pieces)
    if proof.content_id is not None and digests.content_id != proof.content_id:
        detail = f"SHA-256 is {digests.content_id}, {proof.content_id} is right"
        return _finding(FindingCode.DIGEST_DIFFERS, name, detail)
    return None


def _root_differs(digests: FileDigests, proof: Proof) -> bool:
    return proof.pieces_root is not None and digests.pieces_root != proof.pieces_root


def damaged_pieces(digests: FileDigests, proof: Proof) -> tuple[int, ...]:
    """Numbers of the 1 MiB pieces of the right file that are not there as they should be, ascending.

    Pieces that only a longer file has are not counted: they belong to nothing.
    """
    damaged: set[int] = set()
    if proof.v1_pieces is not None:
        damaged |= _differing(digests.v1_pieces, proof.v1_pieces, 20)
    if layer := _layer(proof):
        damaged |= _differing(_layer(digests), layer, 32)
    elif _root_differs(digests, proof):
        damaged.add(0)
    return tuple(sorted(damaged))


def _layer(one: FileDigests | Proof) -> bytes:
    """Hashes of whole pieces; of a file that is exactly one piece the root is the hash of it."""
    if one.size == PIECE_LENGTH:
        return one.pieces_root or b""
    return one.piece_layer


def _differing(found: bytes, wanted: bytes, width: int) -> set[int]:
    count = len(wanted) // width
    return {
        number
        for number in range(count)
        if found[number * width : (number + 1) * width] != wanted[number * width : (number + 1) * width]
    }


def _finding(code: FindingCode, name: str, detail: str, pieces: tuple[int, ...] = ()) -> Finding:
    return Finding(code=code, severity=Severity.ERROR, path=name, detail=detail, pieces=pieces)
