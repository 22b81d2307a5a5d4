"""Which holdings are which recordings of the catalogue, as matching found it: one file, made anew each time.

It names holdings and recordings by id and holds no names of either. It may be deleted: matching makes it again.

Source: docs/format/catalogue.md, "Matches", which is normative.
"""

import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from longplay.curation.matching.evidence import Evidence, Speaks
from longplay.errors import MalformedInput, NotFound, StorageError
from longplay.model.digests import ContentId
from longplay.store.failures import storing
from longplay.store.layout import MATCHES
from longplay.store.local import sync_folder

METHOD: Final = "1"
"""Raised when the same holdings and the same snapshot would give other matches."""

_ABOUT: Final = b"longplay"
_AT_ONCE: Final = 20_000


class MatchVerdict(StrEnum):
    """What became of a group of holdings, or of one recording beside it.

    `own`: nothing in the catalogue is it, so it is a recording of its own. `duplicate`: a second recording of
    the catalogue that is the same as the one matched, since manifestations of one group name both.
    """

    MATCHED = "matched"
    DOUBTFUL = "doubtful"
    OWN = "own"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A group of holdings and a recording of the catalogue.

    Attributes:
        group: content id of the manifestation that was held first, which names the group.
        holdings: content ids of all manifestations, as they were grouped then; sorted.
        verdict: what became of it.
        id: UUID of the recording; `None` of an own one.
        rank: of the recording in that snapshot; 0 of an own one.
        score: 0 to 1; 0 of an own one.
        speaks: the evidence.
        off_ms: the smallest difference of durations; `None` where none is known.
        is_decided: whether the curator's file says so.
    """

    group: ContentId
    holdings: tuple[ContentId, ...]
    verdict: MatchVerdict
    id: str | None = None
    rank: int = 0
    score: float = 0.0
    speaks: tuple[Speaks, ...] = ()
    off_ms: int | None = None
    is_decided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchesMade:
    """How the matches were made.

    Attributes:
        method: version of the method.
        snapshot: number of the snapshot.
        made_of: of that snapshot.
        line: rank of the last recording that is wanted, see `longplay.curation.matching.line`.
    """

    method: str
    snapshot: int
    made_of: str
    line: int


_SCHEMA: Final = pa.schema(
    [
        pa.field("group", pa.string(), nullable=False),
        pa.field("holdings", pa.list_(pa.string()), nullable=False),
        pa.field("verdict", pa.string(), nullable=False),
        pa.field("id", pa.string()),
        pa.field("rank", pa.uint32(), nullable=False),
        pa.field("score", pa.float64(), nullable=False),
        pa.field("speaks", pa.list_(pa.string()), nullable=False),
        pa.field("off_ms", pa.int64()),
        pa.field("is_decided", pa.bool_(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Holdings that are one recording.

    Attributes:
        id: content id of the one that was held first.
        holdings: all of them, sorted.
    """

    id: ContentId
    holdings: tuple[ContentId, ...]


