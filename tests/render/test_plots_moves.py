from __future__ import annotations

import pytest

from ecograph.render.plots.moves import Stream, find_way, place_flows

# 26 firms over 260 pixels: 10 pixels each
STREAMS = (
    Stream("high", "high", 12, "stay"),
    Stream("high", "low", 2, "fall", "high to low: 2"),
    Stream("low", "high", 1, "rise"),
    Stream("low", "low", 11, "stay"),
    Stream("gone", "low", 0, "other"),
)
ORDER = ("high", "low", "gone")


def test_bars_stand_where_a_ruler_puts_them():
    diagram = place_flows(STREAMS, ORDER)

    # the first bar is 30 from the top; the next one follows the first and a gap of 8
    assert [(b.key, b.count, b.top, b.height) for b in diagram.left] == [
        ("high", 14, 30, 140),
        ("low", 12, 178, 120),
    ]
    assert [(b.key, b.count, b.top, b.height) for b in diagram.right] == [
        ("high", 13, 30, 130),
        ("low", 13, 168, 130),
    ]
    assert diagram.height == 298


def test_ribbons_leave_and_arrive_without_gap_or_overlap():
    placed = {
        (r.stream.source, r.stream.target): (r.start, r.end, r.height)
        for r in place_flows(STREAMS, ORDER).ribbons
    }

    assert placed == {
        ("high", "high"): (30, 30, 120),
        ("high", "low"): (150, 168, 20),
        ("low", "high"): (178, 150, 10),
        ("low", "low"): (188, 188, 110),
    }


def test_a_small_bar_stands_in_the_middle_of_a_slot_that_its_name_fits_into():
    # 2.6 pixels each: the single one has a slot of 36, and so 16.7 above and below
    few = (Stream("high", "high", 1, "stay"), Stream("low", "low", 99, "stay"))
    high, low = place_flows(few, ORDER).left

    assert (high.top, high.height) == pytest.approx((30 + 16.7, 2.6))
    assert (low.top, low.height) == pytest.approx((30 + 36 + 8, 257.4))


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_ribbons_of_a_bar_add_up_to_it(side):
    many = [
        Stream(a, b, (7 * place + 3) % 11, "other")
        for place, (a, b) in enumerate((a, b) for a in "abcde" for b in "abcde")
    ]
    diagram = place_flows(many, "abcde")
    end = "source" if side == "left" else "target"

    for bar in getattr(diagram, side):
        own = [r for r in diagram.ribbons if getattr(r.stream, end) == bar.key]
        assert sum(r.height for r in own) == pytest.approx(bar.height)
        assert sum(r.stream.count for r in own) == bar.count
    assert sum(bar.height for bar in getattr(diagram, side)) == pytest.approx(260)


def test_nobody_leaves_no_ribbon():
    assert place_flows(STREAMS[-1:], ORDER).ribbons == ()


@pytest.mark.parametrize(
    ("source", "target", "way"),
    [
        ("none", "seedling", "rise"),
        ("tree", "shrub", "fall"),
        ("none", "none", "stay"),
        ("unknown", "unknown", "other"),
        ("outside", "tree", "other"),
    ],
)
def test_the_way_of_a_move_is_that_of_the_pyramid(source, target, way):
    assert find_way(source, target) == way
