"""Triples outside their own page's records are known to have found a home on another page."""

from __future__ import annotations

from pathlib import Path

from catalogue.pipeline.split import PageFacts, split
from catalogue.pipeline.spool import Spool
from catalogue.rdf.parse import parse_document

DATASETS = b"""
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<https://d.example/1> a dcat:Dataset ; dct:title "One" ; dcat:distribution <https://d.example/1/file> .
"""
PARTS = b"""
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<https://d.example/1/file> a dcat:Distribution ; dct:title "File" .
<https://d.example/other> dct:title "Nobody asked" .
"""


def test_what_a_record_takes_from_another_page_is_not_outside(tmp_path: Path) -> None:
    with Spool(tmp_path) as spool:
        outside = 0
        for number, body in enumerate((DATASETS, PARTS)):
            graph = parse_document(body, f"https://d.example/page/{number}").graph
            page = split(graph, PageFacts(f"https://d.example/page/{number}", ""))
            spool.add(f"https://d.example/page/{number}", graph, page.outside.triples)
            outside += page.outside.count
            for waiting in page.deferred:
                spool.defer(waiting)
        assert outside == 3
        assert spool.taken() == 0
        (record,) = [spool.completed(waiting) for waiting in spool.deferred()]
        assert len(record.graph) == 5
        assert spool.taken() == 2
        assert spool.is_taken("https://d.example/1/file")
        assert not spool.is_taken("https://d.example/other")
