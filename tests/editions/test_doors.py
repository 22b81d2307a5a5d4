"""Every door: what the gate refuses or does not know goes through none of them, and the refusal says why."""

import hashlib
import json
from pathlib import Path

import pytest

from archives import DARK, json_of, longplay, publish
from longplay.ledger import queries
from longplay.ledger.journal import read_chain, writers
from longplay.model.digests import ContentId
from longplay.model.events import BundleMade, CopyDerived, DataSetMade, RecordingKept, RecordingStreamed
from longplay.model.rights import Act
from longplay.wiring import open_archive

NO = 8
"""The exit code of a refusal by the gate."""


def by_title(archive: Path) -> dict[str | None, ContentId]:
    with open_archive(archive) as opened, opened.ledger.reading() as connection:
        return {one.described("title"): one.content_id for one in queries.holdings(connection)}


def facts(archive: Path) -> list[object]:
    journal = archive / "journal"
    return [
        event.fact for writer in writers(journal) for event, _hash in read_chain(journal, writer, after=None)
    ]


def decide(archive: Path, title: str, *options: str) -> None:
    told = ("--by", "Ada", "--reason", "a letter", "--archive", archive)
    assert longplay("rights", "decide", by_title(archive)[title], *options, *told).code == 0


def withdraw(archive: Path, title: str) -> None:
    told = ("--reason", "rights-claim", "--by", "Ada", "--words", "a claim", "--archive", archive)
    assert longplay("withdraw", by_title(archive)[title], *told).code == 0


@pytest.mark.parametrize("title", DARK)
def test_what_is_unknown_is_not_streamed_and_leaves_no_byte(archive: Path, tmp_path: Path, title: str) -> None:
    out = tmp_path / "song"
    ran = longplay("stream", by_title(archive)[title], "--out", out, "--archive", archive)
    assert ran.code == NO
    assert "stream is unknown by rule" in ran.err
    assert "rights explain" in ran.err
    assert not out.exists()
    assert not [fact for fact in facts(archive) if isinstance(fact, RecordingStreamed)]


def test_what_is_permitted_is_streamed_whole_with_its_decision_in_the_journal(
    archive: Path, tmp_path: Path
) -> None:
    alpha, out = by_title(archive)["Alpha"], tmp_path / "song"
    assert longplay("stream", alpha, "--out", out, "--archive", archive).code == 0
    assert hashlib.sha256(out.read_bytes()).hexdigest() == alpha
    [streamed] = [fact for fact in facts(archive) if isinstance(fact, RecordingStreamed)]
    assert (streamed.content_id, streamed.blob) == (alpha, alpha)
    assert streamed.decision.act is Act.STREAM
    assert streamed.decision.permits


def test_for_sale_is_no_purpose_of_a_non_commercial_licence(archive: Path, tmp_path: Path) -> None:
    told = ("--purpose", "commercial", "--out", tmp_path / "song", "--archive", archive)
    ran = longplay("stream", by_title(archive)["Delta"], *told)
    assert ran.code == NO
    assert "stream is refused by rule cc-by-nc" in ran.err


def test_damage_is_noticed_at_the_end_of_a_stream(archive: Path, tmp_path: Path) -> None:
    alpha, out = by_title(archive)["Alpha"], tmp_path / "song"
    blob = archive / "blobs" / alpha[:2] / alpha[2:4] / alpha
    data = bytearray(blob.read_bytes())
    data[4_000] ^= 1
    blob.unlink()
    blob.write_bytes(data)
    ran = longplay("stream", alpha, "--out", out, "--archive", archive)
    assert ran.code == 5
    assert "damaged" in ran.err
    assert not out.exists()


