"""Rights statements as JSON, and the id by which a later one supersedes them.

Source: docs/format/journal.md, "Rights statements".
"""

import hashlib
from dataclasses import MISSING, fields
from typing import Final

import msgspec

from longplay.model.rights import RightsStatement

_DEFAULTS: Final = {
    field.name: field.default for field in fields(RightsStatement) if field.default is not MISSING
}
_encoder = msgspec.json.Encoder(order="deterministic")


def statement_id(statement: RightsStatement) -> str:
    """The first 16 hex digits of the SHA-256 of a statement's canonical JSON.

    Fields that have their default value are left out, so that an id survives the fields of later versions.
    """
    stated = {
        field.name: getattr(statement, field.name)
        for field in fields(statement)
        if field.name not in _DEFAULTS or getattr(statement, field.name) != _DEFAULTS[field.name]
    }
    return hashlib.sha256(_encoder.encode(stated)).hexdigest()[:16]
