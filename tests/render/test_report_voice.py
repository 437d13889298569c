from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from markupsafe import Markup

from ecograph.render.reporting.voice import MISSING, Voice

EN, ZH = Voice("en", "EUR"), Voice("zh", "CNY")


@pytest.mark.parametrize(
    ("value", "form", "written"),
    [
        (1234.4, "count", "1,234"),
        (0.0171, "number", "0.0171"),
        (42, "expected", "42.0"),
        (0.14286, "ratio", "0.14"),
        (0.0004, "q", "<0.001"),
        (0.0004, "compared", "< 0.001"),
        (0.0494, "compared", "= 0.049"),
        (0.5, "share", "50.0%"),
        (0.95, "level", "95%"),
        (4847.4, "published", "4,847.4"),
        (999_999, "money", "EUR 999,999"),
        (2_500_000, "money", "EUR 2.5 M"),
        (dt.datetime(2024, 5, 1), "day", "2024-05-01"),  # noqa: DTZ001 - days have no zone
        ("2024", "day", "2024"),
        ("university", "kind", "University"),
        ("no_such_kind", "kind", "no_such_kind"),
        ("gap", "verdict", "gap"),
        ("error", "severity", "error"),
    ],
)
def test_values_are_written_for_people(value, form, written):
    assert EN.write(value, form) == written


@pytest.mark.parametrize("value", [None, float("nan"), pd.NA, pd.NaT, ""])
def test_what_is_missing_is_a_dash_or_nothing_among_words(value):
    assert EN.write(value, "count") == MISSING
    assert EN.write(value, "text") == MISSING
    assert EN.write(value, "words") == ""
    assert EN.write(value, "prose") == ""
    assert EN.write_range(value, 1, "count") == EN.write_range(1, value, "count") == ""
    assert EN.name("status", value) == ""
    assert EN.label("verdict", value) == MISSING


def test_amounts_have_the_units_of_the_language():
    assert ZH.write(12_800_000, "money") == "1,280万元"
    assert ZH.write(-320_000_000, "money") == "-3.2亿元"
    assert Voice("zh", "EUR").write(20_000, "money") == "2万欧元"


def test_names_are_escaped_and_a_dozen_at_most():
    assert ZH.join(["<b>", Markup("<b>")]) == "&lt;b&gt;、<b>"
    assert EN.join("abcdefghijkl") == "a, b, c, d, e, f, g, h, i, j, k, l"
    assert EN.join("abcdefghijklm").endswith("k, l and 1 more")


def test_sentences_follow_each_other_as_the_language_sets_them():
    sentences = [Markup("One."), Markup("Two.")]

    assert EN.run(sentences) == "One. Two."
    assert ZH.run(sentences) == "One.Two."
