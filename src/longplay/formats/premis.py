"""PREMIS 3.0 in XML: the objects of a bundle, how they came in, what was measured, and the rights relied on.

Only what does not change stands in it: publication events stay outside the bags. XML cannot hold most control
characters; they are replaced by U+FFFD.

Source: PREMIS Data Dictionary 3.0 and its schema (namespace http://www.loc.gov/premis/v3).
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from longplay.formats.premis_rights import Determined, add_rights, rights_ids
from longplay.model.events import Agent
from longplay.model.holdings import Holding
from longplay.model.rights import Decision, MiningPreference
from longplay.model.technical import Carrier, Measurement, Tool

NAMESPACE: Final = "http://www.loc.gov/premis/v3"
TECHNICAL: Final = "urn:longplay:technical:1"
"""Namespace of what `objectCharacteristicsExtension` holds; docs/format/bag.md says what it means."""

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
        mining: preference on text and data mining that holds of it; `None` where there is none.
        determined: when and for which places its rights were determined.
        carriers: physical carriers that a sidecar states it was transferred from.
    """

    holding: Holding
    path: str
    ingested_at: str
    decision: Decision
    mining: MiningPreference | None = None
    determined: Determined = field(default_factory=Determined)
    carriers: tuple[Carrier, ...] = ()


