"""A libtorrent session: on loopback and silent unless it is meant for the public.

Source: libtorrent 2.1, settings_pack.
"""

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from longplay.errors import SwarmError, UsageError
from longplay.model.units import MIB

if TYPE_CHECKING:
    import libtorrent

LOOPBACK: Final = "127.0.0.1:0"


def parse_address(text: str) -> tuple[str, int]:
    """`host:port` with a numeric host as (host, port); IPv6 in brackets.

    Raises:
        UsageError: it is none.
    """
    host, _, port = text.rpartition(":")
    host = host.strip("[]")
    try:
        ipaddress.ip_address(host)
        number = int(port)
    except ValueError as exc:
        raise UsageError(f"{text!r} is no address: write it as 192.0.2.7:6881 or [2001:db8::7]:6881") from exc
    if not 0 <= number <= 65535:
        raise UsageError(f"{text!r}: a port is between 0 and 65535")
    return host, number


def is_loopback(host: str) -> bool:
    """Whether a host is this machine and nobody else."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_reach(*, public: bool, listen: str, peers: tuple[str, ...], urls: tuple[str, ...]) -> None:
    """Pass when nothing beyond this machine is spoken to, or that was asked for.

    Raises:
        UsageError: an address is not loopback and `public` is not set.
    """
    if public:
        return
    hosts = [parse_address(address)[0] for address in (listen, *peers)]
    hosts += [_host(url) for url in urls]
    for host in hosts:
        if not is_loopback(host):
            raise UsageError(f"{host} is not this machine: add --public to speak to the network")


def within_reach(urls: Iterable[str], *, public: bool) -> list[str]:
    """Those URLs that may be spoken to; a torrent from elsewhere may name any."""
    return [url for url in urls if public or is_loopback(_host(url))]


def _host(url: str) -> str:
    """The host of a URL; `""` when it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def start_session(*, listen: str, public: bool) -> "libtorrent.session":
    """A session that listens.

    Args:
        listen: `host:port`; port 0 lets the system choose.
        public: whether DHT, local discovery and port mapping are on.

    Raises:
        SwarmError: nothing can listen there.
    """
    import libtorrent as lt

    host, port = parse_address(listen)
    shown = f"[{host}]" if ":" in host else host
    session = lt.session(
        {
            "user_agent": "longplay",
            "listen_interfaces": f"{shown}:{port}",
            "max_retry_port_bind": 0,
            "listen_system_port_fallback": False,
            "enable_dht": public,
            "enable_lsd": public,
            "enable_upnp": public,
            "enable_natpmp": public,
            "allow_multiple_connections_per_ip": True,
            "enable_outgoing_utp": public,
            "enable_incoming_utp": public,
            "mixed_mode_algorithm": 0,
            "max_out_request_queue": 2_000,
            "send_buffer_watermark": 4 * MIB,
            "file_pool_size": 500,
            "ssrf_mitigation": public,
            "alert_mask": lt.alert.category_t.error_notification
            | lt.alert.category_t.status_notification
            | lt.alert.category_t.storage_notification,
        }
    )
    if listening_port(session, wait_s=5.0) == 0:
        raise SwarmError(f"nothing can listen on {listen}: is another program there?")
    return session


def listening_port(session: "libtorrent.session", *, wait_s: float) -> int:
    """The port a session listens on; 0 when it does not after `wait_s` seconds."""
    import time

    until = time.monotonic() + wait_s
    while time.monotonic() < until:
        port = int(session.listen_port())
        if port and session.is_listening():
            return port
        time.sleep(0.02)
    return 0
