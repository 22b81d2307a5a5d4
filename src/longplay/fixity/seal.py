"""`edition.json.sha256`: the one digest beside `edition.json`, which proves everything else.

It finds damage, not forgery: whoever can change the one can change the other. `sha256sum -c` reads it.

Source: GNU coreutils, `sha256sum`.
"""

import hashlib
from typing import Final

from longplay.formats.edition import FILE_NAME

SEAL_NAME: Final = f"{FILE_NAME}.sha256"


def seal_of(edition: bytes) -> bytes:
    """What stands in the seal of an `edition.json` with these bytes."""
    return f"{hashlib.sha256(edition).hexdigest()}  {FILE_NAME}\n".encode()
