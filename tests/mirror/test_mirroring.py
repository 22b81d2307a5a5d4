"""Mirroring: every byte right at the end, from whatever source, after whatever happened on the way."""

import http.server
import json
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from webserver import own_address, serving

import archives
from archives import blob_of, files_below, json_of, longplay, publish, sha256
from longplay.formats.edition import FILE_NAME, read_edition
from longplay.store.locks import locked

FREE = "noise-000001"
ALPHA, BETA, GAMMA = (f"{FREE}/data/The Noise/Colours/{title}.wav" for title in ("Alpha", "Beta", "Gamma"))
StartLongplay = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def source(published: Path) -> Path:
    """The edition to mirror: only read."""
    return published / "editions/first"


@pytest.fixture
def bare(source: Path, tmp_path: Path) -> Path:
    """The same without its payload, as somebody has it who only downloaded the small files."""
    folder = tmp_path / "bare"
    folder.mkdir()
    for path in source.iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    return folder


@pytest.fixture(scope="module")
def mirrored(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole mirror: not to be changed."""
    into = tmp_path_factory.mktemp("mirrored") / "mirror"
    assert json_of("mirror", published / "editions/first", "--into", into).code == 0
    return into


@pytest.fixture
def copied(mirrored: Path, tmp_path: Path) -> Path:
    """A whole mirror of one's own."""
    return archives.copy(mirrored, tmp_path / "mirror")


def is_whole(mirror: Path, source: Path) -> bool:
    """Whether a mirror verifies and holds the source's bytes and nothing else."""
    return longplay("verify", mirror).code == 0 and files_below(mirror) == files_below(source)


@contextmanager
def seeding(start: StartLongplay, archive: Path) -> Iterator[str]:
    """`longplay seed` as a process of its own; gives its address."""
    process = start("seed", "--listen", "127.0.0.1:0", "--format", "json", "--archive", archive)
    try:
        assert process.stdout is not None
        yield str(json.loads(process.stdout.readline())["address"])
    finally:
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
        assert process.returncode == 0, err
        assert json.loads(out.splitlines()[-1])["type"] == "summary"


# sources


def test_a_mirror_of_a_folder_is_whole_and_fetches_nothing_the_second_time(
    source: Path, tmp_path: Path
) -> None:
    first = json_of("mirror", source, "--into", tmp_path / "mirror")
    assert (first.code, first.summary["whole"], first.summary["bundles"]) == (0, 2, 2)
    assert first.findings == []
    assert is_whole(tmp_path / "mirror", source)
    second = json_of("mirror", source, "--into", tmp_path / "mirror")
    assert (second.summary["whole"], second.summary["fetched_pieces"], second.summary["damage"]) == (2, 0, 0)


def test_a_mirror_of_a_mirror_is_whole(copied: Path, source: Path, tmp_path: Path) -> None:
    assert json_of("mirror", copied, "--into", tmp_path / "second").code == 0
    assert is_whole(tmp_path / "second", source)


def test_a_peer_that_seeds_from_its_blobs_gives_everything(
    published: Path, bare: Path, source: Path, tmp_path: Path, longplay_process: StartLongplay
) -> None:
    with seeding(longplay_process, published) as address:
        ran = json_of("mirror", bare, "--into", tmp_path / "mirror", "--peer", address)
    assert ran.code == 0, ran.err
    assert is_whole(tmp_path / "mirror", source)


def test_a_web_address_serves_as_source_and_as_web_seed(source: Path, tmp_path: Path) -> None:
    with serving(source) as site:
        ran = json_of("mirror", site.url, "--into", tmp_path / "mirror")
    assert ran.code == 0, ran.err
    assert is_whole(tmp_path / "mirror", source)
    assert any("/data/" in path for path in site.asked)


def test_the_address_of_edition_json_itself_will_do(source: Path, tmp_path: Path) -> None:
    with serving(source) as site:
        assert json_of("mirror", f"{site.url}edition.json", "--into", tmp_path / "mirror").code == 0
    assert json_of("mirror", source / "edition.json", "--into", tmp_path / "mirror").code == 0


def test_a_web_seed_named_in_the_torrents_is_used_while_it_is_this_machine(
    publisher: Path, tmp_path: Path
) -> None:
    with serving(publisher / "editions/first") as site:
        named = publish(publisher, "first", "--web-seed", site.url)
        small = tmp_path / "small"
        shutil.copytree(named, small, ignore=shutil.ignore_patterns(f"{FREE}", "noise-000002"))
        ran = json_of("mirror", small, "--into", tmp_path / "mirror")
    assert ran.code == 0, ran.err
    assert is_whole(tmp_path / "mirror", named)


def test_nobody_beyond_this_machine_is_spoken_to_unasked(publisher: Path, tmp_path: Path) -> None:
    host = own_address()
    if host is None:
        pytest.skip("this machine has no address but loopback")
    with serving(publisher / "editions/first", host=host) as site:
        urls = ("--web-seed", site.url, "--tracker", f"{site.url}announce")
        named = publish(publisher, "first", *urls)
        small = tmp_path / "small"
        shutil.copytree(named, small, ignore=shutil.ignore_patterns(f"{FREE}", "noise-000002"))
        assert longplay("mirror", named, "--into", tmp_path / "mirror").code == 0
        assert longplay("mirror", small, "--into", tmp_path / "other", "--stall", 1).code == 9
        assert site.asked == []
        ran = longplay("mirror", site.url, "--into", tmp_path / "third")
        assert (ran.code, "--public" in ran.err) == (2, True)
        assert site.asked == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("--peer", "192.0.2.7:6881"),
        ("--peer", "[2001:db8::7]:6881"),
        ("--peer", "127.0.0.1:1", "--peer", "10.0.0.1:6881"),
    ],
)
def test_a_peer_elsewhere_needs_public(source: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ran = longplay("mirror", source, "--into", tmp_path / "mirror", *arguments)
    assert ran.code == 2
    assert "--public" in ran.err
    assert not (tmp_path / "mirror").exists()


@pytest.mark.parametrize(
    "source", ["https://example.org/2026/", "http://127.0.0.1.example.org/", "http://[::1", "http://"]
)
def test_a_web_address_elsewhere_needs_public(source: str, tmp_path: Path) -> None:
    ran = longplay("mirror", source, "--into", tmp_path / "mirror")
    assert ran.code == 2
    assert "--public" in ran.err


@pytest.mark.parametrize("peer", ["here", "example.org:80", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:99999"])
def test_what_is_no_address_is_refused(source: Path, tmp_path: Path, peer: str) -> None:
    ran = longplay("mirror", source, "--into", tmp_path / "mirror", "--peer", peer)
    assert ran.code == 2
    assert "192.0.2.7:6881" in ran.err or "port" in ran.err


def test_what_is_no_source_is_named(tmp_path: Path) -> None:
    into = ("--into", tmp_path / "mirror")
    assert longplay("mirror", tmp_path / "nowhere", *into).code == 2
    assert longplay("mirror", tmp_path, *into).code == 2
    with serving(tmp_path) as site:
        ran = longplay("mirror", site.url, *into)
        assert (ran.code, "404" in ran.err) == (2, True)
        assert longplay("mirror", f"{site.url}a b/", *into).code in {2, 9}
    ran = longplay("mirror", site.url, *into)
    assert (ran.code, site.url in ran.err) == (9, True)


def test_nobody_who_has_the_payload_is_an_error_that_says_what_to_do(bare: Path, tmp_path: Path) -> None:
    ran = longplay("mirror", bare, "--into", tmp_path / "mirror", "--stall", 0.5)
    assert ran.code == 9
    assert "--peer" in ran.err
    assert "same command again" in ran.err


def test_an_edition_is_not_mirrored_into_itself(edition: Path) -> None:
    ran = longplay("mirror", edition, "--into", edition)
    assert ran.code == 2
    assert "another" in ran.err
    assert longplay("verify", edition).code == 0


def test_two_mirrorings_into_one_folder_at_once_are_one_too_many(source: Path, copied: Path) -> None:
    with locked(copied / ".longplay-mirror/lock", what="mirroring"):
        assert longplay("mirror", source, "--into", copied).code == 6


# going on


def test_it_goes_on_after_a_kill_in_the_middle(
    source: Path, tmp_path: Path, longplay_process: StartLongplay
) -> None:
    into = tmp_path / "mirror"
    with serving(source, wait_s=0.4) as site:
        process = longplay_process("mirror", site.url, "--into", into)
        assert site.busy.wait(timeout=30)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert longplay("verify", into).code != 0
        site.wait_s = 0.0
        assert json_of("mirror", site.url, "--into", into).code == 0
    assert is_whole(into, source)


def test_what_is_there_already_is_not_fetched_again(source: Path, copied: Path) -> None:
    for name in (ALPHA, f"{FREE}/bagit.txt"):
        (copied / name).unlink()
    ran = json_of("mirror", source, "--into", copied)
    assert (ran.code, ran.summary["fetched_pieces"]) == (0, 2)
    assert is_whole(copied, source)


def test_a_newer_edition_into_the_same_folder_fetches_only_what_is_new(publisher: Path, tmp_path: Path) -> None:
    into = tmp_path / "mirror"
    assert json_of("mirror", publisher / "editions/first", "--into", into).code == 0
    archives.take_in(publisher, archives.make_deposit(tmp_path / "later", {"Later.wav": "CC0-1.0"}))
    second = publish(publisher, "second")
    new = [path for path in (second / "noise-000003").rglob("*") if path.is_file()]
    ran = json_of("mirror", second, "--into", into)
    assert (ran.code, ran.summary["fetched_pieces"]) == (0, len(new))
    assert is_whole(into, second)


# repair


@pytest.mark.parametrize("how", ["longer", "shorter", "empty", "link", "folder", "pipe", "read-only"])
def test_whatever_stands_in_a_files_place_is_put_right(source: Path, copied: Path, how: str) -> None:
    path = copied / BETA
    match how:
        case "longer":
            path.write_bytes(path.read_bytes() + b"more")
        case "shorter":
            os.truncate(path, 1_100_000)
        case "empty":
            os.truncate(path, 0)
        case "link":
            path.rename(copied.parent / "elsewhere")
            path.symlink_to(copied.parent / "elsewhere")
        case "folder":
            path.unlink()
            path.mkdir()
        case "pipe":
            path.unlink()
            os.mkfifo(path)
        case "read-only":
            archives.flip(path, 9)
            path.chmod(0o444)
    ran = json_of("mirror", source, "--into", copied)
    assert ran.code == 0, ran.err
    assert ran.damage.keys() == {BETA}
    assert ran.summary["damage"] == 1
    assert is_whole(copied, source)
    assert not path.is_symlink()


def test_a_folder_with_files_in_it_is_not_thrown_away(source: Path, copied: Path) -> None:
    (copied / BETA).unlink()
    (copied / BETA).mkdir()
    (copied / BETA / "letter").write_text("mine")
    ran = longplay("mirror", source, "--into", copied)
    assert ran.code == 5
    assert "Beta.wav" in ran.err
    assert (copied / BETA / "letter").read_text() == "mine"


def test_a_folder_that_is_a_link_is_replaced_and_nothing_is_written_through_it(
    source: Path, copied: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    (copied / FREE / "data").rename(elsewhere)
    (copied / FREE / "data").symlink_to(elsewhere)
    archives.flip(elsewhere / "The Noise/Colours/Alpha.wav", 77)
    before = files_below(elsewhere)
    assert json_of("mirror", source, "--into", copied).code == 0
    assert files_below(elsewhere) == before
    assert is_whole(copied, source)


def test_a_repair_changes_nothing_through_a_hard_link(source: Path, copied: Path, tmp_path: Path) -> None:
    archives.flip(copied / BETA, 8 * 1_500_000)
    (copied / BETA).chmod(0o444)
    other = tmp_path / "other name"
    os.link(copied / BETA, other)
    damaged = other.read_bytes()
    ran = json_of("mirror", source, "--into", copied)
    assert (ran.code, ran.damage, ran.summary["fetched_pieces"]) == (0, {BETA: [1]}, 1)
    assert is_whole(copied, source)
    assert other.read_bytes() == damaged
    assert other.stat().st_mode & 0o777 == 0o444


def test_a_published_edition_is_repaired_from_a_mirror_without_touching_the_blobs(
    publisher: Path, edition: Path, copied: Path
) -> None:
    archives.flip(edition / BETA, 8 * 1_500_000)
    assert json_of("mirror", copied, "--into", edition).code == 0
    assert longplay("verify", edition).code == 0
    blobs = [path for path in (publisher / "blobs").rglob("*") if path.is_file()]
    assert {blob.stat().st_mode & 0o777 for blob in blobs} == {0o444}


def test_a_repair_that_nobody_can_deliver_leaves_the_damage_named(bare: Path, copied: Path) -> None:
    archives.flip(copied / BETA, 3)
    ran = json_of("mirror", bare, "--into", copied, "--stall", 0.5)
    assert ran.code == 9
    assert ran.damage == {BETA: [0]}


def test_trust_passes_over_what_was_whole_before(source: Path, copied: Path) -> None:
    archives.flip(copied / BETA, 3)
    assert json_of("mirror", source, "--into", copied, "--trust").damage == {}
    assert json_of("mirror", source, "--into", copied).damage == {BETA: [0]}


def test_notes_that_cannot_be_read_say_that_they_may_be_deleted(source: Path, copied: Path) -> None:
    notes = copied / ".longplay-mirror/state.json"
    notes.write_bytes(b"nonsense")
    ran = longplay("mirror", source, "--into", copied)
    assert ran.code == 4
    assert "delete it" in ran.err
    notes.unlink()
    assert json_of("mirror", source, "--into", copied).code == 0


# sources that are not what they say


def test_a_seeder_with_a_damaged_blob_never_serves_the_bad_piece(
    publisher: Path, source: Path, bare: Path, tmp_path: Path, longplay_process: StartLongplay
) -> None:
    archives.flip(blob_of(publisher, sha256(source / BETA)), 8 * 1_500_000)
    into = tmp_path / "mirror"
    with seeding(longplay_process, publisher) as address:
        alone = longplay("mirror", bare, "--into", into, "--peer", address, "--stall", 2)
        assert alone.code == 9
        assert "--peer" in alone.err
        good = (source / BETA).read_bytes()
        found = (into / BETA).read_bytes() if (into / BETA).exists() else b""
        piece = found[1024 * 1024 : 2 * 1024 * 1024]
        assert piece in (b"", bytes(len(piece)), good[1024 * 1024 : 1024 * 1024 + len(piece)])
        together = json_of("mirror", source, "--into", into)
        assert together.code == 0
    assert is_whole(into, source)


def test_a_damaged_peer_and_a_good_one_together_give_everything(
    publisher: Path, published: Path, source: Path, bare: Path, tmp_path: Path, longplay_process: StartLongplay
) -> None:
    archives.flip(blob_of(publisher, sha256(source / BETA)), 8 * 1_500_000)
    into = tmp_path / "mirror"
    with seeding(longplay_process, publisher) as bad, seeding(longplay_process, published) as good:
        ran = json_of("mirror", bare, "--into", into, "--peer", bad, "--peer", good, "--stall", 20)
    assert ran.code == 0, ran.err
    assert is_whole(into, source)


def test_a_source_folder_with_damage_does_not_pass_it_on(edition: Path, tmp_path: Path) -> None:
    archives.flip(edition / BETA, 8 * 1_500_000)
    ran = longplay("mirror", edition, "--into", tmp_path / "mirror", "--stall", 2)
    assert ran.code == 9
    assert longplay("verify", tmp_path / "mirror").code == 3


@pytest.mark.parametrize("name", [f"{FREE}.torrent", f"{FREE}.v1.torrent", "edition.json.sha256"])
def test_an_edition_that_disagrees_with_its_torrents_or_seal_is_refused(
    bare: Path, tmp_path: Path, name: str
) -> None:
    archives.flip(bare / name, 300)
    ran = longplay("mirror", bare, "--into", tmp_path / "mirror")
    assert ran.code == 4
    assert name in ran.err
    assert not (tmp_path / "mirror" / "edition.json").exists()


def test_an_edition_that_names_another_bundles_torrent_is_refused(bare: Path, tmp_path: Path) -> None:
    """The SHA-256 is right, the torrent is whole, but it is not this bundle's."""
    edition = read_edition((bare / FILE_NAME).read_bytes())
    free, other = edition.bundles
    text = (bare / FILE_NAME).read_text().replace(free.torrent_sha256, other.torrent_sha256)
    (bare / FILE_NAME).write_text(text)
    (bare / "edition.json.sha256").write_text(f"{sha256(bare / FILE_NAME)}  edition.json\n")
    shutil.copy(bare / other.torrent, bare / free.torrent)
    ran = longplay("mirror", bare, "--into", tmp_path / "mirror")
    assert ran.code == 4
    assert f"{FREE}.torrent" in ran.err


def test_a_server_on_this_machine_cannot_send_us_elsewhere_unasked(tmp_path: Path) -> None:
    class Elsewhere(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", "http://192.0.2.1/edition.json")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        ran = json_of("mirror", f"http://127.0.0.1:{server.server_port}/", "--into", tmp_path / "copy")
        server.shutdown()
    assert ran.code == 9
    assert "--public" in ran.err
