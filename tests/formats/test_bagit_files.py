"""Bags written from digests: read back the same, and valid to the Library of Congress's `bagit`."""

from pathlib import Path

import bagit
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longplay.errors import MalformedInput
from longplay.formats.bagit import (
    BAG_INFO,
    BAGIT_TXT,
    DECLARATION,
    MANIFEST,
    TAG_MANIFEST,
    check_declaration,
    is_inside,
    payload_oxum,
    read_bag_info,
    read_manifest,
    write_bag_info,
    write_manifest,
)
from longplay.formats.merkle import digest_bytes
from longplay.model.digests import ContentId
from strategies import CONTENT_IDS

BAG_PATHS = st.text(
    st.characters(codec="utf-8", exclude_characters="\\\0") | st.sampled_from("\r\n%0AaDd25/ *"), min_size=1
).map("data/{}".format)

NAMES = (
    "plain.ogg",
    "Ärger/Für Elise.ogg",
    " leading blank",
    "line\nfeed",
    "carriage\rreturn",
    "both\r\nof\nthem",
    "tab\there",
    "*star",
    "nul-like \x01\x7f",
)
"""What the `bagit` library reads right. It leaves `%` bare (RFC 8493, 2.1.3 encodes it), decodes two `%0A` of a
name, strips blanks at the end, and takes U+0085 and U+2028 for ends of lines."""


@given(st.dictionaries(BAG_PATHS.filter(is_inside), CONTENT_IDS))
def test_a_manifest_comes_back_sorted_whatever_the_names(entries: dict[str, ContentId]) -> None:
    assert list(read_manifest(write_manifest(entries.items())).items()) == sorted(entries.items())


@given(st.dictionaries(BAG_PATHS.filter(is_inside), CONTENT_IDS))
def test_a_manifest_has_one_line_an_entry(entries: dict[str, ContentId]) -> None:
    assert write_manifest(entries.items()).count(b"\n") == len(entries)
    assert b"\r" not in write_manifest(entries.items())


@given(st.lists(st.tuples(st.text("ABCabc-", min_size=1), st.text(st.characters(codec="utf-8"), max_size=30))))
def test_bag_info_comes_back_with_blanks_folded(fields: list[tuple[str, str]]) -> None:
    folded = [(label, " ".join(value.split())) for label, value in fields]
    assert read_bag_info(write_bag_info(fields)) == folded


def test_the_bagit_library_validates_a_bag_made_of_these_bytes(tmp_path: Path) -> None:
    payload = {f"data/{name}": name.encode() * 1000 for name in NAMES} | {"data/empty": b""}
    sizes = {path: len(data) for path, data in payload.items()}
    tags = {
        BAGIT_TXT: DECLARATION,
        BAG_INFO: write_bag_info(
            [("Source-Organization", "An archive\nof music"), ("Payload-Oxum", payload_oxum(sizes))]
        ),
        MANIFEST: write_manifest((path, digest_bytes(data).content_id) for path, data in payload.items()),
        "metadata/records.jsonl": b"{}\n",
    }
    tags[TAG_MANIFEST] = write_manifest((path, digest_bytes(data).content_id) for path, data in tags.items())
    for path, data in (payload | tags).items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    bag = bagit.Bag(str(tmp_path))
    bag.validate()
    assert set(bag.payload_files()) == set(payload)
    assert bag.info["Source-Organization"] == "An archive of music"
    assert bag.version_info == (1, 0)


def test_damage_to_such_a_bag_is_noticed_by_the_bagit_library(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x").write_bytes(b"changed")
    (tmp_path / BAGIT_TXT).write_bytes(DECLARATION)
    (tmp_path / MANIFEST).write_bytes(write_manifest([("data/x", digest_bytes(b"as it was").content_id)]))
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(tmp_path)).validate()


DIGEST = "ab" * 32


@pytest.mark.parametrize(
    ("line", "path"),
    [
        (f"{DIGEST}  data/x", "data/x"),
        (f"{DIGEST} data/x", "data/x"),
        (f"{DIGEST}\t*data/x", "data/x"),
        (f"{DIGEST.upper()}  data/x", "data/x"),
        (f"{DIGEST}  data/100%25%0a%0D", "data/100%\n\r"),
        (f"{DIGEST}  data/100%25250A %41", "data/100%250A %41"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
def test_manifests_of_other_tools_are_read(line: str, path: str, end: str) -> None:
    assert read_manifest(f"{line}{end}".encode()) == {path: DIGEST}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"{DIGEST}", "not `digest path`"),
        (f"{DIGEST[1:]}  data/x", "not `digest path`"),
        ("\n", "line 1 is not `digest path`"),
        (f"{DIGEST}  /etc/passwd", "leads out of the bag"),
        (f"{DIGEST}  ../x", "leads out of the bag"),
        (f"{DIGEST}  data/../../x", "leads out of the bag"),
        (f"{DIGEST}  data/./x", "leads out of the bag"),
        (f"{DIGEST}  data//x", "leads out of the bag"),
        (f"{DIGEST}  ~root/x", "leads out of the bag"),
        (f"{DIGEST}  data\\..\\x", "leads out of the bag"),
        (f"{DIGEST}  data/x\0", "leads out of the bag"),
        (f"{DIGEST}  data/x\n{DIGEST}  data/x\n", "line 2 repeats"),
        (f"{DIGEST}  data/%0A\n{DIGEST}  data/%0a\n", "line 2 repeats"),
    ],
)
def test_a_manifest_that_leads_out_or_repeats_is_malformed(text: str, reason: str) -> None:
    with pytest.raises(MalformedInput, match=reason):
        read_manifest(text.encode())


def test_bytes_that_are_not_utf8_are_malformed() -> None:
    with pytest.raises(MalformedInput, match="not UTF-8 at byte 3"):
        read_bag_info(b"A: \xff\n")


def test_folded_fields_are_joined() -> None:
    assert read_bag_info(b"A: one\n  two\r\n\tthree\nB: x") == [("A", "one two three"), ("B", "x")]


@pytest.mark.parametrize("data", [b"no colon\n", b": no label\n", b"  folded first\n"])
def test_a_line_that_is_no_field_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedInput, match="line 1 is not `label: value`"):
        read_bag_info(data)


def test_versions_we_read_pass_and_others_do_not() -> None:
    check_declaration(DECLARATION)
    check_declaration(DECLARATION.replace(b"1.0", b"0.97").replace(b"\n", b"\r\n"))
    for other in (DECLARATION.replace(b"1.0", b"2.0"), DECLARATION.replace(b"UTF-8", b"UTF-16"), b""):
        with pytest.raises(MalformedInput, match=r"malformed bagit\.txt"):
            check_declaration(other)


def test_the_oxum_counts_octets_and_files() -> None:
    assert payload_oxum({"data/a": 5, "data/b": 0, "data/c": 7}) == "12.3"
