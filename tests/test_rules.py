"""The rule files: what they say, and what is refused."""

import datetime as dt
import doctest
import importlib
import sys
from importlib import resources
from pathlib import Path

import pytest
from builders import make_ecosystem

from ecograph.analysis.clauses import (
    MET,
    NOT_MET,
    gather_facts,
    judge_programme,
    read_certificates,
)
from ecograph.analysis.reasons import say_missing
from ecograph.analysis.tiers import assign_tiers
from ecograph.errors import SettingsError
from ecograph.loader import load
from ecograph.rules import (
    CERTAINTIES,
    Clause,
    Limit,
    Quantity,
    columns_of,
    read_editions,
    read_programmes,
    read_rules,
    read_sizes,
    read_tiers,
)
from ecograph.settings import settings_from

ROOT = Path(__file__).parent.parent

FILE = """
id: high_tech
en: High-tech
zh: 高企
editions:
  - edition: x
    document: 文号
    in_force_from: 2020-01-01
    in_force_to:
    in_force_certainty: D
    certainty: B
    source: a copy
    clauses:
      - id: rd
        en: R&D
        zh: 研发
        quantity: {ratio: [rd_spend, revenue]}
        comparison: at_least
        threshold: 0.03
        unit: share
        certainty: A
"""

COLUMN = Quantity("column", column="rd_spend")


def walk(clause: Clause) -> list[Clause]:
    return [clause, *(c for part in (*clause.any_of, *clause.all_of) for c in walk(part))]


def read_changed(folder: Path, old: str, new: str) -> None:
    assert old in FILE
    (folder / "local.yaml").write_text(FILE.replace(old, new, 1), encoding="utf-8")
    read_editions(folder=folder)


def test_every_edition_has_document_source_and_certainty():
    for edition in read_editions():
        assert edition.document
        assert edition.source
        grades = [edition.certainty, edition.in_force_certainty]
        for clause in (*edition.clauses, *(direct.clause for direct in edition.direct)):
            grades += [part.certainty for part in walk(clause)]
        assert set(grades) <= set(CERTAINTIES)


def test_every_clause_speaks_both_languages():
    for edition in read_editions():
        for clause in edition.clauses:
            for part in walk(clause):
                assert part.text("en")
                assert part.text("zh")


def test_the_programmes_of_this_version_are_there():
    assert {e.id for e in read_editions()} == {
        "tech_sme",
        "innovative_sme",
        "high_tech",
        "specialised_sme",
        "little_giant",
        "key_little_giant",
        "champion",
        "gazelle",
        "unicorn",
    }


def test_local_templates_have_no_clauses():
    programmes = read_programmes()
    assert [p.id for p in programmes.values() if p.local] == ["gazelle", "unicorn"]
    assert not programmes["gazelle"].clauses


@pytest.mark.parametrize(
    ("day", "editions"),
    [
        (dt.date(2026, 3, 31), {"2022"}),
        (dt.date(2026, 4, 1), {"2026"}),
    ],
)
def test_editions_change_on_the_first_of_april_2026(day, editions):
    programmes = read_programmes(day)
    names = ("specialised_sme", "little_giant", "innovative_sme")
    assert {programmes[name].edition for name in names} == editions


def test_the_editions_of_2026_are_not_sure():
    programmes = read_programmes(dt.date(2026, 4, 1))
    assert programmes["specialised_sme"].certainty == "C"
    assert programmes["little_giant"].certainty == "B"


def test_a_programme_before_its_first_document_is_left_out():
    assert "tech_sme" not in read_programmes(dt.date(2017, 5, 2))
    assert "tech_sme" in read_programmes(dt.date(2017, 5, 3))


def test_the_bands_of_high_tech():
    clauses = {clause.id: clause for clause in read_programmes()["high_tech"].clauses}
    limit = clauses["rd_ratio"].test.limit
    assert [(s.comparison, s.limit, s.value) for s in limit.steps] == [
        ("at_most", 50_000_000, 0.05),
        ("at_most", 200_000_000, 0.04),
    ]
    assert limit.threshold == 0.03
    assert not clauses["core_ip"].computable
    assert clauses["rd_ratio"].computable


