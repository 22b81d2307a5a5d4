"""Archives of made-up recordings: journalled and stored, but nothing is decoded, so that they are quick."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from longplay.formats.merkle import digest_bytes
from longplay.ledger.journal import read_chain, writers
from longplay.ledger.ledger import Ledger
from longplay.ledger.state import state_digest
from longplay.model.audio import AudioFacts, TagFacts
from longplay.model.digests import ContentId
from longplay.model.editions import Bundle, BundleFile, Partition
from longplay.model.events import (
    AccessionOpened,
    BundleMade,
    CompanionKept,
    CopyDerived,
    EditionOpened,
    EditionPublished,
    Fact,
    RecordingKept,
)
from longplay.model.holdings import CompanionKind
from longplay.model.rights import (
    Act,
    Decision,
    KeepingBasis,
    RightsBasis,
    RightsStatement,
    StatementSource,
    Verdict,
)
from longplay.model.technical import Derived
from longplay.model.units import ByteCount, Hertz, SampleCount
from longplay.store.links import Linker
from longplay.wiring import Archive, make_archive, open_archive

AUDIO = AudioFacts(
    container="flac",
    codec="flac",
    rate=Hertz(44_100),
    channels=2,
    samples=SampleCount(44_100),
    bit_depth=16,
    decode_errors=0,
)
KEEP = Decision(act=Act.PRESERVE, verdict=Verdict.PERMITTED, rule="cc-by", citation="CC BY 4.0 s.2")


def sound(name: str) -> bytes:
    """The bytes of a recording."""
    return f"the sound of {name}".encode()


def id_of(name: str) -> ContentId:
    """Its content id."""
    return digest_bytes(sound(name)).content_id


def stated(words: ContentId | None = None) -> RightsStatement:
    """A statement that lets everything pass."""
    return RightsStatement(
        basis=RightsBasis.LICENSE,
        licence="CC-BY-4.0",
        stated="CC BY 4.0",
        evidence="tag LICENSE",
        source=StatementSource.TAG,
        words=words,
    )


def kept(archive: Archive, name: str, *, words: bytes | None = None) -> RecordingKept:
    """A recording whose bytes are in the store; `words` are its evidence."""
    return RecordingKept(
        accession="one",
        root="/deposit",
        path=f"{name}.flac",
        given=(),
        digests=archive.store.put(sound(name)),
        audio=AUDIO,
        tags=TagFacts(title=name),
        statements=(stated(archive.evidence.put(words) if words is not None else None),),
        decision=KEEP,
        findings=(),
    )


def copied(archive: Archive, name: str, data: bytes) -> CopyDerived:
    """An access copy of a recording."""
    return CopyDerived(
        source=id_of(name),
        digests=archive.store.put(data),
        encoding="opus",
        bit_rate=96_000,
        gain_q78=None,
        decision=KEEP,
        tools=(),
    )


def companion(archive: Archive, data: bytes, path: str = "notes.txt") -> CompanionKept:
    """A companion of the whole deposit."""
    return CompanionKept(
        accession="one",
        root="/deposit",
        path=path,
        digests=archive.store.put(data),
        kind=CompanionKind.TEXT,
        about="",
    )


def published(archive: Archive, *names: str, edition: str = "first") -> list[Fact]:
    """Facts of an edition with one bundle of recordings, whose files are linked below `editions/`."""
    files = tuple(
        BundleFile(
            path=f"data/{name}.flac", content_id=id_of(name), size=ByteCount(len(sound(name))), decision=KEEP
        )
        for name in names
    )
    for file in files:
        target = archive.editions / edition / "bundle-1" / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        Linker().link(archive.store.path(file.content_id), target)
    bundle = Bundle(name="bundle-1", number=1, partition=Partition.FREE, files=files)
    return [
        EditionOpened(edition=edition, date="2026-01-01", heads=()),
        BundleMade(edition=edition, bundle=bundle, tag_files=()),
        EditionPublished(edition=edition, bundles=("bundle-1",)),
    ]


@contextmanager
def made(folder: Path, *names: str) -> Iterator[Archive]:
    """A new archive that holds recordings of these names, open."""
    make_archive(folder, keeping=KeepingBasis.OWN_COLLECTION, name="standing")
    with open_archive(folder) as archive:
        opened = AccessionOpened(
            accession="one", source="Deposit", roots=("/deposit",), keeping=KeepingBasis.OWN_COLLECTION
        )
        record(archive, opened, *(kept(archive, name) for name in names))
        yield archive


def record(archive: Archive, *facts: Fact) -> None:
    """Journal facts."""
    with archive.writing() as register:
        register.record(facts)


def derive(archive: Archive, *names: str) -> None:
    """Keep derived data of recordings, which say their name."""
    derived = [(id_of(name), Derived(fingerprint=sound(name) * 3, waveform=b"w")) for name in names]
    archive.derived.put(derived)


def facts_of(archive: Archive, kind: type[Fact]) -> list[Fact]:
    """Every fact of a kind in the journal."""
    journal = archive.journal
    facts = [event.fact for writer in writers(journal) for event, _hash in read_chain(journal, writer)]
    return [fact for fact in facts if isinstance(fact, kind)]


def digest(archive: Archive) -> str:
    """The state digest."""
    with archive.ledger.reading() as connection:
        return state_digest(connection)


def digest_anew(archive: Archive, scratch: Path) -> str:
    """The state digest of a ledger made again from the journal alone."""
    scratch.mkdir(exist_ok=True)
    ledger = Ledger.open(scratch / "again.sqlite", journal=archive.journal)
    try:
        with ledger.reading() as connection:
            return state_digest(connection)
    finally:
        ledger.close()
