"""Importing rights: the right recordings, once, the latest message, and never a permission by mistake."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from longplay.curation.rights_sources import FileFormat, open_rights
from longplay.errors import MalformedInput, UsageError
from longplay.formats.statements import statement_id
from longplay.ledger.ledger import Ledger
from longplay.ledger.state import state_digest
from longplay.model.digests import ContentId
from longplay.model.events import RecordingPurged, RightsStated
from longplay.model.findings import FindingCode
from longplay.model.rights import (
    Act,
    RightsStatement,
    StatementKind,
    StatementSource,
    Strength,
    Subject,
    Verdict,
)
from longplay.model.withdrawal import ReasonClass
from longplay.rights.readers import statement
from rights_files import (
    BY,
    ISRC,
    SENDER,
    TAKE_DOWN,
    Archive,
    item,
    message,
    open_archive_in,
    terms,
)

BY_NC = "https://creativecommons.org/licenses/by-nc/4.0/"
WORK = replace(statement("CC0-1.0", evidence="a letter", source=StatementSource.TABLE), covers=(Subject.WORK,))
"""So that a deal for the recording opens the gate."""


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive_in(tmp_path) as opened:
        yield opened


def kinds(archive: Archive, content_id: ContentId) -> list[StatementKind]:
    """Of what is in force, the work's left out."""
    return [one.kind for one in archive.statements(content_id) if one != WORK]


def digest_of(ledger: Ledger) -> str:
    with ledger.reading() as connection:
        return state_digest(connection)


# our table


def test_a_row_finds_its_recording_by_place_name_in_the_store_or_isrc(archive: Archive) -> None:
    placed = archive.hold(b"1", "a/one.flac", root=str(archive.folder))
    named = archive.hold(b"2", "two.flac")
    coded = archive.hold(b"3", "three.mp3", tags={"TSRC": "SE-ABC-26-00001"})
    done, told = archive.take(
        f"path,content_id,isrc,licence\na/one.flac,,,CC0-1.0\n,{named},,{BY}\n,,SEABC2600001,CC-BY-SA-4.0\n"
    )
    licences = {one: archive.statements(one)[0].licence for one in (placed, named, coded)}
    assert licences == {placed: "CC0-1.0", named: "CC-BY-4.0", coded: "CC-BY-SA-4.0"}
    assert (done.form, done.rows, done.matched, done.stated, done.findings) == (FileFormat.TABLE, 3, 3, 3, 0)
    assert [one.place for one in told.news] == ["line 2", "line 3", "line 4"]


@pytest.mark.parametrize("key", ["isrc", "ISRC", "TSRC", "WM/ISRC", "----:com.apple.iTunes:ISRC"])
def test_every_container_s_tag_for_an_isrc_is_known(archive: Archive, key: str) -> None:
    held = archive.hold(b"1", "one", tags={key: ISRC})
    archive.take(f"isrc,licence\n{ISRC},CC0-1.0\n")
    assert archive.statements(held)


def test_an_isrc_in_the_depositors_table_counts_and_means_every_file_of_the_recording(archive: Archive) -> None:
    held = [archive.hold(b"1", "one", given=(("isrc", ISRC),)), archive.hold(b"2", "two", tags={"isrc": ISRC})]
    done, _told = archive.take(f"isrc,licence\n{ISRC},CC0-1.0\n")
    assert all(archive.statements(one) for one in held)
    assert (done.matched, done.stated) == (1, 2)


def test_a_path_is_taken_below_the_named_root_or_the_folders_taken_in(archive: Archive, tmp_path: Path) -> None:
    one = archive.hold(b"1", "a/one.flac", root="/media/deposit")
    table = "path,licence\na/one.flac,CC0-1.0\n"
    assert archive.take(table, root=tmp_path, dry_run=True)[0].unmatched == 1
    assert archive.take(table, root=Path("/media/deposit"), dry_run=True)[0].matched == 1
    assert archive.take(table)[0].matched == 1
    assert archive.statements(one)
    assert archive.take("path,licence\none.flac,CC0-1.0\n")[0].unmatched == 1, "a name alone says little"


