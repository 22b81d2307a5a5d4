"""Drift: sources of a real archive change, go away, move and come back; only a change of meaning holds back.

One archive is made of a folder with every kind of source; each test works on copies of both, so that in every
test the folder has moved.
"""

import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archives
from archives import Ran, json_of, longplay
from longplay.curation.drift import Drift
from longplay.curation.flags import BY, FORBIDDEN, Outcome, Seen, State, judge
from longplay.curation.meaning import described, meaning
from longplay.curation.reach import Reach, read_move
from longplay.curation.readings import Source
from longplay.errors import UsageError
from longplay.formats.statements import statement_id
from longplay.ingest.restated import Rereader
from longplay.ledger import queries, rights, sources
from longplay.ledger.rights import Stated, Superseding
from longplay.model.audio import TagFacts
from longplay.model.digests import ContentId
from longplay.model.events import RightsStated
from longplay.model.holdings import Holding
from longplay.model.rights import (
    WORLD,
    Act,
    Purpose,
    Reading,
    RightsStatement,
    StatementKind,
    StatementSource,
    Strength,
    Verdict,
)
from longplay.progress import Silent
from longplay.rights.gate import decide
from longplay.rights.readers import statement
from longplay.wiring import now, open_archive
from taking import accept, digest, journal_size, new_archive

BY_3 = "This song is licensed under CC-BY-3.0.\n"
BY_NC_3 = "This song is licensed under CC-BY-NC-3.0.\n"
ALL_BY_3 = "All music here is licensed under CC-BY-3.0.\n"
RIGHTS = (
    "path,licence,licence_evidence\ntable/m.flac,CC-BY-3.0,a letter of Ada\ntable/n.flac,CC-BY-3.0,a letter\n"
)


def reuse(year: int, **licences: str) -> str:
    """A `REUSE.toml` that states a licence for each file named by its stem."""
    parts = ["version = 1"]
    for stem, licence in licences.items():
        parts += ["[[annotations]]", f'path = "{stem}.flac"', f'SPDX-FileCopyrightText = "{year}"']
        parts += [f'SPDX-License-Identifier = "{licence}"']
    return "\n".join(parts) + "\n"


TEXTS = {
    "side/a.txt": BY_3,
    "side/b.txt": BY_3,
    "side/c.txt": BY_3,
    "folder/LICENSE": ALL_BY_3,
    "folder/f.txt": "License: CC0-1.0\n",
    "list/REUSE.toml": reuse(2020, g="CC-BY-4.0", h="CC-BY-4.0"),
    "rights.csv": RIGHTS,
}
TAGGED = ("tags/i.flac", "tags/j.flac", "tags/k.flac")
PIECES = (
    *("side/a.flac", "side/b.flac", "side/c.flac", "folder/d.flac", "folder/e.flac", "folder/f.flac"),
    *("list/g.flac", "list/h.flac", *TAGGED, "table/m.flac", "table/n.flac", "none/o.flac"),
)
SIDE = PIECES[:3]
A, A_TXT = "side/a.flac", "side/a.txt"


