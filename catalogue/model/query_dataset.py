"""The graphs that a SPARQL query chooses to be asked about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QueryDataset:
    """RDF dataset of a query (https://www.w3.org/TR/sparql11-query/#rdfDataset), as IRIs of graphs.

    `default`: their merge is the default graph; empty: it holds nothing. `named`: what GRAPH may match.
    """

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.default or self.named)
