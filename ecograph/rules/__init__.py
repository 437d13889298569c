"""Programmes and tiers as data: documents, dates in force, clauses, and how sure each is.

One YAML file a programme, with one edition for each document; ``tiers.yaml`` says which
certificate gives which tier. Nothing in the files is evaluated as code: a quantity is a small
tree of the operations in ``OPERATIONS``.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from ecograph.errors import SettingsError
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from importlib.resources.abc import Traversable

__all__ = [
    "CERTAINTIES",
    "COMPARISONS",
    "FACTS",
    "MOST_YEARS",
    "OPERATIONS",
    "UNITS",
    "Clause",
    "Direct",
    "Limit",
    "Programme",
    "Quantity",
    "Route",
    "Step",
    "Test",
    "Tier",
    "Tiers",
    "columns_of",
    "read_editions",
    "read_programmes",
    "read_tiers",
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
_CERTIFICATE = "certificate"


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

    @property
    def computable(self) -> bool:
        """Say whether any part of it can be known from the tables."""
        parts = (*self.any_of, *self.all_of)
        return bool(self.test or self.holds) or any(part.computable for part in parts)

    def text(self, lang: str) -> str:
        """Say the clause in a language."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Direct:
    """A direct route: where its clause is met, the clauses that it replaces are, too."""

    clause: Clause
    replaces: tuple[str, ...]


@dataclass(frozen=True)
class Programme:
    """A programme as one document sets it."""

    id: str
    en: str
    zh: str
    local: bool
    edition: str
    document: str
    in_force_from: dt.date | None
    in_force_to: dt.date | None
    in_force_certainty: str
    certainty: str
    source: str
    note: str
    clauses: tuple[Clause, ...]
    direct: tuple[Direct, ...]

    def in_force(self, as_of: dt.date) -> bool:
        """Say whether the document is in force on a day; its first and last day count."""
        begun = self.in_force_from is None or self.in_force_from <= as_of
        return begun and (self.in_force_to is None or as_of <= self.in_force_to)


@dataclass(frozen=True)
class Tier:
    """A tier: the certificates that give it, and what leads beyond it."""

    id: str
    certificates: tuple[str, ...]
    next: str
    programmes: tuple[str, ...]


@dataclass(frozen=True)
class Route:
    """A way into a tier without a certificate."""

    tier: str
    clause: Clause


@dataclass(frozen=True)
class Tiers:
    """All tiers, the highest first, and the routes without a certificate."""

    mapping: str
    source: str
    tiers: tuple[Tier, ...]
    routes: tuple[Route, ...]


def read_programmes(
    as_of: dt.date | None = None, *, folder: Traversable | None = None
) -> dict[str, Programme]:
    """Read the programmes in force on a day.

    Parameters
    ----------
    as_of
        The day; without one, the latest edition of each programme is taken.
    folder
        A folder of rule files; by default those of the package.

    Returns
    -------
    dict of Programme
        By certificate key; a programme with no edition in force is left out.

    Raises
    ------
    SettingsError
        If a file holds an unknown key or an impossible value; the sentence names both.

    Examples
    --------
    >>> read_programmes(dt.date(2026, 3, 31))["little_giant"].edition
    '2022'
    >>> read_programmes(dt.date(2026, 4, 1))["little_giant"].edition
    '2026'
    """
    editions = read_editions(folder=folder)
    return {e.id: e for e in editions if as_of is None or e.in_force(as_of)}


def read_editions(*, folder: Traversable | None = None) -> tuple[Programme, ...]:
    """Read every edition of every programme, by file name and in the order of the file.

    Raises
    ------
    SettingsError
        If a file holds an unknown key or an impossible value; the sentence names both.
    """
    return _read_package() if folder is None else _read_folder(folder)


def read_tiers(*, folder: Traversable | None = None) -> Tiers:
    """Read which certificate gives which tier.

    Raises
    ------
    SettingsError
        If ``tiers.yaml`` holds an unknown key or an impossible value.

    Examples
    --------
    >>> [tier.id for tier in read_tiers().tiers]
    ['tree', 'shrub', 'seedling', 'none']
    """
    return _read_package_tiers() if folder is None else _read_tiers(folder)


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


@functools.cache
def _read_package() -> tuple[Programme, ...]:
    return _read_folder(resources.files("ecograph").joinpath("rules"))


@functools.cache
def _read_package_tiers() -> Tiers:
    return _read_tiers(resources.files("ecograph").joinpath("rules"))


def _read_folder(folder: Traversable) -> tuple[Programme, ...]:
    names = sorted(f.name for f in folder.iterdir() if f.name.endswith(".yaml"))
    files = [_read_file(folder, name) for name in names if name != "tiers.yaml"]
    return tuple(programme for file in files for programme in _read_programme(file))


def _read_file(folder: Traversable, name: str) -> _Node:
    text = folder.joinpath(name).read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Node(yaml.load(text, Loader=loader), name)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise SettingsError(f"{name} is not readable YAML: {error}") from None


