"""Any bytes are a file that states rights, or malformed: quickly, and never a permission out of nothing."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from longplay.curation.rights_sources import Claim, open_rights
from longplay.errors import MalformedInput
from longplay.model.rights import Act
from rights_files import BY, TAKE_DOWN, item, may, message, terms

calm = settings(
    max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)

TABLE = f"path,isrc,licence,permits,valid_until\na.flac,SEABC2600001,{BY},stream,2030-05-06\n".encode()
FMA = f"track_id,license_url,license_title\n2,{BY},Attribution 4.0\n".encode()
ITEM = item(("a.mp3", 12), licenseurl=BY, rights="CC BY 4.0", collection=["stream_only"])
DDEX = message(terms(), TAKE_DOWN)
GOOD = st.sampled_from([TABLE, FMA, ITEM, DDEX])


def claims(folder: Path, data: bytes) -> list[Claim]:
    path = folder / "some.file"
    path.write_bytes(data)
    found: list[Claim] = []
    with suppress(MalformedInput), open_rights(path, root=None) as file:
        found += file.claims
    return found


@pytest.mark.parametrize("data", [TABLE, FMA, ITEM, DDEX])
def test_the_files_that_are_spoilt_below_state_something_when_whole(data: bytes, tmp_path: Path) -> None:
    assert any(claim.readings and claim.target for claim in claims(tmp_path, data))


@calm
@given(data=st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
@example(data=b"")
@example(data=b"\0")
@example(data=b"\xff\xfe")
@example(data=b"[" * 100_000)
@example(data=b"{" * 100_000)
@example(data=b"<a>" * 100_000)
@example(data=b'{"a":' * 100_000)
@example(data=b"path\n" + b'"' * 100_000)
@example(data=b"path," * 100_000 + b"\n" + b"," * 100_000)
def test_any_bytes(data: bytes, tmp_path: Path) -> None:
    for claim in claims(tmp_path, data):
        assert not may(Act.REDISTRIBUTE, *(one.statement for one in claim.readings)).permits


@calm
@given(good=GOOD, given_data=st.data())
def test_good_bytes_with_some_of_them_changed(good: bytes, given_data: st.DataObject, tmp_path: Path) -> None:
    data = bytearray(good)
    for _ in range(given_data.draw(st.integers(1, 4))):
        at = given_data.draw(st.integers(0, len(data)))
        data[at : at + given_data.draw(st.integers(0, 3))] = given_data.draw(st.binary(max_size=3))
    claims(tmp_path, bytes(data))


@calm
@given(good=GOOD, given_data=st.data())
def test_good_bytes_cut_off_or_repeated(good: bytes, given_data: st.DataObject, tmp_path: Path) -> None:
    start, end = sorted(given_data.draw(st.tuples(*[st.integers(0, len(good))] * 2)))
    claims(tmp_path, good[:start])
    claims(tmp_path, good[:end] + good[start:])
