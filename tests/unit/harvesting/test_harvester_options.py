"""Options of a harvester are declared as data, and a wrong one is named with what it may be."""

from __future__ import annotations

import pytest

from catalogue.errors import InvalidQuery
from catalogue.harvesting.registry import load_harvesters
from catalogue.harvesting.sources import check_options, read_option
from harvesters.dcat_rdf import DcatRdfHarvester
from harvesters.fair_data_point import FairDataPointHarvester

DCAT, POINT = DcatRdfHarvester(), FairDataPointHarvester()


def test_every_harvester_takes_its_own_defaults_and_explains_each_option() -> None:
    for harvester in load_harvesters().values():
        check_options({option.name: option.default for option in harvester.options}, harvester)
        assert all(option.help.endswith(".") for option in harvester.options)


@pytest.mark.parametrize(
    ("harvester", "name", "text", "allowed"),
    [
        (POINT, "max_resources", "many", "a whole number from 1"),
        (POINT, "max_resources", "0", "a whole number from 1"),
        (POINT, "max_resources", "-5", "a whole number from 1"),
        (POINT, "max_resources", "2.5", "a whole number from 1"),
        (POINT, "bulk", "perhaps", "true or false"),
        (DCAT, "syntax", "word", "one of (nothing), turtle"),
    ],
)
def test_a_wrong_value_is_told_with_the_option_and_what_it_may_be(
    harvester: DcatRdfHarvester | FairDataPointHarvester, name: str, text: str, allowed: str
) -> None:
    declared = {option.name: option for option in harvester.options}
    with pytest.raises(InvalidQuery) as caught:
        check_options({name: read_option(declared[name], text)}, harvester)
    assert f"Option '{name}' must be {allowed}" in caught.value.detail
    assert f"not '{text}'" in caught.value.detail
    assert caught.value.context["parameter"] == name
    assert caught.value.advice == declared[name].help


def test_an_option_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(InvalidQuery, match="dcat_rdf has no option 'depth'; it has: syntax, accept"):
        check_options({"depth": 3}, DCAT)


def test_true_is_no_number() -> None:
    with pytest.raises(InvalidQuery, match="max_resources"):
        check_options({"max_resources": True}, POINT)