@dataclass(frozen=True)
class _Node:
    """A value of a rule file and its place; reading it checks it."""

    value: Any
    place: str

    def refuse(self, sentence: str) -> SettingsError:
        return SettingsError(f"{self.place}: {sentence}")

    def take(self, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, _Node]:
        """Take a mapping with these keys and no others."""
        if not isinstance(self.value, dict):
            raise self.refuse(f"{self.value!r} should be a mapping.")
        required = tuple(required)
        unknown = sorted(str(key) for key in set(self.value) - {*required, *optional})
        if unknown:
            known = ", ".join((*required, *optional))
            raise self.refuse(f"unknown key {', '.join(unknown)}; known keys: {known}.")
        absent = [key for key in required if key not in self.value]
        if absent:
            raise self.refuse(f"the key {', '.join(absent)} is missing.")
        return {key: _Node(value, f"{self.place}: {key}") for key, value in self.value.items()}

    def items(self) -> list[_Node]:
        if not isinstance(self.value, list):
            raise self.refuse(f"{self.value!r} should be a list.")
        return [_Node(item, f"{self.place}[{n}]") for n, item in enumerate(self.value, start=1)]

    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.refuse(f"{self.value!r} should be text.")
        return self.value.strip()

    def number(self) -> float:
        if not isinstance(self.value, int | float) or isinstance(self.value, bool):
            raise self.refuse(f"{self.value!r} should be a number.")
        return float(self.value)

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.refuse(f"{self.value!r} should be true or false.")
        return self.value

    def day(self) -> dt.date | None:
        if self.value is not None and not isinstance(self.value, dt.date):
            raise self.refuse(f"{self.value!r} should be a day, YYYY-MM-DD, or empty.")
        return self.value

    def choice(self, choices: Collection[str]) -> str:
        if self.value not in choices:
            raise self.refuse(f"{self.value!r} is not one of: {', '.join(choices)}.")
        return str(self.value)

    def choices(self, known: Collection[str]) -> tuple[str, ...]:
        return tuple(item.choice(known) for item in self.items())


def _certificate_keys() -> tuple[str, ...]:
    return tuple(term.key for term in read_schema().vocabularies[_CERTIFICATE])


def _read_programme(file: _Node) -> list[Programme]:
    head = file.take(["id", "en", "zh", "editions"], ["local"])
    shared = {
        "id": head["id"].choice(_certificate_keys()),
        "en": head["en"].text(),
        "zh": head["zh"].text(),
        "local": "local" in head and head["local"].flag(),
    }
    editions = [_read_edition(node, shared) for node in head["editions"].items()]
    for earlier, later in itertools.pairwise(editions):
        ended, begun = earlier.in_force_to, later.in_force_from
        if ended is None or begun is None or ended >= begun:
            raise head["editions"].refuse(
                f"edition {earlier.edition} should end before edition {later.edition} begins."
            )
    return editions


def _read_edition(node: _Node, shared: Mapping[str, Any]) -> Programme:
    dates = ["in_force_from", "in_force_to"]
    texts = ["edition", "document", "source"]
    grades = ["certainty", "in_force_certainty"]
    part = node.take([*texts, *dates, *grades, "clauses"], ["note", "direct"])
    facts: dict[str, Any] = {name: part[name].text() for name in texts}
    facts |= {name: part[name].day() for name in dates}
    facts |= {name: part[name].choice(CERTAINTIES) for name in grades}
    clauses = tuple(_read_clause(item) for item in part["clauses"].items())
    names = [clause.id for clause in clauses]
    if "" in names or len(set(names)) < len(names):
        raise part["clauses"].refuse("every clause needs an id of its own.")
    direct = part["direct"].items() if "direct" in part else []
    return Programme(
        **shared,
        **facts,
        note=part["note"].text() if "note" in part else "",
        clauses=clauses,
        direct=tuple(_read_direct(item, names) for item in direct),
    )


def _read_direct(node: _Node, names: Collection[str]) -> Direct:
    part = node.take(["replaces", "clause"])
    return Direct(_read_clause(part["clause"]), part["replaces"].choices(names))


def _read_clause(node: _Node, certainty: str | None = None) -> Clause:
    """Read a clause; a part of a combination has the certainty of the whole."""
    kinds = {"known", "holds", "any_of", "all_of", "quantity"}
    test = ["comparison", "threshold", "bands", "unit"]
    own = ["id", "certainty"]
    always, sometimes = ([], own) if certainty else (own, [])
    part = node.take(["en", "zh", *always], [*sometimes, *sorted(kinds), *test, "recheck", "note"])
    if len(kinds & part.keys()) != 1:
        raise node.refuse(f"a clause has exactly one of: {', '.join(sorted(kinds))}.")
    if "known" in part and part["known"].flag():
        raise part["known"].refuse("only false makes sense; leave it out otherwise.")
    grade = part["certainty"].choice(CERTAINTIES) if "certainty" in part else str(certainty)
    return Clause(
        id=part["id"].text() if "id" in part else "",
        en=part["en"].text(),
        zh=part["zh"].text(),
        certainty=grade,
        test=_read_test(node, part) if "quantity" in part else None,
        holds=part["holds"].choices(_certificate_keys()) if "holds" in part else (),
        any_of=_read_parts(part, "any_of", grade),
        all_of=_read_parts(part, "all_of", grade),
        recheck="recheck" not in part or part["recheck"].flag(),
        note=part["note"].text() if "note" in part else "",
    )


