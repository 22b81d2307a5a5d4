"""How growth is told: exponents are those of the law that runs follow, the picture is of what was measured."""

import json
import math
from pathlib import Path

import pytest
from benchmarks.growth import MEASURES, ROOT, Growth, growth_chart, growth_of, growth_table, read_runs
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from longplay.catalogue.picture_theme import LIGHT, dark_rules, follow_reader
from longplay.catalogue.pictures import render

sizes = st.lists(st.integers(3, 9), min_size=2, max_size=5, unique=True)


@given(sizes=sizes, exponent=st.floats(0.1, 2.5), factor=st.floats(1e-9, 1e3))
def test_runs_that_follow_a_power_law_give_its_exponent(
    sizes: list[int], exponent: float, factor: float
) -> None:
    points = tuple(sorted((10**size, factor * 10 ** (size * exponent)) for size in sizes))
    growth = Growth(column="build_s", points=points)
    assert growth.exponent == pytest.approx(exponent, rel=1e-6)
    assert growth.steps == pytest.approx([exponent] * (len(sizes) - 1), rel=1e-6)


def test_steps_tell_where_the_law_changes() -> None:
    growth = Growth(column="build_s", points=((10, 10.0), (100, 100.0), (1_000, 10_000.0)))
    assert growth.steps == pytest.approx([1, 2])
    assert growth.exponent == pytest.approx(1.5)


def test_what_was_not_measured_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "runs.csv"
    path.write_text("tracks,build_s,lookup_ms\n1000,2,\n10000,,\n100000,200,3\n")
    measures = growth_of(read_runs(path))
    assert [(one.column, one.points) for one in measures] == [
        ("build_s", ((1_000, 2.0), (100_000, 200.0))),
        ("lookup_ms", ((100_000, 3.0),)),
    ]
    assert measures[1].exponent is None
    assert "| lookup by id, p99 | 100,000 | not known from one size | - |" in growth_table(measures)
    (tmp_path / "runs.json").write_text(
        json.dumps([{"tracks": 1000, "build_s": 2, "lookup_ms": None}, {"tracks": 100000, "build_s": 200}])
    )
    assert growth_of(read_runs(tmp_path / "runs.json"))[0].points == measures[0].points


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tracks,speed\n1,2\n", "run 1: speed is none of"),
        ("tracks,build_s\n,2\n", "no tracks"),
        ("tracks,build_s\n1,0\n", "build_s is not greater than 0"),
        ("tracks,build_s\n1,nan\n", "build_s is not greater than 0"),
    ],
)
def test_a_table_of_runs_that_is_none_says_where(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "runs.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=said):
        read_runs(path)


def test_the_picture_in_the_documentation_is_of_the_runs_kept() -> None:
    measures = growth_of(read_runs(ROOT / "benchmarks" / "growth.csv"))
    chart = growth_chart(measures)
    assert chart.to_dict()  # Altair holds it to the schema of Vega-Lite
    drawn = etree.fromstring(follow_reader(render(chart, "svg")))
    kept = etree.parse(ROOT / "docs" / "img" / "growth.svg").getroot()
    assert list(drawn.itertext()) == list(kept.itertext())
    for one in measures:
        assert one.exponent is not None
        assert any(
            text.startswith(MEASURES[one.column][0]) and text.endswith(f"n^{one.exponent:.2f}")
            for text in drawn.itertext()
        )


def test_a_picture_that_follows_its_reader_is_the_same_with_a_style() -> None:
    svg = follow_reader(b'<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>')
    root = etree.fromstring(svg)
    assert root[0].text == dark_rules("svg")
    assert f"svg [fill='{LIGHT.paper}']" in dark_rules("svg")
    assert len(root) == 2


def test_ticks_are_powers_of_ten_around_what_was_measured() -> None:
    growth = Growth(column="coverage_s", points=((1_000_000, 0.054), (16_000_000, 0.274)))
    panel = growth_chart([growth]).to_dict()["vconcat"][0]["hconcat"][0]
    low, high = panel["encoding"]["y"]["scale"]["domain"]
    assert (low, high) == pytest.approx((0.01, 1))
    assert math.log10(panel["encoding"]["x"]["scale"]["domain"][1]) == pytest.approx(8)
