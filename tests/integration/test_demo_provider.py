"""The demo federation over real loopback HTTP: each dialect, conditional requests, and what is broken on purpose."""

from __future__ import annotations

import gzip
import json
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from urllib.parse import urljoin

import pyoxigraph
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.demo.server import DemoFederation, RunningProvider, main

DCAT = "http://www.w3.org/ns/dcat#"
DCT = "http://purl.org/dc/terms/"
HYDRA = "http://www.w3.org/ns/hydra/core#"
LDP = "http://www.w3.org/ns/ldp#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
DELAY = 0.05
SYNTAXES = {
    "hopital-rive-claire": "application/rdf+xml",
    "instituto-vega": "application/trig",
    "karolund-sjukhus": "application/n-triples",
    "klinikum-havel": "text/turtle",
    "maasoever-umc": "application/n-quads",
    "nemocnice-vltavin": "text/plain",
    "ospedale-san-terenzio": "application/ld+json",
    "szpital-wislany": "text/turtle",
}
FAIR_DATA_POINTS = ["amstelveld-instituut", "instituto-tejo", "nosokomeio-ilissos"]


@dataclass
class Response:
    url: str
    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> bytes:
        return gzip.decompress(self.body) if self.headers["Content-Encoding"] == "gzip" else self.body

    def quads(self) -> list[pyoxigraph.Quad]:
        """Strictly parsed, by the media type; text/plain is known to be Turtle here."""
        media_type = self.headers["Content-Type"].replace("text/plain", "text/turtle")
        form = pyoxigraph.RdfFormat.from_media_type(media_type)
        return list(pyoxigraph.parse(self.text, format=form, base_iri=self.url))

    def objects(self, predicate: str) -> list[str]:
        return [quad.object.value for quad in self.quads() if quad.predicate.value == predicate]

    def subjects_of_type(self, kind: str) -> set[str]:
        return {
            quad.subject.value
            for quad in self.quads()
            if quad.predicate.value == RDF_TYPE and quad.object.value == kind
        }


