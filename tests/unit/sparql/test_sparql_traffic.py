"""Who is to blame when the graph store goes away."""

from __future__ import annotations

import threading
import weakref

import pytest

from catalogue.discovery import sparql_traffic
from catalogue.discovery.sparql_traffic import Traffic, traffic_of
from catalogue.errors import InvalidQuery, StoreUnavailable


def test_a_query_that_ran_alone_is_to_blame_at_once():
    traffic = Traffic()
    with traffic.passage("killer") as passage:
        assert passage.lost("it kills.")
    with pytest.raises(InvalidQuery, match="it kills"):
        traffic.check("killer")
    traffic.check("other")


def test_one_of_several_is_to_blame_when_it_was_there_twice(monkeypatch):
    monkeypatch.setattr(sparql_traffic, "SETTLING", 0.0)
    traffic = Traffic()
    for others in ("first", "second"):
        with traffic.passage("killer") as killer, traffic.passage(others) as victim:
            victim.lost("r")
            blamed = killer.lost("r")
    assert blamed
    with pytest.raises(InvalidQuery):
        traffic.check("killer")
    traffic.check("first")
    traffic.check("second")


def test_the_last_of_several_victims_is_not_alone():
    traffic = Traffic()
    with traffic.passage("b") as b:
        with traffic.passage("a") as a:
            a.lost("r")
        assert not b.lost("r")


def test_an_answer_clears_the_suspicion():
    traffic = Traffic()
    with traffic.passage("popular") as one, traffic.passage("killer"):
        one.lost("r")
    with traffic.passage("popular") as two:
        two.answered()
    with traffic.passage("popular") as three, traffic.passage("killer"):
        assert not three.lost("r")


def test_a_victim_of_a_stopped_query_has_no_part_in_it():
    traffic = Traffic()
    with traffic.passage("slow") as slow, traffic.passage("victim") as victim:
        slow.stopped("it ran long.")
        assert not victim.lost("r")
    with traffic.passage("victim") as again:
        assert not again.lost("r")
    traffic.check("victim")
    with pytest.raises(InvalidQuery, match="it ran long"):
        traffic.check("slow")


def test_the_past_is_forgotten(monkeypatch):
    traffic = Traffic()
    traffic.stopped("slow", "r")
    monkeypatch.setattr(sparql_traffic, "MEMORY", -1.0)
    traffic.check("slow")


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(sparql_traffic, "MAX_REMEMBERED", 3)
    traffic = Traffic()
    for number in range(5):
        traffic.stopped(str(number), "r")
    traffic.check("1")
    with pytest.raises(InvalidQuery):
        traffic.check("4")


def test_permits_come_back_after_an_error():
    traffic = Traffic(permits=1, queue=0.01)
    with pytest.raises(RuntimeError), traffic.passage("a"):
        raise RuntimeError
    with traffic.passage("b"), pytest.raises(StoreUnavailable, match="Too many"), traffic.passage("c"):
        pass


def test_a_waiting_query_gets_its_turn():
    traffic = Traffic(permits=1, queue=5)
    release = threading.Event()
    with traffic.passage("a"):
        thread = threading.Thread(target=lambda: traffic.passage("b").__enter__() and release.set())
        thread.start()
        assert not release.wait(0.05)
    assert release.wait(2)
    thread.join()


def test_traffic_is_one_for_a_store_and_goes_with_it():
    class Store:
        pass

    store = Store()
    traffic = weakref.ref(traffic_of(store))
    assert traffic_of(store) is traffic()
    del store
    assert traffic() is None
