from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import stats

from ecograph.errors import SettingsError
from ecograph.synthetic import PROFILES, generate_city

if TYPE_CHECKING:
    from ecograph.tables import TableSet

SCHEMA = yaml.safe_load(files("ecograph").joinpath("schema.yaml").read_text("utf-8"))
PROFILE = yaml.safe_load(files("ecograph").joinpath("profiles/jinzhong.yaml").read_text("utf-8"))
AS_OF = "2024-12-31"
COUNTED = {"已签", "在建", "已结束"}
SCIENCE = set(PROFILE["agreements"]["kinds"]["science"]["modes"])
HASH = """
import hashlib
from ecograph.synthetic import generate_city
tables = generate_city(seed=1).tables
text = "".join(name + table.to_csv(index=False) for name, table in tables.items())
print(hashlib.sha256(text.encode()).hexdigest())
"""


@cache
def city(seed: int = 1) -> TableSet:
    return generate_city("jinzhong", seed=seed)


def table(name: str, seed: int = 1) -> pd.DataFrame:
    return city(seed).tables[name]


def counted(seed: int = 1) -> pd.DataFrame:
    agreements = table("agreements", seed)
    return agreements[agreements["status"].isin(COUNTED)]


def in_force() -> dict[str, set[str]]:
    held = table("certificates")
    held = held[(held["valid_from"] <= AS_OF) & (held["valid_to"] >= AS_OF)]
    return {name: set(group["enterprise"]) for name, group in held.groupby("certificate")}


def in_yuan(text: str) -> float:
    return round(float(text.removesuffix("万元")) * 10_000)


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("universities", 21),
        ("disciplines", 79),
        ("industries", 8),
        ("regions", 11),
        ("enterprises", 900),
        ("platforms", 116),
        ("teams", 124),
        ("achievements", 150),
        ("demands", 80),
        ("events", 24),
        ("agreements", 392),
        ("indicators", 9),
        ("sources", 1),
    ],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_tables_have_the_published_sizes(name: str, rows: int, seed: int) -> None:
    assert len(table(name, seed)) == rows


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_352_agreements_count_of_which_258_in_science(seed: int) -> None:
    agreements = counted(seed)
    science = agreements[agreements["mode"].isin(SCIENCE)]
    assert (len(agreements), len(science)) == (352, 258)
    assert set(agreements["date"].str[:4]) == {"2022", "2023", "2024"}
    assert (science["industry"] != "").all()
    assert (agreements.drop(science.index)["industry"] == "").all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_known_amounts_sum_to_the_published_total(seed: int) -> None:
    known = counted(seed)["amount"].loc[lambda texts: texts != ""]
    assert known.str.fullmatch(r"\d+(\.\d{1,2})?万元").all()
    assert sum(map(in_yuan, known)) == 128_000_000
    assert 0.05 < 1 - len(known) / 258 < 0.25
    assert city(seed).totals == {"agreements": 352, "science": 258, "amount": 128_000_000}


def test_certificates_in_force_equal_the_published_counts() -> None:
    held = in_force()
    assert {name: len(firms) for name, firms in held.items()} == {
        "高新技术企业": 396,
        "专精特新中小企业": 318,
        "专精特新“小巨人”企业": 10,
        "重点“小巨人”": 5,
        "制造业单项冠军": 2,
        "科技型中小企业": 412,
    }
    assert held["重点“小巨人”"] < held["专精特新“小巨人”企业"] < held["专精特新中小企业"]
    assert 100 < len(held["高新技术企业"] & held["专精特新中小企业"]) < 318


def test_some_certificates_have_lapsed() -> None:
    lapsed = table("certificates")["valid_to"] < AS_OF
    assert lapsed.sum() == sum(rule["lapsed"] for rule in PROFILE["certificates"].values())


def test_same_seed_gives_same_tables() -> None:
    again = generate_city("jinzhong", seed=1)
    assert list(again.tables) == list(city().tables)
    for name, rows in again.tables.items():
        pd.testing.assert_frame_equal(rows, table(name))


def test_other_seed_gives_other_tables() -> None:
    assert not table("parties", 2).equals(table("parties", 1))


