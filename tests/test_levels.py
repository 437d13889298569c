from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from builders import list_rows, make_ecosystem
from hypothesis import given, settings
from hypothesis import strategies as st

from ecograph.analysis.levels import MOST_LEVELS, list_groups, list_levels, merge_nodes
from ecograph.analysis.links import list_firms, list_links, list_topics


def make_disciplines(header: str, rows: list[tuple[object, ...]]):
    return make_ecosystem({"disciplines": list_rows(header, rows)})


def list_cells(ecosystem, kind: str = "discipline") -> list[list[str]]:
    """List the levels column by column, nodes in the order of ids."""
    levels = list_levels(ecosystem, kind)
    assert levels.columns.tolist() == list(range(1, levels.shape[1] + 1))
    return [levels[level].tolist() for level in levels]


class TestParents:
    def test_a_parent_is_an_id_a_name_or_a_group(self) -> None:
        rows = [
            ("D1", "engineering", ""),
            ("D2", "machines", "D1"),
            ("D3", "mining", "engineering"),
            ("D4", "law", "humanities"),
            ("D5", "robots", "machines"),
            ("D6", "logic", "D6"),
            ("D7", "history", "humanities"),
        ]
        assert list_cells(make_disciplines("id,name,parent", rows)) == [
            ["D1", "D1", "D1", "humanities", "D1", "D6", "humanities"],
            ["D1", "D2", "D3", "D4", "D2", "D6", "D7"],
        ]

    def test_a_field_named_as_its_main_discipline_is_one_with_it(self) -> None:
        rows = [("D3", "law", "law"), ("D4", "sociology", "law"), ("D5", "maths", "science")]
        assert list_cells(make_disciplines("id,name,parent", rows)) == [["D3", "D3", "science"]]

    def test_an_id_goes_before_a_name_and_the_first_of_two_names_is_meant(self) -> None:
        rows = [("a", "b", ""), ("b", "x", ""), ("c", "x", ""), ("d", "d", "b"), ("e", "e", "x")]
        assert list_cells(make_disciplines("id,name,parent", rows)) == [["a", "b", "c", "b", "b"]]

    @pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2)])
    def test_a_circle_is_cut_at_its_first_node(self, order) -> None:
        """B lies below C, C below A, A below B: A is the top, whichever row comes first."""
        rows = [("A", "a", "B"), ("B", "b", "C"), ("C", "c", "A"), ("D", "d", "C")]
        ecosystem = make_disciplines("id,name,parent", [rows[place] for place in order])
        assert list_cells(ecosystem) == [["A", "A", "A", "A"], ["A", "C", "C", "C"]]

    def test_industries_have_parents_too(self) -> None:
        text = "编号,名称,所属大类\nI1,钢铁,制造业\nI2,玻璃,制造业\nI3,旅游,\n"
        ecosystem = make_ecosystem({"industries": text})
        assert list_cells(ecosystem, "industry") == [["制造业", "制造业", "I3"]]
        assert not ecosystem.problems

    def test_an_id_that_another_kind_uses_is_found(self) -> None:
        tables = {
            "disciplines": "id,name,parent\nX,steel,\nY,alloys,X\n",
            "industries": "id,name\nX,mills\n",
        }
        assert list_cells(make_ecosystem(tables)) == [["discipline:X", "discipline:X"]]

    def test_without_parents_there_is_no_level(self) -> None:
        for header, rows in (("id,name", [("D1", "a")]), ("id,name,parent", [("D1", "a", "")])):
            assert list_cells(make_disciplines(header, rows)) == []
        nowhere = make_ecosystem({"universities": "id,name\nU,u\n"})
        assert list_cells(nowhere, "industry") == list_cells(nowhere) == []

    def test_depth_is_bounded_from_the_top(self) -> None:
        names = [f"D{n:02}" for n in range(MOST_LEVELS + 5)]
        rows = list(zip(names, names, ["", *names], strict=False))
        cells = list_cells(make_disciplines("id,name,parent", rows))
        assert [column[-1] for column in cells] == names[:MOST_LEVELS]


