"""An erased record is gone with the documents that held it, also where its parts stood on other pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from harvest_world import HarvestWorld, harvest_world
from loopback import Answer, Loopback

from catalogue.adapters.backup_file import unpacked, write_backup
from catalogue.adapters.ledger import open_ledger, snapshot
from catalogue.bootstrap import SystemClock, projections_of
from catalogue.harvesting.curating import Edit, curate, find_target, hide
from catalogue.harvesting.erasing import purge
from catalogue.harvesting.publication import choose
from catalogue.harvesting.statements import statement_of
from catalogue.model.harvest import HarvestSource, RunState
from catalogue.model.identifiers import dataset_id, record_id
from catalogue.projections.verify import verify

PREFIXES = (
    "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . "
    "@prefix hydra: <http://www.w3.org/ns/hydra/core#> . @prefix p: <https://p.example/> .\n"
)
A, B, C = "https://p.example/a", "https://p.example/b", "https://p.example/c"
KEY = record_id("p", A)
PAGES = {
    "/1": 'p:a a dcat:Dataset ; dct:title "Ada"@en ; dcat:distribution p:file .\n'
    'p:b a dcat:Dataset ; dct:title "Two"@en .\n',
    "/2": 'p:file a dcat:Distribution ; dct:title "Scans of Ada"@en .\n',
    "/3": 'p:c a dcat:Dataset ; dct:title "Three"@en .\n',
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[HarvestWorld]:
    with harvest_world(tmp_path / "data") as made:
        yield made


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as made:
        for number, (path, text) in enumerate(PAGES.items(), 1):
            following = f"<{made.url(f'/{number + 1}')}>" if number < len(PAGES) else ""
            view = f"<{made.url(path)}> a hydra:PartialCollectionView"
            head = f"{view} ; hydra:next {following} .\n" if following else f"{view} .\n"
            made.on(path, Answer((PREFIXES + head + text).encode(), media_type="text/turtle"))
        yield made


def bodies(world: HarvestWorld) -> str:
    """Everything that is stored as it was received."""
    ledger = world.services.ledger
    return "".join(ledger.payload(h).body.decode() for h in ledger.payload_hashes("p", "", 100))


def agree(world: HarvestWorld) -> bool:
    ledger = world.services.ledger
    return not any(verify(ledger, projection).differences for projection in projections_of(world.services))


def test_documents_that_hold_it_go_and_the_others_stay(world: HarvestWorld, server: Loopback) -> None:
    world.harvest("p", server.url("/1"), profile="none")
    world.project()
    assert bodies(world).count("Ada") == 2
    done = purge(world.services.ledger, KEY, "ada")
    assert (done.versions, done.payloads) == (1, 2)
    assert sum(total.records for total in world.services.ledger.statistics().records) == 2
    left = bodies(world)
    assert "Ada" not in left
    assert "Three" in left
    world.project()
    assert agree(world)


def test_harvests_refuse_it_and_keep_nothing_of_it(world: HarvestWorld, server: Loopback) -> None:
    world.harvest("p", server.url("/1"), profile="none")
    purge(world.services.ledger, KEY, "ada")
    for _ in range(2):
        run = world.run_again("p", "none")
        assert run.state is RunState.COMPLETED
        assert (run.counts.found, run.counts.skipped, run.counts.unchanged) == (3, 1, 2)
        (line,) = world.lines(run, "skipped")
        assert (line.code, line.record_id, line.subject, line.title) == ("purged", KEY, None, None)
        assert "Ada" not in bodies(world)
        assert "Three" in bodies(world)
    ledger = world.services.ledger
    assert not ledger.find_dataset(iri=A)
    ledger.allow(KEY, "ada")
    assert world.run_again("p", "none").counts.created == 1
    assert bodies(world).count("Ada") == 2
    assert '"Scans of Ada"@en' in ledger.version(KEY).content


def test_a_run_with_errors_tells_erased_records_apart(world: HarvestWorld, server: Loopback) -> None:
    broken = "p:d a dcat:Dataset ; dct:title 'No IRI'@en . [] a dcat:Dataset .\n"
    head = f"<{server.url('/3')}> a hydra:PartialCollectionView .\n"
    server.on("/3", Answer((PREFIXES + head + broken).encode(), media_type="text/turtle"))
    world.harvest("p", server.url("/1"), profile="none")
    purge(world.services.ledger, KEY, "ada")
    run = world.run_again("p", "none")
    assert run.counts.skipped == 2
    assert run.reason == "One document or record could not be taken. One more was erased here and skipped."


@pytest.mark.parametrize("harvested_between", [False, True])
def test_what_is_allowed_again_comes_with_the_next_harvest(
    world: HarvestWorld, server: Loopback, harvested_between: bool
) -> None:
    world.harvest("p", server.url("/1"), profile="none")
    purge(world.services.ledger, KEY, "ada")
    if harvested_between:
        world.run_again("p", "none")
    world.services.ledger.allow(KEY, "ada")
    assert world.run_again("p", "none").counts.created == 1


def test_the_other_records_of_its_page_stay_and_are_not_withdrawn(
    world: HarvestWorld, server: Loopback
) -> None:
    world.harvest("p", server.url("/1"), profile="none")
    purge(world.services.ledger, KEY, "ada")
    for _ in range(3):
        assert world.run_again("p", "none").counts.withdrawn == 0
    assert world.services.ledger.published_count() == 2


def test_a_backup_keeps_what_the_operator_said(world: HarvestWorld, server: Loopback, tmp_path: Path) -> None:
    world.harvest("p", server.url("/1"), profile="none")
    ledger = world.services.ledger
    purge(ledger, KEY, "ada")
    said = curate(ledger, find_target(ledger, B), Edit(put=[statement_of("title=Better", B)]), "ada")
    hide(ledger, find_target(ledger, C), True, "ada")
    file, target = tmp_path / "pharos.backup", f"sqlite:///{tmp_path / 'restored.sqlite'}"
    write_backup(f"sqlite:///{tmp_path / 'data' / 'ledger.sqlite'}", file, SystemClock())
    with unpacked(file, tmp_path) as (_, copy):
        snapshot.give(copy, target)
    restored = open_ledger(target, SystemClock())
    try:
        assert restored.erasure(KEY) is not None
        assert restored.published_version(dataset_id(B)).curation == said
        assert restored.published_ids(None, 10) == [dataset_id(B)]
    finally:
        restored.close()


def test_what_the_operator_said_survives_the_source(world: HarvestWorld, server: Loopback) -> None:
    world.harvest("p", server.url("/1"), profile="none")
    ledger = world.services.ledger
    said = curate(ledger, find_target(ledger, B), Edit(put=[statement_of("title=Better", B)]), "ada")
    ledger.remove_source("p", choose, "test")
    world.harvest("q", server.url("/1"), profile="none")
    shown = ledger.published_version(dataset_id(B))
    assert (shown.source, shown.curation) == ("q", said)
    world.project()
    assert agree(world)
    client: Any = world.client()
    hits = client.get("/api/v1/datasets?q=Better").json["hits"]
    assert [hit["iri"] for hit in hits] == [B]


FDP = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix ldp: <http://www.w3.org/ns/ldp#> . @prefix fdp: <https://w3id.org/fdp/fdp-o#> .
"""


