"""Encoding: what goes in comes out, tags included, and twice the same bytes."""

from pathlib import Path

import av
import mutagen
import numpy as np
import pytest
from mutagen.flac import FLAC
from numpy.typing import NDArray

from longplay.audio.encode import Encoding, encode
from longplay.errors import StorageError

RATE = 44100

TAGS = {
    "title": "Für Elise",
    "artist": "Longplay Demo Ensemble",
    "album": "Pieces for a First Edition",
    "composer": "Ludwig van Beethoven (1770–1827)",
    "tracknumber": "2",
    "date": "2026",
    "licence": "https://creativecommons.org/publicdomain/zero/1.0/",
    "copyright": "Dedicated to the public domain",
}

VORBIS_NAMES = {key: key.upper() for key in TAGS} | {"licence": "LICENSE"}
ID3_NAMES = {
    "title": "TIT2",
    "artist": "TPE1",
    "album": "TALB",
    "composer": "TCOM",
    "tracknumber": "TRCK",
    "date": "TDRC",
    "licence": "WCOP",
    "copyright": "TCOP",
}
MP4_NAMES = {
    "title": "©nam",
    "artist": "©ART",
    "album": "©alb",
    "composer": "©wrt",
    "tracknumber": "trkn",
    "date": "©day",
    "licence": "----:com.apple.iTunes:LICENSE",
    "copyright": "cprt",
}

PADDING = {Encoding.VORBIS: 64, Encoding.M4A: 1024}
"""Sample frames a decoder may give beyond the end: Ogg and MP4 as FFmpeg writes them here."""

LEVEL_ERROR = {Encoding.VORBIS: 0.5}
"""Relative; 0.05 for the others. FFmpeg's Vorbis encoder couples channels that share nothing coarsely."""

CODECS = {
    Encoding.FLAC: "flac",
    Encoding.MP3: "mp3float",
    Encoding.OPUS: "opus",
    Encoding.VORBIS: "vorbis",
    Encoding.M4A: "aac",
    Encoding.WAV: "pcm_s16le",
}


def two_tones(seconds: float = 1.5) -> NDArray[np.float32]:
    """440 Hz on the left, 660 Hz on the right, softer."""
    time = np.arange(round(seconds * RATE)) / RATE
    left, right = 0.4 * np.sin(2 * np.pi * 440 * time), 0.2 * np.sin(2 * np.pi * 660 * time)
    return np.stack([left, right], axis=1).astype(np.float32)


def decode(path: Path) -> tuple[NDArray[np.float32], int, str]:
    """Samples of shape (n, 2), rate and FFmpeg's name of the codec."""
    resampler = av.AudioResampler(format="flt", layout="stereo")
    with av.open(path) as container:
        stream = container.streams.audio[0]
        frames = [part for frame in container.decode(stream) for part in resampler.resample(frame)]
        blocks = [frame.to_ndarray().reshape(-1, 2) for frame in frames]
        return np.concatenate(blocks).astype(np.float32), stream.rate, stream.codec_context.name


def written(tmp_path: Path, encoding: Encoding) -> Path:
    """A file of `two_tones` with all tags."""
    path = tmp_path / f"tones{encoding.suffix}"
    encode(two_tones(), rate=RATE, path=path, encoding=encoding, tags=TAGS)
    return path


@pytest.mark.parametrize("encoding", Encoding)
def test_every_encoding_decodes_to_its_length_and_codec(tmp_path: Path, encoding: Encoding) -> None:
    samples, rate, codec = decode(written(tmp_path, encoding))
    expected = len(two_tones()) * rate // RATE
    assert codec == CODECS[encoding]
    assert rate == (48000 if encoding is Encoding.OPUS else RATE)
    assert expected <= len(samples) <= expected + PADDING.get(encoding, 0)