NAMES = [f"n{number:02}" for number in range(9)]
NINE = make_disciplines("id,name,parent", [(name, name, name) for name in NAMES])


def walk_up(place: int, above: list[int]) -> list[int]:
    """List a node and what lies above it, step by step, up to the first node of a circle."""
    way = [place]
    while above[way[-1]] not in way:
        way.append(above[way[-1]])
    circle = way[way.index(above[way[-1]]) :]
    top = min(circle)
    return way[: way.index(top) + 1] if top in way else [*way, top]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 8), min_size=9, max_size=9))
def test_levels_are_what_walking_up_gives(above: list[int]) -> None:
    part = NINE.parts["discipline"].assign(parent=[NAMES[place] for place in above])
    cells = list_cells(replace(NINE, parts={"discipline": part}))
    ways = [walk_up(place, above) for place in range(9)]
    levels = min(max(map(len, ways)) - 1, MOST_LEVELS)
    assert cells == [[NAMES[way[::-1][: depth + 1][-1]] for way in ways] for depth in range(levels)]


class TestCodes:
    def test_codes_of_degrees_are_cut_at_two_and_four_digits(self) -> None:
        rows = [("a", "a", "0802"), ("b", "b", "080201"), ("c", "c", "0701"), ("d", "d", "08")]
        assert list_cells(make_disciplines("id,name,code", rows)) == [
            ["08", "08", "07", "08"],
            ["0802", "0802", "0701", "08"],
        ]

    def test_majors_under_control_or_special_have_letters_behind(self) -> None:
        rows = [("a", "a", "080901K"), ("b", "b", "080902"), ("c", "c", "070102TK")]
        levels = list_cells(make_disciplines("id,name,code", rows))
        assert levels == [["08", "08", "07"], ["0809", "0809", "0701"]]

    def test_codes_of_the_national_standard_are_cut_at_three_and_five(self) -> None:
        rows = [("a", "a", "460.2015"), ("b", "b", "460.30"), ("c", "c", "110")]
        assert list_cells(make_disciplines("id,name,code", rows)) == [
            ["460", "460", "110"],
            ["46020", "46030", "110"],
        ]

    def test_a_discipline_without_a_code_stays_alone(self) -> None:
        rows = [("a", "a", "0802"), ("b", "b", ""), ("c", "c", "0803")]
        assert list_cells(make_disciplines("id,name,code", rows)) == [["08", "b", "08"]]

    @pytest.mark.parametrize("codes", [("0802", "460"), ("EU.3.", "EU.4."), ("08", "07"), ("", "")])
    def test_codes_of_no_catalogue_say_nothing(self, codes) -> None:
        rows = [(key, key, code) for key, code in zip("ab", codes, strict=True)]
        assert list_cells(make_disciplines("id,name,code", rows)) == []

    def test_parents_go_before_codes(self) -> None:
        rows = [("a", "a", "0802", "x"), ("b", "b", "0803", "")]
        assert list_cells(make_disciplines("id,name,code,parent", rows)) == [["x", "b"]]

    def test_industries_have_no_code_that_is_known(self) -> None:
        ecosystem = make_ecosystem({"industries": "id,name,code\nI1,a,0802\nI2,b,0803\n"})
        assert list_cells(ecosystem, "industry") == []


class TestGroups:
    LEVELS = pd.DataFrame(
        {1: list("xxxxx"), 2: list("uuuvw"), 3: list("uuuvw"), 4: list("aabvw"), 5: list("abcvw")}
    )

    def test_a_level_counts_where_some_but_not_all_are_one_and_once(self) -> None:
        groups = list_groups(self.LEVELS, np.ones(5, dtype=bool))
        assert {level: heads.tolist() for level, heads in groups.items()} == {
            2: [0, 0, 0, 3, 4],
            4: [0, 0, 2, 3, 4],
        }

    def test_nodes_that_do_not_count_stay_alone(self) -> None:
        groups = list_groups(self.LEVELS, np.array([False, True, True, True, True]))
        assert {level: heads.tolist() for level, heads in groups.items()} == {2: [0, 1, 1, 3, 4]}
        assert list_groups(self.LEVELS, np.zeros(5, dtype=bool)) == {}

    def test_no_level_no_group(self) -> None:
        assert list_groups(pd.DataFrame(index=list("ab")), np.ones(2, dtype=bool)) == {}