def test_the_mapping_is_labelled_as_ours():
    tiers = read_tiers()
    assert tiers.mapping == "ecograph default"
    given = {key: tier.id for tier in tiers.tiers for key in tier.certificates}
    assert given == {
        **dict.fromkeys(
            ["little_giant", "key_little_giant", "champion", "unicorn", "chain_leader"], "tree"
        ),
        **dict.fromkeys(["high_tech", "specialised_sme", "gazelle"], "shrub"),
        **dict.fromkeys(["tech_sme", "innovative_sme", "incubating"], "seedling"),
    }
    assert {tier.id: tier.next for tier in tiers.tiers} == {
        "tree": "",
        "shrub": "tree",
        "seedling": "shrub",
        "none": "seedling",
    }


def test_columns_of_a_ratio_of_sums():
    quantity = Quantity("ratio", (Quantity("sum_years", (COLUMN,), years=3), COLUMN))
    assert columns_of(quantity) == {"rd_spend": 3}


def test_a_programme_of_an_own_folder_takes_the_place_of_the_package(tmp_path):
    (tmp_path / "local.yaml").write_text(FILE, encoding="utf-8")
    programmes = read_programmes(folder=str(tmp_path))
    assert list(programmes) == list(read_programmes())
    assert programmes["tech_sme"] == read_programmes()["tech_sme"]
    assert programmes["high_tech"].edition == "x"
    (clause,) = programmes["high_tech"].clauses
    assert clause.test.quantity == Quantity("ratio", (COLUMN, Quantity("column", column="revenue")))
    assert clause.test.limit == Limit(0.03)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("comparison: at_least", "comparison: atleast", "comparison: 'atleast' is not one of"),
        ("certainty: A", "certainty: E", "'E' is not one of: A, B, C, D"),
        ("rd_spend, revenue", "rd_spent, revenue", "'rd_spent' is not one of"),
        ("threshold: 0.03", "treshold: 0.03", "unknown key treshold"),
        ("threshold: 0.03", "threshold: '3 %'", "'3 %' should be a number"),
        ("unit: share", "unit: percent", "'percent' is not one of"),
        ("id: high_tech", "id: hightech", "'hightech' is not one of"),
        ("document: 文号", "document:", "document: None should be text"),
        ("in_force_from: 2020-01-01", "in_force_from: long ago", "should be a day"),
        ("ratio:", "quotient:", "unknown key quotient"),
        ("[rd_spend, revenue]", "[rd_spend]", "a ratio has two parts"),
        ("{ratio: [rd_spend, revenue]}", "{sum_years: revenue}", "years go with"),
        ("{ratio: [rd_spend, revenue]}", "{sum_years: revenue, years: 9}", "from 1 to 4"),
        ("        comparison: at_least\n", "", "needs comparison, unit"),
        ("quantity:", "holds: [high_tech]\n        quantity:", "exactly one of"),
        ("id: rd", "id: ''", "should be text"),
        ("id: high_tech", "id: [", "not readable YAML"),
        ("id: high_tech", "id: Own\nlocal: true", "made of a to z, 0 to 9 and _"),
        ("zh: 高企", "zh: 高企\ntier: hedge", "tier: 'hedge' is not one of: tree, shrub, seedling"),
        ("zh: 高企", "zh: 高企\nnames: [科小]", "names: '科小' means tech_sme already"),
        ("in_force_to:", "in_force_to: 2019-01-01", "edition x ends before it begins"),
        ("threshold: 0.03", "threshold: .inf", "should be finite"),
        ("threshold: 0.03", "bands: {by: revenue, steps: []}", "at least one step"),
        ("{ratio: [rd_spend, revenue]}", "{sum: []}", "at least one part"),
        ("{ratio: [rd_spend, revenue]}", "{__import__: os}", "unknown key __import__"),
        ("{ratio: [rd_spend, revenue]}", "rd_spend / revenue", "is not one of"),
        ("certainty: A", "certainty: A\n        unseen: true", "goes with known: false"),
        ("in_force_from: 2020-01-01", "in_force_from: 2020-01-01 10:00:00", "should be a day"),
    ],
)
def test_a_mistake_is_named_with_its_file(tmp_path, old, new, sentence):
    with pytest.raises(SettingsError) as caught:
        read_changed(tmp_path, old, new)
    assert sentence in str(caught.value)
    assert "local.yaml" in str(caught.value)


