"""Holdings matched with a catalogue, as comparing every pair in plain Python says; statuses and why."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from archives import json_of, longplay
from longplay.catalogue.candidates import EXACT_MS, FEW, NEAR_MS, Candidate
from longplay.catalogue.engine import connected
from longplay.catalogue.entities import EntityKind, Place
from longplay.catalogue.search.indexing import own_index_folder
from longplay.curation.matching import matches as matches_module
from longplay.curation.matching.decisions import Decided
from longplay.curation.matching.evidence import weigh
from longplay.curation.matching.match import match_of
from longplay.curation.matching.matches import Group, Match, MatchesFile, MatchVerdict
from longplay.curation.matching.why import Why
from longplay.errors import ArchiveBusy, MalformedInput, NotFound
from longplay.model.digests import ContentId
from longplay.model.events import FixityChecked, RecordingsMerged
from longplay.model.findings import Finding, FindingCode, Severity
from longplay.model.rights import KeepingBasis
from longplay.model.statuses import Status
from longplay.store.locks import locked
from longplay.wiring import Archive
from made_sources import Row, build, take
from matched import LIMITS, explaining, kept_as, match, reasons, titles
from standing import id_of, made, record

MBID = "11111111-1111-4111-8111-{:012d}"
TITLES = ("Song", "Song (2009 Remaster)", "Tune", "Tune (Live)")
ARTISTS = ("Ada", "Ada Bo", "Cy", "")
SECONDS = (100.0, 100.04, 102.0, 109.0, 130.0)

ENTRIES = st.lists(
    st.tuples(st.sampled_from(TITLES), st.sampled_from(ARTISTS), st.sampled_from(SECONDS), st.integers(0, 3)),
    max_size=8,
)


def entry(number: int, title: str, artist: str = "Ada", seconds: float = 100.0, **more: object) -> Row:
    row = {"id": MBID.format(number), "title": title, "duration_ms": round(seconds * 1000), **more}
    return "recording", row | ({"artist_credit": artist} if artist else {})


def plain(title: str) -> str:
    return title.partition(" (")[0]


def candidate(holding: ContentId, ours: tuple[str, str, float, int], rank: int, theirs: Row) -> Candidate:
    """The two compared as the reference says, for names without accents or punctuation."""
    title, artist, seconds, code = ours
    row = theirs[1]
    credit = str(row.get("artist_credit", ""))
    near = bool(artist and credit) and (
        artist.replace(" ", "") in credit.replace(" ", "") or credit.replace(" ", "") in artist.replace(" ", "")
    )
    near = near and min(len(artist.replace(" ", "")), len(credit.replace(" ", ""))) >= 3
    near = near or bool(artist and artist == credit)
    schemes = ("isrc",) if code and _isrc(code) in row["isrcs"] else ()
    return Candidate(
        group=holding,
        holding=holding,
        rank=rank,
        id=str(row["id"]),
        title=str(row["title"]),
        titles=(title,),
        schemes=schemes,
        is_title=title == row["title"],
        is_plain_title=plain(title) == plain(str(row["title"])),
        is_artist=bool(artist) and artist == credit,
        is_near_artist=near,
        has_artists=bool(artist and credit),
        alike=1,
        off_ms=round(seconds * 1000) - int(row["duration_ms"]),
    )


def is_found(one: Candidate, equal: int) -> bool:
    """Whether anything but the playing time makes it a candidate."""
    off = abs(one.off_ms or 0)
    return (
        bool(one.schemes)
        or (one.is_title and (one.is_near_artist or off <= NEAR_MS))
        or (one.is_plain_title and one.is_near_artist and off <= NEAR_MS)
        or (one.is_artist and off <= EXACT_MS and equal <= FEW)
    )


def _isrc(code: int) -> str:
    return f"SEABC25{code:05d}"


def _rounded(match: Match) -> Match:
    return replace(match, rank=0)


@settings(max_examples=4, phases=[Phase.generate])
@given(entries=ENTRIES, holdings=ENTRIES)
def test_matches_are_those_of_comparing_every_pair(
    entries: list[tuple[str, str, float, int]],
    holdings: list[tuple[str, str, float, int]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    root = tmp_path_factory.mktemp("compared")
    rows = [
        entry(number, title, artist, seconds, isrcs=[_isrc(code)] if code else [])
        for number, (title, artist, seconds, code) in enumerate(entries, 1)
    ]
    with made(root) as archive:
        for number, (title, artist, seconds, code) in enumerate(holdings):
            tags = {"title": title, "artist": artist, "isrc": _isrc(code) if code else ""}
            stated = {key: value for key, value in tags.items() if value}
            record(archive, kept_as(archive, f"h{number}", seconds=seconds, **stated))
        take(root, "musicbrainz", [*rows, entry(99, "Else", "Nobody", 1.0)])
        build(root)
        match(archive)
        found = sorted(map(_rounded, MatchesFile(root).all()), key=lambda one: (one.group, one.id or ""))
    expected: list[Match] = []
    for number, ours in enumerate(holdings):
        group = id_of(f"h{number}")
        every = [candidate(group, ours, rank, row) for rank, row in enumerate(rows, 1)]
        alike = sum(one.is_title for one in every)
        # of equal popularity, entities are ranked by id: here the order of their numbers
        equal = sum(one.is_artist and abs(one.off_ms or 0) <= EXACT_MS for one in every)
        evidence = [weigh([replace(one, alike=alike)]) for one in every if is_found(one, equal)]
        expected += map(_rounded, match_of(Group(id=group, holdings=(group,)), evidence, Decided()))
    assert found == sorted(expected, key=lambda one: (one.group, one.id or ""))


NAMES = ("Held", "Damaged", "Withdrawn", "Twice A", "Twice B", "Unavailable", "Wanted", "Below")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Recordings of the catalogue, one for each status, the first the most listened; one that is nowhere."""
    rows: list[Row] = [entry(number, name) for number, name in enumerate(NAMES, 1)]
    rows += [
        ("plays", {"recording_id": MBID.format(number), "month": 202601, "listens": 1_000 - number})
        for number in range(1, len(NAMES))
    ]
    with made(tmp_path / "archive") as archive:
        for name in ("Held", "Damaged", "Withdrawn", "Own"):
            record(archive, kept_as(archive, name, seconds=100, title=name, artist="Ada"))
        for name, number in (("Twice A", 4), ("Twice B", 5)):
            record(archive, kept_as(archive, name, seconds=100, musicbrainz_trackid=MBID.format(number)))
        twice = (id_of("Twice A"), id_of("Twice B"))
        record(archive, RecordingsMerged(content_ids=twice, by="Ada", reason="one take"))
        take(archive.root, "musicbrainz", rows)
        build(archive.root)
        archive.curators_file.write_text(
            f"action,kind,a,b,reason\nunavailable,recording,musicbrainz:{MBID.format(6)},,the tape burnt\n"
        )
        yield archive


