"""Seeding from blobs against libtorrent seeding the same bundle from plain files, to one loopback leecher."""

import argparse
import tempfile
from pathlib import Path

from benchmarks.harness import LONGPLAY, Row, corpus, medians, run, table, wall_of
from longplay.editions.handout import Sources
from longplay.editions.seeding import seed_bundles
from longplay.formats.metainfo import read_torrent
from longplay.mirror.source import FolderSource
from longplay.swarm.fetch import Fetcher
from longplay.swarm.seed import Seeder
from longplay.swarm.session import LOOPBACK
from longplay.wiring import open_archive


def main() -> str:
    """Measure and return the section."""
    argparse.ArgumentParser(description=__doc__).parse_known_args()
    with tempfile.TemporaryDirectory() as temporary:
        scratch = Path(temporary)
        music, name = corpus(scratch)
        archive = scratch / "archive"
        run(LONGPLAY, "init", archive, "--name", "bench")
        statement = ("--licence", "CC0-1.0", "--evidence", "benchmark: measured, never handed on")
        run(LONGPLAY, "ingest", music, "--archive", archive, *statement)
        run(LONGPLAY, "publish", "--edition", "one", "--archive", archive)
        source = FolderSource(folder=archive / "editions" / "one")
        torrent = source.read("bench-000001.torrent")
        with Seeder(listen=LOOPBACK, public=False) as blobs, Seeder(listen=LOOPBACK, public=False) as plain:
            with open_archive(archive) as opened:
                seed_bundles(blobs, opened.ledger, opened.store, Sources(), opened.doorkeeper())
            plain.serve(torrent, source.payload(read_torrent(torrent)) or {})
            from_blobs, from_files = medians(
                lambda: wall_of(lambda: _leech(torrent, scratch, blobs.port)),
                lambda: wall_of(lambda: _leech(torrent, scratch, plain.port)),
            )
        size = sum(file.size for file in read_torrent(torrent).files)
    row = Row(
        what="a leecher's speed, connect and hash included",
        figure=f"from blobs {size / from_blobs / 1e6:.0f} MB/s",
        peer=f"from plain files {size / from_files / 1e6:.0f} MB/s",
        ratio=f"{from_files / from_blobs:.2f}",
        target=">= 0.95",
    )
    return table("Seeding", name, "python -m benchmarks.seeding", [row])


def _leech(torrent: bytes, scratch: Path, port: int) -> None:
    with tempfile.TemporaryDirectory(dir=scratch) as folder, Fetcher(public=False, stall_s=60) as fetcher:
        fetcher.fetch(
            torrent, Path(folder), peers=(f"127.0.0.1:{port}",), web_seeds=(), advance=lambda _size: None
        )


if __name__ == "__main__":
    print(main())
