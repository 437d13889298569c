"""Write organisations of four countries in the ways in which registers name them, with namesakes.

    python benchmarks/namesakes_abroad.py [--organisations 600] [--seed 0] > names.csv

English, French, German and Norwegian: legal forms left out, changed or written out; accents lost;
capitals; ``&`` for a word; the place added or left out; acronyms stated in brackets; names of
universities turned, shortened or put in English; slips; former names; departments. What sets an
organisation apart from its namesakes (country, place, trade, number, branch, group, one letter)
is never lost, unless its city or number stands beside it. Nothing here reads a name.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["COLUMNS", "make_international", "make_number"]

COLUMNS = (
    "id", "name", "city", "country", "uscc", "industry", "truth", "parent", "variant", "kind",
    "language",
)  # fmt: skip
_PER_KIND = {"firm": 0.6, "university": 0.16, "institute": 0.14, "government": 0.1}


@dataclass(frozen=True)
class _Language:
    """The words of a language that names are made of."""

    code: str
    country: str
    cities: tuple[str, ...]
    people: tuple[str, ...]
    onsets: tuple[str, ...]
    rimes: tuple[str, ...]
    trades: tuple[str, ...]
    forms: tuple[tuple[str, ...], ...]
    joiner: str
    group: str
    branch: str
    formerly: str
    own: str
    """The country as a part of names of subsidiaries."""


_ENGLISH = _Language(
    "en", "GB",
    ("Leeds", "Bristol", "York", "Exeter", "Durham", "Warwick", "Sheffield", "Cardiff",
     "Leicester", "Dundee"),
    ("Ashford", "Hartley", "Pemberton", "Whitaker", "Sinclair", "Thornton", "Ellison", "Bradshaw",
     "Kendrick"),
    ("br", "cr", "d", "f", "gl", "h", "k", "l", "m", "n", "p", "qu", "st", "t", "v", "w"),
    ("ar", "en", "ex", "ia", "ion", "on", "or", "um", "est", "all", "ent"),
    ("Technologies", "Engineering", "Systems", "Materials", "Software", "Energy", "Robotics",
     "Diagnostics",
     "Therapeutics", "Instruments", "Logistics", "Foods"),
    (("Ltd", "Limited", "Ltd."), ("PLC", "plc", "P.L.C.", "Public Limited Company"), ("LLP",
      "L.L.P.")),
    "and", "Group", "{name} ({city} Branch)", "formerly", "UK",
)  # fmt: skip
_FRENCH = _Language(
    "fr", "FR",
    ("Lyon", "Grenoble", "Toulouse", "Nîmes", "Besançon", "Orléans", "Angers", "Rennes", "Dijon",
     "Limoges"),
    ("Duval", "Mercier", "Lefèvre", "Béranger", "Chevalier", "Fontaine", "Gaillard", "Bréchet",
     "Rousseau"),
    ("b", "ch", "cl", "d", "f", "g", "l", "m", "n", "p", "r", "s", "t", "v"),
    ("ance", "elle", "ette", "ier", "on", "eau", "ine", "ex", "éa", "is"),
    ("Technologies", "Ingénierie", "Énergie", "Matériaux", "Logiciels", "Électronique", "Santé",
     "Agroalimentaire",
     "Mécanique", "Procédés", "Optique", "Conseil"),
    (("SAS", "S.A.S.", "Société par actions simplifiée"), ("SA", "S.A.", "Société anonyme"),
     ("SARL", "S.A.R.L.")),
    "et", "Groupe", "{name}, agence de {city}", "anciennement", "France",
)  # fmt: skip
_GERMAN = _Language(
    "de", "DE",
    ("Bremen", "Kassel", "Tübingen", "Würzburg", "Münster", "Rostock", "Siegen", "Erfurt",
     "Lübeck", "Göttingen"),
    ("Krüger", "Brandt", "Schäfer", "Weiß", "Hoffmann", "Lindner", "Böhm", "Reinhardt", "Großmann"),
    ("b", "br", "dr", "f", "g", "h", "k", "l", "m", "n", "r", "s", "sch", "t", "w"),
    ("a", "al", "an", "atec", "en", "ex", "ol", "on", "ora", "um"),
    ("Maschinenbau", "Umwelttechnik", "Werkstoffe", "Softwareentwicklung", "Energietechnik",
     "Medizintechnik",
     "Messtechnik", "Elektronik", "Automation", "Anlagenbau", "Logistik", "Lebensmittel"),
    (("GmbH", "G.m.b.H.", "Gesellschaft mit beschränkter Haftung", "mbH"), ("AG", "A.G.",
      "Aktiengesellschaft"),
     ("GmbH & Co. KG", "GmbH & Co.KG", "GmbH und Co. KG")),
    "und", "Gruppe", "{name}, Niederlassung {city}", "ehemals", "Deutschland",
)  # fmt: skip
_NORWEGIAN = _Language(
    "no", "NO",
    ("Bergen", "Tromsø", "Stavanger", "Bodø", "Ålesund", "Molde", "Drammen", "Narvik", "Hamar",
     "Tønsberg"),
    ("Solbakken", "Bjørnstad", "Håland", "Nygård", "Strøm", "Lunde", "Ødegård", "Fosse", "Haugen"),
    ("b", "fj", "f", "g", "h", "k", "l", "m", "n", "r", "s", "sk", "t", "v"),
    ("al", "ar", "en", "er", "in", "or", "øy", "und", "vik", "å"),
    ("Teknologi", "Havbruk", "Energi", "Programvare", "Miljøteknikk", "Marine Systemer", "Eiendom",
     "Maskin",
     "Subsea", "Rådgivning", "Bioteknologi", "Logistikk"),
    (("AS", "A/S", "Aksjeselskap", "AS."), ("ASA", "Allmennaksjeselskap"), ("ANS",
      "Ansvarlig selskap")),
    "og", "Gruppen", "{name} avd. {city}", "tidligere", "Norge",
)  # fmt: skip
_LANGUAGES = (_ENGLISH, _FRENCH, _GERMAN, _NORWEGIAN)

_SCHOOLS = {
    "en": (
        ("University of {c}", ("Univ. of {c}", "The University of {c}", "Univ {c}",
          "UNIVERSITY OF {C}")),
        ("{c} Metropolitan University", ("{c} Metropolitan Univ.", "{c} Met University",
          "The {c} Metropolitan University")),
        ("{c} University of Technology", ("{c} Univ. of Technology", "{c} Technology University")),
        ("University Hospital {c}", ("University Hospital of {c}", "{c} University Hospital",
          "Univ. Hosp. {c}")),
        ("{c} College of Arts", ("{c} Coll. of Arts", "College of Arts, {c}")),
    ),
    "fr": (
        ("Université de {c}", ("Univ. de {c}", "Universite de {c}", "University of {c}",
          "UNIVERSITÉ DE {C}")),
        ("Institut polytechnique de {c}", ("Inst. polytechnique de {c}",
          "Polytechnic Institute of {c}")),
        ("École d'ingénieurs de {c}", ("Ecole d'ingenieurs de {c}", "École d’ingénieurs de {c}")),
        ("Centre hospitalier universitaire de {c}", ("CHU de {c}", "CHU {c}",
          "Centre Hospitalier Universitaire {c}")),
        ("Université {c} 1", ("Univ. {c} 1", "Université {c} I", "Université de {c} 1")),
        ("Université {c} 2", ("Univ. {c} 2", "Université {c} II", "Université de {c} 2")),
    ),
    "de": (
        ("Universität {c}", ("Univ. {c}", "Universitaet {c}", "University of {c}",
          "UNIVERSITÄT {C}")),
        ("Technische Universität {c}", ("TU {c}", "Technical University of {c}",
          "Techn. Universität {c}")),
        ("Hochschule {c}", ("HS {c}", "Hochschule {c} - University of Applied Sciences",
          "{c} University of Applied Sciences")),
        ("Universitätsklinikum {c}", ("Uniklinik {c}", "University Hospital {c}",
          "Universitaetsklinikum {c}")),
        ("Pädagogische Hochschule {c}", ("PH {c}", "Paedagogische Hochschule {c}",
          "University of Education {c}")),
    ),
    "no": (
        ("Universitetet i {c}", ("Univ. i {c}", "University of {c}", "UNIVERSITETET I {C}")),
        ("Høgskolen i {c}", ("Hogskolen i {c}", "{c} University College", "Høyskolen i {c}")),
        ("Universitetssykehuset i {c}", ("University Hospital of {c}",
          "Universitetssjukehuset i {c}")),
        ("Fagskolen i {c}", ("{c} fagskole", "FAGSKOLEN I {C}")),
    ),
}  # fmt: skip
_DEPARTMENTS = {
    "en": ("Department of {t}, {u}", "{u}, Department of {t}", "{u}, Dept. of {t}"),
    "fr": ("Département de {t}, {u}", "{u}, Département de {t}", "{u} - Dépt. de {t}"),
    "de": ("Institut für {t}, {u}", "{u}, Institut für {t}", "{u} - Inst. für {t}"),
    "no": ("Institutt for {t}, {u}", "{u}, Institutt for {t}", "{u} - Inst. for {t}"),
}
_SUBJECTS = {
    "en": ("Physics", "Chemistry", "Geology", "Medicine"), "fr": ("physique", "chimie", "géologie",
     "médecine"),
    "de": ("Physik", "Chemie", "Geologie", "Medizin"), "no": ("fysikk", "kjemi", "geologi",
     "medisin"),
}  # fmt: skip
_TOPICS = (
    ("Solar Energy", "énergie solaire", "Solarenergie", "solenergi"),
    ("Marine Research", "recherche marine", "Meeresforschung", "havforskning"),
    ("Materials Science", "science des matériaux", "Materialwissenschaft", "materialvitenskap"),
    ("Plant Biology", "biologie végétale", "Pflanzenbiologie", "plantebiologi"),
    ("Applied Optics", "optique appliquée", "angewandte Optik", "anvendt optikk"),
    ("Wood Research", "recherche sur le bois", "Holzforschung", "treforskning"),
    ("Public Health", "santé publique", "Gesundheitswesen", "folkehelse"),
    ("Surface Engineering", "ingénierie des surfaces", "Oberflächentechnik", "overflateteknikk"),
    ("Transport Economics", "économie des transports", "Verkehrsökonomie", "transportøkonomi"),
    ("Water Research", "recherche sur l'eau", "Wasserforschung", "vannforskning"),
    ("Systems Biology", "biologie des systèmes", "Systembiologie", "systembiologi"),
    ("Food Safety", "sécurité alimentaire", "Lebensmittelsicherheit", "mattrygghet"),
)  # fmt: skip
_BODIES = {
    "en": ("National Institute for {t}", "National Centre for {t}", "British Society for {t}"),
    "fr": ("Institut national de {t}", "Centre national de {t}", "Société française de {t}"),
    "de": (
        "Forschungsinstitut für {t}",
        "Leibniz-Zentrum für {t}",
        "Deutsche Gesellschaft für {t}",
    ),
    "no": ("Norsk institutt for {t}", "Nasjonalt senter for {t}", "Norsk forening for {t}"),
}
_TOWN_HALLS = {
    "en": (("{c} City Council", ("City of {c}", "City Council of {c}")), ("{c} Development Agency",
      ("Development Agency {c}",))),
    "fr": (("Ville de {c}", ("Mairie de {c}", "Commune de {c}")), ("Métropole de {c}",
      ("{c} Métropole", "METROPOLE DE {C}"))),
    "de": (("Stadt {c}", ("Stadtverwaltung {c}", "STADT {C}")), ("Landkreis {c}",
      ("Landratsamt {c}", "Lkr. {c}"))),
    "no": (("{c} kommune", ("{c} Kommune", "{C} KOMMUNE")), ("{c} havn", ("{c} Havn KF",
       "{c} havnevesen"))),
}  # fmt: skip
_PLAIN = str.maketrans("éèêëàâçîïôöüùûåÉÈÀÇÖÜÅ", "eeeeaaciioouuuaEEACOUA")
_LIGATURES = {"ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "ß": "ss", "ä": "a", "Ä": "A"}
_DIGRAPHS = {"ö": "oe", "ü": "ue", "ä": "ae", "ß": "ss", "ø": "oe", "å": "aa", "Ö": "Oe", "Å": "Aa"}


class Spelling(NamedTuple):
    """A way to write an organisation, and what must stand beside it: city, code or nothing."""

    variant: str
    text: str
    beside: str = ""


@dataclass(frozen=True)
class Organisation:
    """An organisation, its spellings, and those that are always written."""

    kind: str
    name: str
    language: _Language
    city: str
    spellings: tuple[Spelling, ...]
    stated: tuple[Spelling, ...] = ()
    industry: str = ""
    coded: bool = False
    part_of: str = ""
    code: str = field(default="", compare=False)


def main() -> None:
    """Write the names as CSV."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--organisations", type=int, default=600)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    frame = make_international(chosen.organisations, seed=chosen.seed)
    frame.to_csv(sys.stdout, index=False, lineterminator="\n")