def get(url: str, method: str = "GET", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, headers=named, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return Response(url, answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Response(url, error.code, error.headers, error.read())


@pytest.fixture(scope="module")
def federation() -> Iterator[DemoFederation]:
    with DemoFederation(delay=DELAY) as running:
        yield running


@pytest.fixture
def provider(federation: DemoFederation, request: pytest.FixtureRequest) -> RunningProvider:
    return next(one for one in federation.providers if one.slug == request.param)


def pages(provider: RunningProvider) -> list[Response]:
    """Follow whatever kind of next link the provider writes, to the end."""
    seen, url = [], provider.url
    while url:
        page = get(url)
        seen.append(page)
        links = page.objects(f"{HYDRA}next") + page.objects(f"{HYDRA}nextPage")
        links += re.findall(r'<([^>]+)>; rel="next"', page.headers["Link"] or "")
        assert len(links) <= 1
        url = urljoin(page.url, links[0]) if links else ""
    return seen


@pytest.mark.parametrize("provider", SYNTAXES, indirect=True)
def test_pages_parse_strictly_and_hold_every_dataset(provider: RunningProvider) -> None:
    walked = pages(provider)
    assert len(walked) > 1
    assert {page.headers["Content-Type"] for page in walked} == {SYNTAXES[provider.slug]}
    datasets = [iri for page in walked for iri in page.subjects_of_type(f"{DCAT}Dataset")]
    assert len(datasets) == len(set(datasets)) == provider.expected.found
    listed = {iri for page in walked for iri in page.objects(f"{DCAT}dataset")}
    assert listed == set(datasets)
    assert all(re.match(r"https://[a-z.-]+\.example/datasets/", iri) for iri in datasets)


@pytest.mark.parametrize("provider", ["instituto-vega"], indirect=True)
def test_a_next_link_can_be_a_literal(provider: RunningProvider) -> None:
    links = [quad.object for quad in get(provider.url).quads() if quad.predicate.value == f"{HYDRA}next"]
    assert isinstance(links[0], pyoxigraph.Literal)


@pytest.mark.parametrize("provider", ["nemocnice-vltavin"], indirect=True)
def test_a_next_link_can_be_relative(provider: RunningProvider) -> None:
    assert b"hydra:next <?page=2>" in get(provider.url).body


@pytest.mark.parametrize("provider", ["hopital-rive-claire"], indirect=True)
def test_the_old_hydra_terms_are_spoken(provider: RunningProvider) -> None:
    assert len(get(provider.url).subjects_of_type(f"{HYDRA}PagedCollection")) == 1


@pytest.mark.parametrize("provider", ["maasoever-umc"], indirect=True)
def test_quads_come_compressed_in_named_graphs(provider: RunningProvider) -> None:
    page = get(provider.url)
    assert page.headers["Content-Encoding"] == "gzip"
    assert {type(quad.graph_name) for quad in page.quads()} == {pyoxigraph.NamedNode, pyoxigraph.DefaultGraph}


@pytest.mark.parametrize("provider", ["ospedale-san-terenzio"], indirect=True)
def test_json_ld_has_its_context_inside_and_is_slow(provider: RunningProvider) -> None:
    started = time.monotonic()
    page = get(provider.url)
    assert time.monotonic() - started >= DELAY
    assert isinstance(json.loads(page.body)["@context"], dict)


@pytest.mark.parametrize("provider", ["karolund-sjukhus"], indirect=True)
def test_parts_stand_on_a_later_page_than_their_dataset(provider: RunningProvider) -> None:
    first, *_, last = pages(provider)
    assert first.objects(f"{DCAT}distribution")
    assert first.subjects_of_type(f"{DCAT}Distribution") == set()
    assert set(first.objects(f"{DCAT}distribution")) <= last.subjects_of_type(f"{DCAT}Distribution")
    assert set(first.objects(f"{DCT}publisher")) <= last.subjects_of_type("http://xmlns.com/foaf/0.1/Agent")


@pytest.mark.parametrize("provider", ["szpital-wislany"], indirect=True)
@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("application/rdf+xml", "application/rdf+xml"),
        ("text/turtle;q=0.2, application/ld+json", "application/ld+json"),
        ("application/n-triples, */*;q=0.1", "application/n-triples"),
        ("*/*", "text/turtle"),
    ],
)
def test_one_provider_negotiates(provider: RunningProvider, accept: str, media_type: str) -> None:
    page = get(provider.url, Accept=accept)
    assert page.headers["Content-Type"] == media_type
    assert page.headers["Vary"] == "Accept"
    assert len(page.subjects_of_type(f"{DCAT}Dataset")) == 3


@pytest.mark.parametrize("provider", ["szpital-wislany"], indirect=True)
def test_what_cannot_be_served_is_refused(provider: RunningProvider) -> None:
    assert get(provider.url, Accept="text/csv").status == 406
    assert get(f"{provider.url}?page=99").status == 404


@pytest.mark.parametrize("provider", [*SYNTAXES, *FAIR_DATA_POINTS], indirect=True)
def test_bytes_are_stable_and_conditional_requests_are_honoured(provider: RunningProvider) -> None:
    first, second = get(provider.url), get(provider.url)
    assert (first.body, first.headers["ETag"]) == (second.body, second.headers["ETag"])
    assert get(provider.url, If_None_Match=f'"other", {first.headers["ETag"]}').status == 304
    assert get(provider.url, If_Modified_Since=first.headers["Last-Modified"]).status == 304
    stale = get(provider.url, If_None_Match='"other"', If_Modified_Since=first.headers["Last-Modified"])
    assert (stale.status, stale.body) == (200, first.body)
    head = get(provider.url, method="HEAD")
    assert (head.status, head.body, head.headers["ETag"]) == (200, b"", first.headers["ETag"])


def walk(provider: RunningProvider) -> dict[str, Response]:
    """Every document below the root, by ldp:contains and the known relations."""
    found: dict[str, Response] = {}
    waiting = [provider.url]
    relations = [f"{LDP}contains", "https://w3id.org/fdp/fdp-o#metadataCatalog"]
    relations += [f"{DCAT}dataset", f"{DCAT}distribution"]
    while waiting:
        url = waiting.pop()
        if url in found:
            continue
        found[url] = page = get(url)
        if page.status == 200 and b"laryngeal" not in page.body:
            waiting += [iri for relation in relations for iri in page.objects(relation)]
    return found


