"""One decode, everything measured.

The file's structure was watched while it was copied; here it is decoded once, and every measurement is taken
from the same samples.

Source: design, sections 3 and 6; the modules that measure name their standards.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from longplay import __version__
from longplay.audio.blocks import Block, Consumer
from longplay.audio.decode import Decoded, Form, Unfit, decode
from longplay.audio.downmix import Downmixer
from longplay.audio.fingerprint import fingerprint
from longplay.audio.levels import LevelMeter, Levels
from longplay.audio.loudness import LoudnessMeter
from longplay.audio.origin import OriginMeter
from longplay.audio.pcm import ABSENT, PcmDigest
from longplay.audio.structure import Structure
from longplay.formats.chromaprint import pack
from longplay.formats.pronom import identify
from longplay.model.audio import AudioFacts
from longplay.model.findings import FindingCode, Severity
from longplay.model.technical import Derived, Loudness, Measurement, TechnicalFinding, Tool

SILENCE_NOTED_S: Final = 10.0
"""Digital silence is noted from this length on."""

CLIPPING_NOTED: Final = 10
"""Clipped peaks are noted from this many on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one decode told and measured.

    Attributes:
        audio: plain facts.
        measurement: everything else that goes into journal and records.
        derived: large data, kept apart.
        metadata: what the demuxer read of tags, first values only.
    """

    audio: AudioFacts
    measurement: Measurement
    derived: Derived
    metadata: tuple[tuple[str, str], ...]


def measure(
    path: Path,
    structure: Structure,
    *,
    true_peak: bool = False,
    also: Callable[[Form], Sequence[Consumer]] | None = None,
) -> Measured | Unfit:
    """Decode a file once and measure it, single-threaded, in bounded memory.

    Args:
        path: a local file; its suffix helps FFmpeg to guess.
        structure: what was seen of it when it was copied.
        true_peak: measure the true peak too; it costs more than all the rest.
        also: who else wants the samples, such as an encoder of access copies.

    Raises:
        OSError: the file could not be read (not: its content could not be decoded).
    """
    meters = _Meters(true_peak=true_peak)

    def audience(form: Form) -> Sequence[Consumer]:
        return (*meters.open(form), *(also(form) if also else ()))

    decoded = decode(path, audience)
    if isinstance(decoded, Unfit):
        return decoded
    return meters.result(decoded, structure)


class FingerprintMeter:
    """Gathers what the fingerprint is made of."""

    def __init__(self) -> None:
        """Nothing heard yet."""
        self._mixer = Downmixer()

    def take(self, block: Block) -> None:
        """Add a block; after the first 120 s nothing happens."""
        if not self._mixer.full:
            self._mixer.push(block.sound)

    def result(self) -> bytes:
        """The fingerprint as it is stored; call once, at the end."""
        return pack(fingerprint(self._mixer.finish()))


class _Meters:
    """Everything that measures one recording."""

    def __init__(self, *, true_peak: bool) -> None:
        self._loudness = LoudnessMeter(true_peak=true_peak)
        self._levels = LevelMeter(seek_gaps=False)
        self._fingerprint = FingerprintMeter()
        self._pcm: PcmDigest | None = None
        self._origin: OriginMeter | None = None

    def open(self, form: Form) -> list[Consumer]:
        """Those that a stream of this form needs."""
        is_lossless = form.bit_depth is not None
        has_checksum = form.stated_md5 not in {None, ABSENT}
        self._levels = LevelMeter(seek_gaps=is_lossless and not has_checksum, bit_depth=form.bit_depth)
        if form.bit_depth is not None and not form.is_floating:
            self._pcm = PcmDigest(form.bit_depth)
        if is_lossless:
            self._origin = OriginMeter()
        wanted = (self._pcm, self._levels, self._loudness, self._fingerprint, self._origin)
        return [meter for meter in wanted if meter is not None]

    def result(self, decoded: Decoded, structure: Structure) -> Measured:
        levels = self._levels.result()
        derived = Derived(fingerprint=self._fingerprint.result(), waveform=levels.waveform)
        pcm_md5 = self._pcm.hexdigest() if self._pcm else None
        found = [
            *structure.findings,
            *_checksum_findings(decoded.form, pcm_md5),
            *_length_findings(decoded, structure),
            *_stream_findings(decoded),
            *_order_findings(decoded, pcm_md5),
            *_end_findings(decoded, structure),
            *_level_findings(levels),
            *_origin_findings(self._origin.cliff_hz() if self._origin else None),
        ]
        measurement = Measurement(
            puid=identify(structure.head, structure.tail, codec=decoded.form.codec),
            bit_rate=decoded.bit_rate,
            loudness=self._loudness_of(levels),
            pcm_md5=pcm_md5,
            fingerprint_sha256=_digest(derived.fingerprint),
            waveform_sha256=_digest(derived.waveform),
            embedded=structure.embedded,
            findings=tuple(_one_a_code(found)),
            tools=tools(),
        )
        return Measured(
            audio=decoded.facts, measurement=measurement, derived=derived, metadata=decoded.metadata
        )

    def _loudness_of(self, levels: Levels) -> Loudness:
        integrated, spread, true_peak = self._loudness.result()
        if true_peak is not None and levels.peak_dbfs is not None:
            true_peak = max(true_peak, levels.peak_dbfs)  # the filter leaves out the last part of 100 ms
        return Loudness(
            integrated_lufs=_hundredths(integrated),
            range_lu=_hundredths(spread),
            sample_peak_dbfs=_hundredths(levels.peak_dbfs),
            true_peak_dbtp=_hundredths(true_peak),
        )


def _hundredths(value: float | None) -> float | None:
    """Rounded to hundredths; never minus zero, which JSON would tell from zero."""
    return None if value is None else round(value, 2) + 0.0


def _digest(data: bytes) -> str | None:
    return hashlib.sha256(data).hexdigest() if data else None


def _warning(code: FindingCode, detail: str) -> TechnicalFinding:
    return TechnicalFinding(code=code, severity=Severity.WARNING, detail=detail)


def _note(code: FindingCode, detail: str) -> TechnicalFinding:
    return TechnicalFinding(code=code, severity=Severity.NOTE, detail=detail)


def _checksum_findings(form: Form, pcm_md5: str | None) -> Iterator[TechnicalFinding]:
    if form.stated_md5 == ABSENT:
        detail = "the file states no MD5 of its samples: only the checksums of its frames could be checked"
        yield _note(FindingCode.CHECKSUM_ABSENT, detail)
    elif form.stated_md5 is not None and pcm_md5 != form.stated_md5:
        detail = f"the decoded samples have MD5 {pcm_md5}, the file states {form.stated_md5}"
        yield _warning(FindingCode.CHECKSUM_DIFFERS, detail)


def _length_findings(decoded: Decoded, structure: Structure) -> Iterator[TechnicalFinding]:
    samples, rate = decoded.facts.samples, decoded.facts.rate
    if decoded.changes:
        return
    declared_s = decoded.declared_s if structure.declared_s is None else structure.declared_s
    if structure.declared_samples is not None:
        declared_s = structure.declared_samples / rate
    if declared_s is None:
        return
    missing_s = declared_s - samples / rate
    detail = f"{samples / rate:.3f} s could be decoded, {declared_s:.3f} s are declared"
    if missing_s > structure.tolerance_s:
        yield _warning(FindingCode.SHORTER_THAN_DECLARED, detail)
    elif -missing_s > structure.tolerance_s:
        yield _warning(FindingCode.LONGER_THAN_DECLARED, detail)


def _stream_findings(decoded: Decoded) -> Iterator[TechnicalFinding]:
    errors = decoded.facts.decode_errors
    if errors:
        yield _warning(FindingCode.DECODE_ERRORS, f"the decoder rejected {errors} packets")
    if decoded.streams > 1:
        detail = f"{decoded.streams} audio streams; the first or the one marked as default was measured"
        yield _note(FindingCode.SEVERAL_STREAMS, detail)
    if decoded.changes:
        detail = f"rate or channels change {decoded.changes} times; lengths are counted at the first rate"
        yield _note(FindingCode.PARAMETERS_CHANGE, detail)


def _order_findings(decoded: Decoded, pcm_md5: str | None) -> Iterator[TechnicalFinding]:
    is_proved = pcm_md5 is not None and pcm_md5 == decoded.form.stated_md5
    if not decoded.leaps or decoded.changes or is_proved:
        return
    places = f"{decoded.leaps:,} place{'' if decoded.leaps == 1 else 's'}"
    detail = f"the time stamps leap at {places}, first at {decoded.first_leap_s:.3f} s"
    yield _warning(FindingCode.DATA_LOST, f"{detail}: sound is missing or out of order")


def _end_findings(decoded: Decoded, structure: Structure) -> Iterator[TechnicalFinding]:
    is_noted = any(finding.code is FindingCode.FOREIGN_BYTES for finding in structure.findings)
    if decoded.is_followed and not is_noted:
        yield _note(FindingCode.FOREIGN_BYTES, "bytes that are no frame follow the last frame")


def _level_findings(levels: Levels) -> Iterator[TechnicalFinding]:
    if not levels.peak:
        yield _note(FindingCode.DIGITAL_SILENCE, "every sample is zero")
    elif levels.gaps:
        detail = f"{levels.gaps} gaps of exact zeros in loud sound, the first at {levels.first_gap_s:.3f} s"
        yield _note(FindingCode.DIGITAL_SILENCE, detail)
    elif levels.longest_silence_s >= SILENCE_NOTED_S:
        detail = f"{levels.silent_s:.1f} s of exact zeros, the longest stretch {levels.longest_silence_s:.1f} s"
        yield _note(FindingCode.DIGITAL_SILENCE, detail)
    if levels.clipped_runs >= CLIPPING_NOTED:
        detail = f"{levels.clipped_runs} peaks stay at full scale for 3 samples or more"
        yield _note(FindingCode.CLIPPING, detail)


def _origin_findings(cliff_hz: int | None) -> Iterator[TechnicalFinding]:
    if cliff_hz is not None:
        detail = f"nothing above {cliff_hz / 1000:.1f} kHz: perhaps made from a lossy source; no proof"
        yield _note(FindingCode.LOSSY_ORIGIN, detail)


def _one_a_code(found: Iterable[TechnicalFinding]) -> list[TechnicalFinding]:
    """One finding for each code, in the order of the codes; of two, the texts are joined."""
    joined: dict[FindingCode, TechnicalFinding] = {}
    for finding in found:
        known = joined.get(finding.code)
        if known is None:
            joined[finding.code] = finding
        elif known.detail != finding.detail:
            heavier = max(known.severity, finding.severity, key=list(Severity).index)
            at = known.at if known.at is not None else finding.at
            joined[finding.code] = replace(
                known, severity=heavier, detail=f"{known.detail}; {finding.detail}", at=at
            )
    return [joined[code] for code in FindingCode if code in joined]


@lru_cache(maxsize=1)
def tools() -> tuple[Tool, ...]:
    """What measures here: ourselves, FFmpeg's decoders and the libraries that compute."""
    import av
    import numpy as np
    import scipy

    codec = ".".join(map(str, av.library_versions["libavcodec"]))
    return (
        Tool(name="longplay", version=__version__),
        Tool(name="FFmpeg (libavcodec)", version=codec),
        Tool(name="PyAV", version=av.__version__),
        Tool(name="NumPy", version=np.__version__),
        Tool(name="SciPy", version=scipy.__version__),
    )
