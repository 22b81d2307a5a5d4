"""An archive's journal and ledger in a folder of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from facts import open_in

from longplay.ledger.ledger import Ledger

OpenLedger = Callable[..., Ledger]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "journal").mkdir()
    return tmp_path


@pytest.fixture
def open_ledger(folder: Path) -> Iterator[OpenLedger]:
    made: list[Ledger] = []

    def make() -> Ledger:
        made.append(open_in(folder))
        return made[-1]

    yield make
    for ledger in made:
        ledger.close()