def test_editions_must_not_overlap(tmp_path):
    edition = FILE[FILE.index("  - edition") :]
    for name, sentence in (("x", "a name of its own"), ("y", "should end before")):
        again = edition.replace("edition: x", f"edition: {name}")
        (tmp_path / "local.yaml").write_text(FILE + again, encoding="utf-8")
        with pytest.raises(SettingsError, match=sentence):
            read_editions(folder=tmp_path)


def test_bands_must_rise(tmp_path):
    steps = "[{at_most: 2, threshold: 1}, {at_most: 1, threshold: 2}, {threshold: 3}]"
    bands = f"{{by: revenue, steps: {steps}}}"
    with pytest.raises(SettingsError, match="should rise"):
        read_changed(tmp_path, "threshold: 0.03", f"bands: {bands}")


def test_scales_must_stand_in_order(tmp_path):
    scale = "[{at_least: 1, points: 5}, {at_least: 2, points: 9}]"
    with pytest.raises(SettingsError, match="stand in order"):
        read_changed(
            tmp_path, "{ratio: [rd_spend, revenue]}", f"{{points: revenue, scale: {scale}}}"
        )


def test_an_own_folder_has_to_be_there(tmp_path):
    with pytest.raises(SettingsError, match="which is not a folder"):
        read_rules(str(tmp_path / "none"))
    with pytest.raises(SettingsError, match=r"holds no rule file \(\*.yaml\)"):
        read_rules(str(tmp_path))


def test_the_setting_names_a_folder(tmp_path):
    assert settings_from({"rules": tmp_path}).rules == str(tmp_path)
    assert settings_from(settings_from({"rules": "own"}).to_dict()).rules == "own"
    assert settings_from({}).rules is None
    for wrong in (5, "", " ", ["own"]):
        with pytest.raises(SettingsError, match="give the path of a folder"):
            settings_from({"rules": wrong})


def test_two_files_with_the_same_id_are_refused(tmp_path):
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(FILE, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"b.yaml: id: 'high_tech' is already the id of a.yaml"):
        read_rules(str(tmp_path))


def test_a_changed_file_is_read_again(tmp_path):
    for threshold in (0.03, 0.07):
        text = FILE.replace("threshold: 0.03", f"threshold: {threshold}")
        (tmp_path / "local.yaml").write_text(text, encoding="utf-8")
        (clause,) = read_programmes(folder=str(tmp_path))["high_tech"].clauses
        assert clause.test.limit.threshold == threshold


OWN = """
id: leader
en: Provincial leader
zh: 省领军企业
local: true
names: [领军企业, leading firm]
tier: shrub
editions:
  - edition: local
    document: 省文件
    in_force_from:
    in_force_to:
    in_force_certainty: B
    certainty: B
    source: a notice
    clauses:
      - id: revenue
        en: revenue
        zh: 营业收入
        quantity: revenue
        comparison: at_least
        threshold: 100
        unit: yuan
        certainty: B
      - id: holder
        en: holds a gazelle certificate
        zh: 持有瞪羚
        holds: [gazelle]
        certainty: B
"""


@pytest.fixture
def own(tmp_path):
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "leader.yaml").write_text(OWN, encoding="utf-8")
    return str(folder)


def test_a_local_programme_brings_certificate_names_and_tier(own):
    rules = read_rules(own)
    assert rules.editions[-1].id == rules.certificates[-1] == "leader"
    assert rules.names == {
        "leader": "leader",
        "provincialleader": "leader",
        "省领军企业": "leader",
        "领军企业": "leader",
        "leadingfirm": "leader",
    }
    assert (rules.label("leader", "zh"), rules.label("leader", "en")) == (
        "省领军企业",
        "Provincial leader",
    )
    tiers = {tier.id: tier for tier in rules.tiers.tiers}
    assert tiers["shrub"].certificates == ("high_tech", "specialised_sme", "gazelle", "leader")
    assert tiers["seedling"].programmes == ("high_tech", "specialised_sme", "gazelle", "leader")
    assert "leader" not in tiers["tree"].certificates