def spoil(archive: Archive) -> None:
    """One recording damaged, one withdrawn."""
    code = FindingCode.DIGEST_DIFFERS
    finding = Finding(code=code, severity=Severity.ERROR, path="", detail="a bit turned over")
    record(archive, FixityChecked(content_id=id_of("Damaged"), finding=finding))
    why = ("--reason", "policy", "--by", "Ada", "--archive", archive.root)
    assert longplay("withdraw", id_of("Withdrawn"), *why).code == 0
    archive.ledger.catch_up()


def test_every_recording_of_the_catalogue_has_its_status(archive: Archive, tmp_path: Path) -> None:
    made_so = match(archive)
    assert made_so.holdings == 6
    assert made_so.groups == {
        MatchVerdict.MATCHED: 4, MatchVerdict.DUPLICATE: 1, MatchVerdict.OWN: 1,
    }  # fmt: skip
    before = titles(archive, tmp_path / "before")
    assert before[Status.HELD] == ["Held", "Damaged", "Withdrawn", "Twice A"]
    spoil(archive)
    after = titles(archive, tmp_path / "after")
    with connected(tmp_path, LIMITS) as connection:
        counted = reasons(archive).counts(connection)
    assert list(counted) == list(Status)
    assert {status: number for status, (number, _) in counted.items() if number} == {
        status: len(names) for status, names in after.items()
    }
    assert counted[Status.HELD][1] == 999 + 996, "listens of the first and the fourth"
    assert sum(listens for _, listens in counted.values()) == sum(1_000 - n for n in range(1, 8))
    assert after == {
        Status.HELD: ["Held", "Twice A"],
        Status.DAMAGED: ["Damaged"],
        Status.WITHDRAWN: ["Withdrawn"],
        Status.DUPLICATE: ["Twice B"],
        Status.UNAVAILABLE: ["Unavailable"],
        Status.WANTED: ["Wanted"],
        Status.BELOW_THE_LINE: ["Below"],
    }


