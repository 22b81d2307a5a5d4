"""Options that many commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

archive_option: Decorator = click.option(
    "--archive",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="LONGPLAY_ARCHIVE",
    default=".",
    show_default="this folder",
    help="The archive's folder; or set LONGPLAY_ARCHIVE.",
)

format_option: Decorator = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="text for people; json for programs, one object a line, the summary last.",
)
