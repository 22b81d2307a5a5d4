"""What a companion states about the rights in recordings, and which of it is about which recording.

A statement about a whole folder is weaker than one about a file. Where the file's own tags name somebody whom
the folder's text does not name, the folder's statement leaves open whether it covers that recording.

Source: docs/reference/reading-rights.md.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from longplay.errors import MalformedInput
from longplay.formats.phrases import mentions
from longplay.formats.reuse import Grant, granted, is_dep5, read_dep5, read_reuse_toml
from longplay.model.audio import TagFacts
from longplay.model.digests import ContentId
from longplay.model.rights import (
    Reading,
    RightsBasis,
    RightsStatement,
    StatementSource,
    Strength,
    Subject,
)
from longplay.rights.lists import Entry, entries, from_grant
from longplay.rights.readers import credit_in, from_text, text_of

NAMED_IN_LIMIT: Final = 64 * 1024
"""So much of a text is searched for the names in tags, characters."""

NAME_LIMIT: Final = 200
"""No more of a name is looked for, characters."""

NAMES_LIMIT: Final = 20
"""No more names of one recording are looked for."""

_MAKERS: Final = frozenset({"tpe1", "tp1", "artist", "©art", "author", "wm/albumartist", "iart"})
_HOLDERS: Final = frozenset({"tcop", "tcr", "copyright", "cprt", "icop"})
_NOTICE = re.compile(
    r"^\W*(?:copyright|\(c\)|\(p\)|©|℗)?[\s:]{0,3}(?:\(c\)|\(p\)|©|℗)?[\s,]{0,3}(?:\d{4}(?:\s?[-–,]\s?\d{2,4})*)?[\s,:]{0,3}"
    r"(?:by\s)?(?P<name>[^\W\d_](?:(?!all\srights|some\srights|\.\s|,\s?(?:licen|released)).)*)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S{1,200}|\S{1,64}@\S{1,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedBeside:
    """What one companion states.

    Attributes:
        readings: of the music it lies with.
        entries: of files or titles it names, in prose.
        grants: of patterns of paths, machine-readable.
        text: its words, casefolded, to find names in.
        credit: who made what it is about, where it says so on a line of its own.
        digest: content id of the companion; `None` when nothing was read.
    """

    readings: tuple[Reading, ...] = ()
    entries: tuple[Entry, ...] = ()
    grants: tuple[Grant, ...] = ()
    text: str = ""
    credit: str | None = None
    digest: ContentId | None = None

    def as_sidecar(self) -> tuple[Reading, ...]:
        """What it states of the one file that it shares its name with."""
        return tuple(
            replace(one, statement=replace(one.statement, source=StatementSource.SIDECAR))
            for one in self.readings
        )

    def of_file(self, below: str, path: str, named: tuple[str, ...], *, list_name: str) -> Iterator[Reading]:
        """What it states of a file it names.

        Args:
            below: the file's path below the folder the companion speaks for.
            path: the same with the folders above it.
            named: who made the recording, as its tags and sidecars say.
            list_name: the companion's name, for the evidence.
        """
        grant = granted(self.grants, below)
        if grant is not None and grant.licence and not grant.pattern.is_everything:
            yield from_grant(grant, name=list_name, source=StatementSource.NEIGHBOUR, digest=self.digest)
        for entry in self.entries:
            if entry.names(path):
                yield from entry.readings
            elif entry.calls(path):
                strangers = _strangers(named, entry.text)
                for reading in entry.readings:
                    yield replace(reading, statement=_doubted(reading.statement, strangers))

    def of_everything(self, below: str, named: tuple[str, ...], *, list_name: str) -> Iterator[Reading]:
        """What a machine-readable list states of all files in its folder.

        Args:
            below, named, list_name: as for `of_file`.
        """
        grant = granted(self.grants, below)
        if grant is not None and grant.licence and grant.pattern.is_everything:
            reading = from_grant(grant, name=list_name, source=StatementSource.NEIGHBOUR, digest=self.digest)
            strangers = _strangers(named, grant.copyright.casefold())
            yield replace(reading, statement=_of_folder(reading.statement, strangers))

    def of_folder(self, named: tuple[str, ...], *, list_name: str) -> Iterator[Reading]:
        """What its prose states of the music in its folder.

        A text that states several licences of music is a list: which of them is this recording's is left open.

        Args:
            named, list_name: as for `of_file`.
        """
        about = [one for one in self.readings if Subject.RECORDING in one.statement.covers]
        licences = sorted({one.statement.licence for one in about if one.statement.licence})
        if len(licences) > 1:
            yield self._listing(about[0], licences, list_name)
            return
        strangers = _strangers(named, self.text)
        for reading in about:
            yield replace(reading, statement=_of_folder(reading.statement, strangers))

    def _listing(self, first: Reading, licences: list[str], list_name: str) -> Reading:
        named = ", ".join(licences[:6]) + (", ..." if len(licences) > 6 else "")
        return Reading(
            statement=RightsStatement(
                basis=RightsBasis.OTHER,
                licence=None,
                stated=named,
                evidence=f"{list_name} states several licences",
                source=first.statement.source,
                missing=f"which of the licences in {list_name} is this recording's: {named}",
                strength=Strength.BLANKET,
                source_digest=self.digest,
            )
        )


def _strangers(named: tuple[str, ...], text: str) -> list[str]:
    """Who is not named in a text, casefolded, as words of their own."""
    return [name for name in named if not _is_named(name.casefold(), text)]


def _is_named(name: str, text: str) -> bool:
    at = text.find(name)
    while at >= 0:
        around = text[max(at - 1, 0) : at] + text[at + len(name) : at + len(name) + 1]
        if not any(char.isalnum() for char in around):
            return True
        at = text.find(name, at + 1)
    return False


def _of_folder(stated: RightsStatement, strangers: list[str]) -> RightsStatement:
    """A statement as one about a folder; what is only probable lacks that it be said plainly."""
    if stated.strength is Strength.PROBABLE and stated.missing is None:
        missing = f"whether {stated.stated!r} means {stated.licence}: it is not plainly said"
        stated = replace(stated, missing=missing)
    return _doubted(replace(stated, strength=Strength.BLANKET), strangers)


def _doubted(stated: RightsStatement, strangers: list[str]) -> RightsStatement:
    """A statement, with its doubt where it may be about somebody else's recording."""
    if not strangers or stated.missing is not None:
        return stated
    return replace(
        stated,
        missing=f"whether what is stated covers a recording by {strangers[0]!r}, whom it does not name",
    )