def _read_parts(part: Mapping[str, _Node], key: str, certainty: str) -> tuple[Clause, ...]:
    items = part[key].items() if key in part else []
    return tuple(_read_clause(item, certainty) for item in items)


def _read_test(node: _Node, part: Mapping[str, _Node]) -> Test:
    absent = [key for key in ("comparison", "unit") if key not in part]
    if absent or ("threshold" in part) == ("bands" in part):
        raise node.refuse("a quantity needs comparison, unit, and either threshold or bands.")
    return Test(
        quantity=_read_quantity(part["quantity"]),
        comparison=part["comparison"].choice(COMPARISONS),
        limit=_read_bands(part["bands"]) if "bands" in part else Limit(part["threshold"].number()),
        unit=part["unit"].choice(UNITS),
    )


def _read_bands(node: _Node) -> Limit:
    part = node.take(["by", "steps"])
    *steps, last = part["steps"].items()
    read = tuple(_read_step(step, ("at_most", "less_than"), "threshold") for step in steps)
    if [step.limit for step in read] != sorted({step.limit for step in read}):
        raise part["steps"].refuse("the limits should rise from step to step.")
    rest = last.take(["threshold"])["threshold"].number()
    return Limit(rest, _read_quantity(part["by"]), read)


def _read_step(node: _Node, comparisons: Collection[str], value: str) -> Step:
    part = node.take([value], comparisons)
    used = [name for name in comparisons if name in part]
    if len(used) != 1:
        raise node.refuse(f"a step needs one of: {', '.join(comparisons)}.")
    return Step(used[0], part[used[0]].number(), part[value].number())


def _read_quantity(node: _Node) -> Quantity:
    if isinstance(node.value, str):
        columns = read_schema().tables["financials"].columns
        known = [c.name for c in columns.values() if c.type in {"number", "amount"}]
        return Quantity("column", column=node.choice([*known, *FACTS]))
    part = node.take([], [*OPERATIONS, "years", "scale"])
    used = [name for name in OPERATIONS if name in part]
    if len(used) != 1:
        raise node.refuse(f"a quantity is a column or has one of: {', '.join(OPERATIONS)}.")
    return _read_operation(used[0], node, part)


def _read_operation(name: str, node: _Node, part: Mapping[str, _Node]) -> Quantity:
    if ("years" in part) != (name in _YEARLY) or ("scale" in part) != (name == "points"):
        raise node.refuse(f"years go with {', '.join(_YEARLY)} only, scale with points only.")
    if name == "between":
        return Quantity(name, bounds=_read_bounds(part[name]))
    inner = part[name].items() if isinstance(part[name].value, list) else [part[name]]
    if (name == "ratio") != (len(inner) == 2) and name not in {"sum", "greatest"}:  # noqa: PLR2004
        raise part[name].refuse("a ratio has two parts, sum and greatest any number, others one.")
    return Quantity(
        name,
        tuple(_read_quantity(item) for item in inner),
        years=_read_years(part["years"]) if "years" in part else 1,
        scale=_read_scale(part["scale"]) if "scale" in part else (),
    )


def _read_bounds(node: _Node) -> tuple[float, float]:
    numbers = [item.number() for item in node.items()]
    match numbers:
        case [low, high] if low <= high:
            return low, high
    raise node.refuse("two numbers are needed, the lower first.")


def _read_years(node: _Node) -> int:
    years = node.number()
    if years not in range(1, MOST_YEARS + 1):
        raise node.refuse(f"{node.value!r} should be a whole number from 1 to {MOST_YEARS}.")
    return int(years)


def _read_scale(node: _Node) -> tuple[Step, ...]:
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


def _read_tiers(folder: Traversable) -> Tiers:
    part = _read_file(folder, "tiers.yaml").take(["mapping", "source", "tiers", "routes"])
    tiers = tuple(_read_tier(node) for node in part["tiers"].items())
    names = [tier.id for tier in tiers]
    unknown = [tier.next for tier in tiers if tier.next not in {"", *names}]
    if unknown:
        raise part["tiers"].refuse(f"next names no tier: {', '.join(unknown)}.")
    routes = part["routes"].items()
    return Tiers(
        mapping=part["mapping"].text(),
        source=part["source"].text(),
        tiers=tiers,
        routes=tuple(_read_route(node, names) for node in routes),
    )


def _read_tier(node: _Node) -> Tier:
    part = node.take(["id"], ["certificates", "next", "programmes"])
    keys = _certificate_keys()
    return Tier(
        id=part["id"].text(),
        certificates=part["certificates"].choices(keys) if "certificates" in part else (),
        next=part["next"].text() if "next" in part else "",
        programmes=part["programmes"].choices(keys) if "programmes" in part else (),
    )


def _read_route(node: _Node, tiers: Collection[str]) -> Route:
    part = node.take(["tier", "clause"])
    return Route(part["tier"].choice(tiers), _read_clause(part["clause"]))
