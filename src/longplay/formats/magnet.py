"""Magnet links of hybrid torrents.

Source: BEP 9 (`urn:btih`), BEP 52 (`urn:btmh`, multihash 0x12 0x20 for SHA-256), BEP 19 (`ws`).
"""

from collections.abc import Sequence
from urllib.parse import quote

from longplay.formats.metainfo import Metainfo


def magnet_link(name: str, torrent: Metainfo, *, trackers: Sequence[str] = ()) -> str:
    """The magnet link of a torrent.

    Args:
        name: display name.
        torrent: both hashes are named when it is a hybrid.
        trackers: announce URLs.
    """
    topics = [f"xt=urn:btih:{torrent.infohash_v1.hex()}"]
    if torrent.infohash_v2 is not None:
        topics.append(f"xt=urn:btmh:1220{torrent.infohash_v2.hex()}")
    topics.append(f"dn={quote(name, safe='')}")
    topics.extend(f"tr={quote(tracker, safe='')}" for tracker in trackers)
    return "magnet:?" + "&".join(topics)
