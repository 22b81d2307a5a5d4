"""An edition of real music, a real tracker, and our seeder as a process of its own."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from swarm_programs import LONGPLAY, Music, Running, Tracker, free_port, get, longplay, need, running

from longplay.audio.encode import encode
from longplay.demo.pieces import PIECES, perform
from longplay.formats.edition import FILE_NAME, read_edition

PIECE_COUNT = 4
"""So many of the demo's pieces are enough; the second and fourth have `ü` and `é` in their titles."""


@pytest.fixture(scope="session")
def music(tmp_path_factory: pytest.TempPathFactory) -> Music:
    """An edition of four pieces, of one to three MiB-pieces each, under CC0. Not to be changed."""
    folder = tmp_path_factory.mktemp("music")
    deposit = folder / "deposit" / "An Album"
    deposit.mkdir(parents=True)
    for piece in PIECES[:PIECE_COUNT]:
        path = deposit / f"{piece.key}{piece.encoding.suffix}"
        tags = {"title": piece.title, "artist": piece.artist, "album": piece.album}
        encode(perform(piece), rate=44_100, path=path, encoding=piece.encoding, tags=tags)
    archive = folder / "archive"
    announce = f"http://127.0.0.1:{free_port()}/announce"
    longplay("init", archive)
    stated = ("--licence", "CC0-1.0", "--evidence", "made for this test")
    longplay("ingest", deposit, "--archive", archive, *stated)
    longplay("publish", "--edition", "e", "--tracker", announce, "--archive", archive)
    edition = archive / "editions" / "e"
    (bundle,) = read_edition((edition / FILE_NAME).read_bytes()).bundles
    return Music(archive=archive, folder=edition, bundle=bundle, announce=announce)


@pytest.fixture
def tracker(music: Music, tmp_path: Path) -> Iterator[Tracker]:
    """Debian's opentracker, which serves only the torrents on its whitelist: here, those of the edition."""
    opentracker = need("opentracker", package="opentracker")
    home = tmp_path / "tracker"
    home.mkdir()
    home.chmod(0o755)  # started by root, it becomes `nobody` and sees nothing but this folder
    listed = [*music.announced_as, music.bundle.v1_infohash]
    (home / "whitelist.txt").write_text("".join(f"{infohash}\n" for infohash in listed))
    url = music.announce.removesuffix("/announce")
    port = url.rpartition(":")[2]
    command = [opentracker, "-i", "127.0.0.1", "-p", port, "-P", port, "-d", home, "-w", "whitelist.txt"]
    with running(command, home=home, name="opentracker") as program:
        program.wait_for(lambda: _answers(f"{url}/scrape"), "no scrape was answered")
        yield Tracker(url=url)


def _answers(url: str) -> bool:
    try:
        return bool(get(url))
    except OSError:
        return False


@pytest.fixture
def seeder(music: Music, tracker: Tracker, tmp_path: Path) -> Iterator[Running]:
    """`longplay seed`, known to the tracker under both info hashes of the hybrid torrent and that of the v1."""
    listen = f"127.0.0.1:{free_port()}"
    served = (*music.announced_as, music.bundle.v1_infohash)
    options = ("--archive", music.archive, "--listen", listen, "--tracker", music.announce, "--format", "json")
    with running([*LONGPLAY, "seed", *options], home=tmp_path / "seeder", name="longplay-seed") as program:
        program.wait_for(
            lambda: all(tracker.seeds(infohash) == 1 for infohash in served),
            "the tracker does not know it under every info hash",
        )
        yield program


@pytest.fixture
def uploaded(seeder: Running) -> Callable[[], int]:
    """A function that stops the seeder and returns how many bytes it gave away."""

    def stop() -> int:
        seeder.stop()
        summary = json.loads(seeder.printed().splitlines()[-1])
        assert summary["type"] == "summary"
        return int(summary["uploaded"])

    return stop
