"""Rules that every file in `ontologies/` keeps."""

from __future__ import annotations

import re
import time
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from catalogue.adapters.vocabularies import load_vocabularies
from catalogue.model.vocabularies import Concept, Vocabularies
from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import DCAT, DCT, FOAF, SKOS, VOID
from catalogue.rdf.terms import Literal, NamedNode

ROOT = Path(__file__).resolve().parents[3]
NAMES = sorted(path.stem for path in (ROOT / "ontologies").glob("*.ttl") if path.stem != "MANIFEST")

SAME_LABEL = {
    # the value set of EUCAIM lists two concepts each
    "annotation-label": {("Ovary", "en"), ("Uterus, NOS", "en")},
    # the official Portuguese word for every two weeks and for twice a month
    "frequency": {("quinzenal", "pt")},
    # the label of a media type is its subtype
    "iana-media-type": {("xml", "en"), ("mp4", "en")},
}

FIVE = {"en", "de", "fr", "it", "es"}
NAMES_OF_THINGS = {"coding-system", "file-type", "iana-media-type", "licence", "manufacturer", "standard"}
"""Vocabularies of proper names, which are the same in every language."""


def test_there_are_vocabularies_to_judge() -> None:
    assert len(NAMES) >= 30


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_one_scheme_with_a_title(shipped: Vocabularies, name: str) -> None:
    graph = shipped.graphs[name]
    (scheme,) = graph.instances(SKOS.ConceptScheme)
    assert any(_language(title) == "en" for title in graph.objects(scheme, DCT.title))


@pytest.mark.parametrize("name", NAMES)
def test_every_concept_is_in_the_scheme_of_its_file(shipped: Vocabularies, name: str) -> None:
    graph = shipped.graphs[name]
    (scheme,) = graph.instances(SKOS.ConceptScheme)
    described = set(graph.subjects()) - {scheme}
    assert described == set(graph.instances(SKOS.Concept))
    assert [node for node in described if graph.objects(node, SKOS.inScheme) != [scheme]] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_concept_has_one_label_a_language_and_an_english_one(shipped: Vocabularies, name: str) -> None:
    graph = shipped.graphs[name]
    for concept in graph.instances(SKOS.Concept):
        languages = Counter(_language(label) for label in graph.objects(concept, SKOS.prefLabel))
        assert languages["en"] == 1, concept
        assert max(languages.values()) == 1, concept
        assert "" not in languages, concept


@pytest.mark.parametrize("name", [n for n in NAMES if n not in NAMES_OF_THINGS | {"annotation-label"}])
def test_words_are_there_in_five_languages(shipped: Vocabularies, name: str) -> None:
    graph = shipped.graphs[name]
    for concept in graph.instances(SKOS.Concept):
        assert {_language(label) for label in graph.objects(concept, SKOS.prefLabel)} >= FIVE, concept


@pytest.mark.parametrize("name", NAMES)
def test_no_label_stands_for_two_concepts(shipped: Vocabularies, name: str) -> None:
    labels = Counter(
        (t.object.value, t.object.language)
        for t in shipped.graphs[name]
        if t.predicate == SKOS.prefLabel and isinstance(t.object, Literal)
    )
    assert {label for label, count in labels.items() if count > 1} == SAME_LABEL.get(name, set())


@pytest.mark.parametrize("name", NAMES)
def test_no_notation_stands_for_two_concepts(shipped: Vocabularies, name: str) -> None:
    notations = Counter(t.object for t in shipped.graphs[name] if t.predicate == SKOS.notation)
    assert [notation for notation, count in notations.items() if count > 1] == []


@pytest.mark.parametrize("name", NAMES)
def test_broader_concepts_are_of_the_same_file(shipped: Vocabularies, name: str) -> None:
    graph = shipped.graphs[name]
    concepts = set(graph.instances(SKOS.Concept))
    assert [t for t in graph if t.predicate == SKOS.broader and t.object not in concepts] == []


