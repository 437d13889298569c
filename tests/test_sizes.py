"""Size classes: all lower limits must hold, or a firm drops a class."""

import pandas as pd
import pytest
from builders import list_rows, make_ecosystem

from ecograph.analysis.sizes import SECTORS_FROM, SIZE_COLUMNS, classify_sizes
from ecograph.rules import SIZES, read_sizes

WAN = 10_000

# 工信部联企业〔2011〕300号 and the statistical edition of 2017, in people and 万元, by hand
OFFICIAL = {
    "agriculture": {"revenue": (20000, 500, 50)},
    "industry": {"staff": (1000, 300, 20), "revenue": (40000, 2000, 300)},
    "construction": {"revenue": (80000, 6000, 300), "assets": (80000, 5000, 300)},
    "wholesale": {"staff": (200, 20, 5), "revenue": (40000, 5000, 1000)},
    "retail": {"staff": (300, 50, 10), "revenue": (20000, 500, 100)},
    "transport": {"staff": (1000, 300, 20), "revenue": (30000, 3000, 200)},
    "storage": {"staff": (200, 100, 20), "revenue": (30000, 1000, 100)},
    "post": {"staff": (1000, 300, 20), "revenue": (30000, 2000, 100)},
    "accommodation": {"staff": (300, 100, 10), "revenue": (10000, 2000, 100)},
    "catering": {"staff": (300, 100, 10), "revenue": (10000, 2000, 100)},
    "information": {"staff": (2000, 100, 10), "revenue": (100000, 1000, 100)},
    "software": {"staff": (300, 100, 10), "revenue": (10000, 1000, 50)},
    "real_estate": {"revenue": (200000, 1000, 100), "assets": (10000, 5000, 2000)},
    "property": {"staff": (1000, 300, 100), "revenue": (5000, 1000, 500)},
    "leasing": {"staff": (300, 100, 10), "assets": (120000, 8000, 100)},
    "other": {"staff": (300, 100, 10)},
    "outside": {},
}


def classify(firms, industry="新材料", **tables):
    """Classify firms given as mappings of their figures of 2024, and perhaps their industry."""
    columns = ("staff", "revenue", "assets")
    ids = [f"E{n:02}" for n in range(1, len(firms) + 1)]
    rows = [
        (key, 2024, *(firm.get(c, "") for c in columns))
        for key, firm in zip(ids, firms, strict=True)
    ]
    town = {
        "enterprises": list_rows(
            "id,name,industry",
            (
                (key, key, firm.get("industry", industry))
                for key, firm in zip(ids, firms, strict=True)
            ),
        ),
        "financials": list_rows(f"enterprise,year,{','.join(columns)}", rows),
        **tables,
    }
    return classify_sizes(make_ecosystem(town, as_of="2024-12-31"))


def test_the_limits_are_the_official_ones():
    held = {
        sector.id: {
            name: tuple(value if name == "staff" else value / WAN for value in limits)
            for name, limits in sector.limits.items()
        }
        for sector in read_sizes()[-1].sectors
    }
    assert held == OFFICIAL


INDUSTRY = [
    (1000, 40000, "large"),
    (999, 40000, "medium"),
    (1000, 39999, "medium"),
    (300, 2000, "medium"),
    (299, 2000, "small"),
    (300, 1999, "small"),
    (20, 300, "small"),
    (19, 300, "micro"),
    (20, 299, "micro"),
    (1001, 40001, "large"),
    (5000, 299, "micro"),  # both limits must hold: staff alone lifts nobody
    (19, 1_000_000, "micro"),
]
SOFTWARE = [
    (300, 10000, "large"),
    (299, 10000, "medium"),
    (300, 9999, "medium"),
    (100, 1000, "medium"),
    (99, 1000, "small"),
    (100, 999, "small"),
    (10, 50, "small"),
    (9, 50, "micro"),
    (10, 49, "micro"),
]


@pytest.mark.parametrize(
    ("rows", "industry", "sector"),
    [(INDUSTRY, "装备制造", "industry"), (SOFTWARE, "软件服务", "software")],
)
def test_both_limits_must_hold(rows, industry, sector):
    firms = [{"staff": staff, "revenue": revenue * WAN} for staff, revenue, _ in rows]
    table = classify(firms, industry)
    sizes = [size for *_, size in rows]
    assert table["size"].tolist() == sizes
    assert table["smallest"].tolist() == table["largest"].tolist() == sizes
    assert set(table["sector"]) == {sector}


def test_a_missing_figure_leaves_open_what_the_other_does_not_decide():
    firms = [
        ({}, "micro", "large", "staff；revenue"),
        ({"staff": 1000}, "micro", "large", "revenue"),
        ({"staff": 300}, "micro", "medium", "revenue"),
        ({"revenue": 300 * WAN}, "micro", "small", "staff"),
        ({"staff": 19}, "micro", "micro", ""),  # whatever its revenue
        ({"revenue": 299 * WAN}, "micro", "micro", ""),
    ]
    table = classify([figures for figures, *_ in firms])
    said = table[["smallest", "largest", "lacking"]].to_numpy().tolist()
    assert said == [list(wanted) for _, *wanted in firms]
    assert table["size"].tolist() == ["unknown"] * 4 + ["micro"] * 2


