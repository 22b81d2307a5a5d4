"""`longplay catalogue`: what exists in the world. One module a subcommand: `catalogue_<name>`."""

import click

from longplay.cli import (
    catalogue_build,
    catalogue_export,
    catalogue_forget,
    catalogue_import,
    catalogue_imports,
    catalogue_index,
    catalogue_match,
    catalogue_rejects,
    catalogue_snapshots,
    catalogue_stats,
    catalogue_why,
)


@click.group(short_help="Import what sources publish of the world's music; make one catalogue of it.")
def command() -> None:
    """Import what sources publish of the world's music; make one catalogue of it.

    Nothing is fetched: you bring the files that a source publishes, under its terms. Each import is kept as the
    source has it, with its day and the licence of the data.

    \b
    Examples:
      longplay catalogue import musicbrainz release.tar.xz artist.tar.xz
      longplay catalogue import scrobbles my-listens.csv
      longplay catalogue build
      longplay catalogue match
      longplay catalogue stats --html catalogue.html
    """


command.add_command(catalogue_import.command, "import")
command.add_command(catalogue_imports.command, "imports")
command.add_command(catalogue_rejects.command, "rejects")
command.add_command(catalogue_forget.command, "forget")
command.add_command(catalogue_build.command, "build")
command.add_command(catalogue_match.command, "match")
command.add_command(catalogue_why.command, "why")
command.add_command(catalogue_snapshots.command, "snapshots")
command.add_command(catalogue_stats.command, "stats")
command.add_command(catalogue_export.command, "export")
command.add_command(catalogue_index.command, "index")
