"""Tiers: worked by hand, at, just below and just above each threshold."""

from pathlib import Path

import pandas as pd
import pytest
from builders import make_ecosystem

from ecograph import compute_results
from ecograph.analysis import tiers
from ecograph.analysis.clauses import gather_facts, judge_programme
from ecograph.analysis.reasons import say_missing
from ecograph.analysis.tiers import TIER_COLUMNS, TIERS, assign_tiers, count_tiers
from ecograph.loader import load
from ecograph.rules import read_programmes
from ecograph.schema import read_schema

JINZHONG = Path(__file__).parent.parent / "data" / "jinzhong"
WORDS = {1: "met", 0: "unknown", -1: "not met"}


def write(folder, name, rows):
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [",".join(columns), *(",".join(str(r.get(c, "")) for c in columns) for r in rows)]
    (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def build(tmp_path):
    """Build an ecosystem of firms, certificates, accounts and agreements."""

    def build(firms=("E1",), as_of="2025-12-31", lang="en", **tables):
        rows = [firm if isinstance(firm, dict) else {"id": firm, "name": firm} for firm in firms]
        write(tmp_path, "enterprises", rows)
        write(tmp_path, "universities", [{"id": "U1", "name": "U1"}])
        for name, records in tables.items():
            write(tmp_path, name, [{"enterprise": "E1", **record} for record in records])
        return load(tmp_path, settings={"as_of": as_of, "lang": lang})

    return build


def judge(ecosystem, programme):
    """Judge the clauses of the first firm: clause id -> met, not met or unknown."""
    judged = judge_programme(read_programmes(ecosystem.as_of)[programme], gather_facts(ecosystem))
    return {part.clause.id: WORDS[int(part.states[0])] for part in judged}


def years(*records, last=2025):
    return [{"year": last - n, **record} for n, record in enumerate(records)]


# high_tech, 2016


def test_rd_ratio_of_high_tech_is_a_ratio_of_sums(build):
    # (1 + 1 + 10) / (100 + 100 + 100) = 4 %, in the middle class of the latest year
    spends = [1_000_000, 1_000_000, 10_000_000]
    rows = [{"revenue": 100_000_000, "rd_spend": spend} for spend in spends]
    assert judge(build(financials=years(*rows)), "high_tech")["rd_ratio"] == "met"


@pytest.mark.parametrize(
    ("founded", "state"),
    [
        ("2024-12-30", "met"),
        ("2024-12-31", "met"),
        ("2025-01-01", "not met"),
        ("2024", "met"),
        ("2025", "not met"),
        ("", "unknown"),
    ],
)
def test_registered_for_a_year(build, founded, state):
    ecosystem = build([{"id": "E1", "name": "E1", "founded": founded}])
    assert judge(ecosystem, "high_tech")["registered"] == state


def test_a_vague_founding_date_may_leave_the_age_unknown(build):
    firm = {"id": "E1", "name": "E1", "founded": "2024"}
    assert judge(build([firm], as_of="2025-06-30"), "high_tech")["registered"] == "unknown"


# tech_sme, 2017


def test_high_tech_is_a_direct_route(build):
    ecosystem = build(
        certificates=[{"certificate": "高企"}],
        financials=years({"staff": 100, "rd_staff": 0}),
    )
    judged = judge(ecosystem, "tech_sme")
    assert (judged["personnel"], judged["score"]) == ("met", "met")


# specialised_sme and little_giant, on both sides of 2026-04-01


@pytest.mark.parametrize(
    ("as_of", "revenue", "state"),
    [
        ("2026-03-31", 10_000_000, "met"),
        ("2026-03-31", 9_999_999, "unknown"),  # new equity may stand in
        ("2026-04-01", 14_999_999, "unknown"),
        ("2026-04-01", 15_000_000, "met"),
    ],
)
def test_revenue_of_specialised(build, as_of, revenue, state):
    ecosystem = build(as_of=as_of, financials=years({"revenue": revenue}))
    assert judge(ecosystem, "specialised_sme")["revenue"] == state


def test_mean_rd_of_ten_million_is_a_direct_route(build):
    rows = years({"rd_spend": 8_000_000}, {"rd_spend": 12_000_000})
    assert judge(build(financials=rows), "specialised_sme")["score"] == "met"
    rows = years({"rd_spend": 8_000_000}, {"rd_spend": 11_999_999})
    assert judge(build(financials=rows), "specialised_sme")["score"] == "unknown"


def test_little_giant_of_2026_is_a_specialised_sme(build):
    unknown = build(as_of="2026-04-01")
    assert judge(unknown, "little_giant")["specialised"] == "unknown"  # nobody is listed
    held = build(as_of="2026-04-01", certificates=[{"certificate": "专精特新"}])
    assert judge(held, "little_giant")["specialised"] == "met"
    ended = [{"certificate": "专精特新", "valid_to": "2026-03-31"}]
    assert judge(build(as_of="2026-04-01", certificates=ended), "little_giant")["specialised"] == (
        "not met"
    )


# Certificates and tiers


@pytest.mark.parametrize(
    ("valid", "tier"),
    [
        ({"valid_to": "2025-12-31"}, "shrub"),  # the last day is in force
        ({"valid_to": "2025-12-30"}, "none"),
        ({"valid_from": "2025-12-31"}, "shrub"),
        ({"valid_from": "2026-01-01"}, "none"),
        ({}, "shrub"),
    ],
)
def test_a_certificate_counts_from_its_first_to_its_last_day(build, valid, tier):
    row = assign_tiers(build(certificates=[{"certificate": "高企", **valid}])).loc["E1"]
    assert row["tier"] == tier


def test_the_reason_names_certificate_and_expiry(build):
    certificates = [{"certificate": "小巨人", "valid_to": "2026-10-31"}]
    row = assign_tiers(build(certificates=certificates, lang="zh")).loc["E1"]
    assert row["reason"] == "持有 小巨人（有效期至 2026-10-31）"
    assert (row["tier"], row["expires"], row["certificates"]) == (
        "tree",
        "2026-10-31",
        "little_giant",
    )
    assert (row["next_tier"], row["missing"], row["unknown"]) == ("", "", 0)


def test_the_reason_without_expiry(build):
    row = assign_tiers(build(certificates=[{"certificate": "little giant"}])).loc["E1"]
    assert row["reason"] == "holds little giant (no expiry stated)"


def test_an_expired_certificate_is_named(build):
    certificates = [{"certificate": "高企", "valid_to": "2025-06-30"}]
    row = assign_tiers(build(certificates=certificates)).loc["E1"]
    assert row["reason"].endswith("expired: high-tech enterprise 2025-06-30")


def test_a_renewed_certificate_expires_with_its_renewal(build):
    certificates = [
        {"certificate": "高企", "valid_to": "2025-06-30"},
        {"certificate": "高企", "valid_from": "2025-07-01", "valid_to": "2028-06-30"},
    ]
    row = assign_tiers(build(certificates=certificates)).loc["E1"]
    assert row["expires"] == "2028-06-30"
    assert "expired" not in row["reason"]


def test_the_first_expiry_of_those_that_give_the_tier(build):
    certificates = [
        {"certificate": "高企", "valid_to": "2027-01-01"},
        {"certificate": "专精特新", "valid_to": "2026-06-30"},
        {"certificate": "科小", "valid_to": "2026-01-01"},
    ]
    row = assign_tiers(build(certificates=certificates)).loc["E1"]
    assert (row["tier"], row["expires"]) == ("shrub", "2026-06-30")
    assert row["certificates"] == "high_tech；specialised_sme；tech_sme"


def test_a_certificate_outside_the_vocabulary_gives_no_tier(build):
    row = assign_tiers(build(certificates=[{"certificate": "老字号"}])).loc["E1"]
    assert (row["tier"], row["certificates"]) == ("none", "老字号")
    assert "also holds 老字号, which gives no tier" in row["reason"]


@pytest.mark.parametrize(
    ("text", "tier", "keys"),
    [
        ("小巨人；高企", "tree", "high_tech；little_giant"),
        ("国家高新技术企业", "shrub", "high_tech"),
        ('"专精特新""小巨人""企业"', "tree", "little_giant"),  # straight quotes, as CSV has them
        ("高新技术企业（2021年）", "shrub", "high_tech"),
        ("国家级专精特新小巨人", "tree", "little_giant"),
        ("省级专精特新中小企业", "shrub", "specialised_sme"),
        ("科技型中小企业（2024）", "seedling", "tech_sme"),
        ("高企（有效期至2025-12-31）", "shrub", "high_tech"),
        ("高企（有效期至2025-12-30）", "none", ""),
        ("省级专精特新小巨人", "none", "省级专精特新小巨人"),
    ],
)
def test_certificates_as_they_are_written(build, text, tier, keys):
    row = assign_tiers(build(certificates=[{"certificate": text}])).loc["E1"]
    assert (row["tier"], row["certificates"]) == (tier, keys)


def test_unknown_certificates_are_counted_by_firm(build):
    texts = {"E1": "老字号；高企", "E2": "老字号", "E3": "灯塔工厂", "E4": "科小"}
    rows = [{"enterprise": firm, "certificate": text} for firm, text in texts.items()]
    table = assign_tiers(build([*texts], certificates=[*rows, rows[0]]))
    unknown = table.attrs["meta"]["method"]["unknown_certificates"]
    assert unknown == {"灯塔工厂": 1, "老字号": 2}
    assert "also holds 老字号, which gives no tier" in table.loc["E1", "reason"]


@pytest.mark.parametrize(
    ("valid", "tier"),
    [
        ({"valid_to": "2099-12-31"}, "none"),
        ({"valid_from": "2000-01-01"}, "none"),
        ({}, "shrub"),  # without any date it counts
    ],
)
def test_without_an_as_of_day_no_dated_certificate_gives_a_tier(build, valid, tier):
    ecosystem = build(as_of=None, certificates=[{"certificate": "高企", **valid}])
    assert ecosystem.as_of is None
    row = assign_tiers(ecosystem).loc["E1"]
    assert row["tier"] == tier
    assert row["at_risk"] == ""
    said = "whether in force is unknown: high-tech enterprise (no as-of day; state as_of in"
    assert (said in row["reason"]) == bool(valid)
    assert row["reason"].endswith("or give --as-of)") == bool(valid)


@pytest.mark.parametrize(
    ("valid", "as_of", "state"),
    [
        ({"valid_from": "2030-01-01"}, "2026-04-01", "not met"),  # only in future
        ({"valid_to": "2020-01-01"}, "2026-04-01", "not met"),
        ({"valid_to": "2030-01-01"}, "2026-04-01", "met"),
        ({}, "2026-04-01", "met"),
    ],
)
def test_who_holds_a_certificate_that_the_data_name_is_known(build, valid, as_of, state):
    ecosystem = build(as_of=as_of, certificates=[{"certificate": "专精特新", **valid}])
    assert judge(ecosystem, "little_giant")["specialised"] == state


def test_a_held_certificate_outranks_what_is_computed(build):
    figures = {"revenue": 300_000_000, "rd_spend": 6_300_000, "staff": 100, "rd_staff": 20}
    ecosystem = build(
        certificates=[{"certificate": "高企", "valid_to": "2026-11-30"}],
        financials=years(figures, figures, figures),
    )
    row = assign_tiers(ecosystem).loc["E1"]
    assert row["tier"] == "shrub"
    assert row["at_risk"] == (
        "holds high-tech enterprise (valid to 2026-11-30): "
        "R&D spend over revenue, three years 2.1%, needs ≥3%"
    )


def test_what_a_direct_route_may_excuse_is_no_risk(build):
    figures = {"staff": 100, "rd_staff": 0}
    ecosystem = build(certificates=[{"certificate": "科小"}], financials=years(figures))
    assert judge(ecosystem, "tech_sme")["personnel"] == "not met"
    assert assign_tiers(ecosystem).loc["E1", "at_risk"] == ""


def test_missing_financials_are_unknown_and_named(build):
    row = assign_tiers(build(certificates=[{"certificate": "科小"}])).loc["E1"]
    assert (row["tier"], row["next_tier"], row["next_programme"]) == (
        "seedling",
        "shrub",
        "specialised_sme",
    )
    assert (row["met"], row["not_met"], row["unknown"]) == (0, 0, 5)
    assert row["missing"].startswith("unknown: ")
    assert "R&D spend over revenue ≥3% (needs rd_spend, revenue)" in row["missing"]


def test_missing_says_by_how_much(build):
    figures = {"revenue": 50_000_000, "rd_spend": 1_050_000}
    ecosystem = build(certificates=[{"certificate": "科小"}], financials=years(figures), lang="zh")
    row = assign_tiers(ecosystem).loc["E1"]
    # both have one clause or fewer not met; high_tech has more unknown and its ratio lacks years
    assert row["next_programme"] == "high_tech"
    assert (row["met"], row["not_met"], row["unknown"]) == (0, 0, 9)
    figures = {**figures, "staff": 100, "rd_staff": 9}
    row = assign_tiers(
        build(certificates=[{"certificate": "科小"}], financials=years(figures), lang="zh")
    ).loc["E1"]
    assert row["next_programme"] == "specialised_sme"
    assert row["missing"].startswith("研发费用占比 2.1%，需 ≥3%；未知：")
    assert (row["met"], row["not_met"], row["unknown"]) == (2, 1, 2)


def test_an_unsure_edition_says_so(build):
    certificates = [{"certificate": "高企"}]
    table = assign_tiers(build(as_of="2026-04-01", certificates=certificates))
    row = table.loc["E1"]
    assert row["next_programme"] == "little_giant"
    assert table.attrs["meta"]["method"]["documents"]["little_giant 2026"]["certainty"] == "B"
    assert row["certainty"] == "B"
    assert "(certainty B)" in row["missing"]
    row = assign_tiers(build(as_of="2026-03-31", certificates=certificates)).loc["E1"]
    assert row["next_programme"] == "little_giant"  # by the document of 2022
    assert row["certainty"] == "A"
    assert "certainty" not in row["missing"]


def test_ways_to_meet_a_clause_are_told_apart(build):
    firm = {"id": "E1", "name": "E1", "founded": "2017"}
    ecosystem = build([firm])
    champion = read_programmes(ecosystem.as_of)["champion"]
    (missing,) = say_missing(judge_programme(champion, gather_facts(ecosystem)), "en")
    assert (
        "years in the field (at most the firm's age) 8.99 years, needs ≥10 years or the product"
        " is a new one"
    ) not in missing  # more than five years do not yet mean five years in the field
    assert (
        "needs ≥10 years or (years in the field of a new product (at most the firm's age) ≥5 years"
        " and the product is a new one)"
    ) in missing
    assert "founding date" not in missing


def test_figures_after_the_as_of_year_are_not_used(build):
    rows = [{"year": 2025, "staff": 500}, {"year": 2026, "staff": 501}]
    assert judge(build(financials=rows), "tech_sme")["staff"] == "met"


def test_contradicting_figures_are_unknown(build):
    rows = [{"year": 2025, "staff": 400}, {"year": 2025, "staff": 600}]
    assert judge(build(financials=rows), "tech_sme")["staff"] == "unknown"


@pytest.mark.parametrize(
    ("founded", "class2", "tier"),
    [
        ("2020-12-31", 1, "seedling"),  # five years old on the day
        ("2020-12-30", 1, "none"),
        ("2020-12-31", 0, "none"),
        ("", 1, "none"),
    ],
)
def test_young_firms_with_ip_are_seedlings(build, founded, class2, tier):
    ecosystem = build(
        [{"id": "E1", "name": "E1", "founded": founded}],
        financials=years({"ip_class1": 0, "ip_class2": class2}),
    )
    assert assign_tiers(ecosystem).loc["E1", "tier"] == tier


@pytest.mark.parametrize(("status", "tier"), [("signed", "seedling"), ("intent", "none")])
def test_young_firms_with_an_agreement_that_counts_are_seedlings(build, tmp_path, status, tier):
    write(tmp_path, "agreements", [{"id": "A1", "status": status, "date": "2025-01-01"}])
    write(
        tmp_path,
        "parties",
        [{"agreement": "A1", "organisation": key} for key in ("E1", "U1")],
    )
    ecosystem = build([{"id": "E1", "name": "E1", "founded": "2023"}])
    assert assign_tiers(ecosystem).loc["E1", "tier"] == tier


def test_the_table_is_ordered_and_described(build):
    firms = [{"id": f"E{n}", "name": f"F{n}", "industry": "新材料；碳材料"} for n in (3, 1, 2, 4)]
    certificates = [
        {"enterprise": "E4", "certificate": "单项冠军"},
        {"enterprise": "E3", "certificate": "高企"},
        {"enterprise": "E2", "certificate": "科小"},
    ]
    table = assign_tiers(build(firms, certificates=certificates))
    assert table.index.tolist() == ["E4", "E3", "E2", "E1"]
    assert table.index.name == "enterprise"
    assert tuple(table.columns) == TIER_COLUMNS
    assert table["tier"].tolist() == list(TIERS)
    assert table.loc["E4", "industry"] == "新材料；碳材料"
    meta = table.attrs["meta"]
    assert meta["method"]["mapping"] == "ecograph default"
    assert meta["method"]["documents"]["high_tech 2016"]["certainty"] == "A"
    pyramid = count_tiers(table)
    assert pyramid.loc["新材料"].tolist() == [1, 1, 1, 1, 4]
    assert pyramid.attrs["meta"]["result"] == "tier_counts"


def test_the_order_of_rows_does_not_matter(build):
    figures = {"revenue": 50_000_000, "rd_spend": 1_050_000}
    certificates = [{"certificate": "高企", "valid_to": "2027-01-01"}, {"certificate": "科小"}]
    one = assign_tiers(build(["E1", "E2"], certificates=certificates, financials=years(figures)))
    two = assign_tiers(
        build(["E2", "E1"], certificates=certificates[::-1], financials=years(figures))
    )
    assert one.to_csv() == two.to_csv()


def build_many(build, **settings):
    """Build 60 firms, most of whom share certificates and accounts with others."""
    firms = [{"id": f"E{n:02}", "name": f"F{n}", "industry": "甲；乙"[: n % 4]} for n in range(60)]
    certificates = [
        {"enterprise": firm["id"], "certificate": ("高企", "科小；老字号", "专精特新")[n % 3]}
        for n, firm in enumerate(firms[:30])
    ]
    financials = [
        {
            "enterprise": firm["id"],
            "year": 2025,
            "staff": 100,
            "rd_staff": n % 3,
            "revenue": 10_000_000 * (1 + n % 4),
            "rd_spend": 300_000 + (n if n % 5 == 0 else 0),
        }
        for n, firm in enumerate(firms[10:])
    ]
    return build(firms, certificates=certificates, financials=financials, **settings)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_how_many_firms_are_judged_at_once_does_not_matter(build, monkeypatch, lang):
    ecosystem = build_many(build, lang=lang)
    together = assign_tiers(ecosystem)
    assert together["at_risk"].nunique() > 3
    monkeypatch.setattr(tiers, "_BLOCK", 7)  # the last of the nine is not full
    pd.testing.assert_frame_equal(assign_tiers(ecosystem), together)


def test_a_sentence_that_firms_share_is_made_once(build):
    table = assign_tiers(build_many(build))
    for column in ("reason", "missing", "at_risk", "industry"):
        texts = table[column].to_numpy(dtype=object)
        assert len({id(text) for text in texts}) == len(set(texts)) < len(texts) / 2


def test_without_firms_the_table_is_empty(build, tmp_path):
    ecosystem = build()
    (tmp_path / "enterprises.csv").unlink()
    table = assign_tiers(load(tmp_path, settings=ecosystem.settings))
    assert table.empty
    assert tuple(table.columns) == TIER_COLUMNS
    assert count_tiers(table).empty


def test_text_columns_stay_text_without_firms(build, tmp_path):
    ecosystem = build()
    (tmp_path / "enterprises.csv").unlink()
    table = assign_tiers(load(tmp_path, settings=ecosystem.settings))
    counts = {"met", "not_met", "unknown"}
    kinds = {column: table[column].dtype.kind for column in TIER_COLUMNS if column not in counts}
    assert set(kinds.values()) == {"O"}


TOWN = {
    "universities": "id,name\nU1,a\n",
    "enterprises": "id,name,industry\nE1,e,Steel\n",
    "agreements": "id,date,parties\nA1,2024-01-01,U1;E1\n",
}
"""Files of the smallest ecosystem with an agreement."""
EMPTY = {name: ",".join(t.columns) + "\n" for name, t in read_schema().tables.items()}
"""Files as a template workbook has them: a header and no row."""


@pytest.mark.parametrize("name", EMPTY)
def test_a_table_with_a_header_and_no_rows_is_no_obstacle(name):
    table = assign_tiers(make_ecosystem({**TOWN, name: EMPTY[name]}))
    assert len(table) == (name != "enterprises")


def test_a_template_of_which_three_tables_are_filled_gives_every_result():
    results = compute_results(make_ecosystem({**EMPTY, **TOWN}))
    assert len(results["tiers"]) == 1


def test_another_currency_is_not_compared_with_yuan(build, tmp_path):
    (tmp_path / "ecosystem.yaml").write_text("currency: EUR\n", encoding="utf-8")
    ecosystem = build(financials=years({"revenue": "1", "staff": 500}))
    judged = judge(ecosystem, "tech_sme")
    assert (judged["staff"], judged["revenue"]) == ("met", "unknown")
    assert not assign_tiers(ecosystem).attrs["meta"]["method"]["amounts_compared"]


def test_jinzhong():
    table = assign_tiers(load(JINZHONG))
    trees = table[table["tier"] == "tree"]
    assert trees["name"].tolist() == ["山西银圣科技有限公司"]
    assert trees["reason"].tolist() == ["持有 小巨人（未注明有效期）"]
    assert table.loc["E12", "tier"] == "seedling"
    assert count_tiers(table)["tree"].sum() == 1
