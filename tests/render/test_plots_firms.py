from __future__ import annotations

import math
from itertools import combinations

import pandas as pd
import pytest
from builders import make_ecosystem
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from ecograph.analysis.movement import MOVE_COLUMNS, PYRAMID_COLUMNS
from ecograph.analysis.renewals import EXPIRING_COLUMNS
from ecograph.analysis.targets import TARGET_COLUMNS
from ecograph.analysis.tiers import TIERS
from ecograph.render.plots.calendar import count_months, mark_losses, plot_expiring
from ecograph.render.plots.moves import plot_moves
from ecograph.render.plots.svg import draw_svg
from ecograph.render.plots.targets import plot_targets
from ecograph.render.plots.tiers import count_groups, plot_tiers

PLOTS = (plot_tiers, plot_moves, plot_expiring, plot_targets)
HOSTILE = ("$x^2$", "<script>alert(1)</script>", "a\x00b\x1bc", "=cmd|x", "名" * 300)
REGIONS = {"": (0, 0, 1, 0), "east": (0, 3, 6, 1), "west": (2, 6, 3, 4), "bare": (0, 0, 0, 9)}


@pytest.fixture(scope="module")
def town():
    return make_ecosystem(
        {
            "enterprises": "id,name\nE1,one\n",
            "ecosystem.yaml": "name: town\nas_of: 2024-12-31\nlanguage: en\n",
        }
    )


