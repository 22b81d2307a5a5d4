"""Walking what is to be taken in: every regular file once, in a fixed order, links never followed.

Within a folder companions come first, so that what they state is known when the recordings come; then the other
files, then the folders below. The order is that of the names' bytes.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from longplay.formats.paths import path_text
from longplay.ingest.companions import LISTS_OF_FILES, companion_kind
from longplay.model.findings import Finding, FindingCode, Severity
from longplay.model.holdings import CompanionKind
from longplay.model.units import ByteCount


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMet:
    """A regular file.

    Attributes:
        root: folder the walk started from, absolute.
        folder: the file's folder below the root, `/` between components, `""` at the root.
        name: its name as the operating system gave it.
        size: bytes when met.
        companion: what sort of companion it would be by its name; `None` for anything that may be audio.
    """

    root: Path
    folder: str
    name: str
    size: ByteCount
    companion: CompanionKind | None

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.root / self.folder / self.name

    @property
    def text(self) -> str:
        """Its path below the root, in written form."""
        return path_text(f"{self.folder}/{self.name}" if self.folder else self.name)

    @property
    def folder_text(self) -> str:
        """Its folder below the root, in written form."""
        return path_text(self.folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something met that is no regular file, or a folder that could not be read."""

    root: Path
    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderDone:
    """Everything in and below a folder was met."""

    root: Path
    folder: str


Met = FileMet | Remark | FolderDone


@dataclass(slots=True)
class _Listing:
    companions: list[FileMet] = field(default_factory=list)
    files: list[FileMet] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def walk(starts: Sequence[Path], *, archive: Path) -> Iterator[Met]:
    """Everything at or below the places named, in the order named; files named one by one are met together.

    Memory: the names of the folders on the way down.

    Args:
        starts: folders or files, absolute.
        archive: the archive's own folder, passed over with a remark.
    """
    files: dict[Path, list[FileMet]] = {}
    for start in starts:
        if start.is_dir():
            yield from _walk(start, archive)
        else:
            met = _file(start.parent, "", start.name, start.stat().st_size)
            files.setdefault(start.parent, []).append(met)
    for folder, named in files.items():
        yield from sorted(named, key=lambda met: met.companion is None)
        yield FolderDone(root=folder, folder="")


def _walk(start: Path, archive: Path) -> Iterator[Met]:
    stack: list[str | FolderDone] = [""]
    while stack:
        item = stack.pop()
        if isinstance(item, FolderDone):
            yield item
            continue
        listing = _list(start, item, archive)
        yield from listing.remarks
        yield from listing.companions
        yield from listing.files
        stack.append(FolderDone(root=start, folder=item))
        stack.extend(reversed(listing.folders))


def _list(root: Path, folder: str, archive: Path) -> _Listing:
    listing = _Listing()
    try:
        with os.scandir(root / folder) as scan:
            entries = sorted(scan, key=lambda entry: os.fsencode(entry.name))
    except OSError as exc:
        detail = f"the folder could not be listed: {exc.strerror}"
        listing.remarks.append(_remark(root, folder or ".", FindingCode.UNREADABLE_FOLDER, detail))
        return listing
    for entry in entries:
        _sort_in(listing, root, folder, entry, archive)
    return listing


def _sort_in(listing: _Listing, root: Path, folder: str, entry: "os.DirEntry[str]", archive: Path) -> None:
    below = f"{folder}/{entry.name}" if folder else entry.name
    if entry.is_symlink():
        listing.remarks.append(_remark(root, below, FindingCode.SYMLINK, "a link; links are not followed"))
    elif entry.is_dir(follow_symlinks=False):
        if root / below == archive:
            detail = "this archive's own folder: not taken into itself"
            listing.remarks.append(_remark(root, below, FindingCode.OWN_ARCHIVE, detail))
        else:
            listing.folders.append(below)
            _list_of_files(listing, root, folder, entry)
    elif entry.is_file(follow_symlinks=False):
        if LISTS_OF_FILES.get(folder.rpartition("/")[2]) == entry.name:
            return  # met with the folder above, which it speaks for
        try:
            size = entry.stat(follow_symlinks=False).st_size
        except OSError:
            size = 0
        met = _file(root, folder, entry.name, size)
        (listing.companions if met.companion else listing.files).append(met)
    else:
        detail = "a device, pipe or socket: not a file that can be kept"
        listing.remarks.append(_remark(root, below, FindingCode.SPECIAL_FILE, detail))


def _list_of_files(listing: _Listing, root: Path, folder: str, entry: "os.DirEntry[str]") -> None:
    """A list that speaks for the files beside its folder is met with them, before them."""
    name = LISTS_OF_FILES.get(entry.name)
    if name is None:
        return
    path = Path(entry.path) / name
    try:
        status = path.lstat()
    except OSError:
        return
    if stat.S_ISREG(status.st_mode):
        met = _file(root, folder, f"{entry.name}/{name}", status.st_size)
        listing.companions.append(met)


def _file(root: Path, folder: str, name: str, size: int) -> FileMet:
    return FileMet(root=root, folder=folder, name=name, size=ByteCount(size), companion=companion_kind(name))


def _remark(root: Path, below: str, code: FindingCode, detail: str) -> Remark:
    finding = Finding(code=code, severity=Severity.WARNING, path=path_text(below), detail=detail)
    return Remark(root=root, finding=finding)


def measure(starts: Sequence[Path], *, archive: Path) -> tuple[int, int]:
    """How many regular files there are to walk, and their bytes: for a progress bar."""
    files = size = 0
    for met in walk(starts, archive=archive):
        if isinstance(met, FileMet):
            files += 1
            size += met.size
    return files, size
