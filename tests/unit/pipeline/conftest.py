"""Documents are written as Turtle in the tests; prefixes are given once, here."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from catalogue.model.harvest import HarvestSource
from catalogue.pipeline.split import PageFacts, SplitPage, split
from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import PREFIXES
from catalogue.rdf.parse import parse_document

PAGE = "https://provider.example/catalogue"


@pytest.fixture
def read() -> Callable[[str], Graph]:
    """Turtle, with all our prefixes and `:` for the provider's IRIs, to a graph."""
    heads = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    heads += "@prefix : <https://provider.example/> .\n"

    def parsed(turtle: str) -> Graph:
        return parse_document((heads + turtle).encode(), PAGE, media_type="text/turtle").graph

    return parsed


@pytest.fixture
def cut(read: Callable[[str], Graph]) -> Callable[..., SplitPage]:
    """Turtle to what `split` makes of it."""

    def split_page(turtle: str, **facts: object) -> SplitPage:
        return split(read(turtle), PageFacts(PAGE, "0" * 64, **facts))  # type: ignore[arg-type]

    return split_page


@pytest.fixture
def source() -> HarvestSource:
    return HarvestSource("clinic", PAGE, "dcat_rdf")
