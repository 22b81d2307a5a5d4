"""The bags of an edition, as other people's tools and the published records read them."""

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import bagit
import lxml.etree
import pyarrow.parquet as pq
import pytest

from archives import DARK, LICENCES, files_below
from longplay.editions.attribution import write_attribution
from longplay.formats.licences import licence_url
from longplay.formats.merkle import digest_bytes
from longplay.formats.records import read_json_lines
from longplay.rights.texts import licence_text

PREMIS = "{http://www.loc.gov/premis/v3}"
FREE, NON_COMMERCIAL = "noise-000001", "noise-000002"


@pytest.fixture(scope="module")
def first(published: Path) -> Path:
    """The edition's folder: only read."""
    return published / "editions" / "first"


@pytest.fixture(params=[FREE, NON_COMMERCIAL])
def bag(first: Path, request: pytest.FixtureRequest) -> Path:
    """Each bag of the edition."""
    return first / str(request.param)


def titles_of(bag: Path) -> list[str]:
    return sorted(path.stem for path in (bag / "data").rglob("*.wav"))


def licences_of(bag: Path) -> set[str]:
    return {licence for name, licence in LICENCES.items() if Path(name).stem in titles_of(bag)}


def test_each_partition_has_a_bag_of_its_own(first: Path) -> None:
    assert titles_of(first / FREE) == ["Alpha", "Beta", "Gamma"]
    assert titles_of(first / NON_COMMERCIAL) == ["Delta"]


def test_the_library_of_the_library_of_congress_validates_each_bag(bag: Path) -> None:
    opened = bagit.Bag(str(bag))
    assert opened.validate()
    assert opened.version_info == (1, 0)


def test_payload_oxum_counts_what_is_there(bag: Path) -> None:
    sizes = [path.stat().st_size for path in (bag / "data").rglob("*") if path.is_file()]
    assert bagit.Bag(str(bag)).info["Payload-Oxum"] == f"{sum(sizes)}.{len(sizes)}"


def test_every_tag_file_but_itself_stands_in_the_tag_manifest_with_its_digest(bag: Path) -> None:
    lines = (bag / "tagmanifest-sha256.txt").read_text().splitlines()
    listed = {path: digest for digest, path in (line.split("  ", 1) for line in lines)}
    there = {path: hashlib.sha256(data).hexdigest() for path, data in files_below(bag).items()}
    wanted = {path: digest for path, digest in there.items() if not path.startswith("data/")}
    del wanted["tagmanifest-sha256.txt"]
    assert listed == wanted


def test_the_text_of_each_licence_is_there_and_no_other(bag: Path) -> None:
    texts = {path.stem: path.read_bytes() for path in (bag / "metadata/licences").iterdir()}
    assert texts == {licence: licence_text(licence) for licence in licences_of(bag)}


def test_the_attribution_names_each_title_its_artist_and_the_address_of_its_licence(bag: Path) -> None:
    text = (bag / "metadata/ATTRIBUTION.md").read_text()
    for title in titles_of(bag):
        licence = next(licence for name, licence in LICENCES.items() if Path(name).stem == title)
        entry = text.split(f"- **{title}** by The Noise\n", 1)[1].split("- **", 1)[0]
        assert f"[{licence}]({licence_url(licence)})" in entry
        assert "a letter" in entry
    assert len(re.findall(r"^- \*\*", text, flags=re.MULTILINE)) == len(titles_of(bag))


def test_records_name_the_payload_that_is_there(bag: Path) -> None:
    records = read_json_lines((bag / "metadata/records.jsonl").read_bytes())
    assert [record.path for record in records] == sorted(
        str(path.relative_to(bag)) for path in (bag / "data").rglob("*.wav")
    )
    for record in records:
        digests = digest_bytes((bag / record.path).read_bytes())
        assert (record.content_id, record.size) == (digests.content_id, digests.size)
        assert record.pieces_root == (digests.pieces_root or b"").hex()
        assert (record.artist, record.album) == ("The Noise", "Colours")
        assert record.licence == LICENCES[record.source_path]
        assert record.verdict.startswith("permitted")


def test_parquet_and_json_lines_hold_the_same_records(bag: Path) -> None:
    rows = pq.read_table(bag / "metadata/records.parquet").to_pylist(maps_as_pydicts="strict")
    lines = [json.loads(line) for line in (bag / "metadata/records.jsonl").read_text().splitlines()]
    for row in rows:  # what is nested deeper is JSON text in Parquet
        row |= {name: json.loads(row[name]) if row[name] else [] for name in ("cues", "carriers")}
    assert all(row["broadcast"] is None and row["measured_by"] and row["puid"] == "fmt/141" for row in rows)
    assert rows == [{**line, "tags": dict(line["tags"])} for line in lines]


def test_premis_has_an_object_for_each_recording_with_its_digest(bag: Path) -> None:
    root = lxml.etree.parse(bag / "metadata/premis.xml").getroot()
    assert root.tag == f"{PREMIS}premis"
    digests = {one.text for one in root.iter(f"{PREMIS}messageDigest")}
    assert digests == {hashlib.sha256(path.read_bytes()).hexdigest() for path in (bag / "data").rglob("*.wav")}
    assert len(root.findall(f"{PREMIS}object")) == len(titles_of(bag))


@pytest.mark.parametrize("title", DARK)
def test_what_stays_dark_is_named_nowhere_in_the_edition(first: Path, title: str) -> None:
    for name, data in files_below(first).items():
        assert title not in name
        assert title.encode() not in data, name


def test_no_folder_of_the_depositors_machine_is_published(first: Path, deposit: Path) -> None:
    for name, data in files_below(first).items():
        assert str(deposit).encode() not in data, name


def test_markup_and_line_breaks_in_a_title_stay_text_in_the_attribution(first: Path) -> None:
    (record,) = read_json_lines((first / NON_COMMERCIAL / "metadata/records.jsonl").read_bytes())
    renamed = replace(record, title="# [x](y)\n- **Fake** by `me`")
    text = write_attribution("bundle", [renamed]).decode()
    assert len(re.findall(r"^- \*\*", text, flags=re.MULTILINE)) == 1
    assert r"**\# \[x\](y) - \*\*Fake\*\* by \`me\`** by The Noise" in text
