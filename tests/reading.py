"""Reading what files state about rights as `ingest` does, but without decoding, for tests."""

from collections.abc import Iterator
from pathlib import Path

from longplay.audio.tags import read_tags
from longplay.formats.merkle import digest_bytes
from longplay.ingest.companions import READ_FOR_RIGHTS
from longplay.ingest.nearby import Nearby, Waiting
from longplay.ingest.stated import NOTHING, read_beside
from longplay.ingest.walk import FileMet, walk
from longplay.ingest.worker import Beside
from longplay.model.digests import ContentId
from longplay.model.rights import Reading
from longplay.rights.readers import TEXT_LIMIT


def read_rights(root: Path) -> Iterator[tuple[FileMet, ContentId, tuple[Reading, ...]]]:
    """Every file below a folder that is no companion, as a recording: what is stated of it."""
    nearby = Nearby()
    for met in walk([root], archive=root / "none"):
        if not isinstance(met, FileMet):
            continue
        content_id = digest_bytes(met.path.read_bytes()).content_id
        if met.companion is not None:
            nearby.folder(met).companions.append(waiting(met))
            continue
        tags, _problem = read_tags(met.path, name=met.name, metadata=())
        yield met, content_id, nearby.readings(met, tags, content_id)


def waiting(met: FileMet) -> Waiting:
    """A companion as a worker reads it."""
    data = met.path.read_bytes()
    digests = digest_bytes(data)
    stated = NOTHING
    if met.companion in READ_FOR_RIGHTS:
        stated, _problem = read_beside(data[:TEXT_LIMIT], name=met.name, digest=digests.content_id)
    return Waiting(met=met, beside=Beside(digests=digests, rights=stated), staged=met.path)
