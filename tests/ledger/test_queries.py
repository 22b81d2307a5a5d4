"""Questions to the ledger: what is told is what was journalled, as of any head."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from facts import (
    AGENT,
    ROOT,
    STATEMENT,
    Ticking,
    bundle,
    checked,
    companion,
    content_ids,
    duplicate,
    histories,
    history,
    opened,
    recording,
    refused,
    words,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from longplay.formats.merkle import digest_bytes
from longplay.ledger import queries
from longplay.ledger.journal import JournalWriter
from longplay.ledger.ledger import Ledger
from longplay.model.digests import ContentId
from longplay.model.events import (
    AccessionClosed,
    EditionOpened,
    EditionPublished,
    Fact,
    Head,
    RecordingPurged,
)
from longplay.model.holdings import Provenance


class Told:
    """An archive's ledger that hears facts one at a time and keeps the journal head after each."""

    def __init__(self, folder: Path) -> None:
        self.ledger = Ledger.open(folder / "ledger.sqlite", journal=folder / "journal")
        self.writer = JournalWriter.open(folder / "journal", clock=Ticking(), agent=AGENT)
        self.heads: list[Head] = []

    def hear(self, *facts: Fact) -> "Told":
        for fact in facts:
            self.ledger.apply(self.writer.append([fact]))
            self.heads.append(self.writer.head)
        return self

    def close(self) -> None:
        self.writer.close()
        self.ledger.close()


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    archive = Told(tmp_path)
    yield archive
    archive.close()


@pytest.fixture
def connection(told: Told) -> Iterator[Connection]:
    with told.ledger.reading() as found:
        yield found


def test_a_holding_comes_back_as_it_was_journalled(told: Told) -> None:
    kept = recording(b"song", path="a/%0A.flac", title="Lied")
    again = duplicate(b"song", path="b/song.flac")
    told.hear(opened(), kept, again)
    with told.ledger.reading() as connection:
        found = queries.holding(connection, kept.digests.content_id)
    assert found is not None
    assert (found.digests, found.audio, found.tags) == (kept.digests, kept.audio, kept.tags)
    assert found.statements == (STATEMENT,)
    assert [one.path for one in found.provenances] == ["a/%0A.flac", "b/song.flac"]
    assert found.provenances[0] == Provenance(
        accession="one", source="Deposit 1", root=ROOT, path="a/%0A.flac", given=(("title", "Given"),)
    )
    assert found.described("title") == "Given"


