from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math

import pytest
import yaml

from ecograph.errors import SettingsError
from ecograph.settings import Settings, settings_from


def test_defaults_count_signed_active_and_ended() -> None:
    assert Settings().counted == ("signed", "active", "ended")
    assert Settings().seed == 1


def test_values_go_over_a_base_and_leave_it_alone() -> None:
    base = Settings(seed=3, lang="zh")
    made = settings_from({"seed": 7, "as_of": "2024-05-25", "counted": ["signed"]}, base)
    assert (made.seed, made.lang, made.as_of, made.counted) == (
        7,
        "zh",
        dt.date(2024, 5, 25),
        ("signed",),
    )
    assert (base.seed, base.as_of) == (3, None)
    assert settings_from({"counted": "active"}).counted == ("active",)


def test_an_unknown_name_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(SettingsError, match=r"Unknown setting: 5, sede\. Known.*as_of.*seed"):
        settings_from({"sede": 1, 5: 2})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("as_of", "25.5.2024"),
        ("as_of", 2024),
        ("as_of", dt.datetime(2024, 5, 25, tzinfo=dt.UTC)),
        ("lang", "fr"),
        ("seed", -1),
        ("seed", 1.5),
        ("seed", True),
        ("seed", "7"),
        ("counted", ["approved"]),
        ("counted", 5),
        ("counted", None),
        ("default_status", "approved"),
        ("weighting", ["newman"]),
        ("exposure", "patents"),
        ("alpha", 0),
        ("alpha", 1),
        ("alpha", "5%"),
        ("alpha", math.nan),
        ("margin", 1.2),
        ("ci_level", 95),
        ("map_nodes", 0),
        ("exact", 1),
        ("pair_limit", 1),
        ("irrelevant", "Steel"),
        ("irrelevant", 5),
        ("irrelevant", None),
        ("irrelevant", ["Steel", "physics"]),
        ("irrelevant", [["Steel"]]),
        ("irrelevant", [["Steel", "physics", "D1"]]),
        ("irrelevant", [["Steel", 802]]),
        ("irrelevant", [["Steel", " "]]),
        ("irrelevant", {"Steel": "physics"}),
    ],
)
def test_values_that_make_no_sense(name: str, value: object) -> None:
    with pytest.raises(SettingsError, match=name):
        settings_from({name: value})


def test_irrelevant_pairs_are_a_list_of_lists_in_yaml() -> None:
    written = yaml.safe_load("irrelevant: [[Steel, physics], [I2, '0802']]")
    settings = settings_from(written)
    assert settings.irrelevant == (("Steel", "physics"), ("I2", "0802"))
    assert hash(settings) == hash(settings_from(written))
    plain = json.loads(json.dumps(settings.to_dict()))
    assert plain["irrelevant"] == [["Steel", "physics"], ["I2", "0802"]]
    assert settings_from(plain) == settings
    assert settings_from({}).irrelevant == ()


def test_the_sentence_about_an_irrelevant_pair_says_what_to_write() -> None:
    with pytest.raises(
        SettingsError, match=r"holds \"\('Steel', 802\)\"; give a list of pairs.*quotes"
    ):
        settings_from({"irrelevant": [["Steel", 802]]})


def test_settings_are_frozen_and_plain_for_json() -> None:
    settings = settings_from({"as_of": dt.date(2024, 5, 25)})
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.seed = 2  # type: ignore[misc]
    plain = json.loads(json.dumps(settings.to_dict(), allow_nan=False))
    assert plain["as_of"] == "2024-05-25"
    assert plain["counted"] == ["signed", "active", "ended"]
    assert settings_from(plain) == settings
