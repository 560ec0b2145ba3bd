"""A source that gets another title or country: search says so, without a harvest and without a rebuild."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from harvest_world import HarvestWorld, harvest_world
from loopback import Answer, Loopback

from catalogue.bootstrap import projections_of
from catalogue.model.search import SearchQuery
from catalogue.projections.verify import verify

TURTLE = b"""@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<https://data.example/d/1> a dcat:Dataset ; dct:title "One"@en .
<https://data.example/d/2> a dcat:Dataset ; dct:title "Two"@en ."""


def hits(world: HarvestWorld, **filters: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    page = world.services.search.search(SearchQuery(filters=filters))
    return [(hit.document.source_title, hit.document.facets["country"]) for hit in page.hits]


def test_search_follows_the_sources_title_and_country(tmp_path: Path) -> None:
    with Loopback() as server, harvest_world(tmp_path) as world:
        server.on("/c.ttl", Answer(TURTLE, media_type="text/turtle"))
        world.harvest("clinic", server.url("/c.ttl"), "none", title="Old clinic", country="urn:x:DE")
        world.project()
        assert hits(world) == [("Old clinic", ("urn:x:DE",))] * 2
        ledger = world.services.ledger
        ledger.add_source(replace(ledger.source("clinic"), title="New clinic", country="urn:x:FR"), "test")
        world.project()
        assert hits(world) == [("New clinic", ("urn:x:FR",))] * 2
        assert hits(world, country=("urn:x:DE",)) == []
        assert world.services.search.position() == world.services.graph.position() == ledger.position()
        page = world.client().get("/datasets?q=One").get_data(as_text=True)
        assert "New clinic" in page and "Old clinic" not in page
        search = next(p for p in projections_of(world.services) if p.name == "search")
        assert verify(ledger, search).differences == ()
