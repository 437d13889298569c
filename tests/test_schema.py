from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from ecograph.schema import ORGANISATION_KINDS, fold_label, read_schema, split_unit
from ecograph.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMA = read_schema()
TYPES = {
    *("id", "text", "list", "amount", "number", "integer", "date", "year", "boolean"),
    *("choice", "code", "ref", "refs"),
}


def find_shared(spellings: Iterable[tuple[str, Iterable[str]]]) -> dict[str, set[str]]:
    """Find the folded spellings that several names have."""
    users: dict[str, set[str]] = defaultdict(set)
    for name, labels in spellings:
        for label in (name, *labels):
            users[fold_label(label)].add(name)
    return {label: names for label, names in users.items() if len(names) > 1}


@pytest.mark.parametrize("vocabulary", SCHEMA.vocabularies)
def test_a_word_has_one_meaning_in_its_vocabulary(vocabulary: str) -> None:
    terms = SCHEMA.vocabularies[vocabulary]
    assert find_shared((t.key, (*t.en, *t.zh)) for t in terms) == {}


@pytest.mark.parametrize("table", SCHEMA.tables)
def test_a_header_has_one_meaning_in_its_table(table: str) -> None:
    columns = SCHEMA.tables[table].columns.values()
    assert find_shared((c.name, (*c.en, *c.zh)) for c in columns) == {}


def test_a_name_means_one_table() -> None:
    assert find_shared((t.name, (*t.en, *t.zh)) for t in SCHEMA.tables.values()) == {}


@pytest.mark.parametrize("table", SCHEMA.tables)
def test_every_spelling_finds_its_column(table: str) -> None:
    for column in SCHEMA.tables[table].columns.values():
        for header in (column.name, *column.en, *column.zh, column.zh[0] + "（万元）"):
            assert SCHEMA.find_column(table, header) == column.name
    assert SCHEMA.find_column(table, "no such header") is None


@pytest.mark.parametrize("table", SCHEMA.tables)
def test_columns_name_kinds_edges_and_vocabularies_that_exist(table: str) -> None:
    for column in SCHEMA.tables[table].columns.values():
        assert column.type in TYPES
        assert set(column.kinds) <= set(SCHEMA.node_kinds)
        assert bool(column.kinds) == column.refers
        assert (column.vocabulary in SCHEMA.vocabularies) == (column.type == "choice")
        assert column.edge is None or column.edge in SCHEMA.edge_kinds


@pytest.mark.parametrize("table", SCHEMA.tables)
def test_edges_join_only_kinds_that_they_may_join(table: str) -> None:
    described = SCHEMA.tables[table]
    for column in described.columns.values():
        if column.edge:
            edge = SCHEMA.edge_kinds[column.edge]
            row, cells = (edge.target, edge.source) if column.inward else (edge.source, edge.target)
            if described.node:
                assert described.node in row
            else:
                assert set(row) <= {t.key for t in SCHEMA.vocabularies["organisation_kind"]}
            assert set(column.kinds) <= set(cells)
    for link in (*described.links, *([described.edge] if described.edge else ())):
        edge = SCHEMA.edge_kinds[link.kind]
        assert set(described.columns[link.source].kinds) <= set(edge.source)
        assert set(described.columns[link.target].kinds) <= set(edge.target)


def test_kinds_have_tables_labels_and_ends_that_exist() -> None:
    for kind in SCHEMA.node_kinds.values():
        assert SCHEMA.tables[kind.table].node == kind.name
        assert set(kind.labels) == set(LANGUAGES)
    for edge in SCHEMA.edge_kinds.values():
        assert set(edge.source) | set(edge.target) <= set(SCHEMA.node_kinds)
        assert set(edge.labels) == set(LANGUAGES)
    assert {k.colour for k in SCHEMA.node_kinds.values()} != {""}
    assert len({k.colour for k in SCHEMA.node_kinds.values()}) == len(SCHEMA.node_kinds)


def test_node_tables_need_an_id_and_orders_name_dates() -> None:
    for table in SCHEMA.tables.values():
        if table.node or table.node_by:
            assert table.columns["id"].required
            assert "name" in table.columns
        assert all(table.columns[name].type == "date" for name in table.order)


def test_the_tables_that_the_contract_names_stand() -> None:
    required = {
        name: {c.name for c in table.columns.values() if c.required}
        for name, table in SCHEMA.tables.items()
    }
    assert required["universities"] == required["enterprises"] == {"id", "name"}
    assert required["agreements"] == {"id"}
    assert required["parties"] == {"agreement", "organisation"}
    assert required["offers"] == {"university", "discipline"}
    assert required["certificates"] == {"enterprise", "certificate"}
    assert required["financials"] == {"enterprise", "year"}


def test_organisations_are_the_kinds_that_can_sign() -> None:
    assert ORGANISATION_KINDS == ("university", "platform", "enterprise", "institution")
    assert set(ORGANISATION_KINDS) <= set(SCHEMA.edge_kinds["party"].target)


def test_only_signed_active_and_ended_count() -> None:
    assert SCHEMA.counting_statuses() == ("signed", "active", "ended")


