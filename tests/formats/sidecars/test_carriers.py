"""What sidecars say of physical carriers: real documents, and documents written here after the schemas."""

import re
import time
import tracemalloc
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longplay.errors import MalformedInput
from longplay.formats.sidecars.carriers import CARRIER_LIMIT, read_carriers
from longplay.formats.sidecars.sidecar_xml import DEPTH_LIMIT, ELEMENT_LIMIT, LENGTH_LIMIT
from longplay.model.technical import Carrier, Face, TransferDevice

TAPE = """<aes:audioObject xmlns:aes="http://www.aes.org/audioObject"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  ID="o1" analogDigitalFlag="ANALOG" title="Fieldwork, tape 12" disposition="kept" schemaVersion="1.0.0">
 <aes:format specificationVersion="1/2 track">open reel tape</aes:format>
 <aes:physicalProperties>
  <aes:tapeStructure stockBrand="Ampex 406">
   <aes:substrateMaterialLayer composition="polyester" role="SUPPORT_LAYER" order="1"/>
   <aes:oxideCoatingLayer role="DATA_LAYER" order="2">
    <aes:thickness unit="MICROMETRES">11</aes:thickness></aes:oxideCoatingLayer>
  </aes:tapeStructure>
  <aes:dimensions xsi:type="aes:tapeDimensionsType">
   <aes:width unit="MILLIMETRES">6.3</aes:width></aes:dimensions>
  <aes:shellDimensions><aes:diameter unit="INCHES">7</aes:diameter></aes:shellDimensions>
 </aes:physicalProperties>
 <aes:use useType="ORIGINAL_MASTER"/>
 <aes:primaryIdentifier identifierType="SHELF_NUMBER">TA 12</aes:primaryIdentifier>
 <aes:secondaryIdentifier identifierType="OTHER" idOtherType="accession">1971/4</aes:secondaryIdentifier>
 <aes:face ID="f1" direction="FORWARD" audioObjectRef="o1" label="Side A">
  <aes:region ID="r1" formatRef="fr1" faceRef="f1" label="songs">
   <aes:conditionNote><aes:note>print-through</aes:note>
    <aes:creationDate>2020-01-01T00:00:00</aes:creationDate></aes:conditionNote>
   <aes:stream ID="s1" label="left" faceRegionRef="r1"><aes:channelAssignment channelNum="0"/></aes:stream>
   <aes:stream ID="s2" label="right" faceRegionRef="r1"><aes:channelAssignment channelNum="1"/></aes:stream>
  </aes:region>
 </aes:face>
 <aes:face ID="f2" direction="REVERSE" audioObjectRef="o1" label="Side B"/>
 <aes:formatList><aes:formatRegion xsi:type="aes:analogTapeFormatRegionType" ID="fr1" label="x" ownerRef="r1">
   <aes:speed><aes:speedDesignated unit="INCHES_PER_SECOND">7.5</aes:speedDesignated>
    <aes:varispeedAdjustment unit="PERCENT">2</aes:varispeedAdjustment></aes:speed>
   <aes:trackLayout>half track</aes:trackLayout><aes:soundField>stereo</aes:soundField>
   <aes:noiseReduction>none</aes:noiseReduction><aes:equalization>NAB</aes:equalization>
 </aes:formatRegion></aes:formatList>
</aes:audioObject>"""
TAPE_CARRIER = Carrier(
    standard="AES57",
    identifiers=(("shelf number", "TA 12"), ("accession", "1971/4"), ("title", "Fieldwork, tape 12")),
    format="open reel tape 1/2 track",
    dimensions=(
        ("stock brand", "Ampex 406"),
        ("substrate material layer", "polyester"),
        ("oxide coating layer", "11 micrometres"),
        ("width", "6.3 millimetres"),
        ("shell diameter", "7 inches"),
        ("track layout", "half track"),
        ("sound field", "stereo"),
        ("noise reduction", "none"),
        ("equalization", "NAB"),
    ),
    speed="7.5 inches per second, varispeed 2 percent",
    faces=(Face(label="Side A", streams=("songs: left, right",)), Face(label="Side B")),
    condition="print-through",
)
HISTORY = """<processHistory><device deviceType="player"><manufacturer>Studer</manufacturer><model>A807</model>
 <serialNumber>99</serialNumber><settings><setting name="azimuth">by ear</setting></settings></device>
 <device><role>A/D converter</role><model>Prism AD-2</model><sampleRate unit="kHz">96</sampleRate></device>
 </processHistory>"""
