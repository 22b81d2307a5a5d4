"""Documents as the Internet Archive's metadata API gives them, oddities included, small enough for a test."""

import json


def file(name: str, source: str = "original", **fields: object) -> dict[str, object]:
    """A file of an item: sizes and times are texts, most fields may be absent."""
    return {"name": name, "source": source, "size": "1024", "mtime": "1236194645", "format": "Flac"} | fields


def item(
    *files: object, identifier: str = "gd77-05-08", top: dict[str, object] | None = None, **metadata: object
) -> bytes:
    """A document in one line."""
    stated: dict[str, object] = {"identifier": identifier, "mediatype": "etree", "title": "Live at Barton Hall"}
    document = {
        "created": 1427273784,
        "d1": "ia902606.us.archive.org",
        "dir": "/7/items/x",
        "files": list(files),
        "files_count": len(files),
        "metadata": stated | metadata,
    }
    return json.dumps(document | (top or {})).encode()


def concert() -> bytes:
    """Two tracks with what is derived from them, a picture and a list of files."""
    return item(
        file("gd77d1t01.flac", title="Minglewood Blues", track="01", length="05:31", artist="Grateful Dead"),
        file(
            "gd77d1t01.mp3", "derivative", original="gd77d1t01.flac", length="331.2", title="Minglewood Blues"
        ),
        file("gd77d1t02.flac", track="2/20", length="381.5", genre=["Rock", "rock"]),
        file("cover.jpg", format="JPEG"),
        file("gd77_files.xml", "metadata"),
        creator=["Grateful Dead", "Friends"],
        date="1977-05-08",
        licenseurl="https://creativecommons.org/licenses/by/4.0/",
        genre="Jam",
        uploader="somebody@example.org",
        collection=["etree", "stream_only"],
    )
