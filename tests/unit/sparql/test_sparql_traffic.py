"""Who is to blame when the graph store goes away."""

from __future__ import annotations

import threading
import time
import weakref

import pytest

from catalogue.discovery import sparql_traffic
from catalogue.discovery.sparql_traffic import Traffic, traffic_of
from catalogue.errors import InvalidQuery, QueryTimeout, StoreUnavailable


def ask(traffic: Traffic, key: str) -> None:
    """One query that is asked and loses the store."""
    traffic.lost(key, time.monotonic())


def test_one_loss_is_no_proof_and_two_are():
    """A rebuild or another process may have ended the store."""
    traffic = Traffic()
    assert not traffic.lost("killer", time.monotonic())
    traffic.check("killer")
    assert traffic.lost("killer", time.monotonic())
    with pytest.raises(
        InvalidQuery, match=r"makes the engine .* fail.* not asked again for 15 minutes"
    ) as caught:
        traffic.check("killer")
    assert "Sort" in caught.value.advice
    traffic.check("other")


def test_an_answer_clears_the_suspicion():
    traffic = Traffic()
    ask(traffic, "popular")
    traffic.answered("popular")
    assert not traffic.lost("popular", time.monotonic())


def test_a_victim_of_a_stopped_query_has_no_part_in_it():
    traffic = Traffic()
    began = time.monotonic()
    traffic.stopped("slow", 20)
    assert not traffic.lost("victim", began)
    assert not traffic.lost("victim", began)
    traffic.check("victim")


def test_what_ran_out_of_time_is_told_so_every_time():
    traffic = Traffic()
    traffic.stopped("slow", 20)
    with pytest.raises(QueryTimeout, match=r"limit is 20 seconds.* not asked again for 15 minutes") as caught:
        traffic.check("slow")
    assert (caught.value.status, caught.value.retry_after) == (503, 900)
    assert "Sort" not in caught.value.advice


def test_suspects_are_tried_one_after_the_other():
    traffic = Traffic()
    with traffic.trial("a", 1), pytest.raises(StoreUnavailable), traffic.trial("b", 0.01):
        pass
    ask(traffic, "killer")
    ask(traffic, "killer")
    with pytest.raises(InvalidQuery), traffic.trial("killer", 1):
        pass
    with traffic.trial("b", 0.01):
        pass


def test_the_past_is_forgotten(monkeypatch):
    traffic = Traffic()
    traffic.stopped("slow", 20)
    monkeypatch.setattr(sparql_traffic, "MEMORY", -1.0)
    traffic.check("slow")


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(sparql_traffic, "MAX_REMEMBERED", 3)
    traffic = Traffic()
    for number in range(5):
        traffic.stopped(str(number), 20)
    traffic.check("1")
    with pytest.raises(QueryTimeout):
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
