"""Verifying: a whole edition passes, and no change to it ever does."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import archives
from archives import copy, files_below, json_of, longplay, publish
from longplay.editions.verification import find_edition, verify
from longplay.errors import MalformedInput, NotFound
from longplay.formats.metainfo import read_torrent
from longplay.model.digests import PIECE_LENGTH
from longplay.model.findings import Finding
from longplay.progress import Silent

FREE = "noise-000001"
ALPHA, BETA = (f"{FREE}/data/The Noise/Colours/{title}.wav" for title in ("Alpha", "Beta"))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An edition of one short recording, without its archive: changed in place and put back."""
    folder = tmp_path_factory.mktemp("small")
    deposit = archives.make_deposit(folder / "deposit", {"One.wav": "CC0-1.0"}, {"One.wav": 2_000})
    edition = publish(archives.new_archive(folder / "archive", deposit))
    return Path(shutil.copytree(edition, folder / "alone"))


@pytest.fixture
def carried(published: Path, tmp_path: Path) -> Path:
    """The edition in a place of its own, as a mirror has it: writable, nothing shared with an archive."""
    copied = Path(shutil.copytree(published / "editions/first", tmp_path / "carried"))
    for path in copied.rglob("*"):
        if path.is_file():
            path.chmod(0o644)
    return copied


def test_a_whole_edition_passes_and_says_what_was_read(carried: Path) -> None:
    ran = json_of("verify", carried)
    assert ran.code == 0
    assert ran.findings == []
    files = [path for path in carried.glob("*/**/*") if path.is_file()]
    assert ran.summary["whole"] is True
    assert (ran.summary["bundles"], ran.summary["files"]) == (2, len(files))
    assert ran.summary["bytes"] == sum(path.stat().st_size for path in files)


def test_an_edition_passes_where_nothing_can_be_written(published: Path) -> None:
    assert longplay("verify", published / "editions/first").code == 0


def changed_at_the_end(path: Path) -> None:
    archives.change(path, [(path.stat().st_size - 1, 0xFF)])


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def emptied(path: Path) -> None:
    os.truncate(path, 0)


def longer(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"\n")


def missing(path: Path) -> None:
    path.unlink()


def linked(path: Path) -> None:
    """The right bytes, but they lie in the folder above the edition."""
    edition = next(folder for folder in path.parents if folder.name == "carried")
    path.rename(edition.parent / "elsewhere")
    path.symlink_to(edition.parent / "elsewhere")


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


