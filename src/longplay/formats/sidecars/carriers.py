"""The physical carriers a sidecar states, whatever of AES57, PBCore, EBUCore and Avalon it is written in.

It looks for statements and judges none: nothing is checked against a vocabulary or against the recording.

Source: the modules of the four standards; elements are matched by local name, in any namespace and version.
"""

from collections.abc import Mapping
from typing import Final

from longplay.errors import MalformedInput
from longplay.formats.sidecars import aes57, avalon, ebucore, pbcore
from longplay.formats.sidecars.sidecar_xml import parse
from longplay.model.technical import Carrier

CARRIER_LIMIT: Final = 1000
STEP_LIMIT: Final = 20_000

_KIND: Final = "carrier sidecar"
_READERS: Final = (aes57.read_aes57, pbcore.read_pbcore, ebucore.read_ebucore, avalon.read_avalon)
# One of these stands in every document that is read: most others need not be parsed at all.
_MARKS: Final = (b"analogDigitalFlag", b"pbcore", b"ebuCoreMain", b"<Span")
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")


def read_carriers(data: bytes) -> tuple[Carrier, ...]:
    """The physical carriers that a sidecar states, in the order of the document.

    Args:
        data: the whole file, XML or not.

    Returns:
        Empty for whatever is none of these documents, and for one that states no physical carrier.

    Raises:
        MalformedInput: it begins as one of these documents, and cannot be read: it is no well-formed XML,
            longer than 4 MiB, nested too deep, declares entities, or states an unlikely number of carriers.
    """
    if not data.startswith(_UTF_16) and not any(mark in data for mark in _MARKS):
        return ()
    parsed = parse(data, claims=_claims)
    root = parsed.root
    if root is None:
        if parsed.claimed:
            raise MalformedInput(_KIND, f"{parsed.failure}")
        return ()
    found: list[Carrier] = []
    steps = 0
    for carrier in (carrier for read in _READERS for carrier in read(root)):
        found.append(carrier)
        steps += len(carrier.chain) + len(carrier.faces)
        if len(found) > CARRIER_LIMIT or steps > STEP_LIMIT:
            raise MalformedInput(_KIND, f"it states more than {CARRIER_LIMIT} carriers or {STEP_LIMIT} steps")
    return tuple(found)


def _claims(name: str, attributes: Mapping[str, str]) -> bool:
    return any(one.claims(name, attributes) for one in (aes57, pbcore, ebucore, avalon))
