"""Whether gaps of high opportunity fill: what the script finds where the answer is known."""

from __future__ import annotations

import csv
import importlib
import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
forecast = importlib.import_module("forecast")

DRAWS = 60
# years 2001 to 2004, three rows, three columns; the third row starts in 2003
SMALL = np.array(
    [
        [[2, 0, 0], [1, 1, 0], [0, 0, 0]],
        [[1, 0, 0], [0, 3, 1], [0, 0, 0]],
        [[0, 1, 0], [0, 0, 0], [1, 0, 0]],
        [[0, 0, 1], [0, 0, 0], [0, 1, 0]],
    ]
)


def make_table(counts, name="table"):
    agreements = counts.sum(axis=(1, 2)) if len(counts) else np.zeros(0)
    return forecast.Table(name, counts, np.arange(2001, 2001 + len(counts)), agreements)


def pick(frame, score, metric="AUC"):
    return forecast.select(frame, score, metric).iloc[0]


@pytest.fixture(scope="module")
def planted():
    return forecast.draw_table(related=True, seed=1)


@pytest.fixture(scope="module")
def norway():
    """Where the register is, and what is read from it."""
    folder = os.environ.get("ECOGRAPH_REAL_DATA")
    if not folder:
        pytest.skip("ECOGRAPH_REAL_DATA is not set: the public registers are not here")
    source = Path(folder) / "norway-h2020"
    return source, forecast.read_register("norway-h2020", source)


class TestCases:
    def test_new_pairs_by_hand(self):
        """By 2002 row 0 lacks columns 1 and 2, row 1 none; row 2 is not there yet."""
        case = forecast.make_case(make_table(SMALL), 2002, "new pairs")
        assert case.rows.tolist() == [0, 0]
        assert case.filled.tolist() == [True, True]
        assert case.scores["popularity"].tolist() == [3 * 4, 3 * 1]
        assert case.scores["column popularity"].tolist() == [4, 1]
        assert case.scores["persistence"].tolist() == [1 * 3, 1 * 1]

    def test_opportunity_by_hand(self):
        """Columns 0 and 1 share one row of two, all pairs of columns one of at most two or one.

        Presence is (1 0 0), (1 1 1): proximity 0 to 1 and 0 to 2 is 1/2, 1 to 2 is 1. Row 0 has
        column 0 alone, so both empty pairs have density (1/2) / (1/2 + 1) = 1/3.
        """
        case = forecast.make_case(make_table(SMALL), 2002, "new pairs")
        assert case.scores["density"] == pytest.approx([1 / 3, 1 / 3])
        assert case.scores["breadth"] == pytest.approx([1 / 2, 1 / 2])
        opportunity = [3 / 9 * 4 / 9 / 3, 3 / 9 * 1 / 9 / 3]
        assert case.scores["opportunity"] == pytest.approx(opportunity)

    def test_deficits_by_hand(self):
        """By 2002 rows sum to 3 and 6, columns to 4, 4 and 1.

        Expected are 12/9, 12/9, 3/9 and 24/9, 24/9, 6/9, so 0 for 1.33, 0 for 0.33 and 1 for 2.67
        are below. By 2004 there is (3 1 1), (1 4 1), (1 1 0): rows 5, 6, 2, columns 5, 6, 2 of 13;
        expected are 30/13, 10/13 and 30/13, of which the second is reached.
        """
        case = forecast.make_case(make_table(SMALL), 2002, "deficits")
        assert case.rows.tolist() == [0, 0, 1]
        assert case.filled.tolist() == [False, True, False]
        assert case.scores["persistence"] == pytest.approx([0, 0, 1 / (24 / 9)])

    def test_all_pairs_by_hand(self):
        case = forecast.make_case(make_table(SMALL), 2002, "all pairs")
        assert case.rows.tolist() == [0, 0, 0, 1, 1, 1]
        assert case.filled.tolist() == [False, True, True, False, False, False]
        assert case.scores["persistence"].tolist() == [3, 0, 0, 1, 4, 1]

    def test_nothing_later_than_three_years_fills(self):
        late = np.concatenate([SMALL[:1], np.zeros((3, 3, 3), dtype=int), np.ones((1, 3, 3))])
        assert not forecast.make_case(make_table(late), 2001, "new pairs").filled.any()

    @pytest.mark.parametrize("setting", forecast.SETTINGS)
    def test_scores_see_nothing_of_the_future(self, planted, setting):
        changed = planted.counts.copy()
        changed[4:] = np.random.default_rng(9).poisson(2.0, changed[4:].shape)
        before = forecast.make_case(planted, 2004, setting)
        after = forecast.make_case(planted._replace(counts=changed), 2004, setting)
        assert before.rows.tolist() == after.rows.tolist()
        assert (before.filled != after.filled).any()
        for name in forecast.SCORES:
            assert before.scores[name].tolist() == after.scores[name].tolist()

    def test_scores_do_see_the_past(self, planted):
        changed = planted.counts.copy()
        changed[3] += planted.counts[3] > 0
        before = forecast.make_case(planted, 2004, "all pairs").scores
        after = forecast.make_case(planted._replace(counts=changed), 2004, "all pairs").scores
        assert all(
            (before[name] != after[name]).any()
            for name in ("opportunity", "popularity", "persistence")
        )

    def test_origins_have_enough_before_and_after(self):
        agreements = np.array([60, 40, 0, 99, 0, 1, 0, 100, 50])
        table = make_table(np.zeros((9, 1, 1), dtype=int))._replace(agreements=agreements)
        # by 2001 there are 60; after 2004 come 0 + 1 + 0, after 2008 only 50
        assert forecast.list_origins(table) == [2003, 2005, 2006, 2007]


