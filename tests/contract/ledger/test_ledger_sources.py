"""Sources and the catalogue's own facts: names are never reused, removal is soft, the base is recorded once."""

from __future__ import annotations

import dataclasses

import pytest
from ledger_kit import StillClock, batch, begin, rule, source, version

from catalogue.adapters.ledger import SqlLedger
from catalogue.errors import ConfigurationError, Conflict, InvalidQuery, LeaseLost, NotFound
from catalogue.model.harvest import Batch, PublicationPolicy, RunRequest, RunState


def test_a_source_comes_back_as_it_was_added(ledger: SqlLedger, clock: StillClock) -> None:
    given = source(
        "clinic",
        title="Clínica",
        country="ES",
        profile="eucaim-2.0",
        options={"paging": "hydra", "depth": 3},
        credentials={"scheme": "bearer", "secret": "env:TOKEN"},
        policy=PublicationPolicy.CONFORMANT,
        priority=7,
        switched_off=("dates", "iris"),
    )
    ledger.add_source(given, by="ada")
    assert ledger.source("clinic") == dataclasses.replace(given, added_at=clock.now())


def test_a_name_is_never_used_for_another_url(ledger: SqlLedger) -> None:
    ledger.add_source(source("a"), by="ada")
    ledger.remove_source("a", rule, by="ada")
    with pytest.raises(Conflict, match=r"belongs to https://a\.example/catalog"):
        ledger.add_source(source("a", url="https://other.example/"), by="ada")


def test_adding_a_live_source_again_replaces_its_settings(ledger: SqlLedger, clock: StillClock) -> None:
    first = ledger.add_source(source("a", title="Old", priority=1), by="ada")
    clock.pass_by(days=1)
    again = ledger.add_source(source("a", title="New"), by="ada")
    assert (again.title, again.priority, again.added_at) == ("New", 0, first.added_at)


def test_a_removed_source_is_kept_and_comes_back_when_added_again(
    ledger: SqlLedger, clock: StillClock
) -> None:
    ledger.add_source(source("a"), by="ada")
    ledger.remove_source("a", rule, by="ada")
    assert ledger.sources() == []
    assert [s.removed_at for s in ledger.sources(include_removed=True)] == [clock.now()]
    ledger.add_source(source("a"), by="ada")
    assert [s.removed_at for s in ledger.sources()] == [None]


@pytest.mark.parametrize("slug", ["", "A", "-a", "a-", "a b", "a/b", "x" * 65, "ä"])
def test_a_name_that_would_not_survive_a_url_is_refused(ledger: SqlLedger, slug: str) -> None:
    with pytest.raises(InvalidQuery, match="cannot name a source"):
        ledger.add_source(source(slug), by="ada")


@pytest.mark.parametrize("method", ["source", "source_description", "records_of_source"])
def test_an_unknown_source_is_not_found(ledger: SqlLedger, method: str) -> None:
    with pytest.raises(NotFound, match="no source nowhere"):
        getattr(ledger, method)("nowhere")


def test_a_removed_source_ends_its_run_and_takes_no_new_one(ledger: SqlLedger) -> None:
    token = begin(ledger, "a")
    ledger.remove_source("a", rule, by="ada")
    assert ledger.run(token.run_id).state is RunState.CANCELLED
    with pytest.raises(LeaseLost):
        ledger.commit(token, batch(version("a", 1)), rule)
    with pytest.raises(Conflict, match="was removed"):
        ledger.enqueue("a", RunRequest())


def test_removing_twice_takes_nothing_out_the_second_time(ledger: SqlLedger) -> None:
    ledger.commit(begin(ledger, "a"), batch(version("a", 1)), rule)
    assert [ledger.remove_source("a", rule, by="ada") for _ in range(2)] == [1, 0]


def test_the_description_of_the_root_catalogue_is_the_latest_one(ledger: SqlLedger) -> None:
    token = begin(ledger, "a")
    assert ledger.source_description("a") is None
    for text in ("<a> <b> <c> .\n", "<a> <b> <c> .\n", "<a> <b> <d> .\n"):
        ledger.commit(token, Batch(source_description=text), rule)
    ledger.commit(token, Batch(), rule)
    assert ledger.source_description("a") == "<a> <b> <d> .\n"


def test_what_people_do_to_sources_is_in_the_events_newest_first(
    ledger: SqlLedger, clock: StillClock
) -> None:
    ledger.add_source(source("a"), by="ada")
    ledger.add_source(source("a"), by="bo")
    ledger.remove_source("a", rule, by="cy")
    ledger.add_source(source("a"), by="di")
    ledger.add_event("note", "eve", "a", "hello")
    when = clock.now()
    assert ledger.events() == [
        (when, "note", "eve", "a", "hello"),
        (when, "source-revived", "di", "a", "https://a.example/catalog"),
        (when, "source-removed", "cy", "a", ""),
        (when, "source-changed", "bo", "a", "https://a.example/catalog"),
        (when, "source-added", "ada", "a", "https://a.example/catalog"),
    ]
    assert len(ledger.events(limit=2)) == 2


def test_the_base_is_recorded_once(ledger: SqlLedger) -> None:
    assert ledger.base() is None
    ledger.record_base("https://pharos.example/")
    ledger.record_base("https://pharos.example")
    assert ledger.base() == "https://pharos.example"
    with pytest.raises(ConfigurationError, match=r"now https://moved\.example") as refused:
        ledger.record_base("https://moved.example")
    assert "pharos rebase https://moved.example" in refused.value.advice
    assert ledger.base() == "https://pharos.example"