CHAIN = (
    TransferDevice(
        role="player", name="Studer A807", settings=(("serial number", "99"), ("azimuth", "by ear"))
    ),
    TransferDevice(role="A/D converter", name="Prism AD-2", settings=(("sample rate", "96 k hz"),)),
)
REELS = """<pbcoreInstantiationDocument xmlns="http://www.pbcore.org/PBCore/PBCoreNamespace.html">
 <instantiationIdentifier source="KXYZ" annotation="Barcode">B-77</instantiationIdentifier>
 <instantiationDimensions unitsOfMeasure="inches" annotation="reel diameter">10.5</instantiationDimensions>
 <instantiationPhysical>1/4 inch audio tape</instantiationPhysical>
 <instantiationStandard>NAB</instantiationStandard>
 <instantiationLocation>Shelf 4</instantiationLocation>
 <instantiationEssenceTrack>
  <essenceTrackPlaybackSpeed unitsOfMeasure="ips">15</essenceTrackPlaybackSpeed></instantiationEssenceTrack>
 <instantiationPart><instantiationIdentifier>B-77-1</instantiationIdentifier>
  <instantiationAnnotation annotationType="Reel number">1</instantiationAnnotation>
  <instantiationAnnotation annotationType="Condition note">sticky shed</instantiationAnnotation>
  <instantiationPart partType="Side A"><instantiationEssenceTrack>
   <essenceTrackIdentifier>Overture</essenceTrackIdentifier></instantiationEssenceTrack></instantiationPart>
  </instantiationPart>
 <instantiationPart annotation="Reel 2">
  <instantiationIdentifier>B-77-2</instantiationIdentifier></instantiationPart>
 <instantiationPart><instantiationDigital>audio/x-wav</instantiationDigital></instantiationPart>
 <instantiationAnnotation annotationType="Playback machine">Ampex ATR-102</instantiationAnnotation>
</pbcoreInstantiationDocument>"""
DISC = """<pbcoreDescriptionDocument><pbcoreInstantiation>
 <instantiationIdentifier source="Matrix">XA-1</instantiationIdentifier>
 <instantiationPhysical>78 rpm disc</instantiationPhysical>
 <instantiationAnnotation annotationType="Side A">Ain't Misbehavin'</instantiationAnnotation>
 <instantiationAnnotation annotationType="side">B</instantiationAnnotation>
 <instantiationAnnotation annotationType="Playback speed">76.6 rpm</instantiationAnnotation>
 <instantiationPart><instantiationIdentifier>XA-1_sideC</instantiationIdentifier>
  <instantiationTracks>1</instantiationTracks></instantiationPart>
</pbcoreInstantiation>
<pbcoreInstantiation><instantiationIdentifier>xa1.mp3</instantiationIdentifier>
 <instantiationDigital>audio/mpeg</instantiationDigital>
 <instantiationRelation><instantiationRelationType>Derived from</instantiationRelationType>
 <instantiationRelationIdentifier>xa1.wav</instantiationRelationIdentifier></instantiationRelation></pbcoreInstantiation>
<pbcoreInstantiation><instantiationIdentifier>xa1.wav</instantiationIdentifier>
 <instantiationDigital>audio/x-wav</instantiationDigital>
 <instantiationGenerations>Master</instantiationGenerations>
 <instantiationAnnotation annotationType="A/D converter">Lynx Hilo</instantiationAnnotation>
 <instantiationRelation><instantiationRelationType>Is Digitized From</instantiationRelationType>
 <instantiationRelationIdentifier>XA-1</instantiationRelationIdentifier></instantiationRelation></pbcoreInstantiation>
<pbcoreInstantiation><instantiationIdentifier>other.wav</instantiationIdentifier>
 <instantiationDigital>audio/x-wav</instantiationDigital>
 <instantiationRelation><instantiationRelationType>Has Part</instantiationRelationType>
 <instantiationRelationIdentifier>XA-1</instantiationRelationIdentifier></instantiationRelation></pbcoreInstantiation>
</pbcoreDescriptionDocument>"""
EBUCORE = """<ebucore:ebuCoreMain xmlns:ebucore="urn:ebu:metadata-schema:ebucore"
  xmlns:dc="http://purl.org/dc/elements/1.1/">
 <ebucore:coreMetadata><ebucore:identifier typeLabel="archive number">
  <dc:identifier>5001</dc:identifier></ebucore:identifier>
 <ebucore:format><ebucore:medium typeLabel="Audio cassette C90"/><ebucore:locator>Box 3</ebucore:locator>
  <ebucore:technicalAttributeString typeLabel="noiseReduction">Dolby B</ebucore:technicalAttributeString>
  </ebucore:format>
 <ebucore:format><ebucore:medium><ebucore:mediumTypeCode>Digital</ebucore:mediumTypeCode>
  </ebucore:medium></ebucore:format>
 </ebucore:coreMetadata></ebucore:ebuCoreMain>"""
