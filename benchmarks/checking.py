"""`verify` against a bare loop of the same digests, `audit` against hashlib, one core each."""

import argparse
import hashlib
import tempfile
from pathlib import Path

from benchmarks.harness import Row, cpu_of, medians, table
from longplay.editions.handout import PUBLISHED_MODE
from longplay.fixity.files import Proof, check_file, flat_digest, proof_of
from longplay.formats.merkle import digest_bytes
from longplay.model.units import MIB

FILES = 60
SIZE = int(3.4 * MIB)


def bare_digests(paths: list[Path]) -> None:
    """SHA-256 flat, SHA-256 of 16 KiB blocks and their tree, SHA-1 of pieces: nothing else."""
    sha256, sha1 = hashlib.sha256, hashlib.sha1
    buffer = memoryview(bytearray(MIB))
    for path in paths:
        flat = sha256()
        with path.open("rb", buffering=0) as file:
            while count := file.readinto(buffer):
                piece = buffer[:count]
                flat.update(piece)
                sha1(piece).digest()
                nodes = [sha256(piece[at : at + 16384]).digest() for at in range(0, count, 16384)]
                while len(nodes) > 1:
                    pairs = zip(nodes[::2], nodes[1::2], strict=False)
                    nodes = [sha256(a + b).digest() for a, b in pairs] + nodes[len(nodes) & ~1 :]
        flat.digest()


def bare_sha256(paths: list[Path]) -> None:
    """`hashlib.file_digest` of each file."""
    for path in paths:
        with path.open("rb", buffering=0) as file:
            hashlib.file_digest(file, "sha256").digest()


def checked(paths: list[Path], proof: Proof) -> None:
    """What verify does with each file."""
    for path in paths:
        findings, _digests = check_file(path, path.name, proof)
        if findings:
            raise SystemExit(f"{path} is damaged")


def audited(paths: list[Path]) -> None:
    """What audit does with each whole blob."""
    for path in paths:
        with path.open("rb", buffering=0) as file:
            flat_digest(file)


def main() -> str:
    """Measure and return the section."""
    argparse.ArgumentParser(description=__doc__).parse_known_args()
    data = bytes(range(256)) * (SIZE // 256)
    proof = proof_of(digest_bytes(data))
    with tempfile.TemporaryDirectory() as temporary:
        paths = [Path(temporary) / f"{number}.bin" for number in range(FILES)]
        for path in paths:
            path.write_bytes(data)
            path.chmod(PUBLISHED_MODE)
        verify, bare, audit, flat = medians(
            lambda: cpu_of(lambda: checked(paths, proof)),
            lambda: cpu_of(lambda: bare_digests(paths)),
            lambda: cpu_of(lambda: audited(paths)),
            lambda: cpu_of(lambda: bare_sha256(paths)),
        )
    total = FILES * len(data)
    rows = [
        _row("verify", total, verify, "a bare loop of the same digests", bare),
        _row("audit", total, audit, "hashlib.file_digest SHA-256", flat),
    ]
    return table("Verify and audit", f"{FILES} files of 3.4 MiB, warm", "python -m benchmarks.checking", rows)


def _row(what: str, total: int, ours: float, peer: str, theirs: float) -> Row:
    return Row(
        what=f"{what}, bytes a CPU second",
        figure=f"{total / ours / 1e6:.0f} MB/s",
        peer=f"{peer} {total / theirs / 1e6:.0f} MB/s",
        ratio=f"{theirs / ours:.2f}",
        target=">= 0.9",
    )


if __name__ == "__main__":
    print(main())
