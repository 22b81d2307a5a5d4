"""Publishing: the same bytes whenever it is done again, nothing unasked, no payload read."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import archives
from archives import DARK, blob_of, copy, files_below, json_of, longplay, publish
from longplay.formats.edition import read_edition
from longplay.ledger import queries
from longplay.model.editions import Edition, Partition
from longplay.model.events import EditionOpened
from longplay.store.layout import LOCKS
from longplay.store.locks import locked
from longplay.wiring import open_archive
from taking import holdings

FREE, NON_COMMERCIAL = "noise-000001", "noise-000002"


def edition_of(folder: Path) -> Edition:
    return read_edition((folder / "edition.json").read_bytes())


def payload(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/data/**/*.wav"))


# the same bytes again


def test_publishing_again_changes_no_byte(publisher: Path, edition: Path) -> None:
    before = files_below(edition)
    assert publish(publisher) == edition
    assert files_below(edition) == before


def test_publishing_again_removes_what_a_killed_publication_left_half_written(
    publisher: Path, edition: Path
) -> None:
    leftover = publisher / "staging" / "put" / "half"
    leftover.parent.mkdir(parents=True, exist_ok=True)
    leftover.write_bytes(b"half a manife")
    assert publish(publisher) == edition
    assert not leftover.exists()


def test_another_folder_gets_the_same_bytes(publisher: Path, edition: Path, tmp_path: Path) -> None:
    again = publish(publisher, "first", "--out", tmp_path / "www")
    assert again == tmp_path / "www/first"
    assert files_below(again) == files_below(edition)


def test_a_rebuilt_ledger_gives_the_same_bytes(publisher: Path, edition: Path, tmp_path: Path) -> None:
    (publisher / "ledger.sqlite").unlink()
    assert json_of("rebuild", "--archive", publisher).code == 0
    assert files_below(publish(publisher, "first", "--out", tmp_path)) == files_below(edition)


def test_what_is_taken_in_later_does_not_change_an_edition(
    publisher: Path, edition: Path, tmp_path: Path
) -> None:
    later = {"Later.wav": "CC-BY-4.0", "Much later.wav": "CC-BY-NC-4.0"}
    archives.take_in(publisher, archives.make_deposit(tmp_path / "later", later))
    assert files_below(publish(publisher, "first", "--out", tmp_path)) == files_below(edition)


def test_two_archives_with_the_same_deposit_publish_the_same_payload_under_the_same_names(
    edition: Path, deposit: Path, tmp_path: Path
) -> None:
    other = publish(archives.new_archive(tmp_path / "other", deposit))
    names = [[str(path.relative_to(folder)) for path in payload(folder)] for folder in (edition, other)]
    assert names[0] == names[1]


def test_trackers_and_web_seeds_change_no_info_hash(publisher: Path, edition: Path, tmp_path: Path) -> None:
    options = ("--out", tmp_path, "--tracker", "http://t.example/announce", "--web-seed", "http://w.example/")
    other = edition_of(publish(publisher, "first", *options))
    hashes = [(one.infohash_v1, one.infohash_v2, one.v1_infohash) for one in edition_of(edition).bundles]
    assert [(one.infohash_v1, one.infohash_v2, one.v1_infohash) for one in other.bundles] == hashes
    assert longplay("verify", tmp_path / "first").code == 0


# editions that follow one another


def test_a_second_edition_appends_and_keeps_the_bytes_of_the_older_bundles(
    publisher: Path, edition: Path, tmp_path: Path
) -> None:
    archives.take_in(publisher, archives.make_deposit(tmp_path / "later", {"Later.wav": "CC-BY-4.0"}))
    second = publish(publisher, "second")
    found = files_below(second)
    older = {name: data for name, data in files_below(edition).items() if not name.startswith("edition.json")}
    assert {name: found.get(name) for name in older} == older
    first_entries = edition_of(edition).bundles
    assert edition_of(second).bundles[: len(first_entries)] == first_entries
    assert [path.stem for path in payload(second) if "noise-000003" in path.parts] == ["Later"]
    assert longplay("verify", second).code == 0


def test_a_second_edition_of_nothing_new_holds_the_same_bundles(publisher: Path, edition: Path) -> None:
    assert edition_of(publish(publisher, "second")).bundles == edition_of(edition).bundles


def begin(archive: Path, name: str) -> None:
    """Begin an edition that cannot be finished: its folder is a file."""
    (archive / "editions").mkdir(exist_ok=True)
    (archive / "editions" / name).write_text("in the way")
    assert longplay("publish", "--edition", name, "--archive", archive).code == 5
    (archive / "editions" / name).unlink()


def test_an_unfinished_edition_must_be_finished_first(archive: Path) -> None:
    begin(archive, "first")
    refused = longplay("publish", "--edition", "second", "--archive", archive)
    assert refused.code == 2
    assert "longplay publish --edition first" in refused.err
    publish(archive, "first")
    publish(archive, "second")


def test_an_unfinished_edition_goes_on_without_what_came_in_since(archive: Path, tmp_path: Path) -> None:
    begin(archive, "first")
    archives.take_in(archive, archives.make_deposit(tmp_path / "later", {"Later.wav": "CC-BY-4.0"}))
    assert [path.stem for path in payload(publish(archive))] == ["Alpha", "Beta", "Gamma", "Delta"]


# the gate


def test_each_bundle_says_what_it_demands(edition: Path) -> None:
    assert {one.name: one.partition for one in edition_of(edition).bundles} == {
        FREE: Partition.FREE,
        NON_COMMERCIAL: Partition.NON_COMMERCIAL,
    }


def test_an_archive_with_nothing_to_redistribute_publishes_nothing_and_says_why(tmp_path: Path) -> None:
    dark = {"Unstated.wav": "", "Reserved.wav": "All rights reserved"}
    archive = archives.new_archive(tmp_path / "archive", archives.make_deposit(tmp_path / "dark", dark))
    refused = longplay("publish", "--edition", "first", "--archive", archive)
    assert refused.code == 8
    assert "2 holdings" in refused.err
    assert "longplay holdings --dark" in refused.err
    assert not (archive / "editions").exists()
    with open_archive(archive) as opened, opened.ledger.reading() as connection:
        assert queries.editions(connection) == []


@pytest.mark.parametrize("title", DARK)
def test_no_dark_blob_is_in_any_bundle_or_torrent(published: Path, title: str) -> None:
    with open_archive(published) as opened, opened.ledger.reading() as connection:
        held = {one.described("title"): one for one in queries.holdings(connection)}
        digests = held[title].digests
        assert queries.places_of(connection, digests.content_id) == []
    for name, data in files_below(published / "editions").items():
        for known in (digests.content_id.encode(), bytes.fromhex(digests.content_id), digests.pieces_root):
            assert known is not None
            assert known not in data, name


def test_a_recording_whose_licence_is_disputed_before_its_bundle_is_made_stays_out(
    archive: Path, deposit: Path
) -> None:
    with open_archive(archive) as opened, opened.writing() as register:
        heads = tuple((head.writer, head.seq, head.line_hash) for head in opened.ledger.heads())
        register.record([EditionOpened(edition="first", date="2026-11-24", heads=heads)])
    for name in ("free/Alpha.wav", "not for sale/Delta.wav"):
        evidence = ("--licence", "CC0-1.0", "--evidence", "says the tape")
        assert longplay("ingest", deposit / name, *evidence, "--archive", archive).code == 0
    edition = publish(archive)
    assert [path.stem for path in payload(edition)] == ["Beta", "Gamma"]
    assert [one.partition for one in edition_of(edition).bundles] == [Partition.FREE]
    assert longplay("verify", edition).code == 0


# names, locks, storage


@pytest.mark.parametrize("name", ["", "..", "a/b", "/tmp/x", ".hidden", "-x", "a\nb", "ü", "a b", "x" * 101])
def test_what_is_no_name_for_an_edition_is_refused(archive: Path, name: str) -> None:
    ran = longplay("publish", f"--edition={name}", "--archive", archive)
    assert ran.code == 2
    assert "no name for an edition" in ran.err


def test_publishing_twice_at_once_tells_the_second_to_wait(archive: Path) -> None:
    with locked(archive / LOCKS / "publish", what="publishing"):
        ran = longplay("publish", "--edition", "first", "--archive", archive)
    assert ran.code == 6
    assert "wait" in ran.err
    publish(archive)


def test_published_files_share_their_storage_with_the_blobs(publisher: Path, edition: Path) -> None:
    for path in edition.glob("*/**/*"):
        if path.is_file():
            blob = blob_of(publisher, archives.sha256(path))
            shared = path.samefile(blob) or blocks_of(path) == blocks_of(blob)
            assert shared, path


def blocks_of(path: Path) -> str:
    """Where a file's bytes lie on the disk: the same for reflinks."""
    shown = subprocess.run(["filefrag", "-v", path], capture_output=True, text=True, check=True).stdout
    return "\n".join(line for line in shown.splitlines() if ".." in line)


