"""`edition.json`: what an edition consists of, for people and programs that have nothing else.

Source: docs/format/edition.md, which is normative.
"""

from typing import Final, Literal

import msgspec

from longplay.errors import MalformedInput
from longplay.formats.bagit import is_inside
from longplay.model.digests import is_content_id
from longplay.model.editions import BundleEntry, Edition

FILE_NAME: Final = "edition.json"


class _File(msgspec.Struct, frozen=True, kw_only=True):
    format: Literal["longplay-edition"] = "longplay-edition"
    version: Literal[1] = 1
    edition: Edition


def write_edition(edition: Edition) -> bytes:
    """The file's bytes: UTF-8 JSON, indented by two, keys in a fixed order, a line feed at the end."""
    file = msgspec.to_builtins(_File(edition=edition))
    if not edition.withdrawn:
        # so that an edition from before there were tombstones is handed out byte for byte
        del file["edition"]["withdrawn"]
    raw = msgspec.json.encode(file)
    return msgspec.json.format(raw, indent=2) + b"\n"


def read_edition(data: bytes) -> Edition:
    """The edition a file describes.

    Raises:
        MalformedInput: another format or version, or names that lead out of the edition's folder.
    """
    try:
        edition = msgspec.json.decode(data, type=_File).edition
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise MalformedInput(FILE_NAME, str(exc)) from exc
    _check_name(edition.name)
    for bundle in edition.bundles:
        _check_bundle(bundle)
    for stone in edition.withdrawn:
        if not is_content_id(stone.content_id):
            raise MalformedInput(FILE_NAME, f"withdrawn: {stone.content_id[:70]!r} is not a content id")
    names = [bundle.name for bundle in edition.bundles]
    if len(set(names)) != len(names):
        raise MalformedInput(FILE_NAME, "a bundle stands in it twice")
    return edition


def _check_name(name: str) -> None:
    if "/" in name or name.startswith(".") or not is_inside(name):
        raise MalformedInput(FILE_NAME, f"unsafe name {name!r}")


def _check_bundle(bundle: BundleEntry) -> None:
    for name in (bundle.name, bundle.torrent, bundle.v1_torrent):
        _check_name(name)
    for digest in (bundle.torrent_sha256, bundle.v1_torrent_sha256, bundle.tagmanifest_sha256):
        if not is_content_id(digest):
            raise MalformedInput(FILE_NAME, f"{bundle.name}: {digest[:70]!r} is not a SHA-256")