@pytest.mark.parametrize(
    ("label", "table"),
    [
        ("agreements", "agreements"),
        ("合作协议_2024", "agreements"),
        ("Agreements 2023", "agreements"),
        ("高校", "universities"),
        ("科研院所", "universities"),
        ("Firm-Years", "financials"),
        ("2024", None),
        ("readme", None),
    ],
)
def test_tables_by_label(label: str, table: str | None) -> None:
    assert SCHEMA.find_table(label) == table


@pytest.mark.parametrize(
    ("vocabulary", "word", "key"),
    [
        ("status", "已签约", "signed"),
        ("status", "In Progress", "active"),
        ("status", "perhaps", None),
        ("certificate", "专精特新“小巨人”企业", "little_giant"),
        ("mode", "合作开发", "joint"),
    ],
)
def test_words(vocabulary: str, word: str, key: str | None) -> None:
    assert SCHEMA.find_term(vocabulary, word) == key


def test_labels_of_words() -> None:
    assert SCHEMA.label_term("status", "signed", "zh") == "已签"
    assert SCHEMA.label_term("status", "signed", "en") == "signed"
    assert SCHEMA.label_term("platform_type", "观测站", "en") == "观测站"


@pytest.mark.parametrize(
    ("header", "parts"),
    [
        ("金额（万元）", ("金额", "万元")),
        ("amount (EUR) ", ("amount", "EUR")),
        ("增速(%)", ("增速", "%")),
        ("金额", ("金额", "")),
        ("(万元)", ("", "万元")),
        ("金额[万元]", ("金额", "万元")),
        ("金额【万元】", ("金额", "万元")),
        ("金额/万元", ("金额", "万元")),
        ("金额／万元", ("金额", "万元")),
        ("Amount / EUR", ("Amount", "EUR")),
        ("从业人员/人", ("从业人员", "人")),
        ("金额（单位：万元）", ("金额", "万元")),
        ("金额（人民币：万元）", ("金额", "人民币:万元")),
        ("Amount (EUR million)", ("Amount", "EUR million")),
        ("Amount (million EUR)", ("Amount", "million EUR")),
        ("高校/企业", ("高校/企业", "")),
        ("and/or", ("and/or", "")),
    ],
)
def test_units_behind_headers(header: str, parts: tuple[str, str]) -> None:
    assert split_unit(header) == parts


@pytest.mark.parametrize(
    "header",
    [
        *("金额[万元]", "金额【万元】", "金额/万元", "金额（单位：万元）", "金额（人民币：万元）"),
        *("Amount (EUR million)", "Amount (million EUR)"),
    ],
)
def test_a_header_with_a_unit_finds_its_column(header: str) -> None:
    assert SCHEMA.find_column("agreements", header) == "amount"


def test_examples_agree_with_each_other() -> None:
    def example(table: str, column: str) -> str:
        return SCHEMA.tables[table].columns[column].example

    assert example("enterprises", "region") == example("regions", "id")
    assert example("regions", "name") == example("regions", "id")
    assert example("organisations", "name") != example("universities", "name")


def test_what_stands_once_is_told_by_columns_that_exist() -> None:
    assert SCHEMA.tables["financials"].unique == ("enterprise", "year")
    assert SCHEMA.tables["offers"].unique == ("university", "discipline")
    for table in SCHEMA.tables.values():
        assert set(table.unique) <= set(table.columns)


@pytest.mark.parametrize("table", ["disciplines", "industries"])
def test_classifications_have_a_level_above(table: str) -> None:
    column = SCHEMA.tables[table].columns["parent"]
    assert (column.type, column.required) == ("text", False)


@pytest.mark.parametrize("header", ["上级产业", "所属大类", "Parent industry", "sector", "parent"])
def test_what_lies_above_an_industry_is_found_by_its_headers(header: str) -> None:
    assert SCHEMA.find_column("industries", header) == "parent"


SERVICES = {
    "平台绩效考核": "platform_reviews",
    "孵化梯度": "incubation",
    "科技金融": "finance",
    "科技特派员": "commissioners",
    "培训": "trainings",
    "技术经纪人": "brokers",
}


@pytest.mark.parametrize(("label", "table"), SERVICES.items())
def test_services_and_carriers_have_tables_of_their_own(label: str, table: str) -> None:
    assert SCHEMA.find_table(label) == table
    assert SCHEMA.tables[table].node is None
    assert "source" in SCHEMA.tables[table].columns


@pytest.mark.parametrize("table", [*SERVICES.values(), "indicators", "targets"])
def test_words_of_services_are_open(table: str) -> None:
    """A register's own word is kept, not taken for a mistake; statuses and modes are the ladder."""
    for column in SCHEMA.tables[table].columns.values():
        if column.vocabulary not in {None, "status", "mode"}:
            assert column.vocabulary in SCHEMA.open_vocabularies


@pytest.mark.parametrize(
    ("table", "header", "column"),
    [
        ("events", "到账数", "paid"),
        ("events", "合作方式", "mode"),
        ("agreements", "到账金额（万元）", "paid"),
        ("agreements", "促成活动", "event"),
        ("indicators", "上期值", "value_previous"),
        ("targets", "基期值", "baseline"),
        ("platforms", "计划建成时间", "due"),
        ("regions", "县域主导产业", "leading"),
    ],
)
def test_columns_of_funnels_and_targets(table: str, header: str, column: str) -> None:
    assert SCHEMA.find_column(table, header) == column
    assert not SCHEMA.tables[table].columns[column].required
