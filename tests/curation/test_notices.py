"""Notices: on file once, apart from everything public, and answered with reasons that name nobody."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import standing
from longplay.curation.notices import Filed, Notices
from longplay.curation.reasons import as_text
from longplay.curation.withdrawal import Withdrawal
from longplay.errors import NotFound, UsageError
from longplay.model.digests import ContentId
from longplay.model.events import NoticeFiled
from longplay.model.withdrawal import NoticeKind, ReasonClass
from longplay.preservation.purge import Purge, Warrant
from longplay.wiring import Archive, new_id, now

SONG, OTHER = standing.id_of("song"), standing.id_of("other")
NOTICE = {
    "explanation": "It is Example Records' recording of 2019",
    "location": "https://example.org/first/song.flac",
    "contact": "Eve Example, eve@example.org",
    "good_faith": "I believe in good faith that this is right",
}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with standing.made(tmp_path / "archive", "song", "other") as made:
        yield made


def use_case(archive: Archive) -> Notices:
    return Notices(ledger=archive.ledger, evidence=archive.evidence, new_id=new_id)


def file(
    archive: Archive,
    kind: NoticeKind = NoticeKind.DSA_NOTICE,
    about: tuple[ContentId, ...] = (SONG,),
    fields: dict[str, str] | None = None,
    answers: str | None = None,
) -> Filed:
    said = NOTICE if fields is None else fields
    with archive.writing() as register:
        return use_case(archive).file(register, kind, about, said, answers=answers)


def withdraw(archive: Archive, *names: str, words: str = "A licence was never shown") -> None:
    case = Withdrawal(ledger=archive.ledger, evidence=archive.evidence, clock=now, new_id=new_id)
    with archive.writing() as register:
        for name in names:
            reason = ReasonClass.RIGHTS_CLAIM
            case.withdraw(register, standing.id_of(name), reason=reason, by="Ada", words=words)


def purge(archive: Archive, name: str, *, with_papers: bool = True) -> None:
    case = Purge(store=archive.store, derived=archive.derived, evidence=archive.evidence)
    warrant = Warrant(reason=ReasonClass.DATA_PROTECTION, by="Ada", approved_by="Bo", with_papers=with_papers)
    with archive.writing() as register:
        case.purge(register, [standing.id_of(name)], warrant)


def reasons(archive: Archive, name: str, **said: str) -> Filed:
    with archive.writing() as register:
        return use_case(archive).reasons(register, name, said)


def test_a_whole_notice_is_on_file_and_comes_back(archive: Archive) -> None:
    filed = file(archive)
    assert (filed.is_new, filed.findings) == (True, ())
    found = use_case(archive).get(filed.id[:6])
    assert (found.notice.id, found.notice.about, found.paper) == (filed.id, (SONG,), filed.paper)
    assert [one.notice.id for one in use_case(archive).list()] == [filed.id]


def test_nothing_of_its_words_is_in_the_journal_or_the_ledger(archive: Archive) -> None:
    file(archive)
    withdraw(archive, "song", words="Eve Example wrote to us")
    reasons(archive, SONG)
    for path in (*archive.journal.rglob("*.jsonl"), *archive.root.glob("ledger.sqlite*")):
        data = path.read_bytes()
        assert not any(words in data for words in (b"Eve", b"example.org", b"good faith"))


def test_the_same_paper_again_is_on_file_once(archive: Archive) -> None:
    first, again = file(archive), file(archive)
    assert (again.id, again.is_new) == (first.id, False)
    assert file(archive, fields=NOTICE | {"received": "2026-11-25"}).is_new
    assert len(standing.facts_of(archive, NoticeFiled)) == 2


def test_an_incomplete_notice_is_filed_and_what_is_missing_is_named_with_its_clause(archive: Archive) -> None:
    filed = file(archive, fields={"explanation": "It is ours"})
    assert [finding.path for finding in filed.findings] == ["location", "contact", "good_faith"]
    assert "art. 16(2)(b)" in filed.findings[0].detail
    assert filed.is_new


def test_an_answer_is_about_the_same_recordings_unless_it_says_otherwise(archive: Archive) -> None:
    notice = file(archive, NoticeKind.DMCA_NOTICE, (SONG, OTHER), {"work": "Low Tide"})
    counter = file(archive, NoticeKind.DMCA_COUNTER_NOTICE, (), {"mistake": "it is mine"}, notice.id[:5])
    assert (counter.paper.about, counter.paper.answers) == (tuple(sorted((SONG, OTHER))), notice.id)
    narrow = file(archive, NoticeKind.APPEAL, (OTHER,), {"grounds": "it is mine"}, notice.id)
    assert narrow.paper.about == (OTHER,)


@pytest.mark.parametrize(
    ("kind", "answered"),
    [
        (NoticeKind.DMCA_COUNTER_NOTICE, NoticeKind.DSA_NOTICE),
        (NoticeKind.DSA_NOTICE, NoticeKind.DSA_NOTICE),
        (NoticeKind.APPEAL, NoticeKind.APPEAL),
    ],
)
def test_what_cannot_answer_is_refused(archive: Archive, kind: NoticeKind, answered: NoticeKind) -> None:
    first = file(archive, answered, fields={})
    with pytest.raises(UsageError, match="does not answer"):
        file(archive, kind, fields={}, answers=first.id)
    with pytest.raises(NotFound):
        file(archive, kind, fields={}, answers="nobody")


def test_reasons_state_every_clause_and_never_who_gave_the_notice(archive: Archive) -> None:
    notice = file(archive)
    withdraw(archive, "song")
    filed = reasons(archive, notice.id[:8])
    text = as_text(filed.paper)
    assert (filed.findings, filed.paper.answers) == ((), notice.id)
    assert all(f"17(3)({letter})" in text for letter in "abcdf")
    assert "17(3)(e)" not in text
    assert "A licence was never shown" in text
    assert "article 16" in text
    assert SONG in text
    assert not any(words in text for words in ("Eve", "eve@example.org", "good faith", "Ada"))


def test_reasons_by_recording_find_the_latest_notice_about_it(archive: Archive) -> None:
    file(archive, fields={"explanation": "first"})
    latest = file(archive, fields={"explanation": "second"})
    withdraw(archive, "song")
    assert reasons(archive, SONG).paper.answers == latest.id


def test_reasons_without_a_notice_say_that_the_archive_acted_by_itself(archive: Archive) -> None:
    withdraw(archive, "song", words="")
    filed = reasons(archive, SONG)
    assert filed.paper.answers is None
    assert "there was no notice" in filed.paper.text("facts")
    assert filed.findings == ()


def test_reasons_twice_are_one_statement_and_own_words_take_the_place_of_ours(archive: Archive) -> None:
    withdraw(archive, "song")
    first = reasons(archive, SONG)
    assert not reasons(archive, SONG).is_new
    other = reasons(archive, SONG, redress="Write to appeals@example.org")
    assert (other.is_new, other.paper.text("redress")) == (True, "Write to appeals@example.org")
    assert other.paper.text("facts") == first.paper.text("facts")


def test_reasons_are_about_what_was_withdrawn_only(archive: Archive) -> None:
    notice = file(archive, about=(SONG, OTHER))
    with pytest.raises(UsageError, match="no reasons"):
        reasons(archive, notice.id)
    withdraw(archive, "other")
    assert reasons(archive, notice.id).paper.about == (OTHER,)


def test_reasons_of_a_purge_say_that_the_bytes_are_gone(archive: Archive) -> None:
    notice = file(archive)
    withdraw(archive, "song")
    purge(archive, "song", with_papers=False)
    filed = reasons(archive, notice.id)
    assert "deleted for good" in filed.paper.text("restriction")
    assert "preserved" not in filed.paper.text("restriction")
    assert "2016/679" in filed.paper.text("legal_ground")


def test_an_erased_paper_says_so_and_is_not_filed_again(archive: Archive) -> None:
    filed = file(archive)
    purge(archive, "song")
    (found,) = use_case(archive).list()
    assert (found.notice.id, found.paper, found.is_erased) == (filed.id, None, True)
    with pytest.raises(UsageError, match="was purged"):
        file(archive)


def test_a_missing_paper_is_not_taken_for_an_erased_one(archive: Archive) -> None:
    filed = file(archive)
    archive.evidence.erase(use_case(archive).get(filed.id).notice.document)
    found = use_case(archive).get(filed.id)
    assert (found.paper, found.is_erased) == (None, False)
    assert not file(archive).is_new
    assert use_case(archive).get(filed.id).paper == filed.paper