def make_pyramid(regions: dict[str, tuple] = REGIONS) -> pd.DataFrame:
    """Firms of each tier, trees first, of each region by name; their ids are numbers."""
    groups = [
        ("region", str(n) if name else "", name, c) for n, (name, c) in enumerate(regions.items())
    ]
    groups.append(
        ("all", "", "total", [sum(counts) for counts in zip(*regions.values(), strict=True)])
    )
    rows = [
        (level, "", "total", key, name, tier, firms, None)
        for level, key, name, counts in groups
        for tier, firms in zip(TIERS, counts, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(PYRAMID_COLUMNS))


def make_tiers() -> pd.DataFrame:
    return pd.DataFrame({"tier": ["tree"], "met": [1], "not_met": [0]}, index=["E1"])


def make_moves() -> pd.DataFrame:
    rows = [
        ("year", 2023, 2024, "shrub", "tree", "", 1, 10, 0.1, 0.05, 0.2),
        ("year", 2023, 2024, "shrub", "shrub", "", 7, 10, 0.7, 0.4, 0.9),
        ("year", 2023, 2024, "shrub", "none", "", 2, 10, 0.2, 0.1, 0.5),
        ("year", 2023, 2024, "outside", "seedling", "", 6, 0, None, None, None),
        ("year", 2022, 2023, "shrub", "shrub", "", 99, 99, 1.0, 0.9, 1.0),
    ]
    return pd.DataFrame(rows, columns=list(MOVE_COLUMNS))


def make_expiring(*rows: tuple[str, int, str, str]) -> pd.DataFrame:
    columns = ["valid_to", "days_left", "tier", "tier_without"]
    return pd.DataFrame(rows, columns=columns).reindex(columns=list(EXPIRING_COLUMNS))


EXPIRING = (
    ("2024-12-30", -1, "tree", "none"),
    ("2024-12-31", 0, "seedling", "seedling"),
    ("2025-02-28", 59, "shrub", "seedling"),
    ("2025-02-01", 32, "shrub", "none"),
    ("2025-02-03", 34, "tree", "shrub"),
    ("2025-02-04", 35, "seedling", "none"),
    ("2025-02-05", 36, "none", "none"),
)


def make_targets(*names: str) -> pd.DataFrame:
    fixed = {"value": 12000.0, "unit": "家", "actual": 3000.0, "reached": 0.25, "elapsed": 0.5}
    rows = [fixed | {"name": name, "state": "behind", "days_left": 100.0} for name in names]
    more = {"reached": 1.7, "state": "missed", "days_left": 0.0, "elapsed": 1.0}
    rows.append(fixed | more | {"name": "over"})
    rows.append({"name": "untold", "value": 3, "state": "unknown"})
    return pd.DataFrame(rows).reindex(columns=list(TARGET_COLUMNS))


def make_results(*names: str) -> dict[str, pd.DataFrame]:
    return {
        "tiers": make_tiers(),
        "pyramid": make_pyramid(dict.fromkeys(names, (0, 300, 12, 45)) | REGIONS),
        "tier_moves": make_moves(),
        "expiring": make_expiring(*EXPIRING * 20),
        "targets": make_targets(*names),
    }


def list_texts(figure) -> list[str]:
    return [t.get_text() for t in figure.findobj(Text) if t.get_text()]


def find_boxes(figure) -> dict:
    """Find what is drawn by what a pointer is told of it."""
    return {p.get_gid().removeprefix("say:"): p for p in figure.axes[0].patches if p.get_gid()}


# the pyramid


@pytest.mark.parametrize("width", [360, 720])
def test_bars_of_the_pyramid_are_as_wide_as_their_firms_and_stand_on_one_middle(town, width):
    figure = plot_tiers(
        town, results={"tiers": make_tiers(), "pyramid": make_pyramid()}, width=width
    )
    boxes = find_boxes(figure)

    # of 35 firms 2 are trees, 9 shrubs, 10 seedlings and 14 in no tier
    names = ["tree: 2 · 5.7%", "shrub: 9 · 25.7%", "seedling: 10 · 28.6%", "no tier: 14 · 40.0%"]
    bars = [boxes[name] for name in names]
    widths = [bar.get_width() for bar in bars]
    assert [size / widths[3] for size in widths] == pytest.approx([2 / 14, 9 / 14, 10 / 14, 1])
    assert {round(bar.get_x() + bar.get_width() / 2, 6) for bar in bars} == {
        round(bars[0].get_x() + widths[0] / 2, 6)
    }
    assert [bar.get_y() for bar in bars] == sorted(bar.get_y() for bar in bars)


def test_regions_and_tiers_have_one_scale_and_nought_trees_are_bold(town):
    figure = plot_tiers(town, results={"tiers": make_tiers(), "pyramid": make_pyramid()})
    boxes = find_boxes(figure)

    one = boxes["west · shrub: 6"].get_width() / 6
    assert one > 5
    assert boxes["east · seedling: 6"].get_width() == pytest.approx(6 * one)
    assert boxes["west · tree: 2"].get_width() == pytest.approx(2 * one)
    assert "east · tree: 0" not in boxes
    bold = [t for t in figure.findobj(Text) if t.get_text() == "0" and t.get_weight() == "bold"]
    assert len(bold) == 3  # east, bare, and firms of no region


def test_most_firms_in_tiers_come_first_and_those_of_no_region_last():
    groups = count_groups(make_pyramid(), "region")

    assert groups["name"].tolist() == ["west", "east", "bare", ""]
    assert groups.iloc[0][list(TIERS)].tolist() == [2, 6, 3, 4]
    assert groups.columns.tolist() == ["id", "name", *TIERS]


def test_a_single_region_is_not_compared():
    assert len(count_groups(make_pyramid({"": (1, 1, 1, 1), "east": (1, 2, 3, 4)}), "region")) == 0


def test_a_withheld_count_is_a_dash_without_a_bar(town):
    hidden = make_pyramid(REGIONS | {"west": (math.nan, 6, 3, 4)})
    figure = plot_tiers(town, results={"tiers": make_tiers(), "pyramid": hidden})

    assert not any("west · tree" in said for said in find_boxes(figure))
    assert "—" in list_texts(figure)


def test_more_regions_than_can_be_read_are_cut_and_the_cut_is_said(town):
    many = make_pyramid({f"r{n:02}": (1, 40 - n, 1, 1) for n in range(20)})
    said = list_texts(plot_tiers(town, results={"tiers": make_tiers(), "pyramid": many}))

    assert [text for text in said if text.startswith("r")] == [f"r{n:02}" for n in range(14)]
    assert "Shown: 14 of 20." in said


# moves


def test_bands_say_how_many_moved_and_have_outlines_of_their_way(town):
    figure = plot_moves(town, results={"tier_moves": make_moves()})
    boxes = find_boxes(figure)

    assert {"shrub: 10", "tree: 1", "seedling: 6", "not founded: 6"} <= set(boxes)
    rise = boxes["shrub → tree: 1 (10.0% [5.0%–20.0%])"]
    fall = boxes["shrub → no tier: 2 (20.0% [10.0%–50.0%])"]
    assert rise.get_linestyle() in {"solid", "-"}
    assert fall.get_linestyle() not in {"solid", "-"}
    assert "not founded → seedling: 6" in boxes
    # 16 firms of the latest two years over 260 pixels
    top, bottom = fall.get_path().vertices[:, 1].min(), fall.get_path().vertices[:, 1].max()
    assert bottom - top >= 2 / 16 * 260
    assert {"2023", "2024"} <= set(list_texts(figure))
    assert "2022" not in list_texts(figure)


def test_withheld_moves_are_not_drawn_but_counted(town):
    moves = make_moves()
    moves["firms"] = moves["firms"].astype(float)
    moves.loc[[0, 2], ["firms", "share"]] = math.nan
    figure = plot_moves(town, results={"tier_moves": moves})

    assert [said for said in find_boxes(figure) if "→" in said] == [
        "shrub → shrub: 7 (70.0% [40.0%–90.0%])",
        "not founded → seedling: 6",
    ]
    assert "Moves withheld because they are of few firms: 2." in list_texts(figure)


# the calendar


def test_what_is_lost_is_the_tier_that_the_firm_would_fall_from():
    losses = mark_losses(make_expiring(*EXPIRING)).tolist()

    fallen = ["lose_shrub", "lose_shrub", "lose_tree", "lose_seedling"]
    assert losses == ["ended", "keep", *fallen, "keep"]


def test_no_month_is_left_out_between_the_first_and_the_last(town):
    months = count_months(make_expiring(*EXPIRING), town.as_of)

    assert months.index.tolist() == [12 * 2024 + 11, 12 * 2025, 12 * 2025 + 1]
    assert months.sum(axis=1).tolist() == [2, 0, 5]
    assert months.iloc[2].to_dict() == {
        "ended": 0, "keep": 1, "lose_seedling": 1, "lose_shrub": 2, "lose_tree": 1
    }  # fmt: skip


@pytest.mark.parametrize("width", [360, 720])
def test_the_parts_of_a_month_stand_on_each_other_to_one_scale(town, width):
    figure = plot_expiring(town, results={"expiring": make_expiring(*EXPIRING)}, width=width)
    boxes = find_boxes(figure)

    parts = [boxes[f"2025-02 · {said}"] for said in (
        "the tier stays: 1", "a seedling would fall: 1", "a shrub would fall: 2",
        "a tree would fall: 1",
    )]  # fmt: skip
    # five are the most: 170 pixels, 34 each, on a ground at 210
    assert [part.get_height() for part in parts] == pytest.approx([34, 34, 68, 34])
    assert [part.get_y() for part in parts] == pytest.approx([176, 142, 74, 40])
    assert boxes["2024-12 · expired, no renewal listed: 1"].get_height() == pytest.approx(34)
    assert boxes["2024-12 · the tier stays: 1"].get_y() == pytest.approx(142)
    assert "As of 2024-12-31" in list_texts(figure)


# targets


def test_bars_end_where_the_share_reached_does_and_never_beyond(town):
    figure = plot_targets(town, results={"targets": make_targets("T")}, width=508)
    boxes = find_boxes(figure)

    # 508 pixels leave 500 for a bar
    late = boxes["T: 3,000 of 12,000 家 · 25.0%, behind the pace"]
    assert (late.get_x(), late.get_width()) == (4, 125)
    assert boxes["over: 3,000 of 12,000 家 · 170.0%, missed"].get_width() == 500
    pace = [p for p in figure.axes[0].patches if (p.get_width(), p.get_height()) == (3, 22)]
    assert [p.get_x() + 1.5 for p in pace] == [254]  # half way, and none where time is over
    said = list_texts(figure)
    # 100 days after the last of 2024
    assert "due 2025-04-10 · 100 days left" in said
    assert "due 2024-12-31 · the period is over" in said
    assert any("how far they are: 1." in text for text in said)


# whatever the data are


@pytest.mark.parametrize(
    ("plot", "en", "zh"),
    [
        (plot_tiers, "certificates", "资质"),
        (plot_moves, "certificates", "资质"),
        (plot_expiring, "certificates", "资质"),
        (plot_targets, "targets", "目标"),
    ],
)
def test_without_data_the_figure_says_which_register_would_fill_it(town, plot, en, zh):
    for lang, register in (("en", en), ("zh", zh)):
        figure = plot(town, lang=lang, width=360)
        assert register in " ".join(list_texts(figure)).replace("\n", "")
        assert figure.axes[0].patches[:] == []


@pytest.mark.parametrize("plot", PLOTS)
@pytest.mark.parametrize("width", [360, 720])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_two_texts_cover_each_other(town, plot, width, lang):
    names = ("新一代信息技术和高端装备制造产业", "A rather long name of a county", *HOSTILE[:2])
    figure = plot(town, results=make_results(*names), lang=lang, width=width)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    texts = [t for t in figure.findobj(Text) if t.get_text()]
    boxes = [(t.get_text(), t.get_window_extent(canvas.get_renderer())) for t in texts]

    for (one, a), (two, b) in combinations(boxes, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        up = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across <= 2 or up <= 2, (one, two)
    outside = [said for said, box in boxes if box.x0 < -1 or box.x1 > figure.bbox.width + 1]
    assert outside == []
    assert min(t.get_fontsize() for t in texts) >= 12


@pytest.mark.parametrize("plot", [plot_tiers, plot_targets])
def test_names_are_text_and_nothing_else(town, plot):
    figure = plot(town, results=make_results(*HOSTILE))
    svg = draw_svg(figure, title="<b>", name="x")

    assert "<script" not in svg
    assert "<b>" not in svg
    assert "$x^2$" in svg
    assert not any(ord(letter) < 32 and letter not in "\n\t" for letter in svg)


@pytest.mark.parametrize("plot", PLOTS)
def test_the_same_results_give_the_same_bytes_and_are_not_changed(town, plot):
    results = make_results("能源", "B")
    before = {name: table.copy() for name, table in results.items()}
    one, two = (
        draw_svg(plot(town, results=results, lang="zh"), title="t", name="n") for _ in range(2)
    )

    assert one == two
    assert "url(#n-" in one or "url(#" not in one  # what is referred to has the chart's own name
    for name, table in results.items():
        pd.testing.assert_frame_equal(table, before[name])


def test_what_is_not_given_is_computed():
    town = make_ecosystem(
        {
            "regions": "id,name\nR1,east\nR2,west\n",
            "enterprises": "id,name,region\nE1,one,R1\nE2,two,R2\nE3,three,R2\n",
            "certificates": "enterprise,certificate,valid_from,valid_to\n"
            "E1,high_tech,2022-01-01,2025-03-01\nE2,little_giant,2023-06-01,2026-06-01\n",
            "ecosystem.yaml": "name: town\nas_of: 2024-12-31\nlanguage: en\n",
        }
    )

    assert {"east · shrub: 1", "west · tree: 1"} <= set(find_boxes(plot_tiers(town)))
    assert "2025-03 · a shrub would fall: 1" in find_boxes(plot_expiring(town))
    assert "shrub: 1" in find_boxes(plot_moves(town))
