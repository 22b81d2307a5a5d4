"""The sample tables (`stbl`) of an MP4 or QuickTime file: where its samples lie, in memory.

Work and memory are bounded by the bytes that are there, whatever counts they state.

Sources: ISO/IEC 14496-12, sections 8.6.1, 8.7.3 to 8.7.5; Apple, QuickTime File Format, Sound Sample
Descriptions.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from longplay.errors import MalformedInput
from longplay.formats.walks.isobmff_boxes import child, numbers, table, wanted

if TYPE_CHECKING:  # numpy is imported where tables are met
    from numpy import uint64
    from numpy.typing import NDArray

_FAR: Final = 1 << 62  # beyond any file; sums of two of them still fit into 64 bits
_CROSSING_LIMIT: Final = 100
_RAW: Final = frozenset({"raw ", "twos", "sowt", "NONE", "lpcm", "in24", "in32", "fl32", "fl64"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Sizes of the samples of a track.

    Attributes:
        count: how many samples.
        each: bytes of every one of them; `None` where `table` says.
        table: bytes of each, in order.
    """

    count: int
    each: int | None
    table: "NDArray[uint64] | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extents:
    """Where the samples of a track lie: runs of bytes, in the order of the track.

    Attributes:
        starts: offset in the file of each, uint64.
        lengths: bytes of each, uint64.
        counts: samples in each, uint64.
        sizes: of the samples in them.
    """

    starts: "NDArray[uint64]"
    lengths: "NDArray[uint64]"
    counts: "NDArray[uint64]"
    sizes: Sizes

    def lost(self, size: int) -> int:
        """How many samples end past a file of `size` bytes; whole runs where very many are cut."""
        cut = (self.starts + self.lengths > size).nonzero()[0]
        lost = int(self.counts[cut].sum())
        crossing = cut[self.starts[cut] < size]
        if len(crossing) > _CROSSING_LIMIT:
            return lost
        return lost - sum(self._kept(int(run), size) for run in crossing)

    def _kept(self, run: int, size: int) -> int:
        room = size - int(self.starts[run])
        count = int(self.counts[run])
        if self.sizes.table is None:
            return room * count // max(1, int(self.lengths[run]))
        first = int(self.counts[:run].sum())
        ends = self.sizes.table[first : first + count].astype("u8").cumsum()
        return int(ends.searchsorted(room, side="right"))

    def outside(self, inside: "NDArray[uint64]", size: int) -> int:
        """How many runs lie in the file but in none of the ranges, shape (n, 2), ascending, ends excluded."""
        import numpy as np

        ends = self.starts + self.lengths
        whole = (ends <= size) & (self.lengths > 0)
        if not len(inside):
            return int(whole.sum())
        place = np.maximum(inside[:, 0].searchsorted(self.starts, side="right"), 1) - 1
        within = (self.starts >= inside[place, 0]) & (ends <= inside[place, 1])
        return int((whole & ~within).sum())


def read_times(data: memoryview) -> tuple[int, int]:
    """Samples and ticks of `stts`."""
    (count,) = numbers(">I", data, 4, "stts")
    pairs = table(data, 8, ">u4", count * 2, "stts").reshape(-1, 2)
    each = pairs[:, 0].astype("u8") * pairs[:, 1]
    # the products fit into 64 bits, their sum may not
    ticks = (int((each >> 32).sum()) << 32) + int((each & 0xFFFFFFFF).sum())
    return int(pairs[:, 0].sum(dtype="u8")), ticks


def read_extents(tables: memoryview, description: memoryview) -> Extents:
    import numpy as np

    starts = _offsets(tables)
    sizes = _sizes(tables)
    counts = _samples_per_chunk(wanted(tables, "stsc"), len(starts))
    if int(counts.sum()) != sizes.count:
        detail = f"the chunks hold {int(counts.sum())} samples, sizes are stated of {sizes.count}"
        raise MalformedInput("MP4", detail)
    if sizes.table is None:
        per, length = _packing(description, sizes.each or 0)
        lengths = (counts // np.uint64(per)) * np.uint64(length)
    else:
        lengths = _sums(sizes.table, counts)
    far = np.uint64(_FAR)
    return Extents(starts=np.minimum(starts, far), lengths=np.minimum(lengths, far), counts=counts, sizes=sizes)


def _sums(table: "NDArray[uint64]", counts: "NDArray[uint64]") -> "NDArray[uint64]":
    """Bytes of each chunk, whose samples stand one after another in the table."""
    import numpy as np

    lengths = np.zeros(len(counts), dtype=np.uint64)
    filled = counts > 0
    firsts = (counts.cumsum() - counts)[filled].astype(np.intp)
    if len(firsts):
        lengths[filled] = np.add.reduceat(table, firsts, dtype=np.uint64)
    return lengths


def _offsets(tables: memoryview) -> "NDArray[uint64]":
    wide = child(tables, "co64")
    data, kind, dtype = (wide, "co64", ">u8") if wide is not None else (wanted(tables, "stco"), "stco", ">u4")
    (count,) = numbers(">I", data, 4, kind)
    return table(data, 8, dtype, count, kind).astype("u8")


def _sizes(tables: memoryview) -> Sizes:
    """Source: ISO/IEC 14496-12, 8.7.3."""
    data = child(tables, "stsz")
    if data is None:
        return _compact_sizes(wanted(tables, "stz2"))
    each, count = numbers(">II", data, 4, "stsz")
    if each or not count:
        return Sizes(count=count, each=each)
    return Sizes(count=count, each=None, table=table(data, 12, ">u4", count, "stsz"))


def _compact_sizes(data: memoryview) -> Sizes:
    import numpy as np

    bits, count = numbers(">3xBI", data, 4, "stz2")
    if bits == 4:
        pairs = table(data, 12, "u1", (count + 1) // 2, "stz2")
        halves = np.stack([pairs >> 4, pairs & 15], axis=1).reshape(-1)[:count]
        return Sizes(count=count, each=None, table=halves)
    if bits not in {8, 16}:
        raise MalformedInput("MP4", f"the `stz2` box has sizes of {bits} bits")
    return Sizes(count=count, each=None, table=table(data, 12, f">u{bits // 8}", count, "stz2"))


def _samples_per_chunk(data: memoryview, chunks: int) -> "NDArray[uint64]":
    """Samples in each chunk, from runs of equal chunks. Source: ISO/IEC 14496-12, 8.7.4."""
    import numpy as np

    (count,) = numbers(">I", data, 4, "stsc")
    rows = table(data, 8, ">u4", count * 3, "stsc").reshape(-1, 3)
    firsts = np.minimum(np.append(rows[:, 0].astype(np.int64), chunks + 1), chunks + 1)
    runs = np.diff(firsts)
    if chunks and (firsts[0] != 1 or runs.min() < 0):
        raise MalformedInput("MP4", "the `stsc` box does not run from the first chunk to the last")
    return np.repeat(rows[:, 1].astype(np.uint64), runs) if chunks else np.zeros(0, dtype=np.uint64)


def _packing(description: memoryview, each: int) -> tuple[int, int]:
    """Samples in a packet of constant size, and its bytes.

    QuickTime counts single uncompressed samples in `stsz` and states their packing in the sample description.
    """
    codec = bytes(description[12:16]).decode("latin-1")
    entry = description[16:]
    version, channels, bits = numbers(">8xH6xHH", entry, 0, "stsd")
    if version == 1 and each == 1:
        samples, _, packet = numbers(">III", entry, 28, "stsd")
        if samples and packet:
            return samples, packet
    if version == 0 and each == 1 and codec in _RAW:
        return 1, channels * -(-bits // 8)
    return 1, each
