"""Files that state rights in recordings, told apart by their content, as claims about recordings.

A claim names its recording in the file's own terms: a place, a name and size, an ISRC. Which recording of ours
that is, and what is written down, is decided elsewhere.

Source: docs/guides/importing-rights.md.
"""

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from longplay.errors import MalformedInput, UsageError
from longplay.formats import archive_item, ddex
from longplay.formats.archive_item import ArchiveItem, ItemFile, read_item
from longplay.formats.csv_rows import Row, read_rows
from longplay.formats.ddex import Message, RecordingDeals, read_message
from longplay.formats.ddex_deals import deal_readings
from longplay.formats.fma_tracks import FmaTrack, is_fma, read_track
from longplay.formats.isrc import Isrc, read_isrc
from longplay.formats.paths import path_from_text, path_text
from longplay.formats.rights_table import STREAM_ONLY_FORBIDS, TARGETS
from longplay.model.digests import ContentId, content_id_of, is_content_id
from longplay.model.rights import (
    ALL_BUT_KEEPING,
    Act,
    Reading,
    RightsBasis,
    RightsStatement,
    StatementKind,
    StatementSource,
    Strength,
)
from longplay.rights.readers import from_text, statement
from longplay.rights.table_rows import row_rights
from longplay.store.evidence import WORDS_LIMIT

KIND: Final = "rights file"
_BEGINNING: Final = 64 * 1024


class FileFormat(StrEnum):
    """What sort of file it is."""

    TABLE = "rights-table"
    FMA = "fma-tracks"
    ITEM = "archive-item"
    DDEX = "ddex-ern"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Which recording is meant; all that is set must agree, and something is.

    Attributes:
        content_id: its name in the store.
        places: absolute paths in written form: spellings of one place.
        paths: the same below a folder that was taken in; empty where only the absolute ones count.
        isrc: in its tags.
        file: name and size of a file in the Internet Archive; `item` is what it lies in.
        item: identifier.
        track: a row of the FMA data set.
    """

    content_id: ContentId | None = None
    places: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    isrc: Isrc | None = None
    file: ItemFile | None = None
    item: str = ""
    track: FmaTrack | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a file states about one recording.

    Attributes:
        place: where in the file, for a person, such as `line 5`.
        target: which recording; `None` when that cannot be read.
        readings: what is stated, with the verbatim words.
        problems: what could not be read, one sentence each.
        deals: of a DDEX message; `None` for other files.
    """

    place: str
    target: Target | None
    readings: tuple[Reading, ...]
    problems: tuple[str, ...] = ()
    deals: RecordingDeals | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsFile:
    """A file while it is read.

    Attributes:
        form: what sort.
        size: bytes.
        claims: one after the other; they raise `MalformedInput`.
        raw: the open file.
        text: reads the lines of a table; when it goes, it closes the file. `None` for other files.
        message: of a DDEX message; `None` for other files.
    """

    form: FileFormat
    size: int
    claims: Iterator[Claim]
    raw: BinaryIO
    text: TextIO | None = None
    message: Message | None = None

    @property
    def position(self) -> int:
        """How far it is read, bytes."""
        return self.raw.tell()


@contextmanager
def open_rights(path: Path, *, root: Path | None) -> Iterator[RightsFile]:
    """A file that states rights, open for reading.

    Args:
        path: the file.
        root: the folder to which paths in a table are relative; `None`: its own, or those taken in.

    Raises:
        MalformedInput: it is none that is read here, or is broken.
        UsageError: it is no file, or could not be read.
    """
    try:
        if not path.is_file():
            raise UsageError(f"{path} is no file")
        with path.open("rb") as raw:
            yield _opened(raw, path, root)
    except OSError as exc:
        raise UsageError(f"{path} cannot be read: {exc.strerror}") from exc


