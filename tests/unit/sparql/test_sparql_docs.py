"""docs/sparql.md: its queries are answered, its numbers are ours."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalogue.adapters.graph.protocol import Endpoint
from catalogue.adapters.graph.updates import MAX_OPERATION
from catalogue.adapters.graph_sparql import SparqlGraphStore
from catalogue.adapters.oxigraph_child import OxigraphChild
from catalogue.discovery.sparql import RETURNING, SUPPORTED, SparqlGateway
from catalogue.discovery.sparql_products import MAX_COMBINATIONS
from catalogue.discovery.sparql_text import MAX_DEPTH, MAX_LENGTH, MAX_TOKENS
from catalogue.discovery.sparql_traffic import MAX_REMEMBERED, MEMORY, PERMITS, QUEUE
from catalogue.model.records import Change, ChangeKind, StoredVersion
from catalogue.model.validation import Severity, ValidationReport, ValidationResult
from catalogue.projections.catalogue_graph import CatalogueGraphs
from catalogue.projections.graph import GraphProjection
from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import SKOS
from catalogue.rdf.terms import Literal, NamedNode, Triple
from catalogue.settings import Settings

PAGE = (Path(__file__).parents[3] / "docs" / "sparql.md").read_text()
EXAMPLES = re.findall(r"^### (.+?)$.*?```sparql\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL)
AT = datetime(2026, 1, 2, tzinfo=UTC)
CONTENT = """
<https://provider.example/d1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/dcat#Dataset> .
<https://provider.example/d1> <http://purl.org/dc/terms/title> "A title"@en .
<https://provider.example/d1> <http://www.w3.org/ns/dcat#theme> <urn:theme> .
"""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory) -> Iterator[SparqlGateway]:
    finding = ValidationResult("<urn:x>", None, "c", Severity.VIOLATION, "m")
    version = StoredVersion(
        version_id=1, number=1, record_id="rec1", dataset_id="ds1", source="src", subject="https://provider.example/d1",
        primary_class="http://www.w3.org/ns/dcat#Dataset", content=CONTENT, received="", received_hash="",
        normalised_hash="", repairs=(), page_url="https://provider.example/page", payload_hash="", run_id="run",
        created_at=AT, first_harvested_at=AT, pipeline_version="1",
        report=ValidationReport("dcat-ap", "e", "1", "h", (finding,), AT),
    )  # fmt: skip
    themes = Graph([Triple(NamedNode("urn:theme"), SKOS.prefLabel, Literal("Heart", language="en"))])
    statics = CatalogueGraphs("https://c.example", "T", "D", "P", {"themes": themes})
    with OxigraphChild(tmp_path_factory.mktemp("graph"), timeout=10) as child:
        store = SparqlGraphStore("https://c.example", lambda: Endpoint.of_child(child.address))
        projection = GraphProjection(store, "https://c.example", statics)
        change = Change(1, "ds1", "rec1", ChangeKind.CONTENT, None, 1, AT)
        projection.apply([change], {change.after_state: version}, projection.position(), 1)
        yield SparqlGateway(store, timeout=10, max_rows=100, max_bytes=10**6)


@pytest.mark.parametrize("query", [query for _, query in EXAMPLES], ids=[title for title, _ in EXAMPLES])
def test_each_example_is_answered_with_something(gateway, query):
    answer = gateway.answer(query)
    if answer.media_type == "text/turtle":
        assert b'"A title"@en' in answer.body
    else:
        rows = json.loads(answer.body)["results"]["bindings"]
        assert rows and all(rows[0].values())


def test_every_section_of_graphs_has_its_example():
    assert len(EXAMPLES) == PAGE.count("```sparql") == 6


@pytest.mark.parametrize(
    "words",
    [
        f"{Settings().sparql_timeout:g} seconds (`PHAROS_SPARQL_TIMEOUT`)",
        f"{Settings().sparql_max_rows:,} (`PHAROS_SPARQL_MAX_ROWS`)",
        f"{Settings().sparql_max_bytes // 1024**2} MiB (`PHAROS_SPARQL_MAX_BYTES`)",
        f"{MAX_LENGTH:,} characters, {MAX_TOKENS:,} words, {MAX_DEPTH} brackets deep",
        f"{PERMITS} for each web process; a further one waits {QUEUE:g} seconds",
        f"for {MEMORY / 60:g} minutes at once",
        f"at most {MAX_REMEMBERED:,} queries",
        f"up to\n{RETURNING:g} seconds",
        f"| {MAX_COMBINATIONS // 10**6} million |",
        f"above {MAX_OPERATION // 1024**2} MiB",
    ],
)
def test_the_numbers_are_those_of_the_code(words):
    assert words in PAGE


def test_every_form_is_listed():
    for forms in SUPPORTED.values():
        assert ", ".join(f"`{form.media_type}`" for form in forms) in PAGE
