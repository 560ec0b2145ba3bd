"""What is particular to FAIR Data Points: drafts, silence, bulk routes, other names for the same server."""

from __future__ import annotations

import pytest
from harvester_suite import EVERYTHING, Context, FixedClock
from loopback import Answer, Loopback, Raw

from catalogue.adapters.http import HttpClientsOnRequests
from catalogue.errors import ProtocolViolation, RetryableError
from catalogue.model.harvest import HarvestSource
from catalogue.settings import Settings
from harvesters.fair_data_point import FairDataPointHarvester

PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix ldp: <http://www.w3.org/ns/ldp#> . @prefix fdp: <https://w3id.org/fdp/fdp-o#> .
"""
DRAFT = Answer(b'{"status": 403}', 403, "application/json")


@pytest.fixture
def server():
    with Loopback() as running:
        running.on("/", turtle("<> a fdp:FAIRDataPoint ; dct:title 'F' ; fdp:metadataCatalog </c/1> ."))
        yield running


def turtle(text, **more):
    return Answer((PREFIXES + text).encode(), media_type="text/turtle", **more)


def dataset(name, more=""):
    return turtle(f"</d/{name}> a dcat:Dataset ; dct:title '{name}' {more} .")


def catalogue(named, listed=(), more=""):
    text = "</c/1> a dcat:Catalog ; dct:title 'C' . " + "".join(
        f"</c/1> dcat:dataset </d/{n}> . " for n in named
    )
    if listed:
        members = ", ".join(f"</d/{n}>" for n in listed)
        text += f"</d/> a ldp:DirectContainer ; ldp:membershipResource </c/1> ; ldp:contains {members} ."
    return turtle(text + more)


def fetch(server, context=EVERYTHING, **options):
    settings = Settings(allow_hosts=("127.0.0.1",), retries=0, read_timeout=0.3)
    source = HarvestSource("s", server.url(), "fair_data_point", options=options)
    with HttpClientsOnRequests(settings, FixedClock()).for_source(source) as client:
        *pages, last = FairDataPointHarvester().fetch(source, client, context)
    return pages, last


def test_drafts_are_not_public_and_no_failure(server):
    server.on("/c/1", catalogue("ab", "abxy"))
    for name in "ab":
        server.on(f"/d/{name}", dataset(name))
    server.on("/d/x", DRAFT)
    pages, last = fetch(server, bulk=False)
    assert [page.cursor for page in pages] == [server.url(p) for p in ("/", "/d/a", "/d/b")]
    assert not any(page.problems for page in pages)
    assert last.complete and "2 not public" in last.evidence


def test_where_everything_is_refused_nothing_is_known(server):
    server.on("/c/1", DRAFT)
    pages, last = fetch(server)
    assert (len(pages), last.complete) == (1, False)


def test_a_child_that_does_not_answer_is_no_failed_record_and_nothing_is_complete(server):
    server.on("/c/1", catalogue("ab"))
    server.on("/d/a", Raw(b"", hold=3))
    server.on("/d/b", dataset("b"))
    pages, last = fetch(server)
    assert [(p.code, p.counts_as_record) for page in pages for p in page.problems] == [
        ("RetryableError", False)
    ]
    assert not last.complete and "1 did not answer" in last.evidence


def test_a_child_that_fails_on_the_server_is_a_record_that_could_not_be_had(server):
    server.on("/c/1", catalogue("ab"))
    server.on("/d/a", Answer(b"", 500))
    server.on("/d/b", dataset("b"))
    pages, last = fetch(server)
    assert [(p.url, p.counts_as_record) for page in pages for p in page.problems] == [
        (server.url("/d/a"), True)
    ]
    assert not last.complete


def test_a_server_that_fell_silent_ends_the_run_and_what_came_stands(server):
    server.on("/c/1", catalogue(range(30)))
    server.on("/d/0", dataset("0"))
    for number in range(1, 30):
        server.on(f"/d/{number}", Answer(b"", 503))
    got = []
    settings = Settings(allow_hosts=("127.0.0.1",), retries=0)
    source = HarvestSource("s", server.url(), "fair_data_point")
    with (
        HttpClientsOnRequests(settings, FixedClock()).for_source(source) as client,
        pytest.raises(RetryableError),
    ):
        for item in FairDataPointHarvester().fetch(source, client, Context()):
            got.append(item)
    assert server.url("/d/0") in [page.cursor for page in got]
    assert len(server.asked) == 2 + 1 + 5


def test_a_distribution_that_fails_costs_itself_only(server):
    server.on("/c/1", catalogue("a"))
    server.on("/d/a", dataset("a", "; dcat:distribution </x/1>, </x/2>"))
    server.on("/x/1", turtle("</x/1> a dcat:Distribution <"))
    server.on("/x/2", turtle("</x/2> a dcat:Distribution ; dct:title 'X' ."))
    pages, last = fetch(server)
    assert [payload.url for payload in pages[1].payloads] == [server.url("/d/a"), server.url("/x/2")]
    assert [(p.url, p.counts_as_record) for p in pages[1].problems] == [(server.url("/x/1"), False)]
    assert not last.complete


def test_a_part_that_the_document_describes_is_not_asked_for(server):
    server.on(
        "/c/1",
        catalogue("a", more="</d/b> a dcat:Dataset ; dct:title 'inside' . </c/1> dcat:dataset </d/b> ."),
    )
    server.on("/d/a", dataset("a", "; dcat:distribution </x/1> . </x/1> a dcat:Distribution ; dct:title 'X'"))
    _, last = fetch(server)
    assert server.paths == ["/", "/c/1", "/d/a"] and last.complete


def test_a_shared_distribution_is_asked_for_once(server):
    server.on("/c/1", catalogue("ab"))
    for name in "ab":
        server.on(f"/d/{name}", dataset(name, "; dcat:distribution </x/1>"))
    server.on("/x/1", turtle("</x/1> a dcat:Distribution ; dct:title 'X' ."))
    fetch(server)
    assert server.paths.count("/x/1") == 1


def test_resources_of_other_servers_are_named_and_not_followed(server):
    server.on("/c/1", catalogue("a", more="</c/1> dcat:dataset <https://other.example/d/1> ."))
    server.on("/d/a", dataset("a"))
    _, last = fetch(server)
    assert last.complete and "1 on other servers" in last.evidence


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"", 404),
        Answer(b"", 400),
        Answer(b"<!DOCTYPE html><html>app</html>", 200, "text/html"),
        Answer(b"", 500),
    ],
    ids=["404", "400", "page of an application", "500"],
)
def test_without_a_bulk_route_each_child_is_asked_for_by_itself(server, answer):
    server.on("/c/1", catalogue("ab", "ab"))
    server.on("/c/1/page/d", answer)
    for name in "ab":
        server.on(f"/d/{name}", dataset(name))
    pages, last = fetch(server)
    assert ([page.cursor for page in pages[1:]], last.complete) == (
        [server.url("/d/a"), server.url("/d/b")],
        True,
    )


def test_a_route_that_answers_with_the_catalogue_itself_is_no_bulk_route(server):
    server.on("/c/1", catalogue("ab", "ab"))
    server.on("/c/1/page/d", catalogue("ab", "ab"))
    for name in "ab":
        server.on(f"/d/{name}", dataset(name))
    pages, _ = fetch(server)
    assert len(pages) == 3


def test_bulk_saves_requests_and_drafts_are_not_asked_for(server):
    names = [f"n{number}" for number in range(40)]
    server.on("/c/1", catalogue(names, [*names, "draft"]))
    body = " ".join(f"</d/{n}> a dcat:Dataset ; dct:title '{n}' ." for n in names)
    server.on("/c/1/page/d", turtle(body))
    pages, last = fetch(server)
    assert server.paths == ["/", "/c/1", "/c/1/page/d?page=0&size=100"]
    assert len(pages) == 2 and last.complete and "1 listed in a container" in last.evidence


def test_a_broken_record_spoils_its_bulk_page_but_costs_one_record(server):
    server.on("/c/1", catalogue("ab", "ab"))
    server.on("/c/1/page/d", turtle("</d/a> a dcat:Dataset ; dct:title 'a' . </d/b> dct:title 'open ."))
    server.on("/d/a", dataset("a"))
    server.on("/d/b", turtle("</d/b> dct:title 'open ."))
    pages, last = fetch(server)
    assert [problem.url for page in pages for problem in page.problems] == [server.url("/d/b")]
    assert [payload.url for page in pages[1:] for payload in page.payloads] == [server.url("/d/a")]
    assert not last.complete


def test_nested_catalogues_are_followed_once(server):
    server.on("/c/1", turtle("</c/1> a dcat:Catalog ; dct:title 'C' ; dcat:catalog </c/2> ."))
    server.on(
        "/c/2", turtle("</c/2> a dcat:Catalog ; dct:title 'D' ; dcat:catalog </c/1> ; dcat:dataset </d/a> .")
    )
    server.on("/d/a", dataset("a"))
    pages, last = fetch(server)
    assert [len(page.payloads) for page in pages] == [3, 1] and last.complete


def test_depth_is_bounded(server):
    for number in range(1, 20):
        server.on(f"/c/{number}", turtle(f"</c/{number}> a dcat:Catalog ; dcat:catalog </c/{number + 1}> ."))
    _, last = fetch(server)
    assert len(server.asked) < 10 and not last.complete and "levels" in last.evidence


def test_the_number_of_documents_is_bounded(server):
    server.on("/c/1", catalogue(range(20)))
    for number in range(20):
        server.on(f"/d/{number}", dataset(str(number)))
    _, last = fetch(server, max_resources=5)
    assert len(server.asked) == 5 and not last.complete and "max_resources" in last.evidence


def test_the_subject_of_a_record_stays_what_the_server_says(server):
    server.on(
        "/",
        turtle(
            "<https://w3id.example/f> a fdp:FAIRDataPoint ; fdp:metadataCatalog <https://w3id.example/f/c/1> ."
        ),
    )
    server.on(
        "/c/1",
        turtle("<https://w3id.example/f/c/1> a dcat:Catalog ; dcat:dataset <https://w3id.example/f/d/a> ."),
    )
    server.on("/d/a", turtle("<https://w3id.example/f/d/a> a dcat:Dataset ; dct:title 'a' ."))
    pages, last = fetch(server)
    payload = pages[1].payloads[0]
    assert (payload.url, last.complete) == (server.url("/d/a"), True)
    assert "https://w3id.example/f/d/a" in {node.value for node in payload.parsed.graph.subjects()}


def test_a_plain_catalogue_without_containers_is_no_fair_data_point(server):
    server.on("/", turtle("<x> dct:title 'x' ."))
    with pytest.raises(ProtocolViolation, match="no FAIR Data Point"):
        fetch(server)
