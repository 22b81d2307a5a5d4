"""aria2, which misreads hybrid torrents, gets a bundle by the v1-only torrent."""

import hashlib
from pathlib import Path

import pytest
from swarm_programs import Music, Running, free_port, need, running

from longplay.formats.bagit import MANIFEST, TAG_MANIFEST, read_manifest

pytestmark = pytest.mark.integration

QUIET = (
    "--no-conf=true",
    "--enable-dht=false",
    "--enable-dht6=false",
    "--bt-enable-lpd=false",
    "--enable-peer-exchange=false",
    "--disable-ipv6=true",
    "--interface=127.0.0.1",
    "--file-allocation=none",
    "--summary-interval=0",
    "--console-log-level=notice",
)
"""Everything off that would look for peers but by the tracker."""


def test_aria2_gets_a_bundle_by_the_v1_torrent(music: Music, seeder: Running, tmp_path: Path):
    command = need("aria2c", package="aria2")
    copy = tmp_path / "copy"
    ends = ("--seed-time=0", "--bt-stop-timeout=40")
    options = (f"--dir={copy}", f"--listen-port={free_port()}", f"-T{music.folder / music.bundle.v1_torrent}")
    with running([command, *QUIET, *ends, *options], home=tmp_path / "client", name="aria2c") as client:
        assert client.wait() == 0, client.printed()
    bag = copy / music.bundle.name
    listed = {
        path: digest
        for manifest in (MANIFEST, TAG_MANIFEST)
        for path, digest in read_manifest((music.folder / music.bundle.name / manifest).read_bytes()).items()
    }
    got = {path: hashlib.sha256((bag / path).read_bytes()).hexdigest() for path in listed}
    assert got == listed
