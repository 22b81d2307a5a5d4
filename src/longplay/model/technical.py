"""What measuring a recording tells beyond its plain audio facts: loudness, damage, marks of the trade.

`None` always means: not known, not measured, or the format has no such thing.

Sources: EBU R 128 and EBU Tech 3341, 3342 (loudness); EBU Tech 3285 (Broadcast Wave, `bext`); AES57 (carrier,
transfer chain); PRONOM (format identifiers); PREMIS 3.0, `creatingApplication` and agents (tools).
"""

from dataclasses import dataclass, field

from longplay.model.findings import Finding, FindingCode, Severity
from longplay.model.units import SampleCount


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnicalFinding:
    """Something found in the bytes of a recording, wherever a copy of it lies.

    Attributes:
        code: what, from the closed list.
        severity: `NOTE` is advice; `WARNING` means damaged or not what it declares.
        detail: one sentence for a person: what was found, what was wanted.
        at: offset in bytes of the first place it shows; `None` where it has no place or none is known.
    """

    code: FindingCode
    severity: Severity
    detail: str
    at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """What measured, as PREMIS names a software agent."""

    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Loudness:
    """Programme loudness and peaks, rounded to hundredths.

    Attributes:
        integrated_lufs: gated loudness of the whole, LUFS; `None` when it is shorter than one gating block
            (400 ms) or nothing passes the absolute gate of -70 LUFS.
        range_lu: loudness range, LU; `None` likewise, and when it is shorter than 3.4 s.
        sample_peak_dbfs: largest absolute sample, dB relative to full scale; `None` for digital silence.
        true_peak_dbtp: largest absolute value between samples too, dBTP; `None` when it was not asked for.
    """

    integrated_lufs: float | None
    range_lu: float | None
    sample_peak_dbfs: float | None
    true_peak_dbtp: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CuePoint:
    """A mark in a recording.

    Attributes:
        position: sample frames from the start.
        label: its name or note, if any.
        length: sample frames it spans, if it is a region.
    """

    position: SampleCount
    label: str | None = None
    length: SampleCount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastExtension:
    """The `bext` chunk of a Broadcast Wave file, as stated there; empty texts are `None`.

    Attributes:
        version: 0, 1 or 2.
        description, originator, originator_reference: free text.
        origination_date, origination_time: `yyyy-mm-dd` and `hh:mm:ss` as stated; not checked.
        time_reference: sample frames since midnight at which the recording starts.
        umid: SMPTE UMID in hex, trailing zeros cut; from version 1.
        loudness_value_lufs, loudness_range_lu, max_true_peak_dbtp, max_momentary_lufs, max_short_term_lufs:
            as stated; from version 2.
        coding_history: one line for each step of the coding chain, such as `A=ANALOGUE,M=stereo,T=Studer A80`.
    """

    version: int
    description: str | None
    originator: str | None
    originator_reference: str | None
    origination_date: str | None
    origination_time: str | None
    time_reference: SampleCount
    umid: str | None = None
    loudness_value_lufs: float | None = None
    loudness_range_lu: float | None = None
    max_true_peak_dbtp: float | None = None
    max_momentary_lufs: float | None = None
    max_short_term_lufs: float | None = None
    coding_history: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """What the file itself says about its making, beyond tags.

    Attributes:
        broadcast: `bext`.
        ixml: the iXML document as it stands.
        cues: cue points in the order of the file.
    """

    broadcast: BroadcastExtension | None = None
    ixml: str | None = None
    cues: tuple[CuePoint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferDevice:
    """One step of a transfer chain (AES57 `processingHistory` device).

    Attributes:
        role: what it did, such as `player`, `A/D converter` or `software`, in the sidecar's own word.
        name: manufacturer and model, as stated.
        settings: speed, equalisation, sampling and the like, as (name, value).
    """

    role: str
    name: str
    settings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One side or face of a carrier, and what lies on it (AES57 `face`, `region`).

    Attributes:
        label: such as `A` or `side 1`, as stated.
        streams: what its regions or tracks are called, in order.
    """

    label: str
    streams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """The physical carrier a recording was transferred from, as a sidecar states it (AES57 terms).

    Attributes:
        standard: where the words come from: `AES57`, `PBCore`, `EBUCore` or `Avalon`.
        identifiers: shelf marks and the like, as (kind, value).
        format: such as `1/4 inch audio tape` or `33 1/3 rpm disc`; the sidecar's own word.
        dimensions: size and substance, and how the sound lies on it, such as `width`, `oxide coating layer`,
            `track layout`, as (name, value with unit).
        speed: such as `7.5 ips`, as stated.
        reel: number or name of the reel, disc or cassette where there are several.
        faces: sides, in order.
        condition: remarks on preservation, as stated.
        chain: the transfer, from the player to the file.
    """

    standard: str
    identifiers: tuple[tuple[str, str], ...] = ()
    format: str | None = None
    dimensions: tuple[tuple[str, str], ...] = ()
    speed: str | None = None
    reel: str | None = None
    faces: tuple[Face, ...] = ()
    condition: str | None = None
    chain: tuple[TransferDevice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What one decode measured.

    Attributes:
        puid: PRONOM unique identifier, such as `fmt/279`; `None` when PRONOM has none or it is not known.
        bit_rate: mean of the audio stream over its decoded length, bits a second.
        loudness: programme loudness and peaks.
        pcm_md5: MD5 of the decoded samples as RFC 9639 (FLAC), section 8.2, defines it, 32 hex digits; equal
            for all lossless encodings of the same samples; `None` for lossy codecs and floating point.
        fingerprint_sha256: SHA-256 of the stored fingerprint; `None` when the recording is too short for one.
        waveform_sha256: SHA-256 of the stored waveform.
        embedded: what the file says of its making.
        findings: technical findings, in the order of `FindingCode`.
        tools: what measured.
    """

    puid: str | None
    bit_rate: int
    loudness: Loudness
    pcm_md5: str | None
    fingerprint_sha256: str | None
    waveform_sha256: str | None
    embedded: Embedded = field(default_factory=Embedded)
    findings: tuple[TechnicalFinding, ...] = ()
    tools: tuple[Tool, ...] = ()

    def findings_at(self, path: str) -> tuple[Finding, ...]:
        """The technical findings as findings about a path."""
        return tuple(
            Finding(code=one.code, severity=one.severity, path=path, detail=one.detail) for one in self.findings
        )

    @property
    def is_whole(self) -> bool:
        """Whether nothing found speaks of damage."""
        return all(finding.severity is Severity.NOTE for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """Large data made from the samples: kept in shards, named by digest in the journal, made again at will.

    Attributes:
        fingerprint: Chromaprint (algorithm 1, `TEST2`) of the first 120 s as little-endian uint32, one for each
            0.1238 s; empty when the recording is too short.
        waveform: peaks for a player in the `audiowaveform` binary format, version 2, 8 bits, one channel.
    """

    fingerprint: bytes
    waveform: bytes
