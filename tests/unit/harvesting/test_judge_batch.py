"""A batch is judged on several threads: same outcomes, same order, and a failure stays with its record."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextvars import ContextVar

import pytest

from catalogue.bootstrap import SystemClock
from catalogue.errors import EngineFailed
from catalogue.harvesting.judge import Decision, Judge
from catalogue.model.harvest import HarvestSource
from catalogue.model.records import NormalisedRecord, RawRecord
from catalogue.model.validation import ShapesProfile, ValidationResult
from catalogue.model.vocabularies import Vocabularies
from catalogue.pipeline.normalise import normalise
from catalogue.rdf.graphs import Graph
from catalogue.rdf.namespaces import DCAT, DCT, RDF
from catalogue.rdf.terms import Literal, NamedNode, Triple

PROFILES: Mapping[str, ShapesProfile] = {"test": ShapesProfile("test", "1", "Test", "", "", "hash")}
FACT: ContextVar[str] = ContextVar("fact", default="")


class Engine:
    """Says who judged, waits for company if asked to, and fails on records titled "fail"."""

    name = "engine"
    version = "1"

    def __init__(self, company: int = 1, pause: float = 0) -> None:
        self._pause = pause
        self.threads: list[str] = []
        self.facts: set[str] = set()
        self._meeting = threading.Barrier(company, timeout=10)

    def validate(
        self, graph: Graph, profile: ShapesProfile, variant: str | None = None
    ) -> tuple[ValidationResult, ...]:
        self.threads.append(threading.current_thread().name)
        self.facts.add(FACT.get())
        self._meeting.wait()
        time.sleep(self._pause)
        if any(t.object == Literal("fail") for t in graph):
            raise EngineFailed("no")
        return ()


def record(number: int, title: str = "Title") -> NormalisedRecord:
    subject = NamedNode(f"https://example.org/{number}")
    graph = Graph([Triple(subject, RDF.type, DCAT.Dataset), Triple(subject, DCT.title, Literal(title))])
    raw = RawRecord(str(subject), DCAT.Dataset.value, graph, "https://example.org/", "")
    return normalise(raw, HarvestSource("source", "https://example.org/", "dcat_rdf"))


def judge(engine: Engine, threads: int) -> Judge:
    nothing = Vocabularies({})
    return Judge(
        "test", PROFILES, engine, nothing, SystemClock(), lambda _graph, _subject: "test", threads=threads
    )


def subjects(decisions: Iterator[object]) -> list[str | None]:
    return [decided()[0].subject for decided in decisions]  # type: ignore[operator]


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_decisions_come_in_the_order_of_the_records(threads: int) -> None:
    records = [record(number) for number in range(30)]
    found = subjects(judge(Engine(), threads).begin([(one, None) for one in records]))
    assert found == [one.subject for one in records]


def test_records_are_judged_at_the_same_time() -> None:
    engine = Engine(company=2)
    for decided in judge(engine, 2).begin([(record(number), None) for number in range(8)]):
        decided()
    assert len(set(engine.threads)) == 2


def test_one_thread_judges_a_record_when_it_is_asked_for() -> None:
    engine = Engine()
    begun = judge(engine, 1).begin([(record(number), None) for number in range(8)])
    next(begun)()
    assert engine.threads == [threading.current_thread().name]


@pytest.mark.parametrize("threads", [1, 2])
def test_a_failure_stays_with_its_record(threads: int) -> None:
    batch = [(record(0), None), (record(1, "fail"), None), (record(2), None)]
    outcomes: list[str] = []
    for decided in judge(Engine(), threads).begin(batch):
        try:
            outcomes.append(decided()[0].kind.value)
        except EngineFailed:
            outcomes.append("failed")
    assert outcomes == ["created", "failed", "created"]


def test_log_facts_of_the_run_reach_the_threads() -> None:
    token = FACT.set("run 7")
    try:
        engine = Engine()
        for decided in judge(engine, 2).begin([(record(number), None) for number in range(4)]):
            decided()
    finally:
        FACT.reset(token)
    assert engine.facts == {"run 7"}


def test_records_that_nobody_asks_for_any_more_are_left() -> None:
    engine = Engine(pause=0.01)
    begun = judge(engine, 2).begin([(record(number), None) for number in range(200)])
    first: Decision = next(begun)()
    begun.close()  # type: ignore[attr-defined]
    assert first[0].subject == "https://example.org/0"
    assert len(engine.threads) < 100
    assert not any(thread.name.startswith("judge") for thread in threading.enumerate())