def test_every_published_file_and_blob_is_read_only(publisher: Path, edition: Path) -> None:
    blobs = [path for path in (publisher / "blobs").rglob("*") if path.is_file()]
    files = [path for path in edition.rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in (*blobs, *files)} == {0o444}


AS_NOBODY = """
import os, sys
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    open(sys.argv[1], "r+b")
except PermissionError:
    print("refused")
"""


def test_nobody_but_root_can_write_to_a_published_file(edition: Path) -> None:
    path = payload(edition)[0]
    ran = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, path.name],
        cwd=path.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "refused\n"


def test_what_root_changes_in_a_published_file_the_audit_names_by_blob_and_piece(
    publisher: Path, edition: Path
) -> None:
    beta = next(path for path in payload(edition) if path.stem == "Beta")
    content_id = archives.sha256(beta)
    if not beta.samefile(blob_of(publisher, content_id)):
        pytest.skip("reflinks: a change does not reach the blob")
    archives.flip(beta, 8 * 1_500_000)
    audited = json_of("audit", "--archive", publisher)
    assert audited.code == 3
    assert audited.damage == {content_id: [1]}


def test_a_published_file_is_right_again_after_its_blob_was_healed_and_it_is_published_again(
    publisher: Path, edition: Path, deposit: Path
) -> None:
    before = files_below(edition)
    archives.flip(next(path for path in payload(edition) if path.stem == "Alpha"), 4_000)
    json_of("audit", "--archive", publisher)
    archives.take_in(publisher, deposit)
    publish(publisher)
    assert files_below(edition) == before


