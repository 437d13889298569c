from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from builders import make_ecosystem
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from ecograph.analysis.gaps import GAP_COLUMNS
from ecograph.render.plots.gaps import plot_funnel, plot_gaps, plot_stability
from ecograph.render.plots.pairs import choose_sides, plot_pairs
from ecograph.render.plots.stands import count_ways
from ecograph.render.plots.svg import draw_svg
from ecograph.statistics.rates import compute_funnel

PLOTS = (plot_gaps, plot_funnel, plot_stability, plot_pairs)
HOSTILE = ("$x^2$", "<script>alert(1)</script>", "a\x00b\x1bc", "=cmd|x", "名" * 300)
VERDICTS = ("gap", "over_linked", "as_expected", "not_enough_data", "as_expected")


@pytest.fixture(scope="module")
def town():
    return make_ecosystem({"enterprises": "id,name\nE1,one\n"}, lang="en")


def make_gaps(*rows: tuple[str, float, float, float, float, str]) -> pd.DataFrame:
    """Make rows of name, expected, ratio, its interval, verdict."""
    columns = ["name", "expected", "ratio", "ci_low", "ci_high", "verdict"]
    table = pd.DataFrame(rows, columns=columns)
    table["observed"] = (table["expected"] * table["ratio"]).round()
    return table.reindex(columns=list(GAP_COLUMNS)).rename_axis("industry")


def make_stability(names: tuple[str, ...]) -> pd.DataFrame:
    shares = {"exposure": 1.0, "window": 2 / 3, "university": 1.0, "level": np.nan}
    table = pd.DataFrame({"name": list(names), "verdict": VERDICTS[: len(names)], "runs": 6})
    table = table.assign(stands=5 / 6, verdicts="gap 5; not enough data 1")
    table = table.assign(**{f"stands_{way}": share for way, share in shares.items()})
    ways = ["exposure: output", *[f"window: {n} years" for n in (1, 3, 5)], *["university: U"] * 2]
    table.attrs["meta"] = {"method": {"ways": ways}}
    return table.rename_axis("industry")


def make_pairs(names: tuple[str, ...]) -> pd.DataFrame:
    cells = [
        {
            "industry": f"I{i}",
            "industry_name": name,
            "discipline": f"D{d}",
            "discipline_name": f"D{d} {name}",
            "observed": 9 - d,
            "firms_linked": 9 - d,
            "firms_expected": 3.0,
            "verdict": VERDICTS[(i + d) % 5],
        }
        for i, name in enumerate(names)
        for d in range(6)
    ]
    return pd.DataFrame(cells)