def test_of_a_fair_data_point_only_the_records_own_documents_go(world: HarvestWorld) -> None:
    with Loopback() as server:
        texts = {"/": "<> a fdp:FAIRDataPoint ; dct:title 'F' ; fdp:metadataCatalog </c/1> ."}
        texts["/c/1"] = "</c/1> a dcat:Catalog ; dct:title 'C' ; dcat:dataset </d/a>, </d/b>, </d/c> ."
        for name in "abc":
            texts[f"/d/{name}"] = (
                f"</d/{name}> a dcat:Dataset ; dct:title 'D {name}' ; dcat:distribution </x/{name}> ."
            )
            texts[f"/x/{name}"] = f"</x/{name}> a dcat:Distribution ; dct:title 'X {name}' ."
        for path, text in texts.items():
            tag = {"ETag": '"1"'}
            server.on(path, Answer((FDP + text).encode(), media_type="text/turtle", headers=tag))
        ledger = world.services.ledger
        ledger.add_source(HarvestSource("p", server.url("/"), "fair_data_point"), "test")
        assert world.run_again("p", "none").counts.created == 3
        key = record_id("p", server.url("/d/b"))
        purge(ledger, key, "ada")
        left = bodies(world)
        assert "D b" not in left
        assert "X b" not in left
        assert all(f"{kind} {name}" in left for kind in "DX" for name in "ac")
        for _ in range(2):
            run = world.run_again("p", "none")
            assert run.state is RunState.COMPLETED
            assert (run.counts.skipped, run.counts.unchanged, run.counts.withdrawn) == (1, 2, 0)
            assert [line.record_id for line in world.lines(run, "skipped")] == [key]
            assert "D b" not in bodies(world)
            assert "X b" not in bodies(world)
            assert "D a" in bodies(world)
