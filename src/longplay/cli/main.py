"""`longplay`: the commands by name, each imported only when it is called."""

import sys
from importlib import import_module
from typing import Final

import click

from longplay import __version__
from longplay.cli.output import printable
from longplay.errors import ExitCode, LongplayError

COMMANDS: Final = {
    "init": "Make an archive.",
    "ingest": "Take files in: recordings become holdings, what lies beside them companions.",
    "derive": "Measure what lacks a measurement; make Opus access copies.",
    "holdings": "List what the archive holds.",
    "show": "Describe one holding.",
    "status": "Count what there is.",
    "rights": "Show, explain, check and decide what may be done, where, until when.",
    "withdraw": "Make a recording dark at once, or take that back.",
    "notices": "Keep notices, counter-notices, appeals and statements of reasons on file.",
    "purge": "Delete the bytes of recordings for good; two persons answer for it.",
    "recordings": "Group holdings that are one recording; decide what is doubtful.",
    "catalogue": "Import what sources publish of the world's music; make one catalogue of it.",
    "search": "Find artists, releases and recordings of the catalogue.",
    "coverage": "Say how much of what people listen to the most popular recordings cover, or those you hold.",
    "publish": "Make an edition of what the rights gate lets be redistributed.",
    "stream": "Write a recording to standard output, to be listened to.",
    "dataset": "Export records of what may be mined, and of nothing else.",
    "verify": "Check an edition from its public files alone.",
    "seed": "Serve the published bundles over BitTorrent, straight from the blobs.",
    "mirror": "Hold a copy of an edition: fetch, verify, repair.",
    "audit": "Read every blob again and report damage.",
    "rebuild": "Make the ledger again from journal and blobs.",
    "demo": "The whole story in about a minute, offline, with music of our own.",
}
"""Every command with its first line of help; a test holds the two equal."""


class _Lazy(click.Group):
    """A group whose commands are imported when they are needed, so that `--help` starts at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"longplay.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="longplay")
def cli() -> None:
    """A preservation archive for recorded music.

    It keeps what may lawfully be kept, proves every byte, and publishes editions that anyone can mirror.

    \b
    Try it:        longplay demo
    First archive: longplay init my-archive
                   longplay ingest ~/Music --archive my-archive
                   longplay publish --edition first --archive my-archive
    """


def main() -> None:
    """Run the command line; every error of ours becomes one sentence and its exit code.

    When nobody reads the output any more, click ends with 1: never 0, which would say that all is whole.
    """
    try:
        cli(standalone_mode=False)
    except click.exceptions.Exit as exc:
        sys.exit(exc.exit_code)
    except click.ClickException as exc:
        exc.show()
        sys.exit(ExitCode.USAGE)
    except LongplayError as exc:
        click.echo(printable(f"longplay: {exc}"), err=True)
        sys.exit(exc.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("longplay: stopped; the same command goes on from here", err=True)
        sys.exit(ExitCode.INTERRUPTED)