def film(path: Path, licence: str) -> None:
    """Matroska, whose tags only the demuxer reads."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="matroska") as out:
        out.metadata["copyright"] = licence
        stream = out.add_stream("pcm_s16le", rate=8_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.arange(4_000, dtype=np.int16)[None], layout="mono")
        frame.sample_rate = 8_000
        for packet in (*stream.encode(frame), *stream.encode(None)):
            out.mux(packet)


@dataclass(frozen=True, slots=True)
class Kept:
    """An archive and the folder it was filled from; `origin` is where that lay then."""

    archive: Path
    music: Path
    origin: Path

    def drift(self, *options: object) -> Ran:
        moved = ["--from", f"{self.origin}={self.music}"] if self.origin != self.music else []
        return json_of("rights", "drift", "--archive", self.archive, *moved, *options)

    def states(self, *options: object) -> dict[str, str]:
        """State by path, of what is told without being asked for."""
        return {str(one["path"]): str(one["state"]) for one in self.drift(*options).lines[:-1]}

    def write(self, name: str, text: str) -> None:
        (self.music / name).write_text(text, encoding="utf-8")

    def holdings(self) -> dict[str, Holding]:
        with open_archive(self.archive) as opened, opened.ledger.reading() as connection:
            return {one.provenances[0].path: one for one in queries.holdings(connection)}

    def flags(self, path: str = A) -> list[RightsStatement]:
        """Flags in force about a recording."""
        return [one for one in self.holdings()[path].statements if one.kind is StatementKind.DRIFT]

    def history(self, path: str = A) -> list[Stated]:
        content_id = self.holdings()[path].content_id
        with open_archive(self.archive) as opened, opened.ledger.reading() as connection:
            return rights.history(connection, content_id)

    def verdict(self, path: str = A, act: Act = Act.REDISTRIBUTE) -> tuple[Verdict, str]:
        with open_archive(self.archive) as opened:
            obj = opened.rights_object(self.holdings()[path])
        found = decide(act, obj, WORLD, now().date(), Purpose.ARCHIVE)
        return found.verdict, found.rule

    def decide(self, *options: object, path: str = A) -> None:
        name = self.holdings()[path].content_id
        words = ["--by", "Ada", "--reason", "asked the author", "--archive", self.archive]
        ran = longplay("rights", "decide", name, *options, *words)
        assert ran.code == 0, ran.err

    def record(self, *facts: RightsStated) -> None:
        with open_archive(self.archive) as opened, opened.writing() as register:
            register.record(facts)


HELD_BACK = (Verdict.REFUSED, "held-back")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, make_tone: Callable[..., Path]) -> Kept:
    """What every test begins with: not to be changed."""
    folder = tmp_path_factory.mktemp("drift")
    music = folder / "music"
    for number, name in enumerate(PIECES):
        tags = {"licence": "CC-BY-3.0"} if name in TAGGED else {}
        make_tone(music / name, pitch=300 + 40 * number, title=f"Piece {number}", **tags)
    film(music / "tags" / "film.mka", "CC-BY-3.0")
    for name, text in TEXTS.items():
        (music / name).write_text(text, encoding="utf-8")
    accept(new_archive(folder / "archive"), music, table=music / "rights.csv")
    return Kept(folder / "archive", music, music)


@pytest.fixture
def kept(template: Kept, tmp_path: Path) -> Kept:
    """Copies of one's own."""
    archives.copy(template.music, tmp_path / "music")
    return Kept(archives.copy(template.archive, tmp_path / "archive"), tmp_path / "music", template.music)


def test_where_nothing_changed_every_source_is_unchanged(kept: Kept) -> None:
    ran = kept.drift()
    assert ran.code == 0
    assert len(ran.lines) == 1
    assert ran.summary["recordings"] == len(PIECES), "the film too, and not what states nothing"
    assert ran.summary["unchanged"] == ran.summary["sources"] == len(PIECES)


def test_a_sidecar_that_turns_non_commercial_holds_its_recording_back_and_no_other(kept: Kept) -> None:
    assert kept.verdict()[0] is Verdict.PERMITTED_WITH_CONDITIONS
    before = kept.history()
    kept.write(A_TXT, BY_NC_3)

    ran = kept.drift()
    assert ran.code == 3
    assert ran.summary["flagged"] == ran.summary["held_back"] == 1
    told, _summary = ran.lines
    assert (told["path"], told["said"], told["says"]) == (A_TXT, "CC-BY-3.0", "CC-BY-NC-3.0")
    assert told["place"] == str(kept.music / A_TXT)

    (flag,) = kept.flags()
    assert told["statement"] == statement_id(flag)
    assert flag.forbids == FORBIDDEN
    assert flag.evidence == "sidecar side/a.txt said CC-BY-3.0, now says CC-BY-NC-3.0"
    assert flag.source is StatementSource.DECISION
    assert flag.source_digest == archives.sha256(kept.music / A_TXT)
    assert flag.words is not None
    with open_archive(kept.archive) as opened:
        assert b"CC-BY-NC-3.0" in (opened.evidence.get(flag.words) or b"")
    for act in FORBIDDEN:
        assert kept.verdict(act=act) == HELD_BACK
    assert kept.verdict(act=Act.PRESERVE)[0] is Verdict.PERMITTED_WITH_CONDITIONS
    assert kept.verdict("side/b.flac")[0] is Verdict.PERMITTED_WITH_CONDITIONS
    assert kept.history()[: len(before)] == before, "nothing that was stated is ended"


