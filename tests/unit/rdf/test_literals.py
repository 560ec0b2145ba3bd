"""Dates as people write them, and the lexical spaces of XML Schema."""

from __future__ import annotations

from decimal import Decimal

import pytest

from catalogue.rdf.literals import is_well_formed, iso_date, number, preferred, text_of
from catalogue.rdf.namespaces import XSD
from catalogue.rdf.terms import BlankNode, Literal, NamedNode


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019", "2019"),
        ("2019-10", "2019-10"),
        ("2019-10-30", "2019-10-30"),
        ("20090519", "2009-05-19"),
        ("2019-1-3", "2019-01-03"),
        (" 2019-10-30 ", "2019-10-30"),
        ("2019-10-30Z", "2019-10-30"),
        ("2019-10-30T23:00:00", "2019-10-30T23:00:00"),
        ("2019-10-30 23:00:00", "2019-10-30T23:00:00"),
        ("2019-10-30T23:00Z", "2019-10-30T23:00:00Z"),
        ("2019-10-30T23:00:00.120Z", "2019-10-30T23:00:00.12Z"),
        ("2019-10-30T23:00:00,5+0100", "2019-10-30T23:00:00.5+01:00"),
        ("2019-10-30 23:00:00 UTC", "2019-10-30T23:00:00Z"),
        ("06/05/2009", None),
        ("2019-13-01", None),
        ("2019-02-30", None),
        ("2019-10-30T25:00:00", None),
        ("2019T10:00:00", None),
        ("", None),
        ("yesterday", None),
        ("٢٠١٩", None),
    ],
)
def test_a_date_is_read_as_people_write_it(text, expected):
    assert iso_date(text) == expected


@pytest.mark.parametrize(
    ("datatype", "good", "bad"),
    [
        ("date", ["2020-02-29", "2020-01-01Z", "2020-01-01+02:00", "-0044-03-15", "12020-01-01"],
         ["2019-02-29", "2020-1-1", "20200101", "2020-01-01T00:00:00", "", "2020-01-01\n", " 2020-01-01", "2020-01-01+15:00"]),
        ("dateTime", ["2020-01-01T00:00:00", "2020-01-01T24:00:00", "2020-01-01T23:59:59.999-05:00"],
         ["2020-01-01", "2020-01-01 00:00:00", "2020-01-01T25:00:00", "2020-01-01T00:00", "2020-02-30T00:00:00", "2020-01-01T00:00:00Z\n"]),
        ("dateTimeStamp", ["2020-01-01T00:00:00Z"], ["2020-01-01T00:00:00"]),
        ("gYear", ["2020", "-0001", "2020Z"], ["20", "2020-01", "02020", "2020\n"]),
        ("gYearMonth", ["2020-12", "2020-12Z"], ["2020-13", "2020", "2020-1"]),
        ("decimal", ["1", "1.50", "+.5", "-1."], ["1e3", "1,5", "", ".", "NaN", "1 000"]),
        ("integer", ["0", "-5", "+5", "9" * 5000], ["1.0", "", "1e3", "٣"]),
        ("nonNegativeInteger", ["0", "-0", "9" * 5000], ["-1", "1.0"]),
        ("positiveInteger", ["1"], ["0"]),
        ("int", ["2147483647"], ["2147483648"]),
        ("unsignedByte", ["255"], ["256", "-1", "9" * 5000]),
        ("boolean", ["true", "false", "1", "0"], ["True", "yes", ""]),
        ("duration", ["P1D", "PT1H", "-P1Y2M3DT4H5M6.7S", "P1M"], ["P", "PT", "1D", "P1H", "P1DT", "P-1D"]),
        ("hexBinary", ["", "0aFF"], ["0", "zz"]),
        ("anyURI", ["http://e.org/a", "relative", ""], ["a b", "<a>"]),
        ("double", ["1e3", "INF", "NaN", "-.5E-1"], ["1e", "inf"]),
    ],
)  # fmt: skip
def test_a_literal_is_judged_by_the_lexical_space_of_its_type(datatype, good, bad):
    for text in good:
        assert is_well_formed(Literal(text, datatype=XSD[datatype])), text
    for text in bad:
        assert not is_well_formed(Literal(text, datatype=XSD[datatype])), text


def test_types_that_are_not_judged_pass():
    assert is_well_formed(Literal("anything"))
    assert is_well_formed(Literal("x", datatype=NamedNode("http://e.org/type")))
    assert is_well_formed(Literal("x", language="en"))


def test_numbers_are_read_whatever_their_type():
    assert number(Literal(" 1.50 ")) == Decimal("1.50")
    assert number(Literal("1e3", datatype=XSD.double)) == 1000
    assert number(Literal("1e999999999")) is None
    assert number(Literal("many")) is None
    assert number(Literal("9" * 10_000)) is None


def test_text_is_chosen_by_language():
    english, german, plain = Literal("a", language="en-GB"), Literal("b", language="de"), Literal("c")
    assert preferred([german, english, plain], ["en"]) == english
    assert preferred([english, german], ["fr", "de"]) == german
    assert preferred([german, plain], ["fr"]) == plain
    assert preferred([english, german], ["fr"]) == german
    assert preferred([NamedNode("http://e.org"), Literal(" ")]) is None


def test_every_term_has_a_text():
    assert text_of(NamedNode("http://e.org/a/Lung%20cancer/")) == "Lung cancer"
    assert text_of(NamedNode("http://e.org/ns#C34")) == "C34"
    assert text_of(Literal("x")) == "x"
    assert text_of(BlankNode("b")) == ""
