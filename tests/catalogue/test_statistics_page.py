"""The page and the picture of a snapshot: whole, safe, the same each time, legible in light and dark."""

import dataclasses
import itertools
import json
import re
from pathlib import Path

import pytest
from lxml import etree, html

from longplay.catalogue.engine import Limits, connected
from longplay.catalogue.picture_theme import DARK, LIGHT, Theme, dark_rules, swaps
from longplay.catalogue.snapshot_tables import SnapshotTable
from longplay.catalogue.snapshots import Snapshots, SourceSeen
from longplay.catalogue.statistics.figures import Statistics, StatusCount, statistics
from longplay.catalogue.statistics.page import page
from longplay.catalogue.statistics.picture import picture
from longplay.catalogue.statistics.plots import plots
from longplay.catalogue.statistics.tables import tables
from made_snapshots import DAY, write_snapshot

HOSTILE = (
    "<script>alert(1)</script>",
    '"&',
    "'><img src=x onerror=alert(1)>",
    "url(#clip0)",
    "\x1b[31m\u202eevil",
)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Statistics:
    """Everything there is, under names that attack."""
    root = tmp_path_factory.mktemp("paged")
    recordings = [
        {
            "rank": n,
            "score": max(0, 90 - n),
            "listens": 1_000 // n,
            "duration_ms": 1_000 * (100 + n % 60) if n % 7 else None,
            "licence": HOSTILE[n % 5] if n % 3 else None,
            "sources": n % 31 + 1,
        }
        for n in range(1, 121)
    ]
    releases = [{"year": 1960 + n % 60, "date": f"{1960 + n % 60}-01-01"} for n in range(40)]
    releases += [{"year": 1000, "date": "1000"}, {"year": None, "date": None}]
    genres = [
        {"recording": n, "genre": HOSTILE[n % 5], "source": 0, "of_release": n % 2 == 0} for n in range(1, 60)
    ]
    listeners = [{"listener": n % 9 + 1, "recording": n % 20 + 1, "listens": n} for n in range(1, 90)]
    listeners.sort(key=lambda row: (row["listener"], row["recording"]))
    sources = [SourceSeen(name=name, as_of=DAY, licences={"recording": ("", "CC0-1.0")}) for name in HOSTILE]
    write_snapshot(
        root,
        {
            SnapshotTable.RECORDING: recordings,
            SnapshotTable.RELEASE: releases,
            SnapshotTable.GENRE: genres,
            SnapshotTable.LISTENER: listeners,
        },
        sources=sources,
    )
    holdings = {
        "held": StatusCount(recordings=20, listens=30),
        HOSTILE[0]: StatusCount(recordings=0, listens=0),
    }
    with connected(root, Limits(memory_gb=1.0, threads=2)) as connection:
        return statistics(connection, Snapshots(root), 1, holdings=holdings)


@pytest.fixture(scope="module")
def written(found: Statistics) -> bytes:
    return page(found)


@pytest.fixture(scope="module")
def root(written: bytes) -> html.HtmlElement:
    return html.document_fromstring(written.decode())


def bare(root: Path) -> Statistics:
    with connected(root, Limits(memory_gb=1.0, threads=2)) as connection:
        return statistics(connection, Snapshots(root), 1)


def test_the_page_refers_to_nothing_outside_and_runs_nothing(root: html.HtmlElement) -> None:
    known = {one.get("id") for one in root.iter() if one.get("id")}
    for element in root.iter(etree.Element):
        assert element.tag not in {
            "script",
            "link",
            "img",
            "iframe",
            "object",
            "embed",
            "base",
            "form",
            "image",
            "use",
        }
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on")
            assert name != "style"  # the policy would not let it speak
            assert "url(" not in value
            if name in {"href", "src", "xlink:href", "{http://www.w3.org/1999/xlink}href"}:
                assert value[0] == "#"
                assert value[1:] in known
    (style,) = root.iter("style")
    assert "url(" not in style.text
    assert "@import" not in style.text
    policy = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[\w+/]+=*'; base-uri 'none'; form-action 'none'", policy[0]
    )


def test_no_id_stands_twice(root: html.HtmlElement) -> None:
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_every_plot_has_a_name_and_its_numbers_under_it(found: Statistics, root: html.HtmlElement) -> None:
    sections = root.xpath("//main/section")
    assert len(sections) == len(tables(found)) == 8
    for section, table in zip(sections, tables(found), strict=True):
        (plot,) = section.xpath("./figure/*[local-name()='svg']")
        assert plot.get("role") == "img"
        assert plot.get("aria-label") == table.title == section.xpath("string(./h2)")
        (numbers,) = section.xpath("./figure/following-sibling::details//table")
        assert numbers.xpath("string(./caption)") == table.title
        assert [head.text for head in numbers.xpath("./thead//th[@scope='col']")] == list(table.heads)
        body = [tuple(cell.text_content() for cell in row) for row in numbers.xpath("./tbody/tr")]
        assert body == list(table.rows)
        assert all(row.xpath("./th[@scope='row']") for row in numbers.xpath("./tbody/tr"))
        foot = [tuple(cell.text_content() for cell in row) for row in numbers.xpath("./tfoot/tr")]
        assert foot == ([table.total] if table.total else [])


