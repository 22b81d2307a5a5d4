"""What every importer is: a way to cut a published file into records, and to turn one record into rows.

Cutting and reading are apart so that an import that was killed goes on: the records that were read before are
cut off again, the same ones in the same order, and not read again.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from longplay.catalogue.sources.rows import Rows
from longplay.catalogue.sources.streams import Member


class Together:
    """Records that a source gives in columns: `cut` gives many as one, none of them bad."""

    __slots__ = ()

    @property
    def count(self) -> int:
        """How many they are."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A record that was found to be bad when it was cut from its neighbours.

    Attributes:
        reason: what is wrong with it; no words of a listen.
        place: among the records of its file, from 1; `None` where that is not known.
    """

    reason: str
    place: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """How one kind of source is read.

    Attributes:
        kind: what the command line calls it, such as `discogs`.
        source: name of the source its ids belong to; several kinds may share one.
        licences: licence of the data by table name, or by `table.column` where a column has another; SPDX ids.
            A table that is not named has no known licence, and is never exported.
        cut: the records of a file that the source published, in order, one at a time or `Together`; none for
            files it has no use for. Raises `MalformedInput` where the file breaks: records before that stand.
        read: puts what one record says into rows; records it has no use for leave none. Raises `MalformedInput`
            when it is no such record: its rows are rolled back, and it is counted and kept among the rejects.
        day: the day the source was as it stands there, by a file's own name or content; `None`: it does not
            say.
        names_people: whether a record may name a listener: then no words of it are kept when it is rejected.
        variant: tells importers of one kind apart that read the same file otherwise: a digest of a mapping.
    """

    kind: str
    source: str
    licences: dict[str, str]
    cut: Callable[[Member], Iterator[Any]]
    read: Callable[[Any, Rows], None]
    day: Callable[[Member], date | None] = lambda _member: None
    names_people: bool = False
    variant: str = ""


def day_named(pattern: re.Pattern[str]) -> Callable[[Member], date | None]:
    """Finds the day in the name of a file, or of a folder it lies in.

    Args:
        pattern: its three groups are year, month and day, digits all.
    """

    def day(member: Member) -> date | None:
        match = pattern.search(member.name)
        try:
            return date(*map(int, match.groups())) if match else None
        except ValueError:
            return None

    return day
