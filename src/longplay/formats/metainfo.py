"""Torrents: assembled from stored digests without reading a payload byte, and read back.

What is published: one hybrid (v1 + v2) torrent a bundle and a v1-only one over the same SHA-1s. Every file
starts at a piece; pads stand in `.pad/` under unique names, the last file is padded too.

Source: BEP 3 (metainfo), BEP 47 (pad files), BEP 52 (v2, hybrid). Normative: docs/format/torrent.md.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from longplay.errors import MalformedInput
from longplay.formats.bencode import Bencodable, Bencoded, bdecode, bencode
from longplay.formats.merkle import PIECE_LEVEL, root_from, split_layer
from longplay.model.digests import PIECE_LENGTH
from longplay.model.editions import PublishedFile
from longplay.model.units import ByteCount

PAD_FOLDER = b".pad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metainfo:
    """A torrent file ready to be written.

    Attributes:
        data: the bencoded file.
        infohash_v1: SHA-1 of the info dictionary, 20 bytes.
        infohash_v2: SHA-256 of it, 32 bytes; `None` for a v1-only torrent.
    """

    data: bytes
    infohash_v1: bytes
    infohash_v2: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TorrentFile:
    """What a torrent says of one file.

    Attributes:
        path: components below the torrent's name.
        size: bytes, more than 0.
        pieces_root: BEP 52 root, 32 bytes; `None` in a v1-only torrent.
        piece_layer: hashes of 1 MiB pieces, 32 bytes each; empty for one piece or v1-only.
        v1_pieces: SHA-1s of its zero-padded pieces, 20 bytes each.
    """

    path: tuple[str, ...]
    size: ByteCount
    pieces_root: bytes | None
    piece_layer: bytes
    v1_pieces: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Torrent:
    """A torrent read back.

    Attributes:
        name: the folder it unpacks to.
        files: without pads, in torrent order.
        infohash_v1, infohash_v2: as in `Metainfo`.
    """

    name: str
    files: tuple[TorrentFile, ...]
    infohash_v1: bytes
    infohash_v2: bytes | None


def torrent_order(files: Iterable[PublishedFile]) -> list[PublishedFile]:
    """The files of a torrent in its order: by path components as bytes, empty files left out.

    BEP 52 sorts component by component: `a/x` comes before `a b/x`, which whole strings would turn round.
    """
    filled = (file for file in files if file.digests.size)
    return sorted(filled, key=lambda file: [part.encode() for part in file.path])


def hybrid_torrent(
    name: str, files: Iterable[PublishedFile], *, trackers: Sequence[str] = (), web_seeds: Sequence[str] = ()
) -> Metainfo:
    """The hybrid torrent of a bundle. Reads no file: the digests say it all.

    Args:
        name: folder the torrent unpacks to.
        files: every file of the bag, in any order.
        trackers: announce URLs, one tier each; they do not change the info hashes.
        web_seeds: BEP 19 URLs of the folder that holds the bag.

    Raises:
        ValueError: a path is both a file and a folder.

    Source: BEP 52, `upgrade path`: same files, same order, pads between.
    """
    ordered = torrent_order(files)
    info: dict[bytes, Bencodable] = {
        b"file tree": _file_tree(ordered),
        b"files": _v1_files(ordered),
        b"meta version": 2,
        b"name": name.encode(),
        b"piece length": PIECE_LENGTH,
        b"pieces": b"".join(file.digests.v1_pieces for file in ordered),
    }
    layers = {
        file.digests.pieces_root: file.digests.piece_layer
        for file in ordered
        if file.digests.pieces_root is not None and file.digests.piece_layer
    }
    encoded = bencode(info)
    return Metainfo(
        data=_metainfo(encoded, {b"piece layers": layers, **_sources(trackers, web_seeds)}),
        infohash_v1=hashlib.sha1(encoded, usedforsecurity=False).digest(),
        infohash_v2=hashlib.sha256(encoded).digest(),
    )


def v1_torrent(
    name: str, files: Iterable[PublishedFile], *, trackers: Sequence[str] = (), web_seeds: Sequence[str] = ()
) -> Metainfo:
    """The v1-only torrent over the same files, for clients that misread hybrids."""
    ordered = torrent_order(files)
    info: dict[bytes, Bencodable] = {
        b"files": _v1_files(ordered),
        b"name": name.encode(),
        b"piece length": PIECE_LENGTH,
        b"pieces": b"".join(file.digests.v1_pieces for file in ordered),
    }
    encoded = bencode(info)
    return Metainfo(
        data=_metainfo(encoded, _sources(trackers, web_seeds)),
        infohash_v1=hashlib.sha1(encoded, usedforsecurity=False).digest(),
        infohash_v2=None,
    )


def _metainfo(info: bytes, outer: Mapping[bytes, Bencodable]) -> bytes:
    """The outer dictionary around an info dictionary that is already encoded, so that it is encoded once."""
    parts = [b"d"]
    for key in sorted([*outer, b"info"]):
        parts.append(bencode(key))
        parts.append(info if key == b"info" else bencode(outer[key]))
    parts.append(b"e")
    return b"".join(parts)


def _sources(trackers: Sequence[str], web_seeds: Sequence[str]) -> dict[bytes, Bencodable]:
    outer: dict[bytes, Bencodable] = {}
    if trackers:
        outer[b"announce"] = trackers[0].encode()
        outer[b"announce-list"] = [[tracker.encode()] for tracker in trackers]
    if web_seeds:
        outer[b"url-list"] = [url.encode() for url in web_seeds]
    return outer


def _file_tree(ordered: Sequence[PublishedFile]) -> dict[bytes, Bencodable]:
    tree: dict[bytes, Bencodable] = {}
    for file in ordered:
        folder = tree
        for part in file.path[:-1]:
            below = folder.setdefault(part.encode(), {})
            if not isinstance(below, dict) or b"" in below:
                raise ValueError(f"{part} is both a file and a folder")
            folder = below
        leaf: dict[bytes, Bencodable] = {b"length": file.digests.size}
        if file.digests.pieces_root is not None:
            leaf[b"pieces root"] = file.digests.pieces_root
        folder[file.path[-1].encode()] = {b"": leaf}
    return tree


def _v1_files(ordered: Sequence[PublishedFile]) -> list[Bencodable]:
    entries: list[Bencodable] = []
    for number, file in enumerate(ordered):
        entries.append({b"length": file.digests.size, b"path": [part.encode() for part in file.path]})
        pad = -file.digests.size % PIECE_LENGTH
        if pad:
            path: list[Bencodable] = [PAD_FOLDER, b"%d.%d" % (number, pad)]
            entries.append({b"attr": b"p", b"length": pad, b"path": path})
    return entries


def read_torrent(data: bytes) -> Torrent:
    """A torrent of ours read back and checked for consistency.

    Raises:
        MalformedInput: not a torrent, or not in the form `docs/format/torrent.md` lays down (every file
            aligned to a piece of 1 MiB, v1 and v2 agreeing on names and lengths).
    """
    outer = bdecode(data)
    if not isinstance(outer, dict):
        raise _malformed("not a dictionary")
    info = _dict(outer, b"info")
    if _int(info, b"piece length") != PIECE_LENGTH:
        raise _malformed(f"piece length is not {PIECE_LENGTH}")
    encoded = bencode(info)
    hybrid = b"meta version" in info
    files = _read_v1_files(info)
    if hybrid:
        if _int(info, b"meta version") != 2:
            raise _malformed("meta version is not 2")
        files = _with_v2(files, _dict(info, b"file tree"), _dict(outer, b"piece layers"))
    return Torrent(
        name=_component(_bytes(info, b"name")),
        files=tuple(files),
        infohash_v1=hashlib.sha1(encoded, usedforsecurity=False).digest(),
        infohash_v2=hashlib.sha256(encoded).digest() if hybrid else None,
    )


def _malformed(reason: str) -> MalformedInput:
    return MalformedInput("torrent", reason)


def _dict(outer: Mapping[bytes, Bencoded], key: bytes) -> dict[bytes, Bencoded]:
    value = outer.get(key)
    if not isinstance(value, dict):
        raise _malformed(f"{key.decode()} is missing or not a dictionary")
    return value


def _int(outer: Mapping[bytes, Bencoded], key: bytes) -> int:
    value = outer.get(key)
    if not isinstance(value, int) or value < 0:
        raise _malformed(f"{key.decode()} is missing or not a length")
    return value


def _bytes(outer: Mapping[bytes, Bencoded], key: bytes) -> bytes:
    value = outer.get(key)
    if not isinstance(value, bytes):
        raise _malformed(f"{key.decode()} is missing or not a string")
    return value


def _component(raw: bytes) -> str:
    """One path component that cannot lead out of its folder."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as exc:
        raise _malformed("a name is not UTF-8") from exc
    if text in {"", ".", ".."} or "/" in text or "\0" in text or "\\" in text:
        raise _malformed(f"unsafe name {text!r}")
    return text


