"""`longplay withdraw`: make a recording dark, or take that back."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from longplay.cli.options import archive_option, by_option, format_option
from longplay.cli.output import Output
from longplay.errors import UsageError
from longplay.model.withdrawal import ReasonClass

if TYPE_CHECKING:  # an archive is slow to import
    from longplay.curation.withdrawal import Affected, Done, Withdrawal
    from longplay.ledger.register import Register
    from longplay.model.digests import ContentId


@click.command(short_help="Make a recording dark at once, or take that back.")
@click.argument("name", metavar="ID")
@click.option(
    "--reason",
    type=click.Choice([one.value for one in ReasonClass]),
    help="Its class; all that is ever published of the reason.",
)
@by_option
@click.option("--words", metavar="TEXT", help="The reason in full; kept apart, never published.")
@click.option(
    "--words-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with the reason in full, UTF-8.",
)
@click.option("--reverse", is_flag=True, help="Take a withdrawal back; say why with --words.")
@click.option("--statement", metavar="STATEMENT", help="With --reverse: which one, where there are several.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, write nothing.")
@archive_option
@format_option
def command(
    name: str,
    reason: str | None,
    by: str,
    words: str | None,
    words_file: Path | None,
    reverse: bool,
    statement: str | None,
    dry_run: bool,
    archive: Path,
    form: str,
) -> None:
    """Make a recording dark at once, or take that back.

    A withdrawn recording stays where it is and is not streamed, redistributed, transcoded or mined any more.
    The next edition leaves it out and lists a tombstone: content id, day and reason class. To delete the bytes
    too, see `longplay purge`.

    \b
    Examples:
      longplay withdraw 3f1c09 --reason rights-claim --by "Ada" --words-file letter.txt
      longplay withdraw 3f1c09 --reverse --by "Ada" --words "the claim was taken back on 3 May"
    """
    from longplay.cli.names import only_holding
    from longplay.curation.withdrawal import Withdrawal
    from longplay.wiring import new_id, now, open_archive

    _check(reason, reverse, statement)
    text = _words(words, words_file)
    with open_archive(archive) as opened:
        with opened.ledger.reading() as connection:
            content_id = only_holding(connection, name)
        withdrawal = Withdrawal(ledger=opened.ledger, evidence=opened.evidence, clock=now, new_id=new_id)

        def act(register: "Register | None") -> "Done":
            if reverse:
                return withdrawal.reverse(register, content_id, statement=statement, by=by, words=text)
            return withdrawal.withdraw(register, content_id, reason=ReasonClass(str(reason)), by=by, words=text)

        if dry_run:
            done = act(None)
        else:
            with opened.writing() as register:
                done = act(register)
        _print(Output(form), withdrawal, content_id, done, (reverse, dry_run))


def _check(reason: str | None, reverse: bool, statement: str | None) -> None:
    if reverse == (reason is not None):
        raise UsageError("give --reason to withdraw, or --reverse to take a withdrawal back")
    if statement is not None and not reverse:
        raise UsageError("--statement goes with --reverse")


def _words(words: str | None, file: Path | None) -> str:
    if words is not None and file is not None:
        raise UsageError("give --words or --words-file, not both")
    if file is None:
        return words or ""
    try:
        return file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise UsageError(f"{file}: cannot be read as UTF-8 text: {exc}") from exc


def _print(
    out: Output, withdrawal: "Withdrawal", content_id: "ContentId", done: "Done", how: tuple[bool, bool]
) -> None:
    reverse, dry_run = how
    affected = withdrawal.affected(content_id)
    is_dark = not reverse or bool(done.others)
    fields = {
        "content_id": content_id,
        "statement": None if _is_to_come(done, reverse, dry_run) else done.statement,
        "new": done.is_new,
        "dark": is_dark,
        "others": list(done.others),
        "editions": list(affected.editions),
        "bundles": sorted({bundle for bundle, _path in affected.places}),
        "access_copies": affected.copies,
        "dry_run": dry_run,
    }
    out.line("summary", fields, f"{content_id[:12]}: {_told(done, reverse, dry_run)}")
    if done.others:
        out.talk(f"Other withdrawals in force, which keep it dark: {', '.join(done.others)}")
    _advise(out, content_id, affected, is_dark)


def _told(done: "Done", reverse: bool, dry_run: bool) -> str:
    verb = "reversed" if reverse else "withdrawn"
    if not done.is_new:
        return f"{verb} already (statement {done.statement}); nothing was written"
    if _is_to_come(done, reverse, dry_run):
        return "would be withdrawn"
    return f"{'would be ' if dry_run else ''}{verb} (statement {done.statement})"


def _is_to_come(done: "Done", reverse: bool, dry_run: bool) -> bool:
    """Whether the statement has no id yet: it is made when it is written down."""
    return dry_run and done.is_new and not reverse


def _advise(out: Output, content_id: "ContentId", affected: "Affected", is_dark: bool) -> None:
    if affected.places:
        out.talk("Published before, and still with whoever fetched it:")
        for bundle, path in affected.places:
            out.talk(f"  {bundle}: {path}")
        out.talk(f"  in the editions {', '.join(affected.editions) or '(none handed out whole yet)'}")
    if is_dark and affected.places:
        out.talk("Next: longplay publish --edition NEW-NAME makes an edition without it, with a tombstone")
    elif is_dark:
        out.talk("It was not published. Nothing more is to do.")
    else:
        out.talk(f"Next: longplay rights explain {content_id[:12]} redistribute; then publish a new edition")
