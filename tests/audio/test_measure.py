"""Odd files: a right value or a finding, never a crash."""

import hashlib
import struct
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from longplay.audio.decode import Unfit
from longplay.audio.encode import Encoding, encode
from longplay.audio.measure import Measured
from longplay.model.findings import FindingCode, Severity
from measuring import RATE, codes, damaged, measured, sine, white, write


def whole(path: Path) -> Measured:
    """What was measured of a file that is one, with no word of damage."""
    found = measured(path)
    assert isinstance(found, Measured), found
    assert found.measurement.is_whole, found.measurement.findings
    return found


def encoded(path: Path, seconds: float = 2, *, encoding: Encoding = Encoding.MP3, rate: int = RATE) -> Path:
    encode(white(seconds, rate).T.copy(), rate=rate, path=path, encoding=encoding, tags={"title": "Noise"})
    return path


@pytest.mark.parametrize(
    ("codec", "suffix", "depth"),
    [
        ("pcm_u8", "wav", 8), ("pcm_s16le", "wav", 16), ("pcm_s24le", "wav", 24), ("pcm_s32le", "wav", 32),
        ("pcm_f32le", "wav", 32), ("pcm_f64le", "wav", 64), ("pcm_s16be", "aiff", 16), ("flac", "flac", 16),
    ],
)  # fmt: skip
def test_every_sample_format_is_as_loud_as_the_sound_it_holds(
    tmp_path: Path, codec: str, suffix: str, depth: int
) -> None:
    found = whole(write(tmp_path / f"song.{suffix}", sine(1_000, 4, dbfs=-20), codec=codec))
    assert (found.audio.bit_depth, found.audio.samples, found.audio.is_lossless) == (depth, 4 * RATE, True)
    assert found.measurement.loudness.integrated_lufs == pytest.approx(-20, abs=0.15)
    assert found.measurement.loudness.sample_peak_dbfs == pytest.approx(-20, abs=0.1 if depth > 8 else 1)


@pytest.mark.parametrize("rate", [8_000, 22_254, 96_000, 192_000, 384_000])
def test_every_rate_is_measured(tmp_path: Path, rate: int) -> None:
    found = whole(write(tmp_path / "song.wav", sine(1_000, 4, rate, dbfs=-20), rate, codec="pcm_s16le"))
    assert (found.audio.rate, found.audio.samples) == (rate, 4 * rate)
    assert found.measurement.loudness.integrated_lufs == pytest.approx(-20, abs=0.15)
    assert found.derived.fingerprint


def test_integers_of_64_bits_are_measured_and_have_no_md5(tmp_path: Path) -> None:
    found = whole(write(tmp_path / "song.wav", sine(1_000, 4, dbfs=-20), codec="pcm_s64le"))
    assert (found.audio.bit_depth, found.audio.samples) == (64, 4 * RATE)
    assert found.measurement.loudness.integrated_lufs == pytest.approx(-20, abs=0.15)
    assert found.measurement.pcm_md5 is None


def wave(samples: NDArray[np.int16], rate: int) -> bytes:
    """A plain WAV file of samples of shape (n, channels), whatever their number and rate."""
    data = samples.astype("<i2").tobytes()
    channels = samples.shape[1]
    byte_rate = min(rate * channels * 2, 2**32 - 1)
    form = struct.pack("<IHHIIHH", 16, 1, channels, rate, byte_rate, channels * 2, 16)
    head = b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + form
    return head + b"data" + struct.pack("<I", len(data)) + data


@pytest.mark.parametrize("channels", [3, 9, 64, 65, 300])
def test_any_number_of_channels_is_measured(tmp_path: Path, channels: int) -> None:
    samples = (white(4, 8_000, channels=channels).T * 32_767).astype(np.int16)
    path = tmp_path / "song.wav"
    path.write_bytes(wave(samples, 8_000))
    found = whole(path)
    assert (found.audio.channels, found.audio.samples) == (channels, 32_000)
    assert found.measurement.pcm_md5 == hashlib.md5(samples.astype("<i2").tobytes()).hexdigest()
    assert (found.measurement.loudness.integrated_lufs is None) == (channels > 64)
    assert bool(found.derived.fingerprint) == (channels <= 64)


def test_a_rate_of_one_sample_a_second_is_measured_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    path.write_bytes(wave((white(0.3).T * 32_767).astype(np.int16), 1))
    assert whole(path).audio.duration == 13_230_000
    assert _peak(path) < 250 << 20


