"""`pharos validate` on many documents, in every format: nothing is cut, the worst decides."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyoxigraph
import pytest
from loopback import Answer, Loopback
from pyoxigraph import RdfFormat

Pharos = Callable[..., Any]
HEADS = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"
BROKEN = '<urn:{0}> a dcat:Dataset ;\n  dct:title "T{0}"@en ;\n  dct:issued "31/12/2020" .\n'
SOUND = '<urn:good> a dcat:Dataset ; dct:title "Good"@en ; dct:description "D"@en .\n'
LEVEL = ("--profile", "dcat-ap-3.0.1")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "catalogue"
    (folder / "more").mkdir(parents=True)
    (folder / "bad.ttl").write_text(HEADS + BROKEN.format("a"))
    (folder / "more" / "good.ttl").write_text(HEADS + SOUND)
    (folder / "notes.txt").write_text("no RDF")
    return folder


@pytest.mark.parametrize(
    ("targets", "documents", "code"),
    [
        (["catalogue/more/good.ttl"], 1, 0),
        (["catalogue/bad.ttl"], 1, 1),
        (["catalogue"], 2, 1),
        (["catalogue/**/*.ttl"], 2, 1),
        (["catalogue/more/good.ttl", "catalogue", "catalogue/bad.ttl"], 2, 1),
    ],
    ids=["good", "bad", "folder", "pattern", "each-once"],
)
def test_files_folders_and_patterns(
    bare_pharos: Pharos, files: Path, targets: list[str], documents: int, code: int
) -> None:
    told = bare_pharos("validate", *targets, *LEVEL, "--json")
    assert told.code == code
    assert len({each["document"] for each in json.loads(told.out)}) == documents
    assert not (files.parent / "data" / "ledger.sqlite").exists()


def test_one_document_that_cannot_be_checked_leaves_the_others_checked(
    bare_pharos: Pharos, files: Path
) -> None:
    (files / "broken.ttl").write_text("this is no RDF")
    told = bare_pharos("validate", "catalogue", *LEVEL, "--json")
    assert told.code == 3
    assert len(json.loads(told.out)) == 2
    assert "catalogue/broken.ttl" in told.err


@pytest.mark.parametrize("target", ["catalogue/*.rdf", "nowhere", "catalogue/empty"])
def test_a_target_that_names_nothing_is_wrong_use_before_anything_is_checked(
    bare_pharos: Pharos, files: Path, target: str
) -> None:
    (files / "empty").mkdir()
    told = bare_pharos("validate", "catalogue/bad.ttl", target)
    assert (told.code, told.out) == (2, "")
    assert target in told.err


def test_the_contract_of_json_holds_and_grows(bare_pharos: Pharos, files: Path) -> None:
    (each,) = json.loads(bare_pharos("validate", "catalogue/bad.ttl", *LEVEL, "--format", "json").out)
    assert {"record", "profile", "verdict", "counts", "results", "repairs", "skipped"} <= set(each)
    (issued,) = [r for r in each["results"] if r["path"] == "http://purl.org/dc/terms/issued"]
    assert {"focus_node", "path", "value", "severity", "component", "source_shape", "message"} <= set(issued)
    assert (issued["property"], issued["place"]["line"], issued["place"]["exact"]) == ("dct:issued", 4, True)
    assert issued["severity"] == "Violation"
    assert issued["example"].startswith("dct:issued")
    assert issued["clauses"] == ["https://semiceu.github.io/DCAT-AP/releases/3.0.1/#Dataset.releasedate"]


def test_repairs_are_told_with_what_they_solved(bare_pharos: Pharos, files: Path) -> None:
    old = "<https://publications.europa.eu/resource/authority/access-right/PUBLIC>"
    (files / "bad.ttl").write_text(
        HEADS + f'<urn:d> a dcat:Dataset ; dct:title "T"@en ; dct:accessRights {old} .'
    )
    (each,) = json.loads(bare_pharos("validate", "catalogue/bad.ttl", *LEVEL, "--json").out)
    assert [solved["property"] for solved in each["solved"]] == ["dct:accessRights"]
    assert each["sent"]["counts"]["Warning"] == each["counts"]["Warning"] + 1
    told = bare_pharos("validate", "catalogue/bad.ttl", *LEVEL)
    assert "vocabulary-hosts (1). That solved 1 finding." in told.out


def test_the_report_for_people_groups_and_counts(bare_pharos: Pharos, files: Path) -> None:
    (files / "bad.ttl").write_text(HEADS + "".join(BROKEN.format(n) for n in range(30)))
    told = bare_pharos("validate", "catalogue", *LEVEL)
    assert "VIOLATION  dct:issued  in 30 of 31 datasets" in told.out
    assert "catalogue/bad.ttl:4  T0" in told.out
    assert 'found: "31/12/2020"' in told.out
    assert "and 25 more (--format csv has all)" in told.out
    assert told.out.index("VIOLATION") < told.out.index("WARNING")


def test_csv_has_every_finding_and_no_formula(bare_pharos: Pharos, files: Path) -> None:
    text = "".join(BROKEN.format(n) for n in range(40)).replace('"T7"', '"=1+1"')
    (files / "bad.ttl").write_text(HEADS + text)
    rows = list(
        csv.DictReader(
            io.StringIO(bare_pharos("validate", "catalogue/bad.ttl", *LEVEL, "--format", "csv").out)
        )
    )
    issued = [row for row in rows if row["property"] == "dct:issued"]
    assert [int(row["line"]) for row in issued] == list(range(4, 124, 3))
    assert "'=1+1" in {row["title"] for row in rows}


def test_github_gets_a_command_for_each_finding(bare_pharos: Pharos, files: Path) -> None:
    lines = bare_pharos("validate", "catalogue", *LEVEL, "--format", "github").out.splitlines()
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)
    (issued,) = [line for line in lines if "dct%3Aissued" in line]
    assert issued.startswith("::error file=catalogue/bad.ttl,line=4,title=Ta%3A dct%3Aissued::")


def test_github_gets_paths_from_the_working_folder(bare_pharos: Pharos, files: Path) -> None:
    """GitHub finds a file by its path in the repository."""
    out = bare_pharos("validate", str(files / "bad.ttl"), *LEVEL, "--format", "github").out
    assert {line.split("file=")[1].split(",")[0] for line in out.splitlines()} == {"catalogue/bad.ttl"}


def test_standard_input_is_a_document(bare_pharos: Pharos, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO((HEADS + SOUND).encode())))
    (each,) = json.loads(bare_pharos("validate", "-", *LEVEL, "--json").out)
    assert each["document"] == "standard input"


def test_addresses_are_asked_and_what_they_refuse_is_told(
    bare_pharos: Pharos, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Loopback() as server:
        server.on("/a.ttl", Answer((HEADS + BROKEN.format("a")).encode(), media_type="text/turtle"))
        monkeypatch.setenv("PHAROS_ALLOW_HOSTS", server.authority)
        monkeypatch.setenv("PHAROS_RETRIES", "0")
        one = bare_pharos("validate", server.url("/a.ttl"), *LEVEL, "--json")
        both = bare_pharos(
            "validate", server.url("/a.ttl"), server.url("/gone"), *LEVEL, "--format", "github"
        )
    assert (one.code, both.code) == (1, 3)
    assert json.loads(one.out)[0]["document"] == server.url("/a.ttl")
    lines = both.out.splitlines()
    assert lines[-1].startswith("::error title=http%3A//127.0.0.1")
    assert not any("file=" in line for line in lines)


def test_junit_has_a_case_for_each_record(bare_pharos: Pharos, files: Path) -> None:
    (files / "broken.ttl").write_text("this is no RDF")
    told = bare_pharos("validate", "catalogue", *LEVEL, "--format", "junit")
    assert told.code == 3
    suites = {s.get("name"): s for s in ElementTree.fromstring(told.out)}
    bad = suites["catalogue/bad.ttl"]
    assert (bad.get("tests"), bad.get("failures")) == ("1", "1")
    assert "line 4: Violation: dct:issued" in (bad.findtext("testcase/failure") or "")
    assert suites["catalogue/more/good.ttl"].get("failures") == "0"
    assert suites["catalogue/broken.ttl"].get("errors") == "1"


@pytest.mark.parametrize("format_", ["text", "json", "csv", "github", "junit", "turtle"])
def test_hostile_text_breaks_no_format(bare_pharos: Pharos, files: Path, format_: str) -> None:
    title = 'x\\u0001\\n::error::y%0A,</failure>"'.replace('"', '\\"')
    (files / "bad.ttl").write_text(
        HEADS + f'<urn:d> a dcat:Dataset ; dct:title "{title}"@en ; dct:issued "{title}" .'
    )
    out = bare_pharos("validate", "catalogue/bad.ttl", *LEVEL, "--format", format_).out
    if format_ == "json":
        assert len(json.loads(out)) == 1
    elif format_ == "csv":
        assert {len(row) for row in csv.reader(io.StringIO(out))} == {22}
    elif format_ == "github":
        assert all(line.startswith(("::error file", "::warning file")) for line in out.splitlines())
    elif format_ == "junit":
        assert ElementTree.fromstring(out)[0].get("tests") == "1"
    elif format_ == "turtle":
        assert len(list(pyoxigraph.parse(out, format=RdfFormat.TURTLE))) > 10


SHAPES = (
    "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dcat: <http://www.w3.org/ns/dcat#> .\n"
    "<urn:s> a sh:NodeShape ; sh:targetClass dcat:Dataset ; sh:property [ sh:path <urn:colour> ; sh:minCount 1 ] ."
)


def test_a_file_of_shapes_is_a_profile(bare_pharos: Pharos, files: Path) -> None:
    (files / "house.ttl").write_text(SHAPES)
    told = bare_pharos("validate", "catalogue/bad.ttl", "--profile", "catalogue/house.ttl", "--json")
    (each,) = json.loads(told.out)
    assert (each["profile"], [r["property"] for r in each["results"]]) == ("house", ["urn:colour"])


def test_profiles_are_added_shown_used_and_removed(bare_pharos: Pharos, files: Path) -> None:
    (files / "My Shapes.ttl").write_text(SHAPES)
    refused = bare_pharos("profiles", "add", "catalogue/My Shapes.ttl")
    assert refused.code == 2
    assert "--name" in refused.err
    assert (
        bare_pharos("profiles", "add", "catalogue/My Shapes.ttl", "--name", "house", "--title", "Ours").code
        == 0
    )
    listed = {each["name"]: each for each in json.loads(bare_pharos("profiles", "list", "--json").out)}
    assert (listed["house"]["title"], listed["house"]["added"]) == ("Ours", True)
    assert listed["eucaim-2.0"]["added"] is False
    assert "urn:colour" in bare_pharos("profiles", "show", "house", "--shapes").out
    (each,) = json.loads(bare_pharos("validate", "catalogue/bad.ttl", "--profile", "house", "--json").out)
    assert each["verdict"] == "non-conformant"
    assert bare_pharos("sources", "add", "http://x.example/", "--profile", "house").code == 0
    assert bare_pharos("profiles", "remove", "house").code == 0
    assert bare_pharos("profiles", "show", "house").code == 2


def test_a_profile_says_its_rules(bare_pharos: Pharos) -> None:
    shown = json.loads(bare_pharos("profiles", "show", "eucaim-2.0", "--json").out)
    assert len(shown["rules"]) > 400
    assert all(rule["clauses"] for rule in shown["rules"])
    assert "dataset" in bare_pharos("profiles", "show", "eucaim-2.0").out


def test_a_relative_iri_is_told_as_it_was_written(bare_pharos: Pharos, files: Path) -> None:
    file = files / "relative.ttl"
    file.write_text(HEADS + '<rel/one> a dcat:Dataset ; dct:title "One"@en .\n')
    told = bare_pharos("validate", str(file), *LEVEL)
    assert "rel/one" in told.out
    assert "file:///validate" not in told.out