VALID = {"AES57": TAPE, "PBCore reels": REELS, "PBCore disc": DISC, "EBUCore": EBUCORE}


def test_aes57_tells_the_tape_its_faces_and_its_condition() -> None:
    assert read_carriers(TAPE.encode()) == (TAPE_CARRIER,)


def test_the_devices_of_a_process_history_are_the_chain_of_the_only_carrier() -> None:
    (carrier,) = read_carriers(f"<mets>{TAPE}{HISTORY}</mets>".encode())
    assert carrier.chain == CHAIN


def test_two_carriers_do_not_share_a_process_history() -> None:
    carriers = read_carriers(f"<mets>{TAPE}{HISTORY}{TAPE}</mets>".encode())
    assert carriers == (TAPE_CARRIER, TAPE_CARRIER)


def test_an_audio_object_that_is_a_file_is_no_carrier() -> None:
    file = TAPE.replace('"ANALOG"', '"FILE_DIGITAL"')
    assert read_carriers(file.encode()) == ()
    assert read_carriers(f"<mets>{file}{TAPE}{HISTORY}</mets>".encode())[0].chain == CHAIN


def test_a_digital_tape_is_a_carrier() -> None:
    assert len(read_carriers(TAPE.replace('"ANALOG"', '"PHYS_DIGITAL"').encode())) == 1


def test_the_reels_of_an_instantiation_are_carriers_that_take_on_what_is_said_of_the_whole() -> None:
    first, second = read_carriers(REELS.encode())
    machine = (TransferDevice(role="Playback machine", name="Ampex ATR-102"),)
    assert first == Carrier(
        standard="PBCore",
        identifiers=(("Barcode (KXYZ)", "B-77"), ("", "B-77-1")),
        format="1/4 inch audio tape",
        dimensions=(("reel diameter", "10.5 inches"), ("standard", "NAB")),
        speed="15 ips",
        reel="1",
        faces=(Face(label="Side A", streams=("Overture",)),),
        condition="sticky shed",
        chain=machine,
    )
    assert (second.reel, second.format, second.condition, second.faces) == ("Reel 2", first.format, None, ())
    assert second.chain == machine


def test_sides_are_faces_and_files_derived_by_way_of_others_end_the_chain() -> None:
    assert read_carriers(DISC.encode()) == (
        Carrier(
            standard="PBCore",
            identifiers=(("Matrix", "XA-1"),),
            format="78 rpm disc",
            speed="76.6 rpm",
            faces=(
                Face(label="Side A", streams=("Ain't Misbehavin'",)),
                Face(label="B"),
                Face(label="XA-1_sideC", streams=("1",)),
            ),
            chain=(
                TransferDevice(role="file", name="xa1.mp3", settings=(("format", "audio/mpeg"),)),
                TransferDevice(role="A/D converter", name="Lynx Hilo"),
                TransferDevice(role="Master", name="xa1.wav", settings=(("format", "audio/x-wav"),)),
            ),
        ),
    )


def test_ebucore_names_the_medium() -> None:
    assert read_carriers(EBUCORE.encode()) == (
        Carrier(
            standard="EBUCore",
            identifiers=(("archive number", "5001"), ("location", "Box 3")),
            format="Audio cassette C90",
            dimensions=(("noise reduction", "Dolby B"),),
        ),
    )


@pytest.mark.parametrize("document", VALID.values(), ids=VALID.keys())
@given(
    prefix=st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True), encoding=st.sampled_from(["utf-8", "utf-16"])
)
def test_prefix_namespace_and_encoding_do_not_matter(document: str, prefix: str, encoding: str) -> None:
    other = re.sub(r"<(/?)(?:\w+:)?(\w+)", rf"<\1{prefix}:\2", document)
    assert read_carriers(other.encode(encoding)) == read_carriers(document.encode())


