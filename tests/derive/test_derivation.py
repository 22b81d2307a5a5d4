"""Deriving: what is missing is made, what is there is not made again, and nothing without a permission."""

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from longplay.audio.encode import Encoding
from longplay.derive.derivation import Derivation, Order, Summary
from longplay.ledger import queries
from longplay.ledger.ledger import remove
from longplay.model.digests import ContentId
from longplay.model.findings import Finding, FindingCode
from longplay.model.holdings import AccessCopy
from longplay.progress import Progress, Silent
from longplay.rights.gate import decide
from longplay.wiring import new_id, now, open_archive
from taking import accept, check_whole, digest, holdings, journal_size, new_archive

MakeTone = Callable[..., Path]
RunLongplay = Callable[..., "subprocess.CompletedProcess[str]"]
CC_BY = "https://creativecommons.org/licenses/by/4.0/"


@dataclass(slots=True)
class Heard:
    """What was told while deriving."""

    summary: Summary = field(default_factory=Summary)
    ids: list[ContentId] = field(default_factory=list)
    copies: list[AccessCopy] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def measured(self, content_id: ContentId) -> None:
        self.ids.append(content_id)

    def copied(self, copy: AccessCopy) -> None:
        self.copies.append(copy)

    def found(self, finding: Finding) -> None:
        self.findings.append(finding)


