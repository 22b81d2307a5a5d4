"""Magnet links say what libtorrent reads out of them."""

import libtorrent as lt
from hypothesis import given
from hypothesis import strategies as st

from longplay.formats.magnet import magnet_link
from longplay.formats.metainfo import hybrid_torrent, v1_torrent
from strategies import published

FILES = published({("data", "x"): b"sound"})
VISIBLE = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)
TRACKERS = st.text("aZ09/&=%+;#", max_size=20).map("http://t.example/{}?a=1&b=2".format)


@given(VISIBLE, st.lists(TRACKERS, max_size=3, unique=True))
def test_libtorrent_reads_hashes_name_and_trackers_back(name: str, trackers: list[str]) -> None:
    torrent = hybrid_torrent("bundle", FILES)
    read = lt.parse_magnet_uri(magnet_link(name, torrent, trackers=trackers))
    assert read.info_hashes.v1.to_bytes() == torrent.infohash_v1
    assert read.info_hashes.v2.to_bytes() == torrent.infohash_v2
    assert read.name == name
    assert read.trackers == trackers


def test_the_link_of_a_v1_torrent_names_no_v2_hash() -> None:
    torrent = v1_torrent("bundle", FILES)
    read = lt.parse_magnet_uri(magnet_link("bundle", torrent))
    assert read.info_hashes.v1.to_bytes() == torrent.infohash_v1
    assert not read.info_hashes.has_v2()
