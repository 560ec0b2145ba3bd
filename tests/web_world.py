"""A small catalogue for tests of pages, API and feed: a real ledger and a real index, filled from Turtle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyoxigraph

from catalogue.adapters.ledger import SqlLedger, open_ledger
from catalogue.adapters.tantivy_index import TantivyIndex
from catalogue.bootstrap import Services
from catalogue.errors import StoreUnavailable
from catalogue.harvesting.publication import choose
from catalogue.model.harvest import Batch, HarvestSource, RunRequest, RunState
from catalogue.model.identifiers import dataset_id, record_id
from catalogue.model.records import NewVersion, NormalisedRecord, OutcomeKind, RecordOutcome, Repair
from catalogue.model.validation import Severity, ValidationReport, ValidationResult
from catalogue.model.vocabularies import Concept, Vocabularies
from catalogue.projections.search import search_document
from catalogue.rdf.graphs import from_ntriples
from catalogue.rdf.labels import content_hash, label_by_content
from catalogue.rdf.namespaces import DCAT, PREFIXES
from catalogue.rdf.parse import parse_document
from catalogue.rdf.terms import NamedNode, Quad
from catalogue.settings import Settings

BASE = "https://pharos.example"
NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
EUCAIM = PREFIXES["eucaim"]
MR, CT, MG = f"{EUCAIM}MR", f"{EUCAIM}CT", f"{EUCAIM}MG"
DICOM_MG = "http://dicom.nema.org/resources/ontology/DCM/MG"
"""An exact match of MG."""
BREAST, PROSTATE = f"{EUCAIM}BREAST", f"{EUCAIM}PROSTATE"
RESTRICTED = "http://publications.europa.eu/resource/authority/access-right/RESTRICTED"
HEAL = "http://publications.europa.eu/resource/authority/data-theme/HEAL"

VOCABULARIES = Vocabularies(
    {
        iri: concept
        for concept in (
            Concept(MR, EUCAIM, {"en": "Magnetic resonance", "de": "Magnetresonanz"}, "MR"),
            Concept(CT, EUCAIM, {"en": "Computed tomography", "de": "Computertomographie"}, "CT"),
            Concept(MG, EUCAIM, {"en": "Mammography", "de": "Mammographie"}, "MG", matches=(DICOM_MG,)),
            Concept(BREAST, EUCAIM, {"en": "Breast cancer", "de": "Brustkrebs"}, "C50"),
            Concept(PROSTATE, EUCAIM, {"en": "Prostate cancer", "de": "Prostatakrebs"}, "C61"),
            Concept(RESTRICTED, "access-right", {"en": "Restricted", "de": "Beschränkt"}),
            Concept(HEAL, "data-theme", {"en": "Health", "de": "Gesundheit"}),
            Concept("urn:iso:3166:DE", "country", {"en": "Germany", "de": "Deutschland"}),
            Concept("urn:iso:3166:FR", "country", {"en": "France", "de": "Frankreich"}),
        )
        for iri in (concept.iri, *concept.matches)
    }
)


class FixedClock:
    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


class MemoryGraph:
    """A GraphStore over pyoxigraph in memory; `broken` makes it answer as a dead child does."""

    def __init__(self) -> None:
        self.store = pyoxigraph.Store()
        self.at = 0
        self.broken = False

    def position(self) -> int:
        if self.broken:
            raise StoreUnavailable("http://127.0.0.1:41234/query refused the connection")
        return self.at

    def apply(self, removed: Iterable[Quad], added: Iterable[Quad], expected: int, position: int) -> None:
        for quad in removed:
            self.store.remove(quad)
        self.store.extend(added)
        self.at = position

    def rebuild(self, quads: Iterable[Quad], position: int, settle: Any = None) -> None:
        beside = MemoryGraph()
        beside.store.extend(quads)
        beside.at = position
        if settle:
            settle(beside)
        self.store, self.at = beside.store, beside.at

    def query(self, text: str, accept: str, *, timeout: float, max_bytes: int, dataset: Any = None) -> bytes:
        self.position()
        chosen: Any = {"use_default_graph_as_union": True}
        if dataset:
            chosen = {
                "default_graph": [pyoxigraph.NamedNode(iri) for iri in dataset.default],
                "named_graphs": [pyoxigraph.NamedNode(iri) for iri in dataset.named],
            }
        answer = self.store.query(text, **chosen)
        syntax: Any = (
            pyoxigraph.RdfFormat.N_TRIPLES
            if isinstance(answer, pyoxigraph.QueryTriples)
            else pyoxigraph.QueryResultsFormat.JSON
        )
        body = answer.serialize(format=syntax)
        assert body is not None
        return body


@dataclass
class World:
    """Services over a folder, and the verbs by which a test fills it."""

    folder: Path
    base: str = BASE
    settings: dict[str, Any] = field(default_factory=dict)
    clock: FixedClock = field(default_factory=FixedClock)

    def __post_init__(self) -> None:
        self.ledger: SqlLedger = open_ledger(f"sqlite:///{self.folder / 'ledger.sqlite'}", self.clock)
        self.search = TantivyIndex(self.folder / "search", writer=True)
        self.graph = MemoryGraph()

    def close(self) -> None:
        self.search.close()
        self.ledger.close()

    def services(self) -> Services:
        settings = Settings(data=self.folder, base=self.base, title="Pharos of Tests", **self.settings)
        # The web layer needs no network, engine or plugin: what it does not use stays empty.
        parts: dict[str, Any] = {part.name: None for part in fields(Services)}
        parts.update(
            settings=settings, base=self.base, clock=self.clock, ledger=self.ledger, graph=self.graph,
            search=self.search, vocabularies=VOCABULARIES, profiles={}, harvesters={},
        )  # fmt: skip
        return Services(**parts)

    def add_source(self, slug: str, **more: Any) -> HarvestSource:
        url = more.pop("url", f"https://{slug}.example/catalogue.ttl")
        source = HarvestSource(slug, url, "dcat_rdf", more.pop("title", slug.title()), **more)
        return self.ledger.add_source(source, "test")

    def harvest(
        self,
        slug: str,
        turtles: dict[str, str],
        results: Sequence[ValidationResult] = (),
        outcomes: Sequence[RecordOutcome] = (),
        page_url: str = "",
        **finish: Any,
    ) -> str:
        """One run that brings records: subject IRI → Turtle. Returns the run's id."""
        run = self.ledger.enqueue(slug, RunRequest("test"))
        claim = self.ledger.claim("worker", timedelta(minutes=5), run.run_id)
        assert claim is not None
        versions = [
            new_version(slug, subject, turtle, results, page_url) for subject, turtle in turtles.items()
        ]
        lines = [
            RecordOutcome(
                OutcomeKind.CREATED,
                v.record.record_id,
                v.record.dataset_id,
                v.record.subject,
                v.record.page_url,
            )
            for v in versions
        ]
        self.ledger.commit(claim.token, Batch(outcomes=(*lines, *outcomes), versions=tuple(versions)), choose)
        state = finish.pop("state", RunState.COMPLETED)
        self.ledger.finish(claim.token, state, complete=True, evidence="the only page was read", **finish)
        self.project()
        return run.run_id

    def project(self) -> None:
        """Brings index and graph to the ledger's end."""
        versions = self.ledger.published(None, 10_000)
        sources = {s.slug: s for s in self.ledger.sources(include_removed=True)}
        documents = [search_document(v, sources[v.source], VOCABULARIES) for v in versions]
        self.search.rebuild(documents, self.ledger.position())
        quads = [
            Quad(t.subject, t.predicate, t.object, NamedNode(f"{self.base}/datasets/{v.dataset_id}"))
            for v in versions
            for t in from_ntriples(v.content)
        ]
        self.graph.rebuild(quads, self.ledger.position())


