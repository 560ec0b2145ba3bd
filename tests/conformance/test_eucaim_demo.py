"""The demo federation is written for EUCAIM: under "auto" its records are judged by that profile, and only the flaws break it."""

from __future__ import annotations

import sys
from pathlib import Path

import pyoxigraph
import pytest
from profile_cases import SHIPPED, judge
from pyoxigraph import RdfFormat

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from rdflib import Graph as RdflibGraph
from rdflib import URIRef

from catalogue.model.validation import ValidationReport, Verdict
from catalogue.pipeline.profile_detection import detect_profile
from catalogue.rdf.graphs import Graph
from deploy.demo.authoring import Provider, load_providers
from deploy.demo.catalogues import describe_catalogue
from deploy.demo.federation_data import Record, stable_records
from deploy.demo.flaws import Flaw, all_flaws

PROVIDERS = load_providers()
RECORDS = {
    (provider.slug, record.dataset.slug): record
    for provider in PROVIDERS
    for record in stable_records(provider, PROVIDERS)
}
FLAWS = {(flaw.provider, flaw.dataset): flaw for flaw in all_flaws()}


def own(graph: RdflibGraph) -> Graph:
    triples = graph.serialize(format="nt").encode()
    return Graph(quad.triple for quad in pyoxigraph.parse(triples, format=RdfFormat.N_TRIPLES))


def report_of(record: Record) -> ValidationReport:
    graph = own(record.whole())
    return judge(graph, detect_profile(graph, str(record.iri)), str(record.iri), SHIPPED)


REPORTS = {key: report_of(record) for key, record in RECORDS.items()}


def test_every_record_is_taken_for_one_of_eucaim() -> None:
    assert len(REPORTS) == 61
    assert {report.profile for report in REPORTS.values()} == {"eucaim-2.0"}


@pytest.mark.parametrize("key", [key for key in RECORDS if key not in FLAWS], ids="/".join)
def test_a_record_without_a_flaw_has_no_violation(key: tuple[str, str]) -> None:
    report = REPORTS[key]
    assert report.counts["Violation"] == 0
    assert report.verdict is Verdict.WITH_WARNINGS


@pytest.mark.parametrize("flaw", FLAWS.values(), ids=lambda flaw: f"{flaw.provider}/{flaw.dataset}")
def test_a_flaw_is_what_its_record_is_judged_for(flaw: Flaw) -> None:
    report = REPORTS[flaw.provider, flaw.dataset]
    grave = [r for r in report.results if r.severity.value == "Violation" or r.known_gap]
    assert {result.path for result in grave} == {str(flaw.path)}
    assert report.verdict.value == flaw.auto_verdict


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.slug)
def test_a_catalogue_of_the_federation_has_no_violation(provider: Provider) -> None:
    iri = URIRef(f"{provider.home}/catalogue")
    report = judge(own(describe_catalogue(provider, iri)), "eucaim-2.0", str(iri), SHIPPED)
    assert report.counts["Violation"] == 0
