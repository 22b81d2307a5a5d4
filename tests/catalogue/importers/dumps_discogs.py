"""Dumps as Discogs publishes them, oddities included, small enough for a test."""

import gzip
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

DAY = "20260801"


def artist(number: int, name: str, *, variations: tuple[str, ...] = (), aliases: tuple[str, ...] = ()) -> str:
    """As the dumps of 2020 have it: bare ids of members between their names, empty elements now and then."""
    varied = "".join(f"<name>{escape(one)}</name>" for one in variations)
    others = "".join(f'<name id="{9000 + place}">{escape(one)}</name>' for place, one in enumerate(aliases))
    return (
        f'<artist><images><image type="primary" uri="" uri150="" width="1" height="1"/></images>'
        f"<id>{number}</id><name>{escape(name)}</name><realname>Somebody Else</realname><profile/>"
        f"<data_quality>Correct</data_quality>{varied and f'<namevariations>{varied}</namevariations>'}"
        f"{others and f'<aliases>{others}</aliases>'}"
        f'<members><id>26</id><name id="26">A Member</name></members></artist>'
    )


def credited(number: int, name: str, *, anv: str = "", join: str = "") -> str:
    """An artist of a release or track."""
    return (
        f"<artist><id>{number}</id><name>{escape(name)}</name><anv>{escape(anv)}</anv>"
        f"<join>{escape(join)}</join><role/><tracks/></artist>"
    )


def track(
    position: str | None, title: str | None, duration: str = "", *, artists: str = "", parts: str = ""
) -> str:
    """A track; without a position it is a heading."""
    printed = "" if position is None else f"<position>{position}</position>"
    named = "" if title is None else f"<title>{escape(title)}</title>"
    return (
        f"<track>{printed}{named}<duration>{duration}</duration>{artists and f'<artists>{artists}</artists>'}"
        f"{parts and f'<sub_tracks>{parts}</sub_tracks>'}</track>"
    )


def release(
    number: int,
    title: str,
    *tracks: str,
    artists: str = credited(1, "Ada"),
    released: str = "1997-09-00",
    barcode: str = "5 016958-035921 >",
    master: str = '<master_id is_main_release="true">500</master_id>',
) -> str:
    """A release with everything the dumps have that is of no use here."""
    return (
        f'<release id="{number}"><artists>{artists}</artists><title>{escape(title)}</title>'
        f'<labels><label name="One Little" catno="TPLP 71" id="7"/>'
        f'<label name="Second" catno="x"/></labels>'
        f"<extraartists>{credited(77, 'Engineer')}</extraartists>"
        f'<formats><format name="Vinyl" qty="2"><descriptions><description>LP</description></descriptions>'
        f"</format></formats><genres><genre>Electronic</genre></genres><styles><style>IDM</style></styles>"
        f"<country>UK &amp; Europe</country><released>{released}</released><notes>none</notes>"
        f"<data_quality>Correct</data_quality>{master}<tracklist>{''.join(tracks)}</tracklist>"
        f'<identifiers><identifier type="Barcode" value="none"/>'
        f'<identifier type="Barcode" description="Text" value={quoteattr(barcode)}/></identifiers>'
        f'<videos><video src="x" duration="3" embed="true"><title>Film</title></video></videos>'
        f"<companies><company><id>9</id><name>Press</name><catno/><entity_type>17</entity_type></company></companies>"
        f"</release>"
    )


def dump(plural: str, *records: str) -> bytes:
    """The document, as it lies in the archive."""
    return (f"<{plural}>\n" + "\n".join(records) + f"\n</{plural}>").encode()


def write_dump(folder: Path, plural: str, document: bytes) -> Path:
    """The file, named as Discogs names it."""
    path = folder / f"discogs_{DAY}_{plural}.xml.gz"
    path.write_bytes(gzip.compress(document, mtime=0))
    return path
