"""How people name a holding: by the first digits of its content id."""

from sqlalchemy import Connection

from longplay.errors import NotFound
from longplay.ledger import queries
from longplay.model.digests import ContentId


def only_holding(connection: Connection, name: str) -> ContentId:
    """The one holding whose content id starts with `name`.

    Raises:
        NotFound: there is none, or more than one.
    """
    found = queries.ids_starting(connection, name.lower(), limit=2) if name else []
    if not found:
        raise NotFound(f"no holding starts with {name!r}: see `longplay holdings`")
    if len(found) > 1:
        raise NotFound(f"more than one holding starts with {name!r}: give more digits")
    return found[0]
