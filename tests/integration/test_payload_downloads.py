"""The document that a version came in, as the API gives it: to be saved, never to be run, never more than is public."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from harvest_world import HarvestWorld, harvest_world
from loopback import Answer, Loopback

from catalogue.harvesting.curating import find_target, hide
from catalogue.model.identifiers import record_id
from catalogue.model.sources import PublicationPolicy

A, B = "https://p.example/a", "https://p.example/b"
BODY = (
    "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"
    f'<{A}> a dcat:Dataset ; dct:title "<script>one</script>"@en .\n<{B}> a dcat:Dataset ; dct:title "Two"@en .\n'
).encode()
PATH = f"/api/v1/records/{record_id('p', A)}/versions/1"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[HarvestWorld]:
    with harvest_world(tmp_path / "data") as made:
        yield made


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as made:
        made.on("/catalogue", Answer(BODY, media_type="text/turtle; charset=utf-8"))
        yield made


def test_the_bytes_come_as_a_file_that_nothing_runs(world: HarvestWorld, server: Loopback) -> None:
    world.harvest("p", server.url("/catalogue"), profile="none")
    client: Any = world.client()
    url = client.get(PATH).json["payload"]
    assert url == client.get(PATH.removesuffix("/1")).json["versions"][0]["payload"]
    answer = client.get(url.removeprefix("https://pharos.example"))
    assert (answer.status_code, answer.get_data()) == (200, BODY)
    assert answer.content_type == "text/turtle"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{record_id("p", A)}-1.ttl"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    again = client.get(
        url.removeprefix("https://pharos.example"), headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304
    page = client.get(f"/records/{record_id('p', A)}/versions/1", headers={"Accept": "text/html"})
    assert f'href="{PATH}/payload"' in page.get_data(as_text=True)


def test_a_page_is_never_served_as_a_page(world: HarvestWorld, server: Loopback) -> None:
    # A server that gives every file the same type.
    server.on("/page", Answer(BODY, media_type="text/html"))
    world.harvest("p", server.url("/page"), profile="none", options={"syntax": "turtle"})
    assert world.services.ledger.record(record_id("p", A)).published
    answer = world.client().get(f"{PATH}/payload")
    assert (answer.status_code, answer.content_type) == (200, "application/octet-stream")


def test_what_is_not_public_is_not_given_out(world: HarvestWorld, server: Loopback) -> None:
    world.harvest("p", server.url("/catalogue"), profile="none")
    ledger, client = world.services.ledger, world.client()
    hide(ledger, find_target(ledger, B), True, "ada")
    assert client.get(f"{PATH}/payload").status_code == 404
    assert client.get(PATH).json["payload"] is None  # type: ignore[index]
    hide(ledger, find_target(ledger, B), False, "ada")
    assert client.get(f"{PATH}/payload").status_code == 200
    assert client.get(f"{PATH[:-1]}9/payload").status_code == 404


def test_records_that_a_policy_keeps_back_keep_their_document_back(
    world: HarvestWorld, server: Loopback
) -> None:
    world.harvest("p", server.url("/catalogue"), profile="dcat-ap-3.0.1", policy=PublicationPolicy.CONFORMANT)
    assert world.client().get(f"{PATH}/payload").status_code == 404


def test_documents_of_a_source_with_credentials_stay_here(world: HarvestWorld, server: Loopback) -> None:
    world.harvest("p", server.url("/catalogue"), profile="none")
    ledger = world.services.ledger
    from dataclasses import replace

    ledger.add_source(
        replace(ledger.source("p"), credentials={"scheme": "bearer", "secret": "env:X"}), "test"
    )
    assert world.client().get(f"{PATH}/payload").status_code == 404
