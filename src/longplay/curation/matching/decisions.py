"""What people say of holdings and recordings of the catalogue, in the curator's file.

There a holding stands as `holding:<content id>`, or with the first digits of it, beside `source:id`.

Source: docs/format/catalogue.md, "Curator's file".
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from longplay.catalogue.curating import HOLDING, CuratorsFile, Word
from longplay.catalogue.entities import EntityKind
from longplay.catalogue.serving import Serving
from longplay.errors import MalformedInput
from longplay.ledger import queries, withdrawn
from longplay.model.digests import ContentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A person's word of a holding and a recording.

    Attributes:
        content_id: the holding.
        source, id: of the recording, as its source has it.
        is_veto: whether it is not that.
    """

    content_id: ContentId
    source: str
    id: str
    is_veto: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What people say of one group of holdings.

    Attributes:
        forced: recordings it is: UUIDs by rank.
        vetoed: ranks of recordings it is not.
    """

    forced: Mapping[int, str] = field(default_factory=dict)
    vetoed: frozenset[int] = frozenset()


def said_of(connection: Connection, curators: CuratorsFile) -> list[Said]:
    """All rows of the file about holdings that are held; others say nothing.

    Raises:
        MalformedInput: a row names more than one holding.
    """
    found = (_said(connection, word) for word in curators.words if word.kind == "recording")
    return [one for one in found if one is not None]


def _said(connection: Connection, word: Word) -> Said | None:
    ours, theirs = (word.a, word.b) if word.a[0] == HOLDING else (word.b, word.a)
    if ours[0] != HOLDING or theirs[0] == HOLDING or word.action not in {"merge", "veto"}:
        return None
    prefix = ours[1].lower()
    named = queries.ids_starting(connection, prefix, limit=2)
    gone = withdrawn.purged_starting(connection, prefix, limit=2)
    if len({*named, *gone}) > 1:
        raise MalformedInput("curator's file", f"holding:{ours[1]} is more than one: give more digits")
    if not named:
        return None
    return Said(content_id=named[0], source=theirs[0], id=theirs[1], is_veto=word.action == "veto")


def decided_by(
    serving: Serving, said: Iterable[Said], groups: Mapping[ContentId, ContentId]
) -> dict[ContentId, Decided]:
    """What is said of each group; of recordings that the snapshot does not have, nothing.

    Args:
        serving: of the snapshot.
        said: what people say.
        groups: the group of each holding that is not one by itself.
    """
    forced: dict[ContentId, dict[int, str]] = defaultdict(dict)
    vetoed: dict[ContentId, set[int]] = defaultdict(set)
    for one in said:
        group = groups.get(one.content_id, one.content_id)
        for entity in serving.by_identifier(one.source, one.id):
            if entity.kind is not EntityKind.RECORDING:
                continue
            if one.is_veto:
                vetoed[group].add(entity.rank)
            else:
                forced[group][entity.rank] = entity.id
    return {
        group: Decided(forced=forced.get(group, {}), vetoed=frozenset(vetoed.get(group, ())))
        for group in {*forced, *vetoed}
    }
