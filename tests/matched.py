"""An archive of made-up recordings beside a made-up catalogue, matched."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from longplay.catalogue.curating import read_curators_file
from longplay.catalogue.engine import Limits, connected
from longplay.catalogue.entities import EntityKind, Place
from longplay.curation.matching.ledger_of_reasons import LedgerOfReasons
from longplay.curation.matching.match import Matched
from longplay.curation.matching.why import Explaining
from longplay.model.audio import TagFacts
from longplay.model.events import RecordingKept
from longplay.model.statuses import Status
from longplay.model.units import SampleCount
from longplay.progress import Silent
from longplay.wiring import Archive
from standing import AUDIO, kept

LIMITS = Limits(memory_gb=1.0, threads=2)
SILENT = Silent()


def kept_as(archive: Archive, name: str, *, seconds: float, **tags: str) -> RecordingKept:
    """A recording of that playing time with these tags; `title` and `artist` are the usual ones."""
    facts = TagFacts(
        tags=tuple((key, (value,)) for key, value in tags.items()),
        title=tags.get("title"),
        artist=tags.get("artist"),
    )
    audio = replace(AUDIO, samples=SampleCount(round(seconds * AUDIO.rate)))
    return replace(kept(archive, name), tags=facts, audio=audio)


def match(archive: Archive) -> Matched:
    """Match with the latest snapshot."""
    use = archive.matching(archive.catalogue(None, SILENT))
    return use.match(read_curators_file(archive.curators_file), progress=SILENT)


def reasons(archive: Archive) -> LedgerOfReasons:
    """The ledger of reasons as things stand."""
    return archive.reasons(archive.catalogue(None, SILENT))


def titles(archive: Archive, scratch: Path) -> dict[Status, list[str]]:
    """What the recordings of each status are called, by rank; statuses that none has are left out."""
    known = reasons(archive)
    scratch.mkdir(exist_ok=True)
    with connected(scratch, LIMITS) as connection:
        statuses = known.statuses(connection)
    found = {}
    for status in Status:
        ranks = statuses.with_status(status).tolist()
        if ranks:
            places = (known.serving.at(Place(EntityKind.RECORDING, rank)) for rank in ranks)
            found[status] = [place.title for place in places if place is not None]
    return found


@contextmanager
def explaining(archive: Archive) -> Iterator[Explaining]:
    """Tells why."""
    door = archive.doorkeeper()
    with archive.ledger.reading() as connection:
        yield Explaining(
            reasons=reasons(archive),
            connection=connection,
            may_go_out=lambda holding: door.admit(holding).decision,
        )
