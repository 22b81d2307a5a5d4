"""Draw the pictures of the guides that show figures: of a made-up catalogue, so that they are nobody's data.

    python -m docs.pictures

`img/story.svg` is drawn by hand; `img/growth.svg` by `python -m benchmarks.growth`.
"""

import tempfile
from pathlib import Path
from typing import Final

from benchmarks.synthetic_catalogue import write

from longplay.catalogue.building import Building
from longplay.catalogue.curating import CuratorsFile
from longplay.catalogue.engine import Limits, connected
from longplay.catalogue.picture_theme import LIGHT, follow_reader
from longplay.catalogue.snapshots import Snapshots
from longplay.catalogue.sources.imports import Imports
from longplay.catalogue.statistics.figures import statistics
from longplay.catalogue.statistics.picture import picture
from longplay.progress import Silent
from longplay.store.local import write_durably

IMAGES: Final = Path(__file__).parent / "img"
TRACKS: Final = 200_000


def main() -> None:
    """Build the made-up catalogue, count it, draw four of its plots."""
    limits = Limits(memory_gb=2.0, threads=2)
    with tempfile.TemporaryDirectory(prefix="longplay-docs-") as folder:
        root = Path(folder)
        write(root, TRACKS)
        snapshots = Snapshots(root)
        use = Building(imports=Imports(root), snapshots=snapshots, half_life_months=24.0, limits=limits)
        number = use.build(CuratorsFile(), progress=Silent()).snapshot.number
        with connected(root, limits) as connection:
            found = statistics(connection, snapshots, number)
    drawn = picture(found, "svg", LIGHT, keys=("popularity", "coverage", "durations", "years"))
    write_durably(IMAGES / "catalogue.svg", follow_reader(drawn))


if __name__ == "__main__":
    main()