class TestJudgement:
    def test_values_are_those_of_all_pairs_compared(self, planted):
        frame = forecast.judge(planted, "new pairs", 2)
        expected = []
        for origin in frame["origin"].unique()[1:]:
            case = forecast.make_case(planted, int(origin), "new pairs")
            score = case.scores["density"].round(12)
            hit, miss = score[case.filled], score[~case.filled]
            won = np.greater.outer(hit, miss) + np.equal.outer(hit, miss) / 2
            expected.append(won.mean())
        assert len(expected) > 1
        assert pick(frame, "density")["value"] == pytest.approx(np.mean(expected))

    def test_relatedness_is_found_where_it_decides(self, planted):
        frame = forecast.judge(planted, "new pairs", DRAWS)
        for difference in (
            "density - popularity",
            "density - breadth",
            "opportunity - popularity",
            "opportunity - persistence",
            "opportunity - popularity x breadth",
        ):
            for metric in forecast.METRICS[:2]:
                assert pick(frame, difference, metric)["low"] > 0
        strata = forecast.judge_strata(planted, DRAWS).set_index("score")
        assert strata.loc["density - breadth", "low"] > 0.2

    def test_relatedness_is_not_found_where_popularity_alone_decides(self):
        found = []
        for seed in range(1, 4):
            table = forecast.draw_table(related=False, seed=seed)
            frame = forecast.judge(table, "new pairs", DRAWS)
            assert pick(frame, "popularity")["low"] > 0.5
            assert pick(frame, "density - popularity")["high"] < 0
            assert pick(frame, "opportunity - popularity")["value"] < 0
            strata = forecast.judge_strata(table, DRAWS).set_index("score")
            found.append(strata.loc["density - breadth", "low"] > 0)
        assert sum(found) <= 1

    def test_random_scores_tell_nothing(self, planted):
        row = pick(forecast.judge(planted, "new pairs", DRAWS), "random")
        assert row["value"] == pytest.approx(0.5, abs=0.03)
        assert row["low"] < row["value"] < row["high"]

    def test_same_input_same_figures(self, planted):
        first, second = (forecast.judge(planted, "all pairs", 5) for _ in range(2))
        pd.testing.assert_frame_equal(first, second)

    def test_intervals_are_of_rows_drawn_again(self):
        weight = forecast.draw_rows(50, 300)
        assert weight.shape == (301, 50)
        assert (weight[0] == 1).all()
        assert (weight.sum(axis=1) == 50).all()
        assert weight[1:].var() == pytest.approx(1 - 1 / 50, rel=0.05)

    def test_a_table_in_which_nothing_fills_is_left_out(self):
        assert forecast.judge(make_table(np.zeros((3, 2, 2), dtype=int)), "new pairs", 5).empty
        assert forecast.judge_strata(make_table(SMALL), 5).empty


