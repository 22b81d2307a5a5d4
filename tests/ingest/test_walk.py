"""The walk: every regular file once, in one order, links never followed, the archive passed over."""

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.formats.paths import path_from_text
from longplay.ingest.walk import FileMet, FolderDone, Met, Remark, measure, walk
from longplay.model.findings import FindingCode
from longplay.model.holdings import CompanionKind

NOWHERE = Path("/nowhere/archive")


def names(found: list[Met]) -> list[str]:
    """What was met, in order: files by path, `/` after folders that are done, remarks with `!`."""
    out = []
    for met in found:
        match met:
            case FileMet():
                out.append(met.text)
            case FolderDone():
                out.append(f"{met.folder}/")
            case Remark():
                out.append(f"!{met.finding.path}")
    return out


def codes(found: list[Met]) -> dict[str, FindingCode]:
    return {met.finding.path: met.finding.code for met in found if isinstance(met, Remark)}


def tree(folder: Path, *files: str) -> Path:
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(file.encode())
    return folder


def test_companions_come_before_recordings_and_those_before_the_folders_below(tmp_path: Path) -> None:
    tree(tmp_path, "b/y.flac", "a/x.flac", "z.txt", "m.flac", "B.jpg", "a/c/deep.ogg", "A.wav")
    assert names(list(walk([tmp_path], archive=NOWHERE))) == [
        *("B.jpg", "z.txt", "A.wav", "m.flac"),
        *("a/x.flac", "a/c/deep.ogg", "a/c/", "a/", "b/y.flac", "b/", "/"),
    ]


@settings(max_examples=15)
@given(
    files=st.sets(
        st.lists(st.sampled_from(["a", "B", "c.txt", "d e", "%", "ü"]), min_size=1, max_size=3).map("/".join),
        max_size=8,
    )
)
def test_every_file_is_met_once_and_every_folder_is_done_after_all_below_it(
    files: set[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("source")
    wanted = set()
    for file in sorted(files, key=len):
        if any(other.startswith(file + "/") or file.startswith(other + "/") for other in wanted):
            continue
        wanted.add(file)
        tree(root, file)
    found = list(walk([root], archive=NOWHERE))
    met = [one for one in found if isinstance(one, FileMet)]
    assert sorted(str(one.path.relative_to(root)) for one in met) == sorted(wanted)
    done: set[str] = set()
    for one in found:
        if isinstance(one, FolderDone):
            done.add(one.folder)
        elif isinstance(one, FileMet):
            assert not any(one.folder == folder or one.folder.startswith(folder + "/") for folder in done)
    assert found == list(walk([root], archive=NOWHERE))


def test_a_files_facts_are_its_size_its_name_and_what_companion_it_may_be(tmp_path: Path) -> None:
    tree(tmp_path, "album/cover.JPG", "album/song.flac")
    picture, song = (met for met in walk([tmp_path], archive=NOWHERE) if isinstance(met, FileMet))
    assert (picture.companion, song.companion) == (CompanionKind.PICTURE, None)
    assert (picture.folder, picture.name, picture.size) == ("album", "cover.JPG", len("album/cover.JPG"))
    assert picture.path.is_file()


def test_links_are_not_followed_whatever_they_point_to(tmp_path: Path) -> None:
    tree(tmp_path, "real/song.flac")
    (tmp_path / "to file.flac").symlink_to("real/song.flac")
    (tmp_path / "to folder").symlink_to("real")
    (tmp_path / "real" / "loop").symlink_to("..")
    (tmp_path / "to itself").symlink_to("to itself")
    (tmp_path / "to nothing").symlink_to("absent")
    found = list(walk([tmp_path], archive=NOWHERE))
    links = {"to file.flac", "to folder", "real/loop", "to itself", "to nothing"}
    assert codes(found) == dict.fromkeys(links, FindingCode.SYMLINK)
    assert [met.text for met in found if isinstance(met, FileMet)] == ["real/song.flac"]


def test_pipes_and_sockets_are_remarked_on_and_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe.flac")
    monkeypatch.chdir(tmp_path)  # the name of a socket may only be short
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket.flac")
        found = list(walk([tmp_path], archive=NOWHERE))
    assert codes(found) == dict.fromkeys(("pipe.flac", "socket.flac"), FindingCode.SPECIAL_FILE)


def test_the_archives_own_folder_is_passed_over(tmp_path: Path) -> None:
    tree(tmp_path, "a/archive/blobs/x.flac", "a/archive of mine/y.flac")
    found = list(walk([tmp_path], archive=tmp_path / "a" / "archive"))
    assert codes(found) == {"a/archive": FindingCode.OWN_ARCHIVE}
    assert [met.text for met in found if isinstance(met, FileMet)] == ["a/archive of mine/y.flac"]


def test_hidden_files_and_folders_are_met_like_others(tmp_path: Path) -> None:
    tree(tmp_path, ".hidden.flac", ".folder/song.flac")
    found = names(list(walk([tmp_path], archive=NOWHERE)))
    assert found == [".hidden.flac", ".folder/song.flac", ".folder/", "/"]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        (b"new\nline.flac", "new%0Aline.flac"),
        (b"tab\t.flac", "tab%09.flac"),
        (b"\xff\xfe.flac", "%FF%FE.flac"),
        (b"100%.flac", "100%25.flac"),
        (b"x" * 255, "x" * 255),
        (b"dots...", "dots..."),
        (b" ", " "),
        ("e\u0301.flac".encode(), "e\u0301.flac"),
        ("\u202egnp.flac".encode(), "\u202egnp.flac"),
    ],
)
def test_any_name_has_a_written_form_that_leads_back(tmp_path: Path, name: bytes, written: str) -> None:
    raw = os.fsencode(tmp_path) + b"/folder/" + name
    (tmp_path / "folder").mkdir()
    with open(raw, "wb") as out:  # noqa: PTH123 - a name of bytes
        out.write(b"x")
    (met,) = (one for one in walk([tmp_path], archive=NOWHERE) if isinstance(one, FileMet))
    assert met.text == f"folder/{written}"
    assert path_from_text(met.text) == b"folder/" + name
    assert met.path.read_bytes() == b"x"


