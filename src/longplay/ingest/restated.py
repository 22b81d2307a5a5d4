"""Reading a source of rights statements again, by itself and for one recording, as it was read at intake.

Intake weighs everything beside a recording together; here only one source is at hand. So what a companion
states of a recording is given in each way in which intake may have taken it.

Source: docs/guides/watching-for-drift.md; docs/reference/reading-rights.md.
"""

import os
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, Self

from longplay.audio.decode import Decoded, decode
from longplay.audio.tags import read_tags
from longplay.formats.paths import path_from_text
from longplay.ingest.companions import LISTS_OF_FILES, companion_kind, is_sidecar, names_recording
from longplay.ingest.stated import StatedBeside, holders, read_beside
from longplay.ingest.table import DepositTable
from longplay.model.audio import TagFacts
from longplay.model.digests import ContentId
from longplay.model.holdings import CompanionKind
from longplay.model.rights import Reading
from longplay.rights.readers import from_tags
from longplay.workers import Lost, WorkerPool

TABLES_LIMIT: Final = 8
"""So many rights tables are kept open."""

DECODE_LIMIT_S: Final = 600.0
"""A file whose tags only the decoder knows may take so long, seconds."""

_read = lru_cache(maxsize=16)(read_beside)
"""A text of a folder is read once for its recordings."""


class Rereader:
    """Reads sources again. Use as a context: tables it opened are closed at the end."""

    def __init__(self) -> None:
        """Nothing is open."""
        self._tables: OrderedDict[tuple[Path, ContentId], DepositTable] = OrderedDict()

    def from_recording(self, path: Path, digest: ContentId) -> tuple[Reading, ...]:
        """What the tags of a file state now; nothing when there are none, or they cannot be read.

        Args:
            path: the file.
            digest: content id of its bytes.

        Raises:
            OSError: it could not be read.
        """
        tags, _problem = read_tags(path, name=path.name, metadata=())
        if not tags.tags:
            tags, _problem = read_tags(path, name=path.name, metadata=_demuxed(path))
        return from_tags(tags.licences, recording=digest)

    def from_companion(
        self, data: bytes, digest: ContentId, *, companion: str, recording: str, root: str, tags: TagFacts
    ) -> tuple[tuple[Reading, ...], ...]:
        """What a companion states now of a recording.

        Args:
            data: its first bytes, as many as are read for rights.
            digest: content id of all its bytes.
            companion, recording: their paths below the same root, in written form.
            root: that root, in written form.
            tags: what the recording's tags say: who made it.

        Returns:
            What it states of the recording by name; and the same with what it states of all in its folder.
        """
        folder, name = _folder_and_name(_raw(companion))
        path = _raw(recording)
        named = holders(tags)
        beside, _problem = _read(data, name=companion.rpartition("/")[2], digest=digest)
        near: list[Reading] = []
        if names_recording(name, path.rpartition("/")[2]):
            near += beside.as_sidecar()
        if not _is_list(name) or not path.startswith(f"{folder}/" if folder else ""):
            return (tuple(near),)
        below = path[len(folder) + 1 :] if folder else path
        near += beside.of_file(below, f"{Path(_raw(root)).name}/{recording}", named, list_name=name)
        return tuple(near), tuple(dict.fromkeys([*near, *_of_all(beside, below, named, name)]))

    def from_table(self, path: Path, digest: ContentId, recordings: Sequence[Path]) -> tuple[Reading, ...]:
        """What a rights table states now of a recording.

        Args:
            path: the table.
            digest: content id of its bytes.
            recordings: where the recording lay, absolute, as the table's paths are read now.

        Raises:
            MalformedInput: it is no rights table any more.
            UsageError: it could not be read.
        """
        table = self._table(path, digest)
        found = [row.statement for one in recordings for row in table.rows(one) if row.statement]
        return tuple(Reading(statement=one) for one in dict.fromkeys(found))

    def _table(self, path: Path, digest: ContentId) -> DepositTable:
        table = self._tables.pop((path, digest), None) or DepositTable.read(path)
        self._tables[path, digest] = table
        if len(self._tables) > TABLES_LIMIT:
            self._tables.popitem(last=False)[1].close()
        return table

    def __enter__(self) -> Self:
        """Use as a context."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let the tables go."""
        while self._tables:
            self._tables.popitem()[1].close()


def _raw(text: str) -> str:
    return os.fsdecode(path_from_text(text))


def _folder_and_name(path: str) -> tuple[str, str]:
    """The folder a companion speaks for, and its path below that."""
    folder, _, name = path.rpartition("/")
    above, _, last = folder.rpartition("/")
    return (above, f"{last}/{name}") if LISTS_OF_FILES.get(last) == name else (folder, name)


def _is_list(name: str) -> bool:
    return companion_kind(name) is CompanionKind.LICENCE and not is_sidecar(name)


def _of_all(beside: StatedBeside, below: str, named: tuple[str, ...], name: str) -> list[Reading]:
    listed = list(beside.of_everything(below, named, list_name=name))
    return listed or list(beside.of_folder(named, list_name=name))


def _demuxed(path: Path) -> tuple[tuple[str, str], ...]:
    """Tags as FFmpeg has them; a decoder that dies or hangs costs its own process."""
    with WorkerPool(_metadata, jobs=1, limit_s=DECODE_LIMIT_S) as pool:
        found = pool.submit(path).result()
    return () if isinstance(found, Lost) else found


def _metadata(path: Path) -> tuple[tuple[str, str], ...]:
    decoded = decode(path)
    return decoded.metadata if isinstance(decoded, Decoded) else ()
