"""Addresses, and who may be spoken to."""

import ipaddress
import socket
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longplay.errors import SwarmError, UsageError
from longplay.swarm.session import (
    check_reach,
    is_loopback,
    listening_port,
    parse_address,
    start_session,
    within_reach,
)

HOSTS = st.ip_addresses()
PORTS = st.integers(0, 65535)


def written(host: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int) -> str:
    return f"[{host}]:{port}" if host.version == 6 else f"{host}:{port}"


@given(host=HOSTS, port=PORTS)
def test_an_address_is_read_as_it_is_written(
    host: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int
) -> None:
    assert parse_address(written(host, port)) == (str(host), port)


@given(text=st.text(max_size=20))
def test_any_text_is_an_address_or_a_usage_error(text: str) -> None:
    try:
        host, port = parse_address(text)
    except UsageError:
        return
    assert ipaddress.ip_address(host)
    assert 0 <= port <= 65535


@given(host=HOSTS)
def test_without_public_only_this_machine_is_reached(
    host: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    address = written(host, 1)
    asked: list[Callable[[], None]] = [
        lambda: check_reach(public=False, listen=address, peers=(), urls=()),
        lambda: check_reach(public=False, listen="127.0.0.1:0", peers=(address,), urls=()),
        lambda: check_reach(public=False, listen="127.0.0.1:0", peers=(), urls=(f"http://{address}/",)),
    ]
    for ask in asked:
        if host.is_loopback:
            ask()
        else:
            with pytest.raises(UsageError, match="--public"):
                ask()
    check_reach(public=True, listen=address, peers=(address,), urls=(f"http://{address}/",))


@pytest.mark.parametrize(
    "url", ["http://example.org/", "http://127.0.0.1.example.org/", "udp://192.0.2.1:1/a", "", "http://[::1"]
)
def test_a_url_beyond_this_machine_is_left_out_of_a_torrents_own(url: str) -> None:
    here = "http://127.0.0.1:80/announce"
    assert within_reach([url, here], public=False) == [here]
    assert within_reach([url, here], public=True) == [url, here]
    with pytest.raises(UsageError, match="--public"):
        check_reach(public=False, listen="127.0.0.1:0", peers=(), urls=(url,))


def test_localhost_is_this_machine_and_a_name_like_it_is_not() -> None:
    assert is_loopback("localhost")
    assert not is_loopback("localhost.example.org")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_the_system_chooses_a_port(host: str) -> None:
    session = start_session(listen=f"{host}:0", public=False)
    assert listening_port(session, wait_s=1.0) > 0


def test_a_session_tells_nobody_that_it_is_there() -> None:
    told = start_session(listen="127.0.0.1:0", public=False).get_settings()
    for way in ("enable_dht", "enable_lsd", "enable_upnp", "enable_natpmp"):
        assert told[way] is False


def test_a_port_that_is_taken_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SwarmError, match="another program"):
        start_session(listen=f"127.0.0.1:{taken.getsockname()[1]}", public=False)
