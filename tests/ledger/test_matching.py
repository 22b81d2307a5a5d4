"""Finding recordings for somebody else's list: by place, name, size and what tags say."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from facts import ROOT, content_ids, journal, opened, purged, recording

from longplay.ledger import matching
from longplay.ledger.ledger import Ledger
from longplay.model.audio import TagFacts
from longplay.model.events import RecordingKept

OpenLedger = Callable[..., Ledger]
SONG, TUNE = content_ids(b"song", b"a tune")


def tagged(data: bytes, path: str, **tags: str) -> RecordingKept:
    facts = TagFacts(tags=tuple((name, (value,)) for name, value in tags.items()), title=tags.get("TITLE"))
    return replace(recording(data, path=path), tags=facts, given=(("isrc", "GIVEN"),))


def test_a_place_is_found_wherever_root_and_path_meet(folder: Path, open_ledger: OpenLedger) -> None:
    journal(folder, [opened(), recording(b"song", path="a/b/song.flac"), recording(b"a tune", path="tune")])
    with open_ledger().reading() as connection:
        assert matching.at_place(connection, f"{ROOT}/a/b/song.flac") == [SONG]
        assert matching.at_place(connection, f"{ROOT}/tune") == [TUNE]
        for other in ("", "/", "tune", f"{ROOT}/a/b", "/a/b/song.flac", f"{ROOT}//tune", "/" * 5_000 + "x"):
            assert matching.at_place(connection, other) == []


def test_places_and_codes_of_what_is_held_are_listed(folder: Path, open_ledger: OpenLedger) -> None:
    facts = [tagged(b"song", "song.mp3", TSRC="SE1"), tagged(b"a tune", "d/tune.ogg", isrc="SE2", TITLE="Tune")]
    journal(folder, [opened(), *facts])
    with open_ledger().reading() as connection:
        held = {(one.content_id, one.size, one.path) for one in matching.places_held(connection)}
        assert held == {(SONG, 4, "song.mp3"), (TUNE, 6, "d/tune.ogg")}
        codes = set(matching.isrcs_held(connection))
        assert codes == {(SONG, "SE1"), (TUNE, "SE2"), (SONG, "GIVEN"), (TUNE, "GIVEN")}
        assert matching.names_in_tags(connection, TUNE) == matching.NamesInTags(artist=None, title="Tune")


def test_what_was_purged_is_not_found(folder: Path, open_ledger: OpenLedger) -> None:
    journal(folder, [opened(), tagged(b"song", "song.mp3", TSRC="SE1"), purged(b"song")])
    with open_ledger().reading() as connection:
        assert matching.at_place(connection, f"{ROOT}/song.mp3") == []
        assert list(matching.places_held(connection)) == []
        assert list(matching.isrcs_held(connection)) == []