class TestRegisters:
    CHOICE = forecast.Choice("x", "city", "cities", "topic", "topics", "date", "")

    def test_each_agreement_counts_once_for_a_pair(self):
        tables = {
            "universities": pd.DataFrame({"id": ["u", "v"], "city": ["Bo", "Bo"]}),
            "platforms": pd.DataFrame({"id": ["p"]}),
            "enterprises": pd.DataFrame({"name": ["f", "g"], "city": ["As", ""]}),
            "institutions": pd.DataFrame({"id": [], "city": []}),
            "agreements": pd.DataFrame(
                {
                    "id": ["1", "2", "3", "4"],
                    "date": ["2014-05-01", "2015", "", "2015-01-01"],
                    "topic": ["a; b", "a", "a", ""],
                }
            ),
            "parties": pd.DataFrame(
                [
                    ["1", "u"],
                    ["1", "v"],
                    ["1", "f"],
                    ["2", "u"],
                    ["2", "g"],
                    ["3", "u"],
                    ["4", "v"],
                ],
                columns=["agreement", "organisation"],
            ),
        }
        ties = forecast.list_ties(tables, self.CHOICE)
        assert sorted(ties["agreement"].unique()) == ["1", "2"]
        ties["column"] = ties["column"].map({"a": 0, "b": 1})
        counts = forecast.count_agreements(ties, "place", np.array([2014, 2015]))
        # places As, Bo; both universities of Bo are in agreement 1, the place of g is not known
        assert counts.tolist() == [[[1, 1], [1, 1]], [[0, 0], [1, 0]]]

    def test_chances_of_empty_pairs_are_products(self):
        """Of an empty pair, the chance of as few is that of no tie of any organisation."""
        random = np.random.default_rng(3)
        counts = (random.random((1, 30, 6)) < random.uniform(0.05, 0.5, (30, 1))).astype(int)
        home = np.arange(30) % 4
        places = np.stack([counts[0][home == place].sum(axis=0) for place in range(4)])[None]
        places[0, :, 0] = 0
        counts[0, :, 0] = 0
        counts[0, home == 2, 0] = 1
        places[0, 2, 0] = (home == 2).sum()
        register = forecast.Register(make_table(places), make_table(counts), home)
        p, q = forecast.find_chances(register, 2001)
        ties = counts[0]
        active = ties.any(axis=1)
        fit = forecast.fit_configuration(ties[active].sum(axis=1), ties[active].sum(axis=0))
        none = np.ones((4, 6))
        np.multiply.at(none, home[active], 1 - fit.expand())
        empty = places[0] == 0
        assert empty.sum() >= 3
        np.testing.assert_allclose(p[empty], none[empty], rtol=1e-9)
        assert (q[~np.isnan(q)] >= p[~np.isnan(q)]).all()

    def test_groups_of_a_case_are_halves_and_rest(self, monkeypatch):
        table = forecast.draw_table(related=False, seed=2)
        case = forecast.make_case(table, 2003, "new pairs")
        chance = np.random.default_rng(1).random(table.counts.shape[1:])
        monkeypatch.setattr(forecast, "find_chances", lambda *_: (chance / 5, chance))
        register = forecast.Register(table, table, np.zeros(0))
        high, low, more, less, rest, gap = forecast.split_verdicts(register, 2003, case)
        assert ((high | low) == ~rest).all()
        assert ((more | less) == ~rest).all()
        assert not (gap & rest).any()
        past = table.counts[:3].sum(axis=0)
        possible = np.logical_and.outer(past.any(axis=1), past.any(axis=0)) & (past == 0)
        assert gap.sum() == (possible & (chance <= 0.05)).sum() > 0
        score = case.scores["opportunity"]
        assert score[high].min() >= np.median(score[~rest]) > score[low].max()

    @pytest.mark.real_data
    def test_norway_is_counted_as_in_the_register(self, norway):
        """Counted again from the file itself, with sets."""
        source, register = norway
        found = {"organisation": set(), "municipality": set()}
        with (source / "grants.csv").open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines, delimiter=";"):
                party = row["Organisasjonsnummer"] or row["Organisasjonsnavn"]
                topic, year = row["Programkortnavn (H2020)"], row["Kontrakt startdato"][6:10]
                if party in ("", "ukjent") or not topic or not "2014" <= year <= "2017":
                    continue
                found["organisation"].add((party, topic))
                if row["Adresse kommune"]:
                    found["municipality"].add((row["Adresse kommune"], topic))
        for table, pairs in zip(register[:2], ("municipality", "organisation"), strict=True):
            by_then = table.counts[table.years <= 2017].sum(axis=0)
            assert (by_then > 0).sum() == len(found[pairs])
            assert forecast.list_origins(table) == [2015, 2016, 2017, 2018, 2019, 2020]


