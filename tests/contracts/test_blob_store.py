"""What every blob store does alike: one suite, run over each of them."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from longplay.errors import BlobMissing, StorageError
from longplay.formats.merkle import digest_bytes
from longplay.model.digests import EMPTY_CONTENT_ID, ContentId
from longplay.model.units import MIB
from longplay.store.local import LocalStore
from longplay.store.memory import MemoryStore
from longplay.store.protocol import BlobStore

MakeStore = Callable[[Path], BlobStore]
STORES: dict[str, MakeStore] = {"local": LocalStore, "memory": lambda _: MemoryStore()}
UNKNOWN = ContentId("0" * 64)


@pytest.fixture(params=STORES.values(), ids=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    make: MakeStore = request.param
    return make(tmp_path / "archive")


@pytest.fixture
def staged(tmp_path: Path) -> Callable[[bytes], Path]:
    """Writes a file as `adopt` wants it: on the same file system, complete."""

    def write(data: bytes) -> Path:
        path = tmp_path / f"staged-{len(list(tmp_path.iterdir()))}"
        path.write_bytes(data)
        return path

    return write


def read(store: BlobStore, content_id: ContentId) -> bytes:
    with store.open(content_id) as blob:
        return blob.read()


@pytest.mark.parametrize("data", [b"", b"x", bytes(MIB), b"y" * (MIB + 1)], ids=len)
def test_what_is_put_can_be_opened_and_has_its_size(store: BlobStore, data: bytes) -> None:
    digests = store.put(data)
    store.flush()
    assert digests == digest_bytes(data)
    assert read(store, digests.content_id) == data
    assert store.size(digests.content_id) == len(data)


def test_an_empty_blob_is_there_and_not_missing(store: BlobStore) -> None:
    assert store.size(EMPTY_CONTENT_ID) is None
    store.put(b"")
    assert store.size(EMPTY_CONTENT_ID) == 0


def test_putting_again_changes_nothing(store: BlobStore) -> None:
    first = store.put(b"sound")
    assert store.put(b"sound") == first
    assert list(store.ids()) == [first.content_id]


def test_what_was_never_put_is_missing(store: BlobStore) -> None:
    store.put(b"something else")
    assert store.size(UNKNOWN) is None
    with pytest.raises(BlobMissing) as missing:
        store.open(UNKNOWN)
    assert missing.value.content_id == UNKNOWN


def test_a_store_nothing_was_put_in_is_empty(store: BlobStore) -> None:
    store.flush()
    assert list(store.ids()) == []


def test_an_adopted_file_becomes_the_blob_and_is_gone(
    store: BlobStore, staged: Callable[[bytes], Path]
) -> None:
    file = staged(b"sound")
    digests = digest_bytes(b"sound")
    store.adopt(file, digests)
    store.flush()
    assert not file.exists()
    assert read(store, digests.content_id) == b"sound"
    assert list(store.ids()) == [digests.content_id]


def test_a_blob_that_exists_stays_when_another_copy_is_adopted(
    store: BlobStore, staged: Callable[[bytes], Path]
) -> None:
    digests = store.put(b"sound")
    file = staged(b"SOUND")  # other bytes under the same digests tell which copy stayed
    store.adopt(file, digests)
    assert not file.exists()
    assert read(store, digests.content_id) == b"sound"


def test_a_damaged_blob_is_replaced_when_asked(store: BlobStore, staged: Callable[[bytes], Path]) -> None:
    digests = digest_bytes(b"sound")
    store.adopt(staged(b"SOUND"), digests)
    file = staged(b"sound")
    store.adopt(file, digests, replace=True)
    assert not file.exists()
    assert read(store, digests.content_id) == b"sound"


@pytest.mark.parametrize("replace", [False, True])
@pytest.mark.parametrize("held", [False, True])
def test_a_staged_file_that_is_not_there_is_a_storage_error(
    store: BlobStore, tmp_path: Path, replace: bool, held: bool
) -> None:
    digests = store.put(b"sound") if held else digest_bytes(b"sound")
    with pytest.raises(StorageError):
        store.adopt(tmp_path / "nowhere", digests, replace=replace)
    assert store.size(digests.content_id) == (5 if held else None)


def test_a_deleted_blob_is_missing_and_deleting_again_says_so(store: BlobStore) -> None:
    gone, kept = store.put(b"sound"), store.put(b"another")
    assert store.delete(gone.content_id)
    assert not store.delete(gone.content_id)
    assert store.size(gone.content_id) is None
    with pytest.raises(BlobMissing):
        store.open(gone.content_id)
    store.flush()
    assert list(store.ids()) == [kept.content_id]
    assert store.put(b"sound") == gone
    assert read(store, gone.content_id) == b"sound"


def test_an_open_blob_outlives_its_replacement(store: BlobStore, staged: Callable[[bytes], Path]) -> None:
    digests = store.put(b"sound")
    with store.open(digests.content_id) as blob:
        store.adopt(staged(b"SOUND"), digests, replace=True)
        assert blob.read() == b"sound"


def test_an_open_blob_can_be_read_from_anywhere(store: BlobStore) -> None:
    digests = store.put(b"0123456789")
    with store.open(digests.content_id) as blob:
        blob.seek(6)
        buffer = bytearray(3)
        assert blob.readinto(buffer) == 3
        assert buffer == b"678"


def test_ids_are_sorted_and_whole(store: BlobStore) -> None:
    put = {store.put(b"%d" % number).content_id for number in range(100)}
    assert list(store.ids()) == sorted(put)


class StoreAgainstDictionary(RuleBasedStateMachine):
    """Any sequence of operations leaves a store holding what a dictionary would."""

    make: MakeStore
    names = Bundle("names")
    waiting = Bundle("waiting")

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.store = self.make(Path(self.folder.name))
        self.model: dict[ContentId, bytes] = {}
        self.count = 0

    def teardown(self) -> None:
        self.folder.cleanup()

    @rule(target=names, data=st.binary(max_size=3))
    def put(self, data: bytes) -> ContentId:
        name = self.store.put(data).content_id
        self.model[name] = data
        return name

    @rule(target=waiting, data=st.binary(max_size=3))
    def stage(self, data: bytes) -> tuple[Path, bytes]:
        self.count += 1
        path = Path(self.folder.name) / f"staged-{self.count}"
        path.write_bytes(data)
        return path, data

    @rule(target=names, staged=consumes(waiting), replace=st.booleans())
    def adopt(self, staged: tuple[Path, bytes], replace: bool) -> ContentId:
        path, data = staged
        digests = digest_bytes(data)
        self.store.adopt(path, digests, replace=replace)
        self.model[digests.content_id] = data
        assert not path.exists()
        return digests.content_id

    @rule(name=names)
    def read(self, name: ContentId) -> None:
        if name in self.model:
            assert read(self.store, name) == self.model[name]
        held = self.model.get(name)
        assert self.store.size(name) == (None if held is None else len(held))

    @rule(name=names)
    def delete(self, name: ContentId) -> None:
        assert self.store.delete(name) == (self.model.pop(name, None) is not None)

    @rule()
    def flush(self) -> None:
        self.store.flush()

    @invariant()
    def holds_what_the_dictionary_holds(self) -> None:
        assert list(self.store.ids()) == sorted(self.model)


@pytest.mark.parametrize("make", STORES.values(), ids=STORES)
def test_any_sequence_of_operations_keeps_what_a_dictionary_keeps(make: MakeStore) -> None:
    machine = type("Machine", (StoreAgainstDictionary,), {"make": staticmethod(make)})
    case = machine.TestCase
    case.settings = settings(max_examples=20, stateful_step_count=12, deadline=None)
    case("runTest").debug()