def test_names_that_differ_only_in_case_are_two_files(tmp_path: Path) -> None:
    tree(tmp_path, "Song.flac", "song.flac", "SONG.flac")
    assert names(list(walk([tmp_path], archive=NOWHERE)))[:3] == ["SONG.flac", "Song.flac", "song.flac"]


def test_a_single_file_is_met_below_its_folder(tmp_path: Path) -> None:
    tree(tmp_path, "song.flac", "other.flac")
    met, done = walk([tmp_path / "song.flac"], archive=NOWHERE)
    assert isinstance(met, FileMet)
    assert (met.root, met.text) == (tmp_path, "song.flac")
    assert done == FolderDone(root=tmp_path, folder="")


def test_a_folder_that_cannot_be_listed_is_a_remark(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    found = walk([tmp_path / "gone"], archive=NOWHERE)
    (tmp_path / "gone").rmdir()
    (tmp_path / "gone").write_text("a file now")
    assert names(list(found)) == ["gone", "/"]
    vanished = walk([tmp_path], archive=NOWHERE)
    tree(tmp_path, "a/x.flac", "b/y.flac")
    seen = [next(vanished), next(vanished)]
    for path in (tmp_path / "b").iterdir():
        path.unlink()
    (tmp_path / "b").rmdir()
    seen += vanished
    assert codes(seen) == {"b": FindingCode.UNREADABLE_FOLDER}


def test_a_deep_tree_is_walked(tmp_path: Path) -> None:
    deep = "/".join(["d"] * 300)
    tree(tmp_path, f"{deep}/song.flac")
    assert measure([tmp_path], archive=NOWHERE) == (1, len(deep) + len("/song.flac"))


def test_measuring_counts_files_and_bytes_of_all_starts(tmp_path: Path) -> None:
    tree(tmp_path, "a/x.flac", "b/y.txt")
    starts = [tmp_path / "a", tmp_path / "b", tmp_path / "b" / "y.txt"]
    assert measure(starts, archive=NOWHERE) == (3, len("a/x.flac") + 2 * len("b/y.txt"))


def test_files_named_one_by_one_are_met_together_with_companions_first(tmp_path: Path) -> None:
    for name in ("a.flac", "LICENSE", "cover.jpg", "b.flac"):
        (tmp_path / name).write_bytes(b"x")
    starts = [tmp_path / name for name in ("a.flac", "b.flac", "cover.jpg", "LICENSE")]
    met = list(walk(starts, archive=NOWHERE))
    assert [one.name for one in met if isinstance(one, FileMet)] == ["cover.jpg", "LICENSE", "a.flac", "b.flac"]
    assert met[-1] == FolderDone(root=tmp_path, folder="")
