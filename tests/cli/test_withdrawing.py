"""`withdraw`, `purge` and `notices` as people call them, on an archive with an edition."""

from pathlib import Path

import pytest

import archives
from archives import json_of, longplay

CLAIM = ("--reason", "rights-claim", "--by", "Ada")
ORDER = ("--reason", "court-order", "--by", "Ada", "--approved-by", "Bo")


@pytest.fixture
def alpha(deposit: Path) -> str:
    """A published recording."""
    return archives.sha256(deposit / "free/Alpha.wav")


def test_withdrawing_says_what_is_affected_and_what_to_do_next(publisher: Path, alpha: str) -> None:
    ran = json_of("withdraw", alpha[:8], *CLAIM, "--archive", publisher)
    assert (ran.code, ran.summary["new"], ran.summary["dark"]) == (0, True, True)
    assert ran.summary["editions"] == ["first"]
    told = longplay("withdraw", alpha[:8], *CLAIM, "--archive", publisher)
    assert (told.code, "withdrawn already" in told.out) == (0, True)
    assert "longplay publish --edition NEW-NAME" in told.err


def test_show_and_status_say_what_was_withdrawn(publisher: Path, alpha: str) -> None:
    at = ("--archive", publisher)
    assert longplay("withdraw", alpha, *CLAIM, *at).code == 0
    (line, _summary) = json_of("show", alpha, *at).lines
    (withdrawn,) = line["withdrawn"]  # type: ignore[misc]
    assert (withdrawn["reason"], withdrawn["by"]) == ("rights-claim", "Ada")
    assert "rights-claim" in longplay("show", alpha, *at).out.splitlines()[0]
    assert json_of("status", *at).summary["withdrawn"] == 1
    assert longplay("withdraw", alpha, "--reverse", "--by", "Ada", "--words", "no", *at).code == 0
    assert json_of("show", alpha, *at).lines[0]["withdrawn"] == []
    assert json_of("status", *at).summary["withdrawn"] == 0


def test_the_words_come_from_a_file(publisher: Path, alpha: str, tmp_path: Path) -> None:
    at = ("--archive", publisher)
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear archive", encoding="utf-8")
    assert json_of("withdraw", alpha, *CLAIM, "--words-file", letter, *at).summary["new"]
    assert not json_of("withdraw", alpha, *CLAIM, "--words", "Dear archive", *at).summary["new"]
    letter.write_bytes(b"\xff\xfe")
    assert longplay("withdraw", alpha, *CLAIM, "--words-file", letter, *at).code == 2


@pytest.mark.parametrize(
    "options",
    [
        ("--by", "Ada"),
        (*CLAIM, "--reverse"),
        (*CLAIM, "--statement", "ab"),
        ("--by", "Ada", "--reverse"),
        ("--reason", "whim", "--by", "Ada"),
        ("--reason", "policy"),
        (*CLAIM, "--words", "a", "--words-file", __file__),
    ],
)
def test_what_makes_no_sense_ends_with_2_and_withdraws_nothing(
    publisher: Path, alpha: str, options: tuple[str, ...]
) -> None:
    assert longplay("withdraw", alpha, *options, "--archive", publisher).code == 2
    assert json_of("status", "--archive", publisher).summary["withdrawn"] == 0


def test_a_dry_run_of_either_changes_nothing(publisher: Path, alpha: str) -> None:
    at = ("--archive", publisher, "--dry-run")
    before = archives.state_of(publisher)
    assert json_of("withdraw", alpha, *CLAIM, *at).summary["statement"] is None
    planned = json_of("purge", alpha, *ORDER, *at).summary
    assert (planned["dry_run"], planned["blobs"], planned["published"]) == (True, 1, 1)
    assert archives.state_of(publisher) == before
    assert archives.blob_of(publisher, alpha).exists()
    assert "Alpha.wav" in longplay("purge", alpha, *ORDER, *at).out


def test_after_a_purge_verify_audit_and_rebuild_tell_it_from_loss(
    publisher: Path, edition: Path, alpha: str
) -> None:
    at = ("--archive", publisher)
    ran = json_of("purge", alpha[:10], *ORDER, *at)
    assert (ran.code, ran.summary["blobs"], ran.summary["published"]) == (0, 1, 1)
    verified = json_of("verify", edition)
    assert (verified.code, verified.summary["whole"], verified.summary["purged"]) == (0, True, 1)
    assert verified.findings == []
    assert json_of("audit", *at).code == 0
    assert json_of("rebuild", *at).code == 0
    other = next(path for path in edition.rglob("data/**/*.wav"))
    other.unlink()
    damaged = json_of("verify", edition)
    assert (damaged.code, damaged.summary["findings"], len(damaged.findings)) == (3, 1, 1)


