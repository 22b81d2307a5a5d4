"""The derived store: what was measured, or nothing."""

import hashlib
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.errors import StorageError
from longplay.model.digests import ContentId
from longplay.model.technical import Derived, Loudness, Measurement
from longplay.store.derived import FILE_NAME, DerivedStore

DERIVED = Derived(fingerprint=b"\1\2\3\4" * 20, waveform=b"wave" * 10)
SONG, OTHER = ContentId("a" * 64), ContentId("b" * 64)


def naming(derived: Derived) -> Measurement:
    """A measurement that names these data."""

    def digest(data: bytes) -> str | None:
        return hashlib.sha256(data).hexdigest() if data else None

    return Measurement(
        puid=None,
        bit_rate=1,
        loudness=Loudness(integrated_lufs=None, range_lu=None, sample_peak_dbfs=None),
        pcm_md5=None,
        fingerprint_sha256=digest(derived.fingerprint),
        waveform_sha256=digest(derived.waveform),
    )


def made(number: int) -> tuple[ContentId, Derived]:
    """Derived data of a recording of its own, of a few pages."""
    name = hashlib.sha256(b"%d" % number).hexdigest()
    return ContentId(name), Derived(fingerprint=name.encode() * 60, waveform=name.encode() * (number % 200 + 1))


MANY = [made(number) for number in range(40)]


