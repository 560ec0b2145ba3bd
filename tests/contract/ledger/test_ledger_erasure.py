"""An erased record leaves nothing but the fact, and does not come back by itself."""

from __future__ import annotations

import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from ledger_kit import StillClock, batch, begin, iri, outcome, replayed, report, rule, version
from projection_kit import Store, assert_like_a_rebuild, graph
from sqlalchemy import create_engine, text

from catalogue.adapters.ledger import SqlLedger
from catalogue.errors import Gone, NotFound
from catalogue.model.curation import NewCuration
from catalogue.model.harvest import Batch, PageMark, RunState, Validators
from catalogue.model.identifiers import dataset_id, record_id
from catalogue.model.records import NewVersion, OutcomeKind, Payload
from catalogue.projections.follow import follow, rebuild_projection

KEY, ONE = record_id("a", iri(1)), dataset_id(iri(1))
PAGE = "https://provider.example/catalog?page=1"
BODY = b"<https://provider.example/datasets/1> and <https://provider.example/datasets/2>"
PAYLOAD = Payload(PAGE, BODY, "payload-1")
CATALOGUE = "https://provider.example/catalog"


def mark(*names: int, payload: str = "payload-1") -> PageMark:
    keys = tuple(record_id("a", iri(name)) for name in names)
    return PageMark(
        PAGE, PAGE, None, Validators('"v1"'), payload, keys, (payload,), key="k", notes=f'["{iri(1)}"]'
    )


def whole(*versions: NewVersion, kind: OutcomeKind = OutcomeKind.CREATED) -> Batch:
    page = mark(1, 2)
    return replace(
        batch(*versions, kind=kind),
        payloads=(PAYLOAD,),
        pages=(page,),
        remembered=(page,),
        memberships=tuple((CATALOGUE, key) for key in page.record_ids),
    )


def fill(ledger: SqlLedger) -> str:
    token = begin(ledger)
    first = version("a", 1, "Ada's scans", identifiers=["X-1"])
    lines = whole(first, version("a", 2))
    told = replace(lines.outcomes[0], title="Ada's scans", snippet="about Ada")
    ledger.commit(token, replace(lines, outcomes=(told, *lines.outcomes[1:])), rule)
    ledger.finish(token, RunState.COMPLETED)
    return token.run_id


def purge(ledger: SqlLedger) -> None:
    ledger.purge(KEY, (), rule, "ada", "Asked for")


def everything(ledger_url: str) -> str:
    """Every row of every table, texts unpacked."""
    engine = create_engine(ledger_url.replace("postgresql://", "postgresql+psycopg://"))
    found: list[str] = []
    with engine.connect() as connection:
        from catalogue.adapters.ledger.columns import metadata

        for table in metadata.sorted_tables:
            for row in connection.execute(table.select()):
                for value in row:
                    if isinstance(value, bytes | memoryview):
                        found.append(zlib.decompress(bytes(value)).decode())
                    else:
                        found.append(str(value))
    engine.dispose()
    return "\n".join(found)


def test_nothing_of_it_is_left_but_that_it_was_erased(
    ledger: SqlLedger, ledger_url: str, clock: StillClock
) -> None:
    run = fill(ledger)
    new = NewCuration(ONE, iri(1), f'<{iri(1)}> <urn:p> "Ada" .\n', reason="for Ada")
    ledger.curate(new, rule, "ada")
    made = ledger.purge(KEY, (), rule, "ada", "Asked for")
    assert (made.versions, made.payloads, made.erased_at) == (1, 1, clock.now())
    left = everything(ledger_url)
    assert iri(1) not in left
    assert "Ada" not in left.replace("for Ada", "")
    assert ledger.erasure(KEY) == replace(made, versions=0, payloads=0)
    when, kind, by, subject, detail = ledger.events(1)[0]
    assert (when, kind, by, subject) == (clock.now(), "record-purged", "ada", KEY)
    assert made.iri_hash in detail
    assert "Asked for" in detail
    assert [line.reason for line in ledger.outcomes(run) if line.record_id == KEY] == [
        "The record was erased."
    ]
    assert ledger.record(record_id("a", iri(2))).published


@pytest.mark.parametrize(
    "ask",
    [
        lambda ledger: ledger.record(KEY),
        lambda ledger: ledger.version(KEY),
        lambda ledger: ledger.version(KEY, 1),
        lambda ledger: ledger.history(KEY),
        lambda ledger: ledger.published_version(ONE),
        lambda ledger: ledger.purge(KEY, (), rule, "ada", ""),
    ],
)
def test_whoever_asks_for_it_hears_that_it_was_erased(ledger: SqlLedger, ask) -> None:  # type: ignore[no-untyped-def]
    fill(ledger)
    purge(ledger)
    with pytest.raises(Gone, match="erased"):
        ask(ledger)


