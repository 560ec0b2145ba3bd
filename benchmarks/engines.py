"""Validation engines on the same generated records: speed on one core and on all, and memory."""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyshacl
import rdflib
from rdflib import RDF, SH

from benchmarks.generated import Pages
from benchmarks.spent import peak_memory
from benchmarks.stages import normalised
from catalogue.adapters.profiles import load_profiles
from catalogue.adapters.rdflib_graphs import ntriples_term
from catalogue.adapters.shapes_fast import FastEngine
from catalogue.adapters.shapes_pyshacl import PySHACLEngine
from catalogue.adapters.vocabularies import load_vocabularies
from catalogue.model.validation import ShapesProfile, ValidationResult
from catalogue.pipeline.validate import concept_triples, validate, variant_of
from catalogue.rdf.graphs import Graph, to_ntriples

Facts = list[tuple[str, ...]]
_TERMS = (SH.focusNode, SH.sourceConstraintComponent, SH.value, SH.sourceShape, SH.resultSeverity)
_SLOWER = 10


def beside_pyshacl(profile: str, records: int, tries: int = 3) -> dict[str, Any]:
    """Seconds of processor time a record: `pyshacl.validate` with the shapes graph read once, our form of pySHACL, the
    fast engine. All three judge the same records, in turn, and have to find the same."""
    rules, vocabularies = load_profiles()[profile], load_vocabularies()
    graphs = [r.graph | concept_triples(r.graph, rules, vocabularies) for r in normalised(Pages(records))]
    variants = [variant_of(graph, rules) for graph in graphs]
    few = max(1, records // _SLOWER)
    fast, ours = FastEngine(), PySHACLEngine()
    judged = list(zip(graphs, variants, strict=True))
    shapes = _shapes_graphs(rules)
    documents = [(_parsed(graph), variant) for graph, variant in judged[:few]]
    work: dict[str, tuple[int, Callable[[], list[Any]]]] = {
        "fast": (records, lambda: [fast.validate(g, rules, v) for g, v in judged]),
        "ours": (few, lambda: [ours.validate(g, rules, v) for g, v in judged[:few]]),
        "pyshacl": (few, lambda: [_by_pyshacl(data, shapes[v]) for data, v in documents]),
    }
    found = {name: job() for name, (_, job) in work.items()}
    if found["fast"][:few] != found["ours"]:
        raise AssertionError("the fast engine and pySHACL differ")
    if [_facts(results) for results in found["ours"]] != [_reported(report) for report in found["pyshacl"]]:
        raise AssertionError("pySHACL in our form and as it is differ")
    spent: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(tries):
        for name, (count, job) in work.items():
            spent[name].append(_seconds(job) / count)
    return {
        "profile": profile,
        "records": records,
        "compared": few,
        "triples": round(sum(map(len, graphs)) / records),
        "results": round(sum(map(len, found["fast"])) / records, 1),
        "by_fast": fast.judged["fast"] / sum(fast.judged.values()),
        **{name: statistics.median(times) for name, times in spent.items()},
    }


def on_threads(records: int, profile: str = "healthdcat-ap-r8", tries: int = 3) -> dict[str, Any]:
    """Seconds on the clock for the stage (concepts, engine, literals) on one thread and on one for each core."""
    rules, vocabularies, engine = load_profiles()[profile], load_vocabularies(), FastEngine()
    given = normalised(Pages(records))

    def judge(number: int) -> object:
        record = given[number]
        return validate(record.graph, rules, engine, vocabularies, subject=record.subject)

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    found: dict[str, Any] = {"profile": profile, "records": records, "cores": cores, "seconds": {}}
    judge(0)
    for threads in sorted({1, cores}):
        clock = []
        for _ in range(tries):
            with ThreadPoolExecutor(threads) as pool:
                began = time.perf_counter()
                list(pool.map(judge, range(records)))
                clock.append(time.perf_counter() - began)
        found["seconds"][str(threads)] = statistics.median(clock)
    return found


def memory(records: int, profile: str = "eucaim-2.0") -> dict[str, Any]:
    """Peak memory in bytes after a tenth of the records and after all, each judged and let go."""
    rules, vocabularies, engine = load_profiles()[profile], load_vocabularies(), FastEngine()
    given = normalised(Pages(200))
    gc.collect()
    peaks = []
    began = time.perf_counter()
    for count in (records // _SLOWER, records - records // _SLOWER):
        for number in range(count):
            record = given[number % len(given)]
            validate(record.graph, rules, engine, vocabularies, subject=record.subject)
        peaks.append(peak_memory())
    seconds = time.perf_counter() - began
    return {"profile": profile, "records": records, "tenth": peaks[0], "all": peaks[1], "seconds": seconds}


def _seconds(job: Callable[[], object]) -> float:
    gc.collect()
    began = time.process_time()
    job()
    return time.process_time() - began


def _shapes_graphs(rules: ShapesProfile) -> dict[str | None, rdflib.Graph]:
    texts: dict[str | None, str] = {None: rules.shapes_turtle, **dict(rules.variants)}
    return {variant: rdflib.Graph().parse(data=text, format="turtle") for variant, text in texts.items()}


def _parsed(graph: Graph) -> rdflib.Graph:
    return rdflib.Graph().parse(data=to_ntriples(graph), format="nt")


def _by_pyshacl(data: rdflib.Graph, shapes: rdflib.Graph) -> rdflib.Graph:
    _conforms, report, _text = pyshacl.validate(data, shacl_graph=shapes)
    assert isinstance(report, rdflib.Graph)
    return report


def _reported(report: rdflib.Graph) -> Facts:
    (root,) = report.subjects(RDF.type, SH.ValidationReport)
    return sorted(tuple(_told(report, r)) for r in report.objects(root, SH.result))


def _told(report: rdflib.Graph, result: rdflib.term.Node) -> Iterator[str]:
    for term in _TERMS:
        value = report.value(result, term)
        yield "" if value is None else _unlabelled(ntriples_term(value))


def _facts(results: Iterable[ValidationResult]) -> Facts:
    return sorted(
        (
            _unlabelled(r.focus_node),
            f"<{r.component}>",
            _unlabelled(r.value or ""),
            f"<{r.source_shape}>",
            f"<{SH[r.severity.value]}>",
        )
        for r in results
    )


def _unlabelled(term: str) -> str:
    return "_:" if term.startswith("_:") else term