@pytest.mark.parametrize("out", ["", "elsewhere"])
def test_a_blob_that_is_missing_is_named(publisher: Path, edition: Path, out: str, tmp_path: Path) -> None:
    blob = blob_of(publisher, archives.sha256(payload(edition)[0]))
    blob.unlink()
    where = ("--out", tmp_path / out) if out else ()
    ran = longplay("publish", "--edition", "first", "--archive", publisher, *where)
    assert ran.code == 5
    assert blob.name in ran.err
    assert "longplay audit" in ran.err


def test_a_blob_of_another_size_is_not_handed_out(publisher: Path, edition: Path, tmp_path: Path) -> None:
    blob = blob_of(publisher, archives.sha256(payload(edition)[0]))
    blob.chmod(0o644)
    os.truncate(blob, 10)
    ran = longplay("publish", "--edition", "first", "--archive", publisher, "--out", tmp_path / "x")
    assert ran.code == 5
    assert "10 bytes" in ran.err


@pytest.mark.parametrize("kind", ["link", "nothing behind a link", "shorter", "leftover of a kill"])
def test_publishing_again_puts_right_what_lies_in_the_way(
    publisher: Path, edition: Path, kind: str, tmp_path: Path
) -> None:
    before = files_below(edition)
    path = payload(edition)[0]
    match kind:
        case "link":
            path.rename(tmp_path / "moved")
            path.symlink_to(tmp_path / "moved")
        case "nothing behind a link":
            path.unlink()
            path.symlink_to(tmp_path / "nowhere")
        case "shorter":
            path.unlink()
            path.write_bytes(b"short")
        case "leftover of a kill":
            os.link(path, path.with_name(f".{'0f' * 16}"))
    publish(publisher)
    assert not path.is_symlink()
    assert sorted(str(one.relative_to(edition)) for one in edition.rglob("*") if one.is_file()) == sorted(
        before
    )
    assert files_below(edition) == before


READING = """
import os, sys
from pathlib import Path
def read() -> int:
    lines = Path("/proc/self/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("rchar"))
from longplay.cli.main import main
sys.argv = ["longplay", *sys.argv[1:]]
import longplay.cli.publish, longplay.editions.publication, longplay.wiring, pyarrow.parquet, libtorrent
before = read()
main()
print(read() - before)
"""


def test_publishing_reads_no_payload(tmp_path: Path) -> None:
    sizes = {"a.wav": 8_000_000, "b.wav": 8_000_000}
    deposit = archives.make_deposit(tmp_path / "deposit", dict.fromkeys(sizes, "CC0-1.0"), sizes)
    archive = archives.new_archive(tmp_path / "archive", deposit)
    command = [sys.executable, "-c", READING, "publish", "--edition", "first", "--archive", archive]
    ran = subprocess.run([*command, "--format", "json"], capture_output=True, text=True, check=True)
    *lines, rchar = ran.stdout.splitlines()
    assert json.loads(lines[-1])["bytes"] > 16_000_000
    assert int(rchar) < 4_000_000
    assert longplay("verify", archive / "editions/first").code == 0


# real recordings


def test_of_the_real_recordings_the_two_without_a_licence_stay_dark(real: Path, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    assert longplay("init", archive, "--name", "real").code == 0
    table = ("--rights", real / "MANIFEST.csv")
    taken = json_of("ingest", real / "recordings", *table, "--archive", archive)
    assert (taken.summary["accessioned"], taken.summary["publishable"], taken.summary["dark"]) == (110, 108, 2)
    with table[1].open(encoding="utf-8-sig", newline="") as text:
        stated = {row["path"]: row["sha256"] for row in csv.DictReader(text)}
    assert all(
        stated[f"recordings/{path}"] == holding.content_id for path, holding in holdings(archive).items()
    )
    edition = publish(archive)
    assert sum(bundle.payload_files for bundle in edition_of(edition).bundles) == 108
    assert json_of("verify", edition).summary["whole"] is True
    assert copy(edition, tmp_path / "carried away")
    assert longplay("verify", tmp_path / "carried away").code == 0
