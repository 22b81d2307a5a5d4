"""Hypothesis strategies for the values that several tests need."""

import random
from collections.abc import Mapping
from functools import cache

from hypothesis import strategies as st

from longplay.formats.merkle import digest_bytes
from longplay.formats.records import Record
from longplay.model.audio import AudioFacts, TagFacts
from longplay.model.digests import ContentId, FileDigests
from longplay.model.editions import BundleEntry, Edition, PublishedFile, Stage
from longplay.model.holdings import Holding, Provenance
from longplay.model.recordings import PairJudgement
from longplay.model.rights import RightsStatement
from longplay.model.technical import (
    BroadcastExtension,
    CuePoint,
    Embedded,
    Loudness,
    Measurement,
    TechnicalFinding,
    Tool,
)
from longplay.model.units import KIB, MIB

SIZES = (0, 1, 63, 64, 16 * KIB - 1, 16 * KIB, 16 * KIB + 1, MIB - 1, MIB, MIB + 1, 2 * MIB, 3 * MIB + 5)
"""Where blocks and pieces end and begin."""

TEXTS = st.text(max_size=12)
DIGESTS_HEX = st.binary(min_size=32, max_size=32).map(bytes.hex)
CONTENT_IDS = DIGESTS_HEX.map(ContentId)
INT32 = st.integers(0, 2**31 - 1)
INT64 = st.integers(0, 2**63 - 1)

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\\\0"), min_size=1, max_size=12).filter(
    lambda name: name not in {".", ".."}
)
"""One component of a path as POSIX and Windows both understand it."""

SAFE_NAMES = NAMES.filter(lambda name: not name.startswith(("~", ".")))
"""A name that may stand alone in an edition."""


@cache
def content(size: int) -> bytes:
    """Bytes of that length, the same every time."""
    return random.Random(size).randbytes(size)


@cache
def digests_of(size: int) -> FileDigests:
    """The digests of `content(size)`."""
    return digest_bytes(content(size))


def published(files: Mapping[tuple[str, ...], bytes]) -> list[PublishedFile]:
    """What a torrent is told of files that are in memory."""
    return [PublishedFile(path=path, digests=digest_bytes(data)) for path, data in files.items()]


def no_clash(paths: list[tuple[str, ...]]) -> bool:
    """Whether no path is the folder of another."""
    folders = {path[:depth] for path in paths for depth in range(1, len(path))}
    return not folders & set(paths)


PATHS = st.lists(
    st.lists(NAMES, min_size=1, max_size=3).map(tuple), min_size=1, max_size=6, unique=True
).filter(no_clash)

PUBLISHED = PATHS.flatmap(
    lambda paths: st.tuples(*(st.sampled_from(SIZES) for _ in paths)).map(
        lambda sizes: [
            PublishedFile(path=path, digests=digests_of(size)) for path, size in zip(paths, sizes, strict=True)
        ]
    )
)
"""Files of a bundle, some of them empty."""

FLOATS = st.none() | st.floats(-120, 20).map(lambda value: round(value, 2) + 0.0)
"""A measured value; JSON knows no NaN and no infinity."""

st.register_type_strategy(
    Loudness,
    st.builds(
        Loudness, integrated_lufs=FLOATS, range_lu=FLOATS, sample_peak_dbfs=FLOATS, true_peak_dbtp=FLOATS
    ),
)
st.register_type_strategy(
    BroadcastExtension,
    st.builds(
        BroadcastExtension,
        version=st.integers(0, 2),
        time_reference=INT64,
        loudness_value_lufs=FLOATS,
        loudness_range_lu=FLOATS,
        max_true_peak_dbtp=FLOATS,
        max_momentary_lufs=FLOATS,
        max_short_term_lufs=FLOATS,
        coding_history=st.lists(TEXTS, max_size=2).map(tuple),
    ),
)
st.register_type_strategy(
    CuePoint, st.builds(CuePoint, position=INT64, label=st.none() | TEXTS, length=st.none() | INT64)
)
st.register_type_strategy(TechnicalFinding, st.builds(TechnicalFinding, detail=TEXTS, at=st.none() | INT64))
st.register_type_strategy(
    PairJudgement,
    st.builds(
        PairJudgement,
        a=CONTENT_IDS,
        b=CONTENT_IDS,
        bit_error_rate=FLOATS,
        worst_window=FLOATS,
        overlap_s=st.integers(0, 1_200).map(lambda tenths: tenths / 10),
        offset_s=FLOATS,
        length_difference=INT64,
    ),
)

TAGS = st.lists(st.tuples(TEXTS, st.lists(TEXTS, max_size=3).map(tuple)), max_size=3).map(tuple)

RECORDS = st.builds(
    Record,
    path=TEXTS,
    content_id=CONTENT_IDS,
    size=INT64,
    track=st.none() | INT32,
    rate=INT32,
    channels=INT32,
    bit_depth=st.none() | INT32,
    samples=INT64,
    duration_ms=INT64,
    bit_rate=st.none() | INT64,
    loudness_lufs=FLOATS,
    loudness_range_lu=FLOATS,
    sample_peak_dbfs=FLOATS,
    true_peak_dbtp=FLOATS,
    findings=st.lists(st.from_type(TechnicalFinding), max_size=2).map(tuple),
    cues=st.lists(st.from_type(CuePoint), max_size=2).map(tuple),
    tags=TAGS,
)

AUDIO = st.builds(
    AudioFacts, rate=st.integers(1, 192_000), channels=st.integers(1, 8), samples=INT32, decode_errors=INT32
)

MEASUREMENTS = st.builds(
    Measurement,
    puid=st.none() | st.just("fmt/279"),
    bit_rate=INT32,
    loudness=st.from_type(Loudness),
    embedded=st.just(Embedded()) | st.from_type(Embedded),
    findings=st.lists(st.from_type(TechnicalFinding), max_size=2).map(tuple),
    tools=st.lists(st.from_type(Tool), max_size=2).map(tuple),
)

HOLDINGS = st.builds(
    Holding,
    digests=st.sampled_from(SIZES[1:]).map(digests_of),
    audio=AUDIO,
    tags=st.builds(TagFacts),
    statements=st.lists(st.from_type(RightsStatement), max_size=2).map(tuple),
    provenances=st.lists(st.from_type(Provenance), min_size=1, max_size=2).map(tuple),
    measurement=st.none() | MEASUREMENTS,
)

BUNDLE_ENTRIES = st.builds(
    BundleEntry,
    name=SAFE_NAMES,
    files=INT32,
    size=INT64,
    payload_files=INT32,
    payload_size=INT64,
    torrent=SAFE_NAMES,
    torrent_sha256=DIGESTS_HEX,
    v1_torrent=SAFE_NAMES,
    v1_torrent_sha256=DIGESTS_HEX,
    tagmanifest_sha256=DIGESTS_HEX,
)


def _stages(bundles: list[BundleEntry]) -> tuple[Stage, ...]:
    return tuple(Stage(number=number, bundles=(bundle,)) for number, bundle in enumerate(bundles, start=1))


EDITIONS = st.builds(
    Edition,
    name=SAFE_NAMES,
    heads=st.lists(st.tuples(TEXTS, INT32, DIGESTS_HEX), max_size=2).map(tuple),
    stages=st.lists(BUNDLE_ENTRIES, max_size=3, unique_by=lambda bundle: bundle.name).map(_stages),
)
