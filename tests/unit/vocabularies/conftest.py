"""The shipped vocabularies, read once, and their files as plain triples."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph
import pytest

from catalogue.adapters.vocabularies import load_vocabularies
from catalogue.model.vocabularies import Vocabularies
from catalogue.rdf.graphs import Graph

ONTOLOGIES = Path(__file__).resolve().parents[3] / "ontologies"


@pytest.fixture(scope="session")
def shipped() -> Vocabularies:
    return load_vocabularies()


@pytest.fixture(scope="session")
def manifest() -> Graph:
    base = "https://w3id.org/pharos/vocabularies/"
    text = (ONTOLOGIES / "MANIFEST.ttl").read_bytes()
    return Graph(q.triple for q in pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.TURTLE, base_iri=base))
