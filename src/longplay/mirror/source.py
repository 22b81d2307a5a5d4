"""Where an edition's public files come from: a folder or a web address.

Small files only (edition.json, torrents, magnet links); the payload comes over BitTorrent or web seeds.
"""

import http.client
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Protocol
from urllib.parse import quote

from longplay.errors import NotFound, SwarmError, UsageError
from longplay.formats.edition import FILE_NAME
from longplay.formats.metainfo import Torrent
from longplay.swarm.session import within_reach

SIZE_LIMIT: Final = 256 * 1024 * 1024
"""No small file is larger, bytes."""

TIMEOUT_S: Final = 30.0


class Source(Protocol):
    """An edition that can be mirrored."""

    def read(self, name: str) -> bytes:
        """A small file beside `edition.json`.

        Raises:
            NotFound: it is not there.
            SwarmError: it could not be got.
        """

    def web_seeds(self) -> tuple[str, ...]:
        """URLs that serve the payload, ending in `/`."""

    def payload(self, torrent: Torrent) -> dict[str, Path] | None:
        """Where the payload lies on this machine, by path in the bag; `None` when it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSource:
    """An edition in a folder of this machine."""

    folder: Path

    def read(self, name: str) -> bytes:
        """A small file of the folder."""
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError as exc:
            raise NotFound(f"{self.folder} holds no {name}: is it an edition?") from exc
        except OSError as exc:
            raise SwarmError(f"{self.folder / name}: {exc.strerror}") from exc

    def web_seeds(self) -> tuple[str, ...]:
        """None: a folder is no web address."""
        return ()

    def payload(self, torrent: Torrent) -> dict[str, Path] | None:
        """The bag's files, when the folder has all of them with their sizes."""
        places = {"/".join(file.path): self.folder.joinpath(torrent.name, *file.path) for file in torrent.files}
        sizes = {"/".join(file.path): file.size for file in torrent.files}
        if all(place.is_file() and place.stat().st_size == sizes[path] for path, place in places.items()):
            return places
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSource:
    """An edition under a web address, which serves as a web seed too."""

    base: str
    public: bool = False

    def _opener(self) -> urllib.request.OpenerDirector:
        """What opens addresses: without `public`, no proxy and no redirect leads off this machine."""
        if self.public:
            return urllib.request.build_opener()
        return urllib.request.build_opener(urllib.request.ProxyHandler({}), _StayHere())

    def read(self, name: str) -> bytes:
        """A small file from the server."""
        url = self.base + quote(name)
        try:
            with self._opener().open(url, timeout=TIMEOUT_S) as answer:
                data: bytes = answer.read(SIZE_LIMIT + 1)
        except urllib.error.HTTPError as exc:
            raise NotFound(f"{url}: the server answers {exc.code}") from exc
        except (OSError, ValueError, http.client.HTTPException) as exc:
            raise SwarmError(f"{url}: {exc or type(exc).__name__}") from exc
        if len(data) > SIZE_LIMIT:
            raise SwarmError(f"{url} is larger than {SIZE_LIMIT} bytes: not a file of an edition")
        return data

    def web_seeds(self) -> tuple[str, ...]:
        """The address itself (BEP 19)."""
        return (self.base,)

    def payload(self, torrent: Torrent) -> dict[str, Path] | None:  # noqa: ARG002 - it never lies here
        """Not on this machine."""
        return None


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Follows redirects on this machine only."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if not within_reach([newurl], public=False):
            raise SwarmError(f"{req.full_url} sends us to {newurl}: add --public to speak to the network")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def open_source(edition: str, *, public: bool = False) -> Source:
    """The source that a command's argument names: a folder, `edition.json` itself, or an http(s) address.

    Args:
        edition: the argument.
        public: whether the network may be spoken to.

    Raises:
        UsageError: neither.
    """
    if edition.lower().startswith(("http://", "https://")):
        base = edition.removesuffix(FILE_NAME)
        return WebSource(base=base if base.endswith("/") else base + "/", public=public)
    folder = Path(edition)
    if folder.name == FILE_NAME:
        folder = folder.parent
    if not folder.is_dir():
        raise UsageError(f"{edition} is neither a folder nor an http(s) address of an edition")
    return FolderSource(folder=folder.resolve())
