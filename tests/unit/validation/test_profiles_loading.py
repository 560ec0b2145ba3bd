"""Profiles as data: what is shipped is whole, what an operator adds is prepared or refused with its file and shape."""

from __future__ import annotations

import logging
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat

from catalogue.adapters.profiles import PROFILES, load_profiles
from catalogue.adapters.shape_bundles import canonical_text, prepare, read_shapes
from catalogue.adapters.shapes_pyshacl import PySHACLEngine
from catalogue.errors import ConfigurationError
from catalogue.model.validation import ShapesProfile, ValidationResult
from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import RDFS, SH
from catalogue.rdf.terms import BlankNode, Literal, NamedNode

HEADER = """
    @prefix ex: <https://example.org/> .
    @prefix sh: <http://www.w3.org/ns/shacl#> .
    @prefix owl: <http://www.w3.org/2002/07/owl#> .
    @prefix dct: <http://purl.org/dc/terms/> .
"""
SHIPPED = load_profiles()
ONTOLOGIES = Path(__file__).resolve().parents[3] / "ontologies"


def turtle(text: str) -> Graph:
    return Graph(quad.triple for quad in pyoxigraph.parse(text, format=RdfFormat.TURTLE))


def added(tmp_path: Path, shapes: str, name: str = "mine.ttl") -> ShapesProfile:
    path = tmp_path / name
    path.write_text(HEADER + shapes)
    return load_profiles([path])[path.stem]


def judged(profile: ShapesProfile, data: str) -> tuple[ValidationResult, ...]:
    return PySHACLEngine().validate(turtle(HEADER + data), profile)


def test_these_profiles_are_shipped() -> None:
    assert set(SHIPPED) == {
        "none",
        "dcat-ap-3.0.1",
        "dcat-ap-hvd-3.0.0",
        "healthdcat-ap-r5",
        "healthdcat-ap-r8",
        "eucaim-2.0",
    }
    assert SHIPPED["none"].shapes_turtle == ""
    for profile in SHIPPED.values():
        assert profile.title and profile.description and profile.version


def test_the_health_profile_has_its_access_levels_the_strictest_first() -> None:
    assert [access.rsplit("/", 1)[1] for access, _ in SHIPPED["healthdcat-ap-r8"].variants] == [
        "NON_PUBLIC",
        "RESTRICTED",
        "PUBLIC",
    ]


def test_the_health_profile_checks_the_vocabularies_of_dcat_ap_too() -> None:
    assert set(SHIPPED["dcat-ap-3.0.1"].vocabularies) < set(SHIPPED["healthdcat-ap-r8"].vocabularies)


@pytest.mark.parametrize("name", [name for name in SHIPPED if name != "none"])
def test_every_shipped_rule_says_what_it_is_and_what_to_do(name: str) -> None:
    profile = SHIPPED[name]
    for text in (profile.shapes_turtle, *(turtle for _access, turtle in profile.variants)):
        graph = turtle(text)
        rules = [s for s in graph.subjects() if isinstance(s, NamedNode) and graph.objects(s, SH.severity)]
        assert len(rules) > 150
        for rule in rules:
            assert rule.value.startswith(PROFILES)
            for term in (SH.name, SH.description, SH.message, RDFS.seeAlso):
                assert len(graph.objects(rule, term)) == 1, (rule, term)
            message = graph.value(rule, SH.message)
            assert isinstance(message, Literal)
            assert "for example" in message.value or "Write" in message.value or "Add" in message.value, rule
        owned = {o for s in graph.subjects() for o in graph.objects(s, SH.property)}
        assert {str(s) for s in graph.instances(SH.PropertyShape) if s not in owned} == set()


def test_every_shipped_property_shape_of_a_class_is_named() -> None:
    graph = turtle(SHIPPED["healthdcat-ap-r8"].shapes_turtle)
    for shape in graph.instances(SH.NodeShape):
        for rule in graph.objects(shape, SH.property):
            assert not isinstance(rule, BlankNode) or isinstance(shape, BlankNode)


def test_loading_again_gives_the_same_bundles() -> None:
    again = load_profiles()
    assert {n: p.bundle_hash for n, p in again.items()} == {n: p.bundle_hash for n, p in SHIPPED.items()}
    assert len({p.bundle_hash for p in again.values()}) == len(again)


SHAPES = "ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:minCount 1 ] , [ sh:path ex:q ; sh:in ( 1 2 ) ] ."


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("# a comment\n" + SHAPES, True),
        (
            "ex:S sh:property _:b , _:a . _:a sh:path ex:p ; sh:minCount 1 . _:b sh:in ( 1 2 ) ; sh:path ex:q . ex:S sh:targetClass ex:C ; a sh:NodeShape .",
            True,
        ),
        (SHAPES.replace("minCount 1", "minCount 2"), False),
        (SHAPES.replace("( 1 2 )", "( 2 1 )"), False),
        (SHAPES.replace("ex:C", "ex:D"), False),
    ],
    ids=["comment", "order and blank node names", "a parameter", "order of a list", "a target"],
)
def test_the_bundle_hash_follows_what_the_shapes_mean(tmp_path: Path, other: str, same: bool) -> None:
    one, two = added(tmp_path, SHAPES), added(tmp_path, other)
    assert (one.bundle_hash == two.bundle_hash) is same


