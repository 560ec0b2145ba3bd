"""The one loop: what it reads, what it hands on, what it refuses."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from catalogue.errors import StaleProjection, StoreUnavailable
from catalogue.model.records import Change, ChangeKind, StoredVersion
from catalogue.model.validation import ValidationReport
from catalogue.projections import follow as module
from catalogue.projections.follow import coalesce, follow, rebuild_projection

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def change(seq: int, dataset: str, before: int | None, after: int | None) -> Change:
    return Change(seq, dataset, f"r-{dataset}", ChangeKind.CONTENT, before, after, AT)


def version(number: int, dataset: str = "a", content: str = "") -> StoredVersion:
    return StoredVersion(
        version_id=number, number=1, record_id=f"r-{dataset}", dataset_id=dataset, source="s", subject=f"urn:{dataset}",
        primary_class="c", content=content, received="", received_hash="", normalised_hash="", repairs=(), page_url="",
        payload_hash="", run_id="", created_at=AT, first_harvested_at=AT, pipeline_version="1",
        report=ValidationReport("none", "e", "1", "h"),
    )  # fmt: skip


class Rows:
    """The part of a ledger that projections read."""

    def __init__(self, changes, versions=()):
        self.rows = list(changes)
        self.stored = {v.version_id: v for v in versions} or {n: version(n) for n in range(1, 500)}
        self.loads = []

    def position(self):
        return self.rows[-1].seq if self.rows else 0

    def changes(self, after, limit):
        return [row for row in self.rows if row.seq > after][:limit]

    def published_states(self, states):
        self.loads.append(len(states))
        return {state: self.stored[state[0]] for state in states}

    def published(self, after, limit):
        live = {}
        for row in self.rows:
            live[row.dataset_id] = row.after
        names = sorted(name for name, number in live.items() if number and name > (after or ""))
        return [version(live[name], name) for name in names[:limit]]


class Recording:
    name = "graph"

    def __init__(self, at=0):
        self.at, self.calls, self.reads, self.shown = at, [], 0, {}

    def position(self):
        self.reads += 1
        return self.at

    def apply(self, changes, versions, expected, position):
        if expected != self.at:
            raise StaleProjection("elsewhere", expected=expected, actual=self.at)
        self.calls.append((expected, position, [(c.dataset_id, c.before, c.after) for c in changes]))
        assert all(s in versions for c in changes for s in (c.before_state, c.after_state) if s)
        for c in changes:
            self.shown[c.dataset_id] = c.after
        self.at = position

    def rebuild(self, published, position, catch_up):
        beside = Recording(at=position)
        for v in published:
            beside.shown[v.dataset_id] = v.version_id
            self.during(beside)
        catch_up(beside)
        self.swapped_at = (self.at, beside.at)
        self.shown, self.at = beside.shown, beside.at

    def during(self, beside):
        """What happens while the next one is built."""


def test_an_unchanged_ledger_costs_one_read_of_the_position():
    projection = Recording(at=3)
    assert follow(Rows([change(3, "a", None, 1)]), projection) == 3
    assert (projection.reads, projection.calls) == (1, [])


def test_batches_follow_each_other_to_the_end_over_gaps():
    rows = Rows([change(n * 3, f"d{n}", None, n) for n in range(1, 8)])
    projection = Recording()
    assert follow(rows, projection, batch=3) == 21
    assert [(a, b) for a, b, _ in projection.calls] == [(0, 9), (9, 18), (18, 21)]


def test_a_batch_coalesces_to_first_before_and_last_after():
    found = coalesce(
        [change(1, "a", None, 1), change(2, "b", 5, 6), change(3, "a", 1, 2), change(4, "b", 6, 5)]
    )
    assert [(c.dataset_id, c.before, c.after, c.seq) for c in found] == [("a", None, 2, 3)]


def test_a_change_that_leaves_a_dataset_as_it_is_is_handed_on():
    found = coalesce([change(1, "a", 1, 1), change(2, "b", 5, 6), change(3, "b", 6, 6), change(4, "b", 6, 5)])
    assert [(c.dataset_id, c.before, c.after, c.seq) for c in found] == [("a", 1, 1, 1), ("b", 5, 5, 4)]


def test_a_batch_that_cancels_itself_out_still_moves_the_position():
    projection = Recording()
    assert follow(Rows([change(1, "a", None, 1), change(2, "a", 1, None)]), projection) == 2
    assert projection.calls == [(0, 2, [])]


def test_large_versions_make_small_batches(monkeypatch):
    monkeypatch.setattr(module, "MAX_CHARACTERS", 1000)
    stored = [version(n, f"d{n}", "x" * 100) for n in range(1, 101)]
    rows = Rows([change(n, f"d{n}", None, n) for n in range(1, 101)], stored)
    projection = Recording()
    assert follow(rows, projection) == 100
    assert [b - a for a, b, _ in projection.calls] == [25, 25, 25, 25]


def test_a_writer_that_was_overtaken_reads_again_and_goes_on():
    rows = Rows([change(n, f"d{n}", None, n) for n in range(1, 5)])
    projection = Recording()
    honest, first = projection.apply, []

    def overtaken(changes, versions, expected, position):
        if not first:
            first.append(True)
            projection.at = 2
        honest(changes, versions, expected, position)

    projection.apply = overtaken
    assert follow(rows, projection) == 4
    assert [(a, b) for a, b, _ in projection.calls] == [(2, 4)]


def test_a_writer_that_is_always_stale_gives_up():
    projection = Recording()

    def always(*_):
        raise StaleProjection("elsewhere")

    projection.apply = always
    with pytest.raises(StaleProjection, match="elsewhere"):
        follow(Rows([change(1, "a", None, 1)]), projection)


@pytest.mark.parametrize(("at", "words"), [(9, "ledger ends at 1"), (-1, "broken off")])
def test_a_projection_that_the_ledger_does_not_explain_asks_for_a_rebuild(at, words):
    with pytest.raises(StaleProjection, match=words) as caught:
        follow(Rows([change(1, "a", None, 1)]), Recording(at=at))
    assert "pharos rebuild graph" in caught.value.advice


def test_stop_ends_between_two_batches():
    rows = Rows([change(n, f"d{n}", None, n) for n in range(1, 5)])
    projection = Recording()
    assert follow(rows, projection, batch=2, stop=lambda: bool(projection.calls)) == 2


def test_a_store_that_is_down_is_not_a_position():
    projection = Recording()

    def down():
        raise StoreUnavailable("down")

    projection.position = down
    with pytest.raises(StoreUnavailable):
        follow(Rows([]), projection)


def test_a_rebuild_takes_every_page_and_then_follows():
    rows = Rows([change(n, f"d{n:03}", None, n) for n in range(1, 80)])
    projection = Recording(at=500)
    late = change(80, "d001", 1, 400)
    original = rows.published

    def published(after, limit):
        if after is None and late not in rows.rows:
            rows.rows.append(late)
        return original(after, limit)

    rows.published = published
    assert rebuild_projection(rows, projection) == 80
    assert len(projection.shown) == 79
    assert (projection.shown["d001"], projection.at) == (400, 80)


def test_what_is_served_follows_during_a_rebuild_and_the_new_one_never_stands_behind_it(monkeypatch):
    monkeypatch.setattr(module, "KEEP_UP", 0.0)
    rows = Rows([change(n, f"d{n:03}", None, n) for n in range(1, 60)])
    projection = Recording()
    follow(rows, projection)
    served = []

    def during(beside):
        rows.rows.append(change(len(rows.rows) + 1, "d001", len(rows.rows), len(rows.rows) + 1))
        served.append(projection.at)

    rows.rows[-1] = change(59, "d001", 1, 59)
    projection.during = during
    rebuild_projection(rows, projection)
    before, after = projection.swapped_at
    assert served == sorted(served) and served[-1] > 80
    assert after >= before > 100
    assert projection.shown["d001"] == projection.at == rows.position()


def test_other_projections_follow_during_a_rebuild(monkeypatch):
    monkeypatch.setattr(module, "KEEP_UP", 0.0)
    rows = Rows([change(n, f"d{n:03}", None, n) for n in range(1, 6)])
    projection, other, broken = Recording(), Recording(), Recording(at=-1)
    rebuild_projection(rows, projection, [broken, other])
    assert (other.at, broken.at) == (5, -1)


def test_a_projection_that_is_ahead_of_its_position_gets_single_steps():
    """It may hold version 2 of `a` already: a step from 1 to 3 would not take away what only version 2 has."""
    rows = Rows([
        change(1, "a", None, 1), change(2, "b", None, 1), change(3, "a", 1, 2), change(4, "a", 2, 3),
        change(5, "a", 3, 4), change(6, "a", 4, 5), change(7, "b", 1, 2),
    ])  # fmt: skip
    projection = Recording(at=1)
    assert follow(rows, projection, ahead=5) == 7
    steps = [found for *_, found in projection.calls]
    assert steps == [
        [("b", None, 1), ("a", 1, 2)],
        [("a", 2, 3)],
        [("a", 3, 4)],
        [("a", 4, 5), ("b", 1, 2)],
    ]
