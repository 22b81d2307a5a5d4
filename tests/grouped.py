"""Grouping the recordings of an archive, as the command does it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from longplay.curation.recordings import Compared, Recordings
from longplay.ledger.register import Register
from longplay.model.recordings import Grouping
from longplay.progress import Silent
from longplay.wiring import open_archive
from taking import holdings


@contextmanager
def curating(archive: Path) -> Iterator[tuple[Recordings, Register]]:
    with open_archive(archive) as opened, opened.writing() as register:
        yield Recordings(ledger=opened.ledger, derived=opened.derived), register


def compare(archive: Path) -> Compared:
    with curating(archive) as (recordings, register):
        return recordings.compare(register, progress=Silent())


def grouping(archive: Path) -> Grouping:
    with open_archive(archive) as opened:
        return Recordings(ledger=opened.ledger, derived=opened.derived).grouping()


def groups(archive: Path) -> list[list[str]]:
    """Paths of the manifestations of each recording held more than once, best first."""
    path_of = {one.content_id: path for path, one in holdings(archive).items()}
    found = [
        [path_of[one.content_id] for one in recording.manifestations]
        for recording in grouping(archive).recordings
    ]
    return [paths for paths in found if len(paths) > 1]