@pytest.mark.parametrize("rate", [0, 10_000_001, 2**31 - 1, 2**32 - 1])
def test_an_impossible_rate_is_refused_in_no_time(tmp_path: Path, rate: int) -> None:
    """Resampling from 2 GHz took 2 GB and 30 s."""
    path = tmp_path / "song.wav"
    path.write_bytes(wave((white(1).T * 32_767).astype(np.int16), rate))
    began = time.process_time()
    found = measured(path, true_peak=True)
    assert isinstance(found, Unfit)
    assert found.code in {FindingCode.NO_SAMPLES, FindingCode.NOT_AUDIO}
    assert time.process_time() - began < 60


@pytest.mark.parametrize("count", [1, 2, 63, 441, 30_000])
def test_a_few_samples_are_a_recording_with_little_to_measure(tmp_path: Path, count: int) -> None:
    found = whole(write(tmp_path / "song.wav", white(1)[:, :count], codec="pcm_s16le"))
    assert found.audio.samples == count
    assert found.measurement.fingerprint_sha256 is None
    assert found.measurement.loudness.range_lu is None
    assert (found.measurement.loudness.integrated_lufs is None) == (count < 17_640)
    assert found.measurement.waveform_sha256 is not None


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [
        ("flac", "flac"), ("m4a", "alac"), ("caf", "alac"), ("aiff", "pcm_s16be"),
        ("wv", "wavpack"), ("mka", "flac"), ("opus", "libopus"),
    ],
)  # fmt: skip
def test_one_sample_is_one_in_every_container_that_can_say_so(tmp_path: Path, suffix: str, codec: str) -> None:
    found = whole(write(tmp_path / f"song.{suffix}", white(1)[:, :1] + 0.5, 48_000, codec=codec))
    assert found.audio.samples == 1
    assert found.measurement.loudness.integrated_lufs is None
    assert found.measurement.loudness.sample_peak_dbfs is not None


@pytest.mark.parametrize(("suffix", "codec"), [("ogg", "vorbis"), ("mp3", "libmp3lame"), ("aac", "aac")])
def test_one_sample_where_only_frames_are_counted_is_a_frame_or_less(
    tmp_path: Path, suffix: str, codec: str
) -> None:
    options = {"strict": "-2"}
    found = whole(write(tmp_path / f"song.{suffix}", white(1)[:, :1], 48_000, codec=codec, options=options))
    assert 1 <= found.audio.samples <= 2_048


def test_no_samples_are_no_recording(tmp_path: Path) -> None:
    path = write(tmp_path / "song.wav", white(1)[:, :1], codec="pcm_s16le")
    data = bytearray(path.read_bytes())
    at = data.index(b"data")
    data[at + 4 : at + 8] = bytes(4)
    path.write_bytes(data[: at + 8])
    assert codes(measured(path)) & {FindingCode.NO_SAMPLES, FindingCode.NOT_AUDIO}


def test_digital_silence_is_measured_and_noted(tmp_path: Path) -> None:
    found = whole(write(tmp_path / "song.flac", np.zeros((2, 5 * RATE), np.int16), codec="flac"))
    loudness = found.measurement.loudness
    assert (loudness.integrated_lufs, loudness.sample_peak_dbfs) == (None, None)
    assert FindingCode.DIGITAL_SILENCE in codes(found)


