"""`longplay seed`: serve the published bundles."""

import signal
import threading
from pathlib import Path

import click

from longplay.cli.options import archive_option, format_option
from longplay.cli.output import Output, size_text
from longplay.errors import GateRefused, UsageError


@click.command(short_help="Serve the published bundles over BitTorrent, straight from the blobs.")
@click.option("--listen", default="127.0.0.1:6881", show_default=True, metavar="ADDR", help="host:port.")
@click.option("--tracker", multiple=True, metavar="URL", help="Announce here as well.")
@click.option("--public", is_flag=True, help="Speak to the network: DHT, any address, any tracker.")
@archive_option
@format_option
def command(listen: str, tracker: tuple[str, ...], public: bool, archive: Path, form: str) -> None:
    """Serve the published bundles over BitTorrent, straight from the blobs.

    Stays on this machine, without DHT, unless --public is given. Runs until it is stopped with Ctrl-C.

    \b
    Examples:
      longplay seed
      longplay seed --public --listen 0.0.0.0:6881 --tracker http://tracker.example.org/announce
    """
    from longplay.editions.handout import Sources
    from longplay.editions.seeding import seed_bundles
    from longplay.swarm.seed import Seeder
    from longplay.swarm.session import check_reach
    from longplay.wiring import open_archive

    out = Output(form)
    check_reach(public=public, listen=listen, peers=(), urls=tracker)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with open_archive(archive) as opened, Seeder(listen=listen, public=public, trackers=tracker) as seeder:
        served = seed_bundles(seeder, opened.ledger, opened.store, Sources(), opened.doorkeeper())
        names = list(served.names)
        if served.withheld:
            out.talk(f"Not served, for something in them may not be passed on: {', '.join(served.withheld)}")
        if served.withheld and not names:
            raise GateRefused(
                "nothing published may be passed on any more: run `longplay publish --edition NEW-NAME`, which "
                "bundles anew what may be"
            )
        if not names:
            raise UsageError("nothing is published yet: run `longplay publish --edition NAME` first")
        host = listen.rpartition(":")[0]
        fields: dict[str, object] = {
            "address": f"{host}:{seeder.port}",
            "bundles": names,
            "withheld": list(served.withheld),
        }
        out.line("listening", fields, text=f"{host}:{seeder.port}")
        out.talk(f"Serving {len(names)} bundles. Stop with Ctrl-C.")
        out.talk(f"Elsewhere: longplay mirror EDITION --into DIR --peer {host}:{seeder.port}")
        stopped.wait()
        state = seeder.state()
    out.line(
        "summary",
        {"bundles": len(names), "uploaded": state.uploaded},
        text=f"uploaded {size_text(state.uploaded)}",
    )