def whys(archive: Archive) -> dict[str, Why]:
    with explaining(archive) as tell:
        return {
            name: tell.of_entity(entity)
            for number, name in enumerate(NAMES, 1)
            for entity in tell.reasons.named(MBID.format(number))
        }


def test_why_tells_each_status_in_a_sentence_and_agrees_with_the_statuses(
    archive: Archive, tmp_path: Path
) -> None:
    match(archive)
    spoil(archive)
    found = whys(archive)
    of_status = titles(archive, tmp_path / "scratch")
    assert {name: why.status for name, why in found.items()} == {
        name: status for status, names in of_status.items() for name in names
    }
    for name, said in {
        "Held": "is held (1 manifestation",
        "Damaged": "its last check failed (digest-differs)",
        "Withdrawn": "policy",
        "Twice B": "is a duplicate of Ada - Twice A",
        "Unavailable": "the tape burnt",
        "Wanted": "is wanted: rank 7 is above the line (drawn after rank 7)",
        "Below": "is below the line: rank 8",
    }.items():
        assert said in found[name].sentence, found[name].sentence
        assert found[name].sentence.endswith(".")
    assert found["Held"].holdings == (id_of("Held"),)
    assert set(found["Twice A"].holdings) == {id_of("Twice A"), id_of("Twice B")}
    assert found["Twice B"].duplicate_of == found["Twice A"].entity


def test_why_of_a_holding_is_of_its_recording_or_of_one_of_its_own(archive: Archive) -> None:
    match(archive)
    with explaining(archive) as tell:
        assert tell.of_holding(id_of("Twice B")).entity == tell.of_holding(id_of("Twice A")).entity
        own = tell.of_holding(id_of("Own"))
    assert own.entity is None
    assert own.status is Status.HELD
    assert own.holdings == (id_of("Own"),)
    assert "known only from here" in own.sentence


PURGE = ("--reason", "court-order", "--by", "Ada", "--approved-by", "Bo", "--archive")


def purge(archive: Archive, name: str) -> str:
    """Purge a recording; what the command says beside its data."""
    ran = longplay("purge", id_of(name), *PURGE, archive.root)
    assert ran.code == 0, ran.err
    archive.ledger.catch_up()
    return ran.err


def test_what_was_purged_is_not_held_any_more(archive: Archive, tmp_path: Path) -> None:
    match(archive)
    assert "longplay catalogue match" in purge(archive, "Held")
    with pytest.raises(NotFound, match="nothing was matched"):
        reasons(archive).matched()
    match(archive)
    assert "Held" in titles(archive, tmp_path / "scratch")[Status.WANTED]
    assert whys(archive)["Held"].status is Status.WANTED
    assert id_of("Held") not in {one.group for one in MatchesFile(archive.root).all()}


def test_matches_that_came_back_after_a_purge_tell_nothing_of_it(archive: Archive, tmp_path: Path) -> None:
    """As from a backup: what they say of purged holdings does not count, what they say of others does."""
    match(archive)
    before = MatchesFile(archive.root).path.read_bytes()
    purge(archive, "Held")
    purge(archive, "Twice B")
    MatchesFile(archive.root).path.write_bytes(before)
    found = titles(archive, tmp_path / "some")
    assert found[Status.WANTED] == ["Held", "Wanted"]
    assert (found[Status.HELD], found[Status.DUPLICATE]) == (["Damaged", "Withdrawn", "Twice A"], ["Twice B"])
    why = whys(archive)
    assert (why["Held"].status, why["Held"].matches, why["Held"].holdings) == (Status.WANTED, (), ())
    assert why["Twice A"].holdings == (id_of("Twice A"),)
    listed = longplay("catalogue", "match", "--as-is", "--list", "all", "--archive", archive.root)
    assert id_of("Held")[:12] not in listed.out
    purge(archive, "Twice A")
    MatchesFile(archive.root).path.write_bytes(before)
    assert Status.DUPLICATE not in titles(archive, tmp_path / "none")


