"""What identifies us towards a source goes there and nowhere else: no log, page, answer, file or message has it."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from harvest_world import HarvestWorld, harvest_world
from loopback import Answer, Asked, Loopback

from catalogue.adapters.http import HttpClientsOnRequests
from catalogue.cli.source_facts import source_summary
from catalogue.harvesting.source_file import write_sources
from catalogue.model.harvest import HarvestRun, RunState

SECRET = "s3cret-Of-The-Clinic"
TOKEN = "t0ken-Of-The-Clinic"
PAIR = base64.b64encode(f"ada:{SECRET}".encode()).decode()
NEVER = (SECRET, TOKEN, PAIR)
TURTLE = b"""@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<https://data.example/d/1> a dcat:Dataset ; dct:title "One"@en ."""

SCHEMES = {
    "bearer": {"scheme": "bearer", "secret": "env:CLINIC"},
    "basic": {"scheme": "basic", "user": "ada", "secret": "env:CLINIC"},
    "header": {"scheme": "header", "header": "X-Api-Key", "secret": "env:CLINIC"},
    "oidc": {"scheme": "oidc", "client": "pharos", "secret": "env:CLINIC"},
}
SENT = {
    "bearer": ("authorization", f"Bearer {SECRET}"),
    "basic": ("authorization", f"Basic {PAIR}"),
    "header": ("x-api-key", SECRET),
    "oidc": ("authorization", f"Bearer {TOKEN}"),
}


def echo(asked: Asked) -> Answer:
    """A provider that repeats what it was asked with, in a description that can be read."""
    told = ", ".join(f"{name}: {value}" for name, value in asked.headers.items()).replace('"', "'")
    return Answer(TURTLE.replace(b"One", told.encode()), media_type="text/turtle")


ANSWERS = {
    "takes it": Answer(TURTLE, media_type="text/turtle"),
    "refuses it": lambda asked: replace(echo(asked), status=401),
    "breaks": lambda asked: replace(echo(asked), status=500),
    "repeats it": echo,
    "leads elsewhere": Answer(status=302, headers={"Location": "http://127.0.0.1:1/"}),
    "gives no RDF": Answer(b"<html>", media_type="text/html"),
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[HarvestWorld]:
    with harvest_world(tmp_path / "data") as made:
        services = made.services
        http = HttpClientsOnRequests(
            services.settings, services.clock, own_addresses=frozenset, secrets={"CLINIC": SECRET}
        )
        made.services = replace(services, http=http)
        yield made


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_secret_is_shown_kept_or_logged(
    world: HarvestWorld, tmp_path: Path, caplog: pytest.LogCaptureFixture, scheme: str, answer: str
) -> None:
    caplog.set_level(logging.DEBUG)
    with Loopback() as server:
        server.on("/c.ttl", ANSWERS[answer])
        server.on("/token", Answer(json.dumps({"access_token": TOKEN, "token_type": "Bearer"}).encode()))
        credentials = {**SCHEMES[scheme], **({"token_url": server.url("/token")} if scheme == "oidc" else {})}
        run = world.harvest("clinic", server.url("/c.ttl"), "none", credentials=credentials)
        name, value = SENT[scheme]
        assert next(one.headers.get(name) for one in server.asked if one.path == "/c.ttl") == value
    assert (run.state is RunState.COMPLETED) == (answer == "takes it"), run.reason
    for where, text in told(world, run, tmp_path).items():
        for secret in NEVER:
            assert secret not in text, where
    logged = "\n".join([caplog.text, *(repr(vars(record)) for record in caplog.records)])
    assert not [secret for secret in NEVER if secret in logged]


@pytest.mark.parametrize("status", [200, 400, 500])
def test_a_token_server_that_repeats_the_secret_is_not_quoted(
    world: HarvestWorld, tmp_path: Path, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level(logging.DEBUG)
    with Loopback() as server:
        server.on("/token", lambda asked: Answer(asked.body + repr(asked.headers).encode(), status))
        credentials = {**SCHEMES["oidc"], "token_url": server.url("/token")}
        run = world.harvest("clinic", server.url("/c.ttl"), "none", credentials=credentials)
    assert run.state is RunState.FAILED
    for where, text in {**told(world, run, tmp_path), "log": caplog.text}.items():
        assert not [secret for secret in NEVER if secret in text], where


def told(world: HarvestWorld, run: HarvestRun, tmp_path: Path) -> dict[str, str]:
    """Everything that is shown or kept of the source and its run, by where."""
    world.project()
    ledger, client = world.services.ledger, world.client()
    source = ledger.source("clinic")
    paths = ("/sources", "/sources/clinic", f"/runs/{run.run_id}", f"/runs/{run.run_id}.json", "/metrics",
             "/api/v1/sources/clinic", f"/api/v1/runs/{run.run_id}")  # fmt: skip
    pages = {path: client.get(path).get_data(as_text=True) for path in paths}
    shown = {
        "show": json.dumps(source_summary(source), default=str),
        "export": write_sources([source]),
        "run": repr(run) + repr(world.lines(run)),
        "events": repr(ledger.events()),
        "records": repr(ledger.published(None, 10)),
    }
    files = {
        str(path): path.read_bytes().decode("latin-1")
        for path in (tmp_path / "data").rglob("*")
        if path.is_file()
    }
    return pages | shown | files
