"""Real data: what economiccomplexity for R published of world trade, 1998 to 2000.

The numbers are the printed output of its vignette, version 1.4.0 of 2022-09-03, in the repository
pachadotdev/economiccomplexity at commit 677308d5909ac2df0c0d0fb15e0bbd73f3f490f8, file
docs/articles/economiccomplexity.html. The table is the data set world_trade_avg_1998_to_2000 of
that package.
"""

import math
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ecograph.statistics.complexity import compute_complexity, compute_fitness
from ecograph.statistics.relatedness import compute_proximity, compute_relatedness_density
from ecograph.statistics.specialisation import (
    compute_diversity,
    compute_location_quotient,
    compute_ubiquity,
    mark_specialised,
)

pytestmark = pytest.mark.real_data
FILE = "world-trade/world_trade_avg_1998_to_2000.csv"


@pytest.fixture(scope="module")
def trade():
    folder = os.environ.get("ECOGRAPH_REAL_DATA")
    if not folder:
        pytest.skip("ECOGRAPH_REAL_DATA is not set: world trade is not here")
    file = Path(folder) / FILE
    if not file.exists():
        pytest.skip(f"{file} is not there")
    rows = pd.read_csv(file, dtype={"country": str, "product": str}, keep_default_na=False)
    return rows.pivot_table(index="country", columns="product", values="value", aggfunc="sum")


@pytest.fixture(scope="module")
def quotient(trade):
    return compute_location_quotient(trade.fillna(0).to_numpy())


@pytest.fixture(scope="module")
def presence(quotient):
    return mark_specialised(quotient)


def printed(values, digits):
    """Compare with numbers that were printed with so many digits after the point."""
    return pytest.approx(np.array(values), abs=0.51 * 10.0**-digits, rel=0)


def test_the_table_is_the_published_one(trade):
    assert trade.shape == (226, 785)  # tests/testthat/test-balassa_index.R
    assert trade.index[:5].tolist() == ["afg", "ago", "aia", "alb", "and"]
    assert trade.columns[:5].tolist() == ["0011", "0012", "0013", "0014", "0015"]
    assert trade.loc["afg"].dropna().tolist()[:6] == [30068, 16366, 19273, 893, 350, 1561]


def test_the_balassa_index(quotient):
    published = [
        [0.2312238, 0.285438688, 0, 0, 0],
        [0.1777917, 0.087436319, 0.002076625, 0.00139056, 0.001106041],
        [0, 0.002581853, 0, 0, 0],
        [0, 0, 0, 0.01582754, 0.073011368],
        [2.4825815, 0.550954168, 0, 0.48208017, 3.815013019],
    ]
    digits = [7, 9, 9, 8, 9]
    for column, precision in enumerate(digits):
        expected = [row[column] for row in published]
        assert quotient[:5, column] == printed(expected, precision)


def test_the_balassa_index_cut_at_1(presence):
    published = [[0, 0, 0, 0, 0]] * 4 + [[1, 0, 0, 0, 1]]
    assert presence[:5, :5].astype(int).tolist() == published


def test_the_fitness_of_countries_and_the_complexity_of_products(presence):
    # by default R makes 20 columns, of which the first holds the ones: 19 steps
    found = compute_fitness(presence, iterations=19)
    fitness = [0.78605655, 0.03999516, 1.05645538, 1.24261128, 1.37321261]
    assert found.rows[:5] == printed(fitness, 8)
    complexity = [0.7538883, 0.7491391, 2.3018690, 0.9903918, 1.3120378]
    assert found.columns[:5] == printed(complexity, 7)


def test_fitness_against_dense_loops(presence):
    fitness, complexity = np.ones(226), np.ones(785)
    for _ in range(19):
        raw = np.array([math.fsum(complexity[row]) for row in presence])
        back = np.array([1 / math.fsum(1 / fitness[column]) for column in presence.T])
        fitness, complexity = raw / (math.fsum(raw) / 226), back / (math.fsum(back) / 785)
    found = compute_fitness(presence, iterations=19)
    assert found.rows == pytest.approx(fitness, rel=1e-12)
    assert found.columns == pytest.approx(complexity, rel=1e-12)


def test_the_complexity_of_countries_and_products(presence):
    # R divides by one less than the number
    found = compute_complexity(presence)
    assert found.parts == 1
    countries = [-0.5764283, -1.7770752, 1.4090414, -0.1732606, 1.0772452]
    assert found.rows[:5] * math.sqrt(225 / 226) == printed(countries, 7)
    products = [-0.66657613, -1.62657599, -0.08149436, 0.19917280, 0.14935653]
    assert found.columns[:5] * math.sqrt(784 / 785) == printed(products, 8)


def test_the_method_of_reflections_leads_there(presence):
    # the published reflections of even order, from our diversity and ubiquity, by averaging
    diversity, ubiquity = compute_diversity(presence), compute_ubiquity(presence)
    rows, columns = diversity.astype(float), ubiquity.astype(float)
    for step in range(19):
        rows, columns = presence @ columns / diversity, rows @ presence / ubiquity
        if step == 17:
            countries = (rows - rows.mean()) / rows.std(ddof=1)
    products = (columns - columns.mean()) / columns.std(ddof=1)
    assert countries[:5] == printed([-0.5788151, -1.7710696, 1.4074821, -0.1754989, 1.0738736], 7)
    # their spread is 4e-6 around 198, so that doubles keep seven digits; the first is -0.66255105
    # with 64 bits of mantissa too, where R printed -0.66255107
    published = [-0.66255107, -1.62169899, -0.07449487, 0.20554720, 0.15848845]
    assert products[:5] == printed(published, 7)
    assert np.corrcoef(countries, compute_complexity(presence).rows)[0, 1] > 0.999


def test_the_proximity_of_countries(presence):
    published = [
        [1.00000000, 0.015873016, 0.181818182, 0.19689119, 0.192513369],
        [0.01587302, 1.000000000, 0.006993007, 0.01554404, 0.005347594],
        [0.18181818, 0.006993007, 1.000000000, 0.16580311, 0.251336898],
        [0.19689119, 0.015544041, 0.165803109, 1.00000000, 0.310880829],
        [0.19251337, 0.005347594, 0.251336898, 0.31088083, 1.000000000],
    ]
    assert compute_proximity(presence.T)[:5, :5] == printed(published, 8)


def test_the_proximity_of_products(presence):
    published = [
        [1.0000000, 0.3658537, 0.1707317, 0.2439024, 0.2682927],
        [0.3658537, 1.0000000, 0.2500000, 0.2250000, 0.2500000],
        [0.1707317, 0.2500000, 1.0000000, 0.2500000, 0.1200000],
        [0.2439024, 0.2250000, 0.2500000, 1.0000000, 0.2250000],
        [0.2682927, 0.2500000, 0.1200000, 0.2250000, 1.0000000],
    ]
    assert compute_proximity(presence)[:5, :5] == printed(published, 7)


def test_density_against_a_loop_over_some_products(presence):
    proximity = compute_proximity(presence)
    density = compute_relatedness_density(presence, proximity)
    for product in (0, 100, 784):
        others = np.delete(np.arange(785), product)
        around = proximity[product, others]
        expected = [around[row[others]].sum() / around.sum() for row in presence]
        assert density[:, product] == pytest.approx(expected)