@pytest.mark.parametrize("document", VALID.values(), ids=VALID.keys())
@given(share=st.floats(0, 1))
def test_a_document_that_is_cut_off_is_malformed_as_soon_as_it_says_what_it_is(
    document: str, share: float
) -> None:
    data = document.encode()
    cut = data[: int(share * (len(data) - 1))]
    if b">" in cut:
        with pytest.raises(MalformedInput, match="carrier sidecar"):
            read_carriers(cut)
    else:
        assert read_carriers(cut) == ()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not XML: pbcore",
        b'{"pbcore": 1}',
        b"<html><Span label='Side A' begin='0'/></html>",
        b"<?xml version='1.0'?><!DOCTYPE html [<!ENTITY a 'b'>]><html>&a; pbcore</html>",
        b"<adm><audioObject audioObjectID='AO_1001'/><x analogDigitalFlag=''/></adm>",
        b"<broken pbcore",
        b"<?xml version='1.0' encoding='klingon'?><pbcore/>",
        b"<pbcoreCollection><pbcoreDescriptionDocument/></pbcoreCollection>",
        b"<Item label='Aida'><Span label='Act 1' begin='0'/></Item>",
    ],
)
def test_whatever_is_none_of_these_or_states_no_carrier_gives_none(data: bytes) -> None:
    assert read_carriers(data) == ()


PHYSICAL = "<instantiationPhysical>x</instantiationPhysical>"
NAMED = "<instantiationIdentifier>a</instantiationIdentifier>"
DERIVED = """<instantiationRelation><instantiationRelationType>derived</instantiationRelationType>
<instantiationRelationIdentifier>a</instantiationRelationIdentifier></instantiationRelation>"""


def instantiation(inside: str, declared: str = "") -> str:
    """A PBCore document with so much inside, and a document type that declares so much."""
    root = "pbcoreInstantiationDocument"
    return f"{f'<!DOCTYPE {root} [{declared}]>' if declared else ''}<{root}>{inside}</{root}>"


def described(*instantiations: str) -> str:
    """A PBCore description with these instantiations."""
    inside = "".join(f"<pbcoreInstantiation>{one}</pbcoreInstantiation>" for one in instantiations)
    return f"<pbcoreDescriptionDocument>{inside}</pbcoreDescriptionDocument>"


LAUGHS = "<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {after} '{f'&{before};' * 10}'>" for before, after in pairwise("abcdefghi")
)
HOSTILE = {
    "entities of entities": instantiation(PHYSICAL.replace("x", "&i;"), LAUGHS),
    "entities in an attribute": instantiation(f"<a b='&i;'/>{PHYSICAL}", LAUGHS),
    "a file as entity": instantiation("&a;", "<!ENTITY a SYSTEM 'file:///etc/hostname'>"),
    "a parameter entity": instantiation("", "<!ENTITY % a SYSTEM 'http://[::1]:1/'> %a;"),
    "deep": instantiation("<a>" * DEPTH_LIMIT + "</a>" * DEPTH_LIMIT),
    "endlessly deep": "<pbcoreInstantiationDocument>" * 100_000,
    "many": instantiation("<a/>" * ELEMENT_LIMIT),
    "long": instantiation("x" * LENGTH_LIMIT),
    "many carriers": described(*[PHYSICAL] * (CARRIER_LIMIT + 1)),
    "many reels of many steps": instantiation(
        PHYSICAL
        + "<instantiationPart/>" * 900
        + "<instantiationAnnotation annotationType='software'>x</instantiationAnnotation>" * 900
    ),
}
HARMLESS = {
    "a DTD elsewhere": f"<!DOCTYPE html SYSTEM 'http://[::1]:1/x.dtd'>{instantiation('&nbsp;')}",
    "defaults of attributes": instantiation("<a/>" * 50_000, f"<!ATTLIST a x CDATA '{'x' * 1_000_000}'>"),
    "many attributes": instantiation("<a " + " ".join(f"a{at}=''" for at in range(300_000)) + "/>"),
    "many names and relations": described(NAMED + PHYSICAL, NAMED * 20_000 + DERIVED * 20_000),
    "a chain from back to front": described(
        *(NAMED.replace(">a<", f">{at}<") + DERIVED.replace(">a<", f">{at + 1}<") for at in range(9_000)),
        NAMED.replace(">a<", ">9000<") + PHYSICAL,
    ),
    "one long word": TAPE.replace("SHELF_NUMBER", "Sh" * 2_000_000),
}


