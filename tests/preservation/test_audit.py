"""Auditing: every blob read, all damage named and journalled once, healing noticed."""

import hashlib
from pathlib import Path

import pytest

import archives
from archives import blob_of, json_of, longplay, sha256
from longplay.ledger.journal import read_chain, writers
from longplay.model.events import FixityChecked
from longplay.model.findings import FindingCode


@pytest.fixture
def beta(archive: Path, deposit: Path) -> Path:
    """The blob of a recording of three pieces."""
    return blob_of(archive, sha256(deposit / "free/Beta.wav"))


def checks(archive: Path) -> list[tuple[str, FindingCode | None, tuple[int, ...]]]:
    """Every fixity event of the journal: blob, code, pieces."""
    journal = archive / "journal"
    facts = [event.fact for writer in writers(journal) for event, _digest in read_chain(journal, writer)]
    return [
        (
            fact.content_id,
            fact.finding.code if fact.finding else None,
            fact.finding.pieces if fact.finding else (),
        )
        for fact in facts
        if isinstance(fact, FixityChecked)
    ]


def test_a_whole_archive_is_read_to_its_last_byte_and_journals_nothing(archive: Path) -> None:
    blobs = [path for path in (archive / "blobs").rglob("*") if path.is_file()]
    ran = json_of("audit", "--archive", archive)
    assert ran.code == 0
    assert (ran.summary["blobs"], ran.summary["bytes"]) == (len(blobs), sum(b.stat().st_size for b in blobs))
    assert (ran.summary["damaged"], ran.summary["healed"], ran.summary["strays"]) == (0, 0, 0)
    assert checks(archive) == []


def test_damage_is_named_journalled_once_and_seen_to_be_healed(
    archive: Path, deposit: Path, beta: Path
) -> None:
    archives.flip(beta, 7, 8 * 2_200_000)
    for _ in range(2):
        ran = json_of("audit", "--archive", archive)
        assert (ran.code, ran.damage) == (3, {beta.name: [0, 2]})
    assert checks(archive) == [(beta.name, FindingCode.PIECE_DIFFERS, (0, 2))]
    assert json_of("status", "--archive", archive).summary["damaged"] == 1
    archives.take_in(archive, deposit)
    assert json_of("audit", "--archive", archive).code == 0
    assert [code for _blob, code, _pieces in checks(archive)] == [FindingCode.PIECE_DIFFERS, None]
    assert json_of("status", "--archive", archive).summary["damaged"] == 0


def test_what_heals_by_itself_is_journalled_as_whole(archive: Path, beta: Path) -> None:
    archives.flip(beta, 7)
    assert longplay("audit", "--archive", archive).code == 3
    archives.flip(beta, 7)
    ran = json_of("audit", "--archive", archive)
    assert (ran.code, ran.summary["healed"]) == (0, 1)
    assert checks(archive)[-1] == (beta.name, None, ())


@pytest.mark.parametrize(
    ("harm", "code"),
    [("missing", "missing"), ("shorter", "size-differs"), ("longer", "size-differs"), ("folder", "unreadable")],
)
def test_each_kind_of_damage_has_its_code(archive: Path, beta: Path, harm: str, code: str) -> None:
    data = beta.read_bytes()
    beta.unlink()
    match harm:
        case "shorter":
            beta.write_bytes(data[:-1])
        case "longer":
            beta.write_bytes(data + b"\0")
        case "folder":
            beta.mkdir()
    (finding,) = json_of("audit", "--archive", archive).findings
    assert (finding["code"], finding["path"]) == (code, beta.name)


def test_damage_of_another_kind_is_journalled_again(archive: Path, beta: Path) -> None:
    archives.flip(beta, 7)
    longplay("audit", "--archive", archive)
    beta.unlink()
    longplay("audit", "--archive", archive)
    assert [code for _blob, code, _pieces in checks(archive)] == [
        FindingCode.PIECE_DIFFERS,
        FindingCode.MISSING,
    ]


def test_blobs_that_no_journal_line_names_are_counted_and_left_alone(archive: Path) -> None:
    data = b"nobody knows me"
    stray = blob_of(archive, hashlib.sha256(data).hexdigest())
    stray.parent.mkdir(parents=True)
    stray.write_bytes(data)
    ran = json_of("audit", "--archive", archive)
    assert (ran.code, ran.summary["strays"]) == (0, 1)
    assert stray.read_bytes() == data


def test_an_audit_survives_a_rebuild(archive: Path, beta: Path) -> None:
    archives.flip(beta, 7)
    longplay("audit", "--archive", archive)
    assert longplay("rebuild", "--archive", archive).code == 0
    assert json_of("status", "--archive", archive).summary["damaged"] == 1
    assert json_of("audit", "--archive", archive).code == 3
    assert len(checks(archive)) == 1


def test_a_damaged_blob_is_not_changed_by_reading_it(archive: Path, beta: Path) -> None:
    archives.flip(beta, 7)
    before = (beta.read_bytes(), beta.stat().st_mtime_ns)
    longplay("audit", "--archive", archive)
    assert (beta.read_bytes(), beta.stat().st_mtime_ns) == before
