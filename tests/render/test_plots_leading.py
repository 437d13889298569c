from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from builders import make_ecosystem
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from ecograph.analysis.breakdown import BREAKDOWN_COLUMNS
from ecograph.analysis.dimensions import DIMENSION_COLUMNS
from ecograph.analysis.funnels import FUNNEL_COLUMNS
from ecograph.analysis.leaders import LEADER_COLUMNS
from ecograph.render.plots.dimensions import plot_dimensions
from ecograph.render.plots.events import list_funnels, plot_events
from ecograph.render.plots.leaders import plot_leaders
from ecograph.render.plots.svg import draw_svg

PLOTS = (plot_leaders, plot_dimensions, plot_events)
HOSTILE = ("$x^2$", "<script>alert(1)</script>", "a\x00b\x1bc", "=cmd|x", "名" * 300)


@pytest.fixture(scope="module")
def town():
    return make_ecosystem(
        {
            "enterprises": "id,name\nE1,one\n",
            "ecosystem.yaml": "name: town\nas_of: 2024-06-30\nlanguage: en\ncurrency: CNY\n",
        }
    )


def make_leaders(names: tuple[str, ...], *, known: bool = True) -> pd.DataFrame:
    """Ranks 1, 2, 3 ..., each from one better (but 1) to twice as bad."""
    rows = [
        ("strength", name, kind, 30.0 - n, float(n), max(n - 1, 1), 2 * n, 1.0)
        for n, (name, kind) in enumerate(
            zip(names, ("university", "platform", "enterprise", "institution") * 9, strict=False), 1
        )
    ]
    table = pd.DataFrame(rows, columns=list(LEADER_COLUMNS)).astype(
        {"rank_low": "Int64", "rank_high": "Int64"}
    )
    return table if known else table.assign(rank_low=pd.NA, rank_high=pd.NA)


def make_courses(*rows: tuple) -> dict[str, pd.DataFrame]:
    """Indicators by year: group, indicator, value, low, high."""
    table = pd.DataFrame(rows, columns=["group", "indicator", "value", "ci_low", "ci_high"])
    by_year = table.assign(by="year", group_name=table["group"], n=9)
    whole = pd.DataFrame(columns=list(DIMENSION_COLUMNS))
    return {
        "dimensions_by": by_year.reindex(columns=list(BREAKDOWN_COLUMNS)),
        "dimensions": whole.rename_axis("indicator"),
    }


COURSES = make_courses(
    ("2022", "firm_coverage", 0.10, 0.05, 0.20),
    ("2023", "firm_coverage", 0.20, 0.10, 0.30),
    ("2024", "firm_coverage", 0.05, np.nan, np.nan),
    ("2022", "mode_depth", 2.0, 1.5, 2.5),
    ("2023", "mode_depth", 3.0, 2.5, 3.5),
    ("2023", "amount_median", 435_678.0, 4e5, 5e5),
)


def make_funnel(name: str = "town") -> pd.DataFrame:
    rows = [
        ("stated", "all", "", "firms", "events", 20.0, np.nan, np.nan, 100.0, 5.0, ""),
        ("stated", "all", "", "intents", "firms", 0.4, 0.3, 0.5, 40.0, 100.0, ""),
        ("stated", "all", "", "signed", "intents", 0.25, 0.1, 0.5, 10.0, 40.0, "partial"),
        ("stated", "all", "", "amount", "signed", 1e6, np.nan, np.nan, 1e7, 10.0, ""),
        ("stated", "event", "V1", "firms", "events", 9.0, np.nan, np.nan, 9.0, 1.0, ""),
        ("published", "register", "R", "firms", "events", 30.0, np.nan, np.nan, 60.0, 2.0, ""),
        ("published", "register", "R", "signed", "firms", 1.5, None, None, 90.0, 60.0, "exceeds"),
    ]  # fmt: skip
    columns = ["basis", "scope", "channel", "stage", "of", "value", "ci_low", "ci_high"]
    table = pd.DataFrame(rows, columns=[*columns, "part", "whole", "flags"])
    table = table.assign(name=name, events=np.where(table["basis"] == "stated", 5.0, 2.0))
    return table.reindex(columns=list(FUNNEL_COLUMNS))


RESULTS = {
    "leaders": make_leaders(("甲大学", "乙平台", "C", "D")),
    "funnel": make_funnel(),
    **COURSES,
}


def list_texts(figure) -> list[Text]:
    found = (artist for artist in figure.findobj(Text) if artist.get_text())
    return [artist for artist in found if artist.get_visible()]


