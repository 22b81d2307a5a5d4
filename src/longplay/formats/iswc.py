"""International Standard Musical Work Codes as files, messages and people write them.

Source: ISO 15707:2022: a T, nine digits and a check digit.
"""

import re
from typing import Final, NewType

Iswc = NewType("Iswc", str)
"""With a hyphen and points: `T-123.456.789-0`."""

_FORM: Final = re.compile(r"T[-. ]?([0-9]{3})[-. ]?([0-9]{3})[-. ]?([0-9]{3})[-. ]?([0-9])")


def read_iswc(text: str) -> Iswc | None:
    """The code a text is, however it is spelled; `None` when it is none. The check digit is not checked."""
    match = _FORM.fullmatch(text[:40].strip().upper())
    return Iswc("T-{}.{}.{}-{}".format(*match.groups())) if match else None
