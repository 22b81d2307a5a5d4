"""The journal: what was appended is read back, whatever kills, full disks and other writers do."""

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
import zstandard
from facts import AGENT, Ticking, history, opened, recording, refused
from hypothesis import given, settings
from hypothesis import strategies as st

from longplay.errors import ExitCode, JournalBroken, StoreFull
from longplay.formats.journal import NO_LINE, line_hash
from longplay.ledger import journal
from longplay.ledger.journal import JournalWriter, head_of, read_chain, writers
from longplay.ledger.segments import read_lines, seal, segment_path, segments
from longplay.model.events import Fact, Head

Open = Callable[[], JournalWriter]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "journal"
    folder.mkdir()
    return folder


@pytest.fixture
def open_writer(root: Path) -> Iterator[Open]:
    made: list[JournalWriter] = []

    def make() -> JournalWriter:
        made.append(JournalWriter.open(root, clock=Ticking(), agent=AGENT))
        return made[-1]

    yield make
    for writer in made:
        with_closed(writer)


def with_closed(writer: JournalWriter) -> None:
    try:
        writer.close()
    except OSError:
        return


def facts_of(root: Path, writer: str = "w0001", *, after: Head | None = None) -> list[Fact]:
    return [event.fact for event, _hash in read_chain(root, writer, after=after)]


def written(root: Path, *groups: list[Fact]) -> None:
    writer = JournalWriter.open(root, clock=Ticking(), agent=AGENT)
    for group in groups:
        writer.append(group)
    writer.close()