TOWN = {
    "universities": "id,name\nU,u\n",
    "enterprises": "id,name,industry\nE1,e,I1;I2\nE2,f,I2\nE3,g,I3\n",
    "industries": "id,name\nI1,steel\nI2,glass\nI3,wine\n",
    "disciplines": "id,name\nD1,a\nD2,b\nD3,c\n",
    "agreements": """id,parties,industry,disciplines
A1,U;E1,I1;I2,D1;D3
A2,U;E2,,D2
A3,U;I2,,D3
""",
    "financials": "enterprise,year,rd_staff\nE3,2024,1\n",
}


class TestMerging:
    def test_an_agreement_and_a_firm_of_two_merged_industries_count_once(self) -> None:
        """I1 and I2 are one: A1 is of both, A2 of I2 by its firm, A3 is signed by I2 itself."""
        merged = merge_nodes(make_ecosystem(TOWN), "industry", np.array([0, 0, 2]))
        assert merged.select("industry")["name"].to_dict() == {"I1": "steel", "I3": "wine"}
        for found, other, expected in (
            (list_links(merged), "agreement", [("I1", "A1"), ("I1", "A2"), ("I1", "A3")]),
            (list_firms(merged), "enterprise", [("I1", "E1"), ("I1", "E2"), ("I3", "E3")]),
        ):
            ends = [merged.keys[found[name]].tolist() for name in ("industry", other)]
            assert sorted(zip(*ends, strict=True)) == expected

    def test_edges_that_become_one_lie_side_by_side(self) -> None:
        """E1 works in I1, I2 and I3, of which the first and the last are one."""
        tables = {
            "enterprises": "id,name,industry\nE1,e,I1;I2;I3\n",
            "industries": TOWN["industries"],
        }
        merged = merge_nodes(make_ecosystem(tables), "industry", np.array([0, 1, 0]))
        assert merged.keys[merged.find_pairs("works_in")[1]].tolist() == ["I1", "I2"]
        assert merged.link("works_in")["target"].tolist() == ["I1", "I1", "I2"]

    def test_topics_of_merged_disciplines_count_once(self) -> None:
        merged = merge_nodes(make_ecosystem(TOWN), "discipline", np.array([0, 1, 0]))
        topics = list_topics(merged)
        names = ("industry", "agreement", "discipline")
        rows = zip(*(merged.keys[topics[name]] for name in names), strict=True)
        assert sorted(rows) == [
            *(("I1", "A1", "D1"), ("I2", "A1", "D1"), ("I2", "A2", "D2"), ("I2", "A3", "D1")),
        ]

    def test_what_comes_out_is_an_ecosystem(self) -> None:
        town = make_ecosystem(TOWN)
        before = town.edges.copy()
        merged = merge_nodes(town, "industry", np.array([0, 1, 1]))
        assert merged.keys.tolist() == [key for key in town.keys if key != "I3"]
        assert merged.nodes.index.equals(merged.keys)
        assert merged.names.tolist() == merged.nodes["name"].tolist()
        assert len(merged.edges) == len(town.edges)
        assert merged.graph.has_edge("E3", "I2")
        order = merged.edges.sort_values(["kind", "source", "target"], kind="stable").index
        assert order.tolist() == list(range(len(merged.edges)))
        rows, places = merged.named["financials", "enterprise"]
        assert (rows.tolist(), merged.keys[places].tolist()) == ([0], ["E3"])
        pd.testing.assert_frame_equal(town.edges, before)

    def test_groups_of_one_change_nothing(self) -> None:
        town = make_ecosystem(TOWN)
        same = merge_nodes(town, "discipline", np.arange(3))
        pd.testing.assert_frame_equal(same.nodes, town.nodes)
        pd.testing.assert_frame_equal(same.edges, town.edges)
