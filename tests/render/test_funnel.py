from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from ecograph.render.funnel import Limits, Point, draw_funnel, find_range
from ecograph.statistics.rates import compute_funnel

LIMITS = [
    Limits("95%", [8.0, 64.0], [0.5, 0.75], [2.0, 1.25]),
    Limits("99.8%", [8.0, 64.0], [0.25, 0.5], [4.0, 1.5]),
]


def make_point(label="A", expected=16.0, ratio=1.0, verdict="as_expected"):
    return Point(label, "a note", expected, ratio, verdict)


def draw(points, limits=LIMITS):
    chart = draw_funnel(points, limits, title="A & B", x_name="expected", y_name="ratio")
    return ET.fromstring(chart)  # noqa: S314 - our own text


def find_mark(chart, label):
    """Find where the mark of a point stands: share of the width, pixels from the top."""
    for group in chart.iter("g"):
        if group.find("title").text == f"{label}: a note":
            box = group.find("svg")
            return float(box.get("x").strip("%")), float(box.get("y"))
    raise AssertionError(label)


def test_marks_stand_where_the_logarithms_of_both_put_them():
    points = [make_point("A", 10.0, 1.0), make_point("B", 16.0, 0.5), make_point("C", 50.0, 2.0)]
    chart = draw(points)  # from 8 to 64 expected, ratios from 1/4 to 4
    assert find_range(points) == (8.0, 64.0)
    x, y = find_mark(chart, "B")
    assert x == pytest.approx(7 + 90 / 3, abs=0.01)
    assert y == pytest.approx(28 + 360 * 3 / 4, abs=0.1)
    assert find_mark(chart, "A")[1] == pytest.approx(28 + 360 / 2, abs=0.1)
    assert find_mark(chart, "C")[1] == pytest.approx(28 + 360 / 4, abs=0.1)


def test_a_ratio_of_0_stands_at_the_bottom():
    chart = draw([make_point("A", ratio=0.0, verdict="gap"), make_point("B")])
    assert find_mark(chart, "A")[1] == 28 + 360


def test_limits_are_bands_with_the_wide_one_beneath():
    chart = draw([make_point("A", 10.0), make_point("B", 50.0)])
    shapes = [shape.get("points") for shape in chart.iter("polygon")]
    assert len(shapes) == 2
    # from 1/4 to 4: ratios 4, 1.5 and 0.5, 0.25 of the wide limits
    high, low = 100 * (2 - np.log2(1.5)) / 4, 75.0
    assert shapes[0] == f"0.00,0.00 100.00,{high:.2f} 100.00,{low:.2f} 0.00,100.00"
    assert {"95%", "99.8%"} <= {text.text for text in chart.iter("text")}


def test_names_of_points_close_together_do_not_cover_each_other():
    points = [make_point(name, 20.0 + n / 10) for n, name in enumerate("ABCDE")]
    spots = []
    for box in draw(points).iter("svg"):
        for text in box.findall("text"):
            if text.text in "ABCDE":
                x = 420 * (float(box.get("x").strip("%")) - 7) / 90 + float(text.get("x"))
                spots.append((x, float(box.get("y")) + float(text.get("y"))))
    assert len(spots) == 5
    apart = [
        max(abs(one[0] - two[0]) / 6.5, abs(one[1] - two[1]) / 12)
        for n, one in enumerate(spots)
        for two in spots[:n]
    ]
    assert min(apart) >= 0.9


def test_names_are_escaped():
    evil = '<script>alert("x")</script>'
    chart = draw_funnel(
        [make_point(evil), make_point()], LIMITS, title=evil, x_name="x", y_name="y"
    )
    assert "<script" not in chart
    assert re.search("&lt;script&gt;", chart)


def test_limits_of_the_law_hold_what_they_promise():
    # by hand, Poisson of mean 10: P(X <= 3) = 0.0103, P(X <= 4) = 0.0293 > 0.025; P(X >= 18) =
    # 0.0143, P(X >= 17) = 0.0270 > 0.025: within 4 to 17
    found = compute_funnel(np.array([10.0]), levels=(0.95,))
    assert found[["low", "high"]].to_numpy().tolist() == [[0.4, 1.7]]