def _path(entry: Mapping[bytes, Bencoded]) -> tuple[str, ...]:
    parts = entry.get(b"path")
    if not isinstance(parts, list) or not parts:
        raise _malformed("path is missing or not a list")
    names = []
    for part in parts:
        if not isinstance(part, bytes):
            raise _malformed("a path component is not a string")
        names.append(_component(part))
    return tuple(names)


def _read_v1_files(info: Mapping[bytes, Bencoded]) -> list[TorrentFile]:
    entries = info.get(b"files")
    if not isinstance(entries, list):
        raise _malformed("files is missing or not a list")
    pieces = _bytes(info, b"pieces")
    files: list[TorrentFile] = []
    offset = 0
    for entry in entries:
        if not isinstance(entry, dict):
            raise _malformed("a file is not a dictionary")
        size = _int(entry, b"length")
        if entry.get(b"attr") != b"p":
            if offset % PIECE_LENGTH or not size:
                raise _malformed("a file does not start at a piece, or is empty")
            first = offset // PIECE_LENGTH * 20
            sha1s = pieces[first : first + -(-size // PIECE_LENGTH) * 20]
            files.append(
                TorrentFile(
                    path=_path(entry),
                    size=ByteCount(size),
                    pieces_root=None,
                    piece_layer=b"",
                    v1_pieces=sha1s,
                )
            )
        offset += size
    if offset % PIECE_LENGTH or len(pieces) != offset // PIECE_LENGTH * 20:
        raise _malformed("pieces do not cover the files")
    paths = sorted(file.path for file in files)
    if any(after[: len(path)] == path for path, after in pairwise(paths)):
        raise _malformed("a path occurs twice, or is both a file and a folder")
    return files


def _with_v2(
    files: Sequence[TorrentFile], tree: Mapping[bytes, Bencoded], layers: Mapping[bytes, Bencoded]
) -> list[TorrentFile]:
    leaves = dict(_walk(tree, ()))
    if set(leaves) != {file.path for file in files}:
        raise _malformed("v1 and v2 list different files")
    joined = []
    for file in files:
        leaf = leaves[file.path]
        root = _bytes(leaf, b"pieces root")
        layer = layers.get(root, b"") if file.size > PIECE_LENGTH else b""
        wanted = -(-file.size // PIECE_LENGTH) * 32 if file.size > PIECE_LENGTH else 0
        if _int(leaf, b"length") != file.size or len(root) != 32:
            raise _malformed(f"v1 and v2 disagree on {'/'.join(file.path)}")
        if not isinstance(layer, bytes) or len(layer) != wanted:
            raise _malformed(f"piece layer of {'/'.join(file.path)} has the wrong length")
        if layer and root_from(split_layer(layer), level=PIECE_LEVEL) != root:
            raise _malformed(f"piece layer of {'/'.join(file.path)} does not come to its root")
        joined.append(
            TorrentFile(
                path=file.path,
                size=file.size,
                pieces_root=root,
                piece_layer=layer,
                v1_pieces=file.v1_pieces,
            )
        )
    return joined


def _walk(
    tree: Mapping[bytes, Bencoded], above: tuple[str, ...]
) -> Iterable[tuple[tuple[str, ...], dict[bytes, Bencoded]]]:
    for raw, node in tree.items():
        if not isinstance(node, dict):
            raise _malformed("file tree holds something that is no dictionary")
        if raw == b"":
            if not above:
                raise _malformed("file tree has a file without a name")
            yield above, node
        else:
            yield from _walk(node, (*above, _component(raw)))