def test_what_decides_is_said_with_the_next_limit():
    table = classify(
        [
            {"staff": 250, "revenue": 3000 * WAN},
            {"staff": 300, "revenue": 2000 * WAN},
            {"staff": 1000, "revenue": 40000 * WAN},
        ]
    )
    assert table["decided_by"].tolist() == ["staff", "staff；revenue", "staff；revenue"]
    assert table["staff_size"].tolist() == ["small", "medium", "large"]
    assert table["staff_next"].tolist()[:2] == [300, 1000]
    assert pd.isna(table["staff_next"].iloc[2])
    assert table["revenue_next"].tolist()[:2] == [40000 * WAN, 40000 * WAN]
    assert table["assets_size"].tolist() == ["", "", ""]
    assert table["cells"].tolist() == [f"financials.csv:{row}" for row in (2, 3, 4)]
    assert table["year"].tolist() == [2024] * 3


SECTORS = [
    ("新材料", "industry", "assumed"),
    ("装备制造", "industry", "named"),
    ("软件和信息技术服务业", "software", "named"),
    ("批发业", "wholesale", "named"),
    ("批发和零售业", "unknown", "several"),
    ("现代物流", "unknown", "several"),  # transport or storage
    ("Software", "software", "named"),
    ("金融业", "outside", "outside"),
    ("", "unknown", "no_industry"),
    ("新材料；生物医药", "industry", "assumed"),
    ("新材料；装备制造", "industry", "assumed"),  # one of them is only assumed
    ("新材料；软件", "unknown", "several"),
]


def test_which_sector_and_how_it_is_known():
    figures = {"staff": 100, "revenue": 1000 * WAN}
    table = classify([{**figures, "industry": industry} for industry, *_ in SECTORS])
    assert table[["sector", "sector_from"]].to_numpy().tolist() == [
        list(known) for _, *known in SECTORS
    ]
    unknown = [sector in {"unknown", "outside"} for _, sector, _ in SECTORS]
    assert (table["size"] == "unknown").tolist() == unknown


def test_the_parent_of_an_industry_goes_before_its_name():
    industries = "id,name,parent\nI1,数字产业,软件和信息技术服务业\n"
    row = classify([{"staff": 100, "revenue": 1000 * WAN}], "I1", industries=industries).iloc[0]
    assert (row["sector"], row["size"]) == ("software", "medium")


def test_assets_count_where_the_document_asks_for_them():
    figures = {"staff": 5, "revenue": 6000 * WAN, "assets": 5000 * WAN}
    table = classify([figures, {**figures, "assets": 5000 * WAN - 1}], "建筑业")
    assert table["size"].tolist() == ["medium", "small"]
    assert table["decided_by"].tolist() == ["revenue；assets", "assets"]
    assert table["staff_size"].tolist() == ["", ""]


def test_other_currencies_and_later_years_are_not_compared():
    town = {
        "enterprises": "id,name,industry\nE1,a,新材料\n",
        "financials": "enterprise,year,staff,revenue\nE1,2024,20,3000000\nE1,2025,5000,9e9\n",
    }
    row = classify_sizes(make_ecosystem(town, as_of="2024-12-31")).iloc[0]
    assert (row["size"], row["year"]) == ("small", 2024)
    euro = make_ecosystem({**town, "ecosystem.yaml": "currency: EUR\n"}, as_of="2024-12-31")
    assert classify_sizes(euro).iloc[0][["size", "largest"]].tolist() == ["unknown", "small"]


def test_the_table_is_described():
    table = classify([{"staff": 20, "revenue": 300 * WAN}, {}])
    assert tuple(table.columns) == SIZE_COLUMNS
    method = table.attrs["meta"]["method"]
    assert method["sizes"] == {**dict.fromkeys(SIZES, 0), "small": 1, "unknown": 1}
    assert method["sectors_from"] == {**dict.fromkeys(SECTORS_FROM, 0), "assumed": 2}
    assert "300号" in method["document"]
    assert table["certainty"].tolist() == ["A", "A"]


def test_before_the_document_nothing_is_known():
    town = {
        "enterprises": "id,name,industry\nE1,a,新材料\n",
        "financials": "enterprise,year,staff,revenue\nE1,2010,20,3000000\n",
    }
    row = classify_sizes(make_ecosystem(town, as_of="2010-12-31")).iloc[0]
    assert (row["size"], row["sector"], row["certainty"]) == ("unknown", "unknown", "")


def test_without_firms_the_table_is_empty():
    table = classify_sizes(make_ecosystem({"universities": "id,name\nU1,u\n"}))
    assert table.empty
    assert tuple(table.columns) == SIZE_COLUMNS
