"""Any sidecar gives carriers or a `MalformedInput`: bytes, and trees of the names that are known."""

from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from longplay.errors import MalformedInput
from longplay.formats.sidecars.carriers import read_carriers

ROOTS = [
    "audioObject",
    "pbcoreCollection",
    "pbcoreDescriptionDocument",
    "pbcoreInstantiationDocument",
    "ebuCoreMain",
]
NAMES = [
    *ROOTS,
    *(
        "format",
        "physicalProperties",
        "tapeStructure",
        "oxideCoatingLayer",
        "dimensions",
        "shellDimensions",
        "width",
    ),
    *(
        "face",
        "region",
        "stream",
        "conditionNote",
        "note",
        "formatRegion",
        "speed",
        "speedDesignated",
        "speedNote",
    ),
    *("primaryIdentifier", "grooveWidth", "min", "max", "soundField", "device", "setting", "model", "role"),
    *("pbcoreInstantiation", "instantiationPhysical", "instantiationDigital", "instantiationIdentifier"),
    *("instantiationPart", "instantiationAnnotation", "instantiationRelation", "instantiationRelationType"),
    *("instantiationRelationIdentifier", "instantiationEssenceTrack", "essenceTrackPlaybackSpeed"),
    *("instantiationExtension", "pbcoreExtension", "event", "eventType", "eventDateTime", "object"),
    *(
        "objectIdentifierValue",
        "linkingObjectIdentifierValue",
        "coreMetadata",
        "medium",
        "locator",
        "identifier",
    ),
    *("technicalAttributeString", "Item", "Span", "Div"),
]
ATTRIBUTES = [
    "analogDigitalFlag",
    "label",
    "unit",
    "annotation",
    "annotationType",
    "source",
    "type",
    "typeLabel",
    "begin",
]
VALUES = st.sampled_from(
    ["ANALOG", "Side A", "side", "Reel 1", "derived", "player", "representation", "x", "", "CD 1"]
)
TEXTS = VALUES | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=6)
calm = settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def written(name: str, attributes: dict[str, str], inside: list[str]) -> str:
    """An element."""
    stated = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{stated}>{''.join(inside)}</{name}>"


MARKED = st.dictionaries(st.sampled_from(ATTRIBUTES), VALUES, max_size=3)
TREES = st.recursive(
    TEXTS.map(escape),
    lambda below: st.builds(written, st.sampled_from(NAMES), MARKED, st.lists(below, max_size=5)),
    max_leaves=25,
)
DOCUMENTS = st.builds(written, st.sampled_from(ROOTS), MARKED, st.lists(TREES, max_size=4)).map(str.encode)


def gives_carriers_or_malformed(data: bytes) -> None:
    try:
        read_carriers(data)
    except MalformedInput as malformed:
        said = str(malformed)
    else:
        return
    assert said.startswith("malformed carrier sidecar: ")


@calm
@given(
    data=st.binary(max_size=200)
    | st.builds(bytes.__add__, st.just(b"<pbcoreCollection>"), st.binary(max_size=60))
)
@example(data=b"\xff\xfe")
@example(data=b"<?xml version='1.0' encoding='utf-7'?><pbcoreCollection/>")
@example(data=b"<?xml version='1.0' encoding='idna'?><pbcoreCollection/>")
@example(data=b"<?xml version='1.0' encoding='rot13'?><pbcoreCollection/>")
@example(data=b"<pbcoreCollection>\0</pbcoreCollection>")
def test_any_bytes(data: bytes) -> None:
    gives_carriers_or_malformed(data)


@calm
@given(data=DOCUMENTS)
def test_a_well_formed_document_of_known_names_is_never_malformed(data: bytes) -> None:
    for carrier in read_carriers(data):
        texts = [text for pair in carrier.identifiers for text in pair[1:]]
        texts += [carrier.format or "-", carrier.speed or "-", carrier.reel or "-", carrier.condition or "-"]
        assert all(text == " ".join(text.split()) and text for text in texts), "folded, and none empty"


@calm
@given(
    data=DOCUMENTS, changes=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=3)), min_size=1, max_size=4)
)
def test_documents_with_some_bytes_changed(data: bytes, changes: list[tuple[float, bytes]]) -> None:
    changed = bytearray(data)
    for share, other in changes:
        at = int(share * len(changed))
        changed[at : at + len(other)] = other
    gives_carriers_or_malformed(bytes(changed))


@pytest.mark.parametrize("root", ROOTS[1:])
@calm
@given(given_data=st.data())
def test_documents_cut_off_are_malformed(root: str, given_data: st.DataObject) -> None:
    data = written(root, {}, [given_data.draw(TREES)]).encode()
    cut = data[: given_data.draw(st.integers(len(root) + 2, len(data) - 1))]
    with pytest.raises(MalformedInput):
        read_carriers(cut)
