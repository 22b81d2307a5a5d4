"""`longplay rights show`: everything ever stated about a holding, with its evidence."""

from pathlib import Path

import click

from longplay.cli.options import archive_option, format_option
from longplay.cli.output import Output
from longplay.ledger.rights import Stated, Superseding
from longplay.model.digests import ContentId
from longplay.rights.explaining import standing
from longplay.store.evidence import EvidenceStore

WORDS_SHOWN = 400
"""So many characters of the words behind a statement are shown to people."""


@click.command(short_help="Everything ever stated about a holding, with its evidence.")
@click.argument("name", metavar="ID")
@archive_option
@format_option
def command(name: str, archive: Path, form: str) -> None:
    """Everything ever stated about a holding, with its evidence.

    Each statement with what it says, where it was read, by whom, when, and who ended it. The verbatim words
    come from the archive's erasable evidence.

    \b
    Examples:
      longplay rights show 3f1c09
      longplay rights show 3f1c09 --format json
    """
    from longplay.cli.names import only_holding
    from longplay.ledger import rights as queries
    from longplay.wiring import open_archive

    out = Output(form)
    with open_archive(archive) as opened, opened.ledger.reading() as connection:
        content_id = only_holding(connection, name)
        stated = queries.history(connection, content_id)
        for one in stated:
            print_stated(out, one, opened.evidence)
    in_force = sum(one.superseded is None for one in stated)
    out.talk(f"{len(stated)} statements, {in_force} in force")
    out.line("summary", {"content_id": content_id, "statements": len(stated), "in_force": in_force})


def print_stated(out: Output, one: Stated, evidence: EvidenceStore) -> None:
    """One statement: a JSON line, or a block for people."""
    from msgspec import to_builtins

    words = _words(one.statement.words, evidence)
    ended = _words(one.superseded.words if one.superseded else None, evidence)
    fields = {
        "id": one.id,
        "at": one.at,
        "by": one.by,
        "superseded": to_builtins(one.superseded),
        "words": words,
        "statement": to_builtins(one.statement),
    }
    out.line("statement", fields)
    if not out.json:
        out.table(f"{one.id}  {standing(one.statement)}", stated_rows(one, words, ended))


def stated_rows(one: Stated, words: str | None, ended: str | None) -> list[tuple[str, str]]:
    """A statement for people, with its words and those of who ended it: (name, value)."""
    statement = one.statement
    rows = [
        ("in force", "yes" if one.superseded is None else _ended(one.superseded, ended)),
        ("basis", f"{statement.basis.value}, {statement.kind.value}"),
        ("stated", statement.stated),
        ("evidence", f"{statement.evidence}  ({statement.source.value})"),
        ("read", f"{one.at} by {one.by}"),
    ]
    if statement.words:
        rows.append(("words", " ".join((words or "erased, or missing").split())[:WORDS_SHOWN]))
    if statement.source_digest:
        rows.append(("source", f"SHA-256 {statement.source_digest}"))
    if statement.attribution:
        rows.append(("credit", statement.attribution))
    return rows


def _ended(by: Superseding, words: str | None) -> str:
    return f"no, ended {by.at} by {by.by}: {words or by.reason}"


def _words(name: ContentId | None, evidence: EvidenceStore) -> str | None:
    if name is None:
        return None
    found = evidence.get(name)
    return None if found is None else found.decode("utf-8", "replace")
