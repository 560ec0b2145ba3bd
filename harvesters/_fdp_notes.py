"""What a run over a FAIR Data Point notes of a page, so that the next one need not read what stands as it did.

A page is made of several documents, and what it leads to is told by what is in them: both are noted, as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from catalogue.model.harvest import Validators
from catalogue.rdf.containers import Container, DocumentLinks, is_described
from catalogue.rdf.graphs import Graph

FORM = 1
"""Of the JSON: notes of another form are not understood, and the page is read."""


@dataclass(frozen=True, slots=True)
class Known:
    """A document as it was last had: asked for at `url`, found at `final`."""

    url: str
    final: str
    validators: Validators
    payload_hash: str


@dataclass(frozen=True, slots=True)
class Offer:
    """Children that a document names and does not describe: IRI → whether a relation names it, not only a container.
    `depth` counts from that of the page."""

    left: Mapping[str, bool]
    containers: tuple[Container, ...]
    depth: int = 1

    @classmethod
    def of(cls, graph: Graph, links: DocumentLinks, children: Sequence[str], depth: int = 1) -> Offer:
        left = {iri: iri in links.named for iri in children if not is_described(graph, iri)}
        shown = [replace(c, members=tuple(iri for iri in c.members if iri in left)) for c in links.containers]
        return cls(left, tuple(container for container in shown if container.members), depth)


@dataclass(frozen=True, slots=True)
class Notes:
    """`documents`: the page's own first. `refused`: addresses that were not public. `elsewhere`: IRIs on other servers.
    `point`: how the FAIR Data Point names itself (the first page only). `given`, `following`: of a page of children in
    bulk, the awaited ones that it describes and the address of the page after it."""

    documents: tuple[Known, ...]
    refused: tuple[str, ...]
    offers: tuple[Offer, ...]
    elsewhere: tuple[str, ...]
    point: str = ""
    given: tuple[str, ...] = ()
    following: str | None = None

    def text(self) -> str:
        return json.dumps(
            {
                "form": FORM,
                "documents": [
                    [known.url, known.final, *_pair(known.validators), known.payload_hash]
                    for known in self.documents
                ],
                "refused": self.refused,
                "offers": [
                    [offer.depth, offer.left, [[c.iri, c.resource, c.members] for c in offer.containers]]
                    for offer in self.offers
                ],
                "elsewhere": self.elsewhere,
                "point": self.point,
                "given": self.given,
                "following": self.following,
            },
            separators=(",", ":"),
        )

    @classmethod
    def read(cls, text: str) -> Notes | None:
        """None when there are none, or none that are understood."""
        try:
            found = json.loads(text) if text else None
            return _notes(found) if found and found["form"] == FORM else None
        except (ValueError, KeyError, TypeError):
            return None


def _notes(found: Mapping[str, Any]) -> Notes | None:
    documents = tuple(
        Known(url, final, Validators(etag, modified), digest)
        for url, final, etag, modified, digest in found["documents"]
    )
    offers = tuple(
        Offer(dict(left), tuple(Container(iri, owner, tuple(members)) for iri, owner, members in held), depth)
        for depth, left, held in found["offers"]
    )
    if not documents:
        return None
    return Notes(
        documents,
        tuple(found["refused"]),
        offers,
        tuple(found["elsewhere"]),
        found["point"],
        tuple(found["given"]),
        found["following"],
    )


def _pair(validators: Validators) -> tuple[str | None, str | None]:
    return validators.etag, validators.last_modified