def test_words_that_attack_are_only_words(written: bytes, root: html.HtmlElement) -> None:
    text = written.decode()
    assert "<script" not in text
    assert "<img" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    named = {cell.text_content() for cell in root.xpath("//section[@aria-labelledby='genres']//tbody/tr/th")}
    assert set(HOSTILE[:4]) <= named
    drawn = root.xpath("//section[@aria-labelledby='genres']//*[local-name()='text']/text()")
    assert '"&' in drawn
    assert any(words.startswith("<script>") for words in drawn)


def test_the_same_figures_give_the_same_bytes(found: Statistics, written: bytes) -> None:
    assert page(found) == written


def test_every_plot_is_as_vega_lite_wants_it_and_nothing_of_it_is_clipped(found: Statistics) -> None:
    """Vega numbers clips anew each time, so that bytes would differ."""
    drawn = plots(found, LIGHT)
    assert set(drawn) == {table.key for table in tables(found) if table.rows}
    for plot in drawn.values():
        assert '"clip"' not in json.dumps(plot.to_dict())  # `to_dict` holds it to the schema


def test_every_colour_of_a_plot_has_one_for_the_dark(root: html.HtmlElement) -> None:
    light = {old for old, _ in swaps(LIGHT, DARK)}
    used = {
        element.get(name)
        for plot in root.xpath("//*[local-name()='svg']")
        for element in plot.iter(etree.Element)
        for name in ("fill", "stroke")
    }
    assert used - light <= {None, "none", "transparent"}
    assert used >= {LIGHT.ink, LIGHT.main, LIGHT.soft, LIGHT.second, LIGHT.grid}
    rules = dark_rules("svg")
    assert all(f"[fill='{old}']{{fill:{new}}}" in rules for old, new in swaps(LIGHT, DARK))
    assert rules in root.xpath("string(//style)")


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_marks_stand_out_from_the_paper(theme: Theme) -> None:
    """WCAG 2.2, 1.4.3 and 1.4.11."""
    assert min(contrast(colour, theme.paper) for colour in (theme.ink, theme.muted, theme.main)) >= 4.5
    assert min(contrast(colour, theme.paper) for colour in (theme.second, theme.soft)) >= 3
    colours = dataclasses.astuple(theme)
    assert all(one != other for one, other in itertools.combinations(colours, 2))


def test_the_picture_holds_all_plots_in_the_colours_asked_for(found: Statistics) -> None:
    whole = picture(found, "svg", DARK).decode()
    parsed = etree.fromstring(whole.encode())
    assert len(parsed) == 2 + 8  # background, heading, plots
    words = set(parsed.itertext())
    assert {table.title for table in tables(found)} <= words
    assert parsed[0].get("fill") == DARK.paper
    assert LIGHT.ink not in whole
    for one, other in itertools.combinations(map(box, parsed[1:]), 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    assert all(right <= float(parsed.get("width")) for _, _, right, _ in map(box, parsed[1:]))


def box(part: etree._Element) -> tuple[float, float, float, float]:
    left, top = float(part.get("x")), float(part.get("y"))
    return left, top, left + float(part.get("width")), top + float(part.get("height"))


def test_an_empty_catalogue_has_a_page_that_says_so(tmp_path: Path) -> None:
    write_snapshot(tmp_path, {}, sources=())
    nothing = bare(tmp_path)
    text = page(nothing).decode()
    assert text.count("The catalogue has no recordings.") == 4
    assert "longplay catalogue match" in text
    assert "<svg" not in text
    assert picture(nothing, "png", LIGHT).startswith(b"\x89PNG")


def test_what_no_source_states_is_said_in_words_and_not_drawn(tmp_path: Path) -> None:
    rows = [{"rank": 1, "listens": 0, "score": 0, "sources": 1}]
    write_snapshot(tmp_path, {SnapshotTable.RECORDING: rows, SnapshotTable.RELEASE: [{"year": None}]})
    lacking = html.document_fromstring(page(bare(tmp_path)).decode())
    drawn = lacking.xpath("//section[.//*[local-name()='svg']]/@aria-labelledby")
    assert drawn == ["popularity", "licences", "sources"]
    said = lacking.xpath("//section[not(.//*[local-name()='svg'])]/p")
    assert len(said) == 5
    assert not re.search(r"\b(NaN|Infinity|undefined)\b", html.tostring(lacking, encoding="unicode"))
