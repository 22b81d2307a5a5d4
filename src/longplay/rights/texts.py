"""The texts of licences, word for word as their stewards publish them, for the bags that rely on them.

Beside this module lies the folder `texts/`: legal instruments, no words of ours. A licence whose text is
not there gets a notice with its name and address.

Source: docs/adr/0007-licence-texts.md.
"""

import re
from importlib.resources import files

from longplay.formats.licences import licence_url

_VERSION_SUFFIX = re.compile(r"-(?:only|or-later)$")


def licence_text(licence: str) -> bytes:
    """The text of one licence by its canonical SPDX id; UTF-8."""
    name = _VERSION_SUFFIX.sub("", licence)
    text = files("longplay.rights").joinpath("texts", f"{name}.txt")
    if re.fullmatch(r"[A-Za-z0-9.-]+", name) and text.is_file():
        return text.read_bytes()
    return f"{licence}\n\nThe text of this licence stands at {licence_url(licence)}\n".encode()
