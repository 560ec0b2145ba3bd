"""Stage 3: one document to the records in it, and what it says of the source itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, overload

from catalogue.errors import LimitExceeded, RecordError
from catalogue.model.descriptions import Description, describe, labelled, unlabelled
from catalogue.model.memberships import Membership, Memberships
from catalogue.model.records import OutcomeKind, RawRecord, RecordOutcome
from catalogue.model.resources import ORIGIN, POINTING, DeferredRecord, Roles
from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import DCAT
from catalogue.rdf.skolem import is_genid
from catalogue.rdf.terms import BlankNode, NamedNode, Subject, Triple

LISTED_OUTSIDE = 20
LEAST_BUDGET = 1_000_000
SHARING = 10
"""How many times its own triples the records of a document may hold (beyond LEAST_BUDGET): a hundred records that
share a publisher are far below, ten thousand that share a node with ten thousand values are an attack."""
_Made_co = TypeVar("_Made_co", covariant=True)


@dataclass(frozen=True, slots=True)
class PageFacts:
    """Where a document comes from. `our_base`: our own base URL, to know what came from us ("": nothing did).

    `nested`: IRIs of catalogues that earlier pages named as parts of another (`SplitPage.nested`).
    """

    url: str
    payload_hash: str
    our_base: str = ""
    nested: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Outside:
    """Triples of a page that ended in no record of that page; another page's record may still take them."""

    triples: tuple[Triple, ...] = ()

    @property
    def count(self) -> int:
        return len(self.triples)

    @property
    def examples(self) -> tuple[str, ...]:
        """The first subjects with predicates, in N-Triples form."""
        named = dict.fromkeys(f"{triple.subject} {triple.predicate}" for triple in self.triples)
        return tuple(named)[:LISTED_OUTSIDE]


class Drafts(Sequence[_Made_co], Generic[_Made_co]):
    """Records that are built when they are asked for, each time anew: a page of thousands stays small."""

    def __init__(self, found: Sequence[Description], build: Callable[[Description], _Made_co]) -> None:
        self._found = found
        self._build = build

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[_Made_co]:
        return map(self._build, self._found)

    @overload
    def __getitem__(self, index: int) -> _Made_co: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[_Made_co]: ...
    def __getitem__(self, index: int | slice) -> _Made_co | Sequence[_Made_co]:
        if isinstance(index, slice):
            return Drafts(self._found[index], self._build)
        return self._build(self._found[index])


@dataclass(frozen=True, slots=True)
class SplitPage:
    """What a document holds.

    `deferred`: records with parts that are named but not described here; where no other page follows or came
    before, they are as good as the others. `source_description`: the root catalogues' own triples, without
    membership and paging; `catalogues`: their IRIs. `nested`: IRIs of catalogues that another one names as its
    part. `elsewhere`: those of the memberships whose members have no record here (the others are told by their records:
    `RawRecord.catalogues`). `ours`: outcomes (skipped, code `ours`) of records that came from us. `untyped`: nodes in
    N-Triples form that a catalogue lists as its own and that are described here, but have no class of DCAT. `bare`: IRIs in
    that form which have their class here and nothing else; a page that describes one makes a record of it.
    """

    records: Sequence[RawRecord]
    deferred: Sequence[DeferredRecord]
    memberships: tuple[Membership, ...]
    elsewhere: tuple[Membership, ...]
    catalogues: tuple[str, ...]
    nested: frozenset[str]
    source_description: Graph
    ours: tuple[RecordOutcome, ...]
    untyped: tuple[str, ...]
    bare: tuple[str, ...]
    outside: Outside


