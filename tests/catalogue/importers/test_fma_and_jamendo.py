"""FMA and MTG-Jamendo: tables laid out as they are published, oddities included."""

import zipfile
from pathlib import Path

from driving import Imported, import_file

from longplay.catalogue.importers import fma, jamendo
from longplay.catalogue.sources.tables import SourceTable

GROUPS = ",album,album,album,artist,artist,set,track,track,track,track,track,track"
FIELDS = ",id,title,date_released,id,name,split,title,duration,listens,number,genre_top,genres_all"
TRACKS = [
    GROUPS,
    FIELDS,
    "track_id,,,,,,,,,,,,",
    '2,1,AWOL,2009-01-05 00:00:00,1,AWOL,training,Food,168,1293,3,Hip-Hop,"[21]"',
    '3,1,AWOL,2009-01-05 00:00:00,1,AWOL,training,"Electric Ave, live",-5,nan,4,,[]',
    "no number,1,AWOL,,1,AWOL,training,Lost,1,1,1,,[]",
    "5,1,AWOL,,1,AWOL,training,,1,1,1,,[]",
]
RAW = [
    "track_id,album_id,album_title,artist_id,artist_name,license_title,license_url,track_duration,track_genres,"
    "track_listens,track_number,track_title",
    "2,1,AWOL,1,AWOL,Attribution,http://creativecommons.org/licenses/by/4.0/,02:48,"
    "\"[{'genre_id': '21', 'genre_title': 'Hip-Hop', 'genre_url': 'x'}]\",1293,3,Food",
    "9,1,AWOL,1,AWOL,,,1:02:03,[],0,1,Long one",
]
GENRES = ["genre_id,#tracks,parent,title,top_level", "21,8389,0,Hip-Hop,21"]


def zipped(path: Path, files: dict[str, list[str]]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, lines in files.items():
            archive.writestr(f"fma_metadata/{name}", "\n".join(lines) + "\n")
    return path


def rows(done: Imported, table: SourceTable) -> dict[str, dict[str, object]]:
    return {str(row.get("id", row.get("recording_id"))): row for row in done.tables.get(table, [])}


def test_tracks_csv_with_its_three_header_lines(tmp_path: Path) -> None:
    path = zipped(tmp_path / "fma_metadata.zip", {"tracks.csv": TRACKS, "genres.csv": GENRES})
    done = import_file(fma.IMPORTER, path)
    recordings = rows(done, SourceTable.RECORDING)
    assert list(recordings) == ["2", "3"]
    food = recordings["2"]
    assert (food["title"], food["artist_credit"], food["duration_ms"], food["genres"]) == (
        "Food", "AWOL", 168_000, ["hip-hop"],
    )  # fmt: skip
    assert (recordings["3"]["title"], recordings["3"]["duration_ms"]) == ("Electric Ave, live", None)
    plays = done.tables[SourceTable.PLAYS]
    assert [(row["recording_id"], row["month"], row["listens"]) for row in plays] == [("2", 0, 1293)]
    assert [row["date"] for row in done.tables[SourceTable.RELEASE]] == ["2009-01-05", "2009-01-05"]
    assert len(done.rejects) == 2


def test_raw_tracks_csv_has_the_licence_and_names_of_genres(tmp_path: Path) -> None:
    path = tmp_path / "raw_tracks.csv"
    path.write_text("\n".join(RAW))
    recordings = rows(import_file(fma.IMPORTER, path), SourceTable.RECORDING)
    assert recordings["2"]["licence"] == "http://creativecommons.org/licenses/by/4.0/"
    assert recordings["2"]["genres"] == ["hip-hop"]
    assert (recordings["9"]["duration_ms"], recordings["9"]["licence"]) == (3_723_000, None)


def test_a_literal_that_calls_something_is_malformed_and_calls_nothing(tmp_path: Path) -> None:
    path = tmp_path / "raw_tracks.csv"
    evil = RAW[1].replace("[{'genre_id'", "[__import__('os').system('touch gone')]+[{'genre_id'")
    path.write_text("\n".join([RAW[0], evil, RAW[2]]))
    done = import_file(fma.IMPORTER, path)
    assert list(rows(done, SourceTable.RECORDING)) == ["9"]
    assert len(done.rejects) == 1
    assert not (tmp_path / "gone").exists()


# MTG-Jamendo

TAGS = [
    "TRACK_ID\tARTIST_ID\tALBUM_ID\tPATH\tDURATION\tTAGS",
    "track_0000214\tartist_000014\talbum_000031\t14/214.mp3\t124.6\tgenre---punkrock\tmood/theme---happy\tgenre---Rock",
    "track_0000215\tartist_000014\talbum_000031\t15/215.mp3\t151.4",
    "track_0000216\tartist_000014",
    "somebody\tartist_000014\talbum_000031\t15/215.mp3\t151.4",
]
NAMES = [
    "TRACK_ID\tARTIST_ID\tALBUM_ID\tTRACK_NAME\tARTIST_NAME\tALBUM_NAME\tRELEASEDATE\tURL",
    "track_0000214\tartist_000014\talbum_000031\tUn Poil De Bonheur\tLes Poissons\tSimplement\t2004-12-02\thttp://x/214",
]


def test_jamendo_tags_are_ragged_and_only_genres_are_genres(tmp_path: Path) -> None:
    path = tmp_path / "autotagging.tsv"
    path.write_text("\n".join(TAGS))
    done = import_file(jamendo.IMPORTER, path)
    told = [(row["id"], row["duration_ms"], row["genres"]) for row in done.tables[SourceTable.RECORDING]]
    assert told == [("track_0000214", 124_600, ["punkrock", "rock"]), ("track_0000215", 151_400, [])]
    assert len(done.rejects) == 2


def test_jamendo_names_are_in_the_raw_metadata(tmp_path: Path) -> None:
    path = tmp_path / "raw.meta.tsv"
    path.write_text("\n".join(NAMES))
    done = import_file(jamendo.IMPORTER, path)
    (recording,) = done.tables[SourceTable.RECORDING]
    assert (recording["title"], recording["artist_credit"], recording["year"]) == (
        "Un Poil De Bonheur", "Les Poissons", 2004,
    )  # fmt: skip
    assert done.tables[SourceTable.RELEASE][0]["title"] == "Simplement"