def test_a_path_that_could_mean_two_recordings_means_none(archive: Archive) -> None:
    held = [archive.hold(b"1", "one.flac", root="/a"), archive.hold(b"2", "one.flac", root="/b")]
    done, told = archive.take("path,licence\none.flac,CC0-1.0\n")
    assert (done.ambiguous, done.matched, done.stated) == (1, 0, 0)
    assert told.codes == [FindingCode.RIGHTS_ROW_AMBIGUOUS]
    assert not any(archive.statements(one) for one in held)


def test_a_path_in_written_form_is_found(archive: Archive) -> None:
    held = archive.hold(b"1", "50%25 f%FCr.flac", root=str(archive.folder))
    assert archive.take("path,licence\n50%25 f%FCr.flac,CC0-1.0\n")[0].matched == 1
    assert archive.statements(held)


def test_columns_that_name_different_recordings_name_none(archive: Archive) -> None:
    one = archive.hold(b"1", "one.flac")
    archive.hold(b"2", "two.flac", tags={"isrc": ISRC})
    assert archive.take(f"content_id,isrc,licence\n{one},{ISRC},CC0-1.0\n")[0].unmatched == 1
    assert archive.take(f"content_id,path,licence\n{one},two.flac,CC0-1.0\n")[0].unmatched == 1
    assert archive.take(f"content_id,path,licence\n{one},one.flac,CC0-1.0\n")[0].matched == 1


@pytest.mark.parametrize(
    ("row", "detail"),
    [
        ("abc,,CC0-1.0", "column content_id: 64 hex digits were wanted"),
        (",SE-1,CC0-1.0", "column isrc: 'SE-1' is no ISRC"),
        (",,CC0-1.0", "none of the columns path, content_id and isrc is filled"),
    ],
)
def test_a_row_that_does_not_say_which_recording_is_told(archive: Archive, row: str, detail: str) -> None:
    done, told = archive.take(f"content_id,isrc,licence\n{row}\n")
    assert (done.unread, done.matched) == (1, 0)
    assert [(one.code, one.path) for one in told.findings] == [(FindingCode.RIGHTS_CELL_UNREAD, "rights.csv")]
    assert told.findings[0].detail == f"line 2: {detail}"


def test_a_cell_that_cannot_be_read_is_told_with_line_and_column_and_permits_nothing(archive: Archive) -> None:
    held = archive.hold(b"1", "one.flac")
    done, told = archive.take("path,licence,published\nnone.flac,CC0-1.0,\none.flac,CC0-1.0,19??\n")
    assert [one.detail.split(":")[:2] for one in told.findings] == [
        ["line 2", " no recording of it is held"],
        ["line 3", " column published"],
    ]
    assert archive.may(Act.REDISTRIBUTE, held).verdict is Verdict.UNKNOWN
    assert (done.unmatched, done.stated, done.findings) == (1, 1, 2)


def test_what_was_stated_before_is_not_written_again_whatever_became_of_it(archive: Archive) -> None:
    stated = statement("CC-BY-4.0", evidence="column licence of rights.csv", source=StatementSource.TABLE)
    held = archive.hold(b"1", "one.flac", statements=(stated,))
    table = "path,licence\none.flac,CC-BY-4.0\n"
    assert archive.take(table)[0].known == 1, "the table was taken in with the file"
    ends = RightsStated(
        content_id=held, statements=(), supersedes=(statement_id(stated),), by="Ada", reason="a letter"
    )
    archive.write(ends)
    done, told = archive.take(table + "\n")
    assert (done.stated, done.known, told.news) == (0, 1, [])
    assert archive.statements(held) == ()


def test_the_same_twice_in_one_file_is_stated_once(archive: Archive) -> None:
    held = archive.hold(b"1", "one.flac")
    done, _told = archive.take("path,licence\none.flac,CC0-1.0\none.flac,CC0-1.0\n")
    assert (done.stated, done.known, len(archive.statements(held))) == (1, 1, 1)


def test_who_imported_stands_in_the_journal(archive: Archive) -> None:
    held = archive.hold(b"1", "one.flac")
    archive.take("path,licence\none.flac,CC0-1.0\n")
    archive.take("path,licence\none.flac,CC-BY-4.0\n", by="Ada")
    assert [one.by for one in archive.history(held)] == ["rights.csv", "Ada"]


