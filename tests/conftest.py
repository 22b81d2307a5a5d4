"""What every test may use."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("longplay", deadline=None)
settings.load_profile("longplay")

REAL = Path(__file__).parents[1].parent / "shared" / "real"


@pytest.fixture(scope="session")
def real() -> Path:
    """The folder of real recordings and records, which lies beside the project and is no part of it."""
    if not REAL.is_dir():
        pytest.skip(f"no real material at {REAL}")
    return REAL
