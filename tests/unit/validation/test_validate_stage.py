"""The stage around the engine: what is judged, under which shapes, and what becomes of the findings."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat

from catalogue.adapters.profiles import load_profiles
from catalogue.adapters.shapes_pyshacl import PySHACLEngine
from catalogue.errors import EngineFailed
from catalogue.model.validation import Severity, ShapesProfile, ValidationReport, ValidationResult, Verdict
from catalogue.model.vocabularies import Concept, Vocabularies
from catalogue.pipeline.validate import concept_triples, validate, variant_of
from catalogue.rdf.graphs import Graph
from catalogue.rdf.labels import label_by_content
from catalogue.rdf.namespaces import PREFIXES, SKOS
from catalogue.rdf.terms import BlankNode, Triple

HEADER = "@prefix ex: <https://example.org/> .\n" + "".join(
    f"@prefix {p}: <{i}> .\n" for p, i in PREFIXES.items()
)
ACCESS = "http://publications.europa.eu/resource/authority/access-right/"
NOTHING = Vocabularies({}, {})
PROFILES = load_profiles()
PYSHACL = PySHACLEngine()


def turtle(text: str) -> Graph:
    return Graph(quad.triple for quad in pyoxigraph.parse(HEADER + text, format=RdfFormat.TURTLE))


def profile(**changes: object) -> ShapesProfile:
    made = ShapesProfile("test", "1", "Test", "", "", "hash")
    return replace(made, **changes)  # type: ignore[arg-type]


@dataclass
class RecordingEngine:
    """Answers with given results and keeps what it was asked."""

    results: tuple[ValidationResult, ...] = ()
    asked: list[tuple[Graph, str | None]] = field(default_factory=list)
    name: str = "recording"
    version: str = "9"

    def validate(
        self, graph: Graph, profile: ShapesProfile, variant: str | None = None
    ) -> tuple[ValidationResult, ...]:
        self.asked.append((graph, variant))
        return self.results


def finding(shape: str, severity: Severity = Severity.VIOLATION) -> ValidationResult:
    return ValidationResult("<https://example.org/d>", None, "component", severity, "Mend it.", None, shape)


def test_the_profile_none_asks_no_engine() -> None:
    engine = RecordingEngine()
    report = validate(turtle("ex:d a dcat:Dataset ."), PROFILES["none"], engine, NOTHING)
    assert engine.asked == []
    assert report.verdict is Verdict.NOT_VALIDATED
    assert (report.profile, report.engine, report.results) == ("none", "none", ())


def test_a_report_says_what_made_it() -> None:
    report = validate(turtle("ex:d a dcat:Dataset ."), profile(), RecordingEngine(), NOTHING)
    assert report == ValidationReport("test", "recording", "9", "hash")


def test_an_engine_that_cannot_judge_is_not_a_report() -> None:
    class Broken(RecordingEngine):
        def validate(self, *args: object) -> tuple[ValidationResult, ...]:
            raise EngineFailed("no")

    with pytest.raises(EngineFailed):
        validate(turtle("ex:d a dcat:Dataset ."), profile(), Broken(), NOTHING)


def test_a_known_gap_is_a_warning_and_marked_and_other_findings_stand() -> None:
    engine = RecordingEngine((finding("urn:gap"), finding("urn:other", Severity.INFO)))
    report = validate(turtle(""), profile(known_gaps=frozenset({"urn:gap"})), engine, NOTHING)
    assert [(r.severity, r.known_gap) for r in report.results] == [
        (Severity.WARNING, True),
        (Severity.INFO, False),
    ]
    assert report.verdict is Verdict.KNOWN_GAP


VARIANTS = profile(variants=((ACCESS + "NON_PUBLIC", "strict"), (ACCESS + "PUBLIC", "open")))


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (f"ex:d dct:accessRights <{ACCESS}PUBLIC> .", ACCESS + "PUBLIC"),
        (f"ex:d dct:accessRights <{ACCESS}PUBLIC> , <{ACCESS}NON_PUBLIC> .", ACCESS + "NON_PUBLIC"),
        (f"ex:d dct:accessRights <{ACCESS}SENSITIVE> .", None),
        (f'ex:d dct:accessRights "{ACCESS}PUBLIC" .', None),
        ("ex:d dct:accessRights [ a dct:RightsStatement ] .", None),
        (f"ex:other a dcat:Distribution ; dct:accessRights <{ACCESS}PUBLIC> .", None),
        ("", None),
    ],
    ids=["one", "several", "unknown", "text", "blank node", "of another resource", "none"],
)
@pytest.mark.parametrize("subject", ["https://example.org/d", None], ids=["subject given", "subject found"])
def test_the_access_rights_of_the_record_choose_the_variant(
    statement: str, expected: str | None, subject: str | None
) -> None:
    engine = RecordingEngine()
    validate(turtle("ex:d a dcat:Dataset . " + statement), VARIANTS, engine, NOTHING, subject=subject)
    assert [variant for _graph, variant in engine.asked] == [expected]


def test_without_a_subject_a_dataset_goes_before_the_catalogue_it_is_in() -> None:
    graph = turtle(
        f"ex:a a dcat:Catalog ; dct:accessRights <{ACCESS}PUBLIC> . "
        f"ex:z a dcat:Dataset ; dct:accessRights <{ACCESS}NON_PUBLIC> ."
    )
    assert variant_of(graph, VARIANTS) == ACCESS + "NON_PUBLIC"
    assert variant_of(graph, VARIANTS, "https://example.org/a") == ACCESS + "PUBLIC"


def vocabularies(text: str) -> Vocabularies:
    graph = turtle(text)
    concepts = {
        str(s).strip("<>"): Concept(str(s).strip("<>"), "", {}) for s in graph.instances(SKOS.Concept)
    }
    return Vocabularies(concepts, {"themes": graph})


THEMES = """
    ex:heal a skos:Concept , ex:Theme ; skos:inScheme ex:themes ; skos:prefLabel "Gesundheit"@de , "Health"@en ;
        skos:altLabel "Medicine"@en ; skos:broader ex:all .
    ex:soci a skos:Concept ; skos:inScheme ex:themes ; skos:prefLabel "Society"@en .
    ex:danish a skos:Concept ; skos:inScheme ex:themes ; skos:prefLabel "Sundhed"@da .
    ex:bare a skos:Concept ; skos:inScheme ex:themes .
    ex:all a skos:Concept ; skos:prefLabel "All"@en .
