"""Files that state rights, made here: DDEX messages, Internet Archive items; and holdings for them to find."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from longplay.curation.rights_import import Imported, RightsImport, StatedNow
from longplay.formats.merkle import digest_bytes
from longplay.ledger import rights
from longplay.ledger.ledger import Ledger
from longplay.ledger.register import Register
from longplay.model.audio import AudioFacts, TagFacts
from longplay.model.digests import ContentId
from longplay.model.events import AccessionOpened, Agent, Fact, RecordingKept
from longplay.model.findings import Finding, FindingCode
from longplay.model.rights import (
    WORLD,
    Act,
    Decision,
    KeepingBasis,
    Purpose,
    RightsObject,
    RightsStatement,
    Territory,
    Verdict,
)
from longplay.model.units import Hertz, SampleCount
from longplay.progress import Silent
from longplay.rights.gate import decide
from longplay.store.evidence import EvidenceStore

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
TODAY = NOW.date()
SENDER = "PADPIDA2007040502I"
PERIOD = "<ValidityPeriod><StartDate>2026-01-01</StartDate></ValidityPeriod>"
ISRC = "SEABC2600001"
BY = "https://creativecommons.org/licenses/by/4.0/"


def terms(
    *,
    model: str = "FreeOfChargeModel",
    use: str = "OnDemandStream",
    where: str = "Worldwide",
    more: str = PERIOD,
) -> str:
    """Deal terms as ERN 3.8 writes them."""
    places = "".join(f"<TerritoryCode>{code}</TerritoryCode>" for code in where.split())
    usage = f"<Usage><UseType>{use}</UseType></Usage>"
    return f"<CommercialModelType>{model}</CommercialModelType>{usage}{places}{more}"


TAKE_DOWN = f"<TakeDown>true</TakeDown><TerritoryCode>Worldwide</TerritoryCode>{PERIOD}"


def message(
    *deals: str,
    version: str = "382",
    isrcs: tuple[str, ...] = (ISRC,),
    created: str = "2026-03-01T10:00:00Z",
    sender: str = SENDER,
    more: str = "",
) -> bytes:
    """A message with one release that holds every recording, and these deals (terms, or a whole `Deal`)."""
    stated = [
        one if one.startswith("<Deal>") else f"<Deal><DealTerms>{one}</DealTerms></Deal>" for one in deals
    ]
    recordings = "".join(_recording(number, isrc, version) for number, isrc in enumerate(isrcs))
    references = "".join(
        f"<ReleaseResourceReference>A{number}</ReleaseResourceReference>" for number in range(len(isrcs))
    )
    deal = f"<ReleaseDeal><DealReleaseReference>R0</DealReleaseReference>{''.join(stated)}</ReleaseDeal>"
    if version.startswith("4"):
        references = (
            f"<ResourceGroup><ResourceGroupContentItem>{references}</ResourceGroupContentItem></ResourceGroup>"
        )
        deal = deal.replace("<Usage>", "").replace("</Usage>", "")
    else:
        references = f"<ReleaseResourceReferenceList>{references}</ReleaseResourceReferenceList>"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<ern:NewReleaseMessage xmlns:ern="http://ddex.net/xml/ern/{version}" MessageSchemaVersionId="ern/{version}">
 <MessageHeader><MessageId>M1</MessageId><MessageSender><PartyId>{sender}</PartyId></MessageSender>{more}
  <MessageCreatedDateTime>{created}</MessageCreatedDateTime></MessageHeader>
 <ResourceList>{recordings}</ResourceList>
 <ReleaseList><Release><ReleaseReference>R0</ReleaseReference>{references}</Release></ReleaseList>
 <DealList>{deal if deals else ""}</DealList>
</ern:NewReleaseMessage>""".encode()


def _recording(number: int, isrc: str, version: str) -> str:
    named = f"<ISRC>{isrc}</ISRC>"
    if version in {"41", "42"}:
        named = f"<ResourceId>{named}</ResourceId>"
    elif version == "43":
        named = f"<SoundRecordingEdition><ResourceId>{named}</ResourceId></SoundRecordingEdition>"
    else:
        named = f"<SoundRecordingId>{named}</SoundRecordingId>"
    reference = f"<ResourceReference>A{number}</ResourceReference>"
    return f"<SoundRecording>{named}{reference}</SoundRecording>"