def test_a_dry_run_says_the_same_and_writes_nothing(archive: Archive) -> None:
    archive.hold(b"1", "one.mp3", tags={"isrc": ISRC})
    before = digest_of(archive.ledger)
    for name, data in {"t.csv": f"isrc,licence\n{ISRC},CC0-1.0\n", "m.xml": message(terms()).decode()}.items():
        rehearsed, _told = archive.take(data, name=name, dry_run=True)
        assert digest_of(archive.ledger) == before
        assert not list(archive.evidence.names())
        assert rehearsed.stated == 1
    assert archive.take(message(terms()), name="m.xml")[0].stated == 1


def test_what_was_purged_is_not_found(archive: Archive) -> None:
    held = archive.hold(b"1", "one.mp3", tags={"isrc": ISRC})
    archive.write(
        RecordingPurged(content_id=held, also=(), reason=ReasonClass.COURT_ORDER, by="Ada", approved_by="Bo")
    )
    for table in (
        f"isrc,licence\n{ISRC},CC0-1.0\n",
        f"content_id,licence\n{held},CC0-1.0\n",
        "path,licence\none.mp3,x\n",
    ):
        assert archive.take(table)[0].unmatched == 1


def test_a_table_longer_than_a_batch_is_taken_whole(archive: Archive) -> None:
    held = [archive.hold(str(number).encode(), f"{number}.flac") for number in range(0, 450, 50)]
    rows = "".join(f"{number}.flac,CC0-1.0\n" for number in range(450))
    done, _told = archive.take("path,licence\n" + rows)
    assert (done.rows, done.matched, done.unmatched) == (450, len(held), 441)
    assert all(archive.statements(one) for one in held)


# FMA


FMA = f"track_id,artist_name,track_title,license_url,license_title\n2,AWOL,Food,{BY},Attribution 4.0\n"


def test_a_track_is_found_where_the_data_set_has_it(archive: Archive) -> None:
    held = archive.hold(b"1", "fma_full/000/000002.mp3")
    done, _told = archive.take(FMA)
    [one] = archive.statements(held)
    assert (done.form, one.licence, one.source) == (FileFormat.FMA, "CC-BY-4.0", StatementSource.CATALOGUE)
    assert archive.may(Act.REDISTRIBUTE, held).permits


def test_a_track_elsewhere_is_found_where_its_tags_agree(archive: Archive) -> None:
    agreeing = archive.hold(b"1", "000002.mp3", tags={"title": "food ", "artist": "AWOL"})
    clip = archive.hold(b"2", "000/000002.mp3", tags={"title": "Food", "artist": "Awol"})
    other = archive.hold(b"3", "000/000002.mp3", root="/b", tags={"title": "Food", "artist": "Somebody"})
    assert archive.take(FMA)[0].stated == 2
    assert archive.statements(agreeing)
    assert archive.statements(clip)
    assert not archive.statements(other)


@pytest.mark.parametrize(
    ("path", "tags"),
    [("000002.mp3", {}), ("000002.mp3", {"title": "Food"}), ("000/000002.mp3", {"artist": "Somebody"})],
)
def test_a_name_alone_is_no_match(archive: Archive, path: str, tags: dict[str, str]) -> None:
    archive.hold(b"1", path, tags=tags)
    done, told = archive.take(FMA)
    assert (done.unmatched, done.stated) == (1, 0)
    assert told.codes == [FindingCode.RIGHTS_ROW_UNUSED]


def test_two_files_that_could_be_the_track_are_ambiguous(archive: Archive) -> None:
    archive.hold(b"1", "000/000002.mp3")
    archive.hold(b"2", "clips/000/000002.mp3")
    assert archive.take(FMA)[0].ambiguous == 1


@pytest.mark.parametrize(
    ("cells", "missing"),
    [
        (",Attribution 4.0", "license_url is empty"),
        (f"{BY},Attribution-NonCommercial 4.0", "another licence"),
        ("http://creativecommons.org/licenses/sampling+/1.0/,", "which licence"),
        ("http://freemusicarchive.org/FMA_License,FMA-Limited: Download Only", "which licence"),
    ],
)
def test_a_track_whose_licence_is_not_plain_is_unknown(archive: Archive, cells: str, missing: str) -> None:
    held = archive.hold(b"1", "000/000002.mp3")
    archive.take(f"track_id,license_url,license_title\n2,{cells}\nx,{cells}\n")
    decision = archive.may(Act.REDISTRIBUTE, held)
    assert decision.verdict is Verdict.UNKNOWN
    assert missing in (decision.missing or "")


