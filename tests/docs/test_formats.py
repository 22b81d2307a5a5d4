"""The format pages are enough: readers written from them alone, without our code, agree with what was made."""

import base64
import hashlib
import json
import re
import sqlite3
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

PIECE = 1_048_576

STATE = {
    "accession": "source, roots_json, keeping",
    "holding": "content_id, audio_json, tags_json",
    "measurement": "content_id, audio_json, measurement_json, pcm_md5, is_whole",
    "access_copy": "content_id, source, encoding, bit_rate, gain_q78, decision_json",
    "pair": "a, b, method, verdict, judgement_json",
    "ruling": "kind, content_ids_json, others_json, by, reason",
    "provenance": "content_id, source, root, path, given_json",
    "companion": "content_id, source, root, path, kind, about, carriers_json",
    "rights_statement": "content_id, statement_id, origin, licence, statement_json",
    "supersession": "content_id, statement_id, by, reason",
    "withdrawal": "content_id, statement_id, reason, by, words",
    "tombstone": "content_id, about, reason, by, approved_by",
    "notice": "kind, about_json, document",
    "finding": "root, path, code, severity, detail",
    "fixity": "content_id, code, detail",
    "edition": "name, bundles_json",
    "bundle": "name, number, partition, edition",
    "bundle_file": "bundle, path, content_id, size, decision_json",
    "blob": "content_id, size, pieces_root, piece_layer, v1_pieces, v1_last",
}
ROWS = {
    "bundle_file": "WHERE path LIKE 'data/%'",
    "blob": "WHERE content_id IN (SELECT content_id FROM holding UNION SELECT content_id FROM companion)",
}

ONCE = {"measurement", "ruling", "supersession", "withdrawal", "tombstone"}


@pytest.fixture
def archive(scratch: Path, environment: dict[str, str]) -> Path:
    """An archive with access copies, recordings measured twice, pairs, the same decision twice, an edition."""
    commands = (
        "longplay init archive && longplay ingest music --opus 96 && "
        "ids=$(longplay holdings | head -n 2 | cut -c 1-12) && longplay derive --true-peak $ids && "
        "longplay recordings && "
        "for _ in 1 2; do longplay recordings split $ids --by Ada --reason heard; done && "
        "longplay publish --edition first"
    )
    told = environment | {"LONGPLAY_ARCHIVE": "archive"}
    subprocess.run(["bash", "-c", commands], cwd=scratch, env=told, capture_output=True, check=True)
    return scratch / "archive"


def test_an_archive_and_its_edition_can_be_read_from_the_format_pages(
    archive: Path, environment: dict[str, str]
) -> None:
    lines = list(journal_lines(archive / "journal"))
    named = dict(named_blobs(lines))
    blobs = {path.name: path for path in archive.glob("blobs/??/??/*")}
    assert blobs.keys() == named.keys()
    for content_id, size in named.items():
        data = blobs[content_id].read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (size, content_id)
        assert blobs[content_id].relative_to(archive).parts[1:3] == (content_id[:2], content_id[2:4])
    check_derived(archive / "derived" / "measured.sqlite", measurements(lines))
    check_copies(lines, blobs)
    assert state_digest(archive / "ledger.sqlite") in status(archive, environment)
    check_edition(archive / "editions" / "first")


