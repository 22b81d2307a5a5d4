"""PREMIS 3.0 in XML: the objects of a bundle, how they came in, and the rights relied on.

Only what does not change stands in it: publication events stay outside the bags. XML cannot hold most control
characters; they are replaced by U+FFFD.

Source: PREMIS Data Dictionary 3.0 and its schema (namespace http://www.loc.gov/premis/v3).
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from longplay.model.events import Agent
from longplay.model.holdings import Holding
from longplay.model.rights import Decision

NAMESPACE: Final = "http://www.loc.gov/premis/v3"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class PreservedObject:
    """One payload file for the document.

    Attributes:
        holding: what it is.
        path: its path in the bag.
        ingested_at: when its bytes were taken in, RFC 3339.
        decision: what let it be redistributed.
    """

    holding: Holding
    path: str
    ingested_at: str
    decision: Decision


def write_premis(objects: Iterable[PreservedObject], *, agent: Agent) -> bytes:
    """The PREMIS document of a bundle: objects, ingestion events, the agent, the rights statements."""
    ET.register_namespace("premis", NAMESPACE)
    root = ET.Element(_tag("premis"), {"version": "3.0"})
    listed = list(objects)
    for entry in listed:
        _object(root, entry)
    for entry in listed:
        _event(root, entry, agent)
    _agent(root, agent)
    for entry in listed:
        _rights(root, entry)
    ET.indent(root, " ")
    document: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return document + b"\n"


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _add(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    child = ET.SubElement(parent, _tag(name))
    if text is not None:
        child.text = _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
    return child


def _identified(parent: ET.Element, prefix: str, kind: str, value: str) -> None:
    """An identifier block, or a link to one: `<prefix>Type` and `<prefix>Value`."""
    block = _add(parent, prefix)
    _add(block, f"{prefix}Type", kind)
    _add(block, f"{prefix}Value", value)


def _object(root: ET.Element, entry: PreservedObject) -> None:
    holding = entry.holding
    node = _add(root, "object")
    node.set(f"{{{_XSI}}}type", "premis:file")
    _identified(node, "objectIdentifier", "sha256", holding.content_id)
    characteristics = _add(node, "objectCharacteristics")
    fixity = _add(characteristics, "fixity")
    _add(fixity, "messageDigestAlgorithm", "SHA-256")
    _add(fixity, "messageDigest", holding.content_id)
    _add(characteristics, "size", str(holding.digests.size))
    designation = _add(_add(characteristics, "format"), "formatDesignation")
    _add(designation, "formatName", f"{holding.audio.container}/{holding.audio.codec}")
    _add(node, "originalName", holding.provenances[0].path)
    location = _add(_add(node, "storage"), "contentLocation")
    _add(location, "contentLocationType", "path in the bag")
    _add(location, "contentLocationValue", entry.path)
    _identified(node, "linkingEventIdentifier", "local", _event_id(entry))
    _identified(node, "linkingRightsStatementIdentifier", "local", _rights_id(entry))


def _event_id(entry: PreservedObject) -> str:
    return f"ingestion:{entry.holding.content_id}"


def _rights_id(entry: PreservedObject) -> str:
    return f"rights:{entry.holding.content_id}"


def _event(root: ET.Element, entry: PreservedObject, agent: Agent) -> None:
    node = _add(root, "event")
    _identified(node, "eventIdentifier", "local", _event_id(entry))
    _add(node, "eventType", "ingestion")
    _add(node, "eventDateTime", entry.ingested_at)
    _add(_add(node, "eventOutcomeInformation"), "eventOutcome", "success")
    _identified(node, "linkingAgentIdentifier", "local", agent.name)
    _identified(node, "linkingObjectIdentifier", "sha256", entry.holding.content_id)


def _agent(root: ET.Element, agent: Agent) -> None:
    node = _add(root, "agent")
    _identified(node, "agentIdentifier", "local", agent.name)
    _add(node, "agentName", agent.name)
    _add(node, "agentType", "software")
    _add(node, "agentVersion", agent.version)


def _rights(root: ET.Element, entry: PreservedObject) -> None:
    decision = entry.decision
    node = _add(_add(root, "rights"), "rightsStatement")
    _identified(node, "rightsStatementIdentifier", "local", _rights_id(entry))
    _add(node, "rightsBasis", "license")
    information = _add(node, "licenseInformation")
    _add(information, "licenseTerms", decision.licence or "")
    for statement in entry.holding.statements:
        _add(information, "licenseNote", f"{statement.stated} [{statement.evidence}]")
    granted = _add(node, "rightsGranted")
    _add(granted, "act", decision.act.value)
    for condition in decision.conditions:
        _add(granted, "restriction", condition.value)
    _add(granted, "rightsGrantedNote", f"rule {decision.rule}: {decision.citation}")
    _identified(node, "linkingObjectIdentifier", "sha256", entry.holding.content_id)