class Meanwhile(Silent):
    """Somebody else does something once the first recording has been worked on."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act: Callable[[], object] | None = act

    def advance(self, **_: int) -> None:
        act, self._act = self._act, None
        if act is not None:
            act()


def derive(archive: Path, order: Order | None = None, progress: Progress | None = None) -> Heard:
    """Derive with one worker."""
    heard = Heard()
    with open_archive(archive) as opened, opened.writing() as register:
        derivation = Derivation(
            store=opened.store,
            derived=opened.derived,
            register=register,
            gate=decide,
            keeping=opened.settings.archive.keeping,
            clock=now,
            new_id=new_id,
            jobs=1,
            limit_s=60.0,
        )
        heard.summary = derivation.derive(order or Order(), listener=heard, progress=progress or Silent())
    return heard


def copies_of(archive: Path, source: ContentId) -> list[AccessCopy]:
    with open_archive(archive) as opened, opened.ledger.reading() as connection:
        return queries.copies_of(connection, source)


@pytest.fixture
def archive(tmp_path: Path, make_tone: MakeTone) -> Path:
    """An open and an unlicensed recording, taken in and measured."""
    folder = tmp_path / "deposit"
    make_tone(folder / "open.flac", pitch=300, seconds=4, title="Open", artist="Ada", licence=CC_BY)
    make_tone(folder / "dark.ogg", pitch=500, seconds=4, encoding=Encoding.VORBIS, title="Dark")
    accept(new_archive(tmp_path / "archive"), folder)
    return tmp_path / "archive"


def forget_measurements(archive: Path) -> None:
    """Make an archive what an older version left: journal lines without measurements, nothing derived."""
    import hashlib

    shutil.rmtree(archive / "derived")
    remove(archive / "ledger.sqlite")
    (segment,) = (archive / "journal").rglob("*.jsonl")
    lines, previous = [], "0" * 64
    for line in segment.read_bytes().splitlines():
        event = json.loads(line)
        event["prev"] = previous
        event["body"].pop("measurement", None)
        event["body"].pop("carriers", None)
        text = json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()
        previous = hashlib.sha256(text).hexdigest()
        lines.append(text + b"\n")
    segment.write_bytes(b"".join(lines))


def test_everything_was_measured_at_ingest_and_nothing_is_left_to_derive(archive: Path) -> None:
    before = journal_size(archive)
    heard = derive(archive)
    assert (heard.summary.holdings, heard.summary.measured, heard.summary.copies) == (2, 0, 0)
    assert journal_size(archive) == before


def test_an_archive_of_an_older_version_opens_and_is_measured(archive: Path) -> None:
    measured = {path: one.measurement for path, one in holdings(archive).items()}
    forget_measurements(archive)
    assert [one.measurement for one in holdings(archive).values()] == [None, None]
    heard = derive(archive)
    assert heard.summary.measured == 2
    assert sorted(heard.ids) == sorted(one.content_id for one in holdings(archive).values())
    assert {path: one.measurement for path, one in holdings(archive).items()} == measured
    assert derive(archive).summary.measured == 0


def test_what_was_measured_anew_survives_the_loss_of_the_ledger(archive: Path) -> None:
    forget_measurements(archive)
    derive(archive)
    found, before = holdings(archive), digest(archive)
    remove(archive / "ledger.sqlite")
    assert (holdings(archive), digest(archive)) == (found, before)


def test_lost_derived_data_come_back_byte_for_byte_and_without_a_journal_line(archive: Path) -> None:
    with open_archive(archive) as opened:
        found = {
            one.content_id: opened.derived.get(one.content_id, one.measurement)
            for one in holdings(archive).values()
            if one.measurement
        }
    assert all(found.values())
    shutil.rmtree(archive / "derived")
    before = journal_size(archive)
    assert derive(archive).summary.measured == 2
    assert journal_size(archive) == before
    with open_archive(archive) as opened:
        for one in holdings(archive).values():
            assert one.measurement is not None
            assert opened.derived.get(one.content_id, one.measurement) == found[one.content_id]


def test_derived_data_that_are_not_what_was_measured_count_as_lost(archive: Path) -> None:
    with sqlite3.connect(archive / "derived" / "measured.sqlite") as database:
        database.execute("UPDATE derived SET fingerprint = x'00000000'")
    database.close()
    assert derive(archive).summary.measured == 2
    assert derive(archive).summary.measured == 0


def test_a_copy_is_made_where_transcoding_is_permitted_and_only_there(archive: Path) -> None:
    heard = derive(archive, Order(bit_rates=(96_000,)))
    assert (heard.summary.copies, heard.summary.not_permitted) == (1, 1)
    (copy,) = heard.copies
    opened, dark = (holdings(archive)[name] for name in ("open.flac", "dark.ogg"))
    assert (copy.source, copy.encoding, copy.bit_rate) == (opened.content_id, "opus", 96_000)
    assert copies_of(archive, opened.content_id) == [copy]
    assert copies_of(archive, dark.content_id) == []
    check_whole(archive)


@pytest.mark.parametrize(
    "act",
    [
        ("withdraw", "--reason", "rights-claim", "--by", "Ada", "--words", "asked for"),
        ("purge", "--reason", "court-order", "--by", "Ada", "--approved-by", "Bo"),
    ],
    ids=["withdrawn", "purged"],
)
def test_nothing_is_kept_of_what_is_taken_back_while_it_is_copied(
    archive: Path, run_longplay: RunLongplay, act: tuple[str, ...]
) -> None:
    gone = holdings(archive)["open.flac"].content_id
    meanwhile = Meanwhile(lambda: run_longplay(act[0], gone, *act[1:], "--archive", archive))

    heard = derive(archive, Order(content_ids=(gone,), bit_rates=(96_000,), anew=True), meanwhile)

    assert (heard.summary.copies, heard.summary.not_permitted) == (0, 1)
    assert heard.copies == []
    assert copies_of(archive, gone) == []
    assert run_longplay("audit", "--archive", archive).returncode == 0
    if act[0] == "purge":
        assert heard.summary.measured == 0
        assert not list((archive / "staging").rglob("*.opus"))


def test_a_copy_carries_the_tags_and_the_gain_and_leaves_the_original_alone(archive: Path) -> None:
    from mutagen.oggopus import OggOpus

    derive(archive, Order(bit_rates=(75_000,)))
    source = holdings(archive)["open.flac"]
    (copy,) = copies_of(archive, source.content_id)
    with open_archive(archive) as opened:
        tags = OggOpus(opened.store.path(copy.content_id)).tags
    assert (tags["title"], tags["artist"], tags["license"]) == (["Open"], ["Ada"], [CC_BY])
    assert source.measurement is not None
    loudness = source.measurement.loudness.integrated_lufs
    assert loudness is not None
    assert copy.gain_q78 == int(tags["R128_TRACK_GAIN"][0])
    assert copy.gain_q78 == pytest.approx((-23 - loudness) * 256, abs=1)


def test_copies_are_made_once(archive: Path) -> None:
    first = derive(archive, Order(bit_rates=(96_000, 75_000)))
    before = journal_size(archive)
    again = derive(archive, Order(bit_rates=(96_000, 75_000)))
    assert (first.summary.copies, again.summary.copies) == (2, 0)
    assert journal_size(archive) == before


def test_the_same_copy_is_made_at_ingest_and_afterwards(tmp_path: Path, make_tone: MakeTone) -> None:
    song = make_tone(tmp_path / "deposit" / "open.flac", pitch=300, seconds=3, title="Open", licence=CC_BY)
    at_once = new_archive(tmp_path / "at once")
    heard = accept(at_once, song.parent, bit_rates=(96_000,))
    assert heard.summary.copies == 1
    later = new_archive(tmp_path / "later")
    accept(later, song.parent)
    derive(later, Order(bit_rates=(96_000,)))
    source = holdings(later)["open.flac"].content_id
    assert copies_of(at_once, source) == copies_of(later, source)
    assert digest(at_once) == digest(later)
    assert check_whole(at_once) == check_whole(later)


def test_a_copy_made_at_ingest_is_dropped_when_a_sidecar_contradicts(
    tmp_path: Path, make_tone: MakeTone
) -> None:
    song = make_tone(tmp_path / "deposit" / "song.flac", pitch=300, seconds=2, licence=CC_BY)
    (song.parent / "song.flac.license").write_text("SPDX-License-Identifier: CC0-1.0\n")
    archive = new_archive(tmp_path / "archive")
    heard = accept(archive, song.parent, bit_rates=(96_000,))
    assert (heard.summary.accessioned, heard.summary.copies) == (1, 0)
    check_whole(archive)


def test_a_true_peak_is_measured_on_request_and_kept_when_measured_again(archive: Path) -> None:
    heard = derive(archive, Order(true_peak=True))
    assert heard.summary.measured == 2
    assert derive(archive, Order(true_peak=True)).summary.measured == 0
    derive(archive, Order(anew=True))
    for one in holdings(archive).values():
        assert one.measurement is not None
        peak, between = one.measurement.loudness.sample_peak_dbfs, one.measurement.loudness.true_peak_dbtp
        assert peak is not None
        assert between is not None
        assert between >= peak - 0.1


def test_nothing_is_derived_from_a_damaged_blob(archive: Path) -> None:
    source = holdings(archive)["open.flac"].content_id
    blob = archive / "blobs" / source[:2] / source[2:4] / source
    data = bytearray(blob.read_bytes())
    data[len(data) // 2] ^= 1
    blob.chmod(0o644)
    blob.write_bytes(data)
    heard = derive(archive, Order(bit_rates=(96_000,), anew=True))
    assert [(one.code, one.path) for one in heard.findings] == [(FindingCode.DIGEST_DIFFERS, source)]
    assert heard.summary.failed == 1
    assert copies_of(archive, source) == []
    assert [path for path in (archive / "staging").rglob("*") if path.is_file()] == []


def test_a_missing_blob_costs_its_recording_a_finding(archive: Path) -> None:
    source = holdings(archive)["open.flac"].content_id
    (archive / "blobs" / source[:2] / source[2:4] / source).unlink()
    heard = derive(archive, Order(anew=True))
    assert [(one.code, one.path) for one in heard.findings] == [(FindingCode.UNREADABLE, source)]
    assert heard.summary.measured == 1


def test_the_command_tells_what_it_made(archive: Path, run_longplay: RunLongplay) -> None:
    done = run_longplay("derive", "--opus", "96", "--archive", archive, "--format", "json", "--jobs", "1")
    assert done.returncode == 0, done.stderr
    *lines, summary = (json.loads(line) for line in done.stdout.splitlines())
    assert [line["type"] for line in lines] == ["copy"]
    assert (summary["copies"], summary["not_permitted"], summary["failed"]) == (1, 1, 0)
    source = lines[0]["source"]
    shown = run_longplay("show", source[:8], "--archive", archive)
    assert "opus 96 kbit/s" in shown.stdout
    only = run_longplay("derive", source[:8], "--anew", "--archive", archive, "--format", "json")
    assert json.loads(only.stdout.splitlines()[-1])["measured"] == 1


@pytest.mark.parametrize(("suffix", "begin"), [(".svg", b"<svg"), (".dat", b"\x02\0\0\0\x01\0\0\0")])
def test_a_waveform_is_written_as_a_picture_or_as_data(
    archive: Path, run_longplay: RunLongplay, tmp_path: Path, suffix: str, begin: bytes
) -> None:
    source = holdings(archive)["open.flac"].content_id
    target = tmp_path / f"wave{suffix}"
    done = run_longplay("show", source[:10], "--waveform", target, "--archive", archive)
    assert done.returncode == 0, done.stderr
    assert target.read_bytes().startswith(begin)
    assert "▂▂▂▂" in done.stdout


def test_a_waveform_of_another_suffix_is_refused(archive: Path, run_longplay: RunLongplay) -> None:
    source = holdings(archive)["open.flac"].content_id
    done = run_longplay("show", source[:10], "--waveform", archive / "wave.gif", "--archive", archive)
    assert done.returncode == 2
    assert ".svg or .dat" in done.stderr
