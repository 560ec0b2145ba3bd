"""Every harvester is held to the same limits."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from catalogue.errors import RetryableError, RunCancelled, SourceError
from catalogue.model.harvest import Completeness, Page
from catalogue.model.records import Payload
from catalogue.pipeline.fetch import fetch
from catalogue.rdf.documents import Document
from catalogue.rdf.graphs import Graph

U = "https://provider.example/catalogue?page="
DONE = Completeness(complete=True, evidence="The last page names no next one.")


def page(number, body=None, next_number=None, url=None, parsed=None):
    body = (f"page {number}" if body is None else body).encode()
    url = url or f"{U}{number}"
    payload = Payload(url, body, hashlib.sha256(body).hexdigest(), parsed=parsed)
    return Page(url, str(number), (payload,), None if next_number is None else str(next_number))


class ScriptedHarvester:
    """Yields what the script says; an exception in it is raised. `asked` counts the items that were reached."""

    name = "scripted"
    title = "Scripted"
    options = ()
    server_added = ()

    def __init__(self, *script):
        self.script = script
        self.asked = 0
        self.closed = False

    def probe(self, url, http):
        return None

    def fetch(self, source, http, context):
        try:
            for item in self.script:
                self.asked += 1
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            self.closed = True


def run(source, harvester, **limits):
    return list(fetch(harvester, source, None, None, **{"max_pages": 100, **limits}))


def test_pages_are_handed_on_and_the_statement_comes_last(source):
    pages = [page(1, next_number=2), page(2)]
    assert run(source, ScriptedHarvester(*pages, DONE)) == [*pages, DONE]


CIRCLES = {
    "cursor twice": [page(1, next_number=2), page(2, next_number=3), page(1, body="other", url=U + "x")],
    "address twice": [page(1, next_number=2), page(2, body="other", url=U + "1")],
    "body twice": [page(1, next_number=2), page(2, body="page 1", next_number=3)],
    "next page was read": [page(1, next_number=2), page(2, next_number=1)],
    "next page is this one": [page(1, next_number=1)],
}


@pytest.mark.parametrize("script", CIRCLES.values(), ids=CIRCLES.keys())
def test_a_circle_ends_the_run_as_incomplete(source, script):
    found = run(source, ScriptedHarvester(*script, DONE))
    assert found[-1].complete is False
    assert found[-1].evidence
    assert len({p.url for p in found[:-1]}) == len(found) - 1


def test_a_circle_that_the_page_itself_names_costs_no_further_request(source):
    harvester = ScriptedHarvester(page(1, next_number=1), DONE)
    run(source, harvester)
    assert (harvester.asked, harvester.closed) == (1, True)


@pytest.mark.parametrize(
    "others",
    [
        pytest.param([page(1, body=""), page(2, body=" ")], id="empty bodies"),
        pytest.param(
            [page(n, body="@prefix a: <b:> .", parsed=Document(Graph(), U, "text/turtle")) for n in (1, 2)],
            id="documents without triples",
        ),
        pytest.param(
            [page(n, body="same", url=f"file:///folder/{n}.ttl") for n in (1, 2)], id="copied files"
        ),
    ],
)
def test_bodies_that_may_be_alike_are_no_circle(source, others):
    assert run(source, ScriptedHarvester(*others, DONE))[-1] == DONE


def test_a_harvester_that_never_ends_is_stopped_at_the_limit(source):
    def script():
        return (page(n, next_number=n + 1) for n in range(10**9))

    harvester = ScriptedHarvester()
    harvester.script = script()
    found = run(source, harvester, max_pages=7)
    assert len(found) == 8
    assert found[-1].complete is False
    assert "7 pages" in found[-1].evidence
    assert harvester.closed


def test_as_many_pages_as_allowed_are_complete(source):
    assert run(source, ScriptedHarvester(page(1, next_number=2), page(2), DONE), max_pages=2)[-1] == DONE


def test_a_harvester_that_ends_without_a_statement_is_incomplete(source):
    found = run(source, ScriptedHarvester(page(1)))
    assert (len(found), found[-1].complete) == (2, False)


def test_nothing_comes_after_the_statement_and_it_is_not_believed(source):
    found = run(source, ScriptedHarvester(page(1), DONE, page(2)))
    assert [type(item) for item in found] == [Page, Completeness]
    assert found[-1].complete is False


def test_errors_of_ours_pass(source):
    with pytest.raises(RetryableError):
        run(source, ScriptedHarvester(page(1), RetryableError("timeout")))


@pytest.mark.parametrize("item", [KeyError("secret /home/x"), "no page"], ids=["exception", "wrong type"])
def test_foreign_exceptions_of_a_harvester_become_a_source_error_without_their_text(source, item):
    with pytest.raises(SourceError) as caught:
        run(source, ScriptedHarvester(page(1), item))
    assert "secret" not in caught.value.detail
    assert source.url in caught.value.detail
    assert caught.value.__cause__ is not None


def test_pages_before_an_error_were_handed_on(source):
    items = fetch(ScriptedHarvester(page(1), ValueError()), source, None, None, max_pages=9)
    assert next(items) == page(1)


def test_a_cancelled_run_asks_for_no_further_page(source):
    harvester = ScriptedHarvester(page(1), page(2), DONE)
    answers = iter([False, True])
    with pytest.raises(RunCancelled):
        run(source, harvester, cancelled=lambda: next(answers))
    assert (harvester.asked, harvester.closed) == (1, True)


def test_a_harvester_that_begins_earlier_to_go_on_is_no_circle(source):
    """What an earlier worker of the run has committed is not handed on again; a page that comes back later is a circle."""
    first, second, third = page(1, next_number=2), page(2, next_number=3), page(3)
    before = [first.url, second.url]
    assert run(source, ScriptedHarvester(first, second, third, DONE), before=before) == [third, DONE]
    assert run(source, ScriptedHarvester(third, DONE), before=before, max_pages=3) == [third, DONE]
    *pages, last = run(source, ScriptedHarvester(second, third, page(4, url=first.url), DONE), before=before)
    assert pages == [third]
    assert not last.complete
    assert "circle" in last.evidence


def test_a_run_that_was_cancelled_before_it_began_asks_for_nothing(source):
    harvester = ScriptedHarvester(page(1), DONE)
    with pytest.raises(RunCancelled):
        run(source, harvester, cancelled=lambda: True)
    assert harvester.asked == 0


def test_the_lease_is_extended_before_each_page_and_the_end(source):
    beats = []
    harvester = ScriptedHarvester(page(1, next_number=2), page(2), DONE)
    run(source, harvester, heartbeat=lambda: beats.append(harvester.asked))
    assert beats == [0, 1, 2, 3]


def test_leaving_early_closes_the_harvester(source):
    harvester = ScriptedHarvester(page(1), page(2), DONE)
    items = fetch(harvester, source, None, None, max_pages=9)
    next(items)
    items.close()
    assert harvester.closed


def test_a_harvester_is_not_told_where_a_file_stands(source):
    seen = []

    class Curious(ScriptedHarvester):
        def fetch(self, source, http, context):
            seen.append(source.url)
            yield from super().fetch(source, http, context)

    for url in ("file:///home/me/a%20b.ttl", "file:///home/me/folder/", "https://provider.example/x"):
        run(replace(source, url=url), Curious(DONE))
    assert seen == [
        f"file:///{source.slug}/a%20b.ttl",
        f"file:///{source.slug}/",
        "https://provider.example/x",
    ]