def item(*files: tuple[str, int], identifier: str = "gd77", top: str = "", **metadata: object) -> bytes:
    """The metadata of an item; `top` is a flag beside them."""
    listed = [{"name": name, "size": str(size), "source": "original"} for name, size in files]
    document: dict[str, object] = {"metadata": {"identifier": identifier, **metadata}, "files": listed}
    return json.dumps(document | ({top: True} if top else {})).encode()


def may(
    act: Act,
    *statements: RightsStatement,
    territory: str = WORLD,
    day: date = TODAY,
    keeping: KeepingBasis = KeepingBasis.OPEN_LICENCES_ONLY,
) -> Decision:
    """The gate's answer about these statements."""
    obj = RightsObject(content_id=ContentId("0" * 64), statements=statements, keeping=keeping)
    return decide(act, obj, Territory(territory), day, Purpose.ARCHIVE)


@dataclass(slots=True)
class Told:
    """What was told of an import."""

    news: list[StatedNow]
    findings: list[Finding]

    def stated(self, stated: StatedNow) -> None:
        self.news.append(stated)

    def found(self, finding: Finding) -> None:
        self.findings.append(finding)

    @property
    def codes(self) -> list[FindingCode]:
        return [one.code for one in self.findings]


@dataclass(slots=True)
class Archive:
    """A ledger with holdings, without their bytes."""

    folder: Path
    ledger: Ledger
    register: Register
    evidence: EvidenceStore

    def hold(
        self,
        data: bytes,
        path: str,
        *,
        root: str = "/deposit",
        tags: dict[str, str] | None = None,
        given: tuple[tuple[str, str], ...] = (),
        statements: tuple[RightsStatement, ...] = (),
    ) -> ContentId:
        """A recording with these bytes, met at a place."""
        tagged = tags or {}
        fact = RecordingKept(
            accession="one",
            root=root,
            path=path,
            given=given,
            digests=digest_bytes(data),
            audio=_AUDIO,
            tags=TagFacts(
                tags=tuple((name, (value,)) for name, value in tagged.items()),
                title=tagged.get("title"),
                artist=tagged.get("artist"),
            ),
            statements=statements,
            decision=_KEEP,
            findings=(),
        )
        self.write(fact)
        return fact.digests.content_id

    def write(self, *facts: Fact) -> None:
        self.register.record(facts)

    def take(
        self,
        data: bytes | str,
        *,
        name: str = "rights.csv",
        root: Path | None = None,
        dry_run: bool = False,
        by: str | None = None,
    ) -> tuple[Imported, Told]:
        """Import a file with this content."""
        path = self.folder / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        told = Told([], [])
        use = RightsImport(ledger=self.ledger, evidence=self.evidence, clock=lambda: NOW)
        register = None if dry_run else self.register
        done = use.take(register, path, root=root, by=by, listener=told, progress=Silent())
        return done, told

    def statements(self, content_id: ContentId) -> tuple[RightsStatement, ...]:
        """Those in force."""
        with self.ledger.reading() as connection:
            return rights.statements_in_force(connection, [content_id]).get(content_id, ())

    def history(self, content_id: ContentId) -> list[rights.Stated]:
        with self.ledger.reading() as connection:
            return rights.history(connection, content_id)

    def may(self, act: Act, content_id: ContentId, territory: str = WORLD) -> Decision:
        return may(act, *self.statements(content_id), territory=territory)


@contextmanager
def open_archive_in(folder: Path) -> Iterator[Archive]:
    """An archive of its own, with an accession open."""
    journal = folder / "journal"
    journal.mkdir(parents=True, exist_ok=True)
    ledger = Ledger.open(folder / "ledger.sqlite", journal=journal)
    with Register.open(journal, ledger, clock=lambda: NOW, agent=_AGENT, flush=lambda: None) as register:
        archive = Archive(folder, ledger, register, EvidenceStore(folder))
        archive.write(
            AccessionOpened(
                accession="one", source="Deposit", roots=("/deposit",), keeping=KeepingBasis.OWN_COLLECTION
            )
        )
        yield archive
    ledger.close()


_AGENT = Agent(name="longplay", version="0")
_AUDIO = AudioFacts(
    container="flac",
    codec="flac",
    rate=Hertz(44_100),
    channels=2,
    samples=SampleCount(44_100),
    bit_depth=16,
    decode_errors=0,
)
_KEEP = Decision(act=Act.PRESERVE, verdict=Verdict.PERMITTED, rule="dedication", citation="CC0 1.0 s.2")
