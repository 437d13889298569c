"""What industries are compared by: stated or listed, never both, worked by hand."""

from __future__ import annotations

import math

import pytest
from builders import make_ecosystem

from ecograph.analysis.gaps import find_gaps
from ecograph.analysis.links import read_accounts, sum_exposure

TOWN = {
    "universities": "id,name\nU1,a\n",
    "enterprises": "id,name,industry\nE1,e,Steel\nE2,f,Glass\nE3,g,Glass\n",
    "agreements": "id,status,parties,industry\nA1,signed,U1,Wine\n",
}
# Steel and glass have firms, wine has a link, faith is not relevant, tea has neither firm nor link.
INDUSTRIES = """id,name,企业数,是否适用
I1,Steel,{steel},
I2,Glass,{glass},
I3,Wine,{wine},
I4,Faith,,否
I5,Tea,,
"""


def expose(steel: object, glass: object, wine: object, **changes: str) -> list[tuple[float, str]]:
    industries = INDUSTRIES.format(steel=steel, glass=glass, wine=wine)
    town = {**TOWN, "industries": industries, **changes}
    table = sum_exposure(make_ecosystem(town), "enterprises")
    return list(zip(table["exposure"].fillna(-1), table["exposure_from"], strict=True))


def test_stated_figures_are_used_where_all_that_matter_state_one() -> None:
    unknown = (-1, "unknown")
    assert expose(100, 40, 7) == [(100, "stated"), (40, "stated"), (7, "stated"), unknown, unknown]


@pytest.mark.parametrize("figures", [(100, "", 7), (100, 40, ""), (100, -40, 7), ("", "", "")])
def test_one_figure_lacking_leaves_the_listed_firms_for_all(figures: tuple[object, ...]) -> None:
    """Steel has one listed firm and glass two; wine, whatever it states, has none."""
    assert expose(*figures) == [(1, "listed"), (2, "listed"), *[(-1, "unknown")] * 3]


def test_an_industry_that_is_not_relevant_need_not_state_one() -> None:
    firms = TOWN["enterprises"] + "E4,h,Faith\n"
    assert expose(100, 40, 7, enterprises=firms)[:4] == [
        (100, "stated"),
        (40, "stated"),
        (7, "stated"),
        (-1, "unknown"),
    ]


def test_listing_part_of_the_firms_of_one_industry_makes_no_gap() -> None:
    """Ten industries of 1000 firms and 30 links each; one does not state it and lists 20."""
    names = [f"I{n}" for n in range(10)]
    stated = "".join(f"{name},{name},{1000 if name != 'I0' else ''}\n" for name in names)
    firms = "".join(f"{name}-{n},f{name}{n},{name}\n" for name in names for n in range(20))
    links = "".join(f"{name}-{n},U1,{name}\n" for name in names for n in range(30))
    table = find_gaps(
        make_ecosystem(
            {
                "universities": "id,name\nU1,a\n",
                "industries": "id,name,enterprises\n" + stated,
                "enterprises": "id,name,industry\n" + firms,
                "agreements": "id,parties,industry\n" + links,
            }
        )
    )
    assert table["exposure"].tolist() == [20] * 10
    assert table["ratio"].tolist() == [1] * 10


def test_output_is_only_stated() -> None:
    industries = "id,name,产值\nI1,Steel,5亿元\nI2,Glass,-1亿元\nI3,Wine,\n"
    table = sum_exposure(make_ecosystem({**TOWN, "industries": industries}), "output")
    assert table["exposure"].fillna(-1).tolist() == [5e8, -1, -1]
    assert table["exposure_from"].tolist() == ["stated", "unknown", "unknown"]


ACCOUNTS = """enterprise,year,rd_staff
E1,2023,4
E1,2025,90
E2,2023,9
E2,2024,
E3,2023,3
E3,2024,5
E3,2024,6
"""


@pytest.mark.parametrize(
    ("as_of", "exposure"),
    [
        ("2024-12-31", [4, 12]),  # E1 of 2023; E2 of 2023, and E3, as its 2024 is contradictory
        ("2025-01-01", [90, 12]),  # the as-of year counts
        ("2022-12-31", [-1, -1]),
    ],
)
def test_staff_is_the_latest_known_figure_up_to_the_as_of_year(
    as_of: str, exposure: list[float]
) -> None:
    ecosystem = make_ecosystem({**TOWN, "financials": ACCOUNTS}, as_of=as_of)
    table = sum_exposure(ecosystem, "rd_staff")
    named = table.set_index(ecosystem.nodes["name"].reindex(table.index))["exposure"].fillna(-1)
    assert named[["Steel", "Glass"]].tolist() == exposure


def test_accounts_are_read_by_firm_and_year() -> None:
    ecosystem = make_ecosystem({**TOWN, "financials": ACCOUNTS}, as_of="2024-12-31")
    staff = read_accounts(ecosystem, ["rd_staff"])["rd_staff"]
    assert staff.drop(("E3", 2024)).to_dict() == {
        ("E1", 2023): 4,
        ("E2", 2023): 9,
        ("E3", 2023): 3,
    }
    assert math.isnan(staff["E3", 2024])
