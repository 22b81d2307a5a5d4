"""A bundle's torrents from stored digests, against libtorrent reading the same files.

The files are sparse, so that libtorrent reads from memory: a warm cache. Ours needs only their digests, which
are random of the right lengths.
"""

import argparse
import random
import tempfile
from pathlib import Path

from benchmarks.harness import Row, cpu_of, medians, table, wall_of
from longplay.formats.metainfo import hybrid_torrent, v1_torrent
from longplay.model.digests import PIECE_LENGTH, ContentId, FileDigests
from longplay.model.editions import PublishedFile
from longplay.model.units import ByteCount

MEAN_SIZE = 3_490_000


def sizes(count: int) -> list[int]:
    """Sizes around the mean file of design, section 4."""
    rng = random.Random(7)
    return [max(20_000, int(rng.lognormvariate(0.0, 0.5) * MEAN_SIZE / 1.133)) for _ in range(count)]


def published(count: int) -> list[PublishedFile]:
    """Files with random digests of the right lengths."""
    rng = random.Random(11)
    files = []
    for number, size in enumerate(sizes(count)):
        pieces = -(-size // PIECE_LENGTH)
        digests = FileDigests(
            size=ByteCount(size),
            content_id=ContentId(rng.randbytes(32).hex()),
            pieces_root=rng.randbytes(32),
            piece_layer=rng.randbytes(32 * pieces) if pieces > 1 else b"",
            v1_pieces=rng.randbytes(20 * pieces),
            v1_last=rng.randbytes(20),
        )
        files.append(
            PublishedFile(path=("data", f"Artist {number % 500}", "Album", f"{number}.ogg"), digests=digests)
        )
    return files


def libtorrent_reads(folder: Path) -> None:
    """libtorrent's own creator over the same files."""
    import libtorrent as lt

    storage = lt.list_files(str(folder)) if hasattr(lt, "list_files") else _file_storage(folder)
    creator = lt.create_torrent(storage, piece_size=PIECE_LENGTH)
    lt.set_piece_hashes(creator, str(folder.parent))
    lt.bencode(creator.generate())


def _file_storage(folder: Path) -> object:
    import libtorrent as lt

    storage = lt.file_storage()
    lt.add_files(storage, str(folder))
    return storage


def main() -> str:
    """Measure and return the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--peer-files", type=int, default=1_000, help="files libtorrent is given")
    args, _rest = parser.parse_known_args()
    files = published(args.files)
    part = files[: args.peer_files]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "bundle"
        folder.mkdir()
        for number, size in enumerate(sizes(args.peer_files)):
            with (folder / f"{number}.ogg").open("wb") as sparse:
                sparse.truncate(size)
        hybrid, plain, ours, peer = medians(
            lambda: cpu_of(lambda: hybrid_torrent("bundle", files)),
            lambda: cpu_of(lambda: v1_torrent("bundle", files)),
            lambda: wall_of(lambda: hybrid_torrent("bundle", part)),
            lambda: wall_of(lambda: libtorrent_reads(folder)),
            repeats=3,
        )
    rows = [
        Row(what=f"hybrid torrent of {args.files} files, CPU", figure=f"{hybrid:.3f} s", target="<= 0.5 CPU-s"),
        Row(what=f"v1 torrent of {args.files} files, CPU", figure=f"{plain:.3f} s"),
        Row(
            what=f"hybrid torrent of {args.peer_files} files, wall",
            figure=f"{ours:.4f} s",
            peer=f"libtorrent create_torrent {peer:.1f} s",
            ratio=f"{peer / ours:.0f}x faster",
            target=">= 100x",
        ),
    ]
    return table(
        "Torrents from stored digests", f"mean file {MEAN_SIZE} bytes", "python -m benchmarks.torrent", rows
    )


if __name__ == "__main__":
    print(main())
