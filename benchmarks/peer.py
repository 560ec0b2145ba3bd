"""What one would write in an afternoon instead: rdflib reads a page, each record is dropped and inserted.

It keeps no ledger, no versions and no search index, and knows no record that is unchanged: it does less, and is
measured against the same provider, into a server of the same engine, in the same run.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import rdflib
import requests
from rdflib import BNode, URIRef
from rdflib.namespace import DCAT, RDF

from benchmarks.generated import Pages
from benchmarks.served import serving
from benchmarks.spent import processor_seconds, spend
from catalogue.adapters.oxigraph_child import OxigraphChild

NEXT = URIRef("http://www.w3.org/ns/hydra/core#next")
GRAPHS = "https://catalogue.example.org/graphs/"


def peer(records: int) -> dict[str, Any]:
    """Seconds for so many records, and for their parsing alone."""
    pages = Pages(records)
    texts = ["".join(pages.turtle(n, "http://localhost/")) for n in range(1, pages.count + 1)]
    parsing = spend(lambda: [rdflib.Graph().parse(data=text, format="turtle") for text in texts])
    with (
        tempfile.TemporaryDirectory(prefix="pharos-bench-") as folder,
        serving(pages) as url,
        OxigraphChild(Path(folder) / "graph", timeout=60) as child,
    ):
        stored: list[str] = []
        spent = spend(lambda: stored.extend(_harvest(url, f"{child.address}/update")))
        if len(stored) != records:
            raise AssertionError(f"{records} records were to be stored, not {len(stored)}")
        child_cpu = processor_seconds(child.pid)
    return {
        "records": records,
        "wall": spent.wall,
        "cpu": spent.cpu,
        "child_cpu": child_cpu,
        "parse_cpu": parsing.cpu,
    }


def _harvest(first: str, update: str) -> Iterator[str]:
    session = requests.Session()
    url: str | None = first
    while url:
        graph = rdflib.Graph().parse(data=session.get(url, timeout=60).text, format="turtle")
        for subject in graph.subjects(RDF.type, DCAT.Dataset):
            name = GRAPHS + str(subject).rpartition("/")[2]
            text = _described(graph, subject).serialize(format="nt")
            operation = f"DROP SILENT GRAPH <{name}> ; INSERT DATA {{ GRAPH <{name}> {{ {text} }} }}"
            headers = {"Content-Type": "application/sparql-update"}
            session.post(update, operation.encode(), headers=headers, timeout=60).raise_for_status()
            yield name
        following = next(graph.objects(None, NEXT), None)
        url = str(following) if following else None


def _described(graph: rdflib.Graph, subject: rdflib.term.Node) -> rdflib.Graph:
    """What the subject reaches through blank nodes and described IRIs."""
    found, waiting, seen = rdflib.Graph(), [subject], {subject}
    while waiting:
        for triple in graph.triples((waiting.pop(), None, None)):
            found.add(triple)
            value = triple[2]
            if isinstance(value, BNode | URIRef) and value not in seen and triple[1] != RDF.type:
                seen.add(value)
                waiting.append(value)
    return found
