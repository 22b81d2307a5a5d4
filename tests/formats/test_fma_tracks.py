"""FMA's `raw_tracks.csv`: the licence of each track, and where the table contradicts itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longplay.formats.csv_rows import Row
from longplay.formats.fma_tracks import FmaTrack, is_fma, read_track

URL = "http://creativecommons.org/licenses/by-nc-sa/3.0/us/"
TITLE = "Attribution-Noncommercial-Share Alike 3.0 United States"
IMAGE = "http://i.creativecommons.org/l/by-nc-sa/3.0/us/88x31.png"


def track(**cells: str) -> FmaTrack | None:
    usual = {"track_id": "2", "license_url": URL, "license_title": TITLE, "license_image_file": IMAGE}
    return read_track(Row(line=2, cells={name: cell for name, cell in (usual | cells).items() if cell}))


def test_a_row_says_file_licence_artist_and_title() -> None:
    found = track(track_title=" Food  ", artist_name="AWOL")
    assert found is not None
    assert (found.name, found.folder, found.licence_url) == ("000002.mp3", "000", URL)
    assert (found.title, found.artist, found.quarrel) == ("Food", "AWOL", None)


def test_numbers_beyond_six_digits_are_kept_whole() -> None:
    found = track(track_id="1234567")
    assert found is not None
    assert (found.name, found.folder) == ("1234567.mp3", "123")


@pytest.mark.parametrize("number", ["", "x", "-1", "2.0", "٢", "1" * 10])
def test_a_row_whose_id_is_no_number_is_none(number: str) -> None:
    assert track(track_id=number) is None


@pytest.mark.parametrize(
    "cells",
    [
        {"license_title": "Attribution 3.0"},
        {"license_title": "Attribution-NonCommercial-NoDerivatives 4.0"},
        {"license_title": "CC0 1.0"},
        {"license_image_file": "http://i.creativecommons.org/l/by/3.0/88x31.png"},
        {"license_url": "http://creativecommons.org/licenses/by/3.0/"},
    ],
)
def test_a_title_or_picture_of_another_licence_is_a_quarrel(cells: dict[str, str]) -> None:
    found = track(**cells)
    assert found is not None
    assert found.quarrel


@pytest.mark.parametrize("cells", [{"license_title": ""}, {"license_image_file": ""}, {"license_url": ""}])
def test_what_is_not_said_is_no_quarrel(cells: dict[str, str]) -> None:
    found = track(**cells)
    assert found is not None
    assert found.quarrel is None


def test_the_table_is_known_by_its_columns() -> None:
    assert is_fma(["album_id", "track_id", "license_url"])
    assert not is_fma(["track_id", "path"])


@given(st.dictionaries(st.sampled_from(["track_id", "license_url", "license_title"]), st.text(max_size=30)))
def test_any_cells_are_a_track_or_none(cells: dict[str, str]) -> None:
    read_track(Row(line=1, cells=cells))
