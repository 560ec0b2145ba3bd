"""What becomes of an ontology file that an operator adds, and why one is refused."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalogue.adapters.added_vocabularies import AddedVocabularies
from catalogue.adapters.ontology_files import OntologyFile
from catalogue.adapters.profiles import ProfilesOnDemand
from catalogue.adapters.vocabularies import load_vocabularies
from catalogue.errors import ConfigurationError, Conflict, InvalidQuery, NotFound

E = "https://example.org/o#"
OWL = f"""@prefix : <{E}> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dct: <http://purl.org/dc/terms/> .
<https://example.org/o> a owl:Ontology ; dct:title "Fruit"@en ; owl:versionInfo "3.1" .
:fruit a owl:Class ; rdfs:label "Fruit"@en , "Obst"@de .
:apple a owl:Class ; rdfs:label "Apple"@en ; rdfs:subClassOf :fruit , owl:Thing , [ a owl:Restriction ] ;
    owl:equivalentClass <http://other.example/apple> ; skos:notation "A1"^^:code .
:nameless a owl:Class .
"""
RDF_XML = f"""<?xml version="1.0"?>
<!DOCTYPE rdf:RDF [ <!ENTITY e "{E}" > <!ENTITY owl "http://www.w3.org/2002/07/owl#" > ]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:owl="http://www.w3.org/2002/07/owl#"
  xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#" xml:base="https://example.org/o">
  <owl:Ontology rdf:about="https://example.org/o"/>
  <owl:Class rdf:about="&e;apple"><rdfs:label xml:lang="en">Apple</rdfs:label><rdfs:subClassOf rdf:resource="&owl;Thing"/></owl:Class>
