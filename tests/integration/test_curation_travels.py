"""A catalogue that harvests ours gets what is shown, with who said what; what we hide leaves it too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from harvest_world import HarvestWorld, SiteServer, harvest_world
from loopback import Answer, Loopback

from catalogue.harvesting.curating import Edit, curate, find_target, hide
from catalogue.harvesting.statements import statement_of
from catalogue.model.harvest import RunState
from catalogue.model.identifiers import dataset_id, record_id
from catalogue.web.app import create_app

A, B = "https://p.example/a", "https://p.example/b"
BODY = (
    "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"
    f'<{A}> a dcat:Dataset ; dct:title "Harvested"@en .\n<{B}> a dcat:Dataset ; dct:title "B"@en .\n'
).encode()


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[tuple[HarvestWorld, HarvestWorld, str]]:
    """Our catalogue, one that harvests it, and our address."""
    with (
        SiteServer() as here,
        harvest_world(tmp_path / "first", base=here.base) as first,
        harvest_world(tmp_path / "second") as second,
        Loopback() as provider,
    ):
        here.app = create_app(first.services)
        provider.on("/catalogue", Answer(BODY, media_type="text/turtle"))
        first.harvest("p", provider.url("/catalogue"), "none")
        yield first, second, here.base


def test_they_get_the_correction_and_whose_it_is(chain: tuple[HarvestWorld, HarvestWorld, str]) -> None:
    first, second, base = chain
    ledger = first.services.ledger
    curate(ledger, find_target(ledger, A), Edit(put=[statement_of("title=Corrected@en", A)]), "ada")
    run = second.harvest("ours", f"{base}/catalog", "none")
    assert (run.state, run.counts.created, run.counts.triples_outside) == (RunState.COMPLETED, 2, 0)
    text = second.services.ledger.version(record_id("ours", A)).content
    assert '"Corrected"@en' in text
    assert "Harvested" not in text
    assert f"<{base}/curation/{dataset_id(A)}> <https://w3id.org/pharos/ns#replaces>" in text
    curate(
        ledger,
        find_target(ledger, A),
        Edit(whole=None, restored=[statement_of("title=x", A).predicate]),
        "ada",
    )
    assert second.run_again("ours", "none").counts.updated == 1
    text = second.services.ledger.version(record_id("ours", A)).content
    assert '"Harvested"@en' in text
    assert "/curation/" not in text


def test_what_is_hidden_leaves_them(chain: tuple[HarvestWorld, HarvestWorld, str]) -> None:
    first, second, base = chain
    second.harvest("ours", f"{base}/catalog", "none")
    hide(first.services.ledger, find_target(first.services.ledger, A), True, "ada")
    runs = [second.run_again("ours", "none") for _ in range(2)]
    assert [run.counts.withdrawn for run in runs] == [0, 1]
    assert second.services.ledger.record(record_id("ours", A)).withdrawn_at is not None
    hide(first.services.ledger, find_target(first.services.ledger, A), False, "ada")
    second.run_again("ours", "none")
    assert second.services.ledger.record(record_id("ours", A)).published