def _opened(raw: io.BufferedReader, path: Path, root: Path | None) -> RightsFile:
    size = os.fstat(raw.fileno()).st_size
    start = raw.read(_BEGINNING).removeprefix(b"\xef\xbb\xbf").lstrip()
    raw.seek(0)
    if start.startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
        data = _all_of(raw, size, ddex.LENGTH_LIMIT, ddex.KIND)
        message = read_message(data)
        claims = _of_message(message, content_id_of(data))
        return RightsFile(form=FileFormat.DDEX, size=size, claims=claims, raw=raw, message=message)
    if start.startswith(b"{"):
        data = _all_of(raw, size, archive_item.SIZE_LIMIT, archive_item.KIND)
        claims = _of_item(read_item(data), content_id_of(data))
        return RightsFile(form=FileFormat.ITEM, size=size, claims=claims, raw=raw)
    return _table(raw, size, path, root)


def _all_of(raw: BinaryIO, size: int, limit: int, kind: str) -> bytes:
    if size > limit:
        raise MalformedInput(kind, f"longer than {limit} bytes")
    return raw.read(limit)


def _digest_of(raw: io.BufferedReader) -> ContentId:
    """The content id of a file of any length; it stands at its beginning again afterwards."""
    digest = hashlib.file_digest(raw, "sha256")
    raw.seek(0)
    return ContentId(digest.hexdigest())


def _table(raw: io.BufferedReader, size: int, path: Path, root: Path | None) -> RightsFile:
    digest = _digest_of(raw)
    text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
    header, rows = read_rows(text, kind=KIND)
    if is_fma(header):
        claims = (_of_track(row, digest) for row in rows)
        return RightsFile(form=FileFormat.FMA, size=size, claims=claims, raw=raw, text=text)
    if not set(TARGETS) & set(header):
        raise MalformedInput(
            KIND,
            "no DDEX message, no Internet Archive item, no table with a column `path`, `content_id` or `isrc`",
        )
    made = (_of_row(row, path, root, digest) for row in rows)
    return RightsFile(form=FileFormat.TABLE, size=size, claims=made, raw=raw, text=text)


# our own table


def _of_row(row: Row, table: Path, root: Path | None, digest: ContentId) -> Claim:
    read = row_rights(row.cells, table=table.name)
    target, problems = _target(row, table, root)
    problems += [f"column {one.column}: {one.detail}" for one in read.problems]
    stated = (replace(read.statement, source_digest=digest),) if read.statement else ()
    return Claim(
        place=f"line {row.line}",
        target=target,
        readings=tuple(Reading(statement=one) for one in stated),
        problems=tuple(problems),
    )


def _target(row: Row, table: Path, root: Path | None) -> tuple[Target | None, list[str]]:
    """Which recording a row is about; `None` when a cell that says so cannot be read, or none is filled."""
    name, code = row.cells.get("content_id", "").strip().lower(), row.cells.get("isrc", "").strip()
    isrc = read_isrc(code) if code else None
    problems = []
    if name and not is_content_id(name):
        problems.append("column content_id: 64 hex digits were wanted")
    if code and isrc is None:
        problems.append(f"column isrc: {code[:40]!r} is no ISRC")
    stated = row.cells.get("path", "")
    if problems or not (name or code or stated):
        return None, problems or ["none of the columns path, content_id and isrc is filled"]
    spellings = tuple(dict.fromkeys((stated.encode(), path_from_text(stated)))) if stated else ()
    target = Target(
        content_id=ContentId(name) if name else None,
        places=tuple(_placed(root or table.parent, one) for one in spellings),
        paths=tuple(path_text(os.path.normpath(one)) for one in spellings) if root is None else (),
        isrc=isrc,
    )
    return target, problems


def _placed(folder: Path, path: bytes) -> str:
    """The absolute place of a path below a folder, in written form."""
    return path_text(os.path.normpath(os.path.join(os.fsencode(folder), path)))  # noqa: PTH118 - bytes


# FMA


