"""The clauses of a programme: quantities, what they are compared with, and combinations.

Nothing in a rule file is evaluated as code: a quantity is a small tree of the operations in
``OPERATIONS``.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ecograph.rules.nodes import Node

__all__ = [
    "CERTAINTIES",
    "COMPARISONS",
    "FACTS",
    "MOST_YEARS",
    "OPERATIONS",
    "UNITS",
    "Clause",
    "Limit",
    "Quantity",
    "Step",
    "Test",
    "columns_of",
    "read_clause",
]

CERTAINTIES = ("A", "B", "C", "D")
"""A: text or several independent copies agree; B: one good or two secondary copies; C: one
secondary, partial or conflicting; D: from memory."""

COMPARISONS = {"at_least": "≥", "at_most": "≤", "more_than": ">", "less_than": "<"}
"""How a quantity is compared, with its sign; only the first two include the threshold (含)."""

UNITS = ("share", "yuan", "people", "count", "years", "points")

FACTS = ("age_years", "agreements")
"""Quantities that are no column of financials: years since founding, agreements that count."""

OPERATIONS = {
    "ratio": "the first over the second",
    "sum": "all added up",
    "greatest": "the largest of all",
    "between": "a figure that no table has, but whose bounds are known",
    "up_to": "a figure that no table has, but which cannot exceed this one",
    "points": "the points of a scale",
    "sum_years": "the sum over the latest years",
    "mean_years": "the mean over the latest years",
    "least_years": "the least of the latest years",
    "growth": "the mean of the yearly growth rates",
    "compound_growth": "the compound yearly growth rate",
}
"""What a quantity may be made of, besides a column or a fact."""

MOST_YEARS = 4
"""The longest window of years that a rule may ask for."""

_YEARLY = ("sum_years", "mean_years", "least_years", "growth", "compound_growth")
_GROWING = ("growth", "compound_growth")
_WITH_PARTS = ("holds", "any_of", "all_of")


@dataclass(frozen=True)
class Step:
    """A step of a scale or of bands: up to or from a limit, a value."""

    comparison: str  # empty: everything that is left
    limit: float
    value: float


@dataclass(frozen=True)
class Quantity:
    """What a clause looks at: a column, a fact, or an operation on quantities."""

    operation: str  # "column" or a key of OPERATIONS
    of: tuple[Quantity, ...] = ()
    column: str = ""
    years: int = 1
    scale: tuple[Step, ...] = ()
    bounds: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Limit:
    """A threshold: one for all, or by bands of another quantity."""

    threshold: float
    by: Quantity | None = None
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Test:
    """A comparison of a quantity with a limit."""

    __test__ = False  # not one of pytest's

    quantity: Quantity
    comparison: str
    limit: Limit
    unit: str


@dataclass(frozen=True)
class Clause:
    """One condition: a test, a certificate held, a combination, or unknown from data.

    Parameters
    ----------
    id
        Its name within the programme; empty for parts of a combination.
    en, zh
        What is measured (a test: the limit comes from the data) or what is demanded.
    certainty
        One of ``CERTAINTIES``.
    test, holds, any_of, all_of
        At most one is set; a clause without any can never be known from the tables.
    recheck
        Whether it applies to those who hold the certificate.
    note
        What to bear in mind.
    unseen
        Whether what the document demands was not seen, so that it is not the data that lack.
    """

    id: str
    en: str
    zh: str
    certainty: str
    test: Test | None = None
    holds: tuple[str, ...] = ()
    any_of: tuple[Clause, ...] = ()
    all_of: tuple[Clause, ...] = ()
    recheck: bool = True
    note: str = ""
    unseen: bool = False

    @property
    def computable(self) -> bool:
        """Say whether any part of it can be known from the tables."""
        parts = (*self.any_of, *self.all_of)
        return bool(self.test or self.holds) or any(part.computable for part in parts)

    def text(self, lang: str) -> str:
        """Say the clause in a language."""
        return self.zh if lang == "zh" else self.en


def read_clause(node: Node, certainty: str | None = None) -> Clause:
    """Read a clause; a part of a combination has the certainty of the whole.

    Parameters
    ----------
    node
        What a rule file says of the clause.
    certainty
        That of the whole, for a part.

    Raises
    ------
    SettingsError
        If it holds an unknown key or an impossible value.
    """
    kinds = {"known", *_WITH_PARTS, "quantity"}
    test = ["comparison", "threshold", "bands", "unit"]
    own = ["id", "certainty"]
    always, sometimes = ([], own) if certainty else (own, [])
    more = [*sometimes, *sorted(kinds), *test, "recheck", "note", "unseen"]
    part = node.take(["en", "zh", *always], more)
    if len(kinds & part.keys()) != 1:
        raise node.refuse(f"a clause has exactly one of: {', '.join(sorted(kinds))}.")
    if "known" in part and part["known"].flag():
        raise part["known"].refuse("only false makes sense; leave it out otherwise.")
    if "unseen" in part and "known" not in part:
        raise part["unseen"].refuse("goes with known: false only.")
    empty = [key for key in _WITH_PARTS if key in part and not part[key].items()]
    if empty:
        raise part[empty[0]].refuse("at least one part is needed.")
    grade = part["certainty"].choice(CERTAINTIES) if "certainty" in part else str(certainty)
    return Clause(
        id=part["id"].text() if "id" in part else "",
        en=part["en"].text(),
        zh=part["zh"].text(),
        certainty=grade,
        test=_read_test(node, part) if "quantity" in part else None,
        holds=part["holds"].choices(node.certificates) if "holds" in part else (),
        any_of=_read_parts(part, "any_of", grade),
        all_of=_read_parts(part, "all_of", grade),
        recheck="recheck" not in part or part["recheck"].flag(),
        note=part["note"].text() if "note" in part else "",
        unseen="unseen" in part and part["unseen"].flag(),
    )


def columns_of(quantity: Quantity) -> dict[str, int]:
    """List the columns and facts that a quantity needs, each with the years of it.

    >>> columns_of(Quantity("growth", (Quantity("column", column="revenue"),), years=2))
    {'revenue': 3}
    """
    if quantity.operation == "column":
        return {quantity.column: 1}
    further = quantity.years - 1 + (quantity.operation in _GROWING)
    needed: dict[str, int] = {}
    for part in quantity.of:
        for column, years in columns_of(part).items():
            needed[column] = max(needed.get(column, 0), years + further)
    return needed


def _read_parts(part: Mapping[str, Node], key: str, certainty: str) -> tuple[Clause, ...]:
    items = part[key].items() if key in part else []
    return tuple(read_clause(item, certainty) for item in items)


def _read_test(node: Node, part: Mapping[str, Node]) -> Test:
    absent = [key for key in ("comparison", "unit") if key not in part]
    if absent or ("threshold" in part) == ("bands" in part):
        raise node.refuse("a quantity needs comparison, unit, and either threshold or bands.")
    return Test(
        quantity=_read_quantity(part["quantity"]),
        comparison=part["comparison"].choice(COMPARISONS),
        limit=_read_bands(part["bands"]) if "bands" in part else Limit(part["threshold"].number()),
        unit=part["unit"].choice(UNITS),
    )


def _read_bands(node: Node) -> Limit:
    part = node.take(["by", "steps"])
    if not part["steps"].items():
        raise part["steps"].refuse("at least one step is needed.")
    *steps, last = part["steps"].items()
    read = tuple(_read_step(step, ("at_most", "less_than"), "threshold") for step in steps)
    if [step.limit for step in read] != sorted({step.limit for step in read}):
        raise part["steps"].refuse("the limits should rise from step to step.")
    rest = last.take(["threshold"])["threshold"].number()
    return Limit(rest, _read_quantity(part["by"]), read)


def _read_step(node: Node, comparisons: Collection[str], value: str) -> Step:
    part = node.take([value], comparisons)
    used = [name for name in comparisons if name in part]
    if len(used) != 1:
        raise node.refuse(f"a step needs one of: {', '.join(comparisons)}.")
    return Step(used[0], part[used[0]].number(), part[value].number())


def _read_quantity(node: Node) -> Quantity:
    if isinstance(node.value, str):
        columns = read_schema().tables["financials"].columns
        known = [c.name for c in columns.values() if c.type in {"number", "amount"}]
        return Quantity("column", column=node.choice([*known, *FACTS]))
    part = node.take([], [*OPERATIONS, "years", "scale"])
    used = [name for name in OPERATIONS if name in part]
    if len(used) != 1:
        raise node.refuse(f"a quantity is a column or has one of: {', '.join(OPERATIONS)}.")
    return _read_operation(used[0], node, part)


def _read_operation(name: str, node: Node, part: Mapping[str, Node]) -> Quantity:
    if ("years" in part) != (name in _YEARLY) or ("scale" in part) != (name == "points"):
        raise node.refuse(f"years go with {', '.join(_YEARLY)} only, scale with points only.")
    if name == "between":
        return Quantity(name, bounds=_read_bounds(part[name]))
    inner = part[name].items() if isinstance(part[name].value, list) else [part[name]]
    if not inner:
        raise part[name].refuse("at least one part is needed.")
    if (name == "ratio") != (len(inner) == 2) and name not in {"sum", "greatest"}:  # noqa: PLR2004
        raise part[name].refuse("a ratio has two parts, sum and greatest any number, others one.")
    return Quantity(
        name,
        tuple(_read_quantity(item) for item in inner),
        years=_read_years(part["years"]) if "years" in part else 1,
        scale=_read_scale(part["scale"]) if "scale" in part else (),
    )


def _read_bounds(node: Node) -> tuple[float, float]:
    numbers = [item.number() for item in node.items()]
    match numbers:
        case [low, high] if low <= high:
            return low, high
    raise node.refuse("two numbers are needed, the lower first.")


def _read_years(node: Node) -> int:
    years = node.number()
    if years not in range(1, MOST_YEARS + 1):
        raise node.refuse(f"{node.value!r} should be a whole number from 1 to {MOST_YEARS}.")
    return int(years)


def _read_scale(node: Node) -> tuple[Step, ...]:
    """Read the steps of a scale, the most points first; it rises or falls throughout."""
    steps = tuple(_read_step(item, COMPARISONS, "points") for item in node.items())
    rising = all(step.comparison in {"at_least", "more_than"} for step in steps)
    if not rising and any(step.comparison in {"at_least", "more_than"} for step in steps):
        raise node.refuse("a scale looks either for high values or for low ones.")
    for better, worse in itertools.pairwise(steps):
        outward = better.limit > worse.limit if rising else better.limit < worse.limit
        if not outward or better.value <= worse.value:
            raise node.refuse("the steps should stand in order, the most points first.")
    return steps
