"""`pharos vocabularies`: an ontology is added, records are judged with it, and it goes again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from loopback import Answer, Loopback

LEVEL = "https://cancerimage.eu/ontology/EUCAIM#SPEC1999999"
ONTOLOGY = f"""@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<https://cancerimage.eu/ontology/EUCAIM> a owl:Ontology ; rdfs:label "Hyper-ontology"@en .
<{LEVEL}> a owl:Class ; rdfs:label "Tier nine"@en .
"""
RECORD = f"""@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix eucaim: <https://cancerimage.eu/ontology/EUCAIM#> .
<https://clinic.example/1> a dcat:Dataset ; dct:title "One"@en ; eucaim:interoperabilityLevel <{LEVEL}> .
"""
NAME = "eucaim-hyper-ontology"


@pytest.fixture
def ontology(tmp_path: Path) -> str:
    (tmp_path / "Hyper.owl").write_text(ONTOLOGY, "utf-8")
    return "Hyper.owl"


def not_checked(pharos: Any, tmp_path: Path) -> int:
    """Findings of the record that say that something was not checked."""
    (tmp_path / "record.ttl").write_text(RECORD, "utf-8")
    answer = pharos("validate", "record.ttl", "--profile", "eucaim-2.0", "--format", "json")
    return sum("Not checked" in line for line in answer.out.splitlines() if '"message"' in line)


def test_what_was_not_checked_is_checked_with_the_ontology(
    pharos: Any, ontology: str, tmp_path: Path
) -> None:
    assert not_checked(pharos, tmp_path) == 1
    added = pharos("vocabularies", "add", ontology, "--name", NAME)
    assert added.code == 0, added
    assert "started again" in added.err
    assert "pharos replay" in added.err
    assert not_checked(pharos, tmp_path) == 0
    assert pharos("vocabularies", "remove", NAME).code == 0
    assert not_checked(pharos, tmp_path) == 1


def test_a_replay_judges_stored_records_anew(pharos: Any, ontology: str, tmp_path: Path) -> None:
    (tmp_path / "record.ttl").write_text(RECORD, "utf-8")
    pharos("sources", "add", "record.ttl", "--slug", "clinic", "--profile", "eucaim-2.0")
    pharos("harvest", "clinic")
    assert json.loads(pharos("replay", "--json").out)[0]["changed"] == []
    pharos("vocabularies", "add", ontology, "--name", NAME)
    (run,) = json.loads(pharos("replay", "--json").out)
    assert [one["iri"] for one in run["changed"]] == ["https://clinic.example/1"]


def test_the_list_shows_ours_and_what_was_added(pharos: Any, ontology: str) -> None:
    pharos("vocabularies", "add", ontology, "--title", "Mine")
    rows = {row["name"]: row for row in json.loads(pharos("vocabularies", "list", "--json").out)}
    assert (rows["country"]["added"], rows["hyper"]["added"]) == (False, True)
    assert (rows["hyper"]["concepts"], rows["hyper"]["title"], rows["hyper"]["source"]) == (
        1,
        "Mine",
        "Hyper.owl",
    )
    assert "Mine" in pharos("vocabularies", "list").out
    shown = json.loads(pharos("vocabularies", "show", "hyper", "--concepts", "--json").out)
    assert shown["members"] == [{"iri": LEVEL, "notation": "", "label": "Tier nine"}]
    assert "Country" in pharos("vocabularies", "show", "country").out


def test_an_ontology_is_fetched_from_a_url(pharos: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with Loopback() as site:
        site.on("/onto/Hyper.ttl", Answer(ONTOLOGY.encode(), media_type="application/octet-stream"))
        monkeypatch.setenv("PHAROS_ALLOW_HOSTS", f"127.0.0.1:{site.port}")
        answer = pharos("vocabularies", "add", site.url("/onto/Hyper.ttl"), "--json")
    assert answer.code == 0, answer
    told = json.loads(answer.out)
    assert (told["name"], told["concepts"]) == ("hyper", 1)
    assert told["source"].endswith("/onto/Hyper.ttl")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "nothing.owl"), "There is no file 'nothing.owl'"),
        (("add", "Hyper.owl", "--name", "country"), "that of a vocabulary of Pharos"),
        (("add", "Hyper.owl", "--name", "My Words"), "is no name"),
        (("show", "nothing"), "There is no vocabulary 'nothing'"),
        (("remove", "country"), "No vocabulary 'country' was added"),
        (("add", "record.ttl"), "describes no concept"),
    ],
)
def test_wrong_use_is_told(
    pharos: Any, ontology: str, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    (tmp_path / "record.ttl").write_text(RECORD, "utf-8")
    answer = pharos("vocabularies", *words)
    assert answer.code == 2, answer
    assert told in answer.err
