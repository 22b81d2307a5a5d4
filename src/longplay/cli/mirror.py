"""`longplay mirror`: hold a copy of an edition."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from longplay.cli.options import format_option
from longplay.cli.output import Output, size_text
from longplay.cli.progress import progress_bar
from longplay.errors import ExitCode, UsageError
from longplay.model.editions import Partition


@click.command(short_help="Hold a copy of an edition: fetch, verify, repair.")
@click.argument("edition", metavar="EDITION")
@click.option(
    "--into", required=True, type=click.Path(path_type=Path, file_okay=False), help="The mirror's folder."
)
@click.option(
    "--peer", multiple=True, metavar="ADDR", help="host:port of somebody who has it; may be repeated."
)
@click.option("--public", is_flag=True, help="Speak to the network: DHT, any address, any web seed.")
@click.option("--trust", is_flag=True, help="Do not read again what was seen whole before.")
@click.option(
    "--stall", default=60.0, show_default=True, metavar="SECONDS", help="Give up after so long without a byte."
)
@click.option(
    "--without",
    multiple=True,
    type=click.Choice([partition.value for partition in Partition]),
    help="Leave bundles of this partition out; may be repeated.",
)
@format_option
def command(
    edition: str,
    into: Path,
    peer: tuple[str, ...],
    public: bool,
    trust: bool,
    stall: float,
    without: tuple[str, ...],
    form: str,
) -> None:
    """Hold a copy of an edition: fetch, verify, repair.

    EDITION is an edition's folder or its http(s) address. What is there already is checked first; only missing
    or damaged pieces are fetched. Without --peer, a folder that has the payload serves it, and a web address
    serves as a web seed. May be stopped and run again at any time; run again, it repairs. What lies here and
    was withdrawn since is named; nothing is deleted.

    \b
    Examples:
      longplay mirror my-archive/editions/first --into /mnt/disk/first
      longplay mirror first/ --into copy/ --peer 127.0.0.1:6881
      longplay mirror https://example.org/2026-11/ --into copy/ --public --without non-commercial
    """
    from longplay.mirror.mirroring import Mirroring
    from longplay.mirror.source import FolderSource, open_source
    from longplay.swarm.session import LOOPBACK, check_reach
    from longplay.wiring import now

    out = Output(form)
    source = open_source(edition, public=public)
    if isinstance(source, FolderSource) and source.folder == into.resolve():
        raise UsageError(f"{into} is the edition itself: name another folder or another source")
    check_reach(public=public, listen=LOOPBACK, peers=peer, urls=source.web_seeds())
    mirroring = Mirroring(
        source=source,
        into=into.resolve(),
        peers=peer,
        public=public,
        stall_s=stall,
        trust=trust,
        clock=now,
        without=frozenset(map(Partition, without)),
    )
    done = mirroring.run(report=out.finding, progress=progress_bar(quiet=out.json))
    fetched = f"{done.fetched_pieces} pieces, {size_text(done.fetched_bytes)} fetched"
    text = f"{done.edition}: {done.whole} of {done.bundles} bundles whole; {fetched}"
    out.line("summary", {**asdict(done), "into": str(into.resolve())}, text=text)
    for name in done.outdated:
        out.talk(f"{name} is not part of the edition any more: stop passing it on, and delete it")
    if done.withdrawn:
        out.talk(f"Withdrawn recordings that still lie here: {done.withdrawn}; delete these files, nothing did")
    if done.whole < done.bundles:
        out.talk("Not whole: run the same command again, with another --peer")
        sys.exit(ExitCode.DAMAGED)
    left = "".join(f" --without {name}" for name in dict.fromkeys(without))
    out.talk(f"Check it any time: longplay verify {into}{left}")
