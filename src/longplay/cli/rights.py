"""`longplay rights`: what is stated, what follows, who decided. One module a subcommand: `rights_<name>`."""

import click

from longplay.cli import (
    rights_calendar,
    rights_check,
    rights_decide,
    rights_drift,
    rights_explain,
    rights_import,
    rights_show,
)


@click.group(short_help="Show, explain, check and decide what may be done, where, until when.")
def command() -> None:
    """Show, explain, check and decide what may be done, where, until when.

    Nothing passes the gate unasked. Recording and musical work are two tests, and both must pass. What is not
    known is not permitted.

    \b
    Examples:
      longplay rights check
      longplay rights explain 3f1c09 redistribute
      longplay rights decide 3f1c09 --licence CC-BY-4.0 --by "Ada" --reason "letter of the author, 3 May"
    """


command.add_command(rights_show.command, "show")
command.add_command(rights_explain.command, "explain")
command.add_command(rights_check.command, "check")
command.add_command(rights_decide.command, "decide")
command.add_command(rights_import.command, "import")
command.add_command(rights_drift.command, "drift")
command.add_command(rights_calendar.command, "calendar")
