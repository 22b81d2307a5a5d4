"""A bundle's bag, made from the ledger alone: no payload byte is read.

The tag files are kept in the store like any blob, so that the bag is the same bytes whenever and by whichever
version of Longplay it is handed out again, and a seeder can serve it whole from the blobs.

Source: RFC 8493 (BagIt 1.0); docs/format/bag.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from longplay.editions.attribution import write_attribution
from longplay.editions.naming import UniqueNames, readable_name
from longplay.editions.selection import Chosen, Doorkeeper
from longplay.formats import bagit
from longplay.formats.mining import FILE_NAME as TDMREP
from longplay.formats.mining import bag_info, preference, strictest, write_tdmrep
from longplay.formats.premis import PreservedObject, write_premis
from longplay.formats.premis_rights import Determined
from longplay.formats.records import record_of, write_json_lines, write_parquet
from longplay.ledger import queries, rights
from longplay.model.digests import ContentId, FileDigests
from longplay.model.editions import Bundle, BundleFile
from longplay.model.events import Agent, Head
from longplay.model.holdings import Holding
from longplay.model.rights import Decision, MiningPreference, Territory
from longplay.model.technical import Carrier
from longplay.rights.texts import licence_text
from longplay.store.protocol import BlobStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One recording of a bundle.

    Attributes:
        holding: what.
        path: its path in the bag.
        decision: what let it in.
        territories: where alone it may be passed on; empty: everywhere.
        mining: preference on text and data mining; `None` where there is none.
        stated_on: the day each of its statements was written down, by statement id.
        carriers: physical carriers that its sidecars state.
    """

    holding: Holding
    path: str
    decision: Decision
    territories: tuple[Territory, ...] = ()
    mining: MiningPreference | None = None
    stated_on: Mapping[str, str] = field(default_factory=dict)
    carriers: tuple[Carrier, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BagLabel:
    """What stands in `bag-info.txt` besides counts.

    Attributes:
        name: the bundle's.
        number: the bundle's.
        archive: readable name of the archive.
        archive_id: its UUID.
        date: the day of the edition the bundle first appears in, ISO 8601.
        agent: the software.
    """

    name: str
    number: int
    archive: str
    archive_id: str
    date: str
    agent: Agent


def members_of(
    connection: Connection, chosen: Chosen, doorkeeper: Doorkeeper, *, heads: Sequence[Head]
) -> list[Member]:
    """The members of a bundle in bag order, each asked about once more at this door.

    What is said of them is as of the heads the edition was opened at. What was stated about rights since counts
    all the same: whom the gate does not let into this partition any more is left out.
    """
    names = UniqueNames()
    members = []
    for content_id in chosen.content_ids:
        now = queries.holding(connection, content_id)
        holding = queries.holding(connection, content_id, heads=heads)
        if now is None or holding is None:
            continue
        admission = doorkeeper.admit(now)
        if not admission.decision.permits or admission.partition is not chosen.partition:
            continue
        path = f"data/{names.take(readable_name(holding), content_id)}"
        beside = queries.companions_of(connection, holding, heads=heads)
        carriers = tuple(dict.fromkeys(carrier for one in beside for carrier in one.carriers))
        members.append(
            Member(
                holding=holding,
                path=path,
                decision=admission.decision,
                territories=admission.territories,
                mining=preference(now.statements, doorkeeper.mining),
                stated_on={one.id: one.at[:10] for one in rights.history(connection, content_id)},
                carriers=carriers,
            )
        )
    return sorted(members, key=lambda member: member.path)


def make_bag(
    members: Sequence[Member],
    held_at: dict[ContentId, str],
    *,
    chosen: Chosen,
    label: BagLabel,
    store: BlobStore,
) -> tuple[Bundle, tuple[FileDigests, ...]]:
    """Write a bag's tag files into the store.

    Args:
        members: of the bundle, in bag order.
        held_at: when each came to be held.
        chosen: names the partition.
        label: what the bag is called.
        store: takes the tag files; they are durable after its `flush`.

    Returns:
        The bundle with every file of the bag, and the digests of the tag files.

    Raises:
        StorageError: a tag file could not be kept.
    """
    contents = _metadata(members, held_at, label)
    contents.append((bagit.BAGIT_TXT, bagit.DECLARATION))
    contents.append((bagit.BAG_INFO, _bag_info(members, label)))
    manifest = [(member.path, member.holding.content_id) for member in members]
    contents.append((bagit.MANIFEST, bagit.write_manifest(manifest)))
    kept = {path: store.put(data) for path, data in contents}
    listed = [(path, digests.content_id) for path, digests in kept.items()]
    kept[bagit.TAG_MANIFEST] = store.put(bagit.write_manifest(listed))
    files = [*_payload(members), *_tag_files(kept)]
    bundle = Bundle(
        name=label.name,
        number=label.number,
        partition=chosen.partition,
        files=tuple(sorted(files, key=lambda file: file.path)),
    )
    return bundle, tuple(kept.values())


def _metadata(
    members: Sequence[Member], held_at: dict[ContentId, str], label: BagLabel
) -> list[tuple[str, bytes]]:
    records = [
        record_of(
            one.holding,
            path=one.path,
            decision=one.decision,
            territories=one.territories,
            mining=one.mining,
            carriers=one.carriers,
        )
        for one in members
    ]
    objects = [
        PreservedObject(
            holding=one.holding,
            path=one.path,
            ingested_at=held_at[one.holding.content_id],
            decision=one.decision,
            mining=one.mining,
            determined=Determined(on=label.date, territories=one.territories, stated_on=one.stated_on),
            carriers=one.carriers,
        )
        for one in members
    ]
    licences = {licence for record in records for licence in (record.licence or "").split(" AND ") if licence}
    texts = [(f"metadata/licences/{licence}.txt", licence_text(licence)) for licence in sorted(licences)]
    return [
        ("metadata/records.jsonl", write_json_lines(records)),
        ("metadata/records.parquet", write_parquet(records)),
        ("metadata/premis.xml", write_premis(objects, agent=label.agent)),
        ("metadata/ATTRIBUTION.md", write_attribution(label.name, records)),
        *_preferences(members),
        *texts,
    ]


def _preferences(members: Sequence[Member]) -> list[tuple[str, bytes]]:
    """`tdmrep.json` for the files that have a preference; no file when none has."""
    wishes = [(one.path, one.mining) for one in members if one.mining is not None]
    return [(f"metadata/{TDMREP}", write_tdmrep(wishes))] if wishes else []


def _bag_info(members: Sequence[Member], label: BagLabel) -> bytes:
    sizes = {member.path: member.holding.digests.size for member in members}
    return bagit.write_bag_info(
        [
            ("Source-Organization", label.archive),
            ("External-Identifier", label.name),
            ("External-Description", f"Bundle {label.number} of the Longplay archive {label.archive_id}"),
            ("Bagging-Date", label.date),
            ("Bag-Software-Agent", f"{label.agent.name} {label.agent.version}"),
            *bag_info(strictest(member.mining for member in members)),
            ("Payload-Oxum", bagit.payload_oxum(sizes)),
        ]
    )


def _payload(members: Sequence[Member]) -> list[BundleFile]:
    return [
        BundleFile(
            path=member.path,
            content_id=member.holding.content_id,
            size=member.holding.digests.size,
            decision=member.decision,
        )
        for member in members
    ]


def _tag_files(kept: dict[str, FileDigests]) -> list[BundleFile]:
    return [
        BundleFile(path=path, content_id=digests.content_id, size=digests.size)
        for path, digests in kept.items()
    ]
