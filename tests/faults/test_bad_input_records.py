"""Documents that parse and are odd all the same: each record has its own outcome, and hostile text stays text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from harvest_world import harvest_world
from loopback import Answer, Loopback

from catalogue.model.harvest import RunState
from catalogue.model.validation import Severity, Verdict

PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix healthdcatap: <http://healthdataportal.eu/ns/health#> . @prefix adms: <http://www.w3.org/ns/adms#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix prov: <http://www.w3.org/ns/prov#> .
@prefix : <https://odd.example/> .
"""


@pytest.fixture(scope="module")
def server():
    with Loopback() as running:
        yield running


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with harvest_world(tmp_path_factory.mktemp("odd-records")) as made:
        yield made


@pytest.fixture
def harvest(world, server):
    """Turtle served and harvested under a slug of its own."""

    def run(slug, turtle, profile="none"):
        server.on(f"/{slug}", Answer((PREFIXES + turtle).encode(), media_type="text/turtle"))
        ended = world.harvest(slug, server.url(f"/{slug}"), profile)
        world.project()
        assert world.log.failures == []
        page = world.client().get(f"/runs/{ended.run_id}")
        assert page.status_code == 200
        return ended, page.text

    return run


def test_a_catalogue_without_datasets_is_read_to_its_end_and_says_so(harvest):
    run, page = harvest("no-datasets", ':c a dcat:Catalog ; dct:title "Nothing yet" .')
    assert (run.state, run.complete, run.counts.found) == (RunState.COMPLETED, True, 0)
    assert (
        run.reason == "The source was read to its end, and it describes no dataset, series or data service."
    )
    assert "Check that the address is that of the catalogue" in run.advice
    assert run.reason in page


def test_a_catalogue_that_became_empty_loses_nothing_that_was_stored(world, server):
    full = PREFIXES + ':kept a dcat:Dataset ; dct:title "Kept" .'
    empty = PREFIXES + ':c a dcat:Catalog ; dct:title "Nothing any more" .'
    server.on("/emptied", Answer(full.encode()), Answer(empty.encode()))
    world.harvest("emptied", server.url("/emptied"), "none")
    run = world.run_again("emptied", "none")
    assert (run.state, run.counts.found, run.counts.withdrawn) == (RunState.COMPLETED, 0, 0)
    assert "https://odd.example/kept" in {v.subject for v in world.services.ledger.published(None, 1000)}


def test_a_dataset_without_title_is_stored_shown_by_its_iri_and_reported(world, harvest):
    run, page = harvest(
        "no-title", ':untitled a dcat:Dataset ; dct:description "No title."@en .', "dcat-ap-3.0.1"
    )
    assert (run.state, run.counts.created) == (RunState.COMPLETED, 1)
    assert "https://odd.example/untitled" in page
    (line,) = world.lines(run, "created")
    version = world.services.ledger.version(line.record_id)
    assert version.report.verdict is Verdict.NON_CONFORMANT
    title = [r for r in version.report.results if r.path == "http://purl.org/dc/terms/title"]
    assert [r.severity for r in title] == [Severity.VIOLATION]
    shown = world.client().get(f"/datasets/{version.dataset_id}")
    assert shown.status_code == 200
    assert "https://odd.example/untitled" in shown.text
    assert title[0].message.startswith("This dataset has no title. Add dct:title")
    assert "This dataset has no title." in shown.text
    assert "Add dct:title" in shown.text
    assert world.client().get("/datasets").status_code == 200


def test_a_dataset_without_iri_is_known_by_its_identifier(world, harvest):
    turtle = '[] a dcat:Dataset ; dct:identifier "TH-7/2" ; dct:title "Thorax"@en .'
    run, _ = harvest("no-iri", turtle)
    assert (run.state, run.counts.created) == (RunState.COMPLETED, 1)
    (line,) = world.lines(run, "created")
    assert line.subject == "urn:pharos:no-iri:TH-7%2F2"
    again = world.run_again("no-iri", "none")
    assert (again.counts.unchanged, again.counts.created) == (1, 0)
    assert world.client().get(f"/datasets/{line.dataset_id}").status_code == 200


