"""One file against its proof: the damaged piece is the one that was damaged, whatever stands in its place."""

import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from longplay.fixity.files import (
    Proof,
    check_file,
    compare,
    damaged_pieces,
    flat_digest,
    open_regular,
    proof_of,
)
from longplay.formats.merkle import digest_bytes
from longplay.model.digests import PIECE_LENGTH, FileDigests
from longplay.model.findings import Finding, FindingCode, Severity
from longplay.model.units import KIB, MIB
from strategies import content

BORDERS = (1, 64, 16 * KIB, 16 * KIB + 1, MIB - 1, MIB, MIB + 1, 2 * MIB - 1, 2 * MIB, 2 * MIB + 1, 3 * MIB)
SIZES = st.integers(1, 70_000) | st.sampled_from(BORDERS)
HAVING = ("both", "v2", "v1")


def proof_having(digests: FileDigests, having: str) -> Proof:
    """A proof from one kind of torrent, without the flat digest, or from a hybrid."""
    v2, v1 = having in {"both", "v2"}, having in {"both", "v1"}
    return Proof(
        size=digests.size,
        pieces_root=digests.pieces_root if v2 else None,
        piece_layer=digests.piece_layer if v2 else b"",
        v1_pieces=digests.v1_pieces if v1 else None,
    )


def differing_slices(found: bytes, wanted: bytes) -> tuple[int, ...]:
    """The oracle: 1 MiB slices of the right bytes that are not the same in what was found."""
    starts = range(0, len(wanted), PIECE_LENGTH)
    slices = [slice(start, start + PIECE_LENGTH) for start in starts]
    return tuple(number for number, one in enumerate(slices) if found[one] != wanted[one])


