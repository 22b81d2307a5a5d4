"""Indexing: killed anywhere it goes on to the same hits, and adds no document twice."""

import json
from pathlib import Path

import pytest
from indexed import HEADS, catalogue, indexing, plays, recording, serving

from longplay.catalogue.disposable import BEGUN, MADE
from longplay.catalogue.search import tiers
from longplay.catalogue.search.indexing import index_folder
from longplay.catalogue.search.searching import Search
from longplay.progress import Silent

NAMES = ["Low Tide", "High Tide", "Lamps of the Pier", "Tide", "Pier"]


class _Killed(BaseException):
    """Nothing catches it, as nothing catches a kill."""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    rows = [recording(n, f"{NAMES[n % 5]} {n}", f"Band {n % 7}") for n in range(1, 91)]
    return catalogue(tmp_path / "archive", [*rows, *(plays(n, 1_000 - n) for n in range(1, 91))])


def found(archive: Path) -> list[tuple[str, int]]:
    search = Search(serving(archive), index_folder(archive, 1))
    return [
        (hit.entity.id, round(hit.score * 1e6))
        for query in ("tide", "band 3", "lamps 12", "pier 84", "peir")
        for hit in search.find(query, limit=50).hits
    ]


@pytest.mark.parametrize("after", [0, 5, 30, 89])
def test_an_index_that_was_killed_goes_on_to_the_same_hits(
    after: int, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = serving(archive)
    indexing(archive).index(1, table, progress=Silent())
    calm, calm_hits = json.loads((index_folder(archive, 1) / MADE).read_text()), found(archive)
    index_folder(archive, 1).rename(archive / "calm")
    made = tiers._document
    added: list[int] = []

    def dying(one: tiers.Indexed, *, is_head: bool) -> object:
        if len(added) == after:
            raise _Killed
        added.append(one.key)
        return made(one, is_head=is_head)

    monkeypatch.setattr(tiers, "COMMITTED", 7)
    monkeypatch.setattr(tiers, "_document", dying)
    with pytest.raises(_Killed):
        indexing(archive).index(1, table, progress=Silent())
    again: list[int] = []
    monkeypatch.setattr(
        tiers, "_document", lambda one, *, is_head: again.append(one.key) or made(one, is_head=is_head)
    )
    assert indexing(archive).index(1, table, progress=Silent())
    assert json.loads((index_folder(archive, 1) / MADE).read_text()) == calm
    assert found(archive) == calm_hits
    twice = set(added) & set(again)
    assert len(twice) < 7
    assert len(added) + len(again) - len(twice) == sum(
        calm["rows"][name] for name in calm["rows"] if name != "words"
    )


@pytest.mark.parametrize("spoil", ["meta.json", BEGUN, "method"])
def test_what_was_left_and_cannot_be_gone_on_with_is_begun_anew(
    spoil: str, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = serving(archive)
    made = tiers._document
    monkeypatch.setattr(tiers, "COMMITTED", 3)
    left = 20

    def dying(one: tiers.Indexed, *, is_head: bool) -> object:
        nonlocal left
        left -= 1
        if left == 0:
            raise _Killed
        return made(one, is_head=is_head)

    monkeypatch.setattr(tiers, "_document", dying)
    with pytest.raises(_Killed):
        indexing(archive).index(1, table, progress=Silent())
    folder = index_folder(archive, 1).with_name(".000001.unfinished")
    heads = HEADS
    if spoil == "method":
        heads = (5, 20, 60)
    else:
        next(folder.rglob(spoil)).write_bytes(b"{")
    monkeypatch.setattr(tiers, "_document", made)
    indexing(archive, heads).index(1, table, progress=Silent())
    rows = json.loads((index_folder(archive, 1) / MADE).read_text())["rows"]
    assert sum(rows[name] for name in rows if name != "words") == sum(
        table.count(kind) for kind in tiers.EntityKind
    )
    assert not (index_folder(archive, 1) / BEGUN).exists()
