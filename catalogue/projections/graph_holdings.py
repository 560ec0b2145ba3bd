"""What a graph store holds of datasets, whatever the ledger says: for comparing and mending."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph
from pyoxigraph import QueryResultsFormat, QuerySolutions

from catalogue.errors import StoreUnavailable
from catalogue.model.records import StoredVersion
from catalogue.ports import GraphWriter
from catalogue.projections.record_graphs import (
    catalogue_iri,
    curation_graph,
    dataset_graph,
    quality_graph,
    quality_node,
    record_iri,
)
from catalogue.rdf.namespaces import FOAF, PHAROS
from catalogue.rdf.terms import NamedNode, Quad, Term

RESULTS = "application/sparql-results+json"
TIMEOUT = 300.0
MAX_BYTES = 1024 * 1024 * 1024

Row = dict[str, Term]


class GraphHoldings:
    """Reads the store by SPARQL. `base` without a trailing slash."""

    def __init__(self, store: GraphWriter, base: str) -> None:
        self._store = store
        self._catalogue = catalogue_iri(base)
        self._quality = quality_graph(base)
        self._base = base
        self._prefixes = (dataset_graph(base, "").value, curation_graph(base, "").value)

    def ids(self) -> Iterator[str]:
        """Every dataset that has a graph, a curation or an entry in the catalogue; once more for each entry beyond the
        first."""
        named = self._ask("?g", "GRAPH ?g {} FILTER EXISTS { GRAPH ?g { ?s ?p ?o } }")
        graphs = {found for row in named if (found := self._dataset_of(row["g"]))}
        entries = self._ask("?r ?g", f"GRAPH {self._catalogue} {{ ?r {PHAROS.graph} ?g }}")
        listed = Counter(found for row in entries if (found := self._dataset_of(row["g"])))
        yield from graphs
        for dataset_id, count in listed.items():
            yield from [dataset_id] * (count - 1 if dataset_id in graphs else count)

    def quads(self, wanted: Mapping[str, StoredVersion | None]) -> dict[str, list[Quad]]:
        """Dataset → everything about it: its graph, its entries in the catalogue, what was found by validation.

        The versions that should be there say where to look, besides what the store itself names.
        """
        owners: dict[Term, str] = {dataset_graph(self._base, dataset_id): dataset_id for dataset_id in wanted}
        records, subjects = self._named(wanted, owners)
        owners.update((curation_graph(self._base, dataset_id), dataset_id) for dataset_id in wanted)
        nodes = {quality_node(record): dataset_id for record, dataset_id in records.items()}
        catalogue, quality = self._catalogue, self._quality
        parts = [
            f"VALUES ?g {{ {_list(owners)} }} GRAPH ?g {{ ?s ?p ?o }}",
            f"VALUES ?s {{ {_list(records)} }} GRAPH {catalogue} {{ ?s ?p ?o }} BIND({catalogue} AS ?g)",
            f"VALUES ?o {{ {_list((*records, *subjects))} }} GRAPH {catalogue} {{ {catalogue} ?p ?o }} "
            f"BIND({catalogue} AS ?s) BIND({catalogue} AS ?g)",
            f"VALUES ?s {{ {_list((*nodes, *subjects))} }} GRAPH {quality} {{ ?s ?p ?o }} BIND({quality} AS ?g)",
        ]
        pattern = " UNION ".join(f"{{ {part} }}" for part in parts)
        found: dict[str, list[Quad]] = {dataset_id: [] for dataset_id in wanted}
        by_node: dict[Term, str] = {
            node: dataset_id for known in (records, subjects, nodes) for node, dataset_id in known.items()
        }
        for row in self._ask("?g ?s ?p ?o", pattern):
            graph, subject, value = row["g"], row["s"], row["o"]
            owner = owners.get(graph) or by_node.get(subject) or by_node.get(value)
            if owner is not None:
                found[owner].append(Quad(subject, row["p"], value, graph))  # type: ignore[arg-type]
        return found

    def _named(
        self, wanted: Mapping[str, StoredVersion | None], graphs: Mapping[Term, str]
    ) -> tuple[dict[NamedNode, str], dict[NamedNode, str]]:
        """Records and subjects of the datasets, as the ledger and as the store name them."""
        records: dict[NamedNode, str] = {}
        subjects: dict[NamedNode, str] = {}
        entry = f"?r {PHAROS.graph} ?g OPTIONAL {{ ?r {FOAF.primaryTopic} ?s }}"
        pattern = f"VALUES ?g {{ {_list(graphs)} }} GRAPH {self._catalogue} {{ {entry} }}"
        for row in self._ask("?r ?s ?g", pattern):
            dataset_id = graphs[row["g"]]
            for node, known in ((row["r"], records), (row.get("s"), subjects)):
                if isinstance(node, NamedNode):
                    known[node] = dataset_id
        for dataset_id, version in wanted.items():
            if version is not None:
                records[record_iri(self._base, version.record_id)] = dataset_id
                subjects[NamedNode(version.subject)] = dataset_id
        return records, subjects

    def _dataset_of(self, graph: Term) -> str | None:
        value = graph.value
        return next((value[len(p) :] for p in self._prefixes if value.startswith(p)), None)

    def _ask(self, variables: str, pattern: str) -> Iterator[Row]:
        text = f"SELECT DISTINCT {variables} WHERE {{ {pattern} }}"
        body = self._store.query(text, RESULTS, timeout=TIMEOUT, max_bytes=MAX_BYTES)
        names = [name.lstrip("?") for name in variables.split()]
        try:
            results = pyoxigraph.parse_query_results(body, format=QueryResultsFormat.JSON)
            assert isinstance(results, QuerySolutions)
            for row in results:
                yield {name: value for name in names if (value := row[name]) is not None}
        except (SyntaxError, ValueError) as error:
            raise StoreUnavailable("The graph store's answer about its datasets is damaged.") from error


def _list(nodes: Iterable[Term]) -> str:
    return " ".join(map(str, nodes))