def test_a_flagged_recording_is_left_out_of_the_next_edition(kept: Kept) -> None:
    kept.write(A_TXT, BY_NC_3)
    kept.drift()
    ran = json_of("publish", "--edition", "next", "--archive", kept.archive)
    assert ran.code == 0, ran.err
    published = {path.read_bytes() for path in (kept.archive / "editions" / "next").rglob("*.flac")}
    assert (kept.music / A).read_bytes() not in published
    assert (kept.music / "side/b.flac").read_bytes() in published


def test_running_again_writes_nothing_new(kept: Kept) -> None:
    kept.write(A_TXT, BY_NC_3)
    kept.drift()
    size, state = journal_size(kept.archive), digest(kept.archive)
    again = kept.drift()
    assert again.code == 3
    assert (again.summary["flagged"], again.summary["standing"]) == (0, 1)
    assert (journal_size(kept.archive), digest(kept.archive)) == (size, state)


def test_a_dry_run_says_the_same_and_writes_nothing(kept: Kept) -> None:
    kept.write(A_TXT, BY_NC_3)
    before = sorted(path for path in kept.archive.rglob("*") if "ledger" not in path.name)
    size = journal_size(kept.archive)
    rehearsed = kept.drift("--dry-run")
    assert rehearsed.code == 3
    assert journal_size(kept.archive) == size
    assert sorted(path for path in kept.archive.rglob("*") if "ledger" not in path.name) == before
    real = kept.drift()
    assert rehearsed.lines[:-1] == real.lines[:-1]
    assert rehearsed.summary == {**real.summary, "dry_run": True}


def test_other_words_for_the_same_licence_are_noted_and_hold_nothing_back(kept: Kept) -> None:
    kept.write(A_TXT, "License: CC-BY-3.0\n")
    size = journal_size(kept.archive)
    ran = kept.drift()
    assert ran.code == 0
    assert (ran.summary["reworded"], ran.summary["held_back"]) == (1, 0)
    assert journal_size(kept.archive) == size


NOT_PLAIN = {
    "Thanks for listening.\n": "nothing of a licence",
    "": "nothing of a licence",
    "\0" * 100: "nothing of a licence",
    "I think this song is perhaps under CC-BY-3.0, but I am not sure.\n": "perhaps CC-BY-3.0",
    "This song is licensed under CC-BY.\n": "CC-BY without a version",
}


def test_a_sidecar_that_states_nothing_plainly_any_more_holds_back(kept: Kept) -> None:
    for text, says in NOT_PLAIN.items():
        kept.write(A_TXT, text)
        assert kept.states() == {A_TXT: "flagged"}
        (flag,) = kept.flags()
        assert flag.evidence == f"sidecar side/a.txt said CC-BY-3.0, now says {says}"
        assert (flag.words is None) == (not text)


def test_a_source_that_is_gone_is_counted_and_is_no_drift(kept: Kept) -> None:
    (kept.music / A_TXT).unlink()
    (kept.music / "side/b.txt").unlink()
    (kept.music / "side/b.txt").symlink_to(kept.music / "side/c.txt")
    ran = kept.drift()
    assert ran.code == 0
    assert ran.summary["out_of_reach"] == 2
    assert len(ran.lines) == 1, "not one by one unless asked for"
    listed = kept.drift("--list")
    details = {line["path"]: line["detail"] for line in listed.lines[:-1] if line["state"] == "out-of-reach"}
    assert details == {A_TXT: "nothing is there", "side/b.txt": "a link, folder or device stands there"}
    assert len(listed.lines) == 1 + len(PIECES)


def test_a_licence_file_holds_back_every_recording_it_spoke_for(kept: Kept) -> None:
    kept.write("folder/LICENSE", ALL_BY_3.replace("BY", "BY-NC"))
    assert kept.drift().summary["flagged"] == 2
    assert not kept.flags("folder/f.flac"), "its own sidecar outweighed the folder"
    for name in ("folder/d.flac", "folder/e.flac"):
        assert kept.verdict(name) == HELD_BACK


def test_a_licence_file_in_other_words_is_noted_for_every_recording(kept: Kept) -> None:
    kept.write("folder/LICENSE", "SPDX-License-Identifier: CC-BY-3.0\n")
    ran = kept.drift()
    assert (ran.summary["reworded"], ran.code) == (2, 0)


def test_a_list_of_files_is_read_for_each_by_its_own_line(kept: Kept) -> None:
    kept.write("list/REUSE.toml", reuse(2021, g="CC-BY-4.0", h="CC-BY-NC-4.0"))
    ran = kept.drift()
    assert (ran.summary["flagged"], ran.summary["reworded"]) == (1, 1)
    assert (len(kept.flags("list/g.flac")), len(kept.flags("list/h.flac"))) == (0, 1)
    kept.write("list/REUSE.toml", "[[annotations")
    assert kept.drift().summary["held_back"] == 2, "what cannot be read states nothing"