@settings(max_examples=25)
@given(cuts=st.lists(st.integers(0, 14), max_size=4), limit=st.sampled_from([1, 2_000, 1 << 30]))
def test_what_is_appended_is_read_back_over_groups_and_segments(
    cuts: list[int], limit: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("journal")
    facts = history()
    marks = sorted({0, len(facts), *(min(cut, len(facts)) for cut in cuts)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal, "SEGMENT_LIMIT", limit)
        written(root, *(facts[a:b] for a, b in pairwise(marks)))
    assert facts_of(root) == facts


def test_lines_are_counted_from_one_and_chained_by_the_hashes_of_their_bytes(
    root: Path, open_writer: Open
) -> None:
    writer = open_writer()
    told = writer.append(history()[:3]) + writer.append(history()[3:5])
    lines = segment_path(root / "w0001", 1).read_bytes().splitlines()
    assert [event.seq for event, _hash in told] == [1, 2, 3, 4, 5]
    assert [digest for _event, digest in told] == [line_hash(line) for line in lines]
    assert [json.loads(line)["prev"] for line in lines] == [NO_LINE, *map(line_hash, lines[:-1])]


def test_a_group_of_nothing_writes_nothing(root: Path, open_writer: Open) -> None:
    assert open_writer().append([]) == []
    assert segments(root / "w0001") == []


def test_reading_on_from_a_head_gives_the_later_lines_only(
    root: Path, open_writer: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "SEGMENT_LIMIT", 1_500)
    writer = open_writer()
    facts = history()
    heads = []
    for fact in facts:
        writer.append([fact])
        heads.append(writer.head)
    assert len(segments(root / "w0001")) > 3
    for count, head in enumerate(heads, start=1):
        assert facts_of(root, after=head) == facts[count:]


def test_reading_on_from_a_head_of_another_history_is_a_broken_journal(root: Path) -> None:
    written(root, history())
    foreign = Head(writer="w0001", seq=3, line_hash="f" * 64)
    with pytest.raises(JournalBroken, match="line 4"):
        facts_of(root, after=foreign)


def test_sealing_changes_no_hash_and_no_event(root: Path) -> None:
    written(root, history())
    before = list(read_chain(root, "w0001"))
    (plain,) = segments(root / "w0001")
    data = plain.path.read_bytes()
    sealed = seal(plain)
    assert list(read_chain(root, "w0001")) == before
    assert zstandard.ZstdDecompressor().decompressobj().decompress(sealed.path.read_bytes()) == data
    assert not plain.path.exists()


def test_a_sealed_chain_goes_on_in_a_new_segment(
    root: Path, open_writer: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "SEGMENT_LIMIT", 1)
    writer = open_writer()
    writer.append(history()[:2])
    writer.append(history()[2:5])
    assert [(one.first, one.sealed) for one in segments(root / "w0001")] == [(1, True), (3, True)]
    assert head_of(root, "w0001") == writer.head


def test_a_reader_that_lists_a_segment_just_before_it_is_sealed_still_reads_it(root: Path) -> None:
    written(root, history())
    (listed,) = segments(root / "w0001")
    lines = list(read_lines(listed))
    seal(listed)
    assert list(read_lines(listed)) == lines


def test_what_a_kill_during_sealing_leaves_is_read_once_and_cleared_away(root: Path, open_writer: Open) -> None:
    written(root, history())
    (plain,) = segments(root / "w0001")
    data = plain.path.read_bytes()
    sealed = seal(plain)
    plain.path.write_bytes(data)  # killed between the rename and the unlink
    unfinished = sealed.path.with_name("000000000099.jsonl.zst.unfinished")
    unfinished.write_bytes(b"half")
    assert facts_of(root) == history()
    writer = open_writer()
    assert sorted(path.name for path in (root / "w0001").iterdir()) == [sealed.path.name, "lock"]
    writer.append([refused("later")])
    assert facts_of(root) == [*history(), refused("later")]


def test_a_disk_too_full_to_seal_costs_no_acknowledged_line(
    root: Path, open_writer: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "SEGMENT_LIMIT", 1)
    blocked = root / "w0001" / "000000000001.jsonl.zst.unfinished"
    writer = open_writer()
    blocked.mkdir()  # nothing can be written under that name
    assert len(writer.append(history())) == len(history())
    writer.append([refused("later")])
    assert facts_of(root) == [*history(), refused("later")]
    blocked.rmdir()
    writer.append([refused("last")])
    assert [one.sealed for one in segments(root / "w0001")] == [True]
    assert facts_of(root) == [*history(), refused("later"), refused("last")]


def test_a_last_line_torn_at_any_byte_is_cut_and_every_earlier_line_is_intact(tmp_path: Path) -> None:
    facts = [opened(), recording(b"first"), refused("torn away")]
    whole = tmp_path / "whole"
    written(whole, facts)
    data = segment_path(whole / "w0001", 1).read_bytes()
    start = data[:-1].rindex(b"\n") + 1
    for end in range(start, len(data)):
        root = tmp_path / "torn"
        segment = segment_path(root / "w0001", 1)
        segment.parent.mkdir(parents=True, exist_ok=True)
        segment.write_bytes(data[:end])
        assert facts_of(root) == facts[:2]
        writer = JournalWriter.open(root, clock=Ticking(), agent=AGENT)
        assert writer.head.seq == 2
        assert segment.read_bytes() == data[:start]
        if end % 97 == 0:
            writer.append([refused("instead")])
            assert facts_of(root) == [*facts[:2], refused("instead")]
        writer.close()


def test_a_first_line_that_is_torn_leaves_an_empty_chain_that_can_be_written(
    root: Path, open_writer: Open
) -> None:
    segment = segment_path(root / "w0001", 1)
    segment.parent.mkdir()
    segment.write_bytes(b'{"half a line": ')
    writer = open_writer()
    assert writer.head == Head(writer="w0001", seq=0, line_hash=NO_LINE)
    writer.append([opened()])
    assert facts_of(root) == [opened()]


def test_a_torn_line_longer_than_a_block_is_cut_whole(root: Path, open_writer: Open) -> None:
    written(root, [opened()])
    segment = segment_path(root / "w0001", 1)
    whole = segment.read_bytes()
    segment.write_bytes(whole + b"x" * 200_000)
    open_writer()
    assert segment.read_bytes() == whole


@given(data=st.data())
def test_a_changed_byte_in_any_line_but_the_last_names_the_chain_and_a_line_near_it(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("journal")
    written(root, history())
    segment = segment_path(root / "w0001", 1)
    lines = segment.read_bytes().splitlines(keepends=True)
    number = data.draw(st.integers(1, len(lines) - 1), label="line")
    line = bytearray(lines[number - 1])
    place = data.draw(st.integers(0, len(line) - 2), label="byte")
    line[place] = data.draw(st.integers(0, 255).filter(lambda new: new not in {line[place], 10}), label="new")
    segment.write_bytes(b"".join([*lines[: number - 1], bytes(line), *lines[number:]]))
    with pytest.raises(JournalBroken) as broken:
        facts_of(root)
    assert broken.value.writer == "w0001"
    assert broken.value.seq in {number, number + 1}
    assert broken.value.exit_code is ExitCode.JOURNAL


@given(data=st.data())
def test_a_damaged_sealed_segment_is_a_broken_journal(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("journal")
    written(root, history())
    sealed = seal(segments(root / "w0001")[0])
    before = facts_of(root)
    packed = bytearray(sealed.path.read_bytes())
    place = data.draw(st.integers(0, len(packed) - 1), label="byte")
    packed[place] ^= data.draw(st.integers(1, 255), label="change")
    sealed.path.write_bytes(packed)
    # a flip in the last line is for the ledger's head to notice, one in a spare bit for nobody
    with suppress(JournalBroken):
        assert facts_of(root)[:-1] == before[:-1]


def test_a_sealed_segment_that_is_cut_short_anywhere_is_a_broken_journal(root: Path) -> None:
    written(root, history())
    sealed = seal(segments(root / "w0001")[0])
    packed = sealed.path.read_bytes()
    for end in (*range(0, len(packed), 29), len(packed) - 1):
        sealed.path.write_bytes(packed[:end])
        with pytest.raises(JournalBroken):
            facts_of(root)
        with pytest.raises(JournalBroken):
            head_of(root, "w0001")


@pytest.mark.parametrize("lost", [0, 4])
def test_a_lost_line_is_a_broken_journal(root: Path, lost: int) -> None:
    written(root, history())
    segment = segment_path(root / "w0001", 1)
    lines = segment.read_bytes().splitlines(keepends=True)
    segment.write_bytes(b"".join(lines[:lost] + lines[lost + 1 :]))
    with pytest.raises(JournalBroken, match=f"line {lost + 1}:"):
        facts_of(root)


def test_a_chain_whose_last_line_is_not_ours_is_not_written_on(root: Path) -> None:
    written(root, history())
    with segment_path(root / "w0001", 1).open("ab") as out:
        out.write(b'{"v": 1}\n')
    with pytest.raises(JournalBroken):
        JournalWriter.open(root, clock=Ticking(), agent=AGENT)


def test_the_head_is_the_number_and_hash_of_the_last_line(root: Path, open_writer: Open) -> None:
    assert head_of(root, "w0001") == Head(writer="w0001", seq=0, line_hash=NO_LINE)
    writer = open_writer()
    told = writer.append(history())
    assert head_of(root, "w0001") == writer.head
    assert writer.head == Head(writer="w0001", seq=len(history()), line_hash=told[-1][1])


def test_the_head_passes_over_an_empty_last_segment(root: Path) -> None:
    written(root, history())
    head = head_of(root, "w0001")
    seal(segments(root / "w0001")[0])
    segment_path(root / "w0001", head.seq + 1).touch()
    assert head_of(root, "w0001") == head


def test_the_chains_of_a_journal_are_its_folders(root: Path, tmp_path: Path) -> None:
    assert writers(tmp_path / "absent") == []
    (root / "w0002").mkdir()
    (root / "w0001").mkdir()
    (root / "note.txt").touch()
    assert writers(root) == ["w0001", "w0002"]


def test_two_writers_in_one_process_and_one_in_another_get_three_chains(root: Path, open_writer: Open) -> None:
    first, second = open_writer(), open_writer()
    third = subprocess.run(
        [sys.executable, "-c", _APPEND, str(root)], check=True, capture_output=True, text=True
    )
    assert [first.writer, second.writer, third.stdout.strip()] == ["w0001", "w0002", "w0003"]
    first.close()
    assert open_writer().writer == "w0001"
    assert facts_of(root, "w0003") == [opened()]


_APPEND = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from facts import AGENT, Ticking, opened
from longplay.ledger.journal import JournalWriter
writer = JournalWriter.open(Path(sys.argv[1]), clock=Ticking(), agent=AGENT)
writer.append([opened()])
print(writer.writer)
"""

_LIMIT = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
"""


def test_a_disk_that_fills_up_during_an_append_leaves_the_journal_as_it_was(root: Path) -> None:
    written(root, history())
    before = segment_path(root / "w0001", 1).read_bytes()
    code = _APPEND.replace("[opened()]", "[opened()] * 40")
    limit = str(len(before) + 700)
    full = subprocess.run(
        [sys.executable, "-c", _LIMIT + code, str(root), limit], check=False, capture_output=True, text=True
    )
    assert "StoreFull" in full.stderr
    assert segment_path(root / "w0001", 1).read_bytes() == before
    written(root, [refused("later")])
    assert facts_of(root) == [*history(), refused("later")]


def test_after_a_full_disk_the_same_writer_goes_on_with_the_next_line(root: Path, open_writer: Open) -> None:
    writer = open_writer()
    writer.append([opened()])
    size = segment_path(root / "w0001", 1).stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, hard))
    try:
        with pytest.raises(StoreFull):
            writer.append(history()[1:])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    writer.append([refused("next")])
    assert facts_of(root) == [opened(), refused("next")]
