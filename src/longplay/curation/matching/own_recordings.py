"""Recordings of the archive's own: holdings that no recording of the catalogue is matched with, for searching.

Source: design, section 2 (`curation/`); docs/reference/matching.md.
"""

from collections.abc import Iterator

from sqlalchemy import Connection

from longplay.catalogue.search.indexing import OwnRecording
from longplay.curation.matching.matches import MatchesFile, MatchVerdict
from longplay.ledger import queries
from longplay.model.digests import ContentId
from longplay.model.holdings import Holding

_UNMATCHED = (MatchVerdict.OWN, MatchVerdict.DOUBTFUL)


def own_recordings(connection: Connection, matches: MatchesFile) -> Iterator[OwnRecording]:
    """What is held and, so far, nothing of the catalogue; by content id. Doubtful matches count as none.

    Args:
        connection: of the ledger, one consistent state.
        matches: of all holdings.

    Raises:
        NotFound, MalformedInput, StorageError: as `MatchesFile.made`.
    """
    last: ContentId | None = None
    for match in matches.all():
        if match.verdict in _UNMATCHED and match.group != last:
            holding = queries.holding(connection, match.group)
            if holding is not None:
                yield _own(holding, match.holdings)
        last = match.group


def _own(holding: Holding, holdings: tuple[ContentId, ...]) -> OwnRecording:
    licences = {one.licence for one in holding.statements if one.licence is not None}
    return OwnRecording(
        id=holding.content_id,
        holdings=holdings,
        title=holding.described("title") or holding.name,
        artist=holding.described("artist"),
        release=holding.described("album"),
        duration_ms=round(holding.audio.duration) or None,
        licence=licences.pop() if len(licences) == 1 else None,
    )