def test_a_file_may_move_a_programme_to_another_tier(tmp_path):
    text = FILE.replace("zh: 高企", "zh: 高企\ntier: tree")
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    tiers = {tier.id: tier for tier in read_tiers(folder=str(tmp_path)).tiers}
    assert "high_tech" in tiers["tree"].certificates
    assert "high_tech" in tiers["shrub"].programmes
    assert "high_tech" not in (*tiers["shrub"].certificates, *tiers["seedling"].programmes)


def test_own_tiers_keep_the_names_of_the_tiers(tmp_path):
    package = resources.files("ecograph").joinpath("rules/tiers.yaml").read_text(encoding="utf-8")
    own = package.replace("mapping: ecograph default", "mapping: our city")
    own = own.replace("gazelle]\n    next: tree", "gazelle, chain_leader]\n    next: tree")
    (tmp_path / "tiers.yaml").write_text(own, encoding="utf-8")
    with pytest.raises(SettingsError, match="gives one tier only"):
        read_tiers(folder=str(tmp_path))
    own = own.replace("unicorn, chain_leader]", "unicorn]")
    (tmp_path / "tiers.yaml").write_text(own, encoding="utf-8")
    tiers = read_tiers(folder=str(tmp_path))
    assert tiers.mapping == "our city"
    assert "chain_leader" in tiers.tiers[1].certificates
    (tmp_path / "tiers.yaml").write_text(own.replace("id: tree", "id: oak"), encoding="utf-8")
    with pytest.raises(SettingsError, match="tiers should be, in this order: tree, shrub"):
        read_tiers(folder=str(tmp_path))


def test_own_size_classes(tmp_path):
    package = resources.files("ecograph").joinpath("rules/size.yaml").read_text(encoding="utf-8")
    own = package.replace("small: {staff: 20, revenue: 3_000_000}", "small: {staff: 30}", 1)
    (tmp_path / "size.yaml").write_text(own, encoding="utf-8")
    with pytest.raises(SettingsError, match="limits of the same figures"):
        read_sizes(folder=str(tmp_path))
    own = package.replace("small: {staff: 20,", "small: {staff: 300,", 1)
    (tmp_path / "size.yaml").write_text(own, encoding="utf-8")
    with pytest.raises(SettingsError, match="limits of staff should fall"):
        read_sizes(folder=str(tmp_path))
    own = package.replace("small: {staff: 20,", "small: {staff: 30,", 1)
    (tmp_path / "size.yaml").write_text(own, encoding="utf-8")
    limits = {sector.id: sector.limits for sector in read_sizes(folder=str(tmp_path))[0].sectors}
    assert limits["industry"]["staff"] == (1000, 300, 30)


TOWN = {
    "enterprises": "id,name\nE1,甲\nE2,乙\nE3,丙\n",
    "certificates": (
        "enterprise,certificate,valid_to\nE1,领军企业（2024年）；科小,\n"
        "E2,Leading firm,2026-01-31\nE3,科小,\n"
    ),
    "financials": "enterprise,year,revenue\nE1,2025,99\nE2,2025,100\nE3,2025,100\n",
}


def test_firms_are_placed_by_own_rules(own):
    without = assign_tiers(make_ecosystem(TOWN, as_of="2025-12-31"))
    assert without["tier"].to_dict() == {"E1": "seedling", "E2": "none", "E3": "seedling"}
    assert "领军企业（2024年）" in without.attrs["meta"]["method"]["unknown_certificates"]
    table = assign_tiers(make_ecosystem(TOWN, as_of="2025-12-31", lang="zh", rules=own))
    assert table["tier"].to_dict() == {"E1": "shrub", "E2": "shrub", "E3": "seedling"}
    assert table.loc["E1", "certificates"] == "leader；tech_sme"
    assert table.loc["E2", "reason"] == "持有 省领军企业（有效期至 2026-01-31）"
    assert table.loc["E1", "at_risk"] == (
        "持有 省领军企业，但 营业收入 0.0099万元，需 ≥0.01万元（可信度 B）"
    )
    meta = table.attrs["meta"]
    assert meta["method"]["unknown_certificates"] == {}
    assert meta["method"]["documents"]["leader local"]["local"]
    assert meta["settings"]["rules"] == own


