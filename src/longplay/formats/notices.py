"""Papers about a claim as bytes: the JSON that is kept, and the TOML in which somebody fills one in.

The JSON of a paper is canonical: the same paper always has the same digest. Unknown fields are refused, so that
a misspelt one is not lost.

Source: docs/format/archive.md, "Evidence"; RFC 8259; TOML 1.0.
"""

import tomllib
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from longplay.errors import MalformedInput
from longplay.model.digests import ContentId, is_content_id
from longplay.model.notices import FORMS, Paper
from longplay.model.withdrawal import NoticeKind

SCHEMA: Final = 1
SIZE_LIMIT: Final = 1 << 20
"""Longer papers are refused, bytes."""

_encoder = msgspec.json.Encoder(order="deterministic")


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    """The JSON of a paper."""

    schema: int
    kind: NoticeKind
    about: list[str]
    answers: str | None
    fields: dict[str, str]


def make_paper(
    kind: NoticeKind, about: Iterable[ContentId], fields: Mapping[str, str], *, answers: str | None = None
) -> Paper:
    """A paper with its fields in the order of the form, blanks around them and empty ones left out.

    Raises:
        MalformedInput: the form has no such field.
    """
    known = [field.name for field in FORMS[kind]]
    unknown = sorted(set(fields) - set(known))
    if unknown:
        raise MalformedInput(kind.value, f"no field {unknown[0]!r}: use {', '.join(known)}")
    filled = tuple((name, fields[name].strip()) for name in known if fields.get(name, "").strip())
    return Paper(kind=kind, about=tuple(sorted(set(about))), answers=answers, fields=filled)


def write_paper(paper: Paper) -> bytes:
    """The JSON of a paper.

    Raises:
        MalformedInput: it is too long, or holds what is no Unicode text.
    """
    document = _Document(
        schema=SCHEMA,
        kind=paper.kind,
        about=list(paper.about),
        answers=paper.answers,
        fields=dict(paper.fields),
    )
    try:
        data = _encoder.encode(document)
    except UnicodeEncodeError as exc:
        raise MalformedInput("paper", "it is no Unicode text") from exc
    _check_size(data)
    return data


def read_paper(data: bytes) -> Paper:
    """A paper from its JSON.

    Raises:
        MalformedInput: it is not one.
    """
    _check_size(data)
    try:
        document = msgspec.json.decode(data, type=_Document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise MalformedInput("paper", str(exc)) from exc
    if document.schema != SCHEMA:
        raise MalformedInput("paper", f"schema {document.schema} is not known")
    if not all(map(is_content_id, document.about)):
        raise MalformedInput("paper", "it is about what is no content id")
    about = map(ContentId, document.about)
    return make_paper(document.kind, about, document.fields, answers=document.answers)


def read_form(data: bytes) -> dict[str, str]:
    """The fields of a form that somebody filled in, by name, numbers and days as text.

    Raises:
        MalformedInput: it is no TOML in UTF-8, or a field is no text.
    """
    _check_size(data)
    try:
        table = tomllib.loads(data.decode("utf-8"))
        for name, value in table.items():
            if isinstance(value, dict | list | bool):
                raise MalformedInput("form", f"field {name!r} is no text")
        return {name: str(value) for name, value in table.items()}
    except (ValueError, RecursionError) as exc:  # of TOML, of UTF-8, of a number with too many digits
        raise MalformedInput("form", str(exc)) from exc


def empty_form(kind: NoticeKind) -> str:
    """A form to fill in, TOML: each field below what it asks for and where the law does."""
    lines = [f"# {kind.value}: fill in what is known; what is left empty is reported, not refused.", ""]
    for field in FORMS[kind]:
        lines.append(f"# {field.asks}" + (f" [{field.clause}]" if field.clause else ""))
        lines += [f"# or fill in {field.instead}"] if field.instead else []
        lines += [f'{field.name} = ""', ""]
    return "\n".join(lines)


def _check_size(data: bytes) -> None:
    if len(data) > SIZE_LIMIT:
        raise MalformedInput("paper", f"it has {len(data)} bytes, more than {SIZE_LIMIT}")