@settings(max_examples=8)
@given(text=words, statement=words)
def test_any_words_come_back_nul_and_line_feeds_included(
    text: str, statement: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    told = Told(tmp_path_factory.mktemp("archive"))
    stated = type(STATEMENT)(
        basis=STATEMENT.basis, licence=None, stated=statement, evidence=text, source=STATEMENT.source
    )
    kept = recording(b"song", path=f"{text}\0.flac", title=text, statements=(stated,))
    told.hear(opened(source=text), kept)
    with told.ledger.reading() as connection:
        (found,) = queries.holdings(connection)
        place = found.provenances[0]
        assert (found.tags, found.statements) == (kept.tags, (stated,))
        assert (place.path, place.source) == (kept.path, text)
        assert queries.has_provenance(connection, found.content_id, place)
    told.close()


def test_an_unknown_content_id_is_not_held(told: Told) -> None:
    told.hear(opened(), companion(b"cover"))
    (cover,) = content_ids(b"cover")
    with told.ledger.reading() as connection:
        assert queries.holding(connection, cover) is None
        assert not queries.is_held(connection, cover)
        assert queries.is_known_blob(connection, cover)
        assert queries.made_by(connection, cover) is None
        assert not queries.is_known_blob(connection, ContentId("0" * 64))


@settings(max_examples=8)
@given(facts=histories)
def test_as_of_a_head_there_is_what_was_known_then_without_what_was_purged_since(
    facts: list[Fact], tmp_path_factory: pytest.TempPathFactory
) -> None:
    told = Told(tmp_path_factory.mktemp("archive"))
    then = []
    for fact in facts:
        told.hear(fact)
        with told.ledger.reading() as connection:
            then.append(list(queries.holdings(connection)))
    gone = {fact.content_id for fact in facts if isinstance(fact, RecordingPurged)}
    gone |= {one for fact in facts if isinstance(fact, RecordingPurged) for one in fact.also}
    with told.ledger.reading() as connection:
        for head, known in zip(told.heads, then, strict=True):
            there = [one for one in known if one.content_id not in gone]
            assert list(queries.holdings(connection, heads=[head])) == there
    told.close()


def test_as_of_no_head_there_is_nothing(told: Told) -> None:
    told.hear(*history())
    with told.ledger.reading() as connection:
        assert list(queries.holdings(connection, heads=[])) == []
        other = Head(writer="w0009", seq=100, line_hash="0" * 64)
        assert list(queries.holdings(connection, heads=[other])) == []


def test_holdings_come_by_content_id_over_several_pages(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    data = [str(number).encode() for number in range(7)]
    told.hear(opened(), *(recording(one, path=f"{one!r}.flac") for one in data))
    monkeypatch.setattr(queries, "PAGE", 3)
    with told.ledger.reading() as connection:
        found = [one.content_id for one in queries.holdings(connection)]
    assert found == sorted(content_ids(*data))


@given(
    prefix=st.text(max_size=4) | st.text("0123456789abcdef", max_size=3) | st.text(st.characters(), max_size=2)
)
def test_ids_starting_with_anything_are_exactly_those(
    prefix: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    connection, ids = _many(tmp_path_factory)
    expected = [one for one in ids if one.startswith(prefix)]
    assert queries.ids_starting(connection, prefix, limit=1_000) == expected
    assert queries.ids_starting(connection, prefix, limit=2) == expected[:2]


@pytest.mark.parametrize("prefix", ["\udcff", "a\0", "%", "_", "A", "g", "'"])
def test_what_is_no_hex_digit_starts_no_id(tmp_path_factory: pytest.TempPathFactory, prefix: str) -> None:
    assert queries.ids_starting(_many(tmp_path_factory)[0], prefix, limit=9) == []


_kept: dict[str, tuple[Connection, list[ContentId]]] = {}


def _many(tmp_path_factory: pytest.TempPathFactory) -> tuple[Connection, list[ContentId]]:
    """A ledger of sixty recordings, made once, and their sorted ids."""
    if "many" not in _kept:
        told = Told(tmp_path_factory.mktemp("many"))
        data = [f"song {number}".encode() for number in range(60)]
        told.writer.append([opened(), *(recording(one, path=f"{one!r}") for one in data)])
        told.ledger.catch_up()
        told.writer.close()
        _kept["many"] = told.ledger.engine.connect(), sorted(content_ids(*data))
    return _kept["many"]


@pytest.fixture(scope="module", autouse=True)
def _closing() -> Iterator[None]:
    yield
    for connection, _ids in _kept.values():
        connection.close()
    _kept.clear()


def test_the_line_that_made_a_holding_is_told(told: Told) -> None:
    told.hear(opened(), recording(b"song"), recording(b"song", path="again.flac"))
    with told.ledger.reading() as connection:
        assert queries.made_by(connection, content_ids(b"song")[0]) == ("w0001", 2)


def test_digests_of_more_blobs_than_a_page_are_found_and_unknown_ones_left_out(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = [b"a", b"b", b"c"]
    told.hear(opened(), *(recording(one) for one in data))
    monkeypatch.setattr(queries, "PAGE", 2)
    wanted = content_ids(b"unknown", *data)
    with told.ledger.reading() as connection:
        assert queries.digests_of(connection, wanted) == {
            digests.content_id: digests for digests in map(digest_bytes, data)
        }
        assert set(queries.held_at(connection, wanted)) == set(wanted[1:])


def test_the_same_place_with_other_words_of_the_depositor_is_another_provenance(told: Told) -> None:
    kept = recording(b"song")
    told.hear(opened(), kept)
    place = Provenance(accession="", source="Deposit 1", root=ROOT, path=kept.path, given=kept.given)
    elsewhere = Provenance(accession="", source="Deposit 2", root=ROOT, path=kept.path, given=kept.given)
    reworded = Provenance(accession="", source="Deposit 1", root=ROOT, path=kept.path, given=())
    with told.ledger.reading() as connection:
        found = [
            queries.has_provenance(connection, kept.digests.content_id, one)
            for one in (place, elsewhere, reworded)
        ]
    assert found == [True, False, False]


def test_an_accession_is_open_until_it_is_closed(told: Told) -> None:
    told.hear(opened("one"), opened("two"))
    assert _open(told) == "two"
    told.hear(AccessionClosed(accession="two"))
    assert _open(told) == "one"
    told.hear(AccessionClosed(accession="one"))
    assert _open(told) is None
    assert _open(told, source="another") is None


def _open(told: Told, *, source: str = "Deposit 1") -> str | None:
    with told.ledger.reading() as connection:
        return queries.open_accession(connection, source=source, roots=[ROOT])


def test_everything_but_what_was_purged_is_counted(told: Told) -> None:
    told.hear(*history())
    with told.ledger.reading() as connection:
        counts = queries.counts(connection)
        assert queries.finding_counts(connection) == {"checksum-differs": 1, "not-audio": 2}
        assert queries.damaged(connection) == {content_ids(b"first")[0]: "digest-differs"}
        assert queries.has_finding(connection, root=ROOT, path="a/notes.doc", code="not-audio")
        assert not queries.has_finding(connection, root=ROOT, path="a/notes.doc", code="empty")
        sizes = sum(len(one) for one in (b"first", b"picture", b"bagit.txt of first", b"opus of first"))
    assert counts == {
        "accessions": 2,
        "holdings": 1,
        "companions": 1,
        "access_copies": 1,
        "blobs": 4,
        "editions": 1,
        "bundles": 1,
        "bytes": sizes,
        "damaged": 1,
    }


def test_companions_come_by_place_with_what_they_are_about(told: Told) -> None:
    told.hear(opened(), companion(b"z", path="z.jpg"), companion(b"a", path="a.jpg"))
    with told.ledger.reading() as connection:
        found = list(queries.companions(connection))
        assert queries.has_companion(connection, found[0].digests.content_id, found[0].provenance)
        assert not queries.has_companion(connection, found[0].digests.content_id, found[1].provenance)
    assert [one.provenance.path for one in found] == ["a.jpg", "z.jpg"]
    assert found[0].digests == digest_bytes(b"a")


def test_a_bundle_comes_back_as_it_was_journalled(told: Told) -> None:
    made = bundle(b"song")
    told.hear(opened(), recording(b"song"))
    told.hear(EditionOpened(edition="first", date="2026-05-01", heads=()), made)
    (song,) = content_ids(b"song")
    with told.ledger.reading() as connection:
        assert queries.bundle(connection, made.bundle.name) == made.bundle
        assert queries.bundle_names(connection) == [made.bundle.name]
        assert queries.bundles_of_edition(connection, "first") == [(made.bundle.name, 1)]
        assert queries.places_of(connection, song) == [(made.bundle.name, "data/song.flac")]
        with pytest.raises(KeyError):
            queries.bundle(connection, "unknown")


def test_an_edition_is_published_once_that_was_journalled(told: Told) -> None:
    told.hear(EditionOpened(edition="first", date="2026-05-01", heads=(("w0001", 1, "00"),)))
    assert _edition(told) == ("2026-05-01", '[["w0001",1,"00"]]', None)
    told.hear(EditionPublished(edition="first", bundles=("a-1", "a-2")))
    assert _edition(told) == ("2026-05-01", '[["w0001",1,"00"]]', '["a-1","a-2"]')
    with told.ledger.reading() as connection:
        assert [row.name for row in queries.editions(connection)] == ["first"]
        assert queries.edition(connection, "second") is None


def _edition(told: Told) -> tuple[str, str, str | None]:
    with told.ledger.reading() as connection:
        row = queries.edition(connection, "first")
    assert row is not None
    return row.date, row.heads_json, row.bundles_json


def test_damage_is_known_until_it_is_healed(told: Told) -> None:
    told.hear(opened(), recording(b"song"), checked(b"song", damaged=True))
    with told.ledger.reading() as connection:
        assert set(queries.damaged(connection)) == set(content_ids(b"song"))
    told.hear(checked(b"song", damaged=False), refused("x"))
    with told.ledger.reading() as connection:
        assert queries.damaged(connection) == {}