def test_what_was_grouped_later_does_not_change_what_was_matched(archive: Archive, tmp_path: Path) -> None:
    match(archive)
    merged = tuple(sorted((id_of("Own"), id_of("Held"))))
    record(archive, RecordingsMerged(content_ids=merged, by="Ada", reason="one take"))
    assert titles(archive, tmp_path / "merged")[Status.HELD][0] == "Held"
    why = ("--reason", "policy", "--by", "Ada", "--archive", archive.root)
    assert longplay("withdraw", id_of("Held"), *why).code == 0
    archive.ledger.catch_up()
    assert titles(archive, tmp_path / "withdrawn")[Status.WITHDRAWN] == ["Held"]
    assert whys(archive)["Held"].status is Status.WITHDRAWN


def test_a_purge_goes_through_whatever_became_of_the_search_index(archive: Archive) -> None:
    match(archive)
    (own_index_folder(archive.root) / "recordings.json").write_bytes(b"{")
    purge(archive, "Own")
    assert not own_index_folder(archive.root).exists()


def test_two_matchings_at_once_and_a_purge_meanwhile_wait_for_each_other(archive: Archive) -> None:
    match(archive)
    before = MatchesFile(archive.root).path.read_bytes()
    with locked(archive.root / "locks" / "purge", what="purging"), pytest.raises(ArchiveBusy):
        match(archive)
    assert MatchesFile(archive.root).path.read_bytes() == before


def test_an_mbid_in_capitals_or_merged_away_is_that_of_its_recording(archive: Archive) -> None:
    other, gone = MBID.format(7), "aaaaaaaa-1111-4111-8111-000000000099"
    take(archive.root, "musicbrainz", [("redirect", {"kind": "recording", "from_id": gone, "to_id": other})])
    record(archive, kept_as(archive, "Tagged", seconds=100, musicbrainz_trackid=gone.upper()))
    build(archive.root)
    match(archive)
    found = {one.group: one.id for one in MatchesFile(archive.root).all()}
    assert found[id_of("Tagged")] == other
    known = reasons(archive)
    assert [one.id for one in known.named(f"musicbrainz:{gone.upper()}")] == [other]


def test_titles_that_are_all_in_brackets_are_not_alike(archive: Archive) -> None:
    take(archive.root, "jamendo", [entry(40, "[Outro]", "Bee", 60.0), entry(41, "(Untitled)", "Bee", 70.0)])
    record(archive, kept_as(archive, "Intro", seconds=60.0, title="(Intro)", artist="Bee"))
    build(archive.root)
    match(archive)
    (found,) = [one for one in MatchesFile(archive.root).all() if one.group == id_of("Intro")]
    assert found.verdict is not MatchVerdict.MATCHED


def hits(archive: Archive, *query: str) -> dict[str, tuple[int, str]]:
    """Rank and status of what a search finds, by title."""
    ran = json_of("search", *query, "--archive", archive.root)
    assert ran.code == 0, ran.err
    return {str(hit["title"]): (hit["rank"], hit["status"]) for hit in ran.lines[:-1]}


def test_search_knows_statuses_and_recordings_of_the_archives_own(archive: Archive) -> None:
    assert hits(archive, "held") == {"Held": (1, None)}
    early = longplay("search", "held status:held", "--archive", archive.root)
    assert (early.code, "longplay catalogue match" in early.err) == (2, True)
    match(archive)
    spoil(archive)
    assert hits(archive, "held") == {"Held": (1, "held")}
    assert hits(archive, "artist:ada status:wanted") == {"Wanted": (7, "wanted")}
    assert hits(archive, "artist:ada status:below-the-line") == {"Below": (8, "below-the-line")}
    assert hits(archive, "artist:ada status:held") == {
        "Held": (1, "held"), "Twice A": (4, "held"), "Own": (0, "held"),
    }  # fmt: skip
    assert hits(archive, "artist:ada status:withdrawn") == {"Withdrawn": (3, "withdrawn")}
    why = ("--reason", "policy", "--by", "Ada", "--archive", archive.root)
    assert longplay("withdraw", id_of("Own"), *why).code == 0
    assert hits(archive, "own") == {"Own": (0, "withdrawn")}


