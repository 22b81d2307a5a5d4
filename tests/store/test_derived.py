"""The derived store: what was measured, or nothing."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from longplay.errors import StorageError
from longplay.model.digests import ContentId
from longplay.model.technical import Derived, Loudness, Measurement
from longplay.store.derived import DerivedStore

DERIVED = Derived(fingerprint=b"\1\2\3\4" * 20, waveform=b"wave" * 10)
SONG, OTHER = ContentId("a" * 64), ContentId("b" * 64)


def naming(derived: Derived) -> Measurement:
    """A measurement that names these data."""

    def digest(data: bytes) -> str | None:
        return hashlib.sha256(data).hexdigest() if data else None

    return Measurement(
        puid=None,
        bit_rate=1,
        loudness=Loudness(integrated_lufs=None, range_lu=None, sample_peak_dbfs=None),
        pcm_md5=None,
        fingerprint_sha256=digest(derived.fingerprint),
        waveform_sha256=digest(derived.waveform),
    )


def test_what_was_put_comes_out(tmp_path: Path) -> None:
    store = DerivedStore(tmp_path)
    short = Derived(fingerprint=b"", waveform=b"w")
    store.put([(SONG, DERIVED), (OTHER, short)])
    assert store.get(SONG, naming(DERIVED)) == DERIVED
    assert store.get(OTHER, naming(short)) == short


def test_nothing_is_there_before_anything_is_put_and_nothing_is_made(tmp_path: Path) -> None:
    assert DerivedStore(tmp_path).get(SONG, naming(DERIVED)) is None
    DerivedStore(tmp_path).put([])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("change", [{"fingerprint": b"other"}, {"waveform": b"other"}, {"fingerprint": b""}])
def test_other_data_than_the_measurement_names_are_none(tmp_path: Path, change: dict[str, bytes]) -> None:
    store = DerivedStore(tmp_path)
    store.put([(SONG, replace(DERIVED, **change))])
    assert store.get(SONG, naming(DERIVED)) is None


def test_putting_again_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    store = DerivedStore(tmp_path)
    store.put([(SONG, Derived(fingerprint=b"old", waveform=b"old"))])
    for _ in range(2):
        store.put([(SONG, DERIVED)])
    assert store.get(SONG, naming(DERIVED)) == DERIVED


@pytest.mark.parametrize("content", [b"no database" * 500, b"SQLite format 3\0" + bytes(5_000)])
def test_a_damaged_file_says_what_to_do(tmp_path: Path, content: bytes) -> None:
    store = DerivedStore(tmp_path)
    store.put([(SONG, DERIVED)])
    for path in store.folder.iterdir():
        path.unlink()
    (store.folder / "measured.sqlite").write_bytes(content)
    with pytest.raises(StorageError, match="longplay derive"):
        store.get(SONG, naming(DERIVED))
