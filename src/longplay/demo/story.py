"""The whole story in about a minute: deposit, compare, publish, verify, mirror, break, repair, rebuild.

Everything is done by the same code that the commands call, on real files, over real BitTorrent on loopback.
"""

import os
import shlex
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from longplay.curation.recordings import Recordings
from longplay.demo.collection import make_collection
from longplay.editions.handout import Sources
from longplay.editions.publication import Publication, Published
from longplay.editions.seeding import seed_bundles
from longplay.editions.verification import verify
from longplay.errors import GateRefused, UsageError
from longplay.ingest.accession import Accession
from longplay.ingest.deposit import Deposit, Ports
from longplay.ingest.outcome import HoldingTaken, Summary
from longplay.ingest.table import DepositTable
from longplay.ledger import queries
from longplay.ledger.register import Register
from longplay.ledger.state import state_digest
from longplay.mirror.mirroring import Mirrored, Mirroring
from longplay.mirror.source import open_source
from longplay.model.digests import ContentId
from longplay.model.findings import Finding, Severity
from longplay.model.rights import KeepingBasis
from longplay.preservation.rebuild import rebuild
from longplay.progress import Progress
from longplay.rights.gate import decide
from longplay.store.layout import LEDGER
from longplay.swarm.seed import Seeder
from longplay.swarm.session import LOOPBACK
from longplay.wiring import AGENT, Archive, make_archive, new_id, now, open_archive

EDITION: Final = "first"
MARKER: Final = ".longplay-demo"
_TABLES: Final = ("rights.csv", "MANIFEST.csv")

Say = Callable[[str], None]