def status(archive: Path, environment: dict[str, str]) -> str:
    command = ["longplay", "status", "--archive", str(archive)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


# journal.md


def journal_lines(journal: Path) -> Iterator[dict[str, Any]]:
    """The lines of every chain, each checked against the one before."""
    for chain in sorted(path for path in journal.iterdir() if path.is_dir()):
        seq, prev = 0, "0" * 64
        for segment in sorted(chain.glob("*.jsonl")):
            assert int(segment.name.split(".")[0]) == seq + 1
            for raw in segment.read_bytes().split(b"\n")[:-1]:
                line: dict[str, Any] = json.loads(raw)
                seq += 1
                assert (line["v"], line["writer"], line["seq"], line["prev"]) == (1, chain.name, seq, prev)
                prev = hashlib.sha256(raw).hexdigest()
                yield line


def named_blobs(lines: list[dict[str, Any]]) -> Iterator[tuple[str, int]]:
    for line in lines:
        body = line["body"]
        for digests in [*body.get("tag_files", []), *([body["digests"]] if "digests" in body else [])]:
            assert len(base64.b64decode(digests["v1_pieces"])) == -(-digests["size"] // PIECE) * 20
            yield digests["content_id"], digests["size"]


def measurements(lines: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The measurement in force by content id."""
    found = {}
    for line in sorted(lines, key=lambda line: (line["at"], line["writer"], line["seq"])):
        body = line["body"]
        if line["kind"] == "recording-kept":
            found[body["digests"]["content_id"]] = body["measurement"]
        if line["kind"] == "recording-measured":
            found[body["content_id"]] = body["measurement"]
    assert sum(line["kind"] == "recording-measured" for line in lines) == 2
    return found


# archive.md


def check_derived(database: Path, measured: dict[str, dict[str, Any]]) -> None:
    with sqlite3.connect(database) as connection:
        rows = connection.execute("SELECT content_id, fingerprint, waveform FROM derived").fetchall()
    connection.close()
    assert measured.keys() == {row[0] for row in rows}
    for content_id, fingerprint, waveform in rows:
        wanted = [measured[content_id][f"{name}_sha256"] for name in ("fingerprint", "waveform")]
        assert [hashlib.sha256(one).hexdigest() if one else None for one in (fingerprint, waveform)] == wanted
        version, flags, rate, step, points, channels = struct.unpack_from("<6i", waveform)
        assert (version, flags, step, channels) == (2, 1, round(rate / 10), 1)
        assert len(waveform) == 24 + 2 * points
    assert any(row[1] for row in rows)


# access-copy.md


def check_copies(lines: list[dict[str, Any]], blobs: dict[str, Path]) -> None:
    measured = measurements(lines)
    copies = [line["body"] for line in lines if line["kind"] == "copy-derived"]
    assert copies
    for copy in copies:
        data = blobs[copy["digests"]["content_id"]].read_bytes()
        magic, _version, channels, _skip, _rate, gain = struct.unpack_from("<8sBBHIh", data, 28)
        assert (data[:4], magic, channels, gain) == (b"OggS", b"OpusHead", 2, 0)
        stated = re.search(rb"R128_TRACK_GAIN=(-?\d+)", data)
        assert stated
        assert int(stated[1]) == copy["gain_q78"]
        exact = (-23 - measured[copy["source"]]["loudness"]["integrated_lufs"]) * 256
        assert abs(copy["gain_q78"] - exact) < 2, "the loudness is rounded to hundredths: 1.28 steps"


# ledger.md


def state_digest(ledger: Path) -> str:
    total = hashlib.sha256()
    with sqlite3.connect(ledger) as connection:
        for table, columns in STATE.items():
            total.update(f"{table}\n".encode())
            once = "DISTINCT" if table in ONCE else ""
            query = f"SELECT {once} {columns} FROM {table} {ROWS.get(table, '')} ORDER BY {columns}"
            for row in connection.execute(query):
                values = [base64.b64encode(one).decode() if isinstance(one, bytes) else one for one in row]
                text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
                total.update(text.encode() + b"\n")
    connection.close()
    return total.hexdigest()


# edition.md, torrent.md, bag.md, records.md


def check_edition(folder: Path) -> None:
    data = (folder / "edition.json").read_bytes()
    seal = f"{hashlib.sha256(data).hexdigest()}  edition.json\n"
    assert (folder / "edition.json.sha256").read_text() == seal
    file = json.loads(data)
    assert (file["format"], file["version"]) == ("longplay-edition", 1)
    belongs = {"edition.json", "edition.json.sha256"}
    for bundle in file["edition"]["stages"][0]["bundles"]:
        name = bundle["name"]
        belongs |= {name, bundle["torrent"], bundle["v1_torrent"], f"{name}.magnet"}
        hybrid = (folder / bundle["torrent"]).read_bytes()
        plain = (folder / bundle["v1_torrent"]).read_bytes()
        assert hashlib.sha256(hybrid).hexdigest() == bundle["torrent_sha256"]
        assert hashlib.sha256(plain).hexdigest() == bundle["v1_torrent_sha256"]
        raw = check_torrent(hybrid, folder / name)
        assert hashlib.sha1(raw).hexdigest() == bundle["infohash_v1"]
        assert hashlib.sha256(raw).hexdigest() == bundle["infohash_v2"]
        assert hashlib.sha1(check_torrent(plain, folder / name)).hexdigest() == bundle["v1_infohash"]
        magnet = (
            f"magnet:?xt=urn:btih:{bundle['infohash_v1']}&xt=urn:btmh:1220{bundle['infohash_v2']}&dn={name}"
        )
        assert (folder / f"{name}.magnet").read_text() == f"{magnet}\n" == f"{bundle['magnet']}\n"
        check_bag(folder / name, bundle)
    assert {path.name for path in folder.iterdir()} == belongs


def check_torrent(data: bytes, bag: Path) -> bytes:
    """Check a torrent against its bag; returns the encoded info dictionary."""
    outer, spans = bdecoded(data)
    info = outer[b"info"]
    assert info[b"name"].decode() == bag.name
    assert info[b"piece length"] == PIECE
    on_disk = sorted(
        (path.relative_to(bag).parts for path in bag.rglob("*") if path.is_file()),
        key=lambda parts: [part.encode() for part in parts],
    )
    wanted, pieces = [], b""
    for number, parts in enumerate(on_disk):
        whole = bag.joinpath(*parts).read_bytes()
        wanted.append({b"length": len(whole), b"path": [part.encode() for part in parts]})
        pad = -len(whole) % PIECE
        if pad:
            path = [b".pad", f"{number}.{pad}".encode()]
            wanted.append({b"attr": b"p", b"length": pad, b"path": path})
        padded = whole + bytes(pad)
        pieces += b"".join(
            hashlib.sha1(padded[at : at + PIECE]).digest() for at in range(0, len(padded), PIECE)
        )
        if b"file tree" in info:
            node = info[b"file tree"]
            for part in parts:
                node = node[part.encode()]
            assert node == {b"": {b"length": len(whole), b"pieces root": pieces_root(whole)}}
    assert info[b"files"] == wanted
    assert info[b"pieces"] == pieces
    return spans[b"info"]


def pieces_root(data: bytes) -> bytes:
    """The root of a small file: at most 1 MiB."""
    assert len(data) <= PIECE
    nodes = [hashlib.sha256(data[at : at + 16_384]).digest() for at in range(0, len(data), 16_384)]
    while len(nodes) & (len(nodes) - 1):
        nodes.append(bytes(32))
    while len(nodes) > 1:
        nodes = [hashlib.sha256(nodes[at] + nodes[at + 1]).digest() for at in range(0, len(nodes), 2)]
    return nodes[0]


def bdecoded(data: bytes) -> tuple[dict[bytes, Any], dict[bytes, bytes]]:
    """The outer dictionary, and the bytes of each of its values."""
    spans: dict[bytes, bytes] = {}

    def value(at: int, *, is_outer: bool = False) -> tuple[Any, int]:
        match data[at : at + 1]:
            case b"i":
                end = data.index(b"e", at)
                return int(data[at + 1 : end]), end + 1
            case b"l":
                items, at = [], at + 1
                while data[at : at + 1] != b"e":
                    item, at = value(at)
                    items.append(item)
                return items, at + 1
            case b"d":
                entries, at = {}, at + 1
                while data[at : at + 1] != b"e":
                    key, start = value(at)
                    entries[key], at = value(start)
                    if is_outer:
                        spans[key] = data[start:at]
                return entries, at + 1
        colon = data.index(b":", at)
        end = colon + 1 + int(data[at:colon])
        return data[colon + 1 : end], end

    return value(0, is_outer=True)[0], spans


def check_bag(bag: Path, bundle: dict[str, Any]) -> None:
    files = {str(path.relative_to(bag)): path.read_bytes() for path in bag.rglob("*") if path.is_file()}
    payload = {path: data for path, data in files.items() if path.startswith("data/")}
    others = {path: data for path, data in files.items() if path not in payload}
    assert (len(files), sum(map(len, files.values()))) == (bundle["files"], bundle["size"])
    assert others["bagit.txt"] == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    assert others["manifest-sha256.txt"] == manifest(payload)
    tag_manifest = others.pop("tagmanifest-sha256.txt")
    assert tag_manifest == manifest(others)
    assert hashlib.sha256(tag_manifest).hexdigest() == bundle["tagmanifest_sha256"]
    oxum = f"Payload-Oxum: {bundle['payload_size']}.{bundle['payload_files']}\n"
    assert re.search(rf"^{oxum}", others["bag-info.txt"].decode(), re.MULTILINE)
    records = [json.loads(line) for line in others["metadata/records.jsonl"].splitlines()]
    assert [record["path"] for record in records] == sorted(payload)
    check_premis(others["metadata/premis.xml"], records)
    for record in records:
        data = payload[record["path"]]
        assert (record["size"], record["content_id"]) == (len(data), hashlib.sha256(data).hexdigest())
        assert bytes.fromhex(record["pieces_root"]) == pieces_root(data)
        assert record["duration_ms"] == record["samples"] * 1000 // record["rate"]


def check_premis(data: bytes, records: list[dict[str, Any]]) -> None:
    premis, own = "{http://www.loc.gov/premis/v3}", "{urn:longplay:technical:1}"
    root = ElementTree.fromstring(data)
    kinds = [node.text for node in root.iter(f"{premis}eventType")]
    assert kinds.count("metadata extraction") == kinds.count("ingestion") == len(records)
    objects = {one.findtext(f".//{premis}objectIdentifierValue"): one for one in root.iter(f"{premis}object")}
    for record in records:
        node = objects[record["content_id"]]
        assert node.findtext(f".//{premis}formatRegistryKey") == record["puid"]
        extension = node.find(f".//{premis}objectCharacteristicsExtension/{own}measurement")
        assert extension is not None
        told = {child.tag.removeprefix(own): (child.text, child.get("unit")) for child in extension}
        assert told["samples"] == (str(record["samples"]), "sample frames")
        assert told["integratedLoudness"] == (str(record["loudness_lufs"]), "LUFS")
        assert told.get("samplesMD5", (None, None))[0] == record["pcm_md5"]


def manifest(files: dict[str, bytes]) -> bytes:
    lines = (f"{hashlib.sha256(data).hexdigest()}  {path}\n" for path, data in sorted(files.items()))
    return "".join(lines).encode()
