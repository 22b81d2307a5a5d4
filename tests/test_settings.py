"""`longplay.toml`: what is written can be read, and what is misspelt is told."""

from pathlib import Path

import pytest

from longplay.errors import BadSettings
from longplay.model.rights import KeepingBasis, MiningPreference
from longplay.settings import ArchiveSettings, Settings, read_settings, settings_text

ARCHIVE = ArchiveSettings(
    id="f1ad6810-98e2-430c-9d72-21c3f445dc87", name="example", keeping=KeepingBasis.OWN_COLLECTION
)
ZONES = Path("/usr/share/zoneinfo/iso3166.tab")


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MINING", "TERRITORIES"):
        monkeypatch.delenv(f"LONGPLAY_SETTINGS__RIGHTS__{name}", raising=False)


def read(folder: Path, rights: str | None = None) -> Settings:
    """The settings of a file as `init` writes it, or with another section `[rights]`."""
    text = settings_text(ARCHIVE)
    if rights is not None:
        text = text.partition("[rights]")[0] + f"[rights]\n{rights}\n"
    (folder / "longplay.toml").write_text(text, encoding="utf-8")
    return read_settings(folder)


def test_the_file_init_writes_reserves_nothing_and_names_no_place(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert found.archive == ARCHIVE
    assert found.rights.mining_preference is None
    assert found.rights.territories == ()


def test_a_file_from_before_there_was_the_section_is_read_the_same(tmp_path: Path) -> None:
    (tmp_path / "longplay.toml").write_text(settings_text(ARCHIVE).partition("[rights]")[0])
    assert read_settings(tmp_path) == read(tmp_path)


@pytest.mark.parametrize(
    ("word", "wish"),
    [("allowed", MiningPreference.ALLOWED), ("reserved", MiningPreference.RESERVED), ("unset", None)],
)
def test_each_preference_is_understood(tmp_path: Path, word: str, wish: MiningPreference | None) -> None:
    assert read(tmp_path, f'mining = "{word}"').rights.mining_preference is wish


def test_places_are_kept_in_their_order(tmp_path: Path) -> None:
    assert read(tmp_path, 'territories = ["SE", "EU", "AX"]').rights.territories == ("SE", "EU", "AX")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('mining = "yes"', "rights.mining"),
        ("mining = true", "rights.mining"),
        ('minning = "reserved"', "rights.minning"),
        ('territories = ["UK"]', "'UK' is no territory"),
        ('territories = ["se"]', "'se' is no territory"),
        ('territories = ["001"]', "'001' is no territory"),
        ('territories = ["SE", "FI", "SE"]', "'SE' stands there twice"),
        ('territories = "SE"', "rights.territories"),
        ("territories = [1]", "rights.territories"),
    ],
)
def test_a_misspelling_is_told_with_its_place(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(BadSettings, match=r"longplay\.toml") as caught:
        read(tmp_path, line)
    assert told in str(caught.value)


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGPLAY_SETTINGS__RIGHTS__MINING", "reserved")
    monkeypatch.setenv("LONGPLAY_SETTINGS__RIGHTS__TERRITORIES", '["JP"]')
    found = read(tmp_path).rights
    assert (found.mining_preference, found.territories) == (MiningPreference.RESERVED, ("JP",))
