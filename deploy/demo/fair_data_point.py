"""A provider that runs a FAIR Data Point: root, catalogue, datasets and distributions as documents of their own."""

from __future__ import annotations

from functools import cache
from uuid import NAMESPACE_URL, uuid5

from rdflib import Graph, Literal, URIRef

from deploy.demo.authoring import Dataset, Provider
from deploy.demo.catalogues import CATALOGUE_ISSUED, CATALOGUE_MODIFIED, describe_catalogue
from deploy.demo.fdp_defaults import FdpRecord, add_children, add_server_defaults
from deploy.demo.federation_data import build_record
from deploy.demo.parts import Namer, add_publisher, add_texts
from deploy.demo.site import Answer, Query, choose, refusal
from deploy.demo.syntaxes import MEDIA_TYPES, serialise
from deploy.demo.terms import DCAT, DCTERMS, FDP, RDF, RDFS

_SYNTAXES = ["turtle", "json-ld", "rdf-xml", "n-triples"]
_SHORT_NAMES = {"ttl": "turtle", "jsonld": "json-ld", "rdf": "rdf-xml", "nt": "n-triples"}
_CHILDREN = {
    "": ("catalog", FDP.metadataCatalog),
    "catalog": ("dataset", DCAT.dataset),
    "dataset": ("distribution", DCAT.distribution),
}


