"""What is published is a version with its report: projections learn of a new verdict, and leave nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from ledger_kit import StillClock, batch, begin, finding, report, rule, source, version
from projection_kit import Store, assert_like_a_rebuild, graph

from catalogue.adapters.ledger import SqlLedger, open_ledger
from catalogue.adapters.tantivy_index import TantivyIndex
from catalogue.model.harvest import Batch
from catalogue.model.records import ChangeKind
from catalogue.model.search import SearchQuery
from catalogue.model.vocabularies import Vocabularies
from catalogue.projections.follow import follow
from catalogue.projections.search import SearchProjection


@pytest.fixture
def ledger(tmp_path: Path):  # type: ignore[no-untyped-def]
    opened = open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}", StillClock())
    yield opened
    opened.close()


@pytest.fixture
def search(tmp_path: Path):  # type: ignore[no-untyped-def]
    index = TantivyIndex(tmp_path / "search", writer=True)
    yield index
    index.close()


def test_a_new_verdict_names_both_reports(ledger: SqlLedger) -> None:
    token = begin(ledger, "a")
    given = version("a", 1)
    ledger.commit(token, batch(given), rule)
    ledger.commit(token, Batch(reports=((given.record.record_id, report(finding())),)), rule)
    first, second = ledger.changes(0, 10)
    assert second.kind is ChangeKind.VERDICT
    assert (second.before, second.before_report) == (first.after, first.after_report)
    assert second.before_state != second.after_state
    states = ledger.published_states([s for s in (second.before_state, second.after_state) if s])
    verdicts = [states[s].report.verdict.value for s in (second.before_state, second.after_state) if s]
    assert verdicts == ["conformant", "non-conformant"]


def test_a_new_verdict_reaches_search_and_quality(ledger: SqlLedger, search: TantivyIndex) -> None:
    store, index = Store(), SearchProjection(search, ledger, Vocabularies({}))
    token = begin(ledger, "a")
    given = version("a", 1)
    ledger.commit(token, batch(given), rule)
    for projection in (graph(store), index):
        follow(ledger, projection)
    ledger.commit(token, Batch(reports=((given.record.record_id, report(finding())),)), rule)
    for projection in (graph(store), index):
        assert follow(ledger, projection) == 2
    assert [v.value for v in search.search(SearchQuery()).facets["verdict"]] == ["non-conformant"]
    assert_like_a_rebuild(ledger, store)


@pytest.mark.parametrize("seen", [True, False], ids=["projected", "not-projected"])
def test_content_after_a_verdict_leaves_no_stale_quality(ledger: SqlLedger, seen: bool) -> None:
    store = Store()
    token = begin(ledger, "a")
    given = version("a", 1)
    ledger.commit(token, batch(given), rule)
    follow(ledger, graph(store))
    ledger.commit(token, Batch(reports=((given.record.record_id, report(finding())),)), rule)
    if seen:
        follow(ledger, graph(store))
    ledger.commit(token, batch(version("a", 1, "Another title")), rule)
    follow(ledger, graph(store))
    assert_like_a_rebuild(ledger, store)


def test_take_over_leaves_nothing_of_the_other_record(ledger: SqlLedger) -> None:
    store = Store()
    for slug, priority in (("a", 0), ("b", 5)):
        ledger.add_source(source(slug, priority=priority), by="test")
        token = begin(ledger, slug)
        ledger.commit(token, batch(version(slug, 1)), rule)
        follow(ledger, graph(store))
    ledger.remove_source("b", rule, by="test")
    follow(ledger, graph(store))
    assert_like_a_rebuild(ledger, store)
    assert len(ledger.published(None, 10)) == 1
