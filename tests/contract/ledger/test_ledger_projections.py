"""Whatever is published in whatever order, and whenever projections look: in the end they hold what a rebuild would."""

from __future__ import annotations

import dataclasses
import hashlib
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from ledger_kit import StillClock, begin, finding, report, source, version
from ledger_kit import rule as publication_rule
from projection_kit import Store, assert_like_a_rebuild, graph

from catalogue.adapters.ledger import open_ledger
from catalogue.adapters.tantivy_index import TantivyIndex
from catalogue.model.harvest import Batch, RunState
from catalogue.model.records import NewVersion
from catalogue.model.search import SearchDocument
from catalogue.model.validation import Severity, ValidationReport
from catalogue.model.vocabularies import Vocabularies
from catalogue.projections.follow import follow, rebuild_projection
from catalogue.projections.search import SearchProjection
from catalogue.rdf.graphs import Graph
from catalogue.rdf.labels import label_by_content
from catalogue.rdf.namespaces import DCT, XSD
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Triple

SLUGS = st.sampled_from("ab")
NAMES = st.integers(1, 2)
REPORTS = st.sampled_from(
    [report(), report(finding()), report(finding("Other words.")), report(finding("W", Severity.WARNING))]
)
# The store takes the first two for one value.
SIZES = [Literal(text, datatype=XSD.decimal) for text in ("1.50", "1.5", "2.0")]
FACTS = st.lists(
    st.sampled_from(
        [
            *((DCT.extent, size) for size in SIZES),
            *((DCT.relation, NamedNode(f"https://p.example/{n}")) for n in range(3)),
            (DCT.publisher, BlankNode("p")),
        ]
    ),
    max_size=4,
    unique=True,
)


class Collected:
    """A search index that only takes what a rebuild gives it."""

    def __init__(self) -> None:
        self.documents: list[SearchDocument] = []
        self.at = 0

    def position(self) -> int:
        return self.at

    def rebuild(
        self, documents: Iterable[SearchDocument], position: int, settle: Callable[[Any], None]
    ) -> None:
        self.documents, self.at = list(documents), position
        settle(self)


def described(slug: str, name: int, facts: list[tuple[Any, Any]], judged: ValidationReport) -> NewVersion:
    new = version(slug, name, judged=judged)
    subject = NamedNode(new.record.subject)
    more = [Triple(subject, predicate, value) for predicate, value in facts]
    if (DCT.publisher, BlankNode("p")) in facts:
        more.append(Triple(BlankNode("p"), DCT.title, Literal(f"Publisher as {slug} has it")))
    text = label_by_content(Graph([*new.record.graph, *more]))
    digest = hashlib.sha256("".join(sorted(map(str, text))).encode()).hexdigest()
    record = dataclasses.replace(
        new.record, received=text, graph=text, received_hash=digest, normalised_hash=digest
    )
    return dataclasses.replace(new, record=record)


class FollowedLedger(RuleBasedStateMachine):
    """Two sources that describe the same two datasets; graph and search look when they like."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.clock = StillClock()
        self.ledger = open_ledger(f"sqlite:///{Path(self.folder.name) / 'ledger.sqlite'}", self.clock)
        for slug in "ab":
            self.ledger.add_source(source(slug), by="m")
        self.store = Store()
        self.index = TantivyIndex(Path(self.folder.name) / "search", writer=True)
        self.graph = graph(self.store)
        self.search = SearchProjection(self.index, self.ledger, Vocabularies({}))
        self.known: set[tuple[str, int]] = set()

    def _write(self, slug: str, batch: Batch) -> None:
        self.clock.pass_by(seconds=1)
        token = begin(self.ledger, slug)
        self.ledger.commit(token, batch, publication_rule)
        self.ledger.finish(token, RunState.COMPLETED)

    @rule(slug=SLUGS, name=NAMES, facts=FACTS, judged=REPORTS)
    def content(self, slug: str, name: int, facts: list[tuple[Any, Any]], judged: ValidationReport) -> None:
        self._write(slug, Batch(versions=(described(slug, name, facts, judged),)))
        self.known.add((slug, name))

    @rule(slug=SLUGS, name=NAMES, judged=REPORTS)
    def verdict(self, slug: str, name: int, judged: ValidationReport) -> None:
        if (slug, name) in self.known:
            self._write(slug, Batch(reports=((version(slug, name).record.record_id, judged),)))

    @rule(slug=SLUGS, name=NAMES)
    def withdrawal(self, slug: str, name: int) -> None:
        if (slug, name) in self.known:
            self._write(slug, Batch(withdrawn=(version(slug, name).record.record_id,)))

    @rule(slug=SLUGS, name=NAMES)
    def return_unchanged(self, slug: str, name: int) -> None:
        if (slug, name) in self.known:
            self._write(slug, Batch(seen=(version(slug, name).record.record_id,)))

    @rule(slug=SLUGS, priority=st.integers(0, 2))
    def take_over(self, slug: str, priority: int) -> None:
        self.ledger.add_source(source(slug, priority=priority), by="m")
        self.ledger.republish(slug, publication_rule)

    @rule(size=st.integers(1, 5))
    def graph_looks(self, size: int) -> None:
        follow(self.ledger, self.graph, batch=size)

    @rule(size=st.integers(1, 5))
    def search_looks(self, size: int) -> None:
        follow(self.ledger, self.search, batch=size)

    @rule()
    def graph_is_made_anew(self) -> None:
        rebuild_projection(self.ledger, self.graph)

    def teardown(self) -> None:
        if not hasattr(self, "ledger"):
            return
        try:
            follow(self.ledger, self.graph)
            follow(self.ledger, self.search)
            assert_like_a_rebuild(self.ledger, self.store)
            fresh = Collected()
            rebuild_projection(self.ledger, SearchProjection(fresh, self.ledger, Vocabularies({})))  # type: ignore[arg-type]
            held = self.index.documents(list(self.index.ids()))
            assert sorted(held, key=lambda d: d.dataset_id) == fresh.documents
        finally:
            self.index.close()
            self.ledger.close()
            self.folder.cleanup()


TestFollowedLedger = FollowedLedger.TestCase
TestFollowedLedger.settings = settings(
    max_examples=30, stateful_step_count=20, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
