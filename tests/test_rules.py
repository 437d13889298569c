"""The rule files: what they say, and what is refused."""

import datetime as dt
from pathlib import Path

import pytest

from ecograph.errors import SettingsError
from ecograph.rules import (
    CERTAINTIES,
    Clause,
    Limit,
    Quantity,
    columns_of,
    read_editions,
    read_programmes,
    read_tiers,
)

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


def test_a_local_folder_is_read(tmp_path):
    (tmp_path / "local.yaml").write_text(FILE, encoding="utf-8")
    (programme,) = read_programmes(folder=tmp_path).values()
    (clause,) = programme.clauses
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
    ],
)
def test_a_mistake_is_named_with_its_file(tmp_path, old, new, sentence):
    with pytest.raises(SettingsError) as caught:
        read_changed(tmp_path, old, new)
    assert sentence in str(caught.value)
    assert "local.yaml" in str(caught.value)


def test_editions_must_not_overlap(tmp_path):
    edition = FILE[FILE.index("  - edition") :]
    (tmp_path / "local.yaml").write_text(FILE + edition, encoding="utf-8")
    with pytest.raises(SettingsError, match="should end before"):
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
