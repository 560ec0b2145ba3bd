"""The demo federation end to end: what a first harvest finds, what is shown of it, and that a second one is quiet."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from catalogue.adapters.data_folder import DataFolder
from catalogue.bootstrap import (
    Services,
    embedded_store,
    harvesting_of,
    open_services,
    projections_of,
    sparql_gateway,
)
from catalogue.harvesting.lease import LEASE
from catalogue.model.harvest import HarvestRun, HarvestSource, RunRequest
from catalogue.model.records import StoredVersion
from catalogue.model.search import SearchDocument
from catalogue.model.validation import Severity, ValidationReport
from catalogue.pipeline.validate import validate
from catalogue.ports import GraphStore, SearchIndex
from catalogue.projections.follow import follow
from catalogue.rdf.graphs import from_ntriples
from catalogue.rdf.terms import Quad
from catalogue.settings import Settings
from catalogue.web.app import create_app
from deploy.demo.authoring import Provider, load_providers
from deploy.demo.flaws import Flaw, all_flaws
from deploy.demo.server import DemoFederation, RunningProvider

AUTHORED = {provider.slug: provider for provider in load_providers()}
DEMO = Path(__file__).resolve().parents[2] / "deploy" / "demo" / "demo.py"
README = DEMO.parents[2] / "README.md"


@dataclass(eq=False)
class RecordingGraph:
    """The real store; writes are noted before they are sent."""

    store: GraphStore
    writes: list[str] = field(default_factory=list)

    def position(self) -> int:
        return self.store.position()

    def apply(self, removed: Iterable[Quad], added: Iterable[Quad], expected: int, position: int) -> None:
        self.writes.append(f"apply {expected} {position}")
        self.store.apply(removed, added, expected, position)

    def rebuild(self, quads: Iterable[Quad], position: int, settle: Any) -> None:
        self.writes.append("rebuild")
        self.store.rebuild(quads, position, settle)

    def query(self, text: str, accept: str, *, timeout: float, max_bytes: int, **more: Any) -> bytes:
        return self.store.query(text, accept, timeout=timeout, max_bytes=max_bytes, **more)


@dataclass(eq=False)
class RecordingIndex:
    """The real index; commits are noted before they are made."""

    index: SearchIndex
    commits: list[int] = field(default_factory=list)

    def apply(
        self, documents: Sequence[SearchDocument], removed: Sequence[str], expected: int, position: int
    ) -> None:
        self.commits.append(position)
        self.index.apply(documents, removed, expected, position)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.index, name)


@dataclass
class World:
    """The harvested federation."""

    services: Services
    graph: RecordingGraph
    search: RecordingIndex
    folder: DataFolder
    providers: list[RunningProvider]
    runs: dict[str, HarvestRun] = field(default_factory=dict)

    def harvest(self) -> dict[str, HarvestRun]:
        """A run of every source, then the projections; what `pharos harvest` does for one."""
        harvesting, ledger, runs = harvesting_of(self.services), self.services.ledger, {}
        for provider in self.providers:
            queued = ledger.enqueue(provider.slug, RunRequest())
            claim = ledger.claim("test", LEASE, queued.run_id)
            assert claim is not None
            runs[provider.slug] = harvesting.execute(claim)
        for projection in projections_of(self.services):
            follow(ledger, projection)
        return runs

    def version(self, provider: str, dataset: str) -> StoredVersion:
        """The record that the provider itself gives of its dataset."""
        ids = self.services.ledger.find_dataset(identifier=AUTHORED[provider].dataset_iri(dataset))
        found = [self.services.ledger.published_version(dataset_id) for dataset_id in ids]
        (own,) = [version for version in found if version.source == provider]
        return own

    def judge(self, provider: str, dataset: str, profile: str) -> ValidationReport:
        """The stored record under another profile."""
        services, version = self.services, self.version(provider, dataset)
        graph = from_ntriples(version.content)
        return validate(graph, services.profiles[profile], services.engine, services.vocabularies)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    data = tmp_path_factory.mktemp("federation") / "data"
    with ExitStack() as stack:
        providers = stack.enter_context(DemoFederation(base_port=0, delay=0.05)).providers
        hosts = tuple(provider.url.split("/")[2] for provider in providers)
        settings, folder = Settings(data=data, allow_hosts=hosts, retries=0), DataFolder(data)
        stack.enter_context(embedded_store(settings, folder, "test"))
        services = stack.enter_context(open_services(settings, folder, {}, writer=True))
        graph, search = RecordingGraph(services.graph), RecordingIndex(services.search)
        services = replace(services, graph=graph, search=search)
        for provider in providers:
            services.ledger.add_source(_source(provider, services), by="test")
        world = World(services, graph, search, folder, providers)
        world.runs = world.harvest()
        yield world


def _source(provider: RunningProvider, services: Services) -> HarvestSource:
    return HarvestSource(
        slug=provider.slug,
        url=provider.url,
        harvester=provider.harvester,
        title=provider.name,
        added_at=services.clock.now(),
    )


@pytest.fixture(scope="module")
def web(world: World) -> FlaskClient:
    return create_app(world.services).test_client()


@pytest.mark.parametrize("slug", AUTHORED)
def test_each_run_ends_as_the_demo_says(world: World, slug: str) -> None:
    run = world.runs[slug]
    expected = next(provider.expected for provider in world.providers if provider.slug == slug)
    counts = run.counts
    assert (run.state.value, counts.found) == (expected.state, expected.found)
    assert (counts.created, counts.skipped) == (expected.created, expected.skipped)
    assert (counts.updated, counts.unchanged, counts.failed, counts.duplicate) == (0, 0, 0, 0)
    assert bool(run.reason) == (expected.state != "completed")


def test_the_unreadable_document_has_a_line_that_says_where_and_what_to_do(world: World) -> None:
    (line,) = world.services.ledger.outcomes(world.runs["nosokomeio-ilissos"].run_id, ["skipped"])
    assert line.code == "ParseError"
    assert "/dataset/" in (line.page_url or "")
    assert line.reason
    assert line.advice


@pytest.mark.parametrize("flaw", all_flaws(), ids=lambda flaw: f"{flaw.provider}-{flaw.dataset}")
def test_each_flaw_is_found_where_it_is(world: World, flaw: Flaw) -> None:
    stored = world.version(flaw.provider, flaw.dataset).report
    assert stored.profile == "eucaim-2.0"
    assert stored.verdict.value == flaw.auto_verdict
    assert str(flaw.path) in {result.path for result in stored.results}
    named = world.judge(flaw.provider, flaw.dataset, flaw.profile)
    assert named.verdict.value == flaw.verdict
    assert _violations(named) == {str(flaw.path)}


def test_what_eucaim_allows_and_dcat_ap_does_not_depends_on_who_judges(world: World) -> None:
    conflicts = [(p.slug, dataset) for p in world.providers for dataset in p.expected.conflicts]
    assert conflicts == [("instituto-vega", "piel-dermatoscopia-confocal")]
    assert _violations(world.version(*conflicts[0]).report) == set()
    assert _violations(world.judge(*conflicts[0], "dcat-ap-3.0.1")) == {"http://purl.org/dc/terms/rights"}


def test_every_other_record_conforms(world: World) -> None:
    flawed = {
        world.version(flaw.provider, flaw.dataset).dataset_id
        for flaw in all_flaws()
        if flaw.auto_verdict == "non-conformant"
    }
    published = world.services.ledger.published(None, 1000)
    assert {version.dataset_id for version in published if _violations(version.report)} == flawed


def _violations(report: ValidationReport) -> set[str | None]:
    return {result.path for result in report.results if result.severity is Severity.VIOLATION}


def test_sixty_datasets_are_published_indexed_and_in_the_graph(world: World, web: FlaskClient) -> None:
    assert world.services.ledger.published_count() == 60
    assert web.get("/api/v1/datasets").json["total"] == 60
    count = "SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s a <http://www.w3.org/ns/dcat#Dataset> }"
    answer = json.loads(sparql_gateway(world.services).answer(count, None).body)
    assert answer["results"]["bindings"][0]["n"]["value"] == "60"
    asked = web.get("/sparql?" + urllib.parse.urlencode({"query": count}))
    assert asked.json["results"]["bindings"] == answer["results"]["bindings"]


def test_a_dataset_of_two_sources_is_shown_once_and_names_the_other(world: World, web: FlaskClient) -> None:
    dataset = world.version("klinikum-havel", "glioma-follow-up").dataset_id
    records = world.services.ledger.records_of_dataset(dataset)
    assert [record.source for record in records] == ["klinikum-havel", "szpital-wislany"]
    page = web.get(f"/datasets/{dataset}", headers={"Accept": "text/html"}).text
    assert next(p.name for p in world.providers if p.slug == "szpital-wislany") in page
    found = web.get("/api/v1/datasets?q=glioma+follow-up").json["hits"]
    assert [hit["source"] for hit in found if hit["id"] == dataset] == ["klinikum-havel"]


def test_facets_count_what_was_written(world: World, web: FlaskClient) -> None:
    facets = web.get("/api/v1/datasets?size=1").json["facets"]
    counts = {value["value"]: value["count"] for value in facets["source"]}
    assert counts == {
        p.slug: p.expected.created - (p.slug == "szpital-wislany")
        for p in world.providers
        if p.expected.created
    }
    assert sum(value["count"] for value in facets["verdict"]) == 60
    assert {value["value"]: value["count"] for value in facets["verdict"]}["non-conformant"] == 5
    for name in ("theme", "modality", "condition", "language", "keyword", "publisher", "format"):
        assert facets[name], name
    modality = facets["modality"][0]
    assert not modality["label"].startswith("http")
    narrowed = web.get("/api/v1/datasets?" + urllib.parse.urlencode({"modality": modality["value"]})).json
    assert narrowed["total"] == modality["count"]


def test_the_search_that_the_readme_shows_finds_datasets(world: World, web: FlaskClient) -> None:
    line = next(line for line in README.read_text().splitlines() if line.startswith("    pharos search "))
    text, _, facet = line.removeprefix("    pharos search ").partition(" --facet ")
    name, _, value = facet.split()[0].partition("=")
    found = web.get("/api/v1/datasets?" + urllib.parse.urlencode({"q": text, name: value})).json
    assert found["total"] > 0
    assert found["hints"] == []


@pytest.mark.parametrize(
    ("words", "slug"), [("glioma", "klinikum-havel"), ("próstata", ""), ("Lungenkrebs", "")]
)
def test_datasets_are_found_by_words_in_several_languages(
    world: World, web: FlaskClient, words: str, slug: str
) -> None:
    found = web.get("/api/v1/datasets?" + urllib.parse.urlencode({"q": words})).json
    assert found["total"] > 0
    assert not slug or slug in {hit["source"] for hit in found["hits"]}


def test_a_second_harvest_finds_everything_unchanged_and_writes_nothing_but_its_runs(world: World) -> None:
    ledger = world.services.ledger
    before = (ledger.position(), world.graph.position(), world.search.position())
    files = _fingerprint(world.folder)
    writes, commits = list(world.graph.writes), list(world.search.commits)
    assert writes
    assert commits
    runs = world.harvest()
    for provider in world.providers:
        counts, expected = runs[provider.slug].counts, provider.expected
        assert runs[provider.slug].state.value == expected.state
        assert (counts.unchanged, counts.skipped) == (expected.created, expected.skipped)
        assert (counts.created, counts.updated, counts.failed, counts.reprocessed) == (0, 0, 0, 0)
    assert (ledger.position(), world.graph.position(), world.search.position()) == before
    assert (world.graph.writes, world.search.commits) == (writes, commits)
    assert _fingerprint(world.folder) == files


def _fingerprint(folder: DataFolder) -> dict[str, tuple[int, int]]:
    """Size and time of every file of the index, and of the tables and write-ahead logs of the graph store."""
    files = [path for path in folder.search.rglob("*") if path.is_file()]
    files += [path for path in folder.graph.rglob("*") if path.suffix in (".sst", ".log")]
    assert len(files) > 5
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in files}


def _demo(*words: str, data: Path) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        str(DEMO),
        "--base-port",
        "0",
        "--port",
        "0",
        "--data",
        str(data),
        "--delay",
        "0.05",
    ]
    # Settings of whoever starts it must not reach the demo.
    environment = {**os.environ, "PHAROS_BASE": "https://real.example", "PHAROS_RETRIES": "9"}
    return subprocess.Popen(
        [*command, *words], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_make_demo_harvests_everything_shows_it_and_ends_on_ctrl_c(tmp_path: Path) -> None:
    process = _demo(data=tmp_path / "demo")
    assert process.stdout is not None
    lines = []
    while not lines or "Ctrl-C" not in lines[-1]:
        lines.append(process.stdout.readline())
        assert lines[-1], process.communicate()
    text = "".join(lines)
    assert "UNEXPECTED" not in text
    assert text.count(": ") >= 11
    assert "The catalogue shows 60 datasets at http://127.0.0.1:" in text
    address = text.rpartition(" at ")[2].split()[0]
    with urllib.request.urlopen(f"{address}/", timeout=10) as page:
        assert b"Pharos demo" in page.read()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert not (tmp_path / "demo" / "runtime.json").exists()


def test_make_demo_can_be_stopped_in_the_middle(tmp_path: Path) -> None:
    process = _demo(data=tmp_path / "demo")
    assert process.stdout is not None
    while "1/12" not in (line := process.stdout.readline()):
        assert line, process.communicate()
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "")
    assert out.endswith("\nStopped.\n")


def test_make_demo_deletes_no_folder_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    process = _demo("--once", data=tmp_path)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "is not a data folder of Pharos" in err
    assert (tmp_path / "thesis.txt").exists()


def test_make_demo_names_a_port_that_is_taken(tmp_path: Path, world: World) -> None:
    taken = world.providers[0].url.rpartition(":")[2].partition("/")[0]
    process = _demo("--once", "--port", taken, data=tmp_path / "demo")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"Port {taken} of 127.0.0.1 cannot be used" in err


def test_the_federation_is_what_was_authored(world: World) -> None:
    providers: list[Provider] = list(AUTHORED.values())
    assert [provider.slug for provider in world.providers] == [provider.slug for provider in providers]
