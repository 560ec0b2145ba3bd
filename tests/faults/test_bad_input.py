"""A source that goes bad: its run ends with its own clear outcome, nothing stored is lost, the site still answers.

Each case is harvested under a source that gave two good datasets a moment before.
"""

from __future__ import annotations

import gzip
import re
import resource
import time
from ipaddress import ip_address

import pytest
from harvest_world import harvest_world
from loopback import Answer, Loopback, Raw
from markupsafe import escape

from catalogue.adapters.http.guard import SocketAddress
from catalogue.model.harvest import RunState

PREFIXES = "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n"


def good(slug):
    datasets = "".join(
        f'<https://good.example/{slug}/{n}> a dcat:Dataset ; dct:title "{slug} {n}"@en ; dct:description "Good."@en .\n'
        for n in (1, 2)
    )
    return Answer((PREFIXES + datasets).encode(), media_type="text/turtle")


def turtle(text, **more):
    return Answer((PREFIXES + text).encode(), media_type="text/turtle", **more)


def redirect(location):
    return Answer(status=302, headers={"Location": location})


def gzip_bomb(media_type, **headers):
    """Ten gigabytes in ten megabytes: a thousand gzip members, which unpack as one stream."""
    member = gzip.compress(b" " * 10_000_000, 9)
    return Answer(member * 1000, media_type=media_type, headers=headers)


ENTITY_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE rdf:RDF [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(10))
    + ']><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/">'
    '<rdf:Description rdf:about="https://good.example/bomb"><dct:title>&k;</dct:title></rdf:Description></rdf:RDF>'
)
OUTSIDE_ENTITY = (
    '<?xml version="1.0"?><!DOCTYPE rdf:RDF [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/">'
    '<rdf:Description rdf:about="https://good.example/x"><dct:title>&x;</dct:title></rdf:Description></rdf:RDF>'
)
REMOTE_CONTEXT = (
    '{"@context": "/context.jsonld", "@type": "Dataset", "@id": "https://good.example/c", "title": "C"}'
)
DRIP = Raw(b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 1000 + b"\r\n\r\n", drip=0.05)

CASES = {
    "unparseable": (
        turtle('<https://good.example/x> a dcat:Dataset ;\n dct:title "never closed .'),
        r"gives no RDF that can be read: The Turtle document does not parse at line 4",
        r"Mend the document there",
    ),
    "script in what does not parse": (
        turtle("<https://good.example/x> dct:title <script>alert(1)</script> ."),
        r"does not parse at line 3",
        r"Mend the document there",
    ),
    "html": (
        Answer(b"<!DOCTYPE html><html><body>Log in</body></html>", media_type="text/html"),
        r"gives an HTML page, not RDF",
        r"address of the metadata",
    ),
    "html called turtle": (
        Answer(b"<html><head><title>Error</title></head></html>", media_type="text/turtle"),
        r"gives an HTML page, not RDF",
        r"address of the metadata",
    ),
    "empty": (Answer(b"", media_type="text/turtle"), r"The document is empty", r"Check that the address"),
    "no statement": (turtle(""), r"holds no RDF statement", r"Check that it is the address of the metadata"),
    "not found": (Answer(status=404), r"There is nothing at http\S+ \(404\)", r"Check the URL"),
    "gone": (Answer(status=410), r"There is nothing at http\S+ \(410\)", r"Check the URL"),
    "unauthorised": (Answer(status=401), r"refuses access \(401\)", r"Register credentials"),
    "forbidden": (Answer(status=403), r"refuses access \(403\)", r"Register credentials"),
    "server error": (Answer(status=500), r"failure of its own \(500\)", r"Try again later"),
    "timeout": (Answer(b"late", delay=30), r"did not answer in time", r"Try again later"),
    "dripping headers": (DRIP, r"took longer than 1.5 seconds in all", r"PHAROS_TOTAL_TIMEOUT"),
    "broken off": (
        Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n@prefix"),
        r"broke off",
        r"Try again later",
    ),
    "redirect to a private address": (
        redirect("http://10.0.0.5/catalogue.ttl"),
        r"http\S+ redirects to http://10\.0\.0\.5/catalogue\.ttl: 10\.0\.0\.5 is a private address, which Pharos does not ask",
        r"PHAROS_ALLOW_HOSTS",
    ),
    "redirect to the metadata service": (
        redirect("http://169.254.169.254/latest/meta-data/"),
        r"redirects to http://169\.254\S+: 169\.254\.169\.254 is a cloud metadata address, which Pharos does not ask",
        r"public URL",
    ),
    "redirect to loopback by another name": (
        redirect("http://[::1]/catalogue.ttl"),
        r"redirects to http://\[::1\]\S+: \[::1\] is a loopback address, which Pharos does not ask",
        r"lists \[::1\]:80 in PHAROS_ALLOW_HOSTS",
    ),
    "redirect to ourselves": (
        redirect("http://127.0.0.1:9/sparql"),
        r"a part of this catalogue itself",
        r"another",
    ),
    "redirect to a file": (
        redirect("file:///etc/passwd"),
        r"redirects to file:\S+, which is not an http or https URL",
        r"http and https servers only",
    ),
    "redirect in a circle": (redirect("/circle"), r"redirects in a circle", r"provider"),
    "gzip bomb as coding": (
        gzip_bomb("text/turtle", **{"Content-Encoding": "gzip"}),
        r"grows more than 200 times when it is unpacked",
        r"PHAROS_MAX_RATIO",
    ),
    "gzip bomb as file": (
        gzip_bomb("application/gzip"),
        r"grows more than 200 times when it is unpacked",
        r"PHAROS_MAX_RATIO",
    ),
    "entity bomb": (
        Answer(ENTITY_BOMB.encode(), media_type="application/rdf+xml"),
        r"declares a document type \(rdf:RDF\); Pharos reads no DTDs and no entities",
        r"without <!DOCTYPE",
    ),
    "entity from outside": (
        Answer(OUTSIDE_ENTITY.encode(), media_type="application/rdf+xml"),
        r"declares a document type",
        r"without <!DOCTYPE",
    ),
    "remote context": (
        Answer(REMOTE_CONTEXT.encode(), media_type="application/ld+json"),
        r"names the JSON-LD context </context.jsonld>, which Pharos does not hold; contexts are never fetched",
        r"Write the context into the document",
    ),
}
LONGEST = 15.0
"""Seconds that any of these may take (the longest wait that the settings below allow is 1.5)."""
MOST_MEMORY = 400
"""Mebibytes by which the process may grow on the way (a bomb unpacks to ten thousand)."""


