"""The records of a bundle: one per payload file, as JSON lines and as Parquet.

Both hold the same columns; `docs/format/records.md` is normative. Nothing in them names a person's folder:
only the path below the folder that was taken in is published.
"""

import io
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from longplay.errors import MalformedInput
from longplay.formats.mining import preference
from longplay.model.audio import Tags
from longplay.model.digests import ContentId, FileDigests
from longplay.model.holdings import Holding
from longplay.model.rights import Decision, MiningPreference, RightsStatement, Territory
from longplay.model.technical import BroadcastExtension, Carrier, CuePoint, TechnicalFinding, Tool
from longplay.model.units import ByteCount, Hertz, Milliseconds, SampleCount


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What an edition says of one payload file. `None`: not known.

    Attributes:
        path: in the bag, below `data/` included.
        content_id: SHA-256, hex.
        size: bytes.
        pieces_root: BEP 52 root, hex.
        title, artist, album, track: description, the depositor's words before the tags'.
        container, codec, rate, channels, bit_depth: as decoded.
        samples, duration_ms: decoded length.
        bit_rate: of the audio stream over its decoded length, bits a second.
        puid: PRONOM identifier of the file's format.
        loudness_lufs, loudness_range_lu, sample_peak_dbfs, true_peak_dbtp: as `Loudness` has them.
        pcm_md5: MD5 of the decoded samples; `None` for lossy codecs.
        whole: whether nothing found speaks of damage.
        findings: technical findings.
        broadcast: what the file's `bext` chunk states.
        cues: cue points in the file.
        carriers: physical carriers that a sidecar states it was transferred from.
        measured_by: tools.
        licence: the licence relied on, SPDX.
        licence_stated: as it stood.
        licence_evidence: what says so.
        attribution: the credit to give, in the right holder's own words.
        verdict, rule, citation, conditions: the gate's decision on `redistribute`.
        territories: where alone it may be passed on; empty: everywhere.
        mining: preference on text and data mining: `allowed`, `reserved`, or `None`.
        source: where the accession came from, as stated.
        source_path: path below the folder taken in.
        tags: all tags found.
    """

    path: str
    content_id: ContentId
    size: ByteCount
    pieces_root: str
    title: str | None
    artist: str | None
    album: str | None
    track: int | None
    container: str
    codec: str
    rate: Hertz
    channels: int
    bit_depth: int | None
    samples: SampleCount
    duration_ms: Milliseconds
    bit_rate: int | None = None
    puid: str | None = None
    loudness_lufs: float | None = None
    loudness_range_lu: float | None = None
    sample_peak_dbfs: float | None = None
    true_peak_dbtp: float | None = None
    pcm_md5: str | None = None
    whole: bool | None = None
    findings: tuple[TechnicalFinding, ...] = ()
    broadcast: BroadcastExtension | None = None
    cues: tuple[CuePoint, ...] = ()
    carriers: tuple[Carrier, ...] = ()
    measured_by: tuple[Tool, ...] = ()
    licence: str | None
    licence_stated: str | None
    licence_evidence: str | None
    verdict: str
    rule: str
    citation: str
    conditions: tuple[str, ...]
    attribution: str | None = None
    territories: tuple[str, ...] = ()
    mining: str | None = None
    source: str
    source_path: str
    tags: Tags


def record_of(
    holding: Holding,
    *,
    path: str,
    decision: Decision,
    territories: tuple[Territory, ...] = (),
    mining: MiningPreference | None = None,
    carriers: tuple[Carrier, ...] = (),
) -> Record:
    """The record of a holding that is published under `path`.

    Args:
        holding: what.
        path: in the bag.
        decision: what lets it be redistributed.
        territories: where alone; empty: everywhere.
        mining: the archive's preference where no statement has one.
        carriers: stated by its sidecars.
    """
    statement = _relied_on(holding.statements, decision)
    audio, measured = holding.audio, holding.measurement
    loudness = measured.loudness if measured else None
    first = holding.provenances[0]
    return Record(
        path=path,
        content_id=holding.content_id,
        size=holding.digests.size,
        pieces_root=(holding.digests.pieces_root or b"").hex(),
        title=holding.described("title"),
        artist=holding.described("artist"),
        album=holding.described("album"),
        track=holding.tags.track,
        container=audio.container,
        codec=audio.codec,
        rate=audio.rate,
        channels=audio.channels,
        bit_depth=audio.bit_depth,
        samples=audio.samples,
        duration_ms=audio.duration,
        bit_rate=measured.bit_rate if measured else None,
        puid=measured.puid if measured else None,
        loudness_lufs=loudness.integrated_lufs if loudness else None,
        loudness_range_lu=loudness.range_lu if loudness else None,
        sample_peak_dbfs=loudness.sample_peak_dbfs if loudness else None,
        true_peak_dbtp=loudness.true_peak_dbtp if loudness else None,
        pcm_md5=measured.pcm_md5 if measured else None,
        whole=measured.is_whole if measured else None,
        findings=measured.findings if measured else (),
        broadcast=measured.embedded.broadcast if measured else None,
        cues=measured.embedded.cues if measured else (),
        carriers=carriers,
        measured_by=measured.tools if measured else (),
        licence=decision.licence,
        licence_stated=statement.stated if statement else None,
        licence_evidence=statement.evidence if statement else None,
        verdict=decision.verdict.value,
        rule=decision.rule,
        citation=decision.citation,
        conditions=tuple(condition.value for condition in decision.conditions),
        attribution=next((one.attribution for one in holding.statements if one.attribution), None),
        territories=territories,
        mining=preference(holding.statements, mining),
        source=first.source,
        source_path=first.path,
        tags=holding.tags.tags,
    )


def _relied_on(statements: tuple[RightsStatement, ...], decision: Decision) -> RightsStatement | None:
    """The statement a decision relies on: of that licence, else of any, else the first."""
    same = [one for one in statements if one.licence and one.licence == decision.licence]
    licensed = [one for one in statements if one.licence]
    return next(iter([*same, *licensed, *statements]), None)


_encoder: Final = msgspec.json.Encoder(order="deterministic")
_decoder: Final = msgspec.json.Decoder(Record)


def write_json_lines(records: list[Record]) -> bytes:
    """One JSON object a line, in the order given."""
    return b"".join(_encoder.encode(record) + b"\n" for record in records)


def read_json_lines(data: bytes) -> list[Record]:
    """The records of a file written by `write_json_lines`.

    Raises:
        MalformedInput: a line is no record.
    """
    records = []
    for number, line in enumerate(data.splitlines(), start=1):
        try:
            records.append(_decoder.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
            raise MalformedInput("records", f"line {number}: {exc}") from exc
    return records


def write_parquet(records: list[Record]) -> bytes:
    """The same records as one Parquet file (zstd): tags as a map of lists, deeper nesting as JSON text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [_row(record) for record in records]
    table = pa.Table.from_pylist(rows, schema=_arrow_schema())
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", store_schema=False)
    return sink.getvalue()


