"""`longplay init`: make an archive."""

from pathlib import Path

import click

from longplay.cli.options import format_option
from longplay.cli.output import Output
from longplay.model.rights import KeepingBasis

_MEANING = {
    KeepingBasis.LEGAL_DEPOSIT: "a legal deposit law lets you keep what is deposited",
    KeepingBasis.LIBRARY_EXCEPTION: "a library or archive exception lets you keep preservation copies",
    KeepingBasis.DEPOSIT_AGREEMENT: "rights holders deposit under an agreement",
    KeepingBasis.OWN_COLLECTION: "these are your own files: you keep them for yourself",
    KeepingBasis.OPEN_LICENCES_ONLY: "nothing is kept that an open licence does not permit",
}


@click.command(short_help="Make an archive.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--basis",
    type=click.Choice([basis.value for basis in KeepingBasis]),
    default=KeepingBasis.OWN_COLLECTION.value,
    show_default=True,
    help="On what you keep files that carry no open licence. They stay dark whatever you say here.",
)
@click.option("--name", help="Short name (a-z, 0-9, -); bundles are called after it. Default: after DIR.")
@format_option
def command(folder: Path, basis: str, name: str | None, form: str) -> None:
    """Make an archive.

    Makes DIR with longplay.toml, an empty journal, and a ledger. Nothing that lies in DIR is touched.

    \b
    Examples:
      longplay init my-archive
      longplay init /srv/archive --basis library-exception --name national-sound
    """
    from longplay.wiring import make_archive

    keeping = KeepingBasis(basis)
    settings = make_archive(folder, keeping=keeping, name=name)
    out = Output(form)
    root = folder.resolve()
    fields = {"archive": str(root), "id": settings.archive.id, "name": settings.archive.name}
    out.line("summary", {**fields, "keeping": basis}, text=str(root))
    out.talk(f"An archive named {settings.archive.name}. Basis for keeping: {basis}, {_MEANING[keeping]}.")
    out.talk("What carries no open licence is kept dark: never streamed, never published.")
    out.talk(f"Next: longplay ingest FOLDER --archive {folder}")
