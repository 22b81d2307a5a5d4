"""Two hundred bits turned over: each is found, named by file and piece, and healed with nothing else moved."""

import random
from collections import defaultdict
from pathlib import Path

import pytest

import archives
from archives import blob_of, files_below, json_of, publish, sha256
from longplay.ledger.journal import read_chain, writers
from longplay.model.events import FixityChecked
from longplay.model.units import MIB

LICENCES = {f"{number:02d}.wav": ("CC-BY-4.0", "CC-BY-NC-4.0")[number % 4 == 3] for number in range(12)}
SIZES = {name: 400_000 * (number + 1) for number, name in enumerate(LICENCES)}
"""From below one piece to five pieces long."""

FLIPS = 100


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deposit of twelve recordings."""
    return archives.make_deposit(tmp_path_factory.mktemp("flips") / "deposit", LICENCES, SIZES)


@pytest.fixture(scope="module")
def kept(tones: Path) -> Path:
    """An archive that holds and has published them: not to be changed."""
    archive = archives.new_archive(tones.parent / "archive", tones)
    publish(archive)
    return archive


def flip_anywhere(paths: list[Path], *, seed: int) -> dict[Path, list[int]]:
    """Turn over `FLIPS` different bits, any one as likely as any other; damaged pieces by file."""
    chance = random.Random(seed)
    starts, total = [], 0
    for path in paths:
        starts.append(total)
        total += 8 * path.stat().st_size
    bits: defaultdict[Path, set[int]] = defaultdict(set)
    for bit in chance.sample(range(total), FLIPS):
        number = max(index for index, start in enumerate(starts) if start <= bit)
        bits[paths[number]].add(bit - starts[number])
    for path, ones in bits.items():
        archives.flip(path, *ones)
    return {path: sorted({bit // 8 // MIB for bit in ones}) for path, ones in bits.items()}


def journalled(archive: Path) -> dict[str, list[int]]:
    """Damaged pieces by blob, of every fixity event so far that found damage."""
    journal = archive / "journal"
    facts = [event.fact for writer in writers(journal) for event, _digest in read_chain(journal, writer)]
    found = [fact for fact in facts if isinstance(fact, FixityChecked) and fact.finding]
    assert len(found) == len({fact.content_id for fact in found})
    return {fact.content_id: list(fact.finding.pieces) for fact in found if fact.finding}


def test_every_bit_flipped_in_a_blob_is_named_journalled_once_and_healed_by_taking_in_again(
    kept: Path, tones: Path, tmp_path: Path
) -> None:
    archive = archives.copy(kept, tmp_path / "archive")
    blobs = [blob_of(archive, sha256(tones / name)) for name in LICENCES]
    flipped = {path.name: pieces for path, pieces in flip_anywhere(blobs, seed=1).items()}
    for _ in range(2):
        audited = json_of("audit", "--archive", archive)
        assert audited.code == 3
        assert audited.damage == flipped
        assert audited.summary["damaged"] == len(flipped)
        assert journalled(archive) == flipped
    archives.take_in(archive, tones)
    healed = json_of("audit", "--archive", archive)
    assert (healed.code, healed.summary["damaged"]) == (0, 0)
    publish(archive)
    assert json_of("verify", archive / "editions/first").summary["whole"] is True


def test_every_bit_flipped_in_a_mirror_is_named_and_only_those_pieces_are_fetched_again(
    kept: Path, tmp_path: Path
) -> None:
    source, mirror = kept / "editions/first", tmp_path / "mirror"
    assert json_of("mirror", source, "--into", mirror).code == 0
    flipped = flip_anywhere(sorted(path for path in mirror.glob("*/**/*") if path.is_file()), seed=2)
    named = {str(path.relative_to(mirror)): pieces for path, pieces in flipped.items()}
    verified = json_of("verify", mirror)
    assert verified.code == 3
    assert {path: pieces for path, pieces in verified.damage.items() if pieces} == named
    repaired = json_of("mirror", source, "--into", mirror)
    assert repaired.code == 0
    assert repaired.summary["fetched_pieces"] == sum(map(len, named.values()))
    assert json_of("verify", mirror).findings == []
    assert files_below(mirror) == files_below(source)
