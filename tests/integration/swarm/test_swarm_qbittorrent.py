"""qBittorrent, which is libtorrent of another version, gets a bundle from our seeder, and gives it back."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from swarm_programs import Music, Running, free_port, get, longplay, need, running, verify

pytestmark = pytest.mark.integration

CONFIGURATION = r"""[LegalNotice]
Accepted=true
[BitTorrent]
Session\BTProtocol=TCP
Session\DHTEnabled=false
Session\DefaultSavePath={downloads}
Session\Interface=lo
Session\InterfaceAddress=127.0.0.1
Session\InterfaceName=lo
Session\LSDEnabled=false
Session\MultiConnectionsPerIp=true
Session\PeXEnabled=false
Session\Port={port}
[Network]
PortForwardingEnabled=false
[Preferences]
Connection\ResolvePeerCountries=false
WebUI\Address=127.0.0.1
WebUI\LocalHostAuth=false
WebUI\Port={web_port}
WebUI\UseUPnP=false
"""
"""Everything off that would look for peers, or speak to anybody, but by the tracker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QBittorrent:
    """A qBittorrent that runs: `address` for peers, `web` for questions."""

    program: Running
    address: str
    web: str

    def wait_complete(self) -> dict[str, Any]:
        """What it says of its only torrent, once it has all of it."""
        return self.program.wait_for(self._complete, "the torrent is not complete")

    def _complete(self) -> dict[str, Any] | None:
        try:
            (torrent,) = json.loads(get(f"{self.web}/api/v2/torrents/info"))
        except (OSError, ValueError):
            return None  # it does not answer yet, or has not added the torrent
        return torrent if torrent["progress"] == 1 and torrent["state"].endswith("UP") else None


@contextmanager
def qbittorrent(source: str | Path, *, home: Path, downloads: Path) -> Iterator[QBittorrent]:
    """A qBittorrent that downloads a torrent file or magnet link."""
    command = need("qbittorrent-nox", package="qbittorrent-nox")
    port, web_port = free_port(), free_port()
    settings = home / "qBittorrent" / "config" / "qBittorrent.conf"
    settings.parent.mkdir(parents=True)
    settings.write_text(CONFIGURATION.format(downloads=downloads, port=port, web_port=web_port))
    options = (f"--profile={home}", f"--webui-port={web_port}", f"--save-path={downloads}", source)
    with running([command, *options], home=home, name="qbittorrent-nox") as program:
        yield QBittorrent(program=program, address=f"127.0.0.1:{port}", web=f"http://127.0.0.1:{web_port}")


@pytest.mark.parametrize("form", ["torrent", "magnet"])
def test_qbittorrent_gets_a_bundle_through_the_tracker(
    form: str, music: Music, uploaded: Callable[[], int], tmp_path: Path
):
    copy = tmp_path / "copy"
    source = music.folder / music.bundle.torrent if form == "torrent" else music.bundle.magnet
    with qbittorrent(source, home=tmp_path / "client", downloads=copy) as client:
        torrent = client.wait_complete()
    assert (torrent["infohash_v1"], torrent["infohash_v2"]) == (
        music.bundle.infohash_v1,
        music.bundle.infohash_v2,
    )
    assert uploaded() >= music.bundle.size
    assert verify(music.put_public_files(copy)) == (True, [])


def test_qbittorrent_leaves_no_pads_on_disk(music: Music, seeder: Running, tmp_path: Path):
    copy = tmp_path / "copy"
    with qbittorrent(music.folder / music.bundle.torrent, home=tmp_path / "client", downloads=copy) as client:
        client.wait_complete()
    published = {path.relative_to(music.folder) for path in (music.folder / music.bundle.name).rglob("*")}
    assert {path.relative_to(copy) for path in (copy / music.bundle.name).rglob("*")} == published


def test_a_mirror_is_fetched_from_qbittorrent_alone(music: Music, uploaded: Callable[[], int], tmp_path: Path):
    public_files = music.put_public_files(tmp_path / "public files")
    source = public_files / music.bundle.torrent
    with qbittorrent(source, home=tmp_path / "client", downloads=tmp_path / "downloads") as client:
        client.wait_complete()
        uploaded()
        *_, summary = longplay("mirror", public_files, "--into", tmp_path / "mirror", "--peer", client.address)
    assert (summary["whole"], summary["bundles"]) == (1, 1)
    assert verify(tmp_path / "mirror") == (True, [])
