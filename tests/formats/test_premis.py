"""PREMIS documents: readable by other programs, in the order the schema wants, true to the holdings."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from metsrw.plugins import premisrw

from longplay.formats.premis import NAMESPACE, TECHNICAL, PreservedObject, write_premis
from longplay.model.events import Agent
from longplay.model.rights import Decision
from strategies import HOLDINGS, TEXTS

AGENT = Agent(name="longplay", version="0.1.0")
DECISIONS = st.from_type(Decision)
OBJECTS = st.lists(
    st.builds(PreservedObject, holding=HOLDINGS, path=TEXTS, ingested_at=TEXTS, decision=DECISIONS),
    min_size=1,
    max_size=3,
)

ORDER = {
    "premis": "object event agent rights",
    "object": "objectIdentifier preservationLevel significantProperties objectCharacteristics originalName"
    " storage signatureInformation relationship linkingEventIdentifier linkingRightsStatementIdentifier",
    "objectCharacteristics": "compositionLevel fixity size format creatingApplication inhibitors"
    " objectCharacteristicsExtension",
    "fixity": "messageDigestAlgorithm messageDigest messageDigestOriginator",
    "format": "formatDesignation formatRegistry formatNote",
    "formatRegistry": "formatRegistryName formatRegistryKey formatRegistryRole",
    "objectCharacteristicsExtension": "measurement",
    "formatDesignation": "formatName formatVersion",
    "storage": "contentLocation storageMedium",
    "contentLocation": "contentLocationType contentLocationValue",
    "event": "eventIdentifier eventType eventDateTime eventDetailInformation eventOutcomeInformation"
    " linkingAgentIdentifier linkingObjectIdentifier",
    "eventOutcomeInformation": "eventOutcome eventOutcomeDetail",
    "eventOutcomeDetail": "eventOutcomeDetailNote eventOutcomeDetailExtension",
    "agent": "agentIdentifier agentName agentType agentVersion agentNote agentExtension linkingEventIdentifier"
    " linkingRightsStatementIdentifier linkingEnvironmentIdentifier",
    "rights": "rightsStatement",
    "rightsStatement": "rightsStatementIdentifier rightsBasis copyrightInformation licenseInformation"
    " statuteInformation otherRightsInformation rightsGranted linkingObjectIdentifier linkingAgentIdentifier",
    "licenseInformation": "licenseDocumentationIdentifier licenseTerms licenseNote licenseApplicableDates",
    "copyrightInformation": "copyrightStatus copyrightJurisdiction copyrightStatusDeterminationDate"
    " copyrightNote copyrightDocumentationIdentifier copyrightApplicableDates",
    "statuteInformation": "statuteJurisdiction statuteCitation statuteInformationDeterminationDate statuteNote"
    " statuteDocumentationIdentifier statuteApplicableDates",
    "otherRightsInformation": "otherRightsDocumentationIdentifier otherRightsBasis otherRightsApplicableDates"
    " otherRightsNote",
    "termOfGrant": "startDate endDate",
    "termOfRestriction": "startDate endDate",
    "copyrightApplicableDates": "startDate endDate",
    "licenseApplicableDates": "startDate endDate",
    "statuteApplicableDates": "startDate endDate",
    "otherRightsApplicableDates": "startDate endDate",
    "rightsGranted": "act restriction termOfGrant termOfRestriction rightsGrantedNote",
}
"""Children in the order of the PREMIS 3.0 XML schema of 18 January 2016; identifiers are Type, then Value."""


def root_of(document: bytes) -> etree._Element:
    return etree.fromstring(document, etree.XMLParser(resolve_entities=False, huge_tree=False))


def texts(root: etree._Element, path: str) -> list[str]:
    return [node.text or "" for node in root.iterfind(path, {"p": NAMESPACE})]


def as_xml(text: str) -> str:
    """What XML keeps of a text: control characters replaced, ends of lines made one."""
    replaced = re.sub("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\N{REPLACEMENT CHARACTER}", text)
    return replaced.replace("\r\n", "\n").replace("\r", "\n")


@settings(max_examples=50)
@given(OBJECTS)
def test_every_element_stands_where_the_schema_wants_it(objects: list[PreservedObject]) -> None:
    for node in root_of(write_premis(objects, agent=AGENT)).iter():
        children = [etree.QName(child).localname for child in node]
        name = etree.QName(node).localname
        if children and etree.QName(node).namespace == NAMESPACE:
            order = ORDER.get(name, f"{name}Type {name}Value").split()
            assert [order.index(child) for child in children] == sorted(
                order.index(child) for child in children
            )


@settings(max_examples=50)
@given(OBJECTS)
def test_the_document_says_of_each_object_what_the_holding_says(objects: list[PreservedObject]) -> None:
    root = root_of(write_premis(objects, agent=AGENT))
    assert (root.tag, root.get("version")) == (f"{{{NAMESPACE}}}premis", "3.0")
    assert texts(root, "p:object//p:messageDigest") == [entry.holding.content_id for entry in objects]
    assert texts(root, "p:object//p:size") == [str(entry.holding.digests.size) for entry in objects]
    assert texts(root, "p:object//p:contentLocationValue") == [as_xml(entry.path) for entry in objects]
    assert texts(root, "p:event[p:eventType='ingestion']/p:eventDateTime") == [
        as_xml(entry.ingested_at) for entry in objects
    ]
    measured = [entry.holding.measurement for entry in objects if entry.holding.measurement]
    assert texts(root, "p:object//p:formatRegistryKey") == [as_xml(one.puid) for one in measured if one.puid]
    assert texts(root, "p:event[p:eventType='metadata extraction']//p:eventOutcome") == [
        "success" if one.is_whole else "warning" for one in measured
    ]
    assert len(texts(root, "p:event//p:eventOutcomeDetailNote")) == sum(len(one.findings) for one in measured)
    loud = [node.text for node in root.iter(f"{{{TECHNICAL}}}integratedLoudness")]
    assert loud == [
        str(one.loudness.integrated_lufs) for one in measured if one.loudness.integrated_lufs is not None
    ]
    statements = [len(entry.holding.statements) for entry in objects]
    assert [len(node) for node in root.iterfind("p:rights", {"p": NAMESPACE})] == [1 + n for n in statements]
    for node, entry in zip(root.iterfind("p:rights", {"p": NAMESPACE}), objects, strict=True):
        decided, *stated = node
        assert texts(decided, "p:licenseInformation/p:licenseTerms") == (
            [as_xml(entry.decision.licence)] if entry.decision.licence else []
        )
        assert texts(decided, "p:rightsGranted/p:restriction") == [
            condition.value for condition in entry.decision.conditions
        ]
        for told, statement in zip(stated, entry.holding.statements, strict=True):
            forbidden = [
                granted.findtext("p:act", namespaces={"p": NAMESPACE})
                for granted in told.iterfind("p:rightsGranted", {"p": NAMESPACE})
                if granted.findtext("p:restriction", namespaces={"p": NAMESPACE}) == "forbidden"
            ]
            assert forbidden == [act.value for act in statement.forbids]
    assert texts(root, "p:agent/p:agentVersion")[0] == AGENT.version


@settings(max_examples=50)
@given(OBJECTS)
def test_every_link_leads_to_something_in_the_document(objects: list[PreservedObject]) -> None:
    root = root_of(write_premis(objects, agent=AGENT))
    for kind, identifier in [
        ("Event", "eventIdentifierValue"),
        ("RightsStatement", "rightsStatementIdentifierValue"),
        ("Object", "objectIdentifierValue"),
        ("Agent", "agentIdentifierValue"),
    ]:
        links = texts(root, f".//p:linking{kind}IdentifierValue")
        assert len(links) >= len(objects)
        assert set(links) <= set(texts(root, f".//p:{identifier}"))


@settings(max_examples=30)
@given(OBJECTS)
def test_metsrw_reads_the_objects_and_the_events(objects: list[PreservedObject]) -> None:
    root = root_of(write_premis(objects, agent=AGENT))
    for node in root:
        node.set("version", "3.0")  # metsrw takes each entity for itself, as METS holds them
    read = [premisrw.premis_to_data(node) for node in root]
    files = [premisrw.PREMISObject(data=data) for data in read if data[0] == "object"]
    assert [(file.message_digest, file.message_digest_algorithm, file.size) for file in files] == [
        (entry.holding.content_id, "SHA-256", str(entry.holding.digests.size)) for entry in objects
    ]
    events = [premisrw.PREMISEvent(data=data) for data in read if data[0] == "event"]
    ingestions = [event for event in events if event.event_type == "ingestion"]
    assert [event.event_outcome for event in ingestions] == ["success"] * len(objects)
    measured = [entry for entry in objects if entry.holding.measurement]
    assert len(events) - len(ingestions) == len(measured)
    agent, *_tools = [premisrw.PREMISAgent(data=data) for data in read if data[0] == "agent"]
    assert (agent.name, agent.type) == ("longplay", "software")


@settings(max_examples=20)
@given(OBJECTS)
def test_the_same_objects_give_the_same_bytes(objects: list[PreservedObject]) -> None:
    assert write_premis(iter(objects), agent=AGENT) == write_premis(objects, agent=AGENT)


@pytest.mark.parametrize("text", ["\0", "a\x08b", "\ufffe", "\ud800", "]]>", "<&\"'>", "\N{GRINNING FACE}"])
def test_text_that_xml_cannot_hold_is_replaced_and_the_rest_kept(text: str) -> None:
    root = root_of(write_premis([], agent=Agent(name=f"x{text}y", version="1")))
    (name,) = texts(root, "p:agent/p:agentName")
    assert name == as_xml(f"x{text}y").replace("\ud800", "\N{REPLACEMENT CHARACTER}")