@pytest.mark.parametrize("provider", FAIR_DATA_POINTS, indirect=True)
def test_a_fair_data_point_can_be_walked(provider: RunningProvider) -> None:
    documents = walk(provider)
    statuses = [page.status for url, page in documents.items() if "/dataset/" in url]
    assert statuses.count(403) == provider.expected.drafts
    assert statuses.count(200) == provider.expected.found
    readable = [page for page in documents.values() if page.status == 200 and b"laryngeal" not in page.body]
    datasets = {url for page in readable for url in page.subjects_of_type(f"{DCAT}Dataset")}
    assert len(datasets) == provider.expected.created
    parts = {url for page in readable for url in page.subjects_of_type(f"{DCAT}Distribution")}
    assert parts == {iri for page in readable for iri in page.objects(f"{DCAT}distribution")}


@pytest.mark.parametrize("provider", ["nosokomeio-ilissos"], indirect=True)
def test_the_unreadable_document_does_not_parse(provider: RunningProvider) -> None:
    broken = [page for page in walk(provider).values() if b"laryngeal" in page.body]
    assert len(broken) == provider.expected.skipped == 1
    with pytest.raises(SyntaxError):
        broken[0].quads()


@pytest.mark.parametrize("provider", ["instituto-tejo"], indirect=True)
def test_bulk_pages_hold_all_published_children(provider: RunningProvider) -> None:
    catalogue = get(provider.url).objects("https://w3id.org/fdp/fdp-o#metadataCatalog")[0]
    first = get(f"{catalogue}/page/dataset?page=0&size=4")
    links = re.findall(r'<([^>]+)>; rel="(\w+)"', first.headers["Link"])
    targets = {relation: url for url, relation in links}
    assert sorted(targets) == ["first", "last", "next"]
    second = get(targets["next"])
    assert 'rel="prev"' in second.headers["Link"]
    assert 'rel="next"' not in second.headers["Link"]
    found = [page.subjects_of_type(f"{DCAT}Dataset") for page in (first, second)]
    assert [len(part) for part in found] == [4, 2]
    assert len(get(f"{catalogue}/page/dataset").subjects_of_type(f"{DCAT}Dataset")) == 6
    assert len(get(f"{provider.url}/page/catalog").subjects_of_type(f"{DCAT}Catalog")) == 1


@pytest.mark.parametrize("provider", ["amstelveld-instituut", "nosokomeio-ilissos"], indirect=True)
def test_other_fair_data_points_have_no_bulk_pages(provider: RunningProvider) -> None:
    assert get(f"{provider.url}/page/catalog?page=0&size=10").status == 404


@pytest.mark.parametrize("provider", ["amstelveld-instituut"], indirect=True)
def test_a_fair_data_point_offers_several_syntaxes(provider: RunningProvider) -> None:
    kinds = {"ttl": "text/turtle", "rdf": "application/rdf+xml", "nt": "application/n-triples"}
    for name, media_type in kinds.items():
        assert get(f"{provider.url}/?format={name}").headers["Content-Type"] == media_type
    assert get(provider.url, Accept="application/ld+json").quads()


@pytest.mark.parametrize("provider", ["institut-isarblick"], indirect=True)
def test_the_broken_provider_answers_500(provider: RunningProvider) -> None:
    assert get(provider.url).status == 500
    assert provider.expected.state == "failed"


def test_stopping_frees_the_ports_and_may_be_repeated() -> None:
    federation = DemoFederation(delay=0).start()
    url = federation.providers[0].url
    federation.stop()
    federation.stop()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url, timeout=2)


def test_the_list_of_sources_is_printed_without_serving(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--print-sources", "--base-port", "9000"]) == 0
    sources = json.loads(capsys.readouterr().out)["sources"]
    assert len(sources) == 12
    assert sources[1]["url"] == "http://127.0.0.1:9001/catalogue"
    assert {source["harvester"] for source in sources} == {"dcat_rdf", "fair_data_point"}