# the Internet Archive


def test_an_item_states_its_licence_of_files_of_that_name_and_size(archive: Archive) -> None:
    held = archive.hold(b"12", "shows/d1t01.flac")
    other = archive.hold(b"123", "elsewhere/d1t01.flac")
    done, told = archive.take(item(("d1/d1t01.flac", 2), ("d1t02.flac", 9), licenseurl=BY))
    [one] = archive.statements(held)
    assert (one.licence, one.strength) == ("CC-BY-4.0", Strength.BLANKET)
    assert not archive.statements(other)
    assert (done.form, done.rows, done.matched, done.unmatched) == (FileFormat.ITEM, 2, 1, 1)
    assert told.findings[0].detail.startswith("file d1t02.flac")


def test_of_two_files_of_one_name_and_size_the_one_below_the_item_s_name_is_meant(archive: Archive) -> None:
    data = item(("d1/a.flac", 1), licenseurl=BY)
    inside, outside = archive.hold(b"1", "x/gd77/d1/a.flac"), archive.hold(b"2", "y/a.flac")
    assert archive.take(data)[0].stated == 1
    assert [bool(archive.statements(one)) for one in (inside, outside)] == [True, False]
    archive.hold(b"3", "z/gd77/d1/a.flac")
    assert archive.take(data)[0].ambiguous == 1


def test_a_file_without_a_size_is_not_guessed(archive: Archive) -> None:
    archive.hold(b"1", "a.flac")
    document = {"metadata": {"identifier": "x", "licenseurl": BY}, "files": [{"name": "a.flac"}]}
    done, told = archive.take(json.dumps(document))
    assert (done.unread, done.stated, told.codes) == (1, 0, [FindingCode.RIGHTS_CELL_UNREAD])


@pytest.mark.parametrize(
    ("metadata", "act", "verdict"),
    [
        ({"licenseurl": BY}, Act.REDISTRIBUTE, Verdict.PERMITTED_WITH_CONDITIONS),
        ({"licenseurl": [BY, BY_NC]}, Act.REDISTRIBUTE, Verdict.UNKNOWN),
        ({"licenseurl": "http://www.usa.gov/copyright.shtml"}, Act.REDISTRIBUTE, Verdict.UNKNOWN),
        (
            {"licenseurl": BY, "rights": "Licensed under CC BY 4.0"},
            Act.REDISTRIBUTE,
            Verdict.PERMITTED_WITH_CONDITIONS,
        ),
        ({"licenseurl": BY, "rights": "Licensed under CC BY-NC 4.0"}, Act.REDISTRIBUTE, Verdict.UNKNOWN),
        ({"licenseurl": BY, "rights": "No commercial use, please"}, Act.REDISTRIBUTE, Verdict.UNKNOWN),
        ({"rights": "Licensed under CC BY 4.0"}, Act.REDISTRIBUTE, Verdict.UNKNOWN),
        ({}, Act.REDISTRIBUTE, Verdict.UNKNOWN),
        ({"licenseurl": BY, "collection": ["etree", "stream_only"]}, Act.REDISTRIBUTE, Verdict.REFUSED),
        ({"licenseurl": BY, "collection": "stream_only"}, Act.MINE, Verdict.REFUSED),
        ({"licenseurl": BY, "collection": "stream_only"}, Act.STREAM, Verdict.PERMITTED_WITH_CONDITIONS),
        ({"collection": "stream_only"}, Act.STREAM, Verdict.UNKNOWN),
        ({"licenseurl": BY, "access-restricted-item": "true"}, Act.STREAM, Verdict.REFUSED),
        ({"licenseurl": BY, "is_dark": True}, Act.TRANSCODE, Verdict.REFUSED),
    ],
)
def test_what_an_item_lets_anybody_do(
    archive: Archive, metadata: dict[str, object], act: Act, verdict: Verdict
) -> None:
    held = archive.hold(b"1", "a.flac")
    archive.take(item(("a.flac", 1), **metadata))
    assert archive.may(act, held).verdict is verdict