def test_a_tag_that_changed_holds_back_and_a_new_title_does_not(
    kept: Kept, make_tone: Callable[..., Path]
) -> None:
    make_tone(kept.music / "tags/i.flac", pitch=620, title="Piece 8", licence="CC-BY-NC-3.0")
    make_tone(kept.music / "tags/j.flac", pitch=660, title="Another title", licence="CC-BY-3.0")
    ran = kept.drift()
    assert (ran.summary["flagged"], ran.summary["reworded"]) == (1, 1)
    (flag,) = kept.flags("tags/i.flac")
    assert flag.evidence == "tags of tags/i.flac said CC-BY-3.0, now says CC-BY-NC-3.0"


def test_tags_that_only_the_decoder_reads_are_read_by_it_again(kept: Kept) -> None:
    film(kept.music / "tags" / "film.mka", "CC-BY-NC-3.0")
    ran = kept.drift()
    assert [line["says"] for line in ran.lines[:-1]] == ["CC-BY-NC-3.0"]


def test_a_rights_table_is_read_again_row_by_row(kept: Kept) -> None:
    kept.write("rights.csv", RIGHTS.replace("m.flac,CC-BY", "m.flac,CC-BY-NC"))
    ran = kept.drift()
    assert (ran.summary["flagged"], ran.summary["reworded"]) == (1, 1), ran.out
    (flag,) = kept.flags("table/m.flac")
    assert flag.evidence == "rights table rights.csv said CC-BY-3.0, now says CC-BY-NC-3.0"
    assert "Ada" not in flag.evidence + flag.stated
    kept.write("rights.csv", "no,such\n")
    assert kept.drift().summary["held_back"] == 2


def test_a_table_is_read_as_it_lay_to_the_recordings(kept: Kept, tmp_path: Path) -> None:
    """Only the table is there: what its rows name is not looked for."""
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "rights.csv").write_text(RIGHTS.replace("Ada", "Bo"))
    ran = replace(kept, music=tmp_path / "desk").drift()
    assert (ran.summary["reworded"], ran.summary["held_back"]) == (2, 0), ran.out


def test_a_flag_stands_while_its_source_is_out_of_reach(kept: Kept) -> None:
    kept.write(A_TXT, BY_NC_3)
    kept.drift()
    (kept.music / A_TXT).unlink()
    ran = kept.drift()
    assert (ran.code, ran.summary["held_back"], ran.summary["flagged"]) == (3, 1, 0)
    assert kept.verdict() == HELD_BACK


def test_the_longest_folder_that_moved_counts() -> None:
    reach = Reach([("/old", Path("/new")), ("/old/deep", Path("/other"))])
    assert reach.path("/old/deep/er", "x.txt") == Path("/other/er/x.txt")
    assert reach.path("/old/deepest", "x.txt") == Path("/new/deepest/x.txt")
    assert reach.path("/older", "a%0Ab.txt") == Path("/older/a\nb.txt")
    assert Reach([("/", Path("/disk"))]).path("/old", "x") == Path("/disk/old/x")


@pytest.mark.parametrize("text", ["", "=", "/old", "/old=", "=/new", "/old=/no/such/folder"])
def test_a_move_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_move(text)


def test_a_source_that_says_again_what_it_said_lifts_its_flag(kept: Kept) -> None:
    kept.write(A_TXT, BY_NC_3)
    kept.drift()
    kept.write(A_TXT, BY_3)
    ran = kept.drift()
    assert (ran.code, ran.summary["back"], ran.summary["held_back"]) == (0, 1, 0)
    assert not kept.flags()
    assert kept.verdict()[0] is Verdict.PERMITTED_WITH_CONDITIONS
    ended = [one for one in kept.history() if one.statement.kind is StatementKind.DRIFT]
    assert [one.superseded.by for one in ended if one.superseded] == [BY]
    assert kept.drift().summary["unchanged"] == len(PIECES)