def test_what_never_was_is_not_erased(ledger: SqlLedger) -> None:
    with pytest.raises(NotFound):
        purge(ledger)
    with pytest.raises(NotFound):
        ledger.allow(KEY, "ada")


def test_projections_follow_although_the_text_is_gone(ledger: SqlLedger) -> None:
    store, late = Store(), Store()
    fill(ledger)
    follow(ledger, graph(store))
    purge(ledger)
    follow(ledger, graph(store))
    assert not any(iri(1) in fact for fact in store.facts())
    assert_like_a_rebuild(ledger, store)
    follow(ledger, graph(late))
    assert_like_a_rebuild(ledger, late)
    replayed(ledger)


def test_an_erasure_during_a_rebuild_reaches_what_is_built(ledger: SqlLedger) -> None:
    class Slow(Store):
        def rebuild(self, quads, position, settle) -> None:  # type: ignore[no-untyped-def]
            def late(beside) -> None:  # type: ignore[no-untyped-def]
                purge(ledger)
                settle(beside)

            super().rebuild(quads, position, late)

    fill(ledger)
    store = Slow()
    rebuild_projection(ledger, graph(store))
    assert not any(iri(1) in fact for fact in store.facts())
    assert_like_a_rebuild(ledger, store)


def test_it_does_not_come_back_before_it_is_allowed(ledger: SqlLedger, ledger_url: str) -> None:
    fill(ledger)
    purge(ledger)
    assert ledger.remembered_page("a", PAGE).key == ""  # type: ignore[union-attr]
    token = begin(ledger)
    ledger.commit(token, whole(version("a", 1, "Ada's scans")), rule)
    run = ledger.finish(token, RunState.COMPLETED)
    assert (run.counts.found, run.counts.skipped, run.counts.created) == (1, 1, 0)
    (line,) = ledger.outcomes(run.run_id)
    assert (line.kind, line.code, line.record_id) == (OutcomeKind.SKIPPED, "purged", KEY)
    assert (line.subject, line.title) == (None, None)
    assert f"pharos records allow {KEY}" in (line.advice or "")
    with pytest.raises(NotFound):
        ledger.payload("payload-1")
    assert ledger.remembered_page("a", PAGE).key == ""  # type: ignore[union-attr]
    assert ledger.memberships(KEY) == []
    assert iri(1) not in everything(ledger_url)
    with pytest.raises(Gone):
        ledger.record(KEY)
    ledger.allow(KEY, "ada")
    ledger.allow(KEY, "bob")
    token = begin(ledger)
    ledger.commit(token, whole(version("a", 1, "Ada's scans")), rule)
    ledger.finish(token, RunState.COMPLETED)
    assert ledger.published_version(ONE).record_id == KEY
    assert ledger.payload("payload-1").body == BODY
    assert [event[1:3] for event in ledger.events(10) if event[1] == "record-allowed"] == [
        ("record-allowed", "ada")
    ]


def test_a_run_that_met_it_before_the_erasure_does_not_bring_it_back(ledger: SqlLedger) -> None:
    fill(ledger)
    token = begin(ledger)
    purge(ledger)
    new = version("a", 1, "changed")
    late = replace(batch(new, kind=OutcomeKind.UPDATED), seen=(KEY,), reports=((KEY, report()),))
    ledger.commit(token, late, rule)
    run = ledger.finish(token, RunState.COMPLETED)
    assert (run.counts.updated, run.counts.skipped) == (0, 1)
    assert ledger.erasure(KEY) is not None
    with pytest.raises(Gone):
        ledger.record(KEY)


def test_another_source_of_the_dataset_takes_its_place(ledger: SqlLedger) -> None:
    store = Store()
    fill(ledger)
    follow(ledger, graph(store))
    token = begin(ledger, "b")
    other = version("b", 1, "ours")
    ledger.commit(token, replace(batch(other), outcomes=(outcome(other),)), rule)
    ledger.finish(token, RunState.COMPLETED)
    purge(ledger)
    assert ledger.published_version(ONE).source == "b"
    follow(ledger, graph(store))
    assert_like_a_rebuild(ledger, store)


def test_bytes_are_overwritten_in_the_file(ledger: SqlLedger, ledger_url: str) -> None:
    if not ledger_url.startswith("sqlite"):
        pytest.skip("PostgreSQL keeps deleted rows until its vacuum")
    fill(ledger)
    file = Path(ledger_url.removeprefix("sqlite:///"))
    with create_engine(ledger_url).connect() as connection:
        packed = connection.execute(text("SELECT body FROM payloads")).scalar_one()
        content = connection.execute(
            text("SELECT content FROM versions WHERE record_id = :key"), {"key": KEY}
        ).scalar_one()
    purge(ledger)
    for place in file.parent.glob(f"{file.name}*"):
        data = place.read_bytes()
        assert packed not in data
        assert content not in data