def test_anonymous_property_shapes_get_the_same_iri_in_every_run(tmp_path: Path) -> None:
    names = [judged(added(tmp_path, SHAPES), "ex:x a ex:C .")[0].source_shape for _ in range(2)]
    assert names[0] == names[1]
    assert names[0] is not None and names[0].startswith("https://example.org/S/")


def test_equal_anonymous_shapes_of_one_owner_stay_two(tmp_path: Path) -> None:
    twice = "ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:minCount 1 ] , [ sh:path ex:p ; sh:minCount 1 ] ."
    assert len({r.source_shape for r in judged(added(tmp_path, twice), "ex:x a ex:C .")}) == 2


def test_nested_and_ownerless_anonymous_shapes_are_named(tmp_path: Path) -> None:
    shapes = "[] a sh:NodeShape ; sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:property [ sh:path ex:q ; sh:minCount 1 ] ] ."
    (result,) = judged(added(tmp_path, shapes), "ex:x a ex:C ; ex:p ex:y .")
    assert result.source_shape is not None
    assert result.source_shape.startswith(PROFILES + "mine/shape/")


def test_a_reference_to_a_shape_defined_nowhere_is_dropped_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shapes = SHAPES + " ex:S sh:property ex:nowhere ."
    assert len(judged(added(tmp_path, shapes), "ex:x a ex:C .")) == 1
    assert "https://example.org/nowhere" in caplog.text


def test_terms_that_are_not_shacl_are_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    profile = added(tmp_path, SHAPES + " ex:S sh:extends ex:T ; sh:shape ex:U ; owl:imports ex:elsewhere .")
    assert not {"extends", "shape", "imports"} & {
        str(t.predicate).rsplit("#", 1)[1].rstrip(">") for t in turtle(profile.shapes_turtle)
    }
    assert "sh:extends" in caplog.text


@pytest.mark.parametrize("target", ["sh:targetClass ex:C", "sh:targetNode ex:x"])
def test_a_property_shape_without_a_path_judges_the_node_itself(tmp_path: Path, target: str) -> None:
    shapes = f"""
        ex:S a sh:NodeShape ; {target} ; sh:property [
            sh:or ( [ sh:property [ sh:path ex:p ; sh:minCount 1 ] ] [ sh:property [ sh:path ex:q ; sh:minCount 1 ] ] ) ;
            sh:message "one of both" ] .
    """
    profile = added(tmp_path, shapes)
    (result,) = judged(profile, "ex:x a ex:C .")
    assert (result.focus_node, result.message) == ("<https://example.org/x>", "one of both")
    assert judged(profile, "ex:x a ex:C ; ex:q 1 .") == ()


