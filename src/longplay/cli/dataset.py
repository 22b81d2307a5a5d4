"""`longplay dataset`: records of what may be mined."""

from pathlib import Path

import click

from longplay.cli.options import archive_option, format_option, purpose_option, territory_option
from longplay.cli.output import Output
from longplay.cli.progress import progress_bar
from longplay.model.rights import Purpose, Territory


@click.command(short_help="Export records of what may be mined, and of nothing else.")
@click.argument("name", metavar="NAME")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=".",
    show_default="this folder",
    help="Folder that gets the folder NAME.",
)
@click.option("--audio", is_flag=True, help="Link the recordings too, not only their records.")
@territory_option
@purpose_option
@archive_option
@format_option
def command(
    name: str, out: Path, audio: bool, territory: Territory, purpose: str, archive: Path, form: str
) -> None:
    """Export records of what may be mined, and of nothing else.

    A data set for training or research: JSON lines, Parquet, the credit each licence asks for, preferences on
    text and data mining, a manifest of digests. The rights gate is asked for `mine`; what is reserved stays
    out.

    \b
    Examples:
      longplay dataset open-corpus --out sets
      longplay dataset training --purpose commercial --territory SE --audio
    """
    from longplay.editions.data_set import DataSets, Wanted
    from longplay.rights.gate import decide
    from longplay.wiring import now, open_archive

    printer = Output(form)
    wanted = Wanted(name=name, territory=territory, purpose=Purpose(purpose), with_audio=audio)
    with open_archive(archive) as opened, opened.writing() as register:
        data_sets = DataSets(
            store=opened.store,
            register=register,
            gate=decide,
            as_object=opened.rights_object,
            mining=opened.settings.rights.mining_preference,
            clock=now,
        )
        made = data_sets.make(wanted, out=out.resolve(), progress=progress_bar(quiet=printer.json))
    printer.line(
        "summary",
        {"folder": str(made.folder), "members": made.members, "left_out": dict(made.left_out)},
        text=str(made.folder),
    )
    left_out = ", ".join(f"{number} by {rule}" for rule, number in made.left_out.items())
    printer.talk(f"{made.members} recordings; left out: {left_out or 'none'}")
    printer.talk(f"Next: cd {made.folder} && sha256sum --check --quiet manifest-sha256.txt")
