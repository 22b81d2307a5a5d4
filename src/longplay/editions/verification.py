"""Verifying an edition from its public files alone, as somebody would who has no archive.

The seal proves `edition.json`, that proves the torrents, the torrents prove every file of the bags, the bags
prove themselves, the records must name the bytes that are there.

Source: docs/format/edition.md, "What verify checks".
"""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from longplay.errors import MalformedInput, NotFound
from longplay.fixity.bundle import Checked, Report, check_bundle
from longplay.fixity.files import read_regular
from longplay.fixity.seal import SEAL_NAME, seal_of
from longplay.fixity.withdrawn import withdrawn_files
from longplay.formats.bagit import TAG_MANIFEST
from longplay.formats.edition import FILE_NAME, read_edition
from longplay.formats.metainfo import Torrent, read_torrent
from longplay.formats.records import digests_match, parquet_digests, read_json_lines
from longplay.model.editions import BundleEntry, Edition, Partition
from longplay.model.findings import Finding, FindingCode, Severity
from longplay.progress import Progress
from longplay.store.failures import storing


@dataclass(slots=True, kw_only=True)
class Verified:
    """What a verification saw.

    Attributes:
        edition: its name.
        bundles, files, bytes: how much was read.
        findings: how much is not whole; 0 means all is.
    """

    edition: str
    bundles: int = 0
    files: int = 0
    bytes: int = 0
    findings: int = 0


def find_edition(folder: Path) -> Path:
    """The folder that holds `edition.json`: this one, or the only one below it that does.

    Raises:
        NotFound: there is none, or more than one.
    """
    if (folder / FILE_NAME).is_file():
        return folder
    below = sorted(path.parent for path in folder.glob(f"*/{FILE_NAME}"))
    if len(below) == 1:
        return below[0]
    names = ", ".join(path.name for path in below)
    raise NotFound(f"no {FILE_NAME} in {folder}" + (f"; name one of its editions: {names}" if names else ""))


def verify(
    folder: Path, *, report: Report, progress: Progress, without: Collection[Partition] = ()
) -> Verified:
    """Check everything in an edition's folder.

    Args:
        folder: as `find_edition` gives it.
        report: takes each finding as it is made.
        progress: advanced file by file.
        without: partitions that were left out of this copy on purpose; their bundles are not looked for.

    Raises:
        MalformedInput: `edition.json` itself cannot be read, so nothing can be checked.
        StorageError: it could not be opened.
    """
    with storing(folder / FILE_NAME):
        data = read_regular(folder / FILE_NAME)
    edition = read_edition(data)
    seen = Verified(edition=edition.name)

    def count(finding: Finding) -> None:
        seen.findings += 1
        report(finding)

    _check_small(folder, SEAL_NAME, seal_of(data), count)
    wanted = [bundle for bundle in edition.bundles if bundle.partition not in without]
    total = sum(bundle.files for bundle in wanted), sum(bundle.size for bundle in wanted)
    progress.begin("verify", files=total[0], size=total[1])
    try:
        for entry in wanted:
            _verify_bundle(folder, entry, seen, count, progress)
    finally:
        progress.end()
    for finding in (*_foreign(folder, edition), *withdrawn_files(folder, edition.withdrawn)):
        count(finding)
    return seen


def _error(code: FindingCode, path: str, detail: str) -> Finding:
    return Finding(code=code, severity=Severity.ERROR, path=path, detail=detail)


def _verify_bundle(
    folder: Path, entry: BundleEntry, seen: Verified, report: Report, progress: Progress
) -> None:
    hybrid = _torrent(folder, entry, entry.torrent, entry.torrent_sha256, report)
    plain = _torrent(folder, entry, entry.v1_torrent, entry.v1_torrent_sha256, report)
    magnet = f"{entry.name}.magnet"
    _check_small(folder, magnet, f"{entry.magnet}\n".encode(), report)
    torrent = hybrid or plain
    if torrent is None:
        report(_error(FindingCode.TORRENT_DIFFERS, entry.name, "no torrent is left to check the bag against"))
        return
    if hybrid is not None and plain is not None and not _agree(hybrid, plain):
        report(_error(FindingCode.TORRENT_DIFFERS, entry.v1_torrent, "it lists other files than the hybrid"))
    checked = check_bundle(folder / entry.name, torrent, report=report, progress=progress)
    seen.bundles += 1
    seen.files += len(torrent.files)
    seen.bytes += sum(file.size for file in torrent.files)
    for finding in (*_check_entry(entry, checked), *_check_records(folder, entry, checked)):
        report(finding)