def make_results(names: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    rows = [
        (name, 4.0 * 2**n, 0.5 + n / 4, 0.25 + n / 4, 1.5 + n / 4, VERDICTS[n])
        for n, name in enumerate(names)
    ]
    return {
        "gaps": make_gaps(*rows),
        "stability": make_stability(names),
        "pairs": make_pairs(names),
    }


def list_texts(figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def find_said(figure, name: str):
    """Find the mark that says a name."""
    marks = figure.axes[0].lines
    return next(mark for mark in marks if (mark.get_gid() or "").startswith(f"say:{name}:"))


# ratios


def test_marks_stand_at_the_logarithm_of_the_ratio_in_the_order_of_the_table(town):
    gaps = make_gaps(
        ("A", 8.0, 0.5, 0.25, 1.0, "gap"),
        ("B", 8.0, 1.0, 0.5, 2.0, "as_expected"),
        ("C", 8.0, math.nan, math.nan, math.nan, "not_enough_data"),
        ("D", 8.0, 4.0, 2.0, 8.0, "over_linked"),
    )
    figure = plot_gaps(town, results={"gaps": gaps})

    places = [tuple(np.ravel(find_said(figure, name).get_data())) for name in "ABD"]
    assert places == [(-1.0, 0.5), (0.0, 1.5), (2.0, 2.5)]
    lines = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 2]
    spans = [tuple(line.get_xdata()) for line in lines if len(set(line.get_ydata())) == 1]
    assert [s for s in spans if s != (0, 1)] == [(-2.0, 0.0), (-1.0, 1.0), (1.0, 3.0)]
    assert find_said(figure, "A").get_gid() == "say:A: 4 of 8.0 · gap"
    assert "C" not in list_texts(figure)


def test_a_ratio_of_0_has_a_place_of_its_own_left_of_the_scale(town):
    gaps = make_gaps(("A", 9.0, 0.0, 0.0, 0.4, "gap"), ("B", 9.0, 1.0, 0.6, 1.6, "as_expected"))
    figure = plot_gaps(town, results={"gaps": gaps})

    zero = find_said(figure, "A").get_xdata()[0]
    assert zero < -2
    texts = {text.get_text(): text.xy[0] for text in figure.findobj(Text) if text.get_text()}
    assert texts["0"] == zero
    assert texts["1/4"] == -2


def test_an_interval_beyond_the_scale_ends_in_an_arrow(town):
    gaps = make_gaps(("A", 1.0, 1.0, 0.001, 1000.0, "not_enough_data"))
    marks = plot_gaps(town, results={"gaps": gaps}).axes[0].lines

    arrows = {line.get_marker(): line.get_xdata()[0] for line in marks}
    assert (arrows["<"], arrows[">"]) == (-5, 5)


def test_no_more_rows_are_drawn_than_can_be_read_and_the_cut_is_said(town):
    rows = [(f"n{n}", 9.0, 1.0, 0.5, 2.0, "as_expected") for n in range(50)]
    figure = plot_gaps(town, results={"gaps": make_gaps(*rows)})

    texts = list_texts(figure)
    assert [t for t in texts if t.startswith("n")] == [f"n{n}" for n in range(40)]
    assert "Shown: the first 40 of 50 industries, in the order of the table." in texts


# the funnel


def test_points_stand_where_the_logarithms_of_both_put_them(town):
    gaps = make_gaps(("A", 8.0, 1.0, 0.5, 2.0, "as_expected"), ("B", 32.0, 0.25, 0.1, 0.5, "gap"))
    figure = plot_funnel(town, results={"gaps": gaps})

    assert np.ravel(find_said(figure, "A").get_data()).tolist() == [3.0, 0.0]
    assert np.ravel(find_said(figure, "B").get_data()).tolist() == [5.0, -2.0]
    assert find_said(figure, "B").get_marker() == "D"
    assert {"A", "B", "95%", "99.8%"} <= set(list_texts(figure))


def test_bands_hold_what_the_limits_promise_the_wide_one_beneath(town):
    gaps = make_gaps(
        ("A", 10.0, 1.0, 0.5, 2.0, "as_expected"), ("B", 40.0, 1.0, 0.5, 2.0, "as_expected")
    )
    wide, narrow = plot_funnel(town, results={"gaps": gaps}).axes[0].collections

    def measure(band) -> float:
        path = band.get_paths()[0].vertices
        return np.ptp(path[np.isclose(path[:, 0], 6.0)][:, 1])

    # by hand, Poisson of mean 64: within 49 to 80 with 95 %
    assert measure(narrow) == pytest.approx(math.log2(80 / 49), abs=0.01)
    assert measure(wide) > measure(narrow)


def test_limits_of_the_law_hold_what_they_promise():
    # by hand, Poisson of mean 10: P(X <= 3) = 0.0103, P(X <= 4) = 0.0293 > 0.025; P(X >= 18) =
    # 0.0143, P(X >= 17) = 0.0270 > 0.025: within 4 to 17
    found = compute_funnel(np.array([10.0]), levels=(0.95,))
    assert found[["low", "high"]].to_numpy().tolist() == [[0.4, 1.7]]


# what stands


def test_shares_of_ways_become_numbers_of_them():
    counted = count_ways(make_stability(("A",))).iloc[0]

    # 6 runs: 1 exposure, 3 windows, 2 universities, no level
    assert counted["all"] == (5, 6)
    assert [counted[way] for way in ("exposure", "window", "university")] == [
        (1, 1),
        (2, 3),
        (2, 2),
    ]
    assert counted["level"] == (0, 0)


def test_without_a_record_of_the_ways_only_all_of_them_are_counted():
    table = make_stability(("A",))
    table.attrs = {}
    counted = count_ways(table).iloc[0]

    assert counted["all"] == (5, 6)
    assert {counted[way] for way in ("exposure", "window", "university", "level")} == {(0, 0)}


def test_bars_are_as_long_as_the_share_of_ways(town):
    figure = plot_stability(town, results={"stability": make_stability(("A",))})

    texts = list_texts(figure)
    assert [t for t in texts if "/" in t] == ["5/6", "1/1", "2/3", "2/2"]
    assert "coarser industries" not in texts
    whole, part = [
        [np.ptp(path.vertices[:, 0]) for path in bars.get_paths()]
        for bars in figure.axes[0].collections[1:]
    ]
    assert np.divide(part, whole) == pytest.approx([5 / 6, 1, 2 / 3, 1])


# pairs


def test_the_sides_with_most_links_come_first_and_disciplines_without_are_left_out():
    pairs = make_pairs(("one", "two"))
    pairs.loc[pairs["discipline"] == "D3", "observed"] = 0
    pairs.loc[pairs["industry"] == "I1", "observed"] *= 2
    disciplines, industries = choose_sides(pairs)

    assert list(industries.values()) == ["two", "one"]
    assert list(disciplines) == ["D0", "D1", "D2", "D4", "D5"]


def test_a_cell_has_the_mark_of_its_verdict(town):
    figure = plot_pairs(town, results={"pairs": make_pairs(("one", "two"))})

    marks = {line.get_marker(): len(line.get_xdata()) for line in figure.axes[0].lines}
    drawn = [len(line.get_xdata()) for line in figure.axes[0].lines if line.get_marker() == "D"]
    # verdicts go round: of 12 cells 3 are gaps, and one mark stands in the key
    assert set(marks) == {"D", "^", "o"}
    assert sum(drawn) == 3 + 1
    assert list_texts(figure).count("9 / 3.0") == 2


def test_a_count_that_is_withheld_is_a_dash(town):
    pairs = make_pairs(("one", "two"))
    pairs["firms_linked"] = pairs["firms_linked"].astype("Int64").mask(pairs["discipline"] == "D1")
    texts = list_texts(plot_pairs(town, results={"pairs": pairs}))

    assert sum(text.startswith("—") for text in texts) == 2
    assert not {"nan", "<NA>"} & set(texts)


# whatever the data are


@pytest.mark.parametrize("plot", PLOTS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_without_data_the_figure_says_which_register_would_fill_it(town, plot, lang):
    figure = plot(town, lang=lang, width=360)

    said = " ".join(list_texts(figure))
    assert ("agreements" if lang == "en" else "协议") in said
    assert figure.axes[0].lines[:] == []


@pytest.mark.parametrize("plot", PLOTS)
@pytest.mark.parametrize("width", [360, 720])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_two_texts_cover_each_other(town, plot, width, lang):
    names = (
        "Pharmaceuticals and biotechnology",
        "新一代信息技术和高端装备制造",
        *HOSTILE[:2],
        "AI",
    )
    figure = plot(town, results=make_results(names), lang=lang, width=width)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    texts = [t for t in figure.findobj(Text) if t.get_text() and not t.get_rotation()]
    boxes = [(t.get_text(), t.get_window_extent(canvas.get_renderer())) for t in texts]

    for (one, a), (two, b) in combinations(boxes, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        up = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across <= 2 or up <= 2, (one, two)
    page = figure.bbox
    outside = [said for said, box in boxes if box.x0 < -1 or box.x1 > page.width + 1]
    assert outside == []
    assert min(t.get_fontsize() for t in texts) >= 12


@pytest.mark.parametrize("plot", PLOTS)
def test_names_are_text_and_nothing_else(town, plot):
    figure = plot(town, results=make_results(HOSTILE), width=720)
    svg = draw_svg(figure, title="<b>", name="x")

    assert "<script" not in svg
    assert "<b>" not in svg
    assert "$x^2$" in svg
    assert not any(ord(letter) < 32 and letter not in "\n\t" for letter in svg)


@pytest.mark.parametrize("plot", PLOTS)
def test_the_same_results_give_the_same_bytes_and_are_not_changed(town, plot):
    results = make_results(("能源", "B"))
    before = {name: table.copy() for name, table in results.items()}
    one, two = (
        draw_svg(plot(town, results=results, lang="zh"), title="t", name="n") for _ in range(2)
    )

    assert one == two
    for name, table in results.items():
        pd.testing.assert_frame_equal(table, before[name])


def test_what_is_not_given_is_computed():
    firms = "\n".join(f"E{n},e{n},I{n % 2}" for n in range(40))
    links = "\n".join(f"A{n},a,2024,signed,I0,E{2 * n};U1" for n in range(20))
    town = make_ecosystem(
        {
            "industries": "id,name\nI0,steel\nI1,glass\n",
            "universities": "id,name\nU1,u\n",
            "enterprises": f"id,name,industry\n{firms}\n",
            "agreements": f"id,name,date,status,industry,parties\n{links}\n",
        }
    )
    figure = plot_gaps(town, lang="en")

    # 20 links over 40 firms: 10 expected of 20; no firm of glass is in any register
    said = "say:glass: 0 of 10.0 · not enough data"
    assert find_said(figure, "glass").get_gid() == said
