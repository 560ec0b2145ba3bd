"""Projections are followed in turns: one that is slow, or down, keeps no other one waiting."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from catalogue.errors import StoreUnavailable
from catalogue.harvesting.projector import Follower, Projector, Round
from catalogue.model.records import Change, ChangeKind

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Version:
    content = "<urn:a> <urn:b> <urn:c> .\n"


class Ledger:
    """Grows by as much as is read of it, as during a harvest that is faster than the projections."""

    def __init__(self, end: int, growth: int = 0, most: int = 0):
        self.end, self.growth, self.most = end, growth, most
        self.loaded: list[object] = []

    def position(self):
        return self.end

    def changes(self, after, limit):
        until = min(after + limit, self.end)
        self.end = min(self.end + self.growth, max(self.most, self.end))
        return [
            Change(seq, f"d{seq}", f"r{seq}", ChangeKind.CONTENT, None, seq, AT)
            for seq in range(after + 1, until + 1)
        ]

    def published_states(self, states):
        self.loaded += states
        return {state: Version() for state in states}


class Taking:
    def __init__(self, name, turns):
        self.name, self.turns, self.at, self.failing = name, turns, 0, False

    def position(self):
        if self.failing:
            raise StoreUnavailable("down")
        return self.at

    def apply(self, changes, versions, expected, position):
        assert [c.after_state in versions for c in changes] == [True] * len(changes)
        self.turns.append(self.name)
        self.at = position


def projected(ledger, *projections):
    """Runs a projector until all projections that work have come to the end."""
    projector = Projector(ledger, projections, idle=0.01)
    projector.start()
    pause = threading.Event()
    for _ in range(1_000):
        if all(p.failing or p.at == ledger.end for p in projections):
            break
        pause.wait(0.01)
    projector.stop()


def test_no_projection_waits_until_another_has_come_to_the_end_of_a_ledger_that_grows():
    turns: list[str] = []
    graph, search = Taking("graph", turns), Taking("search", turns)
    ledger = Ledger(200, growth=200, most=2_000)
    projected(ledger, graph, search)
    assert (graph.at, search.at) == (2_000, 2_000)
    assert turns[:6] == ["graph", "search"] * 3


def test_a_version_that_both_projections_need_is_loaded_once():
    turns: list[str] = []
    ledger = Ledger(450)
    projected(ledger, Taking("graph", turns), Taking("search", turns))
    assert len(turns) == 6
    assert len(ledger.loaded) == len(set(ledger.loaded)) == 450


def test_what_a_round_has_loaded_is_forgotten_with_it():
    ledger = Ledger(1)
    seen = Round(ledger)
    assert seen.published_states([(1, None)]) == seen.published_states([(1, None)])
    assert len(ledger.loaded) == 1
    seen.forget()
    seen.published_states([(1, None)])
    assert len(ledger.loaded) == 2


def test_a_projection_that_is_down_stops_no_other_and_is_left_alone_for_a_while(caplog):
    turns: list[str] = []
    graph, search = Taking("graph", turns), Taking("search", turns)
    graph.failing = True
    projected(Ledger(600), graph, search)
    assert (graph.at, search.at, turns) == (0, 600, ["search"] * 3)
    assert "projection waits" in caplog.text


@pytest.mark.parametrize(("end", "behind"), [(0, False), (200, False), (201, True)])
def test_a_turn_is_one_batch_and_tells_whether_there_is_more(end, behind):
    follower = Follower(Round(Ledger(end)), Taking("graph", []))
    assert follower.follow(lambda: False) is behind