def test_a_clause_may_ask_for_the_certificate_of_a_local_programme(own):
    text = FILE.replace("id: high_tech", "id: gazelle").replace("zh: 高企", "zh: 瞪羚")
    asked = "  - {id: leads, en: leads the province, zh: 省领军, holds: [leader], certainty: A}\n"
    (Path(own) / "gazelle.yaml").write_text(text + "    " + asked, encoding="utf-8")
    ecosystem = make_ecosystem(TOWN, as_of="2025-12-31", rules=own)
    judged = judge_programme(read_programmes(folder=own)["gazelle"], gather_facts(ecosystem))
    assert judged[-1].states.tolist() == [MET, MET, NOT_MET]
    assert say_missing([judged[-1]], "en").tolist() == ["", "", "leads the province"]


def test_certificates_of_local_rules_are_read_however_they_are_written(own):
    names = read_rules(own).names
    for text in ("省领军企业", "省级领军企业", "“领军企业”（2024年）", "LEADING FIRM"):
        assert read_certificates(text, names=names) == ("leader",)
    assert read_certificates("领军企业、高企", names=names) == ("leader", "high_tech")
    assert read_certificates("领军企业") == ("领军企业",)


@pytest.mark.parametrize(
    ("which", "editions"),
    [
        ("2022", {"little_giant": "2022", "high_tech": "2016", "champion": None}),
        ("2025", {"little_giant": "2022", "champion": "2023", "key_little_giant": "2021"}),
        ("2026", {"little_giant": "2026", "high_tech": "2016", "tech_sme": "2017"}),
        ("2026-03-31", {"little_giant": "2022", "specialised_sme": "2022"}),
        (dt.date(2026, 4, 1), {"little_giant": "2026", "specialised_sme": "2026"}),
        ("2017", {"little_giant": None, "tech_sme": "2017", "high_tech": "2016"}),
    ],
)
def test_editions_are_chosen_by_year_or_day(which, editions):
    chosen = read_rules().choose(which)
    found = {key: chosen[key].edition if key in chosen else None for key in editions}
    assert found == editions


def test_an_edition_of_an_own_name_is_chosen_alone(tmp_path):
    (tmp_path / "own.yaml").write_text(FILE, encoding="utf-8")
    assert list(read_rules(str(tmp_path)).choose("x")) == ["high_tech"]


# docs/rules.md and the benchmark


@pytest.fixture(scope="module")
def benchmark():
    sys.path.insert(0, str(ROOT / "benchmarks"))
    yield importlib.import_module("rules")
    sys.path.remove(str(ROOT / "benchmarks"))


def test_the_page_is_made_from_the_rule_files(benchmark):
    text = benchmark.PAGE.read_text(encoding="utf-8")
    assert benchmark.write_page(text) == text, "run python benchmarks/rules.py --page"
    for edition in read_editions():
        assert f"| {edition.edition} | {edition.document} |" in text
        for clause in edition.clauses:
            assert f"| `{clause.id}` |" in text


def test_the_rule_file_of_the_page_is_one(benchmark, tmp_path):
    text = benchmark.PAGE.read_text(encoding="utf-8")
    example = text.split("```yaml\n")[1].split("```")[0]
    (tmp_path / "leader.yaml").write_text(example, encoding="utf-8")
    assert read_programmes(folder=str(tmp_path))["leader"].tier == "shrub"


def test_the_benchmark_judges_ten_sets_of_rules_in_five_years(benchmark, tmp_path):
    assert doctest.testmod(benchmark).failed == 0
    benchmark.write_city(tmp_path / "city", 40)
    (tmp_path / "rules").mkdir()
    for name, text in benchmark.LOCAL.items():
        (tmp_path / "rules" / name).write_text(text, encoding="utf-8")
    settings = {"rules": str(tmp_path / "rules"), "as_of": "2026-12-31"}
    years = benchmark.evaluate(load(tmp_path / "city", settings=settings))
    assert len(years) == 5
    for states in years:
        sets = {name.partition(".")[0] for name in states}
        assert len(sets) == benchmark.SETS == 10
        assert {len(state) for state in states.values()} == {40}
