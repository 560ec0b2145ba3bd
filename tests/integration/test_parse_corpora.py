"""Every RDF document of the corpora and the standards: it parses, or it fails for the reason listed here."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
import rdflib

from catalogue.errors import ParseError
from catalogue.rdf.graphs import from_ntriples, to_ntriples
from catalogue.rdf.parse import parse_document

SHARED = Path(__file__).parents[3] / "shared"
ROOTS = ("corpora", "standards")
RDF_SUFFIXES = {".ttl", ".rdf", ".owl", ".nt", ".nq", ".trig", ".n3", ".jsonld"}

UNDECLARED = "prefix .* has not been declared"
UNKNOWN_CONTEXT = "never fetched"
WRAPPED = "wrapped in another protocol"
BROKEN_JSON = "JSON document does not parse"
NO_DOT = "A dot is expected at the end of statements"

EXPECTED = {
    "corpora/bioschemas/DataCatalog/examples/0.1-0.2-DRAFT/BioStudies_jsonld.json": "HTML",
    "corpora/bioschemas/DataCatalog/examples/0.1-0.2-DRAFT/bbmri-eric-ID-CZ_MMCI_jsonld.json": BROKEN_JSON,
    "corpora/bioschemas/DataCatalog/examples/0.1-0.2-DRAFT/wormbase.json": BROKEN_JSON,
    "corpora/ckanext-dcat/croissant/full_croissant_dataset.jsonld": BROKEN_JSON,
    "corpora/ckanext-dcat/dcat/dataset.ttl": UNDECLARED,
    "corpora/dsp-eclipse/catalog/example/*": UNKNOWN_CONTEXT,
    "corpora/dsp-eclipse/common/example/*": UNKNOWN_CONTEXT,
    "corpora/dsp-eclipse/context/dspace.jsonld": UNKNOWN_CONTEXT,
    "corpora/dsp-ids/*": UNKNOWN_CONTEXT,
    "corpora/ejp-rd-vp-api/examples/biobank.json": UNKNOWN_CONTEXT,
    "corpora/ejp-rd-vp-api/json-ld-contexts/ejprd-context.json": "Unexpected key in term definition",
    "corpora/fdk-no/all_datasets.ttl": "a is not a valid RDF object",
    "corpora/fdk-no/harvest_response_error.ttl": "Unexpected end",
    "corpora/fdp-specs/src/rdf/example-metadataservice.ttl": NO_DOT,
    "corpora/healthdcat-ap-de/examples/RKI_SARS-CoV-2 *.ttl": UNDECLARED,
    "corpora/ldes/01.ttl": NO_DOT,
    "corpora/piveau/example_catalog.ttl": "Unexpected end",
    "corpora/piveau/example_dataset.ttl": NO_DOT,
    "corpora/piveau/example_distribution.ttl": NO_DOT,
    "corpora/piveau/example_index_dataset.ttl": NO_DOT,
    "corpora/piveau/simple_dataset.ttl": NO_DOT,
    "corpora/science-on-schema/validation/testingDataGraphs/selfiegeojson.jsonld": UNKNOWN_CONTEXT,
    "corpora/udata/csw_dcat/geonetwork-*-page-*.xml": WRAPPED,
    "standards/ckanext-dcat/examples/croissant/full_croissant_dataset.jsonld": BROKEN_JSON,
    "standards/ckanext-dcat/examples/dcat/dataset.ttl": UNDECLARED,
    "standards/dcat-ap/releases/3.0.0-hvd/context/hvd.jsonld": "Inconsistent expansion",
    "standards/dcat-ap/releases/3.0.0-hvd/html/examples/example-bees_wasps_dataset.ttl": NO_DOT,
    "standards/dcat-ap/releases/3.0.1/context/dcat-ap.jsonld": "Inconsistent expansion",
    "standards/dcat-ap/releases/3.0.1/html/examples/example-bee-population-dataset-series-api.ttl": "'/' is not",
    "standards/dcat-ap/releases/3.0.1/html/examples/example-bee-population-dataset-series-combined.ttl": "'/' is not",
    "standards/eu-vocabularies/dcat-ap_shacl/ADMS_SKOS_v1.00.rdf": "document type",
    "standards/gdi-metadata/Formulasation(shacl)/core/PiecesShape/Identifier.ttl": UNDECLARED,
    "standards/healthdcat-ap-de/examples/RKI_SARS-CoV-2 *.ttl": UNDECLARED,
}
"""Path (with `*`) → words of the reason. A file that is not listed parses."""


def files() -> list[str]:
    found = []
    for root in ROOTS:
        for folder, _, names in os.walk(SHARED / root):
            found += [(Path(folder) / name).relative_to(SHARED).as_posix() for name in names]
    return sorted(found)


def is_rdf(path: str) -> bool:
    suffix = Path(path).suffix.lower()
    if suffix in RDF_SUFFIXES:
        return True
    if suffix not in (".xml", ".json"):
        return False
    body = (SHARED / path).read_bytes()
    return b"<rdf:RDF" in body if suffix == ".xml" else b'"@context"' in body


FILES = files()
RDF_FILES = [path for path in FILES if is_rdf(path)]

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not RDF_FILES, reason="the corpora are not beside the project"),
]


def expected(path: str) -> str | None:
    return next((words for pattern, words in EXPECTED.items() if fnmatchcase(path, pattern)), None)


def base_of(path: str) -> str:
    return "https://provider.example/" + path.replace(" ", "%20")


@pytest.mark.parametrize("path", RDF_FILES)
def test_every_rdf_document_parses_or_fails_for_the_listed_reason(path):
    body = (SHARED / path).read_bytes()
    reason = expected(path)
    if reason is not None:
        with pytest.raises(ParseError, match=reason) as caught:
            parse_document(body, base_of(path))
        assert caught.value.advice
        return
    document = parse_document(body, base_of(path))
    text = to_ntriples(document.graph)
    assert len(from_ntriples(text)) == len(document.graph) == text.count("\n")
    assert parse_document(text.encode() or b"# nothing", base_of(path), syntax="n-triples").problems == ()


def test_every_listed_reason_has_its_file():
    unused = [pattern for pattern in EXPECTED if not any(fnmatchcase(path, pattern) for path in RDF_FILES)]
    assert unused == []


@pytest.mark.parametrize(
    "path", [p for p in FILES if p not in RDF_FILES and p.endswith((".xml", ".json", ".html"))]
)
def test_what_is_no_rdf_is_refused_with_advice_and_never_gives_triples(path):
    with pytest.raises(ParseError) as caught:
        parse_document((SHARED / path).read_bytes(), base_of(path))
    assert caught.value.advice


SMALL = [
    p
    for p in RDF_FILES
    if p.startswith("corpora/") and Path(p).suffix in (".ttl", ".rdf", ".xml") and not expected(p)
]


@pytest.mark.parametrize("path", [p for p in SMALL if (SHARED / p).stat().st_size < 20_000])
def test_a_second_library_reads_as_many_triples(path):
    body = (SHARED / path).read_bytes()
    document = parse_document(body, base_of(path))
    if document.problems or document.syntax == "application/trig":
        pytest.skip("repaired or with named graphs: the other library reads something else")
    syntax = "turtle" if document.syntax == "text/turtle" else "xml"
    other = rdflib.Graph().parse(data=body, format=syntax, publicID=base_of(path))
    assert len(document.graph) == len(other)


def test_one_bad_iri_in_a_real_catalogue_costs_no_document():
    """GeoNetwork writes two addresses into one rdf:about, and texts beside links; a strict parser refuses it whole."""
    path = "corpora/udata/dcat/geonetwork.xml"
    document = parse_document((SHARED / path).read_bytes(), base_of(path), media_type="application/rdf+xml")
    assert {(p.rule, p.lost) for p in document.problems} == {
        ("text-beside-link", False),
        ("iri-invalid", True),
    }
    assert len(document.graph) > 5
