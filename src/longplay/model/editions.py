"""What we publish: an edition of stages, a stage of bundles, a bundle that is one bag and one torrent.

Source: RFC 8493 (BagIt 1.0); BEP 3, 47, 52; design, sections 1 and 5.
"""

from dataclasses import dataclass
from enum import StrEnum

from longplay.model.digests import ContentId, FileDigests
from longplay.model.rights import Decision
from longplay.model.units import ByteCount
from longplay.model.withdrawal import Tombstone

BUNDLE_FILE_LIMIT = 2_000
"""Most files a bundle may have, tag files included (pads not counted)."""


class Partition(StrEnum):
    """What a bundle demands of whoever holds it, so that a mirror can leave one kind out.

    From the mildest to the strictest; a recording that asks for several belongs to the one named last. So who
    leaves `non-commercial` and `territory-limited` out holds nothing that forbids commercial use, and who holds
    `free` alone holds free cultural works alone.

    Source: definition of free cultural works 1.1 (freedomdefined.org).
    """

    FREE = "free"
    NO_DERIVATIVES = "no-derivatives"
    NON_COMMERCIAL = "non-commercial"
    TERRITORY_LIMITED = "territory-limited"

    def demands_at_least(self, other: "Partition") -> bool:
        """Whether a recording that belongs to `other` may lie in a bundle of this partition."""
        order = list(Partition)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleFile:
    """One file of a bundle.

    Attributes:
        path: path in the bag with `/` between components, such as `data/Artist/Album/01 Title.ogg`.
        content_id: the blob it is.
        size: bytes.
        decision: what let it be redistributed; `None` for tag files, which we wrote ourselves.
    """

    path: str
    content_id: ContentId
    size: ByteCount
    decision: Decision | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """One bag and its torrent; the membership never changes once journalled.

    Attributes:
        name: folder name of the bag and name of the torrent.
        number: counted from 1 over the life of the archive.
        partition: what it demands.
        files: every file of the bag, in bag order.
    """

    name: str
    number: int
    partition: Partition
    files: tuple[BundleFile, ...]

    @property
    def payload(self) -> tuple[BundleFile, ...]:
        """The files below `data/`."""
        return tuple(file for file in self.files if file.path.startswith("data/"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFile:
    """A file of a torrent with what proves it.

    Attributes:
        path: path components below the torrent's name.
        digests: proof of its bytes.
    """

    path: tuple[str, ...]
    digests: FileDigests


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleEntry:
    """What `edition.json` says of one bundle. Hashes are lower-case hex.

    Attributes:
        name: the bag's folder and the torrent's name.
        partition: what it demands of a mirror.
        files, size: files of the bag and their bytes, pads not counted.
        payload_files, payload_size: the same below `data/`.
        torrent, torrent_sha256: file name of the hybrid torrent beside the bag, and its digest.
        v1_torrent, v1_torrent_sha256: the same of the v1-only torrent.
        infohash_v1, infohash_v2: of the hybrid: SHA-1 and SHA-256 of its info dictionary.
        v1_infohash: of the v1-only torrent.
        magnet: magnet link of the hybrid.
        tagmanifest_sha256: digest of the bag's `tagmanifest-sha256.txt`, which proves the rest.
    """

    name: str
    partition: Partition
    files: int
    size: ByteCount
    payload_files: int
    payload_size: ByteCount
    torrent: str
    torrent_sha256: str
    v1_torrent: str
    v1_torrent_sha256: str
    infohash_v1: str
    infohash_v2: str
    v1_infohash: str
    magnet: str
    tagmanifest_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A part of an edition that is published at one time; stages follow popularity.

    Attributes:
        number: counted from 1.
        bundles: in the order in which they were made.
    """

    number: int
    bundles: tuple[BundleEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """An immutable dated edition: a function of (journal heads, name, date).

    Attributes:
        name: its folder.
        date: ISO 8601 day, fixed when it was first published.
        archive_id: the archive's UUID.
        archive_name: the archive's readable name.
        heads: journal heads (writer, number of lines, hash) it was cut from, sorted by writer.
        stages: at least one.
        withdrawn: recordings that earlier editions published and that may not be passed on any more.
    """

    name: str
    date: str
    archive_id: str
    archive_name: str
    heads: tuple[tuple[str, int, str], ...]
    stages: tuple[Stage, ...]
    withdrawn: tuple[Tombstone, ...] = ()

    @property
    def bundles(self) -> tuple[BundleEntry, ...]:
        """All bundles, stage by stage."""
        return tuple(bundle for stage in self.stages for bundle in stage.bundles)