@pytest.mark.parametrize("encoding", Encoding)
def test_every_encoding_keeps_pitch_level_and_side(tmp_path: Path, encoding: Encoding) -> None:
    samples, rate, _ = decode(written(tmp_path, encoding))
    middle = samples[rate // 4 : rate // 4 + rate] * np.hanning(rate)[:, None]
    spectra = np.abs(np.fft.rfft(middle, axis=0)) * 4 / rate
    assert spectra.argmax(axis=0).tolist() == [440, 660]
    assert spectra.max(axis=0) == pytest.approx([0.4, 0.2], rel=LEVEL_ERROR.get(encoding, 0.05))


@pytest.mark.parametrize("encoding", [Encoding.FLAC, Encoding.WAV])
def test_lossless_encodings_keep_every_sample_to_sixteen_bits(tmp_path: Path, encoding: Encoding) -> None:
    samples, _, _ = decode(written(tmp_path, encoding))
    assert np.abs(samples - two_tones()).max() <= 1 / 32768


def test_flac_carries_the_md5_of_its_samples(tmp_path: Path) -> None:
    assert FLAC(written(tmp_path, Encoding.FLAC)).info.md5_signature != 0


@pytest.mark.parametrize("encoding", Encoding)
def test_the_same_input_gives_the_same_bytes(tmp_path: Path, encoding: Encoding) -> None:
    first = written(tmp_path, encoding).read_bytes()
    (tmp_path / "again").mkdir()
    assert written(tmp_path / "again", encoding).read_bytes() == first


@pytest.mark.parametrize("encoding", Encoding)
def test_writing_again_over_a_file_changes_nothing(tmp_path: Path, encoding: Encoding) -> None:
    first = written(tmp_path, encoding).read_bytes()
    assert written(tmp_path, encoding).read_bytes() == first


@pytest.mark.parametrize("encoding", [Encoding.FLAC, Encoding.OPUS, Encoding.VORBIS])
def test_xiph_files_have_vorbis_comments_and_no_others(tmp_path: Path, encoding: Encoding) -> None:
    tags = mutagen.File(written(tmp_path, encoding)).tags
    assert sorted(tags) == sorted((VORBIS_NAMES[key], value) for key, value in TAGS.items())


@pytest.mark.parametrize("encoding", [Encoding.MP3, Encoding.WAV])
def test_mp3_and_wav_have_id3_frames_and_no_others(tmp_path: Path, encoding: Encoding) -> None:
    tags = mutagen.File(written(tmp_path, encoding)).tags
    assert tags.version == (2, 4, 0)
    found = {frame.FrameID: getattr(frame, "url", None) or str(frame) for frame in tags.values()}
    assert found == {ID3_NAMES[key]: value for key, value in TAGS.items()}


def test_m4a_has_mp4_atoms_and_no_others(tmp_path: Path) -> None:
    tags = mutagen.File(written(tmp_path, Encoding.M4A)).tags
    expected: dict[str, object] = {MP4_NAMES[key]: [value] for key, value in TAGS.items()}
    expected[MP4_NAMES["tracknumber"]] = [(2, 0)]
    expected[MP4_NAMES["licence"]] = [TAGS["licence"].encode()]
    assert dict(tags) == expected


@pytest.mark.parametrize("encoding", Encoding)
def test_a_file_may_go_without_tags(tmp_path: Path, encoding: Encoding) -> None:
    path = tmp_path / f"bare{encoding.suffix}"
    encode(two_tones(0.2), rate=RATE, path=path, encoding=encoding, tags={})
    assert not mutagen.File(path).tags


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (np.zeros((100, 2), np.float64), "float64, not float32"),
        (np.zeros(100, np.float32), r"shape \(100,\), not \(n, 2\)"),
        (np.zeros((2, 100), np.float32), r"shape \(2, 100\), not \(n, 2\)"),
        (np.zeros((0, 2), np.float32), "no samples"),
    ],
)
def test_samples_of_another_form_are_refused(
    tmp_path: Path, samples: NDArray[np.float32], message: str
) -> None:
    path = tmp_path / "refused.flac"
    with pytest.raises(ValueError, match=message):
        encode(samples, rate=RATE, path=path, encoding=Encoding.FLAC, tags={})
    assert not path.exists()


@pytest.mark.parametrize(
    ("tags", "message"), [({"mood": "calm"}, "mood"), ({"tracknumber": "two"}, "'two' is not a number")]
)
def test_tags_nobody_could_write_are_refused(tmp_path: Path, tags: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        encode(two_tones(0.1), rate=RATE, path=tmp_path / "x.mp3", encoding=Encoding.MP3, tags=tags)


@pytest.mark.parametrize("encoding", Encoding)
def test_a_folder_that_is_missing_is_a_storage_error(tmp_path: Path, encoding: Encoding) -> None:
    path = tmp_path / "nowhere" / "x"
    with pytest.raises(StorageError, match="nowhere"):
        encode(two_tones(0.1), rate=RATE, path=path, encoding=encoding, tags={})


def test_a_rate_the_codec_has_not_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="libmp3lame at 12345 Hz"):
        encode(two_tones(0.1), rate=12345, path=tmp_path / "x.mp3", encoding=Encoding.MP3, tags={})
