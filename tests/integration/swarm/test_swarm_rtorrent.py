"""rtorrent, which knows nothing of v2 and of pad files, gets a bundle by the v1 half of the hybrid torrent."""

from collections.abc import Callable
from pathlib import Path

import pytest
from swarm_programs import Music, free_port, need, running, verify

pytestmark = pytest.mark.integration

CONFIGURATION = """system.daemon.set = true
dht.mode.set = disable
protocol.pex.set = no
trackers.use_udp.set = no
network.bind_address.set = 127.0.0.2
network.port_random.set = no
network.port_range.set = {port}-{port}
directory.default.set = "{downloads}"
method.set_key = event.download.finished, end, "system.shutdown.normal="
"""
"""Everything off that would look for peers but by the tracker; it ends when it has everything.

It keeps one peer per address and may take itself for the only one, so its address is not the seeder's.
"""


def test_rtorrent_gets_a_bundle_through_the_tracker(music: Music, uploaded: Callable[[], int], tmp_path: Path):
    command = need("rtorrent", package="rtorrent")
    home, copy = tmp_path / "client", music.put_public_files(tmp_path / "copy")
    home.mkdir()
    settings = home / "settings.rc"
    settings.write_text(CONFIGURATION.format(port=free_port(), downloads=copy))
    options = ("-n", "-o", f"import={settings}", copy / music.bundle.torrent)
    with running([command, *options], home=home, name="rtorrent") as client:
        assert client.wait() == 0, client.printed()
    assert uploaded() >= music.bundle.size
    assert (copy / music.bundle.name / ".pad").is_dir()  # as any client that knows only BEP 3
    assert verify(copy) == (True, [])