def test_a_purged_recording_of_the_archives_own_is_found_nowhere(archive: Archive) -> None:
    match(archive)
    assert hits(archive, "own") == {"Own": (0, "held")}
    folder = own_index_folder(archive.root)
    kept_aside = shutil.copytree(folder, archive.root.parent / "aside")
    purge(archive, "Own")
    assert not folder.exists()
    assert hits(archive, "own") == {}
    shutil.copytree(kept_aside, folder)  # as if it came back from a backup
    assert hits(archive, "own") == {}
    audit = json_of("audit", "--archive", archive.root)
    assert [one["code"] for one in audit.findings if one["path"] == id_of("Own")] == ["not-purged"]


def test_a_licence_that_forbids_keeping_refuses_where_only_open_ones_are_kept(
    archive: Archive, tmp_path: Path
) -> None:
    rows = [
        entry(number, name, "Bo", licence=licence)
        for number, (name, licence) in enumerate(
            [("Free", "CC-BY-4.0"), ("Reserved", "All rights reserved"), ("Silent", None)], 20
        )
    ]
    take(archive.root, "jamendo", rows)
    build(archive.root)
    match(archive)
    open_only = replace(reasons(archive), keeping=KeepingBasis.OPEN_LICENCES_ONLY)
    with connected(tmp_path, LIMITS) as connection:
        refused = open_only.statuses(connection).with_status(Status.REFUSED)
        assert not len(reasons(archive).statuses(connection).with_status(Status.REFUSED))
    (rank,) = refused.tolist()
    entity = open_only.serving.at(Place(EntityKind.RECORDING, rank))
    assert entity is not None
    assert entity.title == "Reserved"
    with explaining(archive) as tell:
        why = replace(tell, reasons=open_only).of_entity(entity)
    assert (why.status, why.rule) == (Status.REFUSED, "no-basis-to-keep")
    assert "refused by rule no-basis-to-keep" in why.sentence


def test_a_person_decides_in_the_curators_file(archive: Archive) -> None:
    said = archive.curators_file.read_text()
    own, held = id_of("Own"), id_of("Held")
    archive.curators_file.write_text(
        f"{said}merge,recording,holding:{own[:16]},musicbrainz:{MBID.format(7)},heard it\n"
        f"veto,recording,musicbrainz:{MBID.format(1)},holding:{held},another take\n"
        f"veto,recording,holding:{'f' * 64},musicbrainz:{MBID.format(1)},not held\n"
    )
    match(archive)
    found = {one.group: one for one in MatchesFile(archive.root).all()}
    assert (found[own].id, found[own].is_decided) == (MBID.format(7), True)
    assert found[held].verdict is MatchVerdict.OWN
    assert "Matched by the curator's file" in whys(archive)["Wanted"].sentence
    assert id_of("Twice B")[0] == own[0]
    archive.curators_file.write_text(
        f"action,kind,a,b\nmerge,recording,holding:{own[0]},musicbrainz:{MBID.format(7)}\n"
    )
    with pytest.raises(MalformedInput, match="more than one"):
        match(archive)


def test_a_killed_matching_leaves_the_matches_before(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    match(archive)
    before = MatchesFile(archive.root).path.read_bytes()

    def fails(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(matches_module, "_table", fails)
    with pytest.raises(KeyboardInterrupt):
        match(archive)
    assert MatchesFile(archive.root).path.read_bytes() == before
    monkeypatch.undo()
    match(archive)
    assert MatchesFile(archive.root).path.read_bytes() == before


def test_matches_of_another_snapshot_and_damaged_ones_say_what_to_do(archive: Archive) -> None:
    with pytest.raises(NotFound, match="longplay catalogue match"):
        reasons(archive).matched()
    match(archive)
    take(archive.root, "jamendo", [entry(30, "More")])
    build(archive.root)
    with pytest.raises(NotFound, match="another snapshot"):
        reasons(archive).matched()
    whole = bytearray(MatchesFile(archive.root).path.read_bytes())
    for at in range(4, 400, 3):
        whole[at] ^= 0xFF
    MatchesFile(archive.root).path.write_bytes(whole)
    with pytest.raises(MalformedInput, match="longplay catalogue match"):
        list(MatchesFile(archive.root).all())
    assert hits(archive, "held") == {"Held": (1, None)}, "search goes on without statuses"
    MatchesFile(archive.root).path.write_bytes(b"PAR1 no more")
    with pytest.raises(MalformedInput, match="again"):
        MatchesFile(archive.root).made()