def make_international(organisations: int = 600, seed: int = 0) -> pd.DataFrame:
    """Write organisations of four countries in the ways in which registers name them.

    Parameters
    ----------
    organisations
        How many; departments come on top.
    seed
        Same seed, same names.

    Returns
    -------
    DataFrame
        One row a mention: id, name, city, country, uscc (the number by which the country registers
        it), industry (blank where unsaid), truth, parent (-1: none), variant, kind, language.
    """
    rng = random.Random(f"abroad{seed}")  # noqa: S311 - a drawn corpus
    drawn = _draw_organisations(rng, organisations)
    numbers = {one.name: number for number, one in enumerate(drawn)}
    rows = [
        {**row, "truth": number, "parent": numbers.get(one.part_of, -1)}
        for number, one in enumerate(drawn)
        for row in _mention(one, rng)
    ]
    _tell_apart(rows, drawn)
    rng.shuffle(rows)
    frame = pd.DataFrame(rows)
    frame["id"] = [f"A{number:05d}" for number in range(1, len(rows) + 1)]
    return frame[list(COLUMNS)]


def make_number(rng: random.Random, country: str) -> str:
    """Make the number of an organisation: NO by mod 11, FR by Luhn, GB and DE as they are written.

    The weights of a Norwegian number are 3 2 7 6 5 4 3 2.
    """
    digits = [rng.randrange(1, 10), *(rng.randrange(10) for _ in range(7))]
    if country == "NO":
        digits[0] = 9
        rest = -sum(d * w for d, w in zip(digits, (3, 2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
        return make_number(rng, country) if rest == 10 else "".join(map(str, (*digits, rest)))  # noqa: PLR2004
    if country == "FR":
        doubled = [sum(divmod(2 * d, 10)) if place % 2 else d for place, d in enumerate(digits)]
        return "".join(map(str, (*digits, -sum(doubled) % 10)))
    text = "".join(map(str, digits))
    return f"HRB {text[:6]}" if country == "DE" else text


# Mentions


def _mention(one: Organisation, rng: random.Random) -> Iterator[dict[str, str]]:
    count = min(len(one.spellings), rng.choice((1, 2, 2, 3, 3, 4)))
    sampled = rng.sample(one.spellings, count)
    slips = [each for each in sampled if each.variant == "typo"]
    sampled = [each for each in sampled if each not in slips[1:]]
    for place, spelling in enumerate((Spelling("full", one.name), *one.stated, *sampled)):
        dressed = _dress(spelling, rng) if place else spelling
        coded = one.coded or spelling.beside == "code" or rng.random() < 0.25  # noqa: PLR2004
        placed = spelling.beside == "city" or rng.random() < 0.6  # noqa: PLR2004 - a share
        yield {
            "name": dressed.text,
            "city": one.city if placed else "",
            "country": one.language.country if rng.random() < 0.7 else "",  # noqa: PLR2004
            "uscc": one.code if coded else "",
            "industry": one.industry if rng.random() < 0.4 else "",  # noqa: PLR2004 - a share
            "variant": dressed.variant,
            "kind": one.kind,
            "language": one.language.code,
        }


def _dress(spelling: Spelling, rng: random.Random) -> Spelling:
    """Dress one of three spellings: capitals, accents lost or written out, spaces, signs."""
    if rng.random() > 0.33:  # noqa: PLR2004 - a share
        return spelling
    variant, change = rng.choice(_DRESSES)
    return spelling._replace(text=change(spelling.text), variant=f"{spelling.variant}+{variant}")


def _lose_accents(text: str) -> str:
    return "".join(_LIGATURES.get(sign, sign) for sign in text).translate(_PLAIN)


def _write_out(text: str) -> str:
    return "".join(_DIGRAPHS.get(sign, sign) for sign in text)


_DRESSES: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("capitals", str.upper), ("plain", _lose_accents), ("digraphs", _write_out),
    ("spaces", lambda text: f"  {text.replace(' ', '  ', 1)} "), ("hyphen",
     lambda text: text.replace(" ", "-", 1)),
    ("invisible", lambda text: text[:3] + "\u200b" + text[3:]), ("small", str.lower),
)  # fmt: skip


def _tell_apart(rows: list[dict[str, str]], drawn: Sequence[Organisation]) -> None:
    """Give each mention of a name that several organisations bear its city and its number."""
    bearers: dict[str, dict[int, None]] = {}
    for row in rows:
        bearers.setdefault(_fold(row["name"]), {})[int(row["truth"])] = None
    for row in rows:
        if len(bearers[_fold(row["name"])]) > 1:
            one = drawn[int(row["truth"])]
            row["city"], row["uscc"] = one.city, one.code


def _fold(name: str) -> str:
    return "".join(sign for sign in _lose_accents(name).casefold() if sign.isalnum())


# Organisations


def _draw_organisations(rng: random.Random, number: int) -> list[Organisation]:
    drawn: list[Organisation] = []
    seen: Counter[str] = Counter()
    for kind, share in _PER_KIND.items():
        wanted, have = round(number * share), 0
        for one in _SOURCES[kind](rng):
            if have >= wanted:
                break
            if seen[one.name] and not one.coded:
                continue
            seen[one.name] += 1
            drawn.append(one)
            have += not one.part_of
    return drawn


def _found(
    kind: str, name: str, language: _Language, city: str, rng: random.Random, **more: object
) -> Organisation:
    code = make_number(rng, language.country)
    return Organisation(kind, name, language, city, code=code, **more)  # type: ignore[arg-type]


def _draw_firms(rng: random.Random) -> Iterator[Organisation]:
    used: dict[str, None] = {}
    while True:
        language = rng.choice(_LANGUAGES)
        brand = _draw_brand(rng, language)
        if any(_is_near(brand, other) for other in used):
            continue
        used[brand] = None
        yield from rng.choices(_FAMILIES, _WEIGHTS)[0](rng, language, brand)


def _draw_brand(rng: random.Random, language: _Language) -> str:
    if rng.random() < 0.25:  # noqa: PLR2004 - a share
        first, second = rng.sample(language.people, 2)
        return f"{first} & {second}"
    count = rng.choice((2, 2, 3))
    return "".join(
        rng.choice(language.onsets) + rng.choice(language.rimes) for _ in range(count)
    ).title()


def _is_near(brand: str, other: str) -> bool:
    """Say whether a slip may make one brand of the other."""
    a, b = _fold(brand), _fold(other)
    return a.startswith(b) or b.startswith(a) or (a[:-3] == b[:-3] and abs(len(a) - len(b)) < 2)  # noqa: PLR2004


def _spell_firm(
    rng: random.Random, language: _Language, stem: str, form: tuple[str, ...], city: str
) -> list[Spelling]:
    """Spell a firm of a stem (all that sets it apart) and a form."""
    name = f"{stem} {form[0]}"
    found = [
        Spelling("no_form", stem),
        *(Spelling("other_form", f"{stem} {twin}") for twin in form[1:]),
    ]
    found += [Spelling("comma", f"{stem}, {form[0]}"), Spelling("with_place", f"{name}, {city}")]
    if language.code == "fr":
        found.append(Spelling("form_first", f"{form[0]} {stem}"))
    if "&" in stem:
        found.append(Spelling("joiner", name.replace("&", language.joiner)))
    found += [Spelling("typo", text) for text in _slip(rng, name, len(stem))]
    return found


def _slip(rng: random.Random, name: str, end: int) -> Iterator[str]:
    """Slip in a long word that is not the last: swap, drop or double a letter inside it."""
    inner = [
        n for n in range(2, end - 2) if name[n - 1 : n + 2].isalpha() and name[n] != name[n + 1]
    ]
    if len(inner) > 5:  # noqa: PLR2004 - short names are not touched
        n = rng.choice(inner)
        yield name[:n] + name[n + 1] + name[n] + name[n + 2 :]
        n = rng.choice(inner)
        yield name[:n] + name[n + 1 :]
        n = rng.choice(inner)
        yield name[:n] + name[n] + name[n:]


def _build(rng: random.Random, language: _Language, stem: str, **more: object) -> Organisation:
    city = str(more.pop("city", "")) or rng.choice(language.cities)
    form = rng.choice((language.forms[0], language.forms[0], *language.forms))
    exact = more.pop("exact", False)
    spellings = _spell_firm(rng, language, stem, form, city)
    kept = [each for each in spellings if not (exact and each.variant == "typo")]
    name = f"{stem} {form[0]}"
    return _found("firm", name, language, city, rng, spellings=tuple(kept), **more)


def _draw_single(rng: random.Random, language: _Language, brand: str) -> Iterator[Organisation]:
    trade = rng.choice(language.trades)
    one = _build(rng, language, f"{brand} {trade}", industry=trade)
    more = [
        Spelling("no_trade", one.name.replace(f" {trade}", ""), "city"),
        Spelling("brand", brand, "city"),
    ]
    stated: tuple[Spelling, ...] = ()
    if rng.random() < 0.25:  # noqa: PLR2004 - a share
        old = f"{_draw_brand(rng, language)} {rng.choice(language.trades)}"
        stated = (
            Spelling("renamed", f"{one.name} ({language.formerly} {old})"),
            Spelling("old", old),
        )
    code = one.code
    yield Organisation(
        "firm", one.name, language, one.city, (*one.spellings, *more), stated, trade, code=code
    )


def _draw_countries(rng: random.Random, language: _Language, brand: str) -> Iterator[Organisation]:
    """Draw the subsidiaries of one brand in several countries."""
    del language
    for each in rng.sample(_LANGUAGES, rng.choice((2, 3))):
        yield _build(rng, each, f"{brand} {each.own}")


def _draw_places(rng: random.Random, language: _Language, brand: str) -> Iterator[Organisation]:
    trade = rng.choice(language.trades)
    for city in rng.sample(language.cities, 2):
        yield _build(rng, language, f"{brand} {trade} {city}", city=city, industry=trade)


def _draw_trades(rng: random.Random, language: _Language, brand: str) -> Iterator[Organisation]:
    city = rng.choice(language.cities)
    for trade in rng.sample(language.trades, rng.choice((2, 3))):
        yield _build(rng, language, f"{brand} {trade}", city=city, industry=trade)


def _draw_group(rng: random.Random, language: _Language, brand: str) -> Iterator[Organisation]:
    city = rng.choice(language.cities)
    for tail in (language.group, "Holding", rng.choice(language.trades)):
        yield _build(rng, language, f"{brand} {tail}", city=city)


def _draw_numbered(rng: random.Random, language: _Language, brand: str) -> Iterator[Organisation]:
    city = rng.choice(language.cities)
    for number in rng.sample(("I", "II", "III", "IV"), 2):
        yield _build(rng, language, f"{brand} Invest {number}", city=city)


def _draw_letter(rng: random.Random, language: _Language, brand: str) -> Iterator[Organisation]:
    """Draw two firms whose brands differ in one letter, both known by their numbers."""
    place = rng.randrange(1, len(brand.split(maxsplit=1)[0]))
    twin = (
        brand[:place] + rng.choice([a for a in "aeiou" if a != brand[place]]) + brand[place + 1 :]
    )
    city, trade = rng.choice(language.cities), rng.choice(language.trades)
    for each in (brand, twin):
        one = _build(rng, language, f"{each} {trade}", city=city, industry=trade, exact=True)
        known = (Spelling("full", one.name, "code"),)
        yield Organisation(
            "firm", one.name, language, city, one.spellings, known, trade, code=one.code
        )


def _draw_branches(rng: random.Random, language: _Language, brand: str) -> Iterator[Organisation]:
    head = _build(rng, language, f"{brand} {rng.choice(language.trades)}")
    yield head
    other = rng.choice([city for city in language.cities if city != head.city])
    name = language.branch.format(name=head.name, city=other)
    stem = language.branch.format(name=head.name.rsplit(" ", 1)[0], city=other)
    spellings = (
        Spelling("no_form", stem),
        Spelling("comma", name.replace(" (", ", ").replace(")", "")),
    )
    yield _found("firm", name, language, other, rng, spellings=spellings, part_of=head.name)


def _draw_equal(rng: random.Random, language: _Language, brand: str) -> Iterator[Organisation]:
    """Draw two firms of equal name: only their numbers tell."""
    form, trade = language.forms[0], rng.choice(language.trades)
    for city in rng.sample(language.cities, 2):
        stem = f"{brand} {trade}"
        spellings = (Spelling("no_form", stem), Spelling("other_form", f"{stem} {form[1]}"))
        yield _found(
            "firm", f"{stem} {form[0]}", language, city, rng, spellings=spellings, coded=True
        )


_FAMILIES: tuple[Callable[[random.Random, _Language, str], Iterator[Organisation]], ...] = (
    _draw_single, _draw_countries, _draw_places, _draw_trades, _draw_group, _draw_numbered,
    _draw_letter,
    _draw_branches, _draw_equal,
)  # fmt: skip
_WEIGHTS = (45, 8, 6, 8, 7, 6, 8, 7, 5)


def _draw_schools(rng: random.Random) -> Iterator[Organisation]:
    """Draw universities and hospitals, three a city at most, and departments of some."""
    towns = [(language, city) for language in _LANGUAGES for city in language.cities]
    for language, city in rng.sample(towns, len(towns)):
        kinds = _SCHOOLS[language.code]
        for name, others in rng.sample(kinds, rng.choice((2, 3, 3))):
            full = name.format(c=city)
            texts = [text.format(c=city, C=city.upper()) for text in others]
            spellings = [Spelling("other", text) for text in texts]
            spellings += [
                Spelling("with_place", f"{full}, {city}"),
                *(Spelling("typo", t) for t in _slip(rng, full, len(full) - len(city))),
            ]
            yield _found("university", full, language, city, rng, spellings=tuple(spellings))
            if rng.random() < 0.3:  # noqa: PLR2004 - a share
                yield _add_department(rng, language, city, full)


def _add_department(
    rng: random.Random, language: _Language, city: str, school: str
) -> Organisation:
    subject = rng.choice(_SUBJECTS[language.code])
    first, *others = (form.format(t=subject, u=school) for form in _DEPARTMENTS[language.code])
    spellings = tuple(Spelling("turned", text) for text in others)
    return Organisation("department", first, language, city, spellings, part_of=school)


def _draw_institutes(rng: random.Random) -> Iterator[Organisation]:
    """Draw national bodies by topic; their acronym is stated in brackets and then stands alone."""
    pairs = [
        (n, kind, topic) for n in range(4) for kind in range(3) for topic in range(len(_TOPICS))
    ]
    acronyms: Counter[str] = Counter()
    for n, kind, topic in rng.sample(pairs, len(pairs)):
        language = _LANGUAGES[n]
        name = _BODIES[language.code][kind].format(t=_TOPICS[topic][n])
        name = name.replace(" de é", " d'é").replace(" de o", " d'o").replace(" de i", " d'i")
        acronym = _shorten(name)
        spellings = [
            Spelling("capitals", name.upper()),
            Spelling("typo", next(_slip(rng, name, len(name)), name)),
        ]
        spellings.append(Spelling("with_place", f"{name}, {language.cities[topic % 10]}"))
        stated: tuple[Spelling, ...] = ()
        if len(acronym) > 3 and not acronyms[acronym]:  # noqa: PLR2004 - shorter ones are anybody's
            stated = (Spelling("acronym", f"{name} ({acronym})"), Spelling("acronym", acronym))
            spellings.append(Spelling("acronym", f"{acronym} - {name}"))
        acronyms[acronym] += 1
        city = language.cities[topic % 10]
        yield _found(
            "institute", name, language, city, rng, spellings=tuple(spellings), stated=stated
        )


def _shorten(name: str) -> str:
    words = name.replace("-", " ").replace("'", " ").split()
    small = {"for", "de", "des", "für", "sur", "le", "l", "la", "of", "d"}
    return _lose_accents("".join(word[0] for word in words if word not in small).upper())


def _draw_bodies(rng: random.Random) -> Iterator[Organisation]:
    """Draw town halls and their neighbours of the same place."""
    towns = [(language, city) for language in _LANGUAGES for city in language.cities]
    for language, city in rng.sample(towns, len(towns)):
        for name, others in _TOWN_HALLS[language.code]:
            texts = [text.format(c=city, C=city.upper()) for text in others]
            spellings = tuple(Spelling("other", text) for text in texts)
            yield _found(
                "government", name.format(c=city), language, city, rng, spellings=spellings
            )


_SOURCES: dict[str, Callable[[random.Random], Iterator[Organisation]]] = {
    "firm": _draw_firms, "university": _draw_schools, "institute": _draw_institutes,
    "government": _draw_bodies,
}  # fmt: skip


if __name__ == "__main__":
    main()