@pytest.mark.parametrize("name", NAMES)
def test_labels_are_clean_text(shipped: Vocabularies, name: str) -> None:
    texts = [t.object.value for t in shipped.graphs[name] if isinstance(t.object, Literal)]
    assert [text for text in texts if text != " ".join(text.split()) or not text] == []


def test_no_two_concepts_claim_one_exact_match(shipped: Vocabularies) -> None:
    claimed: dict[str, set[str]] = {}
    for concept in _each(shipped):
        for match in concept.matches:
            claimed.setdefault(match, set()).add(concept.iri)
    own = {concept.iri for concept in _each(shipped)}
    assert {match: by for match, by in claimed.items() if len(by) > 1 or match in own} == {}


def test_every_exact_match_leads_to_its_concept(shipped: Vocabularies) -> None:
    for concept in _each(shipped):
        for match in concept.matches:
            assert shipped.concept(match) is concept


def test_all_vocabularies_are_read_in_less_than_the_third_of_a_second() -> None:
    took = []
    for _ in range(3):
        start = time.process_time()
        load_vocabularies()
        took.append(time.process_time() - start)
    assert min(took) < 0.3


def test_the_manifest_lists_exactly_the_files_with_scheme_source_licence_and_count(
    shipped: Vocabularies, manifest: Graph
) -> None:
    listed: dict[str, Graph] = {}
    for entry in manifest.instances(DCAT.Dataset):
        assert isinstance(entry, NamedNode)
        name = entry.value.rsplit("/", 1)[1].removesuffix(".ttl")
        graph = shipped.graphs[name]
        listed[name] = graph
        assert _text(manifest, entry, DCT.identifier) == name
        assert manifest.objects(entry, FOAF.primaryTopic) == graph.instances(SKOS.ConceptScheme)
        assert int(_text(manifest, entry, VOID.entities)) == len(graph.instances(SKOS.Concept))
        assert manifest.objects(entry, DCT.source), name
        assert manifest.objects(entry, DCT.license), name
        assert _text(manifest, entry, DCAT.version), name
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", _text(manifest, entry, DCT.modified)), name
    assert sorted(listed) == NAMES == sorted(shipped.graphs)


def test_the_documentation_lists_every_vocabulary_with_its_count(shipped: Vocabularies) -> None:
    page = (ROOT / "docs" / "vocabularies.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z0-9-]+)` \| [^|]+ \| (\d+) \|", page, re.MULTILINE))
    assert rows == {name: str(len(g.instances(SKOS.Concept))) for name, g in shipped.graphs.items()}


def test_every_vocabulary_that_a_profile_names_is_there(shipped: Vocabularies) -> None:
    named = {
        name
        for profile in (ROOT / "shapes").glob("*/profile.ttl")
        for names in re.findall(r"pharos:vocabulary([^.;]+)[.;]", profile.read_text(encoding="utf-8"))
        for name in re.findall(r'"([^"]+)"', names)
    }
    assert named
    assert named <= set(shipped.graphs)


def _demo_concepts() -> list[tuple[str, str]]:
    tables = tomllib.loads((ROOT / "deploy" / "demo" / "concepts.toml").read_text(encoding="utf-8"))
    return [
        (table.replace("_", "-"), value[0])
        for table, rows in tables.items()
        for value in rows.values()
        if isinstance(value, list)
    ]


@pytest.mark.parametrize(("name", "iri"), _demo_concepts())
def test_every_concept_of_the_demo_is_in_its_vocabulary(shipped: Vocabularies, name: str, iri: str) -> None:
    assert shipped.concept(iri) is not None
    assert NamedNode(iri) in shipped.graphs[name].instances(SKOS.Concept)


def _each(vocabularies: Vocabularies) -> list[Concept]:
    """Every concept once: the mapping has it under each spelling."""
    return [concept for iri, concept in vocabularies.concepts.items() if iri == concept.iri]


def _text(graph: Graph, node: NamedNode, predicate: NamedNode) -> str:
    value = graph.value(node, predicate)
    assert isinstance(value, Literal)
    return value.value


def _language(term: object) -> str:
    return (term.language or "") if isinstance(term, Literal) else ""
