"""What is particular to the dcat_rdf harvester."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from harvester_suite import EVERYTHING, Context, FixedClock
from loopback import Answer, Loopback

from catalogue.adapters.files import FileClients
from catalogue.adapters.http import HttpClientsOnRequests
from catalogue.errors import ProtocolViolation, SourceGone
from catalogue.model.harvest import HarvestSource, RememberedPage, Validators
from catalogue.settings import Settings
from harvesters.dcat_rdf import DcatRdfHarvester

PREFIXES = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix hydra: <http://www.w3.org/ns/hydra/core#> . "
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def server():
    with Loopback() as running:
        yield running


@pytest.fixture
def other():
    with Loopback() as running:
        yield running


def turtle(text, **more):
    return Answer((PREFIXES + text).encode(), media_type="text/turtle", **more)


def fetch(server, context=EVERYTHING, path="/", **options):
    settings = Settings(allow_hosts=("127.0.0.1",), retries=0)
    source = HarvestSource("s", server.url(path), "dcat_rdf", options=options)
    with HttpClientsOnRequests(settings, FixedClock()).for_source(source) as client:
        *pages, last = DcatRdfHarvester().fetch(source, client, context)
    return pages, last


def test_a_catalogue_without_datasets_is_read_to_the_end(server):
    server.on("/", turtle("<c> a dcat:Catalog ."))
    pages, last = fetch(server)
    assert (len(pages), last.complete) == (1, True)


def test_fewer_records_than_claimed_are_not_complete_unless_the_option_says_so(server):
    server.on("/", turtle("<c> hydra:totalItems 3 . <d> a dcat:Dataset . <e> a dcat:Dataset ."))
    assert not fetch(server)[1].complete
    assert "claims 3, and 2 resources" in fetch(server)[1].evidence
    assert fetch(server, check_total=False)[1].complete


def test_a_resource_on_two_pages_counts_once(server):
    server.on("/", turtle("<?p> hydra:next <?p=2> ; hydra:totalItems 2 . <d> a dcat:Dataset ."))
    server.on("/?p=2", turtle("<?p=2> hydra:totalItems 2 . <d> a dcat:Dataset . [] a dcat:Dataset ."))
    assert fetch(server)[1].complete
    server.on("/?p=2", turtle("<?p=2> hydra:totalItems 2 . <d> a dcat:Dataset ."))
    assert not fetch(server)[1].complete


def test_another_host_is_not_followed_unless_the_option_says_so(server, other):
    server.on("/", turtle(f"<> hydra:next <{other.url('/2')}> . <d> a dcat:Dataset ."))
    other.on("/2", turtle("<e> a dcat:Dataset ."))
    pages, last = fetch(server)
    assert (len(pages), pages[0].next_cursor, last.complete, other.asked) == (1, None, False, [])
    assert str(other.port) in last.evidence and "other_hosts" in last.evidence
    assert len(fetch(server, other_hosts=True)[0]) == 2


def test_pages_may_move_to_the_host_that_the_source_redirects_to(server, other):
    server.on("/", Answer(status=301, headers={"Location": other.url("/1")}))
    other.on("/1", turtle("<> hydra:next </2> ."))
    other.on("/2", turtle("<e> a dcat:Dataset ."))
    pages, last = fetch(server)
    assert ([page.payloads[0].url for page in pages], last.complete) == (
        [other.url("/1"), other.url("/2")],
        True,
    )


@pytest.mark.parametrize("target", ["", "/2", "/"])
def test_a_circle_ends_and_is_not_complete(server, target):
    server.on("/", turtle("<> hydra:next </2> ."))
    server.on("/2", turtle(f"<> hydra:next <{target}> . <d> a dcat:Dataset ."))
    pages, last = fetch(server)
    assert (len(pages), last.complete) == (2, False)
    assert "read before" in last.evidence


def test_a_branching_tree_is_not_taken_for_complete(server):
    server.on(
        "/",
        turtle(
            "<> <https://w3id.org/tree#relation> [<https://w3id.org/tree#node> <a>], [<https://w3id.org/tree#node> <b>] ."
        ),
    )
    assert "branches" in fetch(server)[1].evidence


def test_a_broken_page_that_alone_knew_the_next_one_ends_the_run_incomplete(server):
    server.on("/", turtle("<> hydra:next </2> ."))
    server.on("/2", Answer(b"<a> <b> ", media_type="text/turtle"))
    pages, last = fetch(server)
    assert [problem.code for problem in pages[1].problems] == ["ParseError"]
    assert not last.complete and "only it knew" in last.evidence


def test_a_page_that_is_gone_in_the_middle_is_named(server):
    server.on("/", turtle("<> hydra:next </2> ."))
    with pytest.raises(SourceGone, match="/2"):
        fetch(server)


def test_a_forced_syntax_overrules_the_server(server):
    server.on("/", Answer((PREFIXES + "<d> a dcat:Dataset .").encode(), media_type="application/ld+json"))
    pages, _ = fetch(server, syntax="turtle")
    assert pages[0].payloads[0].syntax == "turtle" and len(pages[0].payloads[0].parsed.graph) == 1


def test_the_accept_header_is_the_operators(server):
    server.on("/", turtle("<d> a dcat:Dataset ."))
    fetch(server, accept="application/rdf+xml")
    assert server.asked[0].headers["accept"] == "application/rdf+xml"


def test_a_document_without_a_statement_is_refused_with_advice(server):
    server.on("/", turtle("# nothing"))
    with pytest.raises(ProtocolViolation, match="no RDF statement"):
        fetch(server)


# -- what is remembered -----------------------------------------------------------------------------


def remembered(server, path, body=b"", following=None):
    return RememberedPage(
        server.url(path),
        Validators('"v1"'),
        hashlib.sha256(body).hexdigest(),
        following and server.url(following),
        ("r1",),
    )


def test_a_page_that_did_not_change_is_told_and_its_stored_cursor_followed(server):
    context = Context(pages=(remembered(server, "/", following="/2"),))
    server.on("/", Answer(status=304))
    server.on("/2", turtle("<d> a dcat:Dataset ."))
    pages, last = fetch(server, context)
    assert server.asked[0].headers["if-none-match"] == '"v1"'
    assert (pages[0].unchanged, pages[0].payloads, pages[0].next_cursor) == (True, (), server.url("/2"))
    assert (pages[1].unchanged, last.complete) == (False, True)


def test_an_equal_body_is_as_good_as_not_modified(server):
    answer = turtle("<d> a dcat:Dataset .")
    server.on("/", answer)
    pages, _ = fetch(server, Context(pages=(remembered(server, "/", answer.body),)))
    assert pages[0].unchanged and not pages[0].payloads


def test_nothing_is_asked_conditionally_when_nothing_is_remembered(server):
    server.on("/", turtle("<d> a dcat:Dataset .", headers={"ETag": '"v1"'}))
    fetch(server)
    pages, _ = fetch(server)
    assert "if-none-match" not in server.asked[1].headers
    assert pages[0].validators == Validators('"v1"')


# -- files and folders ------------------------------------------------------------------------------


def read_folder(path, context=EVERYTHING, **options):
    source = HarvestSource("s", path.as_uri(), "dcat_rdf", options=options)
    with FileClients(Settings()).for_source(source) as client:
        *pages, last = DcatRdfHarvester().fetch(source, client, context)
    return pages, last


@pytest.fixture
def folder(tmp_path):
    for name in ("a.ttl", "b.ttl", "c.ttl", "d.ttl"):
        (tmp_path / name).write_text(PREFIXES + f"<http://a.example/{name}> a dcat:Dataset .")
    return tmp_path


def test_each_file_of_a_folder_is_a_page(folder):
    pages, last = read_folder(folder)
    assert [page.cursor.rpartition("/")[2] for page in pages] == ["a.ttl", "b.ttl", "c.ttl", "d.ttl"]
    assert [page.next_cursor for page in pages] == [page.cursor for page in pages[1:]] + [None]
    assert last.complete


def test_a_file_that_does_not_parse_costs_itself_also_when_it_is_the_first(folder):
    (folder / "a.ttl").write_text("<a> <b>")
    pages, last = read_folder(folder)
    assert [len(page.problems) for page in pages] == [1, 0, 0, 0]
    assert not last.complete and "could not be read" in last.evidence


def test_copies_of_a_file_are_read_all(folder):
    (folder / "b.ttl").write_bytes((folder / "a.ttl").read_bytes())
    assert len(read_folder(folder)[0]) == 4


def test_a_folder_resumes_at_a_file(folder):
    pages, _ = read_folder(folder, Context(resume_cursor="file:///s/c.ttl"))
    assert [page.cursor.rpartition("/")[2] for page in pages] == ["c.ttl", "d.ttl"]


def test_a_single_file_is_a_page(folder):
    pages, last = read_folder(folder / "b.ttl")
    assert (len(pages), last.complete) == (1, True)


def test_an_empty_folder_is_refused_with_advice(tmp_path):
    with pytest.raises(ProtocolViolation) as caught:
        read_folder(tmp_path)
    assert "*.ttl" in caught.value.advice


def test_a_fair_data_point_is_left_to_its_own_harvester(server):
    server.on("/", turtle("<> a <https://w3id.org/fdp/fdp-o#FAIRDataPoint> . <c> a dcat:Catalog ."))
    settings = Settings(allow_hosts=("127.0.0.1",))
    with HttpClientsOnRequests(settings, FixedClock()).for_source(
        HarvestSource("s", server.url(), "x")
    ) as client:
        assert DcatRdfHarvester().probe(server.url(), client).confidence == 0.5
