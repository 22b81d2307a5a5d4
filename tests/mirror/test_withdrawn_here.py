"""A mirror after a withdrawal, or without a partition: nothing withdrawn is fetched, what is here is named."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

import archives
from archives import files_below, json_of, longplay, publish

FREE, NON_COMMERCIAL, ANEW = "noise-000001", "noise-000002", "noise-000003"
ALPHA = f"{FREE}/data/The Noise/Colours/Alpha.wav"


@dataclass(frozen=True)
class Editions:
    """An archive's two editions, between which Alpha was withdrawn, and a mirror of the first."""

    first: Path
    second: Path
    mirror: Path
    alpha: str


@pytest.fixture(scope="module")
def made(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Editions:
    """Not to be changed."""
    folder = tmp_path_factory.mktemp("withdrawn")
    archive = archives.copy(published, folder / "archive")
    first = archive / "editions/first"
    assert json_of("mirror", first, "--into", folder / "mirror").code == 0
    alpha = archives.sha256(first / ALPHA)
    told = ("--reason", "court-order", "--by", "Zdenka", "--words", "file 3 K 12", "--archive", archive)
    assert longplay("withdraw", alpha, *told).code == 0
    return Editions(first=first, second=publish(archive, "second"), mirror=folder / "mirror", alpha=alpha)


@pytest.fixture
def followed(made: Editions, tmp_path: Path) -> Path:
    """A mirror of the first edition, of one's own, that can follow the second."""
    return archives.copy(made.mirror, tmp_path / "mirror")


def test_a_mirror_that_follows_names_what_was_withdrawn_keeps_it_and_is_whole(
    made: Editions, followed: Path
) -> None:
    ran = json_of("mirror", made.second, "--into", followed)
    assert (ran.code, ran.summary["whole"], ran.summary["bundles"]) == (0, 2, 2)
    assert ran.summary["outdated"] == [FREE]
    assert (ran.summary["withdrawn"], ran.summary["damage"]) == (1, 0)
    [finding] = ran.findings
    assert (finding["code"], finding["path"]) == ("withdrawn", ALPHA)
    assert "court-order" in str(finding["detail"])
    assert (followed / ALPHA).exists()


def test_verify_names_it_until_it_is_deleted(made: Editions, followed: Path) -> None:
    assert json_of("mirror", made.second, "--into", followed).code == 0
    before = json_of("verify", followed)
    assert before.code == 3
    assert {(one["code"], one["path"]) for one in before.findings} >= {
        ("withdrawn", ALPHA),
        ("unexpected-file", FREE),
    }
    for path in sorted(followed.glob(f"{FREE}*")):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert json_of("verify", followed).summary["whole"] is True
    again = json_of("mirror", made.second, "--into", followed)
    assert (again.summary["withdrawn"], again.summary["outdated"]) == (0, [])


def test_it_is_named_though_the_notes_of_the_mirror_are_lost(made: Editions, followed: Path) -> None:
    (followed / ".longplay-mirror/state.json").unlink()
    assert json_of("mirror", made.second, "--into", followed).summary["withdrawn"] == 1


def test_a_new_mirror_fetches_nothing_that_was_withdrawn(made: Editions, tmp_path: Path) -> None:
    ran = json_of("mirror", made.second, "--into", tmp_path / "new")
    assert (ran.code, ran.summary["withdrawn"], ran.findings) == (0, 0, [])
    digests = {archives.sha256(path) for path in (tmp_path / "new").rglob("*") if path.is_file()}
    assert made.alpha not in digests
    assert files_below(tmp_path / "new") == files_below(made.second)


def test_the_edition_says_no_more_than_the_class_of_the_reason(made: Editions) -> None:
    for name, data in files_below(made.second).items():
        assert b"file 3 K 12" not in data, name
        assert b"Zdenka" not in data, name


def test_a_copy_without_a_partition_can_be_mirrored_without_it(made: Editions, tmp_path: Path) -> None:
    left = ("--without", "non-commercial")
    one, two = tmp_path / "one", tmp_path / "two"
    assert json_of("mirror", made.second, "--into", one, *left).code == 0
    assert json_of("mirror", one, "--into", two, *left).code == 0
    assert not (two / NON_COMMERCIAL).exists()
    assert (two / ANEW).is_dir()
    assert json_of("verify", two, *left).summary["whole"] is True
    missing = {str(one["path"]) for one in json_of("verify", two).findings}
    assert all(path.startswith(NON_COMMERCIAL) for path in missing)


def test_a_partition_that_is_left_out_later_stays_as_it_is(made: Editions, followed: Path) -> None:
    ran = json_of("mirror", made.second, "--into", followed, "--without", "non-commercial")
    assert (ran.summary["left_out"], ran.summary["whole"]) == (1, 1)
    assert (followed / NON_COMMERCIAL / "data").is_dir()


def test_the_advice_at_the_end_leaves_the_same_out(made: Editions, tmp_path: Path) -> None:
    ran = longplay("mirror", made.second, "--into", tmp_path / "x", "--without", "non-commercial")
    assert f"longplay verify {tmp_path / 'x'} --without non-commercial" in ran.err