def test_a_dataset_without_iri_and_identifier_is_skipped_with_its_name_and_advice(world, harvest):
    turtle = (
        '[] a dcat:Dataset ; dct:title "Nobody’s child"@en .\n:fine a dcat:Dataset ; dct:title "Fine"@en .'
    )
    run, page = harvest("no-name", turtle)
    assert (run.state, run.complete) == (RunState.WITH_ERRORS, False)
    assert (run.counts.found, run.counts.created, run.counts.skipped) == (2, 1, 1)
    (line,) = world.lines(run, "skipped")
    assert line.code == "MissingIdentifier"
    assert line.reason == (
        "The description with the title “Nobody’s child” has neither a usable IRI nor a dct:identifier."
    )
    assert (
        line.advice == "Give the resource an http(s) IRI of its own, or a dct:identifier that never changes."
    )
    assert "has neither a usable IRI nor a dct:identifier" in page


def test_a_listed_resource_without_class_is_skipped_with_advice(world, harvest):
    run, page = harvest(
        "no-class", ':c a dcat:Catalog ; dcat:dataset :d . :d dct:title "D" ; dcat:keyword "k" .'
    )
    assert (run.state, run.counts.found, run.counts.skipped) == (RunState.WITH_ERRORS, 1, 1)
    (line,) = world.lines(run, "skipped")
    assert (line.code, line.subject) == ("untyped", "<https://odd.example/d>")
    assert "rdf:type dcat:Dataset" in line.advice
    assert "https://odd.example/d" in page


def test_a_class_that_comes_on_a_later_page_is_a_class(world, server):
    head = "@prefix hydra: <http://www.w3.org/ns/hydra/core#> .\n"
    one = (
        head + ':c a dcat:Catalog ; dcat:dataset :later . :later dcat:keyword "k" . <> hydra:next <?page=2> .'
    )
    two = ':later a dcat:Dataset ; dct:title "Later" .'
    server.on("/late-class", Answer((PREFIXES + one).encode(), media_type="text/turtle"))
    server.on("/late-class?page=2", Answer((PREFIXES + two).encode(), media_type="text/turtle"))
    run = world.harvest("late-class", server.url("/late-class"), "none")
    assert (run.state, run.counts.found, run.counts.created) == (RunState.COMPLETED, 1, 1)


SCRIPT = "<script>alert('owned')</script>"
HANDLER = '"><img src=x onerror=alert(1)>'
FIELDS = f"""
:hostile a dcat:Dataset ; dct:title "{SCRIPT}T"@en, "{SCRIPT}T"@de ; dct:alternative "{SCRIPT}" ;
  dct:description '''<p onclick="alert(1)">{SCRIPT}<a href="javascript:alert(1)">x</a>{HANDLER}</p>'''@en ;
  dct:identifier '''{SCRIPT}''' ; dcat:keyword '''{HANDLER}''', "{SCRIPT}"@fr ; dcat:version "{SCRIPT}" ;
  adms:versionNotes "{SCRIPT}"@en ; dct:language "{SCRIPT}" ; dct:type "{SCRIPT}" ; dct:issued "{SCRIPT}" ;
  dcat:theme [ rdfs:label "{SCRIPT}" ] ; dct:spatial [ rdfs:label '''{HANDLER}''' ] ;
  dct:provenance [ a dct:ProvenanceStatement ; rdfs:label "{SCRIPT}" ] ; dct:license "{SCRIPT}" ;
  dct:rights [ rdfs:label "{SCRIPT}" ] ; dct:accessRights "{SCRIPT}" ; dcat:landingPage <javascript:alert(1)> ;
  foaf:page <data:text/html,%3Cscript%3Ealert(1)%3C/script%3E> ; healthdcatap:populationCoverage '''{HANDLER}'''@en ;
  dct:publisher [ a foaf:Agent ; foaf:name '''{HANDLER}'''@en ; foaf:homepage <javascript:alert(2)> ] ;
  dct:creator [ a foaf:Agent ; foaf:name "{SCRIPT}" ] ;
  dcat:contactPoint [ a vcard:Kind ; vcard:fn "{SCRIPT}" ; vcard:hasEmail <mailto:a@b.example?body=%3Cscript%3E> ] ;
  <https://odd.example/terms#{"x" * 20}> "{SCRIPT}" ;
  dcat:distribution [ a dcat:Distribution ; dct:title "{SCRIPT}" ; dct:description '''{HANDLER}''' ;
    dcat:accessURL <javascript:alert(3)> ; dct:format "{SCRIPT}" ; dcat:mediaType '''{HANDLER}''' ] .
[] a dcat:Dataset ; dct:title '''{SCRIPT}{HANDLER}''' .
"""