def matched_with(group: Group, verdict: MatchVerdict, found: Evidence, *, is_decided: bool = False) -> Match:
    """A match as the evidence has it."""
    return Match(
        group=group.id,
        holdings=group.holdings,
        verdict=verdict,
        id=found.id,
        rank=found.rank,
        score=found.score,
        speaks=found.speaks,
        off_ms=found.off_ms,
        is_decided=is_decided,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RanksOf:
    """Some matches.

    Attributes:
        ranks: of recordings, in no order; unsigned 32-bit integers.
        apart: (holdings, rank) of those with a holding that was asked to be told apart.
    """

    ranks: npt.NDArray[np.uint32]
    apart: list[tuple[tuple[ContentId, ...], int]]


class MatchesFile:
    """The matches of one archive."""

    def __init__(self, root: Path) -> None:
        """Of the archive at `root`."""
        self.path = root / MATCHES

    def write(self, made: MatchesMade, matches: Iterable[Match]) -> None:
        """Put matches in place of those that were there, whole or not at all.

        Raises:
            StorageError: it could not be written.
        """
        unfinished = self.path.with_name(f".{self.path.name}.unfinished")
        schema = _SCHEMA.with_metadata({_ABOUT: msgspec.json.encode(made)})
        with storing(self.path):
            with pq.ParquetWriter(unfinished, schema, compression="zstd") as writer:
                page: list[Match] = []
                for match in matches:
                    page.append(match)
                    if len(page) == _AT_ONCE:
                        writer.write_table(_table(page, schema))
                        page.clear()
                writer.write_table(_table(page, schema))
            with unfinished.open("rb") as file:
                os.fsync(file.fileno())
            unfinished.rename(self.path)
            sync_folder(self.path.parent)

    def made(self) -> MatchesMade:
        """How they were made.

        Raises:
            NotFound: nothing was matched yet.
            MalformedInput: the file is damaged.
            StorageError: it could not be read.
        """
        with self._file() as file:
            about = (file.schema_arrow.metadata or {}).get(_ABOUT, b"")
        try:
            return msgspec.json.decode(about, type=MatchesMade)
        except msgspec.DecodeError as exc:
            raise MalformedInput("matches", f"{self.path}: run `longplay catalogue match` again") from exc

    def is_of(self, made_of: str) -> bool:
        """Whether holdings were matched, as they are matched now, with a snapshot made of that.

        Matches that cannot be read count as none: they can be made again.
        """
        try:
            made = self.made()
        except (NotFound, MalformedInput):
            return False
        return (made.method, made.made_of) == (METHOD, made_of)

    def all(self) -> Iterator[Match]:
        """Every match, by group; of one group the matched one first, then by score.

        Raises:
            NotFound, MalformedInput, StorageError: as `made`.
        """
        with self._file() as file, self._reading():
            for batch in file.iter_batches(_AT_ONCE):
                for row in batch.to_pylist():
                    yield msgspec.convert(row, Match)

    def of_rank(self, rank: int) -> list[Match]:
        """Matches, also doubtful ones, with one recording of the catalogue, by group.

        Raises:
            NotFound, MalformedInput, StorageError: as `made`.
        """
        return self._where(pc.field("rank") == rank)

    def of_holding(self, content_id: ContentId) -> list[Match]:
        """Matches of the group that a holding was in; the matched one first, then by score.

        Raises:
            NotFound, MalformedInput, StorageError: as `made`.
        """
        found: list[Match] = []
        with self._file() as file, self._reading():
            for batch in file.iter_batches(_AT_ONCE):
                some = batch.filter(_has_any(batch["holdings"], pa.array([content_id], pa.string())))
                found += [msgspec.convert(row, Match) for row in some.to_pylist()]
        return found

    def _where(self, condition: pc.Expression) -> list[Match]:
        self._file().close()  # says what is wrong with it, if anything is
        with self._reading():
            table = pq.read_table(self.path, filters=condition)
            return [msgspec.convert(row, Match) for row in table.to_pylist()]

    def ranks(self, verdict: MatchVerdict, holdings: Collection[ContentId] = ()) -> Iterator[RanksOf]:
        """Ranks of matches of one verdict, some thousand at a time, in bounded memory.

        Args:
            verdict: which.
            holdings: matches of these are told apart from the others.

        Raises:
            NotFound, MalformedInput, StorageError: as `made`.
        """
        asked = pa.array(sorted(holdings), pa.string())
        with self._file() as file, self._reading():
            for batch in file.iter_batches(_AT_ONCE, columns=["holdings", "verdict", "rank"]):
                some = batch.filter(pc.equal(batch["verdict"], verdict.value))
                is_apart = _has_any(some["holdings"], asked)
                rest = some.filter(pc.invert(is_apart))["rank"].to_numpy(zero_copy_only=False)
                named = some.filter(is_apart)
                pairs = zip(named["holdings"].to_pylist(), named["rank"].to_pylist(), strict=True)
                yield RanksOf(ranks=rest, apart=[(tuple(map(ContentId, of)), rank) for of, rank in pairs])

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Says what to do when the file turns out to be damaged."""
        try:
            with storing(self.path):
                yield
        except (pa.ArrowException, msgspec.ValidationError, StorageError) as exc:
            raise MalformedInput("matches", f"{self.path}: run `longplay catalogue match` again") from exc

    def _file(self) -> pq.ParquetFile:
        with storing(self.path):
            if not self.path.exists():
                raise NotFound("nothing was matched yet: run `longplay catalogue match`")
            try:
                return pq.ParquetFile(self.path)
            except pa.ArrowInvalid as exc:
                raise MalformedInput("matches", f"{self.path}: run `longplay catalogue match` again") from exc


def _has_any(lists: pa.ListArray, wanted: pa.Array) -> pa.BooleanArray:
    """Which lists hold any of some texts."""
    found = np.zeros(len(lists), np.bool_)
    parents = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False)
    is_in = pc.is_in(pc.list_flatten(lists), value_set=wanted).to_numpy(zero_copy_only=False)
    found[parents[is_in]] = True
    return pa.array(found)


def _table(page: list[Match], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist([msgspec.to_builtins(one) for one in page], schema=schema)