DAMAGES = (changed_at_the_end, truncated, emptied, longer, missing, linked, a_folder, a_pipe)
NAMED = (
    ALPHA,
    BETA,
    *(f"{FREE}/{name}-sha256.txt" for name in ("manifest", "tagmanifest")),
    *(f"{FREE}/{name}.txt" for name in ("bag-info", "bagit")),
    *(
        f"{FREE}/metadata/{name}"
        for name in ("records.jsonl", "records.parquet", "premis.xml", "ATTRIBUTION.md")
    ),
    f"{FREE}/metadata/licences/CC0-1.0.txt",
    f"{FREE}.torrent",
    f"{FREE}.v1.torrent",
    f"{FREE}.magnet",
    "edition.json.sha256",
)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_each_damaged_file_of_an_edition_is_named(
    carried: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    for name in NAMED:
        aside = tmp_path / "aside"
        shutil.copy(carried / name, aside)
        damage(carried / name)
        ran = json_of("verify", carried)
        assert ran.code == 3, name
        assert name in ran.damage, (name, ran.out)
        assert ran.summary["whole"] is False
        _put_back(aside, carried / name)
    assert longplay("verify", carried).code == 0


def _put_back(aside: Path, path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    path.unlink(missing_ok=True)
    aside.rename(path)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_an_edition_file_that_is_damaged_never_passes(carried: Path, damage: Callable[[Path], None]) -> None:
    damage(carried / "edition.json")
    ran = json_of("verify", carried)
    assert ran.code in {2, 3, 4, 5}
    assert "edition.json" in ran.out + ran.err


def test_the_damaged_pieces_are_named(carried: Path) -> None:
    archives.flip(carried / BETA, 5, 8 * 2_200_000)
    assert json_of("verify", carried).damage == {BETA: [0, 2]}


def test_two_files_that_were_swapped_are_both_named(carried: Path) -> None:
    (carried / ALPHA).rename(carried / "swap")
    (carried / BETA).rename(carried / ALPHA)
    (carried / "swap").rename(carried / BETA)
    assert json_of("verify", carried).damage.keys() == {ALPHA, BETA}


@pytest.mark.parametrize("name", ["extra", f"{FREE}/extra", f"{FREE}/data/x.parts", f"{FREE}/metadata/.x"])
def test_a_foreign_file_is_named(carried: Path, name: str) -> None:
    (carried / name).write_bytes(b"foreign")
    ran = json_of("verify", carried)
    assert (ran.code, [finding["path"] for finding in ran.findings]) == (3, [name])


def test_pads_that_a_plain_client_wrote_out_are_no_damage_but_anything_else_among_them_is(
    carried: Path,
) -> None:
    torrent = read_torrent((carried / f"{FREE}.torrent").read_bytes())
    pads = carried / FREE / ".pad"
    pads.mkdir()
    sizes = {
        f"{number}.{-file.size % PIECE_LENGTH}": -file.size % PIECE_LENGTH
        for number, file in enumerate(torrent.files)
    }
    for name, size in sizes.items():
        if size:
            (pads / name).write_bytes(bytes(size))
    assert json_of("verify", carried).code == 0
    first = next(name for name, size in sizes.items() if size)
    archives.flip(pads / first, 0)
    assert json_of("verify", carried).damage.keys() == {f"{FREE}/.pad/{first}"}


def test_a_bundle_that_is_missing_is_named_file_by_file(carried: Path) -> None:
    shutil.rmtree(carried / FREE)
    ran = json_of("verify", carried)
    assert ran.code == 3
    assert {ALPHA, BETA} <= ran.damage.keys()


def test_one_torrent_is_enough_to_check_the_bag_against(carried: Path) -> None:
    (carried / f"{FREE}.torrent").unlink()
    archives.flip(carried / BETA, 8 * 1_100_000)
    assert json_of("verify", carried).damage == {f"{FREE}.torrent": [], BETA: [1]}


def test_without_any_torrent_the_bundle_is_not_called_whole(carried: Path) -> None:
    (carried / f"{FREE}.torrent").unlink()
    (carried / f"{FREE}.v1.torrent").unlink()
    ran = json_of("verify", carried)
    assert ran.code == 3
    assert FREE in ran.damage


def test_the_other_bundles_torrent_under_this_ones_name_is_found(carried: Path) -> None:
    shutil.copy(carried / "noise-000002.torrent", carried / f"{FREE}.torrent")
    assert f"{FREE}.torrent" in json_of("verify", carried).damage


def test_a_v1_torrent_in_the_hybrids_place_is_found(carried: Path) -> None:
    shutil.copy(carried / f"{FREE}.v1.torrent", carried / f"{FREE}.torrent")
    assert f"{FREE}.torrent" in json_of("verify", carried).damage


def findings_of(folder: Path) -> list[Finding]:
    found: list[Finding] = []
    verify(folder, report=found.append, progress=Silent())
    return found


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_change_of_any_byte_of_any_file_ever_passes(small: Path, data: st.DataObject) -> None:
    names = sorted(files_below(small))
    path = small / data.draw(st.sampled_from(names))
    at = data.draw(st.integers(0, path.stat().st_size - 1))
    mask = data.draw(st.integers(1, 255))
    archives.change(path, [(at, mask)])
    try:
        found: list[Finding] | MalformedInput = findings_of(small)
    except MalformedInput as exc:
        found = exc.args[0]
    finally:
        archives.change(path, [(at, mask)])
    assert found
    assert findings_of(small) == []


def test_no_change_of_any_byte_of_seal_or_magnet_link_ever_passes(small: Path) -> None:
    for name in ("edition.json.sha256", f"{FREE}.magnet"):
        for at in range((small / name).stat().st_size):
            archives.change(small / name, [(at, 1)])
            assert [finding.path for finding in findings_of(small)] == [name]
            archives.change(small / name, [(at, 1)])


def test_a_folder_above_one_edition_will_do(publisher: Path) -> None:
    assert find_edition(publisher / "editions") == publisher / "editions/first"
    assert longplay("verify", publisher / "editions").code == 0


def test_a_folder_above_two_editions_asks_which(publisher: Path) -> None:
    publish(publisher, "second")
    with pytest.raises(NotFound, match="first, second"):
        find_edition(publisher / "editions")
    assert longplay("verify", publisher / "editions").code == 2


def test_a_folder_without_an_edition_is_no_edition(tmp_path: Path) -> None:
    ran = longplay("verify", tmp_path)
    assert ran.code == 2
    assert "edition.json" in ran.err


def test_a_copy_made_by_another_program_passes(edition: Path, tmp_path: Path) -> None:
    assert longplay("verify", copy(edition, tmp_path / "copied")).code == 0
