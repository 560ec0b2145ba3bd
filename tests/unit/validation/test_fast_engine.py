"""The fast engine hands on what it cannot judge, and is not used in a version that nobody tested."""

from __future__ import annotations

import logging

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat

from catalogue.adapters import shapes_fast
from catalogue.adapters.shapes_fast import FastEngine, is_available
from catalogue.adapters.shapes_pyshacl import PySHACLEngine
from catalogue.bootstrap import shape_engine
from catalogue.model.validation import ShapesProfile
from catalogue.rdf.graphs import Graph, from_ntriples
from catalogue.settings import Settings

PREFIXES = """
    @prefix ex: <https://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
QUERY = """[ sh:message "Found {?value}." ; sh:select
    "SELECT $this ?value WHERE { $this <https://example.org/p> ?value . FILTER (?value > 3) }" ]"""

installed = pytest.mark.skipif(not is_available(), reason="the package shacl is not installed")


def profile(shapes: str) -> ShapesProfile:
    return ShapesProfile("test", "", "", "", PREFIXES + shapes, shapes)


def record(text: str) -> Graph:
    return Graph(q.triple for q in pyoxigraph.parse(PREFIXES + text, format=RdfFormat.TURTLE))


def where_it_went(engine: FastEngine) -> dict[str, int]:
    return {way: count for way, count in engine.judged.items() if count}


@installed
def test_a_rule_with_a_query_is_judged_by_the_reference_and_the_rest_is_not() -> None:
    engine = FastEngine()
    rules = profile(f"ex:S sh:targetNode ex:s ; sh:nodeKind sh:BlankNode ; sh:sparql {QUERY} .")
    data = record("ex:s ex:p 5 .")
    results = engine.validate(data, rules)
    assert results == PySHACLEngine().validate(data, rules)
    assert [r.message for r in results] == ["The value must be of the kind BlankNode.", "Found 5."]
    assert where_it_went(engine) == {"fast": 1}


@installed
def test_a_pattern_that_it_cannot_compile_is_judged_by_the_reference() -> None:
    engine = FastEngine()
    rules = profile('ex:S sh:targetNode ex:s ; sh:pattern "(?=b)b" ; sh:nodeKind sh:Literal .')
    data = record("ex:s ex:p 5 .")
    assert len(engine.validate(data, rules)) == 2
    assert engine.validate(data, rules) == PySHACLEngine().validate(data, rules)


@installed
def test_a_record_with_a_literal_beyond_it_goes_to_the_reference_whole() -> None:
    engine = FastEngine()
    rules = profile("ex:S sh:targetNode ex:s ; sh:property [ sh:path ex:p ; sh:datatype xsd:hexBinary ] .")
    assert len(engine.validate(record('ex:s ex:p "xyz"^^xsd:hexBinary .'), rules)) == 1
    assert engine.validate(record('ex:s ex:p "0a"^^xsd:hexBinary .'), rules) == ()
    assert where_it_went(engine) == {"beyond": 1, "fast": 1}


@installed
def test_a_record_that_it_refuses_to_read_goes_to_the_reference(caplog: pytest.LogCaptureFixture) -> None:
    engine = FastEngine()
    data = from_ntriples("<https://example.org/a b> <https://example.org/p> <https://example.org/s> .\n")
    rules = profile("ex:S sh:targetObjectsOf ex:p ; sh:nodeKind sh:Literal .")
    with caplog.at_level(logging.INFO):
        assert len(engine.validate(data, rules)) == 1
    assert where_it_went(engine) == {"refused": 1}
    assert "refused a record" in caplog.text


@installed
def test_a_panic_of_the_package_costs_no_record() -> None:
    engine = FastEngine()
    number = "1" * 30
    rules = profile("ex:S sh:targetNode ex:s ; sh:property [ sh:path ex:p ; sh:datatype xsd:date ] .")
    compiled = engine._shapes(rules, None)
    document = shapes_fast._Document(record(f'ex:s ex:p "{number}"^^xsd:date .'))
    with pytest.raises(BaseException) as caught:
        compiled.validate(document)
    assert shapes_fast._is_refusal(caught.value)
    assert not isinstance(caught.value, Exception)
    assert len(engine.validate(record(f'ex:s ex:p "{number}"^^xsd:date .'), rules)) == 1


@installed
def test_a_keyboard_interrupt_is_not_taken_for_a_refusal() -> None:
    assert not shapes_fast._is_refusal(KeyboardInterrupt())


@installed
def test_a_record_that_uses_the_engines_own_probe_gets_no_finding_for_it() -> None:
    data = record('_:a <urn:pharos:probe> "x" ; a ex:C .')
    rules = profile("ex:S sh:targetClass ex:C ; sh:nodeKind sh:IRI .")
    assert [r.focus_node for r in FastEngine().validate(data, rules)] == [str(next(iter(data)).subject)]


@installed
def test_reports_name_both_engines_and_their_versions() -> None:
    engine = FastEngine()
    assert engine.name == "shacl"
    assert engine.version == f"0.3.4, pyshacl {PySHACLEngine.version}"


@installed
def test_the_setting_chooses_the_engine() -> None:
    assert isinstance(shape_engine(Settings()), FastEngine)
    assert isinstance(shape_engine(Settings(engine="pyshacl")), PySHACLEngine)


def test_without_the_package_pyshacl_judges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes_fast, "shacl", None)
    assert isinstance(shape_engine(Settings()), PySHACLEngine)


@installed
def test_another_version_than_the_tested_one_is_not_used(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shapes_fast, "TESTED", "0.0.1")
    assert isinstance(shape_engine(Settings()), PySHACLEngine)
    assert "not tested" in caplog.text