def new_version(
    slug: str, subject: str, turtle: str, results: Sequence[ValidationResult] = (), page_url: str = ""
) -> NewVersion:
    graph = label_by_content(read(turtle, subject))
    primary = next(iter(graph.types(NamedNode(subject))), DCAT.Dataset)
    record = NormalisedRecord(
        dataset_id=dataset_id(subject),
        record_id=record_id(slug, subject),
        source=slug,
        subject=subject,
        primary_class=primary.value,
        received=graph,
        graph=graph,
        repairs=(Repair("language-tag", '"x"@english', '"x"@en'),),
        received_hash=content_hash(graph),
        normalised_hash=content_hash(graph),
        page_url=page_url or f"https://{slug}.example/catalogue.ttl",
        payload_hash="0" * 64,
    )
    report = ValidationReport("healthdcat-ap-r8", "pyshacl", "0.40", "f" * 64, tuple(results), NOW)
    return NewVersion(record, report, "1")


def read(turtle: str, subject: str) -> Any:
    """Turtle with all our prefixes and `<>` for the subject, to a graph."""
    heads = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    return parse_document((heads + turtle).encode(), subject, media_type="text/turtle").graph


VIOLATION = ValidationResult(
    "<https://clinic.example/datasets/breast>", PREFIXES["dct"] + "publisher", "MinCount", Severity.VIOLATION,
    "A dataset needs a publisher.", None, "https://w3id.org/pharos/shapes/1",
)  # fmt: skip
WARNING = ValidationResult(
    "<https://clinic.example/datasets/breast>", PREFIXES["dct"] + "spatial", "MinCount", Severity.WARNING,
    "A dataset should say which place it covers.", '"nowhere"@en', None,
)  # fmt: skip

