"""The streaming door: what the gate lets be streamed leaves whole, with its decision; nothing else does."""

import io
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import archives
from archives import blob_of, flip, json_of, longplay
from longplay.editions.listening import CHUNK, Listening, Streamed
from longplay.errors import BlobMissing, GateRefused, NotFound, StorageError
from longplay.formats.merkle import digest_bytes
from longplay.ledger.register import Register
from longplay.model.digests import ContentId
from longplay.model.events import FixityChecked, RecordingStreamed
from longplay.model.findings import Finding, FindingCode, Severity
from longplay.model.rights import (
    WORLD,
    Act,
    MiningPreference,
    Purpose,
    RightsStatement,
    StatementKind,
    Strength,
    Territory,
)
from longplay.rights.gate import decide
from longplay.wiring import Archive
from standing import copied, facts_of, id_of, kept, made, record, sound, stated

DAY = datetime(2026, 11, 25, tzinfo=UTC)
SWEDEN = Territory("SE")

REFUSED = {
    "unstated": (),
    "probable": (replace(stated(), strength=Strength.PROBABLE),),
    "withdrawn": (stated(), replace(stated(), kind=StatementKind.WITHDRAWAL, forbids=(Act.STREAM,))),
    "only there": (replace(stated(), territories=(SWEDEN,)),),
    "not by us": (replace(stated(), licence="LicenseRef-Nobody", stated="listen"),),
}
"""Statements that let nothing be streamed everywhere, by a name for each."""


def listening(archive: Archive, register: Register) -> Listening:
    return Listening(
        store=archive.store, register=register, gate=decide, as_object=archive.rights_object, clock=lambda: DAY
    )


def stream(
    archive: Archive,
    content_id: ContentId,
    out: io.BufferedIOBase,
    *,
    territory: Territory = WORLD,
    purpose: Purpose = Purpose.ARCHIVE,
    original: bool = False,
) -> Streamed:
    with archive.writing() as register:
        return listening(archive, register).stream(
            content_id, out, territory=territory, purpose=purpose, original=original
        )


