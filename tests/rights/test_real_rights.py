"""What real files state of their rights, read without the table that came with them.

The recordings are laid out as their source had them, with the sidecars and licence texts that are at hand, and
read as `ingest` reads them, but not decoded. The table is the judge: no wrong permission at all.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

import pytest

from longplay.ingest.stated import read_beside
from longplay.model.digests import ContentId
from longplay.model.rights import (
    WORLD,
    Act,
    Condition,
    Decision,
    KeepingBasis,
    Purpose,
    RightsObject,
    RightsStatement,
    StatementSource,
    Strength,
    Verdict,
)
from longplay.rights.gate import decide
from longplay.rights.readers import statement
from longplay.rights.texts import licence_text
from reading import read_rights

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "reading-rights.md"
MINETEST = dict.fromkeys(("keys", "player_api", "sfinv"), "CC-BY-SA-3.0")
DAY = date(2026, 11, 23)
BESIDE = {
    "tuxemon-ATTRIBUTIONS.md": "Tuxemon/Tuxemon/ATTRIBUTIONS.md",
    "unknown-horizons-LICENSE.txt": "unknown-horizons/unknown-horizons/LICENSE",
    "openrct2-music-README.md": "OpenRCT2/OpenMusic/README.md",
    "sonic-pi-samples-README.md": "sonic-pi-net/sonic-pi/etc/samples/README.md",
    "everythingisfree-1.Hydrogen.md": "ichbinsoftware/everythingisfree/src/1.Hydrogen/README.md",
    "dep5/crawl.copyright": "crawl/crawl/debian/copyright",
}
FOLDERS = {
    "tsc-sidecars": "Secretchronicles/TSC/tsc/data/music",
    "librosa-sidecars": "librosa/data/audio",
    "ultrastar-licence-texts": "UltraStar-Deluxe/songs/Creative Commons",
}


@dataclass(frozen=True)
class Read:
    """One recording: what the table says, what was read, and what follows."""

    path: str
    wanted: Decision
    decision: Decision
    statements: tuple[RightsStatement, ...]


def ask(statements: tuple[RightsStatement, ...]) -> Decision:
    obj = RightsObject(
        content_id=ContentId("0" * 64), statements=statements, keeping=KeepingBasis.OPEN_LICENCES_ONLY
    )
    return decide(Act.REDISTRIBUTE, obj, WORLD, DAY, Purpose.NONCOMMERCIAL)


@pytest.fixture(scope="module")
def rows(real: Path) -> list[dict[str, str]]:
    with (real / "MANIFEST.csv").open(encoding="utf-8-sig", newline="") as text:
        return [row for row in csv.DictReader(text) if row["path"].startswith("recordings/")]


@pytest.fixture(scope="module")
def tree(real: Path, rows: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources' folders, as far as their files are at hand; names of recordings lead to the recordings."""
    root = tmp_path_factory.mktemp("sources")
    rights = real / "metadata" / "rights"
    for row in rows:
        place = root / row["source_repo"].removeprefix("github:") / row["source_path"]
        if row["path"].startswith("recordings/derived-here/"):
            place = place.with_name(PurePosixPath(row["path"]).name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes((real / row["path"]).read_bytes())
        lay_sidecars(row, rights, place)
    for name, where in BESIDE.items():
        (root / where).parent.mkdir(parents=True, exist_ok=True)
        (root / where).write_bytes((rights / name).read_bytes())
    for name, where in FOLDERS.items():
        for path in sorted((rights / name).rglob("*.txt")):
            copy = root / where / path.relative_to(rights / name)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    return root


def lay_sidecars(row: dict[str, str], rights: Path, place: Path) -> None:
    """A sidecar of the same name, or the licence text that the collection has under the title."""
    for folder in ("cdogs-sidecars",):
        sidecar = rights / folder / f"{PurePosixPath(row['source_path']).stem}.txt"
        if sidecar.exists():
            (place.parent / sidecar.name).write_bytes(sidecar.read_bytes())
    text = rights / "ultrastar-licence-texts" / f"{PurePosixPath(row['path']).stem}.license.txt"
    if text.exists():
        (place.parent / "license.txt").write_bytes(text.read_bytes())


@pytest.fixture(scope="module")
def found(tree: Path, rows: list[dict[str, str]]) -> list[Read]:
    wanted = {row["sha256"]: row for row in rows}
    return list(read_tree(tree, wanted))


def read_tree(root: Path, wanted: dict[str, dict[str, str]]) -> Iterator[Read]:
    """Everything below a folder, read as `ingest` does."""
    for _met, content_id, readings in read_rights(root):
        row = wanted[content_id]
        statements = tuple(one.statement for one in readings)
        truth = statement(row["licence"], evidence="the table", source=StatementSource.TABLE)
        yield Read(path=row["path"], wanted=ask((truth,)), decision=ask(statements), statements=statements)


def test_nothing_is_permitted_that_the_table_does_not_permit_under_the_same_licence(found: list[Read]) -> None:
    assert len(found) == 110
    wrong = {
        one.path: (one.decision.licence, one.wanted.licence)
        for one in found
        if one.decision.permits and (one.decision.licence != one.wanted.licence or not one.wanted.permits)
    }
    assert wrong == {}


def test_what_is_read_is_stated_in_the_documentation(found: list[Read]) -> None:
    table = confusion(found)
    print("\n".join(table))
    assert "\n".join(table) in PAGE.read_text(encoding="utf-8")


def confusion(found: list[Read]) -> list[str]:
    """Rows of the table: what the collection's table says, and what reading comes to."""
    counted = Counter((said(one.wanted), said(one.decision)) for one in found)
    lines = ["| the table says | read from the files | recordings |", "|---|---|---|"]
    lines += [f"| {wanted} | {read} | {count} |" for (wanted, read), count in sorted(counted.items())]
    permitted = [one for one in found if one.wanted.permits]
    stated = [one for one in permitted if one.statements]
    right = sum(one.decision.permits and one.decision.licence == one.wanted.licence for one in permitted)
    wrong = sum(one.decision.permits and one.decision.licence != one.wanted.licence for one in found)
    return [
        *lines,
        "",
        f"Of {len(permitted)} recordings that may be redistributed, files at hand state something of "
        f"{len(stated)}; {right} of these are found to be free, {wrong} wrongly.",
    ]


def said(decision: Decision) -> str:
    return f"`{decision.licence}`" if decision.permits else f"{decision.verdict.value}: {decision.rule}"


def reading_of(found: list[Read], name: str) -> Read:
    return next(one for one in found if one.path.endswith(name))


def verdicts_beside(place: Path, text: bytes, name: str, recordings: Iterable[Path]) -> dict[str, Decision]:
    """What follows for recordings that lie beside one text."""
    place.mkdir()
    (place / name).write_bytes(text)
    for path in recordings:
        (place / path.name).write_bytes(path.read_bytes())
    return {
        met.name: ask(tuple(one.statement for one in readings)) for met, _id, readings in read_rights(place)
    }


def test_recordings_that_name_another_than_their_repositorys_licence_are_unknown(
    real: Path, tmp_path: Path
) -> None:
    """The repository is CC0 as a whole; one of its files names an artist who licenses CC BY."""
    folder = real / "recordings" / "mdn"
    recordings = [folder / "outfoxing.mp3", folder / "rnb-lofi-melody-loop.wav"]
    found = verdicts_beside(tmp_path / "all", licence_text("CC0-1.0"), "LICENSE", recordings)
    assert found["rnb-lofi-melody-loop.wav"].licence == "CC0-1.0"
    assert found["rnb-lofi-melody-loop.wav"].strength is Strength.BLANKET
    conflict = found["outfoxing.mp3"]
    assert conflict.verdict is Verdict.UNKNOWN
    assert "Kevin MacLeod" in (conflict.missing or "")


def test_what_the_rule_about_other_names_costs_is_stated(real: Path, tmp_path: Path) -> None:
    """Under a blanket text that names nobody, every recording whose tags name somebody stays unknown."""
    paths = sorted(path for path in (real / "recordings").rglob("*") if path.is_file())
    place = tmp_path / "all"
    place.mkdir()
    (place / "LICENSE").write_bytes(licence_text("CC0-1.0"))
    for number, path in enumerate(paths):
        (place / f"{number:03}{path.suffix}").write_bytes(path.read_bytes())
    blanket = [ask(tuple(one.statement for one in readings)) for _met, _id, readings in read_rights(place)]
    permitted = sum(one.licence == "CC0-1.0" and one.permits for one in blanket)
    stated = f"{permitted} of {len(paths)} recordings are found free under it"
    assert stated in PAGE.read_text(encoding="utf-8"), stated


def test_a_gpl_without_a_version_is_unknown_and_says_what_is_missing(found: list[Read]) -> None:
    one = reading_of(found, "tsc/game/lost_1.ogg")
    assert one.decision.verdict is Verdict.UNKNOWN
    assert "which version of the GPL" in (one.decision.missing or "")


SIDECAR_LICENCES = {
    "Jonathan Coulton - Code Monkey": "CC-BY-NC-3.0",
    "Pornophonique - Space Invaders": "CC-BY-NC-ND-2.0",
    "Shearer - In My Hand": "CC-BY-NC-SA-3.0",
    "Steven Dunston - Northern Star": "CC-BY-NC-SA-2.5",
    "Joshua Morin - On the run": "CC-BY-SA-2.5",
    "Silver Note - Chasing Marks": "CC-BY-4.0",
    "Systemabsturz - Verdächtig": "CC0-1.0",
}


@pytest.mark.parametrize(("title", "licence"), SIDECAR_LICENCES.items())
def test_the_licence_of_the_song_is_found_among_those_of_cover_video_and_words(
    real: Path, tmp_path: Path, title: str, licence: str
) -> None:
    """Judged by reading the texts: each states a licence of the song, most also others of other files."""
    text = real / "metadata" / "rights" / "ultrastar-licence-texts" / f"{title}.license.txt"
    recording = real / "recordings" / "sonic-pi" / "vinyl_hiss.flac"
    (decision,) = verdicts_beside(tmp_path / "song", text.read_bytes(), "vinyl_hiss.txt", [recording]).values()
    assert decision.licence == licence
    assert (Condition.NON_COMMERCIAL in decision.conditions) is ("-NC-" in licence)
    assert (Condition.NO_DERIVATIVES in decision.conditions) is ("-ND-" in licence)


def test_texts_about_a_program_and_its_media_permit_no_music_wrongly(real: Path, tmp_path: Path) -> None:
    """Judged by reading them: three state one licence of their sounds or media plainly."""
    recording = real / "recordings" / "sonic-pi" / "vinyl_hiss.flac"
    free = {}
    for path in sorted((real / "metadata" / "rights" / "minetest-licences").iterdir()):
        found = verdicts_beside(tmp_path / path.stem, path.read_bytes(), "license.txt", [recording])
        (decision,) = found.values()
        if decision.permits:
            free[path.name.partition(".")[0]] = decision.licence
    assert free == MINETEST


def test_every_real_text_can_be_read_and_keeps_addresses_out_of_statements(real: Path) -> None:
    texts = [path for path in (real / "metadata" / "rights").rglob("*") if path.is_file()]
    assert texts
    for path in texts:
        stated, problem = read_beside(path.read_bytes(), name=path.name, digest=ContentId("0" * 64))
        assert problem is None
        for one in stated.readings:
            assert one.statement.licence or one.statement.missing
            assert "@" not in one.statement.evidence + one.statement.stated
