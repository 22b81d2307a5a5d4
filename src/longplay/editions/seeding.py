"""Which torrents a seeder serves, and from which blobs: everything published that may still be passed on.

A bundle that later editions replaced is served while everything in it may be passed on: older editions name it.
"""

from dataclasses import dataclass

from longplay.editions.handout import Sources, torrents_of
from longplay.editions.selection import Doorkeeper, select
from longplay.ledger import queries
from longplay.ledger.ledger import Ledger
from longplay.store.local import LocalStore
from longplay.swarm.seed import Seeder


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What a seeder serves.

    Attributes:
        names: bundles it serves, by number.
        withheld: bundles it does not, because something in them may not be passed on any more.
    """

    names: tuple[str, ...]
    withheld: tuple[str, ...]


def seed_bundles(
    seeder: Seeder, ledger: Ledger, store: LocalStore, sources: Sources, doorkeeper: Doorkeeper
) -> Served:
    """Serve every bundle from the blobs that may be passed on, by its hybrid and by its v1-only torrent.

    Args:
        seeder: listens already.
        ledger: knows the bundles.
        store: holds the blobs.
        sources: trackers and web seeds to name.
        doorkeeper: asked about everything in a bundle, as of now.
    """
    with ledger.reading() as connection:
        names = queries.bundle_names(connection)
        withheld = select(connection, doorkeeper, bundles=names, heads=None).revoked
    served = tuple(name for name in names if name not in withheld)
    for name in served:
        with ledger.reading() as connection:
            bundle = queries.bundle(connection, name)
            digests = queries.digests_of(connection, [file.content_id for file in bundle.files])
        torrents = torrents_of(bundle, digests, sources)
        places = {file.path: store.path(file.content_id) for file in bundle.files}
        seeder.serve(torrents.hybrid.data, places)
        seeder.serve(torrents.v1.data, places)
    return Served(names=served, withheld=tuple(name for name in names if name in withheld))
