"""Facts to journal: single ones by hand, and whole histories that could have happened, for Hypothesis."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st

from longplay.formats.merkle import digest_bytes
from longplay.formats.statements import statement_id
from longplay.ledger.journal import JournalWriter
from longplay.ledger.ledger import Ledger
from longplay.ledger.state import state_digest
from longplay.model.audio import AudioFacts, Picture, TagFacts
from longplay.model.digests import ContentId
from longplay.model.editions import Bundle, BundleFile, Partition
from longplay.model.events import (
    AccessionClosed,
    AccessionOpened,
    Agent,
    BundleMade,
    CompanionKept,
    CopyDerived,
    DataSetMade,
    DuplicateMet,
    EditionOpened,
    EditionPublished,
    Fact,
    FileRefused,
    FixityChecked,
    LetThrough,
    NoticeFiled,
    PairsJudged,
    RecordingKept,
    RecordingMeasured,
    RecordingPurged,
    RecordingsMerged,
    RecordingSplit,
    RecordingStreamed,
    RecordingWithdrawn,
    RightsStated,
    WithdrawalReversed,
)
from longplay.model.findings import Finding, FindingCode, Severity
from longplay.model.holdings import CompanionKind
from longplay.model.recordings import PairJudgement, PairVerdict
from longplay.model.rights import (
    Act,
    Decision,
    KeepingBasis,
    Purpose,
    RightsBasis,
    RightsStatement,
    StatementKind,
    StatementSource,
    Verdict,
)
from longplay.model.technical import Carrier, Face, Loudness, Measurement, TechnicalFinding, Tool
from longplay.model.units import ByteCount, Hertz, Milliseconds, SampleCount
from longplay.model.withdrawal import NoticeKind, ReasonClass

AGENT = Agent(name="longplay", version="0")
ROOT = "/deposit"
AUDIO = AudioFacts(
    container="flac",
    codec="flac",
    rate=Hertz(44_100),
    channels=2,
    samples=SampleCount(44_100),
    bit_depth=16,
    decode_errors=0,
)
DAMAGE = TechnicalFinding(
    code=FindingCode.CHECKSUM_DIFFERS, severity=Severity.WARNING, detail="a page does not add up", at=4_096
)
TOOL = Tool(name="longplay", version="0")
CARRIER = Carrier(standard="AES57", format="1/4 inch audio tape", faces=(Face(label="A"),))
KEEP = Decision(act=Act.PRESERVE, verdict=Verdict.PERMITTED, rule="dedication", citation="CC0 1.0 s.2")
STATEMENT = RightsStatement(
    basis=RightsBasis.LICENSE,
    licence="CC-BY-4.0",
    stated="CC BY 4.0",
    evidence="tag LICENSE",
    source=StatementSource.TAG,
)


class Ticking:
    """A clock that goes on by a second whenever it is asked."""

    def __init__(self, start: str = "2026-01-01T00:00:00+00:00") -> None:
        self._now = datetime.fromisoformat(start).astimezone(UTC)

    def __call__(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now


def opened(name: str = "one", *, source: str = "Deposit 1") -> AccessionOpened:
    return AccessionOpened(accession=name, source=source, roots=(ROOT,), keeping=KeepingBasis.OWN_COLLECTION)


def recording(
    data: bytes,
    *,
    accession: str = "one",
    path: str = "song.flac",
    title: str | None = None,
    statements: tuple[RightsStatement, ...] = (STATEMENT,),
    findings: tuple[Finding, ...] = (),
    measurement: Measurement | None = None,
) -> RecordingKept:
    return RecordingKept(
        accession=accession,
        root=ROOT,
        path=path,
        given=(("title", "Given"),),
        digests=digest_bytes(data),
        audio=AUDIO,
        tags=TagFacts(title=title, tags=(("TITLE", (title or "", "second value")),)),
        statements=statements,
        decision=KEEP,
        findings=findings,
        measurement=measurement,
    )


def measurement(
    lufs: float | None = -14.2, *, findings: tuple[TechnicalFinding, ...] = (), pcm_md5: str | None = None
) -> Measurement:
    return Measurement(
        puid="fmt/279",
        bit_rate=800_000,
        loudness=Loudness(integrated_lufs=lufs, range_lu=6.5, sample_peak_dbfs=-0.3),
        pcm_md5=pcm_md5,
        fingerprint_sha256="ab" * 32,
        waveform_sha256="cd" * 32,
        findings=findings,
        tools=(TOOL,),
    )


def measured(data: bytes, found: Measurement) -> RecordingMeasured:
    return RecordingMeasured(content_id=digest_bytes(data).content_id, audio=AUDIO, measurement=found)


def copied(data: bytes, *, bit_rate: int = 96_000) -> CopyDerived:
    return CopyDerived(
        source=digest_bytes(data).content_id,
        digests=digest_bytes(b"opus of " + data),
        encoding="opus",
        bit_rate=bit_rate,
        gain_q78=-2_253,
        decision=KEEP,
        tools=(TOOL,),
    )


def judged(
    one: bytes, other: bytes, verdict: PairVerdict = PairVerdict.SAME, *, method: str = "test 1"
) -> PairJudgement:
    a, b = sorted(content_ids(one, other))
    return PairJudgement(
        a=a,
        b=b,
        verdict=verdict,
        bit_error_rate=0.0312,
        worst_window=0.1,
        overlap_s=100.0,
        offset_s=0.25,
        length_difference=Milliseconds(12),
        reason="they sound alike",
        method=method,
    )


def duplicate(data: bytes, *, accession: str = "one", path: str = "again.flac") -> DuplicateMet:
    content_id = digest_bytes(data).content_id
    return DuplicateMet(
        accession=accession, root=ROOT, path=path, given=(), content_id=content_id, statements=()
    )


def companion(
    data: bytes, *, accession: str = "one", path: str = "cover.jpg", carriers: tuple[Carrier, ...] = ()
) -> CompanionKept:
    return CompanionKept(
        accession=accession,
        root=ROOT,
        path=path,
        digests=digest_bytes(data),
        kind=CompanionKind.PICTURE,
        about="",
        carriers=carriers,
    )


def remark(path: str, code: FindingCode = FindingCode.NOT_AUDIO) -> Finding:
    return Finding(code=code, severity=Severity.ERROR, path=path, detail=f"{path} is no audio")


def refused(path: str, *, accession: str = "one") -> FileRefused:
    return FileRefused(accession=accession, root=ROOT, finding=remark(path))


def checked(data: bytes, *, damaged: bool) -> FixityChecked:
    finding = remark("blob", FindingCode.DIGEST_DIFFERS) if damaged else None
    return FixityChecked(content_id=digest_bytes(data).content_id, finding=finding)


def bundle(data: bytes, *, number: int = 1, edition: str = "first") -> BundleMade:
    song, tag_file = digest_bytes(data), digest_bytes(b"bagit.txt of " + data)
    files = (
        BundleFile(path="bagit.txt", content_id=tag_file.content_id, size=tag_file.size),
        BundleFile(path="data/song.flac", content_id=song.content_id, size=song.size, decision=KEEP),
    )
    made = Bundle(name=f"archive-{number:05d}", number=number, partition=Partition.FREE, files=files)
    return BundleMade(edition=edition, bundle=made, tag_files=(tag_file,))


def stated(
    data: bytes, *statements: RightsStatement, ends: tuple[RightsStatement, ...] = (), by: str = "Ada"
) -> RightsStated:
    return RightsStated(
        content_id=digest_bytes(data).content_id,
        statements=statements,
        supersedes=tuple(statement_id(one) for one in ends),
        by=by,
        reason="a letter",
    )


def withdrawal(evidence: str = "withdrawn 1") -> RightsStatement:
    return RightsStatement(
        basis=RightsBasis.POLICY,
        licence=None,
        stated="withdrawn",
        evidence=evidence,
        source=StatementSource.DECISION,
        kind=StatementKind.WITHDRAWAL,
        forbids=(Act.STREAM, Act.REDISTRIBUTE, Act.TRANSCODE, Act.MINE),
    )


def withdrawn(data: bytes, evidence: str = "withdrawn 1") -> RecordingWithdrawn:
    return RecordingWithdrawn(
        content_id=digest_bytes(data).content_id,
        statement=withdrawal(evidence),
        reason=ReasonClass.RIGHTS_CLAIM,
        by="Ada",
        words=digest_bytes(b"a claim").content_id,
    )


def reversed_(data: bytes, evidence: str = "withdrawn 1") -> WithdrawalReversed:
    return WithdrawalReversed(
        content_id=digest_bytes(data).content_id,
        statement=statement_id(withdrawal(evidence)),
        by="Ada",
        words=digest_bytes(b"settled").content_id,
    )


def purged(data: bytes, *also: bytes) -> RecordingPurged:
    return RecordingPurged(
        content_id=digest_bytes(data).content_id,
        also=tuple(content_ids(*also)),
        reason=ReasonClass.COURT_ORDER,
        by="Ada",
        approved_by="Bo",
    )


def noticed(data: bytes, notice: str = "n1") -> NoticeFiled:
    return NoticeFiled(
        notice=notice,
        kind=NoticeKind.DSA_NOTICE,
        about=(digest_bytes(data).content_id,),
        document=digest_bytes(b"a notice").content_id,
    )


def history() -> list[Fact]:
    """One of everything, in an order in which it could have happened."""
    return [
        opened(),
        recording(b"first", path="a/first.flac", title="Erste", findings=(remark("a/first.flac"),)),
        recording(b"second", path="a/second.flac", statements=(), measurement=measurement(findings=(DAMAGE,))),
        duplicate(b"first", path="b/first.flac"),
        companion(b"picture", path="a/cover.jpg", carriers=(CARRIER,)),
        refused("a/notes.doc"),
        AccessionClosed(accession="one"),
        measured(b"first", measurement(-13.0)),
        copied(b"first"),
        PairsJudged(judgements=(judged(b"first", b"second"),)),
        RecordingSplit(
            content_id=content_ids(b"second")[0], others=tuple(content_ids(b"first")), by="Ada", reason="live"
        ),
        RecordingsMerged(content_ids=tuple(content_ids(b"first", b"second")), by="Ada", reason="heard both"),
        opened("two", source="Deposit 2"),
        checked(b"second", damaged=True),
        EditionOpened(edition="first", date="2026-05-01", heads=(("w0001", 9, "ab" * 32),)),
        bundle(b"first"),
        EditionPublished(edition="first", bundles=("archive-00001",)),
        checked(b"second", damaged=False),
        checked(b"first", damaged=True),
        stated(b"first", statement_of("CC0-1.0"), ends=(STATEMENT,)),
        withdrawn(b"first"),
        reversed_(b"first"),
        withdrawn(b"first", "withdrawn 2"),
        noticed(b"first"),
        purged(b"second", b"opus of second"),
        RecordingStreamed(
            content_id=content_ids(b"first")[0],
            blob=content_ids(b"first")[0],
            purpose=Purpose.ARCHIVE,
            decision=KEEP,
        ),
        DataSetMade(
            name="set",
            purpose=Purpose.ARCHIVE,
            members=(LetThrough(content_id=content_ids(b"first")[0], decision=KEEP),),
        ),
    ]


def statement_of(licence: str) -> RightsStatement:
    return RightsStatement(
        basis=RightsBasis.LICENSE,
        licence=licence,
        stated=licence,
        evidence="determined by the archive",
        source=StatementSource.DECISION,
    )


# Words as they come from files: any Unicode but lone surrogates, NUL included.
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_names = st.sampled_from(["one", "two", "three"])
_bytes = st.sampled_from([b"a", b"b", b"c", b"d" * 20_000])
_paths = st.sampled_from(["x.flac", "y/x.flac", "y/%0A", "ü.ogg"])
_statements = st.lists(
    st.builds(
        RightsStatement,
        basis=st.sampled_from(RightsBasis),
        licence=st.sampled_from([None, "CC-BY-4.0", "CC0-1.0"]),
        stated=words,
        evidence=words,
        source=st.sampled_from(StatementSource),
        missing=st.none() | words,
    ),
    max_size=2,
).map(tuple)
_findings = st.builds(
    Finding,
    code=st.sampled_from(FindingCode),
    severity=st.sampled_from(Severity),
    path=_paths,
    detail=words,
)
_given = st.lists(st.tuples(words, words), max_size=2).map(tuple)
_tags = st.builds(
    TagFacts,
    tags=st.lists(st.tuples(words, st.lists(words, min_size=1, max_size=2).map(tuple)), max_size=2).map(tuple),
    pictures=st.just((Picture(mime="image/png", kind=3, size=ByteCount(1), sha256="0" * 64),)) | st.just(()),
    title=st.none() | words,
)
_pairs = st.lists(_bytes, min_size=2, max_size=2, unique=True)
_measurements = st.builds(
    measurement,
    st.none() | st.floats(-70, 5).map(lambda lufs: round(lufs, 2)),
    findings=st.lists(
        st.builds(
            TechnicalFinding,
            code=st.sampled_from(FindingCode),
            severity=st.sampled_from(Severity),
            detail=words,
        ),
        max_size=2,
    ).map(tuple),
    pcm_md5=st.none() | st.just("ef" * 16),
)
_about_recordings: st.SearchStrategy[Fact] = st.one_of(
    st.builds(measured, _bytes, _measurements),
    st.builds(copied, _bytes, bit_rate=st.sampled_from([96_000, 75_000])),
    st.builds(
        lambda pair, verdict: PairsJudged(judgements=(judged(*pair, verdict),)),
        _pairs,
        st.sampled_from(PairVerdict),
    ),
    st.builds(
        lambda pair, by, reason: RecordingsMerged(content_ids=tuple(content_ids(*pair)), by=by, reason=reason),
        _pairs,
        words,
        words,
    ),
    st.builds(stated, _bytes, st.sampled_from([STATEMENT, withdrawal()]), by=words),
    st.builds(lambda data: stated(data, ends=(STATEMENT,)), _bytes),
    st.builds(withdrawn, _bytes, st.sampled_from(["1", "2"])),
    st.builds(reversed_, _bytes, st.sampled_from(["1", "2"])),
    st.builds(purged, _bytes),
    st.builds(noticed, _bytes, st.sampled_from(["n1", "n2"])),
    st.builds(
        lambda pair, by: RecordingSplit(
            content_id=content_ids(pair[0])[0], others=tuple(content_ids(pair[1])), by=by, reason=""
        ),
        _pairs,
        words,
    ),
)
_about_files: st.SearchStrategy[Fact] = st.one_of(
    st.builds(
        RecordingKept,
        accession=_names,
        root=st.just(ROOT),
        path=_paths,
        given=_given,
        digests=_bytes.map(digest_bytes),
        audio=st.just(AUDIO),
        tags=_tags,
        statements=_statements,
        decision=st.just(KEEP),
        findings=st.lists(_findings, max_size=2).map(tuple),
        measurement=st.none() | _measurements,
    ),
    st.builds(
        DuplicateMet,
        accession=_names,
        root=st.just(ROOT),
        path=_paths,
        given=_given,
        content_id=_bytes.map(lambda data: digest_bytes(data).content_id),
        statements=_statements,
    ),
    st.builds(companion, _bytes, accession=_names, path=_paths),
    st.builds(FileRefused, accession=_names, root=st.just(ROOT), finding=_findings),
    st.builds(checked, _bytes, damaged=st.booleans()),
    st.builds(AccessionClosed, accession=_names),
    _about_recordings,
)
histories: st.SearchStrategy[list[Fact]] = st.lists(_about_files, max_size=12).map(
    lambda facts: [opened(name, source=f"Deposit {name}") for name in ("one", "two", "three")] + facts
)
"""Three accessions are opened, then anything happens to four blobs."""


def digest_of(ledger: Ledger) -> str:
    with ledger.reading() as connection:
        return state_digest(connection)


def rows_of(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, sorted by its spelling."""
    from sqlalchemy import select

    from longplay.ledger import tables

    with ledger.reading() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in tables.metadata.sorted_tables
        }


def content_ids(*data: bytes) -> list[ContentId]:
    return [digest_bytes(one).content_id for one in data]


def journalled(journal: Path) -> Sequence[bytes]:
    """Every byte of a journal, by file."""
    return [path.read_bytes() for path in sorted(journal.rglob("*.jsonl*"))]


def open_in(folder: Path) -> Ledger:
    return Ledger.open(folder / "ledger.sqlite", journal=folder / "journal")


def journal(folder: Path, *chains: list[Fact]) -> None:
    """Write each list of facts to a chain of its own, the first one to `w0001`."""
    clock = Ticking()
    held = []
    for facts in chains:
        held.append(JournalWriter.open(folder / "journal", clock=clock, agent=AGENT))
        held[-1].append(facts)
    for writer in held:
        writer.close()
