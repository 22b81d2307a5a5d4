"""Dumps as MusicBrainz publishes them, oddities included, small enough for a test."""

import io
import json
import lzma
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import zstandard

MBID = "00000000-0000-4000-8000-{:012d}"
DAY = "2026-08-01 00:10:05.123+00"


def artist(number: int, name: str) -> dict[str, object]:
    return {"id": MBID.format(number), "name": name, "sort-name": name, "disambiguation": "", "country": None}


def credit(*artists: dict[str, object]) -> list[dict[str, object]]:
    joins = [" & "] * (len(artists) - 1) + [""]
    return [
        {"name": one["name"], "joinphrase": join, "artist": one}
        for one, join in zip(artists, joins, strict=True)
    ]


def recording(number: int, title: str, **more: object) -> dict[str, object]:
    return {"id": MBID.format(number), "title": title, "length": 180_000, "video": False} | more


def release(number: int, title: str, media: Sequence[Mapping[str, object]]) -> dict[str, object]:
    return {
        "id": MBID.format(number),
        "title": title,
        "date": "1997-09-22",
        "country": "XE",
        "barcode": "5 016958-035921",
        "status": None,
        "packaging": None,
        "artist-credit": credit(artist(1, "Ada"), artist(2, "Bø")),
        "release-group": {"id": MBID.format(900), "genres": [{"name": "Electronic", "count": 3}]},
        "label-info": [{"catalog-number": "X 1", "label": {"name": "One Little"}}],
        "genres": [],
        "media": list(media),
    }


def tracks() -> list[dict[str, object]]:
    """A pregap, a track of its own name, ISRCs in every spelling, a track of nothing, a data track."""
    return [
        {
            "position": 1,
            "format": "CD",
            "pregap": {
                "id": "p",
                "position": 0,
                "number": "0",
                "title": "Hidden",
                "recording": recording(10, "Hidden"),
            },
            "tracks": [
                {
                    "id": "t1",
                    "position": 1,
                    "number": "1",
                    "title": "Jóga",
                    "recording": recording(11, "Jóga", isrcs=["GB-AYE-97-00001", "gbaye9700001", "no code"]),
                },
                {
                    "id": "t2",
                    "position": 2,
                    "number": "2",
                    "title": "As printed",
                    "recording": recording(
                        12, "As recorded", length=-5, **{"artist-credit": credit(artist(3, "Cé"))}
                    ),
                },
                {"id": "t3", "position": 3, "number": "3", "title": "No recording", "recording": None},
            ],
            "data-tracks": [
                {
                    "id": "d",
                    "position": 4,
                    "number": "4",
                    "title": "Film",
                    "recording": recording(13, "Film", length=None),
                }
            ],
        },
        {"position": 2, "format": None, "tracks": None},
    ]


def write_dump(path: Path, entity: str, lines: Sequence[bytes]) -> Path:
    """`<entity>.tar.xz` with the members of a dump; the last line has no line feed."""
    members = {
        "TIMESTAMP": DAY.encode(),
        "COPYING": b"CC0",
        "README": b"read me",
        "REPLICATION_SEQUENCE": b"1",
        "SCHEMA_SEQUENCE": b"30",
        f"mbdump/{entity}": b"\n".join(lines),
        "JSON_DUMPS_SCHEMA_NUMBER": b"1",
    }
    path.write_bytes(lzma.compress(tar_of(members)))
    return path


def write_canonical(path: Path, tables: Mapping[str, bytes]) -> Path:
    """`musicbrainz-canonical-dump-….tar.zst` with tables by name."""
    top = path.name.removesuffix(".tar.zst")
    members = {f"{top}/TIMESTAMP": DAY.encode(), f"{top}/COPYING": b"CC0"}
    members |= {f"{top}/canonical/{name}.csv": data for name, data in tables.items()}
    path.write_bytes(zstandard.compress(tar_of(members)))
    return path


def tar_of(members: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


def as_lines(*entities: Mapping[str, object]) -> list[bytes]:
    return [json.dumps(entity, ensure_ascii=False).encode() for entity in entities]
