"""A bundle on disk against its torrent and its bag: nothing missing, nothing changed, nothing foreign.

Works on public files alone.

Source: RFC 8493, section 3 (validity of bags); docs/format/bag.md.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from longplay.errors import MalformedInput
from longplay.fixity.files import Proof, check_file, read_regular
from longplay.formats import bagit
from longplay.formats.metainfo import Torrent
from longplay.formats.paths import path_text
from longplay.model.digests import PIECE_LENGTH, FileDigests
from longplay.model.findings import Finding, FindingCode, Severity
from longplay.progress import Progress

Report = Callable[[Finding], None]
"""Takes each finding as it is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check of a bundle saw.

    Attributes:
        digests: of every file that could be read, by path in the bag.
        damaged: paths with a finding.
    """

    digests: dict[str, FileDigests]
    damaged: frozenset[str]


def check_bundle(folder: Path, torrent: Torrent, *, report: Report, progress: Progress) -> Checked:
    """Every file of a bundle against the torrent, then the bag against itself.

    Args:
        folder: the bag.
        torrent: the hybrid or v1 torrent, which proves every file.
        report: takes the findings; paths start with the bundle's name.
        progress: advanced file by file.

    Returns:
        The digests, for whoever wants to compare more.
    """
    digests: dict[str, FileDigests] = {}
    damaged: set[str] = set()
    for file in torrent.files:
        path = "/".join(file.path)
        proof = Proof(
            size=file.size,
            pieces_root=file.pieces_root,
            piece_layer=file.piece_layer,
            v1_pieces=file.v1_pieces,
        )
        findings, found = check_file(folder / path, f"{torrent.name}/{path}", proof)
        for finding in findings:
            damaged.add(path)
            report(finding)
        if found is not None:
            digests[path] = found
        progress.advance(files=1, size=file.size)
    pads = _pads(torrent)
    for foreign in _foreign(folder, {"/".join(file.path) for file in torrent.files}):
        if foreign in pads and pads[foreign] == _zeros(folder / foreign):
            continue
        detail = "belongs to no file of the torrent"
        report(_error(FindingCode.UNEXPECTED_FILE, f"{torrent.name}/{foreign}", detail))
    for finding in _check_bag(folder, torrent.name, digests, frozenset(damaged)):
        report(finding)
    return Checked(digests=digests, damaged=frozenset(damaged))


def _error(code: FindingCode, path: str, detail: str) -> Finding:
    return Finding(code=code, severity=Severity.ERROR, path=path, detail=detail)


def _pads(torrent: Torrent) -> dict[str, int]:
    """Path to size of the torrent's pads: a client that knows only BEP 3 writes them out, and may keep them."""
    sizes = {}
    for number, file in enumerate(torrent.files):
        size = -file.size % PIECE_LENGTH
        sizes[f".pad/{number}.{size}"] = size
    return sizes


def _zeros(path: Path) -> int | None:
    """Size of a small file that holds nothing but zeros; `None` for any other."""
    try:
        if path.stat().st_size >= PIECE_LENGTH:
            return None
        data = read_regular(path)
    except OSError:
        return None
    return None if any(data) else len(data)


def _foreign(folder: Path, known: set[str]) -> Iterator[str]:
    """Files in the bag's folder that the torrent does not name, and links that stand for folders."""
    for above, folders, names in os.walk(folder):
        folders.sort()
        relative = os.path.relpath(above, folder)
        links = [name for name in folders if Path(above, name).is_symlink()]
        for name in sorted([*names, *links]):
            path = name if relative == "." else f"{relative}/{name}"
            if path not in known:
                yield path_text(path)


def _check_bag(
    folder: Path, name: str, digests: dict[str, FileDigests], damaged: frozenset[str]
) -> Iterator[Finding]:
    """The bag's own manifests; files the torrent found damaged are not reported again."""
    try:
        bagit.check_declaration(read_regular(folder / bagit.BAGIT_TXT))
        manifest = bagit.read_manifest(read_regular(folder / bagit.MANIFEST))
        tags = bagit.read_manifest(read_regular(folder / bagit.TAG_MANIFEST))
        info = dict(bagit.read_bag_info(read_regular(folder / bagit.BAG_INFO)))
    except FileNotFoundError as exc:
        yield _error(FindingCode.BAG_INVALID, name, f"{Path(exc.filename).name} is missing")
        return
    except (MalformedInput, OSError) as exc:
        yield _error(FindingCode.BAG_INVALID, name, str(exc))
        return
    payload = {path for path in digests if path.startswith("data/")}
    yield from _compare(name, manifest, {path: digests[path] for path in payload}, damaged)
    others = {path: found for path, found in digests.items() if path not in payload}
    others.pop(bagit.TAG_MANIFEST, None)
    yield from _compare(name, tags, others, damaged)
    oxum = bagit.payload_oxum({path: digests[path].size for path in payload})
    if info.get("Payload-Oxum", oxum) != oxum and not damaged:
        yield _error(
            FindingCode.BAG_INVALID, name, f"Payload-Oxum says {info['Payload-Oxum']}, {oxum} is there"
        )


def _compare(
    name: str, manifest: Mapping[str, str], digests: dict[str, FileDigests], damaged: frozenset[str]
) -> Iterator[Finding]:
    for path in sorted({*manifest, *digests} - damaged):
        found, wanted = digests.get(path), manifest.get(path)
        if found is None:
            detail = "a manifest of the bag names it, the torrent does not"
            yield _error(FindingCode.BAG_INVALID, f"{name}/{path}", detail)
        elif wanted is None:
            yield _error(FindingCode.BAG_INVALID, f"{name}/{path}", "no manifest of the bag names it")
        elif found.content_id != wanted:
            detail = f"SHA-256 is {found.content_id}, the manifest says {wanted}"
            yield _error(FindingCode.DIGEST_DIFFERS, f"{name}/{path}", detail)
