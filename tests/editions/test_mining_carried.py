"""Preferences on text and data mining stand in a bundle wherever a reader may look for them."""

import json
from dataclasses import replace
from pathlib import Path

import bagit
import pyarrow.parquet as pq
import pytest
from lxml import etree

import archives
from longplay.formats.mining import MAPPING_VERSION, headers
from longplay.model.rights import MiningPreference
from standing import kept, made, record, stated

ALLOWED, RESERVED = MiningPreference.ALLOWED, MiningPreference.RESERVED
SAID = {"loud": ALLOWED, "shy": RESERVED, "silent": None}
"""What the one statement of each recording says of mining."""

ENVIRONMENT = "LONGPLAY_SETTINGS__RIGHTS__MINING"
PREMIS = {"p": "http://www.loc.gov/premis/v3"}


def bag_of(folder: Path, said: dict[str, MiningPreference | None]) -> Path:
    """The one bag of an edition of recordings that may be redistributed."""
    with made(folder / "archive") as archive:
        facts = {name: kept(archive, name) for name in said}
        record(
            archive,
            *(replace(facts[name], statements=(replace(stated(), mining=said[name]),)) for name in said),
        )
    return archives.publish(folder / "archive") / "standing-000001"


@pytest.fixture(params=["unset", "allowed", "reserved"])
def default(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> MiningPreference | None:
    """The archive's own preference, as its settings have it."""
    monkeypatch.setenv(ENVIRONMENT, request.param)
    return None if request.param == "unset" else MiningPreference(request.param)


def granted(bag: Path) -> dict[str, list[tuple[list[str], list[str]]]]:
    """Of each recording, by title: restrictions and notes of every `rightsGranted` with the act `mine`."""
    root = etree.parse(bag / "metadata/premis.xml").getroot()
    names = {one["content_id"]: one["title"] for one in records_of(bag)}
    found: dict[str, list[tuple[list[str], list[str]]]] = {str(name): [] for name in names.values()}
    for node in root.iterfind(".//p:rightsGranted[p:act='mine']", PREMIS):
        about = node.getparent().findtext(
            "p:linkingObjectIdentifier/p:linkingObjectIdentifierValue", None, PREMIS
        )
        parts = (
            [part.text or "" for part in node.iterfind(f"p:{name}", PREMIS)]
            for name in ("restriction", "rightsGrantedNote")
        )
        restrictions, notes = parts
        found[str(names[about])].append((restrictions, notes))
    return found


def records_of(bag: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (bag / "metadata/records.jsonl").read_text().splitlines()]


def test_records_tdmrep_and_premis_say_the_same_of_each_recording(
    tmp_path: Path, default: MiningPreference | None
) -> None:
    bag = bag_of(tmp_path, SAID)
    wanted = {name: said or default for name, said in SAID.items()}
    records = {str(one["title"]): one for one in records_of(bag)}
    assert {name: one["mining"] for name, one in records.items()} == {
        name: wish and wish.value for name, wish in wanted.items()
    }
    rows = pq.read_table(bag / "metadata/records.parquet").to_pylist()
    assert {row["title"]: row["mining"] for row in rows} == {
        name: one["mining"] for name, one in records.items()
    }
    file = json.loads((bag / "metadata/tdmrep.json").read_bytes())
    said = {1: RESERVED, 0: ALLOWED}
    rules = {rule["location"]: said[rule["tdm-reservation"]] for rule in file}
    places = {name: f"/{str(one['path']).replace(' ', '%20')}$" for name, one in records.items()}
    assert {name: rules.get(place) for name, place in places.items()} == wanted
    for name, told in granted(bag).items():
        assert bool(told) == (wanted[name] is not None)
        assert all(bool(restrictions) == (wanted[name] is RESERVED) for restrictions, _notes in told)
        assert all(bool(notes) == (wanted[name] is ALLOWED) for _restrictions, notes in told)


@pytest.mark.parametrize(
    ("said", "strictest"),
    [
        ((ALLOWED, RESERVED), RESERVED),
        ((None, RESERVED), RESERVED),
        ((ALLOWED, ALLOWED), ALLOWED),
        ((ALLOWED, None), None),
    ],
)
def test_the_bag_says_the_strictest_of_all_in_both_vocabularies(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    said: tuple[MiningPreference | None, ...],
    strictest: MiningPreference | None,
) -> None:
    """Read by the library of the Library of Congress."""
    monkeypatch.setenv(ENVIRONMENT, "unset")
    bag = bag_of(tmp_path, {f"song {number}": wish for number, wish in enumerate(said)})
    opened = bagit.Bag(str(bag))
    assert opened.validate()
    told = {name: opened.info[name] for name in ("TDM-Reservation", "Content-Usage") if name in opened.info}
    assert told == headers(strictest)
    assert opened.info.get("Mining-Mapping") == (MAPPING_VERSION if strictest else None)


def test_without_any_preference_the_bag_has_no_file_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, "unset")
    bag = bag_of(tmp_path, {"silent": None})
    assert not (bag / "metadata/tdmrep.json").exists()
    assert granted(bag) == {"silent": []}