@pytest.mark.parametrize("codec", ["pcm_f32le", "pcm_f64le"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_samples_that_are_no_numbers_count_as_nothing_and_spoil_nothing_else(
    tmp_path: Path, codec: str, bad: float
) -> None:
    clean = white(4)
    clean[:, 100:2_000:300] = 0
    samples = clean.copy()
    samples[:, 100:2_000:300] = bad
    wanted, found = (whole(write(tmp_path / f"{name}.wav", sound, codec=codec))
                     for name, sound in (("clean", clean), ("bad", samples)))  # fmt: skip
    assert found.measurement.loudness == wanted.measurement.loudness
    assert found.derived.waveform == wanted.derived.waveform
    items = [np.frombuffer(one.derived.fingerprint, "<u4") for one in (found, wanted)]
    assert np.bitwise_count(items[0] ^ items[1]).mean() <= 0.5  # of 32: the resampler rounds another way


@pytest.mark.parametrize("scale", [32_768.0, 1e30, 1e300])
def test_floating_point_far_above_full_scale_is_measured_as_far_as_can_be_told(
    tmp_path: Path, scale: float
) -> None:
    path = write(tmp_path / "song.wav", white(4), codec="pcm_f64le")
    data = path.read_bytes()
    at = data.index(b"data") + 8
    path.write_bytes(data[:at] + (np.frombuffer(data[at:], "<f8") * scale).tobytes())
    found = whole(path)
    assert found.measurement.loudness.integrated_lufs is None
    assert (found.measurement.loudness.sample_peak_dbfs is None) == (scale == 1e300)
    assert found.audio.samples == 4 * RATE


def test_of_several_streams_one_is_measured_and_the_others_are_noted(tmp_path: Path) -> None:
    path = tmp_path / "song.mka"
    with av.open(str(path), "w") as out:
        streams = [out.add_stream("flac", rate=RATE) for _ in range(2)]
        for stream in streams:
            stream.codec_context.layout = "stereo"
            stream.codec_context.format = "s16"
        for number, stream in enumerate(streams):
            samples = (white(2, seed=number) * 32_000).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(samples.T.reshape(1, -1).copy(), format="s16", layout="stereo")
            frame.sample_rate, frame.pts = RATE, 0
            out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
    found = measured(path)
    assert isinstance(found, Measured)
    assert found.audio.samples == 2 * RATE
    assert FindingCode.SEVERAL_STREAMS in codes(found)


def test_the_stream_marked_as_default_is_the_one_that_is_measured(tmp_path: Path) -> None:
    path = tmp_path / "song.mka"
    with av.open(str(path), "w") as out:
        streams = [out.add_stream("flac", rate=RATE, layout="stereo") for _ in range(2)]
        streams[0].disposition, streams[1].disposition = 0, av.stream.Disposition.default
        for seconds, stream in enumerate(streams, 1):
            samples = (white(seconds).T * 32_000).astype(np.int16).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="stereo")
            frame.sample_rate, frame.pts = RATE, 0
            out.mux([*stream.encode(frame), *stream.encode(None)])
    found = measured(path)
    assert isinstance(found, Measured)
    assert found.audio.samples == 2 * RATE


@pytest.mark.parametrize("suffix", ["flac", "mp3"])
def test_a_picture_in_the_tags_is_no_trouble(tmp_path: Path, suffix: str) -> None:
    from mutagen.flac import FLAC, Picture
    from mutagen.id3 import APIC, ID3

    path = encoded(tmp_path / f"song.{suffix}", encoding=Encoding.FLAC if suffix == "flac" else Encoding.MP3)
    without = whole(path)
    if suffix == "flac":
        file, picture = FLAC(path), Picture()
        picture.data, picture.mime, picture.type = _png(), "image/png", 3
        file.add_picture(picture)
        file.save()
    else:
        tags = ID3(path)
        tags.add(APIC(mime="image/png", type=3, desc="", data=_png()))
        tags.save(path)
    found = whole(path)
    assert (found.audio, found.derived) == (without.audio, without.derived)


def test_a_cover_as_a_video_stream_is_no_trouble(tmp_path: Path) -> None:
    from mutagen.mp4 import MP4, MP4Cover

    path = encoded(tmp_path / "song.m4a", encoding=Encoding.M4A)
    file = MP4(path)
    file.tags["covr"] = [MP4Cover(_png(), imageformat=MP4Cover.FORMAT_PNG)]
    file.save()
    assert whole(path).audio.codec == "aac"


def _png() -> bytes:
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = (1).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(4))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data


@pytest.mark.parametrize("encoding", [Encoding.VORBIS, Encoding.OPUS])
def test_chained_ogg_is_measured_through(tmp_path: Path, encoding: Encoding) -> None:
    first, second = (encoded(tmp_path / f"{name}.ogg", 4, encoding=encoding).read_bytes() for name in "ab")
    path = tmp_path / "chained.ogg"
    path.write_bytes(first + second)
    found = whole(path)
    assert found.audio.duration == pytest.approx(8_000, abs=60)


def test_chained_vorbis_of_another_rate_is_said_to_be_more_than_could_be_decoded(tmp_path: Path) -> None:
    """FFmpeg does not go on with the second link."""
    first = encoded(tmp_path / "a.ogg", 4, encoding=Encoding.VORBIS).read_bytes()
    second = encoded(tmp_path / "b.ogg", 4, encoding=Encoding.VORBIS, rate=48_000).read_bytes()
    path = tmp_path / "chained.ogg"
    path.write_bytes(first + second)
    found = measured(path)
    assert isinstance(found, Measured)
    assert codes(found) == {FindingCode.DECODE_ERRORS, FindingCode.SHORTER_THAN_DECLARED}


