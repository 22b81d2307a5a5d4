"""Tables with a mapping: the page's own example, every form, bad rows alone, mappings that are none."""

import gzip
import json
import random
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from driving import Imported, import_file
from hypothesis import given
from hypothesis import strategies as st

from longplay.catalogue.importers.table import importer
from longplay.catalogue.sources.importing import Importing
from longplay.catalogue.sources.imports import Imports
from longplay.catalogue.sources.tables import SourceTable
from longplay.errors import UsageError
from longplay.progress import Silent

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "catalogue-tables.md"
ROWS = [
    {
        "Shelf mark": "A 1",
        "Song": "Low Tide",
        "Performer": "The Pier",
        "Length": "3:45",
        "Styles": "Folk; Sea Song",
    },
    {"Shelf mark": "A 2", "Song": "Lamps", "Performer": "The Pier", "Length": "1:02:03", "Styles": ""},
    {"Shelf mark": "A 3", "Song": "", "Performer": "The Pier", "Length": "", "Styles": ""},
]


def example() -> str:
    found = re.search(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found[1]


def write(path: Path) -> Path:
    names = list(ROWS[0])
    match path.suffix:
        case ".csv":
            lines = [",".join(names), *(",".join(row.values()) for row in ROWS)]
            path.write_text("\n".join(lines), encoding="utf-8")
        case ".jsonl":
            path.write_text("\n".join(json.dumps(row) for row in ROWS), encoding="utf-8")
        case _:
            pq.write_table(pa.Table.from_pylist(ROWS), path)
    return path


def imported(path: Path, mapping: str) -> Imported:
    return import_file(importer(mapping, name="mapping.toml"), path)


@pytest.mark.parametrize("name", ["songs.csv", "songs.jsonl", "songs.parquet"])
def test_the_example_of_the_page_reads_every_form_alike(tmp_path: Path, name: str) -> None:
    done = imported(write(tmp_path / name), example())
    told = [
        (row["id"], row["title"], row["duration_ms"], row["genres"])
        for row in done.tables[SourceTable.RECORDING]
    ]
    assert told == [("A 1", "Low Tide", 225_000, ["folk", "sea song"]), ("A 2", "Lamps", 3_723_000, [])]
    assert len(done.rejects) == 1


@pytest.mark.parametrize("name", ["songs.csv", "songs.jsonl", "songs.parquet"])
def test_every_row_of_a_table_is_counted(tmp_path: Path, name: str) -> None:
    use = Importing(imports=Imports(tmp_path), importer=importer(example(), name="mapping.toml"))
    done = use.take(write(tmp_path / name), as_of=None, progress=Silent()).done
    assert (done.records, done.rejected) == (3, 1)


@pytest.mark.parametrize("name", ["songs.csv", "songs.jsonl", "songs.parquet"])
def test_a_reject_says_which_row_it_was(tmp_path: Path, name: str) -> None:
    use = Importing(imports=Imports(tmp_path), importer=importer(example(), name="mapping.toml"))
    done = use.take(write(tmp_path / name), as_of=None, progress=Silent()).done
    assert [one.record for one in Imports(tmp_path).rejects(done.id)] == [3]


@pytest.mark.parametrize("odd", ['a "title"', "a\\b", "a\nb"])
def test_fields_of_json_may_have_any_name(tmp_path: Path, odd: str) -> None:
    path = tmp_path / "songs.jsonl"
    rows = [
        {"id": 1, odd: "Low Tide"},
        {"id": "b", odd: {"no": "text"}},
        {"id": 2.5, odd: 7},
        {"id": True, odd: "x"},
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    mapping = {"source": "shelf", "table": "recording", "columns": {"id": "id", "title": odd}}
    done = imported(path, as_toml(mapping))
    assert [(row["id"], row["title"]) for row in done.tables[SourceTable.RECORDING]] == [
        ("1", "Low Tide"),
        ("2.5", "7"),
    ]
    assert len(done.rejects) == 2


def test_objects_where_texts_are_wanted_cost_no_more_than_they_are(tmp_path: Path) -> None:
    """Each with a key of its own: a column that had them all would be the square of the file."""
    path = tmp_path / "songs.jsonl"
    path.write_text("\n".join(json.dumps({"Shelf mark": n, "Song": {f"k{n}": n}}) for n in range(4_000)))
    (tmp_path / "mapping.toml").write_text(example())
    told = subprocess.run([sys.executable, "-c", PEAK, tmp_path], capture_output=True, text=True, check=True)
    faults, peak = map(int, told.stdout.split())
    assert faults == 4_000
    assert peak < 20_000_000


PEAK = """
import sys
from pathlib import Path
import pyarrow as pa
from longplay.catalogue.importers.table import importer
from longplay.catalogue.sources.streams import Member
folder = Path(sys.argv[1])
with (folder / "songs.jsonl").open("rb") as stream:
    kind = importer((folder / "mapping.toml").read_text(), name="mapping")
    found = list(kind.cut(Member(name="songs.jsonl", stream=stream)))
    print(len(found), pa.default_memory_pool().max_memory())
"""


def test_lines_before_a_break_are_rows(tmp_path: Path) -> None:
    """The good line before the one in which the file is cut."""
    path = tmp_path / "songs.jsonl.gz"
    line = json.dumps(ROWS[0]).encode() + b"\n"
    path.write_bytes(gzip.compress(line + random.Random(5).randbytes(9_000))[:5_000])
    done = imported(path, example())
    assert done.broken is not None
    assert [row["id"] for row in done.tables[SourceTable.RECORDING]] == ["A 1"]


def test_users_of_a_table_of_listens_become_listeners(tmp_path: Path) -> None:
    path = tmp_path / "loans.csv"
    path.write_text("who,when,artist,title\nada,2026-06-21T00:00:00Z,A,S\nbo,2026-06-21T00:00:00Z,A,S\n")
    mapping = """
        source = "loans"
        table = "listen"
        [columns]
        listener = "who"
        at = "when"
        artist = "artist"
        title = "title"
        [units]
        listener = "user"
        at = "iso"
    """
    one, two = imported(path, mapping).tables[SourceTable.LISTEN]
    assert one["at"] == two["at"] == 1782000000
    assert one["listener"] != two["listener"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"table": "song"}, "recording"),
        ({"source": "Village Library"}, "small letters"),
        ({"columns": {"title": "Song"}}, "id"),
        ({"columns": {"id": "a", "title": "b", "colour": "c"}}, "colour"),
        ({"units": {"duration_ms": "hours"}}, "clock"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_mapping_that_is_none_says_what_to_write(change: dict[str, object], says: str) -> None:
    mapping = tomllib.loads(example()) | change
    with pytest.raises(UsageError, match=says):
        importer(as_toml(mapping), name="mapping.toml")


def as_toml(mapping: dict[str, object]) -> str:
    top = [f"{key} = {json.dumps(value)}" for key, value in mapping.items() if not isinstance(value, dict)]
    for key, value in mapping.items():
        if isinstance(value, dict):
            top += [f"[{key}]", *(f"{name} = {json.dumps(one)}" for name, one in value.items())]
    return "\n".join(top)


def test_a_column_that_is_not_there_breaks_the_file(tmp_path: Path) -> None:
    path = tmp_path / "songs.csv"
    path.write_text("Shelf mark,Song\nA 1,Low Tide\n")
    assert imported(path, example()).broken is not None


def test_a_real_cache_of_genres_is_read(real: Path) -> None:
    mapping = """
        source = "musicbrainz"
        table = "recording"
        licence = "CC-BY-NC-SA-3.0"
        [columns]
        id = "recording_mbid"
        title = "recording_mbid"
        genres = "genre"
        [split]
        genres = ";"
    """
    done = imported(real / "metadata" / "listens" / "listenbrainz" / "recording_genre.parquet", mapping)
    assert (len(done.tables[SourceTable.RECORDING]), done.rejects) == (269, [])


@given(data=st.binary(max_size=200), name=st.sampled_from(["a.csv", "a.jsonl", "a.parquet"]))
def test_any_bytes_are_rows_or_malformed(
    data: bytes, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("any") / name
    path.write_bytes(b"Shelf mark,Song,Performer,Length,Styles\n" + data if name == "a.csv" else data)
    imported(path, example())


@given(st.text(max_size=80))
def test_any_text_is_a_mapping_or_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError):
        importer(text, name="mapping.toml")
