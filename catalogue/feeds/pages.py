"""Cuts the published records into pages on which each keeps exactly its own triples.

Two records may describe one IRI differently (an organisation, a concept), or one may name what the other describes.
On one page their triples would melt into one description of it. So the records of a window are shared out to parts
without such a conflict, and each part is a page.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from catalogue.errors import InvalidQuery, RecordError
from catalogue.model.records import StoredVersion
from catalogue.ports import Ledger
from catalogue.rdf.graphs import Graph, from_ntriples
from catalogue.rdf.labels import content_hash, label_by_content, relabel
from catalogue.rdf.namespaces import RDF
from catalogue.rdf.terms import BlankNode, NamedNode, Triple

WINDOW = 100
MAX_WINDOW_BYTES = 8 * 1024 * 1024
CHUNK = 20
_CURSOR = re.compile(r"^([a-z2-7]{20})?(?:\.(\d{1,3})\.([0-9a-f]{12}))?$")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: after a dataset_id ("" from the beginning), at a part of the window that follows.

    `fingerprint` is the window's; if the ledger has changed within the window since, its parts begin anew.
    """

    after: str = ""
    part: int = 0
    fingerprint: str = ""

    def __str__(self) -> str:
        return f"{self.after}.{self.part}.{self.fingerprint}" if self.part else self.after

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Reads what `str` wrote. InvalidQuery for anything else."""
        match = _CURSOR.match(text)
        if match is None:
            raise InvalidQuery(
                "page is not a cursor of this feed.",
                advice="Begin at the first page and follow the next links.",
                parameter="page",
            )
        after, part, fingerprint = match.groups()
        return cls(after or "", int(part or 0), fingerprint or "")


@dataclass(frozen=True, slots=True)
class FeedRecord:
    """A published version with its triples, blank nodes named so that they may stand beside other records'."""

    version: StoredVersion
    graph: Graph


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Records that may stand together, and the cursor of the next page (None: this is the last)."""

    records: tuple[FeedRecord, ...]
    next: Cursor | None


def feed_page(ledger: Ledger, cursor: Cursor, size: int = WINDOW) -> FeedPage:
    """The page at the cursor. Reads at most `size` records or about eight mebibytes of them."""
    window = _window(ledger, cursor.after, size)
    if not window:
        return FeedPage((), None)
    fingerprint = _fingerprint(window)
    parts = _parts([_Prepared(version) for version in window])
    part = cursor.part if cursor.fingerprint == fingerprint and cursor.part < len(parts) else 0
    following: Cursor | None = None
    if part + 1 < len(parts):
        following = Cursor(cursor.after, part + 1, fingerprint)
    elif ledger.published(window[-1].dataset_id, 1):
        following = Cursor(window[-1].dataset_id)
    return FeedPage(tuple(FeedRecord(p.version, p.graph) for p in parts[part]), following)


def _window(ledger: Ledger, after: str, size: int) -> list[StoredVersion]:
    found: list[StoredVersion] = []
    length = 0
    for version in _published(ledger, after):
        length += len(version.content)
        if found and length > MAX_WINDOW_BYTES:
            break
        found.append(version)
        if len(found) >= size:
            break
    return found


def _published(ledger: Ledger, after: str) -> Iterator[StoredVersion]:
    while chunk := ledger.published(after or None, CHUNK):
        yield from chunk
        after = chunk[-1].dataset_id


def _fingerprint(window: Iterable[StoredVersion]) -> str:
    text = " ".join(f"{v.version_id}/{v.curation.curation_id if v.curation else 0}" for v in window)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _parts(prepared: list[_Prepared]) -> list[list[_Prepared]]:
    """Greedy sharing out: each record goes to the first part that says the same of every IRI both name."""
    subjects = {record.version.subject for record in prepared}
    parts: list[tuple[list[_Prepared], dict[str, str]]] = []
    for record in prepared:
        claims = {iri: claim for iri, claim in record.claims.items() if claim or iri not in subjects}
        for members, said in parts:
            if all(said.get(iri, claim) == claim for iri, claim in claims.items()):
                members.append(record)
                said.update(claims)
                break
        else:
            parts.append(([record], claims))
    return [members for members, _ in parts]


class _Prepared:
    """One record with its triples and `claims`: IRI → hash of what it says of it ("" when it only names it)."""

    def __init__(self, version: StoredVersion) -> None:
        self.version = version
        self.claims: dict[str, str] = {version.subject: version.record_id}
        source = from_ntriples(version.shown)
        shared: dict[Triple, Triple] = {}
        for node in list(source.subjects()):
            if isinstance(node, NamedNode) and node.value != version.subject:
                shared.update(self._claim(source, node))
        for triple in source:
            if isinstance(triple.object, NamedNode) and triple.predicate != RDF.type:
                self.claims.setdefault(triple.object.value, "")
        own = relabel(
            [triple for triple in source if triple not in shared],
            {label: f"r{version.record_id}-{label}" for label in _labels(source)},
        )
        self.graph = own | shared.values()

    def _claim(self, graph: Graph, node: NamedNode) -> dict[Triple, Triple]:
        """What the record says of another IRI, with blank nodes named by their own content: two records that say
        the same of an organisation say it in the same triples. What cannot be named so keeps the two apart."""
        closure, blank = _closure(graph, node)
        try:
            labelled = label_by_content(closure)
        except RecordError:
            labelled, blank = closure, {""}
        claim = content_hash(labelled)
        if not all(_only_within(graph, label, closure) for label in blank):
            self.claims[node.value] = f"{claim} {self.version.record_id}"
            return {}
        self.claims[node.value] = claim
        named = relabel(labelled, {label: f"c{claim[:16]}-{label}" for label in _labels(labelled)})
        return dict(zip(closure, named, strict=True))


def _labels(graph: Iterable[Triple]) -> set[str]:
    nodes = (node for triple in graph for node in (triple.subject, triple.object))
    return {node.value for node in nodes if isinstance(node, BlankNode)}


def _closure(graph: Graph, node: NamedNode) -> tuple[Graph, set[str]]:
    """The node's triples and, through blank nodes, all that hangs on them; with the labels of those blank nodes."""
    waiting: list[NamedNode | BlankNode] = [node]
    triples: list[Triple] = []
    blank: set[str] = set()
    while waiting:
        for triple in graph.about(waiting.pop()):
            triples.append(triple)
            if isinstance(triple.object, BlankNode) and triple.object.value not in blank:
                blank.add(triple.object.value)
                waiting.append(triple.object)
    return Graph(triples), blank


def _only_within(graph: Graph, label: str, closure: Graph) -> bool:
    return bool(label) and all(triple in closure for triple in graph.pointing_to(BlankNode(label)))