def test_free_text_lies_in_the_erasable_evidence_and_nowhere_else(archive: Archive) -> None:
    held = archive.hold(b"1", "a.flac")
    archive.take(item(("a.flac", 1), rights="ask ada@example.org first"))
    [one] = archive.statements(held)
    assert one.words is not None
    assert archive.evidence.get(one.words) == b"ask ada@example.org first"
    journal = b"".join(path.read_bytes() for path in (archive.folder / "journal").rglob("*") if path.is_file())
    assert b"ada@example.org" not in journal


def test_an_item_fetched_anew_with_the_same_meaning_states_nothing_new(archive: Archive) -> None:
    archive.hold(b"1", "a.flac")
    archive.take(item(("a.flac", 1), licenseurl=BY))
    done, _told = archive.take(item(("a.flac", 1), licenseurl=BY, downloads="7"))
    assert (done.stated, done.known) == (0, 1)


# DDEX


def day(number: int) -> str:
    return f"2026-03-{number:02d}T10:00:00Z"


@pytest.fixture
def held(archive: Archive) -> ContentId:
    return archive.hold(b"1", "one.mp3", tags={"TSRC": ISRC}, statements=(WORK,))


def test_a_deal_permits_streaming_where_it_holds_and_nothing_else(archive: Archive, held: ContentId) -> None:
    done, _told = archive.take(message(terms(where="SE NO"), isrcs=(ISRC, "GBXYZ9912345")))
    assert (done.form, done.rows, done.matched, done.unmatched) == (FileFormat.DDEX, 2, 1, 1)
    permitted = {act for act in Act if archive.may(act, held, "SE").permits}
    assert permitted == {Act.STREAM}
    assert not archive.may(Act.STREAM, held, "US").permits
    assert not archive.may(Act.STREAM, held).permits


def test_the_deal_is_kept_word_for_word(archive: Archive, held: ContentId) -> None:
    archive.take(message(terms()))
    [one] = [one for one in archive.statements(held) if one != WORK]
    assert one.words is not None
    assert b"<UseType>OnDemandStream</UseType>" in (archive.evidence.get(one.words) or b"")


def test_a_deal_says_nothing_of_the_musical_work(archive: Archive) -> None:
    held = archive.hold(b"1", "one.mp3", tags={"TSRC": ISRC})
    archive.take(message(terms()))
    assert archive.may(Act.STREAM, held).verdict is Verdict.UNKNOWN


def test_a_takedown_forbids_whatever_else_is_stated(archive: Archive) -> None:
    free = statement("CC0-1.0", evidence="tag", source=StatementSource.TAG)
    held = archive.hold(b"1", "one.mp3", tags={"TSRC": ISRC}, statements=(free,))
    archive.take(message(TAKE_DOWN))
    assert {act for act in Act if archive.may(act, held).permits} == {Act.PRESERVE}
    assert archive.may(Act.STREAM, held).rule == "takedown"


HISTORIES = {
    "deals": message(terms(where="SE"), created=day(1)),
    "takedown": message(TAKE_DOWN, created=day(2)),
    "deals again": message(terms(where="NO"), created=day(3)),
}


@pytest.mark.parametrize("order", list(permutations(HISTORIES)), ids="-".join)
def test_whatever_order_messages_come_in_the_latest_counts(
    archive: Archive, held: ContentId, order: tuple[str, ...]
) -> None:
    for name in order:
        archive.take(HISTORIES[name])
    latest = max(order, key=list(HISTORIES).index)
    assert latest == "deals again"
    assert kinds(archive, held) == [StatementKind.DEAL]
    assert archive.may(Act.STREAM, held, "NO").permits
    assert not archive.may(Act.STREAM, held, "SE").permits


def test_a_late_older_message_is_told_and_undoes_nothing(archive: Archive, held: ContentId) -> None:
    archive.take(message(TAKE_DOWN, created=day(5)))
    done, told = archive.take(message(terms(), created=day(4)))
    assert (done.outdated, done.stated, done.superseded) == (1, 0, 0)
    assert told.codes == [FindingCode.RIGHTS_ROW_OUTDATED]
    assert kinds(archive, held) == [StatementKind.TAKEDOWN]