def test_chained_opus_with_other_channels_is_said_to_be_more_than_could_be_decoded(tmp_path: Path) -> None:
    """FFmpeg does not go on with the second link."""
    links = [write(tmp_path / f"{channels}.opus", white(3, 48_000, channels=channels), 48_000, codec="libopus")
             for channels in (2, 1)]  # fmt: skip
    path = tmp_path / "chained.opus"
    path.write_bytes(b"".join(link.read_bytes() for link in links))
    found = measured(path)
    assert isinstance(found, Measured)
    assert codes(found) == {FindingCode.DECODE_ERRORS, FindingCode.SHORTER_THAN_DECLARED}


def test_chained_flac_of_another_rate_is_measured_through_and_noted(tmp_path: Path) -> None:
    sounds = [((white(3, rate) * 32_767).astype(np.int16), rate) for rate in (44_100, 48_000)]
    links = [write(tmp_path / f"{rate}.oga", sound, rate, codec="flac", muxer="ogg") for sound, rate in sounds]
    path = tmp_path / "chained.oga"
    path.write_bytes(b"".join(link.read_bytes() for link in links))
    found = whole(path)
    assert found.audio.samples == 3 * 44_100 + 3 * 48_000
    assert codes(found) == {FindingCode.CHECKSUM_ABSENT, FindingCode.PARAMETERS_CHANGE}
    octets = b"".join(np.ascontiguousarray(sound.T).astype("<i2").tobytes() for sound, _rate in sounds)
    assert found.measurement.pcm_md5 == hashlib.md5(octets).hexdigest()
    assert found.measurement.loudness.integrated_lufs is not None


def test_a_change_of_channels_on_the_way_is_noted(tmp_path: Path) -> None:
    parts = [write(tmp_path / f"{count}.mp3", white(3, channels=count), codec="libmp3lame",
                   options={"write_xing": "0"}).read_bytes() for count in (2, 1)]  # fmt: skip
    path = tmp_path / "joined.mp3"
    path.write_bytes(b"".join(parts))
    found = measured(path)
    assert isinstance(found, Measured)
    assert FindingCode.PARAMETERS_CHANGE in codes(found)
    assert found.measurement.loudness.integrated_lufs is not None


@pytest.mark.parametrize(("codec", "suffix"), [("libopus", "opus"), ("flac", "flac"), ("aac", "m4a")])
def test_eight_planes_are_read_as_eight(tmp_path: Path, codec: str, suffix: str) -> None:
    """PyAV 18 hands out a ninth, and ends the process."""
    options = {"mapping_family": "1"} if codec == "libopus" else {}
    found = whole(
        write(tmp_path / f"song.{suffix}", white(4, 48_000, channels=8), 48_000, codec=codec, options=options)
    )
    assert found.audio.channels == 8
    assert found.measurement.loudness.integrated_lufs is not None
    assert found.derived.fingerprint


def test_a_tag_in_the_middle_of_an_mp3_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "joined.mp3"
    one, other = (write(tmp_path / f"{seed}.mp3", white(3, seed=seed), codec="libmp3lame",
                        options={"write_xing": "0"}) for seed in (1, 2))  # fmt: skip
    path.write_bytes(one.read_bytes() + b"ID3\x04\0\0\0\0\x01\0" + bytes(128) + other.read_bytes())
    found = measured(path)
    assert isinstance(found, Measured)
    assert FindingCode.FOREIGN_BYTES in codes(found)
    assert found.audio.duration == pytest.approx(6_000, abs=300)


def test_a_variable_mp3_without_a_header_has_its_decoded_length(tmp_path: Path) -> None:
    path = write(tmp_path / "song.mp3", np.concatenate([white(8, level=0.5), sine(440, 8)], axis=1),
                 codec="libmp3lame", options={"flags": "+qscale", "global_quality": "472"})  # fmt: skip
    data = path.read_bytes()
    at = next(at for at in (data.find(b"Xing"), data.find(b"Info")) if at >= 0)
    path.write_bytes(data[:at] + bytes(4) + data[at + 4 :])
    found = measured(path)
    assert isinstance(found, Measured)
    assert found.audio.duration == pytest.approx(16_000, abs=150)


KINDS = [
    ("flac", "flac"), ("wav", "pcm_f64le"), ("aiff", "pcm_s24be"), ("caf", "alac"), ("m4a", "alac"),
    ("m4a", "aac"), ("tta", "tta"), ("wv", "wavpack"), ("mka", "flac"), ("oga", "flac"), ("opus", "libopus"),
    ("mp3", "libmp3lame"), ("w64", "pcm_s16le"), ("au", "pcm_s16be"), ("aac", "aac"), ("mka", "ac3"),
]  # fmt: skip


