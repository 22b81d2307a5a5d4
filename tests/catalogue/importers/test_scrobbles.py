"""Scrobbles: histories as people keep them, users as numbers, any bytes a listen or malformed."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from driving import Imported, import_file
from hypothesis import given
from hypothesis import strategies as st

from longplay.catalogue.importers.scrobbles import IMPORTER, Line, read, read_time
from longplay.catalogue.sources.rows import Pseudonyms, Rows
from longplay.catalogue.sources.tables import SourceTable
from longplay.errors import MalformedInput

REAL = {
    "librefm.csv": (3, 0),
    "librefm_no_header.csv": (0, 1),
    "librefm_no_album_column.csv": (2, 0),
    "librefm_with_comments.csv": (3, 0),
    "spinitron_sample.csv": (3, 2),
    "maloja.json": (2, 0),
    "panoscrobbler.jsonl": (2, 0),
}


def listens(done: Imported) -> list[dict[str, object]]:
    return done.tables.get(SourceTable.LISTEN, [])


@pytest.mark.parametrize("name", REAL)
def test_a_real_history_has_these_listens_and_rejects(name: str, real: Path) -> None:
    done = import_file(IMPORTER, real / "metadata" / "listens" / "listenbrainz" / name)
    assert (len(listens(done)), len(done.rejects), done.broken) == (*REAL[name], None)


def test_a_real_export_is_read_to_the_word(real: Path) -> None:
    done = import_file(IMPORTER, real / "metadata" / "listens" / "listenbrainz" / "librefm.csv")
    told = [(row["at"], row["artist"], row["title"], row["release"]) for row in listens(done)]
    assert told[1:] == [
        (1690348225, "Sweet Garden", "Altered State", None),
        (1704067200, "Oasis", "Wonderwall", "(What's the Story) Morning Glory?"),
    ]


def history(tmp_path: Path, text: str, name: str = "history.csv") -> Imported:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return import_file(IMPORTER, path)


@pytest.mark.parametrize(
    "header",
    ["artist,track,time", "Artist,Title,Timestamp", "USER,Song,Artist Name,album,UTS", "artist\tsong\tdate"],
)
def test_headers_are_known_by_many_names(tmp_path: Path, header: str) -> None:
    cells = {
        "artist": "Ada",
        "track": "Song",
        "title": "Song",
        "song": "Song",
        "time": "1782000000",
        "timestamp": "1782000000",
        "uts": "1782000000",
        "date": "2026-06-21T00:00:00Z",
        "album": "",
        "artist name": "Ada",
        "user": "somebody",
    }
    delimiter = "\t" if "\t" in header else ","
    row = delimiter.join(cells[name.lower()] for name in header.split(delimiter))
    done = history(tmp_path, f"{header}\n{row}\n")
    assert [(row["at"], row["artist"], row["title"]) for row in listens(done)] == [(1782000000, "Ada", "Song")]


def test_users_are_told_apart_and_never_named(tmp_path: Path) -> None:
    done = history(
        tmp_path, "user,artist,track,time\nada,A,S,1782000000\nbo,A,S,1782000001\nada,A,S,1782000002\n"
    )
    one, two, three = (row["listener"] for row in listens(done))
    assert one == three != two
    assert "ada" not in str(done.tables)


def test_bad_rows_are_counted_and_stop_nothing(tmp_path: Path) -> None:
    rows = [
        "A,S,1782000000",
        ",S,1782000000",
        "A,,1782000000",
        "A,S,yesterday",
        "A,S,5",
        "A",
        "A,S,1782000000000",
    ]
    done = history(tmp_path, "artist,track,time\n" + "\n".join(rows))
    assert [row["at"] for row in listens(done)] == [1782000000, 1782000000]
    assert len(done.rejects) == 5


def test_a_cell_may_hold_line_breaks_and_a_row_may_begin_with_a_hash(tmp_path: Path) -> None:
    rows = ['"A\nB",S,1782000000', "#1 Dads,So Soldier,1782000001", 'C "live,S,1782000002', "D,S,1782000003"]
    done = history(tmp_path, "# a comment\nartist,track,time\n" + "\n".join(rows) + "\nE,S,1782000004\n" * 30)
    artists = [row["artist"] for row in listens(done)]
    assert artists[:4] == ["A\nB", "#1 Dads", 'C "live', "D"]
    assert artists.count("E") == 30


def test_semicolons_part_cells_too(tmp_path: Path) -> None:
    done = history(tmp_path, "Artist;Album;AlbumId;Track;Date#user\nAda;X;;Song, long;21 Jun 2026 00:00\n")
    assert [(row["at"], row["title"]) for row in listens(done)] == [(1782000000, "Song, long")]


def test_maloja_and_pano_scrobbler_are_json(tmp_path: Path) -> None:
    maloja = '{"scrobbles": [{"time": 1782000000, "track": {"artists": ["Ada", "Bo"], "title": "Song"}}, 7]}'
    done = history(tmp_path, maloja, "maloja.json")
    assert [(row["artist"], row["title"]) for row in listens(done)] == [("Ada, Bo", "Song")]
    assert len(done.rejects) == 1
    pano = '{"timeMs":1782000000123,"artist":"Ada","track":"Song","event":"love"}'
    assert listens(history(tmp_path, pano, "pano.jsonl")) == []


@pytest.mark.parametrize("name", ["empty.csv", "empty.json", "empty.jsonl"])
def test_an_empty_file_has_no_listens(tmp_path: Path, name: str) -> None:
    assert listens(history(tmp_path, "", name)) == []


@given(st.datetimes(datetime(2002, 1, 2), datetime(2199, 1, 1)))  # noqa: DTZ001 - the strategy adds none
def test_times_are_read_in_every_form(moment: datetime) -> None:
    whole = moment.replace(microsecond=0, tzinfo=UTC)
    wanted = int(whole.timestamp())
    assert {read_time(text) for text in (str(wanted), whole.isoformat(), f"{whole:%Y-%m-%d %H:%M:%S}")} == {
        wanted
    }


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_a_listen_or_malformed(data: bytes) -> None:
    rows = Rows(Pseudonyms(b"k" * 32), "scrobbles")
    with suppress(MalformedInput):
        read(Line(owner="o", text=data), rows)
    rows.take()


@given(data=st.binary(max_size=300), name=st.sampled_from(["a.csv", "a.json", "a.jsonl", "a.txt"]))
def test_any_file_is_listens_or_malformed(
    data: bytes, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("any") / name
    path.write_bytes(b"artist,track,time\n" + data)
    import_file(IMPORTER, path)
