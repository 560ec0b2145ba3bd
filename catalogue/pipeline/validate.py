"""Stage: one record's graph under one profile → its report. Judges the record alone, with the concepts it names."""

from __future__ import annotations

from dataclasses import replace

from catalogue.model.validation import (
    Severity,
    ShapesProfile,
    ValidationReport,
    ValidationResult,
    result_order,
)
from catalogue.model.vocabularies import Vocabularies
from catalogue.pipeline.literal_findings import ill_formed_literals
from catalogue.ports import ShapeEngine
from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import DCAT, DCT, RDF, RDFS, SKOS
from catalogue.rdf.terms import Literal, NamedNode, Subject, Triple

NONE = "none"

_PRIMARY_CLASSES = (DCAT.Dataset, DCAT.DatasetSeries, DCAT.DataService, DCAT.Catalog)


def validate(
    graph: Graph,
    profile: ShapesProfile,
    engine: ShapeEngine,
    vocabularies: Vocabularies,
    *,
    subject: str | None = None,
) -> ValidationReport:
    """The findings of a record: of the engine, and of our own rule on literals. `subject` is its IRI (None: the first of its primary resources, by class and IRI).

    The profile "none" asks no engine. Raises EngineFailed when the engine cannot judge.
    """
    if profile.name == NONE:
        return ValidationReport(profile.name, engine=NONE, engine_version="", bundle_hash=profile.bundle_hash)
    judged = _as_it_says_itself(graph) | concept_triples(graph, profile, vocabularies)
    results = engine.validate(judged, profile, variant_of(graph, profile, subject))
    ill_formed = ill_formed_literals(graph, results)
    if ill_formed:
        results = tuple(sorted((*results, *ill_formed), key=result_order))
    return ValidationReport(
        profile=profile.name,
        engine=engine.name,
        engine_version=engine.version,
        bundle_hash=profile.bundle_hash,
        results=tuple(_with_known_gap(result, profile) for result in results),
    )


def variant_of(graph: Graph, profile: ShapesProfile, subject: str | None = None) -> str | None:
    """The profile's variant that the resource's dct:accessRights asks for, or None for the default shapes.

    Of several known values the one that the profile lists first decides (the strictest); that there are several is
    for the shapes to say.
    """
    resource = _named(subject) if subject else _primary(graph)
    if resource is None:
        return None
    given = {
        value.value for value in graph.objects(resource, DCT.accessRights) if isinstance(value, NamedNode)
    }
    return next((access for access, _shapes in profile.variants if access in given), None)


def concept_triples(graph: Graph, profile: ShapesProfile, vocabularies: Vocabularies) -> list[Triple]:
    """Type, scheme and one label of exactly those concepts of the profile's vocabularies that the graph names."""
    known = [
        (name, vocabularies.graphs[name]) for name in profile.vocabularies if name in vocabularies.graphs
    ]
    added: dict[Triple, None] = {}
    for iri in dict.fromkeys(t.object for t in graph if isinstance(t.object, NamedNode)):
        if vocabularies.concept(iri.value) is None:
            continue
        for name, vocabulary in known:
            if vocabulary.about(iri):
                added.update(dict.fromkeys(_of_concept(name, vocabulary, iri)))
    return list(added)


# Concepts come again in nearly every record; what is remembered holds only for the very graph it was read from.
_CONCEPTS: dict[tuple[str, str], tuple[Graph, list[Triple]]] = {}


def _of_concept(name: str, vocabulary: Graph, iri: NamedNode) -> list[Triple]:
    known = _CONCEPTS.get((name, iri.value))
    if known is None or known[0] is not vocabulary:
        known = _CONCEPTS[name, iri.value] = (vocabulary, _told_of(vocabulary.about(iri)))
    return known[1]


def _as_it_says_itself(graph: Graph) -> Graph:
    """The graph without statements on the classes of DCAT.

    dcat:Catalog is a subclass of dcat:Dataset in the ontology: a record that repeats it would have its catalogue
    judged as a dataset, with the mandatory properties of one (conflict known since DCAT-AP 3.0).
    """
    if not any(t.predicate == RDFS.subClassOf for t in graph):
        return graph
    return Graph(
        t for t in graph if t.predicate != RDFS.subClassOf or not str(t.subject).startswith(f"<{DCAT.iri}")
    )


def _told_of(described: list[Triple]) -> list[Triple]:
    labels = [t for t in described if t.predicate == SKOS.prefLabel and isinstance(t.object, Literal)]
    if not labels:
        # a type without a label would make the record fail for what our copy of the vocabulary lacks
        return []
    label = min(labels, key=lambda t: (_language(t) != "en", _language(t), str(t.object)))
    return [*(t for t in described if t.predicate in (RDF.type, SKOS.inScheme)), label]


def _language(triple: Triple) -> str:
    return (triple.object.language or "") if isinstance(triple.object, Literal) else ""


def _with_known_gap(result: ValidationResult, profile: ShapesProfile) -> ValidationResult:
    if result.source_shape in profile.known_gaps:
        return replace(result, severity=Severity.WARNING, known_gap=True)
    return result


def _named(subject: str) -> Subject:
    return NamedNode(subject.removeprefix("<").removesuffix(">"))


def _primary(graph: Graph) -> Subject | None:
    for cls in _PRIMARY_CLASSES:
        found = sorted(graph.instances(cls), key=lambda node: (not isinstance(node, NamedNode), str(node)))
        if found:
            return found[0]
    return None