_JSON_COLUMNS: Final = ("broadcast", "cues", "carriers")
"""Columns that are nested too deep to be of use as columns: JSON text in Parquet; null and empty are null."""


def _row(record: Record) -> dict[str, Any]:
    row: dict[str, Any] = msgspec.to_builtins(record, builtin_types=(bytes,))
    for name in _JSON_COLUMNS:
        value = getattr(record, name)
        row[name] = _encoder.encode(value).decode() if value else None
    return row


def _arrow_schema() -> Any:
    import pyarrow as pa

    text = pa.string()
    return pa.schema(
        [
            pa.field("path", text, nullable=False),
            pa.field("content_id", text, nullable=False),
            pa.field("size", pa.int64(), nullable=False),
            pa.field("pieces_root", text, nullable=False),
            pa.field("title", text),
            pa.field("artist", text),
            pa.field("album", text),
            pa.field("track", pa.int32()),
            pa.field("container", text, nullable=False),
            pa.field("codec", text, nullable=False),
            pa.field("rate", pa.int32(), nullable=False),
            pa.field("channels", pa.int32(), nullable=False),
            pa.field("bit_depth", pa.int32()),
            pa.field("samples", pa.int64(), nullable=False),
            pa.field("duration_ms", pa.int64(), nullable=False),
            pa.field("bit_rate", pa.int64()),
            pa.field("puid", text),
            pa.field("loudness_lufs", pa.float64()),
            pa.field("loudness_range_lu", pa.float64()),
            pa.field("sample_peak_dbfs", pa.float64()),
            pa.field("true_peak_dbtp", pa.float64()),
            pa.field("pcm_md5", text),
            pa.field("whole", pa.bool_()),
            pa.field(
                "findings",
                pa.list_(pa.struct([("code", text), ("severity", text), ("detail", text), ("at", pa.int64())])),
                nullable=False,
            ),
            pa.field("broadcast", text),
            pa.field("cues", text),
            pa.field("carriers", text),
            pa.field("measured_by", pa.list_(pa.struct([("name", text), ("version", text)])), nullable=False),
            pa.field("licence", text),
            pa.field("licence_stated", text),
            pa.field("licence_evidence", text),
            pa.field("verdict", text, nullable=False),
            pa.field("rule", text, nullable=False),
            pa.field("citation", text, nullable=False),
            pa.field("conditions", pa.list_(text), nullable=False),
            pa.field("attribution", text),
            pa.field("territories", pa.list_(text), nullable=False),
            pa.field("mining", text),
            pa.field("source", text, nullable=False),
            pa.field("source_path", text, nullable=False),
            pa.field("tags", pa.map_(text, pa.list_(text)), nullable=False),
        ]
    )


def parquet_digests(data: bytes) -> dict[str, tuple[str, int]]:
    """Path to (content id, size) of every row of a records Parquet file.

    Raises:
        MalformedInput: not Parquet, not with these columns, or a path stands in it twice.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = ["path", "content_id", "size"]
    try:
        # no threads: a file is small, and Arrow's pools can abort a process that ends right after
        table = pq.ParquetFile(io.BytesIO(data), pre_buffer=False).read(columns=columns, use_threads=False)
        rows = table.to_pylist()
    except (pa.ArrowException, OSError, KeyError, ValueError) as exc:
        raise MalformedInput("records", f"not a Parquet file of records: {exc}") from exc
    wanted = _arrow_schema()
    if missing := set(columns) - set(table.column_names):
        raise MalformedInput("records", f"columns {', '.join(sorted(missing))} are missing")
    for name in columns:
        if table.field(name).type != wanted.field(name).type or table[name].null_count:
            raise MalformedInput("records", f"column {name} is not a {wanted.field(name).type} throughout")
    digests = {row["path"]: (row["content_id"], row["size"]) for row in rows}
    if len(digests) != len(rows):
        raise MalformedInput("records", "a path stands in it twice")
    return digests


def digests_match(record: Record, digests: FileDigests) -> bool:
    """Whether a record names these bytes: content id, size and root together."""
    root = (digests.pieces_root or b"").hex()
    return (record.content_id, record.size, record.pieces_root) == (digests.content_id, digests.size, root)