def test_a_source_that_changes_again_to_the_same_bytes_is_flagged_again(kept: Kept) -> None:
    for times in range(1, 3):
        kept.write(A_TXT, BY_NC_3)
        assert kept.states() == {A_TXT: "flagged"}
        assert kept.verdict() == HELD_BACK, f"for the {times}. time"
        kept.write(A_TXT, "License: CC-BY-3.0\n")
        assert kept.states() == {A_TXT: "back"}
        assert kept.verdict()[0] is Verdict.PERMITTED_WITH_CONDITIONS


def test_a_source_that_changes_further_has_one_flag_about_what_it_says_last(kept: Kept) -> None:
    for licence in ("CC-BY-NC-3.0", "CC-BY-ND-3.0"):
        kept.write(A_TXT, f"License: {licence}\n")
        kept.drift()
    (flag,) = kept.flags()
    assert flag.evidence.endswith("now says CC-BY-ND-3.0")


def test_what_a_person_decides_ends_the_matter(kept: Kept) -> None:
    kept.write(A_TXT, BY_NC_3)
    kept.drift()
    kept.decide("--licence", "CC-BY-NC-3.0")
    ran = kept.drift()
    assert (ran.code, ran.summary["sources"]) == (0, len(PIECES) - 1)
    assert not kept.flags()


def test_a_flag_that_a_person_ends_is_not_raised_again_for_the_same_bytes(kept: Kept) -> None:
    kept.write(A_TXT, BY_NC_3)
    kept.drift()
    kept.decide("--ends", statement_id(kept.flags()[0]))
    assert kept.states() == {A_TXT: "settled"}
    assert kept.verdict()[0] is Verdict.PERMITTED_WITH_CONDITIONS
    kept.write(A_TXT, "License: CC-BY-ND-3.0\n")
    assert kept.states() == {A_TXT: "flagged"}


def test_taking_the_changed_folder_in_again_hides_no_drift(kept: Kept) -> None:
    """And a source is found where it was read when nothing moved."""
    kept.write(A_TXT, BY_NC_3)
    accept(kept.archive, kept.music)
    unmoved = json_of("rights", "drift", "--archive", kept.archive, "--dry-run", "--list")
    places = {line["place"]: line["state"] for line in unmoved.lines if line.get("path") == A_TXT}
    assert places == {str(kept.origin / A_TXT): "unchanged", str(kept.music / A_TXT): "unchanged"}
    ran = kept.drift()
    assert [line["path"] for line in ran.lines[:-1]] == [A_TXT]
    assert kept.verdict() == HELD_BACK
    assert kept.drift().summary["standing"] == 1


