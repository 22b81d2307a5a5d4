"""Seeds the v1-only torrent of an edition's bundle until it is stopped: `seed_v1.py EDITION LISTEN TRACKER`."""

import signal
import sys
from pathlib import Path

from longplay.formats.metainfo import read_torrent
from longplay.swarm.seed import Seeder


def main(edition: Path, listen: str, tracker: str) -> None:
    (path,) = edition.glob("*.v1.torrent")
    data = path.read_bytes()
    torrent = read_torrent(data)
    places = {"/".join(file.path): edition.joinpath(torrent.name, *file.path) for file in torrent.files}
    stops = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    with Seeder(listen=listen, public=False, trackers=(tracker,)) as seeder:
        seeder.serve(data, places)
        signal.sigwait(stops)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