def _torrent(folder: Path, entry: BundleEntry, name: str, sha256: str, report: Report) -> Torrent | None:
    """A torrent that is the one `edition.json` means; `None` with a finding when it is not."""
    path = folder / name
    try:
        data = read_regular(path)
        torrent = read_torrent(data)
    except FileNotFoundError:
        report(_error(FindingCode.MISSING, name, "the torrent is missing"))
        return None
    except (MalformedInput, OSError) as exc:
        report(_error(FindingCode.TORRENT_DIFFERS, name, str(exc)))
        return None
    hashes = {torrent.infohash_v1.hex(), (torrent.infohash_v2 or b"").hex()} - {""}
    wanted = {entry.infohash_v1, entry.infohash_v2} if torrent.infohash_v2 else {entry.v1_infohash}
    if torrent.name != entry.name or hashes != wanted:
        report(_error(FindingCode.TORRENT_DIFFERS, name, "its name or info hash is not the edition's"))
        return None
    if hashlib.sha256(data).hexdigest() != sha256:
        report(_error(FindingCode.TORRENT_DIFFERS, name, "its SHA-256 is not the edition's"))
    return torrent


def _agree(hybrid: Torrent, plain: Torrent) -> bool:
    return [(file.path, file.size, file.v1_pieces) for file in hybrid.files] == [
        (file.path, file.size, file.v1_pieces) for file in plain.files
    ]


def _check_small(folder: Path, name: str, wanted: bytes, report: Report) -> None:
    """A small file whose every byte is known."""
    try:
        if read_regular(folder / name) != wanted:
            report(_error(FindingCode.DIGEST_DIFFERS, name, f"it does not say what {FILE_NAME} says"))
    except FileNotFoundError:
        report(_error(FindingCode.MISSING, name, "it is missing"))
    except OSError as exc:
        report(_error(FindingCode.UNREADABLE, name, exc.strerror or str(exc)))


def _check_entry(entry: BundleEntry, checked: Checked) -> Iterator[Finding]:
    tagmanifest = checked.digests.get(TAG_MANIFEST)
    if tagmanifest is not None and tagmanifest.content_id != entry.tagmanifest_sha256:
        yield _error(
            FindingCode.DIGEST_DIFFERS, f"{entry.name}/{TAG_MANIFEST}", "not the one edition.json names"
        )
    if len(checked.digests) == entry.files and not checked.damaged:
        size = sum(digests.size for digests in checked.digests.values())
        if size != entry.size:
            yield _error(FindingCode.BAG_INVALID, entry.name, f"{size} bytes, edition.json says {entry.size}")


def _check_records(folder: Path, entry: BundleEntry, checked: Checked) -> Iterator[Finding]:
    """The records name exactly the payload that is there; damaged files were reported already."""
    where = folder / entry.name / "metadata"
    try:
        records = read_json_lines(read_regular(where / "records.jsonl"))
        columns = parquet_digests(read_regular(where / "records.parquet"))
    except (MalformedInput, OSError) as exc:
        yield _error(FindingCode.RECORD_DIFFERS, f"{entry.name}/metadata", f"records cannot be read: {exc}")
        return
    payload = {path for path in checked.digests if path.startswith("data/")}
    for record in records:
        digests = checked.digests.get(record.path)
        if record.path in checked.damaged:
            continue
        if digests is None or not digests_match(record, digests):
            detail = "the record names other bytes than lie there"
            yield _error(FindingCode.RECORD_DIFFERS, f"{entry.name}/{record.path}", detail)
    for path in sorted(payload - {record.path for record in records}):
        yield _error(FindingCode.RECORD_DIFFERS, f"{entry.name}/{path}", "no record is about it")
    if columns != {record.path: (record.content_id, record.size) for record in records}:
        detail = "records.parquet and records.jsonl differ"
        yield _error(FindingCode.RECORD_DIFFERS, f"{entry.name}/metadata", detail)


def _foreign(folder: Path, edition: Edition) -> Iterator[Finding]:
    known = {FILE_NAME, SEAL_NAME}
    for entry in edition.bundles:
        known |= {entry.name, entry.torrent, entry.v1_torrent, f"{entry.name}.magnet"}
    for path in sorted(folder.iterdir()):
        if path.name not in known and not path.name.startswith("."):
            yield _error(FindingCode.UNEXPECTED_FILE, path.name, "edition.json does not name it")