BREAST_IRI = "https://clinic.example/datasets/breast"
BREAST_TURTLE = f"""
<> a dcat:Dataset ; dct:title "Breast MR before therapy"@en, "Brust-MRT vor der Therapie"@de ;
  dct:description "Women with biopsy-proven breast cancer.\\n\\nSee https://clinic.example/study for more."@en ;
  dct:identifier "BR-1" ; dcat:keyword "breast"@en, "Brust"@de ; dcat:theme <{HEAL}> ;
  dct:accessRights <{RESTRICTED}> ; eucaim:hasImageModality <{MR}>, <{MG}> ; eucaim:hasCondition <{BREAST}> ;
  healthdcatap:numberOfUniqueIndividuals 1874 ; healthdcatap:numberOfRecords 40160 ;
  dct:temporal [ a dct:PeriodOfTime ; dcat:startDate "2015-02-01"^^xsd:date ; dcat:endDate "2022-11-30"^^xsd:date ] ;
  dct:publisher <https://clinic.example/#org> ; dct:modified "2026-04-17"^^xsd:date ;
  dcat:contactPoint [ a vcard:Kind ; vcard:fn "Research data office" ; vcard:hasEmail <mailto:data@clinic.example> ] ;
  dcat:distribution <https://clinic.example/datasets/breast#dicom> ;
  <https://clinic.example/terms#secretSauce> "an unknown property" .
<https://clinic.example/#org> a foaf:Agent ; foaf:name "Clinic of Examples"@en ;
  cv:contactPoint [ a cv:ContactPoint ; cv:email "info@clinic.example" ] .
<https://clinic.example/datasets/breast#dicom> a dcat:Distribution ; dct:title "DICOM images"@en ;
  dcat:accessURL <https://clinic.example/access> ; dcat:downloadURL <https://clinic.example/breast.zip> ;
  dct:license <https://creativecommons.org/licenses/by/4.0/> ; dcat:byteSize 1930000000000 .
"""
PROSTATE_IRI = "https://clinic.example/datasets/prostate"
PROSTATE_TURTLE = f"""
<> a dcat:Dataset ; dct:title "Prostata-MRT vor der Biopsie"@de ; dct:description "<p>Männer mit <b>Verdacht</b>.</p>"@de ;
  dct:identifier "PR-1" ; eucaim:hasImageModality <{MR}> ; eucaim:hasCondition <{PROSTATE}> ;
  dct:publisher <https://clinic.example/#org> ; dct:modified "2025-01-02"^^xsd:date .
<https://clinic.example/#org> a foaf:Agent ; foaf:name "Clinic of Examples"@en ;
  cv:contactPoint [ a cv:ContactPoint ; cv:email "info@clinic.example" ] .
"""
HOSTILE_IRI = "https://registry.example/datasets/hostile"
HOSTILE_TURTLE = (
    """
<> a dcat:Dataset ; dct:title "<script>document.title='owned'</script>Thorax"@en, "صدر"@ar ;
  dct:description "<p onclick=\\"alert(1)\\">Text<script>document.title='owned'</script><img src=x onerror=alert(1)><a href='javascript:alert(1)'>x</a></p>"@en ;
  dct:identifier "</script><script>document.title='owned'</script>" ; dcat:keyword "\\"><svg onload=alert(1)>" ;
  dcat:landingPage <javascript:alert(1)> ; dct:license <https://e.example/%22%3E%3Cscript%3E> ;
  dct:publisher [ a foaf:Agent ; foaf:name "<img src=x onerror=alert(1)>" ] ;
  dct:alternative "Longwordwithoutanyspace"""
    + "x" * 400
    + """"@en ;
  foaf:page <ftp://old.example/file> .
"""
)


def fill(world: World) -> World:
    """Two sources, three datasets, one of them in both; a run with every kind of line."""
    world.add_source("clinic", title="Clinic of Examples", country="DE")
    world.add_source("registry", title="Registry of Examples", country="FR")
    world.harvest("clinic", {BREAST_IRI: BREAST_TURTLE}, [VIOLATION, WARNING])
    failed = RecordOutcome(
        OutcomeKind.FAILED, subject="https://clinic.example/datasets/bad", page_url="https://clinic.example/bad.ttl",
        position="line 3", snippet='<> dct:title "never closed', code="ParseError", reason="The document does not parse.",
        advice="Close the quotation mark in line 3.",
    )  # fmt: skip
    world.harvest("clinic", {PROSTATE_IRI: PROSTATE_TURTLE}, outcomes=[failed], state=RunState.WITH_ERRORS)
    world.harvest("registry", {HOSTILE_IRI: HOSTILE_TURTLE, BREAST_IRI: BREAST_TURTLE})
    return world
