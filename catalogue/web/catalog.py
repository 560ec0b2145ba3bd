"""/catalog: what other catalogues harvest from us."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from catalogue.errors import InvalidQuery
from catalogue.feeds.catalog import CatalogPage, CatalogueDescription, catalog_page
from catalogue.rdf.labels import content_hash
from catalogue.web.headers import share
from catalogue.web.negotiate import HTML, RDF_REPRESENTATIONS, Representation, rdf_body, representation
from catalogue.web.parameters import once
from catalogue.web.sources import page_size
from catalogue.web.state import services

blueprint = Blueprint("catalog", __name__)

PAGE_SIZE = 100


@blueprint.get("/catalog")
@blueprint.get("/catalog.<suffix>")
def feed(suffix: str | None = None) -> Response:
    """One page of the feed; `page` is a cursor that the page before names as next. A browser gets a page about it."""
    form = representation((*RDF_REPRESENTATIONS, HTML), suffix)
    if form is HTML:
        return _about()
    _refuse_unknown()
    page = catalog_page(services().ledger, _description(), once("page"), page_size(PAGE_SIZE))
    response = Response(rdf_body(page.graph, form), content_type=f"{form.media_type}; charset=utf-8")
    response.set_etag(f"{content_hash(page.graph)[:32]}-{form.suffix}")
    response.headers["Link"] = _links(page, form)
    response.headers["X-Total-Count"] = str(page.total)
    if suffix is None:
        response.vary.add("Accept")
    return share(response)


def _about() -> Response:
    response = make_response(render_template("catalog.html", total=services().ledger.published_count()))
    response.vary.add("Accept")
    return share(response)


def _description() -> CatalogueDescription:
    site = services().settings
    return CatalogueDescription(services().base, site.title, site.description, site.publisher)


def _links(page: CatalogPage, form: Representation) -> str:
    links = [f'<{page.first}>; rel="first"; type="{form.media_type}"']
    if page.next:
        links.append(f'<{page.next}>; rel="next"; type="{form.media_type}"')
    return ", ".join(links)


def _refuse_unknown() -> None:
    for name in request.args:
        if name not in ("page", "size"):
            raise InvalidQuery(
                f"The feed has no parameter {name[:50]!r}.",
                advice="It knows page and size.",
                parameter=name[:50],
            )