def heard(archive: Archive, name: str, **asked: object) -> bytes:
    """The bytes that leave."""
    out = io.BytesIO()
    stream(archive, id_of(name), out, **asked)  # type: ignore[arg-type]
    return out.getvalue()


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An archive that holds `one`, which may be streamed."""
    with made(tmp_path / "archive", "one") as opened:
        yield opened


def hold(archive: Archive, name: str, *statements: RightsStatement) -> None:
    record(archive, replace(kept(archive, name), statements=statements))


# what leaves


def test_without_a_copy_the_recording_itself_leaves(archive: Archive) -> None:
    out = io.BytesIO()
    done = stream(archive, id_of("one"), out)
    assert out.getvalue() == sound("one")
    assert (done.content_id, done.blob, done.size) == (id_of("one"), id_of("one"), len(sound("one")))


def test_the_copy_of_the_highest_bit_rate_leaves_unless_the_original_is_asked_for(archive: Archive) -> None:
    record(
        archive,
        replace(copied(archive, "one", b"small"), bit_rate=64_000),
        replace(copied(archive, "one", b"better"), bit_rate=128_000),
        copied(archive, "one", b"middle"),
    )
    assert heard(archive, "one") == b"better"
    assert heard(archive, "one", original=True) == sound("one")


def test_a_copy_that_is_gone_cut_or_known_to_be_damaged_is_passed_over(archive: Archive) -> None:
    record(archive, *(copied(archive, "one", data) for data in (b"gone", b"cut short", b"damaged")))
    archive.store.path(digest_bytes(b"gone").content_id).unlink()
    cut = archive.store.path(digest_bytes(b"cut short").content_id)
    cut.chmod(0o644)
    cut.write_bytes(b"cut")
    found = Finding(code=FindingCode.DIGEST_DIFFERS, severity=Severity.ERROR, path="x", detail="it is")
    record(archive, FixityChecked(content_id=digest_bytes(b"damaged").content_id, finding=found))
    assert heard(archive, "one") == sound("one")


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(1, 3 * CHUNK) | st.sampled_from([1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK]))
def test_every_byte_leaves_whatever_the_size(archive: Archive, size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    record(archive, replace(kept(archive, "one"), digests=archive.store.put(data[:size])))
    out = io.BytesIO()
    stream(archive, digest_bytes(data[:size]).content_id, out)
    assert out.getvalue() == data[:size]


# the gate


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_is_refused_or_unknown_does_not_leave_and_the_error_says_why(archive: Archive, name: str) -> None:
    hold(archive, name, *REFUSED[name])
    record(archive, copied(archive, name, b"a copy"))
    out = io.BytesIO()
    with pytest.raises(GateRefused, match=f"longplay rights explain {id_of(name)[:12]} stream") as caught:
        stream(archive, id_of(name), out)
    assert out.getvalue() == b""
    assert caught.value.verdict in {"refused", "unknown"}
    assert caught.value.rule
    assert (caught.value.missing is not None) == (caught.value.verdict == "unknown")
    assert facts_of(archive, RecordingStreamed) == []


def test_a_place_and_a_purpose_are_asked_for(archive: Archive) -> None:
    hold(archive, "only there", *REFUSED["only there"])
    hold(archive, "not sold", replace(stated(), licence="CC-BY-NC-4.0"))
    assert heard(archive, "only there", territory=SWEDEN) == sound("only there")
    assert heard(archive, "not sold", purpose=Purpose.NONCOMMERCIAL) == sound("not sold")
    with pytest.raises(GateRefused):
        heard(archive, "not sold", purpose=Purpose.COMMERCIAL)


def test_a_reservation_of_mining_does_not_keep_people_from_listening(archive: Archive) -> None:
    hold(archive, "reserved", replace(stated(), mining=MiningPreference.RESERVED))
    assert heard(archive, "reserved") == sound("reserved")


def test_what_is_not_held_is_not_found(archive: Archive) -> None:
    with pytest.raises(NotFound):
        stream(archive, id_of("another"), io.BytesIO())


# the journal


class _Watching(io.BytesIO):
    """Notes how many decisions were journalled when the first bytes came."""

    def __init__(self, archive: Archive) -> None:
        super().__init__()
        self._archive = archive
        self.journalled: int | None = None

    def write(self, data: bytes) -> int:  # type: ignore[override]
        if data and self.journalled is None:
            self.journalled = len(facts_of(self._archive, RecordingStreamed))
        return super().write(data)


def test_the_decision_is_journalled_before_the_first_byte_leaves(archive: Archive) -> None:
    record(archive, copied(archive, "one", b"a copy"))
    out = _Watching(archive)
    done = stream(archive, id_of("one"), out, territory=SWEDEN, purpose=Purpose.NONCOMMERCIAL)
    assert out.journalled == 1
    assert facts_of(archive, RecordingStreamed) == [
        RecordingStreamed(
            content_id=id_of("one"),
            blob=digest_bytes(b"a copy").content_id,
            purpose=Purpose.NONCOMMERCIAL,
            decision=done.decision,
        )
    ]
    assert (done.decision.act, done.decision.territory) == (Act.STREAM, SWEDEN)


def test_a_blob_that_is_not_there_is_no_streaming(archive: Archive) -> None:
    blob = archive.store.path(id_of("one"))
    blob.chmod(0o644)
    blob.write_bytes(b"cut")
    with pytest.raises(StorageError, match="3 bytes"):
        heard(archive, "one")
    blob.unlink()
    with pytest.raises(BlobMissing):
        heard(archive, "one")
    assert facts_of(archive, RecordingStreamed) == []


# damage


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(1, 3 * CHUNK), where=st.floats(0, 1, exclude_max=True))
def test_one_wrong_bit_is_told_and_the_last_bytes_do_not_leave(
    archive: Archive, size: int, where: float
) -> None:
    data = b"\x55" * size
    digests = archive.store.put(data)
    record(archive, replace(kept(archive, "one"), digests=digests))
    blob = archive.store.path(digests.content_id)
    whole = blob.read_bytes()
    flip(blob, int(where * size) * 8)
    out = io.BytesIO()
    try:
        with pytest.raises(StorageError, match="longplay audit"):
            stream(archive, digests.content_id, out)
    finally:
        blob.chmod(0o644)
        blob.write_bytes(whole)
    assert len(out.getvalue()) < size


# the command


@pytest.fixture
def alpha(ingested: Path) -> str:
    """A recording that may be streamed."""
    lines = json_of("holdings", "--archive", ingested).lines
    return next(str(line["content_id"]) for line in lines if line.get("title") == "Alpha")


@pytest.fixture
def own(tmp_path: Path, ingested: Path) -> Path:
    """An archive of real files."""
    return archives.copy(ingested, tmp_path / "own")


def piped(own: Path, name: str) -> "subprocess.CompletedProcess[bytes]":
    """`longplay stream` into a pipe."""
    code = "from longplay.cli.main import main; main()"
    command = [sys.executable, "-c", code, "stream", name, "--archive", str(own)]
    return subprocess.run(command, capture_output=True, check=False)


def test_the_command_writes_the_bytes_and_nothing_else_to_a_pipe(own: Path, alpha: str) -> None:
    ran = piped(own, alpha)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == blob_of(own, alpha).read_bytes()
    assert b"CC-BY-4.0" in ran.stderr
    assert b"attribution" in ran.stderr


def test_the_command_ends_with_five_when_the_bytes_are_damaged(own: Path, alpha: str, tmp_path: Path) -> None:
    flip(blob_of(own, alpha), 80_000)
    size = blob_of(own, alpha).stat().st_size
    ran = longplay("stream", alpha, "--archive", own)
    assert ran.code == 5
    assert len(ran.out) < size
    ran = longplay("stream", alpha, "--archive", own, "--out", tmp_path / "song.wav")
    assert ran.code == 5
    assert not any(path.name.endswith(("song.wav", "unfinished")) for path in tmp_path.iterdir())


def test_the_command_refuses_a_terminal(own: Path, alpha: str) -> None:
    ours, theirs = pty.openpty()
    code = "from longplay.cli.main import main; main()"
    command = [sys.executable, "-c", code, "stream", alpha, "--archive", str(own)]
    with os.fdopen(ours), os.fdopen(theirs) as terminal:
        ran = subprocess.run(command, stdout=terminal, stderr=subprocess.PIPE, text=True, check=False)
    assert ran.returncode == 2
    assert "player" in ran.stderr


def test_the_command_writes_a_file_and_json_lines_beside_it(own: Path, alpha: str, tmp_path: Path) -> None:
    target = tmp_path / "song.wav"
    ran = json_of("stream", alpha, "--archive", own, "--out", target)
    assert ran.code == 0, ran.err
    assert (ran.summary["blob"], ran.summary["file"]) == (alpha, str(target))
    assert target.read_bytes() == blob_of(own, alpha).read_bytes()
    again = longplay("stream", alpha, "--archive", own, "--out", target)
    assert (again.code, "there already" in again.err) == (2, True)
    assert json_of("stream", alpha, "--archive", own).code == 2


def test_the_command_ends_with_eight_for_what_is_dark(own: Path, tmp_path: Path) -> None:
    dark = [line for line in json_of("holdings", "--dark", "--archive", own).lines if line["type"] == "holding"]
    assert len(dark) == 2
    for line in dark:
        ran = longplay("stream", line["content_id"], "--archive", own, "--out", tmp_path / "song")
        assert ran.code == 8, ran.err
        assert not (tmp_path / "song").exists()
