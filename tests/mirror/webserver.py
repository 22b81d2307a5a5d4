"""A web server on loopback that serves a folder with byte ranges, as a web seed must."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote


@dataclass
class Site:
    """A folder that is served.

    Attributes:
        url: of the folder, ending in `/`.
        wait_s: before each answer about a payload file.
        asked: paths asked for, in order.
        busy: set when a payload file is asked for.
    """

    url: str = ""
    wait_s: float = 0.0
    asked: list[str] = field(default_factory=list)
    busy: threading.Event = field(default_factory=threading.Event)


class _Ranges(SimpleHTTPRequestHandler):
    """GET of whole files and of byte ranges, several on one connection."""

    protocol_version = "HTTP/1.1"

    def __init__(self, site: Site, *arguments: object, **named: object) -> None:
        self.site = site
        super().__init__(*arguments, **named)

    def do_GET(self) -> None:
        path = unquote(self.path.partition("?")[0])
        self.site.asked.append(path)
        if "/data/" in path:
            self.site.busy.set()
            time.sleep(self.site.wait_s)
        file = Path(self.translate_path(self.path))
        if not file.is_file():
            self.send_error(404)
            return
        data = file.read_bytes()
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first = int(asked[1]) if asked else 0
        last = int(asked[2]) if asked and asked[2] else len(data) - 1
        self.send_response(206 if asked else 200)
        if asked:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
        self.send_header("Content-Length", str(len(data[first : last + 1])))
        self.end_headers()
        self.wfile.write(data[first : last + 1])

    def log_message(self, *_: object) -> None:
        """Nothing: a test prints nothing."""


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that is killed goes away in the middle."""


@contextmanager
def serving(folder: Path, *, host: str = "127.0.0.1", wait_s: float = 0.0) -> Iterator[Site]:
    """Serve a folder while the context lasts."""
    site = Site(wait_s=wait_s)
    with _Quiet((host, 0), partial(_Ranges, site, directory=str(folder))) as server:
        site.url = f"http://{host}:{server.server_port}/"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()


def own_address() -> str | None:
    """An address of this machine that is not loopback; `None` when it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address = str(asked.getsockname()[0])
    return None if address.startswith("127.") else address