def write_premis(objects: Iterable[PreservedObject], *, agent: Agent) -> bytes:
    """The PREMIS document of a bundle: objects, ingestion events, the agent, the rights statements."""
    ET.register_namespace("premis", NAMESPACE)
    ET.register_namespace("technical", TECHNICAL)
    root = ET.Element(_tag("premis"), {"version": "3.0"})
    listed = list(objects)
    for entry in listed:
        _object(root, entry)
    for entry in listed:
        _event(root, entry, agent)
        if entry.holding.measurement is not None:
            _measurement_event(root, entry, entry.holding.measurement, agent)
    for known in _agents(agent, listed):
        _agent(root, known)
    for entry in listed:
        add_rights(
            root,
            entry.holding,
            entry.decision,
            mining=entry.mining,
            determined=entry.determined,
            add=_add,
        )
    ET.indent(root, " ")
    document: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return document + b"\n"


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _add(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    child = ET.SubElement(parent, _tag(name))
    if text is not None:
        child.text = _valid(text)
    return child


def _valid(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)


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
    form = _add(characteristics, "format")
    designation = _add(form, "formatDesignation")
    _add(designation, "formatName", f"{holding.audio.container}/{holding.audio.codec}")
    measured = holding.measurement
    if measured is not None and measured.puid is not None:
        registry = _add(form, "formatRegistry")
        _add(registry, "formatRegistryName", "PRONOM")
        _add(registry, "formatRegistryKey", measured.puid)
    if measured is not None:
        extension = _add(characteristics, "objectCharacteristicsExtension")
        _technical(extension, entry, measured)
    _add(node, "originalName", holding.provenances[0].path)
    location = _add(_add(node, "storage"), "contentLocation")
    _add(location, "contentLocationType", "path in the bag")
    _add(location, "contentLocationValue", entry.path)
    _identified(node, "linkingEventIdentifier", "local", _event_id(entry))
    if measured is not None:
        _identified(node, "linkingEventIdentifier", "local", _measurement_id(entry))
    for identifier in rights_ids(entry.holding.content_id, entry.holding.statements):
        _identified(node, "linkingRightsStatementIdentifier", "local", identifier)


def _event_id(entry: PreservedObject) -> str:
    return f"ingestion:{entry.holding.content_id}"


def _event(root: ET.Element, entry: PreservedObject, agent: Agent) -> None:
    node = _add(root, "event")
    _identified(node, "eventIdentifier", "local", _event_id(entry))
    _add(node, "eventType", "ingestion")
    _add(node, "eventDateTime", entry.ingested_at)
    _add(_add(node, "eventOutcomeInformation"), "eventOutcome", "success")
    _identified(node, "linkingAgentIdentifier", "local", agent.name)
    _identified(node, "linkingObjectIdentifier", "sha256", entry.holding.content_id)


def _measurement_id(entry: PreservedObject) -> str:
    return f"metadata extraction:{entry.holding.content_id}"


def _measurement_event(root: ET.Element, entry: PreservedObject, measured: Measurement, agent: Agent) -> None:
    """What measured, with which outcome, and what was found."""
    node = _add(root, "event")
    _identified(node, "eventIdentifier", "local", _measurement_id(entry))
    _add(node, "eventType", "metadata extraction")
    _add(node, "eventDateTime", entry.holding.measured_at or entry.ingested_at)
    outcome = _add(node, "eventOutcomeInformation")
    _add(outcome, "eventOutcome", "success" if measured.is_whole else "warning")
    for found in measured.findings:
        detail = _add(outcome, "eventOutcomeDetail")
        _add(detail, "eventOutcomeDetailNote", f"{found.severity.value} {found.code.value}: {found.detail}")
    for tool in measured.tools or (Tool(name=agent.name, version=agent.version),):
        _identified(node, "linkingAgentIdentifier", "local", _agent_id(tool, agent))
    _identified(node, "linkingObjectIdentifier", "sha256", entry.holding.content_id)


def _technical(parent: ET.Element, entry: PreservedObject, measured: Measurement) -> None:
    """Measured values as elements of our own namespace, each with its unit."""
    audio, loudness = entry.holding.audio, measured.loudness
    node = ET.SubElement(parent, f"{{{TECHNICAL}}}measurement")
    values = [
        ("samples", "sample frames", audio.samples),
        ("rate", "Hz", audio.rate),
        ("channels", None, audio.channels),
        ("bitDepth", "bits", audio.bit_depth),
        ("bitRate", "bits a second", measured.bit_rate),
        ("integratedLoudness", "LUFS", loudness.integrated_lufs),
        ("loudnessRange", "LU", loudness.range_lu),
        ("samplePeak", "dBFS", loudness.sample_peak_dbfs),
        ("truePeak", "dBTP", loudness.true_peak_dbtp),
        ("samplesMD5", None, measured.pcm_md5),
    ]
    for name, unit, value in values:
        if value is not None:
            _own(node, name, str(value), unit=unit)
    _stated(node, entry, measured)


def _own(parent: ET.Element, name: str, text: str, **attributes: str | None) -> None:
    """An element of our own namespace."""
    known = {key: value for key, value in attributes.items() if value is not None}
    ET.SubElement(parent, f"{{{TECHNICAL}}}{name}", known).text = _valid(text)


def _stated(node: ET.Element, entry: PreservedObject, measured: Measurement) -> None:
    """What file and sidecars state of the making: `bext`, cue points, carriers; as JSON text each."""
    broadcast = measured.embedded.broadcast
    stated: list[tuple[str, object]] = [("broadcastExtension", broadcast)] if broadcast else []
    stated += [("cuePoint", cue) for cue in measured.embedded.cues]
    stated += [("carrier", carrier) for carrier in entry.carriers]
    for name, value in stated:
        _own(node, name, msgspec.json.encode(value).decode(), form="JSON")
    if measured.embedded.ixml is not None:
        _own(node, "iXML", measured.embedded.ixml)


def _agent_id(tool: Tool, agent: Agent) -> str:
    """Ourselves go by the name alone, as in the events of ours; others with their version."""
    if (tool.name, tool.version) == (agent.name, agent.version):
        return agent.name
    return f"{tool.name} {tool.version}"


def _agents(agent: Agent, entries: Iterable[PreservedObject]) -> list[tuple[str, Agent]]:
    """Everybody the events name, with identifiers, ourselves first."""
    known = {agent.name: agent}
    for entry in entries:
        for tool in entry.holding.measurement.tools if entry.holding.measurement else ():
            known.setdefault(_agent_id(tool, agent), Agent(name=tool.name, version=tool.version))
    return list(known.items())


def _agent(root: ET.Element, known: tuple[str, Agent]) -> None:
    identifier, agent = known
    node = _add(root, "agent")
    _identified(node, "agentIdentifier", "local", identifier)
    _add(node, "agentName", agent.name)
    _add(node, "agentType", "software")
    _add(node, "agentVersion", agent.version)
