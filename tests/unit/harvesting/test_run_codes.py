"""A run that did not end well says so to programs too, by one stable code."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest
import requests
import urllib3
from harvest_world import harvest_world
from loopback import Answer, Loopback, Raw

from catalogue import errors
from catalogue.adapters.http.translation import judge_status, translate
from catalogue.errors import CatalogueError, ParseError, SourceError
from catalogue.harvesting.lease import LEASE
from catalogue.harvesting.run import failed
from catalogue.harvesting.worker import DEATHS, take
from catalogue.model.harvest import HarvestSource, RunCounts, RunRequest, RunState
from catalogue.model.run_codes import MEANINGS, RunCode

ROOT = Path(__file__).parents[3]
TURTLE = b"""@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<https://data.example/d/1> a dcat:Dataset ; dct:title "One"@en ."""


def test_every_error_means_one_of_the_codes() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    assert {kind.failure for kind in kinds if issubclass(kind, CatalogueError)} <= set(RunCode)


def test_every_code_is_explained_in_code_and_in_the_operators_guide() -> None:
    assert set(MEANINGS) == set(RunCode) - {RunCode.NONE}
    guide = (ROOT / "docs" / "operations.md").read_text()
    rows = set(re.findall(r"^\| `([a-z0-9-]+)` \|", guide, re.MULTILINE))
    assert {code.value for code in MEANINGS} <= rows


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "http-4xx"),
        (401, "access-refused"),
        (403, "access-refused"),
        (404, "gone"),
        (408, "timeout"),
        (410, "gone"),
        (418, "http-4xx"),
        (425, "http-4xx"),
        (429, "rate-limited"),
        (500, "http-5xx"),
        (501, "http-5xx"),
        (599, "http-5xx"),
    ],
)
def test_a_status_means_one_code(status: int, code: str) -> None:
    answer = judge_status(status, "https://source.example/", None)
    assert answer is not None
    assert answer.error.failure == code


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        (requests.ReadTimeout(), "timeout"),
        (requests.ConnectTimeout(), "timeout"),
        (requests.exceptions.SSLError(), "tls"),
        (requests.exceptions.ProxyError(), "proxy"),
        (requests.ConnectionError(), "unreachable"),
        (ConnectionRefusedError(), "unreachable"),
        (socket.gaierror(), "unknown-host"),
        (urllib3.exceptions.ProtocolError(), "broken-off"),
        (requests.exceptions.InvalidURL(), "configuration"),
        (requests.exceptions.ContentDecodingError(), "protocol"),
        (requests.exceptions.UnrewindableBodyError(), "backend"),
    ],
)
def test_a_librarys_error_is_given_its_code_where_it_is_translated(cause: Exception, code: str) -> None:
    assert translate(cause, "https://source.example/").error.failure == code


def test_a_plugins_own_word_is_the_sources_code() -> None:
    class Odd(SourceError):
        failure = "the moon"

    assert failed(Odd("It was full."), RunCounts()).code is RunCode.SOURCE
    assert failed(ParseError("No."), RunCounts()).code is RunCode.UNPARSEABLE


@pytest.mark.parametrize(
    ("answer", "state", "code"),
    [
        (Answer(TURTLE, media_type="text/turtle"), RunState.COMPLETED, ""),
        (
            Answer(b"<http://a.example/> a <http://b.example/> .", media_type="text/turtle"),
            "completed",
            "empty",
        ),
        (Answer(b"", media_type="text/turtle"), RunState.FAILED, "unparseable"),
        (Answer(b"<html><p>Welcome", media_type="text/html"), RunState.FAILED, "unparseable"),
        (Answer(status=503), RunState.FAILED, "http-5xx"),
        (Answer(status=429, headers={"Retry-After": "900"}), RunState.FAILED, "rate-limited"),
        (Answer(status=401), RunState.FAILED, "access-refused"),
        (Answer(status=301, headers={"Location": "http://127.0.0.1:1/"}), RunState.FAILED, "unreachable"),
        (Answer(status=301, headers={"Location": "http://10.1.2.3/"}), RunState.FAILED, "address-forbidden"),
        (Answer(TURTLE, delay=1.5), RunState.FAILED, "timeout"),
        (Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n<http"), RunState.FAILED, "broken-off"),
    ],
)
def test_a_run_ends_with_the_code_of_what_happened(
    tmp_path: Path, answer: Answer | Raw, state: RunState, code: str
) -> None:
    with Loopback() as server, harvest_world(tmp_path, read_timeout=0.5) as world:
        server.on("/c.ttl", answer)
        run = world.harvest("clinic", server.url("/c.ttl"), profile="none")
        assert (run.state, run.code) == (state, code), run.reason
        assert world.services.ledger.run(run.run_id).code == code
        assert world.client().get(f"/api/v1/runs/{run.run_id}").get_json()["code"] == code
        page = world.client().get(f"/runs/{run.run_id}").get_data(as_text=True)
        assert f"<code>{code}</code>" in page or not code


def test_what_people_do_to_a_run_has_its_code(tmp_path: Path) -> None:
    with harvest_world(tmp_path) as world:
        ledger = world.services.ledger
        ledger.add_source(HarvestSource("clinic", "http://127.0.0.1:1/c.ttl", "dcat_rdf"), "test")
        cancelled = ledger.enqueue("clinic", RunRequest("test"))
        assert ledger.cancel(cancelled.run_id, "test").code is RunCode.CANCELLED
        paused = ledger.enqueue("clinic", RunRequest("test"))
        ledger.pause_source("clinic", "test")
        assert ledger.run(paused.run_id).code is RunCode.PAUSED
        ledger.resume_source("clinic", "test")
        removed = ledger.enqueue("clinic", RunRequest("test"))
        ledger.remove_source("clinic", lambda _: None, "test")
        assert ledger.run(removed.run_id).code is RunCode.REMOVED


def test_a_run_that_workers_died_of_says_so(tmp_path: Path) -> None:
    with harvest_world(tmp_path) as world:
        ledger = world.services.ledger
        ledger.add_source(HarvestSource("clinic", "http://127.0.0.1:1/c.ttl", "dcat_rdf"), "test")
        run = ledger.enqueue("clinic", RunRequest("test"))
        for _ in range(DEATHS + 1):
            claim = ledger.claim("worker", LEASE, run.run_id)
            ledger.end_leases()
        assert claim is not None
        ended = take(ledger, claim, lambda _: pytest.fail("it is given up"))
        assert (ended.state, ended.code) == (RunState.FAILED, RunCode.LOST_LEASE)


def test_a_budget_that_is_spent_has_a_code(tmp_path: Path) -> None:
    with Loopback() as server, harvest_world(tmp_path) as world:
        server.on("/c.ttl", Answer(TURTLE, media_type="text/turtle", delay=1.5))
        run = world.harvest("clinic", server.url("/c.ttl"), profile="none", time_budget=1)
        assert (run.state, run.code) == (RunState.FAILED, RunCode.BUDGET), run.reason
