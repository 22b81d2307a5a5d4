"""Every kind of source is what list, guide and importer say, and takes any file without a crash."""

from pathlib import Path

import pytest
from driving import import_file
from hypothesis import given
from hypothesis import strategies as st

from longplay.catalogue.importers.kinds import KINDS, importer_of
from longplay.catalogue.sources.tables import SCHEMAS

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "catalogue-of-the-world.md"
NAMES = [
    *("x.json", "x.jsonl", "x.xml", "x.csv", "x.tsv", "x.txt", "x.parquet", "release", "recording", "artist"),
    *("tracks.csv", "raw_tracks.csv", "genres.csv", "raw.meta.tsv", "discogs_20260801_releases.xml"),
    *(
        "discogs_20260801_artists.xml",
        "canonical_musicbrainz_data.csv",
        "00000000-0000-4000-8000-000000000001.txt",
    ),
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_what_the_list_and_the_guide_say(kind: str) -> None:
    importer = importer_of(kind)
    assert importer.kind == kind
    assert f"| `{kind}` |" in GUIDE.read_text(encoding="utf-8")
    for name in importer.licences:
        table, _, column = name.partition(".")
        schema = {one.value: schema for one, schema in SCHEMAS.items()}[table]
        assert not column or column in schema.names


def test_an_unknown_kind_is_none() -> None:
    with pytest.raises(KeyError):
        importer_of("streaming-service")


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.binary(max_size=200), name=st.sampled_from(NAMES))
def test_any_file_of_any_name_is_rows_rejects_or_broken(
    kind: str, data: bytes, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("any") / name
    path.write_bytes(data)
    import_file(importer_of(kind), path)


REAL = {
    "musicbrainz": ("musicbrainz", {"artist": 110, "release": 104, "recording": 276, "track": 242}, 3, 0),
    "discogs": ("discogs", {"artist": 1000}, 0, 0),
    "internetarchive": ("internet-archive", {}, 2, 0),
    "fma": ("fma", {}, 0, 0),
    "listenbrainz": ("listens/listenbrainz", {"listen": 166}, 13, 1),
}
"""Kind, folder of the real metadata, rows, rejected records, broken files."""


@pytest.mark.parametrize("kind", REAL)
def test_all_real_metadata_of_a_kind_have_these_rows(kind: str, real: Path) -> None:
    folder, rows, rejected, broken = REAL[kind]
    found: dict[str, int] = {}
    rejects, breaks = [], []
    for path in sorted((real / "metadata" / folder).rglob("*")):
        if path.is_file():
            done = import_file(importer_of(kind), path)
            rejects += done.rejects
            breaks += [done.broken] if done.broken else []
            for table, given_rows in done.tables.items():
                found[table.value] = found.get(table.value, 0) + len(given_rows)
    assert (found, len(rejects), len(breaks)) == (rows, rejected, broken), (rejects, breaks)