"""


@pytest.mark.parametrize(
    ("named", "added"),
    [
        (
            "ex:heal",
            'ex:heal a skos:Concept , ex:Theme ; skos:inScheme ex:themes ; skos:prefLabel "Health"@en .',
        ),
        ("ex:danish", 'ex:danish a skos:Concept ; skos:inScheme ex:themes ; skos:prefLabel "Sundhed"@da .'),
        ("ex:bare", ""),
        ("ex:unknown", ""),
        ('"https://example.org/heal"', ""),
    ],
    ids=["named", "no English label", "no label", "not ours", "text"],
)
def test_exactly_the_named_concepts_bring_type_scheme_and_one_label(named: str, added: str) -> None:
    record = turtle(f"ex:d a dcat:Dataset ; dcat:theme {named} .")
    found = concept_triples(record, profile(vocabularies=("themes",)), vocabularies(THEMES))
    assert Graph(found) == turtle(added)


def test_concepts_of_vocabularies_that_the_profile_does_not_name_stay_out() -> None:
    record = turtle("ex:d dcat:theme ex:heal .")
    assert concept_triples(record, profile(vocabularies=("languages",)), vocabularies(THEMES)) == []


def test_the_engine_gets_the_record_and_its_concepts_and_the_record_stays_as_it_was() -> None:
    record = turtle("ex:d a dcat:Dataset ; dcat:theme ex:soci .")
    before = Graph(record)
    engine = RecordingEngine()
    validate(record, profile(vocabularies=("themes",)), engine, vocabularies(THEMES))
    (judged, _variant) = engine.asked[0]
    assert len(judged) == len(record) + 3
    assert set(record) <= set(judged)
    assert record == before


@pytest.mark.parametrize("name", ["dcat-ap-3.0.1", "healthdcat-ap-r8"])
def test_a_catalogue_is_not_judged_as_a_dataset_even_when_the_record_repeats_the_ontology(name: str) -> None:
    text = """
        ex:c a dcat:Catalog ; dct:title "C"@en ; dct:description "D"@en ; dct:publisher ex:p ;
            dcatap:applicableLegislation <http://data.europa.eu/eli/reg/2025/327/oj> .
        ex:p a foaf:Agent ; foaf:name "P"@en .
    """
    ontology = "dcat:Catalog rdfs:subClassOf dcat:Dataset . dcat:Dataset rdfs:subClassOf dcat:Resource ."
    plain = validate(turtle(text), PROFILES[name], PYSHACL, NOTHING)
    assert not plain.counts["Violation"]
    assert validate(turtle(text + ontology), PROFILES[name], PYSHACL, NOTHING) == plain


def test_a_type_from_an_ontology_is_no_violation() -> None:
    record = turtle("""
        ex:d a dcat:Dataset ; dct:title "T"@en ; dct:description "D"@en ;
            dct:type <https://cancerimage.eu/ontology/EUCAIM#SPEC1000018> .
    """)
    report = validate(record, PROFILES["dcat-ap-3.0.1"], PYSHACL, NOTHING)
    assert report.verdict is Verdict.WITH_WARNINGS


RECORD = turtle("""
    ex:d a dcat:Dataset ; dct:title "T"@en ; dcat:theme ex:heal ; dct:language "en" ;
        dct:publisher [ a foaf:Agent ] , [ a foaf:Agent ; foaf:name "P"@en ] ;
        dcat:distribution [ a dcat:Distribution ; dct:title "one"@en ; dcat:byteSize "x" ] ,
            [ a dcat:Distribution ; dct:title "two"@en ; dcat:accessURL ex:a ; dcat:byteSize "1" ; spdx:checksum
                [ a spdx:Checksum ; spdx:checksumValue "zz" ] ] ;
        dct:temporal [ a dct:PeriodOfTime ; dcat:startDate "then" ] .
""")


def renamed(graph: list[Triple], names: dict[str, str]) -> list[Triple]:
    def new(term: object) -> object:
        return BlankNode(names[term.value]) if isinstance(term, BlankNode) else term

    return [Triple(new(t.subject), t.predicate, new(t.object)) for t in graph]  # type: ignore[arg-type]


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_neither_the_order_of_triples_nor_blank_node_names_change_a_report(seed: int) -> None:
    random = Random(seed)
    triples = list(RECORD)
    random.shuffle(triples)
    labels = sorted({n.value for t in triples for n in (t.subject, t.object) if isinstance(n, BlankNode)})
    names = dict(zip(labels, random.sample([f"n{i}" for i in range(99)], len(labels)), strict=True))
    for name in set(PROFILES) - {"none"}:
        reports = [
            validate(label_by_content(graph), PROFILES[name], PYSHACL, NOTHING)
            for graph in (RECORD, Graph(renamed(triples, names)))
        ]
        assert reports[0] == reports[1]
        assert reports[0].counts["Violation"] > 5
