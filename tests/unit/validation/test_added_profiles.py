"""A profile from any shapes file: checked before it counts, found by those who run already."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalogue.adapters import profiles
from catalogue.adapters.added_profiles import AddedProfiles, NewProfile
from catalogue.adapters.profiles import ProfilesOnDemand, load_profiles
from catalogue.adapters.shapes_pyshacl import PySHACLEngine
from catalogue.errors import ConfigurationError, Conflict, InvalidQuery
from catalogue.model.validation import ShapesProfile
from catalogue.rdf.graphs import from_ntriples

HEADS = (
    "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dcat: <http://www.w3.org/ns/dcat#> .\n"
    "@prefix dct: <http://purl.org/dc/terms/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
)
SHAPES = HEADS + (
    '<urn:house> a owl:Ontology ; dct:title "House rules"@en ; owl:versionInfo "2.1" .\n'
    "<urn:s> a sh:NodeShape ; sh:targetClass dcat:Dataset ; "
    'sh:property [ sh:path dct:title ; sh:minCount 1 ; sh:message "No title."@en ] .'
)
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
DATASET = from_ntriples(f"<urn:d> <{RDF_TYPE}> <http://www.w3.org/ns/dcat#Dataset> .")
URL = "file:///house.ttl"


@pytest.fixture
def added(tmp_path: Path) -> AddedProfiles:
    return AddedProfiles(tmp_path / "profiles", ["none", "eucaim-2.0"], ["language"], PySHACLEngine())


def judged(profile: ShapesProfile) -> list[str]:
    return [result.message for result in PySHACLEngine().validate(DATASET, profile)]


def test_a_shapes_file_becomes_a_profile_with_its_own_facts(added: AddedProfiles, tmp_path: Path) -> None:
    profile = added.add(NewProfile("house"), SHAPES.encode(), URL)
    assert (profile.title, profile.version, judged(profile)) == ("House rules", "2.1", ["No title."])
    found = ProfilesOnDemand(tmp_path / "profiles")
    assert found["house"] == profile
    assert added.names() == ["house"]


def test_what_the_operator_says_comes_first(added: AddedProfiles) -> None:
    profile = added.add(NewProfile("house", "Ours", "3", "Why", ("language",)), SHAPES.encode(), URL)
    assert (profile.title, profile.version, profile.description) == ("Ours", "3", "Why")
    assert profile.vocabularies == ("language",)


@pytest.mark.parametrize("suffix", ["nt", "rdf", "jsonld"])
def test_any_syntax_will_do(added: AddedProfiles, suffix: str) -> None:
    import pyoxigraph
    from pyoxigraph import RdfFormat

    syntax = RdfFormat.from_extension(suffix)
    assert syntax is not None
    body = pyoxigraph.serialize(pyoxigraph.parse(SHAPES, format=RdfFormat.TURTLE), format=syntax)
    assert body is not None
    assert judged(added.add(NewProfile("house"), body, f"file:///house.{suffix}")) == ["No title."]


@pytest.mark.parametrize("name", ["", "My Profile", "../up", "auto", "none", "eucaim-2.0", "x" * 65])
def test_a_name_that_is_none_or_taken_is_refused(added: AddedProfiles, name: str) -> None:
    with pytest.raises((InvalidQuery, Conflict)):
        added.add(NewProfile(name), SHAPES.encode(), URL)
    assert added.names() == []


def test_an_added_profile_is_replaced_only_when_that_is_meant(added: AddedProfiles, tmp_path: Path) -> None:
    added.add(NewProfile("house"), SHAPES.encode(), URL)
    other = SHAPES.replace("No title.", "Title, please.").encode()
    with pytest.raises(Conflict):
        added.add(NewProfile("house"), other, URL)
    added.add(NewProfile("house"), other, URL, replace=True)
    assert judged(ProfilesOnDemand(tmp_path / "profiles")["house"]) == ["Title, please."]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("no rdf at all", "cannot be read"),
        (
            HEADS + "<urn:s> a sh:NodeShape ; sh:property [ sh:path dct:title ; sh:minCount 1 ] .",
            "no shape with a target",
        ),
        (HEADS + '<urn:s> a sh:NodeShape ; sh:targetClass dcat:Dataset ; sh:pattern "(?<=x)y" .', "pattern"),
        (SHAPES.replace("sh:path dct:title", "sh:path dct:title, dct:x"), "more than one sh:path"),
    ],
    ids=["not-rdf", "no-target", "pattern", "two-paths"],
)
def test_shapes_that_cannot_be_used_are_refused_and_leave_nothing(
    added: AddedProfiles, tmp_path: Path, text: str, named: str
) -> None:
    with pytest.raises(ConfigurationError, match=named):
        added.add(NewProfile("house"), text.encode(), URL)
    assert list((tmp_path / "profiles").glob("*")) == []


def test_a_vocabulary_that_there_is_not_is_named(added: AddedProfiles) -> None:
    with pytest.raises(InvalidQuery, match="colours"):
        added.add(NewProfile("house", vocabularies=("colours",)), SHAPES.encode(), URL)


def test_a_running_process_finds_what_is_added_and_replaced(
    added: AddedProfiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profiles, "LOOK_AGAIN", 0.0)
    running = ProfilesOnDemand(tmp_path / "profiles")
    assert "house" not in running
    added.add(NewProfile("house"), SHAPES.encode(), URL)
    before = running["house"]
    assert "house" in list(running)
    added.add(NewProfile("house"), SHAPES.replace("No title", "None").encode(), URL, replace=True)
    assert running["house"].bundle_hash != before.bundle_hash
    added.remove("house")
    assert "house" not in running
    assert "eucaim-2.0" in running


def test_one_that_somebody_broke_is_left_out_and_told(
    added: AddedProfiles, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    added.add(NewProfile("house"), SHAPES.encode(), URL)
    added.add(NewProfile("sound"), SHAPES.encode(), URL)
    (tmp_path / "profiles" / "house" / "shapes" / "shapes.ttl").write_text("broken")
    running = ProfilesOnDemand(tmp_path / "profiles")
    assert judged(running["sound"]) == ["No title."]
    assert "house" not in running
    assert "house/shapes/shapes.ttl" in caplog.text


def test_a_file_may_be_included_for_one_command(tmp_path: Path) -> None:
    (tmp_path / "house.ttl").write_text(SHAPES)
    found = ProfilesOnDemand()
    assert found.include(tmp_path / "house.ttl") == "house"
    assert judged(found["house"]) == ["No title."]
    assert "house" not in load_profiles()


def test_a_removed_profile_is_gone(added: AddedProfiles) -> None:
    added.add(NewProfile("house"), SHAPES.encode(), URL)
    added.remove("house")
    assert added.names() == []
    with pytest.raises(InvalidQuery):
        added.remove("house")