NOTHING: Final = StatedBeside()


def read_beside(data: bytes, *, name: str, digest: ContentId) -> tuple[StatedBeside, str | None]:
    """What a companion states, and why it could not be read where it claims a format.

    Args:
        data: its first bytes.
        name: its name.
        digest: content id of the whole file.
    """
    try:
        if name == "REUSE.toml":
            return StatedBeside(grants=read_reuse_toml(data), digest=digest), None
        if is_dep5(data):
            return StatedBeside(grants=read_dep5(data), digest=digest), None
    except MalformedInput as exc:
        return StatedBeside(), str(exc)
    source = StatementSource.NEIGHBOUR
    return (
        StatedBeside(
            readings=from_text(data, name=name, source=source, digest=digest),
            entries=entries(data, name=name, source=source, digest=digest),
            text=text_of(data)[:NAMED_IN_LIMIT].casefold(),
            credit=credit_in(text_of(data)),
            digest=digest,
        ),
        None,
    )


def is_plain(reading: Reading) -> bool:
    """Whether a reading settles by itself what holds of the recording."""
    stated = reading.statement
    is_about_it = Subject.RECORDING in stated.covers
    return stated.strength is Strength.PLAIN and stated.missing is None and is_about_it


def holders(tags: TagFacts) -> tuple[str, ...]:
    """Who the tags say made it or holds its rights, each once; addresses are left out."""
    said = [value for key, values in tags.tags if _word(key) in _MAKERS for value in values]
    said += [_holder(value) for key, values in tags.tags if _word(key) in _HOLDERS for value in values]
    names = [
        " ".join(_ADDRESS.sub(" ", name).split()).strip(" |,;:-")[:NAME_LIMIT] for name in said[:NAMES_LIMIT]
    ]
    return tuple(dict.fromkeys(name for name in names if name))


def _word(key: str) -> str:
    return key.partition(":")[0].casefold()


def _holder(value: str) -> str:
    """The name in a copyright notice of one line; `""` where there is none, or a licence stands there."""
    if len(value) > NAME_LIMIT or mentions(value):
        return ""
    match = _NOTICE.match(value)
    return match["name"] if match else ""
