"""The variables of a dataset: csvw:TableGroup, Table and Column, the columns plainly repeated."""

from __future__ import annotations

from functools import cache

from rdflib import Graph, Literal, URIRef

from deploy.demo.authoring import Dataset, read_toml
from deploy.demo.parts import Namer, add_typed
from deploy.demo.terms import CSVW, DCTERMS, HEALTHDCATAP, XSD


@cache
def _dictionary() -> dict[str, list[str]]:
    return read_toml("variables.toml")


def add_variables(graph: Graph, dataset: Dataset, iri: URIRef, name: Namer) -> None:
    """hasStructuredData, and the dictionary of columns where it is true."""
    structured = Literal(bool(dataset.variables), datatype=XSD.boolean)
    graph.add((iri, HEALTHDCATAP.hasStructuredData, structured))
    if not dataset.variables:
        return
    group, table = name("variables"), name("table")
    add_typed(graph, iri, HEALTHDCATAP.hasVariables, CSVW.TableGroup, [group])
    graph.add((group, DCTERMS.title, Literal("Variables", lang="en")))
    add_typed(graph, group, CSVW.table, CSVW.Table, [table])
    graph.add((table, DCTERMS.title, Literal("Clinical variables, one row for each person", lang="en")))
    for key in dataset.variables:
        datatype, title, description = _dictionary()[key]
        column = name(f"column-{key}")
        add_typed(graph, table, CSVW.column, CSVW.Column, [column])
        graph.add((column, CSVW.name, Literal(key.replace("-", "_"))))
        graph.add((column, CSVW.title, Literal(title, lang="en")))
        graph.add((column, CSVW.datatype, Literal(datatype)))
        graph.add((column, DCTERMS.description, Literal(description, lang="en")))
