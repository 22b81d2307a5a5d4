"""Serving bundles over BitTorrent, each file from wherever it lies: no copy is made.

libtorrent hashes each piece when it is first asked for, so a damaged blob is not served.

Source: libtorrent 2.1, `add_torrent_params.renamed_files`, `torrent_flags.seed_mode`.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from longplay.errors import SwarmError
from longplay.swarm.session import listening_port, start_session, within_reach


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedState:
    """What a seeder has done so far.

    Attributes:
        torrents: served.
        peers: connected now.
        uploaded: payload bytes since the start.
    """

    torrents: int
    peers: int
    uploaded: int


class Seeder:
    """A session that serves torrents. Use as a context."""

    def __init__(self, *, listen: str, public: bool, trackers: tuple[str, ...] = ()) -> None:
        """Start listening.

        Args:
            listen: `host:port`, port 0 lets the system choose.
            public: whether the network may know.
            trackers: announce URLs besides those in the torrents.

        Raises:
            SwarmError: nothing can listen there.
        """
        self._session = start_session(listen=listen, public=public)
        self._nowhere = tempfile.TemporaryDirectory(prefix="longplay-seed-")
        self._public = public
        self._trackers = trackers
        self._handles: list[Any] = []
        self.port = listening_port(self._session, wait_s=1.0)

    def serve(self, torrent: bytes, places: Mapping[str, Path]) -> None:
        """Serve a torrent.

        Args:
            torrent: the hybrid torrent file.
            places: where each file lies, absolute, by path in the bag; every file of the torrent.

        Raises:
            SwarmError: libtorrent refuses the torrent.
        """
        import libtorrent as lt

        try:
            params = lt.load_torrent_buffer(torrent)
        except RuntimeError as exc:
            raise SwarmError(f"libtorrent refuses the torrent: {exc}") from exc
        params.save_path = self._nowhere.name
        params.renamed_files = _renamed(params.ti, places)
        params.flags |= lt.torrent_flags.seed_mode
        params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
        params.trackers = [*within_reach(params.trackers, public=self._public), *self._trackers]
        params.url_seeds = []
        self._handles.append(self._session.add_torrent(params))

    def state(self) -> SeedState:
        """What has been done so far."""
        states = [handle.status() for handle in self._handles]
        return SeedState(
            torrents=len(states),
            peers=sum(state.num_peers for state in states),
            uploaded=sum(state.total_payload_upload for state in states),
        )

    def close(self) -> None:
        """Stop serving."""
        self._session.pause()
        for handle in self._handles:
            self._session.remove_torrent(handle)
        self._nowhere.cleanup()

    def __enter__(self) -> Self:
        """Use as a context."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving."""
        self.close()


def _renamed(info: Any, places: Mapping[str, Path]) -> dict[int, str]:
    """File number to absolute path; by path, never by pieces root, which two files can share."""
    import libtorrent as lt

    files = info.layout()
    renamed = {}
    for number in range(files.num_files()):
        if files.file_flags(number) & lt.file_storage.flag_pad_file:
            continue
        path = files.file_path(number).partition("/")[2]
        renamed[number] = str(places[path])
    return renamed
