"""Holding a copy of an edition: fetch, verify, go on after a kill, repair only what is damaged.

Every run ends with each bundle checked byte by byte against its torrent and bag. The mirror's folder is itself
an edition's folder: `longplay verify` reads it, and others can mirror from it.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from longplay.errors import MalformedInput
from longplay.fixity.bundle import Report, check_bundle
from longplay.fixity.seal import SEAL_NAME, seal_of
from longplay.fixity.withdrawn import withdrawn_files
from longplay.formats.edition import FILE_NAME, read_edition
from longplay.formats.metainfo import Torrent, read_torrent
from longplay.mirror.source import Source
from longplay.mirror.state import BundleState, BundleStatus, MirrorState, read_state, write_state
from longplay.model.editions import BundleEntry, Edition, Partition
from longplay.model.findings import Finding, FindingCode
from longplay.model.units import ByteCount, instant
from longplay.progress import Progress, Silent
from longplay.store.failures import storing
from longplay.store.local import write_durably
from longplay.store.locks import locked
from longplay.swarm.fetch import Fetcher
from longplay.swarm.seed import Seeder
from longplay.swarm.session import LOOPBACK


@dataclass(slots=True, kw_only=True)
class Mirrored:
    """What a run came to.

    Attributes:
        edition: its name.
        bundles: in the edition, those left out apart.
        left_out: bundles of partitions that are not wanted.
        outdated: bundles that lie here and are not part of the edition any more.
        withdrawn: files that lie here and were withdrawn; each was reported, none was deleted.
        whole: bundles whose every byte is right now.
        damage: findings made before fetching: what was missing or damaged.
        fetched_pieces, fetched_bytes: what came in.
    """

    edition: str
    bundles: int = 0
    left_out: int = 0
    outdated: list[str] = field(default_factory=list)
    withdrawn: int = 0
    whole: int = 0
    damage: int = 0
    fetched_pieces: int = 0
    fetched_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirroring:
    """The use case: mirror an edition.

    Attributes:
        source: the edition.
        into: the mirror's folder.
        peers: `host:port` each.
        public: whether the network may be spoken to.
        stall_s: seconds without a byte after which a bundle is given up.
        trust: pass over bundles that were seen whole before, without reading them.
        clock: stamps what was checked.
        without: partitions that are not fetched.
    """

    source: Source
    into: Path
    peers: tuple[str, ...]
    public: bool
    stall_s: float
    trust: bool
    clock: Callable[[], datetime]
    without: frozenset[Partition] = frozenset()

    def run(self, *, report: Report, progress: Progress) -> Mirrored:
        """Make the mirror whole. Idempotent; may be killed and run again.

        Raises:
            NotFound, MalformedInput: the source is no edition.
            SwarmError: a bundle could not be fetched; those before it are whole.
            StorageError: the folder could not be written.
            ArchiveBusy: another process mirrors into this folder.
        """
        with storing(self.into):
            self.into.mkdir(parents=True, exist_ok=True)
        with locked(self.into / ".longplay-mirror" / "lock", what=f"mirroring into {self.into}"):
            edition = self._take_edition()
            state = self._state(edition)
            wanted = [entry for entry in edition.bundles if entry.partition not in self.without]
            done = Mirrored(edition=edition.name, bundles=len(wanted))
            done.left_out = len(edition.bundles) - len(wanted)
            done.outdated = self._outdated(edition, state)
            for finding in withdrawn_files(self.into, edition.withdrawn):
                done.withdrawn += 1
                report(finding)
            with Fetcher(public=self.public, stall_s=self.stall_s) as fetcher:
                for entry in wanted:
                    self._bundle(entry, state, done, fetcher, (report, progress))
        return done

    def _outdated(self, edition: Edition, state: MirrorState) -> list[str]:
        """Bundles that lie here and are not part of the edition: something in them was withdrawn."""
        names = {entry.name for entry in edition.bundles}
        return [name for name in sorted(state.bundles) if name not in names and (self.into / name).is_dir()]

    def _take_edition(self) -> Edition:
        """Copy `edition.json` here, last, when every torrent it names is here and is the one it names."""
        data = self.source.read(FILE_NAME)
        edition = read_edition(data)
        if self.source.read(SEAL_NAME) != seal_of(data):
            raise MalformedInput("edition", f"{FILE_NAME} is not the one that {SEAL_NAME} names")
        for entry in edition.bundles:
            for name, sha256 in (
                (entry.torrent, entry.torrent_sha256),
                (entry.v1_torrent, entry.v1_torrent_sha256),
            ):
                torrent = self.source.read(name)
                if hashlib.sha256(torrent).hexdigest() != sha256 or not _is_of(entry, read_torrent(torrent)):
                    raise MalformedInput("edition", f"{name} is not the torrent that {FILE_NAME} names")
                write_durably(self.into / name, torrent)
            write_durably(self.into / f"{entry.name}.magnet", f"{entry.magnet}\n".encode())
        write_durably(self.into / SEAL_NAME, seal_of(data))
        write_durably(self.into / FILE_NAME, data)
        return edition

    def _state(self, edition: Edition) -> MirrorState:
        """The mirror's notes, with a fresh one for each bundle that is new or another version."""
        state = read_state(self.into)
        state.edition = edition.name
        for entry in edition.bundles:
            known = state.bundles.get(entry.name)
            if known is None or known.infohash_v2 != entry.infohash_v2:
                state.bundles[entry.name] = BundleState(
                    infohash_v2=entry.infohash_v2, status=BundleStatus.WANTED
                )
        write_state(self.into, state)
        return state

    def _bundle(
        self,
        entry: BundleEntry,
        state: MirrorState,
        done: Mirrored,
        fetcher: Fetcher,
        watchers: tuple[Report, Progress],
    ) -> None:
        report, progress = watchers
        note = state.bundles[entry.name]
        if self.trust and note.status is BundleStatus.WHOLE:
            done.whole += 1
            return
        torrent = (self.into / entry.torrent).read_bytes()
        read = read_torrent(torrent)
        if (self.into / entry.name).exists():
            progress.begin(f"check {entry.name}", files=entry.files, size=entry.size)
            damage = self._check(read, progress)
            progress.end()
            is_new = note.status in {BundleStatus.WANTED, BundleStatus.FETCHING}
            for finding in damage:
                if not is_new:
                    report(finding)
            done.damage += 0 if is_new else len(damage)
            if not damage:
                self._note(state, note, BundleStatus.WHOLE)
                done.whole += 1
                return
        self._note(state, note, BundleStatus.FETCHING)
        self._fetch(entry, torrent, read, done, fetcher, progress)
        left = self._check(read, Silent())
        for finding in left:
            report(finding)
        self._note(state, note, BundleStatus.DAMAGED if left else BundleStatus.WHOLE)
        done.whole += not left

    def _check(self, torrent: Torrent, progress: Progress) -> list[Finding]:
        """What is not right with a bundle here; files that belong to nothing are reported by `verify`."""
        found: list[Finding] = []
        check_bundle(self.into / torrent.name, torrent, report=found.append, progress=progress)
        return [finding for finding in found if finding.code is not FindingCode.UNEXPECTED_FILE]

    def _fetch(
        self,
        entry: BundleEntry,
        torrent: bytes,
        read: Torrent,
        done: Mirrored,
        fetcher: Fetcher,
        progress: Progress,
    ) -> None:
        _clear_the_way(self.into / entry.name, read)
        progress.begin(f"fetch {entry.name}", files=entry.files, size=entry.size)
        try:
            with self._local_peer(torrent, read) as local:
                fetched = fetcher.fetch(
                    torrent,
                    self.into,
                    peers=(*self.peers, *local),
                    web_seeds=self.source.web_seeds(),
                    advance=lambda size: progress.advance(size=size),
                )
        finally:
            progress.end()
        done.fetched_pieces += fetched.pieces
        done.fetched_bytes += fetched.downloaded

    @contextmanager
    def _local_peer(self, torrent: bytes, read: Torrent) -> Iterator[tuple[str, ...]]:
        """A seeder of our own over the source's folder, where that has the payload and no peer was named."""
        places = None if self.peers else self.source.payload(read)
        if places is None:
            yield ()
            return
        with Seeder(listen=LOOPBACK, public=False) as seeder:
            seeder.serve(torrent, places)
            yield (f"127.0.0.1:{seeder.port}",)

    def _note(self, state: MirrorState, note: BundleState, status: BundleStatus) -> None:
        note.status = status
        if status is BundleStatus.WHOLE:
            note.checked_at = instant(self.clock())
        write_state(self.into, state)


