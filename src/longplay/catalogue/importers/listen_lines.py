"""Listens that come as JSON, one object each: read many at once, into the columns that Spark dumps have.

Every field may hold anything. What is no object of a listen is a fault; whether a listen is one is judged by
`listen_batches`, for both forms alike.

Source: https://listenbrainz.readthedocs.io/, "JSON Documentation".
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from longplay.catalogue.importers.arrow_texts import PLACE, places
from longplay.catalogue.importers.listen_batches import Batch, parted
from longplay.catalogue.importers.listens import mbids
from longplay.catalogue.sources.importer import Fault

BAD_JSON: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_NOT_THERE: Final = (pa.ArrowException, OverflowError, UnicodeEncodeError)
_LATEST: Final = 2**63 - 1


class _Ids(msgspec.Struct, gc=False):
    recording_mbid: Any = None


class _Track(msgspec.Struct, gc=False):
    artist_name: str | None = None
    track_name: str | None = None
    release_name: Any = None
    recording_mbid: Any = None
    mbid_mapping: _Ids | None = None
    additional_info: _Ids | None = None


class _Listen(msgspec.Struct, gc=False):
    listened_at: int | float | str | None = None
    timestamp: int | float | str | None = None
    user_id: int | str | None = None
    user_name: str | None = None
    recording_mbid: Any = None
    track_metadata: _Track | None = None


_decoded: Final = msgspec.json.Decoder(_Listen).decode
_NO_TRACK: Final = _Track()


def cut_lines(lines: Sequence[bytes], owner: str, *, before: int = 0) -> Iterator[Batch | Fault]:
    """The listens of some lines together; then the bad ones among them, each alone.

    Args:
        lines: a JSON object each.
        owner: whose listens those are that do not say.
        before: lines of the same file that came before them.
    """
    faults: list[Fault] = []
    standing = places(before, len(lines))
    try:
        listens = list(map(_decoded, lines))
    except BAD_JSON:
        listens, standing = _decoded_apart(lines, before, faults)
    if listens:
        yield from parted(_columns(listens, owner).append_column(PLACE, standing))
    yield from faults


def _decoded_apart(lines: Sequence[bytes], before: int, faults: list[Fault]) -> tuple[list[_Listen], pa.Array]:
    """The listens of lines of which some are none, with their places; why those are none goes to `faults`."""
    listens: list[_Listen] = []
    standing: list[int] = []
    for place, line in enumerate(lines, before + 1):
        try:
            listens.append(_decoded(line))
            standing.append(place)
        except BAD_JSON as exc:
            if not line.isspace():
                faults.append(Fault(reason=f"no JSON of a listen: {exc}", place=place))
    return listens, pa.array(standing, pa.int64())


def _columns(listens: list[_Listen], owner: str) -> pa.RecordBatch:
    tracks = [listen.track_metadata or _NO_TRACK for listen in listens]
    return pa.RecordBatch.from_pydict(
        {
            "listened_at": _times(listens),
            "user_id": _users(listens, owner),
            "artist_name": _texts([track.artist_name for track in tracks]),
            "recording_name": _texts([track.track_name for track in tracks]),
            "release_name": _texts([track.release_name for track in tracks]),
            "recording_mbid": _recordings(listens, tracks),
        }
    )


def _texts(values: Sequence[object]) -> pa.Array:
    """Texts; what is none is null."""
    try:
        return pa.array(values, pa.string())
    except _NOT_THERE:
        return pa.array([value if isinstance(value, str) else None for value in values], pa.string())


def _times(listens: list[_Listen]) -> pa.Array:
    """Seconds as int64; null where there is no number."""
    stated = [listen.timestamp if listen.listened_at is None else listen.listened_at for listen in listens]
    try:
        return pa.array(stated, pa.int64())
    except _NOT_THERE:
        return pa.array([_time(one) for one in stated], pa.int64())


def _time(stated: float | str | None) -> int | None:
    if isinstance(stated, str):
        is_number = len(stated) <= 19 and stated.isascii() and stated.isdecimal()
        return int(stated) if is_number and int(stated) <= _LATEST else None
    is_time = stated is not None and -_LATEST <= stated <= _LATEST - 2**10  # which a float can be
    return int(stated) if stated is not None and is_time else None


def _users(listens: list[_Listen], owner: str) -> pa.Array:
    """By number where there is one, as Spark dumps have no more: the same listener in both."""
    try:
        numbers = pa.array([listen.user_id for listen in listens], pa.int64())
    except _NOT_THERE:
        numbers = None
    if numbers is not None and not numbers.null_count:
        return numbers.cast(pa.string())
    return pa.array([_user(listen) or owner for listen in listens], pa.string())


def _user(listen: _Listen) -> str | None:
    if listen.user_id is not None and listen.user_id != "":
        return str(listen.user_id)
    return f"name:{listen.user_name}" if listen.user_name else None


def _recordings(listens: list[_Listen], tracks: list[_Track]) -> pa.Array:
    """The first MBID of the recording that is one, of the places where it may stand."""
    stated: tuple[list[object], ...] = (
        [listen.recording_mbid for listen in listens],
        [track.recording_mbid for track in tracks],
        [track.mbid_mapping and track.mbid_mapping.recording_mbid for track in tracks],
        [track.additional_info and track.additional_info.recording_mbid for track in tracks],
    )
    known = [mbids(_texts(values)) for values in stated if any(values)]
    return pc.coalesce(*known) if known else pa.nulls(len(listens), pa.string())
