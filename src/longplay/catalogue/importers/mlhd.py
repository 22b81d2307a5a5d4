"""MLHD+, the Music Listening Histories Dataset as MetaBrainz mended it: listens by recording, without names.

A listen there has neither artist nor title, so both are the empty text. Lines without a recording tell of
nothing that can be counted and leave no row.

Source: https://wiki.musicbrainz.org/MLHD+: tar of `*/USER.txt.zst`; tab-separated, no header: seconds since
1970, MBIDs of the artists (by comma), of the release, of the recording.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Final

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from longplay.catalogue.importers.listens import mbid, mbids, time_fault, times_hold
from longplay.catalogue.sources.importer import Fault, Importer, Together
from longplay.catalogue.sources.rows import Rows
from longplay.catalogue.sources.streams import Member, reading
from longplay.catalogue.sources.tables import SCHEMAS, SourceTable
from longplay.errors import MalformedInput

KIND: Final = "mlhd"

_BLOCK: Final = 4 << 20
_LINE_LIMIT: Final = 1 << 20
_COLUMNS: Final = ("at", "artists", "release", "recording")
_READ: Final = csv.ReadOptions(use_threads=False, block_size=2 * _BLOCK, column_names=_COLUMNS)
_PARSE: Final = csv.ParseOptions(delimiter="\t", quote_char=False, double_quote=False)
_CONVERT: Final = csv.ConvertOptions(
    include_columns=["at", "recording"],
    column_types=dict.fromkeys(_COLUMNS, pa.binary()),
    null_values=[],
    check_utf8=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class History(Together):
    """Listens of one user, none of them bad.

    Attributes:
        user: the data set's UUID of the user.
        at: int64, seconds since 1970-01-01 UTC.
        recordings: MBIDs, as long as `at`.
    """

    user: str
    at: pa.Array
    recordings: pa.Array

    @property
    def count(self) -> int:
        """As `Together` has it."""
        return len(self.at)


def cut(member: Member) -> Iterator[History | Fault]:
    """The history of a user in blocks; bad lines come alone, after the good of their block.

    Raises:
        MalformedInput: the file breaks.
    """
    path = PurePosixPath(member.name)
    user = mbid(path.stem)
    if user is None or path.suffix not in {".txt", ".tsv"}:
        return
    for block in _blocks(member.stream):
        yield from _parted(user, block)


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """Whole lines, many at a time. Of an overlong line only the beginning is given, which is no line then."""
    rest = b""
    with reading(KIND):
        while chunk := stream.read(_BLOCK):
            whole, _, rest = (rest + chunk).rpartition(b"\n")
            yield whole
            if len(rest) > _LINE_LIMIT:
                yield rest[:200]
                _skip_line(stream)
                rest = b""
    yield rest


def _skip_line(stream: IO[bytes]) -> None:
    while (rest := stream.readline(_LINE_LIMIT)) and not rest.endswith(b"\n"):
        pass


def _parted(user: str, block: bytes) -> Iterator[History | Fault]:
    if not block.strip():
        return
    try:
        yield from _judged(user, _table(block))
    except pa.ArrowInvalid:
        yield from _line_by_line(user, block)


def _line_by_line(user: str, block: bytes) -> Iterator[History | Fault]:
    """A block in which some line has too few or too many cells."""
    found = [line for line in block.replace(b"\r", b"\n").split(b"\n") if line.strip()]
    good = [line for line in found if line.count(b"\t") == len(_COLUMNS) - 1]
    if good:
        yield from _judged(user, _table(b"\n".join(good)))
    for line in found:
        if (cells := line.count(b"\t") + 1) != len(_COLUMNS):
            yield Fault(reason=f"a line of {cells} cells, wanted {len(_COLUMNS)}")


def _table(block: bytes) -> pa.Table:
    """Columns `at` and `recording`, as bytes: whether they are numbers and ids is seen afterwards."""
    table = csv.read_csv(pa.py_buffer(block), _READ, _PARSE, _CONVERT)
    return table.combine_chunks()


def _judged(user: str, table: pa.Table) -> Iterator[History | Fault]:
    if not table.num_rows:
        return
    at = _numbers(_plain(table.column("at")))
    stated = _plain(table.column("recording"))
    recordings = mbids(_ascii(stated))
    timely, known = times_hold(at), pc.is_valid(recordings)
    is_unmapped = pc.equal(stated, pa.scalar(b"", pa.binary()))
    good = pc.and_(timely, known)
    if pc.any(good).as_py():
        yield History(user=user, at=at.filter(good), recordings=recordings.filter(good))
    bad = pc.or_(pc.invert(timely), pc.invert(pc.or_(known, is_unmapped)))
    for one in at.filter(bad).to_pylist():
        yield Fault(reason=_fault(one))


def _plain(column: pa.ChunkedArray) -> pa.Array:
    chunks = column.chunks
    return chunks[0] if len(chunks) == 1 else pa.concat_arrays(chunks)


def _ascii(column: pa.Array) -> pa.Array:
    """As text; what holds other bytes than visible ASCII is null: neither numbers nor MBIDs do."""
    plain = pc.match_substring_regex(column, "^[!-~]{0,60}$")
    return pc.if_else(plain, column, pa.scalar(None, pa.binary())).cast(pa.string())


def _numbers(column: pa.Array) -> pa.Array:
    texts = _ascii(column)
    whole = pc.match_substring_regex(texts, "^[0-9]{1,18}$")
    return pc.if_else(whole, texts, pa.scalar(None, pa.string())).cast(pa.int64())


def _fault(at: int | None) -> str:
    if at is None:
        return "the time is no number"
    return time_fault(at) or "the recording is no MBID"


def read(raw: object, rows: Rows) -> None:
    """Rows of `listen` of one record that `cut` gave.

    Raises:
        MalformedInput: a line is bad.
    """
    match raw:
        case History():
            _add(raw, rows)
        case Fault(reason=reason):
            raise MalformedInput(KIND, reason)
        case _:
            raise MalformedInput(KIND, "no listening history")


def _add(history: History, rows: Rows) -> None:
    number = len(history.at)
    nameless = pa.repeat(pa.scalar("", pa.string()), number)
    table = pa.table(
        {
            "listener": pa.repeat(pa.scalar(rows.listener(history.user), pa.int64()), number),
            "at": history.at,
            "recording_id": history.recordings,
            "artist": nameless,
            "title": nameless,
            "release": pa.nulls(number, pa.string()),
        },
        schema=SCHEMAS[SourceTable.LISTEN],
    )
    rows.add_table(SourceTable.LISTEN, table)


IMPORTER: Final = Importer(
    kind=KIND,
    source="mlhd",
    licences={},
    cut=cut,
    read=read,
    names_people=True,
)
"""MLHD+; nobody here has seen a licence of it."""
