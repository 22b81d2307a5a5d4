"""Options that many commands share."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from longplay.model.rights import WORLD, Act, Purpose, Territory

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

snapshot_option: Decorator = click.option(
    "--snapshot",
    type=click.IntRange(min=1),
    metavar="N",
    show_default="the latest",
    help="Of which snapshot of the catalogue.",
)

by_option: Decorator = click.option(
    "--by", required=True, metavar="NAME", help="Who decides; stands in the journal."
)
reason_option: Decorator = click.option(
    "--reason", required=True, metavar="TEXT", help="Why; kept as evidence, apart from the journal."
)


class TerritoryType(click.ParamType[Territory]):
    """`001` for the whole world, an ISO 3166-1 alpha-2 code, or `EU`.

    A code that nobody assigned is refused: what is forbidden in `UK` would be forbidden nowhere.
    """

    name = "territory"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Territory:
        """The code in capitals."""
        from longplay.formats.territories import PLACES

        code = value.strip().upper()
        if code != WORLD and code not in PLACES:
            self.fail(
                f"{value!r} is no territory: give an ISO 3166-1 code such as SE, or EU, or 001 for everywhere",
                param,
                ctx,
            )
        return Territory(code)


class DayType(click.ParamType[date]):
    """A day, ISO 8601."""

    name = "day"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day."""
        try:
            return datetime.strptime(value.strip(), "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            self.fail(f"{value!r} is no day: write 2026-11-25", param, ctx)


act_option: Decorator = click.option(
    "--act",
    type=click.Choice([act.value for act in Act]),
    default=Act.REDISTRIBUTE.value,
    show_default=True,
    help="What somebody wants to do.",
)
territory_option: Decorator = click.option(
    "--territory",
    type=TerritoryType(),
    default=WORLD,
    metavar="CODE",
    show_default="001, everywhere",
    help="Where: an ISO 3166-1 code such as SE or GB, EU, or 001 for everywhere.",
)
day_option: Decorator = click.option(
    "--day", type=DayType(), metavar="DAY", show_default="today", help="On which day, such as 2027-01-01."
)
purpose_option: Decorator = click.option(
    "--purpose",
    type=click.Choice([purpose.value for purpose in Purpose]),
    default=Purpose.ARCHIVE.value,
    show_default=True,
    help="What for; non-commercial licences ask.",
)