def read_texts(figure) -> list[str]:
    return [artist.get_text() for artist in list_texts(figure)]


def say_marks(figure) -> list[str]:
    told = (artist.get_gid() for artist in figure.findobj() if artist.get_gid())
    return [key.removeprefix("say:") for key in told]


def measure_boxes(figure) -> list[tuple[str, object]]:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    return [(text.get_text(), text.get_window_extent(renderer)) for text in list_texts(figure)]


# leaders


def test_a_rank_stands_on_a_logarithmic_axis_inside_its_interval(town):
    figure = plot_leaders(town, results=RESULTS)
    (axes,) = figure.axes
    marks = [line for line in axes.lines if (line.get_gid() or "").startswith("say:")]
    intervals = axes.collections[0].get_segments()

    assert len(marks) == len(intervals) == 4
    left, right = intervals[0][0][0], intervals[3][1][0]  # rank 1, and rank 8, the last
    for n, (mark, segment) in enumerate(zip(marks, intervals, strict=True), 1):
        places = [
            left + (right - left) * math.log(rank) / math.log(8)
            for rank in (n, max(n - 1, 1), 2 * n)
        ]
        assert mark.get_xdata()[0] == pytest.approx(places[0])
        assert [end[0] for end in segment] == pytest.approx(places[1:])
        assert mark.get_ydata()[0] == segment[0][1]


def test_leaders_say_their_ranks_in_words(town):
    texts = read_texts(plot_leaders(town, results=RESULTS, lang="zh"))

    assert {"甲大学", "乙平台", "1–2", "1–4", "2–6", "3–8", "位次", "高校", "机构"} <= set(texts)
    assert say_marks(plot_leaders(town, results=RESULTS))[0] == "甲大学: strength 29; 1–2"


def test_at_most_fifteen_leaders_are_drawn(town):
    names = tuple(f"organisation {n}" for n in range(30))
    texts = read_texts(plot_leaders(town, results={"leaders": make_leaders(names)}))

    assert "organisation 14" in texts
    assert "organisation 15" not in texts


def test_ranks_without_intervals_are_not_drawn_but_explained(town):
    unknown = make_leaders(("one", "two"), known=False)
    few = " ".join(read_texts(plot_leaders(town, results={"leaders": unknown})))
    unknown.attrs["meta"] = {"method": {"left_out_above": 50_000}}
    many = " ".join(read_texts(plot_leaders(town, results={"leaders": unknown})))

    assert "too few agreements" in few
    assert "50,000 ties" in many
    assert "one" not in few.split()


# dimensions


def test_values_and_intervals_stand_where_their_axis_says(town):
    (axes,) = plot_dimensions(town, results=RESULTS).axes
    lines, bounds = axes.collections[:2]
    upper, lower = sorted(segment[0][1] for segment in lines.get_segments())
    height = lambda share: lower + (upper - lower) * share / 0.3  # noqa: E731 - the axis is 0 to 30 %
    marks = [line for line in axes.lines if (line.get_gid() or "").startswith("say:firm")]

    assert [m.get_ydata()[0] for m in marks] == pytest.approx([height(v) for v in (0.1, 0.2, 0.05)])
    ends = [[end[1] for end in segment] for segment in bounds.get_segments()]
    expected = [[height(0.05), height(0.2)], [height(0.1), height(0.3)]]
    assert np.array(ends) == pytest.approx(np.array(expected))  # 2024 has no interval


def test_a_year_that_is_not_over_is_hollow_and_not_the_newest_value(town):
    figure = plot_dimensions(town, results=RESULTS)
    marks = [line for line in figure.axes[0].lines if "firm coverage" in (line.get_gid() or "")]
    texts = read_texts(figure)

    assert [mark.get_markerfacecolor() == "white" for mark in marks] == [False, False, True]
    assert "2023: 20.0%" in texts
    assert "Hollow: a year that is not over." in texts


def test_a_dimension_without_figures_says_so(town):
    texts = read_texts(plot_dimensions(town, results=RESULTS))

    assert {"breadth", "depth", "precision", "density"} <= set(texts)
    assert texts.count("not known from these data") == 2


def test_amounts_are_short_and_pointers_say_all(town):
    results = make_courses(("2023", "amount_median", 435_678.0, 4e5, 5e5))
    figure = plot_dimensions(town, results=results)

    assert "2023: CNY 436,000" in read_texts(figure)
    assert "n = 9" in say_marks(figure)[0]


