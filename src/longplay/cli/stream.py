"""`longplay stream`: a recording handed out to be listened to."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from longplay.cli.options import archive_option, format_option, purpose_option, territory_option
from longplay.cli.output import Output, size_text
from longplay.errors import UsageError
from longplay.model.rights import Purpose, Territory

if TYPE_CHECKING:  # an archive is slow to import
    from longplay.editions.listening import Streamed


@click.command(short_help="Write a recording to standard output, to be listened to.")
@click.argument("name", metavar="ID")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="A new file, instead of standard output."
)
@click.option("--original", is_flag=True, help="The original, though there is an access copy.")
@territory_option
@purpose_option
@archive_option
@format_option
def command(
    name: str,
    out: Path | None,
    original: bool,
    territory: Territory,
    purpose: str,
    archive: Path,
    form: str,
) -> None:
    """Write a recording to standard output, to be listened to.

    The best access copy where there is one, else the original; only where the rights gate permits `stream`. The
    decision is journalled first. The bytes are checked on the way out: damage ends with exit code 5, and what
    was written then is not the whole file. JSON lines need --out, as standard output holds the recording.

    \b
    Examples:
      longplay stream 3f1c09 | mpv -
      longplay stream 3f1c09 --territory SE --out song.opus
    """
    _check(out, form)
    from longplay.cli.names import only_holding
    from longplay.editions.listening import Listening
    from longplay.rights.gate import decide
    from longplay.wiring import now, open_archive

    with open_archive(archive) as opened, opened.writing() as register:
        with opened.ledger.reading() as connection:
            content_id = only_holding(connection, name)
        listening = Listening(
            store=opened.store, register=register, gate=decide, as_object=opened.rights_object, clock=now
        )
        with _target(out) as target:
            done = listening.stream(
                content_id, target, territory=territory, purpose=Purpose(purpose), original=original
            )
    _print(Output(form), done, out)


def _check(out: Path | None, form: str) -> None:
    if out is None and form == "json":
        raise UsageError("standard output holds the recording: name a file with --out to have JSON lines")
    if out is None and sys.stdout.isatty():
        raise UsageError("these are bytes to listen to: pipe them into a player, or name a file with --out")
    if out is not None and out.exists():
        raise UsageError(f"{out} is there already: choose another name")


@contextmanager
def _target(out: Path | None) -> Iterator[BinaryIO]:
    """Where the bytes go; a file gets its name when it is whole."""
    if out is None:
        yield sys.stdout.buffer
        return
    unfinished = out.with_name(f".{out.name}.unfinished")
    try:
        try:
            with unfinished.open("wb") as file:
                yield file
            unfinished.rename(out)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as exc:
        raise UsageError(f"{out} cannot be written: {exc.strerror}") from exc


def _print(out: Output, done: "Streamed", file: Path | None) -> None:
    conditions = [condition.value for condition in done.decision.conditions]
    fields = {
        "content_id": done.content_id,
        "blob": done.blob,
        "size": done.size,
        "file": str(file),
        "verdict": done.decision.verdict.value,
        "rule": done.decision.rule,
        "licence": done.decision.licence,
        "conditions": conditions,
    }
    out.line("summary", fields)
    kind = "the original" if done.blob == done.content_id else f"access copy {done.blob[:12]}"
    under = f" under {done.decision.licence}" if done.decision.licence else ""
    out.talk(f"{done.content_id[:12]}  {size_text(done.size)}  {kind}{under}")
    out.talk(f"Asked in return: {', '.join(conditions) or 'nothing'}")
