"""The store in a folder: read-only blobs, nothing half-written, errors in our own words."""

import os
import resource
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from longplay.errors import StorageError, StoreFull
from longplay.formats.merkle import digest_bytes
from longplay.model.units import MIB
from longplay.store.failures import storage_error
from longplay.store.local import LocalStore, write_durably


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let the system refuse (EFBIG) to write beyond `size` bytes of any file, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def test_a_blob_lies_under_its_content_id_and_is_read_only(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    name = store.put(b"sound").content_id
    assert files_below(tmp_path) == [f"blobs/{name[:2]}/{name[2:4]}/{name}"]
    assert store.path(name).read_bytes() == b"sound"
    assert stat.S_IMODE(store.path(name).stat().st_mode) == 0o444


def test_an_adopted_blob_is_read_only_and_the_same_file(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    staged = store.staging_folder("w1") / "x"
    staged.write_bytes(b"sound")
    inode = staged.stat().st_ino
    digests = digest_bytes(b"sound")
    store.adopt(staged, digests)
    status = store.path(digests.content_id).stat()
    assert (status.st_ino, stat.S_IMODE(status.st_mode)) == (inode, 0o444)


def test_a_new_store_makes_nothing_until_something_is_put(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "archive")
    assert list(store.ids()) == []
    store.flush()
    assert not (tmp_path / "archive").exists()


def test_two_stores_on_one_folder_see_the_same_blobs(tmp_path: Path) -> None:
    one, other = LocalStore(tmp_path), LocalStore(tmp_path)
    names = {one.put(b"one").content_id, other.put(b"other").content_id, one.put(b"other").content_id}
    assert list(one.ids()) == list(other.ids()) == sorted(names)


def test_a_blob_of_the_wrong_length_is_put_right(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    path = store.path(store.put(b"sound").content_id)
    path.chmod(0o644)
    path.write_bytes(b"so")
    digests = store.put(b"sound")
    assert store.path(digests.content_id).read_bytes() == b"sound"


def test_what_is_no_blob_is_not_listed(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    name = store.put(b"sound").content_id
    folder = store.path(name).parent
    (folder / "notes.txt").write_text("x")
    (folder / name[:63]).write_text("x")
    (tmp_path / "blobs" / "README").write_text("x")
    (tmp_path / "blobs" / "zz" / "zz").mkdir(parents=True)
    (tmp_path / "blobs" / "zz" / "zz" / ("f" * 64)).write_text("x")
    assert list(store.ids()) == [name]


def test_a_put_that_finds_no_space_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    kept = store.put(b"kept").content_id
    with largest_file(MIB), pytest.raises(StoreFull, match="what was acknowledged is kept"):
        store.put(bytes(2 * MIB))
    assert files_below(tmp_path) == [str(store.path(kept).relative_to(tmp_path))]
    assert store.size(store.put(bytes(2 * MIB)).content_id) == 2 * MIB


def test_a_put_into_what_is_no_folder_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("a file")
    with pytest.raises(StorageError, match="archive"):
        LocalStore(tmp_path / "archive").put(b"sound")
    assert (tmp_path / "archive").read_text() == "a file"


def test_a_staged_file_stays_when_it_cannot_be_put_in_place(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    (tmp_path / "blobs").write_text("in the way")
    staged = tmp_path / "staged"
    staged.write_bytes(b"sound")
    with pytest.raises(StorageError):
        store.adopt(staged, digest_bytes(b"sound"), replace=True)
    assert staged.read_bytes() == b"sound"


KILLED = """
import os, signal, sys
from pathlib import Path
from longplay.store.local import LocalStore
os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)
LocalStore(Path(sys.argv[1])).put(b"sound")
"""


def test_a_process_killed_while_putting_leaves_no_blob_and_can_be_run_again(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert killed.returncode == -9
    store = LocalStore(tmp_path)
    assert list(store.ids()) == []
    name = store.put(b"sound").content_id
    assert list(store.ids()) == [name]


REAL_FILE_SYSTEM = """
import subprocess, sys
from pathlib import Path
from longplay.errors import StorageError
from longplay.store.local import LocalStore
folder = Path(sys.argv[1])
mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)]
if subprocess.run(mount, capture_output=True).returncode:
    sys.exit(77)
store = LocalStore(folder)
name = store.put(b"kept").content_id
def refused(data):
    try:
        store.put(data)
    except StorageError as error:
        return type(error).__name__
print(refused(bytes(2_000_000)))
subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
print(refused(b"more"))
print([path.name for path in folder.rglob("*") if path.is_file()] == [name])
"""


def test_a_full_and_a_read_only_file_system_are_told_apart(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("no unshare(1) to mount a small file system in private")
    command = [unshare, "--map-root-user", "--mount", sys.executable, "-c", REAL_FILE_SYSTEM, str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode == 77 or "unshare" in run.stderr:
        pytest.skip("this system does not let us mount a small file system in private")
    assert run.stdout.split() == ["StoreFull", "StoreReadOnly", "True"], run.stderr


@pytest.mark.parametrize("code", ["ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EACCES", "EPERM", "EIO"])
def test_every_refusal_of_the_system_names_the_place(code: str, tmp_path: Path) -> None:
    number = getattr(__import__("errno"), code)
    error = storage_error(OSError(number, os.strerror(number)), tmp_path)
    kinds = dict.fromkeys(["ENOSPC", "EDQUOT", "EFBIG"], "StoreFull") | dict.fromkeys(
        ["EROFS", "EACCES", "EPERM"], "StoreReadOnly"
    )
    assert type(error).__name__ == kinds.get(code, "StorageError")
    assert str(tmp_path) in str(error)


def test_a_small_file_is_written_whole_with_its_mode(tmp_path: Path) -> None:
    target = tmp_path / "edition.json"
    for data in (b"first", b"second, longer"):
        write_durably(target, data, mode=0o444)
        assert target.read_bytes() == data
        assert stat.S_IMODE(target.stat().st_mode) == 0o444
    assert files_below(tmp_path) == ["edition.json"]


def test_a_small_file_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "edition.json"
    write_durably(target, b"as it was")
    with largest_file(1000), pytest.raises(StoreFull):
        write_durably(target, bytes(2000))
    assert target.read_bytes() == b"as it was"
    assert files_below(tmp_path) == ["edition.json"]


def test_a_small_file_in_a_missing_folder_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="nowhere"):
        write_durably(tmp_path / "nowhere" / "x", b"data")
