"""The collection the demo deposits: six performances of our own, and four files such as every attic has.

The compositions are in the public domain, the performances are made here and dedicated to the public by CC0.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from longplay.audio.encode import Encoding, encode
from longplay.demo.pieces import ALBUM, ARTIST, PIECES, Piece, perform
from longplay.progress import Progress

CC0: Final = "https://creativecommons.org/publicdomain/zero/1.0/"
RATE: Final = 44_100


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """What was made.

    Attributes:
        folder: to be taken in.
        performed: the licensed performances.
        unlicensed, damaged, duplicate, again: the four from the attic; the last is a performance in another
            encoding, without tags.
    """

    folder: Path
    performed: tuple[Path, ...]
    unlicensed: Path
    damaged: Path
    duplicate: Path
    again: Path


def make_collection(folder: Path, progress: Progress) -> Collection:
    """Perform, encode and lay out the collection in a new folder; the same bytes every time.

    Raises:
        StorageError: a file could not be written.
    """
    album = folder / ALBUM
    attic = folder / "attic"
    album.mkdir(parents=True)
    attic.mkdir()
    progress.begin("perform", files=len(PIECES))
    performed = []
    for piece in PIECES:
        performed.append(_perform(piece, album))
        progress.advance(files=1)
    progress.end()
    (album / "notes.txt").write_text(
        f"{ALBUM}, performed by the {ARTIST}: synthesised instruments, public-domain music.\n", encoding="utf-8"
    )
    unlicensed = attic / "found on a shelf.flac"
    first = perform(PIECES[1], rate=RATE)
    encode(
        first[: 8 * RATE],
        rate=RATE,
        path=unlicensed,
        encoding=Encoding.FLAC,
        tags={"title": "Found on a shelf"},
    )
    damaged = attic / "cut off.m4a"
    whole = next(path for path in performed if path.suffix == ".m4a")
    damaged.write_bytes(whole.read_bytes()[:20_000])
    duplicate = attic / f"copy of {performed[0].name}"
    duplicate.write_bytes(performed[0].read_bytes())
    again = attic / "from a phone.opus"
    encode(perform(PIECES[4], rate=RATE), rate=RATE, path=again, encoding=Encoding.OPUS, tags={})
    return Collection(
        folder=folder,
        performed=tuple(performed),
        unlicensed=unlicensed,
        damaged=damaged,
        duplicate=duplicate,
        again=again,
    )


def _perform(piece: Piece, album: Path) -> Path:
    path = album / f"{piece.track:02d} {piece.title.replace('/', '-')}{piece.encoding.suffix}"
    tags = {
        "title": piece.title,
        "artist": piece.artist,
        "album": piece.album,
        "composer": piece.composer,
        "tracknumber": str(piece.track),
        "licence": CC0,
    }
    encode(perform(piece, rate=RATE), rate=RATE, path=path, encoding=piece.encoding, tags=tags)
    return path
