"""`pharos records`: what the catalogue says of its own, what it hides, what it erases."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PREFIXES = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"
IRI = "https://clinic.example/1"
HEAL = "http://publications.europa.eu/resource/authority/data-theme/HEAL"
ENVI = "http://publications.europa.eu/resource/authority/data-theme/ENVI"


def turtle(title: str) -> str:
    return (
        f'{PREFIXES}<{IRI}> a dcat:Dataset ; dct:identifier "ONE" ; dct:title "{title}"@en ; dcat:theme <{ENVI}> .\n'
        f'<{IRI}0> a dcat:Dataset ; dct:title "Ten"@en .\n'
    )


@dataclass
class Clinic:
    """Commands on a folder with two records of one source."""

    pharos: Callable[..., Any]
    file: Path

    def __call__(self, *words: str, code: int = 0) -> Any:
        answer = self.pharos(*words, "--json")
        assert answer.code == code, answer
        return json.loads(answer.out) if answer.out else answer.err

    def refused(self, *words: str) -> str:
        answer = self.pharos(*words)
        assert (answer.code, answer.out) == (2, ""), answer
        return str(answer.err)

    def harvest(self, title: str, code: int = 0) -> Any:
        self.file.write_text(turtle(title))
        return self("harvest", "clinic", code=code)

    def found(self, theme: str) -> list[str]:
        return [hit["iri"] for hit in self("search", "-f", f"theme={theme}")["hits"]]


@pytest.fixture
def clinic(pharos: Any, tmp_path: Path) -> Clinic:
    made = Clinic(pharos, tmp_path / "catalogue.ttl")
    made.file.write_text(turtle("First"))
    made("sources", "add", str(made.file), "--slug", "clinic", "--profile", "none")
    made.harvest("First")
    return made


def test_a_corrected_theme_is_found_and_no_harvest_takes_it_back(clinic: Clinic) -> None:
    assert clinic.found(ENVI) == [IRI]
    made = clinic(
        "records", "curate", "ONE", "--set", f"theme={HEAL}", "--by", "ada", "--reason", "wrong theme"
    )
    assert (made["by"], made["reason"], made["replaced"]) == ("ada", "wrong theme", ["dcat:theme"])
    for _ in range(2):
        assert (clinic.found(HEAL), clinic.found(ENVI)) == ([IRI], [])
        clinic.harvest("Second")
    assert clinic("verify")["agree"]
    clinic("rebuild", "search")
    clinic("replay", "clinic")
    assert clinic.found(HEAL) == [IRI]
    (listed,) = clinic("records", "curation")
    assert listed["statements"] == made["statements"]
    clinic("records", "curate", IRI, "--restore", "theme")
    assert (clinic.found(HEAL), clinic.found(ENVI)) == ([], [IRI])
    assert [one["state"] for one in clinic("records", "curation", "ONE")] == ["ended", "shown"]
    assert clinic("records", "curation") == []


def test_a_file_says_everything_at_once(clinic: Clinic, tmp_path: Path) -> None:
    file = tmp_path / "said.ttl"
    file.write_text(
        f'{PREFIXES}@prefix pharos: <https://w3id.org/pharos/ns#> .\n<> dcat:theme <{HEAL}> ; pharos:replaces dcat:theme ;\n'
        '  dct:temporal [ dcat:startDate "2020" ] .\n'
    )  # fmt: skip
    clinic("records", "curate", "ONE", "--add", "note=To be kept?")
    made = clinic("records", "curate", "ONE", str(file), "--add", "title=Better@de")
    assert made["replaced"] == ["dcat:theme"]
    assert len(made["statements"]) == 4
    assert not any("To be kept" in line for line in made["statements"])
    assert clinic.found(HEAL) == [IRI]
    shown = clinic("sparql", f"SELECT ?t {{ <{IRI}> <http://purl.org/dc/terms/title> ?t }}")
    assert sorted(row["t"]["value"] for row in shown["results"]["bindings"]) == ["Better", "First"]
    where = clinic("sparql", f'SELECT ?g {{ GRAPH ?g {{ <{IRI}> ?p "Better"@de }} }}')
    (row,) = where["results"]["bindings"]
    assert row["g"]["value"].endswith(f"/curation/{made['dataset']}")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--set", "theme=Health"), "an IRI, not the text"),
        (("--set", "nonsense=1"), "names no property"),
        (("--add", "title="), "no statement"),
        (("--add", "rdf:type=https://x.example/T"), "for the source to say"),
        (("--replace", "pharos:position"), "Pharos itself"),
        (("--add", 'title="unclosed'), "no value"),
        (("--clear", "--add", "title=x"), "nothing else"),
        ((), "Say what"),
        (("missing.ttl",), "cannot be read"),
        (("--clear",), "nothing was changed"),
    ],
)
def test_what_cannot_be_said_is_told_and_changes_nothing(
    clinic: Clinic, words: tuple[str, ...], said: str
) -> None:
    assert said in clinic.refused("records", "curate", "ONE", *words)
    assert clinic("records", "curation") == []


def test_a_hidden_dataset_is_nowhere_and_comes_back(clinic: Clinic) -> None:
    clinic("records", "hide", "ONE", "--reason", "asked for")
    assert clinic.found(ENVI) == []
    asked = f"ASK {{ <{IRI}> ?p ?o }}"
    assert clinic("sparql", asked)["boolean"] is False
    assert IRI not in clinic.pharos("export").out.replace(f"{IRI}0", "")
    clinic.harvest("Second")
    assert clinic.found(ENVI) == []
    assert clinic("records", "show", "ONE")["curation"]["state"] == "hidden"
    assert [row["state"] for row in clinic("records", "list", "clinic")] == ["hidden", "published"]
    assert "nothing was changed" in clinic.refused("records", "hide", "ONE")
    clinic("records", "unhide", "ONE")
    assert clinic.found(ENVI) == [IRI]
    assert clinic("sparql", asked)["boolean"] is True
    assert clinic("verify")["agree"]


def test_an_erased_record_stays_away_until_it_is_allowed(clinic: Clinic) -> None:
    key = clinic("records", "show", "ONE")["record"]
    assert "nobody to ask" in clinic.refused("records", "purge", "ONE")
    done = clinic("records", "purge", "ONE", "--yes", "--by", "ada", "--reason", "asked for")
    assert (done["record"], done["versions"], done["payloads"]) == (key, 1, 1)
    assert clinic("verify")["agree"]
    assert clinic.found(ENVI) == []
    assert "erased" in clinic.refused("records", "show", key)
    run = clinic.harvest("First")
    assert (run["state"], run["counts"]["skipped"], run["counts"]["unchanged"]) == ("completed", 1, 1)
    (line,) = clinic("runs", "show", run["run"])["outcomes"]
    assert (line["code"], line["record_id"], line["subject"]) == ("purged", key, None)
    (listed,) = clinic("records", "erased")
    assert (listed["by"], listed["allowed_at"]) == ("ada", None)
    clinic("records", "allow", key)
    assert clinic.harvest("First")["counts"]["created"] == 1
    assert clinic.found(ENVI) == [IRI]
    assert clinic("verify")["agree"]


def test_a_replay_does_not_bring_an_erased_record_back(clinic: Clinic) -> None:
    clinic("records", "purge", "ONE", "--yes")
    (run,) = clinic("replay", "clinic", code=1)
    assert (run["counts"]["found"], run["counts"]["created"]) == (0, 0)
    assert len(clinic("records", "list", "clinic")) == 1
