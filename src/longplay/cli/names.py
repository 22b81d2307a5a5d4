"""How people name a holding: by the first digits of its content id."""

from sqlalchemy import Connection

from longplay.errors import NotFound
from longplay.ledger import queries, withdrawn
from longplay.model.digests import ContentId


def only_holding(connection: Connection, name: str) -> ContentId:
    """The one holding whose content id starts with `name`.

    Raises:
        NotFound: there is none, more than one, or it was purged.
    """
    found = queries.ids_starting(connection, name.lower(), limit=2) if name else []
    gone = withdrawn.purged_starting(connection, name.lower(), limit=1) if name and not found else []
    if gone and (purged := withdrawn.purged(connection, gone[0])):
        raise NotFound(
            f"recording {purged.content_id} was purged on {purged.at[:10]} ({purged.reason.value}): "
            "nothing but this tombstone is left"
        )
    if not found:
        raise NotFound(f"no holding starts with {name!r}: see `longplay holdings`")
    if len(found) > 1:
        raise NotFound(f"more than one holding starts with {name!r}: give more digits")
    return found[0]


def any_recording(connection: Connection, name: str) -> ContentId:
    """The one recording, held or purged, whose content id starts with `name`.

    Raises:
        NotFound: there is none, or more than one.
    """
    prefix = name.lower()
    found = queries.ids_starting(connection, prefix, limit=2) if name else []
    found += withdrawn.purged_starting(connection, prefix, limit=2) if name else []
    if not found:
        raise NotFound(f"no recording starts with {name!r}: see `longplay holdings`")
    if len(found) > 1:
        raise NotFound(f"more than one recording starts with {name!r}: give more digits")
    return found[0]