@settings(max_examples=30)
@given(
    batches=st.lists(
        st.dictionaries(st.sampled_from("abcd"), st.tuples(st.binary(max_size=40), st.binary(max_size=40))),
        max_size=5,
    )
)
def test_it_is_a_dictionary_of_what_was_put_last(
    batches: list[dict[str, tuple[bytes, bytes]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = DerivedStore(tmp_path_factory.mktemp("archive"))
    wanted: dict[str, Derived] = {}
    for batch in batches:
        fresh = {name: Derived(fingerprint=one, waveform=other) for name, (one, other) in batch.items()}
        store.put((ContentId(name * 64), derived) for name, derived in fresh.items())
        wanted |= fresh
    for name in "abcd":
        derived = wanted.get(name)
        assert store.get(ContentId(name * 64), naming(derived or DERIVED)) == derived


def test_what_was_put_comes_out(tmp_path: Path) -> None:
    store = DerivedStore(tmp_path)
    short = Derived(fingerprint=b"", waveform=b"w")
    store.put([(SONG, DERIVED), (OTHER, short)])
    assert store.get(SONG, naming(DERIVED)) == DERIVED
    assert store.get(OTHER, naming(short)) == short


def test_nothing_is_there_before_anything_is_put_and_nothing_is_made(tmp_path: Path) -> None:
    assert DerivedStore(tmp_path).get(SONG, naming(DERIVED)) is None
    DerivedStore(tmp_path).put([])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("change", [{"fingerprint": b"other"}, {"waveform": b"other"}, {"fingerprint": b""}])
def test_other_data_than_the_measurement_names_are_none(tmp_path: Path, change: dict[str, bytes]) -> None:
    store = DerivedStore(tmp_path)
    store.put([(SONG, replace(DERIVED, **change))])
    assert store.get(SONG, naming(DERIVED)) is None


def test_putting_again_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    store = DerivedStore(tmp_path)
    store.put([(SONG, Derived(fingerprint=b"old", waveform=b"old"))])
    for _ in range(2):
        store.put([(SONG, DERIVED)])
    assert store.get(SONG, naming(DERIVED)) == DERIVED


def test_a_batch_that_breaks_off_leaves_all_as_it_was(tmp_path: Path) -> None:
    store = DerivedStore(tmp_path)
    store.put([(SONG, DERIVED)])

    def broken() -> Iterator[tuple[ContentId, Derived]]:
        yield SONG, Derived(fingerprint=b"new", waveform=b"new")
        yield OTHER, DERIVED
        raise KeyError("the source broke off")

    with pytest.raises(KeyError):
        store.put(broken())
    refused = Derived(fingerprint=None, waveform=b"w")  # type: ignore[arg-type]
    with pytest.raises(StorageError, match="NOT NULL"):
        store.put([(SONG, Derived(fingerprint=b"new", waveform=b"new")), (OTHER, refused)])
    assert store.get(SONG, naming(DERIVED)) == DERIVED
    assert store.get(OTHER, naming(DERIVED)) is None


def test_one_reader_looks_up_many_and_sees_one_state(tmp_path: Path) -> None:
    store = DerivedStore(tmp_path)
    store.put(MANY)
    with store.reading() as reader:
        assert [reader.get(name, naming(derived)) for name, derived in MANY] == [derived for _, derived in MANY]
        assert reader.get(OTHER, naming(DERIVED)) is None


@pytest.mark.parametrize("content", [b"no database" * 500, b"SQLite format 3\0" + bytes(5_000)])
def test_a_damaged_file_says_what_to_do(tmp_path: Path, content: bytes) -> None:
    store = DerivedStore(tmp_path)
    store.put([(SONG, DERIVED)])
    for path in store.folder.iterdir():
        path.unlink()
    (store.folder / FILE_NAME).write_bytes(content)
    with pytest.raises(StorageError, match="delete it and run `longplay derive`"):
        store.get(SONG, naming(DERIVED))
    with pytest.raises(StorageError, match="delete it and run `longplay derive`"):
        store.put([(SONG, DERIVED)])


def test_a_folder_in_its_place_says_what_to_do(tmp_path: Path) -> None:
    store = DerivedStore(tmp_path)
    (store.folder / FILE_NAME).mkdir(parents=True)
    with pytest.raises(StorageError, match="longplay derive"):
        store.get(SONG, naming(DERIVED))


@pytest.mark.parametrize(
    "table",
    [
        "CREATE TABLE derived (x)",
        "CREATE TABLE derived (content_id TEXT, fingerprint BLOB)",
        "CREATE VIEW derived AS SELECT 1 AS content_id",
    ],
)
def test_another_programs_database_says_what_to_do(tmp_path: Path, table: str) -> None:
    store = DerivedStore(tmp_path)
    store.folder.mkdir()
    with closing(sqlite3.connect(store.folder / FILE_NAME)) as foreign:
        foreign.execute(table)
    with pytest.raises(StorageError, match="longplay derive"):
        store.put([(SONG, DERIVED)])
    if "VIEW" not in table:
        with pytest.raises(StorageError, match="longplay derive"):
            store.get(SONG, naming(DERIVED))


def test_a_database_without_the_table_has_nothing(tmp_path: Path) -> None:
    store = DerivedStore(tmp_path)
    store.folder.mkdir()
    sqlite3.connect(store.folder / FILE_NAME).close()
    assert store.get(SONG, naming(DERIVED)) is None


@pytest.mark.parametrize("value", [None, 7, "text", "\ud7ff"])
def test_a_row_of_other_things_than_bytes_is_none(tmp_path: Path, value: object) -> None:
    store = DerivedStore(tmp_path)
    store.folder.mkdir()
    with closing(sqlite3.connect(store.folder / FILE_NAME)) as foreign, foreign:
        foreign.execute("CREATE TABLE derived (content_id TEXT, fingerprint, waveform)")
        foreign.execute("INSERT INTO derived VALUES (?, ?, ?)", (SONG, value, b"w"))
    assert store.get(SONG, naming(DERIVED)) is None


@pytest.fixture(scope="module")
def database() -> bytes:
    """A database of many recordings."""
    with tempfile.TemporaryDirectory() as folder:
        store = DerivedStore(Path(folder))
        store.put(MANY)
        return (store.folder / FILE_NAME).read_bytes()


@settings(max_examples=150)
@given(place=st.floats(0, 1, exclude_max=True), damage=st.binary(min_size=1, max_size=12))
def test_damage_gives_the_right_data_or_none_or_an_error_of_the_store(
    database: bytes, place: float, damage: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Half of it is done to the header and the description of the table."""
    store = DerivedStore(tmp_path_factory.getbasetemp() / "damaged")
    store.folder.mkdir(parents=True, exist_ok=True)
    at = int(place * len(database)) if place >= 0.5 else int(place * 400)
    damaged = database[:at] + damage + database[at + len(damage) :]
    (store.folder / FILE_NAME).write_bytes(damaged[: len(database)])
    for name, derived in MANY[::7]:
        with suppress(StorageError):
            assert store.get(name, naming(derived)) in {derived, None}


def in_a_process(code: str, *arguments: object) -> "subprocess.Popen[str]":
    """Python with the store and the data of these tests at hand."""
    first = "import sys, os; from pathlib import Path; from test_derived import *; "
    command = [sys.executable, "-c", first + code, *map(str, arguments)]
    environment = {"PYTHONPATH": str(Path(__file__).parent), "PATH": ""}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def test_processes_that_make_it_and_write_at_once_lose_nothing(tmp_path: Path) -> None:
    code = (
        "store = DerivedStore(Path(sys.argv[1])); print('ready', flush=True); start = Path(sys.argv[2])\n"
        "while not start.exists(): pass\n"
        "for name, derived in MANY[int(sys.argv[3])::4]:\n"
        "    store.put([(name, derived)]); assert store.get(name, naming(derived)) == derived"
    )
    start = tmp_path / "start"
    running = [in_a_process(code, tmp_path, start, number) for number in range(4)]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    start.touch()
    for process in running:
        assert process.communicate(timeout=60)[1] == ""
    with DerivedStore(tmp_path).reading() as reader:
        assert all(reader.get(name, naming(derived)) == derived for name, derived in MANY)


@pytest.mark.parametrize("wait_s", [0.0, 0.01, 0.03])
def test_a_process_killed_while_it_writes_leaves_whole_batches(tmp_path: Path, wait_s: float) -> None:
    """Each batch writes two recordings anew: they are always of the same batch."""
    code = (
        "store = DerivedStore(Path(sys.argv[1]))\n"
        "for number in range(10**6):\n"
        "    derived = made(number)[1]; store.put([(SONG, derived), (OTHER, derived)])\n"
        "    if number == 3: print('going', flush=True)"
    )
    with in_a_process(code, tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "going\n"
        time.sleep(wait_s)
        process.kill()
    store = DerivedStore(tmp_path)
    with closing(sqlite3.connect(store.folder / FILE_NAME)) as database:
        rows = database.execute("SELECT fingerprint, waveform FROM derived").fetchall()
    assert len(rows) == 2
    assert len(set(rows)) == 1
    store.put([(SONG, DERIVED)])
    assert store.get(SONG, naming(DERIVED)) == DERIVED


def test_what_may_not_be_written_can_be_read() -> None:
    """Root may write everywhere: it becomes another user first."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        store = DerivedStore(root)
        store.put([(SONG, DERIVED)])
        (store.folder / FILE_NAME).chmod(0o444)
        store.folder.chmod(0o555)
        root.chmod(0o755)
        code = (
            "os.geteuid() or os.setuid(65534); store = DerivedStore(Path(sys.argv[1]))\n"
            "print(store.get(SONG, naming(DERIVED)) == DERIVED)\n"
            "try: store.put([(OTHER, DERIVED)])\n"
            "except StorageError as exc: print(type(exc).__name__)"
        )
        with in_a_process(code, root) as process:
            said = process.communicate(timeout=60)
        store.folder.chmod(0o755)
    assert said == ("True\nStoreReadOnly\n", "")


def test_what_is_erased_leaves_no_trace_in_any_file_and_the_rest_stays(tmp_path: Path) -> None:
    store = DerivedStore(tmp_path)
    assert store.erase([SONG]) == 0
    gone = Derived(fingerprint=b"the fingerprint of a song" * 400, waveform=b"its waveform" * 400)
    store.put([(SONG, gone), *MANY])
    assert store.erase([SONG, OTHER]) == 1
    assert store.erase([SONG]) == 0
    with store.reading() as reader:
        assert not reader.has(SONG)
        assert all(reader.has(name) for name, _derived in MANY)
    assert all(store.get(name, naming(derived)) == derived for name, derived in MANY)
    for path in store.folder.iterdir():
        assert b"fingerprint of a song" not in path.read_bytes()
        assert b"its waveform" not in path.read_bytes()
