from __future__ import annotations

import pytest

from ecograph.checks.directory import Directory, Finding

ORGANISATIONS = ("university", "platform", "enterprise")


@pytest.fixture
def directory() -> Directory:
    """Two universities, a platform and two firms, one of which shares an id with a university."""
    known = Directory()
    known.add(
        "university",
        ["U1", "1"],
        ["太原理工大学", "山西大学"],
        aliases=[["太理工", "太理工", "理工"], ["理工"]],
    )
    known.add("platform", ["P1"], ["太理工"])
    known.add("enterprise", ["1"], ["银圣"])
    known.add("enterprise", ["E2"], ["银圣"])
    known.rejected["E9"] = "e.csv, 7"
    known.name_keys()
    return known


def test_an_id_that_two_kinds_use_stands_behind_its_kind(directory: Directory) -> None:
    assert directory.keys.tolist() == ["U1", "university:1", "P1", "enterprise:1", "E2"]


@pytest.mark.parametrize(
    ("text", "kinds", "key"),
    [
        ("U1", ORGANISATIONS, "U1"),
        ("太原理工大学", ORGANISATIONS, "U1"),
        ("1", ("university",), "university:1"),
        ("1", ("enterprise",), "enterprise:1"),
        ("enterprise:1", ORGANISATIONS, "enterprise:1"),
        ("university:U1", ORGANISATIONS, "U1"),
        ("太理工", ORGANISATIONS, "P1"),  # a name goes before an alias
        ("太理工", ("university",), "U1"),  # an alias given twice is one alias
    ],
)
def test_ids_go_before_names_and_names_before_aliases(
    directory: Directory, text: str, kinds: tuple[str, ...], key: str
) -> None:
    assert directory.find(text, kinds) == Finding(key)


@pytest.mark.parametrize(
    ("text", "kinds", "code", "details"),
    [
        ("1", ORGANISATIONS, "ambiguous_reference", {"matches": "university:1, enterprise:1"}),
        ("银圣", ORGANISATIONS, "ambiguous_reference", {"matches": "enterprise:1, E2"}),
        ("理工", ORGANISATIONS, "ambiguous_reference", {"matches": "U1, university:1"}),
        ("P1", ("university",), "wrong_kind", {"found": "platform"}),
        ("enterprise:1", ("university",), "unknown_reference", {}),
        ("E9", ORGANISATIONS, "rejected_reference", {"place": "e.csv, 7"}),
        ("太原理工", ORGANISATIONS, "unknown_reference", {}),
        ("u1", ORGANISATIONS, "unknown_reference", {}),
    ],
)
def test_it_never_guesses(
    directory: Directory, text: str, kinds: tuple[str, ...], code: str, details: dict[str, str]
) -> None:
    found = directory.find(text, kinds)
    assert (found.key, found.code, dict(found.details)) == (None, code, details)


def test_keys_are_unique_even_where_an_id_is_written_like_a_key() -> None:
    known = Directory()
    for kind, node_id in (
        ("university", "U1"),
        ("enterprise", "U1"),
        ("platform", "university:U1"),
        ("university", "platform:university:U1"),
        ("platform", "P1"),
    ):
        known.add(kind, [node_id], ["a name"])
    known.name_keys()
    assert known.keys.tolist() == [
        "university:U1",
        "enterprise:U1",
        "platform:university:U1",
        "university:platform:university:U1",
        "P1",
    ]


def test_a_name_is_the_same_in_full_and_half_width_signs() -> None:
    known = Directory()
    known.add(
        "enterprise",
        ["E1", "E2"],
        ["省建（集团）公司", "ＡＢ 科技"],
        aliases=[["省建(集团)公司"], []],
    )
    known.name_keys()
    for text, key in (("省建(集团)公司", "E1"), ("省建 (集团）公司", "E1"), ("AB科技", "E2")):
        assert known.find(text, ORGANISATIONS).key == key
    assert known.find("省建集团公司", ORGANISATIONS).code == "unknown_reference"


def test_two_names_that_differ_in_their_width_only_stay_two() -> None:
    known = Directory()
    known.add("enterprise", ["E1", "E2"], ["省建（集团）", "省建(集团)"])
    known.name_keys()
    assert known.find("省建（集团）", ORGANISATIONS).key == "E1"
    assert known.find("省建(集团)", ORGANISATIONS).key == "E2"
    assert known.find("省建（集团)", ORGANISATIONS).code == "ambiguous_reference"