@pytest.mark.parametrize("document", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_documents_are_refused_soon(document: str) -> None:
    data = document.encode()
    began = time.process_time()
    with pytest.raises(MalformedInput, match="carrier sidecar"):
        read_carriers(data)
    assert time.process_time() - began < 60


@pytest.mark.parametrize("document", [*HOSTILE.values(), *HARMLESS.values()], ids=[*HOSTILE, *HARMLESS])
def test_no_document_takes_much_time_or_memory(document: str) -> None:
    data = document.encode()
    began = time.process_time()
    tracemalloc.start()
    try:
        read_carriers(data)
    except MalformedInput:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 25 * LENGTH_LIMIT
    assert time.process_time() - began < 60  # tracing slows it several times


FILE = (("date", "2014-08-22"), ("format", "audio/vnd.wave"), ("standard", "Linear PCM Audio"))
STEREO = (("tracks", "2 audio tracks"), ("channel configuration", "Stereo; Ch1, Ch2"))
EVENTS = tuple(
    TransferDevice(role=role, name="", settings=(("date", date),))
    for role, date in (("inspection", "2014-08-18"), ("cleaned", "2014-08-20"), ("migration", "2014-08-22"))
)
REAL: dict[str, tuple[Carrier, ...]] = {
    "pbcore/location_LTO_NUA_reel00445.xml": (
        Carrier(
            standard="PBCore",
            identifiers=(("Object Identifier (NUA)", "NUA_reel00445"), ("Vault Location", "r1-02.09")),
            format="1/4 inch audio tape",
            dimensions=(("generation", "Original"), ("duration", "00:36:46")),
            chain=(
                TransferDevice(role="Master", name="NUA_reel00445_01.wav", settings=FILE + STEREO),
                TransferDevice(role="Backup", name="NUA_reel00445_01.wav", settings=FILE + STEREO),
            ),
        ),
    ),
    "pbcore/location_simple2_NUA_cass00321.xml": (
        Carrier(
            standard="PBCore",
            identifiers=(("Object Identifier (NUA)", "NUA_cass00321"), ("Vault Location", "cR-03.04")),
            format="1/4 inch audio tape",
            dimensions=(("generation", "Original"), ("duration", "00:45:01")),
            chain=(
                TransferDevice(
                    role="Master",
                    name="NUA_cass00321_01.wav",
                    settings=(
                        ("date", "2015-05-11"),
                        ("format", "audio/vnd.wave"),
                        ("tracks", "2 audio tracks"),
                    ),
                ),
            ),
        ),
    ),
    "pbcore/location_LTO_NUA_lto60004.xml": (
        Carrier(
            standard="PBCore",
            identifiers=(("Tape ID (Null University Archives)", "lto60004"), ("Vault Location", "e1-04.12")),
            format="LTO-6",
            dimensions=(("generation", "Backup"),),
        ),
    ),
    "pbcore/location_simple1_NUA_cass00321_01.xml": (),
    "pbcore/pbcore_collection.xml": (),
    "avalon/7763100.xml": (),
    "marc-oai/test_data.utf8.marc.xml": (),
    "marc-oai/test_data.utf8.json": (),
}


@pytest.mark.parametrize(("name", "carriers"), REAL.items(), ids=REAL.keys())
def test_real_documents_say_what_a_person_reads_in_them(
    real: Path, name: str, carriers: tuple[Carrier, ...]
) -> None:
    assert read_carriers((real / "metadata" / "library" / name).read_bytes()) == carriers


@pytest.mark.parametrize("name", ["pbcore_digital_preservation.xml", "pbcore_digital_preservation_2.xml"])
def test_the_events_of_a_real_reel_are_told_wherever_the_document_keeps_them(real: Path, name: str) -> None:
    (carrier,) = read_carriers((real / "metadata" / "library" / "pbcore" / name).read_bytes())
    assert carrier.format == "1/4 inch audio tape"
    assert carrier.chain == EVENTS


def test_a_real_access_copy_derives_from_its_reel_by_way_of_the_master(real: Path) -> None:
    path = real / "metadata" / "library" / "pbcore" / "pbcore_asset_management.xml"
    (carrier,) = read_carriers(path.read_bytes())
    assert [(step.role, step.name) for step in carrier.chain] == [
        ("Preservation Master", "MCU_a0999_m.wav"),
        ("Access Copy", "MCU_a0999.mp3"),
    ]


def test_a_real_structure_document_names_the_disc_and_its_tracks(real: Path) -> None:
    (carrier,) = read_carriers((real / "metadata" / "library" / "avalon" / "structure.xml").read_bytes())
    (face,) = carrier.faces
    assert (carrier.standard, carrier.reel, len(face.streams)) == ("Avalon", "CD 1", 13)
    assert face.streams[6] == "Track 7. Hoe-Down"


def test_every_real_file_of_metadata_gives_a_value_or_is_malformed(real: Path) -> None:
    for path in (real / "metadata").rglob("*"):
        if path.is_file():
            read_carriers(path.read_bytes())
