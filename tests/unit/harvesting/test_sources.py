"""Names and checks of sources."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalogue.errors import InvalidQuery
from catalogue.harvesting.registry import load_harvesters
from catalogue.harvesting.sources import check_source, read_option, suggest_slug
from catalogue.model.harvest import HarvestSource, Option
from catalogue.model.identifiers import SLUG

SOURCE = HarvestSource("clinic", "https://clinic.example/catalog.ttl", "dcat_rdf")


@pytest.mark.parametrize(
    ("url", "taken", "slug"),
    [
        ("https://data.clinic.example/catalog.ttl", (), "data-clinic-example-catalog"),
        ("https://data.clinic.example/", (), "data-clinic-example"),
        ("https://data.clinic.example/", ("data-clinic-example",), "data-clinic-example-2"),
        ("http://127.0.0.1:8801/a/b?x=1", (), "127-0-0-1-8801-a-b"),
        ("file:///home/me/My%20Data/cat.nt.gz", (), "cat"),
        ("file:///home/me/My%20Data/", (), "my-data"),
        ("file:///home/me/My%20Data/", ("my-data",), "my-data-2"),
        ("file:///", (), "source"),
        ("https://user:secret@clinic.example/x", (), "clinic-example-x"),
        ("https://ü.example/", (), "example"),
        ("https://" + "a" * 90 + ".example/", (), "a" * 56),
    ],
)
def test_a_slug_is_made_of_host_and_path(url: str, taken: tuple[str, ...], slug: str) -> None:
    suggested = suggest_slug(url, taken)
    assert suggested == slug
    assert SLUG.match(suggested)


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        ({"slug": "Not a slug"}, "slug"),
        ({"url": "ftp://clinic.example/"}, "url"),
        ({"url": "https:///nothing"}, "url"),
        ({"url": "https://me:secret@clinic.example/"}, "url"),
        ({"harvester": "gopher"}, "harvester"),
        ({"profile": "dcat-ap-99"}, "profile"),
        ({"options": {"nope": 1}}, "nope"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, object], parameter: str) -> None:
    with pytest.raises(InvalidQuery) as raised:
        check_source(replace(SOURCE, **change), load_harvesters(), {"none": None})  # type: ignore[arg-type]
    assert raised.value.context["parameter"] == parameter


def test_a_refused_url_does_not_repeat_its_secret() -> None:
    with pytest.raises(InvalidQuery) as raised:
        check_source(replace(SOURCE, url="https://me:hush@clinic.example/"), load_harvesters(), {})
    assert "hush" not in raised.value.detail + raised.value.advice


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("int", "12", 12),
        ("int", "-1", -1),
        ("int", "x", "x"),
        ("bool", "yes", True),
        ("bool", "0", False),
        ("str", "1", "1"),
    ],
)
def test_options_are_read_by_kind(kind: str, text: str, value: object) -> None:
    assert read_option(Option("n", kind, None, ""), text) == value
