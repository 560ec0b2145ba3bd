"""Signposting (https://signposting.org/FAIR/): typed links by which machines find their way from a page."""

from __future__ import annotations

import re

from werkzeug.urls import iri_to_uri

from catalogue.model.records import StoredVersion
from catalogue.rdf.graphs import Graph, from_ntriples
from catalogue.rdf.namespaces import DCAT, DCT
from catalogue.rdf.terms import NamedNode, Subject, Term
from catalogue.web.negotiate import RDF_REPRESENTATIONS
from catalogue.web.sanitise import safe_href

MAX_ITEMS = 10
MAX_LENGTH = 4000
"""Proxies refuse long header lines; what does not fit is in the RDF anyway."""

_SAFE = re.compile(r"^[!-~]+$")
PERSON_OR_ORGANISATION = re.compile(r"^https?://(orcid\.org|ror\.org|isni\.org)/", re.IGNORECASE)


def page_links(version: StoredVersion, page: str) -> str:
    """The Link header of a page about `version`: cite-as, type, describedby, license, author, item."""
    graph = from_ntriples(version.shown)
    subject = NamedNode(version.subject)
    links = [_link(version.subject, "cite-as")] if version.subject.startswith(("http://", "https://")) else []
    links += [_link("https://schema.org/AboutPage", "type"), _link("https://schema.org/Dataset", "type")]
    links += [_link(f"{page}.{form.suffix}", "describedby", form.media_type) for form in RDF_REPRESENTATIONS]
    links += [_link(iri, "license") for iri in _licences(graph, subject)]
    links += [
        _link(iri, "author")
        for iri in _iris(graph.objects(subject, DCT.creator))
        if PERSON_OR_ORGANISATION.match(iri)
    ]
    links += [_item(graph, node) for node in graph.objects(subject, DCAT.distribution)[:MAX_ITEMS]]
    return _header(links)


def rdf_links(page: str) -> str:
    """The Link header of an RDF representation: the page it describes and its other forms."""
    links = [_link(page, "describes", "text/html")]
    links += [_link(f"{page}.{form.suffix}", "alternate", form.media_type) for form in RDF_REPRESENTATIONS]
    return _header(links)


def _licences(graph: Graph, subject: NamedNode) -> list[str]:
    nodes: list[Subject] = [subject]
    nodes += [o for o in graph.objects(subject, DCAT.distribution) if isinstance(o, Subject)]
    found = [iri for node in nodes for iri in _iris(graph.objects(node, DCT.license))]
    return list(dict.fromkeys(found))[:3]


def _item(graph: Graph, node: Term) -> str:
    if not isinstance(node, Subject):
        return ""
    target = next(iter(_iris(graph.objects(node, DCAT.downloadURL))), "")
    media = next(iter(_iris(graph.objects(node, DCAT.mediaType))), "")
    media_type = media.partition("/media-types/")[2]
    return _link(target, "item", media_type if re.fullmatch(r"[a-z]+/[A-Za-z0-9.+-]+", media_type) else "")


def _iris(terms: list[Term]) -> list[str]:
    return [term.value for term in terms if isinstance(term, NamedNode)]


def _link(target: str, relation: str, media_type: str = "") -> str:
    """One link, or the empty string when the target cannot stand in a header."""
    uri = iri_to_uri(safe_href(target)) if target else ""
    if not _SAFE.match(uri) or any(c in uri for c in '<>"'):
        return ""
    return f'<{uri}>; rel="{relation}"' + (f'; type="{media_type}"' if media_type else "")


def _header(links: list[str]) -> str:
    kept: list[str] = []
    for link in dict.fromkeys(filter(None, links)):
        if sum(map(len, kept)) + len(link) > MAX_LENGTH:
            break
        kept.append(link)
    return ", ".join(kept)