def test_one_changed_copy_is_enough_and_only_all_places_together_lift_a_flag(
    kept: Kept, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    (other / "side").mkdir(parents=True)
    for name in (A, A_TXT):
        (other / name).write_bytes((kept.music / name).read_bytes())
    accept(kept.archive, other)
    (other / A_TXT).write_text(BY_NC_3)
    ran = kept.drift()
    assert (ran.summary["flagged"], ran.summary["unchanged"]) == (1, len(PIECES))
    assert [line["place"] for line in ran.lines[:-1]] == [str(other / A_TXT)]
    (other / A_TXT).unlink()
    ran = kept.drift()
    assert (ran.summary["out_of_reach"], ran.summary["held_back"]) == (1, 1)
    (other / A_TXT).write_text(BY_3)
    assert kept.drift().summary["held_back"] == 0


def test_text_for_people_says_what_to_do_next(kept: Kept) -> None:
    kept.write(A_TXT, BY_NC_3)
    (kept.music / "side/b.txt").unlink()
    moved = f"{kept.origin}={kept.music}"
    ran = longplay("rights", "drift", "--list", "--archive", kept.archive, "--from", moved)
    name = kept.holdings()[A].content_id[:12]
    assert ran.code == 3
    assert f"{name}  flagged  {A_TXT}: said CC-BY-3.0, now says CC-BY-NC-3.0: held back\n" in ran.out
    assert ran.out.endswith("12 unchanged, 1 flagged, 1 out of reach; 1 held back\n")
    assert "longplay rights decide" in ran.err
    assert "--from OLD=NEW" in ran.err


def test_statements_without_a_digest_are_matched_by_the_companions_near(kept: Kept) -> None:
    """As journals of older versions have them."""
    for holding in kept.holdings().values():
        old = tuple(replace(one, source_digest=None, words=None) for one in holding.statements)
        ended = tuple(statement_id(one) for one in holding.statements if one not in old)
        fact = RightsStated(
            content_id=holding.content_id, statements=old, supersedes=ended, by="older", reason="older"
        )
        kept.record(fact)
    assert kept.drift().summary["unchanged"] == len(PIECES)
    kept.write(A_TXT, BY_NC_3)
    kept.write("folder/LICENSE", "License: CC-BY-3.0\n")
    kept.write("rights.csv", RIGHTS.replace("m.flac,CC-BY", "m.flac,CC-BY-NC"))
    ran = kept.drift()
    assert (ran.summary["flagged"], ran.summary["reworded"]) == (2, 3)
    assert len(kept.flags()) == len(kept.flags("table/m.flac")) == 1


def test_what_was_told_or_imported_without_a_place_is_never_drift(kept: Kept) -> None:
    told = statement("CC-BY-4.0", evidence="a letter", source=StatementSource.OPTION)
    imported = replace(told, source=StatementSource.CATALOGUE, source_digest=ContentId("0" * 64))
    content_id = kept.holdings()["none/o.flac"].content_id
    kept.record(
        RightsStated(
            content_id=content_id, statements=(told, imported), supersedes=(), by="import", reason="a file"
        )
    )
    ran = kept.drift("--list")
    assert ran.code == 0
    assert [one["content_id"] for one in ran.lines if one.get("place", 0) is None] == [content_id]


def test_killed_between_two_flags_and_run_again_all_are_there_once(
    kept: Kept, longplay_process: Callable[..., "subprocess.Popen[str]"]
) -> None:
    for name in ("a", "b", "c"):
        kept.write(f"side/{name}.txt", BY_NC_3)
    first = (
        "import os, signal\n"
        "from longplay.curation import drift\n"
        "from longplay.ledger.register import Register\n"
        "drift.GROUP_EVENTS = 1\n"
        "record = Register.record\n"
        "def last(self, facts):\n"
        "    record(self, facts)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "Register.record = last\n"
    )
    moved = f"{kept.origin}={kept.music}"
    command = ["rights", "drift", "--archive", kept.archive, "--from", moved]
    with longplay_process(*command, first=first) as process:
        process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert sum(len(kept.flags(name)) for name in SIDE) == 1
    ran = kept.drift()
    assert (ran.summary["flagged"], ran.summary["standing"]) == (2, 1)
    assert [len(kept.flags(name)) for name in SIDE] == [1, 1, 1]


def test_what_is_told_is_durable_with_its_words(kept: Kept) -> None:
    for name in ("a", "b", "c"):
        kept.write(f"side/{name}.txt", BY_NC_3)
    found: list[bool] = []
    with open_archive(kept.archive) as opened, opened.writing() as register, Rereader() as reader:

        def told(seen: Seen) -> None:
            if seen.state is State.FLAGGED:
                with opened.ledger.reading() as connection:
                    history = rights.history(connection, seen.content_id)
                words = [one.statement.words for one in history if one.id == seen.statement]
                found.append(bool(words and words[0] and opened.evidence.get(words[0])))

        reach = Reach([(str(kept.origin), kept.music)])
        drift = Drift(ledger=opened.ledger, evidence=opened.evidence, reader=reader, reach=reach)
        drift.run(register, told=told, progress=Silent())
    assert found == [True] * 3


def test_only_recordings_with_something_to_read_are_looked_at_page_by_page(template: Kept) -> None:
    found: list[ContentId] = []
    with open_archive(template.archive) as opened, opened.ledger.reading() as connection:
        while page := sources.sourced_after(connection, found[-1] if found else "", limit=3):
            assert len(page) <= 3
            found += page
        assert sources.sourced_count(connection) == len(found)
    held = {name: one.content_id for name, one in template.holdings().items()}
    assert found == sorted(set(held.values()) - {held["none/o.flac"]})


def test_what_a_person_decides_while_a_source_is_read_is_not_flagged(kept: Kept) -> None:
    class Meanwhile(Rereader):
        """Somebody decides at the very moment."""

        def from_companion(
            self,
            data: bytes,
            digest: ContentId,
            *,
            companion: str,
            recording: str,
            root: str,
            tags: TagFacts,
        ) -> tuple[tuple[Reading, ...], ...]:
            kept.decide("--licence", "CC-BY-NC-3.0")
            return super().from_companion(
                data, digest, companion=companion, recording=recording, root=root, tags=tags
            )

    kept.write(A_TXT, BY_NC_3)
    with open_archive(kept.archive) as opened, opened.writing() as register, Meanwhile() as reader:
        reach = Reach([(str(kept.origin), kept.music)])
        drift = Drift(ledger=opened.ledger, evidence=opened.evidence, reader=reader, reach=reach)
        assert drift.run(register, told=lambda _seen: None, progress=Silent()).held_back == 0
    assert not kept.flags()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_out_of_reach(kept: Kept) -> None:
    (kept.music / A_TXT).chmod(0)
    assert kept.drift().summary["out_of_reach"] == 1


# the calculation by itself


DIGESTS = [ContentId(str(number) * 64) for number in range(4)]
CONTENT = ContentId("c" * 64)
SAYS = [statement(one, evidence="a.txt", source=StatementSource.SIDECAR) for one in ("CC-BY-3.0", "CC0-1.0")]


def outcome(number: int | None) -> Outcome:
    """A place out of reach (`None`), with the bytes it had (0), or with others that mean something else."""
    source = Source(statements=(SAYS[0],), path="a.txt", root="/r", known=frozenset({DIGESTS[0]}))
    if number is None:
        return Outcome(source=source, place=Path("/r/a.txt"), detail="nothing is there")
    if number == 0:
        return Outcome(source=source, place=Path("/r/a.txt"), digest=DIGESTS[0])
    return Outcome(
        source=source,
        place=Path("/r/a.txt"),
        digest=DIGESTS[number],
        readings=(Reading(statement=SAYS[1]),),
        has_changed=True,
    )


def follow(history: list[Stated], fact: RightsStated | None) -> list[Stated]:
    """The history after a fact, as the ledger has it: what was ended stays so."""
    if fact is None:
        return history
    ended = Superseding(by=fact.by, reason=fact.reason, at="")
    after = [
        replace(one, superseded=one.superseded or (ended if one.id in fact.supersedes else None))
        for one in history
    ]
    known = {one.id for one in after}
    fresh = [(statement_id(one), one) for one in fact.statements]
    return after + [
        Stated(id=name, statement=one, at="", by=fact.by, superseded=None)
        for name, one in fresh
        if name not in known
    ]


@settings(max_examples=50)
@given(st.lists(st.lists(st.sampled_from([None, 0, 1, 2, 3]), min_size=2, max_size=2), max_size=8))
def test_whatever_happened_before_a_change_is_flagged_and_only_a_full_return_lifts(
    runs: list[list[int | None]],
) -> None:
    history: list[Stated] = []
    for numbers in runs:
        found = [outcome(number) for number in numbers]
        before = {one.id for one in history if one.superseded is None}
        judged = judge(CONTENT, found, history)
        history = follow(history, judged.fact)
        standing = {one.id for one in history if one.superseded is None}
        assert standing == judged.standing
        assert judge(CONTENT, found, history).fact is None, "the same again writes nothing"
        changed = {DIGESTS[number] for number in numbers if number}
        flagged = {one.statement.source_digest for one in history if one.superseded is None}
        assert changed <= flagged
        if not changed and None in numbers:
            assert standing == before, "out of reach: nothing is raised or lifted"
        if set(numbers) == {0}:
            assert not standing
        if changed and None not in numbers:
            assert flagged == changed


WORDS = st.text(max_size=20)


@settings(max_examples=50)
@given(WORDS, WORDS, WORDS, st.sampled_from([Strength.PLAIN, Strength.BLANKET]))
def test_wording_place_and_credit_are_no_part_of_what_a_licence_means(
    stated: str, evidence: str, credit: str, strength: Strength
) -> None:
    one = SAYS[0]
    other = replace(one, stated=stated, evidence=evidence, attribution=credit, strength=strength)
    assert meaning([one]) == meaning([other]) == meaning([other, one])
    assert described([one]) == described([other])
    for changed in (
        replace(other, licence="CC0-1.0"),
        replace(other, licence=None),
        replace(other, missing="something"),
        replace(other, strength=Strength.PROBABLE),
        replace(other, permits=(Act.MINE,)),
        replace(other, territories=(WORLD,)),
        replace(other, covers=()),
    ):
        assert meaning([one]) != meaning([changed])
    assert meaning([]) != meaning([one])


@given(WORDS)
def test_a_description_holds_no_words_of_anybody(words: str) -> None:
    one = replace(SAYS[0], licence=None, stated=f"by Ada {words}", missing=f"Ada {words}")
    assert described([one]) == "words that are no one licence"
    assert described([]) == "nothing of a licence"