def test_whoever_has_no_archive_sees_a_purged_file_as_missing(
    publisher: Path, edition: Path, alpha: str, tmp_path: Path
) -> None:
    longplay("purge", alpha, *ORDER, "--archive", publisher)
    ran = json_of("verify", archives.copy(edition, tmp_path / "elsewhere"))
    assert (ran.code, ran.summary["purged"], ran.findings[0]["code"]) == (3, 0, "missing")


def test_a_purged_recording_is_named_by_its_tombstone_only(publisher: Path, alpha: str) -> None:
    at = ("--archive", publisher)
    assert longplay("purge", alpha, *ORDER, *at).code == 0
    for command in (("show",), ("withdraw", *CLAIM)):
        ran = longplay(command[0], alpha[:8], *command[1:], *at)
        assert (ran.code, "court-order" in ran.err, "tombstone" in ran.err) == (2, True, True)
    assert json_of("status", *at).summary["purged"] == 1
    again = longplay("purge", alpha[:8], *ORDER, *at)
    assert (again.code, "purged before" in again.out) == (0, True)


def test_a_purge_by_one_person_or_of_nothing_ends_with_2(publisher: Path, alpha: str) -> None:
    at = ("--archive", publisher)
    alone = ("--reason", "court-order", "--by", "Ada", "--approved-by", "ada ")
    assert longplay("purge", alpha, *alone, *at).code == 2
    assert longplay("purge", "ffff", *ORDER, *at).code == 2
    assert longplay("purge", *ORDER, *at).code == 2
    assert archives.blob_of(publisher, alpha).exists()


def test_a_notice_goes_the_whole_way_from_the_form_to_the_reasons(
    publisher: Path, alpha: str, tmp_path: Path
) -> None:
    at = ("--archive", publisher)
    form = tmp_path / "notice.toml"
    form.write_text(longplay("notices", "template", "--kind", "dsa-notice").out, encoding="utf-8")
    about = ("--about", alpha[:8])
    filed = json_of(
        "notices", "add", "--kind", "dsa-notice", *about, "--from", form, "--field", "location=x", *at
    )
    assert filed.code == 0
    assert filed.summary["missing"] == ["explanation", "contact", "good_faith"]
    assert {one["code"] for one in filed.findings} == {"notice-incomplete"}
    assert longplay("withdraw", alpha, *CLAIM, *at).code == 0
    told = longplay("notices", "reasons", str(filed.summary["notice"])[:8], *at)
    assert (told.code, "17(3)(f)" in told.out) == (0, True)
    listed = json_of("notices", *at).lines
    assert [line.get("kind") for line in listed[:-1]] == ["dsa-notice", "statement-of-reasons"]
    assert listed == json_of("notices", "list", *at).lines
    shown = json_of("notices", "show", str(listed[0]["notice"]), *at).lines[0]
    assert shown["fields"] == {"location": "x"}
    counter = ("--kind", "appeal", "--field", "grounds=it is mine")
    assert longplay("notices", "answer", listed[1]["notice"], *counter, *at).code == 0


def test_words_of_a_notice_cannot_play_tricks_on_a_terminal(publisher: Path, alpha: str) -> None:
    at = ("--archive", publisher)
    field = ("--field", "grounds=\x1b[2J gone\nnext line")
    filed = json_of("notices", "add", "--kind", "appeal", "--about", alpha, *field, *at)
    shown = longplay("notices", "show", filed.summary["notice"], *at).out
    assert "\x1b" not in shown
    assert "next line" in shown.splitlines()


@pytest.mark.parametrize("field", ["grounds", "ground=x"])
def test_a_field_that_is_none_is_refused(publisher: Path, field: str) -> None:
    ran = longplay("notices", "add", "--kind", "appeal", "--field", field, "--archive", publisher)
    assert ran.code in {2, 4}
    assert json_of("notices", "--archive", publisher).summary["notices"] == 0
