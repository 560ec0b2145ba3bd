"""Stage 4: a raw record to one that can be judged and stored: identified, mechanically repaired, hashed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from catalogue.errors import MissingIdentifier
from catalogue.model.descriptions import labelled, replaced
from catalogue.model.harvest import HarvestSource, ServerAdded
from catalogue.model.identifiers import dataset_id, record_id
from catalogue.model.records import NormalisedRecord, RawRecord, Repair
from catalogue.model.vocabularies import Vocabularies
from catalogue.pipeline.repairs import MINTED, NO_VOCABULARIES, Rules, repair, repair_record, rules_for
from catalogue.pipeline.repairs.server_added import without_server_added
from catalogue.rdf.graphs import Graph, from_ntriples
from catalogue.rdf.iris import is_valid_iri
from catalogue.rdf.labels import content_hash, label_by_content
from catalogue.rdf.namespaces import DCAT, DCT, RDF
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Subject, Triple

PIPELINE_VERSION = "2"
"""Changes with every change of split or of a rule that can give a record another graph: stored records are then made anew."""

IDENTIFIERS = (DCT.identifier, NamedNode("https://purl.org/dc/terms/identifier"))
TITLES = (DCT.title, NamedNode("https://purl.org/dc/terms/title"))
_UNUSABLE_SCHEMES = ("about:", "blob:", "data:", "file:", "javascript:", "mailto:", "tel:")
_LONGEST_NAME = 200


def normalise(
    raw: RawRecord,
    source: HarvestSource,
    server_added: Sequence[ServerAdded] = (),
    vocabularies: Vocabularies = NO_VOCABULARIES,
) -> NormalisedRecord:
    """The record with its ids, both hashes and every repair that was made; `source.switched_off` names rules that
    are not. Labels and codes are looked up in the `vocabularies`. Raises MissingIdentifier when neither an IRI nor a dct:identifier names it, RecordError when its blank
    nodes cannot be told apart."""
    node = _node(raw.subject)
    rules = rules_for(source.switched_off, vocabularies)
    own, removed = without_server_added(raw.graph, node, server_added, source.switched_off)
    received, subject = labelled(own, node)
    named = _named_subject(received, subject, source.slug, rules, raw.page_url)
    triples: Iterable[Triple] = received
    if named != subject:
        triples = replaced(received, subject, named)
        removed.append(Repair(MINTED, str(subject), str(named)))
    mended, repairs = repair(triples, rules, raw.page_url)
    kept, of_record = repair_record(mended, rules, raw.page_url)
    repairs += of_record
    is_received = named == subject and not repairs
    graph = received if is_received else label_by_content(Graph(kept))
    iri = (_after_rules(named, rules, raw.page_url) or named).value
    received_hash = content_hash(received)
    return NormalisedRecord(
        dataset_id=dataset_id(iri),
        record_id=record_id(source.slug, iri),
        source=source.slug,
        subject=iri,
        primary_class=raw.primary_class,
        received=received,
        graph=graph,
        repairs=(*removed, *repairs),
        received_hash=received_hash,
        normalised_hash=received_hash if is_received else content_hash(graph),
        page_url=raw.page_url,
        payload_hash=raw.payload_hash,
    )


def repaired_iri(iri: str, source: HarvestSource, base: str) -> str | None:
    """What `normalise` would call a resource of this IRI; None where it would look for another name."""
    rules = rules_for(source.switched_off)
    found = _after_rules(_iri_node(iri), rules, base)
    return found.value if found is not None and _is_usable(found) else None


def _node(subject: str) -> Subject:
    """The node of a subject in N-Triples form; an IRI that is none as the lenient parser reads it."""
    return BlankNode(subject[2:]) if subject.startswith("_:") else _iri_node(subject[1:-1])


def _iri_node(iri: str) -> NamedNode:
    try:
        return NamedNode(iri)
    except ValueError:
        node = next(iter(from_ntriples(f"<{iri}> {RDF.type} {RDF.nil} .").subjects()))
        assert isinstance(node, NamedNode)
        return node


def _named_subject(graph: Graph, subject: Subject, slug: str, rules: Rules, base: str) -> NamedNode:
    """The subject's repaired IRI, or one minted from the source and its dct:identifier."""
    if isinstance(subject, NamedNode):
        iri = _after_rules(subject, rules, base)
        if iri is not None and _is_usable(iri):
            return subject
    return mint(graph, subject, slug)


def _is_usable(iri: NamedNode) -> bool:
    return is_valid_iri(iri.value) and not iri.value.lower().startswith(_UNUSABLE_SCHEMES)


def _after_rules(subject: NamedNode, rules: Rules, base: str) -> NamedNode | None:
    """What the rules make of the IRI in the subject's place; None when they find no IRI in it."""
    kept, _ = repair([Triple(subject, RDF.type, DCAT.Resource)], rules, base)
    found = kept[0].subject if kept else None
    return found if isinstance(found, NamedNode) else None


def mint(graph: Graph, subject: Subject, slug: str) -> NamedNode:
    """`urn:pharos:{slug}:{identifier}`: the identifier percent-encoded, or `sha256:` and 32 hex digits of its hash
    where that would be long. Of several identifiers the first in code point order. Raises MissingIdentifier."""
    found = graph.objects(subject, *IDENTIFIERS)
    texts = sorted(v.value.strip() for v in found if isinstance(v, Literal | NamedNode) and v.value.strip())
    if not texts:
        raise MissingIdentifier(
            f"The description {_called(graph, subject)} has neither a usable IRI nor a dct:identifier.",
            advice="Give the resource an http(s) IRI of its own, or a dct:identifier that never changes.",
            subject=str(subject),
        )
    name = quote(texts[0], safe="")
    if len(name) > _LONGEST_NAME:
        name = "sha256:" + hashlib.sha256(texts[0].encode()).hexdigest()[:32]
    return NamedNode(f"urn:pharos:{slug}:{name}")


def _called(graph: Graph, subject: Subject) -> str:
    title = graph.value(subject, *TITLES)
    if isinstance(title, Literal) and title.value.strip():
        return f"with the title “{title.value.strip()[:80]}”"
    return "without a title" if isinstance(subject, BlankNode) else str(subject)
