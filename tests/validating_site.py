"""The application with what the door of validation needs: profiles, an engine, vocabularies, a network client."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from flask import Flask
from web_world import World

from catalogue.adapters.http import HttpClientsOnRequests
from catalogue.adapters.profiles import ProfilesOnDemand
from catalogue.adapters.vocabularies import load_vocabularies
from catalogue.bootstrap import shape_engine
from catalogue.errors import SourceGone
from catalogue.model.http import HttpResponse
from catalogue.settings import Settings
from catalogue.web.app import create_app

HEADS = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"
BAD = HEADS + '<urn:d> a dcat:Dataset ;\n  dct:title "Thorax <b>CT</b>"@en ;\n  dct:issued "31/12/2020" .\n'
"""A violation on line 4, another where line 2 begins."""


@dataclass
class Web:
    """HttpClients whose web holds these documents; nothing else answers. For success only: refusals are tried with the
    real ones."""

    documents: Mapping[str, bytes]
    asked: list[str] = field(default_factory=list)

    @contextmanager
    def for_visitor(self) -> Iterator[Web]:
        yield self

    def get(self, url: str, *, accept: str | None = None) -> HttpResponse:
        self.asked.append(url)
        if url not in self.documents:
            raise SourceGone(f"{url} answers 404.", advice="Check the address.")
        return HttpResponse(url, 200, {"content-type": "text/turtle"}, self.documents[url])


@cache
def _judges() -> dict[str, Any]:
    return {
        "profiles": ProfilesOnDemand(),
        "engine": shape_engine(Settings()),
        "vocabularies": load_vocabularies(),
    }


def validating(world: World, **parts: Any) -> Flask:
    """The application of a world, with real parts where `parts` names no others."""
    services = world.services()
    made = {
        **_judges(),
        "http": HttpClientsOnRequests(services.settings, services.clock),
    }
    return create_app(replace(services, **{**made, **parts}))