class Danger(HTMLParser):
    """Collects what would run or lead to something that runs."""

    def __init__(self):
        super().__init__()
        self.found = []
        self._script = None

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.found += [f"{tag} {name}" for name in given if name.startswith("on")]
        for name in ("href", "src", "action", "formaction", "xlink:href"):
            target = re.sub(r"\s", "", given.get(name) or "").lower()
            if target.startswith(("javascript:", "data:", "vbscript:")):
                self.found.append(f"{tag} {name}={target}")
        if tag == "script" and not given.get("src") and given.get("type") != "application/ld+json":
            self.found.append("inline script")
        if tag in ("img", "svg", "iframe", "object") and given.get("src") == "x":
            self.found.append(tag)


def dangers(text):
    reader = Danger()
    reader.feed(text)
    return reader.found


def test_the_reader_of_these_tests_knows_danger_when_it_sees_it():
    assert dangers(f"<p onclick='x'>{SCRIPT}{HANDLER}<a href=' java\nscript:x'>") == [
        "p onclick", "inline script", "img onerror", "img", "a href=javascript:x",
    ]  # fmt: skip


@pytest.fixture(scope="module")
def hostile(world, server):
    server.on("/hostile", Answer((PREFIXES + FIELDS).encode(), media_type="text/turtle"))
    run = world.harvest(
        "hostile", server.url("/hostile"), "healthdcat-ap-r8", title=f"{SCRIPT}{HANDLER}", country=SCRIPT
    )
    world.project()
    assert (run.counts.created, run.counts.skipped) == (1, 1)
    return run


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_script_in_every_text_field_stays_text_on_every_page(world, hostile, language):
    (line,) = world.lines(hostile, "created")
    pages = [
        "/", "/datasets", "/datasets?q=alert", "/datasets?q=" + SCRIPT, f"/datasets/{line.dataset_id}",
        f"/records/{line.record_id}", "/sources", "/sources/hostile", "/runs", f"/runs/{hostile.run_id}",
    ]  # fmt: skip
    client = world.client()
    for path in pages:
        answer = client.get(path, headers={"Accept": "text/html", "Accept-Language": language})
        assert answer.status_code == 200, path
        assert answer.mimetype == "text/html", path
        assert dangers(answer.text) == [], path
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"] or (
            "default-src 'none'" in answer.headers["Content-Security-Policy"]
        ), path
    assert "&lt;script&gt;alert" in client.get(f"/datasets/{line.dataset_id}").text


def test_the_same_text_is_untouched_in_the_record_itself(world, hostile):
    """Ours is to show it harmlessly; the record is the provider's."""
    (line,) = world.lines(hostile, "created")
    body = world.client().get(f"/datasets/{line.dataset_id}.nt").text
    assert body.count("<script>alert('owned')</script>") >= 10
    answer = world.client().get("/api/v1/datasets?source=hostile")
    assert answer.mimetype == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