def split(graph: Graph, page: PageFacts) -> SplitPage:
    """The document's records and the rest.

    A record whose blank nodes cannot be labelled is handed on as it is, and `normalise` says so. Raises LimitExceeded
    when the records would hold many times what the document holds.
    """
    roles = Roles(graph)
    memberships = Memberships(graph, roles, page.nested)
    used: set[Triple] = set()
    description = memberships.describe_roots(used)
    whole: list[Description] = []
    partial: list[Description] = []
    ours: list[RecordOutcome] = []
    described: set[Subject] = set()
    for found in _descriptions(graph, roles, memberships, used):
        described.add(found.subject)
        evidence = _evidence_of_ours(graph, found, page.our_base)
        if evidence:
            ours.append(_ours(found, page, evidence))
        else:
            (partial if found.missing else whole).append(found)

    def build(found: Description) -> RawRecord:
        return _raw_record(found, roles, page, memberships.of(found.subject))

    return SplitPage(
        records=Drafts(whole, build),
        deferred=Drafts(partial, lambda found: DeferredRecord(build(found), tuple(found.missing))),
        memberships=memberships.rows,
        elsewhere=memberships.elsewhere(described),
        catalogues=memberships.root_iris,
        nested=memberships.nested_iris,
        source_description=description,
        ours=tuple(ours),
        untyped=memberships.untyped,
        bare=memberships.bare,
        outside=_outside(graph, used, memberships),
    )


def _descriptions(
    graph: Graph, roles: Roles, memberships: Memberships, used: set[Triple]
) -> Iterator[Description]:
    budget = max(LEAST_BUDGET, SHARING * len(graph))
    for subject in _subjects(graph, roles, memberships, used):
        found = describe(graph, subject, roles)
        budget -= len(found.triples)
        if budget < 0:
            raise LimitExceeded(
                "So many records share so large parts that together they would hold more than "
                f"{SHARING} times the document.",
                advice="Publish the catalogue in pages, and shared nodes without lists of what shares them.",
            )
        used.update(found.triples)
        yield found


def _subjects(graph: Graph, roles: Roles, memberships: Memberships, used: set[Triple]) -> Iterator[Subject]:
    for subject, cls in roles.primary.items():
        # Nothing can describe a nameless one elsewhere; of a named one that has its class only, another page may.
        is_nameless = isinstance(subject, BlankNode) and cls != DCAT.Catalog
        if (subject in roles.described or is_nameless) and subject not in memberships.roots:
            yield subject
    # Blank resources that only name each other are parts of nothing: the first one met is then the record.
    for node in list(roles.embedded):
        namers = {triple.subject for triple in graph.pointing_to(node)}
        if node in roles.described and namers <= roles.embedded.keys() and used.isdisjoint(graph.about(node)):
            roles.promote(node)
            yield node


def _raw_record(found: Description, roles: Roles, page: PageFacts, catalogues: tuple[str, ...]) -> RawRecord:
    try:
        graph, subject = labelled(found.triples, found.subject)
    except RecordError:
        graph, subject = unlabelled(found.triples, found.subject)
    return RawRecord(
        subject=str(subject),
        primary_class=roles.primary[found.subject].value,
        graph=graph,
        page_url=page.url,
        payload_hash=page.payload_hash,
        catalogues=catalogues,
    )


def _evidence_of_ours(graph: Graph, found: Description, our_base: str) -> str:
    """IRI of ours in the record or in its chain of CatalogRecords; "" when there is none."""
    if not our_base:
        return ""
    prefix = our_base.rstrip("/") + "/"
    for node in found.nodes:
        if isinstance(node, NamedNode) and is_genid(node.value, our_base):
            return node.value
    chain: list[Subject] = [
        t.subject  # type: ignore[misc]
        for t in graph.pointing_to(found.subject)
        if t.predicate in POINTING and t.subject in found.nodes
    ]
    seen = set(chain)
    while chain:
        node = chain.pop()
        if isinstance(node, NamedNode) and node.value.startswith(prefix):
            return node.value
        for origin in graph.objects(node, *ORIGIN):
            if isinstance(origin, NamedNode | BlankNode) and origin not in seen:
                seen.add(origin)
                chain.append(origin)
    return ""


def _ours(found: Description, page: PageFacts, evidence: str) -> RecordOutcome:
    return RecordOutcome(
        kind=OutcomeKind.SKIPPED,
        subject=str(found.subject),
        page_url=page.url,
        code="ours",
        reason=f"This description was harvested from this catalogue: {evidence} is one of its addresses.",
        advice="Nothing is to be done: this catalogue holds the record from its first source.",
    )


def _outside(graph: Graph, used: set[Triple], memberships: Memberships) -> Outside:
    return Outside(tuple(t for t in graph if t not in used and not memberships.accounts_for(t)))
