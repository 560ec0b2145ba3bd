"""Which graphs a query names in FROM and FROM NAMED.

The engine, told to take the union of all graphs as the default one, does not look at them; it heeds the protocol's
parameters. So what the query says is sent as these.
"""

from __future__ import annotations

from rdflib import URIRef
from rdflib.plugins.sparql.algebra import translatePrologue

from catalogue.discovery.sparql_judge import Reading
from catalogue.errors import InvalidQuery
from catalogue.model.query_dataset import QueryDataset
from catalogue.rdf.iris import is_valid_iri

MAX_GRAPHS = 50
"""More would not fit into the address that they are sent in."""
MAX_LENGTH = 6_000


def dataset_of(reading: Reading, asked: QueryDataset | None = None) -> QueryDataset | None:
    """The query's dataset, or the one `asked` for beside it, which comes first (SPARQL 1.1 Protocol, 2.1.4); None when
    neither names a graph. InvalidQuery for what is no IRI, a relative one, or too many."""
    found = asked or _named_in(reading)
    graphs = (*found.default, *found.named)
    for iri in graphs:
        if not is_valid_iri(iri):
            raise InvalidQuery(
                f"{iri[:200]!r} names no graph: it is no absolute IRI.",
                advice="Write the graph's whole IRI, as `SELECT DISTINCT ?g { GRAPH ?g {} }` lists them.",
                parameter="query",
            )
    if len(graphs) > MAX_GRAPHS or sum(map(len, graphs)) > MAX_LENGTH:
        raise InvalidQuery(
            f"The query chooses {len(graphs)} graphs, which is too many.",
            advice=f"Name at most {MAX_GRAPHS}, or write GRAPH ?g with VALUES ?g.",
            parameter="query",
        )
    return found or None


def _named_in(reading: Reading) -> QueryDataset:
    clauses = reading.tree[1].datasetClause or ()
    default: list[str] = []
    named: list[str] = []
    try:
        prologue = translatePrologue(reading.tree[0], None)
        for clause in clauses:
            graph = clause.default if clause.default is not None else clause.named
            iri = prologue.absolutize(graph)
            (default if clause.default is not None else named).append(URIRef(str(iri)))
    except Exception as error:
        # The parser's translation raises what it likes; what we have not understood is not asked.
        raise InvalidQuery(
            "A graph after FROM cannot be read.",
            advice="Declare its prefix, or write the whole IRI.",
            parameter="query",
        ) from error
    return QueryDataset(tuple(default), tuple(named))
