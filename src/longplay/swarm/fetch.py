"""Fetching a bundle over BitTorrent or from web seeds, and repairing one: only missing or damaged pieces move.

Source: libtorrent 2.1; BEP 19 (web seeds).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from longplay.errors import StorageError, SwarmError
from longplay.swarm.session import LOOPBACK, parse_address, start_session, within_reach

POLL_S: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What one fetch moved.

    Attributes:
        downloaded: payload bytes received, redundant ones included.
        pieces: pieces that were missing or damaged and came in.
    """

    downloaded: int
    pieces: int


class Fetcher:
    """A session that fetches torrents one at a time. Use as a context."""

    def __init__(self, *, public: bool, stall_s: float) -> None:
        """Start a session.

        Args:
            public: whether the network may be spoken to.
            stall_s: seconds without a byte after which a fetch is given up.

        Raises:
            SwarmError: no session can be started.
        """
        self._session = start_session(listen="0.0.0.0:0" if public else LOOPBACK, public=public)
        self._public = public
        self._stall_s = stall_s

    def fetch(
        self,
        torrent: bytes,
        folder: Path,
        *,
        peers: Sequence[str],
        web_seeds: Sequence[str],
        advance: Callable[[int], None],
    ) -> Fetched:
        """Make a torrent's files whole below `folder`: what is there is hashed first, the rest is fetched.

        May be killed and run again. What it wrote is on disk when it returns; whether that is right is for
        `longplay.fixity` to say.

        Args:
            torrent: the hybrid torrent file.
            folder: gets the torrent's folder.
            peers: `host:port` each.
            web_seeds: URLs of folders that hold the torrent's folder.
            advance: told how many more bytes are there.

        Raises:
            SwarmError: libtorrent refuses the torrent, or nobody had the rest.
            StorageError: the folder could not be written.
        """
        import libtorrent as lt

        try:
            params = lt.load_torrent_buffer(torrent)
        except RuntimeError as exc:
            raise SwarmError(f"libtorrent refuses the torrent: {exc}") from exc
        params.save_path = str(folder)
        params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
        params.url_seeds = within_reach([*params.url_seeds, *web_seeds], public=self._public)
        params.trackers = within_reach(params.trackers, public=self._public)
        handle = self._session.add_torrent(params)
        try:
            return self._run(handle, peers, advance)
        finally:
            self._let_go(handle)

    def _run(self, handle: Any, peers: Sequence[str], advance: Callable[[int], None]) -> Fetched:
        self._wait_checked(handle)
        had = sum(handle.status().pieces)
        watch = _Watch(stall_s=self._stall_s)
        while not (state := handle.status()).is_seeding:
            self._raise_errors(state)
            advance(watch.moved(state.total_done))
            if watch.connects():
                for peer in peers:
                    handle.connect_peer(parse_address(peer))
            if watch.is_stalled():
                raise SwarmError(_stalled(state, self._stall_s))
            time.sleep(POLL_S)
        advance(watch.moved(state.total_done))
        handle.flush_cache()
        return Fetched(downloaded=state.total_payload_download, pieces=sum(state.pieces) - had)

    def _wait_checked(self, handle: Any) -> None:
        import libtorrent as lt

        checking = {lt.torrent_status.checking_files, lt.torrent_status.checking_resume_data}
        while (state := handle.status()).state in checking:
            self._raise_errors(state)
            time.sleep(POLL_S)

    def _raise_errors(self, state: Any) -> None:
        if state.errc.value():
            place = f"{state.save_path}/{state.name}"
            raise StorageError(f"{place} could not be written: {state.errc.message()}")

    def _let_go(self, handle: Any) -> None:
        """Remove a torrent and wait until its files are closed: everything is on disk then."""
        import libtorrent as lt

        self._session.pop_alerts()
        self._session.remove_torrent(handle)
        until = time.monotonic() + 30
        while time.monotonic() < until:
            self._session.wait_for_alert(200)
            alerts = self._session.pop_alerts()
            if any(isinstance(alert, lt.torrent_removed_alert) for alert in alerts):
                self._session.wait_for_alert(200)
                return

    def close(self) -> None:
        """End the session."""
        self._session.pause()

    def __enter__(self) -> Self:
        """Use as a context."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the session."""
        self.close()


class _Watch:
    """Notices progress, its absence, and when to knock at the peers again."""

    def __init__(self, *, stall_s: float) -> None:
        self._stall_s = stall_s
        self._done = 0
        self._last = time.monotonic()
        self._knocked = 0.0

    def moved(self, done: int) -> int:
        step = done - self._done
        if step:
            self._done, self._last = done, time.monotonic()
        return step

    def connects(self) -> bool:
        if time.monotonic() - self._knocked < 2.0:
            return False
        self._knocked = time.monotonic()
        return True

    def is_stalled(self) -> bool:
        return time.monotonic() - self._last > self._stall_s


def _stalled(state: Any, stall_s: float) -> str:
    have = f"{state.total_done} of {state.total} bytes" if hasattr(state, "total") else f"{state.progress:.0%}"
    return (
        f"{state.name}: nothing came in for {stall_s:.0f} s ({have} there, {state.num_peers} peers): "
        "name a --peer that has it and run the same command again"
    )