@pytest.mark.parametrize(
    "pattern",
    [r"\\p{L}+", "(?=x)", "(?<!x)y", "(?i)x", r"(a)\\1", "(?P<name>x)", "x++", "[a-", "(?>x)"],
)
def test_a_pattern_that_not_every_engine_understands_is_refused(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        added(tmp_path, f'ex:S sh:property ex:P . ex:P sh:path ex:p ; sh:pattern "{pattern}" .')
    assert "mine.ttl" in caught.value.detail
    assert "https://example.org/P" in caught.value.detail
    assert caught.value.advice


@pytest.mark.parametrize(
    "pattern", ["^https://w3id\\\\.org/dpv#.+", "^(a|b)[0-9]{2,3}$", "(?:x)+?", "a\\\\+"]
)
def test_a_pattern_of_the_common_subset_is_taken(tmp_path: Path, pattern: str) -> None:
    shapes = f'ex:S sh:targetNode ex:x ; sh:property ex:P . ex:P sh:path ex:p ; sh:pattern "{pattern}" ; sh:flags "i" .'
    assert added(tmp_path, shapes).shapes_turtle


@pytest.mark.parametrize(
    ("shapes", "told"),
    [
        ('ex:P sh:pattern "x" ; sh:flags "q" .', "flags"),
        ("ex:P sh:path ex:p ; sh:severity ex:Terrible .", "severity"),
        ("ex:P sh:path ex:p , ex:q .", "more than one sh:path"),
        ("ex:P sh:path", "cannot be read"),
    ],
)
def test_shapes_that_cannot_be_used_are_refused_at_the_start(tmp_path: Path, shapes: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        added(tmp_path, shapes)


def test_a_shapes_file_alone_is_a_profile_of_its_name(tmp_path: Path) -> None:
    profile = added(
        tmp_path, SHAPES + ' ex:o a owl:Ontology ; dct:title "Ours"@en ; owl:versionInfo "3" .', "ours.ttl"
    )
    assert (profile.name, profile.title, profile.version) == ("ours", "Ours", "3")


def test_a_shapes_file_may_be_in_another_syntax(tmp_path: Path) -> None:
    nt = tmp_path / "lines.nt"
    nt.write_text(
        "<urn:s> <http://www.w3.org/ns/shacl#targetNode> <urn:x> .\n"
        "<urn:s> <http://www.w3.org/ns/shacl#class> <urn:c> .\n"
    )
    assert len(judged(load_profiles([nt])["lines"], "<urn:x> <urn:p> 1 .")) == 1


FOLDER = """
    @prefix dct: <http://purl.org/dc/terms/> . @prefix pharos: <https://w3id.org/pharos/ns#> .
    @prefix prof: <http://www.w3.org/ns/dx/prof/> . @prefix role: <http://www.w3.org/ns/dx/prof/role/> .
    <https://w3id.org/pharos/profiles/house> a pharos:ShapesProfile ; dct:title "House rules"@en ; %s
        prof:hasResource [ prof:hasRole role:validation ; prof:hasArtifact <%s> ] .
"""


def house(tmp_path: Path, more: str = "", artifact: str = "rules.ttl") -> Path:
    folder = tmp_path / "house"
    folder.mkdir()
    (folder / "profile.ttl").write_text(FOLDER % (more, artifact))
    (folder / "rules.ttl").write_text(HEADER + SHAPES)
    return folder


def test_a_folder_is_a_profile_that_may_inherit_leave_out_and_name_known_gaps(tmp_path: Path) -> None:
    general = PROFILES + "dcat-ap-3.0.1"
    more = f"""pharos:inherits <{general}> ; pharos:leavesOut <{general}#Dataset-title-required> ;
        pharos:knownGap <{general}#Dataset-description-required> ; pharos:vocabulary "house" ;"""
    profile = load_profiles([house(tmp_path, more)])["house"]
    data = "ex:x a <http://www.w3.org/ns/dcat#Dataset> , ex:C ."
    shapes = {
        (r.source_shape or "").rsplit("#", 1)[-1] for r in judged(profile, data) if r.severity == "Violation"
    }
    assert "Dataset-title-required" not in shapes
    assert "Dataset-description-required" in shapes
    assert any(shape.startswith("https://example.org/S/") for shape in shapes)
    assert profile.known_gaps == {f"{general}#Dataset-description-required"}
    assert {"house", "data-theme"} <= set(profile.vocabularies)


@pytest.mark.parametrize(
    ("more", "artifact", "told"),
    [
        ("", "missing.ttl", "missing"),
        ("", "../elsewhere.ttl", "not in its folder"),
        ("", "https://example.org/shapes.ttl", "not in its folder"),
        ("pharos:inherits <https://example.org/unknown> ;", "rules.ttl", "not installed"),
        ("pharos:inherits <https://w3id.org/pharos/profiles/house> ;", "rules.ttl", "inherits itself"),
        ("pharos:variant [ ] ;", "rules.ttl", "variant"),
    ],
)
def test_a_profile_folder_that_is_wrong_is_refused(
    tmp_path: Path, more: str, artifact: str, told: str
) -> None:
    with pytest.raises(ConfigurationError, match=told):
        load_profiles([house(tmp_path, more, artifact)])


@pytest.mark.parametrize("name", ["none.ttl", "auto.ttl"])
def test_a_profile_cannot_take_a_name_that_is_taken(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="called"):
        added(tmp_path, SHAPES, name)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"gone\.ttl"):
        load_profiles([tmp_path / "gone.ttl"])


def test_references_between_the_files_of_a_bundle_are_not_dangling() -> None:
    one = read_shapes(turtle(HEADER + "ex:S sh:targetClass ex:C ; sh:property ex:P ."), "one.ttl")
    two = read_shapes(turtle(HEADER + "ex:P sh:path ex:p ; sh:minCount 1 ."), "two.ttl")
    assert "https://example.org/P> <http://www.w3.org/ns/shacl#path>" in canonical_text(
        prepare(one | two, "x", "urn:x")
    )
    assert not prepare(one, "x", "urn:x").objects(NamedNode("https://example.org/S"), SH.property)


def test_a_cyclic_blank_node_does_not_hang_the_preparation(tmp_path: Path) -> None:
    shapes = SHAPES + " _:a dct:relation _:b . _:b dct:relation _:a . ex:S dct:relation _:a ."
    assert added(tmp_path, shapes).bundle_hash


# https://hyperontology.eucaim.cancerimage.eu/ is published for reading, not as a file
ONLY_THE_OPERATOR_HAS = {"eucaim-hyper-ontology"}


def test_a_vocabulary_that_only_an_operator_can_add_is_asked_for_too() -> None:
    assert set(SHIPPED["eucaim-2.0"].vocabularies) >= ONLY_THE_OPERATOR_HAS | {"modality", "health-category"}


def test_every_vocabulary_that_a_profile_names_is_shipped() -> None:
    shipped = {path.stem for path in ONTOLOGIES.rglob("*.ttl")}
    if not shipped:
        pytest.skip("no vocabulary is in ontologies/")
    for profile in SHIPPED.values():
        assert set(profile.vocabularies) - shipped - ONLY_THE_OPERATOR_HAS == set(), profile.name