def test_a_later_message_that_grants_nothing_ends_a_deal_and_is_remembered(
    archive: Archive, held: ContentId
) -> None:
    archive.take(message(terms(), created=day(1)))
    done, _told = archive.take(message(terms(use="PermanentDownload"), created=day(3)))
    assert done.superseded == 1
    assert archive.take(message(terms(), created=day(2)))[0].outdated == 1
    assert not archive.may(Act.STREAM, held).permits


def test_a_later_message_without_deals_ends_deals_and_no_takedown(archive: Archive, held: ContentId) -> None:
    archive.take(message(TAKE_DOWN, terms(), created=day(1)))
    archive.take(message(created=day(2)))
    assert StatementKind.TAKEDOWN in kinds(archive, held)
    assert StatementKind.DEAL not in kinds(archive, held)
    archive.take(message(terms(), created=day(3)))
    assert archive.may(Act.STREAM, held).permits


@pytest.mark.parametrize("other", [{"sender": "PADPIDA999"}, {"isrcs": ("GBXYZ9912345",)}])
def test_another_sender_or_recording_ends_nothing(
    archive: Archive, held: ContentId, other: dict[str, object]
) -> None:
    archive.hold(b"2", "two.mp3", tags={"TSRC": "GBXYZ9912345"})
    archive.take(message(TAKE_DOWN, created=day(1)))
    archive.take(message(terms(), created=day(2), **other))
    assert archive.may(Act.STREAM, held).rule == "takedown"


def test_the_same_message_again_changes_nothing_even_after_a_later_one(
    archive: Archive, held: ContentId
) -> None:
    first, second = message(terms(), created=day(1)), message(terms(where="SE"), created=day(2))
    archive.take(first)
    done, _told = archive.take(first)
    assert (done.stated, done.known, done.superseded) == (0, 1, 0)
    archive.take(second)
    before = digest_of(archive.ledger)
    archive.take(first)
    archive.take(second)
    assert digest_of(archive.ledger) == before


def test_of_two_messages_of_one_moment_both_stand_and_the_takedown_wins(
    archive: Archive, held: ContentId
) -> None:
    archive.take(message(terms(), created=day(1)))
    archive.take(message(TAKE_DOWN, created=day(1)))
    assert archive.may(Act.STREAM, held).rule == "takedown"


def test_a_rebuilt_ledger_says_the_same(archive: Archive, held: ContentId) -> None:
    for data in HISTORIES.values():
        archive.take(data)
    rebuilt = Ledger.open(archive.folder / "rebuilt.sqlite", journal=archive.folder / "journal")
    assert digest_of(rebuilt) == digest_of(archive.ledger)
    rebuilt.close()


def test_a_message_from_the_future_or_for_a_test_is_refused(archive: Archive, held: ContentId) -> None:
    with pytest.raises(MalformedInput, match="future"):
        archive.take(message(TAKE_DOWN, created="2027-01-01T00:00:00Z"))
    marked = message(terms(), more="<MessageControlType>TestMessage</MessageControlType>")
    with pytest.raises(UsageError, match="test"):
        archive.take(marked)
    assert kinds(archive, held) == []


def test_a_person_s_decision_is_not_ended_by_a_message(archive: Archive, held: ContentId) -> None:
    decided = RightsStatement(
        basis=WORK.basis, licence="CC-BY-4.0", stated="CC-BY-4.0", evidence="e", source=StatementSource.DECISION
    )
    archive.write(RightsStated(content_id=held, statements=(decided,), supersedes=(), by=SENDER, reason="r"))
    archive.take(message(terms(), created=day(1)))
    archive.take(message(terms(), created=day(2)))
    assert decided in archive.statements(held)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ("", MalformedInput),
        ("name,licence\na,b\n", MalformedInput),
        ("<html/>", MalformedInput),
        ("{}", MalformedInput),
        ('path\n"x', MalformedInput),
    ],
)
def test_what_is_no_such_file_is_refused(archive: Archive, data: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        archive.take(data)


def test_a_folder_or_nothing_is_refused(archive: Archive) -> None:
    (archive.folder / "rights.d").mkdir()
    for name in ("rights.d", "nothing"):
        with pytest.raises(UsageError, match="no file"), open_rights(archive.folder / name, root=None):
            pass
