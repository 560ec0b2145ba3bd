"""What the loader makes of a file that an operator adds, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalogue.adapters.vocabularies import load_vocabularies
from catalogue.errors import ConfigurationError
from catalogue.rdf.namespaces import SKOS
from catalogue.rdf.terms import Literal, NamedNode, Triple

HEAD = """@prefix : <https://example.org/v/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
: a skos:ConceptScheme .
"""
LIVER = "https://cancerimage.eu/ontology/EUCAIM#BP1000105"


def _file(folder: Path, text: str, name: str = "extra.ttl") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_an_added_file_is_one_more_vocabulary_named_by_its_stem(tmp_path: Path) -> None:
    path = _file(tmp_path, HEAD + ':a a skos:Concept ; skos:prefLabel "Apple"@en , "Apfel"@DE .')
    loaded = load_vocabularies([path])
    concept = loaded.concepts["https://example.org/v/a"]
    assert concept.label(["de"]) == "Apfel"
    assert concept.scheme == "https://example.org/v/"
    assert "extra" in loaded.graphs
    assert "condition" in loaded.graphs


def test_every_statement_of_a_file_is_kept(tmp_path: Path) -> None:
    path = _file(tmp_path, HEAD + ':a a skos:Concept ; skos:prefLabel "A"@en ; skos:editorialNote "why"@en .')
    kept = Triple(NamedNode("https://example.org/v/a"), SKOS.editorialNote, Literal("why", language="en"))
    assert kept in load_vocabularies([path]).graphs["extra"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "other.nt",
            "<https://example.org/v/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/2004/02/skos/core#Concept> .\n"
            '<https://example.org/v/a> <http://www.w3.org/2004/02/skos/core#prefLabel> "A"@en .\n'
            "<https://example.org/v/a> <http://www.w3.org/2004/02/skos/core#inScheme> <https://example.org/v/> .\n",
        ),
        (
            "other.rdf",
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:skos="http://www.w3.org/2004/02/skos/core#">'
            '<skos:Concept rdf:about="https://example.org/v/a"><skos:prefLabel xml:lang="en">A</skos:prefLabel>'
            '<skos:inScheme rdf:resource="https://example.org/v/"/></skos:Concept></rdf:RDF>',
        ),
    ],
)
def test_other_syntaxes_are_read_by_extension(tmp_path: Path, name: str, text: str) -> None:
    loaded = load_vocabularies([_file(tmp_path, text, name)])
    assert loaded.label("https://example.org/v/a") == "A"


def test_labels_of_all_kinds_and_codes_are_alternatives(tmp_path: Path) -> None:
    text = ':a a skos:Concept ; skos:prefLabel "A"@en , "Ay"@en ; skos:altLabel "alpha" ; skos:hiddenLabel "alhpa" ; skos:notation "1" , "01" .'
    concept = load_vocabularies([_file(tmp_path, HEAD + text)]).concepts["https://example.org/v/a"]
    assert concept.notation == "1"
    assert set(concept.alternatives) == {"1", "01", "Ay", "alpha", "alhpa"}


def test_narrower_counts_as_broader_from_the_other_side(tmp_path: Path) -> None:
    text = ':a a skos:Concept ; skos:prefLabel "A"@en ; skos:narrower :b . :b a skos:Concept ; skos:prefLabel "B"@en .'
    loaded = load_vocabularies([_file(tmp_path, HEAD + text)])
    assert "A" in loaded.search_terms(["https://example.org/v/b"])


def test_an_added_description_completes_ours_and_takes_nothing_away(tmp_path: Path) -> None:
    text = f'<{LIVER}> a skos:Concept ; skos:prefLabel "Maksa"@fi , "Liver (ours)"@en .'
    liver = load_vocabularies([_file(tmp_path, HEAD + text)]).concepts[LIVER]
    assert liver.label(["fi"]) == "Maksa"
    assert liver.label(["en"]) == "Liver"
    assert "Liver (ours)" in liver.alternatives


def test_an_added_concept_does_not_take_the_spelling_of_ours(tmp_path: Path) -> None:
    text = ':a a skos:Concept ; skos:prefLabel "A"@en ; skos:exactMatch <urn:iso:3166:DE> , <urn:mine> .'
    loaded = load_vocabularies([_file(tmp_path, HEAD + text)])
    assert loaded.label("urn:iso:3166:DE") == "Germany"
    assert loaded.label("urn:mine") == "A"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + ':a a skos:Concept ;\n  skos:prefLabel "A .', r"extra\.ttl, line 5"),
        (HEAD + ':a a skos:Concept ; skos:notation "1" .', r"no label \(.*extra\.ttl, line 4\)"),
        (
            '<urn:a> a <http://www.w3.org/2004/02/skos/core#Concept> ;\n <http://www.w3.org/2004/02/skos/core#prefLabel> "A"@en .',
            r"no scheme \(.*extra\.ttl, line 1\)",
        ),
        (HEAD, "no skos:Concept"),
        ("", "no skos:Concept"),
    ],
    ids=["syntax", "label", "scheme", "no concept", "empty"],
)
def test_a_broken_file_is_refused_with_its_name_and_line(tmp_path: Path, text: str, told: str) -> None:
    path = _file(tmp_path, text)
    with pytest.raises(ConfigurationError, match=told) as raised:
        load_vocabularies([path])
    assert "extra.ttl" in raised.value.detail


def test_text_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.ttl"
    path.write_bytes(HEAD.encode() + ':a skos:prefLabel "é"@fr .'.encode("latin-1"))
    with pytest.raises(ConfigurationError, match=r"latin\.ttl, line 4"):
        load_vocabularies([path])


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.ttl is missing"):
        load_vocabularies([tmp_path / "none.ttl"])


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "folder.ttl"
    folder.mkdir()
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_vocabularies([folder])


def test_an_unknown_extension_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"list\.csv") as raised:
        load_vocabularies([_file(tmp_path, "a,b", "list.csv")])
    assert "ttl" in raised.value.advice


def test_a_second_vocabulary_of_one_name_is_refused(tmp_path: Path) -> None:
    path = _file(tmp_path, HEAD + ':a a skos:Concept ; skos:prefLabel "A"@en .', "condition.ttl")
    with pytest.raises(ConfigurationError, match="Two vocabularies are called 'condition'"):
        load_vocabularies([path])


def test_a_concept_broader_than_itself_is_refused(tmp_path: Path) -> None:
    text = ':a a skos:Concept ; skos:prefLabel "A"@en ; skos:broader :b . :b a skos:Concept ; skos:prefLabel "B"@en ; skos:broader :a .'
    with pytest.raises(ConfigurationError, match="broader than itself") as raised:
        load_vocabularies([_file(tmp_path, HEAD + text)])
    assert raised.value.context["concepts"] == ["https://example.org/v/a", "https://example.org/v/b"]