class FairDataPointSite:
    """Record IRIs are the URLs of the documents; the root's IRI has no slash at its end."""

    def __init__(self, provider: Provider, base: str) -> None:
        self._provider = provider
        self._base = base
        self._records: dict[str, FdpRecord] = {}
        self._drafts = {self._path("dataset", draft["slug"]) for draft in provider.drafts}
        self._unreadable = {self._path("dataset", one["slug"]) for one in provider.unreadable}
        self._build()
        self._render = cache(self._rendered)

    def _path(self, kind: str, slug: str) -> str:
        return f"/{kind}/{uuid5(NAMESPACE_URL, f'{self._provider.host}/{kind}/{slug}')}"

    def _iri(self, path: str) -> URIRef:
        return URIRef(f"{self._base}{path}".rstrip("/"))

    def _build(self) -> None:
        catalogue = self._path("catalog", "images")
        datasets = [self._path("dataset", dataset.slug) for dataset in self._provider.datasets]
        members = [*datasets, *sorted(self._unreadable)]
        self._records["/"] = self._root([catalogue])
        iri = self._iri(catalogue)
        graph = describe_catalogue(self._provider, iri)
        times = (CATALOGUE_ISSUED, CATALOGUE_MODIFIED)
        self._keep(catalogue, "/", FdpRecord(iri, "catalog", graph, members, times))
        for path, dataset in zip(datasets, self._provider.datasets, strict=True):
            self._keep_dataset(path, dataset, catalogue)

    def _keep_dataset(self, path: str, dataset: Dataset, catalogue: str) -> None:
        def name(dataset: Dataset, kind: str) -> URIRef:
            return self._iri(self._path("distribution", f"{dataset.slug}-{kind}"))

        record = build_record(self._provider, dataset, self._iri(path), name)
        parts = {str(iri).removeprefix(self._base): iri for iri in record.distributions}
        times = (dataset.issued, dataset.modified)
        self._keep(path, catalogue, FdpRecord(record.iri, "dataset", record.graph, list(parts), times))
        for part, iri in parts.items():
            graph = record.distributions[iri]
            self._keep(part, path, FdpRecord(iri, "distribution", graph, [], times))

    def _keep(self, path: str, parent: str, record: FdpRecord) -> None:
        record.graph.add((record.iri, DCTERMS.isPartOf, self._iri(parent)))
        add_server_defaults(record, self._profile_iri(record.kind))
        if record.kind in _CHILDREN:
            self._link_children(record)
        self._records[path] = record

    def _profile_iri(self, kind: str) -> URIRef:
        return URIRef(f"{self._base}/profile/{uuid5(NAMESPACE_URL, kind)}")

    def _root(self, catalogues: list[str]) -> FdpRecord:
        iri, graph = self._iri("/"), Graph()
        for kind in (FDP.FAIRDataPoint, FDP.MetadataService, DCAT.DataService, DCAT.Resource):
            graph.add((iri, RDF.type, kind))
        add_texts(graph, iri, DCTERMS.title, self._provider.catalogue_title)
        add_texts(graph, iri, DCTERMS.description, self._provider.catalogue_description)
        graph.add((iri, DCAT.endpointURL, iri))
        add_publisher(graph, iri, self._provider, Namer(str(iri), f"{self._provider.slug}-root", "blank"))
        record = FdpRecord(iri, "root", graph, catalogues, (CATALOGUE_ISSUED, CATALOGUE_MODIFIED))
        add_server_defaults(record, self._profile_iri("root"))
        self._link_children(record)
        return record

    def _link_children(self, record: FdpRecord) -> None:
        """Drafts stand in ldp:contains, as the reference implementation has it, but in no dcat:dataset."""
        child_kind, relation = _CHILDREN["" if record.kind == "root" else record.kind]
        public = [self._iri(path) for path in record.children]
        for child in public:
            record.graph.add((record.iri, relation, child))
        drafts = [self._iri(path) for path in sorted(self._drafts)] if child_kind == "dataset" else []
        add_children(record, f"{self._base}/{child_kind}/", relation, public + drafts)

    def answer(self, path: str, query: Query, accept: str) -> Answer:
        path = path.rstrip("/") or "/"
        if path in self._drafts:
            return refusal(403, "You are not allowed to view this record in state DRAFT.")
        if path in self._unreadable:
            return self._broken_document(path)
        if path in self._records:
            return self._in_asked_syntax(path, None, query, accept)
        if path.startswith("/profile/"):
            return self._profile(path)
        parent, _, child_kind = path.rpartition("/page/")
        if child_kind and self._provider.dialect.bulk_pages and (parent or "/") in self._records:
            return self._bulk_page(parent or "/", child_kind, query, accept)
        return refusal(404, "There is no such record.")

    def _in_asked_syntax(
        self, path: str, window: tuple[int, int] | None, query: Query, accept: str
    ) -> Answer:
        syntax = _SHORT_NAMES.get(query.get("format", ""))
        if syntax is None:
            names = {MEDIA_TYPES[one]: one for one in _SYNTAXES}
            chosen = choose(accept, [*names, "text/html"])
            if chosen is None or chosen == "text/html":
                # People get a page at a real FAIR Data Point; here Turtle serves them as well.
                chosen = "text/turtle"
            syntax = names[chosen]
        return self._render(path, window, syntax)

    def _rendered(self, path: str, window: tuple[int, int] | None, syntax: str) -> Answer:
        records = [self._records[path]] if window is None else self._window(path, *window)
        graph = Graph()
        for record in records:
            graph += record.graph
        headers = (
            {"Vary": "Accept"} if window is None else {"Vary": "Accept", "Link": self._links(path, *window)}
        )
        modified = max((record.times[1] for record in records), default=CATALOGUE_MODIFIED)
        body = serialise({None: graph}, syntax)
        return Answer(body, MEDIA_TYPES[syntax], modified=modified, headers=headers)

    def _bulk_page(self, parent: str, child_kind: str, query: Query, accept: str) -> Answer:
        """Many children in one answer: page counts from 0, sorted by title, published records only."""
        kind = self._records[parent].kind
        numbers = (query.get("page", "0"), query.get("size", "10"))
        if _CHILDREN.get("" if kind == "root" else kind, ("",))[0] != child_kind:
            return refusal(404, "There is no such kind of child.")
        if not all(number.isdecimal() for number in numbers) or numbers[1] == "0":
            return refusal(400, "page and size are whole numbers.")
        return self._in_asked_syntax(parent, (int(numbers[0]), int(numbers[1])), query, accept)

    def _window(self, parent: str, page: int, size: int) -> list[FdpRecord]:
        children = [self._records[path] for path in self._records[parent].children if path in self._records]
        children.sort(key=lambda record: (str(record.graph.value(record.iri, RDFS.label)), record.iri))
        return children[page * size : (page + 1) * size]

    def _links(self, parent: str, page: int, size: int) -> str:
        total = len([path for path in self._records[parent].children if path in self._records])
        last = max(0, (total - 1) // size)
        record = self._records[parent]
        child_kind = _CHILDREN["" if record.kind == "root" else record.kind][0]
        targets = {"first": 0, "prev": page - 1, "next": page + 1, "last": last}
        return ", ".join(
            f'<{record.iri}/page/{child_kind}?page={target}&size={size}>; rel="{relation}"'
            for relation, target in targets.items()
            if 0 <= target <= last
        )

    def _profile(self, path: str) -> Answer:
        graph = Graph()
        graph.add((self._iri(path), RDFS.label, Literal("Profile of this server", lang="en")))
        return Answer(serialise({None: graph}, "turtle"), MEDIA_TYPES["turtle"], modified=CATALOGUE_ISSUED)

    def _broken_document(self, path: str) -> Answer:
        """Turtle whose title has no closing quotation mark."""
        text = (
            f"@prefix dcat: <{DCAT}> .\n@prefix dct: <{DCTERMS}> .\n\n"
            f'<{self._iri(path)}> a dcat:Dataset ;\n  dct:title "Archive of laryngeal tumours ;\n'
            '  dct:description "Slides and CT, 1996-2010."@en .\n'
        )
        return Answer(text.encode(), MEDIA_TYPES["turtle"], modified=CATALOGUE_ISSUED)