@given(size=SIZES, data=st.data(), having=st.sampled_from(HAVING))
def test_the_damaged_piece_is_exactly_the_one_with_the_flipped_bit(
    size: int, data: st.DataObject, having: str
) -> None:
    right = content(size)
    bit = data.draw(st.integers(0, 8 * size - 1))
    found = bytearray(right)
    found[bit // 8] ^= 1 << bit % 8
    proof = proof_having(digest_bytes(right), having)
    finding = compare("name", digest_bytes(bytes(found)), proof)
    assert finding is not None
    assert finding.code is FindingCode.PIECE_DIFFERS
    assert finding.pieces == (bit // 8 // PIECE_LENGTH,) == differing_slices(bytes(found), right)


@example(sizes=(2 * MIB, MIB), having="v2", same_start=True)
@example(sizes=(MIB, 2 * MIB), having="v2", same_start=True)
@given(sizes=st.tuples(SIZES, SIZES), having=st.sampled_from(HAVING), same_start=st.booleans())
def test_the_damaged_pieces_of_a_shorter_or_longer_file_are_the_slices_that_differ(
    sizes: tuple[int, int], having: str, same_start: bool
) -> None:
    wanted, found = (content(size) for size in sizes)
    if same_start:
        found = (wanted + found)[: len(found)]
    damaged = damaged_pieces(digest_bytes(found), proof_having(digest_bytes(wanted), having))
    assert damaged == differing_slices(found, wanted)


@given(size=SIZES)
def test_right_bytes_are_whole_by_every_proof(size: int) -> None:
    digests = digest_bytes(content(size))
    for proof in (proof_of(digests), *(proof_having(digests, having) for having in HAVING)):
        assert compare("name", digests, proof) is None
        assert damaged_pieces(digests, proof) == ()


@given(size=SIZES, data=st.data())
def test_a_size_that_differs_is_always_found(size: int, data: st.DataObject) -> None:
    other = data.draw(SIZES.filter(lambda other: other != size))
    finding = compare("name", digest_bytes(content(other)), Proof(size=digest_bytes(content(size)).size))
    assert finding is not None
    assert finding.code is FindingCode.SIZE_DIFFERS
    assert str(size) in finding.detail
    assert str(other) in finding.detail


def test_zeros_at_the_end_do_not_hide_behind_the_zero_padding_of_v1_pieces() -> None:
    right, longer = content(1000), content(1000) + bytes(24)
    proof = proof_having(digest_bytes(right), "v1")
    assert damaged_pieces(digest_bytes(longer), proof) == ()
    finding = compare("name", digest_bytes(longer), proof)
    assert finding is not None
    assert finding.code is FindingCode.SIZE_DIFFERS


def test_a_flat_digest_alone_finds_damage_without_naming_pieces() -> None:
    right = digest_bytes(b"right")
    finding = compare("name", digest_bytes(b"wrong"), Proof(size=right.size, content_id=right.content_id))
    assert finding is not None
    assert finding.code is FindingCode.DIGEST_DIFFERS
    assert finding.pieces == ()


def only(findings: list[Finding]) -> Finding:
    """The one finding there is; it is an error about `name`."""
    (finding,) = findings
    assert (finding.severity, finding.path) == (Severity.ERROR, "name")
    return finding


def checked(path: Path, right: bytes) -> tuple[Finding | None, FileDigests | None]:
    findings, digests = check_file(path, "name", proof_of(digest_bytes(right)))
    return (only(findings) if findings else None), digests


def test_a_whole_file_gives_its_digests_and_no_finding(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content(MIB + 1))
    assert checked(path, content(MIB + 1)) == (None, digest_bytes(content(MIB + 1)))


def test_a_truncated_file_names_the_pieces_that_are_not_there(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content(3 * MIB)[: MIB + 5])
    finding, _ = checked(path, content(3 * MIB))
    assert finding is not None
    assert (finding.code, finding.pieces) == (FindingCode.SIZE_DIFFERS, (1, 2))


def test_a_longer_file_is_found_though_all_its_right_pieces_are_there(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content(2 * MIB) + b"more")
    finding, _ = checked(path, content(2 * MIB))
    assert finding is not None
    assert (finding.code, finding.pieces) == (FindingCode.SIZE_DIFFERS, ())


def test_an_empty_file_in_place_of_one_with_bytes_is_found(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    finding, _ = checked(path, b"bytes")
    assert finding is not None
    assert (finding.code, finding.pieces) == (FindingCode.SIZE_DIFFERS, (0,))


def test_a_missing_file_says_how_many_bytes_belong_there(tmp_path: Path) -> None:
    finding, digests = checked(tmp_path / "file", b"12345")
    assert finding is not None
    assert finding.code is FindingCode.MISSING
    assert "5 bytes" in finding.detail
    assert digests is None


def stand_in(path: Path, kind: str) -> None:
    """Put something at a path that is no file, and says it has the right bytes where it can."""
    match kind:
        case "link to the right bytes":
            other = path.with_name("other")
            other.write_bytes(b"right")
            path.symlink_to(other)
        case "link to nothing":
            path.symlink_to("nowhere")
        case "link to itself":
            path.symlink_to(path)
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)


@pytest.mark.parametrize(
    "kind", ["link to the right bytes", "link to nothing", "link to itself", "folder", "pipe"]
)
def test_what_is_no_file_is_named_and_never_read(tmp_path: Path, kind: str) -> None:
    stand_in(tmp_path / "file", kind)
    finding, digests = checked(tmp_path / "file", b"right")
    assert finding is not None
    assert finding.code is FindingCode.NOT_A_REGULAR_FILE
    assert digests is None
    assert open_regular(tmp_path / "file") is None


def test_a_file_below_something_that_is_no_folder_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"no folder")
    finding, _ = checked(tmp_path / "file" / "below", b"right")
    assert finding is not None
    assert finding.code is FindingCode.UNREADABLE


@given(data=st.binary(max_size=200_000))
def test_the_quick_half_of_an_audit_agrees_with_the_digests(data: bytes) -> None:
    class Source:
        """A stream that gives a little at a time."""

        def __init__(self) -> None:
            self.left = data

        def readinto(self, buffer: memoryview, /) -> int:
            part, self.left = self.left[:7_001], self.left[7_001:]
            buffer[: len(part)] = part
            return len(part)

    assert flat_digest(Source()) == (digest_bytes(data).size, digest_bytes(data).content_id)