</rdf:RDF>"""
JSON_LD = f'[{{"@id": "{E}apple", "@type": "http://www.w3.org/2002/07/owl#Class", "http://www.w3.org/2000/01/rdf-schema#label": "Apple"}}]'
NT = f'<{E}apple> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/2002/07/owl#NamedIndividual> .\n<{E}apple> <http://www.w3.org/2000/01/rdf-schema#label> "Apple"@en .\n'


class Noon:
    def now(self) -> datetime:
        return datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def added(tmp_path: Path) -> AddedVocabularies:
    return AddedVocabularies(tmp_path / "data", ("country",))


def file(folder: Path, text: str | bytes, name: str = "fruit.ttl") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_classes_become_concepts_with_labels_hierarchy_codes_and_equivalents(
    tmp_path: Path, added: AddedVocabularies
) -> None:
    facts = added.add("fruit", file(tmp_path, OWL), "fruit.ttl", Noon())
    assert (facts.title, facts.version, facts.scheme) == ("Fruit", "3.1", "https://example.org/o")
    assert (facts.concepts, facts.nameless, facts.languages) == (2, 1, ["de", "en"])
    assert facts.added_at == "2026-11-24T12:00:00+00:00"
    loaded = load_vocabularies(added.files())
    apple = loaded.concepts[E + "apple"]
    assert (apple.scheme, apple.notation, apple.label()) == ("https://example.org/o", "A1", "Apple")
    assert "Obst" in loaded.search_terms([E + "apple"])
    assert loaded.label("http://other.example/apple") == "Apple"
    assert set(loaded.graphs) >= {"fruit", "country"}


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.owl", RDF_XML), ("a.jsonld", JSON_LD), ("a.nt", NT), ("a.owl", OWL), ("a.ttl.gz", gzip.compress(OWL.encode()))],
    ids=["rdf-xml with entities", "json-ld", "n-triples", "turtle called owl", "packed"],
)  # fmt: skip
def test_any_syntax_of_rdf_is_read(tmp_path: Path, added: AddedVocabularies, name: str, text: str) -> None:
    path = file(tmp_path, text, name)
    added.add("fruit", path, str(path), Noon())
    assert load_vocabularies(added.files()).label(E + "apple") == "Apple"


def test_a_label_of_skos_comes_before_that_of_rdfs(tmp_path: Path, added: AddedVocabularies) -> None:
    text = OWL + ':apple skos:prefLabel "Malus"@en .'
    added.add("fruit", file(tmp_path, text), "fruit.ttl", Noon())
    apple = load_vocabularies(added.files()).concepts[E + "apple"]
    assert apple.label() == "Malus"
    assert "Apple" in apple.alternatives


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<a", r"cannot be read as Turtle at line 1"),
        (gzip.compress(OWL.encode())[:-30], r"cannot be read"),
        ("Prefix(:=<https://example.org/>)\nOntology(<https://example.org/>)", "not in a syntax of RDF"),
        ("format-version: 1.2\n", "not in a syntax of RDF"),
        ('<?xml version="1.0"?>\n<Ontology xmlns="http://www.w3.org/2002/07/owl#"/>', "not in a syntax of RDF"),
        ("<!doctype html><html><body>404</body></html>", "web page|HTML"),
        (OWL.split(":fruit a", maxsplit=1)[0], "describes no concept"),
        (OWL.split(":fruit a", maxsplit=1)[0] + ":nameless a owl:Class .", "None of the 1 concepts"),
        (OWL + ":fruit rdfs:subClassOf :apple .", "broader than itself"),
        ("", "empty"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told_and_nothing_is_stored(
    tmp_path: Path, added: AddedVocabularies, text: str, told: str
) -> None:
    path = file(tmp_path, text, "bad.ttl")
    with pytest.raises(ConfigurationError, match=told):
        added.add("bad", path, str(path), Noon())
    assert added.names() == []
    assert list((tmp_path / "data").rglob("*.*")) == []


@pytest.mark.parametrize("name", ["", "Fruit", "a/b", "../x", ".x", "x" * 65])
def test_a_name_is_one_word_of_small_letters(tmp_path: Path, added: AddedVocabularies, name: str) -> None:
    with pytest.raises(InvalidQuery):
        added.add(name, file(tmp_path, OWL), "fruit.ttl", Noon())


def test_a_name_that_is_taken_needs_replace_and_ours_is_never_replaced(
    tmp_path: Path, added: AddedVocabularies
) -> None:
    path = file(tmp_path, OWL)
    first = added.add("fruit", path, "fruit.ttl", Noon())
    with pytest.raises(Conflict, match="already"):
        added.add("fruit", path, "fruit.ttl", Noon())
    with pytest.raises(Conflict, match="of Pharos"):
        added.add("country", path, "fruit.ttl", Noon(), replace=True)
    again = added.add("fruit", path, "fruit.ttl", Noon(), replace=True)
    assert again.mark == first.mark
    path.write_text(OWL.replace("Obst", "Frucht"), "utf-8")
    assert added.add("fruit", path, "fruit.ttl", Noon(), replace=True).mark != first.mark


def test_a_broken_replacement_leaves_what_was_there(tmp_path: Path, added: AddedVocabularies) -> None:
    first = added.add("fruit", file(tmp_path, OWL), "fruit.ttl", Noon())
    with pytest.raises(ConfigurationError):
        added.add("fruit", file(tmp_path, "<a"), "fruit.ttl", Noon(), replace=True)
    assert added.all() == [first]


def test_what_was_removed_is_unknown_again(tmp_path: Path, added: AddedVocabularies) -> None:
    added.add("fruit", file(tmp_path, OWL), "fruit.ttl", Noon())
    added.remove("fruit")
    assert load_vocabularies(added.files()).concept(E + "apple") is None
    with pytest.raises(NotFound):
        added.remove("fruit")


def test_a_damaged_note_says_how_to_mend_it(tmp_path: Path, added: AddedVocabularies) -> None:
    added.add("fruit", file(tmp_path, OWL), "fruit.ttl", Noon())
    (tmp_path / "data" / "vocabularies" / "fruit.json").write_text("{", "utf-8")
    with pytest.raises(ConfigurationError, match="damaged") as raised:
        added.get("fruit")
    assert "--replace" in raised.value.advice


def test_no_path_of_the_machine_is_kept(tmp_path: Path, added: AddedVocabularies) -> None:
    path = file(tmp_path, OWL)
    assert added.add("fruit", path, str(path), Noon()).source == "fruit.ttl"


def test_only_profiles_that_use_a_vocabulary_are_others_when_it_comes(
    tmp_path: Path, added: AddedVocabularies
) -> None:
    facts = added.add("eucaim-hyper-ontology", file(tmp_path, OWL), "fruit.ttl", Noon())
    before, after = ProfilesOnDemand(), ProfilesOnDemand(marks=added.marks())
    assert added.marks() == {"eucaim-hyper-ontology": facts.mark}
    changed = {name for name in before if before[name].bundle_hash != after[name].bundle_hash}
    assert changed == {"eucaim-2.0"}


def test_a_large_file_is_read_without_holding_its_axioms(tmp_path: Path) -> None:
    axioms = "".join(
        f':apple rdfs:subClassOf [ a owl:Restriction ; rdfs:comment "{"x" * 200}" ] .\n'
        for _ in range(20_000)
    )
    ontology = OntologyFile(file(tmp_path, OWL + axioms), "big.ttl")
    found = ontology.overview()
    assert len(list(ontology.as_skos(found, "urn:x"))) < 20