def test_at_most_ten_years_and_two_indicators_of_a_dimension_are_drawn(town):
    rows = [
        (str(year), name, 1.0 + year % 3, np.nan, np.nan)
        for name in ("ties_per_firm", "agreements_per_100_firms", "contact_frequency")
        for year in range(2008, 2024)
    ]
    said = say_marks(plot_dimensions(town, results=make_courses(*rows)))

    assert len(said) == 20
    assert not any("contact" in text for text in said)
    assert not any(", 2013:" in text for text in said)


# events


def test_bars_are_as_long_as_counts_and_intervals_lie_on_what_they_are_of(town):
    figure = plot_events(town, results=RESULTS)
    (axes,) = figure.axes
    bars = [p for p in axes.patches if (p.get_gid() or "").startswith("say:")]
    firms, intents, signed = (bar.get_width() for bar in bars[:3])
    whiskers = [line for line in axes.lines if len(set(line.get_ydata())) == 1]
    left = bars[0].get_x()
    (interval,) = [
        line for line in whiskers if line.get_xdata()[0] == pytest.approx(left + 0.3 * firms)
    ]

    assert intents / firms == pytest.approx(0.4)
    assert signed / firms == pytest.approx(0.1)
    assert interval.get_xdata()[1] == pytest.approx(left + 0.5 * firms)


def test_sorts_of_figures_have_funnels_of_their_own_and_no_single_event_has_one():
    funnels = list_funnels(make_funnel())

    assert [(f.basis, f.events) for f in funnels] == [("stated", 5), ("published", 2)]
    assert [(s.stage, s.number, s.of) for s in funnels[0].steps] == [
        ("firms", 100, ""),
        ("intents", 40, "firms"),
        ("signed", 10, "intents"),
    ]
    assert [(s.stage, s.of) for s in funnels[1].steps] == [("firms", ""), ("signed", "")]


def test_shares_are_said_with_interval_and_origin(town):
    texts = read_texts(plot_events(town, results=RESULTS))

    assert "40.0% of firms that came (30.0%–50.0%)" in texts
    assert "25.0% of intents (10.0%–50.0%), not known of all" in texts
    assert "Stated by the events themselves (5 events)" in texts
    assert "Published totals: town" in texts


# all of them


@pytest.mark.parametrize("plot", PLOTS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_on_a_phone_texts_are_readable_and_none_covers_another(town, plot, lang):
    names = (
        "一个名称很长很长很长很长很长的大学研究院",
        "a university with quite a long name of its own",
        "C",
    )
    results = {**RESULTS, "leaders": make_leaders(names * 3)}
    figure = plot(town, results=results, lang=lang, width=360)
    boxes = measure_boxes(figure)

    assert min(text.get_fontsize() for text in list_texts(figure)) >= 12
    width = figure.bbox.width
    assert all(box.x0 >= 0 and box.x1 <= width * 1.02 for _, box in boxes), [
        text for text, box in boxes if box.x0 < 0 or box.x1 > width * 1.02
    ]
    for (first, one), (second, other) in combinations(boxes, 2):
        assert not one.padded(-1).overlaps(other.padded(-1)), (first, second)


@pytest.mark.parametrize("plot", PLOTS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_without_data_a_sentence_names_what_is_lacking(town, plot, lang):
    empty = {
        "leaders": pd.DataFrame(columns=list(LEADER_COLUMNS)),
        "funnel": pd.DataFrame(columns=list(FUNNEL_COLUMNS)),
        **make_courses(),
    }
    figure = plot(town, results=empty, lang=lang, width=360)

    said = "".join(read_texts(figure))
    assert (
        ("协议" in said or "活动" in said)
        if lang == "zh"
        else "agreements" in said or "events" in said
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(town, name):
    results = {**RESULTS, "leaders": make_leaders((name, "b")), "funnel": make_funnel(name)}
    for plot in PLOTS:
        svg = str(draw_svg(plot(town, results=results, width=360), title="x", name="x"))
        assert "<script" not in svg
        assert "\x00" not in svg
    texts = read_texts(plot_leaders(town, results=results))
    assert "$x^2$" in texts or name != "$x^2$"


@pytest.mark.parametrize("plot", PLOTS)
def test_the_same_input_gives_the_same_bytes(town, plot):
    one, two = (str(draw_svg(plot(town, results=RESULTS), title="x", name="x")) for _ in range(2))

    assert one == two