def _of_track(row: Row, digest: ContentId) -> Claim:
    track = read_track(row)
    if track is None:
        return Claim(place=f"line {row.line}", target=None, readings=(), problems=("track_id is no number",))
    stated = track.licence_url or track.licence_title
    evidence = f"raw_tracks.csv, track {track.number}: license_url {track.licence_url[:300]}"
    made = statement(stated, evidence=evidence, source=StatementSource.CATALOGUE)
    lacks = track.quarrel
    if not track.licence_url:
        lacks = "which licence holds: license_url is empty"
    missing = "; ".join(filter(None, (made.missing, lacks))) or None
    made = replace(made, missing=missing, source_digest=digest)
    return Claim(place=f"line {row.line}", target=Target(track=track), readings=(Reading(statement=made),))


# the Internet Archive


def _of_item(item: ArchiveItem, digest: ContentId) -> Iterator[Claim]:
    readings = tuple(_item_readings(item, digest))
    for file in item.files:
        yield Claim(
            place=f"file {path_text(file.name)}",
            target=Target(file=file, item=item.identifier) if file.size is not None else None,
            readings=readings,
            problems=() if file.size is not None else ("no size is stated",),
        )


def _item_readings(item: ArchiveItem, digest: ContentId) -> Iterator[Reading]:
    """What holds of every file of an item: of the item as a whole, so that a file's own words weigh more."""
    place = f"Internet Archive item {item.identifier[:200]}"
    for url in item.licence_urls:
        made = statement(url, evidence=f"{place}: licenseurl {url[:300]}", source=StatementSource.CATALOGUE)
        yield Reading(statement=replace(made, strength=Strength.BLANKET, source_digest=digest))
    for text in item.rights:
        yield from _free_text(text, place, digest)
    if item.is_stream_only:
        yield _restricted(
            place, "collection stream_only", StatementKind.STREAM_ONLY, STREAM_ONLY_FORBIDS, digest
        )
    for is_so, said in ((item.is_dark, "is_dark"), (item.is_restricted, "access-restricted-item")):
        if is_so:
            yield _restricted(place, said, StatementKind.RESERVATION, ALL_BUT_KEEPING, digest)


def _free_text(text: str, place: str, digest: ContentId) -> Iterator[Reading]:
    """Free text never grants: it bears out a licence that is stated elsewhere, or leaves something open."""
    words = text.encode()[:WORDS_LIMIT]
    found = from_text(words, name=f"{place}, rights", source=StatementSource.CATALOGUE, digest=digest)
    if found and all(one.statement.licence and one.statement.strength is Strength.PLAIN for one in found):
        for one in found:
            yield replace(one, statement=replace(one.statement, strength=Strength.PROBABLE))
        return
    yield Reading(
        statement=RightsStatement(
            basis=RightsBasis.OTHER,
            licence=None,
            stated="free text",
            evidence=f"{place}: rights, free text",
            source=StatementSource.CATALOGUE,
            missing=f"what the rights field of {place} means: it is not plainly a licence",
            strength=Strength.BLANKET,
            words=content_id_of(words),
            source_digest=digest,
        ),
        words=words,
    )


def _restricted(
    place: str, said: str, kind: StatementKind, forbids: tuple[Act, ...], digest: ContentId
) -> Reading:
    return Reading(
        statement=RightsStatement(
            basis=RightsBasis.POLICY,
            licence=None,
            stated=said,
            evidence=f"{place}: {said}",
            source=StatementSource.CATALOGUE,
            kind=kind,
            forbids=forbids,
            source_digest=digest,
        )
    )


# DDEX


def _of_message(message: Message, digest: ContentId) -> Iterator[Claim]:
    for recording in message.recordings:
        readings = []
        for one in deal_readings(message, recording):
            words = one.words[:WORDS_LIMIT]
            named = content_id_of(words) if words else None
            stated = replace(one.statement, words=named, source_digest=digest)
            readings.append(Reading(statement=stated, words=words))
        yield Claim(
            place=f"ISRC {recording.isrc}",
            target=Target(isrc=recording.isrc),
            readings=tuple(readings),
            deals=recording,
        )