def test_a_data_set_holds_what_may_be_mined_and_nothing_else(archive: Path, tmp_path: Path) -> None:
    decide(archive, "Gamma", "--licence", "CC0-1.0", "--mining", "reserved")
    ran = json_of("dataset", "corpus", "--out", tmp_path, "--audio", "--archive", archive)
    assert ran.code == 0
    assert ran.summary["members"] == 3
    assert ran.summary["left_out"] == {"fact-missing": 1, "mining-reserved": 1, "no-statement": 1}
    folder = tmp_path / "corpus"
    records = [json.loads(line) for line in (folder / "metadata/records-00001.jsonl").read_text().splitlines()]
    assert sorted(record["title"] for record in records) == ["Alpha", "Beta", "Delta"]
    manifest = dict(
        reversed(line.split(maxsplit=1)) for line in (folder / "manifest-sha256.txt").read_text().splitlines()
    )
    for name, digest in manifest.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert {record["path"] for record in records} <= manifest.keys()
    [made] = [fact for fact in facts(archive) if isinstance(fact, DataSetMade)]
    assert len(made.members) == 3
    assert all(one.decision.act is Act.MINE and one.decision.permits for one in made.members)


def test_a_data_set_for_sale_leaves_out_what_is_not_for_sale(archive: Path, tmp_path: Path) -> None:
    ran = json_of("dataset", "sold", "--purpose", "commercial", "--out", tmp_path, "--archive", archive)
    assert ran.summary["members"] == 3
    assert ran.summary["left_out"] == {"cc-by-nc": 1, "fact-missing": 1, "no-statement": 1}


def test_where_nothing_may_be_mined_there_is_no_data_set(archive: Path, tmp_path: Path) -> None:
    settings = archive / "longplay.toml"
    settings.write_text(settings.read_text().replace('mining = "unset"', 'mining = "reserved"'))
    ran = longplay("dataset", "none", "--out", tmp_path, "--archive", archive)
    assert ran.code == NO
    assert "nothing may be mined" in ran.err
    assert list(tmp_path.glob("*none*")) == []


def test_no_copy_is_made_of_what_may_not_be_transcoded(archive: Path) -> None:
    assert longplay("derive", "--opus", "75", "--archive", archive).code == 0
    titles = {content_id: title for title, content_id in by_title(archive).items()}
    copied = {titles[fact.source] for fact in facts(archive) if isinstance(fact, CopyDerived)}
    assert copied == {"Alpha", "Beta", "Gamma", "Delta"}
    assert all(fact.decision.permits for fact in facts(archive) if isinstance(fact, CopyDerived))


def test_each_recording_kept_and_each_file_published_has_its_decision(archive: Path) -> None:
    publish(archive)
    told = facts(archive)
    kept = [fact.decision for fact in told if isinstance(fact, RecordingKept)]
    assert {one.act for one in kept} == {Act.PRESERVE}
    assert all(one.permits for one in kept)
    bundles = [fact.bundle for fact in told if isinstance(fact, BundleMade)]
    decisions = [file.decision for bundle in bundles for file in bundle.payload]
    assert len(decisions) == 4
    assert all(one is not None and one.permits and one.act is Act.REDISTRIBUTE for one in decisions)


def test_what_is_withdrawn_goes_through_no_door_and_stays(archive: Path, tmp_path: Path) -> None:
    withdraw(archive, "Alpha")
    alpha = by_title(archive)["Alpha"]
    ran = longplay("stream", alpha, "--out", tmp_path / "song", "--archive", archive)
    assert (ran.code, "withdrawn" in ran.err) == (NO, True)
    ran = json_of("dataset", "corpus", "--out", tmp_path, "--archive", archive)
    assert ran.summary["left_out"]["withdrawn"] == 1
    assert longplay("derive", "--opus", "75", "--archive", archive).code == 0
    assert alpha not in {fact.source for fact in facts(archive) if isinstance(fact, CopyDerived)}
    edition = publish(archive)
    names = {path.name for path in edition.glob("*/data/**/*.wav")}
    assert names == {"Beta.wav", "Gamma.wav", "Delta.wav"}
    check = json_of("rights", "check", "--act", "preserve", "--archive", archive)
    assert check.summary["verdicts"]["refused"] == 0
