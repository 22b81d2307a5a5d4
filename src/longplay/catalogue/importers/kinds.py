"""Every kind of source that is read, by the name the command line gives it.

`table` is not among them: what it reads is written in a mapping file.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # Arrow is slow to import, and a list of kinds does not need it
    from longplay.catalogue.sources.importer import Importer

KINDS: Final = {
    "musicbrainz": "JSON dumps, and single documents of the web service (JSON, XML)",
    "musicbrainz-canonical": "the canonical data dump: names to recordings, redirects",
    "listenbrainz": "Spark dumps, listens dumps (full, incremental), exports of one listener",
    "mlhd": "MLHD+ listening histories",
    "discogs": "monthly XML dumps",
    "internetarchive": "metadata of items, JSON",
    "fma": "tracks.csv and raw_tracks.csv of the Free Music Archive data set",
    "jamendo": "the tables of MTG-Jamendo",
    "ddex": "ERN 3.8 and 4 NewReleaseMessages",
    "scrobbles": "listening histories: Last.fm and Libre.fm CSV, Maloja, Pano Scrobbler, plain CSV",
}
"""What each kind reads, in a line."""


def importer_of(kind: str) -> "Importer":
    """The importer of a kind, imported when it is asked for: each brings libraries that are slow to load.

    Raises:
        KeyError: there is no such kind.
    """
    if kind not in KINDS:
        raise KeyError(kind)
    module = kind.replace("-", "_")
    importer: Importer = import_module(f"longplay.catalogue.importers.{module}").IMPORTER
    return importer