@dataclass(slots=True, kw_only=True)
class Told:
    """What the story came to.

    Attributes:
        folder: the demo's folder.
        archive: the archive in it.
        edition: the edition's folder; `None` when nothing may be redistributed.
        mirror: the mirror's folder; `None` likewise.
        whole: whether every check at the end found everything whole.
        taken: what became of the files.
    """

    folder: Path
    archive: Path
    edition: Path | None = None
    mirror: Path | None = None
    whole: bool = False
    taken: Summary = field(default_factory=Summary)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The teller.

    Attributes:
        folder: gets everything; a demo that lies there already is replaced.
        music: a folder of the user's own; `None`: the demo makes its music.
        chapter: told each heading.
        say: told each sentence.
        progress: watches long work.
    """

    folder: Path
    music: Path | None
    chapter: Say
    say: Say
    progress: Progress

    def tell(self) -> Told:
        """Tell it from the start.

        Raises:
            UsageError: the folder holds something else than a demo.
            LongplayError: a step failed, which it should not.
        """
        self._clear()
        music = self.music or self._perform()
        told = Told(folder=self.folder, archive=self.folder / "archive")
        make_archive(told.archive, keeping=KeepingBasis.OWN_COLLECTION, name="demo")
        with open_archive(told.archive) as archive, archive.writing() as register:
            told.taken = self._ingest(music, archive, register)
            self._recordings(archive, register)
            published = self._publish(archive, register)
            if published is not None:
                told.edition = published.folder
                told.mirror = self._mirror(archive, published)
            told.whole = self._rebuild(archive)
        if told.edition is not None and told.mirror is not None:
            self.chapter("Everything once more")
            told.whole = self._verify(told.edition) and self._verify(told.mirror) and told.whole
        self._what_next(told)
        return told

    def _clear(self) -> None:
        if self.folder.exists() and any(self.folder.iterdir()):
            if not (self.folder / MARKER).exists():
                raise UsageError(f"{self.folder} is not empty and holds no demo: choose another --dir")
            shutil.rmtree(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / MARKER).touch()

    def _perform(self) -> Path:
        self.chapter("Music to keep")
        self.say("Six public-domain pieces are being performed by synthesised instruments ...")
        collection = make_collection(self.folder / "music", self.progress)
        for path in collection.performed:
            self.say(f"  {path.name}")
        self.say(f"and four files from the attic: {collection.unlicensed.name!r} without any licence,")
        self.say(f"{collection.damaged.name!r} damaged, {collection.duplicate.name!r} a duplicate,")
        self.say(f"{collection.again.name!r} one of the pieces once more, in another encoding.")
        return collection.folder

    def _ingest(self, music: Path, archive: Archive, register: Register) -> Summary:
        self.chapter("Ingest: every file read once, hashed, decoded once, everything measured")
        table = _rights_table(music) if self.music else None
        if table is not None:
            self.say(f"A rights table lies there: {table}")
        words: list[str | Path] = ["ingest", music, "--archive", archive.root]
        if table is not None:
            words += ["--rights", table]
        self._command(*words)
        ports = Ports(
            store=archive.store,
            derived=archive.derived,
            evidence=archive.evidence,
            register=register,
            gate=decide,
            keeping=archive.settings.archive.keeping,
            clock=now,
            new_id=new_id,
        )
        deposit = Deposit(starts=(music,), source=music.name, table=DepositTable.read(table) if table else None)
        accession = Accession(
            ports=ports, jobs=os.cpu_count() or 1, file_limit_s=archive.settings.ingest.file_limit_s
        )
        summary = accession.accept(deposit, listener=_Narrator(say=self.say), progress=self.progress)
        self.say(
            f"{summary.files} files met: {summary.accessioned} accessioned, {summary.companions} companions, "
            f"{summary.duplicates} duplicates, {summary.refused} refused and left alone."
        )
        self.say(f"{summary.publishable} may be published; {summary.dark} are kept dark: nothing permits it.")
        return summary

    def _recordings(self, archive: Archive, register: Register) -> None:
        self.chapter("Recordings: what do we have twice, in another encoding?")
        self._command("recordings", "--archive", archive.root)
        recordings = Recordings(ledger=archive.ledger, derived=archive.derived)
        recordings.compare(register, progress=self.progress)
        groups = [one for one in recordings.grouping().recordings if len(one.manifestations) > 1]
        with archive.ledger.reading() as connection:
            for recording in groups[:_LINES]:
                best, *others = (_path(connection, one.content_id) for one in recording.manifestations)
                self.say(f"  {best}  is the best manifestation; also {', '.join(others)}")
        self.say(f"{len(groups)} recordings are held more than once: told by their sound, not by names.")

    def _publish(self, archive: Archive, register: Register) -> Published | None:
        self.chapter("Publish: what the rights gate lets pass, as bag and torrent")
        self._command("publish", "--edition", EDITION, "--archive", archive.root)
        publication = Publication(
            store=archive.store,
            register=register,
            gate=decide,
            keeping=archive.settings.archive.keeping,
            archive_name=archive.settings.archive.name,
            archive_id=archive.settings.archive.id,
            clock=now,
            agent=AGENT,
        )
        try:
            published = publication.publish(
                EDITION, out=archive.editions, sources=Sources(), progress=self.progress
            )
        except GateRefused as exc:
            self.say(f"The gate refused: {exc}")
            self.say("That is as it should be: no statement, no publication. Everything is kept, in the dark.")
            return None
        for bundle in published.edition.bundles:
            self.say(f"{bundle.name}: {bundle.payload_files} recordings, {bundle.payload_size / 1e6:.1f} MB")
            self.say(f"  {bundle.magnet}")
        self.say("The bags are links to the blobs, the torrents come from stored digests: no audio was read.")
        self.chapter("Verify: from the public files alone, as a stranger would")
        self._verify(published.folder)
        return published

    def _mirror(self, archive: Archive, published: Published) -> Path:
        self.chapter("Mirror: somebody else's copy, over real BitTorrent on this machine")
        into = self.folder / "mirror"
        with Seeder(listen=LOOPBACK, public=False) as seeder:
            seed_bundles(seeder, archive.ledger, archive.store, Sources(), archive.doorkeeper())
            peer = f"127.0.0.1:{seeder.port}"
            self._command("seed", "--listen", peer, "--archive", archive.root)
            done = self._run_mirror(published.folder, into, peer)
            self.say(f"{done.fetched_pieces} pieces, {done.fetched_bytes / 1e6:.1f} MB came in and are right.")
            self.chapter("Break a byte in the mirror, and repair it")
            self._break(into)
            self._verify(into)
            done = self._run_mirror(published.folder, into, peer)
            self.say(f"Repaired: {done.fetched_pieces} piece was fetched again, nothing else.")
        self._verify(into)
        return into

    def _run_mirror(self, edition: Path, into: Path, peer: str) -> Mirrored:
        self._command("mirror", edition, "--into", into, "--peer", peer)
        mirroring = Mirroring(
            source=open_source(str(edition)),
            into=into,
            peers=(peer,),
            public=False,
            stall_s=60.0,
            trust=False,
            clock=now,
        )
        return mirroring.run(report=_ignore, progress=self.progress)

    def _break(self, mirror: Path) -> None:
        """Flip one bit in the middle of the largest payload file of the first bundle."""
        payload = [path for path in mirror.glob("*/data/**/*") if path.is_file()]
        victim = max(payload, key=lambda path: (path.stat().st_size, path.name))
        at = victim.stat().st_size // 2
        with victim.open("r+b") as file:
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ 1]))
        self.say(f"One bit of {victim.name} was flipped, at byte {at}.")

    def _verify(self, folder: Path) -> bool:
        self._command("verify", folder)

        def complain(finding: Finding) -> None:
            pieces = f", piece {', '.join(map(str, finding.pieces))}" if finding.pieces else ""
            self.say(f"  {finding.code.value}: {finding.path}{pieces}")

        seen = verify(folder, report=complain, progress=self.progress)
        whole = not seen.findings
        self.say(f"{seen.files} files, {seen.bytes / 1e6:.1f} MB: " + ("whole." if whole else "NOT whole."))
        return whole

    def _rebuild(self, archive: Archive) -> bool:
        self.chapter("Lose the ledger, and have it again from journal and blobs")
        with archive.ledger.reading() as connection:
            before = state_digest(connection)
        archive.ledger.close()
        self._command("rebuild", "--archive", archive.root)
        after = rebuild(
            archive.root / LEDGER,
            journal=archive.journal,
            store=archive.store,
            report=_ignore,
            progress=self.progress,
        )
        same = before == after.state_digest and not after.missing
        self.say(
            f"State digest before and after: {after.state_digest[:16]}..., "
            + ("the same." if same else "NOT the same.")
        )
        return same

    def _what_next(self, told: Told) -> None:
        self.chapter("What to try next")
        archive = ("--archive", told.archive)
        lines = [_line("longplay", "holdings", *archive), _line("longplay", "holdings", "--dark", *archive)]
        if told.edition is not None:
            lines += [_line("longplay", "verify", told.edition), _line("longplay", "seed", *archive)]
        else:
            stated = ("--licence", "CC-BY-4.0", "--evidence", "what says so")
            lines.append(_line("longplay", "ingest", "FOLDER", *stated, *archive))
        lines.append("longplay init my-archive; longplay ingest ~/Music --archive my-archive")
        for line in lines:
            self.say(f"  {line}")
        if self.music is None:
            self.say("The same story of your own music: make demo MUSIC=~/Music")

    def _command(self, *words: str | Path) -> None:
        """Say which command does what is done next."""
        self.say(f"$ {_line('longplay', *words)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Narrator:
    """Tells of each file as it is taken in or refused; of many only the first ones."""

    say: Say
    told: list[str] = field(default_factory=list)

    def taken(self, holding: HoldingTaken) -> None:
        decision = holding.redistribute
        stand = decision.licence if decision.permits else f"dark: {decision.missing or decision.rule}"
        loud = holding.measurement.loudness.integrated_lufs
        heard = "" if loud is None else f"  {loud:.1f} LUFS"
        self._line(f"  kept     {holding.path}{heard}  [{stand}]")

    def found(self, finding: Finding) -> None:
        if finding.severity is not Severity.NOTE:
            self._line(f"  {finding.code.value}: {finding.path}: {finding.detail}")

    def _line(self, text: str) -> None:
        if len(self.told) < _LINES:
            self.say(text)
        elif len(self.told) == _LINES:
            self.say("  ... and so on")
        self.told.append(text)


_LINES: Final = 20


def _line(*words: str | Path) -> str:
    """A command as it would be typed here: paths below this folder are relative."""
    here = Path.cwd()
    shown = [
        word.relative_to(here) if isinstance(word, Path) and word.is_relative_to(here) else word
        for word in words
    ]
    return shlex.join(map(str, shown))


def _path(connection: Connection, content_id: ContentId) -> str:
    """Where a holding was met first."""
    found = queries.holding(connection, content_id)
    return found.provenances[0].path if found and found.provenances else content_id[:12]


def _ignore(_finding: Finding) -> None:
    """The demo tells of damage when it verifies."""


def _rights_table(music: Path) -> Path | None:
    """A rights table in the folder, or beside it where archives put their manifests."""
    candidates = (folder / name for folder in (music, music.parent) for name in _TABLES)
    return next((path for path in candidates if path.is_file()), None)
