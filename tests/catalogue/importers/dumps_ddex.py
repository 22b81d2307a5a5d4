"""DDEX messages of both generations about one album of two songs, small enough for a test."""

ISRCS = ("SE-ABC-26-00001", "gbxyz9912345")

_OLD = """<ern:NewReleaseMessage xmlns:ern="http://ddex.net/xml/ern/382">
<MessageHeader><MessageId>M1</MessageId><MessageSender><PartyId>PADPIDA2014120301U</PartyId></MessageSender>
<MessageCreatedDateTime>2026-03-01T10:00:00+01:00</MessageCreatedDateTime></MessageHeader>
<ResourceList>{recordings}</ResourceList>
<ReleaseList><Release IsMainRelease="true"><ReleaseId><ICPN>7300000000017</ICPN></ReleaseId>
<ReleaseReference>R0</ReleaseReference><ReferenceTitle><TitleText>Quiet Harbour</TitleText></ReferenceTitle>
<ReleaseResourceReferenceList><ReleaseResourceReference>A1</ReleaseResourceReference>
<ReleaseResourceReference>A2</ReleaseResourceReference></ReleaseResourceReferenceList>
<ReleaseType>Album</ReleaseType><ReleaseDetailsByTerritory><TerritoryCode>Worldwide</TerritoryCode>
<DisplayArtist><PartyName><FullName>The Pier</FullName></PartyName></DisplayArtist>
<LabelName>Quay Records</LabelName><ReleaseDate>1999-05-01</ReleaseDate></ReleaseDetailsByTerritory></Release>
</ReleaseList></ern:NewReleaseMessage>"""
_OLD_RECORDING = """<SoundRecording><SoundRecordingId><ISRC>{isrc}</ISRC></SoundRecordingId>
<ResourceReference>A{number}</ResourceReference>
<ReferenceTitle><TitleText>{title}</TitleText></ReferenceTitle><Duration>PT3M45.4S</Duration>
<SoundRecordingDetailsByTerritory><TerritoryCode>Worldwide</TerritoryCode><DisplayArtist SequenceNumber="1">
<PartyName><FullName>The Pier</FullName></PartyName><ArtistRole>MainArtist</ArtistRole></DisplayArtist>
<Genre><GenreText>Folk</GenreText></Genre></SoundRecordingDetailsByTerritory></SoundRecording>"""
_NEW = """<ern:NewReleaseMessage xmlns:ern="http://ddex.net/xml/ern/{version}">
<MessageHeader><MessageId>M1</MessageId><MessageSender><PartyId>PADPIDA2014120301U</PartyId></MessageSender>
<MessageCreatedDateTime>2026-03-01T10:00:00Z</MessageCreatedDateTime></MessageHeader>
<PartyList><Party><PartyReference>P1</PartyReference><PartyId><ISNI>0000000121707484</ISNI></PartyId>
<PartyName><FullName>The Pier</FullName></PartyName></Party></PartyList>
<ResourceList>{recordings}</ResourceList>
<ReleaseList><Release><ReleaseReference>R0</ReleaseReference><ReleaseId><ICPN>7300000000017</ICPN></ReleaseId>
<DisplayTitleText>Quiet Harbour</DisplayTitleText>
<DisplayArtist><ArtistPartyReference>P1</ArtistPartyReference></DisplayArtist>
<ResourceGroup><ResourceGroupContentItem><SequenceNumber>2</SequenceNumber>
<ReleaseResourceReference>A2</ReleaseResourceReference></ResourceGroupContentItem>
<ResourceGroupContentItem><SequenceNumber>1</SequenceNumber>
<ReleaseResourceReference>A1</ReleaseResourceReference></ResourceGroupContentItem></ResourceGroup></Release>
<TrackRelease><ReleaseReference>R1</ReleaseReference></TrackRelease></ReleaseList></ern:NewReleaseMessage>"""
_NEW_RECORDING = """<SoundRecording><ResourceReference>A{number}</ResourceReference>{isrc}
<DisplayTitleText>{title}</DisplayTitleText>
<DisplayArtist><ArtistPartyReference>P1</ArtistPartyReference></DisplayArtist><Duration>PT3M45.4S</Duration>
</SoundRecording>"""


def message(version: str, titles: tuple[str, ...]) -> bytes:
    """A message; recordings have the ISRCs in turn, and those beyond them have none."""
    parts = []
    for number, title in enumerate(titles, 1):
        isrc = ISRCS[number - 1] if number <= len(ISRCS) else ""
        template = _OLD_RECORDING if version == "382" else _NEW_RECORDING
        if version == "43":
            isrc = (
                f"<SoundRecordingEdition><ResourceId><ISRC>{isrc}</ISRC></ResourceId></SoundRecordingEdition>"
            )
        elif version != "382":
            isrc = f"<ResourceId><ISRC>{isrc}</ISRC></ResourceId>"
        parts.append(template.format(number=number, title=title, isrc=isrc))
    whole = _OLD if version == "382" else _NEW
    return whole.format(version=version, recordings="".join(parts)).encode()