@pytest.fixture(scope="module")
def server():
    with Loopback() as running:
        yield running


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bad-input")
    limits = {"read_timeout": 0.5, "connect_timeout": 1.0, "total_timeout": 1.5}
    with harvest_world(folder, **limits) as made:
        yield made


def published(world, slug):
    return {v.subject for v in world.services.ledger.published(None, 10_000) if v.source == slug}


def assert_the_site_answers(world, run):
    """The run's page says why; the datasets that were there are still there."""
    world.project()
    client = world.client()
    page = client.get(f"/runs/{run.run_id}")
    assert page.status_code == 200
    assert escape(run.reason) in page.text
    assert escape(run.advice) in page.text
    assert "<script>alert" not in page.text
    assert client.get(f"/sources/{run.source}").status_code == 200
    listing = client.get("/datasets")
    assert listing.status_code == 200
    found = client.get(f"/api/v1/datasets?source={run.source}").json
    assert found["total"] == 2
    for hit in found["hits"]:
        assert client.get(f"/datasets/{hit['id']}").status_code == 200


def assert_nothing_of_ours_is_told(world, run):
    told = [run.reason, run.advice, run.evidence]
    for line in world.lines(run):
        told += [line.reason, line.advice, line.snippet]
    text = " ".join(part for part in told if part)
    folder = str(world.services.settings.data)
    assert not re.search(rf"Traceback|{re.escape(folder)}|/tmp/|/work/|site-packages|\.py\b|root:", text), (
        text
    )


@pytest.mark.parametrize("name", CASES)
def test_a_source_that_goes_bad_ends_with_its_own_outcome(world, server, name):
    answer, reason, advice = CASES[name]
    slug = re.sub(r"\W+", "-", name)
    address = f"/{slug}.ttl" if name != "redirect in a circle" else "/circle"
    server.on(address, good(slug), answer)
    first = world.harvest(slug, server.url(address), "none")
    assert (first.state, first.counts.created) == (RunState.COMPLETED, 2)

    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    run = world.run_again(slug, "none")
    assert time.monotonic() - started < LONGEST
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_MEMORY * 1024

    assert run.state is RunState.FAILED
    assert re.search(reason, run.reason), run.reason
    assert re.search(advice, run.advice), run.advice
    assert run.counts.found == run.counts.created == 0
    assert not run.complete
    assert published(world, slug) == {f"https://good.example/{slug}/{n}" for n in (1, 2)}
    assert_nothing_of_ours_is_told(world, run)
    assert_the_site_answers(world, run)
    assert world.log.failures == []


def test_a_remote_context_is_not_even_asked_for(server):
    assert "/context.jsonld" not in server.paths


def test_a_name_that_comes_to_lead_to_a_private_address_is_refused(tmp_path, server):
    """The name is resolved anew for each connection: what it led to before is no passport."""
    answers = [ip_address("127.0.0.1"), ip_address("10.1.2.3")]

    def resolver(host, port):
        address = answers[0] if host == "127.0.0.1" or len(answers) == 1 else answers.pop(0)
        return [SocketAddress(2, address, (str(address), port))]

    server.on("/catalogue.ttl", good("rebound"))
    url = server.url("/catalogue.ttl", host="catalogue.example")
    with harvest_world(tmp_path, resolver=resolver) as world:
        first = world.harvest("rebound", url, "none")
        assert first.counts.created == 2, first.reason
        asked = len(server.asked)
        run = world.run_again("rebound", "none")
        assert run.state is RunState.FAILED
        assert re.match(
            r"catalogue\.example leads to a private address, which Pharos does not ask", run.reason
        )
        assert "10.1.2.3" not in run.reason + run.advice
        assert len(server.asked) == asked
        assert published(world, "rebound") == {
            "https://good.example/rebound/1",
            "https://good.example/rebound/2",
        }
        assert_the_site_answers(world, run)


def test_a_bad_page_in_the_middle_costs_that_page(world, server):
    """What was read before it stands, what comes after it cannot be known: the run is not complete."""
    paged = "<> a <http://www.w3.org/ns/hydra/core#PartialCollectionView> ; <http://www.w3.org/ns/hydra/core#next> <?page=2> .\n"
    server.on("/paged", turtle(paged + '<https://good.example/paged/1> a dcat:Dataset ; dct:title "1" .'))
    server.on("/paged?page=2", turtle("this is no Turtle"))
    run = world.harvest("paged", server.url("/paged"), "none")
    assert (run.state, run.complete) == (RunState.WITH_ERRORS, False)
    assert (run.counts.created, run.counts.skipped) == (1, 1)
    (line,) = world.lines(run, "skipped")
    assert line.code == "ParseError"
    assert line.page_url.endswith("/paged?page=2")
    assert re.search(r"does not parse at line 3", line.reason)
    assert world.client().get(f"/runs/{run.run_id}").status_code == 200
