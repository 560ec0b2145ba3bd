"""What the operator says of a dataset stands beside what is harvested, and no harvest changes it."""

from __future__ import annotations

import pytest
from ledger_kit import StillClock, batch, begin, iri, replayed, rule, source, version
from projection_kit import BASE, Store, assert_like_a_rebuild, graph

from catalogue.adapters.ledger import SqlLedger
from catalogue.errors import Conflict, Gone
from catalogue.model.curation import Curation, NewCuration
from catalogue.model.harvest import Batch, RunState
from catalogue.model.identifiers import dataset_id, record_id
from catalogue.model.records import ChangeKind, OutcomeKind
from catalogue.projections.follow import follow
from catalogue.projections.verify import Kind, mend, verify
from catalogue.rdf.terms import Literal, NamedNode, Quad

ONE = dataset_id(iri(1))
THEME = "http://www.w3.org/ns/dcat#theme"
TITLE = "http://purl.org/dc/terms/title"


def said(ledger: SqlLedger, text: str = "Corrected", **more: object) -> Curation:
    before = ledger.curation(ONE)
    new = NewCuration(
        **{
            "dataset_id": ONE,
            "subject": iri(1),
            "statements": f'<{iri(1)}> <{TITLE}> "{text}" .\n',
            "replaced": (TITLE,),
            "after": before.number if before else 0,
            **more,
        }
    )  # type: ignore[arg-type]
    return ledger.curate(new, rule, "ada")


def harvest(
    ledger: SqlLedger, text: str = "first", slug: str = "a", kind: OutcomeKind = OutcomeKind.CREATED
) -> None:
    token = begin(ledger, slug)
    ledger.commit(token, batch(version(slug, 1, text), kind=kind), rule)
    ledger.finish(token, RunState.COMPLETED)


def kinds(ledger: SqlLedger) -> list[str]:
    return [change.kind.value for change in ledger.changes(0, 100)]


def test_a_curation_is_shown_is_a_change_and_an_event(ledger: SqlLedger, clock: StillClock) -> None:
    harvest(ledger)
    clock.pass_by(hours=1)
    made = said(ledger, reason="Spelling")
    assert (made.number, made.by, made.at) == (1, "ada", clock.now())
    shown = ledger.published_version(ONE)
    assert shown.curation == made
    assert '"Corrected"' in shown.shown
    assert '"first"@en' not in shown.shown
    assert '"first"@en' in shown.content
    assert shown.changed_at == clock.now()
    assert kinds(ledger) == ["content", "overlay"]
    assert ledger.events(1)[0][1:] == ("dataset-curated", "ada", ONE, "Spelling")
    assert ledger.version(record_id("a", iri(1))).curation is None
    replayed(ledger)


def test_harvest_withdrawal_and_return_leave_it(ledger: SqlLedger) -> None:
    harvest(ledger)
    made = said(ledger)
    harvest(ledger, "second", kind=OutcomeKind.UPDATED)
    assert ledger.published_version(ONE).curation == made
    token = begin(ledger)
    key = record_id("a", iri(1))
    ledger.commit(token, Batch(missing=(key,), withdrawn=(key,)), rule)
    ledger.finish(token, RunState.COMPLETED)
    with pytest.raises(Gone, match="withdrawn"):
        ledger.published_version(ONE)
    harvest(ledger, "second", kind=OutcomeKind.UPDATED)
    assert ledger.published_version(ONE).curation == made
    assert kinds(ledger) == ["content", "overlay", "content", "withdrawal", "restoration"]


def test_it_is_about_the_dataset_whichever_source_is_shown(ledger: SqlLedger) -> None:
    harvest(ledger)
    made = said(ledger)
    begin(ledger, "b", priority=5)
    ledger.cancel(ledger.runs("b")[0].run_id, "test")
    ledger.add_source(source("c", priority=9), "test")
    harvest(ledger, "other", slug="c")
    shown = ledger.published_version(ONE)
    assert (shown.source, shown.curation) == ("c", made)
    ledger.remove_source("c", rule, "test")
    assert ledger.published_version(ONE).curation == made


