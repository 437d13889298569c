import pytest

from ecograph.names import parse_name
from ecograph.names.spelling import mend_words


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("acme corproation", "acme corporation"),  # two letters swapped
        ("acme compnay ltd", "acme company ltd"),
        ("acme techmologies inc.", "acme technologies inc."),  # the next key
        ("acme pharmacueticals", "acme pharmaceuticals"),
        ("acme incorportaed", "acme incorporated"),
        ("acme corporatiom", "acme corporation"),  # a legal form may end wrong
        ("acme-gessellschaft", "acme-gesellschaft"),  # a letter twice, behind a hyphen
        ("(acme) aktiengesellchaft.", "(acme) aktiengesellschaft."),  # a letter lost
        ("univeristy of acme", "university of acme"),
    ],
)
def test_one_slip_in_a_long_fixed_word_is_mended(written, meant):
    assert mend_words(written) == meant


@pytest.mark.parametrize(
    "right",
    [
        "biontech",  # nine letters are needed
        "innovatron",  # r is not beside i
        "analytica",  # an ending of its own
        "universitas acme",
        "reagents",
        "lightning",
        "maternal",
        "bernical company",
        "corporate",  # two letters fewer
        "kompany",  # the first letter is right
        "",
    ],
)
def test_other_words_stay_as_they_are(right):
    assert mend_words(right) == right


def test_a_mended_form_is_known_as_one():
    name = parse_name("Acme Aketiengesellschaft")
    assert (name.core, name.form) == ("acme", "ag")
    assert name.folded == "acme aketiengesellschaft"


def test_whom_a_name_acts_for_is_found_through_a_slip():
    slipped = parse_name("The State of Acmia as repesented by the Department of Trade")
    right = parse_name("The State of Acmia as represented by the Department of Trade")
    assert slipped.core == right.core
    assert "acmia" not in slipped.core


def test_fields_of_a_file_behind_a_name_are_dropped():
    name = parse_name("The Acme Society of Norland CNT NLX COD 07")
    assert (name.core, name.marks) == (parse_name("The Acme Society of Norland").core, ())


@pytest.mark.parametrize(
    "text",
    [
        "ACME CNT NLX COD 07",  # all in capitals: they may be its name
        "Laboratoire Acme UMR 123",
        "Acme BASF ABB GE SKF",  # no figure among them
        "CNT NLX COD 07",
    ],
)
def test_capitals_that_may_be_the_name_stay(text):
    assert parse_name(text).tokens == parse_name(f"{text} plc").tokens


def test_a_board_at_the_end_is_no_part_of_the_name():
    written = ["University of Acmia Board of Trustees", "Board of Trustees of University of Acmia"]
    assert {parse_name(text).core for text in written} == {parse_name("University of Acmia").core}


def test_a_form_written_out_behind_a_dash_is_found():
    name = parse_name("L'Acme Verte - Societe Anonyme pour l'Etude des Choses")
    assert (name.core, name.form) == ("acme verte", "sa")