def test_hash_seed_does_not_matter() -> None:
    runs = [
        subprocess.run(
            [sys.executable, "-c", HASH],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout.strip()
        for seed in ("0", "1")
    ]
    text = "".join(name + rows.to_csv(index=False) for name, rows in city().tables.items())
    assert runs == [hashlib.sha256(text.encode()).hexdigest().encode()] * 2


def test_every_row_is_labelled_synthetic() -> None:
    for rows in city().tables.values():
        assert (rows["synthetic"] == "synthetic").all()
    assert city().facts["synthetic"] is True
    assert "合成" in str(city().facts["name"])
    assert "--seed 1" in table("sources")["title"].iloc[0]


def test_names_cannot_be_taken_for_real_ones() -> None:
    named = ["universities", "institutions", "platforms", "enterprises", "teams", "agreements"]
    for name in named:
        assert table(name)["name"].str.startswith("示例").all()
        assert table(name)["name"].is_unique


def test_tables_and_columns_are_those_of_the_schema() -> None:
    for name, rows in city().tables.items():
        assert set(rows.columns) <= set(SCHEMA["tables"][name]["columns"]) | {"synthetic"}
        required = [
            c for c, rule in SCHEMA["tables"][name]["columns"].items() if "required" in rule
        ]
        assert (rows[required] != "").all(axis=None)
        assert rows.map(lambda cell: isinstance(cell, str)).all(axis=None)


def test_ids_are_unique_over_the_folder() -> None:
    ids = pd.concat([rows["id"] for rows in city().tables.values() if "id" in rows])
    assert ids.is_unique


def test_every_reference_resolves() -> None:
    kinds = {kind: table(rule["table"])["id"] for kind, rule in SCHEMA["node_kinds"].items()}
    for name, rows in city().tables.items():
        for column, rule in SCHEMA["tables"][name]["columns"].items():
            if column in rows and rule["type"] in {"ref", "refs"}:
                known = set().union(*(kinds[kind] for kind in rule["kinds"]))
                cells = rows[column].str.split(";").explode()
                assert set(cells) - {""} <= known, (name, column)


def test_choices_are_words_of_the_vocabularies() -> None:
    for name, rows in city().tables.items():
        for column, rule in SCHEMA["tables"][name]["columns"].items():
            if column in rows and rule["type"] == "choice":
                words = SCHEMA["vocabularies"][rule["vocabulary"]].values()
                known = {text for word in words if isinstance(word, dict) for text in word["zh"]}
                assert set(rows[column]) - {""} <= known, (name, column)


def test_universities_offer_5_to_12_disciplines_and_each_is_offered() -> None:
    offers = table("offers")
    assert offers.groupby("university").size().between(5, 12).all()
    assert set(offers["discipline"]) == set(table("disciplines")["id"])
    assert not offers.duplicated(["university", "discipline"]).any()


def links(seed: int) -> pd.DataFrame:
    """List counted agreements that have an enterprise and a university, with party counts."""
    parties = table("parties", seed)
    parties = parties[parties["agreement"].isin(counted(seed)["id"])]
    kinds = parties["organisation"].str[0]
    return pd.crosstab(parties["agreement"], kinds).query("E > 0 and U > 0")


def observe(seed: int) -> pd.DataFrame:
    """Count firms and linked agreements per industry, the latter by their firms' industry."""
    firms = table("enterprises", seed).set_index("id")["industry"]
    parties = table("parties", seed)
    parties = parties[parties["agreement"].isin(links(seed).index)]
    pairs = parties.assign(industry=parties["organisation"].map(firms)).dropna()
    observed = pairs.drop_duplicates(["agreement", "industry"])["industry"].value_counts()
    names = table("industries", seed).set_index("id")["name"]
    counts = pd.DataFrame({"firms": firms.value_counts(), "observed": observed}).fillna(0)
    return counts.rename(index=names)


def find_low(seed: int) -> list[str]:
    counts = observe(seed)
    expected = counts["observed"].sum() * counts["firms"] / counts["firms"].sum()
    p = stats.poisson.cdf(counts["observed"], expected)
    return counts.index[stats.false_discovery_control(p) < 0.05].tolist()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_only_the_planted_industry_is_under_linked(seed: int) -> None:
    assert observe(seed)["observed"].sum() == 258
    assert find_low(seed) == ["生物医药"]


def test_counts_of_the_other_industries_fluctuate_as_a_sample() -> None:
    others = observe(1).drop(index="生物医药")
    expected = others["observed"].sum() * others["firms"] / others["firms"].sum()
    assert stats.chisquare(others["observed"], expected).pvalue > 0.01
    assert not np.allclose(others["observed"], expected, atol=1)


def test_science_links_one_to_three_firms_of_one_industry_and_one_or_two_universities() -> None:
    sides = links(1)
    assert len(sides) == 258
    assert sides["E"].between(1, 3).all()
    assert sides["U"].between(1, 2).all()
    assert 0 < (sides["P"] > 0).mean() < 0.12
    assert (sides.sum(axis=1) >= 4).any()
    firms = table("enterprises").set_index("id")["industry"]
    parties = table("parties")
    pairs = parties.assign(industry=parties["organisation"].map(firms)).dropna()
    assert len(pairs.drop_duplicates(["agreement", "industry"])) == 298  # 258 and 40 not yet signed


def test_agreements_are_about_disciplines_that_a_university_among_them_offers() -> None:
    offered = table("offers").groupby("university")["discipline"].agg(set)
    parties = table("parties").groupby("agreement")["organisation"].agg(list)
    science = table("agreements").query("disciplines != ''").set_index("id")["disciplines"]
    for id_, cell in science.items():
        taught = set().union(*(offered[p] for p in parties[id_] if p in offered))
        assert set(cell.split(";")) <= taught


def test_activity_within_industries_is_heavy_tailed() -> None:
    parties = table("parties")
    active = parties[parties["organisation"].str.startswith("E")]["organisation"].value_counts()
    assert active.max() >= 5 * active.median()


def test_status_follows_from_the_end() -> None:
    agreements = counted()
    assert ((agreements["ends"] <= AS_OF) == (agreements["status"] == "已结束")).all()


def test_accounts_mostly_fit_the_certificates() -> None:
    accounts = table("financials").drop(columns="synthetic").set_index("enterprise").astype(float)
    assert accounts.groupby("year").size().index.tolist() == [2022, 2023, 2024]
    assert 0.85 < len(accounts) / 2700 < 0.95
    sums = accounts.loc[lambda rows: rows.index.isin(in_force()["高新技术企业"])]
    assert (sums["rd_staff"] >= 0.1 * sums["staff"]).all()
    ratio = sums.groupby("enterprise")[["rd_spend", "revenue"]].sum()
    highest = sums.groupby("enterprise")["revenue"].min()
    least = np.select([highest <= 5e7, highest <= 2e8], [0.05, 0.04], default=0.03)
    short = (ratio["rd_spend"] / ratio["revenue"] < least).mean()
    assert 0 < short < 0.1


def test_firms_are_older_than_their_certificates() -> None:
    founded = table("enterprises").set_index("id")["founded"].astype(int)
    held = table("certificates")
    since = held["valid_from"].str[:4].astype(int)
    assert (since > held["enterprise"].map(founded)).all()


def test_indicators_equal_what_the_tables_count() -> None:
    texts = {f"certificate:{key}": rule["text"] for key, rule in PROFILE["certificates"].items()}
    held = in_force()
    totals = {"university": 21, "agreement": len(counted()), "platform": len(table("platforms"))}
    totals |= {key: len(held[text]) for key, text in texts.items()}
    stated = table("indicators").query("counts != ''")
    assert len(stated) == 8
    for counts, value in zip(stated["counts"], stated["value"], strict=True):
        assert totals[counts] == float(value)


def test_the_funnel_of_events_narrows() -> None:
    names = ["firms", "achievements", "matched", "intents", "agreements"]
    events = table("events")[names].astype(int)
    assert (events["matched"] <= events["achievements"]).all()
    assert (events["intents"] <= events["firms"]).all()
    assert (events["agreements"] <= events["intents"]).all()


def test_dates_are_iso_days() -> None:
    day = re.compile(r"\d{4}-\d{2}-\d{2}")
    for name in ["agreements", "achievements", "demands", "events"]:
        assert table(name)["date"].map(day.fullmatch).notna().all()


def test_an_unknown_profile_names_the_known_ones() -> None:
    assert PROFILES == ("jinzhong",)
    with pytest.raises(SettingsError, match="no profile is called 'atlantis'; there is: jinzhong"):
        generate_city("atlantis")