@pytest.mark.parametrize(("suffix", "codec"), KINDS)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_is_measured_or_refused(
    tmp_path: Path, suffix: str, codec: str, data: st.DataObject
) -> None:
    """The values are such as can be written down: finite, and of the kinds they should be."""
    path = tmp_path / f"song.{suffix}"
    if not path.with_suffix(".whole").exists():
        write(path, white(0.3, 48_000), 48_000, codec=codec).rename(path.with_suffix(".whole"))
    path.write_bytes(damaged(path.with_suffix(".whole").read_bytes(), data))
    found = measured(path)
    if isinstance(found, Unfit):
        assert found.detail
        return
    loudness = found.measurement.loudness
    values = (loudness.integrated_lufs, loudness.range_lu, loudness.sample_peak_dbfs)
    assert all(value is None or np.isfinite(value) for value in values)
    assert found.audio.samples > 0 < found.audio.rate
    assert found.measurement.bit_rate >= 0
    assert len(found.derived.waveform) >= 26


@pytest.mark.parametrize("encoding", Encoding)
def test_a_file_cut_off_anywhere_is_refused_or_said_to_be_damaged(tmp_path: Path, encoding: Encoding) -> None:
    path = encoded(tmp_path / f"song{encoding.suffix}", 3, encoding=encoding)
    data = path.read_bytes()
    for share in (0.02, 0.3, 0.7, 0.95):
        path.write_bytes(data[: int(len(data) * share)])
        found = measured(path)
        assert isinstance(found, Unfit) or not found.measurement.is_whole, (encoding, share)


def test_a_finding_is_made_once_for_each_code_and_the_codes_keep_their_order(tmp_path: Path) -> None:
    path = encoded(tmp_path / "song.flac", 3, encoding=Encoding.FLAC)
    path.write_bytes(path.read_bytes()[:-20_000])
    found = measured(path)
    assert isinstance(found, Measured)
    met = [one.code for one in found.measurement.findings]
    assert met == sorted(set(met), key=list(FindingCode).index)
    assert {FindingCode.CHECKSUM_DIFFERS, FindingCode.SHORTER_THAN_DECLARED} <= set(met)


def test_measuring_twice_gives_the_same(tmp_path: Path) -> None:
    path = encoded(tmp_path / "song.opus", 5, encoding=Encoding.OPUS)
    assert measured(path) == measured(path)


def test_every_hostile_file_is_measured_or_refused(real: Path) -> None:
    fates = {"measured": 0, "refused": 0}
    for path in sorted((real / "torture").rglob("*")):
        if path.is_file():
            found = measured(path)
            fates["refused" if isinstance(found, Unfit) else "measured"] += 1
            if isinstance(found, Measured):
                assert all(one.severity is not Severity.ERROR for one in found.measurement.findings)
    assert fates["measured"] > 400


def test_no_real_recording_is_called_damaged(real: Path) -> None:
    damaged = {}
    for path in sorted((real / "recordings").rglob("*")):
        if path.is_file():
            found = measured(path)
            if isinstance(found, Unfit) or not found.measurement.is_whole:
                damaged[path.name] = codes(found)
    assert damaged == {}


def test_memory_does_not_grow_with_the_length(tmp_path: Path) -> None:
    """24 bits at 96 kHz; the waveform takes 12 bytes for each 100 ms, a few pages in all."""
    short, long = (_peak(_repeated(tmp_path / "song.flac", minutes)) for minutes in (5, 20))
    assert long - short < 8 << 20


def _repeated(path: Path, minutes: int) -> Path:
    """One second of sound over and over; it is never in memory as a whole."""
    second = (sine(997, 1, 96_000, dbfs=-3).astype(np.float64) * 2**23).astype(np.int32) << 8
    interleaved = np.ascontiguousarray(second.T).reshape(1, -1)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("flac", rate=96_000, layout="stereo", options={"compression_level": "2"})
        stream.codec_context.format = "s32"
        for number in range(minutes * 60):
            frame = av.AudioFrame.from_ndarray(interleaved, format="s32", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = 96_000, number * 96_000, Fraction(1, 96_000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def _peak(path: Path) -> int:
    """Most memory a process has had that measured one file, bytes.

    `ru_maxrss` would not do: a new process begins with what its parent had.
    """
    code = (
        "import sys; from pathlib import Path;"
        "from longplay.audio.measure import measure; from longplay.audio.structure import StructureWatch;"
        "watch = StructureWatch(sys.argv[1]); source = open(sys.argv[1], 'rb');"
        "[watch.update(memoryview(piece)) for piece in iter(lambda: source.read(1 << 20), b'')];"
        "measure(Path(sys.argv[1]), watch.finish());"
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    command = [sys.executable, "-c", code, path]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) << 10