def test_a_hidden_dataset_is_gone_until_it_is_shown_again(ledger: SqlLedger) -> None:
    harvest(ledger)
    said(ledger, hidden=True, statements="", replaced=(), reason="A secret")
    with pytest.raises(Gone, match="hidden by the catalogue") as raised:
        ledger.published_version(ONE)
    assert "secret" not in str(raised.value) + raised.value.advice
    assert ledger.published_count() == 0
    harvest(ledger, "second", kind=OutcomeKind.UPDATED)
    assert ledger.published_count() == 0
    assert ledger.record(record_id("a", iri(1))).version_count == 2
    said(ledger, hidden=False, statements="", replaced=())
    assert ledger.published_version(ONE).shown.count('"second"@en') == 1
    assert ledger.published_version(ONE).curation is None
    assert kinds(ledger) == ["content", "overlay", "overlay"]
    names = [event[1] for event in ledger.events(10)]
    assert names[:2] == ["dataset-unhidden", "dataset-hidden"]
    replayed(ledger)


def test_what_was_hidden_before_it_came_never_shows(ledger: SqlLedger) -> None:
    ledger.add_source(source("a"), "test")
    said(ledger, hidden=True)
    harvest(ledger)
    assert (ledger.published_count(), ledger.position()) == (0, 0)


def test_a_curation_made_from_an_older_one_is_refused(ledger: SqlLedger) -> None:
    harvest(ledger)
    said(ledger)
    with pytest.raises(Conflict, match="meanwhile"):
        said(ledger, "Late", after=0)
    said(ledger, "Second")
    history = ledger.curations(ONE)
    assert [one.number for one in history] == [2, 1]
    assert [one.dataset_id for one in ledger.curated("", 10)] == [ONE]
    assert ledger.curated(ONE, 10) == []


def test_the_graph_follows_and_equals_a_rebuild(ledger: SqlLedger) -> None:
    store = Store()
    projection = graph(store)
    harvest(ledger)
    for step in (
        lambda: said(ledger, replaced=()),
        lambda: harvest(ledger, "second", kind=OutcomeKind.UPDATED),
        lambda: said(ledger, "Other"),
        lambda: said(ledger, hidden=True),
        lambda: said(ledger, hidden=False),
        lambda: said(ledger, statements="", replaced=()),
    ):
        step()
        follow(ledger, projection)
        assert_like_a_rebuild(ledger, store)


def test_verify_sees_and_mends_what_the_graph_lacks_of_it_or_holds_beside_it(ledger: SqlLedger) -> None:
    store = Store()
    projection = graph(store)
    harvest(ledger)
    said(ledger)
    follow(ledger, projection)
    assert verify(ledger, projection).differences == ()
    own = NamedNode(f"{BASE}/curation/{ONE}")
    stray = NamedNode(f"{BASE}/curation/stray")
    store.store.remove_graph(own)
    store.store.add(Quad(NamedNode(iri(9)), NamedNode(TITLE), Literal("x"), stray))
    found = {(one.dataset_id, one.kind) for one in verify(ledger, projection).differences}
    assert found == {(ONE, Kind.DIFFERENT), ("stray", Kind.EXTRA)}
    mend(ledger, projection, [ONE, "stray"])
    assert verify(ledger, projection).differences == ()
    assert_like_a_rebuild(ledger, store)


def test_an_ended_curation_leaves_the_kind_overlay_and_nothing_shown(ledger: SqlLedger) -> None:
    harvest(ledger)
    said(ledger)
    said(ledger, statements="", replaced=())
    change = ledger.changes(0, 10)[-1]
    assert (change.kind, change.after_curation) == (ChangeKind.OVERLAY, None)
    assert change.before_curation is not None
