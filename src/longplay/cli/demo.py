"""`longplay demo`: the whole story in about a minute."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from longplay.cli.options import format_option
from longplay.cli.output import Output
from longplay.cli.progress import progress_bar
from longplay.errors import ExitCode


@click.command(short_help="The whole story in about a minute, offline, with music of our own.")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default="longplay-demo",
    show_default=True,
    help="Gets everything; a demo that lies there already is replaced.",
)
@click.option(
    "--music",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Tell it of this folder instead; a rights.csv or MANIFEST.csv in or beside it is used.",
)
@click.option("--no-serve", is_flag=True, help="Do not serve anything at the end.")
@format_option
def command(folder: Path, music: Path | None, no_serve: bool, form: str) -> None:  # noqa: ARG001 - see help
    """The whole story in about a minute, offline, with music of our own.

    Performs six public-domain pieces, takes them in with an unlicensed, a damaged and a duplicate file and one
    piece in another encoding, which it recognises by its sound; publishes, verifies, mirrors over BitTorrent on
    this machine, breaks a byte and repairs it, and makes the ledger again. Never asks anything. Nothing serves
    yet, so --no-serve changes nothing.

    \b
    Examples:
      longplay demo
      longplay demo --dir /tmp/demo --music ~/Music
    """
    from longplay.demo.story import Story

    out = Output(form)

    def chapter(text: str) -> None:
        out.gap()
        out.line("chapter", {"text": text}, text=f"== {text}")

    story = Story(
        folder=folder.resolve(),
        music=music.resolve() if music else None,
        chapter=chapter,
        say=lambda text: out.line("step", {"text": text}, text=text),
        progress=progress_bar(quiet=out.json),
    )
    told = story.tell()
    fields = {
        "folder": str(told.folder),
        "archive": str(told.archive),
        "edition": str(told.edition) if told.edition else None,
        "mirror": str(told.mirror) if told.mirror else None,
        "whole": told.whole,
        "taken": asdict(told.taken),
    }
    verdict = "Everything is whole." if told.whole else "SOMETHING IS NOT WHOLE."
    out.gap()
    out.line("summary", fields, text=f"{verdict} The edition: {told.edition or 'none'}")
    if not told.whole:
        sys.exit(ExitCode.DAMAGED)