class TestSection:
    @staticmethod
    def make_frame(differences):
        """Make a frame of one difference a table, given as value, low, high."""
        rows = []
        for number, figures in enumerate(differences):
            named = dict(zip(("value", "low", "high"), figures, strict=True))
            for score in [*forecast.SCORES, *(" - ".join(d) for d in forecast.DIFFERENCES)]:
                for metric in forecast.METRICS:
                    value = {"value": 0.6, "low": 0.55, "high": 0.65}
                    row = named if " - " in score else value
                    rows.append({"table": f"t{number}", "origin": 0, "score": score, **row})
                    rows[-1]["metric"] = metric
        return pd.DataFrame(rows)

    @pytest.mark.parametrize(
        ("figures", "said"),
        [
            ((0.1, 0.05, 0.2), "better in 1 (t0), worse in 0 of 1 tables, open in 0"),
            ((-0.1, -0.2, -0.05), "better in 0, worse in 1 (t0) of 1 tables, open in 0"),
            ((0.1, -0.05, 0.2), "better in 0, worse in 0 of 1 tables, open in 1"),
        ],
    )
    def test_sentences_follow_the_figures(self, figures, said):
        frame = self.make_frame([figures])
        lines = list(forecast.conclude({"new pairs": frame}, pd.DataFrame(), []))
        told = [line for line in lines if "opportunity against popularity is" in line]
        assert len(told) == 2
        assert all(said in line for line in told)
        assert "fill more often in 1 of 1 tables" in lines[1]

    def test_drawn_tables_are_left_out_of_sentences(self):
        frame = self.make_frame([(0.1, 0.05, 0.2)]).assign(table="drawn: something")
        assert list(forecast.conclude({"new pairs": frame}, pd.DataFrame(), [])) == []

    def test_it_stands_between_its_markers(self):
        page = "# Validation\n\n<!-- begin forecast -->\nold\n<!-- end forecast -->\n\nThe end.\n"
        written = forecast.write_section(page, ["| a |", "| b |"])
        assert "<!-- begin forecast -->\n\n| a |\n| b |\n\n<!-- end forecast -->" in written
        assert written.startswith("# Validation\n")
        assert written.endswith("\n\nThe end.\n")
        assert forecast.write_section(written, ["| a |", "| b |"]) == written

    def test_without_registers_it_says_so_and_writes_nothing(self, tmp_path, monkeypatch, capsys):
        monkeypatch.delenv("ECOGRAPH_REAL_DATA", raising=False)
        page = tmp_path / "page.md"
        monkeypatch.setattr(forecast, "PAGE", page)
        monkeypatch.setattr(forecast, "SUMMARY", page)
        monkeypatch.setattr(sys, "argv", ["forecast.py", "--draws", "5"])
        forecast.main()
        shown = capsys.readouterr().out
        assert "ECOGRAPH_REAL_DATA" in shown
        assert "drawn: relatedness decides" in shown
        assert not page.exists()

    @pytest.mark.real_data
    def test_the_short_form_judges_one_register(self, norway, monkeypatch):
        monkeypatch.setattr(forecast, "read_register", lambda *_: norway[1])
        lines = list(forecast.check_forecasts(20, quick=True))
        rows = [line for line in lines if line.startswith("| norway-h2020: organisations")]
        scores = {row.split(" | ")[2] for row in rows}
        assert set(forecast.SCORES) <= scores
        assert any(line.startswith("- In short") for line in lines)
        assert not any("anr-pia" in line for line in lines)
