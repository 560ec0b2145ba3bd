"""Rules about nodes: a text where a node is expected, and nodes whose class only their place tells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from catalogue.pipeline.repairs.contacts import address_of
from catalogue.pipeline.repairs.described import Change, Described, bracketed, is_plain, line, new_node
from catalogue.pipeline.repairs.literals import date_of
from catalogue.rdf.namespaces import (
    ADMS,
    CV,
    DCAT,
    DCT,
    DQV,
    FOAF,
    GEODCATAP,
    HEALTHDCATAP,
    LOCN,
    PROV,
    RDF,
    RDFS,
    SKOS,
    SPDX,
    VCARD,
)
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Subject, Term, Triple

AGENTS: tuple[NamedNode, ...] = (
    DCT.contributor, DCT.creator, DCT.publisher, DCT.rightsHolder, GEODCATAP.custodian, GEODCATAP.distributor,
    GEODCATAP.originator, GEODCATAP.principalInvestigator, GEODCATAP.processor, HEALTHDCATAP.hdab,
)  # fmt: skip
"""Properties whose value is a foaf:Agent (DCAT-AP 3.0.1, GeoDCAT-AP, HealthDCAT-AP)."""

NODES: dict[NamedNode, tuple[NamedNode, NamedNode]] = {
    ADMS.identifier: (ADMS.Identifier, SKOS.notation),
    DCT.conformsTo: (DCT.Standard, DCT.title),
    DCT.license: (DCT.LicenseDocument, RDFS.label),
    DCT.provenance: (DCT.ProvenanceStatement, RDFS.label),
    DCT.rights: (DCT.RightsStatement, RDFS.label),
    DCT.spatial: (DCT.Location, LOCN.geographicName),
}
"""Property → class of the node that a text stands for, and the property that holds the text."""

SEVERAL = frozenset({ADMS.identifier, DCT.conformsTo, DCT.contributor, DCT.creator, DCT.spatial})
"""Where texts in several languages are no translations of each other, for all that can be told."""

RANGES: dict[NamedNode, NamedNode] = {
    **dict.fromkeys(AGENTS, FOAF.Agent),
    **{predicate: cls for predicate, (cls, _) in NODES.items()},
    ADMS.sample: DCAT.Distribution,
    ADMS.status: SKOS.Concept,
    CV.contactPoint: CV.ContactPoint,
    DCAT.contactPoint: VCARD.Kind,
    DCAT.distribution: DCAT.Distribution,
    DCAT.landingPage: FOAF.Document,
    DCAT.qualifiedRelation: DCAT.Relationship,
    DCAT.theme: SKOS.Concept,
    DCT.accessRights: DCT.RightsStatement,
    DCT.accrualPeriodicity: DCT.Frequency,
    DCT.format: DCT.MediaTypeOrExtent,
    DCT.language: DCT.LinguisticSystem,
    DCT.temporal: DCT.PeriodOfTime,
    DQV.hasQualityAnnotation: DQV.QualityAnnotation,
    FOAF.page: FOAF.Document,
    HEALTHDCATAP.retentionPeriod: DCT.PeriodOfTime,
    PROV.qualifiedAttribution: PROV.Attribution,
    PROV.wasGeneratedBy: PROV.Activity,
    SPDX.checksum: SPDX.Checksum,
}
"""Property → the class that its values have (its rdfs:range, or what DCAT-AP narrows that to)."""

_COORDINATES = re.compile(
    r"(?i)[{<\d-].*|(?:MULTI)?(?:POINT|POLYGON|LINESTRING)\b.*|(?:GEOMETRYCOLLECTION|BBOX|ENVELOPE)\b.*"
)


def agents_by_name(record: Described, base: str) -> Iterator[Change]:  # noqa: ARG001
    """A publisher (creator, body …) given as text as the agent of this name."""
    for predicate in AGENTS:
        texts = [t for t in record.with_predicate(predicate) if is_plain(t.object)]
        for group in _translations(predicate, texts):
            names = [t.object.value for t in group]  # type: ignore[union-attr]
            # Several people in one text are not one agent, and an address is not a name.
            if not any(";" in name or address_of(name) for name in names):
                yield _as_node(group, FOAF.Agent, FOAF.name)


def texts_as_nodes(record: Described, base: str) -> Iterator[Change]:  # noqa: ARG001
    """A text where a node is expected as a node of the certain class that bears the text; an interval as a period."""
    for predicate, (cls, label) in NODES.items():
        texts = [t for t in record.with_predicate(predicate) if is_plain(t.object)]
        if predicate == DCT.spatial:
            texts = [t for t in texts if not _COORDINATES.fullmatch(t.object.value.strip())]  # type: ignore[union-attr]
        for group in _translations(predicate, texts):
            yield _as_node(group, cls, label)
    for triple in record.with_predicate(DCT.temporal):
        yield from _as_period(triple)


def _translations(predicate: NamedNode, texts: Sequence[Triple]) -> list[list[Triple]]:
    """The texts of each subject that say one thing: in different languages each, unless several are usual."""
    by_subject: dict[Subject, list[Triple]] = {}
    for triple in texts:
        by_subject.setdefault(triple.subject, []).append(triple)  # type: ignore[arg-type]
    groups: list[list[Triple]] = []
    for group in by_subject.values():
        languages = [t.object.language for t in group]  # type: ignore[union-attr]
        one = predicate not in SEVERAL and all(languages) and len(set(languages)) == len(languages)
        groups.extend([group] if one else [[triple] for triple in group])
    return groups


def _as_node(group: Sequence[Triple], cls: NamedNode, label: NamedNode) -> Change:
    group = sorted(group, key=str)
    node = new_node(group)
    described = [Triple(node, RDF.type, cls), *(Triple(node, label, t.object) for t in group)]
    named = Triple(group[0].subject, group[0].predicate, node)
    return Change(
        tuple(group), (named, *described), ", ".join(str(t.object) for t in group), bracketed(described)
    )


def _as_period(triple: Triple) -> Iterator[Change]:
    """`2010-01-01/2020-12-31` (ISO 8601) as a period with start and end; `..` leaves an end open."""
    if not is_plain(triple.object):
        return
    text = triple.object.value.strip()  # type: ignore[union-attr]
    start, separator, end = text.partition("/")
    found = [
        (predicate, date_of(part.strip()))
        for predicate, part in ((DCAT.startDate, start), (DCAT.endDate, end))
        if part.strip() not in ("", "..")
    ]
    if not separator or not found or any(value is None for _, value in found):
        return
    node = new_node([triple])
    described = [Triple(node, RDF.type, DCT.PeriodOfTime)]
    described += [Triple(node, predicate, value) for predicate, value in found if value is not None]
    named = Triple(triple.subject, triple.predicate, node)
    yield Change((triple,), (named, *described), str(triple.object), bracketed(described))


def certain_types(record: Described, base: str) -> Iterator[Change]:  # noqa: ARG001
    """The class of a node that is described without any, where the property that leads to it has only one."""
    typed: set[Term | Triple] | None = None
    given: dict[Triple, None] = {}
    for predicate, triples in record.by_predicate.items():
        cls = RANGES.get(predicate)
        if cls is None:
            continue
        if typed is None:
            typed = {t.subject for t in record.with_predicate(RDF.type)}
        for triple in triples:
            node = triple.object
            if isinstance(node, Literal) or node in typed:
                continue
            if isinstance(node, NamedNode | BlankNode) and record.about(node):
                given[Triple(node, RDF.type, cls)] = None
    for triple in given:
        yield Change((), (triple,), "", line(triple))
