"""Editions after a withdrawal: the next one leaves it out and says so; what it was bundled with stays
published."""

import json
import subprocess
import sys
from pathlib import Path

from test_doors import by_title, decide, withdraw

from archives import json_of, longplay, publish


def told(edition: Path) -> dict[str, object]:
    return json.loads((edition / "edition.json").read_text())["edition"]


def bundles(edition: Path) -> list[str]:
    return [one["name"] for stage in told(edition)["stages"] for one in stage["bundles"]]


def titles(edition: Path) -> list[str]:
    return sorted(path.stem for path in edition.glob("*/data/**/*.wav"))


def test_the_next_edition_leaves_it_out_bundles_the_others_anew_and_lists_a_tombstone(archive: Path) -> None:
    first = publish(archive)
    assert titles(first) == ["Alpha", "Beta", "Delta", "Gamma"]
    withdraw(archive, "Alpha")
    second = publish(archive, "second")
    assert titles(second) == ["Beta", "Delta", "Gamma"]
    assert bundles(second) == ["noise-000002", "noise-000003"]
    [stone] = told(second)["withdrawn"]
    assert stone["content_id"] == by_title(archive)["Alpha"]
    assert stone["reason"] == "rights-claim"
    assert "Ada" not in json.dumps(stone)
    assert json_of("verify", second).summary["whole"] is True
    assert "withdrawn" not in told(first)


def test_an_older_edition_that_holds_it_is_not_handed_out_again(archive: Path, tmp_path: Path) -> None:
    publish(archive)
    withdraw(archive, "Alpha")
    ran = longplay("publish", "--edition", "first", "--out", tmp_path / "www", "--archive", archive)
    assert ran.code == 8
    assert "noise-000001" in ran.err
    assert "publish a new edition" in ran.err
    assert not (tmp_path / "www").exists()


def test_reversed_it_comes_back_with_the_next_edition(archive: Path) -> None:
    publish(archive)
    withdraw(archive, "Alpha")
    publish(archive, "second")
    alpha = by_title(archive)["Alpha"]
    back = ("--reverse", "--by", "Ada", "--words", "settled", "--archive", archive)
    assert longplay("withdraw", alpha, *back).code == 0
    third = publish(archive, "third")
    assert titles(third) == ["Alpha", "Beta", "Delta", "Gamma"]
    assert "withdrawn" not in told(third)


def test_publishing_again_after_a_withdrawal_gives_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    publish(archive)
    withdraw(archive, "Alpha")
    second = publish(archive, "second")
    again = publish(archive, "second", "--out", tmp_path)
    assert (second / "edition.json").read_bytes() == (again / "edition.json").read_bytes()


def test_a_determination_against_it_takes_its_bundle_out_too(archive: Path) -> None:
    publish(archive)
    decide(archive, "Beta", "--kind", "reservation", "--forbid", "redistribute")
    assert titles(publish(archive, "second")) == ["Alpha", "Delta", "Gamma"]


def test_a_seeder_does_not_serve_a_bundle_that_holds_it(archive: Path) -> None:
    publish(archive)
    withdraw(archive, "Alpha")
    code = "from longplay.cli.main import main; main()"
    seed = ["seed", "--listen", "127.0.0.1:0", "--archive", str(archive), "--format", "json"]
    with subprocess.Popen([sys.executable, "-c", code, *seed], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        listening = json.loads(process.stdout.readline())
        process.terminate()
        process.stdout.read()
    assert listening["bundles"] == ["noise-000002"]
    assert listening["withheld"] == ["noise-000001"]


def test_what_is_permitted_in_some_places_only_has_a_bundle_of_its_own_that_names_them(archive: Path) -> None:
    settings = archive / "longplay.toml"
    settings.write_text(settings.read_text().replace("territories = []", 'territories = ["SE", "US"]'))
    decide(archive, "Unstated", "--licence", "CC-BY-4.0", "--territory", "SE")
    edition = publish(archive)
    entries = [one for stage in told(edition)["stages"] for one in stage["bundles"]]
    [limited] = [one for one in entries if one["partition"] == "territory-limited"]
    [line] = (edition / limited["name"] / "metadata/records.jsonl").read_text().splitlines()
    assert json.loads(line)["territories"] == ["SE"]
    assert "only in: SE" in (edition / limited["name"] / "metadata/ATTRIBUTION.md").read_text()


def test_a_mirror_leaves_partitions_out_and_is_whole_without_them(archive: Path, tmp_path: Path) -> None:
    edition = publish(archive)
    into = tmp_path / "mirror"
    ran = json_of("mirror", edition, "--into", into, "--without", "non-commercial")
    assert (ran.code, ran.summary["whole"], ran.summary["left_out"]) == (0, 1, 1)
    assert titles(into) == ["Alpha", "Beta", "Gamma"]
    assert json_of("verify", into).code == 3
    assert json_of("verify", into, "--without", "non-commercial").summary["whole"] is True


def test_a_mirror_is_told_which_bundles_it_should_not_pass_on_any_more(archive: Path, tmp_path: Path) -> None:
    into = tmp_path / "mirror"
    assert json_of("mirror", publish(archive), "--into", into).code == 0
    withdraw(archive, "Alpha")
    ran = longplay("mirror", publish(archive, "second"), "--into", into)
    assert ran.code == 0
    assert "noise-000001 is not part of the edition any more" in ran.err