def _is_of(entry: BundleEntry, torrent: Torrent) -> bool:
    """Whether a torrent has the name and the info hashes of a bundle."""
    hashes = (torrent.infohash_v1.hex(), (torrent.infohash_v2 or b"").hex())
    wanted = {(entry.infohash_v1, entry.infohash_v2), (entry.v1_infohash, "")}
    return torrent.name == entry.name and hashes in wanted


def _clear_the_way(folder: Path, torrent: Torrent) -> None:
    """Make way for what is fetched: it must be written into this folder and into files of its own.

    Links, pipes and empty folders in the way are removed; files that are there become writable, share no bytes
    with another name, and lose what they have beyond their end.
    """
    for file in torrent.files:
        path = folder.joinpath(*file.path)
        with storing(path):
            for above in reversed(path.relative_to(folder).parents):
                if above.name and (folder / above).is_symlink():
                    (folder / above).unlink()
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            elif path.is_symlink() or (path.exists() and not path.is_file()):
                path.unlink()
            elif path.exists():
                _make_own(path, file.size)


def _make_own(path: Path, size: ByteCount) -> None:
    if path.stat().st_nlink > 1:
        _unshare(path)
    path.chmod(0o644)
    if path.stat().st_size > size:
        os.truncate(path, size)


def _unshare(path: Path) -> None:
    """Give a file that is hard-linked elsewhere bytes of its own, so that a repair changes nothing else."""
    import shutil

    own = path.with_name(f".{path.name}.own")
    shutil.copyfile(path, own)
    own.rename(path)
