"""Measurements for people: rows of a table, a line of blocks for the waveform, a picture of it."""

import struct
from itertools import pairwise
from pathlib import Path
from typing import Final

from longplay.cli.output import loudness_text
from longplay.errors import NotFound, UsageError
from longplay.model.findings import Severity
from longplay.model.holdings import Holding
from longplay.model.technical import Carrier, Derived, Embedded, Measurement

_BLOCKS: Final = " ▁▂▃▄▅▆▇█"
_HEADER: Final = struct.Struct("<iIiiIi")
_COLUMNS: Final = 60
_WIDTH, _HEIGHT = 1_000, 160

Rows = list[tuple[str, str]]


def measured_rows(measurement: Measurement, derived: Derived | None) -> Rows:
    """What a decode measured."""
    loudness = measurement.loudness
    damage = [one for one in measurement.findings if one.severity is not Severity.NOTE]
    rows = [
        ("whole", "yes, as far as can be told" if not damage else "NO: see below"),
        ("loudness", loudness_text(loudness.integrated_lufs)),
        ("loudness range", _with_unit(loudness.range_lu, "LU")),
        ("sample peak", _with_unit(loudness.sample_peak_dbfs, "dBFS")),
        ("bit rate", f"{measurement.bit_rate / 1000:.0f} kbit/s"),
        ("PRONOM", measurement.puid or "-"),
    ]
    if loudness.true_peak_dbtp is not None:
        rows.insert(4, ("true peak", _with_unit(loudness.true_peak_dbtp, "dBTP")))
    if measurement.pcm_md5:
        rows.append(("MD5 of samples", measurement.pcm_md5))
    if derived is not None:
        rows.append(("waveform", sparkline(derived.waveform)))
    rows += [(one.code.value, _place(one.detail, one.at)) for one in measurement.findings]
    rows.append(("measured by", ", ".join(f"{tool.name} {tool.version}" for tool in measurement.tools)))
    return rows


def _with_unit(value: float | None, unit: str) -> str:
    return "-" if value is None else f"{value:.1f} {unit}"


def _place(detail: str, at: int | None) -> str:
    return detail if at is None else f"{detail} (at byte {at})"


def embedded_rows(embedded: Embedded, rate: int) -> Rows:
    """What a file says of its own making."""
    rows: Rows = []
    bext = embedded.broadcast
    if bext is not None:
        stated = [
            ("bext", f"version {bext.version}"),
            ("description", bext.description),
            ("originator", bext.originator),
            ("reference", bext.originator_reference),
            ("date", " ".join(part for part in (bext.origination_date, bext.origination_time) if part)),
            (
                "starts at",
                f"{bext.time_reference} samples after midnight ({_clock(bext.time_reference / rate)})",
            ),
            ("UMID", bext.umid),
        ]
        rows += [(name, value) for name, value in stated if value]
        rows += [("coding history", line) for line in bext.coding_history]
    if embedded.ixml is not None:
        rows.append(("iXML", f"{len(embedded.ixml)} characters"))
    rows += [("cue", f"{_clock(cue.position / rate)}  {cue.label or ''}".rstrip()) for cue in embedded.cues]
    return rows


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours:d}:{minutes:02d}:{rest:06.3f}"


def carrier_rows(carrier: Carrier) -> Rows:
    """What a sidecar says of the physical carrier and of the transfer."""
    rows = [("stated in", carrier.standard)]
    rows += [(f"identifier, {kind}" if kind else "identifier", value) for kind, value in carrier.identifiers]
    stated = [
        ("format", carrier.format),
        ("speed", carrier.speed),
        ("reel", carrier.reel),
        ("condition", carrier.condition),
    ]
    rows += [(name, value) for name, value in stated if value]
    rows += list(carrier.dimensions)
    rows += [(f"side {face.label}", ", ".join(face.streams) or "-") for face in carrier.faces]
    for device in carrier.chain:
        settings = ", ".join(f"{name} {value}" for name, value in device.settings)
        rows.append((device.role, f"{device.name}{f' ({settings})' if settings else ''}"))
    return rows


def _points(waveform: bytes) -> list[tuple[int, int]]:
    """Pairs of lowest and highest value, -128 to 127."""
    values = memoryview(waveform)[_HEADER.size :].cast("b")
    return list(zip(values[::2], values[1::2], strict=True))


def _reduced(points: list[tuple[int, int]], columns: int) -> list[tuple[int, int]]:
    """At most so many pairs, each the extremes of a stretch."""
    count = min(columns, len(points))
    bounds = [at * len(points) // count for at in range(count + 1)] if count else [0]
    parts = [points[start:end] for start, end in pairwise(bounds)]
    return [(min(low for low, _ in part), max(high for _, high in part)) for part in parts]


def sparkline(waveform: bytes) -> str:
    """A waveform as one line of blocks, the tallest at full scale."""
    heights = [max(-low, high) / 128 for low, high in _reduced(_points(waveform), _COLUMNS)]
    return "".join(_BLOCKS[min(len(_BLOCKS) - 1, round(height * (len(_BLOCKS) - 1)))] for height in heights)


def write_waveform(path: Path, derived: Derived | None, holding: Holding) -> None:
    """Write a waveform as a picture (`.svg`) or as data for players (`.dat`).

    Raises:
        NotFound: there is none.
        UsageError: another suffix, or the file cannot be written.
    """
    if derived is None:
        raise NotFound(f"no waveform of {holding.content_id[:12]}: run `longplay derive`")
    match path.suffix.lower():
        case ".svg":
            data = _svg(derived.waveform, holding).encode()
        case ".dat":
            data = derived.waveform
        case suffix:
            raise UsageError(
                f"a waveform is written as .svg or .dat, not as {suffix or 'a file without suffix'}"
            )
    try:
        path.write_bytes(data)
    except OSError as exc:
        raise UsageError(f"{path} cannot be written: {exc.strerror}") from exc


def _svg(waveform: bytes, holding: Holding) -> str:
    points = _reduced(_points(waveform), _WIDTH)
    middle, scale = _HEIGHT / 2, _HEIGHT / 256
    step = _WIDTH / max(1, len(points))
    bars = "".join(
        f"M{at * step:.1f} {middle - high * scale:.1f}V{middle - low * scale + 0.5:.1f}"
        for at, (low, high) in enumerate(points)
    )
    seconds = holding.audio.duration / 1000
    title = f"Waveform of {holding.content_id}, {_clock(seconds)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT + 20}" role="img">'
        f"<title>{title}</title>"
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#f4f4f0"/>'
        f'<path d="{bars}" stroke="#2b5d7d" stroke-width="{max(1.0, step * 0.8):.1f}" fill="none"/>'
        f'<g font-family="sans-serif" font-size="12" fill="#333"><text x="0" y="{_HEIGHT + 15}">0:00:00</text>'
        f'<text x="{_WIDTH}" y="{_HEIGHT + 15}" text-anchor="end">{_clock(seconds)}</text></g></svg>\n'
    )
