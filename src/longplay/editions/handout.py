"""Handing an edition out: its files as links to blobs, its torrents from stored digests.

No payload byte is read, except where the folder lies on another file system and there is no way but to copy.
May be killed and run again: what is there stays, `edition.json` comes last.

Source: docs/format/edition.md, docs/format/torrent.md.
"""

import hashlib
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from longplay.errors import BlobMissing, StorageError
from longplay.formats.bagit import TAG_MANIFEST
from longplay.formats.magnet import magnet_link
from longplay.formats.metainfo import Metainfo, hybrid_torrent, v1_torrent
from longplay.model.digests import ContentId, FileDigests
from longplay.model.editions import Bundle, BundleEntry, PublishedFile
from longplay.model.units import ByteCount
from longplay.store.failures import storing
from longplay.store.links import Linker
from longplay.store.local import LocalStore, write_durably

PUBLISHED_MODE = 0o444

_LEFTOVER: Final = re.compile(r"\.[0-9a-f]{32}")
"""The unfinished names of `Linker`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where peers are found; named in the torrents without changing their info hashes.

    Attributes:
        trackers: announce URLs.
        web_seeds: URLs of folders that hold the edition (BEP 19).
    """

    trackers: tuple[str, ...] = ()
    web_seeds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleTorrents:
    """The torrents of a bundle.

    Attributes:
        hybrid, v1: the torrent files.
        magnet: link of the hybrid.
    """

    hybrid: Metainfo
    v1: Metainfo
    magnet: str


def torrents_of(bundle: Bundle, digests: dict[ContentId, FileDigests], sources: Sources) -> BundleTorrents:
    """A bundle's torrents from stored digests: a function of the bundle and `sources`."""
    files = [
        PublishedFile(path=tuple(file.path.split("/")), digests=digests[file.content_id])
        for file in bundle.files
    ]
    hybrid = hybrid_torrent(bundle.name, files, trackers=sources.trackers, web_seeds=sources.web_seeds)
    plain = v1_torrent(bundle.name, files, trackers=sources.trackers, web_seeds=sources.web_seeds)
    magnet = magnet_link(bundle.name, hybrid, trackers=sources.trackers)
    return BundleTorrents(hybrid=hybrid, v1=plain, magnet=magnet)


def bundle_entry(bundle: Bundle, torrents: BundleTorrents) -> BundleEntry:
    """What `edition.json` says of a bundle."""
    payload = bundle.payload
    tagmanifest = next(file for file in bundle.files if file.path == TAG_MANIFEST)
    return BundleEntry(
        name=bundle.name,
        partition=bundle.partition,
        files=len(bundle.files),
        size=ByteCount(sum(file.size for file in bundle.files)),
        payload_files=len(payload),
        payload_size=ByteCount(sum(file.size for file in payload)),
        torrent=f"{bundle.name}.torrent",
        torrent_sha256=hashlib.sha256(torrents.hybrid.data).hexdigest(),
        v1_torrent=f"{bundle.name}.v1.torrent",
        v1_torrent_sha256=hashlib.sha256(torrents.v1.data).hexdigest(),
        infohash_v1=torrents.hybrid.infohash_v1.hex(),
        infohash_v2=(torrents.hybrid.infohash_v2 or b"").hex(),
        v1_infohash=torrents.v1.infohash_v1.hex(),
        magnet=torrents.magnet,
        tagmanifest_sha256=tagmanifest.content_id,
    )


def hand_out(
    bundle: Bundle, entry: BundleEntry, torrents: BundleTorrents, *, folder: Path, store: LocalStore
) -> None:
    """Put a bundle and its torrents into an edition's folder; idempotent.

    Raises:
        BlobMissing: a blob of the bundle is not in the store.
        StorageError: the folder could not be written.
    """
    linker = Linker()
    for file in bundle.files:
        target = folder / bundle.name / file.path
        with storing(target):
            target.parent.mkdir(parents=True, exist_ok=True)
        _place(store, file.content_id, file.size, target, linker)
    _sweep(folder / bundle.name)
    write_durably(folder / entry.torrent, torrents.hybrid.data, mode=PUBLISHED_MODE)
    write_durably(folder / entry.v1_torrent, torrents.v1.data, mode=PUBLISHED_MODE)
    write_durably(folder / f"{bundle.name}.magnet", f"{torrents.magnet}\n".encode(), mode=PUBLISHED_MODE)


def _place(store: LocalStore, content_id: ContentId, size: ByteCount, target: Path, linker: Linker) -> None:
    blob = store.path(content_id)
    held = store.size(content_id)
    if held is None:
        raise BlobMissing(content_id)
    if held != size:
        raise StorageError(f"blob {content_id} has {held} bytes, not {size}: run `longplay audit`")
    if not _is_there(blob, target):
        linker.link(blob, target)


def _is_there(blob: Path, target: Path) -> bool:
    """Whether a place needs nothing: it is the blob itself, or on another file system a copy of its length.

    A file that merely looks the same is replaced: it may be what the blob was before it was healed.
    """
    with storing(target):
        try:
            there = target.lstat()
        except FileNotFoundError:
            return False
        held = blob.stat()
    if there.st_dev == held.st_dev:
        return there.st_ino == held.st_ino
    return stat.S_ISREG(there.st_mode) and there.st_size == held.st_size


def _sweep(folder: Path) -> None:
    """Remove what a kill between link and rename left in a bag: nothing foreign may lie there."""
    with storing(folder):
        for path in folder.rglob(".*"):
            if _LEFTOVER.fullmatch(path.name) and path.is_file():
                path.unlink()
