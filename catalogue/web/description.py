"""One stored version in every representation: the page, the RDF as the ledger keeps it, Signposting."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from flask import Response, render_template, request

from catalogue.bootstrap_validation import Checker
from catalogue.discovery.curation import curation_view
from catalogue.discovery.records import Property, RecordView, record_view
from catalogue.discovery.source_report import judged_record
from catalogue.errors import NotFound
from catalogue.feeds.export import quads_of
from catalogue.model.findings import Finding
from catalogue.model.records import StoredRecord, StoredVersion
from catalogue.model.validation import Severity
from catalogue.rdf.graphs import Graph, from_ntriples
from catalogue.rdf.namespaces import DCT, EUCAIM, HEALTHDCATAP
from catalogue.web.context import address
from catalogue.web.embedded import embedded_json_ld
from catalogue.web.headers import share
from catalogue.web.negotiate import (
    HTML,
    N_TRIPLES,
    PAGE_REPRESENTATIONS,
    QUAD_REPRESENTATIONS,
    Representation,
    quads_body,
    rdf_body,
    representation,
)
from catalogue.web.parameters import refuse_strays
from catalogue.web.signposting import page_links, rdf_links
from catalogue.web.state import languages, services

MAX_FINDINGS = 100
MAX_VERSIONS = 10


def described(
    version: StoredVersion,
    endpoint: str,
    values: Mapping[str, str],
    suffix: str | None,
    page: Callable[[StoredVersion], Response],
) -> Response:
    """The version as the request wants it. `endpoint` and `values` give its address, `page` makes the HTML."""
    form = representation((*PAGE_REPRESENTATIONS, *QUAD_REPRESENTATIONS), suffix)
    if form is HTML:
        response = page(version)
        response.vary.add("Accept-Language")
        response.headers["Link"] = page_links(version, address(endpoint, **values))
    else:
        refuse_strays()
        response = rdf_response(version, form)
        response.headers["Link"] = rdf_links(address(endpoint, **values))
    if suffix is None:
        response.vary.add("Accept")
    return share(response)


def rdf_response(version: StoredVersion, form: Representation) -> Response:
    """The version's normalised triples, exactly as the ledger keeps them; where the catalogue says something of its own,
    with that, in a graph apart where the syntax has graphs."""
    if version.curation is not None or form in QUAD_REPRESENTATIONS:
        body = _with_curation(version, form)
    else:
        as_kept = form is N_TRIPLES
        body = version.content.encode() if as_kept else rdf_body(from_ntriples(version.content), form)
    response = Response(body, content_type=f"{form.media_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="{version.record_id}.{form.suffix}"'
    response.set_etag(
        f"{version.record_id}-{version.version_id}-{version.normalised_hash[:16]}{_said(version)}-{form.suffix}"
    )
    response.last_modified = version.changed_at
    return response


def _with_curation(version: StoredVersion, form: Representation) -> bytes:
    rows = quads_of(version, services().base)
    if form not in QUAD_REPRESENTATIONS:
        return rdf_body(Graph(row.triple for row in rows), form)
    return quads_body(rows, form)


def _said(version: StoredVersion) -> str:
    return f"-c{version.curation.curation_id}" if version.curation else ""


def description_page(version: StoredVersion, *, others: Sequence[StoredRecord], is_dataset: bool) -> str:
    """The HTML page of a dataset or of one source's record of it."""
    ledger = services().ledger
    view = record_view(version, services().vocabularies, languages())
    return render_template(
        "dataset.html",
        version=version,
        record=ledger.record(version.record_id),
        versions=ledger.history(version.record_id)[:MAX_VERSIONS],
        source=_source_title(version.source),
        view=view,
        curation=curation_view(version, services().vocabularies, languages()),
        curated=not is_dataset and _is_curated(version),
        facts=_facts(view),
        findings=_findings(version),
        others=[(record, _source_title(record.source)) for record in others],
        is_dataset=is_dataset,
        json_ld=embedded_json_ld(version),
        endpoint="datasets.dataset" if is_dataset else "records.record",
        ids={"dataset_id": version.dataset_id} if is_dataset else {"record_id": version.record_id},
        max_findings=MAX_FINDINGS,
        canonical=request.path,
    )


def _is_curated(version: StoredVersion) -> bool:
    """Whether the page of the dataset shows something else than this record of a source."""
    said = services().ledger.curation(version.dataset_id)
    return said is not None and not said.is_empty


def _source_title(slug: str) -> str:
    try:
        return services().ledger.source(slug).title or slug
    except NotFound:
        return slug


def _findings(version: StoredVersion) -> dict[str, list[Finding]]:
    """By severity, each with the property of the dataset, what to do and the clause."""
    found, _ = Checker.of(services()).findings(judged_record(version))
    grouped: dict[str, list[Finding]] = {severity.value: [] for severity in Severity}
    for finding in found:
        grouped[finding.result.severity.value].append(finding)
    return {severity: findings for severity, findings in grouped.items() if findings}


FACTS = tuple(
    node.value
    for node in (
        EUCAIM.hasCondition,
        EUCAIM.hasImageModality,
        EUCAIM.hasImageBodyPart,
        HEALTHDCATAP.numberOfUniqueIndividuals,
        HEALTHDCATAP.numberOfRecords,
        DCT.temporal,
        DCT.spatial,
        DCT.license,
        DCT.accessRights,
    )
)


def _facts(view: RecordView) -> list[Property]:
    """The properties that decide whether a dataset is worth reading on, as far as the record states them."""
    properties = {p.iri: p for group in view.groups for p in group.properties}
    return [properties[iri] for iri in FACTS if iri in properties]
