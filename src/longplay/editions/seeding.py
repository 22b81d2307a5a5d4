"""Which torrents a seeder serves, and from which blobs: everything that was ever published."""

from longplay.editions.handout import Sources, torrents_of
from longplay.ledger import queries
from longplay.ledger.ledger import Ledger
from longplay.store.local import LocalStore
from longplay.swarm.seed import Seeder


def seed_bundles(seeder: Seeder, ledger: Ledger, store: LocalStore, sources: Sources) -> list[str]:
    """Serve every bundle from the blobs, by its hybrid and by its v1-only torrent; returns their names.

    Args:
        seeder: listens already.
        ledger: knows the bundles.
        store: holds the blobs.
        sources: trackers and web seeds to name.
    """
    with ledger.reading() as connection:
        names = queries.bundle_names(connection)
    for name in names:
        with ledger.reading() as connection:
            bundle = queries.bundle(connection, name)
            digests = queries.digests_of(connection, [file.content_id for file in bundle.files])
        torrents = torrents_of(bundle, digests, sources)
        places = {file.path: store.path(file.content_id) for file in bundle.files}
        seeder.serve(torrents.hybrid.data, places)
        seeder.serve(torrents.v1.data, places)
    return names
